// What is asked of a page as it stands. It comes into every page before anything of its own, by the browser's protocol,
// which asks no policy of the page; after axe, and before contrast.js and targets.js.
(() => {
    // Axe works out the same few colours thousands of times in a page, which is a third of all its time.
    const { Color } = axe.commons.color, workOut = Color.prototype.parseString, known = new Map();
    Color.prototype.parseString = function (text) {
        if (!known.has(text)) known.set(text, workOut.call(new Color(0, 0, 0), text));
        const { r, g, b, alpha } = known.get(text);
        return Object.assign(this, { r, g, b, alpha });
    };

    const frame = () => new Promise(requestAnimationFrame);
    // Nothing loads, no part is being exchanged, and what has come is drawn.
    const comeToRest = async () => {
        if (document.readyState !== "complete") await new Promise((done) => addEventListener("load", done, { once: true }));
        await document.fonts.ready;
        const moving = ".htmx-request, .htmx-swapping, .htmx-settling";
        do { await frame(); await frame(); } while (document.querySelector(moving));
    };

    // What reaches past the window while the page as a whole can be scrolled sideways.
    const tooWide = () => document.documentElement.scrollWidth <= innerWidth ? [] : ["The page scrolls sideways."].concat(
        [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth)
            .map((one) => `${one.tagName}.${one.className}: ${one.textContent.slice(0, 40)}`));

    const OF_COLOUR = new Set(["color-contrast", "link-in-text-block"]);
    // What axe finds, by all its rules or these; and the texts that it has passed, over those that are known.
    const askAxe = async (rules, passed) => {
        contrast.begin(passed);
        targets.begin();
        if (rules?.every((one) => OF_COLOUR.has(one)) && !contrast.leavesOpen()) return { faults: [], passed: [] };
        // With its usual rules nothing that axe would load beforehand is looked at. That targets have 24 pixels
        // (WCAG 2.2) is off unless it is asked for.
        const chosen = { ...(rules && { runOnly: rules }), rules: { "target-size": { enabled: !rules || rules.includes("target-size") } } };
        const found = await axe.run({ resultTypes: ["violations"], preload: false, ...chosen });
        const faults = found.violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 160)}`);
        return { faults, passed: contrast.fresh() };
    };

    const judge = async (withAxe, rules, passed) => {
        await comeToRest();
        const wide = tooWide(), asked = withAxe ? await askAxe(rules, passed) : { faults: [], passed: [] };
        return { faults: [...wide, ...asked.faults], passed: asked.passed };
    };
    window.judging = { comeToRest, judge };
})();

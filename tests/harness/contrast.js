// Axe works out the contrast of every text anew, which is more than half of its time, though its verdict hangs on
// nothing but the colour, size and weight of the text and on what is painted under it. What it has passed in this run
// it is spared, on every page, in every size and theme. It judges each time what did not pass, and every text whose
// ground is anything but the colours of the elements around it.
window.contrast = (() => {
    const CLEAR = "rgba(0, 0, 0, 0)", SHOWN = { opacityProperty: true, visibilityProperty: true };
    let passed, fresh, grounds, scrollers, painted, keys;

    const begin = (known) => {
        passed = new Set(known.split("\n"));
        fresh = [];
        grounds = new Map();
        scrollers = new Map();
        keys = new Map();
        painted = [];
        for (const element of document.querySelectorAll("body *")) {
            const { backgroundColor, backgroundImage } = getComputedStyle(element);
            if ((backgroundColor !== CLEAR || backgroundImage !== "none") && element.checkVisibility(SHOWN)) {
                painted.push({ element, box: element.getBoundingClientRect() });
            }
        }
    };

    // The elements that lie under the text of an element, down to the one that hides everything beneath, and their
    // colours; null where something half transparent as a whole has a part in it, or a picture, of which axe says nothing.
    const groundOf = (element) => {
        if (!element) return { colours: "" };
        if (!grounds.has(element)) grounds.set(element, look(element));
        return grounds.get(element);
    };
    const look = (element) => {
        const above = groundOf(element.parentElement), style = getComputedStyle(element), colour = style.backgroundColor;
        const blends = style.opacity !== "1" || style.filter !== "none" || style.mixBlendMode !== "normal";
        if (!above || blends) return null;
        if (style.backgroundImage !== "none") return { picture: true };
        if (colour === CLEAR) return above;
        if (!/^rgba|\//.test(colour)) return { colours: colour, under: [element] };
        if (!above.colours) return above;
        return { colours: `${colour} ${above.colours}`, under: [element, ...above.under] };
    };

    const textsOf = (element) => [...element.childNodes].filter((node) => node.nodeType === 3 && node.nodeValue.trim());
    const placeOf = (element) => {
        const range = document.createRange(), texts = textsOf(element);
        if (!texts.length) return element.getBoundingClientRect();
        range.setStartBefore(texts[0]);
        range.setEndAfter(texts.at(-1));
        return range.getBoundingClientRect();
    };
    // The nearest element that cuts off, or scrolls, what does not fit: text beyond its edge is seen within it or not at
    // all.
    const scrollerOf = (element) => {
        if (!element) return null;
        if (!scrollers.has(element)) {
            const { overflowX, overflowY } = getComputedStyle(element);
            const cuts = overflowX !== "visible" || overflowY !== "visible";
            scrollers.set(element, cuts ? element : scrollerOf(element.parentElement));
        }
        return scrollers.get(element);
    };
    const isWithin = (own, { left, right, top, bottom }) =>
        own.left >= left - 1 && own.right <= right + 1 && own.top >= top - 1 && own.bottom <= bottom + 1;
    const meets = (own, { left, right, top, bottom }) =>
        own.left < right && own.right > left && own.top < bottom && own.bottom > top;

    // All that the verdict on a text hangs on; null where something else may lie under it.
    const keyOf = (element) => {
        if (!keys.has(element)) keys.set(element, workOut(element));
        return keys.get(element);
    };
    const workOut = (element) => {
        const ground = groundOf(element), style = getComputedStyle(element);
        if (!ground || !ground.colours || style.textShadow !== "none") return null;
        const place = placeOf(element), isRoot = (one) => one === document.body || one === document.documentElement;
        const holds = (one) => isRoot(one) || one.contains(scrollerOf(element)) || isWithin(place, one.getBoundingClientRect());
        const covers = ({ element: one, box }) => meets(place, box) && !one.contains(element) && !element.contains(one);
        if (!ground.under.every(holds) || painted.some(covers)) return null;
        return `${style.color} ${style.fontSize} ${style.fontWeight} on ${ground.colours}`;
    };

    const isControl = (element) => element.matches("input, select, textarea");
    const isSpared = (element) => passed.has(keyOf(element));

    const rule = axe._audit.rules.find((one) => one.id === "color-contrast"), check = axe._audit.checks["color-contrast"];
    const { matches } = rule, { evaluate } = check;
    rule.matches = function (element, ...rest) {
        if (!isControl(element) && !textsOf(element).length) return false;
        return !(passed && isSpared(element)) && matches.call(this, element, ...rest);
    };
    check.evaluate = function (element, ...rest) {
        if (passed && isSpared(element)) return true;
        let measured = {};
        const noting = { ...this, data: (found) => this.data((measured = found)) };
        const verdict = evaluate.call(noting, element, ...rest);
        // Some pass because they are hidden, or have no colour that axe can tell.
        if (passed && verdict === true && measured.fgColor && measured.bgColor && keyOf(element)) {
            passed.add(keyOf(element));
            fresh.push(keyOf(element));
        }
        return verdict;
    };

    const isSeen = (element) => {
        const { right, bottom, width, height } = element.getBoundingClientRect();
        return width > 1 && height > 1 && right + scrollX > 0 && bottom + scrollY > 0 &&
            element.checkVisibility(SHOWN);
    };
    // A link amid text that no line under it, and nothing else, tells from the text.
    const isBare = (link) => {
        const isUnderlined = (element) => getComputedStyle(element).textDecorationLine.includes("underline");
        let block = link, around = false;
        while (getComputedStyle(block).display === "inline") {
            block = block.parentElement;
            around ||= isUnderlined(block);
        }
        return block !== link && (around || !isUnderlined(link)) &&
            block.textContent.trim().length > link.textContent.trim().length;
    };
    const ofLinks = axe._audit.rules.find((one) => one.id === "link-in-text-block"), matchesLink = ofLinks.matches;
    ofLinks.matches = function (element, ...rest) {
        return isBare(element) && matchesLink.call(this, element, ...rest);
    };

    // Whether there is a text whose contrast axe has not passed, or a link that only its colour may tell from the text.
    const leavesOpen = () =>
        [...document.querySelectorAll("body *")].some((element) =>
            (isControl(element) || textsOf(element).length) && !isSpared(element) && isSeen(element) &&
            !groundOf(element)?.picture) ||
        [...document.querySelectorAll("a[href], [role=link]")].some((link) => isSeen(link) && isBare(link));

    return { begin, leavesOpen, fresh: () => fresh };
})();

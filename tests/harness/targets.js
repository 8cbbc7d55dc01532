// To find out whether targets have 24 pixels of room (WCAG 2.5.8) axe lays a grid over the whole page and looks at every
// element near each of them, which is half of what is left of its time. It is spared those that plainly have the room:
// large ones that no other touches, and small ones that stay clear of all others. The others it judges.
window.targets = (() => {
    const SIZE = 24, SLACK = 0.5;
    // What can have the focus, and may thus be a target.
    const MAY_BE = "a, area, button, details, summary, input, select, textarea, iframe, object, embed, audio, video, " +
        "[tabindex], [contenteditable]";
    let begun = false, clear;

    const isSmall = ({ width, height }) => width < SIZE || height < SIZE;
    const meets = (one, other) =>
        one.left < other.right && one.right > other.left && one.top < other.bottom && one.bottom > other.top;
    const centre = ({ left, top, width, height }) => [left + width / 2, top + height / 2];
    const fromCentre = (one, other) => {
        const [x, y] = centre(one);
        return Math.hypot(Math.max(other.left - x, x - other.right, 0), Math.max(other.top - y, y - other.bottom, 0));
    };
    const between = (one, other) => {
        const [x, y] = centre(one), [across, down] = centre(other);
        return Math.hypot(across - x, down - y);
    };

    const leavesRoom = (own, other) => {
        if (own.element.contains(other.element) || other.element.contains(own.element)) return false;
        if (meets(own.box, other.box)) return false;
        if (!isSmall(own.box)) return true;
        const away = fromCentre(own.box, other.box);
        if (away >= SIZE + SLACK) return true;
        const room = isSmall(other.box) ? between(own.box, other.box) : 2 * away;
        return other.parts === 1 && away >= SIZE / 2 + SLACK && room >= SIZE + SLACK;
    };

    // What axe takes for a target.
    const isTarget = (element) => axe.commons.aria.getRoleType(element) === "widget" && axe.commons.dom.isFocusable(element);
    const findClear = () => {
        const all = [...document.querySelectorAll(MAY_BE)].filter((element) => element.checkVisibility() && isTarget(element))
            .map((element) => ({ element, box: element.getBoundingClientRect(), parts: element.getClientRects().length }));
        const isClear = (own) => own.parts === 1 && all.every((other) => other === own || leavesRoom(own, other));
        return new Set(all.filter(isClear).map((one) => one.element));
    };

    const rule = axe._audit.rules.find((one) => one.id === "target-size"), { matches } = rule;
    rule.matches = function (element, ...rest) {
        if (begun) {
            // Not before: axe can tell of a role only while it runs.
            clear ??= findClear();
            if (clear.has(element) || !element.matches(MAY_BE)) return false;
        }
        return matches.call(this, element, ...rest);
    };
    const begin = () => {
        begun = true;
        clear = undefined;
    };

    return { begin };
})();

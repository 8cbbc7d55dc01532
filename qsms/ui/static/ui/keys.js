// Keys. One table says what each does, and the dialog behind ? is made from it and from what is on the page: the letters
// of its links and buttons, and of the menu's places after G. So it tells every key that works, and no other.
const $ = (selector, from = document) => from.querySelector(selector);
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
const root = document.documentElement;
const words = $("#ui-words")?.dataset ?? {};
const seen = (element) => element?.checkVisibility?.({ visibilityProperty: true }) ?? Boolean(element?.offsetParent);
const first = (selector, from = document) => $$(selector, from).find(seen);

// Single letters are off while typing, and can be switched off for good.
const typing = (target) => target.isContentEditable || target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select");
const single = () => root.dataset.keys !== "off";
const WAIT = 1500;
let going = 0;

const queue = () => $$("[data-rows] tbody tr:not(.grp), [data-queue] > *").filter(seen);
function rowAt(step) {
  const list = queue();
  if (!list.length) return;
  const focused = list.findIndex((row) => row.contains(document.activeElement));
  // Where nothing has the focus yet, the row that is open is where the reader is.
  const at = focused < 0 ? list.findIndex((row) => row.querySelector("[aria-current]")) : focused;
  const row = list[Math.max(0, Math.min(list.length - 1, at < 0 ? 0 : at + step))];
  (row.querySelector(".t a, a:not([tabindex='-1']), button") ?? row).focus();
}
const palette = () => document.dispatchEvent(new CustomEvent("palette"));
const moves = () => $("details[data-moves]");
const save = (from = document) => first("[data-save]", from) ?? first("[data-finish]", from);

// What each key does, the sentence that tells it, and where there is nothing to do it with.
const KEYS = {
  "ctrl k": { word: "keyPalette", is: () => $("#palette"), run: palette },
  "/": { word: "keySearch", is: () => $("[data-search]") || $("#palette"), run: () => ($("[data-search]") ? $("[data-search]").focus() : palette()) },
  j: { word: "keyNext", is: () => queue().length, run: () => rowAt(1) },
  k: { word: "keyPrevious", is: () => queue().length, run: () => rowAt(-1) },
  x: { word: "keySelect", is: () => first("tbody .check"), run: () => document.activeElement?.closest("tr")?.querySelector(".check")?.click() },
  // The browser follows the link that has the focus.
  enter: { word: "keyOpen", is: () => queue().length },
  ".": { word: "keyMoves", is: moves, run: () => { const menu = moves(); if (menu) { menu.open = !menu.open; $("summary", menu).focus(); } } },
  "ctrl enter": { word: "keySave", is: save, run: (event) => save(event.target.closest("form") ?? document)?.click() },
  escape: {
    word: "keyClose",
    is: () => true,
    run: () => {
      for (const menu of $$("details[data-menu-pop][open]")) { menu.open = false; $("summary", menu).focus(); }
      if (location.hash === "#rooms") location.hash = "main";
    },
  },
  "?": { word: "keyKeys", is: () => $("#keys"), run: show },
};
const GO = "g";

document.addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase();
  const command = event.ctrlKey || event.metaKey;
  const known = KEYS[command ? `ctrl ${key}` : key];
  if (command || key === "escape") {
    if (!known?.is()) return;
    if (command) event.preventDefault();
    known.run(event);
    return;
  }
  if (!single() || event.altKey || event.isComposing || typing(event.target) || $("dialog[open]")) return;
  if (Date.now() - going < WAIT) {
    going = 0;
    const room = $(`[data-go="${CSS.escape(key)}"]`);
    if (room) { event.preventDefault(); room.click(); return; }
  }
  if (key === GO) { going = Date.now(); return; }
  // In an open menu its own letters come first.
  const menu = $("details[data-moves][open]");
  const marked = (menu && $(`[data-key="${CSS.escape(key)}"]`, menu)) || first(`[data-key="${CSS.escape(key)}"]`);
  if (marked) { event.preventDefault(); marked.click(); }
  else if (known?.run) { event.preventDefault(); known.run(event); }
});

// The dialog.
const NAMES = { ctrl: "Ctrl", enter: "↵", escape: "Esc" };
const named = (element) => {
  // Of a move with its explanation the name alone.
  const copy = ($("b", element) ?? element).cloneNode(true);
  for (const mark of $$("kbd, .count, .n, .vh", copy)) mark.remove();
  return element.ariaLabel || element.placeholder || copy.textContent.trim() || element.title;
};
function line(keys, sentence) {
  const [term, meaning] = [document.createElement("dt"), document.createElement("dd")];
  for (const key of keys) {
    const mark = document.createElement("kbd");
    mark.textContent = key;
    term.append(mark, " ");
  }
  meaning.textContent = sentence;
  return [term, meaning];
}
function* lines() {
  const told = new Set();
  const once = function* (keys, sentence) {
    const word = keys.join(" ");
    if (!told.has(word)) yield* line(keys.map((key) => NAMES[key] ?? key.toUpperCase()), sentence);
    told.add(word);
  };
  if (single()) {
    // What the page has of its own; the first of two with the same letter is the one that is pressed.
    for (const one of $$("[data-key]")) {
      const menu = one.closest("details[data-moves]:not([open])");
      if (menu ? seen(menu) : seen(one)) yield* once(menu ? [".", one.dataset.key] : [one.dataset.key], named(one));
    }
  }
  for (const [key, { word, is }] of Object.entries(KEYS)) {
    const keys = key.split(" ");
    if (is() && (single() || keys.length > 1 || key === "escape" || key === "enter")) yield* once(keys, words[word]);
  }
  if (single()) for (const one of $$("[data-go]")) yield* once([GO, one.dataset.go], named(one));
}
function show() {
  const dialog = $("#keys");
  if (!dialog || dialog.open) return;
  $("[data-keys-list]", dialog).replaceChildren(...lines());
  dialog.showModal();
}
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-keys-open]") || !$("#keys")) return;
  event.preventDefault();
  show();
});

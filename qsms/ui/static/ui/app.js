// Makes pages quicker to use. Every page works without it: links and forms come first.
// Nothing is made from text here, so a strict Content-Security-Policy holds; the sentences stand in #ui-words.
const $ = (selector, from = document) => from.querySelector(selector);
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
const root = document.documentElement;
const words = $("#ui-words")?.dataset ?? {};
const token = () => $("input[name=csrfmiddlewaretoken]")?.value ?? "";
const seen = (element) => element?.checkVisibility?.({ visibilityProperty: true }) ?? Boolean(element?.offsetParent);
const fill = (sentence, values) => (sentence ?? "").replace(/%\((\w+)\)s/g, (_, name) => values[name]);

// One polite line says results; emptied first, so that the same sentence is said twice.
export function say(sentence) {
  const line = $("[data-live]");
  if (!line || !sentence) return;
  line.textContent = "";
  setTimeout(() => { line.textContent = sentence; }, 60);
}

// Theme and menu change at once; the cookie lets the server draw the next page right from the start.
function keep(name, value) {
  document.cookie = `qsms_${name}=${value}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
}
const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
const PREFER = {
  theme() {
    const next = isDark() ? "light" : "dark";
    root.dataset.theme = next;
    say(next === "dark" ? words.dark : words.light);
    return next;
  },
  menu(button) {
    const next = root.dataset.menu === "slim" ? "wide" : "slim";
    if (next === "slim") root.dataset.menu = "slim";
    else delete root.dataset.menu;
    button.setAttribute("aria-pressed", next === "slim");
    return next;
  },
};

// Forms: sent once, even when the connection is slow or the button is pressed twice.
function send(event) {
  const form = event.target;
  const prefer = form.dataset.prefer;
  if (prefer) {
    event.preventDefault();
    keep(prefer, PREFER[prefer](event.submitter));
    return;
  }
  if (form.method === "dialog" || event.submitter?.formMethod === "dialog") return;
  if (form.dataset.sent) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  if (!navigator.onLine && form.method === "post") {
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting.set(form, event.submitter);
    say(words.waits);
    return;
  }
  if (form.method !== "post") return;
  if (form.matches("[data-forget]") || event.submitter?.name === "drop") forget();
  if (form.matches("[data-forget]")) signedOut?.postMessage("");
  form.dataset.sent = "yes";
  const button = event.submitter;
  form.slow = setTimeout(() => button?.classList.add("busy"), 300);
  form.wait = setTimeout(() => say(words.working), 2000);
}
function release(form) {
  delete form.dataset.sent;
  clearTimeout(form.slow);
  clearTimeout(form.wait);
  for (const button of $$(".busy", form)) button.classList.remove("busy");
}
const waiting = new Map();
document.addEventListener("submit", send, true);
addEventListener("pageshow", () => $$("form[data-sent]").forEach(release));

// Connection: a band on top, and buttons that say what they will do; what was sent while offline goes out afterwards.
function connection() {
  const band = $("[data-offline-band]");
  if (band) band.hidden = navigator.onLine;
  for (const button of $$("[data-save]")) {
    if (button.form?.method !== "post") continue;
    const text = $("span", button) ?? button;
    button.dataset.said ??= text.textContent;
    text.textContent = navigator.onLine ? button.dataset.said : words.sendLater;
  }
  if (!navigator.onLine) return say(words.offline);
  for (const [form, submitter] of waiting) if (form.isConnected) form.requestSubmit(submitter ?? undefined);
  waiting.clear();
}
addEventListener("online", () => { say(words.online); connection(); });
addEventListener("offline", connection);
if (!navigator.onLine) connection();

// What is typed and not sent yet lies in this tab too, under the person who typed it: shown to nobody else, thrown away
// when somebody else comes or when they sign out, and there again when their session ended and they sign in anew. A page
// of somebody who stays unknown names no person, and keeps nothing.
const HELD = "qsms-held:";
const person = document.body.dataset.person ?? "";
const held = () => Object.keys(sessionStorage).filter((key) => key.startsWith(HELD));
const holder = (form) => `${HELD}${person}:${form.dataset.held ?? form.dataset.draft}`;
// What is signed is what is shown now, and never what was shown before.
const NOT_HELD = ["csrfmiddlewaretoken", "once", "shown"];
const signedOut = "BroadcastChannel" in window ? new BroadcastChannel("qsms-signed-out") : null;
function forget() {
  for (const key of held()) sessionStorage.removeItem(key);
}
if (signedOut) signedOut.onmessage = forget;
function hold(form, sent) {
  const secret = $$("input[type=password]", form).map((one) => one.name);
  const pairs = [...new FormData(form)].filter(
    ([name, value]) => typeof value === "string" && !NOT_HELD.includes(name) && !secret.includes(name),
  );
  const over = form.closest("dialog")?.open ? location.pathname + location.search : "";
  sessionStorage.setItem(holder(form), JSON.stringify({ sent, pairs, over }));
}
function amend(key, more) {
  const stored = sessionStorage.getItem(key);
  if (stored) sessionStorage.setItem(key, JSON.stringify({ ...JSON.parse(stored), ...more }));
}
function refill(form, pairs) {
  for (const name of new Set(pairs.map(([each]) => each))) {
    const values = pairs.filter(([each]) => each === name).map(([, value]) => value);
    let at = 0;
    for (const one of form.elements) {
      if (one.name !== name || one.type === "file") continue;
      if (["checkbox", "radio"].includes(one.type)) one.checked = values.includes(one.value);
      else if (one.multiple) for (const option of one.options) option.selected = values.includes(option.value);
      else one.value = values[at++] ?? "";
    }
  }
}
function holding(form) {
  if (!person) return;
  const key = holder(form);
  const stored = sessionStorage.getItem(key);
  const dialog = form.closest("dialog");
  // A form that came back with errors holds what was typed already; loaded anew, it takes it from here.
  if ($(".esum, [aria-invalid=true]", dialog ?? document)) hold(form, false);
  else if (stored) {
    refill(form, JSON.parse(stored).pairs);
    const back = $("[data-draft-back]", form) ?? $("[data-draft-back]");
    if (back) back.hidden = false;
  }
  // Whoever closes the dialog by hand finds the words when they open it again, and is not met by it.
  dialog?.addEventListener("close", () => amend(key, { over: "" }), { once: true });
  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { hold(form, false); form.dispatchEvent(new Event("held")); }, 1500);
  });
  form.addEventListener("submit", () => { clearTimeout(timer); hold(form, true); });
  $("[data-dialog-close]", form)?.addEventListener("click", () => form.dispatchEvent(new Event("dropped")));
  form.addEventListener("kept", () => sessionStorage.removeItem(key));
  form.addEventListener("dropped", () => { clearTimeout(timer); sessionStorage.removeItem(key); });
}
// The page after a sent form says that it arrived, unless it is the door or says that nothing was done: then what was
// typed stays until it is sent again, whatever pages come between.
function unsend() {
  for (const key of held()) amend(key, { sent: false });
}
if (!person || $("[data-nothing-done]")) unsend();
if (person) {
  // A form that stands on the page it leads to has arrived when that page says what was done.
  const here = $("[data-said]") ? [] : $$("form[data-held], form[data-draft]").map(holder);
  for (const key of held()) {
    const { sent } = JSON.parse(sessionStorage.getItem(key));
    const arrived = sent && !here.includes(key);
    if (arrived || !key.startsWith(`${HELD}${person}:`)) sessionStorage.removeItem(key);
  }
} else if (held().length) for (const one of $$("[data-unsent-held]")) one.hidden = false;

// A dialog that stood over this page when the session ended, or when the page was loaded anew, is open again.
function reopen() {
  const here = location.pathname + location.search;
  const key = held().find((one) => JSON.parse(sessionStorage.getItem(one)).over === here);
  if (key && $("#dialog")) window.htmx?.ajax("GET", key.slice(`${HELD}${person}:`.length), { target: "#dialog", swap: "innerHTML" });
}

// A form that was refused stands at its own address. Going back or loading anew then asks for the form, where a browser
// would ask whether to send again what was mended since.
if ($(".esum") && $("form[data-held], form[data-draft], form[data-report]")) history.replaceState(history.state, "", location.href);

// A clock on the wall of the reader, as everywhere on the page, whatever the device is set to.
const clock = () => new Date().toLocaleTimeString(root.lang, {
  hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: document.body.dataset.zone || undefined,
});

// The token of the present session, read from this page as the same person would load it now.
async function renewed() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return false;
  const now = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = $("input[name=csrfmiddlewaretoken]", now)?.value;
  if (!fresh || now.body.dataset.person !== person) return false;
  for (const input of $$("input[name=csrfmiddlewaretoken]")) input.value = fresh;
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": fresh }));
  return true;
}

// Drafts keep themselves a few seconds after the last change, and say so.
function drafts(form) {
  let timer;
  const told = () => $("[data-draft-said]", form) ?? $("[data-draft-said]");
  const post = () => {
    const body = new FormData(form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    return fetch(form.dataset.draft, { method: "POST", body, headers: { "X-CSRFToken": token() } });
  };
  const put = async () => {
    let out = false;
    try {
      let answer = await post();
      // Whoever signed in again in another tab goes on in this one, once the page has the token of that session.
      if (answer.status === 403 && !answer.redirected && await renewed()) answer = await post();
      // After the end of a session the door answers, and has kept nothing.
      out = answer.redirected;
      if (!answer.ok || out) throw new Error(String(answer.status));
      form.dispatchEvent(new Event("kept"));
      if (told()) told().textContent = fill(words.kept, { time: clock() });
    } catch {
      if (out && person) hold(form, false);
      if (told()) told().textContent = out && person ? words.signedOut : words.unkept;
      timer = setTimeout(put, 15000);
    }
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(put, 3000); });
  form.addEventListener("submit", () => clearTimeout(timer));
}

// Matrix: the browser gives one tab stop; arrows follow rows and columns, Enter or Space chooses, a line says the cell.
function matrix(box) {
  const rows = $$("tbody tr", box).map((row) => $$("input", row));
  const line = $("[data-matrix-said]", box);
  const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  box.addEventListener("keydown", (event) => {
    const y = rows.findIndex((row) => row.includes(event.target));
    if (y < 0) return;
    const x = rows[y].indexOf(event.target);
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      event.target.click();
    }
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const sideways = getComputedStyle(box).direction === "rtl" ? -step[1] : step[1];
    rows[y + step[0]]?.[x + sideways]?.focus();
  });
  box.addEventListener("change", (event) => { if (line) line.textContent = event.target.getAttribute("aria-label"); });
}

// Rows: selecting shows the bulk bar; groups fold.
function rows(table) {
  const form = table.closest("form") ?? document;
  const bar = $("[data-bulk]", form) ?? $("[data-bulk]");
  const boxes = $$("tbody .check", table);
  const all = $("[data-select-all]", table);
  const sync = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    for (const box of boxes) box.closest("tr").setAttribute("aria-selected", box.checked);
    if (all) { all.checked = chosen === boxes.length; all.indeterminate = chosen > 0 && !all.checked; }
    if (!bar) return;
    bar.hidden = !chosen;
    $("[data-bulk-count]", bar).textContent = fill(words.selected, { n: chosen });
  };
  if (boxes.length) {
    if (all) { all.hidden = false; all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; sync(); }); }
    table.addEventListener("change", sync);
    form.addEventListener("reset", () => setTimeout(sync));
    sync();
  }
  for (const title of $$("span[data-fold]", table)) {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-expanded", "true");
    const arrow = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    arrow.setAttribute("class", "ic ic-s");
    arrow.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", $("svg use[href*='#i-']").getAttribute("href").replace(/#.*/, "#i-chevron-down"));
    arrow.append(use);
    button.append(arrow, ...title.childNodes);
    title.replaceWith(button);
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") !== "true";
      button.setAttribute("aria-expanded", open);
      button.closest("tbody").nextElementSibling.hidden = !open;
    });
  }
}

// Stage bar: on a phone only the present step shows; a tap shows the rest.
function stage(line) {
  line.dataset.folded = "";
  line.addEventListener("click", () => line.toggleAttribute("data-folded"));
}

// Tabs: where they are wider than the page, the current one stands in the middle of what is seen.
function tabs(row) {
  const current = $("[aria-current]", row);
  if (!current || row.scrollWidth <= row.clientWidth) return;
  const [its, all] = [current, row].map((one) => one.getBoundingClientRect());
  row.scrollLeft += its.left + its.width / 2 - (all.left + all.width / 2);
}

// Palette: a dialog over the page; its results come as links from the server.
const palette = $("#palette");
const options = () => $$("[role=option]", palette);
function point(option) {
  for (const each of options()) each.setAttribute("aria-selected", each === option);
  if (option) option.scrollIntoView({ block: "nearest" });
  const input = $("input", palette);
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
}
function openPalette(text = "") {
  if (!palette || palette.open) return;
  palette.showModal();
  const input = $("input", palette);
  if (text) input.value = text;
  input.select();
  if (!options().length) input.dispatchEvent(new Event("palette-open"));
}
document.addEventListener("palette", () => openPalette());
if (palette) {
  palette.addEventListener("keydown", (event) => {
    const list = options();
    const at = list.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.length) point(list[(at + (event.key === "ArrowDown" ? 1 : list.length - 1) + (at < 0 && event.key === "ArrowUp" ? 1 : 0)) % list.length]);
    }
    if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) open(list[at].href, "_blank", "noopener");
      else list[at].click();
    }
  });
  palette.addEventListener("htmx:afterSwap", () => point(options()[0]));
}

// Dialogs: content is fetched by htmx into the one dialog; a click beside it or Cancel closes it.
document.addEventListener("click", (event) => {
  const target = event.target;
  if (target instanceof HTMLDialogElement && target.open) {
    const box = target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) target.close();
    return;
  }
  const within = (selector) => target.closest?.(selector);
  if (within("[data-palette-open]") && palette && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    openPalette();
  }
  if (within("[data-dialog-close]")?.closest("dialog")) {
    event.preventDefault();
    within("dialog").close();
  }
  for (const menu of $$("details[data-menu-pop][open]")) if (!menu.contains(target)) menu.open = false;
});

// htmx: keeps the focus, says the result, opens the dialog, tells about failures.
function ready(part) {
  const found = (selector) => [...(part.matches?.(selector) ? [part] : []), ...$$(selector, part)];
  found("[data-matrix]").forEach(matrix);
  found("[data-rows]").forEach(rows);
  found("[data-stage]").forEach(stage);
  found(".tabs").forEach(tabs);
  found("form[data-held], form[data-draft]").forEach(holding);
  found("form[data-draft]").forEach(drafts);
  if (part !== document && found("[data-nothing-done]").length) unsend();
  found("[data-focus]").at(0)?.focus();
}
let focused = "";
document.addEventListener("htmx:beforeSwap", () => { focused = document.activeElement?.id ?? ""; });
// A request that is given up, for a newer one or because the reader goes elsewhere, is no error, and without an error of
// its own htmx writes none into the console.
document.addEventListener("htmx:beforeSend", ({ detail }) => {
  const ended = detail.xhr.onabort;
  detail.xhr.onabort = () => { detail.error = null; ended(); };
});
document.addEventListener("htmx:afterRequest", (event) => { const form = event.target.closest?.("form"); if (form) release(form); });
document.addEventListener("htmx:afterSwap", (event) => {
  // As soon as something stands in it: whoever closes it the next moment is not contradicted.
  const dialog = event.detail.elt.closest?.("[data-dialog]");
  if (dialog && !dialog.open) dialog.showModal();
});
document.addEventListener("htmx:afterSettle", (event) => {
  const part = event.detail.elt;
  ready(part);
  if (document.activeElement !== document.body) return;
  const again = focused && document.getElementById(focused);
  const heading = $("h1, h2, h3", part);
  if (again) again.focus({ preventScroll: true });
  else if (heading) { heading.tabIndex = -1; heading.focus({ preventScroll: true }); }
});
document.addEventListener("say", (event) => say(event.detail?.value ?? event.detail));
// What was not taken is told where the reader looks, and stays in the tab as not sent.
function fail(event, sentence) {
  say(sentence);
  const form = event.target.closest?.("form");
  if (form?.matches("[data-held], [data-draft]") && person) hold(form, false);
  const place = form ?? $("main");
  const line = $("[data-failed]", place) ?? document.createElement("p");
  line.className = "note s-bad";
  line.dataset.failed = "";
  line.textContent = sentence;
  place?.prepend(line);
  // Whoever pressed a button far below does not look up here by themselves.
  line.scrollIntoView({ block: "center" });
}
document.addEventListener("htmx:beforeRequest", () => { for (const line of $$("[data-failed]")) line.remove(); });
document.addEventListener("htmx:responseError", (event) => fail(event, event.detail.xhr.status === 403 ? words.forbidden : words.failed));
document.addEventListener("htmx:sendError", (event) => fail(event, words.unreachable));

ready(document);
reopen();

// What the pages around one record add: saying what was done, dropping files, names after @. They work without it.
const $$ = (selector) => [...document.querySelectorAll(selector)];
const say = (sentence) => document.dispatchEvent(new CustomEvent("say", { detail: sentence }));

for (const note of $$("[data-said]")) say(note.textContent.trim());

// Files dropped on the field are as if chosen in it.
for (const zone of $$("[data-drop]")) {
  const input = zone.querySelector("input[type=file]");
  const over = (on) => (event) => { event.preventDefault(); zone.classList.toggle("over", on); };
  zone.addEventListener("dragenter", over(true));
  zone.addEventListener("dragover", over(true));
  zone.addEventListener("dragleave", over(false));
  zone.addEventListener("drop", (event) => {
    over(false)(event);
    if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
  });
}

// Names after @: a list under the field, moved through by the arrows, taken by Enter or a click.
for (const field of $$("textarea[data-mention]")) {
  const list = document.createElement("div");
  list.className = "names";
  list.id = `${field.id}-names`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.dataset.mentionNames);
  list.hidden = true;
  field.after(list);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  let asked = 0;
  let at = -1;
  const typed = () => /(^|\s)@([\p{L}'’.-]+(?: [\p{L}'’.-]*)?)$/u.exec(field.value.slice(0, field.selectionStart));
  const close = () => { list.hidden = true; list.replaceChildren(); at = -1; field.removeAttribute("aria-activedescendant"); };
  const point = (next) => {
    const names = [...list.children];
    at = (next + names.length) % names.length;
    names.forEach((name, place) => name.setAttribute("aria-selected", place === at));
    field.setAttribute("aria-activedescendant", names[at].id);
  };
  const take = (name) => {
    const found = typed();
    const end = field.selectionStart;
    const start = end - (found ? found[2].length : 0);
    field.setRangeText(`${name} `, start, end, "end");
    asked += 1; // What is still on its way would open the list again.
    close();
    field.focus();
  };
  field.addEventListener("input", async () => {
    const found = typed();
    const mine = ++asked;
    if (!found) return close();
    const answer = await fetch(`${field.dataset.mention}?q=${encodeURIComponent(found[2])}`).catch(() => null);
    if (!answer?.ok || mine !== asked) return;
    const { names } = await answer.json();
    close();
    names.forEach((name, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.id = `${list.id}-${place}`;
      button.tabIndex = -1;
      button.setAttribute("role", "option");
      button.textContent = name;
      button.addEventListener("click", () => take(name));
      list.append(button);
    });
    list.hidden = !names.length;
    if (names.length) point(0);
    else say(field.dataset.mentionNone);
  });
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); point(at + (event.key === "ArrowDown" ? 1 : -1)); }
    else if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey && !event.metaKey) { event.preventDefault(); take(list.children[at].textContent); }
    else if (event.key === "Escape") { event.stopPropagation(); close(); }
  });
  field.addEventListener("blur", () => setTimeout(() => { if (!list.contains(document.activeElement)) close(); }, 150));
}

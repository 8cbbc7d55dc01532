// Texts with marks: buttons that put the marks in, pictures in their place, and beside the text what the server draws.
// Nothing is drawn here. Every change counts as typed, so drafts, undo and the preview follow by themselves.
const WAIT = 500;
const AGAIN = 15000;

function written(box) {
  const text = box.querySelector("textarea");
  const said = box.querySelector("[data-written-said]");
  const part = box.querySelector("[data-written-shown]");
  const file = box.querySelector("[data-written-file]");
  const words = box.dataset;
  const tell = (sentence) => { if (said.textContent !== sentence) said.textContent = sentence; };

  // -- the preview: asked for once the writer pauses; a newer question ends an older one --------------------------
  let timer;
  let asked;
  let behind = false;
  function soon(wait) {
    clearTimeout(timer);
    timer = setTimeout(show, wait);
  }
  async function show() {
    asked?.abort();
    asked = new AbortController();
    const body = new FormData(text.form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    body.set("part", "1");
    try {
      const answer = await fetch(words.preview, { method: "POST", body, signal: asked.signal });
      const drawn = answer.ok && !answer.redirected
        && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-drawn]");
      if (!drawn) return late(answer.redirected ? words.wordsOut : words.wordsUnshown);
      part.replaceChildren(...drawn.childNodes);
      if (behind) tell("");
      behind = false;
    } catch (error) {
      if (error.name !== "AbortError") late(words.wordsUnshown);
    }
  }
  // What was drawn last stays; the text itself lies in the draft.
  function late(sentence) {
    behind = true;
    tell(sentence);
    soon(AGAIN);
  }
  text.addEventListener("input", () => soon(WAIT));

  // -- marks -------------------------------------------------------------------------------------------------------
  // Put in as if typed: undone like it, and told to whoever listens.
  function put(words, from, to) {
    text.focus();
    text.setSelectionRange(from, to);
    if (!document.execCommand("insertText", false, words)) {
      text.setRangeText(words, from, to, "end");
      text.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
  const chosen = () => text.value.slice(text.selectionStart, text.selectionEnd);
  // Lines from their beginning to their end.
  function lines() {
    const from = text.value.lastIndexOf("\n", text.selectionStart - 1) + 1;
    const end = text.value.indexOf("\n", text.selectionEnd);
    return [from, end < 0 ? text.value.length : end];
  }
  function eachLine(mark, empty) {
    const [from, to] = lines();
    const marked = (text.value.slice(from, to) || empty).split("\n").map((line) => (line.startsWith(mark) ? line : mark + line));
    put(marked.join("\n"), from, to);
    return from + mark.length;
  }
  // A block of its own: an empty line before it and behind it.
  function block(words) {
    const at = text.selectionEnd;
    const before = text.value.slice(0, at);
    const gap = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    const after = text.value.slice(at);
    put(`${gap}${words}${after.startsWith("\n\n") ? "" : after.startsWith("\n") ? "\n" : "\n\n"}`, at, at);
  }
  const PUT = {
    heading() { eachLine("## ", words.wordsHeading); },
    bold() {
      const [from, inner] = [text.selectionStart, chosen() || words.wordsBold];
      put(`**${inner}**`, from, text.selectionEnd);
      text.setSelectionRange(from + 2, from + 2 + inner.length);
    },
    list() { eachLine("- ", words.wordsEntry); },
    steps() {
      const [from, to] = lines();
      const steps = (text.value.slice(from, to) || words.wordsEntry).split("\n");
      put(steps.map((line, place) => `${place + 1}. ${line.replace(/^(\d+\. |- )/, "")}`).join("\n"), from, to);
    },
    table() {
      const names = words.wordsColumns.split("|");
      const row = (cells) => `| ${cells.join(" | ")} |`;
      block([row(names), row(names.map(() => "---")), row(names.map(() => " "))].join("\n"));
    },
    link() {
      const label = chosen() || words.wordsLink;
      put(`[${label}](https://)`, text.selectionStart, text.selectionEnd);
      text.setSelectionRange(text.selectionStart - 1, text.selectionStart - 1);
    },
    picture() {
      if (words.picture) file.click();
      else tell(words.wordsUnsaved);
    },
  };
  box.addEventListener("click", (event) => {
    const button = event.target.closest("[data-put]");
    if (button) PUT[button.dataset.put]();
  });

  // -- pictures: chosen, dropped or pasted --------------------------------------------------------------------------
  async function bring(files) {
    if (!words.picture) return tell(words.wordsUnsaved);
    for (const one of files) {
      tell(words.wordsBringing);
      const body = new FormData();
      body.set("file", one);
      body.set("csrfmiddlewaretoken", text.form.elements.csrfmiddlewaretoken.value);
      try {
        const answer = await fetch(words.picture, { method: "POST", body });
        if (answer.redirected) return tell(words.wordsOut);
        const told = await answer.json();
        if (told.put) block(told.put);
        tell(told.said);
        if (!told.put) return;
      } catch {
        return tell(document.getElementById("ui-words")?.dataset.unreachable ?? "");
      }
    }
  }
  if (file) {
    file.addEventListener("change", async () => { await bring([...file.files]); file.value = ""; });
    const pictures = (data) => [...data.files].filter((one) => one.type.startsWith("image/"));
    text.addEventListener("dragover", (event) => { if (event.dataTransfer.types.includes("Files")) event.preventDefault(); });
    text.addEventListener("drop", (event) => {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      bring([...event.dataTransfer.files]);
    });
    text.addEventListener("paste", (event) => {
      const found = pictures(event.clipboardData);
      if (!found.length) return;
      event.preventDefault();
      bring(found);
    });
  }

  for (const one of box.querySelectorAll(".written-bar, .written-shown")) one.hidden = false;
  show();
}

for (const box of document.querySelectorAll("[data-written]")) written(box);

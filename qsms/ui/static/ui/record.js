// What the pages around one record add: saying what was done. Everything works without it.
const say = (sentence) => document.dispatchEvent(new CustomEvent("say", { detail: sentence }));

for (const note of document.querySelectorAll("[data-said]")) say(note.textContent.trim());

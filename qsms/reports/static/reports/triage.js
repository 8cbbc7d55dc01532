// The triage desk by keyboard: Ctrl Enter finishes the report that is open; links into the page take the focus along.
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key !== "Enter" || event.target.closest?.(".ask-box")) return;
  const button = document.querySelector("[data-finish]");
  if (!button) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  button.click();
}, true);

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".desk a[href^='#']");
  const there = link && document.getElementById(link.hash.slice(1));
  if (!there) return;
  event.preventDefault();
  there.focus();
  there.scrollIntoView({ block: "center" });
});

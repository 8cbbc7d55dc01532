// The triage desk: the list stays where it was, with the open report in view. By keyboard Ctrl Enter finishes the report
// that is open; links into the page take the focus along.
const PLACE = "qsms-triage-queue";
function keepInView() {
  const queue = document.querySelector(".queue");
  if (!queue) return;
  queue.scrollTop = Number(sessionStorage.getItem(PLACE) ?? 0);
  queue.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}
keepInView();
document.addEventListener("htmx:afterSettle", (event) => { if (event.target.id === "triage") keepInView(); });
document.addEventListener("scroll", (event) => {
  if (event.target.classList?.contains("queue")) sessionStorage.setItem(PLACE, event.target.scrollTop);
}, { capture: true, passive: true });

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

// The matrix editor: a cell takes the look of the class chosen in it.
for (const cell of document.querySelectorAll("[data-cell]")) {
  const select = cell.querySelector("select");
  select.addEventListener("change", () => {
    for (const name of [...cell.classList]) if (name.startsWith("r-")) cell.classList.remove(name);
    cell.classList.add(`r-${select.selectedOptions[0].dataset.tone}`);
  });
}

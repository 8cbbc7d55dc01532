// Draws the charts of a page from the specifications that stand in it, in the colours of the theme.
// The interpreter makes no script from text, and vega writes no style sheet, so the strict policy holds.
const { embed, expressionInterpreter } = window.qsmsVega;
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function look() {
  const text = { labelColor: colour("ink-2"), titleColor: colour("ink-2"), labelFontSize: 12, titleFontSize: 12, titleFontWeight: 400 };
  return {
    background: null,
    font: getComputedStyle(document.body).fontFamily,
    mark: { color: colour("accent") },
    rule: { color: colour("ink-2") },
    text: { color: colour("ink"), fontSize: 12 },
    axis: { ...text, gridColor: colour("line"), domainColor: colour("line-strong"), tickColor: colour("line-strong") },
    legend: text,
    header: text,
    title: { color: colour("ink") },
    view: { stroke: null },
    range: { heatmap: ["h1", "h2", "h3", "h4", "h5"].map(colour), category: ["accent", "quality", "safety", "env", "warn", "mute"].map(colour) },
  };
}

async function draw(figure) {
  const spec = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
  await embed(figure.querySelector(".chart-here"), { width: "container", ...spec, config: { ...look(), ...spec.config } }, {
    mode: "vega-lite",
    renderer: "svg",
    actions: false,
    ast: true,
    expr: expressionInterpreter,
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
  });
}

const all = () => { for (const figure of document.querySelectorAll("[data-chart]")) draw(figure); };
all();
new MutationObserver(all).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);

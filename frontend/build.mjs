// Writes what the product ships: vendored scripts with their licences, and the one icon sprite.
// Run `npm ci && npm run build` here after a change; the output is committed, so nobody else needs Node.
import { build } from "esbuild";
import { copyFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";

const here = new URL(".", import.meta.url);
const vendor = new URL("../qsms/ui/static/vendor/", here);
const ui = new URL("../qsms/ui/static/ui/", here);
const modules = new URL("node_modules/", here);

const COPIED = {
  "htmx.js": "htmx.org/dist/htmx.min.js",
  "alpine-csp.js": "@alpinejs/csp/dist/cdn.min.js",
};

// The classes of shapes.svg become attributes, because no style sheet may reach into an external sprite.
const CLASSES = {
  sh: 'fill="var(--lf, none)" stroke="var(--ll, currentColor)" stroke-width="1.35" stroke-dasharray="var(--ld, none)"',
  lt: 'fill="none" stroke="var(--lc, currentColor)" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"',
  dash: 'fill="none" stroke="var(--lx, none)" stroke-width="1.5"',
};

async function sprite() {
  const names = JSON.parse(await readFile(new URL("icons.json", here), "utf8"));
  const symbols = [];
  for (const name of names) {
    const svg = await readFile(new URL(`@tabler/icons/icons/outline/${name}.svg`, modules), "utf8");
    const body = svg.match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1].replace(/<path stroke="none"[^>]*>/, "");
    symbols.push(`<symbol id="i-${name}" viewBox="0 0 24 24">${body.replace(/\s*\n\s*/g, "").replaceAll('" />', '"/>')}</symbol>`);
  }
  const own = (await readFile(new URL("shapes.svg", here), "utf8"))
    .replace(/<!--[\s\S]*?-->/g, "")
    .match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1]
    .replace(/class="(\w+)"/g, (_, name) => CLASSES[name])
    .replace(/>\s+</g, "><")
    .trim();
  const head = "<!-- Icons: Tabler Icons (MIT, see vendor/LICENSES.txt). Marks: our own. Built by frontend/build.mjs. -->";
  await writeFile(new URL("sprite.svg", ui), `${head}\n<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n${own.replaceAll("</symbol><symbol", "</symbol>\n<symbol")}\n</svg>\n`);
}

async function charts() {
  const result = await build({
    entryPoints: [new URL("vega.js", here).pathname],
    outfile: new URL("vega.js", vendor).pathname,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
  });
  return Object.keys(result.metafile.inputs);
}

async function licences(files) {
  const packages = new Set(["htmx.org", "@alpinejs/csp", "@vue/reactivity", "@tabler/icons"]);
  for (const file of files) {
    const name = file.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1];
    if (name) packages.add(name);
  }
  const parts = ["Licences of the third-party code in this folder and of the icons in ui/sprite.svg.\n"];
  for (const name of [...packages].sort()) {
    const folder = new URL(`${name}/`, modules);
    const about = JSON.parse(await readFile(new URL("package.json", folder), "utf8"));
    const text = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file));
    const body = text ? await readFile(new URL(text, folder), "utf8") : `Licence: ${about.license}\n`;
    parts.push(`${"=".repeat(78)}\n${name} ${about.version} (${about.license})\n${"=".repeat(78)}\n${body.trim()}\n`);
  }
  await writeFile(new URL("LICENSES.txt", vendor), parts.join("\n").replaceAll("\r", ""));
}

await mkdir(vendor, { recursive: true });
for (const [target, source] of Object.entries(COPIED)) {
  await copyFile(new URL(source, modules), new URL(target, vendor));
}
await sprite();
await licences(await charts());

// Builds what the pages load: scripts, styles, fonts, and a sprite of the icons that templates name.
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const sources = join(here, "..", "opora");
const target = join(sources, "platform", "screens", "static", "opora");
const icons = join(here, "node_modules", "@tabler", "icons", "icons", "outline");

/** Names of icons: `{% icon "name" %}` and `icon="name"` anywhere in the sources, and the lines of icons.txt. */
async function iconNames() {
  const listed = (await readFile(join(here, "icons.txt"), "utf8")).split(/\s+/);
  const names = new Set(listed.filter(Boolean));
  for (const file of await readdir(sources, { recursive: true })) {
    if (!/\.(html|py)$/.test(file)) continue;
    const text = await readFile(join(sources, file), "utf8");
    for (const [, name] of text.matchAll(/(?:\{%\s*icon\s+|\bicon["']?\s*[=:]\s*)["']([a-z0-9-]+)["']/g)) names.add(name);
  }
  return [...names].sort();
}

async function sprite() {
  const symbols = [];
  for (const name of await iconNames()) {
    const svg = await readFile(join(icons, `${name}.svg`), "utf8").catch(() => {
      throw new Error(`No icon "${name}": look for one in node_modules/@tabler/icons/icons/outline`);
    });
    const paths = svg.replace(/<!--[\s\S]*?-->/g, "").replace(/<\/?svg[^>]*>/g, "").replace(/\s+/g, " ").trim();
    symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${paths}</symbol>`);
  }
  await writeFile(join(target, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
  return symbols.length;
}

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
const [count] = await Promise.all([
  sprite(),
  copyFile(join(here, "src", "mark.svg"), join(target, "mark.svg")),
  build({
    absWorkingDir: here,
    entryPoints: { opora: "src/opora.js", boot: "src/boot.js", styles: "src/css/opora.css" },
    outdir: target,
    bundle: true,
    minify: true,
    sourcemap: "linked",
    target: ["es2022"],
    loader: { ".woff2": "file", ".woff": "file" },
    assetNames: "fonts/[name]",
    legalComments: "linked",
    logLevel: "warning",
  }),
]);
process.stdout.write(`Built ${target} with ${count} icons\n`);

// Bundles the scripts of the map's page into the one file that Python puts on it: `node build.mjs`.
// Names, lines and order stay as in the sources, so that the page can be read and a change of it reviewed.
import { build } from "esbuild";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const maps = fileURLToPath(new URL("../../../geomap/maps/", import.meta.url));

const { metafile, outputFiles } = await build({
  absWorkingDir: maps,
  entryPoints: ["page/main.js"],
  outfile: "page.js",
  banner: { js: '"use strict";' },
  bundle: true,
  charset: "utf8",
  format: "iife",
  legalComments: "none",
  metafile: true,
  target: "es2022",
  write: false,
});
const circle = circleIn(metafile.inputs, "page/main.js", []);
if (circle) {
  throw new Error(`modules import each other: ${circle.join(" > ")}`);
}
const [bundle] = outputFiles;
await writeFile(bundle.path, bundle.contents);

/** The first modules found that import each other, undefined if there are none. */
function circleIn(inputs, name, above) {
  if (above.includes(name)) {
    return [...above.slice(above.indexOf(name)), name];
  }
  for (const { path } of inputs[name].imports) {
    const found = circleIn(inputs, path, [...above, name]);
    if (found) {
      return found;
    }
  }
  return undefined;
}

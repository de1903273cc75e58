// Bundles the modules of the map's page into the file that Python puts on it, and those of the widget: `node build.mjs`.
// Names, lines and order stay as in the sources, so that the page can be read and a change of it reviewed.
import { build } from "esbuild";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const maps = fileURLToPath(new URL("../../../geomap/maps/", import.meta.url));

await bundle("page/main.js", "page.js", {
  banner: { js: '"use strict";' },
  format: "iife",
});
await bundle("page/widget.js", "widget.js", { format: "esm" });

/** Writes what a module and those that it imports come to. */
async function bundle(entry, outfile, how) {
  const { metafile, outputFiles } = await build({
    absWorkingDir: maps,
    entryPoints: [entry],
    outfile,
    bundle: true,
    charset: "utf8",
    legalComments: "none",
    metafile: true,
    target: "es2022",
    write: false,
    ...how,
  });
  const circle = circleIn(metafile.inputs, entry, []);
  if (circle) {
    throw new Error(`modules import each other: ${circle.join(" > ")}`);
  }
  const [made] = outputFiles;
  await writeFile(made.path, made.contents);
}

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

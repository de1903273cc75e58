// What a reader can have drawn besides the places: density, countries by mentions, and places named together.
import { hasWorld } from "./basemap.js";
import { breaksOf } from "./breaks.js";
import { Choropleth } from "./choropleth.js";
import { Comentions } from "./comentions.js";
import { readBlock } from "./data.js";
import { Heat } from "./heat.js";
/** @import { Canvas } from "./canvas.js" */
/** @import { Places } from "./places.js" */
/** @import { Model } from "./model.js" */
/** @import { Areas, Extra } from "./types" */

const FEW = 3; // places: fewer have no density
const LINES = 40;
const SHARED = 2; // articles: what stands together once may do so by chance

/** @type {Record<Extra, new (...given: any[]) => Canvas>} */
const KINDS = { heat: Heat, countries: Choropleth, pairs: Comentions };

/**
 * Which of them there are data for, and no layer that whoever made the map put there.
 *
 * @param {Places} layer
 * @returns {Extra[]}
 */
export function extrasOf({ model, map, settings, extras }) {
  /** @type {Extra[]} */
  const found = [];
  if (model.size.places >= FEW) {
    found.push("heat");
  }
  if (settings.countries && hasWorld()) {
    found.push("countries");
  }
  if (model.together(1, SHARED).length) {
    found.push("pairs");
  }
  const own = new Set(extras.values());
  return found.filter((name) => {
    let there = false;
    map.eachLayer((each) => {
      there ||= each instanceof KINDS[name] && !own.has(each);
    });
    return !there;
  });
}

/**
 * Adds and removes what the state of the model says. Nothing is made before it is chosen.
 *
 * @param {Places} layer
 */
export function followExtras(layer) {
  const { model, map, extras } = layer;
  const { also } = model.state;
  for (const [name, extra] of extras) {
    if (!also.has(name)) {
      extra.remove();
      extras.delete(name);
    }
  }
  for (const name of also) {
    if (!extras.has(name) && (name !== "countries" || hasWorld())) {
      extras.set(name, make(layer, name).addTo(map));
    }
  }
}

/**
 * @param {Places} layer
 * @param {Extra} name
 */
function make(layer, name) {
  const { model, settings } = layer;
  const { key } = model.content;
  if (name === "heat") {
    return new Heat(key, { caption: "Density of mentions" });
  }
  if (name === "pairs") {
    return new Comentions(key, {
      limit: LINES,
      least: SHARED,
      caption: "Named in the same articles",
      beside: layer,
    });
  }
  const caption = "Mentions by country";
  return new Choropleth(key, countriesOf(model, settings.countries), {
    caption,
  });
}

/**
 * The countries, in classes of all their mentions.
 *
 * @param {Model} model
 * @param {string | undefined} id
 * @returns {Promise<Areas>}
 */
async function countriesOf(model, id) {
  const { names, of } = id ? await readBlock(id) : { names: [], of: [] };
  const counts = new Float64Array(names.length);
  for (let place = 0; place < of.length; place += 1) {
    if (of[place] >= 0) {
      counts[of[place]] += model.counted(place);
    }
  }
  const breaks = breaksOf(counts);
  const positive = counts.filter((count) => count > 0);
  return {
    names,
    of,
    per: null,
    base: null,
    breaks,
    least: Math.min(...positive),
    exact: breaks.length === new Set(positive).size,
  };
}

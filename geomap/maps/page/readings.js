// What else a mention might mean.
import { readBlock } from "./data.js";
/** @import { Places } from "./places.js" */
/** @import { Alternatives, PackedAlternatives } from "./types" */

/**
 * The candidates that mentions had, unpacked when they are first asked for; null where none came with the file.
 *
 * @param {Places} layer
 * @returns {Promise<Alternatives | null>}
 */
export function loadAlternatives(layer) {
  const id = layer.settings.alternatives;
  layer.alternatives ??= id
    ? readBlock(id).then(unpack)
    : Promise.resolve(null);
  return layer.alternatives;
}

/**
 * @param {PackedAlternatives} packed
 * @returns {Alternatives}
 */
function unpack({ features, lists, rows }) {
  return {
    of(row) {
      const pairs = lists[rows[row]];
      const found = [];
      for (let i = 0; i < pairs.length; i += 2) {
        const one = Object.entries(features).map(([name, column]) => [
          name,
          column[pairs[i]],
        ]);
        found.push({ ...Object.fromEntries(one), percent: pairs[i + 1] });
      }
      return found;
    },
  };
}

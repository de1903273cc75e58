// Places that would lie on top of each other, summed in one circle that says how often they are named together.
import { outlineForm } from "./forms.js";
import { numeral, plural } from "./words.js";
/** @import { Places } from "./places.js" */
/** @import { Model } from "./model.js" */
/** @import { Cluster, Drawn, Several } from "./types" */

const REACH = 44; // pixels between two clusters, at least
const APART = 8; // from this zoom on every place stands for itself
const [LEAST, LARGEST] = [12, 21]; // pixels: the radius of a cluster, so that two never touch
const NAMED = 2; // places of a cluster that are named, at most

/**
 * Whether a symbol stands for several places.
 *
 * @param {Drawn} symbol
 * @returns {symbol is Several}
 */
export const isCluster = (symbol) => symbol.members !== undefined;

/**
 * Groups points, given in pixels, by their distance. Whoever comes first in the order gathers what is near and still
 * alone. Returns for each group its numbers, the gathering one first.
 *
 * @param {number[]} order
 * @param {(number: number) => number} x
 * @param {(number: number) => number} y
 * @param {number} reach
 * @returns {number[][]}
 */
export function gatherPoints(order, x, y, reach) {
  /** @type {Map<number, number[][]>} */
  const cells = new Map();
  const groups = [];
  for (const number of order) {
    const [column, row] = [x(number), y(number)].map((one) =>
      Math.floor(one / reach),
    );
    let nearest;
    let least = reach * reach;
    for (let i = column - 1; i <= column + 1; i += 1) {
      for (let j = row - 1; j <= row + 1; j += 1) {
        for (const group of cells.get(i * 1e6 + j) || []) {
          const [across, down] = [
            x(group[0]) - x(number),
            y(group[0]) - y(number),
          ];
          const square = across * across + down * down;
          if (square < least) {
            least = square;
            nearest = group;
          }
        }
      }
    }
    if (nearest) {
      nearest.push(number);
      continue;
    }
    const group = [number];
    groups.push(group);
    const key = column * 1e6 + row;
    const cell = cells.get(key);
    if (cell) {
      cell.push(group);
    } else {
      cells.set(key, [group]);
    }
  }
  return groups;
}

/**
 * What a layer draws: places, and clusters of towns and sites. Areas stay alone, because they are no points to sum.
 * The place whose popup is open is always drawn by itself.
 *
 * @param {Places} layer
 * @param {number} width
 * @returns {Cluster[]}
 */
export function gatherPlaces(layer, width) {
  const { model, order, settings, map } = layer;
  if (!settings.cluster || map.getZoom() >= APART) {
    return order.map((number) => ({ number }));
  }
  const key = `${map.getZoom()} ${layer.selected}`;
  const known = layer.gathered;
  if (known && known.key === key && known.order === order) {
    return known.found;
  }
  /** @param {number} number */
  const alone = (number) =>
    model.places.form[number] !== "town" || number === layer.selected;
  const groups = gatherPoints(
    order.filter((number) => !alone(number)),
    (number) => model.across[number] * width,
    (number) => model.down[number] * width,
    REACH,
  );
  /** @type {Cluster[]} */
  const found = order.filter(alone).map((number) => ({ number }));
  for (const members of groups) {
    found.push(
      members.length === 1
        ? { number: members[0] }
        : {
            number: members[0],
            members,
            mentions: members.reduce(
              (sum, number) => sum + model.mentions(number),
              0,
            ),
          },
    );
  }
  layer.gathered = { key, order, found };
  return found;
}

/**
 * The radius of a cluster among those drawn with it.
 *
 * @param {number} mentions
 * @param {number} most
 */
export const clusterRadius = (mentions, most) =>
  Math.max(LEAST, LARGEST * Math.sqrt(mentions / most));

const short = new Intl.NumberFormat("en-US", {
  notation: "compact",
  maximumFractionDigits: 1,
});

/**
 * @param {Places} layer
 * @param {CanvasRenderingContext2D} context
 * @param {Several} symbol
 */
export function paintCluster(layer, context, symbol) {
  const { x, y, half, mentions, members } = symbol;
  outlineForm(context, "town", x, y, half);
  context.fillStyle = layer.color(layer.classes ? "muted" : "town");
  context.globalAlpha = 0.92;
  context.fill();
  context.globalAlpha = 1;
  context.lineWidth = 2;
  context.strokeStyle = layer.color("rim");
  context.stroke();
  context.font = layer.font(700, half > 15 ? 12 : 10.5);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = layer.color("rim");
  context.fillText(short.format(mentions), x, y + 0.5);
  if (members === layer.hoveredMembers) {
    outlineForm(context, "town", x, y, half + 3);
    context.lineWidth = 2.5;
    context.strokeStyle = layer.color("ink");
    context.stroke();
  }
}

/**
 * What a cluster says of itself: its best known places, and how many there are.
 *
 * @param {Model} model
 * @param {Several} symbol
 */
export function clusterWords(model, { members, mentions }) {
  const names = members
    .slice(0, NAMED)
    .map((number) => model.places.name[number]);
  const more = members.length - names.length;
  return {
    names: names.join(", ") + (more ? ` and ${numeral(more)} more` : ""),
    count: `· ${plural(mentions, "mention")}`,
  };
}

/**
 * Goes so close that a cluster falls apart.
 *
 * @param {Places} layer
 * @param {Several} symbol
 */
export function partCluster(layer, { members, x }) {
  const { model, map } = layer;
  const { lon, lat } = model.places;
  const turn = Math.round(
    (map.layerPointToLatLng([x, 0]).lng - lon[members[0]]) / 360,
  );
  const box = L.latLngBounds(
    members.map((number) => L.latLng(lat[number], lon[number] + 360 * turn)),
  );
  const margins = layer.margins();
  const padding = margins.paddingTopLeft.add(margins.paddingBottomRight);
  const zoom = Math.min(map.getBoundsZoom(box, false, padding), APART);
  map.flyToBounds(box, {
    ...margins,
    maxZoom: Math.max(zoom, Math.min(map.getZoom() + 1, APART)),
    duration: 0.4,
    animate: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
  });
}

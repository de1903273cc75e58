// Places that would lie on top of each other, summed in one circle that says how often they are named together.
import { isPoint, outlineForm, radiusOf } from "./forms.js";
import { numeral, plural } from "./words.js";
/** @import { Places } from "./places.js" */
/** @import { Model } from "./model.js" */
/** @import { Cluster, Drawn, Several, State, Summing } from "./types" */

const REACH = 44; // pixels between two clusters, at least
const APART = 8; // from this zoom on every place stands for itself
const MANY = 200; // places: fewer are seen well enough, each by itself
const CROWDED = 1 / 3; // of them hide another or are hidden: from here on sums are the better picture
const ASKED = 1000; // points, when looking how crowded they are
const LINE = 1e6; // cells of a grid: more than any map is high
const NEIGHBORS = [0, 1, -1].flatMap((i) =>
  [0, 1, -1].map((j) => i * LINE + j),
);
const LARGE = "first-level division"; // as the page's data call it
const SIZING = /** @type {const} */ ([
  "kinds",
  "sources",
  "certain",
  "possible",
  "embedded",
  "approximate",
  "text",
]);
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
 * The share of points, given in pixels with the radii of their circles, that lie in another's circle or have another's
 * middle in theirs. Of very many, some thousand speak for all.
 *
 * @param {Float64Array} x
 * @param {Float64Array} y
 * @param {Float64Array} radius
 */
export function crowdedShare(x, y, radius) {
  const { length } = x;
  const side = radius.reduce((most, one) => Math.max(most, one), 1);
  /** @param {number} at */
  const cellOf = (at) =>
    Math.floor(x[at] / side) * LINE + Math.floor(y[at] / side);
  /** @type {Map<number, number[]>} */
  const cells = new Map();
  for (let at = 0; at < length; at += 1) {
    const cell = cells.get(cellOf(at));
    if (cell) {
      cell.push(at);
    } else {
      cells.set(cellOf(at), [at]);
    }
  }
  /**
   * @param {number} a
   * @param {number} b
   */
  const hide = (a, b) => {
    const [across, down] = [x[a] - x[b], y[a] - y[b]];
    const most = Math.max(radius[a], radius[b]);
    return a !== b && across * across + down * down < most * most;
  };
  const step = Math.max(1, Math.floor(length / ASKED));
  let [crowded, asked] = [0, 0];
  for (let at = 0; at < length; at += step) {
    const own = cellOf(at);
    // The own cell first: in a crowd the first look finds somebody.
    const isHidden = NEIGHBORS.some((aside) =>
      cells.get(own + aside)?.some((other) => hide(at, other)),
    );
    asked += 1;
    crowded += isHidden ? 1 : 0;
  }
  return crowded / Math.max(1, asked);
}

/**
 * Whether a place is a point on a map of the world: towns and sites, and of divisions those within a division.
 *
 * @param {Model} model
 * @param {number} number
 */
const isSmall = ({ places }, number) =>
  isPoint(places.form[number]) ||
  (places.form[number] === "division" && places.kind[number] !== LARGE);

/**
 * How a layer sums places: as the reader says, else as whoever made the map does.
 *
 * @param {Places} layer
 * @returns {Summing}
 */
export const summingOf = ({ model, settings }) =>
  model.state.summing ?? SUMMING.get(settings.cluster) ?? "auto";

/** @type {Map<boolean | null, Summing>} */
const SUMMING = new Map([
  [true, "yes"],
  [false, "no"],
  [null, "auto"],
]);

/**
 * Whether places are summed at a width of the world.
 *
 * @param {Places} layer
 * @param {number} width
 */
function sums(layer, width) {
  const summing = summingOf(layer);
  if (summing === "no" || layer.map.getZoom() >= APART) {
    return false;
  }
  return summing === "yes" || isCrowded(layer, width);
}

/**
 * Whether many places hide each other. What the dates leave out counts, so that places do not part and join while time
 * passes.
 *
 * @param {Places} layer
 * @param {number} width
 */
function isCrowded(layer, width) {
  const { model, crowd } = layer;
  const { whole, most, state } = model;
  if (crowd && crowd.width === width && differInDates(crowd.state, state)) {
    return crowd.found;
  }
  const points = [];
  for (let number = 0; number < model.size.places; number += 1) {
    if (whole[number] && isSmall(model, number)) {
      points.push(number);
    }
  }
  const found =
    points.length >= MANY &&
    crowdedShare(
      Float64Array.from(points, (number) => model.across[number] * width),
      Float64Array.from(points, (number) => model.down[number] * width),
      Float64Array.from(points, (number) => radiusOf(whole[number], most)),
    ) >= CROWDED;
  layer.crowd = { width, state, found };
  return found;
}

/**
 * Whether two states differ in their dates at most, as far as the sizes of places go.
 *
 * @param {State} a
 * @param {State} b
 */
const differInDates = (a, b) => SIZING.every((name) => a[name] === b[name]);

/**
 * What a layer draws: places, and clusters of small ones where these would lie on each other. Areas stay
 * alone, because they are no points to sum. The place whose popup is open, and those that a notebook chose, are always
 * drawn by themselves.
 *
 * @param {Places} layer
 * @param {number} width
 * @returns {Cluster[]}
 */
export function gatherPlaces(layer, width) {
  const { order, map, outlines } = layer;
  const key = `${map.getZoom()} ${layer.chosen()} ${summingOf(layer)} ${outlines.size}`;
  const known = layer.gathered;
  if (known && known.key === key && known.order === order) {
    return known.found;
  }
  const found = sums(layer, width)
    ? gathered(layer, width)
    : order.map((number) => ({ number }));
  layer.gathered = { key, order, found };
  return found;
}

/**
 * @param {Places} layer
 * @param {number} width
 * @returns {Cluster[]}
 */
function gathered(layer, width) {
  const { model, order, outlines } = layer;
  /** @param {number} number */
  const alone = (number) =>
    !isSmall(model, number) || outlines.has(number) || layer.isChosen(number);
  /** @param {number} number */
  const x = (number) => model.across[number] * width;
  /** @param {number} number */
  const y = (number) => model.down[number] * width;
  /** @param {number} number */
  const radius = (number) => radiusOf(model.mentions(number), model.most);
  const groups = gatherPoints(
    order.filter((number) => !alone(number)),
    x,
    y,
    REACH,
  );
  /** @type {Cluster[]} */
  const found = order.filter(alone).map((number) => ({ number }));
  for (const members of groups) {
    if (members.length > 1 && touch(members, x, y, radius)) {
      const mentions = members.reduce(
        (sum, number) => sum + model.mentions(number),
        0,
      );
      found.push({ number: members[0], members, mentions });
    } else {
      found.push(...members.map((number) => ({ number })));
    }
  }
  return found;
}

/**
 * Whether any two circles of a group lie on each other.
 *
 * @param {number[]} members
 * @param {(number: number) => number} x
 * @param {(number: number) => number} y
 * @param {(number: number) => number} radius
 */
function touch(members, x, y, radius) {
  return members.some((a, i) =>
    members
      .slice(0, i)
      .some(
        (b) => Math.hypot(x(a) - x(b), y(a) - y(b)) < radius(a) + radius(b),
      ),
  );
}

/**
 * Whether any places of a map are summed now.
 *
 * @param {Places} layer
 */
export const isSummed = (layer) =>
  Boolean(layer.gathered?.found.some(({ members }) => members));

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
 * Whether the places of a cluster stay together however close one comes.
 *
 * @param {Places} layer
 * @param {Several} symbol
 */
export function isOneSpot({ model, map }, { members }) {
  const most = map.getMaxZoom();
  const width = 256 * 2 ** (Number.isFinite(most) ? most : APART);
  return [model.across, model.down].every((axis) => {
    const at = members.map((number) => axis[number] * width);
    return Math.max(...at) - Math.min(...at) < 1;
  });
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

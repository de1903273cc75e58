// Where names are written beside symbols: no page and no canvas in here, so that tests run it on its own.
import { overlap } from "./view.js";
/** @import { Bounds, Box, Placed } from "./types" */

const GIANT = 12; // pixels of radius: from here on a symbol gets its name before anything else does
const NEAR = 60; // pixels between a giant without a name and a dot that then has none either
const GIANT_TO_DOT = 1.6;

/**
 * A symbol that wants a name.
 *
 * @typedef {object} Wish
 * @property {string} text
 * @property {boolean} area
 * @property {number} size
 * @property {number} width
 * @property {number} x
 * @property {number} y
 * @property {number} radius
 * @property {number} half
 * @property {boolean} [shaped]
 */

/**
 * How many names a view has room for: more of them on a larger screen, and as one comes nearer.
 *
 * @param {number} zoom
 * @param {{ x: number, y: number }} size
 */
export function mostLabels(zoom, { x, y }) {
  const share = Math.min(1, (x * y) / (1100 * 700));
  return Math.round(share * (35 + 20 * Math.max(0, Math.min(zoom, 12) - 4)));
}

/**
 * The names that fit beside their symbols, those of large symbols first.
 *
 * A name covers no other name and nothing that is taken, and no symbol as long as there is room elsewhere; that of a giant may
 * stand inside it, or on smaller symbols. Near a giant that cannot be named, no smaller symbol is.
 *
 * @param {Wish[]} wishes the largest first
 * @param {Box[]} symbols the boxes of at least those that have a wish, in the same order
 * @param {Box[]} taken
 * @param {Pick<Bounds, "min" | "max">} view
 * @param {number} most
 * @returns {Placed[]}
 */
export function placeLabels(wishes, symbols, taken, { min, max }, most) {
  const names = [...taken];
  /** @type {Placed[]} */
  const labels = [];
  /** @type {Wish[]} */
  const unnamed = [];
  for (const [number, wish] of wishes.entries()) {
    if (labels.length >= most) {
      break;
    }
    if (unnamed.some((giant) => outshines(giant, wish))) {
      continue;
    }
    const placed = positionsFor(wish).find(({ box, over }) => {
      // A name is not cut by the edge of the map.
      const whole =
        (box[0] >= min.x || box[2] <= min.x) &&
        (box[2] <= max.x || box[0] >= max.x);
      const others = over
        ? symbols.slice(0, number)
        : [...symbols.slice(0, number), ...symbols.slice(number + 1)];
      return (
        whole &&
        !names.some((other) => overlap(box, other)) &&
        !others.some((other) => overlap(box, other))
      );
    });
    if (placed) {
      const { text, area, size } = wish;
      names.push(placed.box);
      labels.push({ text, area, size, ...placed });
    } else if (isInside(wish, min, max)) {
      unnamed.push(wish);
    }
  }
  return labels.map(({ text, area, size, x, y, box }) => ({
    text,
    area,
    size,
    x,
    y,
    box,
  }));
}

/**
 * @param {{ x: number, y: number, half: number }} symbol
 * @returns {Box}
 */
export const boxOf = ({ x, y, half }) => [
  x - half,
  y - half,
  x + half,
  y + half,
];

/**
 * @param {Wish} giant
 * @param {Wish} dot
 */
function outshines(giant, dot) {
  const gap =
    Math.hypot(giant.x - dot.x, giant.y - dot.y) - giant.half - dot.half;
  return giant.radius > dot.radius * GIANT_TO_DOT && gap < NEAR;
}

/**
 * @param {Wish} wish
 * @param {{ x: number, y: number }} min
 * @param {{ x: number, y: number }} max
 */
function isInside({ x, y }, min, max) {
  return x >= min.x && x <= max.x && y >= min.y && y <= max.y;
}

/**
 * Where a name may stand, the best first; `over` where it may lie on smaller symbols.
 *
 * @param {Wish} wish
 * @returns {{ x: number, y: number, box: Box, over: boolean }[]}
 */
function positionsFor({ x, y, radius, half, width, size, shaped }) {
  const [gap, high] = [half + 4, size / 2 + 1];
  const slant = half * 0.72 + 3;
  const beside = [
    [x + gap, y],
    [x - gap - width, y],
    [x - width / 2, y - half - high - 2],
    [x - width / 2, y + half + high + 2],
  ];
  const corners = [
    [x + slant, y - slant - high / 2],
    [x + slant, y + slant + high / 2],
    [x - slant - width, y - slant - high / 2],
    [x - slant - width, y + slant + high / 2],
  ];
  /** @param {number[][]} points @param {boolean} over */
  const at = (points, over) =>
    points.map(([left, middle]) => ({
      x: left,
      y: middle,
      box: /** @type {Box} */ ([
        left - 2,
        middle - high,
        left + width + 2,
        middle + high,
      ]),
      over,
    }));
  // What is drawn as an area or a line has its name in the middle.
  if (shaped) {
    return [...at([[x - width / 2, y]], true), ...at(beside, false)];
  }
  if (radius < GIANT) {
    return at(beside, false);
  }
  const within = [[x - width / 2, y]];
  return [
    ...at([...beside, ...corners], false),
    ...at([...beside, ...within, ...corners], true),
  ];
}

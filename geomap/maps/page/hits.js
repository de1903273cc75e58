// What lies under a pointer: symbols, those below them, and the lines and areas of places. No page in here.
/** @import { Drawn, Outline, OutlineKind, Shape } from "./types" */

/** @type {OutlineKind[]} */
const LINES = ["river", "lake"]; // a pointer shows what these are; larger areas are below it nearly everywhere

/**
 * The symbol at a point: the topmost one that holds it, else the nearest within reach of a finger or a mouse.
 *
 * @param {Drawn[]} symbols
 * @param {{ x: number, y: number }} point
 * @param {number} reach
 */
export function symbolAt(symbols, point, reach) {
  let found;
  let nearest = reach;
  for (let i = symbols.length - 1; i >= 0; i -= 1) {
    const { half } = symbols[i];
    const distance = distanceOf(symbols[i], point) - half;
    if (distance <= 0) {
      return symbols[i];
    }
    if (distance < nearest) {
      nearest = distance;
      found = symbols[i];
    }
  }
  return found;
}

/**
 * The places that share the spot of a symbol, it first, then the largest: whose symbols hold the point or lie within
 * that one. Clusters say themselves what they hold.
 *
 * @param {Drawn[]} symbols
 * @param {Drawn} hit
 * @param {{ x: number, y: number }} point
 * @param {number} reach
 * @returns {number[]}
 */
export function placesWith(symbols, hit, point, reach) {
  const within = Math.max(hit.half, reach);
  const others = symbols.filter(
    (symbol) =>
      !symbol.members &&
      (distanceOf(symbol, point) <= symbol.half ||
        distanceOf(symbol, hit) <= within),
  );
  return [...new Set([hit, ...others].map(({ number }) => number))];
}

/**
 * @param {{ x: number, y: number }} a
 * @param {{ x: number, y: number }} b
 */
const distanceOf = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

/**
 * The places whose lines or areas are at a point, in fractions of the world's width: lines first, then the smallest area.
 *
 * @param {Iterable<[number, Outline]>} outlines
 * @param {{ x: number, y: number }} point
 * @param {number} reach Of a line.
 * @returns {number[]}
 */
export function outlinesAt(outlines, { x, y }, reach) {
  /** @type {[number, number][]} */
  const found = [];
  for (const [number, { kind, lines }] of outlines) {
    // What crosses the antimeridian runs on beyond the edge of the world.
    const meets = [x - 1, x, x + 1].some((at) =>
      kind === "river"
        ? lines.some((line) => isAlong(line, at, y, reach))
        : isInside(lines, at, y),
    );
    if (meets) {
      found.push([number, LINES.indexOf(kind) === 0 ? 0 : sizeOf(lines)]);
    }
  }
  return found.sort((a, b) => a[1] - b[1]).map(([number]) => number);
}

/**
 * Whether a place is told by the pointer alone.
 *
 * @param {Outline | undefined} outline
 */
export const isPointedAt = (outline) =>
  outline !== undefined && LINES.includes(outline.kind);

/** @param {Shape[]} lines */
const sizeOf = (lines) =>
  lines.reduce(
    (sum, { box }) => sum + (box[2] - box[0]) * (box[3] - box[1]),
    0,
  );

/**
 * @param {Shape} shape
 * @param {number} x
 * @param {number} y
 * @param {number} reach
 */
function isAlong({ line, box }, x, y, reach) {
  const [west, north, east, south] = box;
  if (
    x < west - reach ||
    x > east + reach ||
    y < north - reach ||
    y > south + reach
  ) {
    return false;
  }
  for (let i = 2; i < line.length; i += 2) {
    const [ax, ay] = [line[i - 2], line[i - 1]];
    const [dx, dy] = [line[i] - ax, line[i + 1] - ay];
    const along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1);
    const part = Math.max(0, Math.min(1, along));
    if (Math.hypot(ax + part * dx - x, ay + part * dy - y) <= reach) {
      return true;
    }
  }
  return false;
}

/**
 * Whether rings hold a point, holes left out.
 *
 * @param {Shape[]} rings
 * @param {number} x
 * @param {number} y
 */
function isInside(rings, x, y) {
  let inside = false;
  for (const { line, box } of rings) {
    if (x < box[0] || x > box[2] || y < box[1] || y > box[3]) {
      continue;
    }
    for (let i = 0, before = line.length - 2; i < line.length; i += 2) {
      const [ax, ay] = [line[i], line[i + 1]];
      const [bx, by] = [line[before], line[before + 1]];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) {
        inside = !inside;
      }
      before = i;
    }
  }
  return inside;
}

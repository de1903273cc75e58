// Lines and areas of land: unpacked from differences, and added to a path for every copy of the world that is seen.
import { across, down } from "./mercator.js";
import { overlap, turnsOf } from "./view.js";
/** @import { Bounds, Box, Frame, Packed, PackedWorld, Shape, World } from "./types" */

const SOUTH = 0.9999; // below it, lines are the frame of the data and no coast

/**
 * Shapes of somebody's own: every ring an arc.
 *
 * @param {{ arcs: Packed, regions: number[][] }} areas
 * @returns {Shape[][]}
 */
export function unpackShapes({ arcs, regions }) {
  const lines = unpack(arcs);
  return regions.map((rings) => rings.map((number) => ring([number], lines)));
}

/**
 * @param {PackedWorld} packed
 * @returns {World}
 */
export function unpackWorld(packed) {
  const arcs = unpack(packed.world);
  const countries = packed.countries.map((country) => ({
    name: country.name,
    x: across(country.at[0]),
    y: down(country.at[1]),
    room: country.room / 360,
    rings: country.polygons.flatMap((rings) =>
      rings.map((numbers) => ring(numbers, arcs)),
    ),
  }));
  return {
    countries,
    land: countries.flatMap(({ rings }) => rings),
    borders: packed.borders.map((number) => arcs[number]),
    coasts: packed.coasts.map((number) => arcs[number]),
    states: unpack(packed.states),
  };
}

/**
 * @param {Packed} packed
 * @returns {Shape[]}
 */
function unpack({ scale, translate, arcs }) {
  return arcs.map(function (differences) {
    const line = new Float64Array(differences.length);
    let [x, y] = [0, 0];
    for (let i = 0; i < differences.length; i += 2) {
      x += differences[i];
      y += differences[i + 1];
      line[i] = across(x * scale[0] + translate[0]);
      line[i + 1] = down(y * scale[1] + translate[1]);
    }
    return withBox(line);
  });
}

/**
 * @param {Float64Array} line
 * @returns {Shape}
 */
export function withBox(line) {
  let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < line.length; i += 2) {
    west = Math.min(west, line[i]);
    east = Math.max(east, line[i]);
    north = Math.min(north, line[i + 1]);
    south = Math.max(south, line[i + 1]);
  }
  return { line, box: [west, north, east, south] };
}

/**
 * Joins arcs to a closed ring. Each arc continues where the last one ended, also across the antimeridian.
 *
 * @param {number[]} numbers
 * @param {Shape[]} arcs
 * @returns {Shape}
 */
function ring(numbers, arcs) {
  /** @type {number[]} */
  const points = [];
  for (const number of numbers) {
    const { line } = arcs[number < 0 ? ~number : number];
    const length = line.length / 2;
    /** @param {number} i */
    const at = (i) => 2 * (number < 0 ? length - 1 - i : i);
    const turn = points.length
      ? Math.round(points[points.length - 2] - line[at(0)])
      : 0;
    for (let i = 0; i < length; i += 1) {
      points.push(line[at(i)] + turn, line[at(i) + 1]);
    }
  }
  const end = points[points.length - 2];
  if (Math.abs(end - points[0]) > 0.5) {
    // Antarctica: around the pole, so along the lower edge back to the start, with a little overlap of the copies.
    points.push(end + 1e-4, 1, points[0] - 1e-4, 1);
  }
  return withBox(Float64Array.from(points));
}

/**
 * What a stretch of the map shows, in fractions of the world's width.
 *
 * @param {L.Map} map
 * @param {Bounds} bounds
 * @returns {Frame}
 */
export function frameOf(map, bounds) {
  const { width, turns } = turnsOf(map, bounds);
  const origin = map.getPixelOrigin();
  /** @type {Box} */
  const seen = [
    (bounds.min.x + origin.x) / width,
    (bounds.min.y + origin.y) / width,
    (bounds.max.x + origin.x) / width,
    (bounds.max.y + origin.y) / width,
  ];
  // A country that crosses the antimeridian runs on into the next copy of the world.
  const around = [turns[0] - 1, ...turns, turns[turns.length - 1] + 1];
  return { width, origin, seen, turns: around };
}

/**
 * What of a stretch of the map lies beyond another of the same size, in one or two rectangles.
 *
 * @param {Bounds} now
 * @param {Bounds} old
 * @returns {Bounds[]}
 */
export function stripsOf(now, old) {
  const strips = [];
  const [left, right] = [
    Math.max(now.min.x, old.min.x),
    Math.min(now.max.x, old.max.x),
  ];
  if (left > now.min.x) {
    strips.push(L.bounds(now.min, L.point(left, now.max.y)));
  }
  if (right < now.max.x) {
    strips.push(L.bounds(L.point(right, now.min.y), now.max));
  }
  if (old.min.y > now.min.y) {
    strips.push(L.bounds(L.point(left, now.min.y), L.point(right, old.min.y)));
  }
  if (old.max.y < now.max.y) {
    strips.push(L.bounds(L.point(left, old.max.y), L.point(right, now.max.y)));
  }
  return /** @type {Bounds[]} */ (strips);
}

/**
 * Adds shapes to a path, once for every copy of the world that is seen.
 *
 * @param {CanvasRenderingContext2D | Path2D} context
 * @param {Frame} frame
 * @param {Shape[]} shapes
 * @param {boolean} [filled]
 */
export function traceShapes(
  context,
  { width, origin, seen, turns },
  shapes,
  filled,
) {
  for (const turn of turns) {
    for (const { line, box } of shapes) {
      /** @type {Box} */
      const moved = [box[0] + turn, box[1], box[2] + turn, box[3]];
      if (overlap(moved, seen)) {
        follow(context, line, turn, width, origin, filled);
      }
    }
  }
}

/**
 * Adds a line to the path, leaving out points that would fall on the same pixel.
 *
 * @param {CanvasRenderingContext2D | Path2D} context
 * @param {Float64Array} line
 * @param {number} turn
 * @param {number} width
 * @param {L.Point} origin
 * @param {boolean} [filled]
 */
function follow(context, line, turn, width, origin, filled) {
  let [lastX, lastY] = [Infinity, Infinity];
  for (let i = 0; i < line.length; i += 2) {
    const x = (line[i] + turn) * width - origin.x;
    const y = line[i + 1] * width - origin.y;
    const edge = line[i + 1] > SOUTH && (i === 0 || line[i - 1] > SOUTH);
    if (i === 0 || (edge && !filled)) {
      context.moveTo(x, y);
    } else if (
      Math.abs(x - lastX) + Math.abs(y - lastY) < 0.75 &&
      i < line.length - 2
    ) {
      continue;
    } else {
      context.lineTo(x, y);
    }
    [lastX, lastY] = [x, y];
  }
}

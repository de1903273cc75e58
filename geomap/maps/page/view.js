// What a map shows now: the copies of the world, and what lies over it.
/** @import { Bounds, Box } from "./types" */

const MOST_TURNS = 64; // copies of the world: where a map is so far off that counting fails, drawing still ends

/**
 * The copies of the world that a stretch of the map shows, as numbers of turns.
 *
 * @param {L.Map} map
 * @param {Bounds} bounds
 * @returns {{ width: number, turns: number[] }}
 */
export function turnsOf(map, bounds) {
  const width = map.project([0, 360]).x - map.project([0, 0]).x;
  if (!map.options.crs?.wrapLng) {
    return { width, turns: [0] };
  }
  const west = map.project([0, -180]).x - map.getPixelOrigin().x;
  const first = Math.floor((bounds.min.x - west) / width);
  const last = Math.floor((bounds.max.x - west) / width);
  const length = Math.min(MOST_TURNS, Math.max(0, last - first + 1)) || 0;
  return { width, turns: Array.from({ length }, (_, turn) => first + turn) };
}

/**
 * What is seen of a map, in layer points.
 *
 * @param {L.Map} map
 */
export function seenOf(map) {
  const min = map.containerPointToLayerPoint([0, 0]);
  return /** @type {Bounds} */ (L.bounds(min, min.add(map.getSize())));
}

/**
 * The stretch of a map that shows every point once: all of it, unless the world is narrower.
 *
 * @param {L.Map} map
 * @param {Bounds} bounds
 * @returns {Bounds}
 */
export function onceIn(map, bounds) {
  const { width } = turnsOf(map, bounds);
  const { min, max } = bounds;
  if (!map.options.crs?.wrapLng || max.x - min.x <= width) {
    return bounds;
  }
  const [left, right] = freeOf(map).map(
    (x) => map.containerPointToLayerPoint([x, 0]).x,
  );
  const zero = map.project([0, -180]).x - map.getPixelOrigin().x;
  const west = worldIn(left, right, zero, width);
  return /** @type {Bounds} */ (
    L.bounds(
      L.point(Math.max(min.x, Math.round(west)), min.y),
      L.point(Math.min(max.x, Math.round(west + width)), max.y),
    )
  );
}

/**
 * Where one world begins that is shown once between two ends: at the antimeridian, moved no farther than it takes to
 * leave no end empty while some of the world is hidden behind the other.
 *
 * @param {number} left
 * @param {number} right
 * @param {number} zero An antimeridian.
 * @param {number} width
 */
export function worldIn(left, right, zero, width) {
  const middle = (left + right) / 2;
  const west = zero + Math.floor((middle - zero) / width) * width;
  const [before, after] = [west - left, west + width - right];
  if (before > 0 && after > 0) {
    return west - Math.min(before, after);
  }
  return before < 0 && after < 0 ? west + Math.min(-before, -after) : west;
}

/**
 * Where what the panel of a map leaves free begins and ends, in its container.
 *
 * @param {L.Map} map
 */
function freeOf(map) {
  const { x } = map.getSize();
  const panel = map.getContainer().querySelector(".geomap-panel");
  const covered =
    panel instanceof HTMLElement ? panel.offsetLeft + panel.offsetWidth : 0;
  return [covered < x / 2 ? covered : 0, x];
}

/**
 * The turn of the world that shows a longitude where a map is drawn once, else nearest to the middle of what is free.
 *
 * @param {L.Map} map
 * @param {number} lon
 */
export function turnTo(map, lon) {
  const [left, right] = freeOf(map);
  const middle = map.containerPointToLatLng([(left + right) / 2, 0]).lng;
  const seen = seenOf(map);
  const once = onceIn(map, seen);
  const [west, east] = [once.min, once.max].map(
    (point) => map.layerPointToLatLng(point).lng,
  );
  return Math.round(((once === seen ? middle : (west + east) / 2) - lon) / 360);
}

/**
 * The boxes of what lies over the map (panel, legends, buttons), in layer points: no name is written below them.
 *
 * @param {L.Map} map
 * @returns {Box[]}
 */
export function coveredIn(map) {
  const container = map.getContainer();
  const frame = container.getBoundingClientRect();
  const controls = container.querySelectorAll(".leaflet-control");
  return [...controls].map((control) => {
    const { left, top, right, bottom } = control.getBoundingClientRect();
    const [from, to] = [
      [left, top],
      [right, bottom],
    ].map(([x, y]) =>
      map.containerPointToLayerPoint([x - frame.left, y - frame.top]),
    );
    return /** @type {Box} */ ([from.x, from.y, to.x, to.y].map(Math.round));
  });
}

/**
 * @param {Box} a
 * @param {Box} b
 */
export const overlap = (a, b) =>
  a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

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

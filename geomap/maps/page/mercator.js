// Degrees to fractions of the world's width, in the Web Mercator projection.
const EDGE = (85.0511287798 * Math.PI) / 180; // where it ends

/** @param {number} lon */
export const across = (lon) => lon / 360 + 0.5;
/** @param {number} lat */
export function down(lat) {
  const phi = Math.max(-EDGE, Math.min(EDGE, (lat * Math.PI) / 180));
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + phi / 2)) / (2 * Math.PI);
}

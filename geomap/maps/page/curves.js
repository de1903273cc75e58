// The lines between places, as the pointer meets them.
/** @import { Curve } from "./types" */

/**
 * @param {Curve} curve
 * @param {L.Point} point
 */
export function isNear({ a, b, middle, shift }, { x, y }) {
  for (let t = 0.1; t < 0.95; t += 0.02) {
    const [p, q, r] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
    const px = p * a.x + q * middle.x + r * b.x + shift;
    const py = p * a.y + q * middle.y + r * b.y;
    if (Math.hypot(px - x, py - y) < 5) {
      return true;
    }
  }
  return false;
}

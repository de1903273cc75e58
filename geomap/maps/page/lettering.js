// The names of the basemap, on a canvas above the land: written when the map has come to rest.
import { Canvas } from "./canvas.js";
import { writeDetail } from "./closeup.js";
import { detailOf } from "./detail.js";
import { frameOf } from "./shapes.js";
import { coveredIn, overlap } from "./view.js";
/** @import { Bounds, Box, Frame, Named, World } from "./types" */

/** @type {WeakMap<L.Map, Named[]>} */
const named = new WeakMap();

/**
 * The names of countries that stand on a map, for layers that cover them.
 *
 * @param {L.Map} map
 * @returns {Named[]}
 */
export const namesOn = (map) => named.get(map) || [];

export class Lettering extends Canvas {
  _cut = false;

  /** @param {World} world */
  constructor(world) {
    super("geomap-lettering", 151);
    this.world = world;
  }

  // What comes into view gets its names when the map has come to rest.
  _extend() {}

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Bounds} bounds
   */
  draw(context, bounds) {
    this._write(context, frameOf(this._map, bounds), this.world);
  }

  /**
   * Country names, where there is room for them and no place is drawn.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Frame} frame
   * @param {World} world
   */
  _write(context, frame, { countries }) {
    const { width, origin, seen, turns } = frame;
    const taken = coveredIn(this._map);
    const written = new Set();
    const names = [];
    this._map.fire("geomap:layout", { taken, written });
    context.fillStyle = this.color("label");
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const { name, x, y, room } of countries) {
      const space = room * width;
      const size = Math.max(10, Math.min(14, space / 11));
      context.font = this.font(500, size);
      context.letterSpacing = `${size * 0.05}px`;
      const half = context.measureText(name).width / 2;
      if (half * 2 > space * 0.96 || written.has(name)) {
        continue;
      }
      for (const turn of turns) {
        const [px, py] = [(x + turn) * width - origin.x, y * width - origin.y];
        /** @type {Box} */
        const box = [px - half, py - size / 2, px + half, py + size / 2];
        const visible = x + turn > seen[0] && x + turn < seen[2];
        if (visible && !taken.some((other) => overlap(box, other))) {
          context.fillText(name, px, py);
          taken.push(box);
          names.push({ name, x: px, y: py, half, size });
        }
      }
    }
    context.letterSpacing = "0px";
    const detail = detailOf(this._map);
    if (detail) {
      writeDetail(this, context, frame, detail, taken, written);
    }
    named.set(this._map, names);
    this._map.fire("geomap:named");
  }
}

// The built-in basemap: land, borders and the names of countries on one canvas, without a network.
import { Canvas } from "./canvas.js";
import { readBlock, settled } from "./data.js";
import { frameOf, traceShapes, unpackWorld } from "./shapes.js";
import { coveredIn, overlap } from "./view.js";
/** @import { Bounds, Box, Frame, Named, Shape, World } from "./types" */

const CREDIT =
  '<a href="https://www.naturalearthdata.com/" target="_blank" rel="noopener noreferrer">Natural Earth</a>';
const RESTING = 150; // milliseconds
/** @type {Map<string, Promise<World>>} */
const worlds = new Map();
/** @type {WeakMap<L.Map, Named[]>} */
const named = new WeakMap();

/**
 * The names of countries that stand on a map, for layers that cover them.
 *
 * @param {L.Map} map
 * @returns {Named[]}
 */
export const namesOn = (map) => named.get(map) || [];

/**
 * The land of a page, which all layers that draw it share.
 *
 * @param {string} id
 * @returns {Promise<World>}
 */
export function loadWorld(id) {
  let world = worlds.get(id);
  if (!world) {
    world = settled().then(async () => unpackWorld(await readBlock(id)));
    worlds.set(id, world);
  }
  return world;
}

export class Basemap extends Canvas {
  /** @type {World | undefined} */
  world;

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  _timer;

  /** @param {string} id */
  constructor(id) {
    super("geomap-basemap", 150, CREDIT);
    loadWorld(id).then((world) => {
      this.world = world;
      this.redraw();
    });
  }

  /** @param {L.Map} map */
  onAdd(map) {
    super.onAdd(map);
    if (map.attributionControl) {
      map.attributionControl.setPrefix(
        '<a href="https://leafletjs.com" target="_blank" rel="noopener noreferrer">Leaflet</a>',
      );
    }
    return this;
  }

  getEvents() {
    const events = super.getEvents();
    return { ...events, "geomap:changed": this._changed };
  }

  /** @param {L.Map} map */
  onRemove(map) {
    clearTimeout(this._timer);
    super.onRemove(map);
    return this;
  }

  // Names of countries make way for those of places; that can wait while somebody drags a filter.
  _changed() {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this.redraw(), RESTING);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Bounds} bounds
   */
  draw(context, bounds) {
    const frame = frameOf(this._map, bounds);
    const { world } = this;
    if (!world) {
      return;
    }
    context.lineJoin = "round";
    context.beginPath();
    traceShapes(context, frame, world.land, true);
    context.fillStyle = this.color("land");
    context.fill();
    // Antarctica runs on where the projection ends.
    const south = frame.width - frame.origin.y - 1;
    const { min, max } = bounds;
    context.fillRect(min.x, south, max.x - min.x, Math.max(0, max.y - south));
    this._stroke(context, frame, world.coasts, this.color("coast"), 0.8);
    this._stroke(context, frame, world.borders, this.color("border"), 1);
    if (this._map.getZoom() >= 4) {
      context.setLineDash([3, 2]);
      this._stroke(context, frame, world.states, this.color("border"), 0.7);
      context.setLineDash([]);
    }
    this._write(context, frame, world);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Frame} frame
   * @param {Shape[]} shapes
   * @param {string} color
   * @param {number} width
   */
  _stroke(context, frame, shapes, color, width) {
    context.beginPath();
    traceShapes(context, frame, shapes);
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke();
  }

  /**
   * Country names, where there is room for them and no place is drawn.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Frame} frame
   * @param {World} world
   */
  _write(context, { width, origin, seen, turns }, { countries }) {
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
    named.set(this._map, names);
    this._map.fire("geomap:named");
  }
}

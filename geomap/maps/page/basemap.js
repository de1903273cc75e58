// The built-in basemap: land, borders and the names of countries on one canvas, without a network.
import { Canvas } from "./canvas.js";
import { cellsOf, paintLines, pathOfCells, writeDetail } from "./closeup.js";
import { readBlock, settled } from "./data.js";
import { detailOf } from "./detail.js";
import { frameOf, traceShapes, unpackWorld } from "./shapes.js";
import { coveredIn, overlap } from "./view.js";
/** @import { Detail } from "./detail.js" */
/** @import { Bounds, Box, Frame, Named, Shape, Traced, World } from "./types" */

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

/** The block of the land that ships. */
export const WORLD = "geomap_world";

/** Whether the page has it. */
export const hasWorld = () => document.getElementById(WORLD) !== null;

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
    return {
      ...events,
      "geomap:changed": this._changed,
      "geomap:detail": this._changed,
    };
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
    const { min, max } = bounds;
    const detail = detailOf(this._map);
    const { cells, land } = cellsOf(this, frame, detail);
    const within = pathOfCells(frame, cells);
    const beyond = new Path2D(within);
    beyond.rect(min.x, min.y, max.x - min.x, max.y - min.y);
    this._shade(context, frame, "sea");
    this._fill(context, pathOf(frame, world.land), "land");
    // Antarctica runs on where the projection ends.
    const south = frame.width - frame.origin.y - 1;
    context.fillRect(min.x, south, max.x - min.x, Math.max(0, max.y - south));
    const ground = pathOf(frame, land);
    if (cells.length) {
      this._fill(context, within, "sea");
      clipped(context, within, () => this._shade(context, frame, "sea"));
      this._fill(context, ground, "land");
    }
    // After all land, which in the cells runs on a little beyond them: a seam would show.
    clipped(context, beyond, () => {
      this._shade(context, frame, "land");
      this._lines(context, frame, world, detail);
    });
    if (detail) {
      clipped(context, within, () => {
        const shade = () => this._shade(context, frame, "land", land);
        clipped(context, ground, shade, "nonzero");
      });
      paintLines(this, context, frame, detail, true);
    }
    this._write(context, frame, world);
  }

  /**
   * The lines of the world for low zooms.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Frame} frame
   * @param {World} world
   * @param {Detail | undefined} detail
   */
  _lines(context, frame, { coasts, borders, states }, detail) {
    this._stroke(context, frame, coasts, this.color("coast"), 0.8);
    this._stroke(context, frame, borders, this.color("border"), 1);
    if (detail) {
      paintLines(this, context, frame, detail, false);
    } else if (this._map.getZoom() >= 4) {
      context.setLineDash([3, 2]);
      this._stroke(context, frame, states, this.color("border"), 0.7);
      context.setLineDash([]);
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Path2D} path
   * @param {string} color
   */
  _fill(context, path, color) {
    context.fillStyle = this.color(color);
    context.fill(path);
  }

  /**
   * Lets layers shade areas, below the lines and names of the land.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Frame} frame
   * @param {"sea" | "land"} stage
   * @param {Traced[]} [land]
   */
  _shade(context, frame, stage, land) {
    this._map.fire("geomap:shade", { context, frame, stage, land });
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

/**
 * The path of areas.
 *
 * @param {Frame} frame
 * @param {Shape[]} shapes
 */
function pathOf(frame, shapes) {
  const path = new Path2D();
  traceShapes(path, frame, shapes, true);
  return path;
}

/**
 * Draws within a path alone.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Path2D} path
 * @param {() => void} draw
 * @param {CanvasFillRule} [rule]
 */
function clipped(context, path, draw, rule = "evenodd") {
  context.save();
  context.clip(path, rule);
  draw();
  context.restore();
}

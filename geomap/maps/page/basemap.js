// The built-in basemap: land and borders on one canvas, names on another, without a network.
import { Canvas } from "./canvas.js";
import { cellsOf, paintLines, pathOfCells } from "./closeup.js";
import { readBlock, settled } from "./data.js";
import { detailOf } from "./detail.js";
import { Lettering } from "./lettering.js";
import { frameOf, stripsOf, traceShapes, unpackWorld } from "./shapes.js";
import { onceIn } from "./view.js";
/** @import { Detail } from "./detail.js" */
/** @import { Bounds, Frame, Shape, Traced, World } from "./types" */

const CREDIT =
  '<a href="https://www.naturalearthdata.com/" target="_blank" rel="noopener noreferrer">Natural Earth</a>';
const RESTING = 150; // milliseconds
/** @type {Map<string, Promise<World>>} */
const worlds = new Map();

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

  /** @type {Lettering | undefined} */
  _names;

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  _timer;

  /** @param {string} id */
  constructor(id) {
    super("geomap-basemap", 150, CREDIT);
    loadWorld(id).then((world) => {
      this.world = world;
      this._show();
    });
  }

  /** @param {L.Map} map */
  onAdd(map) {
    super.onAdd(map);
    this._show();
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
    this._names?.remove();
    this._names = undefined;
    super.onRemove(map);
    return this;
  }

  // Draws the land, once it has come and there is a map.
  _show() {
    if (this.world && this._map) {
      this.redraw();
      this._names = new Lettering(this.world).addTo(this._map);
    }
  }

  // What was painted stays, and moves; only what comes into view is painted beside it.
  _extend() {
    const { bounds: old } = /** @type {{ bounds: Bounds }} */ (this._painted);
    const now = this.boundsNow();
    const [x, y] = [old.min.x - now.min.x, old.min.y - now.min.y].map(
      (shift) => shift * this.ratio,
    );
    const whole = [x, y].every(Number.isInteger);
    const once = onceIn(this._map, now) !== now;
    if (
      once ||
      !whole ||
      !old.getSize().equals(now.getSize()) ||
      !old.overlaps(now)
    ) {
      this._update();
      return;
    }
    L.Renderer.prototype._update.call(this);
    this._place();
    const { context } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalCompositeOperation = "copy";
    context.drawImage(this._container, x, y);
    context.globalCompositeOperation = "source-over";
    this._setTransform();
    for (const strip of stripsOf(now, old)) {
      this.drawWithin(strip, () => this.draw(context, strip));
    }
  }

  // Names are written on a canvas of their own: this one has nothing to do when the map comes to rest.
  _rest() {}

  // Names of countries make way for those of places; that can wait while somebody drags a filter.
  _changed() {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => {
      this.redraw();
      this._names?.redraw();
    }, RESTING);
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

// A canvas that follows the map.
import { onceIn, seenOf } from "./view.js";
/** @import { Bounds } from "./types" */

const RESTING = 120; // milliseconds: who pauses for so long has come to rest

// A canvas over the whole map and some more around it. Leaflet's Renderer moves and scales it with the map; draw() paints
// it anew where a pan leads beyond it, and when the map has come to rest. Coordinates in draw() are Leaflet's layer points.
export class Canvas extends L.Renderer {
  /** @type {CanvasRenderingContext2D} */
  context;

  /** @type {MediaQueryList} */
  _dark;

  /** @type {() => void} */
  _repaint;

  /** @type {CSSStyleDeclaration} */
  _style;

  /** @type {Map<string, string>} */
  _colors = new Map();

  /** @type {{ bounds: Bounds, zoom: number, origin: L.Point, once: boolean } | undefined} */
  _painted;

  // Whether what is drawn ends where the world would begin anew; symbols and names are whole on either side.
  _cut = true;

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  _resting;

  /**
   * @param {string} pane
   * @param {number} zIndex
   * @param {string} [attribution]
   */
  constructor(pane, zIndex, attribution) {
    super({ padding: 0.25, pane, attribution });
    this._zIndex = zIndex;
    this._repaint = () => this.redraw();
  }

  get map() {
    return this._map;
  }

  /** @param {L.Map} map */
  onAdd(map) {
    const pane = String(this.options.pane);
    if (!map.getPane(pane)) {
      map.createPane(pane).style.zIndex = String(this._zIndex);
    }
    this._dark = window.matchMedia("(prefers-color-scheme: dark)");
    this._dark.addEventListener("change", this._repaint);
    return super.onAdd(map);
  }

  getEvents() {
    return { ...super.getEvents(), move: this._moving, moveend: this._moved };
  }

  /** @param {L.Map} map */
  onRemove(map) {
    clearTimeout(this._resting);
    this._painted = undefined;
    this._dark.removeEventListener("change", this._repaint);
    return super.onRemove(map);
  }

  redraw() {
    if (this._map) {
      this._update();
    }
    return this;
  }

  /** @param {string} name */
  color(name) {
    let color = this._colors.get(name);
    if (color === undefined) {
      color = this._style.getPropertyValue(`--geomap-${name}`).trim();
      this._colors.set(name, color);
    }
    return color;
  }

  /**
   * @param {number} weight
   * @param {number} size
   * @param {string} [style]
   */
  font(weight, size, style) {
    return `${style || "normal"} ${weight} ${size}px ${this.color("font")}`;
  }

  _initContainer() {
    this._container = L.DomUtil.create("canvas", "geomap-canvas");
    this._container.setAttribute("aria-hidden", "true");
    this.context = contextOf(this._container);
  }

  _destroyContainer() {
    this._container.remove();
  }

  /**
   * Paints a stretch of the map; every layer says how.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Bounds} bounds
   */
  draw(context, bounds) {
    throw new Error(`nothing to draw on ${context} within ${bounds}`);
  }

  // The stretch that is painted for what the map shows now, as Leaflet's Renderer chooses it.
  boundsNow() {
    const size = this._map.getSize();
    const padding = this.options.padding ?? 0;
    const min = this._map
      .containerPointToLayerPoint(size.multiplyBy(-padding))
      .round();
    return /** @type {Bounds} */ (
      L.bounds(min, min.add(size.multiplyBy(1 + 2 * padding)).round())
    );
  }

  // While the map is dragged: what comes into view is painted, and nothing else. A world that is seen as a whole waits.
  _moving() {
    if (this._isPainted() && !this._painted?.once && !this._covers()) {
      this._extend();
    }
  }

  // What is painted moves with the map, so that a pan within it costs nothing.
  _moved() {
    if (!this._isPainted() || this._painted?.once) {
      this._update();
      return;
    }
    this._moving();
    this._rest();
  }

  // Whether there is something painted that fits the zoom of the map.
  _isPainted() {
    const { _painted: painted, _map: map } = this;
    return (
      painted !== undefined &&
      !map._animatingZoom &&
      painted.zoom === map.getZoom() &&
      painted.origin.equals(map.getPixelOrigin())
    );
  }

  // Whether it reaches as far as the map is seen.
  _covers() {
    return this._painted?.bounds.contains(seenOf(this._map)) ?? false;
  }

  // Paints what a pan brings into view.
  _extend() {
    this._update();
  }

  // Once the map has come to rest, all is painted anew: names make room for what lies over the map.
  _rest() {
    clearTimeout(this._resting);
    this._resting = setTimeout(() => {
      if (this._map && !this._painted?.bounds.equals(this.boundsNow())) {
        this.redraw();
      }
    }, RESTING);
  }

  _update() {
    if (this._map._animatingZoom && this._bounds) {
      return;
    }
    clearTimeout(this._resting);
    super._update();
    this._place();
    const canvas = this._container;
    const size = this._bounds.getSize();
    const [wide, high] = [size.x * this.ratio, size.y * this.ratio].map(
      Math.round,
    );
    if (canvas.width === wide && canvas.height === high) {
      this.context.setTransform(1, 0, 0, 1, 0, 0);
      this.context.clearRect(0, 0, wide, high);
    } else {
      [canvas.width, canvas.height] = [wide, high];
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
    }
    this._style = getComputedStyle(this._map.getContainer());
    this._colors = new Map(); // asking the style again for each symbol would take most of the time
    this._setTransform();
    const seen = onceIn(this._map, this._bounds);
    this._painted = { ...this._state(), once: seen !== this._bounds };
    if (this._painted.once && this._cut) {
      this.drawWithin(seen, () => this.draw(this.context, seen));
    } else {
      this.draw(this.context, seen);
    }
  }

  /**
   * Draws within a stretch alone.
   *
   * @param {Bounds} bounds
   * @param {() => void} draw
   */
  drawWithin({ min, max }, draw) {
    const { context } = this;
    const path = new Path2D();
    path.rect(min.x, min.y, max.x - min.x, max.y - min.y);
    context.save();
    context.clip(path);
    draw();
    context.restore();
  }

  // Pixels of the canvas to one of the page.
  get ratio() {
    return Math.min(window.devicePixelRatio || 1, 2);
  }

  // Moves the canvas to where it is painted.
  _place() {
    L.DomUtil.setPosition(this._container, this._bounds.min);
    this._painted = { ...this._state(), once: false };
  }

  _state() {
    return {
      bounds: this._bounds,
      zoom: this._map.getZoom(),
      origin: this._map.getPixelOrigin(),
    };
  }

  _setTransform() {
    const { ratio } = this;
    const { x, y } = this._bounds.min;
    this.context.setTransform(ratio, 0, 0, ratio, -x * ratio, -y * ratio);
  }
}

/** @param {HTMLCanvasElement} canvas */
export function contextOf(canvas) {
  const context = canvas.getContext("2d");
  if (!context) {
    throw new Error("This browser cannot draw on a canvas.");
  }
  return context;
}

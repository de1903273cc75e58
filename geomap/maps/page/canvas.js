// A canvas that follows the map.
/** @import { Bounds } from "./types" */

// A canvas over the whole map. Leaflet's Renderer moves and scales it with the map; draw() paints it anew when the
// map has come to rest. Coordinates in draw() are Leaflet's layer points.
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

  /** @param {L.Map} map */
  onRemove(map) {
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

  // Fits the canvas to what the map shows now, without painting.
  reframe() {
    super._update();
  }

  _update() {
    if (this._map._animatingZoom && this._bounds) {
      return;
    }
    this.reframe();
    const { min } = this._bounds;
    const size = this._bounds.getSize();
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const canvas = this._container;
    L.DomUtil.setPosition(canvas, min);
    const [wide, high] = [size.x * ratio, size.y * ratio].map(Math.round);
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
    this.context.setTransform(
      ratio,
      0,
      0,
      ratio,
      -min.x * ratio,
      -min.y * ratio,
    );
    this.draw(this.context, this._bounds);
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

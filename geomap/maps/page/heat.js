// Density: how many mentions are around a point, from the faintest to the densest spot of what is seen.
import { Canvas, contextOf } from "./canvas.js";
import { loadCorpus } from "./data.js";
import { blurred } from "./density.js";
import { makeElement } from "./elements.js";
import { Key, makeRamp } from "./key.js";
import { turnsOf } from "./view.js";
/** @import { Model } from "./model.js" */
/** @import { Bounds } from "./types" */

const CELL = 4; // pixels
const FAINT = 0.06; // of the densest: below, nothing is drawn
const PASSES = 6; // of a box blur: with fewer, a lonely place is a square

export class Heat extends Canvas {
  /** @type {Model} */
  model;

  /** @type {(() => void) | undefined} */
  _end;

  /** @type {Key | undefined} */
  _key;

  /**
   * @param {string} key
   * @param {{ radius?: number, caption?: string, attribution?: string }} settings
   */
  constructor(key, { radius = 26, caption = "", attribution } = {}) {
    super("geomap-heat", 420, attribution);
    this.settings = { radius, caption };
    loadCorpus(key).then((model) => {
      this.model = model;
      if (this._map) {
        this._show();
      }
    });
  }

  /** @param {L.Map} map */
  onAdd(map) {
    super.onAdd(map);
    if (this.model) {
      this._show();
    }
    return this;
  }

  /** @param {L.Map} map */
  onRemove(map) {
    this._end?.();
    this._key?.remove();
    delete map.getContainer().dataset.geomapHeat;
    super.onRemove(map);
    return this;
  }

  _show() {
    this._end = this.model.listen(() => this.redraw());
    this._key = new Key(this.settings.caption, (body) => {
      body.append(makeRamp(), makeElement("span", "", "few – many"));
    }).addTo(this._map);
    this.redraw();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Bounds} bounds
   */
  draw(context, bounds) {
    if (!this.model) {
      return;
    }
    const size = bounds.getSize();
    const wide = Math.ceil(size.x / CELL);
    const high = Math.ceil(size.y / CELL);
    const field = this._field(bounds, wide, high);
    const most = field.reduce((a, b) => (b > a ? b : a), 0);
    this._map.getContainer().dataset.geomapHeat = most > 0 ? "1" : "0";
    if (!most) {
      return;
    }
    const image = new ImageData(wide, high);
    const colors = [0, 1, 2, 3, 4].map((n) => rgb(this.color(`step-${n}`)));
    for (let i = 0; i < field.length; i += 1) {
      // The root keeps the small from vanishing beside the largest, and the largest from saturating.
      const part = Math.sqrt(field[i] / most);
      if (part > FAINT) {
        const step = Math.min(3.999, part * 4);
        const [a, b] = [colors[Math.floor(step)], colors[Math.ceil(step) || 1]];
        const mix = step - Math.floor(step);
        for (let c = 0; c < 3; c += 1) {
          image.data[4 * i + c] = a[c] + (b[c] - a[c]) * mix;
        }
        image.data[4 * i + 3] = 255 * Math.min(0.85, 1.6 * (part - FAINT));
      }
    }
    const small = document.createElement("canvas");
    [small.width, small.height] = [wide, high];
    contextOf(small).putImageData(image, 0, 0);
    context.imageSmoothingEnabled = true;
    context.drawImage(
      small,
      bounds.min.x,
      bounds.min.y,
      wide * CELL,
      high * CELL,
    );
  }

  /**
   * @param {Bounds} bounds
   * @param {number} wide
   * @param {number} high
   */
  _field(bounds, wide, high) {
    const { model, map } = this;
    const { lon, lat } = model.places;
    const { width, turns } = turnsOf(map, bounds);
    let field = new Float32Array(wide * high);
    for (let place = 0; place < model.size.places; place += 1) {
      const mentions = model.mentions(place);
      if (mentions) {
        const point = map.latLngToLayerPoint([lat[place], lon[place]]);
        const y = Math.floor((point.y - bounds.min.y) / CELL);
        for (const turn of turns) {
          const x = Math.floor((point.x + turn * width - bounds.min.x) / CELL);
          if (x >= 0 && x < wide && y >= 0 && y < high) {
            field[y * wide + x] += mentions;
          }
        }
      }
    }
    const reach = Math.max(1, Math.round(this.settings.radius / CELL / 3));
    for (let pass = 0; pass < PASSES; pass += 1) {
      field = blurred(field, wide, high, 1, wide, reach);
      field = blurred(field, high, wide, wide, 1, reach);
    }
    return field;
  }
}

/** @param {string} hex */
function rgb(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

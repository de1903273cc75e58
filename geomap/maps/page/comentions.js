// Places that stand in the same articles, joined by curved lines: the strongest, as many as can be read.
import { Canvas } from "./canvas.js";
import { isNear } from "./curves.js";
import { loadCorpus } from "./data.js";
import { makeElement } from "./elements.js";
import { Key } from "./key.js";
import { turnsOf } from "./view.js";
import { plural } from "./words.js";
/** @import { Model } from "./model.js" */
/** @import { Bounds, Curve, Pair } from "./types" */

const BEND = 0.16; // of a line's length
const LISTED = 5;

export class Comentions extends Canvas {
  /** @type {Model} */
  model;

  /** @type {Pair[]} */
  _pairs = [];

  /** @type {Curve[]} */
  _curves = [];

  /** @type {Pair | undefined} */
  _over;

  /** @type {L.Tooltip | undefined} */
  _tip;

  /** @type {(() => void) | undefined} */
  _end;

  /** @type {Key | undefined} */
  _key;

  /**
   * @param {string} key
   * @param {{ limit?: number, caption?: string, attribution?: string }} settings
   */
  constructor(key, { limit = 60, caption = "", attribution } = {}) {
    super("geomap-lines", 435, attribution);
    this.settings = { limit, caption };
    loadCorpus(key).then((model) => {
      this.model = model;
      this._pairs = model.together(this.settings.limit);
      if (this._map) {
        this._show();
      }
    });
  }

  /** @param {L.Map} map */
  onAdd(map) {
    super.onAdd(map);
    map.on("mousemove", this._onMove, this);
    if (this.model) {
      this._show();
    }
    return this;
  }

  /** @param {L.Map} map */
  onRemove(map) {
    map.off("mousemove", this._onMove, this);
    this._tip?.remove();
    this._end?.();
    this._key?.remove();
    super.onRemove(map);
    return this;
  }

  _show() {
    this._end = this.model.listen(() => {
      this._pairs = this.model.together(this.settings.limit);
      this._key?.fill();
      this.redraw();
    });
    this._key = new Key(this.settings.caption, (body) =>
      this._explain(body),
    ).addTo(this._map);
    this.redraw();
  }

  /** @param {HTMLElement} body */
  _explain(body) {
    const list = makeElement("ol", "geomap-pairs");
    for (const pair of this._pairs.slice(0, LISTED)) {
      const item = makeElement("li", "", this._said(pair));
      item.dir = "auto";
      list.append(item);
    }
    body.append(list);
  }

  /** @param {Pair} pair */
  _said({ from, to, articles }) {
    const { name } = this.model.places;
    return `${name[from]} – ${name[to]}: ${plural(articles, "article")}`;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Bounds} bounds
   */
  draw(context, bounds) {
    if (!this.model) {
      return;
    }
    const map = this._map;
    const { lon, lat } = this.model.places;
    const { width, turns } = turnsOf(map, bounds);
    const most = Math.max(1, ...this._pairs.map(({ articles }) => articles));
    this._curves = [];
    context.lineCap = "round";
    context.strokeStyle = this.color("join");
    for (const pair of [...this._pairs].reverse()) {
      const { from, to, articles } = pair;
      const turn = Math.round((lon[from] - lon[to]) / 360) * 360;
      const a = map.latLngToLayerPoint([lat[from], lon[from]]);
      const b = map.latLngToLayerPoint([lat[to], lon[to] + turn]);
      const [dx, dy] = [b.x - a.x, b.y - a.y];
      // All lines bend the same way, so that one there and one back do not lie on each other.
      const middle = {
        x: (a.x + b.x) / 2 + dy * BEND,
        y: (a.y + b.y) / 2 - dx * BEND,
      };
      context.lineWidth = 1 + 4.5 * Math.sqrt(articles / most);
      context.globalAlpha = 0.25 + 0.5 * (articles / most);
      for (const copy of turns) {
        const shift = copy * width;
        context.beginPath();
        context.moveTo(a.x + shift, a.y);
        context.quadraticCurveTo(middle.x + shift, middle.y, b.x + shift, b.y);
        context.stroke();
        this._curves.push({ pair, a, b, middle, shift });
      }
    }
    context.globalAlpha = 1;
    map.getContainer().dataset.geomapLines = String(this._pairs.length);
  }

  /** @param {L.LeafletMouseEvent} event */
  _onMove({ layerPoint, latlng }) {
    const found = this._curves.findLast((curve) => isNear(curve, layerPoint));
    const pair = found && found.pair;
    if (pair !== this._over) {
      this._tip?.remove();
      this._over = pair;
      if (pair) {
        const words = makeElement("span", "", this._said(pair));
        words.dir = "auto";
        this._tip = L.tooltip({ direction: "top", className: "geomap-tip" })
          .setLatLng(latlng)
          .setContent(words)
          .addTo(this._map);
      }
    }
  }
}

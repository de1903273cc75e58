// Places that stand in the same articles, joined by curved lines: the strongest, as many as can be read.
import { Canvas } from "./canvas.js";
import { gatherPlaces } from "./clusters.js";
import { isNear } from "./curves.js";
import { loadCorpus } from "./data.js";
import { makeElement } from "./elements.js";
import { isPoint } from "./forms.js";
import { Key } from "./key.js";
import { turnsOf } from "./view.js";
import { plural } from "./words.js";
/** @import { Model } from "./model.js" */
/** @import { Places } from "./places.js" */
/** @import { Bounds, Curve, Pair } from "./types" */

const BEND = 0.16; // of a line's length
const LISTED = 5;
const FOUND = 2000; // pairs, of which those are drawn that are seen

/**
 * Whether one place of a pair lies in the other: articles name both without saying so.
 *
 * @param {Model} model
 * @param {Pair} pair
 */
function isNested(model, { from, to }) {
  const { form, within } = model.places;
  return [
    [from, to],
    [to, from],
  ].some(
    ([area, place]) =>
      !isPoint(form[area]) &&
      within[place].split(", ").includes(model.gazetteerName(area)),
  );
}

export class Comentions extends Canvas {
  /** @type {Model} */
  model;

  /** @type {Pair[]} */
  _pairs = [];

  /** @type {Pair[]} */
  _listed = [];

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
   * @param {{ limit?: number, least?: number, caption?: string, attribution?: string, beside?: Places }} settings Beside
   *   places that are summed, lines lead to the sums; and only the strongest that are seen are drawn.
   */
  constructor(
    key,
    { limit = 60, least = 2, caption = "", attribution, beside } = {},
  ) {
    super("geomap-lines", 435, attribution);
    this.settings = { limit, least, caption, beside };
    loadCorpus(key).then((model) => {
      this.model = model;
      this._pair();
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
    delete map.getContainer().dataset.geomapLines;
    super.onRemove(map);
    return this;
  }

  _pair() {
    const { limit, least, beside } = this.settings;
    this._pairs = beside
      ? this.model
          .together(FOUND, least)
          .filter((pair) => !isNested(this.model, pair))
      : this.model.together(limit, least);
  }

  _show() {
    this._end = this.model.listen(() => {
      this._pair();
      this.redraw();
    });
    this._key = new Key(this.settings.caption, (body) =>
      this._explain(body),
    ).addTo(this._map);
    this.redraw();
  }

  /**
   * Lists the strongest of the lines that are drawn.
   *
   * @param {Pair[]} pairs
   */
  _tell(pairs) {
    const same = pairs.every((pair, i) => pair === this._listed[i]);
    if (!same || pairs.length !== this._listed.length) {
      this._listed = pairs;
      this._key?.fill();
    }
  }

  /** @param {HTMLElement} body */
  _explain(body) {
    const list = makeElement("ol", "geomap-pairs");
    for (const pair of this._listed) {
      const item = makeElement("li", "", this._said(pair));
      item.dir = "auto";
      list.append(item);
    }
    body.append(
      this._listed.length
        ? list
        : makeElement("p", "geomap-about", "None in this view"),
    );
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
    const pairs = this._drawnIn(width);
    this._tell(pairs.slice(0, LISTED).map(({ pair }) => pair));
    const most = Math.max(1, ...pairs.map(({ articles }) => articles));
    this._curves = [];
    context.lineCap = "round";
    context.strokeStyle = this.color("join");
    for (const { pair, from, to, articles } of pairs.reverse()) {
      const turn = Math.round((lon[from] - lon[to]) / 360) * 360;
      const a = map.latLngToLayerPoint([lat[from], lon[from]]);
      const b = map.latLngToLayerPoint([lat[to], lon[to] + turn]);
      const [dx, dy] = [b.x - a.x, b.y - a.y];
      // All lines bend the same way, so that one there and one back do not lie on each other.
      const middle = {
        x: (a.x + b.x) / 2 + dy * BEND,
        y: (a.y + b.y) / 2 - dx * BEND,
      };
      context.lineWidth = 0.8 + 3.4 * Math.sqrt(articles / most);
      context.globalAlpha = 0.25 + 0.4 * (articles / most);
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
    map.getContainer().dataset.geomapLines = String(pairs.length);
  }

  /**
   * The pairs that lines are drawn for, the strongest first, each with where its line begins and ends.
   *
   * @param {number} width Of the world, in pixels.
   * @returns {{ pair: Pair, from: number, to: number, articles: number }[]}
   */
  _drawnIn(width) {
    const { limit, beside } = this.settings;
    if (!beside) {
      return this._pairs.map((pair) => ({ pair, ...pair }));
    }
    const bounds = this._map.getBounds();
    const { lon, lat } = this.model.places;
    /** @type {Map<number, number>} */
    const sumOf = new Map();
    for (const { number, members } of gatherPlaces(beside, width)) {
      for (const member of members ?? []) {
        sumOf.set(member, number);
      }
    }
    /** @param {number} number */
    const isSeen = (number) => {
      const turn = Math.round((bounds.getCenter().lng - lon[number]) / 360);
      return bounds.contains([lat[number], lon[number] + 360 * turn]);
    };
    const found = [];
    const taken = new Set();
    for (const pair of this._pairs) {
      const [from, to] = [pair.from, pair.to].map(
        (number) => sumOf.get(number) ?? number,
      );
      const key = from < to ? `${from} ${to}` : `${to} ${from}`;
      if (from !== to && !taken.has(key) && isSeen(from) && isSeen(to)) {
        taken.add(key);
        found.push({ pair, from, to, articles: pair.articles });
      }
      if (found.length === limit) {
        break;
      }
    }
    return found;
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

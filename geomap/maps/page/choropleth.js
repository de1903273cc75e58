// Areas colored by the mentions in them, in classes that stay the same while a reader filters.
import { WORLD, loadWorld } from "./basemap.js";
import { Canvas } from "./canvas.js";
import { classOf, stepOf, strengthAt } from "./colors.js";
import { loadCorpus, readBlock } from "./data.js";
import { isOver, makeElement } from "./elements.js";
import { Key } from "./key.js";
import { namesOn } from "./lettering.js";
import { frameOf, traceShapes, unpackShapes } from "./shapes.js";
/** @import { Model } from "./model.js" */
/** @import { Areas, Bounds, Shape } from "./types" */

export class Choropleth extends Canvas {
  /** @type {Model} */
  model;

  /** @type {Areas} */
  areas;

  /** @type {Float64Array} */
  values;

  /** @type {Shape[][]} */
  _rings = [];

  /** @type {Path2D[]} */
  _paths = [];

  /** @type {number | undefined} */
  _over;

  /** @type {L.Tooltip | undefined} */
  _tip;

  /** @type {(() => void) | undefined} */
  _end;

  /** @type {Key | undefined} */
  _key;

  /**
   * @param {string} key
   * @param {string | Promise<Areas>} given The areas, or the block with them.
   * @param {{ caption?: string, world?: string, attribution?: string }} settings
   */
  constructor(key, given, { caption = "", world = WORLD, attribution } = {}) {
    super("geomap-areas", 400, attribution);
    this.settings = { caption, world };
    /** @type {Promise<Areas>} */
    const found = typeof given === "string" ? readBlock(given) : given;
    Promise.all([loadCorpus(key), found]).then(async ([model, areas]) => {
      this.areas = areas;
      const { arcs, regions } = areas;
      this._rings =
        arcs && regions
          ? unpackShapes({ arcs, regions })
          : await this._countries(areas);
      this.model = model;
      this._value();
      if (this._map) {
        this._show();
      }
    });
  }

  /** @param {Areas} areas */
  async _countries({ names }) {
    const { countries } = await loadWorld(this.settings.world);
    const known = new Map(countries.map(({ name, rings }) => [name, rings]));
    return names.map((name) => known.get(name) || []);
  }

  /** @param {L.Map} map */
  onAdd(map) {
    super.onAdd(map);
    map.on("mousemove", this._onMove, this);
    map.on("mouseout", this._leave, this);
    if (this.model) {
      this._show();
    }
    return this;
  }

  getEvents() {
    const events = super.getEvents();
    return { ...events, "geomap:named": this.redraw };
  }

  /** @param {L.Map} map */
  onRemove(map) {
    map.off("mousemove", this._onMove, this);
    map.off("mouseout", this._leave, this);
    this._leave();
    this._end?.();
    this._key?.remove();
    delete map.getContainer().dataset.geomapAreas;
    super.onRemove(map);
    return this;
  }

  _show() {
    this._end = this.model.listen(() => {
      this._value();
      this.redraw();
    });
    this._key = new Key(this.settings.caption, (body) =>
      this._explain(body),
    ).addTo(this._map);
    this.redraw();
  }

  // The mentions of each area, or what they are a share of.
  _value() {
    const { model, areas } = this;
    const { of, per, base } = areas;
    this.values = new Float64Array(this._rings.length);
    for (let place = 0; place < of.length; place += 1) {
      if (of[place] >= 0) {
        this.values[of[place]] += model.mentions(place);
      }
    }
    this.values = this.values.map((value, area) => {
      if (per === "article") {
        return value / Math.max(1, model.totals.articles);
      }
      // No people known, no rate.
      return base ? (base[area] ? value / base[area] : 0) : value;
    });
  }

  /** @param {number} number */
  _shade(number) {
    return stepOf(number, this.areas.breaks.length);
  }

  /** @param {HTMLElement} body */
  _explain(body) {
    const { breaks, least, exact, per } = this.areas;
    const counts = per === null;
    const list = makeElement("ul");
    breaks.forEach((edge, number) => {
      const item = makeElement("li");
      const box = makeElement("span", "geomap-swatch");
      box.style.background = `var(--geomap-step-${this._shade(number)})`;
      const before = number ? breaks[number - 1] : least;
      // Counts are whole: a class begins behind the one before.
      const from = counts && number ? before + 1 : before;
      const words =
        exact || from >= edge
          ? figure(edge)
          : `${figure(from)} – ${figure(edge)}`;
      item.append(box, makeElement("span", "", words));
      list.append(item);
    });
    body.append(list);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Bounds} bounds
   */
  draw(context, bounds) {
    if (!this.model) {
      return;
    }
    const frame = frameOf(this._map, bounds);
    let drawn = 0;
    const strength = 0.8 * strengthAt(this._map.getZoom()); // close up, the land below is what one looks at
    this._paths = this._rings.map((rings, area) => {
      const path = new Path2D();
      if (!this.values[area]) {
        return path;
      }
      traceShapes(path, frame, rings, true);
      context.fillStyle = this.color(
        `step-${this._shade(classOf(this.values[area], this.areas.breaks))}`,
      );
      context.globalAlpha = strength;
      context.fill(path, "evenodd");
      context.globalAlpha = 1;
      context.strokeStyle = this.color("rim");
      context.lineWidth = 0.8;
      context.stroke(path);
      drawn += 1;
      return path;
    });
    this._map.getContainer().dataset.geomapAreas = String(drawn);
    this._write(context);
  }

  /**
   * The color lies over the names of countries: write those once more that it covers.
   *
   * @param {CanvasRenderingContext2D} context
   */
  _write(context) {
    let tiled = false;
    this._map.eachLayer((layer) => {
      tiled = tiled || layer instanceof L.GridLayer;
    });
    if (tiled) {
      return; // tiles have their own, and hide those of the basemap
    }
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 3;
    for (const { name, x, y, half, size } of namesOn(this._map)) {
      const area = [0, -half, half]
        .map((aside) => this._at(x + aside, y))
        .find((found) => found >= 0);
      if (area !== undefined) {
        // The strongest two colors are near to that of the words.
        const strong =
          this._shade(classOf(this.values[area], this.areas.breaks)) > 2;
        context.strokeStyle = this.color(strong ? "ink" : "halo");
        context.fillStyle = this.color(strong ? "rim" : "ink");
        context.font = this.font(500, size);
        context.letterSpacing = `${size * 0.05}px`;
        context.strokeText(name, x, y);
        context.fillText(name, x, y);
      }
    }
    context.letterSpacing = "0px";
  }

  /**
   * The colored area at a point of the layer, -1 where there is none.
   *
   * @param {number} x
   * @param {number} y
   */
  _at(x, y) {
    this.context.save();
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    const area = this._paths.findIndex((path) =>
      this.context.isPointInPath(path, x, y, "evenodd"),
    );
    this.context.restore();
    return area;
  }

  /** @param {L.LeafletMouseEvent} event */
  _onMove({ layerPoint, latlng, originalEvent }) {
    if (!this._paths.length || isOver(originalEvent, ".leaflet-control")) {
      this._leave();
      return;
    }
    const area = this._at(layerPoint.x, layerPoint.y);
    if (area === this._over) {
      this._tip?.setLatLng(latlng);
      return;
    }
    this._leave();
    if (area >= 0) {
      this._over = area;
      const words = makeElement(
        "span",
        "",
        `${this.areas.names[area]}: ${figure(this.values[area])}`,
      );
      words.dir = "auto";
      this._tip = L.tooltip({ direction: "top", className: "geomap-tip" })
        .setLatLng(latlng)
        .setContent(words)
        .addTo(this._map);
    }
  }

  _leave() {
    this._over = undefined;
    this._tip?.remove();
    this._tip = undefined;
  }
}

/** @param {number} value */
function figure(value) {
  return value.toLocaleString("en-US", { maximumSignificantDigits: 3 });
}

// The places of a corpus: one symbol each on one canvas, its area by mentions; a popup with the sentences on a click.
import { followAddress } from "./address.js";
import { Canvas } from "./canvas.js";
import { makeCard } from "./card.js";
import {
  clusterWords,
  isCluster,
  isOneSpot,
  isSummed,
  partCluster,
  summingOf,
} from "./clusters.js";
import { correctionsOf } from "./corrections.js";
import { loadCorpus, readBlock } from "./data.js";
import { bringDetail } from "./detail.js";
import { isNarrow, isOver, makeElement, say } from "./elements.js";
import { followExtras } from "./extras.js";
import { halfOf } from "./forms.js";
import { Headline, calmWheel, isEmbedded, makeHeadline } from "./headline.js";
import { isPointedAt, outlinesAt, placesWith, symbolAt } from "./hits.js";
import { across, down } from "./mercator.js";
import { paintNote } from "./notes.js";
import { followNotebook, isHosted } from "./notebook.js";
import { outlinesOf, paintOutlines, shadeOutlines } from "./outlines.js";
import { makePages } from "./pager.js";
import { Panel, measureMap } from "./panel.js";
import { keepForPrint } from "./print.js";
import { tellReach } from "./reach.js";
import {
  arrangeSymbols,
  arrangeWords,
  inscribe,
  paintCircle,
  paintReadings,
  paintSymbol,
  prepare,
} from "./symbols.js";
import { coveredIn, onceIn, turnTo, turnsOf } from "./view.js";
import { Views } from "./views.js";
import { numeral, plural } from "./words.js";
/** @import { Model } from "./model.js" */
/** @import { Corrections } from "./corrections.js" */
/** @import { Alternatives, Bounds, Box, Cluster, Colors, Corners, Doubt, Drawn, Extra, Outline, Placed, PlacedNote, PlacesSettings, Shading, State } from "./types" */

const FARTHEST_IN = 10; // of the zoom that a map opens with
const [MOUSE, FINGER] = [3, 12]; // pixels: how far beside a mark a click still meets it
const DOUBLE = 250; // milliseconds: a click on land may be the first of two, which zoom
// The zoom that a place is seen at when somebody goes there.
const CLOSE = {
  town: 8,
  coordinate: 8,
  ring: 8,
  division: 6,
  region: 5,
  country: 5,
};

export class Places extends Canvas {
  /** @type {Model} */
  model;

  _cut = false;

  /** @type {Colors | null} */
  colors = null;

  /** @type {Corrections} */
  corrections;

  /** @type {number[]} */
  order = [];

  /** @type {Map<number, Outline>} */
  outlines = new Map();

  /** @type {Int8Array | undefined} */
  classes;

  /** @type {number | undefined} */
  selected;

  /**
   * Places that a notebook chose, which have no card.
   *
   * @type {Set<number>}
   */
  marked = new Set();

  /** @type {number | undefined} */
  hovered;

  /** @type {number[] | undefined} */
  hoveredMembers;

  /** @type {L.Popup | undefined} */
  popup;

  /** @type {Doubt | undefined} */
  readings;

  /** @type {Promise<Alternatives | null> | undefined} */
  alternatives;

  /** @type {((at: L.LatLng) => void) | undefined} */
  pick;

  /** @type {{ key: string, order: number[], found: Cluster[] } | undefined} */
  gathered;

  /** @type {{ width: number, state: State, found: boolean } | undefined} */
  crowd;

  /** @type {Map<string, number>} */
  widths = new Map();

  /** @type {Drawn[]} */
  _drawn = [];

  /** @type {{ key: string, symbols: Drawn[], labels: Placed[], notes: PlacedNote[] } | undefined} */
  _layout;

  /** @type {(() => void)[]} */
  _ends = [];

  /** @type {Panel | undefined} */
  _panel;

  /** @type {L.Tooltip | undefined} */
  _tip;

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  _opening;

  /** @type {number | undefined} */
  _closed;

  /** @type {Map<Extra, Canvas>} */
  extras = new Map();

  _summed = false;

  _fitted = false;

  /**
   * @param {string} key
   * @param {Partial<PlacesSettings>} settings
   */
  constructor(key, settings) {
    super("geomap-places", 450, settings.attribution);
    this.settings = { panel: true, fit: null, cluster: null, ...settings };
    // What is there for browsers that run no script.
    document.querySelector(".geomap-fallback")?.remove();
    this.embedded = isEmbedded(document, window.location.search);
    this.hasPanel = this.settings.panel && !this.embedded;
    const { color, names } = this.settings;
    Promise.all([
      loadCorpus(key),
      color && readBlock(color),
      names && readBlock(names),
    ]).then(([model, colors, called]) => {
      if (called) {
        model.rename(called);
      }
      this.model = model;
      this.colors = colors;
      this.corrections = correctionsOf(
        model,
        this.settings.title ?? "",
        isHosted(document),
      );
      prepare(this);
      if (this._map) {
        this._show();
      }
    });
  }

  /** @param {L.Map} map */
  onAdd(map) {
    super.onAdd(map);
    measureMap(map);
    map.on("preclick", this._beforeClick, this);
    map.on("click", this._onClick, this);
    map.on("dblclick movestart", this._stay, this);
    map.on("mousemove", this._onMove, this);
    map.on("mouseout", this._leave, this);
    if (this.model) {
      this._show();
    }
    return this;
  }

  /** @param {L.Map} map */
  onRemove(map) {
    map.off("preclick", this._beforeClick, this);
    map.off("click", this._onClick, this);
    map.off("dblclick movestart", this._stay, this);
    this._stay();
    map.off("mousemove", this._onMove, this);
    map.off("mouseout", this._leave, this);
    map.off("resize", this._show, this);
    this._leave();
    for (const end of this._ends) {
      end();
    }
    this._ends = [];
    for (const extra of this.extras.values()) {
      extra.remove();
    }
    this.extras.clear();
    if (this._panel) {
      this._panel.remove();
    }
    if (this.popup) {
      this.popup.remove();
    }
    super.onRemove(map);
    this._layout = undefined;
    map.fire("geomap:changed");
    return this;
  }

  getEvents() {
    const events = super.getEvents();
    return {
      ...events,
      "geomap:layout": this._tell,
      "geomap:shade": this._shade,
    };
  }

  /**
   * Opens the popup of a place, given by its number, as a click on its symbol does: there, or at a point of its area; with
   * a way to the others at the same spot.
   *
   * @param {number} number
   * @param {{ focus?: boolean, back?: HTMLElement, at?: L.LatLng, among?: number[], still?: boolean }} how `still`: the map
   *   makes no room for the card
   */
  open(number, { focus, back, at, among = [number], still } = {}) {
    const map = this._map;
    if (isNarrow(map) && this._panel) {
      this._panel.fold();
    }
    const size = map.getSize();
    const popup = L.popup({
      className: "geomap-popup",
      autoPan: !still,
      minWidth: Math.min(280, size.x - 72),
      maxWidth: Math.min(380, size.x - 72),
      ...this._popupMargins(),
    });
    popup.on("remove", () => {
      if (this.popup === popup) {
        this.selected = undefined;
        this.readings = undefined;
        this.redraw();
        this.fire("geomap:selected");
      }
      if (back && document.contains(back) && back.offsetParent) {
        back.focus();
      }
    });
    this._leave();
    this._fill(popup, number, among, at);
    this.popup = popup;
    this.marked.clear();
    popup.openOn(map);
    this._select(number);
    popup
      .getElement()
      ?.querySelector("a[role=button]")
      ?.setAttribute("title", "Close");
    if (focus) {
      this._focus("h2");
    }
    return this;
  }

  /** The numbers of the places that are chosen: the one whose card is open, or those that a notebook marked. */
  chosen() {
    return this.selected === undefined ? [...this.marked] : [this.selected];
  }

  /** @param {number} number */
  isChosen(number) {
    return number === this.selected || this.marked.has(number);
  }

  /**
   * Marks places without a card, and closes the one that is open.
   *
   * @param {number[]} numbers
   */
  mark(numbers) {
    this._map.closePopup();
    this.marked = new Set(numbers);
    this.redraw();
    this.fire("geomap:selected");
  }

  /**
   * Puts the card of a place into a popup, and the popup beside the place.
   *
   * @param {L.Popup} popup
   * @param {number} number
   * @param {number[]} among
   * @param {L.LatLng} [at]
   */
  _fill(popup, number, among, at) {
    const form = this.model.places.form[number];
    popup.options.offset = L.point(0, at ? 5 : 5 - halfOf(form, 4));
    const page = among.indexOf(number);
    const pages = makePages(makeCard(this, number), {
      at: page,
      of: among.length,
      close: () => this._map.closePopup(),
      turn: (step) => {
        const next = among.at((page + step) % among.length) ?? number;
        const focused = document.activeElement?.getAttribute("aria-label");
        this._fill(popup, next, among, at);
        this._select(next);
        const name = this.model.places.name[next];
        say(
          this._map,
          `${name}, ${among.indexOf(next) + 1} of ${among.length}`,
        );
        this._focus(`.geomap-turn[aria-label="${focused}"]`, "h2");
      },
    });
    popup.setContent(pages).setLatLng(at ?? this.nearest(number));
  }

  /** @param {number} number */
  _select(number) {
    this.selected = number;
    this.readings = undefined;
    this.redraw();
    this.fire("geomap:selected");
  }

  /**
   * Focuses the first of some elements that the popup has.
   *
   * @param {string[]} selectors
   */
  _focus(...selectors) {
    const popup = this.popup?.getElement();
    for (const selector of selectors) {
      const found = popup?.querySelector(selector);
      if (found instanceof HTMLElement) {
        found.focus({ preventScroll: true });
        return;
      }
    }
  }

  /**
   * The same from the list of places: goes there first.
   *
   * @param {number} number
   * @param {HTMLElement} [back]
   */
  visit(number, back) {
    this.approach(number);
    this.open(number, { focus: true, back });
  }

  /** @param {number} number */
  approach(number) {
    const map = this._map;
    const zoom = CLOSE[this.model.places.form[number]];
    const at = this.nearest(number);
    map.setView(at, Math.max(map.getZoom(), zoom), { animate: false });
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Bounds} bounds
   */
  draw(context, bounds) {
    if (!this.model) {
      return;
    }
    const { symbols, labels, notes } = this._arrange(bounds);
    if (!this._drawn.length && symbols.length) {
      performance.mark("geomap:drawn");
    }
    // Sums lie on top, to be read.
    const [sums, single] = [true, false].map((which) =>
      symbols.filter((symbol) => isCluster(symbol) === which),
    );
    this._drawn = [...single, ...sums];
    if (this._summed !== isSummed(this)) {
      this._summed = !this._summed;
      this._panel?.explain();
    }
    this._map.getContainer().dataset.geomapDrawn = String(symbols.length);
    this.drawWithin(bounds, () => paintOutlines(this, context, bounds));
    for (const symbol of single) {
      if (symbol.form === "ring") {
        paintCircle(this, context, symbol);
      }
    }
    for (const symbol of this._drawn) {
      paintSymbol(this, context, symbol);
    }
    context.lineJoin = "round";
    context.textBaseline = "middle";
    context.textAlign = "left";
    for (const label of labels) {
      inscribe(this, context, label);
    }
    for (const note of notes) {
      paintNote(this, context, note);
    }
    if (this.readings) {
      paintReadings(this, context, this.readings);
    }
  }

  /**
   * Shows where a mention might be instead: candidates with a name, percent, lat and lon; undefined for none.
   *
   * @param {Doubt | undefined} readings
   */
  doubt(readings) {
    this.readings = readings;
    this.redraw();
  }

  /** Shows itself once the map has a size: in a closed fold or a hidden tab it has none yet, and would be taken for small. */
  _show() {
    const { model, map } = this;
    const { x, y } = map.getSize();
    if (!x || !y) {
      map.once("resize", this._show, this);
      return;
    }
    this._ends = [
      model.listen(() => {
        this._layout = undefined;
        prepare(this);
        this.redraw();
        followExtras(this);
        map.fire("geomap:changed");
      }),
    ];
    if (this.hasPanel) {
      this._ends.push(keepForPrint(map, model));
      this._panel = this._panel || new Panel(this);
      this._panel.addTo(map);
    } else if (this.embedded) {
      this._frame(map);
    }
    const views = new Views(this);
    if (views.needed) {
      views.addTo(map);
      this._ends.push(() => views.remove());
    }
    this._begin();
    this.redraw();
    map.fire("geomap:changed");
    this._bringDetail();
  }

  _begin() {
    if (this.settings.fit && !this._fitted) {
      // The panel's height is known only now.
      this._fitted = true;
      this.fit(this.settings.fit);
    }
    if (this.hasPanel || this.embedded) {
      this._ends.push(followAddress(this));
    }
    this._ends.push(followNotebook(this));
  }

  // After the places are drawn, which need none of it.
  async _bringDetail() {
    const { map, settings } = this;
    if (settings.detail && !this.outlines.size) {
      tellReach(map);
      const detail = await bringDetail(map, settings.detail);
      this.outlines = await outlinesOf(detail);
      this._layout = undefined;
      this._panel?.explain();
      this.redraw();
      map.fire("geomap:changed");
    }
  }

  /**
   * Turns to a box beside the panel.
   *
   * @param {Corners} box
   */
  fit(box) {
    this._map.fitBounds(box, {
      ...this.margins(),
      maxZoom: FARTHEST_IN,
      animate: false,
    });
  }

  /**
   * What a map in a frame on another page has instead of the panel.
   *
   * @param {L.Map} map
   */
  _frame(map) {
    const parts = makeHeadline(this.settings);
    if (parts.length) {
      const headline = new Headline(parts);
      headline.addTo(map);
      this._ends.push(() => headline.remove());
    }
    calmWheel(map);
  }

  /** Leaves room for the panel. */
  margins() {
    const map = this._map;
    const wide = this.hasPanel && !isNarrow(map) ? 340 : 0;
    const panel = map
      .getContainer()
      .querySelector(".geomap-panel, .geomap-headline");
    const folds =
      panel instanceof HTMLElement && (isNarrow(map) || this.embedded);
    const high = folds ? panel.offsetHeight : 0;
    return {
      paddingTopLeft: L.point(wide + 36, high + 36),
      paddingBottomRight: L.point(48, 48),
    };
  }

  _popupMargins() {
    const { paddingTopLeft } = this.margins();
    return {
      autoPanPaddingTopLeft: paddingTopLeft.subtract([20, 20]),
      autoPanPaddingBottomRight: L.point(16, 30),
    };
  }

  /**
   * The copy of a place that is nearest to the middle of what is seen of the map.
   *
   * @param {number} number
   */
  nearest(number) {
    const { lon, lat } = this.model.places;
    const turn = turnTo(this._map, lon[number]);
    return L.latLng(lat[number], lon[number] + 360 * turn);
  }

  /**
   * What is drawn in this view, large symbols first and so below small ones, and which names are written.
   *
   * @param {Bounds} bounds
   */
  _arrange(bounds) {
    const map = this._map;
    const summing = summingOf(this);
    const alone = summing === "no" ? "" : `${summing} ${this.chosen()}`;
    const key = `${map.getZoom()} ${bounds.min} ${bounds.max} ${map.getPixelOrigin()} ${alone} ${coveredIn(map)}`;
    if (this._layout && this._layout.key === key) {
      return this._layout;
    }
    const symbols = arrangeSymbols(this, bounds);
    const words = arrangeWords(this, symbols, {
      min: map.containerPointToLayerPoint([0, 0]),
      max: map.containerPointToLayerPoint(map.getSize()),
    });
    this._layout = { key, symbols, ...words };
    return this._layout;
  }

  /**
   * Tells the basemap where it should not write.
   *
   * @param {L.LeafletEvent & { taken: Box[], written: Set<string> }} event
   */
  _tell({ taken, written }) {
    if (!this.model || !this._bounds) {
      return;
    }
    // The names of the basemap may be the first to hear of a new view.
    const { symbols, labels, notes } = this._arrange(
      onceIn(this._map, this.boundsNow()),
    );
    taken.push(...notes.map(({ box }) => box));
    for (const { x, y, half } of symbols.slice(0, 500)) {
      taken.push([x - half, y - half, x + half, y + half]);
    }
    for (const { text, box } of labels) {
      taken.push(box);
      written.add(text);
    }
  }

  /**
   * Shades areas on the basemap, between its land and its lines.
   *
   * @param {L.LeafletEvent & Shading} shading
   */
  _shade(shading) {
    if (this.model) {
      shadeOutlines(this, shading);
    }
  }

  // Leaflet closes the card that is open before it tells of a click.
  _beforeClick() {
    this._closed = this.popup?.isOpen() ? this.selected : undefined;
  }

  /** @param {L.LeafletMouseEvent} event */
  _onClick({ layerPoint, latlng, originalEvent }) {
    this._stay();
    if (this.pick) {
      this.pick(latlng.wrap());
      return;
    }
    const { pointerType } = /** @type {PointerEvent} */ (originalEvent ?? {});
    const mouse = !originalEvent || pointerType === "mouse";
    const reach = mouse ? MOUSE : FINGER;
    const symbol = symbolAt(this._drawn, layerPoint, reach);
    if (symbol && isCluster(symbol)) {
      this._leave();
      if (isOneSpot(this, symbol)) {
        const [first] = symbol.members;
        this.open(first, { among: symbol.members, focus: true });
      } else {
        partCluster(this, symbol);
      }
    } else if (symbol) {
      const among = placesWith(this._drawn, symbol, layerPoint, reach);
      this.open(symbol.number, { among, focus: among.length > 1 });
    } else if (this.marked.size) {
      this.mark([]);
    } else {
      this._openLater(latlng, reach);
    }
  }

  /**
   * Opens what is drawn as a line or an area, unless the click was the first of two; one on what was open closes it.
   *
   * @param {L.LatLng} at
   * @param {number} reach
   */
  _openLater(at, reach) {
    const among = this._outlinesAt(at, reach);
    if (among.length && !among.includes(this._closed ?? -1)) {
      this._opening = setTimeout(
        () => this.open(among[0], { at, among, focus: among.length > 1 }),
        DOUBLE,
      );
    }
  }

  /** Opens nothing after all. */
  _stay() {
    clearTimeout(this._opening);
  }

  /**
   * @param {L.LatLng} at
   * @param {number} reach
   */
  _outlinesAt(at, reach) {
    const { map, model, outlines } = this;
    const { min, max } = onceIn(map, this._bounds);
    const { x } = map.latLngToLayerPoint(at);
    if (x < min.x || x > max.x) {
      return []; // beyond the world
    }
    const shown = [...outlines].filter(([number]) => model.mentions(number));
    const { width } = turnsOf(map, this._bounds);
    const { lat, lng } = at.wrap();
    return outlinesAt(shown, { x: across(lng), y: down(lat) }, reach / width);
  }

  /** @param {L.LeafletMouseEvent} event */
  _onMove({ layerPoint, latlng, originalEvent }) {
    const covered = isOver(originalEvent, ".leaflet-popup, .leaflet-control");
    const idle = covered || Boolean(this.pick);
    const symbol = idle ? undefined : symbolAt(this._drawn, layerPoint, MOUSE);
    const line =
      idle || symbol
        ? undefined
        : this._outlinesAt(latlng, MOUSE).find((one) =>
            isPointedAt(this.outlines.get(one)),
          );
    const number = symbol ? symbol.number : line;
    if (number === this.hovered && symbol?.members === this.hoveredMembers) {
      return;
    }
    this._leave();
    if (number === undefined) {
      return;
    }
    this.hovered = number;
    this.hoveredMembers = symbol?.members;
    this._map.getContainer().classList.add("geomap-pointing");
    const several = symbol && isCluster(symbol);
    const { names, count } = several
      ? clusterWords(this.model, symbol)
      : {
          names: this.model.places.name[number],
          count: mentionsText(this.model, number),
        };
    const others =
      symbol && !several
        ? placesWith(this._drawn, symbol, layerPoint, MOUSE).length - 1
        : 0;
    const more = others ? ` · ${plural(others, "other")} here` : "";
    const tip = makeElement("span");
    tip.append(makeElement("strong", "", names), ` ${count}${more}`);
    tip.dir = "auto";
    const at = symbol
      ? this._map.layerPointToLatLng([symbol.x, symbol.y])
      : latlng;
    this._tip = L.tooltip({
      direction: "top",
      className: "geomap-tip",
      offset: L.point(0, symbol ? -symbol.half - 2 : -4),
    })
      .setLatLng(at)
      .setContent(tip)
      .addTo(this._map);
    this.redraw();
  }

  _leave() {
    if (this.hovered !== undefined) {
      this.hovered = undefined;
      this.hoveredMembers = undefined;
      this._map.getContainer().classList.remove("geomap-pointing");
      this._tip?.remove();
      this.redraw();
    }
  }
}

/**
 * How often a place is named, as words.
 *
 * @param {Model} model
 * @param {number} number
 */
export function mentionsText(model, number) {
  const possible = model.possible[number];
  const words = plural(model.mentions(number), "mention");
  return possible ? `${words} (${numeral(possible)} uncertain)` : words;
}

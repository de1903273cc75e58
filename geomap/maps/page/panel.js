// The panel: title, counts, search, filters, the list of places (the way in for keyboards), and the legend.
import { showCorrections } from "./corrections.js";
import {
  isNarrow,
  makeButton,
  makeElement,
  makeLine,
  say,
} from "./elements.js";
import { offerChoices } from "./choices.js";
import { makeChips, makeFilters } from "./filters.js";
import { makeHeadline } from "./headline.js";
import { explainSymbols, makeSymbol, shadeVariable } from "./legend.js";
import { makePassages } from "./passages.js";
import { makeSearchBox } from "./search.js";
import { showShare } from "./share.js";
import { showAbout, showTable } from "./table.js";
import { makeTimeline } from "./timeline.js";
import { datesText, numeral, plural } from "./words.js";
/** @import { Places } from "./places.js" */
/** @import { Model } from "./model.js" */

const PAGE = 100; // places

/**
 * Keeps the map's size where style sheets can use it.
 *
 * @param {L.Map} map
 */
export function measureMap(map) {
  const container = map.getContainer();
  const keep = () => {
    container.style.setProperty(
      "--geomap-height",
      `${container.clientHeight}px`,
    );
    container.classList.toggle("geomap-narrow", container.clientWidth < 640);
  };
  keep();
  map.on("resize", keep);
  // Leaflet hears of the window's size alone, not of a fold or a tab that opens around the map.
  const watch = new ResizeObserver(() => map.invalidateSize());
  watch.observe(container);
  map.on("unload", () => watch.disconnect());
  if (!container.hasAttribute("aria-label")) {
    container.setAttribute("role", "region");
    container.setAttribute("aria-label", "Map");
  }
}

export class Panel extends L.Control {
  /** @type {HTMLDetailsElement[]} */
  _folds = [];

  /** @type {(() => void)[]} */
  _ends = [];

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  _timer;

  /** @type {string | undefined} */
  _listed;

  /** @param {Places} layer */
  constructor(layer) {
    super({ position: "topleft" });
    this._layer = layer;
    this._facts = makeElement("div");
    this._places = makeElement("ol");
    this._legend = makeElement("div");
    this._summary = makeElement("summary", "", "Places");
  }

  /** @param {L.Map} map */
  onAdd(map) {
    const { model } = this._layer;
    const panel = makeElement("section", "geomap-panel leaflet-control");
    panel.setAttribute("aria-label", "About this map");
    panel.append(...makeHeadline(this._layer.settings));
    panel.append(this._facts);
    this._folds = [];
    if (model.size.places) {
      this._fill(panel, !isNarrow(map));
    } else {
      panel.append(
        makeElement("p", "geomap-empty", "No place was found to show."),
      );
      this._foot(panel);
    }
    this._ends.push(model.listen(() => this._follow()));
    this._follow();
    L.DomEvent.disableClickPropagation(panel);
    L.DomEvent.disableScrollPropagation(panel);
    // Names make room for the panel. The event does not bubble.
    const rearrange = () => {
      this._layer.redraw();
      map.fire("geomap:changed");
    };
    panel.addEventListener("toggle", rearrange, true);
    return panel;
  }

  onRemove() {
    clearTimeout(this._timer);
    for (const end of this._ends) {
      end();
    }
    this._ends = [];
  }

  fold() {
    for (const details of this._folds) {
      details.open = false;
    }
  }

  /**
   * @param {HTMLElement} panel
   * @param {boolean} open
   */
  _fill(panel, open) {
    const layer = this._layer;
    const { model } = layer;
    panel.append(makeSearchBox(layer));
    panel.append(makeChips(layer, this._ends));
    const passages = makePassages(layer, this._ends);
    this._folds.push(passages);
    panel.append(passages);
    if (model.bins.length > 1) {
      const time = this._fold(
        makeElement("summary", "", "Time"),
        "geomap-time",
        open,
      );
      const timeline = makeTimeline(layer);
      time.append(timeline.element);
      this._ends.push(timeline.end);
      panel.append(time);
    }
    const filters = this._fold(
      makeElement("summary", "", "Filters"),
      "geomap-filters",
      false,
    );
    filters.append(makeFilters(layer, this._ends));
    const choices = this._fold(
      makeElement("summary", "", "Layers"),
      "geomap-layers",
      false,
    );
    offerChoices(choices, layer, this._ends);
    const places = this._fold(this._summary, "geomap-places", open);
    places.append(this._places);
    const legend = this._fold(
      makeElement("summary", "", "Legend"),
      "geomap-legend",
      open,
    );
    legend.append(this._legend);
    panel.append(filters, choices, places, legend);
    this._foot(panel);
  }

  /** @param {HTMLElement} panel */
  _foot(panel) {
    const layer = this._layer;
    const { model, corrections, map } = layer;
    const foot = makeElement("div", "geomap-foot geomap-row");
    if (model.size.places) {
      foot.append(makeButton("Table", () => showTable(layer), "geomap-quiet"));
    }
    const { manifest } = layer.settings;
    if (manifest) {
      foot.append(
        makeButton("About", () => showAbout(map, manifest), "geomap-quiet"),
      );
    }
    if (model.size.places) {
      foot.append(makeButton("Share", () => showShare(layer), "geomap-quiet"));
    }
    if (model.content.text !== "none" && model.size.places) {
      const button = makeButton(
        "Corrections",
        () => showCorrections(layer),
        "geomap-quiet",
      );
      const count = () => {
        const { length } = corrections.list;
        button.textContent = length
          ? `Corrections (${numeral(length)})`
          : "Corrections";
      };
      count();
      this._ends.push(corrections.listen(count));
      foot.append(button);
    }
    panel.append(foot);
  }

  /**
   * @param {HTMLElement} summary
   * @param {string} className
   * @param {boolean} open
   */
  _fold(summary, className, open) {
    const details = makeElement("details", className);
    details.open = open;
    details.append(summary);
    this._folds.push(details);
    return details;
  }

  // Explains marks that came after the panel.
  explain() {
    if (this._folds.length) {
      explainSymbols(this._legend, this._layer);
    }
  }

  // What the panel says of what is shown now.
  _follow() {
    const { model } = this._layer;
    this._facts.replaceChildren(makeLine("geomap-facts", summaryOf(model)));
    if (this._folds.length) {
      const { places } = model.totals;
      this._summary.textContent = `Places (${numeral(places)})`;
      explainSymbols(this._legend, this._layer);
      // A long list can wait while somebody drags.
      clearTimeout(this._timer);
      this._timer = setTimeout(
        () => this._list(),
        this._listed === undefined ? 0 : 120,
      );
    }
  }

  _list() {
    const { model } = this._layer;
    const ranked = model.ranked();
    const said = summaryOf(model).join(", ");
    if (this._listed !== undefined && this._listed !== said) {
      say(this._layer.map, said);
    }
    this._listed = said;
    const list = this._places;
    const focused =
      document.activeElement instanceof HTMLElement &&
      list.contains(document.activeElement)
        ? document.activeElement.dataset.place
        : undefined;
    list.replaceChildren();
    /** @param {number} begin */
    const append = (begin) => {
      const stop = Math.min(begin + PAGE, ranked.length);
      for (let rank = begin; rank < stop; rank += 1) {
        list.append(this._item(ranked[rank]));
      }
      if (stop < ranked.length) {
        const item = makeElement("li");
        const button = makeButton(
          `Show more (${numeral(ranked.length - stop)} left)`,
          () => {
            item.remove();
            append(stop);
            list.children[stop].querySelector("button")?.focus();
          },
          "geomap-button geomap-more",
        );
        item.append(button);
        list.append(item);
      }
    };
    append(0);
    if (focused !== undefined) {
      list
        .querySelector(`[data-place="${Number(focused)}"]`)
        ?.closest("button")
        ?.focus();
    }
  }

  /** @param {number} number */
  _item(number) {
    const layer = this._layer;
    const { model } = layer;
    const { places } = model;
    const item = makeElement("li");
    const button = makeButton(
      "",
      () => layer.visit(number, button),
      "geomap-place",
    );
    button.dataset.place = String(number);
    const doubtful = model.certain[number] === 0;
    const name = makeElement("span", "geomap-name", places.name[number]);
    const within = makeElement(
      "span",
      "geomap-within",
      places.within[number] || places.kind[number],
    );
    name.dir = within.dir = "auto";
    const words = makeElement("span", "geomap-words");
    words.append(name, " ", within);
    const mentions = makeElement(
      "span",
      "geomap-number",
      numeral(model.mentions(number)),
    );
    const spoken = makeElement(
      "span",
      "geomap-spoken",
      model.mentions(number) === 1 ? " mention" : " mentions",
    );
    if (doubtful) {
      spoken.textContent += ", doubtful";
    }
    mentions.append(spoken);
    button.append(
      makeSymbol(places.form[number], 5.5, {
        doubtful,
        shade: shadeVariable(layer, number),
      }),
      words,
      mentions,
    );
    item.append(button);
    return item;
  }
}

/**
 * What is shown, in a few short parts.
 *
 * @param {Model} model
 * @returns {string[]}
 */
export function summaryOf(model) {
  const { totals } = model.content;
  const shown = model.totals;
  if (!model.filtered) {
    const parts = [
      plural(totals.articles, "article"),
      plural(totals.mentions, "mention"),
    ];
    if (totals.mentions) {
      const share = Math.floor((100 * totals.resolved) / totals.mentions);
      parts.push(`${share}% resolved`);
    }
    if (model.days) {
      parts.push(datesText(...model.days));
    }
    return parts;
  }
  return [
    `${numeral(shown.articles)} of ${plural(totals.articles, "article")}`,
    `${numeral(shown.mentions)} of ${plural(shown.all, "mention")}`,
  ];
}

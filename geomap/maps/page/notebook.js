// A page in a notebook's widget: it tells what a reader chooses, and follows what is set from Python.
import { loadWords } from "./data.js";
import { Talk, filtersOf, packRows, stateOf, unpackRows } from "./messages.js";
/** @import { Places } from "./places.js" */
/** @import { Corners, Values } from "./types" */

const QUIET = 100; // milliseconds
const ALONE = 2; // degrees around a place that is shown with no other

/**
 * Whether a page was made for a widget. No other listens to the page around it.
 *
 * @param {Document} page
 */
export const isHosted = (page) =>
  page.querySelector('meta[name="geomap"][content="widget"]') !== null;

/**
 * Follows a layer from a notebook and back; returns how to end it.
 *
 * @param {Places} layer
 * @returns {() => void}
 */
export function followNotebook(layer) {
  const { model, map, corrections } = layer;
  if (!isHosted(document) || window.parent === window || map.geomapNotebook) {
    return () => {};
  }
  map.geomapNotebook = true;
  /** @type {Talk | undefined} */
  let talk;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => talk?.tell(), QUIET);
  };
  /** @param {MessageEvent} event */
  const connect = ({ source, data, ports }) => {
    if (
      source === window.parent &&
      data?.geomap === "connect" &&
      ports.length === 1
    ) {
      talk?.end();
      talk = new Talk(ports[0], {
        says: ["selected", "view", "filters", "only", "corrections", "shown"],
        values: () => valuesOf(layer),
        take: (values) => take(layer, values),
      });
      talk.hear(data.values);
    }
  };
  window.addEventListener("message", connect);
  map.on("moveend", later);
  layer.on("geomap:selected", later);
  const ends = [model.listen(later), corrections.listen(later)];
  // The notebook has an origin of its own, which a page cannot know; this says nothing of the map.
  window.parent.postMessage({ geomap: "ready" }, "*");
  return () => {
    clearTimeout(timer);
    window.removeEventListener("message", connect);
    map.off("moveend", later);
    layer.off("geomap:selected", later);
    ends.forEach((end) => end());
    talk?.end();
    map.geomapNotebook = false;
  };
}

/**
 * @param {Places} layer
 * @returns {Values}
 */
function valuesOf(layer) {
  const { model, map, corrections } = layer;
  const { lat, lng } = map.getCenter().wrap();
  const filters = filtersOf(model);
  const only = model.state.only && packRows(model.state.only);
  return {
    selected: layer.chosen().map((number) => model.places.id[number]),
    view: [+lat.toFixed(5), +lng.toFixed(5), +map.getZoom().toFixed(2)],
    filters,
    only,
    corrections: corrections.list,
    shown: { rows: packRows(model.shown), filters, only },
  };
}

/**
 * @param {Places} layer
 * @param {Partial<Values>} values
 */
async function take(layer, values) {
  const { model, map, corrections } = layer;
  const { filters, only, view, selected } = values;
  if (only !== undefined) {
    const rows = model.shown.length;
    model.set({ only: only === null ? null : unpackRows(only, rows) });
  }
  if (filters) {
    const words = filters.text ? await loadWords(model) : null;
    model.set({ ...stateOf(filters, model), text: "" });
    if (words) {
      model.search(filters.text, words);
    }
  }
  if (values.corrections) {
    corrections.replace(values.corrections);
    if (layer.selected !== undefined) {
      layer.open(layer.selected, { still: true }); // the card says what was corrected
    }
  }
  if (view) {
    const [lat, lng, zoom] = view;
    if (layer.popup) {
      layer.popup.options.autoPan = false; // whoever chose the view did not ask for room for a card
    }
    map.setView([lat, lng], zoom, { animate: false });
  }
  if (selected) {
    select(layer, selected, !view);
  }
}

/**
 * Opens the card of one place, or marks several.
 *
 * @param {Places} layer
 * @param {string[]} ids
 * @param {boolean} go whether to bring them into view
 */
function select(layer, ids, go) {
  const { model } = layer;
  const numbers = ids.flatMap((id) => model.number.get(id) ?? []);
  if (String(numbers) === String(layer.chosen())) {
    return;
  }
  if (numbers.length !== 1) {
    layer.mark(numbers);
    if (go && !numbers.every((number) => isInView(layer, number))) {
      layer.fit(boxAround(layer, numbers));
    }
    return;
  }
  if (go && !isInView(layer, numbers[0])) {
    layer.approach(numbers[0]);
  }
  layer.open(numbers[0], { still: !go });
}

/**
 * @param {Places} layer
 * @param {number} number
 */
const isInView = (layer, number) =>
  layer.map.getBounds().contains(layer.nearest(number));

/**
 * @param {Places} layer
 * @param {number[]} numbers
 * @returns {Corners}
 */
function boxAround(layer, numbers) {
  const box = L.latLngBounds(numbers.map((number) => layer.nearest(number)));
  const [south, west] = [box.getSouth(), box.getWest()];
  const [north, east] = [box.getNorth(), box.getEast()];
  return [
    [Math.max(-90, south - ALONE), west - ALONE],
    [Math.min(90, north + ALONE), east + ALONE],
  ];
}

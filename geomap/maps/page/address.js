// The address bar: what is shown stands behind its #, so that a view can be linked to, and gone back to.
import { loadWords } from "./data.js";
import { fromHash, toHash } from "./hash.js";
/** @import { Places } from "./places.js" */
/** @import { Model } from "./model.js" */
/** @import { State } from "./types" */

const QUIET = 150; // milliseconds

/**
 * Follows a layer from the address and back; returns how to end it. A page in a notebook's frame has no address, and that
 * of a frame on another page is read alone.
 *
 * @param {Places} layer
 * @returns {() => void}
 */
export function followAddress(layer) {
  const { model, map } = layer;
  if (window.location.protocol === "about:" || map.geomapAddress) {
    return () => {};
  }
  map.geomapAddress = true;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let written = window.location.hash;
  let moved = false;
  const write = () => {
    if (layer.embedded) {
      return;
    }
    clearTimeout(timer);
    timer = setTimeout(() => {
      const { lat, lng } = map.getCenter();
      const hash = toHash(
        model,
        layer.selected,
        moved ? [lat, lng, map.getZoom()] : undefined,
      );
      written = hash ? `#${hash}` : "";
      const { pathname, search } = window.location;
      window.history.replaceState(null, "", `${pathname}${search}${written}`);
    }, QUIET);
  };
  const read = () => {
    const { state, place, view } = fromHash(window.location.hash, model);
    applyState(model, state);
    if (view) {
      const [lat, lng, zoom] = view;
      map.setView([lat, lng], zoom, { animate: false });
    }
    if (place !== undefined) {
      if (view) {
        layer.open(place);
      } else {
        layer.visit(place);
      }
    }
  };
  if (window.location.hash.length > 1) {
    read();
  }
  const onMove = () => {
    moved = true;
    write();
  };
  const onChange = () => {
    if (window.location.hash !== written) {
      read();
    }
  };
  const end = model.listen(write);
  window.addEventListener("hashchange", onChange);
  layer.on("geomap:selected", write);
  // What the map does by itself while it opens is no view that somebody chose.
  const starting = setTimeout(() => map.on("moveend", onMove), 500);
  return () => {
    clearTimeout(starting);
    clearTimeout(timer);
    window.removeEventListener("hashchange", onChange);
    layer.off("geomap:selected", write);
    map.off("moveend", onMove);
    end();
    map.geomapAddress = false;
  };
}

/**
 * Sets a whole state, its words searched where there are any.
 *
 * @param {Model} model
 * @param {State} state
 */
export function applyState(model, state) {
  const { text, ...rest } = state;
  model.set({ ...rest, text: "" });
  if (text) {
    loadWords(model).then((words) => {
      if (words) {
        model.search(text, words);
      }
    });
  }
}

// The headline and the note of a map, and whether it stands in a frame on another page.
import { makeElement } from "./elements.js";

/**
 * Whether the page is to stand in a frame: its file says so, or its address ends in ?embed.
 *
 * @param {Document} page
 * @param {string} search
 */
export function isEmbedded(page, search) {
  const mark = page.querySelector('meta[name="geomap"][content="embed"]');
  return mark !== null || new URLSearchParams(search).has("embed");
}

/**
 * Headline and note, to be put above everything else.
 *
 * @param {{ title?: string | null, note?: string | null }} settings
 * @returns {HTMLElement[]}
 */
export function makeHeadline({ title, note }) {
  const parts = [];
  if (title) {
    parts.push(makeElement("h1", "", title));
  }
  if (note) {
    parts.push(makeElement("p", "geomap-note", note));
  }
  for (const part of parts) {
    part.dir = "auto";
  }
  return parts;
}

// The headline of a map without a panel.
export class Headline extends L.Control {
  /** @param {HTMLElement[]} parts */
  constructor(parts) {
    super({ position: "topleft" });
    this._parts = parts;
  }

  onAdd() {
    const box = makeElement("header", "geomap-headline leaflet-control");
    box.append(...this._parts);
    L.DomEvent.disableClickPropagation(box);
    return box;
  }
}

/**
 * In a frame, the wheel scrolls the page around it until somebody clicks into the map.
 *
 * @param {L.Map} map
 */
export function calmWheel(map) {
  map.scrollWheelZoom.disable();
  map.once("click focus", () => map.scrollWheelZoom.enable());
}

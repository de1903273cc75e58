// The small legends in a corner of the map.
import { isNarrow, makeElement } from "./elements.js";

// The strip of colors of a legend.
export function makeRamp() {
  const strip = makeElement("span", "geomap-ramp");
  strip.setAttribute("aria-hidden", "true");
  return strip;
}

// A small legend in a corner of the map, on a phone in its panel; `fill` writes its body anew.
export class Key extends L.Control {
  /**
   * @param {string} caption
   * @param {(body: HTMLElement) => void} fill
   */
  constructor(caption, fill) {
    super({ position: "topright" });
    this._caption = caption;
    this._fill = fill;
    this._body = makeElement("div", "geomap-key-body");
  }

  /** @param {L.Map} map */
  addTo(map) {
    this.setPosition(isNarrow(map) ? "bottomleft" : "topright");
    super.addTo(map);
    const host = map.getContainer().querySelector(".geomap-keys");
    const box = this.getContainer();
    if (host && box && isNarrow(map)) {
      host.append(box);
    }
    return this;
  }

  onAdd() {
    const box = makeElement("section", "geomap-key");
    box.setAttribute("aria-label", `Legend: ${this._caption}`);
    const caption = makeElement("p", "geomap-caption", this._caption);
    caption.dir = "auto";
    box.append(caption, this._body);
    this.fill();
    L.DomEvent.disableClickPropagation(box);
    return box;
  }

  fill() {
    this._body.replaceChildren();
    this._fill(this._body);
  }
}

// Tiles over the built-in basemap. Where they do not come, they are taken away and the basemap shows.
import { showNotice } from "./elements.js";

const ENOUGH_ERRORS = 4;

export class Tiles extends L.TileLayer {
  _gaveUp = false;

  /** @param {L.Map} map */
  onAdd(map) {
    super.onAdd(map);
    let errors = 0;
    let loaded = 0;
    this.on("tileload", () => {
      loaded += 1;
    });
    this.on("tileerror", () => {
      errors += 1;
      if (errors >= ENOUGH_ERRORS && loaded < errors) {
        this._giveUp(
          "The map tiles do not come (no network?). The built-in map is shown instead.",
        );
      }
    });
    return this;
  }

  /**
   * OpenStreetMap answers pages without a Referer, files opened from disk among them, with a picture of a refusal.
   *
   * @param {L.Coords} coords
   * @param {HTMLElement} container
   */
  _addTile(coords, container) {
    if (
      window.location.protocol === "file:" &&
      /openstreetmap\.org/.test(this._url)
    ) {
      this._giveUp(
        "OpenStreetMap does not give tiles to a file opened from disk. The built-in map is shown instead.",
      );
      return;
    }
    super._addTile(coords, container);
  }

  /** @param {string} text */
  _giveUp(text) {
    if (this._gaveUp) {
      return;
    }
    this._gaveUp = true;
    const map = this._map;
    // Not while Leaflet is still adding the layer.
    setTimeout(() => {
      this.remove();
      showNotice(map, text);
    });
  }
}

// Tiles over the built-in basemap. Where they do not come, they are taken away and the basemap shows.
import { showNotice } from "./elements.js";
import { onceIn, seenOf } from "./view.js";

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

  /**
   * Of a world that is narrower than the map, one copy, as of the basemap below.
   *
   * @param {L.Coords} coords
   */
  _isValidTile(coords) {
    if (!super._isValidTile(coords)) {
      return false;
    }
    const map = this._map;
    const seen = seenOf(map);
    const { min, max } = onceIn(map, seen);
    if (min.x === seen.min.x && max.x === seen.max.x) {
      return true;
    }
    const width = map.project([0, 360]).x - map.project([0, 0]).x;
    const middle =
      ((coords.x + 0.5) / 2 ** coords.z) * width - map.getPixelOrigin().x;
    return middle >= min.x && middle < min.x + width;
  }

  /** @param {L.LatLng} [center] */
  _update(center) {
    super._update(center);
    // Those that were right before the map was moved.
    for (const tile of Object.values(this._tiles)) {
      tile.current &&= this._isValidTile(tile.coords);
    }
    this._pruneTiles();
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

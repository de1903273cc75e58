// Tiles over the built-in basemap. Where they do not come, they are taken away and the basemap shows.
(function () {
  "use strict";

  const geomap = L.geomap;
  const ENOUGH_ERRORS = 4;

  geomap.Tiles = L.TileLayer.extend({
    onAdd(map) {
      L.TileLayer.prototype.onAdd.call(this, map);
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
    },

    // OpenStreetMap answers pages without a Referer, files opened from disk among them, with a picture of a refusal.
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
      L.TileLayer.prototype._addTile.call(this, coords, container);
    },

    _giveUp(text) {
      if (this._gaveUp) {
        return;
      }
      this._gaveUp = true;
      const map = this._map;
      // Not while Leaflet is still adding the layer.
      setTimeout(() => {
        this.remove();
        geomap.notice(map, text);
      });
    },
  });

  geomap.tiles = (url, options) => new geomap.Tiles(url, options);
})();

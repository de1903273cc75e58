// Density: how many mentions are around a point, from the faintest to the densest spot of what is seen.
(function () {
  "use strict";

  const geomap = L.geomap;
  const CELL = 4; // pixels
  const FAINT = 0.06; // of the densest: below, nothing is drawn
  const PASSES = 6; // of a box blur: with fewer, a lonely place is a square

  geomap.Heat = geomap.Canvas.extend({
    options: { pane: "geomap-heat", zIndex: 420, radius: 26, caption: "" },

    initialize(key, options) {
      L.Renderer.prototype.initialize.call(this, options);
      geomap.corpus(key).then((model) => {
        this.model = model;
        if (this._map) {
          this._show();
        }
      });
    },

    onAdd(map) {
      geomap.Canvas.prototype.onAdd.call(this, map);
      if (this.model) {
        this._show();
      }
    },

    onRemove(map) {
      this._end?.();
      this._key?.remove();
      geomap.Canvas.prototype.onRemove.call(this, map);
    },

    _show() {
      this._end = this.model.listen(() => this.redraw());
      this._key = geomap
        .key(this, (body) => {
          body.append(geomap.ramp(), geomap.element("span", "", "few – many"));
        })
        .addTo(this._map);
      this.redraw();
    },

    draw(context, bounds) {
      if (!this.model) {
        return;
      }
      const size = bounds.getSize();
      const wide = Math.ceil(size.x / CELL);
      const high = Math.ceil(size.y / CELL);
      const field = this._field(bounds, wide, high);
      const most = field.reduce((a, b) => (b > a ? b : a), 0);
      this._map.getContainer().dataset.geomapHeat = most > 0 ? "1" : "0";
      if (!most) {
        return;
      }
      const image = new ImageData(wide, high);
      const colors = [0, 1, 2, 3, 4].map((n) => rgb(this.color(`step-${n}`)));
      for (let i = 0; i < field.length; i += 1) {
        // The root keeps the small from vanishing beside the largest, and the largest from saturating.
        const part = Math.sqrt(field[i] / most);
        if (part > FAINT) {
          const step = Math.min(3.999, part * 4);
          const [a, b] = [
            colors[Math.floor(step)],
            colors[Math.ceil(step) || 1],
          ];
          const mix = step - Math.floor(step);
          for (let c = 0; c < 3; c += 1) {
            image.data[4 * i + c] = a[c] + (b[c] - a[c]) * mix;
          }
          image.data[4 * i + 3] = 255 * Math.min(0.85, 1.6 * (part - FAINT));
        }
      }
      const small = document.createElement("canvas");
      [small.width, small.height] = [wide, high];
      small.getContext("2d").putImageData(image, 0, 0);
      context.imageSmoothingEnabled = true;
      context.drawImage(
        small,
        bounds.min.x,
        bounds.min.y,
        wide * CELL,
        high * CELL,
      );
    },

    _field(bounds, wide, high) {
      const { model, _map: map } = this;
      const { lon, lat } = model.places;
      const { width, turns } = geomap.turns(map, bounds);
      let field = new Float32Array(wide * high);
      for (let place = 0; place < model.size.places; place += 1) {
        const mentions = model.mentions(place);
        if (mentions) {
          const point = map.latLngToLayerPoint([lat[place], lon[place]]);
          const y = Math.floor((point.y - bounds.min.y) / CELL);
          for (const turn of turns) {
            const x = Math.floor(
              (point.x + turn * width - bounds.min.x) / CELL,
            );
            if (x >= 0 && x < wide && y >= 0 && y < high) {
              field[y * wide + x] += mentions;
            }
          }
        }
      }
      const reach = Math.max(1, Math.round(this.options.radius / CELL / 3));
      for (let pass = 0; pass < PASSES; pass += 1) {
        field = blurred(field, wide, high, 1, wide, reach);
        field = blurred(field, high, wide, wide, 1, reach);
      }
      return field;
    },
  });

  // The mean of neighbors along lines: `count` lines of `length` cells, cells `step` and lines `leap` apart.
  function blurred(field, length, count, step, leap, reach) {
    const found = new Float32Array(field.length);
    for (let line = 0; line < count; line += 1) {
      const start = line * leap;
      let sum = 0;
      for (let i = -reach; i < length; i += 1) {
        if (i + reach < length) {
          sum += field[start + (i + reach) * step];
        }
        if (i - reach - 1 >= 0) {
          sum -= field[start + (i - reach - 1) * step];
        }
        if (i >= 0) {
          found[start + i * step] = Math.max(0, sum);
        }
      }
    }
    return found;
  }

  function rgb(hex) {
    return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  }

  // The strip of colors of a legend.
  geomap.ramp = function () {
    const strip = geomap.element("span", "geomap-ramp");
    strip.setAttribute("aria-hidden", "true");
    return strip;
  };

  // A small legend in a corner of the map.
  geomap.key = function (layer, fill) {
    const control = L.control({ position: "topright" });
    control.onAdd = function () {
      const box = geomap.element("section", "geomap-key");
      box.setAttribute("aria-label", `Legend: ${layer.options.caption}`);
      const caption = geomap.element(
        "p",
        "geomap-caption",
        layer.options.caption,
      );
      caption.dir = "auto";
      const body = geomap.element("div", "geomap-key-body");
      box.append(caption, body);
      control.fill = () => {
        body.replaceChildren();
        fill(body);
      };
      control.fill();
      L.DomEvent.disableClickPropagation(box);
      return box;
    };
    return control;
  };

  geomap.heat = (key, options) => new geomap.Heat(key, options);
})();

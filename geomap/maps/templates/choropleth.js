// Areas colored by the mentions in them, in classes that stay the same while a reader filters.
(function () {
  "use strict";

  const geomap = L.geomap;

  geomap.Choropleth = geomap.Canvas.extend({
    options: { pane: "geomap-areas", zIndex: 400, caption: "" },

    initialize(key, id, options) {
      L.Renderer.prototype.initialize.call(this, options);
      Promise.all([geomap.corpus(key), geomap.read(id)]).then(
        async ([model, areas]) => {
          this.areas = areas;
          this._rings = areas.arcs
            ? geomap.shapes(areas)
            : await this._countries(areas);
          this.model = model;
          this._value();
          if (this._map) {
            this._show();
          }
        },
      );
    },

    async _countries({ names }) {
      const { countries } = await geomap.world(this.options.world);
      const known = new Map(countries.map(({ name, rings }) => [name, rings]));
      return names.map((name) => known.get(name) || []);
    },

    onAdd(map) {
      geomap.Canvas.prototype.onAdd.call(this, map);
      map.on("mousemove", this._onMove, this);
      map.on("mouseout", this._leave, this);
      if (this.model) {
        this._show();
      }
    },

    getEvents() {
      const events = L.Renderer.prototype.getEvents.call(this);
      return { ...events, "geomap:named": this.redraw };
    },

    onRemove(map) {
      map.off("mousemove", this._onMove, this);
      map.off("mouseout", this._leave, this);
      this._leave();
      this._end?.();
      this._key?.remove();
      geomap.Canvas.prototype.onRemove.call(this, map);
    },

    _show() {
      this._end = this.model.listen(() => {
        this._value();
        this.redraw();
      });
      this._key = geomap
        .key(this, (body) => this._explain(body))
        .addTo(this._map);
      this.redraw();
    },

    // The mentions of each area, or what they are a share of.
    _value() {
      const { model, areas } = this;
      const { of, per, base } = areas;
      this.values = new Float64Array(this._rings.length);
      for (let place = 0; place < of.length; place += 1) {
        if (of[place] >= 0) {
          this.values[of[place]] += model.mentions(place);
        }
      }
      this.values = this.values.map((value, area) => {
        if (per === "article") {
          return value / Math.max(1, model.totals.articles);
        }
        // No people known, no rate.
        return base ? (base[area] ? value / base[area] : 0) : value;
      });
    },

    _class(value) {
      const { breaks } = this.areas;
      const found = breaks.findIndex((edge) => value <= edge);
      return found < 0 ? breaks.length - 1 : found;
    },

    _shade(number) {
      const steps = Math.max(1, this.areas.breaks.length - 1);
      return Math.round((number * 4) / steps);
    },

    _explain(body) {
      const { breaks, least, exact, per } = this.areas;
      const counts = per === null;
      const list = geomap.element("ul");
      breaks.forEach((edge, number) => {
        const item = geomap.element("li");
        const box = geomap.element("span", "geomap-swatch");
        box.style.background = `var(--geomap-step-${this._shade(number)})`;
        const before = number ? breaks[number - 1] : least;
        // Counts are whole: a class begins behind the one before.
        const from = counts && number ? before + 1 : before;
        const words =
          exact || from >= edge
            ? figure(edge)
            : `${figure(from)} – ${figure(edge)}`;
        item.append(box, geomap.element("span", "", words));
        list.append(item);
      });
      body.append(list);
    },

    draw(context, bounds) {
      if (!this.model) {
        return;
      }
      const frame = geomap.frame(this._map, bounds);
      let drawn = 0;
      this._paths = this._rings.map((rings, area) => {
        const path = new Path2D();
        if (!this.values[area]) {
          return path;
        }
        geomap.trace(path, frame, rings, true);
        context.fillStyle = this.color(
          `step-${this._shade(this._class(this.values[area]))}`,
        );
        context.globalAlpha = 0.8;
        context.fill(path, "evenodd");
        context.globalAlpha = 1;
        context.strokeStyle = this.color("rim");
        context.lineWidth = 0.8;
        context.stroke(path);
        drawn += 1;
        return path;
      });
      this._map.getContainer().dataset.geomapAreas = drawn;
      this._write(context);
    },

    // The color lies over the names of countries: write those once more that it covers.
    _write(context) {
      let tiled = false;
      this._map.eachLayer((layer) => {
        tiled = tiled || layer instanceof L.GridLayer;
      });
      if (tiled) {
        return; // tiles have their own, and hide those of the basemap
      }
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.lineJoin = "round";
      context.lineWidth = 3;
      for (const { name, x, y, half, size } of geomap.named(this._map)) {
        const area = [0, -half, half]
          .map((aside) => this._at(x + aside, y))
          .find((found) => found >= 0);
        if (area !== undefined) {
          // The strongest two colors are near to that of the words.
          const strong = this._shade(this._class(this.values[area])) > 2;
          context.strokeStyle = this.color(strong ? "ink" : "halo");
          context.fillStyle = this.color(strong ? "rim" : "ink");
          context.font = this.font(500, size);
          context.letterSpacing = `${size * 0.05}px`;
          context.strokeText(name, x, y);
          context.fillText(name, x, y);
        }
      }
      context.letterSpacing = "0px";
    },

    // The colored area at a point of the layer, -1 where there is none.
    _at(x, y) {
      this._context.save();
      this._context.setTransform(1, 0, 0, 1, 0, 0);
      const area = this._paths.findIndex((path) =>
        this._context.isPointInPath(path, x, y, "evenodd"),
      );
      this._context.restore();
      return area;
    },

    _onMove({ layerPoint, latlng, originalEvent }) {
      if (!this._paths || originalEvent.target.closest(".leaflet-control")) {
        this._leave();
        return;
      }
      const area = this._at(layerPoint.x, layerPoint.y);
      if (area === this._over) {
        this._tip?.setLatLng(latlng);
        return;
      }
      this._leave();
      if (area >= 0) {
        this._over = area;
        const words = geomap.element(
          "span",
          "",
          `${this.areas.names[area]}: ${figure(this.values[area])}`,
        );
        words.dir = "auto";
        this._tip = L.tooltip({ direction: "top", className: "geomap-tip" })
          .setLatLng(latlng)
          .setContent(words)
          .addTo(this._map);
      }
    },

    _leave() {
      this._over = undefined;
      this._tip?.remove();
      this._tip = undefined;
    },
  });

  function figure(value) {
    return value.toLocaleString("en-US", { maximumSignificantDigits: 3 });
  }

  geomap.choropleth = (key, id, options) =>
    new geomap.Choropleth(key, id, options);
})();

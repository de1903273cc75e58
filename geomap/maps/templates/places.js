// The places of a corpus: one symbol each on one canvas, its area by mentions; a popup with the sentences on a click.
(function () {
  "use strict";

  const geomap = L.geomap;

  geomap.Places = geomap.Canvas.extend({
    options: {
      pane: "geomap-places",
      zIndex: 450,
      panel: true,
      fit: null,
      attribution:
        '<a href="https://www.geonames.org/" target="_blank" rel="noopener noreferrer">GeoNames</a> (CC BY 4.0)',
    },

    initialize(id, options) {
      L.Renderer.prototype.initialize.call(this, options);
      this._drawn = [];
      geomap.read(id).then((data) => {
        this._data = data;
        this._most = Math.max(1, ...data.places.mentions.slice(0, 1));
        if (this._map) {
          this._show();
        }
      });
    },

    onAdd(map) {
      geomap.Canvas.prototype.onAdd.call(this, map);
      geomap.measure(map);
      if (this.options.fit) {
        map.fitBounds(this.options.fit, {
          ...this._margins(),
          maxZoom: 7,
          animate: false,
        });
      }
      map.on("click", this._onClick, this);
      map.on("mousemove", this._onMove, this);
      map.on("mouseout", this._leave, this);
      if (this._data) {
        this._show();
      }
    },

    onRemove(map) {
      map.off("click", this._onClick, this);
      map.off("mousemove", this._onMove, this);
      map.off("mouseout", this._leave, this);
      this._leave();
      if (this._panel) {
        this._panel.remove();
      }
      if (this._popup) {
        this._popup.remove();
      }
      geomap.Canvas.prototype.onRemove.call(this, map);
      delete this._layout;
      map.fire("geomap:changed");
    },

    getEvents() {
      const events = L.Renderer.prototype.getEvents.call(this);
      return { ...events, "geomap:layout": this._tell };
    },

    // Opens the popup of a place, given by its number, as a click on its symbol does.
    open(number, { focus, back } = {}) {
      const map = this._map;
      const at = this._nearest(number);
      const { form, mentions } = this._data.places;
      const radius = geomap.radius(mentions[number], this._most);
      const size = map.getSize();
      const card = geomap.card(this._data, number);
      this._popup = L.popup({
        className: "geomap-popup",
        minWidth: Math.min(270, size.x - 72),
        maxWidth: Math.min(360, size.x - 72),
        offset: [0, 5 - geomap.half(form[number], radius)],
        ...this._popupMargins(),
      })
        .setLatLng(at)
        .setContent(card);
      card.addEventListener("keydown", (event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          map.closePopup();
        }
      });
      this._popup.on("remove", () => {
        this._selected = undefined;
        this.redraw();
        if (back && document.contains(back) && back.offsetParent) {
          back.focus();
        }
      });
      if (geomap.narrow(map) && this._panel) {
        this._panel.fold();
      }
      this._leave();
      this._popup.openOn(map);
      this._selected = number;
      this.redraw();
      if (focus) {
        card.querySelector("h2").focus({ preventScroll: true });
      }
      return this;
    },

    // The same from the list of places: goes there first.
    visit(number, back) {
      const map = this._map;
      const zoom = this._data.places.form[number] === "town" ? 5 : 4;
      const at = this._nearest(number);
      map.setView(at, Math.max(map.getZoom(), zoom), { animate: false });
      this.open(number, { focus: true, back });
    },

    draw(context, bounds) {
      if (!this._data) {
        return;
      }
      const { symbols, labels } = this._arrange(bounds);
      this._drawn = symbols;
      this._map.getContainer().dataset.geomapDrawn = symbols.length;
      for (const symbol of symbols) {
        this._paint(context, symbol);
      }
      context.lineJoin = "round";
      context.textBaseline = "middle";
      context.textAlign = "left";
      for (const label of labels) {
        context.font = geomap.labelFont(this, label);
        context.lineWidth = 3.5;
        context.strokeStyle = this.color("halo");
        context.strokeText(label.text, label.x, label.y);
        context.fillStyle = this.color(label.area ? "area-ink" : "ink");
        context.fillText(label.text, label.x, label.y);
      }
    },

    _show() {
      if (this.options.panel && !this._panel) {
        this._panel = geomap.panel(this);
        this._panel.addTo(this._map);
      } else if (this._panel) {
        this._panel.addTo(this._map);
      }
      if (this.options.fit) {
        // The panel's height is known only now.
        this._map.fitBounds(this.options.fit, {
          ...this._margins(),
          maxZoom: 7,
          animate: false,
        });
      }
      this.redraw();
      this._map.fire("geomap:changed");
    },

    // Leaves room for the panel.
    _margins() {
      const map = this._map;
      const panel = map.getContainer().querySelector(".geomap-panel");
      const wide = this.options.panel && !geomap.narrow(map) ? 330 : 0;
      const high = panel && geomap.narrow(map) ? panel.offsetHeight : 0;
      return {
        paddingTopLeft: [wide + 36, high + 36],
        paddingBottomRight: [48, 48],
      };
    },

    _popupMargins() {
      const { paddingTopLeft } = this._margins();
      return {
        autoPanPaddingTopLeft: [paddingTopLeft[0] - 20, paddingTopLeft[1] - 20],
        autoPanPaddingBottomRight: [16, 30],
      };
    },

    // The copy of a place that is nearest to the middle of the map.
    _nearest(number) {
      const { lon, lat } = this._data.places;
      const turn = Math.round((this._map.getCenter().lng - lon[number]) / 360);
      return L.latLng(lat[number], lon[number] + 360 * turn);
    },

    // What is drawn in this view, large symbols first and so below small ones, and which names are written.
    _arrange(bounds) {
      const map = this._map;
      const key = `${map.getZoom()} ${bounds.min} ${bounds.max} ${map.getPixelOrigin()}`;
      if (this._layout && this._layout.key === key) {
        return this._layout;
      }
      const { width, turns } = geomap.turns(map, bounds);
      const { lon, lat, form, mentions, confidence } = this._data.places;
      const symbols = [];
      for (let number = 0; number < lon.length; number += 1) {
        const point = map.latLngToLayerPoint([lat[number], lon[number]]);
        const radius = geomap.radius(mentions[number], this._most);
        const half = geomap.half(form[number], radius);
        for (const turn of turns) {
          const x = point.x + turn * width;
          if (
            x + half > bounds.min.x &&
            x - half < bounds.max.x &&
            point.y + half > bounds.min.y &&
            point.y - half < bounds.max.y
          ) {
            symbols.push({
              number,
              x,
              y: point.y,
              radius,
              half,
              form: form[number],
              doubtful: geomap.isDoubtful(confidence[number]),
            });
          }
        }
      }
      symbols.sort((a, b) => b.radius - a.radius);
      const view = L.bounds(
        map.containerPointToLayerPoint([0, 0]),
        map.containerPointToLayerPoint(map.getSize()),
      );
      const labels = geomap.labels(this, symbols, view);
      this._layout = { key, symbols, labels };
      return this._layout;
    },

    // Tells the basemap where it should not write.
    _tell({ taken, written }) {
      if (!this._data || !this._bounds) {
        return;
      }
      // The basemap may be the first to hear of a new view.
      L.Renderer.prototype._update.call(this);
      const { symbols, labels } = this._arrange(this._bounds);
      for (const { x, y, half } of symbols.slice(0, 500)) {
        taken.push([x - half, y - half, x + half, y + half]);
      }
      for (const { text, box } of labels) {
        taken.push(box);
        written.add(text);
      }
    },

    _paint(context, { number, x, y, half, form, doubtful }) {
      const town = form === "town";
      const color = this.color(town ? "town" : "area");
      const chosen = number === this._selected || number === this._hovered;
      geomap.outline(context, form, x, y, half);
      context.globalAlpha = town ? (doubtful ? 0.22 : 0.72) : 0.1;
      context.fillStyle = color;
      context.fill();
      context.globalAlpha = 1;
      context.setLineDash(doubtful && half > 5 ? [3, 2.5] : []);
      context.lineWidth = (town && !doubtful) || half < 5 ? 1.2 : 1.8;
      context.strokeStyle = town && !doubtful ? this.color("rim") : color;
      context.stroke();
      context.setLineDash([]);
      if (form === "region") {
        geomap.outline(context, form, x, y, Math.max(half - 3.5, 1));
        context.lineWidth = 1;
        context.stroke();
      }
      if (chosen) {
        geomap.outline(context, form, x, y, half + 3);
        context.lineWidth = 2.5;
        context.strokeStyle = this.color("ink");
        context.stroke();
      }
    },

    // The symbol at a point: the topmost one that holds it, else the nearest within reach of a finger or a mouse.
    _at(point, reach) {
      let found;
      let nearest = reach;
      for (let i = this._drawn.length - 1; i >= 0; i -= 1) {
        const { x, y, half } = this._drawn[i];
        const distance = Math.hypot(point.x - x, point.y - y) - half;
        if (distance <= 0) {
          return this._drawn[i];
        }
        if (distance < nearest) {
          nearest = distance;
          found = this._drawn[i];
        }
      }
      return found;
    },

    _onClick({ layerPoint, originalEvent }) {
      const mouse = !originalEvent || originalEvent.pointerType === "mouse";
      const symbol = this._at(layerPoint, mouse ? 3 : 12);
      if (symbol) {
        this.open(symbol.number);
      }
    },

    _onMove({ layerPoint, originalEvent }) {
      const onMap = originalEvent.target.closest(
        ".leaflet-popup, .leaflet-control",
      );
      const symbol = onMap ? undefined : this._at(layerPoint, 3);
      const number = symbol && symbol.number;
      if (number === this._hovered) {
        return;
      }
      this._leave();
      if (symbol) {
        this._hovered = number;
        this._map.getContainer().classList.add("geomap-pointing");
        const { name, mentions } = this._data.places;
        const tip = geomap.element("span");
        tip.append(
          geomap.element("strong", "", name[number]),
          ` ${geomap.count(mentions[number], "mention")}`,
        );
        tip.dir = "auto";
        this._tip = L.tooltip({
          direction: "top",
          className: "geomap-tip",
          offset: [0, -symbol.half - 2],
        })
          .setLatLng(this._map.layerPointToLatLng([symbol.x, symbol.y]))
          .setContent(tip)
          .addTo(this._map);
        this.redraw();
      }
    },

    _leave() {
      if (this._hovered !== undefined) {
        this._hovered = undefined;
        this._map.getContainer().classList.remove("geomap-pointing");
        this._tip.remove();
        this.redraw();
      }
    },
  });

  geomap.places = (id, options) => new geomap.Places(id, options);
})();

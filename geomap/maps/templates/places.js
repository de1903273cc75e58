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
      color: null,
      cluster: false,
    },

    initialize(key, options) {
      L.Renderer.prototype.initialize.call(this, options);
      this._drawn = [];
      const { color } = this.options;
      Promise.all([geomap.corpus(key), color && geomap.read(color)]).then(
        ([model, colors]) => {
          this.model = model;
          this.colors = colors;
          this._data = model.content;
          this.corrections = geomap.corrections(model);
          geomap.prepare(this);
          if (this._map) {
            this._show();
          }
        },
      );
    },

    onAdd(map) {
      geomap.Canvas.prototype.onAdd.call(this, map);
      geomap.measure(map);
      map.on("click", this._onClick, this);
      map.on("mousemove", this._onMove, this);
      map.on("mouseout", this._leave, this);
      if (this.model) {
        this._show();
      }
    },

    onRemove(map) {
      map.off("click", this._onClick, this);
      map.off("mousemove", this._onMove, this);
      map.off("mouseout", this._leave, this);
      this._leave();
      for (const end of this._ends || []) {
        end();
      }
      this._ends = [];
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
      if (geomap.narrow(map) && this._panel) {
        this._panel.fold();
      }
      const at = this._nearest(number);
      const size = map.getSize();
      const card = geomap.card(this, number);
      const popup = L.popup({
        className: "geomap-popup",
        minWidth: Math.min(280, size.x - 72),
        maxWidth: Math.min(380, size.x - 72),
        offset: [0, 5 - geomap.half(this._data.places.form[number], 4)],
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
      popup.on("remove", () => {
        if (this._popup === popup) {
          this._selected = undefined;
          this.readings = undefined;
          this.redraw();
          this.fire("geomap:selected");
        }
        if (back && document.contains(back) && back.offsetParent) {
          back.focus();
        }
      });
      this._leave();
      this._popup = popup;
      this._selected = number;
      this.readings = undefined;
      popup.openOn(map);
      const close = popup.getElement().querySelector("a[role=button]");
      if (close) {
        close.title = "Close";
      }
      this.redraw();
      this.fire("geomap:selected");
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

    // The place whose popup is open.
    selected() {
      return this._selected;
    },

    draw(context, bounds) {
      if (!this.model) {
        return;
      }
      const { symbols, labels } = this._arrange(bounds);
      if (!this._drawn.length && symbols.length) {
        performance.mark("geomap:drawn");
      }
      this._drawn = symbols;
      this._map.getContainer().dataset.geomapDrawn = symbols.length;
      for (const symbol of symbols) {
        geomap.paint(this, context, symbol);
      }
      context.lineJoin = "round";
      context.textBaseline = "middle";
      context.textAlign = "left";
      for (const label of labels) {
        geomap.inscribe(this, context, label);
      }
      if (this.readings) {
        geomap.rings(this, context, this.readings);
      }
    },

    // Shows where a mention might be instead: candidates with a name, percent, lat and lon; undefined for none.
    doubt(readings) {
      this.readings = readings;
      this.redraw();
    },

    _show() {
      const { model, _map: map } = this;
      this._ends = [
        model.listen(() => {
          delete this._layout;
          geomap.prepare(this);
          this.redraw();
          map.fire("geomap:changed");
        }),
      ];
      if (this.options.panel) {
        this._panel = this._panel || geomap.panel(this);
        this._panel.addTo(map);
      }
      if (this.options.fit && !this._fitted) {
        // The panel's height is known only now.
        this._fitted = true;
        map.fitBounds(this.options.fit, {
          ...this._margins(),
          maxZoom: 7,
          animate: false,
        });
      }
      if (this.options.panel) {
        this._ends.push(geomap.address(this));
      }
      this.redraw();
      map.fire("geomap:changed");
    },

    // Leaves room for the panel.
    _margins() {
      const map = this._map;
      const panel = map.getContainer().querySelector(".geomap-panel");
      const wide = this.options.panel && !geomap.narrow(map) ? 340 : 0;
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
      const alone = this.options.cluster ? this._selected : "";
      const key = `${map.getZoom()} ${bounds.min} ${bounds.max} ${map.getPixelOrigin()} ${alone} ${geomap.covered(map)}`;
      if (this._layout && this._layout.key === key) {
        return this._layout;
      }
      const symbols = geomap.symbols(this, bounds);
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
      if (!this.model || !this._bounds) {
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

    _onClick({ layerPoint, latlng, originalEvent }) {
      if (this.pick) {
        this.pick(latlng.wrap());
        return;
      }
      const mouse = !originalEvent || originalEvent.pointerType === "mouse";
      const symbol = this._at(layerPoint, mouse ? 3 : 12);
      if (symbol && symbol.members) {
        this._leave();
        geomap.partCluster(this, symbol);
      } else if (symbol) {
        this.open(symbol.number);
      }
    },

    _onMove({ layerPoint, originalEvent }) {
      const onMap = originalEvent.target.closest(
        ".leaflet-popup, .leaflet-control",
      );
      const symbol = onMap || this.pick ? undefined : this._at(layerPoint, 3);
      const number = symbol && symbol.number;
      const members = symbol && symbol.members;
      if (number === this._hovered && members === this._hoveredMembers) {
        return;
      }
      this._leave();
      if (symbol) {
        this._hovered = number;
        this._hoveredMembers = members;
        this._map.getContainer().classList.add("geomap-pointing");
        const { names, count } = members
          ? geomap.clusterWords(this.model, symbol)
          : {
              names: this._data.places.name[number],
              count: geomap.counted(this.model, number),
            };
        const tip = geomap.element("span");
        tip.append(geomap.element("strong", "", names), ` ${count}`);
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
        this._hoveredMembers = undefined;
        this._map.getContainer().classList.remove("geomap-pointing");
        this._tip.remove();
        this.redraw();
      }
    },
  });

  // How often a place is named, as words.
  geomap.counted = function (model, number) {
    const possible = model.possible[number];
    const words = geomap.count(model.mentions(number), "mention");
    return possible ? `${words} (${geomap.number(possible)} uncertain)` : words;
  };

  geomap.places = (key, options) => new geomap.Places(key, options);
})();

// Places that stand in the same articles, joined by curved lines: the strongest, as many as can be read.
(function () {
  "use strict";

  const geomap = L.geomap;
  const BEND = 0.16; // of a line's length
  const LISTED = 5;

  geomap.Comentions = geomap.Canvas.extend({
    options: { pane: "geomap-lines", zIndex: 435, limit: 60, caption: "" },

    initialize(key, options) {
      L.Renderer.prototype.initialize.call(this, options);
      this._curves = [];
      geomap.corpus(key).then((model) => {
        this.model = model;
        this._pairs = model.together(this.options.limit);
        if (this._map) {
          this._show();
        }
      });
    },

    onAdd(map) {
      geomap.Canvas.prototype.onAdd.call(this, map);
      map.on("mousemove", this._onMove, this);
      if (this.model) {
        this._show();
      }
    },

    onRemove(map) {
      map.off("mousemove", this._onMove, this);
      this._tip?.remove();
      this._end?.();
      this._key?.remove();
      geomap.Canvas.prototype.onRemove.call(this, map);
    },

    _show() {
      this._end = this.model.listen(() => {
        this._pairs = this.model.together(this.options.limit);
        this._key.fill();
        this.redraw();
      });
      this._key = geomap
        .key(this, (body) => this._explain(body))
        .addTo(this._map);
      this.redraw();
    },

    _explain(body) {
      const list = geomap.element("ol", "geomap-pairs");
      for (const pair of this._pairs.slice(0, LISTED)) {
        const item = geomap.element("li", "", this._said(pair));
        item.dir = "auto";
        list.append(item);
      }
      body.append(list);
    },

    _said({ from, to, articles }) {
      const { name } = this.model.places;
      return `${name[from]} – ${name[to]}: ${geomap.count(articles, "article")}`;
    },

    draw(context, bounds) {
      if (!this.model) {
        return;
      }
      const map = this._map;
      const { lon, lat } = this.model.places;
      const { width, turns } = geomap.turns(map, bounds);
      const most = Math.max(1, ...this._pairs.map(({ articles }) => articles));
      this._curves = [];
      context.lineCap = "round";
      context.strokeStyle = this.color("join");
      for (const pair of [...this._pairs].reverse()) {
        const { from, to, articles } = pair;
        const turn = Math.round((lon[from] - lon[to]) / 360) * 360;
        const a = map.latLngToLayerPoint([lat[from], lon[from]]);
        const b = map.latLngToLayerPoint([lat[to], lon[to] + turn]);
        const [dx, dy] = [b.x - a.x, b.y - a.y];
        // All lines bend the same way, so that one there and one back do not lie on each other.
        const middle = {
          x: (a.x + b.x) / 2 + dy * BEND,
          y: (a.y + b.y) / 2 - dx * BEND,
        };
        context.lineWidth = 1 + 4.5 * Math.sqrt(articles / most);
        context.globalAlpha = 0.25 + 0.5 * (articles / most);
        for (const copy of turns) {
          const shift = copy * width;
          context.beginPath();
          context.moveTo(a.x + shift, a.y);
          context.quadraticCurveTo(
            middle.x + shift,
            middle.y,
            b.x + shift,
            b.y,
          );
          context.stroke();
          this._curves.push({ pair, a, b, middle, shift });
        }
      }
      context.globalAlpha = 1;
      map.getContainer().dataset.geomapLines = this._pairs.length;
    },

    _onMove({ layerPoint, latlng }) {
      const found = this._curves.findLast((curve) => near(curve, layerPoint));
      const pair = found && found.pair;
      if (pair !== this._over) {
        this._tip?.remove();
        this._over = pair;
        if (pair) {
          const words = geomap.element("span", "", this._said(pair));
          words.dir = "auto";
          this._tip = L.tooltip({ direction: "top", className: "geomap-tip" })
            .setLatLng(latlng)
            .setContent(words)
            .addTo(this._map);
        }
      }
    },
  });

  function near({ a, b, middle, shift }, { x, y }) {
    for (let t = 0.1; t < 0.95; t += 0.02) {
      const [p, q, r] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
      const px = p * a.x + q * middle.x + r * b.x + shift;
      const py = p * a.y + q * middle.y + r * b.y;
      if (Math.hypot(px - x, py - y) < 5) {
        return true;
      }
    }
    return false;
  }

  geomap.comentions = (key, options) => new geomap.Comentions(key, options);
})();

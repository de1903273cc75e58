// What the layers share: reading the data of the page, building elements, and a canvas that follows the map.
(function () {
  "use strict";

  const geomap = (L.geomap = L.geomap || {});

  // The content of a data block as an object; a large one is gzip in base64.
  geomap.read = async function (id) {
    const block = document.getElementById(id);
    if (block.type === "application/json") {
      return JSON.parse(block.textContent);
    }
    const packed = atob(block.textContent);
    const bytes = new Uint8Array(packed.length);
    for (let i = 0; i < packed.length; i += 1) {
      bytes[i] = packed.charCodeAt(i);
    }
    const gunzip = new DecompressionStream("gzip");
    return new Response(new Blob([bytes]).stream().pipeThrough(gunzip)).json();
  };

  // Text is put in place as text, never as HTML.
  geomap.element = function (tag, className, text) {
    const node = document.createElement(tag);
    if (className) {
      node.className = className;
    }
    if (text !== undefined) {
      node.textContent = text;
    }
    return node;
  };

  // A line of short parts that breaks only between them; the style sheet puts dots there, but not at a line's start.
  geomap.line = function (className, parts) {
    const line = geomap.element("p", `geomap-line ${className}`);
    for (const part of parts.filter(Boolean)) {
      line.append(geomap.element("span", "", part), " ");
    }
    return line;
  };

  geomap.number = (value) => value.toLocaleString("en-US");

  geomap.count = (value, one, many) =>
    `${geomap.number(value)} ${value === 1 ? one : many || `${one}s`}`;

  const dates = new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });

  geomap.date = (iso) =>
    iso ? dates.format(new Date(`${iso}T00:00:00Z`)) : "";

  geomap.dates = function (first, last) {
    const [from, to] = [geomap.date(first), geomap.date(last)];
    return from === to ? from : `${from} – ${to}`;
  };

  // A click that stays here: Leaflet would take a button that its own handler removes for the map behind it.
  geomap.onClick = function (button, handler) {
    button.type = "button";
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      handler();
    });
  };

  geomap.notice = function (map, text) {
    const box = geomap.element("div", "geomap-notice");
    box.setAttribute("role", "status");
    box.append(geomap.element("span", "", text));
    const close = geomap.element("button", "geomap-button", "Close");
    geomap.onClick(close, () => box.remove());
    box.append(close);
    L.DomEvent.disableClickPropagation(box);
    map.getContainer().append(box);
  };

  // Whether the map is as narrow as a phone.
  geomap.narrow = (map) => map.getSize().x < 640;

  // A canvas over the whole map. Leaflet's Renderer moves and scales it with the map; draw() paints it anew when the
  // map has come to rest. Coordinates in draw() are Leaflet's layer points.
  geomap.Canvas = L.Renderer.extend({
    options: { padding: 0.25 },

    onAdd(map) {
      if (!map.getPane(this.options.pane)) {
        map.createPane(this.options.pane).style.zIndex = this.options.zIndex;
      }
      this._dark = window.matchMedia("(prefers-color-scheme: dark)");
      this._repaint = () => this.redraw();
      this._dark.addEventListener("change", this._repaint);
      L.Renderer.prototype.onAdd.call(this, map);
    },

    onRemove(map) {
      this._dark.removeEventListener("change", this._repaint);
      L.Renderer.prototype.onRemove.call(this, map);
    },

    redraw() {
      if (this._map) {
        this._update();
      }
      return this;
    },

    color(name) {
      return this._style.getPropertyValue(`--geomap-${name}`).trim();
    },

    font(weight, size, style) {
      return `${style || "normal"} ${weight} ${size}px ${this.color("font")}`;
    },

    _initContainer() {
      this._container = L.DomUtil.create("canvas", "geomap-canvas");
      this._container.setAttribute("aria-hidden", "true");
      this._context = this._container.getContext("2d");
    },

    _destroyContainer() {
      this._container.remove();
      delete this._container;
      delete this._context;
    },

    _update() {
      if (this._map._animatingZoom && this._bounds) {
        return;
      }
      L.Renderer.prototype._update.call(this);
      const { min } = this._bounds;
      const size = this._bounds.getSize();
      const ratio = Math.min(window.devicePixelRatio || 1, 2);
      const canvas = this._container;
      L.DomUtil.setPosition(canvas, min);
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
      this._style = getComputedStyle(this._map.getContainer());
      this._context.setTransform(
        ratio,
        0,
        0,
        ratio,
        -min.x * ratio,
        -min.y * ratio,
      );
      this.draw(this._context, this._bounds);
    },
  });

  // The copies of the world that a stretch of the map shows, as numbers of turns.
  geomap.turns = function (map, bounds) {
    const width = map.project([0, 360]).x - map.project([0, 0]).x;
    if (!map.options.crs.wrapLng) {
      return { width, turns: [0] };
    }
    const west = map.project([0, -180]).x - map.getPixelOrigin().x;
    const first = Math.floor((bounds.min.x - west) / width);
    const last = Math.floor((bounds.max.x - west) / width);
    const turns = [];
    for (let turn = first; turn <= last; turn += 1) {
      turns.push(turn);
    }
    return { width, turns };
  };

  geomap.overlap = (a, b) =>
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
})();

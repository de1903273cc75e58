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

  const corpora = new Map();

  // The mentions of a page, which all layers that draw them share.
  geomap.corpus = function (key) {
    if (!corpora.has(key)) {
      corpora.set(
        key,
        geomap.read(key).then((content) => new geomap.Model(content)),
      );
    }
    return corpora.get(key);
  };

  // Places come before the land below them: whoever draws that waits for this.
  geomap.settled = async function () {
    await new Promise((done) => {
      setTimeout(done);
    });
    await Promise.allSettled([...corpora.values()]);
    await new Promise((done) => {
      setTimeout(done);
    });
  };

  // The words of the mentions, unpacked when they are first asked for; null where none came with the file.
  geomap.words = function (model) {
    const id = `${model.content.key}_words`;
    if (!model.words) {
      model.words = document.getElementById(id)
        ? geomap.read(id).then(({ sentences, rows, also, articles }) => ({
            ...rows,
            sentence: geomap.sums(rows.sentence, [0], Uint32Array),
            sentences,
            also,
            articles,
          }))
        : Promise.resolve(null);
    }
    return model.words;
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

  // A button that says what it does.
  geomap.button = function (text, handler, className) {
    const button = geomap.element("button", className || "geomap-button", text);
    geomap.onClick(button, handler);
    return button;
  };

  geomap.vector = function (tag, attributes) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      node.setAttribute(name, value);
    }
    return node;
  };

  let ids = 0;
  geomap.id = () => `geomap-id-${(ids += 1)}`;

  // A label with its control in it.
  geomap.labelled = function (text, control, className) {
    const label = geomap.element("label", className);
    label.append(control, geomap.element("span", "", text));
    return label;
  };

  // Says words to a screen reader; where they are on screen as well, nothing is shown twice.
  geomap.say = function (map, text) {
    const container = map.getContainer();
    let region = container.querySelector(":scope > .geomap-said");
    if (!region) {
      region = geomap.element("div", "geomap-spoken geomap-said");
      region.setAttribute("role", "status");
      container.append(region);
    }
    region.textContent = text;
  };

  // A window over the page that keeps the keyboard until it is closed.
  geomap.dialog = function (map, title, className) {
    const dialog = geomap.element("dialog", `geomap-dialog ${className || ""}`);
    const heading = geomap.element("h2", "", title);
    heading.id = geomap.id();
    dialog.setAttribute("aria-labelledby", heading.id);
    const head = geomap.element("header");
    head.append(
      heading,
      geomap.button("Close", () => dialog.close()),
    );
    dialog.append(head);
    L.DomEvent.disableClickPropagation(dialog);
    L.DomEvent.disableScrollPropagation(dialog);
    for (const name of ["keydown", "keypress"]) {
      dialog.addEventListener(name, (event) => event.stopPropagation());
    }
    const back = document.activeElement;
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (back && document.contains(back)) {
        back.focus();
      }
    });
    map.getContainer().append(dialog);
    dialog.showModal();
    return dialog;
  };

  // Gives a text to the reader as a file.
  geomap.download = function (name, type, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
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
    return box;
  };

  // Makes room for what was added to a popup. Leaflet's own update() puts the content in anew, which loses the focus.
  geomap.refit = function (popup) {
    if (popup && popup.isOpen()) {
      popup._updateLayout();
      popup._updatePosition();
      popup._adjustPan();
    }
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
      let color = this._colors.get(name);
      if (color === undefined) {
        color = this._style.getPropertyValue(`--geomap-${name}`).trim();
        this._colors.set(name, color);
      }
      return color;
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
      const [wide, high] = [size.x * ratio, size.y * ratio].map(Math.round);
      if (canvas.width === wide && canvas.height === high) {
        this._context.setTransform(1, 0, 0, 1, 0, 0);
        this._context.clearRect(0, 0, wide, high);
      } else {
        [canvas.width, canvas.height] = [wide, high];
        canvas.style.width = `${size.x}px`;
        canvas.style.height = `${size.y}px`;
      }
      this._style = getComputedStyle(this._map.getContainer());
      this._colors = new Map(); // asking the style again for each symbol would take most of the time
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

  // The boxes of what lies over the map (panel, legends, buttons), in layer points: no name is written below them.
  geomap.covered = function (map) {
    const container = map.getContainer();
    const frame = container.getBoundingClientRect();
    const controls = container.querySelectorAll(".leaflet-control");
    return [...controls].map((control) => {
      const { left, top, right, bottom } = control.getBoundingClientRect();
      const [from, to] = [
        [left, top],
        [right, bottom],
      ].map(([x, y]) =>
        map.containerPointToLayerPoint([x - frame.left, y - frame.top]),
      );
      return [from.x, from.y, to.x, to.y].map(Math.round);
    });
  };

  geomap.overlap = (a, b) =>
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
})();

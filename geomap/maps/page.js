"use strict";
(() => {
  // page/view.js
  var MOST_TURNS = 64;
  function turnsOf(map, bounds) {
    const width = map.project([0, 360]).x - map.project([0, 0]).x;
    if (!map.options.crs?.wrapLng) {
      return { width, turns: [0] };
    }
    const west = map.project([0, -180]).x - map.getPixelOrigin().x;
    const first = Math.floor((bounds.min.x - west) / width);
    const last = Math.floor((bounds.max.x - west) / width);
    const length = Math.min(MOST_TURNS, Math.max(0, last - first + 1)) || 0;
    return { width, turns: Array.from({ length }, (_, turn) => first + turn) };
  }
  function seenOf(map) {
    const min = map.containerPointToLayerPoint([0, 0]);
    return (
      /** @type {Bounds} */
      L.bounds(min, min.add(map.getSize()))
    );
  }
  function onceIn(map, bounds) {
    const { width } = turnsOf(map, bounds);
    const { min, max } = bounds;
    if (!map.options.crs?.wrapLng || max.x - min.x <= width) {
      return bounds;
    }
    const [left, right] = freeOf(map).map(
      (x) => map.containerPointToLayerPoint([x, 0]).x
    );
    const zero = map.project([0, -180]).x - map.getPixelOrigin().x;
    const west = worldIn(left, right, zero, width);
    return (
      /** @type {Bounds} */
      L.bounds(
        L.point(Math.max(min.x, Math.round(west)), min.y),
        L.point(Math.min(max.x, Math.round(west + width)), max.y)
      )
    );
  }
  function worldIn(left, right, zero, width) {
    const middle = (left + right) / 2;
    const west = zero + Math.floor((middle - zero) / width) * width;
    const [before, after] = [west - left, west + width - right];
    if (before > 0 && after > 0) {
      return west - Math.min(before, after);
    }
    return before < 0 && after < 0 ? west + Math.min(-before, -after) : west;
  }
  function freeOf(map) {
    const { x } = map.getSize();
    const panel = map.getContainer().querySelector(".geomap-panel");
    const covered = panel instanceof HTMLElement ? panel.offsetLeft + panel.offsetWidth : 0;
    return [covered < x / 2 ? covered : 0, x];
  }
  function turnTo(map, lon) {
    const [left, right] = freeOf(map);
    const middle = map.containerPointToLatLng([(left + right) / 2, 0]).lng;
    const seen = seenOf(map);
    const once = onceIn(map, seen);
    const [west, east] = [once.min, once.max].map(
      (point) => map.layerPointToLatLng(point).lng
    );
    return Math.round(((once === seen ? middle : (west + east) / 2) - lon) / 360);
  }
  function coveredIn(map) {
    const container = map.getContainer();
    const frame = container.getBoundingClientRect();
    const controls = container.querySelectorAll(".leaflet-control");
    return [...controls].map((control) => {
      const { left, top, right, bottom } = control.getBoundingClientRect();
      const [from, to] = [
        [left, top],
        [right, bottom]
      ].map(
        ([x, y]) => map.containerPointToLayerPoint([x - frame.left, y - frame.top])
      );
      return (
        /** @type {Box} */
        [from.x, from.y, to.x, to.y].map(Math.round)
      );
    });
  }
  var overlap = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

  // page/canvas.js
  var RESTING = 120;
  var Canvas = class extends L.Renderer {
    /** @type {CanvasRenderingContext2D} */
    context;
    /** @type {MediaQueryList} */
    _dark;
    /** @type {() => void} */
    _repaint;
    /** @type {CSSStyleDeclaration} */
    _style;
    /** @type {Map<string, string>} */
    _colors = /* @__PURE__ */ new Map();
    /** @type {{ bounds: Bounds, zoom: number, origin: L.Point, once: boolean } | undefined} */
    _painted;
    // Whether what is drawn ends where the world would begin anew; symbols and names are whole on either side.
    _cut = true;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    _resting;
    /**
     * @param {string} pane
     * @param {number} zIndex
     * @param {string} [attribution]
     */
    constructor(pane, zIndex, attribution) {
      super({ padding: 0.25, pane, attribution });
      this._zIndex = zIndex;
      this._repaint = () => this.redraw();
    }
    get map() {
      return this._map;
    }
    /** @param {L.Map} map */
    onAdd(map) {
      const pane = String(this.options.pane);
      if (!map.getPane(pane)) {
        map.createPane(pane).style.zIndex = String(this._zIndex);
      }
      this._dark = window.matchMedia("(prefers-color-scheme: dark)");
      this._dark.addEventListener("change", this._repaint);
      return super.onAdd(map);
    }
    getEvents() {
      return { ...super.getEvents(), move: this._moving, moveend: this._moved };
    }
    /** @param {L.Map} map */
    onRemove(map) {
      clearTimeout(this._resting);
      this._painted = void 0;
      this._dark.removeEventListener("change", this._repaint);
      return super.onRemove(map);
    }
    redraw() {
      if (this._map) {
        this._update();
      }
      return this;
    }
    /** @param {string} name */
    color(name) {
      let color = this._colors.get(name);
      if (color === void 0) {
        color = this._style.getPropertyValue(`--geomap-${name}`).trim();
        this._colors.set(name, color);
      }
      return color;
    }
    /**
     * @param {number} weight
     * @param {number} size
     * @param {string} [style]
     */
    font(weight, size, style) {
      return `${style || "normal"} ${weight} ${size}px ${this.color("font")}`;
    }
    _initContainer() {
      this._container = L.DomUtil.create("canvas", "geomap-canvas");
      this._container.setAttribute("aria-hidden", "true");
      this.context = contextOf(this._container);
    }
    _destroyContainer() {
      this._container.remove();
    }
    /**
     * Paints a stretch of the map; every layer says how.
     *
     * @param {CanvasRenderingContext2D} context
     * @param {Bounds} bounds
     */
    draw(context, bounds) {
      throw new Error(`nothing to draw on ${context} within ${bounds}`);
    }
    // The stretch that is painted for what the map shows now, as Leaflet's Renderer chooses it.
    boundsNow() {
      const size = this._map.getSize();
      const padding = this.options.padding ?? 0;
      const min = this._map.containerPointToLayerPoint(size.multiplyBy(-padding)).round();
      return (
        /** @type {Bounds} */
        L.bounds(min, min.add(size.multiplyBy(1 + 2 * padding)).round())
      );
    }
    // While the map is dragged: what comes into view is painted, and nothing else. A world that is seen as a whole waits.
    _moving() {
      if (this._isPainted() && !this._painted?.once && !this._covers()) {
        this._extend();
      }
    }
    // What is painted moves with the map, so that a pan within it costs nothing.
    _moved() {
      if (!this._isPainted() || this._painted?.once) {
        this._update();
        return;
      }
      this._moving();
      this._rest();
    }
    // Whether there is something painted that fits the zoom of the map.
    _isPainted() {
      const { _painted: painted, _map: map } = this;
      return painted !== void 0 && !map._animatingZoom && painted.zoom === map.getZoom() && painted.origin.equals(map.getPixelOrigin());
    }
    // Whether it reaches as far as the map is seen.
    _covers() {
      return this._painted?.bounds.contains(seenOf(this._map)) ?? false;
    }
    // Paints what a pan brings into view.
    _extend() {
      this._update();
    }
    // Once the map has come to rest, all is painted anew: names make room for what lies over the map.
    _rest() {
      clearTimeout(this._resting);
      this._resting = setTimeout(() => {
        if (this._map && !this._painted?.bounds.equals(this.boundsNow())) {
          this.redraw();
        }
      }, RESTING);
    }
    _update() {
      if (this._map._animatingZoom && this._bounds) {
        return;
      }
      clearTimeout(this._resting);
      super._update();
      this._place();
      const canvas = this._container;
      const size = this._bounds.getSize();
      const [wide, high] = [size.x * this.ratio, size.y * this.ratio].map(
        Math.round
      );
      if (canvas.width === wide && canvas.height === high) {
        this.context.setTransform(1, 0, 0, 1, 0, 0);
        this.context.clearRect(0, 0, wide, high);
      } else {
        [canvas.width, canvas.height] = [wide, high];
        canvas.style.width = `${size.x}px`;
        canvas.style.height = `${size.y}px`;
      }
      this._style = getComputedStyle(this._map.getContainer());
      this._colors = /* @__PURE__ */ new Map();
      this._setTransform();
      const seen = onceIn(this._map, this._bounds);
      this._painted = { ...this._state(), once: seen !== this._bounds };
      if (this._painted.once && this._cut) {
        this.drawWithin(seen, () => this.draw(this.context, seen));
      } else {
        this.draw(this.context, seen);
      }
    }
    /**
     * Draws within a stretch alone.
     *
     * @param {Bounds} bounds
     * @param {() => void} draw
     */
    drawWithin({ min, max }, draw) {
      const { context } = this;
      const path = new Path2D();
      path.rect(min.x, min.y, max.x - min.x, max.y - min.y);
      context.save();
      context.clip(path);
      draw();
      context.restore();
    }
    // Pixels of the canvas to one of the page.
    get ratio() {
      return Math.min(window.devicePixelRatio || 1, 2);
    }
    // Moves the canvas to where it is painted.
    _place() {
      L.DomUtil.setPosition(this._container, this._bounds.min);
      this._painted = { ...this._state(), once: false };
    }
    _state() {
      return {
        bounds: this._bounds,
        zoom: this._map.getZoom(),
        origin: this._map.getPixelOrigin()
      };
    }
    _setTransform() {
      const { ratio } = this;
      const { x, y } = this._bounds.min;
      this.context.setTransform(ratio, 0, 0, ratio, -x * ratio, -y * ratio);
    }
  };
  function contextOf(canvas) {
    const context = canvas.getContext("2d");
    if (!context) {
      throw new Error("This browser cannot draw on a canvas.");
    }
    return context;
  }

  // page/mercator.js
  var EDGE = 85.0511287798 * Math.PI / 180;
  var across = (lon) => lon / 360 + 0.5;
  function down(lat) {
    const phi = Math.max(-EDGE, Math.min(EDGE, lat * Math.PI / 180));
    return 0.5 - Math.log(Math.tan(Math.PI / 4 + phi / 2)) / (2 * Math.PI);
  }

  // page/shapes.js
  var SOUTH = 0.9999;
  function unpackShapes({ arcs, regions }) {
    const lines = unpack(arcs);
    return regions.map((rings) => rings.map((number) => ring([number], lines)));
  }
  function unpackWorld(packed) {
    const arcs = unpack(packed.world);
    const countries = packed.countries.map((country) => ({
      name: country.name,
      x: across(country.at[0]),
      y: down(country.at[1]),
      room: country.room / 360,
      rings: country.polygons.flatMap(
        (rings) => rings.map((numbers) => ring(numbers, arcs))
      )
    }));
    return {
      countries,
      land: countries.flatMap(({ rings }) => rings),
      borders: packed.borders.map((number) => arcs[number]),
      coasts: packed.coasts.map((number) => arcs[number]),
      states: unpack(packed.states)
    };
  }
  function unpack({ scale: scale2, translate, arcs }) {
    return arcs.map(function(differences) {
      const line = new Float64Array(differences.length);
      let [x, y] = [0, 0];
      for (let i = 0; i < differences.length; i += 2) {
        x += differences[i];
        y += differences[i + 1];
        line[i] = across(x * scale2[0] + translate[0]);
        line[i + 1] = down(y * scale2[1] + translate[1]);
      }
      return withBox(line);
    });
  }
  function withBox(line) {
    let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < line.length; i += 2) {
      west = Math.min(west, line[i]);
      east = Math.max(east, line[i]);
      north = Math.min(north, line[i + 1]);
      south = Math.max(south, line[i + 1]);
    }
    return { line, box: [west, north, east, south] };
  }
  function ring(numbers, arcs) {
    const points = [];
    for (const number of numbers) {
      const { line } = arcs[number < 0 ? ~number : number];
      const length = line.length / 2;
      const at = (i) => 2 * (number < 0 ? length - 1 - i : i);
      const turn = points.length ? Math.round(points[points.length - 2] - line[at(0)]) : 0;
      for (let i = 0; i < length; i += 1) {
        points.push(line[at(i)] + turn, line[at(i) + 1]);
      }
    }
    const end = points[points.length - 2];
    if (Math.abs(end - points[0]) > 0.5) {
      points.push(end + 1e-4, 1, points[0] - 1e-4, 1);
    }
    return withBox(Float64Array.from(points));
  }
  function frameOf(map, bounds) {
    const { width, turns } = turnsOf(map, bounds);
    const origin = map.getPixelOrigin();
    const seen = [
      (bounds.min.x + origin.x) / width,
      (bounds.min.y + origin.y) / width,
      (bounds.max.x + origin.x) / width,
      (bounds.max.y + origin.y) / width
    ];
    const around = [turns[0] - 1, ...turns, turns[turns.length - 1] + 1];
    return { width, origin, seen, turns: around };
  }
  function stripsOf(now, old) {
    const strips = [];
    const [left, right] = [
      Math.max(now.min.x, old.min.x),
      Math.min(now.max.x, old.max.x)
    ];
    if (left > now.min.x) {
      strips.push(L.bounds(now.min, L.point(left, now.max.y)));
    }
    if (right < now.max.x) {
      strips.push(L.bounds(L.point(right, now.min.y), now.max));
    }
    if (old.min.y > now.min.y) {
      strips.push(L.bounds(L.point(left, now.min.y), L.point(right, old.min.y)));
    }
    if (old.max.y < now.max.y) {
      strips.push(L.bounds(L.point(left, old.max.y), L.point(right, now.max.y)));
    }
    return (
      /** @type {Bounds[]} */
      strips
    );
  }
  function traceShapes(context, { width, origin, seen, turns }, shapes, filled) {
    for (const turn of turns) {
      for (const { line, box } of shapes) {
        const moved = [box[0] + turn, box[1], box[2] + turn, box[3]];
        if (overlap(moved, seen)) {
          follow(context, line, turn, width, origin, filled);
        }
      }
    }
  }
  function follow(context, line, turn, width, origin, filled) {
    let [lastX, lastY] = [Infinity, Infinity];
    for (let i = 0; i < line.length; i += 2) {
      const x = (line[i] + turn) * width - origin.x;
      const y = line[i + 1] * width - origin.y;
      const edge = line[i + 1] > SOUTH && (i === 0 || line[i - 1] > SOUTH);
      if (i === 0 || edge && !filled) {
        context.moveTo(x, y);
      } else if (Math.abs(x - lastX) + Math.abs(y - lastY) < 0.75 && i < line.length - 2) {
        continue;
      } else {
        context.lineTo(x, y);
      }
      [lastX, lastY] = [x, y];
    }
  }

  // page/closeup.js
  var MOST_NAMES = 140;
  var TOWN = 11;
  var RIVER_WIDTHS = [1.3, 1.2, 1.1, 1, 0.9, 0.8, 0.7];
  var KINDS = {
    sea: { from: 2, share: 1 },
    division: { from: 5, share: 0.9 },
    town: { from: 4, share: Infinity },
    lake: { from: 5, share: 1.6 },
    river: { from: 6, share: 0.6 }
  };
  function cellsOf(canvas, frame, detail) {
    const zoom = canvas.map.getZoom();
    const blocks = (detail?.tiers ?? []).filter((tier) => tier.zoom && zoom >= tier.zoom).flatMap((tier) => seenIn(tier, frame));
    return {
      cells: blocks.flatMap((block) => block.cells),
      land: shapesOf(blocks, "land", Infinity)
    };
  }
  function pathOfCells({ width, origin, turns }, cells) {
    const path = new Path2D();
    for (const turn of turns) {
      for (const [west, north, east, south] of cells) {
        path.rect(
          (west + turn) * width - origin.x,
          north * width - origin.y,
          (east - west) * width,
          (south - north) * width
        );
      }
    }
    return path;
  }
  function paintLines(canvas, context, frame, detail, fine) {
    const zoom = canvas.map.getZoom();
    for (const tier of detail.tiers) {
      if (zoom >= tier.zoom && tier.zoom > 0 === fine) {
        paintTier(canvas, context, frame, tier, zoom);
      }
    }
  }
  function paintTier(canvas, context, frame, tier, zoom) {
    const blocks = seenIn(tier, frame);
    const fine = tier.zoom > 0;
    const shapes = (layer) => shapesOf(blocks, layer, zoom);
    const [coast, border] = [canvas.color("coast"), canvas.color("border")];
    const division = canvas.color("division");
    stroke(context, frame, shapes("division"), division, 0.9);
    paintRivers(canvas, context, frame, shapes("river"), zoom);
    fill(context, frame, shapes("lake"), canvas.color("sea"));
    if (!fine) {
      stroke(context, frame, shapes("lake"), coast, 0.6);
    }
    stroke(context, frame, shapes("coast"), coast, 0.9);
    stroke(context, frame, shapes("border"), border, 1.2);
    const disputed = shapes("disputed");
    stroke(context, frame, disputed, canvas.color("land"), fine ? 1 : 2.4);
    context.setLineDash([4, 3]);
    stroke(context, frame, disputed, border, 1.2);
    context.setLineDash([]);
  }
  var seenIn = (tier, frame) => tier.blocks.filter(({ box }) => isSeen(box, frame));
  var shapesOf = (blocks, layer, zoom) => blocks.flatMap(
    (block) => (block.layers()[layer] ?? []).filter((shape) => shape.zoom <= zoom)
  );
  var isSeen = (box, { seen, turns }) => turns.some(
    (turn) => overlap([box[0] + turn, box[1], box[2] + turn, box[3]], seen)
  );
  function paintRivers(canvas, context, frame, rivers, zoom) {
    context.lineCap = "round";
    const grown = Math.max(0, zoom - 6) * 0.25;
    for (const [rank, width] of RIVER_WIDTHS.entries()) {
      const last = rank === RIVER_WIDTHS.length - 1;
      const ranked = rivers.filter(
        (river) => last ? river.zoom - 2 >= rank : river.zoom - 2 === rank
      );
      stroke(context, frame, ranked, canvas.color("river"), width + grown);
    }
    context.lineCap = "butt";
  }
  function fill(context, frame, shapes, color) {
    if (shapes.length) {
      context.beginPath();
      traceShapes(context, frame, shapes, true);
      context.fillStyle = color;
      context.fill();
    }
  }
  function stroke(context, frame, shapes, color, width) {
    if (shapes.length) {
      context.beginPath();
      traceShapes(context, frame, shapes);
      context.strokeStyle = color;
      context.lineWidth = width;
      context.stroke();
    }
  }
  function writeDetail(canvas, context, frame, detail, taken, written) {
    const zoom = canvas.map.getZoom();
    const candidates = detail.titles.filter(
      (title) => title.zoom <= zoom && zoom >= KINDS[title.kind].from && isSeen([title.x, title.y, title.x, title.y], frame)
    );
    let left = MOST_NAMES;
    context.lineJoin = "round";
    context.textBaseline = "middle";
    for (const kind of Object.keys(KINDS)) {
      for (const title of candidates.filter((each) => each.kind === kind)) {
        if (left && !written.has(title.text)) {
          left -= write(canvas, context, frame, title, taken) ? 1 : 0;
        }
      }
    }
    context.letterSpacing = "0px";
  }
  function write(canvas, context, frame, title, taken) {
    const { width, origin, seen, turns } = frame;
    const town = title.kind === "town";
    const text = dress(canvas, context, title);
    const wide = context.measureText(text).width;
    if (wide > title.room * width * KINDS[title.kind].share && !town) {
      return false;
    }
    let done = false;
    for (const turn of turns) {
      if (title.x + turn < seen[0] || title.x + turn > seen[2]) {
        continue;
      }
      const [x, y] = [
        (title.x + turn) * width - origin.x,
        title.y * width - origin.y
      ];
      const lefts = town ? [x + 5, x - 5 - wide] : [x - wide / 2];
      const free = lefts.find((left) => isFree(left, y, wide, x, town, taken));
      if (free !== void 0) {
        context.lineWidth = 2.5;
        context.strokeStyle = canvas.color(
          title.kind === "sea" ? "sea" : "paper"
        );
        context.strokeText(text, free, y);
        context.fillText(text, free, y);
        if (town) {
          context.beginPath();
          context.arc(x, y, 1.8, 0, 2 * Math.PI);
          context.fill();
        }
        done = true;
      }
    }
    return done;
  }
  function isFree(left, y, wide, x, town, taken) {
    const box = [
      Math.min(left, town ? x - 3 : left) - 3,
      y - TOWN / 2 - 2,
      Math.max(left + wide, town ? x + 3 : left) + 3,
      y + TOWN / 2 + 2
    ];
    if (taken.some((other) => overlap(box, other))) {
      return false;
    }
    taken.push(box);
    return true;
  }
  function dress(canvas, context, { kind, text }) {
    context.textAlign = "left";
    const division = kind === "division";
    context.letterSpacing = division ? "0.8px" : "0px";
    if (division) {
      context.font = canvas.font(400, 10);
      context.fillStyle = canvas.color("label");
      return text.toLocaleUpperCase();
    }
    const water = kind !== "town";
    context.font = canvas.font(400, TOWN, water ? "italic" : "normal");
    context.fillStyle = canvas.color(water ? "water-ink" : "town-ink");
    return text;
  }

  // page/fold.js
  var LETTERS = new Map(
    Object.entries({
      ß: "ss",
      ς: "σ",
      ø: "o",
      ł: "l",
      đ: "d",
      ð: "d",
      þ: "th",
      æ: "ae",
      œ: "oe",
      ı: "i",
      ħ: "h",
      ŋ: "n",
      ə: "e",
      ǝ: "e",
      ŧ: "t",
      ɓ: "b",
      ɗ: "d",
      ƙ: "k",
      ک: "ك",
      ی: "ي",
      ى: "ي",
      ة: "ه",
      ہ: "ه",
      ھ: "ه",
      ۀ: "ه",
      ە: "ه",
      ٱ: "ا",
      ـ: "",
      "&": " and "
    })
  );
  var DROPPED = /['’‘ʼʻʽʾʿ`´ʹʺ′″‛＇·\u00ad\u200b-\u200f]/gu;
  var MARKS = /(?![\u3099\u309a])(?=\p{M})[\p{Script=Inherited}\p{Script=Arabic}\p{Script=Hebrew}]/gu;
  var SHORT_FORMS = new Map(
    Object.entries({ st: "saint", ste: "sainte", mt: "mount", ft: "fort" })
  );
  function plain(text) {
    if (!/[^\p{ASCII}]/u.test(text)) {
      return text.toLowerCase();
    }
    const bare = text.normalize("NFKD").toLowerCase().normalize("NFKD");
    return [...bare.replace(MARKS, "")].map((letter) => LETTERS.get(letter) ?? letter).join("").normalize("NFC");
  }
  function fold(text) {
    const words = plain(text).replace(DROPPED, "").replaceAll("&", " and ").replace(/(?<![\p{L}\p{N}_])(\p{L})\.\s*(?=\p{L}\.)/gu, "$1").replace(/(?<![\p{L}\p{N}_])(\p{L})\./gu, "$1").replace(/[^\p{L}\p{N}\p{M}]+/gu, " ").trim().split(" ");
    while (words.length > 1 && words[0] === "the") {
      words.shift();
    }
    return words.map(
      (word, number) => number < words.length - 1 ? SHORT_FORMS.get(word) ?? word : word
    ).join(" ");
  }
  var beginsWord = (folded) => /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}]/u.test(folded);
  function positionsOf(text, folded) {
    let bare = "";
    const at = [];
    let index = 0;
    for (const letter of text) {
      const part = plain(letter).replace(DROPPED, "");
      bare += part;
      for (let unit = 0; unit < part.length; unit += 1) {
        at.push(index);
      }
      index += letter.length;
    }
    at.push(text.length);
    const words = folded.split(" ").map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const front = beginsWord(folded) ? "(?<![\\p{L}\\p{N}])" : "";
    const pattern = new RegExp(front + words.join("[^\\p{L}\\p{N}]+"), "gu");
    const found = [];
    for (const { 0: match, index: begin } of bare.matchAll(pattern)) {
      if (match) {
        found.push([at[begin], at[begin + match.length]]);
      }
    }
    return found;
  }

  // page/lookup.js
  var SHORTEST_INSIDE = 3;
  var OTHER_NAME = 1.5;
  function matchOf(name, wanted) {
    const at = name.indexOf(wanted);
    if (at < 0) {
      return 9;
    }
    if (at === 0) {
      return name.length === wanted.length ? 0 : 1;
    }
    if (name.includes(` ${wanted}`)) {
      return 2;
    }
    return wanted.length < SHORTEST_INSIDE ? 9 : 3;
  }
  function wordsForPlaces(called, others, names) {
    const split = (lines) => lines ? lines.split("\n") : [];
    return called.map((name, number) => {
      const written = [name, ...others(number), ...split(names?.written[number])];
      const own = written.map((shown) => ({
        folded: fold(shown),
        shown,
        own: true
      }));
      const alternates = split(names?.alternates[number]).map((shown) => ({
        folded: shown,
        shown,
        own: false
      }));
      return [...own, ...alternates];
    });
  }
  function findPlaces(model, words, wanted) {
    if (!wanted) {
      return [];
    }
    const found = [];
    for (let number = 0; number < words.length; number += 1) {
      if (!model.counts[number]) {
        continue;
      }
      let best = 9;
      let by = "";
      for (const { folded, shown, own } of words[number]) {
        const match = matchOf(folded, wanted);
        const rank = match + (own || match === 9 ? 0 : OTHER_NAME);
        if (rank < best) {
          [best, by] = [rank, shown];
        }
      }
      if (best < 9) {
        found.push({ number, by, best });
      }
    }
    return found.sort(
      (a, b) => a.best - b.best || model.mentions(b.number) - model.mentions(a.number) || a.number - b.number
    ).map(({ number, by }) => ({ number, by }));
  }
  function findSources(model, wanted) {
    const counts = /* @__PURE__ */ new Map();
    for (const source of model.source) {
      counts.set(source, (counts.get(source) ?? 0) + 1);
    }
    return model.content.sources.map((name, number) => ({ name, number })).filter(({ name }) => wanted && fold(name).includes(wanted)).map(({ number }) => ({ number, articles: counts.get(number) ?? 0 }));
  }
  function findText(words, wanted) {
    words.folded ??= {
      sentences: words.sentences.map(fold),
      titles: words.articles.title.map(fold)
    };
    const begin = beginsWord(wanted) ? " " : "";
    const holding = (texts) => texts.map(
      (text) => Boolean(wanted) && `${begin}${text}`.includes(`${begin}${wanted}`)
    );
    const sentences = holding(words.folded.sentences);
    const titles = holding(words.folded.titles);
    const count = (flags) => flags.filter(Boolean).length;
    return {
      sentences,
      titles,
      counts: { sentences: count(sentences), titles: count(titles) }
    };
  }
  function passagesOf(model, words, wanted) {
    const { sentences, titles } = findText(words, wanted);
    const found = /* @__PURE__ */ new Map();
    for (let place = 0; place < model.size.places; place += 1) {
      for (const row of model.rows(place)) {
        const [article, sentence] = [model.article[row], words.sentence[row]];
        const isTitle = !sentences[sentence];
        if (isTitle && !titles[article]) {
          continue;
        }
        const key = isTitle ? `title ${article}` : `${article} ${sentence}`;
        const passage = found.get(key);
        if (!passage) {
          const text = isTitle ? words.articles.title[article] : words.sentences[sentence];
          found.set(key, { text, isTitle, article, places: [place] });
        } else if (!passage.places.includes(place)) {
          passage.places.push(place);
        }
      }
    }
    return [...found.values()].sort((a, b) => a.article - b.article);
  }

  // page/model.js
  var DOUBTFUL = 50;
  var UNDATED = -2147483648;
  var DAY = 864e5;
  var BINS = 72;
  var MONTHS = [1, 3, 12, 60, 120];
  var WITHIN = "within:";
  var isoDay = (day) => day === UNDATED ? "" : new Date(day * DAY).toISOString().slice(0, 10);
  function dayOf(iso) {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(iso || "")) {
      return void 0;
    }
    const day = Math.round(Date.parse(`${iso}T00:00:00Z`) / DAY);
    return Number.isNaN(day) || isoDay(day) !== iso ? void 0 : day;
  }
  function runningSums(differences, begins) {
    const values = new Uint32Array(differences.length);
    let run = 0;
    let sum = 0;
    for (let row = 0; row < values.length; row += 1) {
      while (run < begins.length && begins[run] <= row) {
        if (begins[run] === row) {
          sum = 0;
        }
        run += 1;
      }
      sum += differences[row];
      values[row] = sum;
    }
    return values;
  }
  function binEdges(first, last) {
    const even = (step, start) => {
      const edges = [];
      for (let day = start; day <= last; day += step) {
        edges.push(day);
      }
      return [...edges, edges[edges.length - 1] + step];
    };
    if (last - first < BINS) {
      return even(1, first);
    }
    if (last - first < BINS * 7) {
      return even(7, first - ((first + 3) % 7 + 7) % 7);
    }
    const begin = new Date(first * DAY);
    for (const step of MONTHS) {
      let month = begin.getUTCFullYear() * 12 + begin.getUTCMonth();
      month -= month % step;
      const edges = [];
      for (; ; ) {
        const date = /* @__PURE__ */ new Date(0);
        date.setUTCFullYear(Math.floor(month / 12), month % 12, 1);
        edges.push(Math.round(date.getTime() / DAY));
        if (edges[edges.length - 1] > last) {
          break;
        }
        month += step;
      }
      if (edges.length <= BINS + 1 || step === MONTHS[MONTHS.length - 1]) {
        return edges;
      }
    }
    return [];
  }
  var everything = (shown) => ({
    ...shown,
    from: null,
    to: null,
    kinds: null,
    sources: null,
    certain: DOUBTFUL,
    possible: true,
    text: "",
    summing: null,
    also: /* @__PURE__ */ new Set(),
    only: null
  });
  var isWithin = (id) => id.startsWith(WITHIN);
  var Model = class {
    /** @param {Content} content */
    constructor(content) {
      const { places, rows, articles } = content;
      this.content = content;
      this.words = void 0;
      this.corrections = void 0;
      this._matches = null;
      this.placeWords = void 0;
      this.places = places;
      this.begins = Uint32Array.from(places.rows);
      this.article = runningSums(rows.article, this.begins);
      this.confidence = Int8Array.from(rows.confidence);
      this.kind = Uint8Array.from(rows.kind);
      this.checked = rows.checked;
      const embedded = content.kinds.indexOf("embedded");
      this.embedded = this.kind.map((kind) => +(kind === embedded));
      this.approximate = Uint8Array.from(places.id, (id) => +isWithin(id));
      this.has = {
        embedded: this.embedded.includes(1),
        approximate: this.approximate.includes(1)
      };
      this.source = Int32Array.from(articles.source);
      this.day = Int32Array.from(articles.day, (day) => day ?? UNDATED);
      this.size = { places: places.id.length, articles: this.day.length };
      this.number = new Map(places.id.map((id, number) => [id, number]));
      this.across = Float64Array.from(places.lon, across);
      this.down = Float64Array.from(places.lat, down);
      const days = this.day.filter((day) => day !== UNDATED).sort();
      this.undated = this.day.length - days.length;
      this.days = days.length ? [days[0], days[days.length - 1]] : null;
      this.edges = this.days ? binEdges(this.days[0], this.days[1]) : [];
      this.bin = Int16Array.from(
        this.day,
        (day) => day === UNDATED ? -1 : this.binOf(day)
      );
      this.bins = new Uint32Array(Math.max(0, this.edges.length - 1));
      this.certain = new Uint32Array(this.size.places);
      this.possible = new Uint32Array(this.size.places);
      this.whole = new Uint32Array(this.size.places);
      this.articles = new Uint32Array(this.size.places);
      this.first = new Int32Array(this.size.places);
      this.last = new Int32Array(this.size.places);
      this.mean = new Int16Array(this.size.places);
      this.shown = new Uint8Array(this.article.length);
      this._listeners = /* @__PURE__ */ new Set();
      this.counts = new Uint8Array(this.size.places);
      this.state = everything(content.shown);
      this.totals = { mentions: 0, certain: 0, articles: 0, places: 0, all: 0 };
      this.mostNow = 0;
      this._count();
      this.most = Math.max(1, this.mostNow);
    }
    /** @param {number} day */
    binOf(day) {
      let [low, high] = [0, this.edges.length - 2];
      while (low < high) {
        const middle = low + high + 1 >> 1;
        if (this.edges[middle] <= day) {
          low = middle;
        } else {
          high = middle - 1;
        }
      }
      return low;
    }
    /**
     * @param {(model: Model) => void} listener
     * @returns {() => void}
     */
    listen(listener) {
      this._listeners.add(listener);
      return () => this._listeners.delete(listener);
    }
    /**
     * Changes what is shown and tells everybody.
     *
     * @param {Partial<State>} change
     */
    set(change) {
      this.state = { ...this.state, ...change };
      if ("text" in change && !change.text) {
        this._matches = null;
      }
      this._count();
      for (const listener of [...this._listeners]) {
        listener(this);
      }
    }
    /**
     * Calls the places otherwise than the page's numbers do.
     *
     * @param {Pick<Content["places"], "name" | "also">} names
     */
    rename({ name, also }) {
      Object.assign(this.places, { name, also });
      this.placeWords = void 0;
    }
    /**
     * What else a place is called, each with where: empty for the articles.
     *
     * @param {number} number
     */
    otherNames(number) {
      return this.places.also?.[number] ?? [];
    }
    /**
     * What the gazetteer calls a place, for tables that are read elsewhere.
     *
     * @param {number} number
     */
    gazetteerName(number) {
      const known = this.otherNames(number).find(([, where]) => where !== "");
      return known ? known[0] : this.places.name[number];
    }
    /**
     * All words for the places, as a search compares them.
     *
     * @param {Names | null} names
     */
    wordsForPlaces(names) {
      return wordsForPlaces(
        this.places.name,
        (number) => this.otherNames(number).map(([name]) => name),
        names
      );
    }
    /**
     * The rows whose sentence or headline holds the words, which are given because they are unpacked only when needed.
     *
     * @param {string} text
     * @param {Words} words
     */
    search(text, words) {
      const { sentences, titles } = findText(words, fold(text));
      this._matches = Uint8Array.from(
        words.sentence,
        (one, row) => +(sentences[one] || titles[this.article[row]])
      );
      this.set({ text });
    }
    get filtered() {
      const { from, to, kinds, sources, possible, text, only } = this.state;
      return Boolean(
        from !== null || to !== null || kinds || sources || !possible || text || only
      );
    }
    // Which articles pass: 0 of a source not wanted, 1 only outside the dates wanted, 2 both.
    _articles() {
      const { from, to, sources } = this.state;
      const dated = from !== null || to !== null;
      const [begin, end] = [from ?? -Infinity, to ?? Infinity];
      const passes = new Uint8Array(this.size.articles);
      for (let article = 0; article < passes.length; article += 1) {
        if (!sources || sources.has(this.source[article])) {
          const day = this.day[article];
          const within = !dated || day !== UNDATED && day >= begin && day <= end;
          passes[article] = within ? 2 : 1;
        }
      }
      return passes;
    }
    _count() {
      const { kinds, certain, possible, embedded, approximate, only } = this.state;
      const passes = this._articles();
      const seen = new Uint8Array(this.size.articles);
      const matches = this._matches;
      const totals = { mentions: 0, certain: 0, articles: 0, places: 0, all: 0 };
      this.bins.fill(0);
      this.mostNow = 0;
      for (let place = 0; place < this.size.places; place += 1) {
        let [sure, maybe, whole, articles, sum, known] = [0, 0, 0, 0, 0, 0];
        let [first, last, before] = [UNDATED, UNDATED, -1];
        const end = this.begins[place + 1];
        this.counts[place] = 0;
        const counts = approximate || !this.approximate[place];
        for (let row = this.begins[place]; row < end; row += 1) {
          this.shown[row] = 0;
          if (!counts || this.embedded[row] && !embedded) {
            continue;
          }
          this.counts[place] = 1;
          totals.all += 1;
          const article = this.article[row];
          const percent = this.confidence[row];
          const isSure = percent < 0 || percent >= certain;
          if (passes[article] === 0 || kinds && !kinds.has(this.kind[row]) || only && !only[row] || matches && !matches[row] || !(isSure || possible)) {
            continue;
          }
          whole += 1;
          if (this.bin[article] >= 0) {
            this.bins[this.bin[article]] += 1;
          }
          if (passes[article] === 1) {
            continue;
          }
          this.shown[row] = isSure ? 2 : 1;
          if (isSure) {
            sure += 1;
          } else {
            maybe += 1;
          }
          if (percent >= 0) {
            sum += percent;
            known += 1;
          }
          if (article !== before) {
            before = article;
            articles += 1;
            if (!seen[article]) {
              seen[article] = 1;
              totals.articles += 1;
            }
            const day = this.day[article];
            if (day !== UNDATED) {
              first = day;
              last = last === UNDATED ? day : last;
            }
          }
        }
        this.certain[place] = sure;
        this.possible[place] = maybe;
        this.whole[place] = whole;
        this.articles[place] = articles;
        this.first[place] = first;
        this.last[place] = last;
        this.mean[place] = known ? Math.round(sum / known) : -1;
        totals.mentions += sure + maybe;
        totals.certain += sure;
        totals.places += sure + maybe > 0 ? 1 : 0;
        this.mostNow = Math.max(this.mostNow, whole);
      }
      this.most = Math.max(1, this.mostNow);
      this.totals = totals;
    }
    /**
     * The id of a place in the gazetteer: of what lies somewhere in one, that one's.
     *
     * @param {number} place
     */
    placeId(place) {
      const id = this.places.id[place];
      return isWithin(id) ? id.slice(WITHIN.length) : id;
    }
    /** @param {number} place */
    mentions(place) {
      return this.certain[place] + this.possible[place];
    }
    /**
     * The mentions of a place that count, filtered or not.
     *
     * @param {number} place
     */
    counted(place) {
      const { embedded, approximate } = this.state;
      if (!approximate && this.approximate[place]) {
        return 0;
      }
      let count = 0;
      for (let row = this.begins[place]; row < this.begins[place + 1]; row += 1) {
        count += embedded || !this.embedded[row] ? 1 : 0;
      }
      return count;
    }
    // The places that are shown, most mentions first.
    ranked() {
      const numbers = [];
      for (let place = 0; place < this.size.places; place += 1) {
        if (this.mentions(place)) {
          numbers.push(place);
        }
      }
      return numbers.sort((a, b) => this.mentions(b) - this.mentions(a) || a - b);
    }
    /**
     * The rows of a place that are shown, the newest article first.
     *
     * @param {number} place
     */
    rows(place) {
      const rows = [];
      for (let row = this.begins[place]; row < this.begins[place + 1]; row += 1) {
        if (this.shown[row]) {
          rows.push(row);
        }
      }
      return rows;
    }
    /**
     * The mentions of a place that are shown, by the histogram's bars.
     *
     * @param {number} place
     */
    line(place) {
      const line = new Uint32Array(this.bins.length);
      for (const row of this.rows(place)) {
        const bin = this.bin[this.article[row]];
        if (bin >= 0) {
          line[bin] += 1;
        }
      }
      return line;
    }
    /**
     * Of values by row, the one that most of a place's shown mentions have; of an ordered scale, the mean.
     *
     * @param {number[]} values
     * @param {number} classes
     * @param {boolean} ordered
     */
    typical(values, classes, ordered) {
      const found = new Int8Array(this.size.places).fill(-1);
      const counts = new Uint32Array(classes);
      for (let place = 0; place < this.size.places; place += 1) {
        counts.fill(0);
        let [sum, known] = [0, 0];
        for (let row = this.begins[place]; row < this.begins[place + 1]; row += 1) {
          if (this.shown[row] && values[row] >= 0) {
            counts[values[row]] += 1;
            sum += values[row];
            known += 1;
          }
        }
        if (known) {
          found[place] = ordered ? Math.round(sum / known) : counts.indexOf(Math.max(...counts));
        }
      }
      return found;
    }
    /**
     * Pairs of places that stand in the same articles, so many at least, those in most articles first.
     *
     * @param {number} limit
     * @param {number} [least]
     * @returns {Pair[]}
     */
    together(limit, least = 1) {
      const perArticle = /* @__PURE__ */ new Map();
      for (let place = 0; place < this.size.places; place += 1) {
        let before = -1;
        for (let row = this.begins[place]; row < this.begins[place + 1]; row += 1) {
          const article = this.article[row];
          if (this.shown[row] && article !== before) {
            before = article;
            const list = perArticle.get(article);
            if (!list) {
              perArticle.set(article, [place]);
            } else if (list.length < 40) {
              list.push(place);
            }
          }
        }
      }
      const pairs = /* @__PURE__ */ new Map();
      for (const list of perArticle.values()) {
        for (let i = 0; i < list.length; i += 1) {
          for (let j = i + 1; j < list.length; j += 1) {
            const pair = list[i] * this.size.places + list[j];
            pairs.set(pair, (pairs.get(pair) || 0) + 1);
          }
        }
      }
      return [...pairs].filter(([, articles]) => articles >= least).sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, limit).map(([pair, articles]) => ({
        from: Math.floor(pair / this.size.places),
        to: pair % this.size.places,
        articles
      }));
    }
  };

  // page/data.js
  var corpora = /* @__PURE__ */ new Map();
  async function readBlock(id) {
    const block = blockOf(id);
    return block.type === "application/json" ? JSON.parse(block.text) : unzipped(block).json();
  }
  async function readBytes(id) {
    return new Uint8Array(await unzipped(blockOf(id)).arrayBuffer());
  }
  function blockOf(id) {
    const block = document.getElementById(id);
    if (!(block instanceof HTMLScriptElement)) {
      throw new Error(`The page has no data block ${id}.`);
    }
    return block;
  }
  function unzipped(block) {
    const packed = atob(block.text);
    const bytes = new Uint8Array(packed.length);
    for (let i = 0; i < packed.length; i += 1) {
      bytes[i] = packed.charCodeAt(i);
    }
    const gunzip = new DecompressionStream("gzip");
    return new Response(new Blob([bytes]).stream().pipeThrough(gunzip));
  }
  function loadCorpus(key) {
    let corpus = corpora.get(key);
    if (!corpus) {
      corpus = readBlock(key).then((content) => new Model(content));
      corpora.set(key, corpus);
    }
    return corpus;
  }
  async function settled() {
    await new Promise((done) => {
      setTimeout(done);
    });
    await Promise.allSettled([...corpora.values()]);
    await new Promise((done) => {
      setTimeout(done);
    });
  }
  function loadWords(model) {
    const id = `${model.content.key}_words`;
    if (!model.words) {
      model.words = document.getElementById(id) ? readBlock(id).then(({ sentences, rows, also, articles }) => ({
        ...rows,
        sentence: runningSums(rows.sentence, [0]),
        sentences,
        also,
        articles
      })) : Promise.resolve(null);
    }
    return model.words;
  }
  function loadPlaceWords(model) {
    const id = `${model.content.key}_names`;
    if (!model.placeWords) {
      const names = document.getElementById(id) ? readBlock(id) : Promise.resolve(null);
      model.placeWords = names.then((found) => model.wordsForPlaces(found));
    }
    return model.placeWords;
  }

  // page/detail.js
  var LINE_FEED = 10;
  var CELLS = 4;
  var ROOMS = 100;
  var details = /* @__PURE__ */ new WeakMap();
  var detailOf = (map) => details.get(map);
  async function bringDetail(map, id) {
    const detail = new Detail(await readBytes(id));
    details.set(map, detail);
    map.fire("geomap:detail");
    return detail;
  }
  var Reader = class {
    /**
     * @param {Uint8Array} bytes
     * @param {number} at
     */
    constructor(bytes, at) {
      this.bytes = bytes;
      this.at = at;
    }
    number() {
      let value = 0;
      for (let place = 1; ; place *= 128) {
        const byte = this.bytes[this.at];
        this.at += 1;
        value += (byte & 127) * place;
        if (byte < 128 || byte === void 0) {
          return value;
        }
      }
    }
    signed() {
      const value = this.number();
      return value % 2 ? -(value + 1) / 2 : value / 2;
    }
    /** @param {number} count */
    numbers(count) {
      return Array.from({ length: count }, () => this.number());
    }
  };
  var Tracer = class {
    /**
     * @param {Reader} reader
     * @param {number} x
     * @param {number} y
     * @param {number} grid
     */
    constructor(reader, x, y, grid) {
      this.reader = reader;
      this.x = x * grid;
      this.y = y * grid;
      this.grid = grid;
    }
    /** @returns {Shape} */
    shape() {
      const { reader, grid } = this;
      const line = new Float64Array(2 * reader.number());
      for (let i = 0; i < line.length; i += 2) {
        this.x += reader.signed();
        this.y += reader.signed();
        line[i] = across(this.x / grid);
        line[i + 1] = down(this.y / grid);
      }
      return withBox(line);
    }
  };
  var Detail = class {
    /** @param {Uint8Array} bytes */
    constructor(bytes) {
      const begin = bytes.indexOf(LINE_FEED);
      this.header = JSON.parse(
        new TextDecoder().decode(bytes.subarray(0, begin))
      );
      this.bytes = bytes;
      let at = begin + 1;
      this.tiers = this.header.tiers.map((tier) => ({
        zoom: tier.zoom,
        blocks: tier.bytes.map((length, i) => {
          at += length;
          return this._block(tier, i, at - length, at);
        })
      }));
      this.titles = this._titles(new Reader(bytes, at));
      this.outlines = this._outlines(
        new Reader(bytes, at + this.header.names.bytes)
      );
      this.countries = new Map(this.header.shapes.countries);
    }
    /**
     * @param {DetailHeader["tiers"][number]} tier
     * @param {number} i
     * @param {number} begin
     * @param {number} end
     * @returns {Block}
     */
    _block({ side, grid, columns, rows, cells }, i, begin, end) {
      const [west, south] = [columns[i] * side - 180, rows[i] * side - 90];
      let layers;
      return {
        box: boxOf(west, south, side, side),
        cells: cellsOf2(cells[i], west, south, side / CELLS),
        layers: () => layers ??= this._layers(begin, end, west, south, grid)
      };
    }
    /**
     * @param {number} begin
     * @param {number} end
     * @param {number} west
     * @param {number} south
     * @param {number} grid
     */
    _layers(begin, end, west, south, grid) {
      const layers = {};
      const names = this.header.layers;
      const reader = new Reader(this.bytes, begin);
      const tracer = new Tracer(reader, west, south, grid);
      while (reader.at < end) {
        const code = reader.number();
        const layer = layers[names[code % 8]] ??= [];
        layer.push({ ...tracer.shape(), zoom: code >> 3 });
      }
      return layers;
    }
    /**
     * @param {Reader} reader
     * @returns {Title[]}
     */
    _titles(reader) {
      const { kinds, grid, text } = this.header.names;
      if (!text) {
        return [];
      }
      const texts = text.split("\n");
      const [kind, zoom, room] = [0, 1, 2].map(
        () => reader.numbers(texts.length)
      );
      let [x, y] = [0, 0];
      return texts.map((each, i) => {
        x += reader.signed();
        y += reader.signed();
        return {
          text: each,
          kind: kinds[kind[i]],
          zoom: zoom[i],
          x: across(x / grid),
          y: down(y / grid),
          room: room[i] / ROOMS / 360
        };
      });
    }
    /**
     * @param {Reader} reader
     * @returns {Map<number, Outline>}
     */
    _outlines(reader) {
      const { grid, kinds, places } = this.header.shapes;
      return new Map(
        places.map((place) => {
          const count = reader.number();
          const tracer = new Tracer(reader, 0, 0, grid);
          let kind = kinds[0];
          const lines = Array.from({ length: count }, () => {
            kind = kinds[reader.number()];
            return tracer.shape();
          });
          return [place, { kind, lines }];
        })
      );
    }
  };
  function boxOf(west, south, wide, high) {
    return [across(west), down(south + high), across(west + wide), down(south)];
  }
  function cellsOf2(bits, west, south, side) {
    const boxes = [];
    for (let row = 0; row < CELLS; row += 1) {
      for (let column = 0; column < CELLS; column += 1) {
        const first = column;
        while (column < CELLS && bits & 1 << row * CELLS + column) {
          column += 1;
        }
        if (column > first) {
          const [x, y] = [west + first * side, south + row * side];
          boxes.push(boxOf(x, y, (column - first) * side, side));
        }
      }
    }
    return boxes;
  }

  // page/lettering.js
  var named = /* @__PURE__ */ new WeakMap();
  var namesOn = (map) => named.get(map) || [];
  var Lettering = class extends Canvas {
    _cut = false;
    /** @param {World} world */
    constructor(world) {
      super("geomap-lettering", 151);
      this.world = world;
    }
    // What comes into view gets its names when the map has come to rest.
    _extend() {
    }
    /**
     * @param {CanvasRenderingContext2D} context
     * @param {Bounds} bounds
     */
    draw(context, bounds) {
      this._write(context, frameOf(this._map, bounds), this.world);
    }
    /**
     * Country names, where there is room for them and no place is drawn.
     *
     * @param {CanvasRenderingContext2D} context
     * @param {Frame} frame
     * @param {World} world
     */
    _write(context, frame, { countries }) {
      const { width, origin, seen, turns } = frame;
      const taken = coveredIn(this._map);
      const written = /* @__PURE__ */ new Set();
      const names = [];
      this._map.fire("geomap:layout", { taken, written });
      context.fillStyle = this.color("label");
      context.textAlign = "center";
      context.textBaseline = "middle";
      for (const { name, x, y, room } of countries) {
        const space = room * width;
        const size = Math.max(10, Math.min(14, space / 11));
        context.font = this.font(500, size);
        context.letterSpacing = `${size * 0.05}px`;
        const half = context.measureText(name).width / 2;
        if (half * 2 > space * 0.96 || written.has(name)) {
          continue;
        }
        for (const turn of turns) {
          const [px, py] = [(x + turn) * width - origin.x, y * width - origin.y];
          const box = [px - half, py - size / 2, px + half, py + size / 2];
          const visible = x + turn > seen[0] && x + turn < seen[2];
          if (visible && !taken.some((other) => overlap(box, other))) {
            context.fillText(name, px, py);
            taken.push(box);
            names.push({ name, x: px, y: py, half, size });
          }
        }
      }
      context.letterSpacing = "0px";
      const detail = detailOf(this._map);
      if (detail) {
        writeDetail(this, context, frame, detail, taken, written);
      }
      named.set(this._map, names);
      this._map.fire("geomap:named");
    }
  };

  // page/basemap.js
  var CREDIT = '<a href="https://www.naturalearthdata.com/" target="_blank" rel="noopener noreferrer">Natural Earth</a>';
  var RESTING2 = 150;
  var worlds = /* @__PURE__ */ new Map();
  var WORLD = "geomap_world";
  var hasWorld = () => document.getElementById(WORLD) !== null;
  function loadWorld(id) {
    let world = worlds.get(id);
    if (!world) {
      world = settled().then(async () => unpackWorld(await readBlock(id)));
      worlds.set(id, world);
    }
    return world;
  }
  var Basemap = class extends Canvas {
    /** @type {World | undefined} */
    world;
    /** @type {Lettering | undefined} */
    _names;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    _timer;
    /** @param {string} id */
    constructor(id) {
      super("geomap-basemap", 150, CREDIT);
      loadWorld(id).then((world) => {
        this.world = world;
        this._show();
      });
    }
    /** @param {L.Map} map */
    onAdd(map) {
      super.onAdd(map);
      this._show();
      if (map.attributionControl) {
        map.attributionControl.setPrefix(
          '<a href="https://leafletjs.com" target="_blank" rel="noopener noreferrer">Leaflet</a>'
        );
      }
      return this;
    }
    getEvents() {
      const events = super.getEvents();
      return {
        ...events,
        "geomap:changed": this._changed,
        "geomap:detail": this._changed
      };
    }
    /** @param {L.Map} map */
    onRemove(map) {
      clearTimeout(this._timer);
      this._names?.remove();
      this._names = void 0;
      super.onRemove(map);
      return this;
    }
    // Draws the land, once it has come and there is a map.
    _show() {
      if (this.world && this._map) {
        this.redraw();
        this._names = new Lettering(this.world).addTo(this._map);
      }
    }
    // What was painted stays, and moves; only what comes into view is painted beside it.
    _extend() {
      const { bounds: old } = (
        /** @type {{ bounds: Bounds }} */
        this._painted
      );
      const now = this.boundsNow();
      const [x, y] = [old.min.x - now.min.x, old.min.y - now.min.y].map(
        (shift) => shift * this.ratio
      );
      const whole = [x, y].every(Number.isInteger);
      const once = onceIn(this._map, now) !== now;
      if (once || !whole || !old.getSize().equals(now.getSize()) || !old.overlaps(now)) {
        this._update();
        return;
      }
      L.Renderer.prototype._update.call(this);
      this._place();
      const { context } = this;
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.globalCompositeOperation = "copy";
      context.drawImage(this._container, x, y);
      context.globalCompositeOperation = "source-over";
      this._setTransform();
      for (const strip of stripsOf(now, old)) {
        this.drawWithin(strip, () => this.draw(context, strip));
      }
    }
    // Names are written on a canvas of their own: this one has nothing to do when the map comes to rest.
    _rest() {
    }
    // Names of countries make way for those of places; that can wait while somebody drags a filter.
    _changed() {
      clearTimeout(this._timer);
      this._timer = setTimeout(() => {
        this.redraw();
        this._names?.redraw();
      }, RESTING2);
    }
    /**
     * @param {CanvasRenderingContext2D} context
     * @param {Bounds} bounds
     */
    draw(context, bounds) {
      const frame = frameOf(this._map, bounds);
      const { world } = this;
      if (!world) {
        return;
      }
      context.lineJoin = "round";
      const { min, max } = bounds;
      const detail = detailOf(this._map);
      const { cells, land } = cellsOf(this, frame, detail);
      const within = pathOfCells(frame, cells);
      const beyond = new Path2D(within);
      beyond.rect(min.x, min.y, max.x - min.x, max.y - min.y);
      this._shade(context, frame, "sea");
      this._fill(context, pathOf(frame, world.land), "land");
      const south = frame.width - frame.origin.y - 1;
      context.fillRect(min.x, south, max.x - min.x, Math.max(0, max.y - south));
      const ground = pathOf(frame, land);
      if (cells.length) {
        this._fill(context, within, "sea");
        clipped(context, within, () => this._shade(context, frame, "sea"));
        this._fill(context, ground, "land");
      }
      clipped(context, beyond, () => {
        this._shade(context, frame, "land");
        this._lines(context, frame, world, detail);
      });
      if (detail) {
        clipped(context, within, () => {
          const shade = () => this._shade(context, frame, "land", land);
          clipped(context, ground, shade, "nonzero");
        });
        paintLines(this, context, frame, detail, true);
      }
    }
    /**
     * The lines of the world for low zooms.
     *
     * @param {CanvasRenderingContext2D} context
     * @param {Frame} frame
     * @param {World} world
     * @param {Detail | undefined} detail
     */
    _lines(context, frame, { coasts, borders, states }, detail) {
      this._stroke(context, frame, coasts, this.color("coast"), 0.8);
      this._stroke(context, frame, borders, this.color("border"), 1);
      if (detail) {
        paintLines(this, context, frame, detail, false);
      } else if (this._map.getZoom() >= 4) {
        context.setLineDash([3, 2]);
        this._stroke(context, frame, states, this.color("border"), 0.7);
        context.setLineDash([]);
      }
    }
    /**
     * @param {CanvasRenderingContext2D} context
     * @param {Path2D} path
     * @param {string} color
     */
    _fill(context, path, color) {
      context.fillStyle = this.color(color);
      context.fill(path);
    }
    /**
     * Lets layers shade areas, below the lines and names of the land.
     *
     * @param {CanvasRenderingContext2D} context
     * @param {Frame} frame
     * @param {"sea" | "land"} stage
     * @param {Traced[]} [land]
     */
    _shade(context, frame, stage, land) {
      this._map.fire("geomap:shade", { context, frame, stage, land });
    }
    /**
     * @param {CanvasRenderingContext2D} context
     * @param {Frame} frame
     * @param {Shape[]} shapes
     * @param {string} color
     * @param {number} width
     */
    _stroke(context, frame, shapes, color, width) {
      context.beginPath();
      traceShapes(context, frame, shapes);
      context.strokeStyle = color;
      context.lineWidth = width;
      context.stroke();
    }
  };
  function pathOf(frame, shapes) {
    const path = new Path2D();
    traceShapes(path, frame, shapes, true);
    return path;
  }
  function clipped(context, path, draw, rule = "evenodd") {
    context.save();
    context.clip(path, rule);
    draw();
    context.restore();
  }

  // page/colors.js
  var STEPS = 5;
  var stepOf = (number, classes) => Math.round(number * (STEPS - 1) / Math.max(1, classes - 1));
  function classOf(value, breaks) {
    const found = breaks.findIndex((edge) => value <= edge);
    return found < 0 ? breaks.length - 1 : found;
  }
  var WHOLE = 6;
  var strengthAt = (zoom) => Math.max(0.3, Math.min(1, 1 - (zoom - WHOLE) / 4));

  // page/elements.js
  function makeElement(tag, className, text) {
    const node = document.createElement(tag);
    if (className) {
      node.className = className;
    }
    if (text !== void 0) {
      node.textContent = text;
    }
    return node;
  }
  function makeLine(className, parts) {
    const line = makeElement("p", `geomap-line ${className}`);
    for (const part of parts.filter(Boolean)) {
      line.append(makeElement("span", "", part), " ");
    }
    return line;
  }
  function makeButton(text, handler, className) {
    const button = makeElement("button", className || "geomap-button", text);
    onClick(button, handler);
    return button;
  }
  function makeVector(tag, attributes) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      node.setAttribute(name, String(value));
    }
    return node;
  }
  var ids = 0;
  var newId = () => `geomap-id-${ids += 1}`;
  function makeLabel(text, control, className) {
    const label = makeElement("label", className);
    label.append(control, makeElement("span", "", text));
    return label;
  }
  function say(map, text) {
    const container = map.getContainer();
    let region = container.querySelector(":scope > .geomap-said");
    if (!region) {
      region = makeElement("div", "geomap-spoken geomap-said");
      region.setAttribute("role", "status");
      container.append(region);
    }
    region.textContent = text;
  }
  function openDialog(map, title, className) {
    const dialog = makeElement("dialog", `geomap-dialog ${className || ""}`);
    const heading = makeElement("h2", "", title);
    heading.id = newId();
    dialog.setAttribute("aria-labelledby", heading.id);
    const head = makeElement("header");
    head.append(
      heading,
      makeButton("Close", () => dialog.close())
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
      if (back instanceof HTMLElement && document.contains(back)) {
        back.focus();
      }
    });
    map.getContainer().append(dialog);
    dialog.showModal();
    return dialog;
  }
  function download(name, type, content) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1e4);
  }
  function mayBeConfined() {
    const { origin, location, parent } = window;
    return parent !== window || origin === "null" && location.protocol !== "file:";
  }
  function makeFile(name, type, write2) {
    const box = makeElement("div", "geomap-file");
    box.append(
      makeButton(`Download ${name}`, () => download(name, type, write2()))
    );
    if (mayBeConfined()) {
      const details2 = makeElement("details");
      const area = makeElement("textarea");
      area.readOnly = true;
      area.setAttribute("aria-label", `The text of ${name}`);
      area.addEventListener("focus", () => area.select());
      details2.addEventListener("toggle", () => {
        area.value = details2.open ? write2() : "";
      });
      details2.append(
        makeElement("summary", "", "No download? Copy the text"),
        area
      );
      box.append(details2);
    }
    return box;
  }
  function onClick(button, handler) {
    button.type = "button";
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      handler();
    });
  }
  function showNotice(map, text) {
    const box = makeElement("div", "geomap-notice");
    box.setAttribute("role", "status");
    box.append(makeElement("span", "", text));
    const close = makeElement("button", "geomap-button", "Close");
    onClick(close, () => box.remove());
    box.append(close);
    L.DomEvent.disableClickPropagation(box);
    map.getContainer().append(box);
    return box;
  }
  function refit(popup) {
    if (popup && popup.isOpen()) {
      popup._updateLayout();
      popup._updatePosition();
      popup._adjustPan();
    }
  }
  var isNarrow = (map) => map.getSize().x < 640;
  var isOver = ({ target }, selector) => target instanceof Element && target.closest(selector) !== null;

  // page/key.js
  function makeRamp() {
    const strip = makeElement("span", "geomap-ramp");
    strip.setAttribute("aria-hidden", "true");
    return strip;
  }
  var Key = class extends L.Control {
    /**
     * @param {string} caption
     * @param {(body: HTMLElement) => void} fill
     */
    constructor(caption, fill3) {
      super({ position: "topright" });
      this._caption = caption;
      this._fill = fill3;
      this._body = makeElement("div", "geomap-key-body");
    }
    /** @param {L.Map} map */
    addTo(map) {
      this.setPosition(isNarrow(map) ? "bottomleft" : "topright");
      super.addTo(map);
      const host = map.getContainer().querySelector(".geomap-keys");
      const box = this.getContainer();
      if (host && box && isNarrow(map)) {
        host.append(box);
      }
      return this;
    }
    onAdd() {
      const box = makeElement("section", "geomap-key");
      box.setAttribute("aria-label", `Legend: ${this._caption}`);
      const caption = makeElement("p", "geomap-caption", this._caption);
      caption.dir = "auto";
      box.append(caption, this._body);
      this.fill();
      L.DomEvent.disableClickPropagation(box);
      return box;
    }
    fill() {
      this._body.replaceChildren();
      this._fill(this._body);
    }
  };

  // page/choropleth.js
  var Choropleth = class extends Canvas {
    /** @type {Model} */
    model;
    /** @type {Areas} */
    areas;
    /** @type {Float64Array} */
    values;
    /** @type {Shape[][]} */
    _rings = [];
    /** @type {Path2D[]} */
    _paths = [];
    /** @type {number | undefined} */
    _over;
    /** @type {L.Tooltip | undefined} */
    _tip;
    /** @type {(() => void) | undefined} */
    _end;
    /** @type {Key | undefined} */
    _key;
    /**
     * @param {string} key
     * @param {string | Promise<Areas>} given The areas, or the block with them.
     * @param {{ caption?: string, world?: string, attribution?: string }} settings
     */
    constructor(key, given, { caption = "", world = WORLD, attribution } = {}) {
      super("geomap-areas", 400, attribution);
      this.settings = { caption, world };
      const found = typeof given === "string" ? readBlock(given) : given;
      Promise.all([loadCorpus(key), found]).then(async ([model, areas]) => {
        this.areas = areas;
        const { arcs, regions } = areas;
        this._rings = arcs && regions ? unpackShapes({ arcs, regions }) : await this._countries(areas);
        this.model = model;
        this._value();
        if (this._map) {
          this._show();
        }
      });
    }
    /** @param {Areas} areas */
    async _countries({ names }) {
      const { countries } = await loadWorld(this.settings.world);
      const known = new Map(countries.map(({ name, rings }) => [name, rings]));
      return names.map((name) => known.get(name) || []);
    }
    /** @param {L.Map} map */
    onAdd(map) {
      super.onAdd(map);
      map.on("mousemove", this._onMove, this);
      map.on("mouseout", this._leave, this);
      if (this.model) {
        this._show();
      }
      return this;
    }
    getEvents() {
      const events = super.getEvents();
      return { ...events, "geomap:named": this.redraw };
    }
    /** @param {L.Map} map */
    onRemove(map) {
      map.off("mousemove", this._onMove, this);
      map.off("mouseout", this._leave, this);
      this._leave();
      this._end?.();
      this._key?.remove();
      delete map.getContainer().dataset.geomapAreas;
      super.onRemove(map);
      return this;
    }
    _show() {
      this._end = this.model.listen(() => {
        this._value();
        this.redraw();
      });
      this._key = new Key(
        this.settings.caption,
        (body) => this._explain(body)
      ).addTo(this._map);
      this.redraw();
    }
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
        return base ? base[area] ? value / base[area] : 0 : value;
      });
    }
    /** @param {number} number */
    _shade(number) {
      return stepOf(number, this.areas.breaks.length);
    }
    /** @param {HTMLElement} body */
    _explain(body) {
      const { breaks, least, exact, per } = this.areas;
      const counts = per === null;
      const list = makeElement("ul");
      breaks.forEach((edge, number) => {
        const item2 = makeElement("li");
        const box = makeElement("span", "geomap-swatch");
        box.style.background = `var(--geomap-step-${this._shade(number)})`;
        const before = number ? breaks[number - 1] : least;
        const from = counts && number ? before + 1 : before;
        const words = exact || from >= edge ? figure(edge) : `${figure(from)} – ${figure(edge)}`;
        item2.append(box, makeElement("span", "", words));
        list.append(item2);
      });
      body.append(list);
    }
    /**
     * @param {CanvasRenderingContext2D} context
     * @param {Bounds} bounds
     */
    draw(context, bounds) {
      if (!this.model) {
        return;
      }
      const frame = frameOf(this._map, bounds);
      let drawn = 0;
      const strength = 0.8 * strengthAt(this._map.getZoom());
      this._paths = this._rings.map((rings, area) => {
        const path = new Path2D();
        if (!this.values[area]) {
          return path;
        }
        traceShapes(path, frame, rings, true);
        context.fillStyle = this.color(
          `step-${this._shade(classOf(this.values[area], this.areas.breaks))}`
        );
        context.globalAlpha = strength;
        context.fill(path, "evenodd");
        context.globalAlpha = 1;
        context.strokeStyle = this.color("rim");
        context.lineWidth = 0.8;
        context.stroke(path);
        drawn += 1;
        return path;
      });
      this._map.getContainer().dataset.geomapAreas = String(drawn);
      this._write(context);
    }
    /**
     * The color lies over the names of countries: write those once more that it covers.
     *
     * @param {CanvasRenderingContext2D} context
     */
    _write(context) {
      let tiled = false;
      this._map.eachLayer((layer) => {
        tiled = tiled || layer instanceof L.GridLayer;
      });
      if (tiled) {
        return;
      }
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.lineJoin = "round";
      context.lineWidth = 3;
      for (const { name, x, y, half, size } of namesOn(this._map)) {
        const area = [0, -half, half].map((aside) => this._at(x + aside, y)).find((found) => found >= 0);
        if (area !== void 0) {
          const strong = this._shade(classOf(this.values[area], this.areas.breaks)) > 2;
          context.strokeStyle = this.color(strong ? "ink" : "halo");
          context.fillStyle = this.color(strong ? "rim" : "ink");
          context.font = this.font(500, size);
          context.letterSpacing = `${size * 0.05}px`;
          context.strokeText(name, x, y);
          context.fillText(name, x, y);
        }
      }
      context.letterSpacing = "0px";
    }
    /**
     * The colored area at a point of the layer, -1 where there is none.
     *
     * @param {number} x
     * @param {number} y
     */
    _at(x, y) {
      this.context.save();
      this.context.setTransform(1, 0, 0, 1, 0, 0);
      const area = this._paths.findIndex(
        (path) => this.context.isPointInPath(path, x, y, "evenodd")
      );
      this.context.restore();
      return area;
    }
    /** @param {L.LeafletMouseEvent} event */
    _onMove({ layerPoint, latlng, originalEvent }) {
      if (!this._paths.length || isOver(originalEvent, ".leaflet-control")) {
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
        const words = makeElement(
          "span",
          "",
          `${this.areas.names[area]}: ${figure(this.values[area])}`
        );
        words.dir = "auto";
        this._tip = L.tooltip({ direction: "top", className: "geomap-tip" }).setLatLng(latlng).setContent(words).addTo(this._map);
      }
    }
    _leave() {
      this._over = void 0;
      this._tip?.remove();
      this._tip = void 0;
    }
  };
  function figure(value) {
    return value.toLocaleString("en-US", { maximumSignificantDigits: 3 });
  }

  // page/forms.js
  var LARGEST = 28;
  var SMALLEST = 3;
  var ONE_MENTION = 7;
  function halfOf(form, radius) {
    if (form === "country") {
      return radius * Math.sqrt(Math.PI) / 2;
    }
    if (form === "coordinate") {
      return radius * Math.sqrt(Math.PI / 2);
    }
    return form === "division" ? radius * Math.sqrt(Math.PI / 2) : radius;
  }
  function radiusOf(mentions, most) {
    const unit = Math.min(ONE_MENTION, LARGEST / Math.sqrt(most));
    return mentions ? Math.max(SMALLEST, unit * Math.sqrt(mentions)) : 0;
  }
  var isPoint = (form) => form === "town" || form === "coordinate" || form === "ring";
  function outlineForm(context, form, x, y, half) {
    context.beginPath();
    if (form === "country") {
      context.rect(x - half, y - half, 2 * half, 2 * half);
    } else if (form === "division") {
      context.moveTo(x, y - half);
      context.lineTo(x + half, y);
      context.lineTo(x, y + half);
      context.lineTo(x - half, y);
      context.closePath();
    } else if (form === "coordinate") {
      context.moveTo(x, y - half);
      context.lineTo(x + half, y + half);
      context.lineTo(x - half, y + half);
      context.closePath();
    } else {
      context.arc(x, y, half, 0, 2 * Math.PI);
    }
  }

  // page/words.js
  var dates = new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC"
  });
  var numeral = (value) => value.toLocaleString("en-US");
  var plural = (value, one, many) => `${numeral(value)} ${value === 1 ? one : many || `${one}s`}`;
  var dateText = (iso) => iso ? dates.format(/* @__PURE__ */ new Date(`${iso}T00:00:00Z`)) : "";
  function datesText(first, last) {
    const [from, to] = [dateText(isoDay(first)), dateText(isoDay(last))];
    return from === to ? from : `${from} – ${to}`;
  }

  // page/clusters.js
  var REACH = 44;
  var APART = 8;
  var MANY = 200;
  var CROWDED = 1 / 3;
  var ASKED = 1e3;
  var LINE = 1e6;
  var NEIGHBORS = [0, 1, -1].flatMap(
    (i) => [0, 1, -1].map((j) => i * LINE + j)
  );
  var LARGE = "first-level division";
  var SIZING = (
    /** @type {const} */
    [
      "kinds",
      "sources",
      "certain",
      "possible",
      "embedded",
      "approximate",
      "text"
    ]
  );
  var [LEAST, LARGEST2] = [12, 21];
  var NAMED = 2;
  var isCluster = (symbol) => symbol.members !== void 0;
  function gatherPoints(order2, x, y, reach) {
    const cells = /* @__PURE__ */ new Map();
    const groups = [];
    for (const number of order2) {
      const [column, row] = [x(number), y(number)].map(
        (one) => Math.floor(one / reach)
      );
      let nearest;
      let least = reach * reach;
      for (let i = column - 1; i <= column + 1; i += 1) {
        for (let j = row - 1; j <= row + 1; j += 1) {
          for (const group3 of cells.get(i * 1e6 + j) || []) {
            const [across2, down2] = [
              x(group3[0]) - x(number),
              y(group3[0]) - y(number)
            ];
            const square = across2 * across2 + down2 * down2;
            if (square < least) {
              least = square;
              nearest = group3;
            }
          }
        }
      }
      if (nearest) {
        nearest.push(number);
        continue;
      }
      const group2 = [number];
      groups.push(group2);
      const key = column * 1e6 + row;
      const cell = cells.get(key);
      if (cell) {
        cell.push(group2);
      } else {
        cells.set(key, [group2]);
      }
    }
    return groups;
  }
  function crowdedShare(x, y, radius) {
    const { length } = x;
    const side = radius.reduce((most, one) => Math.max(most, one), 1);
    const cellOf = (at) => Math.floor(x[at] / side) * LINE + Math.floor(y[at] / side);
    const cells = /* @__PURE__ */ new Map();
    for (let at = 0; at < length; at += 1) {
      const cell = cells.get(cellOf(at));
      if (cell) {
        cell.push(at);
      } else {
        cells.set(cellOf(at), [at]);
      }
    }
    const hide = (a, b) => {
      const [across2, down2] = [x[a] - x[b], y[a] - y[b]];
      const most = Math.max(radius[a], radius[b]);
      return a !== b && across2 * across2 + down2 * down2 < most * most;
    };
    const step = Math.max(1, Math.floor(length / ASKED));
    let [crowded, asked] = [0, 0];
    for (let at = 0; at < length; at += step) {
      const own = cellOf(at);
      const isHidden = NEIGHBORS.some(
        (aside) => cells.get(own + aside)?.some((other) => hide(at, other))
      );
      asked += 1;
      crowded += isHidden ? 1 : 0;
    }
    return crowded / Math.max(1, asked);
  }
  var isSmall = ({ places }, number) => isPoint(places.form[number]) || places.form[number] === "division" && places.kind[number] !== LARGE;
  var summingOf = ({ model, settings }) => model.state.summing ?? SUMMING.get(settings.cluster) ?? "auto";
  var SUMMING = /* @__PURE__ */ new Map([
    [true, "yes"],
    [false, "no"],
    [null, "auto"]
  ]);
  function sums(layer, width) {
    const summing2 = summingOf(layer);
    if (summing2 === "no" || layer.map.getZoom() >= APART) {
      return false;
    }
    return summing2 === "yes" || isCrowded(layer, width);
  }
  function isCrowded(layer, width) {
    const { model, crowd } = layer;
    const { whole, most, state } = model;
    if (crowd && crowd.width === width && differInDates(crowd.state, state)) {
      return crowd.found;
    }
    const points = [];
    for (let number = 0; number < model.size.places; number += 1) {
      if (whole[number] && isSmall(model, number)) {
        points.push(number);
      }
    }
    const found = points.length >= MANY && crowdedShare(
      Float64Array.from(points, (number) => model.across[number] * width),
      Float64Array.from(points, (number) => model.down[number] * width),
      Float64Array.from(points, (number) => radiusOf(whole[number], most))
    ) >= CROWDED;
    layer.crowd = { width, state, found };
    return found;
  }
  var differInDates = (a, b) => SIZING.every((name) => a[name] === b[name]);
  function gatherPlaces(layer, width) {
    const { order: order2, map, outlines } = layer;
    const key = `${map.getZoom()} ${layer.chosen()} ${summingOf(layer)} ${outlines.size}`;
    const known = layer.gathered;
    if (known && known.key === key && known.order === order2) {
      return known.found;
    }
    const found = sums(layer, width) ? gathered(layer, width) : order2.map((number) => ({ number }));
    layer.gathered = { key, order: order2, found };
    return found;
  }
  function gathered(layer, width) {
    const { model, order: order2, outlines } = layer;
    const alone = (number) => !isSmall(model, number) || outlines.has(number) || layer.isChosen(number);
    const x = (number) => model.across[number] * width;
    const y = (number) => model.down[number] * width;
    const radius = (number) => radiusOf(model.mentions(number), model.most);
    const groups = gatherPoints(
      order2.filter((number) => !alone(number)),
      x,
      y,
      REACH
    );
    const found = order2.filter(alone).map((number) => ({ number }));
    for (const members of groups) {
      if (members.length > 1 && touch(members, x, y, radius)) {
        const mentions = members.reduce(
          (sum, number) => sum + model.mentions(number),
          0
        );
        found.push({ number: members[0], members, mentions });
      } else {
        found.push(...members.map((number) => ({ number })));
      }
    }
    return found;
  }
  function touch(members, x, y, radius) {
    return members.some(
      (a, i) => members.slice(0, i).some(
        (b) => Math.hypot(x(a) - x(b), y(a) - y(b)) < radius(a) + radius(b)
      )
    );
  }
  var isSummed = (layer) => Boolean(layer.gathered?.found.some(({ members }) => members));
  var clusterRadius = (mentions, most) => Math.max(LEAST, LARGEST2 * Math.sqrt(mentions / most));
  var short = new Intl.NumberFormat("en-US", {
    notation: "compact",
    maximumFractionDigits: 1
  });
  function paintCluster(layer, context, symbol) {
    const { x, y, half, mentions, members } = symbol;
    outlineForm(context, "town", x, y, half);
    context.fillStyle = layer.color(layer.classes ? "muted" : "town");
    context.globalAlpha = 0.92;
    context.fill();
    context.globalAlpha = 1;
    context.lineWidth = 2;
    context.strokeStyle = layer.color("rim");
    context.stroke();
    context.font = layer.font(700, half > 15 ? 12 : 10.5);
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = layer.color("rim");
    context.fillText(short.format(mentions), x, y + 0.5);
    if (members === layer.hoveredMembers) {
      outlineForm(context, "town", x, y, half + 3);
      context.lineWidth = 2.5;
      context.strokeStyle = layer.color("ink");
      context.stroke();
    }
  }
  function clusterWords(model, { members, mentions }) {
    const names = members.slice(0, NAMED).map((number) => model.places.name[number]);
    const more2 = members.length - names.length;
    return {
      names: names.join(", ") + (more2 ? ` and ${numeral(more2)} more` : ""),
      count: `· ${plural(mentions, "mention")}`
    };
  }
  function isOneSpot({ model, map }, { members }) {
    const most = map.getMaxZoom();
    const width = 256 * 2 ** (Number.isFinite(most) ? most : APART);
    return [model.across, model.down].every((axis) => {
      const at = members.map((number) => axis[number] * width);
      return Math.max(...at) - Math.min(...at) < 1;
    });
  }
  function partCluster(layer, { members, x }) {
    const { model, map } = layer;
    const { lon, lat } = model.places;
    const turn = Math.round(
      (map.layerPointToLatLng([x, 0]).lng - lon[members[0]]) / 360
    );
    const box = L.latLngBounds(
      members.map((number) => L.latLng(lat[number], lon[number] + 360 * turn))
    );
    const margins = layer.margins();
    const padding = margins.paddingTopLeft.add(margins.paddingBottomRight);
    const zoom = Math.min(map.getBoundsZoom(box, false, padding), APART);
    map.flyToBounds(box, {
      ...margins,
      maxZoom: Math.max(zoom, Math.min(map.getZoom() + 1, APART)),
      duration: 0.4,
      animate: !window.matchMedia("(prefers-reduced-motion: reduce)").matches
    });
  }

  // page/curves.js
  function isNear({ a, b, middle, shift }, { x, y }) {
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

  // page/comentions.js
  var BEND = 0.16;
  var LISTED = 5;
  var FOUND = 2e3;
  function isNested(model, { from, to }) {
    const { form, within } = model.places;
    return [
      [from, to],
      [to, from]
    ].some(
      ([area, place]) => !isPoint(form[area]) && within[place].split(", ").includes(model.gazetteerName(area))
    );
  }
  var Comentions = class extends Canvas {
    /** @type {Model} */
    model;
    /** @type {Pair[]} */
    _pairs = [];
    /** @type {Pair[]} */
    _listed = [];
    /** @type {Curve[]} */
    _curves = [];
    /** @type {Pair | undefined} */
    _over;
    /** @type {L.Tooltip | undefined} */
    _tip;
    /** @type {(() => void) | undefined} */
    _end;
    /** @type {Key | undefined} */
    _key;
    /**
     * @param {string} key
     * @param {{ limit?: number, least?: number, caption?: string, attribution?: string, beside?: Places }} settings Beside
     *   places that are summed, lines lead to the sums; and only the strongest that are seen are drawn.
     */
    constructor(key, { limit = 60, least = 2, caption = "", attribution, beside } = {}) {
      super("geomap-lines", 435, attribution);
      this.settings = { limit, least, caption, beside };
      loadCorpus(key).then((model) => {
        this.model = model;
        this._pair();
        if (this._map) {
          this._show();
        }
      });
    }
    /** @param {L.Map} map */
    onAdd(map) {
      super.onAdd(map);
      map.on("mousemove", this._onMove, this);
      if (this.model) {
        this._show();
      }
      return this;
    }
    /** @param {L.Map} map */
    onRemove(map) {
      map.off("mousemove", this._onMove, this);
      this._tip?.remove();
      this._end?.();
      this._key?.remove();
      delete map.getContainer().dataset.geomapLines;
      super.onRemove(map);
      return this;
    }
    _pair() {
      const { limit, least, beside } = this.settings;
      this._pairs = beside ? this.model.together(FOUND, least).filter((pair) => !isNested(this.model, pair)) : this.model.together(limit, least);
    }
    _show() {
      this._end = this.model.listen(() => {
        this._pair();
        this.redraw();
      });
      this._key = new Key(
        this.settings.caption,
        (body) => this._explain(body)
      ).addTo(this._map);
      this.redraw();
    }
    /**
     * Lists the strongest of the lines that are drawn.
     *
     * @param {Pair[]} pairs
     */
    _tell(pairs) {
      const same = pairs.every((pair, i) => pair === this._listed[i]);
      if (!same || pairs.length !== this._listed.length) {
        this._listed = pairs;
        this._key?.fill();
      }
    }
    /** @param {HTMLElement} body */
    _explain(body) {
      const list = makeElement("ol", "geomap-pairs");
      for (const pair of this._listed) {
        const item2 = makeElement("li", "", this._said(pair));
        item2.dir = "auto";
        list.append(item2);
      }
      body.append(
        this._listed.length ? list : makeElement("p", "geomap-about", "None in this view")
      );
    }
    /** @param {Pair} pair */
    _said({ from, to, articles }) {
      const { name } = this.model.places;
      return `${name[from]} – ${name[to]}: ${plural(articles, "article")}`;
    }
    /**
     * @param {CanvasRenderingContext2D} context
     * @param {Bounds} bounds
     */
    draw(context, bounds) {
      if (!this.model) {
        return;
      }
      const map = this._map;
      const { lon, lat } = this.model.places;
      const { width, turns } = turnsOf(map, bounds);
      const pairs = this._drawnIn(width);
      this._tell(pairs.slice(0, LISTED).map(({ pair }) => pair));
      const most = Math.max(1, ...pairs.map(({ articles }) => articles));
      this._curves = [];
      context.lineCap = "round";
      context.strokeStyle = this.color("join");
      for (const { pair, from, to, articles } of pairs.reverse()) {
        const turn = Math.round((lon[from] - lon[to]) / 360) * 360;
        const a = map.latLngToLayerPoint([lat[from], lon[from]]);
        const b = map.latLngToLayerPoint([lat[to], lon[to] + turn]);
        const [dx, dy] = [b.x - a.x, b.y - a.y];
        const middle = {
          x: (a.x + b.x) / 2 + dy * BEND,
          y: (a.y + b.y) / 2 - dx * BEND
        };
        context.lineWidth = 0.8 + 3.4 * Math.sqrt(articles / most);
        context.globalAlpha = 0.25 + 0.4 * (articles / most);
        for (const copy of turns) {
          const shift = copy * width;
          context.beginPath();
          context.moveTo(a.x + shift, a.y);
          context.quadraticCurveTo(middle.x + shift, middle.y, b.x + shift, b.y);
          context.stroke();
          this._curves.push({ pair, a, b, middle, shift });
        }
      }
      context.globalAlpha = 1;
      map.getContainer().dataset.geomapLines = String(pairs.length);
    }
    /**
     * The pairs that lines are drawn for, the strongest first, each with where its line begins and ends.
     *
     * @param {number} width Of the world, in pixels.
     * @returns {{ pair: Pair, from: number, to: number, articles: number }[]}
     */
    _drawnIn(width) {
      const { limit, beside } = this.settings;
      if (!beside) {
        return this._pairs.map((pair) => ({ pair, ...pair }));
      }
      const bounds = this._map.getBounds();
      const { lon, lat } = this.model.places;
      const sumOf = /* @__PURE__ */ new Map();
      for (const { number, members } of gatherPlaces(beside, width)) {
        for (const member of members ?? []) {
          sumOf.set(member, number);
        }
      }
      const isSeen2 = (number) => {
        const turn = Math.round((bounds.getCenter().lng - lon[number]) / 360);
        return bounds.contains([lat[number], lon[number] + 360 * turn]);
      };
      const found = [];
      const taken = /* @__PURE__ */ new Set();
      for (const pair of this._pairs) {
        const [from, to] = [pair.from, pair.to].map(
          (number) => sumOf.get(number) ?? number
        );
        const key = from < to ? `${from} ${to}` : `${to} ${from}`;
        if (from !== to && !taken.has(key) && isSeen2(from) && isSeen2(to)) {
          taken.add(key);
          found.push({ pair, from, to, articles: pair.articles });
        }
        if (found.length === limit) {
          break;
        }
      }
      return found;
    }
    /** @param {L.LeafletMouseEvent} event */
    _onMove({ layerPoint, latlng }) {
      const found = this._curves.findLast((curve) => isNear(curve, layerPoint));
      const pair = found && found.pair;
      if (pair !== this._over) {
        this._tip?.remove();
        this._over = pair;
        if (pair) {
          const words = makeElement("span", "", this._said(pair));
          words.dir = "auto";
          this._tip = L.tooltip({ direction: "top", className: "geomap-tip" }).setLatLng(latlng).setContent(words).addTo(this._map);
        }
      }
    }
  };

  // page/density.js
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

  // page/heat.js
  var CELL = 4;
  var FAINT = 0.06;
  var PASSES = 6;
  var Heat = class extends Canvas {
    /** @type {Model} */
    model;
    /** @type {(() => void) | undefined} */
    _end;
    /** @type {Key | undefined} */
    _key;
    /**
     * @param {string} key
     * @param {{ radius?: number, caption?: string, attribution?: string }} settings
     */
    constructor(key, { radius = 26, caption = "", attribution } = {}) {
      super("geomap-heat", 420, attribution);
      this.settings = { radius, caption };
      loadCorpus(key).then((model) => {
        this.model = model;
        if (this._map) {
          this._show();
        }
      });
    }
    /** @param {L.Map} map */
    onAdd(map) {
      super.onAdd(map);
      if (this.model) {
        this._show();
      }
      return this;
    }
    /** @param {L.Map} map */
    onRemove(map) {
      this._end?.();
      this._key?.remove();
      delete map.getContainer().dataset.geomapHeat;
      super.onRemove(map);
      return this;
    }
    _show() {
      this._end = this.model.listen(() => this.redraw());
      this._key = new Key(this.settings.caption, (body) => {
        body.append(makeRamp(), makeElement("span", "", "few – many"));
      }).addTo(this._map);
      this.redraw();
    }
    /**
     * @param {CanvasRenderingContext2D} context
     * @param {Bounds} bounds
     */
    draw(context, bounds) {
      if (!this.model) {
        return;
      }
      const size = bounds.getSize();
      const wide = Math.ceil(size.x / CELL);
      const high = Math.ceil(size.y / CELL);
      const field = this._field(bounds, wide, high);
      const most = field.reduce((a, b) => b > a ? b : a, 0);
      this._map.getContainer().dataset.geomapHeat = most > 0 ? "1" : "0";
      if (!most) {
        return;
      }
      const image = new ImageData(wide, high);
      const colors = [0, 1, 2, 3, 4].map((n) => rgb(this.color(`step-${n}`)));
      for (let i = 0; i < field.length; i += 1) {
        const part = Math.sqrt(field[i] / most);
        if (part > FAINT) {
          const step = Math.min(3.999, part * 4);
          const [a, b] = [colors[Math.floor(step)], colors[Math.ceil(step) || 1]];
          const mix = step - Math.floor(step);
          for (let c = 0; c < 3; c += 1) {
            image.data[4 * i + c] = a[c] + (b[c] - a[c]) * mix;
          }
          image.data[4 * i + 3] = 255 * Math.min(0.85, 1.6 * (part - FAINT));
        }
      }
      const small = document.createElement("canvas");
      [small.width, small.height] = [wide, high];
      contextOf(small).putImageData(image, 0, 0);
      context.imageSmoothingEnabled = true;
      context.drawImage(
        small,
        bounds.min.x,
        bounds.min.y,
        wide * CELL,
        high * CELL
      );
    }
    /**
     * @param {Bounds} bounds
     * @param {number} wide
     * @param {number} high
     */
    _field(bounds, wide, high) {
      const { model, map } = this;
      const { lon, lat } = model.places;
      const { width, turns } = turnsOf(map, bounds);
      let field = new Float32Array(wide * high);
      for (let place = 0; place < model.size.places; place += 1) {
        const mentions = model.mentions(place);
        if (mentions) {
          const point = map.latLngToLayerPoint([lat[place], lon[place]]);
          const y = Math.floor((point.y - bounds.min.y) / CELL);
          for (const turn of turns) {
            const x = Math.floor((point.x + turn * width - bounds.min.x) / CELL);
            if (x >= 0 && x < wide && y >= 0 && y < high) {
              field[y * wide + x] += mentions;
            }
          }
        }
      }
      const reach = Math.max(1, Math.round(this.settings.radius / CELL / 3));
      for (let pass = 0; pass < PASSES; pass += 1) {
        field = blurred(field, wide, high, 1, wide, reach);
        field = blurred(field, high, wide, wide, 1, reach);
      }
      return field;
    }
  };
  function rgb(hex) {
    return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  }

  // page/hash.js
  var LONGEST_TEXT = 200;
  var FARTHEST = 3600;
  var CLOSEST = 24;
  var CHOICES = (
    /** @type {const} */
    ["sources", "kinds"]
  );
  var EXTRAS = ["heat", "countries", "pairs"];
  var SUMMINGS = ["auto", "yes", "no"];
  var SWITCHES = (
    /** @type {const} */
    ["embedded", "approximate"]
  );
  function toHash(model, place, view) {
    const { state, content } = model;
    const words = new URLSearchParams();
    if (place !== void 0) {
      words.set("place", model.places.id[place]);
    }
    if (state.from !== null) {
      words.set("from", isoDay(state.from));
    }
    if (state.to !== null) {
      words.set("to", isoDay(state.to));
    }
    for (const name of CHOICES) {
      for (const chosen of namesOf(model, name) ?? []) {
        words.append(name.slice(0, -1), chosen);
      }
    }
    if (state.certain !== DOUBTFUL) {
      words.set("certain", String(state.certain));
    }
    if (!state.possible) {
      words.set("possible", "no");
    }
    for (const name of SWITCHES) {
      if (state[name] !== content.shown[name]) {
        words.set(name, state[name] ? "yes" : "no");
      }
    }
    if (state.text) {
      words.set("text", state.text);
    }
    if (state.summing) {
      words.set("sum", state.summing);
    }
    for (const name of state.also) {
      words.append("also", name);
    }
    if (view) {
      words.set("at", view.map((part) => +part.toFixed(4)).join(","));
    }
    return words.toString();
  }
  function fromHash(hash, model) {
    const words = new URLSearchParams(hash.replace(/^#/, ""));
    const { content } = model;
    const state = everything(content.shown);
    const from = dayOf(words.get("from")) ?? null;
    const to = dayOf(words.get("to")) ?? null;
    if (from === null || to === null || from <= to) {
      Object.assign(state, { from, to });
    }
    for (const name of CHOICES) {
      state[name] = numbersOf(model, name, words.getAll(name.slice(0, -1)));
    }
    const certain = numberOf(words.get("certain"));
    state.certain = isWithin2(certain, 0, 100) ? Math.round(certain) : DOUBTFUL;
    state.possible = words.get("possible") !== "no";
    for (const name of SWITCHES) {
      const said = words.get(name);
      state[name] = said === "yes" || said !== "no" && content.shown[name];
    }
    state.text = (words.get("text") || "").slice(0, LONGEST_TEXT);
    const sum = words.get("sum");
    state.summing = SUMMINGS.find((each) => each === sum) ?? null;
    const also = words.getAll("also");
    state.also = new Set(EXTRAS.filter((name) => also.includes(name)));
    return {
      state,
      place: model.number.get(words.get("place") ?? ""),
      view: viewOf(words.get("at"))
    };
  }
  function numbersOf({ content }, name, names) {
    const wanted = new Set(names);
    const numbers = content[name].flatMap(
      (one, number) => wanted.has(one) ? [number] : []
    );
    if (name === "sources" && wanted.has("")) {
      numbers.push(-1);
    }
    return numbers.length ? new Set(numbers) : null;
  }
  var namesOf = ({ content, state }, name) => state[name] && [...state[name]].sort((a, b) => Number(a < 0) - Number(b < 0) || a - b).map((number) => content[name][number] ?? "");
  var isView = (lat, lng, zoom) => isWithin2(lat, -90, 90) && isWithin2(lng, -FARTHEST, FARTHEST) && isWithin2(zoom, 0, CLOSEST);
  var isWithin2 = (value, least, most) => typeof value === "number" && value >= least && value <= most;
  function viewOf(at) {
    const parts = (at ?? "").split(",", 4);
    const [lat, lng, zoom] = parts.map(numberOf);
    return parts.length === 3 && isView(lat, lng, zoom) ? [lat, lng, zoom] : void 0;
  }
  var numberOf = (text) => /^-?\d{1,5}(\.\d{1,20})?$/.test(text ?? "") ? Number(text) : NaN;

  // page/address.js
  var QUIET = 150;
  function followAddress(layer) {
    const { model, map } = layer;
    if (window.location.protocol === "about:" || map.geomapAddress) {
      return () => {
      };
    }
    map.geomapAddress = true;
    let timer;
    let written = window.location.hash;
    let moved = false;
    const write2 = () => {
      if (layer.embedded) {
        return;
      }
      clearTimeout(timer);
      timer = setTimeout(() => {
        const { lat, lng } = map.getCenter();
        const hash = toHash(
          model,
          layer.selected,
          moved ? [lat, lng, map.getZoom()] : void 0
        );
        written = hash ? `#${hash}` : "";
        const { pathname, search } = window.location;
        window.history.replaceState(null, "", `${pathname}${search}${written}`);
      }, QUIET);
    };
    const read = () => {
      const { state, place, view } = fromHash(window.location.hash, model);
      applyState(model, state);
      if (view) {
        const [lat, lng, zoom] = view;
        map.setView([lat, lng], zoom, { animate: false });
      }
      if (place !== void 0) {
        if (view) {
          layer.open(place);
        } else {
          layer.visit(place);
        }
      }
    };
    if (window.location.hash.length > 1) {
      read();
    }
    const onMove = () => {
      moved = true;
      write2();
    };
    const onChange = () => {
      if (window.location.hash !== written) {
        read();
      }
    };
    const end = model.listen(write2);
    window.addEventListener("hashchange", onChange);
    layer.on("geomap:selected", write2);
    const starting = setTimeout(() => map.on("moveend", onMove), 500);
    return () => {
      clearTimeout(starting);
      clearTimeout(timer);
      window.removeEventListener("hashchange", onChange);
      layer.off("geomap:selected", write2);
      map.off("moveend", onMove);
      end();
      map.geomapAddress = false;
    };
  }
  function applyState(model, state) {
    const { text, ...rest } = state;
    model.set({ ...rest, text: "" });
    if (text) {
      loadWords(model).then((words) => {
        if (words) {
          model.search(text, words);
        }
      });
    }
  }

  // page/corrections.js
  function mentionOf(words, model, row) {
    const toponym = words.sentences[words.sentence[row]].slice(
      words.at[row],
      words.at[row] + words.length[row]
    );
    const begin = words.start?.[row] ?? -1;
    return {
      article_id: words.articles.id[model.article[row]],
      field: words.title?.[row] ? "title" : "text",
      start: begin,
      end: begin + (words.span?.[row] ?? words.length[row]),
      toponym
    };
  }
  var NOTHING = {
    getItem: () => null,
    setItem: () => void 0,
    removeItem: () => void 0,
    key: () => null,
    length: 0
  };
  var PREFIX = "geomap.corrections.";
  var VERDICTS = ["right", "moved", "not a place"];
  var LONGEST = 1e3;
  var Corrections = class _Corrections {
    /**
     * @param {string} map the hash of the map's data
     * @param {Kept | null} storage
     * @param {string} [title]
     */
    constructor(map, storage, title = "") {
      this._map = map;
      this._title = title;
      this.hosted = false;
      this._storage = storage;
      this.lost = !storage;
      this._listeners = /* @__PURE__ */ new Set();
      this.list = [];
      this.strangers = [];
      this._load();
    }
    _load() {
      try {
        const { map, corrections, strangers } = recordOf(
          this._storage?.getItem(PREFIX + this._map)
        );
        this.strangers.push(...strangers);
        for (const one of corrections) {
          if (map === this._map && isCorrection(one)) {
            this.list.push(one);
          } else {
            this.strangers.push(one);
          }
        }
      } catch {
        this.lost = true;
      }
    }
    /**
     * Sets aside what names no mention of this map.
     *
     * @param {Set<string>} names
     */
    check(names) {
      const known = this.list.filter((one) => names.has(_Corrections.name(one)));
      if (known.length < this.list.length) {
        this.strangers.push(...this.list.filter((one) => !known.includes(one)));
        this.list = known;
        this._tell();
      }
    }
    /** The corrections of other maps that this browser keeps: the hash and the title of each. */
    others() {
      const found = [];
      try {
        for (let i = 0; i < (this._storage?.length ?? 0); i += 1) {
          const key = this._storage?.key(i) ?? "";
          if (key.startsWith(PREFIX) && key !== PREFIX + this._map) {
            const { title, corrections } = recordOf(this._storage?.getItem(key));
            found.push({ key, title, corrections });
          }
        }
      } catch {
        this.lost = true;
      }
      return found.filter(({ corrections }) => corrections.length);
    }
    /** @param {string} key */
    forget(key) {
      this._storage?.removeItem(key);
      this._tell();
    }
    forgetStrangers() {
      this.strangers = [];
      this._keep();
    }
    /**
     * @param {() => void} listener
     * @returns {() => void}
     */
    listen(listener) {
      this._listeners.add(listener);
      return () => this._listeners.delete(listener);
    }
    _keep() {
      const record = {
        map: this._map,
        title: this._title,
        corrections: this.list,
        strangers: this.strangers
      };
      try {
        this._storage?.setItem(PREFIX + this._map, JSON.stringify(record));
        this.lost = !this._storage;
      } catch {
        this.lost = true;
      }
      this._tell();
    }
    _tell() {
      for (const listener of [...this._listeners]) {
        listener();
      }
    }
    /**
     * A rule speaks of every mention of a toponym that was resolved to one place.
     *
     * @param {Partial<Correction>} one
     */
    static name(one) {
      return one.rule ? JSON.stringify(["rule", one.toponym, one.was]) : JSON.stringify([one.article_id, one.field, one.start, one.end]);
    }
    /** @param {Correction} correction */
    add(correction) {
      this.remove(correction, true);
      this.list.push(correction);
      this._keep();
    }
    /**
     * @param {Correction} correction
     * @param {boolean} [quiet]
     */
    remove(correction, quiet) {
      const name = _Corrections.name(correction);
      this.list = this.list.filter((one) => _Corrections.name(one) !== name);
      if (!quiet) {
        this._keep();
      }
    }
    clear() {
      this.list = [];
      this._keep();
    }
    /**
     * What was said of a mention: of itself, or by a rule.
     *
     * @param {Mention} mention
     * @param {string} was
     */
    of(mention, was) {
      const own = _Corrections.name(mention);
      const { toponym } = mention;
      const rules = [{ was }, {}].map(
        (rest) => _Corrections.name({ rule: true, toponym, ...rest })
      );
      return [own, ...rules].map((name) => this.list.find((one) => _Corrections.name(one) === name)).find((one) => one !== void 0);
    }
    /** @param {Correction[]} list */
    replace(list) {
      this.list = list;
      this._keep();
    }
    lines() {
      return linesOf(this.list);
    }
  };
  var linesOf = (corrections) => corrections.map((one) => `${JSON.stringify(one)}
`).join("");
  function recordOf(text) {
    let kept = null;
    try {
      kept = JSON.parse(text || "null");
    } catch {
      kept = null;
    }
    const corrections = Array.isArray(kept) ? kept : kept?.corrections;
    return {
      map: String(kept?.map ?? ""),
      title: String(kept?.title ?? "").slice(0, LONGEST),
      corrections: Array.isArray(corrections) ? corrections : [],
      strangers: Array.isArray(kept?.strangers) ? kept.strangers : []
    };
  }
  function isCorrection(one) {
    const isName2 = (text) => typeof text === "string" && text.length <= LONGEST;
    const isIn = (value, most) => typeof value === "number" && Math.abs(value) <= most;
    if (!one || !isName2(one.toponym) || !VERDICTS.includes(one.verdict)) {
      return false;
    }
    const placed = one.verdict !== "moved" || isName2(one.place_id) && isName2(one.name) && isIn(one.lat, 90) && isIn(one.lon, 180);
    const named2 = one.rule === true ? one.was === void 0 || isName2(one.was) : isName2(one.article_id) && ["text", "title"].includes(one.field) && Number.isInteger(one.start) && Number.isInteger(one.end);
    return placed && named2;
  }
  function namesOf2(words, model) {
    const names = /* @__PURE__ */ new Set();
    for (let place = 0; place < model.size.places; place += 1) {
      const was = model.places.id[place];
      for (let row = model.begins[place]; row < model.begins[place + 1]; row += 1) {
        const mention = mentionOf(words, model, row);
        names.add(Corrections.name(mention));
        names.add(
          Corrections.name({ rule: true, toponym: mention.toponym, was })
        );
      }
    }
    return names;
  }
  function correctionsOf(model, title, hosted = false) {
    if (!model.corrections) {
      let storage = null;
      try {
        storage = hosted ? NOTHING : window.localStorage;
      } catch {
        storage = null;
      }
      const { hash } = model.content;
      const corrections = new Corrections(hash, storage, title);
      corrections.hosted = hosted;
      model.corrections = corrections;
      if (corrections.list.length) {
        loadWords(model).then(
          (words) => corrections.check(words ? namesOf2(words, model) : /* @__PURE__ */ new Set())
        );
      }
    }
    return model.corrections;
  }
  function showCorrections(layer) {
    const { corrections, map } = layer;
    const dialog = openDialog(map, "Corrections", "geomap-about-dialog");
    const body = makeElement("div", "geomap-dialog-body");
    body.tabIndex = 0;
    dialog.append(body);
    const show = () => {
      const count = corrections.list.length;
      body.replaceChildren(
        makeElement(
          "p",
          "",
          count ? howToApply(corrections) : "Nothing was corrected. Open a place and press Check under a sentence."
        )
      );
      if (corrections.lost) {
        body.append(
          makeElement(
            "p",
            "geomap-doubt",
            "This browser keeps nothing for this page: take the corrections with you before you close it."
          )
        );
      }
      if (count) {
        body.append(...ownCorrections(corrections));
      }
      body.append(...otherCorrections(corrections));
    };
    show();
    const end = corrections.listen(show);
    dialog.addEventListener("close", end);
  }
  var howToApply = ({ hosted }) => hosted ? "They are in the notebook, as corrections of its widget; its corrected_mentions are the corpus with them." : 'They stay in this browser until you remove them. Download them and apply them to the corpus with geomap.apply_corrections(mentions, "corrections.jsonl").';
  function ownCorrections(corrections) {
    const row = makeElement("div", "geomap-row");
    row.append(
      makeFile(
        "corrections.jsonl",
        "application/jsonl",
        () => corrections.lines()
      ),
      makeButton("Remove all", () => corrections.clear())
    );
    const list = makeElement("ul", "geomap-corrections");
    for (const one of corrections.list) {
      const item2 = makeElement("li");
      const words = makeElement("span", "", verdictText(one));
      words.dir = "auto";
      item2.append(
        words,
        makeButton("Undo", () => corrections.remove(one))
      );
      list.append(item2);
    }
    return [row, list];
  }
  function otherCorrections(corrections) {
    const { strangers } = corrections;
    const found = corrections.others().map((other) => ({
      what: other.title ? `“${other.title}”` : "a map without a title",
      lines: other.corrections,
      remove: () => corrections.forget(other.key)
    }));
    if (strangers.length) {
      found.unshift({
        what: "mentions that this map does not have",
        lines: strangers,
        remove: () => corrections.forgetStrangers()
      });
    }
    if (!found.length) {
      return [];
    }
    const list = makeElement("ul", "geomap-corrections geomap-others");
    for (const { what, lines, remove } of found) {
      const item2 = makeElement("li");
      const words = makeElement(
        "span",
        "",
        `${plural(lines.length, "correction")} of ${what}`
      );
      words.dir = "auto";
      const row = makeElement("div", "geomap-row");
      row.append(
        makeFile("corrections.jsonl", "application/jsonl", () => linesOf(lines)),
        makeButton("Remove", remove)
      );
      item2.append(words, row);
      list.append(item2);
    }
    return [
      makeElement(
        "p",
        "",
        "This browser also keeps corrections of other maps. They are not applied here."
      ),
      list
    ];
  }
  var saidOf = ({ verdict, name }) => verdict === "moved" ? String(name) : String(verdict);
  function verdictText(one) {
    const what = one.rule ? `every “${one.toponym}”` : `“${one.toponym}” in ${one.article_id}`;
    return `${what}: ${saidOf(one)}`;
  }

  // page/readings.js
  function loadAlternatives(layer) {
    const id = layer.settings.alternatives;
    layer.alternatives ??= id ? readBlock(id).then(unpack2) : Promise.resolve(null);
    return layer.alternatives;
  }
  function unpack2({ features, lists, rows }) {
    return {
      of(row) {
        const pairs = lists[rows[row]];
        const found = [];
        for (let i = 0; i < pairs.length; i += 2) {
          const one = Object.entries(features).map(([name, column]) => [
            name,
            column[pairs[i]]
          ]);
          found.push({ ...Object.fromEntries(one), percent: pairs[i + 1] });
        }
        return found;
      }
    };
  }

  // page/check.js
  var CHECKED = [
    "",
    "Checked: right",
    "Checked: moved here",
    "Checked: not a place"
  ];
  function makeCheck(of) {
    const { layer, number, words, row } = of;
    const { model, corrections } = layer;
    const line = makeElement("div", "geomap-check");
    const was = model.placeId(number);
    if (words.start === void 0 || words.at[row] < 0) {
      return line;
    }
    const mention = mentionOf(words, model, row);
    const show = () => {
      const doubt = line.querySelector(":scope > .geomap-doubt");
      line.replaceChildren();
      if (doubt) {
        line.append(doubt);
      }
      const said = corrections.of(mention, was);
      const before = model.checked ? CHECKED[model.checked[row]] : "";
      if (said || before) {
        const verdict = said ? `You: ${saidOf(said)}` : before;
        const badge = makeElement("span", "geomap-badge", verdict);
        badge.dir = "auto";
        line.append(badge);
      }
      if (said) {
        const undo = makeButton(
          said.rule ? "Undo for all" : "Undo",
          () => {
            corrections.remove(said);
            show();
            line.querySelector("button")?.focus();
          },
          "geomap-quiet"
        );
        line.append(undo);
        return;
      }
      const button = makeButton(
        of.many ? `Check “${mention.toponym}”` : "Check",
        () => {
          const open = button.getAttribute("aria-expanded") === "true";
          button.setAttribute("aria-expanded", String(!open));
          if (open) {
            line.querySelector(".geomap-choices")?.remove();
            layer.doubt(void 0);
          } else {
            line.append(choices({ ...of, mention, was, done: show }));
            line.querySelector(".geomap-choices")?.querySelector("button")?.focus();
          }
          refit(layer.popup);
          line.scrollIntoView({ block: "nearest" });
        },
        "geomap-quiet"
      );
      button.setAttribute("aria-expanded", "false");
      line.append(button);
    };
    show();
    return line;
  }
  function choices({ layer, number, row, mention, was, done }) {
    const { corrections } = layer;
    const box = makeElement("div", "geomap-choices");
    const every = makeElement("input");
    every.type = "checkbox";
    const answer = (verdict, place) => {
      const rule = every.checked ? { rule: true, toponym: mention.toponym } : mention;
      corrections.add({ ...rule, was, verdict, ...place });
      layer.doubt(void 0);
      done();
      say(layer.map, "Kept. Download your corrections from the panel.");
    };
    const answers = makeElement("div", "geomap-row");
    answers.append(
      makeButton("Right", () => answer("right")),
      makeButton("Not a place", () => answer("not a place"))
    );
    const others = makeElement("div");
    box.append(
      answers,
      others,
      elsewhere(layer, (place) => answer("moved", place), mention.toponym),
      makeLabel(
        `The same for every “${mention.toponym}” that stands here`,
        every,
        "geomap-option"
      )
    );
    loadAlternatives(layer).then((known) => {
      if (!known || !document.contains(box)) {
        return;
      }
      const readings = known.of(row).filter((one) => one.id !== was);
      layer.doubt({
        number,
        others: readings.filter(({ percent }) => percent > 0)
      });
      if (readings.length) {
        others.append(makeElement("p", "geomap-caption", "Or another place:"));
        const list = makeElement("ul", "geomap-readings");
        for (const one of readings) {
          const item2 = makeElement("li");
          const button = makeButton(
            "",
            () => answer("moved", placeOf(one)),
            "geomap-reading"
          );
          const name = makeElement("span", "", described(one));
          name.dir = "auto";
          button.append(
            name,
            makeElement(
              "span",
              "geomap-number",
              one.percent ? `${one.percent}%` : "<1%"
            )
          );
          item2.append(button);
          list.append(item2);
        }
        others.append(list);
      }
      refit(layer.popup);
      box.parentElement?.scrollIntoView({ block: "nearest" });
    });
    return box;
  }
  function described({ name, admin1, country, code }) {
    const within = [admin1, country].filter(Boolean).join(", ");
    const about = [within, code].filter(Boolean).join(" · ");
    return about ? `${name} (${about})` : name;
  }
  var placeOf = (one) => ({
    place_id: one.id,
    name: one.name,
    country_code: one.country || null,
    feature_code: one.code || null,
    population: one.population || null,
    lat: one.lat,
    lon: one.lon
  });
  function elsewhere(layer, choose, toponym) {
    const { model, map } = layer;
    const row = makeElement("div", "geomap-row");
    const input = makeElement("input", "geomap-input");
    const list = makeElement("datalist");
    list.id = newId();
    input.setAttribute("list", list.id);
    input.setAttribute("aria-label", "Another place of this map, by name");
    input.placeholder = "Another place of this map";
    const names = /* @__PURE__ */ new Map();
    const searched = model.wordsForPlaces(null);
    input.addEventListener("input", () => {
      const found = findPlaces(model, searched, fold(input.value)).slice(0, 8);
      list.replaceChildren();
      names.clear();
      for (const { number } of found) {
        const { name, within } = model.places;
        const label = [name[number], within[number]].filter(Boolean).join(", ");
        names.set(label, number);
        const option = makeElement("option");
        option.value = label;
        list.append(option);
      }
    });
    input.addEventListener("change", () => {
      const number = names.get(input.value);
      if (number !== void 0) {
        const { id, lat, lon } = model.places;
        choose({
          place_id: id[number],
          name: model.gazetteerName(number),
          lat: lat[number],
          lon: lon[number]
        });
      }
    });
    const point = makeButton("Click on the map", () => {
      const words = `Click where “${toponym}” is. Escape ends it.`;
      const notice = showNotice(map, words);
      map.getContainer().classList.add("geomap-picking");
      const end = () => {
        layer.pick = void 0;
        notice.remove();
        map.getContainer().classList.remove("geomap-picking");
        document.removeEventListener("keydown", onKey, true);
      };
      const onKey = (event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          end();
        }
      };
      document.addEventListener("keydown", onKey, true);
      layer.pick = ({ lat, lng }) => {
        end();
        const at = [lat, lng].map((part) => Number(part.toFixed(5)));
        choose({
          place_id: `point:${at.join(",")}`,
          name: toponym,
          lat: at[0],
          lon: at[1]
        });
      };
    });
    row.append(input, list, point);
    return row;
  }

  // page/circles.js
  var EARTH_KM = 6371.0088;
  var MILE_KM = 1.609344;
  var STEPS2 = 72;
  var RADIANS = Math.PI / 180;
  function circleAround(lat, lng, km) {
    const reach = km / EARTH_KM;
    const [sin, cos] = [Math.sin(lat * RADIANS), Math.cos(lat * RADIANS)];
    let before = lng;
    return Array.from({ length: STEPS2 + 1 }, (_, step) => {
      const azimuth = 2 * Math.PI * (step % STEPS2) / STEPS2;
      const height = sin * Math.cos(reach) + cos * Math.sin(reach) * Math.cos(azimuth);
      const east = Math.atan2(
        Math.sin(azimuth) * Math.sin(reach) * cos,
        Math.cos(reach) - sin * height
      );
      const around = lng + east / RADIANS;
      before = around - 360 * Math.round((around - before) / 360);
      return [Math.asin(Math.max(-1, Math.min(1, height))) / RADIANS, before];
    });
  }
  var withinText = (km) => `within about ${round(km)} km (${round(km / MILE_KM)} mi)`;
  function round(length) {
    const step = 10 ** Math.max(0, Math.floor(Math.log10(length)) - 1);
    const whole = Math.max(1, Math.round(length / step) * step);
    return length < 1 ? "1" : whole.toLocaleString("en-US");
  }

  // page/card.js
  var PAGE = 20;
  function confidenceText(percent) {
    if (percent < 0) {
      return "unknown confidence";
    }
    const word = percent >= 80 ? "high" : percent >= DOUBTFUL ? "fair" : "low";
    return `${word} confidence, ${percent}%`;
  }
  function makeCard(layer, number) {
    const { model } = layer;
    const { places } = model;
    const card = makeElement("article", "geomap-card");
    const heading = makeElement("h2", "", places.name[number]);
    heading.id = newId();
    heading.tabIndex = -1;
    heading.dir = "auto";
    card.tabIndex = 0;
    card.setAttribute("role", "region");
    card.setAttribute("aria-labelledby", heading.id);
    card.append(heading);
    const what = [
      places.within[number],
      places.kind[number],
      places.radius[number] ? withinText(places.radius[number]) : ""
    ].filter(Boolean).join(" · ");
    if (what) {
      const within = makeElement("p", "geomap-within", what);
      within.dir = "auto";
      card.append(within);
    }
    const others = model.otherNames(number);
    if (others.length) {
      const called = others.map(
        ([name, where]) => `${name} in ${where || "the articles"}`
      );
      const line = makeLine("geomap-called", called);
      line.dir = "auto";
      card.append(line);
    }
    const body = makeElement("div");
    card.append(body);
    fill2(layer, number, body);
    const end = model.listen(() => {
      if (document.contains(card)) {
        fill2(layer, number, body);
      } else {
        end();
      }
    });
    return card;
  }
  function fill2(layer, number, body) {
    const { model } = layer;
    body.replaceChildren();
    const mentions = model.mentions(number);
    if (!mentions) {
      body.append(
        makeElement("p", "geomap-facts", "No mention of it passes the filters.")
      );
      return;
    }
    body.append(
      makeLine("geomap-facts", facts(model, number)),
      sureness(model, number)
    );
    if (model.bins.length > 1) {
      body.append(makeSparkline(model, number));
    }
    const list = makeElement("ol", "geomap-articles");
    body.append(list);
    loadWords(model).then((words) => {
      if (words) {
        more({ layer, number, words, rows: model.rows(number) }, list, 0);
      } else {
        list.remove();
        body.append(bySource(model, number));
      }
      refit(layer.popup);
    });
  }
  function facts(model, number) {
    const articles = plural(model.articles[number], "article");
    const counts = `${plural(model.mentions(number), "mention")} in ${articles}`;
    return [counts, datesText(model.first[number], model.last[number])];
  }
  function sureness(model, number) {
    const mean = model.mean[number];
    const doubtful = mean >= 0 && mean < model.state.certain;
    const sure = confidenceText(mean);
    const words = doubtful ? `Doubtful: ${sure} on average` : `${sure[0].toUpperCase()}${sure.slice(1)} on average`;
    const line = makeElement("p", "geomap-confidence", words);
    line.classList.toggle("geomap-doubt", doubtful);
    const possible = model.possible[number];
    if (possible && model.certain[number]) {
      line.textContent += ` (${numeral(model.certain[number])} certain, ${numeral(possible)} possible)`;
    }
    return line;
  }
  function makeSparkline(model, number) {
    const line = model.line(number);
    const most = Math.max(1, ...line);
    const svg = makeVector("svg", {
      class: "geomap-sparkline",
      viewBox: `0 0 ${line.length} 20`,
      preserveAspectRatio: "none",
      role: "img"
    });
    const dated = line.reduce((sum, count) => sum + count, 0);
    svg.setAttribute(
      "aria-label",
      dated ? `Mentions over time: ${datesText(model.first[number], model.last[number])}, at most ${numeral(most)} at once` : "No mention has a date"
    );
    line.forEach((count, bin) => {
      if (count) {
        const height = Math.max(1.5, 19 * count / most);
        svg.append(
          makeVector("rect", {
            x: bin + 0.08,
            y: 20 - height,
            width: 0.84,
            height
          })
        );
      }
    });
    return svg;
  }
  function bySource(model, number) {
    const counts = /* @__PURE__ */ new Map();
    for (const row of model.rows(number)) {
      const source = model.source[model.article[row]];
      counts.set(source, (counts.get(source) || 0) + 1);
    }
    const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 5);
    const box = makeElement("div", "geomap-sources");
    box.append(
      makeElement(
        "p",
        "geomap-about",
        "The words of the articles do not travel with this file."
      )
    );
    if (most.length && most[0][0] >= 0) {
      const list = makeElement("ul");
      for (const [source, count] of most) {
        const name = model.content.sources[source] ?? "No source";
        const item2 = makeElement("li", "", `${name}: ${numeral(count)}`);
        item2.dir = "auto";
        list.append(item2);
      }
      box.append(list);
    }
    return box;
  }
  function more(of, list, begin) {
    const { layer, words, rows } = of;
    let at = begin;
    let quotes = 0;
    while (at < rows.length && quotes < PAGE) {
      const article = layer.model.article[rows[at]];
      const same = [rows[at]];
      while (at + same.length < rows.length && layer.model.article[rows[at + same.length]] === article && words.sentence[rows[at + same.length]] === words.sentence[rows[at]]) {
        same.push(rows[at + same.length]);
      }
      if (Number(list.dataset.article ?? -1) !== article) {
        list.append(headed(layer.model, words.articles, article));
        list.dataset.article = String(article);
      }
      if (list.lastElementChild) {
        quote(of, same, list.lastElementChild);
      }
      quotes += 1;
      at += same.length;
    }
    if (at < rows.length) {
      const left = plural(rows.length - at, "mention");
      const button = makeButton(
        `Show more (${left} left)`,
        () => {
          const before = list.querySelectorAll("blockquote").length;
          button.remove();
          more(of, list, at);
          const next = list.querySelectorAll("blockquote")[before];
          next.tabIndex = -1;
          next.focus({ preventScroll: true });
        },
        "geomap-button geomap-more"
      );
      list.after(button);
    }
  }
  function headed(model, articles, article) {
    const item2 = makeElement("li");
    const title = articles.title[article] || "Untitled article";
    const url = articles.url[article];
    const heading = makeElement("h3");
    heading.dir = "auto";
    if (articles.link[article] && isWebPage(url)) {
      const link = makeElement("a", "", title);
      link.href = url;
      link.target = "_blank";
      link.rel = "noopener noreferrer";
      heading.append(link);
    } else {
      heading.textContent = title;
    }
    item2.append(heading);
    const line = [
      model.content.sources[model.source[article]],
      dateText(isoDay(model.day[article]))
    ].filter(Boolean).join(" · ");
    if (line) {
      const note = makeElement("p", "geomap-about", line);
      note.dir = "auto";
      item2.append(note);
    }
    if (url && !heading.firstElementChild) {
      item2.append(makeElement("p", "geomap-about geomap-url", url));
    }
    return item2;
  }
  function isWebPage(url) {
    try {
      return ["http:", "https:"].includes(new URL(url).protocol);
    } catch {
      return false;
    }
  }
  function marked(words, rows) {
    const begins = /* @__PURE__ */ new Map();
    for (const row of rows) {
      for (const at of words.also[row] || [words.at[row]]) {
        if (at >= 0) {
          begins.set(at, at + words.length[row]);
        }
      }
    }
    return [...begins].sort((a, b) => a[0] - b[0]);
  }
  function quote({ layer, number, words }, rows, item2) {
    const { model } = layer;
    const sentence = words.sentences[words.sentence[rows[0]]];
    const block = makeElement("blockquote");
    block.dir = "auto";
    let at = 0;
    for (const [begin, end] of marked(words, rows)) {
      if (begin >= at) {
        block.append(
          sentence.slice(at, begin),
          makeElement("mark", "", sentence.slice(begin, end))
        );
        at = end;
      }
    }
    block.append(sentence.slice(at));
    item2.append(block);
    for (const row of rows) {
      const check = makeCheck({
        layer,
        number,
        words,
        row,
        many: rows.length > 1
      });
      const km = model.content.rows.radius[row];
      if (km && km !== model.places.radius[number]) {
        item2.append(makeElement("p", "geomap-about", withinText(km)));
      }
      item2.append(check);
      const percent = model.confidence[row];
      if (percent >= 0 && percent < model.state.certain) {
        check.prepend(
          makeElement("span", "geomap-doubt", confidenceText(percent))
        );
      }
    }
  }

  // page/breaks.js
  var CLASSES = 5;
  function breaksOf(counts) {
    const values = Array.from(counts).filter((count) => count > 0).sort((a, b) => a - b);
    const distinct = [...new Set(values)];
    return distinct.length <= CLASSES ? distinct : upperLimits(values);
  }
  function upperLimits(values) {
    const { length } = values;
    const sums2 = [0];
    const squares = [0];
    values.forEach((value, i) => {
      sums2.push(sums2[i] + value);
      squares.push(squares[i] + value * value);
    });
    const spread = (from, to) => squares[to] - squares[from] - (sums2[to] - sums2[from]) ** 2 / (to - from);
    let costs = Float64Array.from(
      { length: length + 1 },
      (_, end2) => end2 ? spread(0, end2) : 0
    );
    const begins = [];
    for (let classes = 2; classes <= CLASSES; classes += 1) {
      const best = new Float64Array(length + 1).fill(Infinity);
      const begin = new Uint32Array(length + 1);
      for (let end2 = classes; end2 <= length; end2 += 1) {
        for (let start = classes - 1; start < end2; start += 1) {
          const cost = costs[start] + spread(start, end2);
          if (cost < best[end2]) {
            best[end2] = cost;
            begin[end2] = start;
          }
        }
      }
      costs = best;
      begins.push(begin);
    }
    const limits = [];
    let end = length;
    for (const begin of begins.reverse()) {
      limits.unshift(values[end - 1]);
      end = begin[end];
    }
    return [.../* @__PURE__ */ new Set([values[end - 1], ...limits])];
  }

  // page/extras.js
  var FEW = 3;
  var LINES = 40;
  var SHARED = 2;
  var KINDS2 = { heat: Heat, countries: Choropleth, pairs: Comentions };
  function extrasOf({ model, map, settings, extras: extras2 }) {
    const found = [];
    if (model.size.places >= FEW) {
      found.push("heat");
    }
    if (settings.countries && hasWorld()) {
      found.push("countries");
    }
    if (model.together(1, SHARED).length) {
      found.push("pairs");
    }
    const own = new Set(extras2.values());
    return found.filter((name) => {
      let there = false;
      map.eachLayer((each) => {
        there ||= each instanceof KINDS2[name] && !own.has(each);
      });
      return !there;
    });
  }
  function followExtras(layer) {
    const { model, map, extras: extras2 } = layer;
    const { also } = model.state;
    for (const [name, extra] of extras2) {
      if (!also.has(name)) {
        extra.remove();
        extras2.delete(name);
      }
    }
    for (const name of also) {
      if (!extras2.has(name) && (name !== "countries" || hasWorld())) {
        extras2.set(name, make(layer, name).addTo(map));
      }
    }
  }
  function make(layer, name) {
    const { model, settings } = layer;
    const { key } = model.content;
    if (name === "heat") {
      return new Heat(key, { caption: "Density of mentions" });
    }
    if (name === "pairs") {
      return new Comentions(key, {
        limit: LINES,
        least: SHARED,
        caption: "Named in the same articles",
        beside: layer
      });
    }
    const caption = "Mentions by country";
    return new Choropleth(key, countriesOf(model, settings.countries), {
      caption
    });
  }
  async function countriesOf(model, id) {
    const { names, of } = id ? await readBlock(id) : { names: [], of: [] };
    const counts = new Float64Array(names.length);
    for (let place = 0; place < of.length; place += 1) {
      if (of[place] >= 0) {
        counts[of[place]] += model.counted(place);
      }
    }
    const breaks = breaksOf(counts);
    const positive = counts.filter((count) => count > 0);
    return {
      names,
      of,
      per: null,
      base: null,
      breaks,
      least: Math.min(...positive),
      exact: breaks.length === new Set(positive).size
    };
  }

  // page/headline.js
  function isEmbedded(page, search) {
    const mark = page.querySelector('meta[name="geomap"][content="embed"]');
    return mark !== null || new URLSearchParams(search).has("embed");
  }
  function makeHeadline({ title, note }) {
    const parts = [];
    if (title) {
      parts.push(makeElement("h1", "", title));
    }
    if (note) {
      parts.push(makeElement("p", "geomap-note", note));
    }
    for (const part of parts) {
      part.dir = "auto";
    }
    return parts;
  }
  var Headline = class extends L.Control {
    /** @param {HTMLElement[]} parts */
    constructor(parts) {
      super({ position: "topleft" });
      this._parts = parts;
    }
    onAdd() {
      const box = makeElement("header", "geomap-headline leaflet-control");
      box.append(...this._parts);
      L.DomEvent.disableClickPropagation(box);
      return box;
    }
  };
  function calmWheel(map) {
    map.scrollWheelZoom.disable();
    map.once("click focus", () => map.scrollWheelZoom.enable());
  }

  // page/hits.js
  var LINES2 = ["river", "lake"];
  function symbolAt(symbols, point, reach) {
    let found;
    let nearest = reach;
    for (let i = symbols.length - 1; i >= 0; i -= 1) {
      const { half } = symbols[i];
      const distance = distanceOf(symbols[i], point) - half;
      if (distance <= 0) {
        return symbols[i];
      }
      if (distance < nearest) {
        nearest = distance;
        found = symbols[i];
      }
    }
    return found;
  }
  function placesWith(symbols, hit, point, reach) {
    const within = Math.max(hit.half, reach);
    const others = symbols.filter(
      (symbol) => !symbol.members && (distanceOf(symbol, point) <= symbol.half || distanceOf(symbol, hit) <= within)
    );
    return [...new Set([hit, ...others].map(({ number }) => number))];
  }
  var distanceOf = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);
  function outlinesAt(outlines, { x, y }, reach) {
    const found = [];
    for (const [number, { kind, lines }] of outlines) {
      const meets = [x - 1, x, x + 1].some(
        (at) => kind === "river" ? lines.some((line) => isAlong(line, at, y, reach)) : isInside(lines, at, y)
      );
      if (meets) {
        found.push([number, LINES2.indexOf(kind) === 0 ? 0 : sizeOf(lines)]);
      }
    }
    return found.sort((a, b) => a[1] - b[1]).map(([number]) => number);
  }
  var isPointedAt = (outline) => outline !== void 0 && LINES2.includes(outline.kind);
  var sizeOf = (lines) => lines.reduce(
    (sum, { box }) => sum + (box[2] - box[0]) * (box[3] - box[1]),
    0
  );
  function isAlong({ line, box }, x, y, reach) {
    const [west, north, east, south] = box;
    if (x < west - reach || x > east + reach || y < north - reach || y > south + reach) {
      return false;
    }
    for (let i = 2; i < line.length; i += 2) {
      const [ax, ay] = [line[i - 2], line[i - 1]];
      const [dx, dy] = [line[i] - ax, line[i + 1] - ay];
      const along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1);
      const part = Math.max(0, Math.min(1, along));
      if (Math.hypot(ax + part * dx - x, ay + part * dy - y) <= reach) {
        return true;
      }
    }
    return false;
  }
  function isInside(rings, x, y) {
    let inside = false;
    for (const { line, box } of rings) {
      if (x < box[0] || x > box[2] || y < box[1] || y > box[3]) {
        continue;
      }
      for (let i = 0, before = line.length - 2; i < line.length; i += 2) {
        const [ax, ay] = [line[i], line[i + 1]];
        const [bx, by] = [line[before], line[before + 1]];
        if (ay > y !== by > y && x < (bx - ax) * (y - ay) / (by - ay) + ax) {
          inside = !inside;
        }
        before = i;
      }
    }
    return inside;
  }

  // page/notes.js
  var SIZE = 13;
  var LINE2 = 17;
  var PAD = 6;
  var WIDE = 210;
  var NARROW = 150;
  var CLEAR = 8;
  var DISTANCES = [26, 48, 76, 110, 150];
  var DIRECTIONS = [
    0.2,
    -0.2,
    0.8,
    -0.8,
    1.2,
    -1.2,
    0.5,
    -0.5,
    1,
    0,
    1.6,
    -1.6
  ].map((part) => part * Math.PI / 2);
  function wrapText(text, measure, width) {
    const lines = [];
    for (const word of text.split(" ")) {
      const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
      if (lines.length && measure(longer) <= width) {
        lines[lines.length - 1] = longer;
      } else {
        lines.push(word);
      }
    }
    return lines;
  }
  function placeNotes(notes, taken, { min, max }) {
    const covered = [...taken];
    for (const { x, y, half } of notes) {
      const clear = half + CLEAR;
      covered.push([x - clear, y - clear, x + clear, y + clear]);
    }
    return notes.map(({ x, y, half, wide, high }) => {
      let best = (
        /** @type {{ box: Box, cost: number } | undefined} */
        void 0
      );
      for (const distance of DISTANCES) {
        for (const direction of DIRECTIONS) {
          const reach = half + distance;
          const left = x + reach * Math.cos(direction);
          const middle = y - reach * Math.sin(direction);
          const begin = Math.cos(direction) < -0.01 ? left - wide : left;
          for (const start of [begin, 2 * x - begin - wide]) {
            const box2 = [
              start,
              middle - high / 2,
              start + wide,
              middle + high / 2
            ];
            const cost = costOf(box2, covered, min, max) + distance / 1e4;
            if (!best || cost < best.cost) {
              best = { box: box2, cost };
            }
          }
        }
        if (best && best.cost < 1) {
          break;
        }
      }
      const box = (
        /** @type {Box} */
        best?.box
      );
      covered.push(box);
      const to = {
        x: Math.max(box[0], Math.min(x, box[2])),
        y: Math.max(box[1], Math.min(y, box[3]))
      };
      const long = Math.hypot(to.x - x, to.y - y) || 1;
      const from = {
        x: x + (to.x - x) * half / long,
        y: y + (to.y - y) * half / long
      };
      return { box, from, to };
    });
  }
  function costOf(box, covered, min, max) {
    let cost = 0;
    for (const other of covered) {
      if (overlap(box, other)) {
        const across2 = Math.min(box[2], other[2]) - Math.max(box[0], other[0]);
        const down2 = Math.min(box[3], other[3]) - Math.max(box[1], other[1]);
        cost += across2 * down2;
      }
    }
    const beyond = Math.max(0, min.x + 4 - box[0]) + Math.max(0, box[2] - max.x + 4) + Math.max(0, min.y + 4 - box[1]) + Math.max(0, box[3] - max.y + 4);
    return cost + 10 * beyond * LINE2;
  }
  function arrangeNotes(canvas, notes, taken, view) {
    const { context } = canvas;
    context.font = canvas.font(500, SIZE);
    const width = canvas.map.getSize().x < 640 ? NARROW : WIDE;
    const shown = notes.filter(
      ({ x, y }) => x > view.min.x && x < view.max.x && y > view.min.y && y < view.max.y
    );
    const sized = shown.map((note) => {
      const lines = wrapText(
        note.text,
        (text) => context.measureText(text).width,
        width
      );
      const wide = Math.max(
        ...lines.map((line) => context.measureText(line).width)
      );
      return {
        ...note,
        lines,
        wide: wide + 2 * PAD,
        high: lines.length * LINE2 + 2 * PAD - 3
      };
    });
    return placeNotes(sized, taken, view).map((placed, number) => ({
      ...placed,
      lines: sized[number].lines
    }));
  }
  function paintNote(canvas, context, { box, from, to, lines }) {
    context.strokeStyle = canvas.color("ink");
    context.lineWidth = 1.4;
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
    context.beginPath();
    context.arc(from.x, from.y, 2.5, 0, 2 * Math.PI);
    context.fillStyle = canvas.color("ink");
    context.fill();
    context.beginPath();
    context.roundRect(box[0], box[1], box[2] - box[0], box[3] - box[1], 4);
    context.fillStyle = canvas.color("card");
    context.fill();
    context.lineWidth = 1;
    context.strokeStyle = canvas.color("control");
    context.stroke();
    context.font = canvas.font(500, SIZE);
    context.fillStyle = canvas.color("ink");
    const rtl = /^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(lines[0]);
    context.direction = rtl ? "rtl" : "ltr";
    context.textAlign = rtl ? "right" : "left";
    lines.forEach((line, number) => {
      const x = rtl ? box[2] - PAD : box[0] + PAD;
      context.fillText(line, x, box[1] + PAD - 1.5 + LINE2 * (number + 0.5));
    });
    context.direction = "ltr";
    context.textAlign = "left";
  }

  // page/messages.js
  var LONGEST2 = 1e3;
  var MOST = 1e6;
  var BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
  var STEP = 8192;
  var isName = (value) => typeof value === "string" && value.length <= LONGEST2;
  var namesIn = (value) => Array.isArray(value) && value.length <= MOST && value.every(isName) ? value : void 0;
  function viewIn(value) {
    const [lat, lng, zoom, ...more2] = Array.isArray(value) ? value : [];
    return isView(lat, lng, zoom) && !more2.length ? [lat, lng, zoom] : void 0;
  }
  function filtersIn(value) {
    if (typeof value !== "object" || value === null) {
      return void 0;
    }
    const { from, to, sources, kinds, certain, text } = value;
    const { possible, embedded, approximate } = value;
    const fits = [from, to].every((day) => day === null || dayOf(day) !== void 0) && (from === null || to === null || from <= to) && [sources, kinds].every((names) => names === null || namesIn(names)) && Number.isInteger(certain) && isWithin2(certain, 0, 100) && [possible, embedded, approximate].every((on) => typeof on === "boolean") && typeof text === "string" && text.length <= LONGEST_TEXT;
    return fits ? {
      from,
      to,
      sources,
      kinds,
      certain,
      possible,
      embedded,
      approximate,
      text
    } : void 0;
  }
  var bitsIn = (value) => value === null || typeof value === "string" && BASE64.test(value) ? value : void 0;
  var correctionsIn = (value) => Array.isArray(value) && value.length <= MOST && value.every(isCorrection) ? value : void 0;
  function shownIn(value) {
    const [rows, only] = [bitsIn(value?.rows), bitsIn(value?.only)];
    const filters = filtersIn(value?.filters);
    return typeof rows === "string" && only !== void 0 && filters ? { rows, filters, only } : void 0;
  }
  var CHECKS = {
    selected: namesIn,
    view: viewIn,
    filters: filtersIn,
    only: bitsIn,
    corrections: correctionsIn,
    shown: shownIn
  };
  var NAMES = (
    /** @type {(keyof Values)[]} */
    Object.keys(CHECKS)
  );
  function valuesIn(message) {
    const found = NAMES.flatMap((name) => {
      const value = Object.hasOwn(message ?? {}, name) ? CHECKS[name](message[name]) : void 0;
      return value === void 0 ? [] : [[name, value]];
    });
    return Object.fromEntries(found);
  }
  var Talk = class {
    /**
     * @param {MessagePort} port
     * @param {End} end
     */
    constructor(port, end) {
      this._port = port;
      this._end = end;
      this._known = /* @__PURE__ */ new Map();
      this._taken = Promise.resolve();
      this._taking = 0;
      port.onmessage = ({ data }) => this.hear(data);
    }
    /**
     * Takes what the other end says, one message after the other; then says where that came to something else.
     *
     * @param {unknown} message
     */
    hear(message) {
      const values = valuesIn(message);
      this._note(values);
      this._taking += 1;
      this._taken = this._taken.then(() => this._end.take(values)).catch((error) => console.error(error)).then(() => {
        this._taking -= 1;
        this.tell();
      });
    }
    /** Says what the other end does not know. */
    tell() {
      if (this._taking) {
        return;
      }
      const said = valuesIn(this._end.values());
      const news = Object.fromEntries(
        Object.entries(said).filter(
          ([name, value]) => this._end.says.some((one) => one === name) && this._known.get(name) !== JSON.stringify(value)
        )
      );
      if (Object.keys(news).length) {
        this._note(news);
        this._port.postMessage(news);
      }
    }
    end() {
      this._port.close();
    }
    /** @param {Partial<Values>} values */
    _note(values) {
      for (const [name, value] of Object.entries(values)) {
        this._known.set(name, JSON.stringify(value));
      }
    }
  };
  function filtersOf(model) {
    const { from, to, certain, possible, embedded, approximate, text } = model.state;
    return {
      from: from === null ? null : isoDay(from),
      to: to === null ? null : isoDay(to),
      sources: namesOf(model, "sources"),
      kinds: namesOf(model, "kinds"),
      certain,
      possible,
      embedded,
      approximate,
      text
    };
  }
  function stateOf({ from, to, sources, kinds, ...rest }, model) {
    return {
      ...everything(model.content.shown),
      ...rest,
      from: dayOf(from) ?? null,
      to: dayOf(to) ?? null,
      sources: sources && numbersOf(model, "sources", sources),
      kinds: kinds && numbersOf(model, "kinds", kinds),
      only: model.state.only
    };
  }
  function packRows(rows) {
    const bytes = new Uint8Array(Math.ceil(rows.length / 8));
    for (let row = 0; row < rows.length; row += 1) {
      if (rows[row]) {
        bytes[row >> 3] |= 1 << (row & 7);
      }
    }
    let text = "";
    for (let at = 0; at < bytes.length; at += STEP) {
      text += String.fromCharCode(...bytes.subarray(at, at + STEP));
    }
    return btoa(text);
  }
  function unpackRows(packed, count) {
    let text = "";
    try {
      text = atob(packed);
    } catch {
      text = "";
    }
    return Uint8Array.from(
      { length: count },
      (_, row) => text.charCodeAt(row >> 3) >> (row & 7) & 1
    );
  }

  // page/notebook.js
  var QUIET2 = 100;
  var ALONE = 2;
  var isHosted = (page) => page.querySelector('meta[name="geomap"][content="widget"]') !== null;
  function followNotebook(layer) {
    const { model, map, corrections } = layer;
    if (!isHosted(document) || window.parent === window || map.geomapNotebook) {
      return () => {
      };
    }
    map.geomapNotebook = true;
    let talk;
    let timer;
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(() => talk?.tell(), QUIET2);
    };
    const connect = ({ source, data, ports }) => {
      if (source === window.parent && data?.geomap === "connect" && ports.length === 1) {
        talk?.end();
        talk = new Talk(ports[0], {
          says: ["selected", "view", "filters", "only", "corrections", "shown"],
          values: () => valuesOf(layer),
          take: (values) => take(layer, values)
        });
        talk.hear(data.values);
      }
    };
    window.addEventListener("message", connect);
    map.on("moveend", later);
    layer.on("geomap:selected", later);
    const ends = [model.listen(later), corrections.listen(later)];
    window.parent.postMessage({ geomap: "ready" }, "*");
    return () => {
      clearTimeout(timer);
      window.removeEventListener("message", connect);
      map.off("moveend", later);
      layer.off("geomap:selected", later);
      ends.forEach((end) => end());
      talk?.end();
      map.geomapNotebook = false;
    };
  }
  function valuesOf(layer) {
    const { model, map, corrections } = layer;
    const { lat, lng } = map.getCenter().wrap();
    const filters = filtersOf(model);
    const only = model.state.only && packRows(model.state.only);
    return {
      selected: layer.chosen().map((number) => model.places.id[number]),
      view: [+lat.toFixed(5), +lng.toFixed(5), +map.getZoom().toFixed(2)],
      filters,
      only,
      corrections: corrections.list,
      shown: { rows: packRows(model.shown), filters, only }
    };
  }
  async function take(layer, values) {
    const { model, map, corrections } = layer;
    const { filters, only, view, selected } = values;
    if (only !== void 0) {
      const rows = model.shown.length;
      model.set({ only: only === null ? null : unpackRows(only, rows) });
    }
    if (filters) {
      const words = filters.text ? await loadWords(model) : null;
      model.set({ ...stateOf(filters, model), text: "" });
      if (words) {
        model.search(filters.text, words);
      }
    }
    if (values.corrections) {
      corrections.replace(values.corrections);
      if (layer.selected !== void 0) {
        layer.open(layer.selected, { still: true });
      }
    }
    if (view) {
      const [lat, lng, zoom] = view;
      if (layer.popup) {
        layer.popup.options.autoPan = false;
      }
      map.setView([lat, lng], zoom, { animate: false });
    }
    if (selected) {
      select(layer, selected, !view);
    }
  }
  function select(layer, ids2, go) {
    const { model } = layer;
    const numbers = ids2.flatMap((id) => model.number.get(id) ?? []);
    if (String(numbers) === String(layer.chosen())) {
      return;
    }
    if (numbers.length !== 1) {
      layer.mark(numbers);
      if (go && !numbers.every((number) => isInView(layer, number))) {
        layer.fit(boxAround(layer, numbers));
      }
      return;
    }
    if (go && !isInView(layer, numbers[0])) {
      layer.approach(numbers[0]);
    }
    layer.open(numbers[0], { still: !go });
  }
  var isInView = (layer, number) => layer.map.getBounds().contains(layer.nearest(number));
  function boxAround(layer, numbers) {
    const box = L.latLngBounds(numbers.map((number) => layer.nearest(number)));
    const [south, west] = [box.getSouth(), box.getWest()];
    const [north, east] = [box.getNorth(), box.getEast()];
    return [
      [Math.max(-90, south - ALONE), west - ALONE],
      [Math.min(90, north + ALONE), east + ALONE]
    ];
  }

  // page/labels.js
  var GIANT = 12;
  var NEAR = 60;
  var GIANT_TO_DOT = 1.6;
  function mostLabels(zoom, { x, y }) {
    const share = Math.min(1, x * y / (1100 * 700));
    return Math.round(share * (35 + 20 * Math.max(0, Math.min(zoom, 12) - 4)));
  }
  function placeLabels(wishes, symbols, taken, { min, max }, most) {
    const names = [...taken];
    const labels = [];
    const unnamed = [];
    for (const [number, wish] of wishes.entries()) {
      if (labels.length >= most) {
        break;
      }
      if (unnamed.some((giant) => outshines(giant, wish))) {
        continue;
      }
      const placed = positionsFor(wish).find(({ box, over }) => {
        const whole = (box[0] >= min.x || box[2] <= min.x) && (box[2] <= max.x || box[0] >= max.x);
        const others = over ? symbols.slice(0, number) : [...symbols.slice(0, number), ...symbols.slice(number + 1)];
        return whole && !names.some((other) => overlap(box, other)) && !others.some((other) => overlap(box, other));
      });
      if (placed) {
        const { text, area, size } = wish;
        names.push(placed.box);
        labels.push({ text, area, size, ...placed });
      } else if (isInside2(wish, min, max)) {
        unnamed.push(wish);
      }
    }
    return labels.map(({ text, area, size, x, y, box }) => ({
      text,
      area,
      size,
      x,
      y,
      box
    }));
  }
  var boxOf2 = ({ x, y, half }) => [
    x - half,
    y - half,
    x + half,
    y + half
  ];
  function outshines(giant, dot) {
    const gap = Math.hypot(giant.x - dot.x, giant.y - dot.y) - giant.half - dot.half;
    return giant.radius > dot.radius * GIANT_TO_DOT && gap < NEAR;
  }
  function isInside2({ x, y }, min, max) {
    return x >= min.x && x <= max.x && y >= min.y && y <= max.y;
  }
  function positionsFor({ x, y, radius, half, width, size, shaped }) {
    const [gap, high] = [half + 4, size / 2 + 1];
    const slant = half * 0.72 + 3;
    const beside = [
      [x + gap, y],
      [x - gap - width, y],
      [x - width / 2, y - half - high - 2],
      [x - width / 2, y + half + high + 2]
    ];
    const corners = [
      [x + slant, y - slant - high / 2],
      [x + slant, y + slant + high / 2],
      [x - slant - width, y - slant - high / 2],
      [x - slant - width, y + slant + high / 2]
    ];
    const at = (points, over) => points.map(([left, middle]) => ({
      x: left,
      y: middle,
      box: (
        /** @type {Box} */
        [
          left - 2,
          middle - high,
          left + width + 2,
          middle + high
        ]
      ),
      over
    }));
    if (shaped) {
      return [...at([[x - width / 2, y]], true), ...at(beside, false)];
    }
    if (radius < GIANT) {
      return at(beside, false);
    }
    const within = [[x - width / 2, y]];
    return [
      ...at([...beside, ...corners], false),
      ...at([...beside, ...within, ...corners], true)
    ];
  }

  // page/symbols.js
  var BROKEN = [4, 3];
  var SMALL = 5;
  var CALM = 1 / 8;
  var DOT = 1.6;
  var MOST_SYMBOLS = 500;
  var MOST_WISHES = 400;
  var LARGE2 = 9;
  var SHAPED = 5;
  function prepare(layer) {
    const { model, colors } = layer;
    layer.order = model.ranked();
    layer.classes = colors ? model.typical(colors.values, colors.labels.length, colors.ordered) : void 0;
  }
  function shadeOf(canvas, colors, number) {
    if (number < 0) {
      return canvas.color("other");
    }
    if (!colors.ordered) {
      return canvas.color(number < 7 ? `class-${number}` : "other");
    }
    return canvas.color(`step-${stepOf(number, colors.labels.length)}`);
  }
  function arrangeSymbols(layer, bounds) {
    const { model, map } = layer;
    const { width, turns } = turnsOf(map, bounds);
    const once = bounds.max.x - bounds.min.x <= width + 1;
    const origin = map.getPixelOrigin();
    const mercator = map.options.crs === L.CRS.EPSG3857;
    const { lon, lat, form } = model.places;
    const found = gatherPlaces(layer, width);
    const most = found.reduce(
      (sum, { mentions }) => Math.max(sum, mentions || 0),
      1
    );
    const symbols = [];
    for (const { number, members, mentions } of found) {
      const radius = members ? clusterRadius(mentions ?? 0, most) : radiusOf(model.mentions(number), model.most);
      const shaped = !members && layer.outlines.has(number);
      const half = shaped ? SHAPED : halfOf(form[number], radius);
      const point = mercator ? {
        x: model.across[number] * width - origin.x,
        y: model.down[number] * width - origin.y
      } : map.latLngToLayerPoint([lat[number], lon[number]]);
      if (point.y + half < bounds.min.y || point.y - half > bounds.max.y) {
        continue;
      }
      for (const turn of turns) {
        const x = point.x + turn * width;
        const aside = once ? 0 : half;
        if (x + aside >= bounds.min.x && x - aside < bounds.max.x) {
          symbols.push({
            number,
            members,
            mentions,
            x,
            y: point.y,
            radius: shaped ? SHAPED : radius,
            half,
            form: form[number],
            shaped,
            inner: halfOf(
              form[number],
              radiusOf(model.certain[number], model.most)
            )
          });
        }
      }
    }
    if (isSummed(layer)) {
      symbols.sort((a, b) => b.radius - a.radius);
    }
    return symbols;
  }
  function paintSymbol(layer, context, symbol) {
    if (isCluster(symbol)) {
      paintCluster(layer, context, symbol);
      return;
    }
    if (symbol.shaped) {
      return;
    }
    const { number, x, y, half, inner, form } = symbol;
    const ring2 = form === "ring";
    const town = isPoint(form) && !ring2;
    const color = colorOf(layer, symbol);
    const chosen = layer.isChosen(number) || number === layer.hovered;
    context.fillStyle = color;
    context.strokeStyle = color;
    if (half > inner) {
      outlineForm(context, form, x, y, half);
      context.globalAlpha = 0.16;
      context.fill();
      context.globalAlpha = 1;
      context.lineWidth = 1.2;
      context.setLineDash(half > 5 ? [3, 2.5] : []);
      context.stroke();
      context.setLineDash([]);
    }
    if (inner) {
      outlineForm(context, form, x, y, inner);
      context.globalAlpha = town ? 0.75 : layer.classes ? 0.3 : 0.12;
      context.fill();
      context.globalAlpha = 1;
      context.lineWidth = town || inner < 5 ? 1.2 : 1.8;
      context.strokeStyle = town ? layer.color("rim") : color;
      const broken = ring2 && inner > SMALL;
      context.setLineDash(broken ? BROKEN : []);
      context.stroke();
      context.setLineDash([]);
      if (broken) {
        outlineForm(context, form, x, y, DOT);
        context.fill();
      }
      if (form === "region") {
        outlineForm(context, form, x, y, Math.max(inner - 3.5, 1));
        context.lineWidth = 1;
        context.stroke();
      }
    }
    if (chosen) {
      outlineForm(context, form, x, y, half + 3);
      context.lineWidth = 2.5;
      context.strokeStyle = layer.color("ink");
      context.stroke();
    }
  }
  var colorOf = (layer, { number, form }) => layer.classes && layer.colors ? shadeOf(layer, layer.colors, layer.classes[number]) : layer.color(isPoint(form) ? "town" : "area");
  function paintCircle(layer, context, symbol) {
    const { model, map } = layer;
    const { number, x, y, half } = symbol;
    const { lat, lon, radius } = model.places;
    const points = circleAround(lat[number], lon[number], radius[number]).map(
      (point) => map.latLngToLayerPoint(point)
    );
    const reach = Math.max(...points.map((at) => Math.abs(at.y - y)));
    const chosen = layer.isChosen(number) || number === layer.hovered;
    const { x: wide, y: high } = map.getSize();
    const large = reach > CALM * Math.min(wide, high);
    if (reach <= half + 1 || large && !chosen) {
      return;
    }
    const shift = x - map.latLngToLayerPoint([lat[number], lon[number]]).x;
    context.beginPath();
    for (const at of points) {
      context.lineTo(at.x + shift, at.y);
    }
    context.fillStyle = colorOf(layer, symbol);
    context.strokeStyle = context.fillStyle;
    if (chosen) {
      context.globalAlpha = 0.1;
      context.fill();
    }
    context.globalAlpha = chosen ? 1 : 0.6;
    context.lineWidth = chosen ? 1.8 : 1;
    context.setLineDash(BROKEN);
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
  }
  function labelFont(canvas, { area, size }) {
    return canvas.font(600, size, area ? "italic" : "normal");
  }
  function inscribe(layer, context, label) {
    context.font = labelFont(layer, label);
    context.lineWidth = 3.5;
    context.strokeStyle = layer.color("halo");
    context.strokeText(label.text, label.x, label.y);
    context.fillStyle = layer.color(label.area ? "area-ink" : "ink");
    context.fillText(label.text, label.x, label.y);
  }
  function arrangeWords(layer, symbols, view) {
    const { context, map, widths } = layer;
    const { name } = layer.model.places;
    const covered = coveredIn(map);
    const crowd = symbols.slice(0, MOST_SYMBOLS).map(boxOf2);
    const large = symbols.filter(({ radius }) => radius > LARGE2).map(boxOf2);
    const notes = arrangeNotes(
      layer,
      notesIn(layer),
      [...covered, ...large],
      view
    );
    const wishes = symbols.slice(0, MOST_WISHES).map((symbol) => {
      const { number, members, x, y, radius, half, form, shaped } = symbol;
      const more2 = members ? members.length - 1 : 0;
      const text = more2 ? `${name[number]} +${numeral(more2)}` : name[number];
      const [area, size] = [!isPoint(form), radius > 14 ? 13 : 12];
      const key = `${size} ${number} ${more2}`;
      let width = widths.get(key);
      if (width === void 0) {
        context.font = labelFont(layer, { area, size });
        width = context.measureText(text).width;
        widths.set(key, width);
      }
      return { text, area, size, width, x, y, radius, half, shaped };
    });
    const taken = [...covered, ...notes.map(({ box }) => box)];
    const most = mostLabels(map.getZoom(), map.getSize());
    return { labels: placeLabels(wishes, crowd, taken, view, most), notes };
  }
  function notesIn(layer) {
    const { map, model, settings } = layer;
    return (settings.annotations ?? []).filter(({ place }) => place === null || model.mentions(place) > 0).map((note) => {
      const turn = turnTo(map, note.lon);
      const { x, y } = map.latLngToLayerPoint([
        note.lat,
        note.lon + 360 * turn
      ]);
      const { place } = note;
      const half = place === null ? 3 : halfOf(
        model.places.form[place],
        radiusOf(model.mentions(place), model.most)
      );
      return { ...note, x, y, half };
    });
  }
  function paintReadings(layer, context, { number, others }) {
    const map = layer.map;
    const from = map.latLngToLayerPoint(layer.nearest(number));
    const ink = layer.color("doubt");
    for (const { name, percent, lat, lon } of others) {
      const turn = turnTo(map, lon);
      const at = map.latLngToLayerPoint([lat, lon + 360 * turn]);
      context.strokeStyle = ink;
      context.lineWidth = 1.2;
      context.globalAlpha = 0.55;
      context.setLineDash([2, 4]);
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(at.x, at.y);
      context.stroke();
      context.setLineDash([4, 3]);
      context.globalAlpha = 0.9;
      context.lineWidth = 2;
      context.beginPath();
      context.arc(at.x, at.y, 9, 0, 2 * Math.PI);
      context.stroke();
      context.setLineDash([]);
      context.globalAlpha = 1;
      inscribe(layer, context, {
        text: `${name} ${percent}%`,
        size: 12,
        x: at.x + 13,
        y: at.y
      });
    }
  }

  // page/outlines.js
  var AREAS = ["country", "division", "sea"];
  var FAINTEST = 0.06;
  var STRONGEST = 0.24;
  async function outlinesOf(detail) {
    const outlines = /* @__PURE__ */ new Map();
    const { countries } = await loadWorld(WORLD);
    const owners = [...new Set(detail.countries.values())];
    for (const [number, name] of detail.countries) {
      const lines = countries.find((each) => each.name === name)?.rings;
      if (lines) {
        const owner = owners.indexOf(name) + 1;
        outlines.set(number, { kind: "country", lines, owner });
      }
    }
    for (const [number, outline] of detail.outlines) {
      outlines.set(number, outline);
    }
    return outlines;
  }
  function shadeOutlines(layer, { context, frame, stage, land }) {
    const { model, outlines } = layer;
    const strength = strengthAt(layer.map.getZoom());
    const colored = model.state.also.has("countries");
    for (const [number, { kind, lines, owner }] of outlines) {
      const stageOf = kind === "sea" ? "sea" : "land";
      const mentions = stageOf === stage ? model.mentions(number) : 0;
      if (mentions && AREAS.includes(kind) && (kind === "sea" || !colored)) {
        const fine = land && owner;
        const shapes = fine ? land.filter(({ zoom }) => zoom === owner) : lines;
        context.beginPath();
        traceShapes(context, frame, shapes, true);
        context.fillStyle = colorOf2(layer, number, stage === "land");
        context.globalAlpha = strength * (FAINTEST + (STRONGEST - FAINTEST) * Math.sqrt(mentions / model.most));
        context.fill();
      }
    }
    context.globalAlpha = 1;
  }
  function paintOutlines(layer, context, bounds) {
    const { model, outlines } = layer;
    const frame = frameOf(layer.map, bounds);
    context.lineJoin = "round";
    context.lineCap = "round";
    for (const [number, { kind, lines }] of outlines) {
      const mentions = model.mentions(number);
      const chosen = layer.isChosen(number) || number === layer.hovered;
      if (!mentions || !chosen && AREAS.includes(kind)) {
        continue;
      }
      const color = colorOf2(layer, number, false);
      if (kind === "lake") {
        context.beginPath();
        traceShapes(context, frame, lines, true);
        context.fillStyle = color;
        context.globalAlpha = 0.3;
        context.fill();
      }
      const wide = kind === "river" ? 1.6 + Math.sqrt(mentions / model.most) : 1;
      context.beginPath();
      traceShapes(context, frame, lines);
      context.strokeStyle = color;
      context.globalAlpha = chosen ? 1 : 0.6;
      context.lineWidth = wide + (chosen ? 0.8 : 0);
      context.stroke();
    }
    context.globalAlpha = 1;
    context.lineCap = "butt";
  }
  function colorOf2(layer, number, land) {
    const { classes, colors } = layer;
    return classes && colors ? shadeOf(layer, colors, classes[number]) : layer.color(land ? "ground" : "area");
  }

  // page/pager.js
  function makePages(card, { at, of, turn, close }) {
    const box = makeElement("div", "geomap-pages");
    box.append(card);
    box.addEventListener("keydown", (event) => {
      const step = stepOf2(event);
      if (event.key === "Escape") {
        event.stopPropagation();
        close();
      } else if (step && of > 1) {
        event.preventDefault();
        event.stopPropagation();
        turn(step);
      }
    });
    if (of > 1) {
      const bar = makeElement("nav", "geomap-pager");
      bar.setAttribute("aria-label", `${plural(of, "place")} at this spot`);
      const told = makeElement("span", "", `${at + 1} of ${of}`);
      bar.append(
        turner("‹", "Previous place", () => turn(-1)),
        told,
        turner("›", "Next place", () => turn(1))
      );
      box.append(bar);
    }
    return box;
  }
  function stepOf2({ key, target, altKey, ctrlKey, metaKey, shiftKey }) {
    const typed = target instanceof Element && target.closest("input, select, textarea");
    if (typed || altKey || ctrlKey || metaKey || shiftKey) {
      return 0;
    }
    return key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
  }
  function turner(sign, words, handler) {
    const button = makeButton(sign, handler, "geomap-turn");
    button.setAttribute("aria-label", words);
    button.title = `${words} (${sign === "‹" ? "←" : "→"})`;
    return button;
  }

  // page/choices.js
  var EXTRAS2 = {
    heat: "Density of mentions",
    countries: "Countries by mentions",
    pairs: "Lines between places of the same articles"
  };
  var SUMMINGS2 = [
    ["auto", "Summed where many are crowded"],
    ["yes", "Summed"],
    ["no", "Each by itself"]
  ];
  function offerChoices(fold2, layer, ends) {
    const body = makeElement("div", "geomap-choice-body");
    const keys = makeElement("div", "geomap-keys");
    const fill3 = () => {
      if (fold2.open && !body.children.length) {
        body.append(...extras(layer, ends), summing(layer, ends));
      }
    };
    fold2.addEventListener("toggle", fill3);
    fold2.append(body, keys);
  }
  function extras(layer, ends) {
    const { model } = layer;
    const offered = extrasOf(layer);
    if (!offered.length) {
      return [];
    }
    const set = makeElement("fieldset");
    set.append(makeElement("legend", "geomap-caption", "Draw as well"));
    for (const name of offered) {
      const box = makeElement("input");
      box.type = "checkbox";
      box.addEventListener("change", () => {
        const also = new Set(model.state.also);
        if (box.checked) {
          also.add(name);
        } else {
          also.delete(name);
        }
        model.set({ also });
      });
      const follow2 = () => {
        box.checked = model.state.also.has(name);
      };
      follow2();
      ends.push(model.listen(follow2));
      set.append(makeLabel(EXTRAS2[name], box, "geomap-option"));
    }
    return [set];
  }
  function summing(layer, ends) {
    const { model } = layer;
    const select2 = makeElement("select", "geomap-input");
    for (const [value, words] of SUMMINGS2) {
      const option = makeElement("option", "", words);
      option.value = value;
      select2.append(option);
    }
    select2.addEventListener("change", () => {
      const chosen = SUMMINGS2.find(([value]) => value === select2.value);
      model.set({ summing: chosen ? chosen[0] : null });
    });
    const follow2 = () => {
      select2.value = summingOf(layer);
    };
    follow2();
    ends.push(model.listen(follow2));
    const label = makeElement("label", "geomap-labeled");
    label.append(
      makeElement("span", "geomap-caption", "Places close together"),
      select2
    );
    return label;
  }

  // page/filters.js
  var SOURCES = 200;
  var KINDS3 = /* @__PURE__ */ new Map([
    ["toponym", "Names (Mosul)"],
    ["demonym", "People and adjectives (Iraqi)"],
    ["coordinate", "Coordinates (36.34 N, 43.13 E)"]
  ]);
  var SWITCHES2 = (
    /** @type {const} */
    [
      ["embedded", "Names inside other names (Paris Police)"],
      ["approximate", "Approximate places (somewhere in Mosul)"]
    ]
  );
  function makeFilters(layer, ends) {
    const body = makeElement("div", "geomap-filter-body");
    body.append(sureness2(layer, ends));
    const { kinds, sources } = layer.model.content;
    const offered = kinds.flatMap(
      (kind, number) => kind === "embedded" ? [] : [[number, KINDS3.get(kind) || kind || "Other"]]
    );
    if (offered.filter(([number]) => kinds[number]).length > 1) {
      body.append(choices2(layer, ends, "kinds", "Kind of mention", offered));
    }
    const { has } = layer.model;
    if (has.embedded || has.approximate) {
      body.append(switches(layer, ends));
    }
    if (sources.length > 1) {
      body.append(bySource2(layer, ends));
    }
    return body;
  }
  var lower = (words) => words[0].toLowerCase() + words.slice(1);
  function group(caption) {
    const set = makeElement("fieldset");
    set.append(makeElement("legend", "geomap-caption", caption));
    return set;
  }
  function sureness2({ model }, ends) {
    const set = group("Confidence");
    const slider = makeElement("input");
    slider.type = "range";
    [slider.min, slider.max, slider.step] = ["0", "100", "1"];
    slider.setAttribute("aria-label", "Counts as certain from");
    const told = makeElement("p", "geomap-caption");
    const hide = makeElement("input");
    hide.type = "checkbox";
    slider.addEventListener(
      "input",
      () => model.set({ certain: Number(slider.value) })
    );
    hide.addEventListener("change", () => model.set({ possible: hide.checked }));
    const follow2 = () => {
      const { certain, possible } = model.state;
      const { mentions, certain: sure } = model.totals;
      slider.value = String(certain);
      slider.setAttribute("aria-valuetext", `${certain}%`);
      hide.checked = possible;
      const rest = possible ? `, ${numeral(mentions - sure)} possible` : "";
      told.textContent = `From ${certain}%: ${numeral(sure)} certain${rest}`;
    };
    follow2();
    ends.push(model.listen(follow2));
    set.append(
      slider,
      told,
      makeLabel("Show what is only possible", hide, "geomap-option")
    );
    return set;
  }
  function switches({ model }, ends) {
    const set = group("Also count and show");
    for (const [name, words] of SWITCHES2) {
      if (model.has[name]) {
        const box = makeElement("input");
        box.type = "checkbox";
        box.addEventListener("change", () => model.set({ [name]: box.checked }));
        const follow2 = () => {
          box.checked = model.state[name];
        };
        follow2();
        ends.push(model.listen(follow2));
        set.append(makeLabel(words, box, "geomap-option"));
      }
    }
    return set;
  }
  function choices2({ model }, ends, name, caption, entries) {
    const set = group(caption);
    const boxes = /* @__PURE__ */ new Map();
    for (const [number, words] of entries) {
      const box = makeElement("input");
      box.type = "checkbox";
      boxes.set(number, box);
      box.addEventListener("change", () => {
        const on = new Set(model.state[name] || []);
        if (box.checked) {
          on.add(number);
        } else {
          on.delete(number);
        }
        model.set({ [name]: on.size ? on : null });
      });
      const label = makeLabel(words, box, "geomap-option");
      label.lastElementChild?.setAttribute("dir", "auto");
      set.append(label);
    }
    const follow2 = () => {
      for (const [number, box] of boxes) {
        box.checked = Boolean(model.state[name]?.has(number));
      }
    };
    follow2();
    ends.push(model.listen(follow2));
    return set;
  }
  function bySource2(layer, ends) {
    const { model } = layer;
    const counts = /* @__PURE__ */ new Map();
    for (const source of model.source) {
      counts.set(source, (counts.get(source) || 0) + 1);
    }
    const entries = [...counts].sort((a, b) => b[1] - a[1]).slice(0, SOURCES).map(([source, count]) => [
      source,
      `${model.content.sources[source] ?? "No source"} (${numeral(count)})`
    ]);
    const set = choices2(layer, ends, "sources", "Source (articles)", entries);
    set.classList.add("geomap-many");
    return set;
  }
  function makeChips(layer, ends) {
    const { model } = layer;
    const row = makeElement("div", "geomap-chips");
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", "Filters that are on");
    const follow2 = () => {
      const focused = row.contains(document.activeElement);
      row.replaceChildren();
      const { from, to, kinds, sources, possible, text, only } = model.state;
      const { shown } = model.content;
      const chip = (words, change) => {
        const button = makeButton("", () => model.set(change), "geomap-chip");
        const name = makeElement("span", "", words);
        name.dir = "auto";
        const cross = makeElement("span", "", "×");
        cross.setAttribute("aria-hidden", "true");
        button.append(
          makeElement("span", "geomap-spoken", "Remove filter: "),
          name,
          cross
        );
        row.append(button);
      };
      if (from !== null || to !== null) {
        const [first, last] = model.days ?? [UNDATED, UNDATED];
        chip(datesText(from ?? first, to ?? last), {
          from: null,
          to: null
        });
      }
      if (text) {
        chip(`“${text}”`, { text: "" });
      }
      const some = (set, names, many) => set.size === 1 ? names[[...set][0]] ?? "No source" : plural(set.size, many);
      if (sources) {
        chip(some(sources, model.content.sources, "source"), { sources: null });
      }
      if (kinds) {
        chip(some(kinds, model.content.kinds, "kind"), { kinds: null });
      }
      if (only) {
        const left = only.reduce((sum, one) => sum + one, 0);
        chip(`${plural(left, "mention")} from the notebook`, { only: null });
      }
      if (!possible) {
        chip("Only certain", { possible: true });
      }
      for (const [name, words] of SWITCHES2) {
        if (model.state[name] !== shown[name]) {
          const [first] = words.split(" (");
          const change = { [name]: shown[name] };
          chip(`${shown[name] ? "Without" : "With"} ${lower(first)}`, change);
        }
      }
      if (row.children.length > 1) {
        row.append(
          makeButton(
            "Clear all",
            () => model.set({
              ...everything(shown),
              // How the map looks is no filter.
              summing: model.state.summing,
              also: model.state.also
            }),
            "geomap-quiet"
          )
        );
      }
      row.hidden = !row.children.length;
      if (focused) {
        const next = row.querySelector("button");
        (next || layer.map.getContainer().querySelector(".geomap-input"))?.focus();
      }
    };
    follow2();
    ends.push(model.listen(follow2));
    return row;
  }

  // page/legend.js
  var FORMS = [
    ["town", "Town, city or site"],
    ["country", "Country as a whole"],
    ["division", "Province or other division"],
    ["region", "Region, water or landform"],
    ["coordinate", "Coordinates in the text"],
    ["ring", "Relative or approximate place"]
  ];
  var SHAPES = [
    [
      "land",
      ["country", "division"],
      "Country, province: shaded by mentions; a click opens it"
    ],
    ["water", ["sea", "lake"], "Lake, sea: shaded"],
    ["line", ["river"], "River: its course"]
  ];
  function explainSymbols(body, layer) {
    const { model, colors } = layer;
    const { most, state } = model;
    const { outlines } = layer;
    const present = formsOf(model, outlines);
    const summed = isSummed(layer);
    const key = JSON.stringify([
      most,
      state.certain,
      state.possible,
      state.approximate,
      [...present],
      outlines.size,
      summed,
      state.also.has("countries")
    ]);
    if (body.dataset.key === key) {
      return;
    }
    body.dataset.key = key;
    const plain2 = { shade: colors ? "var(--geomap-muted)" : void 0 };
    body.replaceChildren(
      makeElement("p", "geomap-caption", "Area: mentions of a place"),
      scale(roundSteps(most), most, plain2.shade)
    );
    const forms = makeElement("ul");
    for (const [form, words] of FORMS) {
      if (present.has(form)) {
        const told = form === "ring" ? `${words}${withinRings(model)}` : words;
        forms.append(entry(makeSymbol(form, 6, plain2), told));
      }
    }
    const drawn = new Set([...outlines.values()].map(({ kind }) => kind));
    for (const [swatch, kinds, words] of SHAPES) {
      if (swatch === "land" && state.also.has("countries")) {
        continue;
      }
      if (kinds.some((kind) => drawn.has(kind))) {
        forms.append(entry(makeSwatch(swatch), words));
      }
    }
    const anyDoubt = model.confidence.some(
      (percent) => percent >= 0 && percent < state.certain
    );
    if (anyDoubt && state.possible) {
      const form = present.has("town") ? "town" : [...present][0];
      const drawing = makeSymbol(form, 6, { ...plain2, doubtful: true });
      const words = `Doubtful: confidence below ${state.certain}%`;
      forms.append(entry(drawing, words));
    }
    if (summed) {
      const words = "Several places and how often they are named; a click parts them";
      forms.append(entry(several(colors), words));
    }
    body.append(forms);
    if (colors) {
      body.append(shades(layer, colors));
    }
  }
  function formsOf(model, outlines = /* @__PURE__ */ new Map()) {
    const { form } = model.places;
    return new Set(
      form.filter((_, number) => model.mentions(number) && !outlines.has(number))
    );
  }
  function withinRings(model) {
    const { radius } = model.places;
    const known = radius.filter((km, number) => km && model.mentions(number));
    if (!known.length) {
      return "";
    }
    const ends = [Math.min(...known), Math.max(...known)].map(
      (km) => numeral(Math.max(1, Math.round(km)))
    );
    return ` (within ${[...new Set(ends)].join(" to ")} km)`;
  }
  function makeSwatch(kind) {
    const svg = makeVector("svg", {
      class: `geomap-symbol geomap-swatch geomap-is-${kind}`,
      width: 18,
      height: 18,
      viewBox: "-9 -9 18 18",
      "aria-hidden": "true"
    });
    svg.append(
      makeVector(
        "path",
        kind === "line" ? { d: "M-8 4C-4 -6 0 8 8 -4", fill: "none" } : { d: "M-7 -4L1 -6L7 -2L5 5L-5 6Z" }
      )
    );
    return svg;
  }
  function several(colors) {
    const drawing = makeSymbol("town", 8, {
      shade: colors ? "var(--geomap-muted)" : void 0
    });
    const text = makeVector("text", { "text-anchor": "middle", y: 3 });
    text.textContent = "9";
    drawing.classList.add("geomap-several");
    drawing.append(text);
    return drawing;
  }
  function shades(layer, { name, labels, ordered }) {
    const box = makeElement("div", "geomap-shades");
    const caption = makeElement("p", "geomap-caption", `Color: ${name}`);
    caption.dir = "auto";
    const list = makeElement("ul");
    labels.forEach((label, number) => {
      const shade = variable({ labels, ordered }, number);
      const item2 = entry(makeSymbol("town", 6, { shade }), label);
      item2.lastElementChild?.setAttribute("dir", "auto");
      list.append(item2);
    });
    box.append(caption, list);
    return box;
  }
  function variable({ labels, ordered }, number) {
    if (number < 0 || !ordered && number > 6) {
      return "var(--geomap-other)";
    }
    const step = stepOf(number, labels.length);
    return `var(--geomap-${ordered ? `step-${step}` : `class-${number}`})`;
  }
  var shadeVariable = ({ classes, colors }, number) => classes && colors ? variable(colors, classes[number]) : void 0;
  function entry(drawing, words) {
    const item2 = makeElement("li");
    item2.append(drawing, makeElement("span", "", words));
    return item2;
  }
  function roundSteps(most) {
    const round2 = [];
    for (let ten = 1; ten <= most; ten *= 10) {
      round2.push(...[1, 2, 5].map((one) => one * ten).filter((n) => n <= most));
    }
    const last = round2[round2.length - 1];
    const middle = round2.filter((n) => n <= Math.max(2, last / 4)).pop();
    return [.../* @__PURE__ */ new Set([1, middle || 1, last])];
  }
  function scale(sizes, most, shade) {
    const radii = sizes.map((mentions) => radiusOf(mentions, most));
    const high = 2 * radii[radii.length - 1] + 4;
    const svg = makeVector("svg", {
      class: "geomap-scale",
      height: high + 16
    });
    if (shade) {
      svg.style.setProperty("--geomap-town", shade);
    }
    let x = 2;
    sizes.forEach((mentions, i) => {
      const column = Math.max(2 * radii[i], 7 * `${mentions}`.length);
      const middle = x + column / 2;
      const text = makeVector("text", {
        x: middle,
        y: high + 12,
        "text-anchor": "middle"
      });
      text.textContent = numeral(mentions);
      svg.append(
        makeVector("circle", {
          cx: middle,
          cy: high - radii[i] - 2,
          r: radii[i]
        }),
        text
      );
      x += column + 18;
    });
    svg.setAttribute("width", String(x));
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", `Sizes for ${sizes.join(", ")} mentions`);
    return svg;
  }
  function formClass(form) {
    if (form === "ring") {
      return "ring";
    }
    return isPoint(form) ? "town" : "area";
  }
  function makeSymbol(form, radius, { doubtful, shade } = {}) {
    const half = halfOf(form, radius);
    const svg = makeVector("svg", {
      class: `geomap-symbol geomap-is-${formClass(form)}`,
      width: 18,
      height: 18,
      viewBox: "-9 -9 18 18",
      "aria-hidden": "true"
    });
    svg.classList.toggle("geomap-is-doubtful", Boolean(doubtful));
    if (shade) {
      svg.style.setProperty("--geomap-town", shade);
      svg.style.setProperty("--geomap-area", shade);
    }
    if (form === "country") {
      const side = 2 * half;
      svg.append(
        makeVector("rect", {
          x: -half,
          y: -half,
          width: side,
          height: side
        })
      );
    } else if (form === "division") {
      const points = `0,${-half} ${half},0 0,${half} ${-half},0`;
      svg.append(makeVector("polygon", { points }));
    } else if (form === "coordinate") {
      const points = `0,${-half} ${half},${half} ${-half},${half}`;
      svg.append(makeVector("polygon", { points }));
    } else {
      svg.append(makeVector("circle", { r: half }));
    }
    if (form === "ring") {
      svg.append(makeVector("circle", { r: 1.6, class: "geomap-middle" }));
    }
    if (form === "region") {
      svg.append(makeVector("circle", { r: half - 3, class: "geomap-inner" }));
    }
    return svg;
  }

  // page/passages.js
  var PAGE2 = 30;
  var MOST_PLACES = 6;
  function makeMarked(text, wanted) {
    const line = makeElement("blockquote");
    line.dir = "auto";
    let end = 0;
    for (const [from, to] of positionsOf(text, wanted)) {
      line.append(text.slice(end, from));
      line.append(makeElement("mark", "", text.slice(from, to)));
      end = to;
    }
    line.append(text.slice(end));
    return line;
  }
  function makePassages(layer, ends) {
    const { model } = layer;
    const box = makeElement("details", "geomap-passages");
    box.open = true;
    const summary = makeElement("summary");
    const list = makeElement("ol");
    box.append(summary, list);
    box.hidden = true;
    const follow2 = async () => {
      const { text } = model.state;
      const wanted = fold(text);
      const words = wanted ? await loadWords(model) : null;
      if (text !== model.state.text) {
        return;
      }
      box.hidden = !words;
      list.replaceChildren();
      if (!words) {
        return;
      }
      const found = passagesOf(model, words, wanted);
      summary.textContent = `Sentences (${numeral(found.length)})`;
      const append = (begin) => {
        for (const passage of found.slice(begin, begin + PAGE2)) {
          list.append(item(layer, passage, wanted));
        }
        const left = found.length - begin - PAGE2;
        if (left > 0) {
          const more2 = makeElement("li");
          more2.append(
            makeButton(`Show more (${numeral(left)} left)`, () => {
              more2.remove();
              append(begin + PAGE2);
            })
          );
          list.append(more2);
        }
      };
      append(0);
    };
    ends.push(model.listen(follow2));
    follow2();
    return box;
  }
  function item(layer, { text, isTitle, article, places }, wanted) {
    const { model } = layer;
    const line = makeElement("li");
    const about = [
      isTitle ? "Headline" : "",
      model.content.sources[model.source[article]] ?? "",
      dateText(isoDay(model.day[article]))
    ];
    const leads = makeElement("div", "geomap-row");
    for (const number of places.slice(0, MOST_PLACES)) {
      const button = makeButton(
        model.places.name[number],
        () => layer.visit(number, button),
        "geomap-quiet"
      );
      button.dir = "auto";
      leads.append(button);
    }
    line.append(
      makeMarked(text, wanted),
      makeElement("p", "geomap-within", about.filter(Boolean).join(" · ")),
      leads
    );
    return line;
  }

  // page/search.js
  var [PLACES, SOURCES2] = [6, 4];
  var QUIET3 = 150;
  function makeSearchBox(layer) {
    const { model } = layer;
    const box = makeElement("search", "geomap-search");
    const input = makeElement("input", "geomap-input");
    input.type = "search";
    input.placeholder = "Search places, words, sources";
    input.setAttribute("aria-label", "Search places, words and sources");
    const found = makeElement("ul", "geomap-found");
    found.setAttribute("aria-label", "Found");
    found.hidden = true;
    let asked = 0;
    let timer;
    const close = () => {
      asked += 1;
      clearTimeout(timer);
      found.replaceChildren();
      found.hidden = true;
    };
    const offer = (text, also, detail, choose) => {
      const item2 = makeElement("li");
      const button = makeButton(
        "",
        () => {
          close();
          input.value = "";
          choose();
        },
        "geomap-place"
      );
      const name = makeElement("span", "geomap-words", text);
      name.dir = "auto";
      if (also) {
        name.append(makeElement("span", "geomap-within", also));
      }
      const count = makeElement("span", "geomap-number", detail);
      button.append(name, count);
      item2.append(button);
      found.append(item2);
      return count;
    };
    const tell = () => {
      if (!found.children.length) {
        const words = `Nothing on this map is called or says “${input.value.trim()}”.`;
        found.append(makeElement("li", "geomap-none", words));
      }
      found.hidden = false;
      const offers = found.querySelectorAll("button").length;
      say(
        layer.map,
        offers ? plural(offers, "suggestion") : found.textContent ?? ""
      );
    };
    const offerText = (wanted) => {
      const count = offer(
        `Sentences and headlines with “${wanted}”`,
        "",
        "…",
        () => {
          loadWords(model).then((words) => words && model.search(wanted, words));
          input.focus();
        }
      );
      const mine = asked;
      timer = setTimeout(async () => {
        const words = await loadWords(model);
        if (!words || mine !== asked) {
          return;
        }
        const { sentences, titles } = findText(words, fold(wanted)).counts;
        count.textContent = numeral(sentences + titles);
        if (!(sentences + titles)) {
          count.closest("li")?.remove();
          tell();
        }
      }, QUIET3);
    };
    input.addEventListener("input", async () => {
      close();
      const mine = asked;
      const wanted = input.value.trim();
      const folded = fold(wanted);
      if (!folded) {
        return;
      }
      const words = await loadPlaceWords(model);
      if (mine !== asked) {
        return;
      }
      const { name, within } = model.places;
      for (const { number, by } of findPlaces(model, words, folded).slice(
        0,
        PLACES
      )) {
        offer(
          [name[number], within[number]].filter(Boolean).join(", "),
          by === name[number] ? "" : ` (${by})`,
          numeral(model.mentions(number)),
          () => layer.visit(number, input)
        );
      }
      for (const { number, articles } of findSources(model, folded).slice(
        0,
        SOURCES2
      )) {
        offer(
          model.content.sources[number],
          " (source)",
          plural(articles, "article"),
          () => {
            model.set({ sources: /* @__PURE__ */ new Set([number]) });
            input.focus();
          }
        );
      }
      if (model.content.text !== "none") {
        offerText(wanted);
      }
      tell();
    });
    box.addEventListener("keydown", (event) => {
      const stops = [input, ...found.querySelectorAll("button")];
      const at = stops.findIndex((one) => one === document.activeElement);
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const step = event.key === "ArrowDown" ? 1 : -1;
        stops[(at + step + stops.length) % stops.length].focus();
      } else if (event.key === "Escape") {
        close();
        input.focus();
      } else if (event.key === "Enter" && at === 0 && stops[1]) {
        event.preventDefault();
        stops[1].click();
      }
      event.stopPropagation();
    });
    box.append(input, found);
    return box;
  }

  // page/share.js
  var BAR = 22;
  var LARGEST_SIDE = 8192;
  function frameFor(address, title) {
    const [page, hash] = address.split("#");
    const embed = /[?&]embed\b/.test(page) ? page : `${page}${page.includes("?") ? "&" : "?"}embed`;
    const quoted = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
    const source = quoted(hash ? `${embed}#${hash}` : embed);
    return `<iframe src="${source}" title="${quoted(title)}" loading="lazy" style="width:100%;aspect-ratio:4/3;border:0" allowfullscreen></iframe>`;
  }
  function makeCopied(label, text) {
    const row = makeElement("div", "geomap-copied");
    const field = makeElement("input", "geomap-input");
    field.readOnly = true;
    field.value = text;
    field.setAttribute("aria-label", label);
    const button = makeButton(`Copy ${label.toLowerCase()}`, async () => {
      field.select();
      try {
        await window.navigator.clipboard.writeText(text);
      } catch {
        document.execCommand("copy");
      }
      button.textContent = "Copied";
    });
    row.append(field, button);
    return row;
  }
  function drawPicture(map, title) {
    const container = map.getContainer();
    const frame = container.getBoundingClientRect();
    const style = getComputedStyle(container);
    const ratio = Math.min(
      2,
      LARGEST_SIDE / Math.max(frame.width, frame.height + 2 * BAR)
    );
    const head = title ? 40 : 0;
    const picture = makeElement("canvas");
    picture.width = Math.round(frame.width * ratio);
    picture.height = Math.round((frame.height + head + BAR) * ratio);
    const context = (
      /** @type {CanvasRenderingContext2D} */
      picture.getContext("2d")
    );
    context.scale(ratio, ratio);
    const color = (name) => style.getPropertyValue(`--geomap-${name}`).trim();
    const font = color("font");
    context.fillStyle = color("card");
    context.fillRect(0, 0, frame.width, frame.height + head + BAR);
    context.save();
    context.beginPath();
    context.rect(0, head, frame.width, frame.height);
    context.clip();
    context.fillStyle = color("sea");
    context.fillRect(0, head, frame.width, frame.height);
    for (const canvas of canvasesOf(container)) {
      const { left, top, width, height } = canvas.getBoundingClientRect();
      context.drawImage(
        canvas,
        left - frame.left,
        top - frame.top + head,
        width,
        height
      );
    }
    context.restore();
    context.fillStyle = color("ink");
    context.textBaseline = "middle";
    if (title) {
      context.font = `700 18px ${font}`;
      context.fillText(title, 10, head / 2, frame.width - 20);
    }
    const credit = container.querySelector(".leaflet-control-attribution");
    context.font = `400 11px ${font}`;
    context.fillStyle = color("muted");
    context.fillText(
      credit?.textContent?.trim() ?? "",
      10,
      head + frame.height + BAR / 2,
      frame.width - 20
    );
    return picture;
  }
  function canvasesOf(container) {
    const height = (canvas) => Number(
      getComputedStyle(
        /** @type {Element} */
        canvas.closest(".leaflet-pane")
      ).zIndex
    ) || 0;
    return [...container.querySelectorAll("canvas")].filter((canvas) => canvas.closest(".leaflet-map-pane")).sort((a, b) => height(a) - height(b));
  }
  function showShare(layer) {
    const { map } = layer;
    const title = layer.settings.title ?? "";
    const dialog = openDialog(map, "Share this view", "geomap-share");
    const body = makeElement("div", "geomap-dialog-body");
    dialog.append(body);
    const { protocol, href } = window.location;
    if (protocol.startsWith("http")) {
      body.append(
        makeElement("p", "", "The address of this view:"),
        makeCopied("Address", href),
        makeElement("p", "", "For another page, to be pasted into its HTML:"),
        makeCopied("Frame", frameFor(href, title || document.title))
      );
    } else if (protocol === "file:") {
      body.append(
        makeElement(
          "p",
          "",
          "This map is a file on this machine. What stands behind the # of its address opens the same view on any machine that has the file:"
        ),
        makeCopied("Address", href)
      );
    }
    body.append(
      makeElement("p", "", "A picture of the map as it is now:"),
      makeButton("Save as PNG", () => {
        drawPicture(map, title).toBlob((picture) => {
          if (picture) {
            download("map.png", "image/png", picture);
          }
        }, "image/png");
      })
    );
  }

  // page/table.js
  var PAGE3 = 100;
  var NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
  var FIGURES = /* @__PURE__ */ new Set([4, 5, 6, 9]);
  var COLUMNS = [
    ["Place", (model, n) => model.places.name[n]],
    ["In the gazetteer", (model, n) => model.gazetteerName(n)],
    ["Within", (model, n) => model.places.within[n]],
    ["Kind", (model, n) => model.places.kind[n]],
    ["Certain", (model, n) => model.certain[n]],
    ["Possible", (model, n) => model.possible[n]],
    ["Articles", (model, n) => model.articles[n]],
    ["First", (model, n) => isoDay(model.first[n])],
    ["Last", (model, n) => isoDay(model.last[n])],
    ["Confidence", (model, n) => model.mean[n]]
  ];
  function showTable(layer) {
    const { model, map } = layer;
    const dialog = openDialog(map, "Places of this map", "geomap-wide");
    const row = makeElement("div", "geomap-row");
    const facts2 = makeElement("span", "geomap-caption");
    row.append(
      facts2,
      makeFile("places.csv", "text/csv", () => csv(model))
    );
    const scroll = makeElement("div", "geomap-dialog-body");
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", "Places");
    dialog.append(row, scroll);
    const sorted = { column: 3, down: true };
    let shown = PAGE3;
    const draw = () => {
      facts2.textContent = [
        plural(model.totals.places, "place"),
        ...model.filtered ? ["as filtered"] : []
      ].join(", ");
      const at = scroll.contains(document.activeElement) ? document.activeElement?.textContent : void 0;
      scroll.replaceChildren(build());
      if (at) {
        [...scroll.querySelectorAll("button")].find((button) => button.textContent === at)?.focus();
      }
    };
    const build = () => {
      const numbers = order(model, sorted);
      const table = makeElement("table");
      const caption = makeElement(
        "caption",
        "geomap-spoken",
        "Places with their mentions, articles, dates and mean confidence"
      );
      const head = makeElement("tr");
      COLUMNS.forEach(([name], column) => {
        const cell = makeElement("th");
        cell.scope = "col";
        cell.classList.toggle("geomap-figure", FIGURES.has(column));
        const button = makeButton(
          name,
          () => {
            sorted.down = sorted.column === column ? !sorted.down : column > 2;
            sorted.column = column;
            draw();
          },
          "geomap-sort"
        );
        if (sorted.column === column) {
          cell.setAttribute(
            "aria-sort",
            sorted.down ? "descending" : "ascending"
          );
        }
        cell.append(button);
        head.append(cell);
      });
      const body = makeElement("tbody");
      for (const number of numbers.slice(0, shown)) {
        body.append(line(number));
      }
      const top = makeElement("thead");
      top.append(head);
      table.append(caption, top, body);
      const part = document.createDocumentFragment();
      part.append(table);
      if (numbers.length > shown) {
        part.append(
          makeButton(
            `Show more (${numeral(numbers.length - shown)} left)`,
            () => {
              shown += PAGE3;
              draw();
            },
            "geomap-button geomap-more"
          )
        );
      }
      return part;
    };
    const line = (number) => {
      const cells = makeElement("tr");
      COLUMNS.forEach(([, value], column) => {
        const cell = makeElement(column ? "td" : "th");
        const words = value(model, number);
        if (column) {
          cell.textContent = shownAs(words, column);
        } else {
          cell.scope = "row";
          cell.append(
            makeButton(
              String(words),
              () => {
                dialog.close();
                layer.visit(number);
              },
              "geomap-link"
            )
          );
        }
        cell.dir = "auto";
        cell.classList.toggle("geomap-figure", FIGURES.has(column));
        cells.append(cell);
      });
      return cells;
    };
    draw();
    const end = model.listen(draw);
    dialog.addEventListener("close", end);
  }
  function shownAs(value, column) {
    if (column === COLUMNS.length - 1) {
      return Number(value) < 0 ? "" : `${value}%`;
    }
    return typeof value === "number" ? numeral(value) : value;
  }
  function order(model, { column, down: down2 }) {
    const value = COLUMNS[column][1];
    const sign = down2 ? -1 : 1;
    return model.ranked().sort((a, b) => {
      const [x, y] = [value(model, a), value(model, b)];
      const compared = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), "en");
      return sign * compared;
    });
  }
  function csv(model) {
    const cell = (value) => {
      const text = String(value);
      const runs = /^[=+\-@\t\r]/.test(text) && !NUMBER.test(text);
      const safe = runs ? `'${text}` : text;
      return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    const names = [
      ...COLUMNS.map(([name]) => name),
      "Latitude",
      "Longitude",
      "Within km"
    ];
    const lines = model.ranked().map(
      (n) => [
        ...COLUMNS.map(([, value]) => value(model, n)),
        model.places.lat[n],
        model.places.lon[n],
        model.places.radius[n] || ""
      ].map(cell)
    );
    return [names, ...lines].map((line) => line.join(",")).join("\r\n");
  }
  function showAbout(map, id) {
    const dialog = openDialog(map, "About this map", "geomap-about-dialog");
    const body = makeElement("div", "geomap-dialog-body");
    body.tabIndex = 0;
    dialog.append(body);
    readBlock(id).then((pairs) => {
      const list = makeElement("dl");
      for (const [name, words] of pairs) {
        const value = makeElement("dd", "", words);
        const term = makeElement("dt", "", name);
        term.dir = value.dir = "auto";
        list.append(term, value);
      }
      body.append(list);
    });
  }

  // page/timeline.js
  var [WIDTH, HEIGHT] = [288, 48];
  var STEP2 = 450;
  function makeTimeline(layer) {
    const { model } = layer;
    const count = model.bins.length;
    const element = makeElement("div", "geomap-timeline");
    const svg = makeVector("svg", {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "none",
      "aria-hidden": "true"
    });
    const bars = [...model.bins].map((_, bin) => {
      const bar = makeVector("rect", {
        x: bin * WIDTH / count + 0.4,
        width: Math.max(WIDTH / count - 0.8, 0.6)
      });
      svg.append(bar);
      return bar;
    });
    const [from, to] = ["From", "To"].map((name) => handle(name, count));
    const told = makeElement("p", "geomap-caption geomap-told");
    const play = makeElement("button", "geomap-quiet geomap-play");
    let timer;
    const range = () => [
      model.state.from === null ? 0 : model.binOf(model.state.from),
      model.state.to === null ? count : model.binOf(model.state.to) + 1
    ];
    const set = (begin, end2) => model.set({
      from: begin > 0 ? model.edges[begin] : null,
      to: end2 < count ? model.edges[end2] - 1 : null
    });
    const draw = () => {
      const [begin, end2] = range();
      const most = Math.max(1, ...model.bins);
      bars.forEach((bar, bin) => {
        const height = model.bins[bin] ? Math.max(1.5, (HEIGHT - 2) * model.bins[bin] / most) : 0;
        bar.setAttribute("y", String(HEIGHT - height));
        bar.setAttribute("height", String(height));
        bar.classList.toggle("geomap-out", bin < begin || bin >= end2);
      });
      from.value = String(begin);
      to.value = String(end2);
      const [least, last] = model.days ?? [UNDATED, UNDATED];
      const first = Math.max(model.edges[begin], least);
      const final = Math.min(model.edges[end2] - 1, last);
      from.setAttribute("aria-valuetext", dateText(isoDay(first)));
      to.setAttribute("aria-valuetext", dateText(isoDay(final)));
      const whole = begin === 0 && end2 === count;
      const none = model.undated;
      told.textContent = datesText(first, final) + (none ? ` (${numeral(none)} without a date${whole ? "" : ", not shown"})` : "");
      element.style.setProperty("--geomap-from", String(begin / count));
      element.style.setProperty("--geomap-to", String(end2 / count));
    };
    const stop = () => {
      clearInterval(timer);
      timer = void 0;
      play.textContent = "Play";
      play.setAttribute("aria-pressed", "false");
    };
    const step = () => {
      const [begin, end2] = range();
      if (end2 >= count) {
        stop();
      } else {
        set(begin + 1, end2 + 1);
      }
    };
    onClick(play, () => {
      if (timer) {
        stop();
        return;
      }
      const [begin, end2] = range();
      if (end2 - begin >= count || end2 >= count) {
        const wide = end2 - begin >= count ? Math.max(1, Math.round(count / 12)) : end2 - begin;
        set(0, wide);
      }
      play.textContent = "Stop";
      play.setAttribute("aria-pressed", "true");
      timer = setInterval(step, STEP2);
    });
    stop();
    from.addEventListener("input", () => {
      stop();
      const [, end2] = range();
      set(Math.min(Number(from.value), end2 - 1), end2);
    });
    to.addEventListener("input", () => {
      stop();
      const [begin] = range();
      set(begin, Math.max(Number(to.value), begin + 1));
    });
    const chart = makeElement("div", "geomap-chart");
    chart.append(svg, from, to);
    brush(chart, count, { range, set, stop });
    const row = makeElement("div", "geomap-row");
    row.append(told, play);
    element.append(chart, row);
    draw();
    const end = model.listen(draw);
    return {
      element,
      end() {
        stop();
        end();
      }
    };
  }
  function handle(name, count) {
    const input = makeElement("input", "geomap-handle");
    input.type = "range";
    [input.min, input.max, input.step] = ["0", String(count), "1"];
    input.setAttribute("aria-label", name);
    return input;
  }
  function brush(chart, count, { range, set, stop }) {
    let start;
    const at = (event) => {
      const box = chart.getBoundingClientRect();
      const part = (event.clientX - box.left) / box.width;
      return Math.min(count - 1, Math.max(0, Math.floor(part * count)));
    };
    chart.addEventListener("pointerdown", (event) => {
      if (isOver(event, "input") || event.button > 0) {
        return;
      }
      event.preventDefault();
      stop();
      const [begin, end] = range();
      const bin = at(event);
      const part = end - begin < count && bin >= begin && bin < end;
      start = { bin, begin, end, moves: part };
      chart.setPointerCapture(event.pointerId);
    });
    chart.addEventListener("pointermove", (event) => {
      if (!start) {
        return;
      }
      const bin = at(event);
      if (start.moves) {
        const wide = start.end - start.begin;
        const begin = Math.min(
          count - wide,
          Math.max(0, start.begin + bin - start.bin)
        );
        set(begin, begin + wide);
      } else {
        set(Math.min(bin, start.bin), Math.max(bin, start.bin) + 1);
      }
    });
    const done = () => {
      start = void 0;
    };
    chart.addEventListener("pointerup", done);
    chart.addEventListener("pointercancel", done);
    chart.addEventListener("dblclick", () => set(0, count));
  }

  // page/panel.js
  var PAGE4 = 100;
  function measureMap(map) {
    const container = map.getContainer();
    const keep = () => {
      container.style.setProperty(
        "--geomap-height",
        `${container.clientHeight}px`
      );
      container.classList.toggle("geomap-narrow", container.clientWidth < 640);
    };
    keep();
    map.on("resize", keep);
    const watch = new ResizeObserver(() => map.invalidateSize());
    watch.observe(container);
    map.on("unload", () => watch.disconnect());
    if (!container.hasAttribute("aria-label")) {
      container.setAttribute("role", "region");
      container.setAttribute("aria-label", "Map");
    }
  }
  var Panel = class extends L.Control {
    /** @type {HTMLDetailsElement[]} */
    _folds = [];
    /** @type {(() => void)[]} */
    _ends = [];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    _timer;
    /** @type {string | undefined} */
    _listed;
    /** @param {Places} layer */
    constructor(layer) {
      super({ position: "topleft" });
      this._layer = layer;
      this._facts = makeElement("div");
      this._places = makeElement("ol");
      this._legend = makeElement("div");
      this._summary = makeElement("summary", "", "Places");
    }
    /** @param {L.Map} map */
    onAdd(map) {
      const { model } = this._layer;
      const panel = makeElement("section", "geomap-panel leaflet-control");
      panel.setAttribute("aria-label", "About this map");
      panel.append(...makeHeadline(this._layer.settings));
      panel.append(this._facts);
      this._folds = [];
      if (model.size.places) {
        this._fill(panel, !isNarrow(map));
      } else {
        panel.append(
          makeElement("p", "geomap-empty", "No place was found to show.")
        );
        this._foot(panel);
      }
      this._ends.push(model.listen(() => this._follow()));
      this._follow();
      L.DomEvent.disableClickPropagation(panel);
      L.DomEvent.disableScrollPropagation(panel);
      const rearrange = () => {
        this._layer.redraw();
        map.fire("geomap:changed");
      };
      panel.addEventListener("toggle", rearrange, true);
      return panel;
    }
    onRemove() {
      clearTimeout(this._timer);
      for (const end of this._ends) {
        end();
      }
      this._ends = [];
    }
    fold() {
      for (const details2 of this._folds) {
        details2.open = false;
      }
    }
    /**
     * @param {HTMLElement} panel
     * @param {boolean} open
     */
    _fill(panel, open) {
      const layer = this._layer;
      const { model } = layer;
      panel.append(makeSearchBox(layer));
      panel.append(makeChips(layer, this._ends));
      const passages = makePassages(layer, this._ends);
      this._folds.push(passages);
      panel.append(passages);
      if (model.bins.length > 1) {
        const time = this._fold(
          makeElement("summary", "", "Time"),
          "geomap-time",
          open
        );
        const timeline = makeTimeline(layer);
        time.append(timeline.element);
        this._ends.push(timeline.end);
        panel.append(time);
      }
      const filters = this._fold(
        makeElement("summary", "", "Filters"),
        "geomap-filters",
        false
      );
      filters.append(makeFilters(layer, this._ends));
      const choices3 = this._fold(
        makeElement("summary", "", "Layers"),
        "geomap-layers",
        false
      );
      offerChoices(choices3, layer, this._ends);
      const places = this._fold(this._summary, "geomap-places", open);
      places.append(this._places);
      const legend = this._fold(
        makeElement("summary", "", "Legend"),
        "geomap-legend",
        open
      );
      legend.append(this._legend);
      panel.append(filters, choices3, places, legend);
      this._foot(panel);
    }
    /** @param {HTMLElement} panel */
    _foot(panel) {
      const layer = this._layer;
      const { model, corrections, map } = layer;
      const foot = makeElement("div", "geomap-foot geomap-row");
      if (model.size.places) {
        foot.append(makeButton("Table", () => showTable(layer), "geomap-quiet"));
      }
      const { manifest } = layer.settings;
      if (manifest) {
        foot.append(
          makeButton("About", () => showAbout(map, manifest), "geomap-quiet")
        );
      }
      if (model.size.places) {
        foot.append(makeButton("Share", () => showShare(layer), "geomap-quiet"));
      }
      if (model.content.text !== "none" && model.size.places) {
        const button = makeButton(
          "Corrections",
          () => showCorrections(layer),
          "geomap-quiet"
        );
        const count = () => {
          const { length } = corrections.list;
          button.textContent = length ? `Corrections (${numeral(length)})` : "Corrections";
        };
        count();
        this._ends.push(corrections.listen(count));
        foot.append(button);
      }
      panel.append(foot);
    }
    /**
     * @param {HTMLElement} summary
     * @param {string} className
     * @param {boolean} open
     */
    _fold(summary, className, open) {
      const details2 = makeElement("details", className);
      details2.open = open;
      details2.append(summary);
      this._folds.push(details2);
      return details2;
    }
    // Explains marks that came after the panel.
    explain() {
      if (this._folds.length) {
        explainSymbols(this._legend, this._layer);
      }
    }
    // What the panel says of what is shown now.
    _follow() {
      const { model } = this._layer;
      this._facts.replaceChildren(makeLine("geomap-facts", summaryOf(model)));
      if (this._folds.length) {
        const { places } = model.totals;
        this._summary.textContent = `Places (${numeral(places)})`;
        explainSymbols(this._legend, this._layer);
        clearTimeout(this._timer);
        this._timer = setTimeout(
          () => this._list(),
          this._listed === void 0 ? 0 : 120
        );
      }
    }
    _list() {
      const { model } = this._layer;
      const ranked = model.ranked();
      const said = summaryOf(model).join(", ");
      if (this._listed !== void 0 && this._listed !== said) {
        say(this._layer.map, said);
      }
      this._listed = said;
      const list = this._places;
      const focused = document.activeElement instanceof HTMLElement && list.contains(document.activeElement) ? document.activeElement.dataset.place : void 0;
      list.replaceChildren();
      const append = (begin) => {
        const stop = Math.min(begin + PAGE4, ranked.length);
        for (let rank = begin; rank < stop; rank += 1) {
          list.append(this._item(ranked[rank]));
        }
        if (stop < ranked.length) {
          const item2 = makeElement("li");
          const button = makeButton(
            `Show more (${numeral(ranked.length - stop)} left)`,
            () => {
              item2.remove();
              append(stop);
              list.children[stop].querySelector("button")?.focus();
            },
            "geomap-button geomap-more"
          );
          item2.append(button);
          list.append(item2);
        }
      };
      append(0);
      if (focused !== void 0) {
        list.querySelector(`[data-place="${Number(focused)}"]`)?.closest("button")?.focus();
      }
    }
    /** @param {number} number */
    _item(number) {
      const layer = this._layer;
      const { model } = layer;
      const { places } = model;
      const item2 = makeElement("li");
      const button = makeButton(
        "",
        () => layer.visit(number, button),
        "geomap-place"
      );
      button.dataset.place = String(number);
      const doubtful = model.certain[number] === 0;
      const name = makeElement("span", "geomap-name", places.name[number]);
      const within = makeElement(
        "span",
        "geomap-within",
        places.within[number] || places.kind[number]
      );
      name.dir = within.dir = "auto";
      const words = makeElement("span", "geomap-words");
      words.append(name, " ", within);
      const mentions = makeElement(
        "span",
        "geomap-number",
        numeral(model.mentions(number))
      );
      const spoken = makeElement(
        "span",
        "geomap-spoken",
        model.mentions(number) === 1 ? " mention" : " mentions"
      );
      if (doubtful) {
        spoken.textContent += ", doubtful";
      }
      mentions.append(spoken);
      button.append(
        makeSymbol(places.form[number], 5.5, {
          doubtful,
          shade: shadeVariable(layer, number)
        }),
        words,
        mentions
      );
      item2.append(button);
      return item2;
    }
  };
  function summaryOf(model) {
    const { totals } = model.content;
    const shown = model.totals;
    if (!model.filtered) {
      const parts = [
        plural(totals.articles, "article"),
        plural(totals.mentions, "mention")
      ];
      if (totals.mentions) {
        const share = Math.floor(100 * totals.resolved / totals.mentions);
        parts.push(`${share}% resolved`);
      }
      if (model.days) {
        parts.push(datesText(...model.days));
      }
      return parts;
    }
    return [
      `${numeral(shown.articles)} of ${plural(totals.articles, "article")}`,
      `${numeral(shown.mentions)} of ${plural(shown.all, "mention")}`
    ];
  }

  // page/print.js
  var SHEET = { width: 680, height: 620 };
  var MOST2 = 200;
  function keepForPrint(map, model) {
    const container = map.getContainer();
    let list;
    const after = () => {
      list?.remove();
      document.documentElement.classList.remove("geomap-on-paper");
    };
    const before = () => {
      const { clientWidth: width, clientHeight: height } = container;
      const scale2 = Math.min(1, SHEET.width / width, SHEET.height / height);
      container.style.setProperty("--geomap-paper-width", `${width}px`);
      container.style.setProperty("--geomap-paper-height", `${height}px`);
      container.style.setProperty("--geomap-paper-scale", String(scale2));
      after();
      list = makeList(model);
      const panel = container.querySelector(".geomap-panel")?.cloneNode(true);
      list.prepend(...panel ? [panel] : []);
      container.after(list);
      document.documentElement.classList.add("geomap-on-paper");
    };
    window.addEventListener("beforeprint", before);
    window.addEventListener("afterprint", after);
    return () => {
      after();
      window.removeEventListener("beforeprint", before);
      window.removeEventListener("afterprint", after);
    };
  }
  function makeList(model) {
    const section = makeElement("section", "geomap-paper");
    const { certain, possible, articles, places } = model;
    const numbers = [...model.ranked()].sort((a, b) => certain[b] - certain[a]);
    section.append(
      makeElement(
        "h2",
        "",
        [
          plural(numbers.length, "place"),
          ...model.filtered ? ["as filtered"] : []
        ].join(", ")
      )
    );
    const items = makeElement("ol");
    for (const number of numbers.slice(0, MOST2)) {
      const item2 = makeElement("li");
      const within = places.within[number];
      const mentions = certain[number] ? plural(certain[number], "mention") : plural(possible[number], "possible mention");
      item2.append(
        makeElement("b", "", places.name[number]),
        `${within ? ` (${within})` : ""}: ${mentions} in ${plural(articles[number], "article")}`
      );
      items.append(item2);
    }
    section.append(items);
    if (numbers.length > MOST2) {
      const more2 = `and ${numeral(numbers.length - MOST2)} more, in the table of the page`;
      section.append(makeElement("p", "", more2));
    }
    return section;
  }

  // page/reach.js
  var ENDS = 11;
  function tellReach(map) {
    const box = makeElement("div", "geomap-reach");
    box.setAttribute("role", "status");
    const note = new L.Control({ position: "bottomright" });
    note.onAdd = () => box;
    L.DomEvent.disableClickPropagation(box);
    L.control.scale({ position: "bottomright", imperial: false, maxWidth: 90 }).addTo(map);
    note.addTo(map);
    const update = () => say2(map, box);
    map.on("zoomend moveend", update);
    update();
  }
  function say2(map, box) {
    box.hidden = map.getZoom() < ENDS;
    const { lat, lng } = map.getCenter().wrap();
    const at = `${Math.round(map.getZoom()) + 2}/${lat.toFixed(4)}/${lng.toFixed(4)}`;
    const link = makeElement("a", "", "See the streets on OpenStreetMap");
    link.setAttribute("href", `https://www.openstreetmap.org/#map=${at}`);
    link.setAttribute("target", "_blank");
    link.setAttribute("rel", "noopener noreferrer");
    box.replaceChildren(
      "The detail in this file ends here. ",
      link,
      ", with a network."
    );
  }

  // page/views.js
  var ALIKE = 0.02;
  function areAlike(a, b) {
    const sides = [0, 1].map(
      (axis) => Math.max(Math.abs(b[1][axis] - b[0][axis]), 0.01)
    );
    return [0, 1].every(
      (corner) => [0, 1].every(
        (axis) => Math.abs(a[corner][axis] - b[corner][axis]) <= ALIKE * sides[axis]
      )
    );
  }
  var Views = class extends L.Control {
    /** @param {Places} layer */
    constructor(layer) {
      super({ position: "bottomright" });
      this._layer = layer;
    }
    get needed() {
      const { core, all } = this._layer.settings;
      return Boolean(core && all && !areAlike(core, all));
    }
    onAdd() {
      const { core, all } = this._layer.settings;
      const bar = makeElement("div", "geomap-views leaflet-bar leaflet-control");
      bar.setAttribute("role", "group");
      bar.setAttribute("aria-label", "View");
      for (
        const [text, title, box] of
        /** @type {const} */
        [
          ["Core", "Where most mentions are", core],
          ["All", "All places", all]
        ]
      ) {
        const button = makeButton(
          text,
          () => box && this._layer.fit(box),
          "geomap-view"
        );
        button.title = title;
        bar.append(button);
      }
      L.DomEvent.disableClickPropagation(bar);
      return bar;
    }
  };

  // page/places.js
  var FARTHEST_IN = 10;
  var [MOUSE, FINGER] = [3, 12];
  var DOUBLE = 250;
  var CLOSE = {
    town: 8,
    coordinate: 8,
    ring: 8,
    division: 6,
    region: 5,
    country: 5
  };
  var Places = class extends Canvas {
    /** @type {Model} */
    model;
    _cut = false;
    /** @type {Colors | null} */
    colors = null;
    /** @type {Corrections} */
    corrections;
    /** @type {number[]} */
    order = [];
    /** @type {Map<number, Outline>} */
    outlines = /* @__PURE__ */ new Map();
    /** @type {Int8Array | undefined} */
    classes;
    /** @type {number | undefined} */
    selected;
    /**
     * Places that a notebook chose, which have no card.
     *
     * @type {Set<number>}
     */
    marked = /* @__PURE__ */ new Set();
    /** @type {number | undefined} */
    hovered;
    /** @type {number[] | undefined} */
    hoveredMembers;
    /** @type {L.Popup | undefined} */
    popup;
    /** @type {Doubt | undefined} */
    readings;
    /** @type {Promise<Alternatives | null> | undefined} */
    alternatives;
    /** @type {((at: L.LatLng) => void) | undefined} */
    pick;
    /** @type {{ key: string, order: number[], found: Cluster[] } | undefined} */
    gathered;
    /** @type {{ width: number, state: State, found: boolean } | undefined} */
    crowd;
    /** @type {Map<string, number>} */
    widths = /* @__PURE__ */ new Map();
    /** @type {Drawn[]} */
    _drawn = [];
    /** @type {{ key: string, symbols: Drawn[], labels: Placed[], notes: PlacedNote[] } | undefined} */
    _layout;
    /** @type {(() => void)[]} */
    _ends = [];
    /** @type {Panel | undefined} */
    _panel;
    /** @type {L.Tooltip | undefined} */
    _tip;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    _opening;
    /** @type {number | undefined} */
    _closed;
    /** @type {Map<Extra, Canvas>} */
    extras = /* @__PURE__ */ new Map();
    _summed = false;
    _fitted = false;
    /**
     * @param {string} key
     * @param {Partial<PlacesSettings>} settings
     */
    constructor(key, settings) {
      super("geomap-places", 450, settings.attribution);
      this.settings = { panel: true, fit: null, cluster: null, ...settings };
      document.querySelector(".geomap-fallback")?.remove();
      this.embedded = isEmbedded(document, window.location.search);
      this.hasPanel = this.settings.panel && !this.embedded;
      const { color, names } = this.settings;
      Promise.all([
        loadCorpus(key),
        color && readBlock(color),
        names && readBlock(names)
      ]).then(([model, colors, called]) => {
        if (called) {
          model.rename(called);
        }
        this.model = model;
        this.colors = colors;
        this.corrections = correctionsOf(
          model,
          this.settings.title ?? "",
          isHosted(document)
        );
        prepare(this);
        if (this._map) {
          this._show();
        }
      });
    }
    /** @param {L.Map} map */
    onAdd(map) {
      super.onAdd(map);
      measureMap(map);
      map.on("preclick", this._beforeClick, this);
      map.on("click", this._onClick, this);
      map.on("dblclick movestart", this._stay, this);
      map.on("mousemove", this._onMove, this);
      map.on("mouseout", this._leave, this);
      if (this.model) {
        this._show();
      }
      return this;
    }
    /** @param {L.Map} map */
    onRemove(map) {
      map.off("preclick", this._beforeClick, this);
      map.off("click", this._onClick, this);
      map.off("dblclick movestart", this._stay, this);
      this._stay();
      map.off("mousemove", this._onMove, this);
      map.off("mouseout", this._leave, this);
      map.off("resize", this._show, this);
      this._leave();
      for (const end of this._ends) {
        end();
      }
      this._ends = [];
      for (const extra of this.extras.values()) {
        extra.remove();
      }
      this.extras.clear();
      if (this._panel) {
        this._panel.remove();
      }
      if (this.popup) {
        this.popup.remove();
      }
      super.onRemove(map);
      this._layout = void 0;
      map.fire("geomap:changed");
      return this;
    }
    getEvents() {
      const events = super.getEvents();
      return {
        ...events,
        "geomap:layout": this._tell,
        "geomap:shade": this._shade
      };
    }
    /**
     * Opens the popup of a place, given by its number, as a click on its symbol does: there, or at a point of its area; with
     * a way to the others at the same spot.
     *
     * @param {number} number
     * @param {{ focus?: boolean, back?: HTMLElement, at?: L.LatLng, among?: number[], still?: boolean }} how `still`: the map
     *   makes no room for the card
     */
    open(number, { focus, back, at, among = [number], still } = {}) {
      const map = this._map;
      if (isNarrow(map) && this._panel) {
        this._panel.fold();
      }
      const size = map.getSize();
      const popup = L.popup({
        className: "geomap-popup",
        autoPan: !still,
        minWidth: Math.min(280, size.x - 72),
        maxWidth: Math.min(380, size.x - 72),
        ...this._popupMargins()
      });
      popup.on("remove", () => {
        if (this.popup === popup) {
          this.selected = void 0;
          this.readings = void 0;
          this.redraw();
          this.fire("geomap:selected");
        }
        if (back && document.contains(back) && back.offsetParent) {
          back.focus();
        }
      });
      this._leave();
      this._fill(popup, number, among, at);
      this.popup = popup;
      this.marked.clear();
      popup.openOn(map);
      this._select(number);
      popup.getElement()?.querySelector("a[role=button]")?.setAttribute("title", "Close");
      if (focus) {
        this._focus("h2");
      }
      return this;
    }
    /** The numbers of the places that are chosen: the one whose card is open, or those that a notebook marked. */
    chosen() {
      return this.selected === void 0 ? [...this.marked] : [this.selected];
    }
    /** @param {number} number */
    isChosen(number) {
      return number === this.selected || this.marked.has(number);
    }
    /**
     * Marks places without a card, and closes the one that is open.
     *
     * @param {number[]} numbers
     */
    mark(numbers) {
      this._map.closePopup();
      this.marked = new Set(numbers);
      this.redraw();
      this.fire("geomap:selected");
    }
    /**
     * Puts the card of a place into a popup, and the popup beside the place.
     *
     * @param {L.Popup} popup
     * @param {number} number
     * @param {number[]} among
     * @param {L.LatLng} [at]
     */
    _fill(popup, number, among, at) {
      const form = this.model.places.form[number];
      popup.options.offset = L.point(0, at ? 5 : 5 - halfOf(form, 4));
      const page = among.indexOf(number);
      const pages = makePages(makeCard(this, number), {
        at: page,
        of: among.length,
        close: () => this._map.closePopup(),
        turn: (step) => {
          const next = among.at((page + step) % among.length) ?? number;
          const focused = document.activeElement?.getAttribute("aria-label");
          this._fill(popup, next, among, at);
          this._select(next);
          const name = this.model.places.name[next];
          say(
            this._map,
            `${name}, ${among.indexOf(next) + 1} of ${among.length}`
          );
          this._focus(`.geomap-turn[aria-label="${focused}"]`, "h2");
        }
      });
      popup.setContent(pages).setLatLng(at ?? this.nearest(number));
    }
    /** @param {number} number */
    _select(number) {
      this.selected = number;
      this.readings = void 0;
      this.redraw();
      this.fire("geomap:selected");
    }
    /**
     * Focuses the first of some elements that the popup has.
     *
     * @param {string[]} selectors
     */
    _focus(...selectors) {
      const popup = this.popup?.getElement();
      for (const selector of selectors) {
        const found = popup?.querySelector(selector);
        if (found instanceof HTMLElement) {
          found.focus({ preventScroll: true });
          return;
        }
      }
    }
    /**
     * The same from the list of places: goes there first.
     *
     * @param {number} number
     * @param {HTMLElement} [back]
     */
    visit(number, back) {
      this.approach(number);
      this.open(number, { focus: true, back });
    }
    /** @param {number} number */
    approach(number) {
      const map = this._map;
      const zoom = CLOSE[this.model.places.form[number]];
      const at = this.nearest(number);
      map.setView(at, Math.max(map.getZoom(), zoom), { animate: false });
    }
    /**
     * @param {CanvasRenderingContext2D} context
     * @param {Bounds} bounds
     */
    draw(context, bounds) {
      if (!this.model) {
        return;
      }
      const { symbols, labels, notes } = this._arrange(bounds);
      if (!this._drawn.length && symbols.length) {
        performance.mark("geomap:drawn");
      }
      const [sums2, single] = [true, false].map(
        (which) => symbols.filter((symbol) => isCluster(symbol) === which)
      );
      this._drawn = [...single, ...sums2];
      if (this._summed !== isSummed(this)) {
        this._summed = !this._summed;
        this._panel?.explain();
      }
      this._map.getContainer().dataset.geomapDrawn = String(symbols.length);
      this.drawWithin(bounds, () => paintOutlines(this, context, bounds));
      for (const symbol of single) {
        if (symbol.form === "ring") {
          paintCircle(this, context, symbol);
        }
      }
      for (const symbol of this._drawn) {
        paintSymbol(this, context, symbol);
      }
      context.lineJoin = "round";
      context.textBaseline = "middle";
      context.textAlign = "left";
      for (const label of labels) {
        inscribe(this, context, label);
      }
      for (const note of notes) {
        paintNote(this, context, note);
      }
      if (this.readings) {
        paintReadings(this, context, this.readings);
      }
    }
    /**
     * Shows where a mention might be instead: candidates with a name, percent, lat and lon; undefined for none.
     *
     * @param {Doubt | undefined} readings
     */
    doubt(readings) {
      this.readings = readings;
      this.redraw();
    }
    /** Shows itself once the map has a size: in a closed fold or a hidden tab it has none yet, and would be taken for small. */
    _show() {
      const { model, map } = this;
      const { x, y } = map.getSize();
      if (!x || !y) {
        map.once("resize", this._show, this);
        return;
      }
      this._ends = [
        model.listen(() => {
          this._layout = void 0;
          prepare(this);
          this.redraw();
          followExtras(this);
          map.fire("geomap:changed");
        })
      ];
      if (this.hasPanel) {
        this._ends.push(keepForPrint(map, model));
        this._panel = this._panel || new Panel(this);
        this._panel.addTo(map);
      } else if (this.embedded) {
        this._frame(map);
      }
      const views = new Views(this);
      if (views.needed) {
        views.addTo(map);
        this._ends.push(() => views.remove());
      }
      this._begin();
      this.redraw();
      map.fire("geomap:changed");
      this._bringDetail();
    }
    _begin() {
      if (this.settings.fit && !this._fitted) {
        this._fitted = true;
        this.fit(this.settings.fit);
      }
      if (this.hasPanel || this.embedded) {
        this._ends.push(followAddress(this));
      }
      this._ends.push(followNotebook(this));
    }
    // After the places are drawn, which need none of it.
    async _bringDetail() {
      const { map, settings } = this;
      if (settings.detail && !this.outlines.size) {
        tellReach(map);
        const detail = await bringDetail(map, settings.detail);
        this.outlines = await outlinesOf(detail);
        this._layout = void 0;
        this._panel?.explain();
        this.redraw();
        map.fire("geomap:changed");
      }
    }
    /**
     * Turns to a box beside the panel.
     *
     * @param {Corners} box
     */
    fit(box) {
      this._map.fitBounds(box, {
        ...this.margins(),
        maxZoom: FARTHEST_IN,
        animate: false
      });
    }
    /**
     * What a map in a frame on another page has instead of the panel.
     *
     * @param {L.Map} map
     */
    _frame(map) {
      const parts = makeHeadline(this.settings);
      if (parts.length) {
        const headline = new Headline(parts);
        headline.addTo(map);
        this._ends.push(() => headline.remove());
      }
      calmWheel(map);
    }
    /** Leaves room for the panel. */
    margins() {
      const map = this._map;
      const wide = this.hasPanel && !isNarrow(map) ? 340 : 0;
      const panel = map.getContainer().querySelector(".geomap-panel, .geomap-headline");
      const folds = panel instanceof HTMLElement && (isNarrow(map) || this.embedded);
      const high = folds ? panel.offsetHeight : 0;
      return {
        paddingTopLeft: L.point(wide + 36, high + 36),
        paddingBottomRight: L.point(48, 48)
      };
    }
    _popupMargins() {
      const { paddingTopLeft } = this.margins();
      return {
        autoPanPaddingTopLeft: paddingTopLeft.subtract([20, 20]),
        autoPanPaddingBottomRight: L.point(16, 30)
      };
    }
    /**
     * The copy of a place that is nearest to the middle of what is seen of the map.
     *
     * @param {number} number
     */
    nearest(number) {
      const { lon, lat } = this.model.places;
      const turn = turnTo(this._map, lon[number]);
      return L.latLng(lat[number], lon[number] + 360 * turn);
    }
    /**
     * What is drawn in this view, large symbols first and so below small ones, and which names are written.
     *
     * @param {Bounds} bounds
     */
    _arrange(bounds) {
      const map = this._map;
      const summing2 = summingOf(this);
      const alone = summing2 === "no" ? "" : `${summing2} ${this.chosen()}`;
      const key = `${map.getZoom()} ${bounds.min} ${bounds.max} ${map.getPixelOrigin()} ${alone} ${coveredIn(map)}`;
      if (this._layout && this._layout.key === key) {
        return this._layout;
      }
      const symbols = arrangeSymbols(this, bounds);
      const words = arrangeWords(this, symbols, {
        min: map.containerPointToLayerPoint([0, 0]),
        max: map.containerPointToLayerPoint(map.getSize())
      });
      this._layout = { key, symbols, ...words };
      return this._layout;
    }
    /**
     * Tells the basemap where it should not write.
     *
     * @param {L.LeafletEvent & { taken: Box[], written: Set<string> }} event
     */
    _tell({ taken, written }) {
      if (!this.model || !this._bounds) {
        return;
      }
      const { symbols, labels, notes } = this._arrange(
        onceIn(this._map, this.boundsNow())
      );
      taken.push(...notes.map(({ box }) => box));
      for (const { x, y, half } of symbols.slice(0, 500)) {
        taken.push([x - half, y - half, x + half, y + half]);
      }
      for (const { text, box } of labels) {
        taken.push(box);
        written.add(text);
      }
    }
    /**
     * Shades areas on the basemap, between its land and its lines.
     *
     * @param {L.LeafletEvent & Shading} shading
     */
    _shade(shading) {
      if (this.model) {
        shadeOutlines(this, shading);
      }
    }
    // Leaflet closes the card that is open before it tells of a click.
    _beforeClick() {
      this._closed = this.popup?.isOpen() ? this.selected : void 0;
    }
    /** @param {L.LeafletMouseEvent} event */
    _onClick({ layerPoint, latlng, originalEvent }) {
      this._stay();
      if (this.pick) {
        this.pick(latlng.wrap());
        return;
      }
      const { pointerType } = (
        /** @type {PointerEvent} */
        originalEvent ?? {}
      );
      const mouse = !originalEvent || pointerType === "mouse";
      const reach = mouse ? MOUSE : FINGER;
      const symbol = symbolAt(this._drawn, layerPoint, reach);
      if (symbol && isCluster(symbol)) {
        this._leave();
        if (isOneSpot(this, symbol)) {
          const [first] = symbol.members;
          this.open(first, { among: symbol.members, focus: true });
        } else {
          partCluster(this, symbol);
        }
      } else if (symbol) {
        const among = placesWith(this._drawn, symbol, layerPoint, reach);
        this.open(symbol.number, { among, focus: among.length > 1 });
      } else if (this.marked.size) {
        this.mark([]);
      } else {
        this._openLater(latlng, reach);
      }
    }
    /**
     * Opens what is drawn as a line or an area, unless the click was the first of two; one on what was open closes it.
     *
     * @param {L.LatLng} at
     * @param {number} reach
     */
    _openLater(at, reach) {
      const among = this._outlinesAt(at, reach);
      if (among.length && !among.includes(this._closed ?? -1)) {
        this._opening = setTimeout(
          () => this.open(among[0], { at, among, focus: among.length > 1 }),
          DOUBLE
        );
      }
    }
    /** Opens nothing after all. */
    _stay() {
      clearTimeout(this._opening);
    }
    /**
     * @param {L.LatLng} at
     * @param {number} reach
     */
    _outlinesAt(at, reach) {
      const { map, model, outlines } = this;
      const { min, max } = onceIn(map, this._bounds);
      const { x } = map.latLngToLayerPoint(at);
      if (x < min.x || x > max.x) {
        return [];
      }
      const shown = [...outlines].filter(([number]) => model.mentions(number));
      const { width } = turnsOf(map, this._bounds);
      const { lat, lng } = at.wrap();
      return outlinesAt(shown, { x: across(lng), y: down(lat) }, reach / width);
    }
    /** @param {L.LeafletMouseEvent} event */
    _onMove({ layerPoint, latlng, originalEvent }) {
      const covered = isOver(originalEvent, ".leaflet-popup, .leaflet-control");
      const idle = covered || Boolean(this.pick);
      const symbol = idle ? void 0 : symbolAt(this._drawn, layerPoint, MOUSE);
      const line = idle || symbol ? void 0 : this._outlinesAt(latlng, MOUSE).find(
        (one) => isPointedAt(this.outlines.get(one))
      );
      const number = symbol ? symbol.number : line;
      if (number === this.hovered && symbol?.members === this.hoveredMembers) {
        return;
      }
      this._leave();
      if (number === void 0) {
        return;
      }
      this.hovered = number;
      this.hoveredMembers = symbol?.members;
      this._map.getContainer().classList.add("geomap-pointing");
      const several2 = symbol && isCluster(symbol);
      const { names, count } = several2 ? clusterWords(this.model, symbol) : {
        names: this.model.places.name[number],
        count: mentionsText(this.model, number)
      };
      const others = symbol && !several2 ? placesWith(this._drawn, symbol, layerPoint, MOUSE).length - 1 : 0;
      const more2 = others ? ` · ${plural(others, "other")} here` : "";
      const tip = makeElement("span");
      tip.append(makeElement("strong", "", names), ` ${count}${more2}`);
      tip.dir = "auto";
      const at = symbol ? this._map.layerPointToLatLng([symbol.x, symbol.y]) : latlng;
      this._tip = L.tooltip({
        direction: "top",
        className: "geomap-tip",
        offset: L.point(0, symbol ? -symbol.half - 2 : -4)
      }).setLatLng(at).setContent(tip).addTo(this._map);
      this.redraw();
    }
    _leave() {
      if (this.hovered !== void 0) {
        this.hovered = void 0;
        this.hoveredMembers = void 0;
        this._map.getContainer().classList.remove("geomap-pointing");
        this._tip?.remove();
        this.redraw();
      }
    }
  };
  function mentionsText(model, number) {
    const possible = model.possible[number];
    const words = plural(model.mentions(number), "mention");
    return possible ? `${words} (${numeral(possible)} uncertain)` : words;
  }

  // page/tiles.js
  var ENOUGH_ERRORS = 4;
  var Tiles = class extends L.TileLayer {
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
            "The map tiles do not come (no network?). The built-in map is shown instead."
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
      if (window.location.protocol === "file:" && /openstreetmap\.org/.test(this._url)) {
        this._giveUp(
          "OpenStreetMap does not give tiles to a file opened from disk. The built-in map is shown instead."
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
      const middle = (coords.x + 0.5) / 2 ** coords.z * width - map.getPixelOrigin().x;
      return middle >= min.x && middle < min.x + width;
    }
    /** @param {L.LatLng} [center] */
    _update(center) {
      super._update(center);
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
      setTimeout(() => {
        this.remove();
        showNotice(map, text);
      });
    }
  };

  // page/main.js
  var maker = (Layer) => (...given) => new Layer(...given);
  Object.assign(L, {
    geomap: {
      basemap: maker(Basemap),
      choropleth: maker(Choropleth),
      comentions: maker(Comentions),
      heat: maker(Heat),
      places: maker(Places),
      tiles: maker(Tiles)
    }
  });
})();

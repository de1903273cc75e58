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
var SHORT_FORMS = new Map(
  Object.entries({ st: "saint", ste: "sainte", mt: "mount", ft: "fort" })
);

// page/mercator.js
var EDGE = 85.0511287798 * Math.PI / 180;

// page/model.js
var UNDATED = -2147483648;
var DAY = 864e5;
var isoDay = (day) => day === UNDATED ? "" : new Date(day * DAY).toISOString().slice(0, 10);
function dayOf(iso) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(iso || "")) {
    return void 0;
  }
  const day = Math.round(Date.parse(`${iso}T00:00:00Z`) / DAY);
  return Number.isNaN(day) || isoDay(day) !== iso ? void 0 : day;
}

// page/words.js
var dates = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC"
});

// page/corrections.js
var VERDICTS = ["right", "moved", "not a place"];
var LONGEST = 1e3;
function isCorrection(one) {
  const isName2 = (text) => typeof text === "string" && text.length <= LONGEST;
  const isIn = (value, most) => typeof value === "number" && Math.abs(value) <= most;
  if (!one || !isName2(one.toponym) || !VERDICTS.includes(one.verdict)) {
    return false;
  }
  const placed = one.verdict !== "moved" || isName2(one.place_id) && isName2(one.name) && isIn(one.lat, 90) && isIn(one.lon, 180);
  const named = one.rule === true ? one.was === void 0 || isName2(one.was) : isName2(one.article_id) && ["text", "title"].includes(one.field) && Number.isInteger(one.start) && Number.isInteger(one.end);
  return placed && named;
}

// page/hash.js
var LONGEST_TEXT = 200;
var FARTHEST = 3600;
var CLOSEST = 24;
var isView = (lat, lng, zoom) => isWithin(lat, -90, 90) && isWithin(lng, -FARTHEST, FARTHEST) && isWithin(zoom, 0, CLOSEST);
var isWithin = (value, least, most) => typeof value === "number" && value >= least && value <= most;

// page/messages.js
var LONGEST2 = 1e3;
var MOST = 1e6;
var BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
var isName = (value) => typeof value === "string" && value.length <= LONGEST2;
var namesIn = (value) => Array.isArray(value) && value.length <= MOST && value.every(isName) ? value : void 0;
function viewIn(value) {
  const [lat, lng, zoom, ...more] = Array.isArray(value) ? value : [];
  return isView(lat, lng, zoom) && !more.length ? [lat, lng, zoom] : void 0;
}
function filtersIn(value) {
  if (typeof value !== "object" || value === null) {
    return void 0;
  }
  const { from, to, sources, kinds, certain, text } = value;
  const { possible, embedded, approximate } = value;
  const fits = [from, to].every((day) => day === null || dayOf(day) !== void 0) && (from === null || to === null || from <= to) && [sources, kinds].every((names) => names === null || namesIn(names)) && Number.isInteger(certain) && isWithin(certain, 0, 100) && [possible, embedded, approximate].every((on) => typeof on === "boolean") && typeof text === "string" && text.length <= LONGEST_TEXT;
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

// page/widget.js
var ALLOWED = "allow-scripts allow-popups allow-popups-to-escape-sandbox allow-downloads";
var SAYS = ["selected", "view", "filters", "only", "corrections"];
var traitOf = (name) => name === "shown" ? "_shown" : name;
function render({ model, el }) {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", ALLOWED);
  frame.allow = "clipboard-write; fullscreen";
  frame.title = model.get("_title");
  frame.style.cssText = "display:block;width:100%;border:0";
  frame.height = String(model.get("_height"));
  let talk;
  const values = () => Object.fromEntries(SAYS.map((name) => [name, model.get(name)]));
  const take = (heard) => {
    for (const [name, value] of Object.entries(heard)) {
      model.set(traitOf(name), value);
    }
    model.save_changes();
  };
  const onMessage = ({ source, data }) => {
    if (source !== frame.contentWindow || data?.geomap !== "ready") {
      return;
    }
    talk?.end();
    const { port1, port2 } = new MessageChannel();
    talk = new Talk(port1, { says: SAYS, values, take });
    const connect = { geomap: "connect", values: values() };
    frame.contentWindow?.postMessage(connect, "*", [port2]);
  };
  const onChange = () => talk?.tell();
  window.addEventListener("message", onMessage);
  for (const name of SAYS) {
    model.on(`change:${name}`, onChange);
  }
  frame.setAttribute("srcdoc", model.get("_document"));
  el.append(hidingOf(model.get("_static")), frame);
  return () => {
    window.removeEventListener("message", onMessage);
    for (const name of SAYS) {
      model.off(`change:${name}`, onChange);
    }
    talk?.end();
  };
}
function hidingOf(id) {
  const style = document.createElement("style");
  style.textContent = `[data-geomap-static="${id}"]{display:none!important}`;
  return style;
}
var widget_default = { render };
export {
  widget_default as default
};

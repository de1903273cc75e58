// What a page and the notebook around it tell each other: which values there are, and that each is one. No page in here.
import { isCorrection } from "./corrections.js";
import { LONGEST_TEXT, isView, isWithin, namesOf, numbersOf } from "./hash.js";
import { dayOf, everything, isoDay } from "./model.js";
/** @import { Model } from "./model.js" */
/** @import { Correction, End, Filters, State, Values } from "./types" */

const LONGEST = 1000; // characters of an id or a name
const MOST = 1000000; // ids, names, corrections
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const STEP = 8192; // bytes at once

/** @param {any} value */
const isName = (value) => typeof value === "string" && value.length <= LONGEST;

/**
 * @param {any} value
 * @returns {string[] | undefined}
 */
const namesIn = (value) =>
  Array.isArray(value) && value.length <= MOST && value.every(isName)
    ? value
    : undefined;

/**
 * @param {any} value
 * @returns {[number, number, number] | undefined}
 */
function viewIn(value) {
  const [lat, lng, zoom, ...more] = Array.isArray(value) ? value : [];
  return isView(lat, lng, zoom) && !more.length ? [lat, lng, zoom] : undefined;
}

/**
 * Filters in one order of keys, so that the same ones are the same text; undefined if one of them is none.
 *
 * @param {any} value
 * @returns {Filters | undefined}
 */
function filtersIn(value) {
  if (typeof value !== "object" || value === null) {
    return undefined;
  }
  const { from, to, sources, kinds, certain, text } = value;
  const { possible, embedded, approximate } = value;
  const fits =
    [from, to].every((day) => day === null || dayOf(day) !== undefined) &&
    (from === null || to === null || from <= to) &&
    [sources, kinds].every((names) => names === null || namesIn(names)) &&
    Number.isInteger(certain) &&
    isWithin(certain, 0, 100) &&
    [possible, embedded, approximate].every((on) => typeof on === "boolean") &&
    typeof text === "string" &&
    text.length <= LONGEST_TEXT;
  return fits
    ? {
        from,
        to,
        sources,
        kinds,
        certain,
        possible,
        embedded,
        approximate,
        text,
      }
    : undefined;
}

/**
 * @param {any} value
 * @returns {string | null | undefined}
 */
const bitsIn = (value) =>
  value === null || (typeof value === "string" && BASE64.test(value))
    ? value
    : undefined;

/**
 * @param {any} value
 * @returns {Correction[] | undefined}
 */
const correctionsIn = (value) =>
  Array.isArray(value) && value.length <= MOST && value.every(isCorrection)
    ? value
    : undefined;

/**
 * @param {any} value
 * @returns {Values["shown"] | undefined}
 */
function shownIn(value) {
  const [rows, only] = [bitsIn(value?.rows), bitsIn(value?.only)];
  const filters = filtersIn(value?.filters);
  return typeof rows === "string" && only !== undefined && filters
    ? { rows, filters, only }
    : undefined;
}

/** @type {{ [Name in keyof Values]: (value: unknown) => Values[Name] | undefined }} */
const CHECKS = {
  selected: namesIn,
  view: viewIn,
  filters: filtersIn,
  only: bitsIn,
  corrections: correctionsIn,
  shown: shownIn,
};
const NAMES = /** @type {(keyof Values)[]} */ (Object.keys(CHECKS));

/**
 * Of a message what it may say; all else is left out, since it may come from anybody.
 *
 * @param {any} message
 * @returns {Partial<Values>}
 */
export function valuesIn(message) {
  const found = NAMES.flatMap((name) => {
    const value = Object.hasOwn(message ?? {}, name)
      ? CHECKS[name](message[name])
      : undefined;
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(found);
}

/**
 * One end of a talk between a page and a notebook. Each says what has changed since either last said it, so that neither
 * hears its own words back.
 */
export class Talk {
  /**
   * @param {MessagePort} port
   * @param {End} end
   */
  constructor(port, end) {
    this._port = port;
    this._end = end;
    /** @type {Map<string, string>} */
    this._known = new Map();
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
    this._taken = this._taken
      .then(() => this._end.take(values))
      // One message that fails is no reason to hear no other.
      .catch((error) => console.error(error))
      .then(() => {
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
        ([name, value]) =>
          this._end.says.some((one) => one === name) &&
          this._known.get(name) !== JSON.stringify(value),
      ),
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
}

/**
 * What a model shows, as filters.
 *
 * @param {Model} model
 * @returns {Filters}
 */
export function filtersOf(model) {
  const { from, to, certain, possible, embedded, approximate, text } =
    model.state;
  return {
    from: from === null ? null : isoDay(from),
    to: to === null ? null : isoDay(to),
    sources: namesOf(model, "sources"),
    kinds: namesOf(model, "kinds"),
    certain,
    possible,
    embedded,
    approximate,
    text,
  };
}

/**
 * The same back; what a notebook left in stays as it is.
 *
 * @param {Filters} filters
 * @param {Model} model
 * @returns {State}
 */
export function stateOf({ from, to, sources, kinds, ...rest }, model) {
  return {
    ...everything(model.content.shown),
    ...rest,
    from: dayOf(from) ?? null,
    to: dayOf(to) ?? null,
    sources: sources && numbersOf(model, "sources", sources),
    kinds: kinds && numbersOf(model, "kinds", kinds),
    only: model.state.only,
  };
}

/**
 * Rows as bits in base64, the first row the lowest bit of the first byte.
 *
 * @param {ArrayLike<number>} rows
 */
export function packRows(rows) {
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

/**
 * The same back; rows beyond those that were packed are out.
 *
 * @param {string} packed
 * @param {number} count
 */
export function unpackRows(packed, count) {
  let text = "";
  try {
    text = atob(packed);
  } catch {
    text = ""; // letters of base64 that are none
  }
  return Uint8Array.from(
    { length: count },
    (_, row) => (text.charCodeAt(row >> 3) >> (row & 7)) & 1,
  );
}

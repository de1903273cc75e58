// What a reader corrects: kept in the browser under the name of the corpus, and given out as a file of JSON lines.
import { loadWords } from "./data.js";
import { makeButton, makeElement, makeFile, openDialog } from "./elements.js";
import { plural } from "./words.js";
/** @import { Places } from "./places.js" */
/** @import { Model } from "./model.js" */
/** @import { Correction, Mention, Words } from "./types" */

/**
 * One mention's name in the file: the same article, field and span in any later run.
 *
 * @param {Words} words
 * @param {Model} model
 * @param {number} row
 * @returns {Mention}
 */
export function mentionOf(words, model, row) {
  const toponym = words.sentences[words.sentence[row]].slice(
    words.at[row],
    words.at[row] + words.length[row],
  );
  const begin = words.start?.[row] ?? -1;
  return {
    article_id: words.articles.id[model.article[row]],
    field: words.title?.[row] ? "title" : "text",
    start: begin,
    end: begin + (words.span?.[row] ?? words.length[row]),
    toponym,
  };
}

/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">} Kept */

/**
 * What keeps nothing, for a page whose corrections somebody else keeps.
 *
 * @type {Kept}
 */
const NOTHING = {
  getItem: () => null,
  setItem: () => undefined,
  removeItem: () => undefined,
  key: () => null,
  length: 0,
};
const PREFIX = "geomap.corrections.";
const VERDICTS = ["right", "moved", "not a place"];
const LONGEST = 1000; // characters of a name or an id

/**
 * The corrections of one map, kept in the browser with the hash of the map's data. All files on a disk share one storage,
 * so that what is found there may be another map's, or anybody's: only what this map could have written is its own.
 */
export class Corrections {
  /**
   * @param {string} map the hash of the map's data
   * @param {Kept | null} storage
   * @param {string} [title]
   */
  constructor(map, storage, title = "") {
    this._map = map;
    this._title = title;
    this.hosted = false; // kept by a notebook around the page
    this._storage = storage;
    this.lost = !storage;
    /** @type {Set<() => void>} */
    this._listeners = new Set();
    /** @type {Correction[]} */
    this.list = [];
    /**
     * What is kept under the name of this map and is not about it.
     *
     * @type {unknown[]}
     */
    this.strangers = [];
    this._load();
  }

  _load() {
    try {
      const { map, corrections, strangers } = recordOf(
        this._storage?.getItem(PREFIX + this._map),
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
      this.lost = true; // a frame that may not keep anything
    }
  }

  /**
   * Sets aside what names no mention of this map.
   *
   * @param {Set<string>} names
   */
  check(names) {
    const known = this.list.filter((one) => names.has(Corrections.name(one)));
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
      strangers: this.strangers,
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
    return one.rule
      ? JSON.stringify(["rule", one.toponym, one.was])
      : JSON.stringify([one.article_id, one.field, one.start, one.end]);
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
    const name = Corrections.name(correction);
    this.list = this.list.filter((one) => Corrections.name(one) !== name);
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
    const own = Corrections.name(mention);
    const { toponym } = mention;
    // A rule that a notebook gives may speak of a toponym wherever it was taken to be.
    const rules = [{ was }, {}].map((rest) =>
      Corrections.name({ rule: true, toponym, ...rest }),
    );
    return [own, ...rules]
      .map((name) => this.list.find((one) => Corrections.name(one) === name))
      .find((one) => one !== undefined);
  }

  /** @param {Correction[]} list */
  replace(list) {
    this.list = list;
    this._keep();
  }

  lines() {
    return linesOf(this.list);
  }
}

/**
 * Corrections as the file that geomap.apply_corrections reads.
 *
 * @param {unknown[]} corrections
 */
export const linesOf = (corrections) =>
  corrections.map((one) => `${JSON.stringify(one)}\n`).join("");

/**
 * What a browser keeps of a map; nothing for what geomap did not write.
 *
 * @param {string | null | undefined} text
 * @returns {{ map: string, title: string, corrections: unknown[], strangers: unknown[] }}
 */
function recordOf(text) {
  /** @type {any} */
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
    strangers: Array.isArray(kept?.strangers) ? kept.strangers : [],
  };
}

/**
 * Whether something has the form of a correction that this page writes.
 *
 * @param {any} one
 * @returns {one is Correction}
 */
export function isCorrection(one) {
  const isName = (/** @type {unknown} */ text) =>
    typeof text === "string" && text.length <= LONGEST;
  const isIn = (/** @type {unknown} */ value, /** @type {number} */ most) =>
    typeof value === "number" && Math.abs(value) <= most;
  if (!one || !isName(one.toponym) || !VERDICTS.includes(one.verdict)) {
    return false;
  }
  const placed =
    one.verdict !== "moved" ||
    (isName(one.place_id) &&
      isName(one.name) &&
      isIn(one.lat, 90) &&
      isIn(one.lon, 180));
  const named =
    one.rule === true
      ? one.was === undefined || isName(one.was)
      : isName(one.article_id) &&
        ["text", "title"].includes(one.field) &&
        Number.isInteger(one.start) &&
        Number.isInteger(one.end);
  return placed && named;
}

/**
 * The names of all corrections that a map could be given: of its mentions, and of its toponyms by place.
 *
 * @param {Words} words
 * @param {Model} model
 */
function namesOf(words, model) {
  const names = new Set();
  for (let place = 0; place < model.size.places; place += 1) {
    const was = model.places.id[place];
    for (
      let row = model.begins[place];
      row < model.begins[place + 1];
      row += 1
    ) {
      const mention = mentionOf(words, model, row);
      names.add(Corrections.name(mention));
      names.add(
        Corrections.name({ rule: true, toponym: mention.toponym, was }),
      );
    }
  }
  return names;
}

/**
 * @param {Model} model
 * @param {string} [title]
 * @param {boolean} [hosted] whether a notebook keeps them
 * @returns {Corrections}
 */
export function correctionsOf(model, title, hosted = false) {
  if (!model.corrections) {
    let storage = null;
    try {
      storage = hosted ? NOTHING : window.localStorage;
    } catch {
      storage = null; // a frame that may not keep anything
    }
    const { hash } = model.content;
    const corrections = new Corrections(hash, storage, title);
    corrections.hosted = hosted;
    model.corrections = corrections;
    if (corrections.list.length) {
      loadWords(model).then((words) =>
        corrections.check(words ? namesOf(words, model) : new Set()),
      );
    }
  }
  return model.corrections;
}

/**
 * The list of what was corrected, to be taken away or taken back; and what the browser keeps that is not of this map.
 *
 * @param {Places} layer
 */
export function showCorrections(layer) {
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
        count
          ? howToApply(corrections)
          : "Nothing was corrected. Open a place and press Check under a sentence.",
      ),
    );
    if (corrections.lost) {
      body.append(
        makeElement(
          "p",
          "geomap-doubt",
          "This browser keeps nothing for this page: take the corrections with you before you close it.",
        ),
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

/** @param {Corrections} corrections */
const howToApply = ({ hosted }) =>
  hosted
    ? "They are in the notebook, as corrections of its widget; its corrected_mentions are the corpus with them."
    : 'They stay in this browser until you remove them. Download them and apply them to the corpus with geomap.apply_corrections(mentions, "corrections.jsonl").';

/** @param {Corrections} corrections */
function ownCorrections(corrections) {
  const row = makeElement("div", "geomap-row");
  row.append(
    makeFile("corrections.jsonl", "application/jsonl", () =>
      corrections.lines(),
    ),
    makeButton("Remove all", () => corrections.clear()),
  );
  const list = makeElement("ul", "geomap-corrections");
  for (const one of corrections.list) {
    const item = makeElement("li");
    const words = makeElement("span", "", verdictText(one));
    words.dir = "auto";
    item.append(
      words,
      makeButton("Undo", () => corrections.remove(one)),
    );
    list.append(item);
  }
  return [row, list];
}

/** @param {Corrections} corrections */
function otherCorrections(corrections) {
  const { strangers } = corrections;
  const found = corrections.others().map((other) => ({
    what: other.title ? `“${other.title}”` : "a map without a title",
    lines: other.corrections,
    remove: () => corrections.forget(other.key),
  }));
  if (strangers.length) {
    found.unshift({
      what: "mentions that this map does not have",
      lines: strangers,
      remove: () => corrections.forgetStrangers(),
    });
  }
  if (!found.length) {
    return [];
  }
  const list = makeElement("ul", "geomap-corrections geomap-others");
  for (const { what, lines, remove } of found) {
    const item = makeElement("li");
    const words = makeElement(
      "span",
      "",
      `${plural(lines.length, "correction")} of ${what}`,
    );
    words.dir = "auto";
    const row = makeElement("div", "geomap-row");
    row.append(
      makeFile("corrections.jsonl", "application/jsonl", () => linesOf(lines)),
      makeButton("Remove", remove),
    );
    item.append(words, row);
    list.append(item);
  }
  return [
    makeElement(
      "p",
      "",
      "This browser also keeps corrections of other maps. They are not applied here.",
    ),
    list,
  ];
}

/** @param {Correction} one */
export const saidOf = ({ verdict, name }) =>
  verdict === "moved" ? String(name) : String(verdict);

/** @param {Correction} one */
export function verdictText(one) {
  const what = one.rule
    ? `every “${one.toponym}”`
    : `“${one.toponym}” in ${one.article_id}`;
  return `${what}: ${saidOf(one)}`;
}

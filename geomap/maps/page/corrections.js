// What a reader corrects: kept in the browser under the name of the corpus, and given out as a file of JSON lines.
import { download, makeButton, makeElement, openDialog } from "./elements.js";
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

export class Corrections {
  /**
   * @param {string} key
   * @param {Pick<Storage, "getItem" | "setItem"> | null} storage
   */
  constructor(key, storage) {
    this._key = `geomap.corrections.${key}`;
    this._storage = storage;
    this.lost = !storage;
    /** @type {Set<() => void>} */
    this._listeners = new Set();
    this.list = this._load();
  }

  /** @returns {Correction[]} */
  _load() {
    try {
      const kept = JSON.parse(this._storage?.getItem(this._key) || "[]");
      return Array.isArray(kept) ? kept : [];
    } catch {
      this.lost = true; // no storage here (a frame of another page), or not our words in it
      return [];
    }
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
    try {
      this._storage?.setItem(this._key, JSON.stringify(this.list));
      this.lost = !this._storage;
    } catch {
      this.lost = true;
    }
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
    const rule = Corrections.name({
      rule: true,
      toponym: mention.toponym,
      was,
    });
    /** @param {string} name */
    const found = (name) =>
      this.list.find((one) => Corrections.name(one) === name);
    return found(own) || found(rule);
  }

  // As the file that geomap.apply_corrections reads.
  lines() {
    return this.list.map((one) => `${JSON.stringify(one)}\n`).join("");
  }
}

/**
 * @param {Model} model
 * @returns {Corrections}
 */
export function correctionsOf(model) {
  if (!model.corrections) {
    let storage = null;
    try {
      storage = window.localStorage;
    } catch {
      storage = null; // a frame that may not keep anything; _load notes it
    }
    model.corrections = new Corrections(model.content.key, storage);
  }
  return model.corrections;
}

/**
 * The list of what was corrected, to be taken away or taken back.
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
    body.replaceChildren();
    const count = corrections.list.length;
    body.append(
      makeElement(
        "p",
        "",
        count
          ? 'They stay in this browser until you remove them. Download them and apply them to the corpus with geomap.apply_corrections(mentions, "corrections.jsonl").'
          : "Nothing was corrected. Open a place and press Check under a sentence.",
      ),
    );
    if (corrections.lost) {
      body.append(
        makeElement(
          "p",
          "geomap-doubt",
          "This browser keeps nothing for this page: download the corrections before you close it.",
        ),
      );
    }
    if (!count) {
      return;
    }
    const row = makeElement("p", "geomap-row");
    row.append(
      makeButton("Download corrections.jsonl", () =>
        download("corrections.jsonl", "application/jsonl", corrections.lines()),
      ),
      makeButton("Remove all", () => {
        corrections.clear();
        show();
      }),
    );
    const list = makeElement("ul", "geomap-corrections");
    for (const one of corrections.list) {
      const item = makeElement("li");
      const words = makeElement("span", "", verdictText(one));
      words.dir = "auto";
      item.append(
        words,
        makeButton("Undo", () => {
          corrections.remove(one);
          show();
        }),
      );
      list.append(item);
    }
    body.append(row, list);
  };
  show();
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

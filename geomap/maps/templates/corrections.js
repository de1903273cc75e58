// What a reader corrects: kept in the browser under the name of the corpus, and given out as a file of JSON lines.
(function () {
  "use strict";

  const geomap = L.geomap;

  // One mention's name in the file: the same article, field and span in any later run.
  geomap.mentionOf = function (words, model, row) {
    const toponym = words.sentences[words.sentence[row]].slice(
      words.at[row],
      words.at[row] + words.length[row],
    );
    return {
      article_id: words.articles.id[model.article[row]],
      field: words.title[row] ? "title" : "text",
      start: words.start[row],
      end: words.start[row] + (words.span[row] ?? words.length[row]),
      toponym,
    };
  };

  geomap.Corrections = class {
    constructor(key, storage) {
      this._key = `geomap.corrections.${key}`;
      this._storage = storage;
      this._listeners = new Set();
      this.list = this._load();
    }

    _load() {
      try {
        const kept = JSON.parse(this._storage.getItem(this._key) || "[]");
        return Array.isArray(kept) ? kept : [];
      } catch {
        this.lost = true; // no storage here (a frame of another page), or not our words in it
        return [];
      }
    }

    listen(listener) {
      this._listeners.add(listener);
      return () => this._listeners.delete(listener);
    }

    _keep() {
      try {
        this._storage.setItem(this._key, JSON.stringify(this.list));
        this.lost = false;
      } catch {
        this.lost = true;
      }
      for (const listener of [...this._listeners]) {
        listener();
      }
    }

    // A rule speaks of every mention of a toponym that was resolved to one place.
    static name(one) {
      return one.rule
        ? JSON.stringify(["rule", one.toponym, one.was])
        : JSON.stringify([one.article_id, one.field, one.start, one.end]);
    }

    add(correction) {
      this.remove(correction, true);
      this.list.push(correction);
      this._keep();
    }

    remove(correction, quiet) {
      const name = geomap.Corrections.name(correction);
      this.list = this.list.filter(
        (one) => geomap.Corrections.name(one) !== name,
      );
      if (!quiet) {
        this._keep();
      }
    }

    clear() {
      this.list = [];
      this._keep();
    }

    // What was said of a mention: of itself, or by a rule.
    of(mention, was) {
      const own = geomap.Corrections.name(mention);
      const rule = geomap.Corrections.name({
        rule: true,
        toponym: mention.toponym,
        was,
      });
      const found = (name) =>
        this.list.find((one) => geomap.Corrections.name(one) === name);
      return found(own) || found(rule);
    }

    // As the file that geomap.apply_corrections reads.
    lines() {
      return this.list.map((one) => `${JSON.stringify(one)}\n`).join("");
    }
  };

  geomap.corrections = function (model) {
    if (!model.corrections) {
      let storage = null;
      try {
        storage = window.localStorage;
      } catch {
        storage = null; // a frame that may not keep anything; _load notes it
      }
      model.corrections = new geomap.Corrections(model.content.key, storage);
    }
    return model.corrections;
  };

  // The list of what was corrected, to be taken away or taken back.
  geomap.showCorrections = function (layer) {
    const { corrections, _map: map } = layer;
    const dialog = geomap.dialog(map, "Corrections", "geomap-about-dialog");
    const body = geomap.element("div", "geomap-dialog-body");
    body.tabIndex = 0;
    dialog.append(body);
    const show = () => {
      body.replaceChildren();
      const count = corrections.list.length;
      body.append(
        geomap.element(
          "p",
          "",
          count
            ? 'They stay in this browser until you remove them. Download them and apply them to the corpus with geomap.apply_corrections(mentions, "corrections.jsonl").'
            : "Nothing was corrected. Open a place and press Check under a sentence.",
        ),
      );
      if (corrections.lost) {
        body.append(
          geomap.element(
            "p",
            "geomap-doubt",
            "This browser keeps nothing for this page: download the corrections before you close it.",
          ),
        );
      }
      if (!count) {
        return;
      }
      const row = geomap.element("p", "geomap-row");
      row.append(
        geomap.button("Download corrections.jsonl", () =>
          geomap.download(
            "corrections.jsonl",
            "application/jsonl",
            corrections.lines(),
          ),
        ),
        geomap.button("Remove all", () => {
          corrections.clear();
          show();
        }),
      );
      const list = geomap.element("ul", "geomap-corrections");
      for (const one of corrections.list) {
        const item = geomap.element("li");
        const words = geomap.element("span", "", geomap.verdict(one));
        words.dir = "auto";
        item.append(
          words,
          geomap.button("Undo", () => {
            corrections.remove(one);
            show();
          }),
        );
        list.append(item);
      }
      body.append(row, list);
    };
    show();
  };

  geomap.saidOf = ({ verdict, name }) =>
    verdict === "moved" ? String(name) : String(verdict);

  geomap.verdict = function (one) {
    const what = one.rule
      ? `every “${one.toponym}”`
      : `“${one.toponym}” in ${one.article_id}`;
    return `${what}: ${geomap.saidOf(one)}`;
  };
})();

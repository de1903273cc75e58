// The mentions of a map and what of them is shown: no page and no map in here, so that tests run it on its own.
(function () {
  "use strict";

  const geomap = (L.geomap = L.geomap || {});

  geomap.DOUBTFUL = 50; // percent: from here on a mention counts as certain, unless the reader moves the line
  geomap.UNDATED = -2147483648;
  const DAY = 86400000;
  const BINS = 72; // at most
  const MONTHS = [1, 3, 12, 60, 120];

  geomap.isDoubtful = (percent) => percent >= 0 && percent < geomap.DOUBTFUL;

  geomap.isoDay = (day) =>
    day === geomap.UNDATED
      ? ""
      : new Date(day * DAY).toISOString().slice(0, 10);

  // A day as a number, undefined where the words are no date.
  geomap.dayOf = function (iso) {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(iso || "")) {
      return undefined;
    }
    const time = Date.parse(`${iso}T00:00:00Z`);
    return Number.isNaN(time) ? undefined : Math.round(time / DAY);
  };

  // Undoes the differences along a column; it begins anew at each of the runs.
  geomap.sums = function (differences, begins, Type) {
    const values = new Type(differences.length);
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
  };

  // Where the bars of a histogram begin, in days, and behind the last where it ends: days, weeks, months or years.
  geomap.edges = function (first, last) {
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
      return even(7, first - ((((first + 3) % 7) + 7) % 7)); // day 0 was a Thursday
    }
    const begin = new Date(first * DAY);
    for (const step of MONTHS) {
      let month = begin.getUTCFullYear() * 12 + begin.getUTCMonth();
      month -= month % step;
      const edges = [];
      for (;;) {
        const date = new Date(0);
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
  };

  // For search: without case and accents.
  geomap.fold = function (text) {
    // eslint-disable-next-line no-control-regex
    const plain = /[^\x00-\x7f]/.test(text)
      ? text.normalize("NFD").replace(/\p{M}/gu, "")
      : text;
    return plain.toLowerCase();
  };

  // Nothing filtered. `kinds` and `sources` are sets of what is shown, null for all; days are numbers, null for no end.
  geomap.everything = () => ({
    from: null,
    to: null,
    kinds: null,
    sources: null,
    certain: geomap.DOUBTFUL,
    possible: true,
    text: "",
  });

  geomap.Model = class {
    constructor(content) {
      const { places, rows, articles } = content;
      this.content = content;
      this.places = places;
      this.begins = Uint32Array.from(places.rows);
      this.article = geomap.sums(rows.article, this.begins, Uint32Array);
      this.confidence = Int8Array.from(rows.confidence);
      this.kind = Uint8Array.from(rows.kind);
      this.checked = rows.checked;
      this.source = Int32Array.from(articles.source);
      this.day = Int32Array.from(articles.day, (day) => day ?? geomap.UNDATED);
      this.size = { places: places.id.length, articles: this.day.length };
      this.number = new Map(places.id.map((id, number) => [id, number]));
      this._measure();
      for (const name of ["certain", "possible", "whole", "articles"]) {
        this[name] = new Uint32Array(this.size.places);
      }
      this.first = new Int32Array(this.size.places);
      this.last = new Int32Array(this.size.places);
      this.mean = new Int16Array(this.size.places);
      this.shown = new Uint8Array(this.article.length); // 0 not, 1 possible, 2 certain
      this._listeners = new Set();
      this.state = geomap.everything();
      this._count();
      this.most = Math.max(1, this.mostNow);
    }

    // The dates there are, and the histogram's bars.
    _measure() {
      const days = this.day.filter((day) => day !== geomap.UNDATED).sort();
      this.undated = this.day.length - days.length;
      this.days = days.length ? [days[0], days[days.length - 1]] : null;
      this.edges = days.length ? geomap.edges(...this.days) : [];
      this.bin = new Int16Array(this.day.length).fill(-1);
      for (let article = 0; article < this.day.length; article += 1) {
        if (this.day[article] !== geomap.UNDATED) {
          this.bin[article] = this.binOf(this.day[article]);
        }
      }
      this.bins = new Uint32Array(Math.max(0, this.edges.length - 1));
    }

    binOf(day) {
      let [low, high] = [0, this.edges.length - 2];
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (this.edges[middle] <= day) {
          low = middle;
        } else {
          high = middle - 1;
        }
      }
      return low;
    }

    listen(listener) {
      this._listeners.add(listener);
      return () => this._listeners.delete(listener);
    }

    // Changes what is shown and tells everybody.
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

    // The rows whose sentence holds the words; the sentences are given because they are unpacked only when needed.
    search(text, words) {
      if (!this._folded) {
        this._folded = words.sentences.map(geomap.fold);
      }
      const wanted = geomap.fold(text.trim());
      const found = this._folded.map((sentence) => sentence.includes(wanted));
      this._matches = Uint8Array.from(words.sentence, (one) => +found[one]);
      this.set({ text });
    }

    get filtered() {
      const { from, to, kinds, sources, possible, text } = this.state;
      return Boolean(
        from !== null || to !== null || kinds || sources || !possible || text,
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
          const within =
            !dated || (day !== geomap.UNDATED && day >= begin && day <= end);
          passes[article] = within ? 2 : 1;
        }
      }
      return passes;
    }

    _count() {
      const { kinds, certain, possible } = this.state;
      const passes = this._articles();
      const seen = new Uint8Array(this.size.articles);
      const matches = this._matches;
      const totals = { mentions: 0, certain: 0, articles: 0, places: 0 };
      this.bins.fill(0);
      this.mostNow = 0;
      for (let place = 0; place < this.size.places; place += 1) {
        let [sure, maybe, whole, articles, sum, known] = [0, 0, 0, 0, 0, 0];
        let [first, last, before] = [geomap.UNDATED, geomap.UNDATED, -1];
        const end = this.begins[place + 1];
        for (let row = this.begins[place]; row < end; row += 1) {
          this.shown[row] = 0;
          const article = this.article[row];
          const percent = this.confidence[row];
          const isSure = percent < 0 || percent >= certain;
          if (
            passes[article] === 0 ||
            (kinds && !kinds.has(this.kind[row])) ||
            (matches && !matches[row]) ||
            !(isSure || possible)
          ) {
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
            if (day !== geomap.UNDATED) {
              first = day; // articles come the newest first
              last = last === geomap.UNDATED ? day : last;
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
      // The scale of the symbols stays while time passes, and while nothing is left.
      this.most = Math.max(1, this.mostNow);
      this.totals = totals;
    }

    mentions(place) {
      return this.certain[place] + this.possible[place];
    }

    // The places that are shown, most mentions first.
    ranked() {
      const numbers = [];
      for (let place = 0; place < this.size.places; place += 1) {
        if (this.mentions(place)) {
          numbers.push(place);
        }
      }
      return numbers.sort(
        (a, b) => this.mentions(b) - this.mentions(a) || a - b,
      );
    }

    // The rows of a place that are shown, the newest article first.
    rows(place) {
      const rows = [];
      for (
        let row = this.begins[place];
        row < this.begins[place + 1];
        row += 1
      ) {
        if (this.shown[row]) {
          rows.push(row);
        }
      }
      return rows;
    }

    // The mentions of a place that are shown, by the histogram's bars.
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

    // Of values by row, the one that most of a place's shown mentions have; of an ordered scale, the mean.
    typical(values, classes, ordered) {
      const found = new Int8Array(this.size.places).fill(-1);
      const counts = new Uint32Array(classes);
      for (let place = 0; place < this.size.places; place += 1) {
        counts.fill(0);
        let [sum, known] = [0, 0];
        for (
          let row = this.begins[place];
          row < this.begins[place + 1];
          row += 1
        ) {
          if (this.shown[row] && values[row] >= 0) {
            counts[values[row]] += 1;
            sum += values[row];
            known += 1;
          }
        }
        if (known) {
          found[place] = ordered
            ? Math.round(sum / known)
            : counts.indexOf(Math.max(...counts));
        }
      }
      return found;
    }

    // Pairs of places that stand in the same articles, those in most articles first.
    together(limit) {
      const perArticle = new Map();
      for (let place = 0; place < this.size.places; place += 1) {
        let before = -1;
        for (
          let row = this.begins[place];
          row < this.begins[place + 1];
          row += 1
        ) {
          const article = this.article[row];
          if (this.shown[row] && article !== before) {
            before = article;
            const list = perArticle.get(article);
            if (!list) {
              perArticle.set(article, [place]);
            } else if (list.length < 40) {
              list.push(place); // places come by rank: of a long list article, the best known
            }
          }
        }
      }
      const pairs = new Map();
      for (const list of perArticle.values()) {
        for (let i = 0; i < list.length; i += 1) {
          for (let j = i + 1; j < list.length; j += 1) {
            const pair = list[i] * this.size.places + list[j];
            pairs.set(pair, (pairs.get(pair) || 0) + 1);
          }
        }
      }
      return [...pairs]
        .sort((a, b) => b[1] - a[1] || a[0] - b[0])
        .slice(0, limit)
        .map(([pair, articles]) => ({
          from: Math.floor(pair / this.size.places),
          to: pair % this.size.places,
          articles,
        }));
    }
  };
})();

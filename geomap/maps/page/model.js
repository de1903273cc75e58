// The mentions of a map and what of them is shown: no page and no map in here, so that tests run it on its own.
import { fold } from "./fold.js";
import { findText, wordsForPlaces } from "./lookup.js";
import { across, down } from "./mercator.js";
/** @import { Corrections } from "./corrections.js" */
/** @import { Content, Names, Pair, PlaceWord, Shown, State, Words } from "./types" */

export const DOUBTFUL = 50; // percent: from here on a mention counts as certain, unless the reader moves the line
export const UNDATED = -2147483648;
const DAY = 86400000;
const BINS = 72; // at most
const MONTHS = [1, 3, 12, 60, 120];
const WITHIN = "within:"; // in front of the id of a place, for what lies somewhere in it

/** @param {number} day */
export const isoDay = (day) =>
  day === UNDATED ? "" : new Date(day * DAY).toISOString().slice(0, 10);

/**
 * A day as a number, undefined where the words are no date.
 *
 * @param {string | null | undefined} iso
 * @returns {number | undefined}
 */
export function dayOf(iso) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(iso || "")) {
    return undefined;
  }
  const day = Math.round(Date.parse(`${iso}T00:00:00Z`) / DAY);
  // Some browsers take 31 February for 3 March.
  return Number.isNaN(day) || isoDay(day) !== iso ? undefined : day;
}

/**
 * Undoes the differences along a column; it begins anew at each of the runs.
 *
 * @param {number[]} differences
 * @param {ArrayLike<number>} begins
 */
export function runningSums(differences, begins) {
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

/**
 * Where the bars of a histogram begin, in days, and behind the last where it ends: days, weeks, months or years.
 *
 * @param {number} first
 * @param {number} last
 * @returns {number[]}
 */
export function binEdges(first, last) {
  /**
   * @param {number} step
   * @param {number} start
   */
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
}

/**
 * Nothing filtered, and the map as it was made. `kinds` and `sources` are sets of what is shown, null for all; days are
 * numbers, null for no end; `only` says by row what a notebook left in, null for all.
 *
 * @param {Shown} shown
 * @returns {State}
 */
export const everything = (shown) => ({
  ...shown,
  from: null,
  to: null,
  kinds: null,
  sources: null,
  certain: DOUBTFUL,
  possible: true,
  text: "",
  summing: null,
  also: new Set(),
  only: null,
});

/** @param {string} id */
const isWithin = (id) => id.startsWith(WITHIN);

export class Model {
  /** @param {Content} content */
  constructor(content) {
    const { places, rows, articles } = content;
    this.content = content;
    /** @type {Promise<Words | null> | undefined} */
    this.words = undefined;
    /** @type {Corrections | undefined} */
    this.corrections = undefined;
    /** @type {Uint8Array | null} */
    this._matches = null;
    /** @type {Promise<PlaceWord[][]> | undefined} */
    this.placeWords = undefined;
    this.places = places;
    this.begins = Uint32Array.from(places.rows);
    this.article = runningSums(rows.article, this.begins);
    this.confidence = Int8Array.from(rows.confidence);
    this.kind = Uint8Array.from(rows.kind);
    this.checked = rows.checked;
    // What counts only if it is asked for.
    const embedded = content.kinds.indexOf("embedded");
    this.embedded = this.kind.map((kind) => +(kind === embedded));
    this.approximate = Uint8Array.from(places.id, (id) => +isWithin(id));
    this.has = {
      embedded: this.embedded.includes(1),
      approximate: this.approximate.includes(1),
    };
    this.source = Int32Array.from(articles.source);
    this.day = Int32Array.from(articles.day, (day) => day ?? UNDATED);
    this.size = { places: places.id.length, articles: this.day.length };
    this.number = new Map(places.id.map((id, number) => [id, number]));
    this.across = Float64Array.from(places.lon, across);
    this.down = Float64Array.from(places.lat, down);
    const days = this.day.filter((day) => day !== UNDATED).sort();
    this.undated = this.day.length - days.length;
    /** @type {[number, number] | null} */
    this.days = days.length ? [days[0], days[days.length - 1]] : null;
    this.edges = this.days ? binEdges(this.days[0], this.days[1]) : [];
    this.bin = Int16Array.from(this.day, (day) =>
      day === UNDATED ? -1 : this.binOf(day),
    );
    this.bins = new Uint32Array(Math.max(0, this.edges.length - 1));
    this.certain = new Uint32Array(this.size.places);
    this.possible = new Uint32Array(this.size.places);
    this.whole = new Uint32Array(this.size.places);
    this.articles = new Uint32Array(this.size.places);
    this.first = new Int32Array(this.size.places);
    this.last = new Int32Array(this.size.places);
    this.mean = new Int16Array(this.size.places);
    this.shown = new Uint8Array(this.article.length); // 0 not, 1 possible, 2 certain
    /** @type {Set<(model: Model) => void>} */
    this._listeners = new Set();
    this.counts = new Uint8Array(this.size.places); // whether any mention of it counts, filtered or not
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
      const middle = (low + high + 1) >> 1;
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
    this.placeWords = undefined;
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
      names,
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
      (one, row) => +(sentences[one] || titles[this.article[row]]),
    );
    this.set({ text });
  }

  get filtered() {
    const { from, to, kinds, sources, possible, text, only } = this.state;
    return Boolean(
      from !== null ||
        to !== null ||
        kinds ||
        sources ||
        !possible ||
        text ||
        only,
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
          !dated || (day !== UNDATED && day >= begin && day <= end);
        passes[article] = within ? 2 : 1;
      }
    }
    return passes;
  }

  _count() {
    const { kinds, certain, possible, embedded, approximate, only } =
      this.state;
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
        if (!counts || (this.embedded[row] && !embedded)) {
          continue;
        }
        this.counts[place] = 1;
        totals.all += 1;
        const article = this.article[row];
        const percent = this.confidence[row];
        const isSure = percent < 0 || percent >= certain;
        if (
          passes[article] === 0 ||
          (kinds && !kinds.has(this.kind[row])) ||
          (only && !only[row]) ||
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
          if (day !== UNDATED) {
            first = day; // articles come the newest first
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
    // The scale of the symbols stays while time passes, and while nothing is left.
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

  /**
   * Pairs of places that stand in the same articles, so many at least, those in most articles first.
   *
   * @param {number} limit
   * @param {number} [least]
   * @returns {Pair[]}
   */
  together(limit, least = 1) {
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
      .filter(([, articles]) => articles >= least)
      .sort((a, b) => b[1] - a[1] || a[0] - b[0])
      .slice(0, limit)
      .map(([pair, articles]) => ({
        from: Math.floor(pair / this.size.places),
        to: pair % this.size.places,
        articles,
      }));
  }
}

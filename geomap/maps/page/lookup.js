// What a search finds: places by any word for them, sources, sentences and headlines. No page in here.
import { beginsWord, fold } from "./fold.js";
/** @import { Model } from "./model.js" */
/** @import { Names, Passage, PlaceWord, Words } from "./types" */

const SHORTEST_INSIDE = 3; // letters that are looked for inside words too
const OTHER_NAME = 1.5; // how much less a match of an alternate name counts

/**
 * How well a folded name matches: 0 whole, 1 its beginning, 2 that of a word, 3 inside one; 9 not at all.
 *
 * @param {string} name
 * @param {string} wanted
 */
export function matchOf(name, wanted) {
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

/**
 * All words for places: folded, as shown, and whether the map or the articles write them.
 *
 * @param {string[]} called
 * @param {(number: number) => string[]} others
 * @param {Names | null} names
 * @returns {PlaceWord[][]}
 */
export function wordsForPlaces(called, others, names) {
  /** @param {string | undefined} lines */
  const split = (lines) => (lines ? lines.split("\n") : []);
  return called.map((name, number) => {
    const written = [name, ...others(number), ...split(names?.written[number])];
    const own = written.map((shown) => ({
      folded: fold(shown),
      shown,
      own: true,
    }));
    const alternates = split(names?.alternates[number]).map((shown) => ({
      folded: shown,
      shown,
      own: false,
    }));
    return [...own, ...alternates];
  });
}

/**
 * The places that have a word which matches, the best match and then the most mentions first.
 *
 * @param {Model} model
 * @param {PlaceWord[][]} words
 * @param {string} wanted folded
 * @returns {{ number: number, by: string }[]}
 */
export function findPlaces(model, words, wanted) {
  if (!wanted) {
    return [];
  }
  const found = [];
  for (let number = 0; number < words.length; number += 1) {
    if (!model.counts[number]) {
      continue; // only mentions that the reader has not asked for
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
  return found
    .sort(
      (a, b) =>
        a.best - b.best ||
        model.mentions(b.number) - model.mentions(a.number) ||
        a.number - b.number,
    )
    .map(({ number, by }) => ({ number, by }));
}

/**
 * The sources whose name holds the folded words.
 *
 * @param {Model} model
 * @param {string} wanted
 * @returns {{ number: number, articles: number }[]}
 */
export function findSources(model, wanted) {
  const counts = new Map();
  for (const source of model.source) {
    counts.set(source, (counts.get(source) ?? 0) + 1);
  }
  return model.content.sources
    .map((name, number) => ({ name, number }))
    .filter(({ name }) => wanted && fold(name).includes(wanted))
    .map(({ number }) => ({ number, articles: counts.get(number) ?? 0 }));
}

/**
 * Which sentences and which headlines hold the folded words.
 *
 * @param {Words} words
 * @param {string} wanted
 */
export function findText(words, wanted) {
  words.folded ??= {
    sentences: words.sentences.map(fold),
    titles: words.articles.title.map(fold),
  };
  // A word counts from its beginning, where a script has words with gaps between them and nothing written onto them.
  const begin = beginsWord(wanted) ? " " : "";
  /** @param {string[]} texts */
  const holding = (texts) =>
    texts.map(
      (text) =>
        Boolean(wanted) && `${begin}${text}`.includes(`${begin}${wanted}`),
    );
  const sentences = holding(words.folded.sentences);
  const titles = holding(words.folded.titles);
  /** @param {boolean[]} flags */
  const count = (flags) => flags.filter(Boolean).length;
  return {
    sentences,
    titles,
    counts: { sentences: count(sentences), titles: count(titles) },
  };
}

/**
 * What a full-text search found among what is shown: each sentence or headline once, with its article and places.
 *
 * @param {Model} model
 * @param {Words} words
 * @param {string} wanted folded
 * @returns {Passage[]}
 */
export function passagesOf(model, words, wanted) {
  const { sentences, titles } = findText(words, wanted);
  /** @type {Map<string, Passage>} */
  const found = new Map();
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
        const text = isTitle
          ? words.articles.title[article]
          : words.sentences[sentence];
        found.set(key, { text, isTitle, article, places: [place] });
      } else if (!passage.places.includes(place)) {
        passage.places.push(place);
      }
    }
  }
  // Articles are numbered from the newest.
  return [...found.values()].sort((a, b) => a.article - b.article);
}

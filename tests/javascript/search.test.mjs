// What the search box finds, and where the words stand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fold, positionsOf } from "../../geomap/maps/page/fold.js";
import {
  findPlaces,
  findSources,
  findText,
  matchOf,
  passagesOf,
} from "../../geomap/maps/page/lookup.js";
import { content, model, withLeftOut } from "./corpus.mjs";

const { places } = content();
/** A model whose places have other names, and the words for them. */
function named() {
  const some = model({
    places: {
      ...places,
      name: ["Hatra", "Al-Mawşil"],
      also: { 0: [["Al Ḩaḑar", "GeoNames"]] },
    },
  });
  const words = some.wordsForPlaces({
    written: ["Hatra\nal-Hadhr", ""],
    alternates: ["hatre\nالحضر", "mossoul"],
  });
  return { some, words };
}

test("names fold as the gazetteer folds them", () => {
  assert.equal(fold("St. Louis"), "saint louis");
  assert.equal(fold("Al-Qa’im"), "al qaim");
  assert.equal(fold("The Hague"), "hague");
  assert.equal(fold("Washington, D.C."), "washington dc");
  assert.equal(fold("Şanlıurfa"), "sanliurfa");
  assert.equal(fold("Straße"), "strasse");
  assert.equal(fold("The"), "the");
  assert.equal(fold("..."), "");
});

test("places are found by any word for them, without case, marks, hyphen and article", () => {
  const { some, words } = named();
  for (const [wanted, by] of [
    ["hat", "Hatra"],
    ["AL HADAR", "Al Ḩaḑar"],
    ["hadhr", "al-Hadhr"],
    ["الحضر", "الحضر"],
  ]) {
    const [first] = findPlaces(some, words, fold(wanted));
    assert.deepEqual(first, { number: 0, by });
  }
  assert.deepEqual(
    findPlaces(some, words, "al").map(({ number }) => number),
    [0, 1],
  );
  assert.deepEqual(findPlaces(some, words, "nowhere"), []);
  assert.deepEqual(findPlaces(some, words, ""), []);
});

test("a place is found only while something that the reader asked for is there", () => {
  const some = model(withLeftOut());
  const words = some.wordsForPlaces(null);
  const numbers = () =>
    findPlaces(some, words, "beta").map(({ number }) => number);
  assert.deepEqual(numbers(), [1]);
  some.set({ approximate: true });
  assert.deepEqual(numbers(), [1, 2]);
});

test("a match of the whole name comes before one of its beginning, of a word, and inside a word", () => {
  const ranks = ["mosul", "mosul street", "west mosul", "almosul"].map((name) =>
    matchOf(name, "mosul"),
  );
  assert.deepEqual(ranks, [0, 1, 2, 3]);
  assert.equal(matchOf("almosul", "mo"), 9);
});

test("the names of a map can be those of a language, and its tables keep the gazetteer's", () => {
  const { some } = named();
  assert.equal(some.gazetteerName(0), "Al Ḩaḑar");
  assert.equal(some.gazetteerName(1), "Al-Mawşil");
  some.rename({ name: ["Al Ḩaḑar", "Mossoul"], also: { 0: [["Hatra", ""]] } });
  assert.equal(some.gazetteerName(0), "Al Ḩaḑar");
  assert.deepEqual(some.otherNames(0), [["Hatra", ""]]);
});

const words = {
  sentence: [0, 1, 0, 0, 1],
  at: [],
  length: [],
  sentences: ["The flood reached Al-Qa’im.", "Nothing."],
  also: {},
  articles: { id: [], title: ["", "Floods again", ""], url: [], link: [] },
};

test("sentences and headlines are counted and listed once, with their places", () => {
  const some = model();
  assert.deepEqual(findText(words, "flood").counts, {
    sentences: 1,
    titles: 1,
  });
  assert.deepEqual(passagesOf(some, words, "flood"), [
    {
      text: words.sentences[0],
      isTitle: false,
      article: 0,
      places: [0, 1],
    },
    { text: "Floods again", isTitle: true, article: 1, places: [0, 1] },
    { text: words.sentences[0], isTitle: false, article: 2, places: [0] },
  ]);
  some.search("al qaim", words);
  assert.equal(some.totals.mentions, 3);
  assert.deepEqual(passagesOf(some, words, "nothing at all"), []);
});

test("sources are found with the number of their articles", () => {
  assert.deepEqual(findSources(model(), "one"), [{ number: 0, articles: 1 }]);
  assert.deepEqual(findSources(model(), ""), []);
});

test("found words are marked where they stand, whatever their spelling", () => {
  const text = "🙂 In Al-Qa’im, and in AL QAIM.";
  const marked = positionsOf(text, "al qaim").map(([from, to]) =>
    text.slice(from, to),
  );
  assert.deepEqual(marked, ["Al-Qa’im", "AL QAIM"]);
  assert.deepEqual(positionsOf(text, "mosul"), []);
  assert.deepEqual(positionsOf("a (b", "b"), [[3, 4]]);
  assert.deepEqual(positionsOf("Cambridge bridges", "bridge"), [[10, 16]]);
  assert.equal(positionsOf("في الموصل", "موصل").length, 1);
});

// What the page says: numbers, dates, names that are found, sentences that are marked, tables that are taken away.
import assert from "node:assert/strict";
import { test } from "node:test";
import { confidenceText, marked } from "../../geomap/maps/page/card.js";
import { placeOf } from "../../geomap/maps/page/check.js";
import { withinText } from "../../geomap/maps/page/circles.js";
import { clusterWords } from "../../geomap/maps/page/clusters.js";
import { mentionOf, verdictText } from "../../geomap/maps/page/corrections.js";
import { formsOf, withinRings } from "../../geomap/maps/page/legend.js";
import { UNDATED, dayOf } from "../../geomap/maps/page/model.js";
import { csv } from "../../geomap/maps/page/table.js";
import { datesText, numeral, plural } from "../../geomap/maps/page/words.js";
import { content, model, withLeftOut } from "./corpus.mjs";

test("numbers are grouped, and one is not many", () => {
  assert.equal(numeral(12345), "12,345");
  assert.equal(plural(1, "article"), "1 article");
  assert.equal(plural(1200, "article"), "1,200 articles");
  assert.equal(plural(2, "city", "cities"), "2 cities");
});

test("a stretch of one day is that day, and no date is no words", () => {
  const day = dayOf("2017-07-10");
  assert.equal(datesText(day, day), "10 Jul 2017");
  assert.equal(datesText(day, day + 30), "10 Jul 2017 – 9 Aug 2017");
  assert.equal(datesText(UNDATED, UNDATED), "");
});

test("confidence is said in words and figures", () => {
  assert.deepEqual([-1, 20, 50, 80].map(confidenceText), [
    "unknown confidence",
    "low confidence, 20%",
    "fair confidence, 50%",
    "high confidence, 80%",
  ]);
});

const words = {
  sentences: ["From Paris to Paris, Texas."],
  sentence: [0, 0],
  at: [5, 14],
  length: [5, 12],
  title: [0, 1],
  start: [105, 14],
  span: { 1: 13 },
  also: { 0: [5, 14] },
  articles: { id: ["x", "y"] },
};

test("every mention in a sentence is marked, the same one once", () => {
  assert.deepEqual(marked(words, [1]), [[14, 26]]);
  assert.deepEqual(marked(words, [0]), [
    [5, 10],
    [14, 19],
  ]);
});

test("a mention is named by its article, field and span", () => {
  const some = model();
  assert.deepEqual(mentionOf(words, some, 1), {
    article_id: "y",
    field: "title",
    start: 14,
    end: 27,
    toponym: "Paris, Texas",
  });
});

test("a correction says what was decided, for one mention or all", () => {
  const target = placeOf({
    id: "9",
    name: "Paris",
    percent: 2,
    lat: 1,
    lon: 2,
  });
  assert.equal(target.country_code, null);
  const moved = { toponym: "Paris", verdict: "moved", ...target };
  assert.equal(
    verdictText({ ...moved, article_id: "x" }),
    "“Paris” in x: Paris",
  );
  assert.equal(
    verdictText({ rule: true, toponym: "Paris", verdict: "right" }),
    "every “Paris”: right",
  );
});

test("a cluster names its best known places and counts the others", () => {
  const { places } = content();
  const name = ["Alpha", "Beta", "Gamma", "Delta"];
  assert.deepEqual(
    clusterWords(
      { places: { ...places, name } },
      { members: [2, 0, 1, 3], mentions: 1500 },
    ),
    { names: "Gamma, Alpha and 2 more", count: "· 1,500 mentions" },
  );
});

test("a radius is told in plain words and in both units", () => {
  assert.equal(withinText(20.4), "within about 20 km (13 mi)");
  assert.equal(withinText(373.2), "within about 370 km (230 mi)");
  assert.equal(withinText(0.3), "within about 1 km (1 mi)");
});

test("the legend has the forms and radii that are on the map, and none that is not", () => {
  const some = model(withLeftOut());
  assert.deepEqual([...formsOf(some)], ["town", "country"]);
  assert.equal(withinRings(some), "");
  some.set({ approximate: true });
  assert.deepEqual([...formsOf(some)], ["town", "country", "ring"]);
  assert.equal(withinRings(some), " (within 20 km)");
});

test("the table for a spreadsheet has what the map shows, and no formula", () => {
  const { places } = content();
  const some = model({ places: { ...places, name: ['=1+"1"', "Beta, East"] } });
  const lines = csv(some).split("\r\n");
  assert.equal(
    lines[0],
    "Place,In the gazetteer,Within,Kind,Certain,Possible,Articles,First,Last,Confidence,Latitude,Longitude,Within km",
  );
  assert.ok(lines[1].startsWith(`"'=1+""1"""`));
  assert.ok(lines[2].startsWith('"Beta, East",'));
  assert.equal(lines.length, 3);
});

test("a spreadsheet runs no cell, and numbers stay numbers", () => {
  const { places } = content();
  for (const [name, cell] of [
    ["=1", "'=1"],
    ["+44 1", "'+44 1"],
    ["-x", "'-x"],
    ["@a", "'@a"],
    ["\t=1", "'\t=1"],
    ["-3.5", "-3.5"],
    ["'=1", "'=1"],
  ]) {
    const some = model({
      places: { ...places, name: [name, "B"], lat: [-3.5, 1] },
    });
    const [, line] = csv(some).split("\r\n");
    assert.ok(line.startsWith(`${cell},`), line);
    assert.ok(line.endsWith(",-3.5,43.1,"), line);
  }
});

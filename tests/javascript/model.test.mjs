// What is shown of a corpus, and what is counted.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  binEdges,
  everything,
  isoDay,
  runningSums,
} from "../../geomap/maps/page/model.js";
import { model, withLeftOut } from "./corpus.mjs";

test("differences begin anew at each run", () => {
  const sums = runningSums([3, 1, 0, 2, 5], [0, 3]);
  assert.deepEqual([...sums], [3, 4, 4, 2, 7]);
});

test("empty runs do not shift the others", () => {
  assert.deepEqual([...runningSums([1, 1, 4], [0, 2, 2, 3])], [1, 2, 4]);
});

test("everything is counted at first", () => {
  const all = model();
  assert.deepEqual([...all.certain], [2, 2]);
  assert.deepEqual([...all.possible], [1, 0]);
  assert.deepEqual([...all.articles], [3, 2]);
  assert.deepEqual(all.totals, {
    mentions: 5,
    certain: 4,
    articles: 3,
    places: 2,
    all: 5,
  });
  assert.equal(all.first[0], 16000);
  assert.equal(all.last[0], 17000);
  assert.equal(all.mean[0], 65);
  assert.equal(all.filtered, false);
});

test("names inside other names and approximate places count only if asked for", () => {
  const some = model(withLeftOut());
  assert.deepEqual(some.ranked(), [0, 1]);
  assert.deepEqual([some.totals.mentions, some.totals.all], [5, 5]);
  assert.deepEqual(some.has, { embedded: true, approximate: true });
  some.set({ embedded: true });
  assert.deepEqual([some.mentions(0), some.totals.all], [4, 6]);
  some.set({ embedded: false, approximate: true });
  assert.deepEqual(some.ranked(), [0, 1, 2]);
  assert.deepEqual([some.mentions(1), some.mentions(2)], [2, 1]);
  assert.equal(some.filtered, false);
  assert.deepEqual([some.placeId(1), some.placeId(2)], ["b", "b"]);
  some.set(everything(some.content.shown));
  assert.deepEqual(some.ranked(), [0, 1]);
  assert.deepEqual(model().has, { embedded: false, approximate: false });
});

test("dates leave out what has none, and keep the scale", () => {
  const some = model();
  some.set({ from: 16500 });
  assert.deepEqual([...some.certain], [1, 1]);
  assert.equal(some.most, 3);
  assert.equal(
    some.bins.reduce((a, b) => a + b),
    4,
  );
});

test("sources, kinds and confidence combine", () => {
  const some = model();
  some.set({ sources: new Set([1]), kinds: new Set([1]) });
  assert.deepEqual([some.mentions(0), some.mentions(1)], [0, 1]);
  assert.deepEqual(some.ranked(), [1]);
  some.set({ ...everything(some.content.shown), certain: 75, possible: false });
  assert.deepEqual([some.mentions(0), some.mentions(1)], [2, 1]);
});

test("words are found without case and accents", () => {
  const some = model();
  const words = {
    sentences: ["Été à Mosul", "nothing"],
    sentence: [0, 1, 1, 1, 0],
    articles: { title: ["", "", ""] },
  };
  some.search("ete A", words);
  assert.deepEqual([some.mentions(0), some.mentions(1)], [1, 1]);
  some.set({ text: "" });
  assert.equal(some.totals.mentions, 5);
});

test("listeners hear of changes until they end", () => {
  const some = model();
  let heard = 0;
  const end = some.listen(() => (heard += 1));
  some.set({ from: 1 });
  end();
  some.set({ from: null });
  assert.equal(heard, 1);
});

test("pairs are counted by article, once each", () => {
  const pairs = model()
    .together(10)
    .map(({ from, to, articles }) => [from, to, articles]);
  assert.deepEqual(pairs, [[0, 1, 2]]);
});

test("pairs of fewer articles than asked for are no pairs", () => {
  assert.equal(model().together(10, 2).length, 1);
  assert.deepEqual(model().together(10, 3), []);
});

test("what counts of a place is counted whatever is filtered", () => {
  const some = model(withLeftOut());
  some.set({ from: 16500, kinds: new Set([1]) });
  const counted = () => [0, 1, 2].map((place) => some.counted(place));
  assert.deepEqual(counted(), [3, 2, 0]);
  some.set({ embedded: true, approximate: true });
  assert.deepEqual(counted(), [4, 2, 1]);
});

test("a place has the value that most of its mentions have, or the mean step", () => {
  const values = [0, 2, 2, 1, -1];
  assert.deepEqual([...model().typical(values, 3, false)], [2, 1]);
  assert.deepEqual([...model().typical(values, 3, true)], [1, 1]);
});

test("bars are days, weeks, months or years, and cover all dates", () => {
  for (const span of [0, 30, 71, 72, 400, 2000, 9000, 40000]) {
    const edges = binEdges(16000, 16000 + span);
    assert.ok(edges[0] <= 16000, `${span}`);
    assert.ok(edges.at(-1) > 16000 + span, `${span}`);
    assert.ok(edges.length <= 74, `${span} has ${edges.length}`);
    assert.ok(edges.every((edge, i) => i === 0 || edge > edges[i - 1]));
  }
  assert.equal(isoDay(binEdges(17000, 17000 + 2000)[1]), "2016-08-01");
});

test("bars reach before 1970 and before the year 100", () => {
  const edges = binEdges(-700000, -690000);
  assert.ok(edges[0] <= -700000 && edges.at(-1) > -690000);
});

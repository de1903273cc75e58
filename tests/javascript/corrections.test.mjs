// What a reader corrects.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Corrections,
  isCorrection,
} from "../../geomap/maps/page/corrections.js";

const PREFIX = "geomap.corrections.";
const MENTION = {
  article_id: "1",
  field: "text",
  start: 3,
  end: 8,
  toponym: "Paris",
};

function storage(kept = {}) {
  return {
    getItem: (name) => kept[name] ?? null,
    setItem: (name, text) => {
      kept[name] = text;
    },
    removeItem: (name) => delete kept[name],
    key: (i) => Object.keys(kept)[i] ?? null,
    get length() {
      return Object.keys(kept).length;
    },
    kept,
  };
}

test("a rule without a place speaks of a toponym wherever it was, after all that is said of it more closely", () => {
  const everywhere = { rule: true, toponym: "Paris", verdict: "not a place" };
  assert.equal(isCorrection(everywhere), true);
  assert.equal(isCorrection({ ...everywhere, was: 3 }), false);
  const kept = new Corrections("k", storage());
  kept.replace([
    everywhere,
    { rule: true, toponym: "Paris", was: "a", verdict: "right" },
    {
      ...MENTION,
      verdict: "moved",
      place_id: "b",
      name: "Paris",
      lat: 1,
      lon: 2,
    },
  ]);
  assert.equal(kept.of(MENTION, "a").verdict, "moved");
  assert.equal(kept.of({ ...MENTION, start: 99 }, "a").verdict, "right");
  assert.equal(kept.of({ ...MENTION, start: 99 }, "c").verdict, "not a place");
});

test("corrections are kept, replaced and given out as lines", () => {
  const store = storage();
  const kept = new Corrections("k", store);
  const mention = {
    article_id: "1",
    field: "text",
    start: 3,
    end: 8,
    toponym: "Paris",
  };
  kept.add({ ...mention, was: "a", verdict: "right" });
  kept.add({ ...mention, was: "a", verdict: "not a place" });
  kept.add({
    rule: true,
    toponym: "Paris",
    was: "a",
    verdict: "moved",
    place_id: "b",
    name: "Paris",
    lat: 33.7,
    lon: -95.5,
  });
  const again = new Corrections("k", store);
  assert.equal(again.list.length, 2);
  assert.equal(again.of(mention, "a").verdict, "not a place");
  assert.equal(again.of({ ...mention, start: 4 }, "a").verdict, "moved");
  assert.equal(again.of({ ...mention, start: 4 }, "c"), undefined);
  const lines = again
    .lines()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ verdict }) => verdict),
    ["not a place", "moved"],
  );
});

test("without a storage corrections go on, and are said to be lost", () => {
  const kept = new Corrections("k", null);
  assert.equal(kept.lost, true);
  kept.add({ ...MENTION, verdict: "right" });
  assert.deepEqual([kept.list.length, kept.lost], [1, true]);
});

test("words of somebody else in the storage are no corrections", () => {
  for (const text of ["{not json", "null", "7", '"x"', '{"corrections":{}}']) {
    const kept = new Corrections("k", storage({ [PREFIX + "k"]: text }));
    assert.deepEqual([kept.list, kept.strangers, kept.lost], [[], [], false]);
    kept.add({ ...MENTION, verdict: "right" });
    assert.equal(kept.list.length, 1);
  }
});

test("what another map's hash stands with is shown as such and not applied", () => {
  const theirs = { ...MENTION, was: "a", verdict: "not a place" };
  for (const record of [
    [theirs], // as geomap 0.1 kept them
    { map: "other", corrections: [theirs] },
    { map: "k", corrections: [{ ...theirs, verdict: "<b>" }] },
    { map: "k", corrections: [{ ...theirs, start: "3" }] },
    { map: "k", corrections: [{ ...theirs, verdict: "moved", lat: 1e300 }] },
    { map: "k", corrections: [null] },
  ]) {
    const store = storage({ [PREFIX + "k"]: JSON.stringify(record) });
    const kept = new Corrections("k", store);
    assert.deepEqual([kept.list.length, kept.strangers.length], [0, 1]);
    assert.equal(kept.of(MENTION, "a"), undefined);
    assert.equal(kept.lines(), "");
    kept.add({ ...MENTION, was: "a", verdict: "right" });
    const again = new Corrections("k", store);
    assert.deepEqual([again.list.length, again.strangers.length], [1, 1]);
    again.forgetStrangers();
    assert.equal(new Corrections("k", store).strangers.length, 0);
  }
});

test("a correction of a mention that the map does not have is set aside", () => {
  const store = storage();
  const kept = new Corrections("k", store);
  const other = { ...MENTION, start: 4, verdict: "right" };
  kept.add({ ...MENTION, verdict: "right" });
  kept.add(other);
  kept.check(new Set([Corrections.name(MENTION)]));
  assert.deepEqual(kept.strangers, [other]);
  assert.equal(kept.list.length, 1);
});

test("corrections of other maps are found by their title, and can be removed", () => {
  const store = storage({ unrelated: "x" });
  new Corrections("one", store, "Floods").add({ ...MENTION, verdict: "right" });
  const kept = new Corrections("two", store, "Fires");
  const [{ key, title, corrections }] = kept.others();
  assert.deepEqual([title, corrections.length], ["Floods", 1]);
  kept.forget(key);
  assert.deepEqual(kept.others(), []);
  assert.equal(store.kept.unrelated, "x");
});

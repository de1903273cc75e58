// What a reader corrects.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Corrections } from "../../geomap/maps/page/corrections.js";

function storage(kept = {}) {
  return {
    getItem: (name) => kept[name] ?? null,
    setItem: (name, text) => {
      kept[name] = text;
    },
    kept,
  };
}

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

test("without a storage, or with somebody else's words in it, corrections go on", () => {
  for (const store of [
    null,
    storage({ "geomap.corrections.k": "{not json" }),
  ]) {
    const kept = new Corrections("k", store);
    assert.equal(kept.lost, true);
    kept.add({
      article_id: "1",
      field: "text",
      start: 0,
      end: 1,
      toponym: "x",
      verdict: "right",
    });
    assert.equal(kept.list.length, 1);
    assert.equal(kept.lost, store === null);
  }
});

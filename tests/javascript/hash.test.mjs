// Views in the address bar.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHash, toHash } from "../../geomap/maps/page/hash.js";
import { everything } from "../../geomap/maps/page/model.js";
import { model } from "./corpus.mjs";

test("a view goes through the address and back", () => {
  const some = model();
  some.set({
    from: 16500,
    sources: new Set([1, -1]),
    kinds: new Set([1]),
    certain: 80,
    possible: false,
  });
  some.state.text = "a&b=#ü";
  const hash = toHash(some, 1, [1.5, 2.25, 3]);
  const back = fromHash(`#${hash}`, some);
  assert.deepEqual(back.state, some.state);
  assert.deepEqual([...back.state.sources], [1, -1]);
  assert.equal(back.place, 1);
  assert.deepEqual(back.view, [1.5, 2.25, 3]);
});

test("an address from anybody changes nothing it does not know", () => {
  const hostile =
    "#from=2018-13-45&to=x&source=Nobody&kind=__proto__&certain=-5&at=1,2&place=zzz";
  const back = fromHash(hostile, model());
  assert.deepEqual(back.state, everything());
  assert.equal(back.place, undefined);
  assert.equal(back.view, undefined);
});

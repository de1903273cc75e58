// Views in the address bar.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHash, toHash } from "../../geomap/maps/page/hash.js";
import { dayOf, everything, isoDay } from "../../geomap/maps/page/model.js";
import { content, model, withLeftOut } from "./corpus.mjs";

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

test("the address says what is counted beyond what the map opens with, and only that", () => {
  const some = model(withLeftOut());
  assert.equal(toHash(some), "");
  some.set({ embedded: true });
  assert.equal(toHash(some), "embedded=yes");
  assert.equal(fromHash("#embedded=yes", some).state.embedded, true);
  const shown = { embedded: true, approximate: true };
  const all = model({ ...withLeftOut(), shown });
  assert.equal(toHash(all), "");
  const back = fromHash("#approximate=no&embedded=maybe", all).state;
  assert.deepEqual([back.embedded, back.approximate], [true, false]);
});

test("the address keeps how crowded places are summed, where a reader says so", () => {
  const some = model();
  for (const summing of ["auto", "yes", "no"]) {
    some.set({ summing });
    assert.equal(toHash(some), `sum=${summing}`);
    assert.equal(fromHash(`#sum=${summing}`, some).state.summing, summing);
  }
  assert.equal(fromHash("#sum=perhaps", some).state.summing, null);
});

test("the address keeps what is drawn besides the places", () => {
  const some = model();
  some.set({ also: new Set(["pairs", "heat"]) });
  const hash = toHash(some);
  assert.equal(hash, "also=pairs&also=heat");
  assert.deepEqual(fromHash(hash, some).state.also, some.state.also);
  assert.equal(fromHash("#also=constructor", some).state.also.size, 0);
});

test("an address from anybody changes nothing it does not know", () => {
  const hostile =
    "#from=2018-13-45&to=x&source=Nobody&kind=__proto__&certain=-5&at=1,2&place=zzz";
  const back = fromHash(hostile, model());
  assert.deepEqual(back.state, everything(content().shown));
  assert.equal(back.place, undefined);
  assert.equal(back.view, undefined);
});

test("a view that no map can show is left out", () => {
  for (const at of [
    "1e300,1e300,1e300",
    "0,1e300,5",
    "0,99999,5",
    "91,0,5",
    "0,0,-1",
    "0,0,99",
    "0,0",
    "0,0,1,2",
    ",,",
    "Infinity,0,1",
    "0x10,0,1",
    " 1, 2, 3",
  ]) {
    const { view } = fromHash(`#${new URLSearchParams({ at })}`, model());
    assert.equal(view, undefined, at);
  }
});

test("days that are in no calendar, and a stretch that ends before it begins, are left out", () => {
  for (const hash of [
    "#from=2018-02-30",
    "#to=2018-13-01",
    "#from=2018-02-02&to=2018-02-01",
  ]) {
    const { from, to } = fromHash(hash, model()).state;
    assert.deepEqual([from, to], [null, null], hash);
  }
});

test("whatever the address says, what comes of it can be shown, soon", () => {
  let seed = 11;
  const random = (most) => {
    seed = (seed * 16807) % 2147483647;
    return seed % most;
  };
  const pick = (list) => list[random(list.length)];
  const keys = "at place from to source kind certain possible text".split(" ");
  const values = [
    ..."a b Alpha One Two toponym no yes 0 50 100 -1 1e9 NaN null 36.3,43.1,5 2018-01-01 1e300,0,1".split(
      " ",
    ),
    ...["", "0,1e300,5", "2018-02-31", "-999999-01-01", "__proto__", "\u0000"],
    ...["\ud800", "ü\u202e", "%", "&=#", "x".repeat(5000), ",".repeat(5000)],
  ];
  const some = model();
  const begin = Date.now();
  for (let round = 0; round < 3000; round += 1) {
    const words = Array.from({ length: random(8) }, () => {
      const value = random(3) ? pick(values) : pick(values) + pick(values);
      return `${pick(keys)}=${random(2) ? encodeURI(value.toWellFormed?.() ?? "") : value}`;
    });
    const hash = `#${words.join("&")}`;
    const { state, place, view } = fromHash(hash, some);
    const { from, to, kinds, sources, certain } = state;
    assert.ok(from === null || to === null || from <= to, hash);
    assert.ok(
      [from, to].every((day) => day === null || dayOf(isoDay(day)) === day),
    );
    assert.ok(
      [...(kinds ?? [])].every((kind) => kind in some.content.kinds),
      hash,
    );
    assert.ok(
      [...(sources ?? [])].every(
        (one) => one === -1 || one in some.content.sources,
      ),
    );
    assert.ok(
      certain >= 0 && certain <= 100 && Number.isInteger(certain),
      hash,
    );
    assert.ok(state.text.length <= 200, hash);
    assert.ok(place === undefined || place in some.places.id, hash);
    assert.ok(!view || (Math.abs(view[0]) <= 90 && view[2] <= 24), hash);
    some.set({ ...state, text: "" });
    some.state.text = state.text;
    const again = fromHash(`#${toHash(some, place, view)}`, some);
    assert.deepEqual(again.state, state, hash);
  }
  const many = "source=x&".repeat(100000);
  assert.equal(fromHash(`#${many}`, some).state.sources, null);
  assert.ok(Date.now() - begin < 20000);
});

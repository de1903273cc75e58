// The model behind a map's page, without a page: run by `node --test`, which needs no package.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import vm from "node:vm";

const templates = new URL("../../geomap/maps/templates/", import.meta.url);
const context = vm.createContext({
  L: {},
  URLSearchParams,
  Date,
  Intl,
  console,
});
for (const name of ["model.js", "hash.js", "corrections.js", "clusters.js"]) {
  const path = fileURLToPath(new URL(name, templates));
  vm.runInContext(readFileSync(path, "utf8"), context, { filename: path });
}
const { geomap } = context.L;

// Two places over three articles: the first has no date, and one mention is doubtful.
function content() {
  return {
    key: "k",
    text: "full",
    totals: { articles: 3, mentions: 5, resolved: 5 },
    places: {
      id: ["a", "b"],
      name: ["Alpha", "Beta"],
      within: ["", ""],
      rows: [0, 3, 5],
    },
    rows: {
      article: [0, 1, 1, 0, 1],
      confidence: [90, 40, -1, 80, 70],
      kind: [0, 0, 1, 0, 1],
    },
    kinds: ["toponym", "demonym"],
    sources: ["One", "Two"],
    articles: { source: [0, 1, -1], day: [17000, 16000, null] },
  };
}

const plain = (value) => JSON.parse(JSON.stringify(value));
const model = (change = {}) => new geomap.Model({ ...content(), ...change });

test("differences begin anew at each run", () => {
  const sums = geomap.sums([3, 1, 0, 2, 5], [0, 3], Uint32Array);
  assert.deepEqual([...sums], [3, 4, 4, 2, 7]);
});

test("empty runs do not shift the others", () => {
  assert.deepEqual(
    [...geomap.sums([1, 1, 4], [0, 2, 2, 3], Int32Array)],
    [1, 2, 4],
  );
});

test("everything is counted at first", () => {
  const all = model();
  assert.deepEqual([...all.certain], [2, 2]);
  assert.deepEqual([...all.possible], [1, 0]);
  assert.deepEqual([...all.articles], [3, 2]);
  assert.deepEqual(plain(all.totals), {
    mentions: 5,
    certain: 4,
    articles: 3,
    places: 2,
  });
  assert.equal(all.first[0], 16000);
  assert.equal(all.last[0], 17000);
  assert.equal(all.mean[0], 65);
  assert.equal(all.filtered, false);
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
  assert.deepEqual(plain(some.ranked()), [1]);
  some.set({ ...geomap.everything(), certain: 75, possible: false });
  assert.deepEqual([some.mentions(0), some.mentions(1)], [2, 1]);
});

test("words are found without case and accents", () => {
  const some = model();
  const words = {
    sentences: ["Été à Mosul", "nothing"],
    sentence: [0, 1, 1, 1, 0],
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
  assert.deepEqual(plain(pairs), [[0, 1, 2]]);
});

test("a place has the value that most of its mentions have, or the mean step", () => {
  const values = [0, 2, 2, 1, -1];
  assert.deepEqual([...model().typical(values, 3, false)], [2, 1]);
  assert.deepEqual([...model().typical(values, 3, true)], [1, 1]);
});

test("bars are days, weeks, months or years, and cover all dates", () => {
  for (const span of [0, 30, 71, 72, 400, 2000, 9000, 40000]) {
    const edges = geomap.edges(16000, 16000 + span);
    assert.ok(edges[0] <= 16000, `${span}`);
    assert.ok(edges.at(-1) > 16000 + span, `${span}`);
    assert.ok(edges.length <= 74, `${span} has ${edges.length}`);
    assert.ok(edges.every((edge, i) => i === 0 || edge > edges[i - 1]));
  }
  assert.equal(
    geomap.isoDay(geomap.edges(17000, 17000 + 2000)[1]),
    "2016-08-01",
  );
});

test("bars reach before 1970 and before the year 100", () => {
  const edges = geomap.edges(-700000, -690000);
  assert.ok(edges[0] <= -700000 && edges.at(-1) > -690000);
});

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
  const hash = geomap.toHash(some, 1, [1.5, 2.25, 3]);
  const back = geomap.fromHash(`#${hash}`, some);
  assert.deepEqual(plain(back.state), plain(some.state));
  assert.deepEqual([...back.state.sources], [1, -1]);
  assert.equal(back.place, 1);
  assert.deepEqual(plain(back.view), [1.5, 2.25, 3]);
});

test("an address from anybody changes nothing it does not know", () => {
  const hostile =
    "#from=2018-13-45&to=x&source=Nobody&kind=__proto__&certain=-5&at=1,2&place=zzz";
  const back = geomap.fromHash(hostile, model());
  assert.deepEqual(plain(back.state), plain(geomap.everything()));
  assert.equal(back.place, undefined);
  assert.equal(back.view, undefined);
});

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
  const kept = new geomap.Corrections("k", store);
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
  const again = new geomap.Corrections("k", store);
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
    const kept = new geomap.Corrections("k", store);
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

// Clusters

test("points that lie near the first of them are gathered, and every one once", () => {
  const x = [0, 30, 300, 60, 43, 9000];
  const y = [0, 0, 0, 0, 10, 0];
  const groups = plain(
    geomap.gather(
      [0, 1, 2, 3, 4, 5],
      (one) => x[one],
      (one) => y[one],
      44,
    ),
  );
  assert.deepEqual(groups, [[0, 1], [2], [3, 4], [5]]);
  assert.deepEqual(groups.flat().sort(), [0, 1, 2, 3, 4, 5]);
});

test("no two groups begin nearer to each other than the reach, wherever the points lie", () => {
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const points = Array.from({ length: 3000 }, () => [
    random() * 900,
    random() * 500 - 250,
  ]);
  const order = points.map((_, number) => number);
  const groups = geomap.gather(
    order,
    (one) => points[one][0],
    (one) => points[one][1],
    44,
  );
  const distance = (a, b) =>
    Math.hypot(points[a][0] - points[b][0], points[a][1] - points[b][1]);
  assert.equal(groups.flat().length, points.length);
  groups.forEach((group, i) => {
    assert.ok(group.every((member) => distance(member, group[0]) < 44));
    for (const other of groups.slice(0, i)) {
      assert.ok(distance(other[0], group[0]) >= 44);
    }
  });
});

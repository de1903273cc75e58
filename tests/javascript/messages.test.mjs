// What a page and the notebook around it tell each other.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Talk,
  filtersOf,
  packRows,
  stateOf,
  unpackRows,
  valuesIn,
} from "../../geomap/maps/page/messages.js";
import { everything } from "../../geomap/maps/page/model.js";
import { model, withLeftOut } from "./corpus.mjs";

const OPENING = {
  from: null,
  to: null,
  sources: null,
  kinds: null,
  certain: 50,
  possible: true,
  embedded: false,
  approximate: false,
  text: "",
};
const CORRECTION = {
  article_id: "1",
  field: "text",
  start: 3,
  end: 8,
  toponym: "Paris",
  verdict: "right",
};

/** Two ends of a talk over a real channel, each with values of its own; `settle` waits until both have said all. */
function ends(context, [here, there]) {
  const { port1, port2 } = new MessageChannel();
  const said = [];
  const make = (port, values, name) => {
    const post = port.postMessage.bind(port);
    port.postMessage = (news) => {
      said.push([name, Object.keys(news).join(" ")]);
      post(news);
    };
    const talk = new Talk(port, {
      says: ["selected", "view", "filters", "only", "corrections"],
      values: () => values,
      take: (news) => {
        Object.assign(values, news);
      },
    });
    context.after(() => talk.end());
    return talk;
  };
  const talks = [make(port1, here, "here"), make(port2, there, "there")];
  const settle = async () => {
    let before = -1;
    while (before !== said.length) {
      before = said.length;
      await new Promise((done) => {
        setTimeout(done, 30);
      });
    }
  };
  return { talks, said, settle };
}

test("what one end says the other takes, and nobody hears its own words", async (context) => {
  const here = { selected: [], filters: OPENING };
  const there = { selected: [], filters: OPENING };
  const { talks, said, settle } = ends(context, [here, there]);
  talks[1].hear({ selected: [], filters: OPENING });
  await settle();
  here.selected = ["a"];
  here.filters = { ...OPENING, from: "2018-01-01" };
  talks[0].tell();
  await settle();
  assert.deepEqual(there.selected, ["a"]);
  assert.equal(there.filters.from, "2018-01-01");
  there.selected = ["b", "c"];
  talks[1].tell();
  talks[1].tell();
  await settle();
  assert.deepEqual(here.selected, ["b", "c"]);
  assert.deepEqual(said, [
    ["here", "selected filters"],
    ["there", "selected"],
  ]);
});

test("an end that makes something else of what it hears says so, once", async (context) => {
  const here = { view: [36.123456789, 43, 5.13] };
  const there = {};
  const { talks, said, settle } = ends(context, [here, there]);
  talks[1]._end.take = ({ view }) => {
    if (view) {
      there.view = [view[0], view[1], Math.round(view[2] * 4) / 4];
    }
  };
  talks[0].tell();
  await settle();
  assert.deepEqual(here.view, [36.123456789, 43, 5.25]);
  assert.deepEqual(said, [
    ["here", "view"],
    ["there", "view"],
  ]);
});

test("while an end takes in what it heard, it says nothing half done", async (context) => {
  const here = { filters: { ...OPENING, text: "camp" } };
  const there = { filters: OPENING };
  const { talks, said, settle } = ends(context, [here, there]);
  talks[1]._end.take = async ({ filters }) => {
    there.filters = { ...filters, text: "" };
    talks[1].tell();
    await new Promise((done) => {
      setTimeout(done, 20);
    });
    there.filters = filters;
  };
  talks[0].tell();
  await settle();
  assert.equal(here.filters.text, "camp");
  assert.deepEqual(said, [["here", "filters"]]);
});

test("a take that fails does not end the talk", async (context) => {
  const there = { selected: [] };
  const { talks, settle } = ends(context, [{}, there]);
  const { take } = talks[1]._end;
  const complaints = [];
  context.mock.method(console, "error", (error) => complaints.push(error));
  talks[1]._end.take = () => {
    throw new Error("no such place");
  };
  talks[1].hear({ selected: ["x"] });
  await settle();
  talks[1]._end.take = take;
  talks[1].hear({ selected: ["a"] });
  await settle();
  assert.deepEqual(there.selected, ["a"]);
  assert.match(String(complaints), /no such place/);
});

test("filters go from a model to a notebook and back", () => {
  const some = model(withLeftOut());
  some.set({
    from: 16500,
    sources: new Set([-1, 1]),
    kinds: new Set([1]),
    certain: 80,
    possible: false,
    approximate: true,
  });
  const said = filtersOf(some);
  assert.deepEqual(said.sources, ["Two", ""]);
  assert.equal(said.from, "2015-03-06");
  assert.deepEqual(valuesIn({ filters: said }).filters, said);
  const back = model(withLeftOut());
  back.set(stateOf(said, back));
  assert.deepEqual(filtersOf(back), said);
  assert.deepEqual(stateOf(OPENING, some), everything(some.content.shown));
});

test("rows that a notebook left in are all that counts, and filters leave them as they are", () => {
  const some = model();
  const all = some.totals.mentions;
  some.set({ only: Uint8Array.from([1, 0, 0, 0, 1]) });
  assert.deepEqual(
    [all, some.totals.mentions, some.mentions(0), some.mentions(1)],
    [5, 2, 1, 1],
  );
  assert.equal(some.filtered, true);
  some.set(stateOf({ ...OPENING, sources: ["One"] }, some));
  assert.equal(some.totals.mentions, 1);
  some.set(everything(some.content.shown));
  assert.deepEqual([some.totals.mentions, some.filtered], [all, false]);
});

test("rows are packed as Python packs them", () => {
  const rows = [1, 0, 0, 0, 0, 0, 0, 1, 0, 2];
  assert.equal(packRows(rows), "gQI="); // base64.b64encode(bytes([0b10000001, 0b10]))
  assert.deepEqual([...unpackRows("gQI=", 10)], [1, 0, 0, 0, 0, 0, 0, 1, 0, 1]);
  const many = Uint8Array.from(
    { length: 100001 },
    (_, row) => +(row % 3 === 0),
  );
  assert.deepEqual(unpackRows(packRows(many), many.length), many);
  assert.deepEqual([...unpackRows("gQ==", 10)].slice(8), [0, 0]);
  assert.equal(packRows([]), "");
});

test("what is no value is not taken, whoever says it", () => {
  for (const message of [
    undefined,
    null,
    "selected",
    7,
    [],
    { selected: "a" },
    { selected: ["a", 1] },
    { selected: ["x".repeat(1001)] },
    { view: [91, 0, 5] },
    { view: [0, 0, 99] },
    { view: ["0", 0, 5] },
    { view: [0, NaN, 5] },
    { view: [0, 0, 5, 6] },
    { view: null },
    { filters: null },
    { filters: {} },
    { filters: { ...OPENING, from: "2018-02-30" } },
    { filters: { ...OPENING, from: "2018-02-02", to: "2018-02-01" } },
    { filters: { ...OPENING, sources: "One" } },
    { filters: { ...OPENING, certain: 50.5 } },
    { filters: { ...OPENING, certain: 101 } },
    { filters: { ...OPENING, possible: 1 } },
    { filters: { ...OPENING, text: "x".repeat(201) } },
    { only: "not base64!" },
    { only: 3 },
    { corrections: { ...CORRECTION } },
    { corrections: [{ ...CORRECTION, verdict: "maybe" }] },
    { shown: { rows: null, filters: OPENING, only: null } },
    { shown: { rows: "AA==", filters: OPENING } },
    { geomap: "ready", __proto__: { selected: ["a"] } },
  ]) {
    assert.deepEqual(valuesIn(message), {}, JSON.stringify(message));
  }
  const whole = {
    selected: ["a", "b"],
    view: [36.3, 43.1, 6.25],
    filters: { ...OPENING, more: 1 },
    only: null,
    corrections: [CORRECTION],
    shown: { rows: "AA==", filters: OPENING, only: "gQI=" },
    more: 1,
  };
  const { more, ...known } = { ...whole, filters: OPENING };
  assert.equal(more, 1);
  assert.deepEqual(valuesIn(whole), known);
});

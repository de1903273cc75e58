// The detail of a page, from bytes as Python writes them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Detail } from "../../geomap/maps/page/detail.js";
import { across, down } from "../../geomap/maps/page/mercator.js";
import { strengthAt } from "../../geomap/maps/page/colors.js";

/** @param {number[]} numbers */
function packed(numbers) {
  return numbers.flatMap((number) => {
    const bytes = [];
    let left = number;
    for (; left >= 128; left = Math.floor(left / 128)) {
      bytes.push((left % 128) + 128);
    }
    return [...bytes, left];
  });
}

/** @param {number[]} numbers */
const zigzag = (numbers) =>
  numbers.map((number) => (number < 0 ? -2 * number - 1 : 2 * number));

// A river from (10.5, 20.5) to (11, 20) that is drawn from zoom 6 on, in the block at 10 degrees east, 20 north.
const block = packed([2 + 8 * 6, 2, ...zigzag([500, 500, 500, -500])]);
const names = packed([
  0,
  3,
  9,
  5,
  0,
  150,
  ...zigzag([10000, 20000, -20000, 5]),
]);
const shapes = packed([1, 0, 2, ...zigzag([1000, 1000, 1, 1])]);
const header = {
  layers: ["land", "lake", "river"],
  tiers: [
    {
      side: 1,
      grid: 1000,
      zoom: 7,
      columns: [190],
      rows: [110],
      cells: [0b0000_0000_0110_1011],
      bytes: [block.length],
    },
  ],
  names: {
    kinds: ["town", "division", "sea", "lake"],
    grid: 1000,
    bytes: names.length,
    text: "Ay\nLake Bé",
  },
  shapes: {
    kinds: ["river", "division"],
    grid: 1000,
    bytes: shapes.length,
    places: [4],
    countries: [[7, "Iraq"]],
  },
};
const detail = new Detail(
  new Uint8Array([
    ...new TextEncoder().encode(`${JSON.stringify(header)}\n`),
    ...block,
    ...names,
    ...shapes,
  ]),
);

test("a block is where its column and row say, and its lines start at its corner", () => {
  const [{ blocks, zoom }] = detail.tiers;
  assert.equal(zoom, 7);
  assert.deepEqual(blocks[0].box, [across(10), down(21), across(11), down(20)]);
  const [river] = blocks[0].layers().river;
  assert.equal(river.zoom, 6);
  assert.deepEqual(
    [...river.line],
    [across(10.5), down(20.5), across(11), down(20)],
  );
  assert.equal(blocks[0].layers(), blocks[0].layers());
});

test("cells side by side are one box", () => {
  const boxes = detail.tiers[0].blocks[0].cells;
  assert.deepEqual(
    boxes.map(([west, , east]) =>
      [west, east].map((x) => Math.round((x - 0.5) * 36000) / 100),
    ),
    [
      [10, 10.5],
      [10.75, 11],
      [10.25, 10.75],
    ],
  );
});

test("names have their kind, zoom, room and point", () => {
  assert.deepEqual(
    detail.titles.map(({ text, kind, zoom }) => [text, kind, zoom]),
    [
      ["Ay", "town", 9],
      ["Lake Bé", "lake", 5],
    ],
  );
  assert.equal(detail.titles[1].x, across(-10));
  assert.equal(detail.titles[1].room, 1.5 / 360);
});

test("places have their outline by their number", () => {
  const outline = detail.outlines.get(4);
  assert.equal(outline.kind, "river");
  assert.deepEqual(
    [...outline.lines[0].line],
    [across(1), down(1), across(1.001), down(1.001)],
  );
  assert.deepEqual([...detail.countries], [[7, "Iraq"]]);
});

test("a block without names or shapes is empty", () => {
  const empty = new Detail(
    new TextEncoder().encode(
      `${JSON.stringify({
        ...header,
        tiers: [],
        names: { ...header.names, text: "", bytes: 0 },
        shapes: { ...header.shapes, places: [], countries: [] },
      })}\n`,
    ),
  );
  assert.deepEqual([empty.titles.length, empty.outlines.size], [0, 0]);
});

test("shades are whole from afar and fade close up, but never away", () => {
  assert.deepEqual([2, 6, 8, 12, 18].map(strengthAt), [1, 1, 0.5, 0.3, 0.3]);
});

// What lies under a pointer.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  outlinesAt,
  placesWith,
  symbolAt,
} from "../../geomap/maps/page/hits.js";
import { withBox } from "../../geomap/maps/page/shapes.js";

const SYMBOLS = [
  { number: 0, x: 0, y: 0, half: 20 },
  { number: 1, x: 5, y: 0, half: 4 },
  { number: 2, x: 60, y: 0, half: 5 },
];

const shape = (...points) => withBox(Float64Array.from(points.flat()));
const square = (x, y, side) =>
  shape([x, y], [x + side, y], [x + side, y + side], [x, y + side]);

test("a pointer meets the topmost symbol that holds it, else the nearest in reach", () => {
  const at = (x, y, reach) => symbolAt(SYMBOLS, { x, y }, reach)?.number;
  assert.equal(at(5, 0, 3), 1);
  assert.equal(at(-10, 0, 3), 0);
  assert.equal(at(67, 0, 3), 2);
  assert.equal(at(69, 0, 3), undefined);
  assert.equal(at(69, 0, 12), 2);
});

test("a symbol is met with those below it and those within it, and with no cluster", () => {
  const symbols = [
    ...SYMBOLS,
    { number: 3, x: 5, y: 0, half: 4 },
    { number: 4, x: 8, y: 0, half: 20, members: [4, 5], mentions: 2 },
  ];
  const at = (symbol, x, reach = 3) =>
    placesWith(symbols, symbols[symbol], { x, y: 0 }, reach);
  assert.deepEqual(at(1, 5), [1, 0, 3]);
  assert.deepEqual(at(0, -10), [0, 1, 3]);
  assert.deepEqual(at(2, 61), [2]);
});

test("one place in two copies of the world is one", () => {
  const twice = [SYMBOLS[0], { ...SYMBOLS[0], x: 10 }];
  assert.deepEqual(placesWith(twice, twice[1], { x: 8, y: 0 }, 3), [0]);
});

test("a line is met along its whole length, an area inside and not in its holes", () => {
  const outlines = [
    [
      0,
      {
        kind: "country",
        lines: [square(0.1, 0.1, 0.6), square(0.5, 0.5, 0.1)],
      },
    ],
    [1, { kind: "division", lines: [square(0.2, 0.2, 0.2)] }],
    [2, { kind: "river", lines: [shape([0.1, 0.3], [0.6, 0.3])] }],
  ];
  const at = (x, y) => outlinesAt(outlines, { x, y }, 0.01);
  assert.deepEqual(at(0.25, 0.35), [1, 0], "the smaller area first");
  assert.deepEqual(at(0.25, 0.305), [2, 1, 0], "the line before any area");
  assert.deepEqual(at(0.45, 0.299), [2, 0]);
  assert.deepEqual(at(0.55, 0.55), []);
  assert.deepEqual(at(0.05, 0.3), [], "beyond the end of the line");
});

test("an area that runs on beyond the antimeridian is met on both sides of it", () => {
  const outlines = [[7, { kind: "country", lines: [square(0.95, 0.2, 0.1)] }]];
  const at = (x) => outlinesAt(outlines, { x, y: 0.25 }, 0.001);
  assert.deepEqual([at(0.97), at(0.02), at(0.2)], [[7], [7], []]);
});

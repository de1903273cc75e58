// Where names and notes stand on a map.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  boxOf,
  mostLabels,
  placeLabels,
} from "../../geomap/maps/page/labels.js";
import { placeNotes, wrapText } from "../../geomap/maps/page/notes.js";
import { overlap } from "../../geomap/maps/page/view.js";

const view = { min: { x: 0, y: 0 }, max: { x: 800, y: 600 } };

/** A symbol that wants a name of 60 pixels. */
const wish = (text, x, y, radius) => ({
  text,
  area: false,
  size: 12,
  width: 60,
  x,
  y,
  radius,
  half: radius,
});

const place = (wishes, { taken = [], most = 50 } = {}) =>
  placeLabels(wishes, wishes.map(boxOf), taken, view, most);

const names = (labels) => labels.map(({ text }) => text);

test("a giant among many dots has its name", () => {
  const dots = Array.from({ length: 60 }, (_, n) =>
    wish(
      `dot ${n}`,
      400 + 34 * Math.cos(n / 4) * (1 + n / 60),
      300 + 34 * Math.sin(n / 4) * (1 + n / 60),
      4,
    ),
  );
  const labels = place([wish("Giant", 400, 300, 28), ...dots]);
  assert.equal(labels[0].text, "Giant");
});

test("near a giant that cannot be named no dot is, and far from it others are", () => {
  const wishes = [
    wish("Giant", 100, 300, 28),
    wish("near", 150, 300, 4),
    wish("far", 600, 300, 4),
  ];
  const labels = place(wishes, { taken: [[0, 200, 300, 400]] });
  assert.deepEqual(names(labels), ["far"]);
});

test("no name covers another, a symbol of its size, or what is taken", () => {
  const wishes = Array.from({ length: 200 }, (_, n) =>
    wish(`place ${n}`, (n * 137) % 800, (n * 71) % 600, 5),
  );
  const taken = [[0, 0, 200, 600]];
  const labels = place(wishes, { taken });
  assert.ok(labels.length > 10);
  labels.forEach(({ box }, number) => {
    assert.ok(!taken.some((other) => overlap(box, other)));
    assert.ok(!wishes.map(boxOf).some((other) => overlap(box, other)));
    assert.ok(
      labels.slice(number + 1).every((other) => !overlap(box, other.box)),
    );
  });
});

test("a name is not cut by the edge of the map", () => {
  const [label] = place([wish("At the edge", 790, 300, 5)]);
  assert.ok(label.box[2] <= 800);
});

test("there are more names as one comes nearer, and fewer on a phone", () => {
  const [desktop, phone] = [
    { x: 1280, y: 800 },
    { x: 390, y: 844 },
  ];
  assert.ok(mostLabels(4, desktop) < mostLabels(7, desktop));
  assert.ok(mostLabels(7, desktop) < mostLabels(10, desktop));
  assert.ok(mostLabels(5, phone) < mostLabels(5, desktop));
  assert.equal(place([wish("a", 9, 9, 5)], { most: 0 }).length, 0);
});

test("a text breaks between words, and a long word stands alone", () => {
  const measure = (text) => text.length;
  assert.deepEqual(wrapText("one two three", measure, 7), ["one two", "three"]);
  assert.deepEqual(wrapText("a Donaudampfschiff b", measure, 6), [
    "a",
    "Donaudampfschiff",
    "b",
  ]);
});

test("notes stand clear of what is taken and of each other, within the map", () => {
  const notes = [
    { x: 400, y: 300, half: 20, wide: 180, high: 40 },
    { x: 420, y: 320, half: 5, wide: 180, high: 60 },
    { x: 795, y: 5, half: 5, wide: 150, high: 40 },
  ];
  const taken = [[380, 280, 420, 320]];
  const placed = placeNotes(notes, taken, view);
  placed.forEach(({ box, from, to }, number) => {
    assert.ok(box[0] >= 0 && box[2] <= 800 && box[1] >= 0 && box[3] <= 600);
    assert.ok(!taken.some((other) => overlap(box, other)));
    assert.ok(
      placed.slice(number + 1).every((other) => !overlap(box, other.box)),
    );
    assert.ok(Math.hypot(from.x - to.x, from.y - to.y) > 5);
  });
});

test("a note has a place even where everything is taken", () => {
  const notes = [{ x: 400, y: 300, half: 5, wide: 100, high: 30 }];
  const [{ box }] = placeNotes(notes, [[0, 0, 800, 600]], view);
  assert.ok(box.every(Number.isFinite));
});

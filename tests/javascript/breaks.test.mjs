// Classes of counts, against those of mapclassify 2.10.
import assert from "node:assert/strict";
import { test } from "node:test";
import { breaksOf } from "../../geomap/maps/page/breaks.js";

test("classes end where Fisher and Jenks end them", () => {
  const few = [
    676, 1, 1, 1, 2, 2, 3, 0, 4, 5, 8, 9, 11, 14, 31, 33, 40, 118, 131,
  ];
  assert.deepEqual(breaksOf(few), [5, 14, 40, 131, 676]);
  const many = [
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 4,
    4, 4, 4, 4, 4, 5, 5, 5, 6, 6, 6, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 12,
    12, 14, 14, 15, 21, 26, 27, 30, 30, 31, 32, 48,
  ];
  assert.deepEqual(breaksOf(many), [3, 8, 15, 32, 48]);
});

test("up to five different counts are a class each, and nothing has no class", () => {
  assert.deepEqual(breaksOf([7, 3, 3, 0, 9]), [3, 7, 9]);
  assert.deepEqual(breaksOf([]), []);
});

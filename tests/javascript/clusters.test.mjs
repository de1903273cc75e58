// Places that lie near each other.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gatherPoints } from "../../geomap/maps/page/clusters.js";

test("points that lie near the first of them are gathered, and every one once", () => {
  const x = [0, 30, 300, 60, 43, 9000];
  const y = [0, 0, 0, 0, 10, 0];
  const groups = gatherPoints(
    [0, 1, 2, 3, 4, 5],
    (one) => x[one],
    (one) => y[one],
    44,
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
  const groups = gatherPoints(
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

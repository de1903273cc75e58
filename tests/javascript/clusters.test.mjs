// Places that lie near each other.
import assert from "node:assert/strict";
import { test } from "node:test";
import { crowdedShare, gatherPoints } from "../../geomap/maps/page/clusters.js";

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

test("who lies in another's circle is crowded, and so is whoever's circle that is", () => {
  const x = [0, 9, 12, 100, 100, 300];
  const radius = [10, 3, 3, 5, 5, 3];
  const share = (order) =>
    crowdedShare(
      Float64Array.from(order, (one) => x[one]),
      new Float64Array(order.length),
      Float64Array.from(order, (one) => radius[one]),
    );
  assert.equal(share([0, 1, 2, 3, 4, 5]), 4 / 6); // 2 is beside 0, and 4 pixels from 1
  assert.equal(share([0, 5]), 0);
  assert.equal(share([]), 0);
});

test("the share of the crowded does not depend on where the grid of the search lies", () => {
  let seed = 11;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const points = Array.from({ length: 400 }, () => [
    random() * 300 - 150,
    random() * 300 - 150,
    3 + 5 * random(),
  ]).sort((a, b) => b[2] - a[2]);
  const order = points.map((_, number) => number);
  const plain = order.filter((a) =>
    order.some(
      (b) =>
        a !== b &&
        Math.hypot(points[a][0] - points[b][0], points[a][1] - points[b][1]) <
          Math.max(points[a][2], points[b][2]),
    ),
  ).length;
  assert.ok(plain > 40 && plain < 400);
  for (const shift of [0, 3.3, -777.7]) {
    const found = crowdedShare(
      Float64Array.from(points, ([x]) => x + shift),
      Float64Array.from(points, ([, y]) => y - shift),
      Float64Array.from(points, ([, , radius]) => radius),
    );
    assert.equal(Math.round(found * 400), plain);
  }
});

// How places, lines and areas are drawn, without a canvas.
import assert from "node:assert/strict";
import { test } from "node:test";
import { circleAround } from "../../geomap/maps/page/circles.js";
import { classOf, stepOf } from "../../geomap/maps/page/colors.js";
import { isNear } from "../../geomap/maps/page/curves.js";
import { blurred } from "../../geomap/maps/page/density.js";
import { halfOf, outlineForm, radiusOf } from "../../geomap/maps/page/forms.js";
import { roundSteps } from "../../geomap/maps/page/legend.js";
import { across, down } from "../../geomap/maps/page/mercator.js";
import {
  traceShapes,
  unpackShapes,
  unpackWorld,
} from "../../geomap/maps/page/shapes.js";
import { overlap, turnsOf, worldIn } from "../../geomap/maps/page/view.js";

const FORMS = ["town", "country", "division", "region", "ring", "coordinate"];

/** A path that remembers what was drawn on it. */
class Path {
  points = [];
  moveTo(x, y) {
    this.points.push(["move", x, y]);
  }
  lineTo(x, y) {
    this.points.push(["line", x, y]);
  }
}

/** The area of a form as its outline is drawn. */
function areaOf(form, half) {
  const points = [];
  let area = 0;
  const path = {
    beginPath() {},
    closePath() {},
    moveTo: (x, y) => points.push([x, y]),
    lineTo: (x, y) => points.push([x, y]),
    rect: (x, y, width, height) => (area = width * height),
    arc: (x, y, radius) => (area = Math.PI * radius ** 2),
  };
  outlineForm(path, form, 0, 0, half);
  points.forEach(([x, y], i) => {
    const [nextX, nextY] = points[(i + 1) % points.length];
    area += (x * nextY - nextX * y) / 2;
  });
  return area;
}

test("a circle keeps its distance at the equator, at the antimeridian and around a pole", () => {
  const radians = Math.PI / 180;
  const unit = ([lat, lng]) => [
    Math.cos(lat * radians) * Math.cos(lng * radians),
    Math.cos(lat * radians) * Math.sin(lng * radians),
    Math.sin(lat * radians),
  ];
  for (const [lat, lng, km] of [
    [0, 0, 100],
    [-17, 179.9, 300],
    [89.9, 20, 500],
    [36, 43, 5000],
  ]) {
    const points = circleAround(lat, lng, km);
    const middle = unit([lat, lng]);
    points.forEach((point, at) => {
      const cosine = unit(point).reduce((sum, x, i) => sum + x * middle[i], 0);
      assert.ok(Math.abs(Math.acos(cosine) * 6371.0088 - km) < 0.01);
      const step = at ? Math.abs(point[1] - points[at - 1][1]) : 0;
      assert.ok(step <= 180, "its longitudes run on");
    });
    assert.deepEqual(points[0][0], points[points.length - 1][0]);
  }
});

test("the area of a symbol tells the mentions, whatever its form", () => {
  for (const form of FORMS) {
    const [one, four] = [9, 36].map((mentions) =>
      areaOf(form, halfOf(form, radiusOf(mentions, 100))),
    );
    assert.ok(Math.abs(four / one - 4) < 1e-9, form);
    const circle = Math.PI * radiusOf(9, 100) ** 2;
    assert.ok(Math.abs(one - circle) < 1e-9, form);
  }
});

test("no symbol is too small to be hit, and none is drawn for nothing", () => {
  assert.equal(radiusOf(1, 1e6), 3);
  assert.equal(radiusOf(0, 10), 0);
  assert.ok(radiusOf(1e6, 1e6) <= 28);
});

test("the world is one wide and one high, and the poles end at its edges", () => {
  assert.deepEqual([across(-180), across(0), across(180)], [0, 0.5, 1]);
  assert.ok(Math.abs(down(0) - 0.5) < 1e-12);
  assert.ok(Math.abs(down(90)) < 1e-9 && Math.abs(down(-90) - 1) < 1e-9);
});

test("boxes overlap only where they share an area", () => {
  assert.ok(overlap([0, 0, 2, 2], [1, 1, 3, 3]));
  assert.ok(!overlap([0, 0, 2, 2], [2, 0, 3, 2]));
});

test("steps of color run from the first to the last, one class included", () => {
  assert.deepEqual(
    [0, 1, 2].map((one) => stepOf(one, 3)),
    [0, 2, 4],
  );
  assert.equal(stepOf(0, 1), 0);
});

test("a value on an edge is in the class below it, one above all in the last", () => {
  assert.deepEqual(
    [0, 5, 6, 10, 11].map((value) => classOf(value, [5, 10])),
    [0, 0, 1, 1, 1],
  );
});

test("sizes in the legend are round, and the largest is no larger than what there is", () => {
  assert.deepEqual(roundSteps(1), [1]);
  assert.deepEqual(roundSteps(7), [1, 2, 5]);
  assert.deepEqual(roundSteps(431), [1, 50, 200]);
});

test("a blur keeps the sum inside and stays where it was", () => {
  const field = new Float32Array(11);
  field[5] = 3;
  const found = blurred(field, 11, 1, 1, 11, 1);
  assert.deepEqual([...found], [0, 0, 0, 0, 3, 3, 3, 0, 0, 0, 0]);
});

test("a curve is near along its bend, not at its ends", () => {
  const curve = {
    a: { x: 0, y: 0 },
    b: { x: 100, y: 0 },
    middle: { x: 50, y: -40 },
    shift: 10,
  };
  assert.ok(isNear(curve, { x: 60, y: -20 }));
  assert.ok(!isNear(curve, { x: 60, y: 0 }));
  assert.ok(!isNear(curve, { x: 10, y: 0 }));
});

test("arcs are joined to rings, backward too, and across the antimeridian", () => {
  const scale = { scale: [1, 1], translate: [0, 0] };
  const world = unpackWorld({
    world: {
      ...scale,
      arcs: [
        [170, 0, 10, 0, 0, 10],
        [-180, 10, -10, 0],
      ],
    },
    states: { ...scale, arcs: [] },
    borders: [0],
    coasts: [1],
    countries: [
      { name: "A", at: [0, 0], room: 36, polygons: [[[0, 1]], [[~1, ~0]]] },
    ],
  });
  const [{ rings, room, x }] = world.countries;
  assert.deepEqual([room, x], [0.1, 0.5]);
  for (const { box } of rings) {
    assert.ok(Math.abs(box[2] - box[0] - 10 / 360) < 1e-12, `${box}`);
  }
});

test("shapes are drawn once for each copy of the world that shows them, and only there", () => {
  const [[shape]] = unpackShapes({
    arcs: {
      scale: [1, 1],
      translate: [0, 0],
      arcs: [[0, 0, 10, 0, 0, 10, -10, 0]],
    },
    regions: [[0]],
  });
  const frame = { width: 1000, origin: { x: 0, y: 0 }, turns: [-1, 0, 1] };
  const drawn = (seen) => {
    const path = new Path();
    traceShapes(path, { ...frame, seen }, [shape], true);
    return path.points.filter(([what]) => what === "move").length;
  };
  assert.equal(drawn([0, 0, 1, 1]), 1);
  assert.equal(drawn([-1, 0, 2, 1]), 3);
  assert.equal(drawn([0.6, 0, 0.9, 1]), 0);
});

test("one world is cut at the antimeridian, unless that left an end empty and hid the other", () => {
  // Between 0 and 900 pixels, a world of 600: where it begins.
  const west = (zero) => worldIn(0, 900, zero, 600);
  assert.equal(west(150), 150, "it fits");
  assert.equal(west(750), 150, "another copy of it fits");
  assert.equal(west(420), 300, "moved to the right end");
  assert.equal(west(-100), 0, "moved to the left end");
  assert.equal(
    worldIn(0, 900, 40, 1000),
    0,
    "no end of a wider world is empty",
  );
  for (let zero = -3000; zero < 3000; zero += 7) {
    const begin = west(zero);
    assert.ok(begin >= 0 && begin + 600 <= 900, `${zero}`);
  }
});

test("a map that is lost in space shows a few copies of the world at most", () => {
  const map = {
    options: { crs: { wrapLng: [-180, 180] } },
    project: ([, lng]) => ({ x: lng * 4 }),
    getPixelOrigin: () => ({ x: 0 }),
  };
  const turns = (x) =>
    turnsOf(map, { min: { x }, max: { x: x + 3000 } }).turns.length;
  assert.equal(turns(-720), 3);
  for (const x of [1e300, -1e300, 1e16, Infinity, NaN]) {
    assert.ok(turns(x) <= 64, `${x}`);
  }
});

// A map on another page: whether it stands in a frame, and the frame to paste.
import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.L ??= { Control: class {} };
const { isEmbedded } = await import("../../geomap/maps/page/headline.js");
const { frameFor } = await import("../../geomap/maps/page/share.js");
const { areAlike } = await import("../../geomap/maps/page/views.js");

test("a page stands in a frame if its file or its address says so", () => {
  const page = (mark) => ({ querySelector: () => mark });
  assert.ok(isEmbedded(page({}), ""));
  assert.ok(isEmbedded(page(null), "?embed"));
  assert.ok(isEmbedded(page(null), "?a=1&embed=1"));
  assert.ok(!isEmbedded(page(null), "?embedded"));
});

test("the frame to paste shows the same view without the panel, and quotes what it holds", () => {
  const frame = frameFor(
    "https://example.org/m.html?a=1#at=1,2,3",
    'A "b" <c>',
  );
  assert.match(
    frame,
    /src="https:\/\/example\.org\/m\.html\?a=1&amp;embed#at=1,2,3"/,
  );
  assert.match(frame, /title="A &quot;b&quot; &lt;c>"/);
  assert.match(
    frameFor("https://example.org/m.html?embed", ""),
    /m\.html\?embed"/,
  );
  assert.match(frameFor("https://example.org/m.html", ""), /m\.html\?embed"/);
});

test("views that hardly differ are one", () => {
  const box = [
    [30, 40],
    [40, 50],
  ];
  assert.ok(
    areAlike(box, [
      [30.1, 40],
      [40, 50.1],
    ]),
  );
  assert.ok(
    !areAlike(box, [
      [30, 40],
      [60, 50],
    ]),
  );
});

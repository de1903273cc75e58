// A map close up: what its detail draws over the coarse land of the basemap, and the names that it writes.
import { traceShapes } from "./shapes.js";
import { overlap } from "./view.js";
/** @import { Canvas } from "./canvas.js" */
/** @import { Detail } from "./detail.js" */
/** @import { Block, Box, Frame, Tier, Title, Traced } from "./types" */

const MOST_NAMES = 140;
const TOWN = 11; // the size of a town's name, in pixels
const RIVER_WIDTHS = [1.3, 1.2, 1.1, 1, 0.9, 0.8, 0.7]; // pixels, by the zoom from which on a river is drawn
// From which zoom on names of a kind are written, and how much of their room they may take.
/** @type {Record<string, { from: number, share: number }>} */
const KINDS = {
  sea: { from: 2, share: 1 },
  division: { from: 5, share: 0.9 },
  town: { from: 4, share: Infinity },
  lake: { from: 5, share: 1.6 },
  river: { from: 6, share: 0.6 },
};

/**
 * The cells that a view shows in full, and the land in them.
 *
 * @param {Canvas} canvas
 * @param {Frame} frame
 * @param {Detail | undefined} detail
 */
export function cellsOf(canvas, frame, detail) {
  const zoom = canvas.map.getZoom();
  const blocks = (detail?.tiers ?? [])
    .filter((tier) => tier.zoom && zoom >= tier.zoom)
    .flatMap((tier) => seenIn(tier, frame));
  return {
    cells: blocks.flatMap((block) => block.cells),
    land: shapesOf(blocks, "land", Infinity),
  };
}

/**
 * The path of cells: one, since edges between its parts would show.
 *
 * @param {Frame} frame
 * @param {Box[]} cells
 */
export function pathOfCells({ width, origin, turns }, cells) {
  const path = new Path2D();
  for (const turn of turns) {
    for (const [west, north, east, south] of cells) {
      path.rect(
        (west + turn) * width - origin.x,
        north * width - origin.y,
        (east - west) * width,
        (south - north) * width,
      );
    }
  }
  return path;
}

/**
 * Lines and waters of the tiers that are drawn from a zoom on.
 *
 * @param {Canvas} canvas
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {Detail} detail
 * @param {boolean} fine Whether those of the cells, not of the world.
 */
export function paintLines(canvas, context, frame, detail, fine) {
  const zoom = canvas.map.getZoom();
  for (const tier of detail.tiers) {
    if (zoom >= tier.zoom && tier.zoom > 0 === fine) {
      paintTier(canvas, context, frame, tier, zoom);
    }
  }
}

/**
 * @param {Canvas} canvas
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {Tier} tier
 * @param {number} zoom
 */
function paintTier(canvas, context, frame, tier, zoom) {
  const blocks = seenIn(tier, frame);
  const fine = tier.zoom > 0;
  /** @param {string} layer */
  const shapes = (layer) => shapesOf(blocks, layer, zoom);
  const [coast, border] = [canvas.color("coast"), canvas.color("border")];
  const division = canvas.color("division");
  stroke(context, frame, shapes("division"), division, 0.9);
  paintRivers(canvas, context, frame, shapes("river"), zoom);
  fill(context, frame, shapes("lake"), canvas.color("sea"));
  if (!fine) {
    stroke(context, frame, shapes("lake"), coast, 0.6);
  }
  stroke(context, frame, shapes("coast"), coast, 0.9);
  stroke(context, frame, shapes("border"), border, 1.2);
  // The coarse borders below are not dashed.
  const disputed = shapes("disputed");
  stroke(context, frame, disputed, canvas.color("land"), fine ? 1 : 2.4);
  context.setLineDash([4, 3]);
  stroke(context, frame, disputed, border, 1.2);
  context.setLineDash([]);
}

/**
 * @param {Tier} tier
 * @param {Frame} frame
 */
const seenIn = (tier, frame) =>
  tier.blocks.filter(({ box }) => isSeen(box, frame));

/**
 * @param {Block[]} blocks
 * @param {string} layer
 * @param {number} zoom
 */
const shapesOf = (blocks, layer, zoom) =>
  blocks.flatMap((block) =>
    (block.layers()[layer] ?? []).filter((shape) => shape.zoom <= zoom),
  );

/**
 * @param {Box} box
 * @param {Frame} frame
 */
const isSeen = (box, { seen, turns }) =>
  turns.some((turn) =>
    overlap([box[0] + turn, box[1], box[2] + turn, box[3]], seen),
  );

/**
 * @param {Canvas} canvas
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {Traced[]} rivers
 * @param {number} zoom
 */
function paintRivers(canvas, context, frame, rivers, zoom) {
  context.lineCap = "round";
  const grown = Math.max(0, zoom - 6) * 0.25;
  for (const [rank, width] of RIVER_WIDTHS.entries()) {
    const last = rank === RIVER_WIDTHS.length - 1;
    const ranked = rivers.filter((river) =>
      last ? river.zoom - 2 >= rank : river.zoom - 2 === rank,
    );
    stroke(context, frame, ranked, canvas.color("river"), width + grown);
  }
  context.lineCap = "butt";
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {Traced[]} shapes
 * @param {string} color
 */
function fill(context, frame, shapes, color) {
  if (shapes.length) {
    context.beginPath();
    traceShapes(context, frame, shapes, true);
    context.fillStyle = color;
    context.fill();
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {Traced[]} shapes
 * @param {string} color
 * @param {number} width
 */
function stroke(context, frame, shapes, color, width) {
  if (shapes.length) {
    context.beginPath();
    traceShapes(context, frame, shapes);
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke();
  }
}

/**
 * Writes names of waters, divisions and towns where nothing else stands, and takes their room.
 *
 * @param {Canvas} canvas
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {Detail} detail
 * @param {Box[]} taken
 * @param {Set<string>} written
 */
export function writeDetail(canvas, context, frame, detail, taken, written) {
  const zoom = canvas.map.getZoom();
  const candidates = detail.titles.filter(
    (title) =>
      title.zoom <= zoom &&
      zoom >= KINDS[title.kind].from &&
      isSeen([title.x, title.y, title.x, title.y], frame),
  );
  let left = MOST_NAMES;
  context.lineJoin = "round";
  context.textBaseline = "middle";
  for (const kind of Object.keys(KINDS)) {
    for (const title of candidates.filter((each) => each.kind === kind)) {
      if (left && !written.has(title.text)) {
        left -= write(canvas, context, frame, title, taken) ? 1 : 0;
      }
    }
  }
  context.letterSpacing = "0px";
}

/**
 * @param {Canvas} canvas
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {Title} title
 * @param {Box[]} taken
 */
function write(canvas, context, frame, title, taken) {
  const { width, origin, seen, turns } = frame;
  const town = title.kind === "town";
  const text = dress(canvas, context, title);
  const wide = context.measureText(text).width;
  if (wide > title.room * width * KINDS[title.kind].share && !town) {
    return false;
  }
  let done = false;
  for (const turn of turns) {
    if (title.x + turn < seen[0] || title.x + turn > seen[2]) {
      continue;
    }
    const [x, y] = [
      (title.x + turn) * width - origin.x,
      title.y * width - origin.y,
    ];
    const lefts = town ? [x + 5, x - 5 - wide] : [x - wide / 2];
    const free = lefts.find((left) => isFree(left, y, wide, x, town, taken));
    if (free !== undefined) {
      context.lineWidth = 2.5;
      context.strokeStyle = canvas.color(
        title.kind === "sea" ? "sea" : "paper",
      );
      context.strokeText(text, free, y);
      context.fillText(text, free, y);
      if (town) {
        context.beginPath();
        context.arc(x, y, 1.8, 0, 2 * Math.PI);
        context.fill();
      }
      done = true;
    }
  }
  return done;
}

/**
 * Whether there is room for a name, which then is taken.
 *
 * @param {number} left
 * @param {number} y
 * @param {number} wide
 * @param {number} x
 * @param {boolean} town
 * @param {Box[]} taken
 */
function isFree(left, y, wide, x, town, taken) {
  /** @type {Box} */
  const box = [
    Math.min(left, town ? x - 3 : left) - 3,
    y - TOWN / 2 - 2,
    Math.max(left + wide, town ? x + 3 : left) + 3,
    y + TOWN / 2 + 2,
  ];
  if (taken.some((other) => overlap(box, other))) {
    return false;
  }
  taken.push(box);
  return true;
}

/**
 * Sets the font and the color of a kind of name, and returns the text as it is written.
 *
 * @param {Canvas} canvas
 * @param {CanvasRenderingContext2D} context
 * @param {Title} title
 */
function dress(canvas, context, { kind, text }) {
  context.textAlign = "left";
  const division = kind === "division";
  context.letterSpacing = division ? "0.8px" : "0px";
  if (division) {
    context.font = canvas.font(400, 10);
    context.fillStyle = canvas.color("label");
    return text.toLocaleUpperCase();
  }
  const water = kind !== "town";
  context.font = canvas.font(400, TOWN, water ? "italic" : "normal");
  context.fillStyle = canvas.color(water ? "water-ink" : "town-ink");
  return text;
}

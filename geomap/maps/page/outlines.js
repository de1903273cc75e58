// Places as what they are: a river as its course, a province or a country as its area, below the dots of towns.
import { WORLD, loadWorld } from "./basemap.js";
import { strengthAt } from "./colors.js";
import { frameOf, traceShapes } from "./shapes.js";
import { shadeOf } from "./symbols.js";
/** @import { Detail } from "./detail.js" */
/** @import { Places } from "./places.js" */
/** @import { Bounds, Outline, OutlineKind, Shading } from "./types" */

/** @type {OutlineKind[]} */
const AREAS = ["country", "division", "sea"];
// How much an area hides of the land below it, by how often it is named.
const FAINTEST = 0.06;
const STRONGEST = 0.24;

/**
 * The outlines of places by their numbers: countries first, which lie below all others.
 *
 * @param {Detail} detail
 * @returns {Promise<Map<number, Outline>>}
 */
export async function outlinesOf(detail) {
  /** @type {Map<number, Outline>} */
  const outlines = new Map();
  const { countries } = await loadWorld(WORLD);
  const owners = [...new Set(detail.countries.values())];
  for (const [number, name] of detail.countries) {
    const lines = countries.find((each) => each.name === name)?.rings;
    if (lines) {
      const owner = owners.indexOf(name) + 1;
      outlines.set(number, { kind: "country", lines, owner });
    }
  }
  for (const [number, outline] of detail.outlines) {
    outlines.set(number, outline);
  }
  return outlines;
}

/**
 * Shades the areas that are mentioned, the more the more often: seas below the land, others below its lines and names.
 *
 * @param {Places} layer
 * @param {Shading} shading
 */
export function shadeOutlines(layer, { context, frame, stage, land }) {
  const { model, outlines } = layer;
  const strength = strengthAt(layer.map.getZoom());
  const colored = model.state.also.has("countries"); // which says the same in classes
  for (const [number, { kind, lines, owner }] of outlines) {
    const stageOf = kind === "sea" ? "sea" : "land";
    const mentions = stageOf === stage ? model.mentions(number) : 0;
    if (mentions && AREAS.includes(kind) && (kind === "sea" || !colored)) {
      const fine = land && owner;
      const shapes = fine ? land.filter(({ zoom }) => zoom === owner) : lines;
      context.beginPath();
      traceShapes(context, frame, shapes, true);
      context.fillStyle = colorOf(layer, number, stage === "land");
      context.globalAlpha =
        strength *
        (FAINTEST + (STRONGEST - FAINTEST) * Math.sqrt(mentions / model.most));
      context.fill();
    }
  }
  context.globalAlpha = 1;
}

/**
 * Draws the waters inland that are mentioned, and the outline of the place that is chosen.
 *
 * @param {Places} layer
 * @param {CanvasRenderingContext2D} context
 * @param {Bounds} bounds
 */
export function paintOutlines(layer, context, bounds) {
  const { model, outlines } = layer;
  const frame = frameOf(layer.map, bounds);
  context.lineJoin = "round";
  context.lineCap = "round";
  for (const [number, { kind, lines }] of outlines) {
    const mentions = model.mentions(number);
    const chosen = layer.isChosen(number) || number === layer.hovered;
    if (!mentions || (!chosen && AREAS.includes(kind))) {
      continue;
    }
    const color = colorOf(layer, number, false);
    if (kind === "lake") {
      context.beginPath();
      traceShapes(context, frame, lines, true);
      context.fillStyle = color;
      context.globalAlpha = 0.3;
      context.fill();
    }
    const wide = kind === "river" ? 1.6 + Math.sqrt(mentions / model.most) : 1;
    context.beginPath();
    traceShapes(context, frame, lines);
    context.strokeStyle = color;
    context.globalAlpha = chosen ? 1 : 0.6;
    context.lineWidth = wide + (chosen ? 0.8 : 0);
    context.stroke();
  }
  context.globalAlpha = 1;
  context.lineCap = "butt";
}

/**
 * @param {Places} layer
 * @param {number} number
 * @param {boolean} land
 */
function colorOf(layer, number, land) {
  const { classes, colors } = layer;
  return classes && colors
    ? shadeOf(layer, colors, classes[number])
    : layer.color(land ? "ground" : "area");
}

// How places look: their forms, sizes and colors, and where their names are written.
import {
  clusterRadius,
  gatherPlaces,
  isCluster,
  isSummed,
  paintCluster,
} from "./clusters.js";
import { circleAround } from "./circles.js";
import { stepOf } from "./colors.js";
import { halfOf, isPoint, outlineForm, radiusOf } from "./forms.js";
import { boxOf, mostLabels, placeLabels } from "./labels.js";
import { arrangeNotes } from "./notes.js";
import { coveredIn, turnTo, turnsOf } from "./view.js";
import { numeral } from "./words.js";
/** @import { Places } from "./places.js" */
/** @import { Bounds, Colors, Doubt, Drawn, Label, Note, Placed, PlacedNote } from "./types" */

const BROKEN = [4, 3];
const SMALL = 5; // pixels: a ring without room for broken lines and its middle
const CALM = 1 / 8; // of the shorter side of a map: larger circles are drawn around one ring at a time
const DOT = 1.6; // pixels: the middle of a ring
const MOST_SYMBOLS = 500; // that names stay clear of
const MOST_WISHES = 400; // for a name
const LARGE = 9; // pixels of radius
const SHAPED = 5; // pixels around the name of a place that is drawn as what it is

/**
 * What of a layer does not change with the view: the order of drawing, and the colors.
 *
 * @param {Places} layer
 */
export function prepare(layer) {
  const { model, colors } = layer;
  layer.order = model.ranked();
  layer.classes = colors
    ? model.typical(colors.values, colors.labels.length, colors.ordered)
    : undefined;
}

/**
 * The color of a place by its class, of a legend's entry too.
 *
 * @param {Places} canvas
 * @param {Colors} colors
 * @param {number} number
 */
export function shadeOf(canvas, colors, number) {
  if (number < 0) {
    return canvas.color("other");
  }
  if (!colors.ordered) {
    return canvas.color(number < 7 ? `class-${number}` : "other");
  }
  return canvas.color(`step-${stepOf(number, colors.labels.length)}`);
}

/**
 * The symbols that a stretch of the map shows, the largest first.
 *
 * @param {Places} layer
 * @param {Bounds} bounds
 * @returns {Drawn[]}
 */
export function arrangeSymbols(layer, bounds) {
  const { model, map } = layer;
  const { width, turns } = turnsOf(map, bounds);
  const once = bounds.max.x - bounds.min.x <= width + 1; // then a symbol at the edge is not drawn on both sides
  const origin = map.getPixelOrigin();
  const mercator = map.options.crs === L.CRS.EPSG3857;
  const { lon, lat, form } = model.places;
  const found = gatherPlaces(layer, width);
  const most = found.reduce(
    (sum, { mentions }) => Math.max(sum, mentions || 0),
    1,
  );
  const symbols = [];
  for (const { number, members, mentions } of found) {
    const radius = members
      ? clusterRadius(mentions ?? 0, most)
      : radiusOf(model.mentions(number), model.most);
    const shaped = !members && layer.outlines.has(number);
    const half = shaped ? SHAPED : halfOf(form[number], radius);
    const point = mercator
      ? {
          x: model.across[number] * width - origin.x,
          y: model.down[number] * width - origin.y,
        }
      : map.latLngToLayerPoint([lat[number], lon[number]]);
    if (point.y + half < bounds.min.y || point.y - half > bounds.max.y) {
      continue;
    }
    for (const turn of turns) {
      const x = point.x + turn * width;
      const aside = once ? 0 : half;
      if (x + aside >= bounds.min.x && x - aside < bounds.max.x) {
        symbols.push({
          number,
          members,
          mentions,
          x,
          y: point.y,
          radius: shaped ? SHAPED : radius,
          half,
          form: form[number],
          shaped,
          inner: halfOf(
            form[number],
            radiusOf(model.certain[number], model.most),
          ),
        });
      }
    }
  }
  if (isSummed(layer)) {
    symbols.sort((a, b) => b.radius - a.radius);
  }
  return symbols;
}

/**
 * A symbol: filled by what is certain; where there is more that is only possible, a faint and broken one around.
 *
 * @param {Places} layer
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn} symbol
 */
export function paintSymbol(layer, context, symbol) {
  if (isCluster(symbol)) {
    paintCluster(layer, context, symbol);
    return;
  }
  if (symbol.shaped) {
    return;
  }
  const { number, x, y, half, inner, form } = symbol;
  const ring = form === "ring";
  const town = isPoint(form) && !ring;
  const color = colorOf(layer, symbol);
  const chosen = layer.isChosen(number) || number === layer.hovered;
  context.fillStyle = color;
  context.strokeStyle = color;
  if (half > inner) {
    outlineForm(context, form, x, y, half);
    context.globalAlpha = 0.16;
    context.fill();
    context.globalAlpha = 1;
    context.lineWidth = 1.2;
    context.setLineDash(half > 5 ? [3, 2.5] : []);
    context.stroke();
    context.setLineDash([]);
  }
  if (inner) {
    outlineForm(context, form, x, y, inner);
    context.globalAlpha = town ? 0.75 : layer.classes ? 0.3 : 0.12;
    context.fill();
    context.globalAlpha = 1;
    context.lineWidth = town || inner < 5 ? 1.2 : 1.8;
    context.strokeStyle = town ? layer.color("rim") : color;
    const broken = ring && inner > SMALL;
    context.setLineDash(broken ? BROKEN : []);
    context.stroke();
    context.setLineDash([]);
    if (broken) {
      outlineForm(context, form, x, y, DOT);
      context.fill();
    }
    if (form === "region") {
      outlineForm(context, form, x, y, Math.max(inner - 3.5, 1));
      context.lineWidth = 1;
      context.stroke();
    }
  }
  if (chosen) {
    outlineForm(context, form, x, y, half + 3);
    context.lineWidth = 2.5;
    context.strokeStyle = layer.color("ink");
    context.stroke();
  }
}

/**
 * @param {Places} layer
 * @param {Drawn} symbol
 */
const colorOf = (layer, { number, form }) =>
  layer.classes && layer.colors
    ? shadeOf(layer, layer.colors, layer.classes[number])
    : layer.color(isPoint(form) ? "town" : "area");

/**
 * The circle that holds the truth around a ring, where it is larger than the ring itself; a large one only around the
 * ring that is chosen, since many would hide the map.
 *
 * @param {Places} layer
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn} symbol
 */
export function paintCircle(layer, context, symbol) {
  const { model, map } = layer;
  const { number, x, y, half } = symbol;
  const { lat, lon, radius } = model.places;
  const points = circleAround(lat[number], lon[number], radius[number]).map(
    (point) => map.latLngToLayerPoint(point),
  );
  const reach = Math.max(...points.map((at) => Math.abs(at.y - y)));
  const chosen = layer.isChosen(number) || number === layer.hovered;
  const { x: wide, y: high } = map.getSize();
  const large = reach > CALM * Math.min(wide, high);
  if (reach <= half + 1 || (large && !chosen)) {
    return;
  }
  const shift = x - map.latLngToLayerPoint([lat[number], lon[number]]).x;
  context.beginPath();
  for (const at of points) {
    context.lineTo(at.x + shift, at.y);
  }
  context.fillStyle = colorOf(layer, symbol);
  context.strokeStyle = context.fillStyle;
  if (chosen) {
    context.globalAlpha = 0.1;
    context.fill();
  }
  context.globalAlpha = chosen ? 1 : 0.6;
  context.lineWidth = chosen ? 1.8 : 1;
  context.setLineDash(BROKEN);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/**
 * @param {Places} canvas
 * @param {Pick<Label, "area" | "size">} label
 */
export function labelFont(canvas, { area, size }) {
  return canvas.font(600, size, area ? "italic" : "normal");
}

/**
 * @param {Places} layer
 * @param {CanvasRenderingContext2D} context
 * @param {Label} label
 */
export function inscribe(layer, context, label) {
  context.font = labelFont(layer, label);
  context.lineWidth = 3.5;
  context.strokeStyle = layer.color("halo");
  context.strokeText(label.text, label.x, label.y);
  context.fillStyle = layer.color(label.area ? "area-ink" : "ink");
  context.fillText(label.text, label.x, label.y);
}

/**
 * The names that fit beside their symbols, those of large symbols first, and what an editor wrote beside places.
 *
 * @param {Places} layer
 * @param {Drawn[]} symbols
 * @param {Pick<Bounds, "min" | "max">} view
 * @returns {{ labels: Placed[], notes: PlacedNote[] }}
 */
export function arrangeWords(layer, symbols, view) {
  const { context, map, widths } = layer;
  const { name } = layer.model.places;
  const covered = coveredIn(map);
  const crowd = symbols.slice(0, MOST_SYMBOLS).map(boxOf);
  // Small dots may lie below a note, large circles not.
  const large = symbols.filter(({ radius }) => radius > LARGE).map(boxOf);
  const notes = arrangeNotes(
    layer,
    notesIn(layer),
    [...covered, ...large],
    view,
  );
  const wishes = symbols.slice(0, MOST_WISHES).map((symbol) => {
    const { number, members, x, y, radius, half, form, shaped } = symbol;
    const more = members ? members.length - 1 : 0;
    const text = more ? `${name[number]} +${numeral(more)}` : name[number];
    const [area, size] = [!isPoint(form), radius > 14 ? 13 : 12];
    const key = `${size} ${number} ${more}`;
    let width = widths.get(key);
    if (width === undefined) {
      context.font = labelFont(layer, { area, size });
      width = context.measureText(text).width;
      widths.set(key, width);
    }
    return { text, area, size, width, x, y, radius, half, shaped };
  });
  const taken = [...covered, ...notes.map(({ box }) => box)];
  const most = mostLabels(map.getZoom(), map.getSize());
  return { labels: placeLabels(wishes, crowd, taken, view, most), notes };
}

/**
 * The notes of a map where they belong in this view; those to places that are filtered away are left out.
 *
 * @param {Places} layer
 * @returns {(Note & { x: number, y: number, half: number })[]}
 */
function notesIn(layer) {
  const { map, model, settings } = layer;
  return (settings.annotations ?? [])
    .filter(({ place }) => place === null || model.mentions(place) > 0)
    .map((note) => {
      const turn = turnTo(map, note.lon);
      const { x, y } = map.latLngToLayerPoint([
        note.lat,
        note.lon + 360 * turn,
      ]);
      const { place } = note;
      const half =
        place === null
          ? 3
          : halfOf(
              model.places.form[place],
              radiusOf(model.mentions(place), model.most),
            );
      return { ...note, x, y, half };
    });
}

/**
 * The other places that a mention might mean: faint rings, each with a line to it and how likely it is.
 *
 * @param {Places} layer
 * @param {CanvasRenderingContext2D} context
 * @param {Doubt} doubt
 */
export function paintReadings(layer, context, { number, others }) {
  const map = layer.map;
  const from = map.latLngToLayerPoint(layer.nearest(number));
  const ink = layer.color("doubt");
  for (const { name, percent, lat, lon } of others) {
    const turn = turnTo(map, lon);
    const at = map.latLngToLayerPoint([lat, lon + 360 * turn]);
    context.strokeStyle = ink;
    context.lineWidth = 1.2;
    context.globalAlpha = 0.55;
    context.setLineDash([2, 4]);
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(at.x, at.y);
    context.stroke();
    context.setLineDash([4, 3]);
    context.globalAlpha = 0.9;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(at.x, at.y, 9, 0, 2 * Math.PI);
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
    inscribe(layer, context, {
      text: `${name} ${percent}%`,
      size: 12,
      x: at.x + 13,
      y: at.y,
    });
  }
}

// The legend: what the sizes, forms and colors mean, drawn as they are on the map.
import { isSummed } from "./clusters.js";
import { stepOf } from "./colors.js";
import { makeElement, makeVector } from "./elements.js";
import { halfOf, isPoint, radiusOf } from "./forms.js";
import { numeral } from "./words.js";
/** @import { Model } from "./model.js" */
/** @import { Places } from "./places.js" */
/** @import { Colors, Form, OutlineKind } from "./types" */

/** @type {[Form, string][]} */
const FORMS = [
  ["town", "Town, city or site"],
  ["country", "Country as a whole"],
  ["division", "Province or other division"],
  ["region", "Region, water or landform"],
  ["coordinate", "Coordinates in the text"],
  ["ring", "Relative or approximate place"],
];

/** @type {["land" | "water" | "line", OutlineKind[], string][]} */
const SHAPES = [
  [
    "land",
    ["country", "division"],
    "Country, province: shaded by mentions; a click opens it",
  ],
  ["water", ["sea", "lake"], "Lake, sea: shaded"],
  ["line", ["river"], "River: its course"],
];

/**
 * @param {HTMLElement} body
 * @param {Places} layer
 */
export function explainSymbols(body, layer) {
  const { model, colors } = layer;
  const { most, state } = model;
  const { outlines } = layer;
  const present = formsOf(model, outlines);
  const summed = isSummed(layer);
  const key = JSON.stringify([
    most,
    state.certain,
    state.possible,
    state.approximate,
    [...present],
    outlines.size,
    summed,
    state.also.has("countries"),
  ]);
  if (body.dataset.key === key) {
    return;
  }
  body.dataset.key = key;
  const plain = { shade: colors ? "var(--geomap-muted)" : undefined };
  body.replaceChildren(
    makeElement("p", "geomap-caption", "Area: mentions of a place"),
    scale(roundSteps(most), most, plain.shade),
  );
  const forms = makeElement("ul");
  for (const [form, words] of FORMS) {
    if (present.has(form)) {
      const told = form === "ring" ? `${words}${withinRings(model)}` : words;
      forms.append(entry(makeSymbol(form, 6, plain), told));
    }
  }
  const drawn = new Set([...outlines.values()].map(({ kind }) => kind));
  for (const [swatch, kinds, words] of SHAPES) {
    if (swatch === "land" && state.also.has("countries")) {
      continue; // colored, with a legend of its own
    }
    if (kinds.some((kind) => drawn.has(kind))) {
      forms.append(entry(makeSwatch(swatch), words));
    }
  }
  const anyDoubt = model.confidence.some(
    (percent) => percent >= 0 && percent < state.certain,
  );
  if (anyDoubt && state.possible) {
    const form = present.has("town") ? "town" : [...present][0];
    const drawing = makeSymbol(form, 6, { ...plain, doubtful: true });
    const words = `Doubtful: confidence below ${state.certain}%`;
    forms.append(entry(drawing, words));
  }
  if (summed) {
    const words =
      "Several places and how often they are named; a click parts them";
    forms.append(entry(several(colors), words));
  }
  body.append(forms);
  if (colors) {
    body.append(shades(layer, colors));
  }
}

/**
 * The forms that are on the map now, without those of places that are drawn as what they are.
 *
 * @param {Model} model
 * @param {Map<number, unknown>} [outlines]
 * @returns {Set<Form>}
 */
export function formsOf(model, outlines = new Map()) {
  const { form } = model.places;
  return new Set(
    form.filter((_, number) => model.mentions(number) && !outlines.has(number)),
  );
}

/**
 * How far the truth may lie from the rings that are on the map, empty where that is not known.
 *
 * @param {Model} model
 */
export function withinRings(model) {
  const { radius } = model.places;
  const known = radius.filter((km, number) => km && model.mentions(number));
  if (!known.length) {
    return "";
  }
  const ends = [Math.min(...known), Math.max(...known)].map((km) =>
    numeral(Math.max(1, Math.round(km))),
  );
  return ` (within ${[...new Set(ends)].join(" to ")} km)`;
}

/** @param {"land" | "water" | "line"} kind */
function makeSwatch(kind) {
  const svg = makeVector("svg", {
    class: `geomap-symbol geomap-swatch geomap-is-${kind}`,
    width: 18,
    height: 18,
    viewBox: "-9 -9 18 18",
    "aria-hidden": "true",
  });
  svg.append(
    makeVector(
      "path",
      kind === "line"
        ? { d: "M-8 4C-4 -6 0 8 8 -4", fill: "none" }
        : { d: "M-7 -4L1 -6L7 -2L5 5L-5 6Z" },
    ),
  );
  return svg;
}

/** @param {Colors | null} colors */
function several(colors) {
  const drawing = makeSymbol("town", 8, {
    shade: colors ? "var(--geomap-muted)" : undefined,
  });
  const text = makeVector("text", { "text-anchor": "middle", y: 3 });
  text.textContent = "9";
  drawing.classList.add("geomap-several");
  drawing.append(text);
  return drawing;
}

/**
 * @param {Places} layer
 * @param {Colors} colors
 */
function shades(layer, { name, labels, ordered }) {
  const box = makeElement("div", "geomap-shades");
  const caption = makeElement("p", "geomap-caption", `Color: ${name}`);
  caption.dir = "auto";
  const list = makeElement("ul");
  labels.forEach((label, number) => {
    const shade = variable({ labels, ordered }, number);
    const item = entry(makeSymbol("town", 6, { shade }), label);
    item.lastElementChild?.setAttribute("dir", "auto");
    list.append(item);
  });
  box.append(caption, list);
  return box;
}

/**
 * The name of a class's color in the style sheet.
 *
 * @param {Pick<Colors, "labels" | "ordered">} colors
 * @param {number} number
 */
function variable({ labels, ordered }, number) {
  if (number < 0 || (!ordered && number > 6)) {
    return "var(--geomap-other)";
  }
  const step = stepOf(number, labels.length);
  return `var(--geomap-${ordered ? `step-${step}` : `class-${number}`})`;
}

/**
 * @param {Places} layer
 * @param {number} number
 */
export const shadeVariable = ({ classes, colors }, number) =>
  classes && colors ? variable(colors, classes[number]) : undefined;

/**
 * @param {Element} drawing
 * @param {string} words
 */
function entry(drawing, words) {
  const item = makeElement("li");
  item.append(drawing, makeElement("span", "", words));
  return item;
}

/**
 * Up to three round numbers from 1 to the most mentions of a place.
 *
 * @param {number} most
 */
export function roundSteps(most) {
  const round = [];
  for (let ten = 1; ten <= most; ten *= 10) {
    round.push(...[1, 2, 5].map((one) => one * ten).filter((n) => n <= most));
  }
  const last = round[round.length - 1];
  const middle = round.filter((n) => n <= Math.max(2, last / 4)).pop();
  return [...new Set([1, middle || 1, last])];
}

/**
 * @param {number[]} sizes
 * @param {number} most
 * @param {string} [shade]
 */
function scale(sizes, most, shade) {
  const radii = sizes.map((mentions) => radiusOf(mentions, most));
  const high = 2 * radii[radii.length - 1] + 4;
  const svg = makeVector("svg", {
    class: "geomap-scale",
    height: high + 16,
  });
  if (shade) {
    svg.style.setProperty("--geomap-town", shade);
  }
  let x = 2;
  sizes.forEach((mentions, i) => {
    const column = Math.max(2 * radii[i], 7 * `${mentions}`.length);
    const middle = x + column / 2;
    const text = makeVector("text", {
      x: middle,
      y: high + 12,
      "text-anchor": "middle",
    });
    text.textContent = numeral(mentions);
    svg.append(
      makeVector("circle", {
        cx: middle,
        cy: high - radii[i] - 2,
        r: radii[i],
      }),
      text,
    );
    x += column + 18;
  });
  svg.setAttribute("width", String(x));
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `Sizes for ${sizes.join(", ")} mentions`);
  return svg;
}

/**
 * The end of the name of the class that the style sheet gives a look.
 *
 * @param {Form} form
 */
function formClass(form) {
  if (form === "ring") {
    return "ring";
  }
  return isPoint(form) ? "town" : "area";
}

/**
 * @param {Form} form
 * @param {number} radius
 * @param {{ doubtful?: boolean, shade?: string }} look
 */
export function makeSymbol(form, radius, { doubtful, shade } = {}) {
  const half = halfOf(form, radius);
  const svg = makeVector("svg", {
    class: `geomap-symbol geomap-is-${formClass(form)}`,
    width: 18,
    height: 18,
    viewBox: "-9 -9 18 18",
    "aria-hidden": "true",
  });
  svg.classList.toggle("geomap-is-doubtful", Boolean(doubtful));
  if (shade) {
    svg.style.setProperty("--geomap-town", shade);
    svg.style.setProperty("--geomap-area", shade);
  }
  if (form === "country") {
    const side = 2 * half;
    svg.append(
      makeVector("rect", {
        x: -half,
        y: -half,
        width: side,
        height: side,
      }),
    );
  } else if (form === "division") {
    const points = `0,${-half} ${half},0 0,${half} ${-half},0`;
    svg.append(makeVector("polygon", { points }));
  } else if (form === "coordinate") {
    const points = `0,${-half} ${half},${half} ${-half},${half}`;
    svg.append(makeVector("polygon", { points }));
  } else {
    svg.append(makeVector("circle", { r: half }));
  }
  if (form === "ring") {
    svg.append(makeVector("circle", { r: 1.6, class: "geomap-middle" }));
  }
  if (form === "region") {
    svg.append(makeVector("circle", { r: half - 3, class: "geomap-inner" }));
  }
  return svg;
}

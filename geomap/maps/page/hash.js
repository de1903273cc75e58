// What is shown, as the words behind the # of an address, and back. No page in here either.
import { DOUBTFUL, dayOf, everything, isoDay } from "./model.js";
/** @import { Model } from "./model.js" */
/** @import { Extra, State, Summing } from "./types" */

export const LONGEST_TEXT = 200; // characters
const FARTHEST = 3600; // degrees of longitude: ten times around the world, more than anybody drags
const CLOSEST = 24; // zoom; the map has a limit of its own
const CHOICES = /** @type {const} */ (["sources", "kinds"]);
/** @type {Extra[]} */
const EXTRAS = ["heat", "countries", "pairs"];
/** @type {Summing[]} */
const SUMMINGS = ["auto", "yes", "no"];
const SWITCHES = /** @type {const} */ (["embedded", "approximate"]);

/**
 * What is shown as the words behind the # of an address; nothing for everything.
 *
 * @param {Model} model
 * @param {number} [place]
 * @param {number[]} [view]
 */
export function toHash(model, place, view) {
  const { state, content } = model;
  const words = new URLSearchParams();
  if (place !== undefined) {
    words.set("place", model.places.id[place]);
  }
  if (state.from !== null) {
    words.set("from", isoDay(state.from));
  }
  if (state.to !== null) {
    words.set("to", isoDay(state.to));
  }
  for (const name of CHOICES) {
    for (const chosen of namesOf(model, name) ?? []) {
      words.append(name.slice(0, -1), chosen);
    }
  }
  if (state.certain !== DOUBTFUL) {
    words.set("certain", String(state.certain));
  }
  if (!state.possible) {
    words.set("possible", "no");
  }
  for (const name of SWITCHES) {
    if (state[name] !== content.shown[name]) {
      words.set(name, state[name] ? "yes" : "no");
    }
  }
  if (state.text) {
    words.set("text", state.text);
  }
  if (state.summing) {
    words.set("sum", state.summing);
  }
  for (const name of state.also) {
    words.append("also", name);
  }
  if (view) {
    words.set("at", view.map((part) => +part.toFixed(4)).join(","));
  }
  return words.toString();
}

/**
 * The same back. What it does not know it leaves out: an address may come from anybody.
 *
 * @param {string} hash
 * @param {Model} model
 * @returns {{ state: State, place?: number, view?: [number, number, number] }}
 */
export function fromHash(hash, model) {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const { content } = model;
  const state = everything(content.shown);
  const from = dayOf(words.get("from")) ?? null;
  const to = dayOf(words.get("to")) ?? null;
  if (from === null || to === null || from <= to) {
    Object.assign(state, { from, to });
  }
  for (const name of CHOICES) {
    state[name] = numbersOf(model, name, words.getAll(name.slice(0, -1)));
  }
  const certain = numberOf(words.get("certain"));
  state.certain = isWithin(certain, 0, 100) ? Math.round(certain) : DOUBTFUL;
  state.possible = words.get("possible") !== "no";
  for (const name of SWITCHES) {
    const said = words.get(name);
    state[name] = said === "yes" || (said !== "no" && content.shown[name]);
  }
  state.text = (words.get("text") || "").slice(0, LONGEST_TEXT);
  const sum = words.get("sum");
  state.summing = SUMMINGS.find((each) => each === sum) ?? null;
  const also = words.getAll("also");
  state.also = new Set(EXTRAS.filter((name) => also.includes(name)));
  return {
    state,
    place: model.number.get(words.get("place") ?? ""),
    view: viewOf(words.get("at")),
  };
}

/**
 * The sources or kinds of some names as numbers, null for all; names that the page does not know are left out.
 *
 * @param {Model} model
 * @param {"sources" | "kinds"} name
 * @param {string[]} names
 */
export function numbersOf({ content }, name, names) {
  const wanted = new Set(names);
  const numbers = content[name].flatMap((one, number) =>
    wanted.has(one) ? [number] : [],
  );
  // Articles without a source go by an empty name.
  if (name === "sources" && wanted.has("")) {
    numbers.push(-1);
  }
  return numbers.length ? new Set(numbers) : null;
}

/**
 * The same back, in one order whatever they were chosen in.
 *
 * @param {Model} model
 * @param {"sources" | "kinds"} name
 */
export const namesOf = ({ content, state }, name) =>
  state[name] &&
  [...state[name]]
    .sort((a, b) => Number(a < 0) - Number(b < 0) || a - b)
    .map((number) => content[name][number] ?? "");

/**
 * Whether a map can show a view.
 *
 * @param {unknown} lat
 * @param {unknown} lng
 * @param {unknown} zoom
 */
export const isView = (lat, lng, zoom) =>
  isWithin(lat, -90, 90) &&
  isWithin(lng, -FARTHEST, FARTHEST) &&
  isWithin(zoom, 0, CLOSEST);

/**
 * @param {unknown} value
 * @param {number} least
 * @param {number} most
 */
export const isWithin = (value, least, most) =>
  typeof value === "number" && value >= least && value <= most;

/**
 * A latitude, a longitude and a zoom that a map can show.
 *
 * @param {string | null} at
 * @returns {[number, number, number] | undefined}
 */
function viewOf(at) {
  const parts = (at ?? "").split(",", 4);
  const [lat, lng, zoom] = parts.map(numberOf);
  return parts.length === 3 && isView(lat, lng, zoom)
    ? [lat, lng, zoom]
    : undefined;
}

/**
 * A number written with digits, not a number for anything else.
 *
 * @param {string | null} text
 */
const numberOf = (text) =>
  /^-?\d{1,5}(\.\d{1,20})?$/.test(text ?? "") ? Number(text) : NaN;

// What is shown, as the words behind the # of an address, and back. No page in here either.
import { DOUBTFUL, dayOf, everything, isoDay } from "./model.js";
/** @import { Model } from "./model.js" */
/** @import { Extra, State, Summing } from "./types" */

const LONGEST_TEXT = 200; // characters
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
    for (const number of state[name] || []) {
      words.append(name.slice(0, -1), content[name][number] ?? "");
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
    const wanted = new Set(words.getAll(name.slice(0, -1)));
    const numbers = content[name].flatMap((one, number) =>
      wanted.has(one) ? [number] : [],
    );
    // Articles without a source go by an empty name.
    if (name === "sources" && wanted.has("")) {
      numbers.push(-1);
    }
    state[name] = numbers.length ? new Set(numbers) : null;
  }
  const certain = numberIn(words.get("certain"), 0, 100);
  state.certain = certain === undefined ? DOUBTFUL : Math.round(certain);
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
 * A latitude, a longitude and a zoom that a map can show.
 *
 * @param {string | null} at
 * @returns {[number, number, number] | undefined}
 */
function viewOf(at) {
  const parts = (at ?? "").split(",", 4);
  const lat = numberIn(parts[0], -90, 90);
  const lng = numberIn(parts[1], -FARTHEST, FARTHEST);
  const zoom = numberIn(parts[2], 0, CLOSEST);
  return parts.length !== 3 ||
    lat === undefined ||
    lng === undefined ||
    zoom === undefined
    ? undefined
    : [lat, lng, zoom];
}

/**
 * A number written with digits and within bounds, undefined for anything else.
 *
 * @param {string | null | undefined} text
 * @param {number} least
 * @param {number} most
 */
function numberIn(text, least, most) {
  const number = /^-?\d{1,5}(\.\d{1,20})?$/.test(text ?? "")
    ? Number(text)
    : NaN;
  return number >= least && number <= most ? number : undefined;
}

// What is shown, as the words behind the # of an address, and back. No page in here either.
import { DOUBTFUL, dayOf, everything, isoDay } from "./model.js";
/** @import { Model } from "./model.js" */
/** @import { State } from "./types" */

const CHOICES = /** @type {const} */ (["sources", "kinds"]);

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
  if (state.text) {
    words.set("text", state.text);
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
 * @returns {{ state: State, place?: number, view?: number[] }}
 */
export function fromHash(hash, model) {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const state = everything();
  const { content } = model;
  state.from = dayOf(words.get("from")) ?? null;
  state.to = dayOf(words.get("to")) ?? null;
  for (const name of CHOICES) {
    const wanted = words
      .getAll(name.slice(0, -1))
      // Articles without a source go by an empty name.
      .filter(
        (word) =>
          content[name].includes(word) || (name === "sources" && word === ""),
      )
      .map((word) => content[name].indexOf(word));
    state[name] = wanted.length ? new Set(wanted) : null;
  }
  const certain = Number(words.get("certain") ?? DOUBTFUL);
  if (certain >= 0 && certain <= 100) {
    state.certain = Math.round(certain);
  }
  state.possible = words.get("possible") !== "no";
  state.text = (words.get("text") || "").slice(0, 200);
  const at = (words.get("at") || "").split(",").map(Number);
  return {
    state,
    place: model.number.get(words.get("place") ?? ""),
    view: at.length === 3 && at.every(Number.isFinite) ? at : undefined,
  };
}

// The cards of several places that lie at one spot: one at a time, with a way to the others.
import { makeButton, makeElement } from "./elements.js";
import { plural } from "./words.js";

/**
 * A card, and below it, where others lie at the same spot, which of them it is and the way to the next. Below, so that
 * the buttons stay under the pointer whatever the height of the cards.
 *
 * @param {HTMLElement} card
 * @param {{ at: number, of: number, turn: (step: number) => void, close: () => void }} pages
 */
export function makePages(card, { at, of, turn, close }) {
  const box = makeElement("div", "geomap-pages");
  box.append(card);
  box.addEventListener("keydown", (event) => {
    const step = stepOf(event);
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    } else if (step && of > 1) {
      event.preventDefault();
      event.stopPropagation();
      turn(step);
    }
  });
  if (of > 1) {
    const bar = makeElement("nav", "geomap-pager");
    bar.setAttribute("aria-label", `${plural(of, "place")} at this spot`);
    const told = makeElement("span", "", `${at + 1} of ${of}`);
    bar.append(
      turner("‹", "Previous place", () => turn(-1)),
      told,
      turner("›", "Next place", () => turn(1)),
    );
    box.append(bar);
  }
  return box;
}

/**
 * The way that an arrow key turns; none where arrows have a meaning of their own.
 *
 * @param {KeyboardEvent} event
 */
function stepOf({ key, target, altKey, ctrlKey, metaKey, shiftKey }) {
  const typed =
    target instanceof Element && target.closest("input, select, textarea");
  if (typed || altKey || ctrlKey || metaKey || shiftKey) {
    return 0;
  }
  return key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
}

/**
 * @param {string} sign
 * @param {string} words
 * @param {() => void} handler
 */
function turner(sign, words, handler) {
  const button = makeButton(sign, handler, "geomap-turn");
  button.setAttribute("aria-label", words);
  button.title = `${words} (${sign === "‹" ? "←" : "→"})`;
  return button;
}

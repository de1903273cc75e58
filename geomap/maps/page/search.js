// The search box: places by name, articles by source, mentions by a word of their sentence.
import { loadWords } from "./data.js";
import { makeButton, makeElement, say } from "./elements.js";
import { fold } from "./model.js";
import { numeral, plural } from "./words.js";
/** @import { Places } from "./places.js" */
/** @import { Model } from "./model.js" */

const [PLACES, SOURCES] = [6, 4];

/**
 * The places whose name holds the folded words, those that begin with them and have more mentions first.
 *
 * @param {Model} model
 * @param {string} folded
 * @returns {number[]}
 */
export function placesBy(model, folded) {
  if (!folded.trim()) {
    return [];
  }
  /** @type {number[]} */
  const begin = [];
  /** @type {number[]} */
  const hold = [];
  model.names.forEach((name, number) => {
    if (!model.counts[number]) {
      return;
    }
    const at = name.indexOf(folded.trim());
    if (at === 0) {
      begin.push(number);
    } else if (at > 0) {
      hold.push(number);
    }
  });
  return [...begin, ...hold];
}

/** @param {Places} layer */
export function makeSearchBox(layer) {
  const { model } = layer;
  const box = makeElement("search", "geomap-search");
  const input = makeElement("input", "geomap-input");
  input.type = "search";
  input.placeholder = "Search places, words, sources";
  input.setAttribute("aria-label", "Search places, words and sources");
  const found = makeElement("ul", "geomap-found");
  found.setAttribute("aria-label", "Found");
  found.hidden = true;
  const close = () => {
    found.replaceChildren();
    found.hidden = true;
  };
  /**
   * @param {string} text
   * @param {string} detail
   * @param {() => void} choose
   */
  const offer = (text, detail, choose) => {
    const item = makeElement("li");
    const button = makeButton(
      "",
      () => {
        close();
        input.value = "";
        choose();
      },
      "geomap-place",
    );
    const name = makeElement("span", "geomap-words", text);
    name.dir = "auto";
    button.append(name, makeElement("span", "geomap-number", detail));
    item.append(button);
    found.append(item);
  };
  input.addEventListener("input", () => {
    close();
    const wanted = input.value.trim();
    const folded = fold(wanted);
    if (!folded) {
      return;
    }
    const { name, within } = model.places;
    for (const number of placesBy(model, folded).slice(0, PLACES)) {
      const words = [name[number], within[number]].filter(Boolean).join(", ");
      offer(words, numeral(model.mentions(number)), () =>
        layer.visit(number, input),
      );
    }
    model.content.sources
      .map((source, number) => ({ source, number }))
      .filter(({ source }) => fold(source).includes(folded))
      .slice(0, SOURCES)
      .forEach(({ source, number }) => {
        offer(source, "source", () => {
          model.set({ sources: new Set([number]) });
          input.focus();
        });
      });
    if (model.content.text !== "none") {
      offer(`Sentences with “${wanted}”`, "", () => {
        loadWords(model).then((words) => words && model.search(wanted, words));
        input.focus();
      });
    }
    if (!found.children.length) {
      found.append(makeElement("li", "geomap-none", "Nothing found"));
    }
    found.hidden = false;
    say(layer.map, plural(found.children.length, "suggestion"));
  });
  box.addEventListener("keydown", (event) => {
    const stops = [input, ...found.querySelectorAll("button")];
    const at = stops.findIndex((one) => one === document.activeElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      stops[(at + step + stops.length) % stops.length].focus();
    } else if (event.key === "Escape") {
      close();
      input.focus();
    } else if (event.key === "Enter" && at === 0 && stops[1]) {
      event.preventDefault();
      stops[1].click();
    }
    // Arrows and signs would move the map.
    event.stopPropagation();
  });
  box.append(input, found);
  return box;
}

// The search box: places by any word for them, articles by source, sentences and headlines by their words.
import { loadPlaceWords, loadWords } from "./data.js";
import { makeButton, makeElement, say } from "./elements.js";
import { fold } from "./fold.js";
import { findPlaces, findSources, findText } from "./lookup.js";
import { numeral, plural } from "./words.js";
/** @import { Places } from "./places.js" */

const [PLACES, SOURCES] = [6, 4];
const QUIET = 150; // milliseconds without a key: from then on all sentences are looked through

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
  let asked = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const close = () => {
    asked += 1;
    clearTimeout(timer);
    found.replaceChildren();
    found.hidden = true;
  };
  /**
   * @param {string} text
   * @param {string} also
   * @param {string} detail
   * @param {() => void} choose
   */
  const offer = (text, also, detail, choose) => {
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
    if (also) {
      name.append(makeElement("span", "geomap-within", also));
    }
    const count = makeElement("span", "geomap-number", detail);
    button.append(name, count);
    item.append(button);
    found.append(item);
    return count;
  };
  const tell = () => {
    if (!found.children.length) {
      const words = `Nothing on this map is called or says “${input.value.trim()}”.`;
      found.append(makeElement("li", "geomap-none", words));
    }
    found.hidden = false;
    const offers = found.querySelectorAll("button").length;
    say(
      layer.map,
      offers ? plural(offers, "suggestion") : (found.textContent ?? ""),
    );
  };
  /** @param {string} wanted */
  const offerText = (wanted) => {
    const count = offer(
      `Sentences and headlines with “${wanted}”`,
      "",
      "…",
      () => {
        loadWords(model).then((words) => words && model.search(wanted, words));
        input.focus();
      },
    );
    const mine = asked;
    timer = setTimeout(async () => {
      const words = await loadWords(model);
      if (!words || mine !== asked) {
        return;
      }
      const { sentences, titles } = findText(words, fold(wanted)).counts;
      count.textContent = numeral(sentences + titles);
      if (!(sentences + titles)) {
        count.closest("li")?.remove();
        tell();
      }
    }, QUIET);
  };
  input.addEventListener("input", async () => {
    close();
    const mine = asked;
    const wanted = input.value.trim();
    const folded = fold(wanted);
    if (!folded) {
      return;
    }
    const words = await loadPlaceWords(model);
    if (mine !== asked) {
      return;
    }
    const { name, within } = model.places;
    for (const { number, by } of findPlaces(model, words, folded).slice(
      0,
      PLACES,
    )) {
      offer(
        [name[number], within[number]].filter(Boolean).join(", "),
        by === name[number] ? "" : ` (${by})`,
        numeral(model.mentions(number)),
        () => layer.visit(number, input),
      );
    }
    for (const { number, articles } of findSources(model, folded).slice(
      0,
      SOURCES,
    )) {
      offer(
        model.content.sources[number],
        " (source)",
        plural(articles, "article"),
        () => {
          model.set({ sources: new Set([number]) });
          input.focus();
        },
      );
    }
    if (model.content.text !== "none") {
      offerText(wanted);
    }
    tell();
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

// What a full-text search found: sentences and headlines with the words marked, each leading to its places.
import { loadWords } from "./data.js";
import { makeButton, makeElement } from "./elements.js";
import { fold, positionsOf } from "./fold.js";
import { passagesOf } from "./lookup.js";
import { isoDay } from "./model.js";
import { dateText, numeral } from "./words.js";
/** @import { Places } from "./places.js" */
/** @import { Passage } from "./types" */

const PAGE = 30;
const MOST_PLACES = 6; // buttons below one sentence

/**
 * A text with the words that were searched marked.
 *
 * @param {string} text
 * @param {string} wanted folded
 */
export function makeMarked(text, wanted) {
  const line = makeElement("blockquote");
  line.dir = "auto";
  let end = 0;
  for (const [from, to] of positionsOf(text, wanted)) {
    line.append(text.slice(end, from));
    line.append(makeElement("mark", "", text.slice(from, to)));
    end = to;
  }
  line.append(text.slice(end));
  return line;
}

/**
 * Follows the full-text search of a layer with a list of what it found; returns its element.
 *
 * @param {Places} layer
 * @param {(() => void)[]} ends what ends the following
 */
export function makePassages(layer, ends) {
  const { model } = layer;
  const box = makeElement("details", "geomap-passages");
  box.open = true;
  const summary = makeElement("summary");
  const list = makeElement("ol");
  box.append(summary, list);
  box.hidden = true;
  const follow = async () => {
    const { text } = model.state;
    const wanted = fold(text);
    const words = wanted ? await loadWords(model) : null;
    if (text !== model.state.text) {
      return;
    }
    box.hidden = !words;
    list.replaceChildren();
    if (!words) {
      return;
    }
    const found = passagesOf(model, words, wanted);
    summary.textContent = `Sentences (${numeral(found.length)})`;
    /** @param {number} begin */
    const append = (begin) => {
      for (const passage of found.slice(begin, begin + PAGE)) {
        list.append(item(layer, passage, wanted));
      }
      const left = found.length - begin - PAGE;
      if (left > 0) {
        const more = makeElement("li");
        more.append(
          makeButton(`Show more (${numeral(left)} left)`, () => {
            more.remove();
            append(begin + PAGE);
          }),
        );
        list.append(more);
      }
    };
    append(0);
  };
  ends.push(model.listen(follow));
  follow();
  return box;
}

/**
 * @param {Places} layer
 * @param {Passage} passage
 * @param {string} wanted
 */
function item(layer, { text, isTitle, article, places }, wanted) {
  const { model } = layer;
  const line = makeElement("li");
  const about = [
    isTitle ? "Headline" : "",
    model.content.sources[model.source[article]] ?? "",
    dateText(isoDay(model.day[article])),
  ];
  const leads = makeElement("div", "geomap-row");
  for (const number of places.slice(0, MOST_PLACES)) {
    const button = makeButton(
      model.places.name[number],
      () => layer.visit(number, button),
      "geomap-quiet",
    );
    button.dir = "auto";
    leads.append(button);
  }
  line.append(
    makeMarked(text, wanted),
    makeElement("p", "geomap-within", about.filter(Boolean).join(" · ")),
    leads,
  );
  return line;
}

// The popup of a place: what it is, how often it is named, and the sentences that name it, with their articles.
import { makeCheck } from "./check.js";
import { withinText } from "./circles.js";
import { loadWords } from "./data.js";
import {
  makeButton,
  makeElement,
  makeLine,
  makeVector,
  newId,
  refit,
} from "./elements.js";
import { DOUBTFUL, isoDay } from "./model.js";
import { dateText, datesText, numeral, plural } from "./words.js";
/** @import { Places } from "./places.js" */
/** @import { Model } from "./model.js" */
/** @import { Quoted, Words } from "./types" */

const PAGE = 20; // sentences

/** @param {number} percent */
export function confidenceText(percent) {
  if (percent < 0) {
    return "unknown confidence";
  }
  const word = percent >= 80 ? "high" : percent >= DOUBTFUL ? "fair" : "low";
  return `${word} confidence, ${percent}%`;
}

/**
 * @param {Places} layer
 * @param {number} number
 */
export function makeCard(layer, number) {
  const { model } = layer;
  const { places } = model;
  const card = makeElement("article", "geomap-card");
  const heading = makeElement("h2", "", places.name[number]);
  heading.id = newId();
  heading.tabIndex = -1;
  heading.dir = "auto";
  // What scrolls must be within reach of a keyboard.
  card.tabIndex = 0;
  card.setAttribute("role", "region");
  card.setAttribute("aria-labelledby", heading.id);
  card.append(heading);
  const what = [
    places.within[number],
    places.kind[number],
    places.radius[number] ? withinText(places.radius[number]) : "",
  ]
    .filter(Boolean)
    .join(" · ");
  if (what) {
    const within = makeElement("p", "geomap-within", what);
    within.dir = "auto";
    card.append(within);
  }
  const others = model.otherNames(number);
  if (others.length) {
    const called = others.map(
      ([name, where]) => `${name} in ${where || "the articles"}`,
    );
    const line = makeLine("geomap-called", called);
    line.dir = "auto";
    card.append(line);
  }
  const body = makeElement("div");
  card.append(body);
  fill(layer, number, body);
  const end = model.listen(() => {
    if (document.contains(card)) {
      fill(layer, number, body);
    } else {
      end();
    }
  });
  return card;
}

/**
 * @param {Places} layer
 * @param {number} number
 * @param {HTMLElement} body
 */
function fill(layer, number, body) {
  const { model } = layer;
  body.replaceChildren();
  const mentions = model.mentions(number);
  if (!mentions) {
    body.append(
      makeElement("p", "geomap-facts", "No mention of it passes the filters."),
    );
    return;
  }
  body.append(
    makeLine("geomap-facts", facts(model, number)),
    sureness(model, number),
  );
  if (model.bins.length > 1) {
    body.append(makeSparkline(model, number));
  }
  const list = makeElement("ol", "geomap-articles");
  body.append(list);
  loadWords(model).then((words) => {
    if (words) {
      more({ layer, number, words, rows: model.rows(number) }, list, 0);
    } else {
      list.remove();
      body.append(bySource(model, number));
    }
    refit(layer.popup);
  });
}

/**
 * @param {Model} model
 * @param {number} number
 */
function facts(model, number) {
  const articles = plural(model.articles[number], "article");
  const counts = `${plural(model.mentions(number), "mention")} in ${articles}`;
  return [counts, datesText(model.first[number], model.last[number])];
}

/**
 * @param {Model} model
 * @param {number} number
 */
function sureness(model, number) {
  const mean = model.mean[number];
  const doubtful = mean >= 0 && mean < model.state.certain;
  const sure = confidenceText(mean);
  const words = doubtful
    ? `Doubtful: ${sure} on average`
    : `${sure[0].toUpperCase()}${sure.slice(1)} on average`;
  const line = makeElement("p", "geomap-confidence", words);
  line.classList.toggle("geomap-doubt", doubtful);
  const possible = model.possible[number];
  if (possible && model.certain[number]) {
    line.textContent += ` (${numeral(model.certain[number])} certain, ${numeral(possible)} possible)`;
  }
  return line;
}

/**
 * The mentions over time, the bars of the panel's histogram made small.
 *
 * @param {Model} model
 * @param {number} number
 */
export function makeSparkline(model, number) {
  const line = model.line(number);
  const most = Math.max(1, ...line);
  const svg = makeVector("svg", {
    class: "geomap-sparkline",
    viewBox: `0 0 ${line.length} 20`,
    preserveAspectRatio: "none",
    role: "img",
  });
  const dated = line.reduce((sum, count) => sum + count, 0);
  svg.setAttribute(
    "aria-label",
    dated
      ? `Mentions over time: ${datesText(model.first[number], model.last[number])}, at most ${numeral(most)} at once`
      : "No mention has a date",
  );
  line.forEach((count, bin) => {
    if (count) {
      const height = Math.max(1.5, (19 * count) / most);
      svg.append(
        makeVector("rect", {
          x: bin + 0.08,
          y: 20 - height,
          width: 0.84,
          height,
        }),
      );
    }
  });
  return svg;
}

/**
 * Where no words came with the file: which sources name the place.
 *
 * @param {Model} model
 * @param {number} number
 */
function bySource(model, number) {
  const counts = new Map();
  for (const row of model.rows(number)) {
    const source = model.source[model.article[row]];
    counts.set(source, (counts.get(source) || 0) + 1);
  }
  const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 5);
  const box = makeElement("div", "geomap-sources");
  box.append(
    makeElement(
      "p",
      "geomap-about",
      "The words of the articles do not travel with this file.",
    ),
  );
  if (most.length && most[0][0] >= 0) {
    const list = makeElement("ul");
    for (const [source, count] of most) {
      const name = model.content.sources[source] ?? "No source";
      const item = makeElement("li", "", `${name}: ${numeral(count)}`);
      item.dir = "auto";
      list.append(item);
    }
    box.append(list);
  }
  return box;
}

/**
 * Appends the next sentences, under their articles, and a button for those that follow. The mentions of one sentence
 * are marked in it together.
 *
 * @param {Quoted} of
 * @param {HTMLElement} list
 * @param {number} begin
 */
function more(of, list, begin) {
  const { layer, words, rows } = of;
  let at = begin;
  let quotes = 0;
  while (at < rows.length && quotes < PAGE) {
    const article = layer.model.article[rows[at]];
    const same = [rows[at]];
    while (
      at + same.length < rows.length &&
      layer.model.article[rows[at + same.length]] === article &&
      words.sentence[rows[at + same.length]] === words.sentence[rows[at]]
    ) {
      same.push(rows[at + same.length]);
    }
    if (Number(list.dataset.article ?? -1) !== article) {
      list.append(headed(layer.model, words.articles, article));
      list.dataset.article = String(article);
    }
    if (list.lastElementChild) {
      quote(of, same, list.lastElementChild);
    }
    quotes += 1;
    at += same.length;
  }
  if (at < rows.length) {
    const left = plural(rows.length - at, "mention");
    const button = makeButton(
      `Show more (${left} left)`,
      () => {
        const before = list.querySelectorAll("blockquote").length;
        button.remove();
        more(of, list, at);
        const next = list.querySelectorAll("blockquote")[before];
        next.tabIndex = -1;
        next.focus({ preventScroll: true });
      },
      "geomap-button geomap-more",
    );
    list.after(button);
  }
}

/**
 * @param {Model} model
 * @param {Words["articles"]} articles
 * @param {number} article
 */
function headed(model, articles, article) {
  const item = makeElement("li");
  const title = articles.title[article] || "Untitled article";
  const url = articles.url[article];
  const heading = makeElement("h3");
  heading.dir = "auto";
  if (articles.link[article] && isWebPage(url)) {
    const link = makeElement("a", "", title);
    link.href = url;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    heading.append(link);
  } else {
    heading.textContent = title;
  }
  item.append(heading);
  const line = [
    model.content.sources[model.source[article]],
    dateText(isoDay(model.day[article])),
  ]
    .filter(Boolean)
    .join(" · ");
  if (line) {
    const note = makeElement("p", "geomap-about", line);
    note.dir = "auto";
    item.append(note);
  }
  if (url && !heading.firstElementChild) {
    item.append(makeElement("p", "geomap-about geomap-url", url));
  }
  return item;
}

/** @param {string} url */
function isWebPage(url) {
  try {
    return ["http:", "https:"].includes(new URL(url).protocol);
  } catch {
    return false;
  }
}

/**
 * Pairs of offsets of what is marked in the sentence of some mentions.
 *
 * @param {Words} words
 * @param {number[]} rows
 * @returns {[number, number][]}
 */
export function marked(words, rows) {
  const begins = new Map();
  for (const row of rows) {
    for (const at of words.also[row] || [words.at[row]]) {
      if (at >= 0) {
        begins.set(at, at + words.length[row]);
      }
    }
  }
  return [...begins].sort((a, b) => a[0] - b[0]);
}

/**
 * @param {Quoted} of
 * @param {number[]} rows
 * @param {Element} item
 */
function quote({ layer, number, words }, rows, item) {
  const { model } = layer;
  const sentence = words.sentences[words.sentence[rows[0]]];
  const block = makeElement("blockquote");
  block.dir = "auto";
  let at = 0;
  for (const [begin, end] of marked(words, rows)) {
    if (begin >= at) {
      block.append(
        sentence.slice(at, begin),
        makeElement("mark", "", sentence.slice(begin, end)),
      );
      at = end;
    }
  }
  block.append(sentence.slice(at));
  item.append(block);
  for (const row of rows) {
    const check = makeCheck({
      layer,
      number,
      words,
      row,
      many: rows.length > 1,
    });
    const km = model.content.rows.radius[row];
    if (km && km !== model.places.radius[number]) {
      item.append(makeElement("p", "geomap-about", withinText(km)));
    }
    item.append(check);
    const percent = model.confidence[row];
    if (percent >= 0 && percent < model.state.certain) {
      check.prepend(
        makeElement("span", "geomap-doubt", confidenceText(percent)),
      );
    }
  }
}

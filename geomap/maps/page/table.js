// The twin of the map: what it shows as a table, with the same filters, to sort, to read aloud, to take away.
import { readBlock } from "./data.js";
import { makeButton, makeElement, makeFile, openDialog } from "./elements.js";
import { isoDay } from "./model.js";
import { numeral, plural } from "./words.js";
/** @import { Places } from "./places.js" */
/** @import { Model } from "./model.js" */

const PAGE = 100;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const FIGURES = new Set([4, 5, 6, 9]);
/** @type {[string, (model: Model, n: number) => string | number][]} */
const COLUMNS = [
  ["Place", (model, n) => model.places.name[n]],
  ["In the gazetteer", (model, n) => model.gazetteerName(n)],
  ["Within", (model, n) => model.places.within[n]],
  ["Kind", (model, n) => model.places.kind[n]],
  ["Certain", (model, n) => model.certain[n]],
  ["Possible", (model, n) => model.possible[n]],
  ["Articles", (model, n) => model.articles[n]],
  ["First", (model, n) => isoDay(model.first[n])],
  ["Last", (model, n) => isoDay(model.last[n])],
  ["Confidence", (model, n) => model.mean[n]],
];

/** @param {Places} layer */
export function showTable(layer) {
  const { model, map } = layer;
  const dialog = openDialog(map, "Places of this map", "geomap-wide");
  const row = makeElement("div", "geomap-row");
  const facts = makeElement("span", "geomap-caption");
  row.append(
    facts,
    makeFile("places.csv", "text/csv", () => csv(model)),
  );
  const scroll = makeElement("div", "geomap-dialog-body");
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", "Places");
  dialog.append(row, scroll);
  const sorted = { column: 3, down: true };
  let shown = PAGE;
  const draw = () => {
    facts.textContent = [
      plural(model.totals.places, "place"),
      ...(model.filtered ? ["as filtered"] : []),
    ].join(", ");
    const at = scroll.contains(document.activeElement)
      ? document.activeElement?.textContent
      : undefined;
    scroll.replaceChildren(build());
    if (at) {
      [...scroll.querySelectorAll("button")]
        .find((button) => button.textContent === at)
        ?.focus();
    }
  };
  const build = () => {
    const numbers = order(model, sorted);
    const table = makeElement("table");
    const caption = makeElement(
      "caption",
      "geomap-spoken",
      "Places with their mentions, articles, dates and mean confidence",
    );
    const head = makeElement("tr");
    COLUMNS.forEach(([name], column) => {
      const cell = makeElement("th");
      cell.scope = "col";
      cell.classList.toggle("geomap-figure", FIGURES.has(column));
      const button = makeButton(
        name,
        () => {
          sorted.down = sorted.column === column ? !sorted.down : column > 2;
          sorted.column = column;
          draw();
        },
        "geomap-sort",
      );
      if (sorted.column === column) {
        cell.setAttribute(
          "aria-sort",
          sorted.down ? "descending" : "ascending",
        );
      }
      cell.append(button);
      head.append(cell);
    });
    const body = makeElement("tbody");
    for (const number of numbers.slice(0, shown)) {
      body.append(line(number));
    }
    const top = makeElement("thead");
    top.append(head);
    table.append(caption, top, body);
    const part = document.createDocumentFragment();
    part.append(table);
    if (numbers.length > shown) {
      part.append(
        makeButton(
          `Show more (${numeral(numbers.length - shown)} left)`,
          () => {
            shown += PAGE;
            draw();
          },
          "geomap-button geomap-more",
        ),
      );
    }
    return part;
  };
  /** @param {number} number */
  const line = (number) => {
    const cells = makeElement("tr");
    COLUMNS.forEach(([, value], column) => {
      const cell = makeElement(column ? "td" : "th");
      const words = value(model, number);
      if (column) {
        cell.textContent = shownAs(words, column);
      } else {
        cell.scope = "row";
        cell.append(
          makeButton(
            String(words),
            () => {
              dialog.close();
              layer.visit(number);
            },
            "geomap-link",
          ),
        );
      }
      cell.dir = "auto";
      cell.classList.toggle("geomap-figure", FIGURES.has(column));
      cells.append(cell);
    });
    return cells;
  };
  draw();
  const end = model.listen(draw);
  dialog.addEventListener("close", end);
}

/**
 * @param {string | number} value
 * @param {number} column
 */
function shownAs(value, column) {
  if (column === COLUMNS.length - 1) {
    return Number(value) < 0 ? "" : `${value}%`;
  }
  return typeof value === "number" ? numeral(value) : value;
}

/**
 * @param {Model} model
 * @param {{ column: number, down: boolean }} sorted
 */
function order(model, { column, down }) {
  const value = COLUMNS[column][1];
  const sign = down ? -1 : 1;
  return model.ranked().sort((a, b) => {
    const [x, y] = [value(model, a), value(model, b)];
    const compared =
      typeof x === "number" && typeof y === "number"
        ? x - y
        : String(x).localeCompare(String(y), "en");
    return sign * compared;
  });
}

/**
 * The whole table for a spreadsheet. A cell that one would take for a formula is made text.
 *
 * @param {Model} model
 */
export function csv(model) {
  /** @param {string | number} value */
  const cell = (value) => {
    const text = String(value);
    const runs = /^[=+\-@\t\r]/.test(text) && !NUMBER.test(text);
    const safe = runs ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const names = [
    ...COLUMNS.map(([name]) => name),
    "Latitude",
    "Longitude",
    "Within km",
  ];
  const lines = model
    .ranked()
    .map((n) =>
      [
        ...COLUMNS.map(([, value]) => value(model, n)),
        model.places.lat[n],
        model.places.lon[n],
        model.places.radius[n] || "",
      ].map(cell),
    );
  return [names, ...lines].map((line) => line.join(",")).join("\r\n");
}

/**
 * Where the map comes from.
 *
 * @param {L.Map} map
 * @param {string} id
 */
export function showAbout(map, id) {
  const dialog = openDialog(map, "About this map", "geomap-about-dialog");
  const body = makeElement("div", "geomap-dialog-body");
  body.tabIndex = 0;
  dialog.append(body);
  readBlock(id).then((pairs) => {
    const list = makeElement("dl");
    for (const [name, words] of pairs) {
      const value = makeElement("dd", "", words);
      const term = makeElement("dt", "", name);
      term.dir = value.dir = "auto";
      list.append(term, value);
    }
    body.append(list);
  });
}

// The twin of the map: what it shows as a table, with the same filters, to sort, to read aloud, to take away.
(function () {
  "use strict";

  const geomap = L.geomap;
  const PAGE = 100;

  const FIGURES = new Set([3, 4, 5, 8]);
  const COLUMNS = [
    ["Place", (model, n) => model.places.name[n]],
    ["Within", (model, n) => model.places.within[n]],
    ["Kind", (model, n) => model.places.kind[n]],
    ["Certain", (model, n) => model.certain[n]],
    ["Possible", (model, n) => model.possible[n]],
    ["Articles", (model, n) => model.articles[n]],
    ["First", (model, n) => geomap.isoDay(model.first[n])],
    ["Last", (model, n) => geomap.isoDay(model.last[n])],
    ["Confidence", (model, n) => model.mean[n]],
  ];

  geomap.table = function (layer) {
    const { model, _map: map } = layer;
    const dialog = geomap.dialog(map, "Places of this map", "geomap-wide");
    const row = geomap.element("p", "geomap-row");
    const facts = geomap.element("span", "geomap-caption");
    row.append(
      facts,
      geomap.button("Download CSV", () =>
        geomap.download("places.csv", "text/csv", csv(model)),
      ),
    );
    const scroll = geomap.element("div", "geomap-dialog-body");
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", "Places");
    dialog.append(row, scroll);
    const sorted = { column: 3, down: true };
    let shown = PAGE;
    const draw = () => {
      facts.textContent = [
        geomap.count(model.totals.places, "place"),
        ...(model.filtered ? ["as filtered"] : []),
      ].join(", ");
      const at = scroll.contains(document.activeElement)
        ? document.activeElement.textContent
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
      const table = geomap.element("table");
      const caption = geomap.element(
        "caption",
        "geomap-spoken",
        "Places with their mentions, articles, dates and mean confidence",
      );
      const head = geomap.element("tr");
      COLUMNS.forEach(([name], column) => {
        const cell = geomap.element("th");
        cell.scope = "col";
        cell.classList.toggle("geomap-figure", FIGURES.has(column));
        const button = geomap.button(
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
      const body = geomap.element("tbody");
      for (const number of numbers.slice(0, shown)) {
        body.append(line(number));
      }
      const top = geomap.element("thead");
      top.append(head);
      table.append(caption, top, body);
      const part = document.createDocumentFragment();
      part.append(table);
      if (numbers.length > shown) {
        part.append(
          geomap.button(
            `Show more (${geomap.number(numbers.length - shown)} left)`,
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
    const line = (number) => {
      const cells = geomap.element("tr");
      COLUMNS.forEach(([, value], column) => {
        const cell = geomap.element(column ? "td" : "th");
        const words = value(model, number);
        if (column) {
          cell.textContent = shownAs(words, column);
        } else {
          cell.scope = "row";
          cell.append(
            geomap.button(
              words,
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
  };

  function shownAs(value, column) {
    if (column === COLUMNS.length - 1) {
      return value < 0 ? "" : `${value}%`;
    }
    return typeof value === "number" ? geomap.number(value) : value;
  }

  function order(model, { column, down }) {
    const value = COLUMNS[column][1];
    const sign = down ? -1 : 1;
    return model.ranked().sort((a, b) => {
      const [x, y] = [value(model, a), value(model, b)];
      const compared = typeof x === "number" ? x - y : x.localeCompare(y, "en");
      return sign * compared;
    });
  }

  // The whole table for a spreadsheet. A cell that one would take for a formula is made text.
  function csv(model) {
    const cell = (value) => {
      const text = String(value);
      const safe =
        /^[=+\-@\t\r]/.test(text) && typeof value !== "number"
          ? `'${text}`
          : text;
      return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    const names = [...COLUMNS.map(([name]) => name), "Latitude", "Longitude"];
    const lines = model
      .ranked()
      .map((n) =>
        [
          ...COLUMNS.map(([, value]) => value(model, n)),
          model.places.lat[n],
          model.places.lon[n],
        ].map(cell),
      );
    return [names, ...lines].map((line) => line.join(",")).join("\r\n");
  }

  // Where the map comes from.
  geomap.about = function (map, id) {
    const dialog = geomap.dialog(map, "About this map", "geomap-about-dialog");
    const body = geomap.element("div", "geomap-dialog-body");
    body.tabIndex = 0;
    dialog.append(body);
    geomap.read(id).then((pairs) => {
      const list = geomap.element("dl");
      for (const [name, words] of pairs) {
        const value = geomap.element("dd", "", words);
        const term = geomap.element("dt", "", name);
        term.dir = value.dir = "auto";
        list.append(term, value);
      }
      body.append(list);
    });
  };
})();

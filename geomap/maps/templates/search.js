// The search box: places by name, articles by source, mentions by a word of their sentence.
(function () {
  "use strict";

  const geomap = L.geomap;
  const [PLACES, SOURCES] = [6, 4];

  // The places whose name holds the folded words, those that begin with them and have more mentions first.
  geomap.placesBy = function (model, folded) {
    if (!folded.trim()) {
      return [];
    }
    model.folded = model.folded || model.places.name.map(geomap.fold);
    const begin = [];
    const hold = [];
    model.folded.forEach((name, number) => {
      const at = name.indexOf(folded.trim());
      if (at === 0) {
        begin.push(number);
      } else if (at > 0) {
        hold.push(number);
      }
    });
    return [...begin, ...hold];
  };

  geomap.searchBox = function (layer) {
    const { model } = layer;
    const box = geomap.element("search", "geomap-search");
    const input = geomap.element("input", "geomap-input");
    input.type = "search";
    input.placeholder = "Search places, words, sources";
    input.setAttribute("aria-label", "Search places, words and sources");
    const found = geomap.element("ul", "geomap-found");
    found.setAttribute("aria-label", "Found");
    found.hidden = true;
    const close = () => {
      found.replaceChildren();
      found.hidden = true;
    };
    const offer = (text, detail, choose) => {
      const item = geomap.element("li");
      const button = geomap.button(
        "",
        () => {
          close();
          input.value = "";
          choose();
        },
        "geomap-place",
      );
      const name = geomap.element("span", "geomap-words", text);
      name.dir = "auto";
      button.append(name, geomap.element("span", "geomap-number", detail));
      item.append(button);
      found.append(item);
    };
    input.addEventListener("input", () => {
      close();
      const wanted = input.value.trim();
      const folded = geomap.fold(wanted);
      if (!folded) {
        return;
      }
      const { name, within } = model.places;
      for (const number of geomap.placesBy(model, folded).slice(0, PLACES)) {
        const words = [name[number], within[number]].filter(Boolean).join(", ");
        offer(words, geomap.number(model.mentions(number)), () =>
          layer.visit(number, input),
        );
      }
      model.content.sources
        .map((source, number) => ({ source, number }))
        .filter(({ source }) => geomap.fold(source).includes(folded))
        .slice(0, SOURCES)
        .forEach(({ source, number }) => {
          offer(source, "source", () => {
            model.set({ sources: new Set([number]) });
            input.focus();
          });
        });
      if (model.content.text !== "none") {
        offer(`Sentences with “${wanted}”`, "", () => {
          geomap.words(model).then((words) => model.search(wanted, words));
          input.focus();
        });
      }
      if (!found.children.length) {
        found.append(geomap.element("li", "geomap-none", "Nothing found"));
      }
      found.hidden = false;
      geomap.say(layer._map, geomap.count(found.children.length, "suggestion"));
    });
    box.addEventListener("keydown", (event) => {
      const stops = [input, ...found.querySelectorAll("button")];
      const at = stops.indexOf(document.activeElement);
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
  };
})();

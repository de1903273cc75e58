// The panel: title, counts, search, filters, the list of places (the way in for keyboards), and the legend.
(function () {
  "use strict";

  const geomap = L.geomap;
  const PAGE = 100; // places

  // Keeps the map's size where style sheets can use it.
  geomap.measure = function (map) {
    const container = map.getContainer();
    const measure = () => {
      container.style.setProperty(
        "--geomap-height",
        `${container.clientHeight}px`,
      );
      container.classList.toggle("geomap-narrow", container.clientWidth < 640);
    };
    measure();
    map.on("resize", measure);
    if (!container.hasAttribute("aria-label")) {
      container.setAttribute("role", "region");
      container.setAttribute("aria-label", "Map");
    }
  };

  geomap.Panel = L.Control.extend({
    options: { position: "topleft" },

    initialize(layer, options) {
      L.Util.setOptions(this, options);
      this._layer = layer;
    },

    onAdd(map) {
      const { model } = this._layer;
      const panel = geomap.element("section", "geomap-panel leaflet-control");
      panel.setAttribute("aria-label", "About this map");
      const { title } = this._layer.options;
      if (title) {
        const heading = geomap.element("h1", "", title);
        heading.dir = "auto";
        panel.append(heading);
      }
      this._facts = geomap.element("div");
      panel.append(this._facts);
      this._folds = [];
      this._ends = [];
      if (model.size.places) {
        this._fill(panel, !geomap.narrow(map));
      } else {
        panel.append(
          geomap.element("p", "geomap-empty", "No place was found to show."),
        );
        this._foot(panel);
      }
      this._ends.push(model.listen(() => this._follow()));
      this._follow();
      L.DomEvent.disableClickPropagation(panel);
      L.DomEvent.disableScrollPropagation(panel);
      // Names make room for the panel. The event does not bubble.
      const rearrange = () => {
        this._layer.redraw();
        map.fire("geomap:changed");
      };
      panel.addEventListener("toggle", rearrange, true);
      return panel;
    },

    onRemove() {
      clearTimeout(this._timer);
      for (const end of this._ends) {
        end();
      }
      this._ends = [];
    },

    fold() {
      for (const details of this._folds) {
        details.open = false;
      }
    },

    _fill(panel, open) {
      const layer = this._layer;
      const { model } = layer;
      panel.append(geomap.searchBox(layer));
      this._chips = geomap.chips(layer, this._ends);
      panel.append(this._chips);
      if (model.bins.length > 1) {
        const time = this._fold("Time", "geomap-time", open);
        const timeline = geomap.timeline(layer);
        time.append(timeline.element);
        this._ends.push(timeline.end);
        panel.append(time);
      }
      const filters = this._fold("Filters", "geomap-filters", false);
      filters.append(geomap.filters(layer, this._ends));
      const places = this._fold("Places", "geomap-places", open);
      this._places = geomap.element("ol");
      places.append(this._places);
      const legend = this._fold("Legend", "geomap-legend", open);
      this._legend = geomap.element("div");
      legend.append(this._legend);
      panel.append(filters, places, legend);
      this._summary = places.querySelector("summary");
      this._foot(panel);
    },

    _foot(panel) {
      const layer = this._layer;
      const { model, corrections, _map: map } = layer;
      const foot = geomap.element("div", "geomap-foot geomap-row");
      if (model.size.places) {
        foot.append(
          geomap.button("Table", () => geomap.table(layer), "geomap-quiet"),
        );
      }
      if (layer.options.manifest) {
        foot.append(
          geomap.button(
            "About",
            () => geomap.about(map, layer.options.manifest),
            "geomap-quiet",
          ),
        );
      }
      if (model.content.text !== "none" && model.size.places) {
        const button = geomap.button(
          "Corrections",
          () => geomap.showCorrections(layer),
          "geomap-quiet",
        );
        const count = () => {
          const { length } = corrections.list;
          button.textContent = length
            ? `Corrections (${geomap.number(length)})`
            : "Corrections";
        };
        count();
        this._ends.push(corrections.listen(count));
        foot.append(button);
      }
      panel.append(foot);
    },

    _fold(label, className, open) {
      const details = geomap.element("details", className);
      details.open = open;
      details.append(geomap.element("summary", "", label));
      this._folds.push(details);
      return details;
    },

    // What the panel says of what is shown now.
    _follow() {
      const { model } = this._layer;
      this._facts.replaceChildren(
        geomap.line("geomap-facts", geomap.summary(model)),
      );
      if (this._summary) {
        const { places } = model.totals;
        this._summary.textContent = `Places (${geomap.number(places)})`;
        geomap.explain(this._legend, this._layer);
        // A long list can wait while somebody drags.
        clearTimeout(this._timer);
        this._timer = setTimeout(
          () => this._list(),
          this._listed === undefined ? 0 : 120,
        );
      }
    },

    _list() {
      const { model } = this._layer;
      const ranked = model.ranked();
      const said = geomap.summary(model).join(", ");
      if (this._listed !== undefined && this._listed !== said) {
        geomap.say(this._layer._map, said);
      }
      this._listed = said;
      const list = this._places;
      const focused = list.contains(document.activeElement)
        ? document.activeElement.dataset.place
        : undefined;
      list.replaceChildren();
      const append = (begin) => {
        const stop = Math.min(begin + PAGE, ranked.length);
        for (let rank = begin; rank < stop; rank += 1) {
          list.append(this._item(ranked[rank]));
        }
        if (stop < ranked.length) {
          const item = geomap.element("li");
          const button = geomap.button(
            `Show more (${geomap.number(ranked.length - stop)} left)`,
            () => {
              item.remove();
              append(stop);
              list.children[stop].firstElementChild.focus();
            },
            "geomap-button geomap-more",
          );
          item.append(button);
          list.append(item);
        }
      };
      append(0);
      if (focused !== undefined) {
        list.querySelector(`[data-place="${Number(focused)}"]`)?.focus();
      }
    },

    _item(number) {
      const layer = this._layer;
      const { model } = layer;
      const { places } = model;
      const item = geomap.element("li");
      const button = geomap.button(
        "",
        () => layer.visit(number, button),
        "geomap-place",
      );
      button.dataset.place = number;
      const doubtful = model.certain[number] === 0;
      const name = geomap.element("span", "geomap-name", places.name[number]);
      const within = geomap.element(
        "span",
        "geomap-within",
        places.within[number] || places.kind[number],
      );
      name.dir = within.dir = "auto";
      const words = geomap.element("span", "geomap-words");
      words.append(name, " ", within);
      const mentions = geomap.element(
        "span",
        "geomap-number",
        geomap.number(model.mentions(number)),
      );
      const spoken = geomap.element(
        "span",
        "geomap-spoken",
        model.mentions(number) === 1 ? " mention" : " mentions",
      );
      if (doubtful) {
        spoken.textContent += ", doubtful";
      }
      mentions.append(spoken);
      button.append(
        geomap.symbol(places.form[number], 5.5, {
          doubtful,
          shade: geomap.shadeOf(layer, number),
        }),
        words,
        mentions,
      );
      item.append(button);
      return item;
    },
  });

  // What is shown, in a few short parts.
  geomap.summary = function (model) {
    const { totals } = model.content;
    const shown = model.totals;
    if (!model.filtered) {
      const parts = [
        geomap.count(totals.articles, "article"),
        geomap.count(totals.mentions, "mention"),
      ];
      if (totals.mentions) {
        const share = Math.floor((100 * totals.resolved) / totals.mentions);
        parts.push(`${share}% resolved`);
      }
      if (model.days) {
        parts.push(geomap.dates(...model.days.map(geomap.isoDay)));
      }
      return parts;
    }
    return [
      `${geomap.number(shown.articles)} of ${geomap.count(totals.articles, "article")}`,
      `${geomap.number(shown.mentions)} of ${geomap.count(totals.resolved, "mention")}`,
    ];
  };

  geomap.panel = (layer, options) => new geomap.Panel(layer, options);
})();

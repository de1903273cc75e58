// The panel: title, counts, the list of places (the way in for keyboards and screen readers), and the legend.
(function () {
  "use strict";

  const geomap = L.geomap;
  const PAGE = 100; // places
  const SVG = "http://www.w3.org/2000/svg";
  const FORMS = [
    ["town", "Town, city or site"],
    ["country", "Country as a whole"],
    ["division", "Province or other division"],
    ["region", "Region, water or landform"],
  ];

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
      const data = this._layer._data;
      const panel = geomap.element("section", "geomap-panel leaflet-control");
      panel.setAttribute("aria-label", "About this map");
      if (data.title) {
        const title = geomap.element("h1", "", data.title);
        title.dir = "auto";
        panel.append(title);
      }
      panel.append(geomap.line("geomap-facts", summary(data)));
      const open = !geomap.narrow(map);
      this._folds = [];
      const count = data.places.name.length;
      if (count) {
        const label = `Places (${geomap.number(count)})`;
        const places = this._fold(label, "geomap-places", open);
        this._list(places);
        const legend = this._fold("Legend", "geomap-legend", open);
        explain(legend, data.places, this._layer._most);
        panel.append(places, legend);
      } else {
        panel.append(
          geomap.element("p", "geomap-empty", "No place was found to show."),
        );
      }
      L.DomEvent.disableClickPropagation(panel);
      L.DomEvent.disableScrollPropagation(panel);
      return panel;
    },

    fold() {
      for (const details of this._folds) {
        details.open = false;
      }
    },

    _fold(label, className, open) {
      const details = geomap.element("details", className);
      details.open = open;
      details.append(geomap.element("summary", "", label));
      this._folds.push(details);
      return details;
    },

    _list(details) {
      const { places } = this._layer._data;
      const list = geomap.element("ol");
      details.append(list);
      const append = (begin) => {
        const stop = Math.min(begin + PAGE, places.name.length);
        for (let number = begin; number < stop; number += 1) {
          list.append(this._item(places, number));
        }
        if (stop < places.name.length) {
          const button = geomap.element(
            "button",
            "geomap-button geomap-more",
            `Show more (${geomap.number(places.name.length - stop)} left)`,
          );
          const item = geomap.element("li");
          item.append(button);
          geomap.onClick(button, () => {
            item.remove();
            append(stop);
            list.children[stop].firstElementChild.focus();
          });
          list.append(item);
        }
      };
      append(0);
    },

    _item(places, number) {
      const item = geomap.element("li");
      const button = geomap.element("button", "geomap-place");
      const doubtful = geomap.isDoubtful(places.confidence[number]);
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
        geomap.number(places.mentions[number]),
      );
      const spoken = geomap.element(
        "span",
        "geomap-spoken",
        places.mentions[number] === 1 ? " mention" : " mentions",
      );
      if (doubtful) {
        spoken.textContent += ", doubtful";
      }
      mentions.append(spoken);
      button.append(
        symbol(places.form[number], 5.5, doubtful),
        words,
        mentions,
      );
      geomap.onClick(button, () => this._layer.visit(number, button));
      item.append(button);
      return item;
    },
  });

  function summary({ totals, places }) {
    const parts = [
      geomap.count(totals.articles, "article"),
      geomap.count(totals.mentions, "mention"),
    ];
    if (totals.mentions) {
      const share = Math.floor((100 * totals.resolved) / totals.mentions);
      parts.push(`${share}% resolved`);
    }
    const known = places.first.filter(Boolean).sort();
    const latest = places.last.filter(Boolean).sort();
    if (known.length) {
      parts.push(geomap.dates(known[0], latest[latest.length - 1]));
    }
    return parts;
  }

  function explain(details, places, most) {
    const body = geomap.element("div");
    const sizes = steps(most);
    body.append(
      geomap.element("p", "geomap-caption", "Area: mentions of a place"),
      scale(sizes, most),
    );
    const forms = geomap.element("ul");
    const present = new Set(places.form);
    for (const [form, words] of FORMS) {
      if (present.has(form)) {
        forms.append(entry(symbol(form, 6, false), words));
      }
    }
    if (places.confidence.some(geomap.isDoubtful)) {
      const words = `Doubtful: mean confidence below ${geomap.DOUBTFUL}%`;
      const form = present.has("town") ? "town" : [...present][0];
      forms.append(entry(symbol(form, 6, true), words));
    }
    body.append(forms);
    details.append(body);
  }

  function entry(drawing, words) {
    const item = geomap.element("li");
    item.append(drawing, geomap.element("span", "", words));
    return item;
  }

  // Up to three round numbers from 1 to the most mentions of a place.
  function steps(most) {
    const round = [];
    for (let ten = 1; ten <= most; ten *= 10) {
      round.push(...[1, 2, 5].map((one) => one * ten).filter((n) => n <= most));
    }
    const last = round[round.length - 1];
    const middle = round.filter((n) => n <= Math.max(2, last / 4)).pop();
    return [...new Set([1, middle || 1, last])];
  }

  function scale(sizes, most) {
    const radii = sizes.map((mentions) => geomap.radius(mentions, most));
    const high = 2 * radii[radii.length - 1] + 4;
    const svg = vector("svg", { class: "geomap-scale", height: high + 16 });
    let x = 2;
    sizes.forEach((mentions, i) => {
      const column = Math.max(2 * radii[i], 7 * `${mentions}`.length);
      const middle = x + column / 2;
      const text = vector("text", {
        x: middle,
        y: high + 12,
        "text-anchor": "middle",
      });
      text.textContent = geomap.number(mentions);
      svg.append(
        vector("circle", { cx: middle, cy: high - radii[i] - 2, r: radii[i] }),
        text,
      );
      x += column + 18;
    });
    svg.setAttribute("width", x);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", `Sizes for ${sizes.join(", ")} mentions`);
    return svg;
  }

  function vector(tag, attributes) {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) {
      node.setAttribute(name, value);
    }
    return node;
  }

  function symbol(form, radius, doubtful) {
    const half = geomap.half(form, radius);
    const svg = vector("svg", {
      class: `geomap-symbol geomap-is-${form === "town" ? "town" : "area"}`,
      width: 18,
      height: 18,
      viewBox: "-9 -9 18 18",
      "aria-hidden": "true",
    });
    svg.classList.toggle("geomap-is-doubtful", doubtful);
    if (form === "country") {
      const side = 2 * half;
      svg.append(
        vector("rect", { x: -half, y: -half, width: side, height: side }),
      );
    } else if (form === "division") {
      const points = `0,${-half} ${half},0 0,${half} ${-half},0`;
      svg.append(vector("polygon", { points }));
    } else {
      svg.append(vector("circle", { r: half }));
    }
    if (form === "region") {
      svg.append(vector("circle", { r: half - 3, class: "geomap-inner" }));
    }
    return svg;
  }

  geomap.panel = (layer, options) => new geomap.Panel(layer, options);
})();

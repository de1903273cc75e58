// The legend: what the sizes, forms and colors mean, drawn as they are on the map.
(function () {
  "use strict";

  const geomap = L.geomap;
  const FORMS = [
    ["town", "Town, city or site"],
    ["country", "Country as a whole"],
    ["division", "Province or other division"],
    ["region", "Region, water or landform"],
  ];

  geomap.explain = function (body, layer) {
    const { model, colors } = layer;
    const { most, places, state } = model;
    const key = JSON.stringify([most, state.certain, state.possible]);
    if (body.dataset.key === key) {
      return;
    }
    body.dataset.key = key;
    body.replaceChildren(
      geomap.element("p", "geomap-caption", "Area: mentions of a place"),
      scale(steps(most), most, colors && "var(--geomap-muted)"),
    );
    const forms = geomap.element("ul");
    const present = new Set(places.form);
    const plain = { shade: colors ? "var(--geomap-muted)" : undefined };
    for (const [form, words] of FORMS) {
      if (present.has(form)) {
        forms.append(entry(geomap.symbol(form, 6, plain), words));
      }
    }
    const anyDoubt = model.confidence.some(
      (percent) => percent >= 0 && percent < state.certain,
    );
    if (anyDoubt && state.possible) {
      const form = present.has("town") ? "town" : [...present][0];
      const drawing = geomap.symbol(form, 6, { ...plain, doubtful: true });
      const words = `Doubtful: confidence below ${state.certain}%`;
      forms.append(entry(drawing, words));
    }
    if (layer.options.cluster) {
      const words =
        "Several places and how often they are named; a click parts them";
      forms.append(entry(several(colors), words));
    }
    body.append(forms);
    if (colors) {
      body.append(shades(layer, colors));
    }
  };

  function several(colors) {
    const drawing = geomap.symbol("town", 8, {
      shade: colors ? "var(--geomap-muted)" : undefined,
    });
    const text = geomap.vector("text", { "text-anchor": "middle", y: 3 });
    text.textContent = "9";
    drawing.classList.add("geomap-several");
    drawing.append(text);
    return drawing;
  }

  function shades(layer, { name, labels, ordered }) {
    const box = geomap.element("div", "geomap-shades");
    const caption = geomap.element("p", "geomap-caption", `Color: ${name}`);
    caption.dir = "auto";
    const list = geomap.element("ul");
    labels.forEach((label, number) => {
      const shade = variable({ labels, ordered }, number);
      const item = entry(geomap.symbol("town", 6, { shade }), label);
      item.lastElementChild.dir = "auto";
      list.append(item);
    });
    box.append(caption, list);
    return box;
  }

  // The name of a class's color in the style sheet.
  function variable({ labels, ordered }, number) {
    if (number < 0 || (!ordered && number > 6)) {
      return "var(--geomap-other)";
    }
    const step = Math.round((number * 4) / Math.max(1, labels.length - 1));
    return `var(--geomap-${ordered ? `step-${step}` : `class-${number}`})`;
  }

  geomap.shadeOf = ({ classes, colors }, number) =>
    classes && variable(colors, classes[number]);

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

  function scale(sizes, most, shade) {
    const radii = sizes.map((mentions) => geomap.radius(mentions, most));
    const high = 2 * radii[radii.length - 1] + 4;
    const svg = geomap.vector("svg", {
      class: "geomap-scale",
      height: high + 16,
    });
    if (shade) {
      svg.style.setProperty("--geomap-town", shade);
    }
    let x = 2;
    sizes.forEach((mentions, i) => {
      const column = Math.max(2 * radii[i], 7 * `${mentions}`.length);
      const middle = x + column / 2;
      const text = geomap.vector("text", {
        x: middle,
        y: high + 12,
        "text-anchor": "middle",
      });
      text.textContent = geomap.number(mentions);
      svg.append(
        geomap.vector("circle", {
          cx: middle,
          cy: high - radii[i] - 2,
          r: radii[i],
        }),
        text,
      );
      x += column + 18;
    });
    svg.setAttribute("width", x);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", `Sizes for ${sizes.join(", ")} mentions`);
    return svg;
  }

  geomap.symbol = function (form, radius, { doubtful, shade } = {}) {
    const half = geomap.half(form, radius);
    const svg = geomap.vector("svg", {
      class: `geomap-symbol geomap-is-${form === "town" ? "town" : "area"}`,
      width: 18,
      height: 18,
      viewBox: "-9 -9 18 18",
      "aria-hidden": "true",
    });
    svg.classList.toggle("geomap-is-doubtful", Boolean(doubtful));
    if (shade) {
      svg.style.setProperty("--geomap-town", shade);
      svg.style.setProperty("--geomap-area", shade);
    }
    if (form === "country") {
      const side = 2 * half;
      svg.append(
        geomap.vector("rect", {
          x: -half,
          y: -half,
          width: side,
          height: side,
        }),
      );
    } else if (form === "division") {
      const points = `0,${-half} ${half},0 0,${half} ${-half},0`;
      svg.append(geomap.vector("polygon", { points }));
    } else {
      svg.append(geomap.vector("circle", { r: half }));
    }
    if (form === "region") {
      svg.append(
        geomap.vector("circle", { r: half - 3, class: "geomap-inner" }),
      );
    }
    return svg;
  };
})();

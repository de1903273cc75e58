// The filters beside time: how sure, which kinds, which sources; and what of them is on, each with a way out.
(function () {
  "use strict";

  const geomap = L.geomap;
  const SOURCES = 200; // offered at once
  const KINDS = new Map([
    ["toponym", "Names (Mosul)"],
    ["demonym", "People and adjectives (Iraqi)"],
    ["embedded", "Inside other names (Paris Police)"],
    ["coordinate", "Coordinates (36.34 N, 43.13 E)"],
  ]);

  // `ends` gets what is to be called when the panel goes.
  geomap.filters = function (layer, ends) {
    const body = geomap.element("div", "geomap-filter-body");
    body.append(sureness(layer, ends));
    const { kinds, sources } = layer.model.content;
    if (kinds.filter(Boolean).length > 1) {
      body.append(
        choices(
          layer,
          ends,
          "kinds",
          "Kind of mention",
          kinds.map((kind, number) => [
            number,
            KINDS.get(kind) || kind || "Other",
          ]),
        ),
      );
    }
    if (sources.length > 1) {
      body.append(bySource(layer, ends));
    }
    return body;
  };

  function group(caption) {
    const set = geomap.element("fieldset");
    set.append(geomap.element("legend", "geomap-caption", caption));
    return set;
  }

  function sureness({ model }, ends) {
    const set = group("Confidence");
    const slider = geomap.element("input");
    slider.type = "range";
    [slider.min, slider.max, slider.step] = ["0", "100", "1"];
    slider.setAttribute("aria-label", "Counts as certain from");
    const told = geomap.element("p", "geomap-caption");
    const hide = geomap.element("input");
    hide.type = "checkbox";
    slider.addEventListener("input", () =>
      model.set({ certain: Number(slider.value) }),
    );
    hide.addEventListener("change", () =>
      model.set({ possible: hide.checked }),
    );
    const follow = () => {
      const { certain, possible } = model.state;
      const { mentions, certain: sure } = model.totals;
      slider.value = certain;
      slider.setAttribute("aria-valuetext", `${certain}%`);
      hide.checked = possible;
      const rest = possible
        ? `, ${geomap.number(mentions - sure)} possible`
        : "";
      told.textContent = `From ${certain}%: ${geomap.number(sure)} certain${rest}`;
    };
    follow();
    ends.push(model.listen(follow));
    set.append(
      slider,
      told,
      geomap.labelled("Show what is only possible", hide, "geomap-option"),
    );
    return set;
  }

  // Checkboxes for some values of a filter; none checked means all.
  function choices({ model }, ends, name, caption, entries) {
    const set = group(caption);
    const boxes = new Map();
    for (const [number, words] of entries) {
      const box = geomap.element("input");
      box.type = "checkbox";
      boxes.set(number, box);
      box.addEventListener("change", () => {
        const on = new Set(model.state[name] || []);
        if (box.checked) {
          on.add(number);
        } else {
          on.delete(number);
        }
        model.set({ [name]: on.size ? on : null });
      });
      const label = geomap.labelled(words, box, "geomap-option");
      label.lastElementChild.dir = "auto";
      set.append(label);
    }
    const follow = () => {
      for (const [number, box] of boxes) {
        box.checked = Boolean(model.state[name]?.has(number));
      }
    };
    follow();
    ends.push(model.listen(follow));
    return set;
  }

  function bySource(layer, ends) {
    const { model } = layer;
    const counts = new Map();
    for (const source of model.source) {
      counts.set(source, (counts.get(source) || 0) + 1);
    }
    const entries = [...counts]
      .sort((a, b) => b[1] - a[1])
      .slice(0, SOURCES)
      .map(([source, count]) => [
        source,
        `${model.content.sources[source] ?? "No source"} (${geomap.number(count)})`,
      ]);
    const set = choices(layer, ends, "sources", "Source (articles)", entries);
    set.classList.add("geomap-many");
    return set;
  }

  // What is filtered, one button each, that takes it away.
  geomap.chips = function (layer, ends) {
    const { model } = layer;
    const row = geomap.element("div", "geomap-chips");
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", "Filters that are on");
    const follow = () => {
      const focused = row.contains(document.activeElement);
      row.replaceChildren();
      const { from, to, kinds, sources, possible, text } = model.state;
      const chip = (words, change) => {
        const button = geomap.button(
          "",
          () => model.set(change),
          "geomap-chip",
        );
        const name = geomap.element("span", "", words);
        name.dir = "auto";
        const cross = geomap.element("span", "", "×");
        cross.setAttribute("aria-hidden", "true");
        button.append(
          geomap.element("span", "geomap-spoken", "Remove filter: "),
          name,
          cross,
        );
        row.append(button);
      };
      if (from !== null || to !== null) {
        const [first, last] = [from ?? model.days?.[0], to ?? model.days?.[1]];
        chip(geomap.dates(...[first, last].map(geomap.isoDay)), {
          from: null,
          to: null,
        });
      }
      if (text) {
        chip(`“${text}”`, { text: "" });
      }
      const some = (set, names, many) =>
        set.size === 1
          ? (names[[...set][0]] ?? "No source")
          : geomap.count(set.size, many);
      if (sources) {
        chip(some(sources, model.content.sources, "source"), { sources: null });
      }
      if (kinds) {
        chip(some(kinds, model.content.kinds, "kind"), { kinds: null });
      }
      if (!possible) {
        chip("Only certain", { possible: true });
      }
      if (row.children.length > 1) {
        row.append(
          geomap.button(
            "Clear all",
            () => model.set(geomap.everything()),
            "geomap-quiet",
          ),
        );
      }
      row.hidden = !row.children.length;
      if (focused) {
        const next = row.querySelector("button");
        (
          next || layer._map.getContainer().querySelector(".geomap-input")
        )?.focus();
      }
    };
    follow();
    ends.push(model.listen(follow));
    return row;
  };
})();

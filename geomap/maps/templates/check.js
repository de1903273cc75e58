// Under a sentence: what else a mention might mean, and what a reader says of it.
(function () {
  "use strict";

  const geomap = L.geomap;
  const CHECKED = [
    "",
    "Checked: right",
    "Checked: moved here",
    "Checked: not a place",
  ];

  // The line under a sentence, with a button that opens what can be said of the mention.
  geomap.check = function (of) {
    const { layer, number, words, row } = of;
    const { model, corrections } = layer;
    const line = geomap.element("div", "geomap-check");
    const was = model.places.id[number];
    if (words.start === undefined || words.at[row] < 0) {
      return line;
    }
    const mention = geomap.mentionOf(words, model, row);
    const show = () => {
      const doubt = line.querySelector(":scope > .geomap-doubt");
      line.replaceChildren();
      if (doubt) {
        line.append(doubt);
      }
      const said = corrections.of(mention, was);
      const before = model.checked ? CHECKED[model.checked[row]] : "";
      if (said || before) {
        const verdict = said ? `You: ${geomap.saidOf(said)}` : before;
        const badge = geomap.element("span", "geomap-badge", verdict);
        badge.dir = "auto";
        line.append(badge);
      }
      if (said) {
        const undo = geomap.button(
          said.rule ? "Undo for all" : "Undo",
          () => {
            corrections.remove(said);
            show();
            line.querySelector("button").focus();
          },
          "geomap-quiet",
        );
        line.append(undo);
        return;
      }
      const button = geomap.button(
        of.many ? `Check “${mention.toponym}”` : "Check",
        () => {
          const open = button.getAttribute("aria-expanded") === "true";
          button.setAttribute("aria-expanded", String(!open));
          if (open) {
            line.querySelector(".geomap-choices").remove();
            layer.doubt(undefined);
          } else {
            line.append(choices({ ...of, mention, was, done: show }));
            line.querySelector(".geomap-choices button").focus();
          }
          geomap.refit(layer._popup);
          line.scrollIntoView({ block: "nearest" });
        },
        "geomap-quiet",
      );
      button.setAttribute("aria-expanded", "false");
      line.append(button);
    };
    show();
    return line;
  };

  function choices({ layer, number, row, mention, was, done }) {
    const { corrections } = layer;
    const box = geomap.element("div", "geomap-choices");
    const every = geomap.element("input");
    every.type = "checkbox";
    const say = (verdict, place) => {
      const rule = every.checked
        ? { rule: true, toponym: mention.toponym }
        : mention;
      corrections.add({ ...rule, was, verdict, ...place });
      layer.doubt(undefined);
      done();
      geomap.say(layer._map, "Kept. Download your corrections from the panel.");
    };
    const answers = geomap.element("div", "geomap-row");
    answers.append(
      geomap.button("Right", () => say("right")),
      geomap.button("Not a place", () => say("not a place")),
    );
    const others = geomap.element("div");
    box.append(
      answers,
      others,
      elsewhere(layer, (place) => say("moved", place), mention.toponym),
      geomap.labelled(
        `The same for every “${mention.toponym}” that stands here`,
        every,
        "geomap-option",
      ),
    );
    geomap.alternatives(layer).then((known) => {
      if (!known || !document.contains(box)) {
        return;
      }
      const readings = known.of(row).filter((one) => one.id !== was);
      layer.doubt({
        number,
        others: readings.filter(({ percent }) => percent > 0),
      });
      if (readings.length) {
        others.append(
          geomap.element("p", "geomap-caption", "Or another place:"),
        );
        const list = geomap.element("ul", "geomap-readings");
        for (const one of readings) {
          const item = geomap.element("li");
          const button = geomap.button(
            "",
            () => say("moved", geomap.placeOf(one)),
            "geomap-reading",
          );
          const name = geomap.element("span", "", described(one));
          name.dir = "auto";
          button.append(
            name,
            geomap.element(
              "span",
              "geomap-number",
              one.percent ? `${one.percent}%` : "<1%",
            ),
          );
          item.append(button);
          list.append(item);
        }
        others.append(list);
      }
      geomap.refit(layer._popup);
      box.parentElement.scrollIntoView({ block: "nearest" });
    });
    return box;
  }

  function described({ name, admin1, country, code }) {
    const within = [admin1, country].filter(Boolean).join(", ");
    const about = [within, code].filter(Boolean).join(" · ");
    return about ? `${name} (${about})` : name;
  }

  // What a correction says of the place that it moves a mention to.
  geomap.placeOf = (one) => ({
    place_id: one.id,
    name: one.name,
    country_code: one.country || null,
    feature_code: one.code || null,
    population: one.population || null,
    lat: one.lat,
    lon: one.lon,
  });

  // A place that is not among the runners-up: one of this map, or a point on it.
  function elsewhere(layer, choose, toponym) {
    const { model, _map: map } = layer;
    const row = geomap.element("div", "geomap-row");
    const input = geomap.element("input", "geomap-input");
    const list = geomap.element("datalist");
    list.id = geomap.id();
    input.setAttribute("list", list.id);
    input.setAttribute("aria-label", "Another place of this map, by name");
    input.placeholder = "Another place of this map";
    const names = new Map();
    input.addEventListener("input", () => {
      const folded = geomap.fold(input.value);
      list.replaceChildren();
      names.clear();
      for (const number of geomap.placesBy(model, folded).slice(0, 8)) {
        const { name, within } = model.places;
        const words = [name[number], within[number]].filter(Boolean).join(", ");
        names.set(words, number);
        const option = geomap.element("option");
        option.value = words;
        list.append(option);
      }
    });
    input.addEventListener("change", () => {
      const number = names.get(input.value);
      if (number !== undefined) {
        const { id, name, lat, lon } = model.places;
        choose({
          place_id: id[number],
          name: name[number],
          lat: lat[number],
          lon: lon[number],
        });
      }
    });
    const point = geomap.button("Click on the map", () => {
      const words = `Click where “${toponym}” is. Escape ends it.`;
      const notice = geomap.notice(map, words);
      map.getContainer().classList.add("geomap-picking");
      const end = () => {
        layer.pick = undefined;
        notice.remove();
        map.getContainer().classList.remove("geomap-picking");
        document.removeEventListener("keydown", onKey, true);
      };
      const onKey = (event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          end();
        }
      };
      document.addEventListener("keydown", onKey, true);
      layer.pick = ({ lat, lng }) => {
        end();
        const at = [lat, lng].map((part) => Number(part.toFixed(5)));
        choose({
          place_id: `point:${at.join(",")}`,
          name: toponym,
          lat: at[0],
          lon: at[1],
        });
      };
    });
    row.append(input, list, point);
    return row;
  }

  // The candidates that mentions had, unpacked when they are first asked for; null where none came with the file.
  geomap.alternatives = function (layer) {
    const id = layer.options.alternatives;
    if (!layer.known) {
      layer.known = !id
        ? Promise.resolve(null)
        : geomap.read(id).then(({ features, lists, rows }) => ({
            of(row) {
              const pairs = lists[rows[row]];
              const found = [];
              for (let i = 0; i < pairs.length; i += 2) {
                const one = { percent: pairs[i + 1] };
                for (const [name, column] of Object.entries(features)) {
                  one[name] = column[pairs[i]];
                }
                found.push(one);
              }
              return found;
            },
          }));
    }
    return layer.known;
  };
})();

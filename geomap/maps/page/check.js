// Under a sentence: what else a mention might mean, and what a reader says of it.
import { mentionOf, saidOf } from "./corrections.js";
import {
  makeButton,
  makeElement,
  makeLabel,
  newId,
  refit,
  say,
  showNotice,
} from "./elements.js";
import { fold } from "./fold.js";
import { findPlaces } from "./lookup.js";
import { loadAlternatives } from "./readings.js";
/** @import { Places } from "./places.js" */
/** @import { Checked, Mention, Reading, Target } from "./types" */

const CHECKED = [
  "",
  "Checked: right",
  "Checked: moved here",
  "Checked: not a place",
];

/**
 * The line under a sentence, with a button that opens what can be said of the mention.
 *
 * @param {Checked} of
 */
export function makeCheck(of) {
  const { layer, number, words, row } = of;
  const { model, corrections } = layer;
  const line = makeElement("div", "geomap-check");
  const was = model.placeId(number);
  if (words.start === undefined || words.at[row] < 0) {
    return line;
  }
  const mention = mentionOf(words, model, row);
  const show = () => {
    const doubt = line.querySelector(":scope > .geomap-doubt");
    line.replaceChildren();
    if (doubt) {
      line.append(doubt);
    }
    const said = corrections.of(mention, was);
    const before = model.checked ? CHECKED[model.checked[row]] : "";
    if (said || before) {
      const verdict = said ? `You: ${saidOf(said)}` : before;
      const badge = makeElement("span", "geomap-badge", verdict);
      badge.dir = "auto";
      line.append(badge);
    }
    if (said) {
      const undo = makeButton(
        said.rule ? "Undo for all" : "Undo",
        () => {
          corrections.remove(said);
          show();
          line.querySelector("button")?.focus();
        },
        "geomap-quiet",
      );
      line.append(undo);
      return;
    }
    const button = makeButton(
      of.many ? `Check “${mention.toponym}”` : "Check",
      () => {
        const open = button.getAttribute("aria-expanded") === "true";
        button.setAttribute("aria-expanded", String(!open));
        if (open) {
          line.querySelector(".geomap-choices")?.remove();
          layer.doubt(undefined);
        } else {
          line.append(choices({ ...of, mention, was, done: show }));
          line
            .querySelector(".geomap-choices")
            ?.querySelector("button")
            ?.focus();
        }
        refit(layer.popup);
        line.scrollIntoView({ block: "nearest" });
      },
      "geomap-quiet",
    );
    button.setAttribute("aria-expanded", "false");
    line.append(button);
  };
  show();
  return line;
}

/** @param {Checked & { mention: Mention, was: string, done: () => void }} of */
function choices({ layer, number, row, mention, was, done }) {
  const { corrections } = layer;
  const box = makeElement("div", "geomap-choices");
  const every = makeElement("input");
  every.type = "checkbox";
  /**
   * @param {string} verdict
   * @param {Target} [place]
   */
  const answer = (verdict, place) => {
    const rule = every.checked
      ? { rule: true, toponym: mention.toponym }
      : mention;
    corrections.add({ ...rule, was, verdict, ...place });
    layer.doubt(undefined);
    done();
    say(layer.map, "Kept. Download your corrections from the panel.");
  };
  const answers = makeElement("div", "geomap-row");
  answers.append(
    makeButton("Right", () => answer("right")),
    makeButton("Not a place", () => answer("not a place")),
  );
  const others = makeElement("div");
  box.append(
    answers,
    others,
    elsewhere(layer, (place) => answer("moved", place), mention.toponym),
    makeLabel(
      `The same for every “${mention.toponym}” that stands here`,
      every,
      "geomap-option",
    ),
  );
  loadAlternatives(layer).then((known) => {
    if (!known || !document.contains(box)) {
      return;
    }
    const readings = known.of(row).filter((one) => one.id !== was);
    layer.doubt({
      number,
      others: readings.filter(({ percent }) => percent > 0),
    });
    if (readings.length) {
      others.append(makeElement("p", "geomap-caption", "Or another place:"));
      const list = makeElement("ul", "geomap-readings");
      for (const one of readings) {
        const item = makeElement("li");
        const button = makeButton(
          "",
          () => answer("moved", placeOf(one)),
          "geomap-reading",
        );
        const name = makeElement("span", "", described(one));
        name.dir = "auto";
        button.append(
          name,
          makeElement(
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
    refit(layer.popup);
    box.parentElement?.scrollIntoView({ block: "nearest" });
  });
  return box;
}

/** @param {Reading} one */
function described({ name, admin1, country, code }) {
  const within = [admin1, country].filter(Boolean).join(", ");
  const about = [within, code].filter(Boolean).join(" · ");
  return about ? `${name} (${about})` : name;
}

/**
 * What a correction says of the place that it moves a mention to.
 *
 * @param {Reading} one
 * @returns {Target}
 */
export const placeOf = (one) => ({
  place_id: one.id,
  name: one.name,
  country_code: one.country || null,
  feature_code: one.code || null,
  population: one.population || null,
  lat: one.lat,
  lon: one.lon,
});

/**
 * A place that is not among the runners-up: one of this map, or a point on it.
 *
 * @param {Places} layer
 * @param {(place: Target) => void} choose
 * @param {string} toponym
 */
function elsewhere(layer, choose, toponym) {
  const { model, map } = layer;
  const row = makeElement("div", "geomap-row");
  const input = makeElement("input", "geomap-input");
  const list = makeElement("datalist");
  list.id = newId();
  input.setAttribute("list", list.id);
  input.setAttribute("aria-label", "Another place of this map, by name");
  input.placeholder = "Another place of this map";
  const names = new Map();
  const searched = model.wordsForPlaces(null);
  input.addEventListener("input", () => {
    const found = findPlaces(model, searched, fold(input.value)).slice(0, 8);
    list.replaceChildren();
    names.clear();
    for (const { number } of found) {
      const { name, within } = model.places;
      const label = [name[number], within[number]].filter(Boolean).join(", ");
      names.set(label, number);
      const option = makeElement("option");
      option.value = label;
      list.append(option);
    }
  });
  input.addEventListener("change", () => {
    const number = names.get(input.value);
    if (number !== undefined) {
      const { id, lat, lon } = model.places;
      choose({
        place_id: id[number],
        name: model.gazetteerName(number),
        lat: lat[number],
        lon: lon[number],
      });
    }
  });
  const point = makeButton("Click on the map", () => {
    const words = `Click where “${toponym}” is. Escape ends it.`;
    const notice = showNotice(map, words);
    map.getContainer().classList.add("geomap-picking");
    const end = () => {
      layer.pick = undefined;
      notice.remove();
      map.getContainer().classList.remove("geomap-picking");
      document.removeEventListener("keydown", onKey, true);
    };
    /** @param {KeyboardEvent} event */
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

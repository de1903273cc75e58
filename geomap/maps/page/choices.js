// What else a reader can have drawn, and how: nothing of it leaves any mention out.
import { summingOf } from "./clusters.js";
import { makeElement, makeLabel } from "./elements.js";
import { extrasOf } from "./extras.js";
/** @import { Places } from "./places.js" */
/** @import { Ends, Extra, Summing } from "./types" */

/** @type {Record<Extra, string>} */
const EXTRAS = {
  heat: "Density of mentions",
  countries: "Countries by mentions",
  pairs: "Lines between places of the same articles",
};

/** @type {[Summing, string][]} */
const SUMMINGS = [
  ["auto", "Summed where many are crowded"],
  ["yes", "Summed"],
  ["no", "Each by itself"],
];

/**
 * Puts the choices into a fold when it is first opened: what there are data for takes a look at all mentions. `ends`
 * gets what is to be called when the panel goes.
 *
 * @param {HTMLDetailsElement} fold
 * @param {Places} layer
 * @param {Ends} ends
 */
export function offerChoices(fold, layer, ends) {
  const body = makeElement("div", "geomap-choice-body");
  const keys = makeElement("div", "geomap-keys");
  const fill = () => {
    if (fold.open && !body.children.length) {
      body.append(...extras(layer, ends), summing(layer, ends));
    }
  };
  fold.addEventListener("toggle", fill);
  fold.append(body, keys);
}

/**
 * A switch for each of the layers besides the places.
 *
 * @param {Places} layer
 * @param {Ends} ends
 */
function extras(layer, ends) {
  const { model } = layer;
  const offered = extrasOf(layer);
  if (!offered.length) {
    return [];
  }
  const set = makeElement("fieldset");
  set.append(makeElement("legend", "geomap-caption", "Draw as well"));
  for (const name of offered) {
    const box = makeElement("input");
    box.type = "checkbox";
    box.addEventListener("change", () => {
      const also = new Set(model.state.also);
      if (box.checked) {
        also.add(name);
      } else {
        also.delete(name);
      }
      model.set({ also });
    });
    const follow = () => {
      box.checked = model.state.also.has(name);
    };
    follow();
    ends.push(model.listen(follow));
    set.append(makeLabel(EXTRAS[name], box, "geomap-option"));
  }
  return [set];
}

/**
 * @param {Places} layer
 * @param {Ends} ends
 */
function summing(layer, ends) {
  const { model } = layer;
  const select = makeElement("select", "geomap-input");
  for (const [value, words] of SUMMINGS) {
    const option = makeElement("option", "", words);
    option.value = value;
    select.append(option);
  }
  select.addEventListener("change", () => {
    const chosen = SUMMINGS.find(([value]) => value === select.value);
    model.set({ summing: chosen ? chosen[0] : null });
  });
  const follow = () => {
    select.value = summingOf(layer);
  };
  follow();
  ends.push(model.listen(follow));
  const label = makeElement("label", "geomap-labeled");
  label.append(
    makeElement("span", "geomap-caption", "Places close together"),
    select,
  );
  return label;
}

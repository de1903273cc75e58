// What else a reader can have drawn, and how: nothing of it leaves any mention out.
import { summingOf } from "./clusters.js";
import { makeElement } from "./elements.js";
/** @import { Places } from "./places.js" */
/** @import { Ends, Summing } from "./types" */

/** @type {[Summing, string][]} */
const SUMMINGS = [
  ["auto", "Summed where many are crowded"],
  ["yes", "Summed"],
  ["no", "Each by itself"],
];

/**
 * `ends` gets what is to be called when the panel goes.
 *
 * @param {Places} layer
 * @param {Ends} ends
 */
export function makeChoices(layer, ends) {
  const body = makeElement("div", "geomap-choice-body");
  body.append(summing(layer, ends));
  return body;
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

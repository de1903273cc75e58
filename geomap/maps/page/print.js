// On paper: the map as it is on the screen, scaled to the sheet, and below it its places as a list.
import { makeElement } from "./elements.js";
import { numeral, plural } from "./words.js";
/** @import { Model } from "./model.js" */

// Pixels of a sheet of A4 or Letter between its margins, upright, with room for a list.
const SHEET = { width: 680, height: 620 };
const MOST = 200; // places: what a reader of paper looks through

/**
 * Makes a map ready whenever its page is printed; returns what ends that.
 *
 * @param {L.Map} map
 * @param {Model} model
 */
export function keepForPrint(map, model) {
  const container = map.getContainer();
  /** @type {HTMLElement | undefined} */
  let list;
  const after = () => {
    list?.remove();
    document.documentElement.classList.remove("geomap-on-paper");
  };
  const before = () => {
    const { clientWidth: width, clientHeight: height } = container;
    // Nothing is drawn anew for a sheet: a browser prints before it would be.
    const scale = Math.min(1, SHEET.width / width, SHEET.height / height);
    container.style.setProperty("--geomap-paper-width", `${width}px`);
    container.style.setProperty("--geomap-paper-height", `${height}px`);
    container.style.setProperty("--geomap-paper-scale", String(scale));
    after();
    list = makeList(model);
    // Its title and legend at full size; what is for clicking is hidden on paper.
    const panel = container.querySelector(".geomap-panel")?.cloneNode(true);
    list.prepend(...(panel ? [panel] : []));
    container.after(list);
    document.documentElement.classList.add("geomap-on-paper");
  };
  window.addEventListener("beforeprint", before);
  window.addEventListener("afterprint", after);
  return () => {
    after();
    window.removeEventListener("beforeprint", before);
    window.removeEventListener("afterprint", after);
  };
}

/**
 * The places that the map shows, most mentioned first.
 *
 * @param {Model} model
 */
function makeList(model) {
  const section = makeElement("section", "geomap-paper");
  const { certain, possible, articles, places } = model;
  const numbers = [...model.ranked()].sort((a, b) => certain[b] - certain[a]);
  section.append(
    makeElement(
      "h2",
      "",
      [
        plural(numbers.length, "place"),
        ...(model.filtered ? ["as filtered"] : []),
      ].join(", "),
    ),
  );
  const items = makeElement("ol");
  for (const number of numbers.slice(0, MOST)) {
    const item = makeElement("li");
    const within = places.within[number];
    const mentions = certain[number]
      ? plural(certain[number], "mention")
      : plural(possible[number], "possible mention");
    item.append(
      makeElement("b", "", places.name[number]),
      `${within ? ` (${within})` : ""}: ${mentions} in ${plural(articles[number], "article")}`,
    );
    items.append(item);
  }
  section.append(items);
  if (numbers.length > MOST) {
    const more = `and ${numeral(numbers.length - MOST)} more, in the table of the page`;
    section.append(makeElement("p", "", more));
  }
  return section;
}

// What a reader needs to know of a map without a network: its scale, and where its detail ends.
import { makeElement } from "./elements.js";

const ENDS = 11; // the zoom from which on no line or name is added

/**
 * A scale bar, and from where the detail ends on a line that says so and what can be done.
 *
 * @param {L.Map} map
 */
export function tellReach(map) {
  const box = makeElement("div", "geomap-reach");
  box.setAttribute("role", "status");
  const note = new L.Control({ position: "bottomright" });
  note.onAdd = () => box;
  L.DomEvent.disableClickPropagation(box);
  L.control
    .scale({ position: "bottomright", imperial: false, maxWidth: 90 })
    .addTo(map);
  note.addTo(map);
  const update = () => say(map, box);
  map.on("zoomend moveend", update);
  update();
}

/**
 * @param {L.Map} map
 * @param {HTMLElement} box
 */
function say(map, box) {
  box.hidden = map.getZoom() < ENDS;
  const { lat, lng } = map.getCenter().wrap();
  const at = `${Math.round(map.getZoom()) + 2}/${lat.toFixed(4)}/${lng.toFixed(4)}`;
  const link = makeElement("a", "", "See the streets on OpenStreetMap");
  link.setAttribute("href", `https://www.openstreetmap.org/#map=${at}`);
  link.setAttribute("target", "_blank");
  link.setAttribute("rel", "noopener noreferrer");
  box.replaceChildren(
    "The detail in this file ends here. ",
    link,
    ", with a network.",
  );
}

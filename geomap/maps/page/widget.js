// The widget of a notebook: it shows the page of a map in a frame and passes on what page and kernel say.
import { Talk } from "./messages.js";
/** @import { Values } from "./types" */

/**
 * What anywidget gives a view of its model.
 *
 * @typedef {object} AnyModel
 * @property {(trait: string) => any} get
 * @property {(trait: string, value: unknown) => void} set
 * @property {() => void} save_changes
 * @property {(event: string, listener: () => void) => void} on
 * @property {(event: string, listener: () => void) => void} off
 */

// As much as a map needs that anybody sends: scripts, links in tabs of their own, files to take along.
const ALLOWED =
  "allow-scripts allow-popups allow-popups-to-escape-sandbox allow-downloads";

/** @type {(keyof Values)[]} */
const SAYS = ["selected", "view", "filters", "only", "corrections"];

/** @param {string} name */
const traitOf = (name) => (name === "shown" ? "_shown" : name);

/**
 * Shows the map; returns how to take it away.
 *
 * @param {{ model: AnyModel, el: HTMLElement }} view
 * @returns {() => void}
 */
function render({ model, el }) {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", ALLOWED);
  frame.allow = "clipboard-write; fullscreen";
  frame.title = model.get("_title");
  frame.style.cssText = "display:block;width:100%;border:0";
  frame.height = String(model.get("_height"));
  /** @type {Talk | undefined} */
  let talk;
  const values = () =>
    Object.fromEntries(SAYS.map((name) => [name, model.get(name)]));
  /** @param {Partial<Values>} heard */
  const take = (heard) => {
    for (const [name, value] of Object.entries(heard)) {
      model.set(traitOf(name), value);
    }
    model.save_changes();
  };
  // A frame that is moved on its page loads anew, and says so again.
  const onMessage = (/** @type {MessageEvent} */ { source, data }) => {
    if (source !== frame.contentWindow || data?.geomap !== "ready") {
      return;
    }
    talk?.end();
    const { port1, port2 } = new MessageChannel();
    talk = new Talk(port1, { says: SAYS, values, take });
    const connect = { geomap: "connect", values: values() };
    // The frame has no origin that could be named.
    frame.contentWindow?.postMessage(connect, "*", [port2]);
  };
  const onChange = () => talk?.tell();
  window.addEventListener("message", onMessage);
  for (const name of SAYS) {
    model.on(`change:${name}`, onChange);
  }
  // The page that Python wrote, in a frame that gives it no rights here; not a way for text into this document.
  frame.setAttribute("srcdoc", model.get("_document"));
  el.append(hidingOf(model.get("_static")), frame);
  return () => {
    window.removeEventListener("message", onMessage);
    for (const name of SAYS) {
      model.off(`change:${name}`, onChange);
    }
    talk?.end();
  };
}

/**
 * A style that hides the map that stands in for this one where no kernel runs.
 *
 * @param {string} id
 */
function hidingOf(id) {
  const style = document.createElement("style");
  style.textContent = `[data-geomap-static="${id}"]{display:none!important}`;
  return style;
}

export default { render };

// Elements of the page, made the same way everywhere. Text is put in place as text, never as HTML.

/**
 * An element with a class and a text.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} [className]
 * @param {string} [text]
 */
export function makeElement(tag, className, text) {
  const node = document.createElement(tag);
  if (className) {
    node.className = className;
  }
  if (text !== undefined) {
    node.textContent = text;
  }
  return node;
}

/**
 * A line of short parts that breaks only between them; the style sheet puts dots there, but not at a line's start.
 *
 * @param {string} className
 * @param {string[]} parts
 */
export function makeLine(className, parts) {
  const line = makeElement("p", `geomap-line ${className}`);
  for (const part of parts.filter(Boolean)) {
    line.append(makeElement("span", "", part), " ");
  }
  return line;
}

/**
 * A button that says what it does.
 *
 * @param {string} text
 * @param {() => void} handler
 * @param {string} [className]
 */
export function makeButton(text, handler, className) {
  const button = makeElement("button", className || "geomap-button", text);
  onClick(button, handler);
  return button;
}

/**
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number>} [attributes]
 */
export function makeVector(tag, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    node.setAttribute(name, String(value));
  }
  return node;
}

let ids = 0;
export const newId = () => `geomap-id-${(ids += 1)}`;

/**
 * A label with its control in it.
 *
 * @param {string} text
 * @param {HTMLElement} control
 * @param {string} className
 */
export function makeLabel(text, control, className) {
  const label = makeElement("label", className);
  label.append(control, makeElement("span", "", text));
  return label;
}

/**
 * Says words to a screen reader; where they are on screen as well, nothing is shown twice.
 *
 * @param {L.Map} map
 * @param {string} text
 */
export function say(map, text) {
  const container = map.getContainer();
  let region = container.querySelector(":scope > .geomap-said");
  if (!region) {
    region = makeElement("div", "geomap-spoken geomap-said");
    region.setAttribute("role", "status");
    container.append(region);
  }
  region.textContent = text;
}

/**
 * A window over the page that keeps the keyboard until it is closed.
 *
 * @param {L.Map} map
 * @param {string} title
 * @param {string} [className]
 */
export function openDialog(map, title, className) {
  const dialog = makeElement("dialog", `geomap-dialog ${className || ""}`);
  const heading = makeElement("h2", "", title);
  heading.id = newId();
  dialog.setAttribute("aria-labelledby", heading.id);
  const head = makeElement("header");
  head.append(
    heading,
    makeButton("Close", () => dialog.close()),
  );
  dialog.append(head);
  L.DomEvent.disableClickPropagation(dialog);
  L.DomEvent.disableScrollPropagation(dialog);
  for (const name of ["keydown", "keypress"]) {
    dialog.addEventListener(name, (event) => event.stopPropagation());
  }
  const back = document.activeElement;
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (back instanceof HTMLElement && document.contains(back)) {
      back.focus();
    }
  });
  map.getContainer().append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Gives a text or a picture to the reader as a file.
 *
 * @param {string} name
 * @param {string} type
 * @param {BlobPart} content
 */
export function download(name, type, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/**
 * Whether downloads may be forbidden here, which no page can ask: in a frame, and where a server makes its page a sandbox.
 */
function mayBeConfined() {
  const { origin, location, parent } = window;
  return (
    parent !== window || (origin === "null" && location.protocol !== "file:")
  );
}

/**
 * A button that gives a text to the reader as a file; where that may be forbidden, the text to copy as well.
 *
 * @param {string} name
 * @param {string} type
 * @param {() => string} write
 */
export function makeFile(name, type, write) {
  const box = makeElement("div", "geomap-file");
  box.append(
    makeButton(`Download ${name}`, () => download(name, type, write())),
  );
  if (mayBeConfined()) {
    const details = makeElement("details");
    const area = makeElement("textarea");
    area.readOnly = true;
    area.setAttribute("aria-label", `The text of ${name}`);
    area.addEventListener("focus", () => area.select());
    details.addEventListener("toggle", () => {
      area.value = details.open ? write() : "";
    });
    details.append(
      makeElement("summary", "", "No download? Copy the text"),
      area,
    );
    box.append(details);
  }
  return box;
}

/**
 * A click that stays here: Leaflet would take a button that its own handler removes for the map behind it.
 *
 * @param {HTMLButtonElement} button
 * @param {() => void} handler
 */
export function onClick(button, handler) {
  button.type = "button";
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    handler();
  });
}

/**
 * @param {L.Map} map
 * @param {string} text
 */
export function showNotice(map, text) {
  const box = makeElement("div", "geomap-notice");
  box.setAttribute("role", "status");
  box.append(makeElement("span", "", text));
  const close = makeElement("button", "geomap-button", "Close");
  onClick(close, () => box.remove());
  box.append(close);
  L.DomEvent.disableClickPropagation(box);
  map.getContainer().append(box);
  return box;
}

/**
 * Makes room for what was added to a popup. Leaflet's own update() puts the content in anew, which loses the focus.
 *
 * @param {L.Popup | undefined} popup
 */
export function refit(popup) {
  if (popup && popup.isOpen()) {
    popup._updateLayout();
    popup._updatePosition();
    popup._adjustPan();
  }
}

/**
 * Whether the map is as narrow as a phone.
 *
 * @param {L.Map} map
 */
export const isNarrow = (map) => map.getSize().x < 640;

/**
 * Whether an event happened over something of the page.
 *
 * @param {Event} event
 * @param {string} selector
 */
export const isOver = ({ target }, selector) =>
  target instanceof Element && target.closest(selector) !== null;

// What a reader takes along: the address of the view, a picture of it, the frame for another page.
import { download, makeButton, makeElement, openDialog } from "./elements.js";
/** @import { Places } from "./places.js" */

const BAR = 22; // pixels below the picture, for its credit
const LARGEST_SIDE = 8192; // of a canvas that every browser makes

/**
 * The frame that shows a map on another page.
 *
 * @param {string} address
 * @param {string} title
 */
export function frameFor(address, title) {
  const [page, hash] = address.split("#");
  const embed = /[?&]embed\b/.test(page)
    ? page
    : `${page}${page.includes("?") ? "&" : "?"}embed`;
  /** @param {string} text */
  const quoted = (text) =>
    text
      .replaceAll("&", "&amp;")
      .replaceAll('"', "&quot;")
      .replaceAll("<", "&lt;");
  const source = quoted(hash ? `${embed}#${hash}` : embed);
  return (
    `<iframe src="${source}" title="${quoted(title)}" loading="lazy" ` +
    'style="width:100%;aspect-ratio:4/3;border:0" allowfullscreen></iframe>'
  );
}

/**
 * A field with a text to take along, and a button that copies it.
 *
 * @param {string} label
 * @param {string} text
 */
function makeCopied(label, text) {
  const row = makeElement("div", "geomap-copied");
  const field = makeElement("input", "geomap-input");
  field.readOnly = true;
  field.value = text;
  field.setAttribute("aria-label", label);
  const button = makeButton(`Copy ${label.toLowerCase()}`, async () => {
    field.select();
    try {
      await window.navigator.clipboard.writeText(text);
    } catch {
      // Without the right to write to the clipboard, the older command does what the selection allows.
      document.execCommand("copy");
    }
    button.textContent = "Copied";
  });
  row.append(field, button);
  return row;
}

/**
 * Puts the canvases of a map, its headline and its credit on one.
 *
 * @param {L.Map} map
 * @param {string} title
 * @returns {HTMLCanvasElement}
 */
export function drawPicture(map, title) {
  const container = map.getContainer();
  const frame = container.getBoundingClientRect();
  const style = getComputedStyle(container);
  const ratio = Math.min(
    2,
    LARGEST_SIDE / Math.max(frame.width, frame.height + 2 * BAR),
  );
  const head = title ? 40 : 0;
  const picture = makeElement("canvas");
  picture.width = Math.round(frame.width * ratio);
  picture.height = Math.round((frame.height + head + BAR) * ratio);
  const context = /** @type {CanvasRenderingContext2D} */ (
    picture.getContext("2d")
  );
  context.scale(ratio, ratio);
  /** @param {string} name */
  const color = (name) => style.getPropertyValue(`--geomap-${name}`).trim();
  const font = color("font");
  context.fillStyle = color("card");
  context.fillRect(0, 0, frame.width, frame.height + head + BAR);
  context.save();
  context.beginPath();
  context.rect(0, head, frame.width, frame.height);
  context.clip();
  context.fillStyle = color("sea");
  context.fillRect(0, head, frame.width, frame.height);
  for (const canvas of canvasesOf(container)) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    context.drawImage(
      canvas,
      left - frame.left,
      top - frame.top + head,
      width,
      height,
    );
  }
  context.restore();
  context.fillStyle = color("ink");
  context.textBaseline = "middle";
  if (title) {
    context.font = `700 18px ${font}`;
    context.fillText(title, 10, head / 2, frame.width - 20);
  }
  const credit = container.querySelector(".leaflet-control-attribution");
  context.font = `400 11px ${font}`;
  context.fillStyle = color("muted");
  context.fillText(
    credit?.textContent?.trim() ?? "",
    10,
    head + frame.height + BAR / 2,
    frame.width - 20,
  );
  return picture;
}

/**
 * The canvases of a map, the lowest first.
 *
 * @param {HTMLElement} container
 * @returns {HTMLCanvasElement[]}
 */
function canvasesOf(container) {
  /** @param {HTMLElement} canvas */
  const height = (canvas) =>
    Number(
      getComputedStyle(/** @type {Element} */ (canvas.closest(".leaflet-pane")))
        .zIndex,
    ) || 0;
  return [...container.querySelectorAll("canvas")]
    .filter((canvas) => canvas.closest(".leaflet-map-pane"))
    .sort((a, b) => height(a) - height(b));
}

/** @param {Places} layer */
export function showShare(layer) {
  const { map } = layer;
  const title = layer.settings.title ?? "";
  const dialog = openDialog(map, "Share this view", "geomap-share");
  const body = makeElement("div", "geomap-dialog-body");
  dialog.append(body);
  const { protocol, href } = window.location;
  if (protocol.startsWith("http")) {
    body.append(
      makeElement("p", "", "The address of this view:"),
      makeCopied("Address", href),
      makeElement("p", "", "For another page, to be pasted into its HTML:"),
      makeCopied("Frame", frameFor(href, title || document.title)),
    );
  } else if (protocol === "file:") {
    body.append(
      makeElement(
        "p",
        "",
        "This map is a file on this machine. What stands behind the # of its address opens the same view on any machine that has the file:",
      ),
      makeCopied("Address", href),
    );
  }
  body.append(
    makeElement("p", "", "A picture of the map as it is now:"),
    makeButton("Save as PNG", () => {
      drawPicture(map, title).toBlob((picture) => {
        if (picture) {
          download("map.png", "image/png", picture);
        }
      }, "image/png");
    }),
  );
}

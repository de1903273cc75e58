// The forms of places: how large they are, and their outline on a canvas.
/** @import { Form } from "./types" */

const LARGEST = 28; // pixels: the radius of the place with most mentions, at most
const SMALLEST = 3;
const ONE_MENTION = 7; // the radius of a single mention where no place has many

/**
 * Half the width of a form that has the area of a circle of that radius.
 *
 * @param {Form} form
 * @param {number} radius
 */
export function halfOf(form, radius) {
  if (form === "country") {
    return (radius * Math.sqrt(Math.PI)) / 2;
  }
  if (form === "coordinate") {
    return radius * Math.sqrt(Math.PI / 2);
  }
  return form === "division" ? radius * Math.sqrt(Math.PI / 2) : radius;
}

/**
 * @param {number} mentions
 * @param {number} most
 */
export function radiusOf(mentions, most) {
  const unit = Math.min(ONE_MENTION, LARGEST / Math.sqrt(most));
  return mentions ? Math.max(SMALLEST, unit * Math.sqrt(mentions)) : 0;
}

/**
 * Whether a form stands for a point, or what lies around one, rather than for an area with a name.
 *
 * @param {Form} form
 */
export const isPoint = (form) =>
  form === "town" || form === "coordinate" || form === "ring";

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Form} form
 * @param {number} x
 * @param {number} y
 * @param {number} half
 */
export function outlineForm(context, form, x, y, half) {
  context.beginPath();
  if (form === "country") {
    context.rect(x - half, y - half, 2 * half, 2 * half);
  } else if (form === "division") {
    context.moveTo(x, y - half);
    context.lineTo(x + half, y);
    context.lineTo(x, y + half);
    context.lineTo(x - half, y);
    context.closePath();
  } else if (form === "coordinate") {
    context.moveTo(x, y - half);
    context.lineTo(x + half, y + half);
    context.lineTo(x - half, y + half);
    context.closePath();
  } else {
    context.arc(x, y, half, 0, 2 * Math.PI);
  }
}

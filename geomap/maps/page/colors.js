// Classes of values, and which of the five steps of the ordered scale each is shown in.
const STEPS = 5;

/**
 * The step of a class among so many.
 *
 * @param {number} number
 * @param {number} classes
 */
export const stepOf = (number, classes) =>
  Math.round((number * (STEPS - 1)) / Math.max(1, classes - 1));

/**
 * The class of a value: the first whose upper edge is not below it, else the last.
 *
 * @param {number} value
 * @param {number[]} breaks
 */
export function classOf(value, breaks) {
  const found = breaks.findIndex((edge) => value <= edge);
  return found < 0 ? breaks.length - 1 : found;
}

const WHOLE = 6; // the zoom from which on shades fade

/**
 * How strong the shades of areas are: close up they cover the whole view, and only dull it.
 *
 * @param {number} zoom
 */
export const strengthAt = (zoom) =>
  Math.max(0.3, Math.min(1, 1 - (zoom - WHOLE) / 4));

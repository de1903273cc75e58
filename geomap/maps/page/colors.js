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

// Numbers, counts and dates as words.
import { isoDay } from "./model.js";

const dates = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

/** @param {number} value */
export const numeral = (value) => value.toLocaleString("en-US");

/**
 * @param {number} value
 * @param {string} one
 * @param {string} [many]
 */
export const plural = (value, one, many) =>
  `${numeral(value)} ${value === 1 ? one : many || `${one}s`}`;

/** @param {string} iso */
export const dateText = (iso) =>
  iso ? dates.format(new Date(`${iso}T00:00:00Z`)) : "";

/**
 * Two days as a stretch of time.
 *
 * @param {number} first
 * @param {number} last
 */
export function datesText(first, last) {
  const [from, to] = [dateText(isoDay(first)), dateText(isoDay(last))];
  return from === to ? from : `${from} – ${to}`;
}

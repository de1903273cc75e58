// What an editor wrote on the map: where each note stands, and the line to what it is about.
import { overlap } from "./view.js";
/** @import { Canvas } from "./canvas.js" */
/** @import { Bounds, Box, Note, PlacedNote } from "./types" */

const SIZE = 13; // of the letters: legible on a phone
const LINE = 17;
const PAD = 6;
const WIDE = 210;
const NARROW = 150;
const CLEAR = 8; // between a note and what it is about
const DISTANCES = [26, 48, 76, 110, 150];
const DIRECTIONS = [
  0.2, -0.2, 0.8, -0.8, 1.2, -1.2, 0.5, -0.5, 1, 0, 1.6, -1.6,
].map((part) => (part * Math.PI) / 2);

/**
 * A text in lines of a width, broken between words; a word that is longer has a line of its own.
 *
 * @param {string} text
 * @param {(text: string) => number} measure
 * @param {number} width
 * @returns {string[]}
 */
export function wrapText(text, measure, width) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(" ")) {
    const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length && measure(longer) <= width) {
      lines[lines.length - 1] = longer;
    } else {
      lines.push(word);
    }
  }
  return lines;
}

/**
 * Where notes stand: beside what they are about, on nothing that is taken if there is room, and within the map.
 *
 * @param {{ x: number, y: number, half: number, wide: number, high: number }[]} notes
 * @param {Box[]} taken
 * @param {Pick<Bounds, "min" | "max">} view
 * @returns {{ box: Box, from: { x: number, y: number }, to: { x: number, y: number } }[]}
 */
export function placeNotes(notes, taken, { min, max }) {
  // A note covers neither what it is about, nor what another is about.
  const covered = [...taken];
  for (const { x, y, half } of notes) {
    const clear = half + CLEAR;
    covered.push([x - clear, y - clear, x + clear, y + clear]);
  }
  return notes.map(({ x, y, half, wide, high }) => {
    let best = /** @type {{ box: Box, cost: number } | undefined} */ (
      undefined
    );
    for (const distance of DISTANCES) {
      for (const direction of DIRECTIONS) {
        const reach = half + distance;
        const left = x + reach * Math.cos(direction);
        const middle = y - reach * Math.sin(direction);
        const begin = Math.cos(direction) < -0.01 ? left - wide : left;
        for (const start of [begin, 2 * x - begin - wide]) {
          /** @type {Box} */
          const box = [
            start,
            middle - high / 2,
            start + wide,
            middle + high / 2,
          ];
          const cost = costOf(box, covered, min, max) + distance / 1e4;
          if (!best || cost < best.cost) {
            best = { box, cost };
          }
        }
      }
      if (best && best.cost < 1) {
        break;
      }
    }
    const box = /** @type {Box} */ (best?.box);
    covered.push(box);
    const to = {
      x: Math.max(box[0], Math.min(x, box[2])),
      y: Math.max(box[1], Math.min(y, box[3])),
    };
    const long = Math.hypot(to.x - x, to.y - y) || 1;
    const from = {
      x: x + ((to.x - x) * half) / long,
      y: y + ((to.y - y) * half) / long,
    };
    return { box, from, to };
  });
}

/**
 * How bad it is for a box to stand where it does: a pixel of overlap counts one, one beyond the map's edge ten.
 *
 * @param {Box} box
 * @param {Box[]} covered
 * @param {{ x: number, y: number }} min
 * @param {{ x: number, y: number }} max
 */
function costOf(box, covered, min, max) {
  let cost = 0;
  for (const other of covered) {
    if (overlap(box, other)) {
      const across = Math.min(box[2], other[2]) - Math.max(box[0], other[0]);
      const down = Math.min(box[3], other[3]) - Math.max(box[1], other[1]);
      cost += across * down;
    }
  }
  const beyond =
    Math.max(0, min.x + 4 - box[0]) +
    Math.max(0, box[2] - max.x + 4) +
    Math.max(0, min.y + 4 - box[1]) +
    Math.max(0, box[3] - max.y + 4);
  return cost + 10 * beyond * LINE;
}

/**
 * The notes of a map in a view, with their lines of text.
 *
 * @param {Canvas} canvas
 * @param {(Note & { x: number, y: number, half: number })[]} notes of this view
 * @param {Box[]} taken
 * @param {Pick<Bounds, "min" | "max">} view
 * @returns {PlacedNote[]}
 */
export function arrangeNotes(canvas, notes, taken, view) {
  const { context } = canvas;
  context.font = canvas.font(500, SIZE);
  const width = canvas.map.getSize().x < 640 ? NARROW : WIDE;
  const shown = notes.filter(
    ({ x, y }) =>
      x > view.min.x && x < view.max.x && y > view.min.y && y < view.max.y,
  );
  const sized = shown.map((note) => {
    const lines = wrapText(
      note.text,
      (text) => context.measureText(text).width,
      width,
    );
    const wide = Math.max(
      ...lines.map((line) => context.measureText(line).width),
    );
    return {
      ...note,
      lines,
      wide: wide + 2 * PAD,
      high: lines.length * LINE + 2 * PAD - 3,
    };
  });
  return placeNotes(sized, taken, view).map((placed, number) => ({
    ...placed,
    lines: sized[number].lines,
  }));
}

/**
 * @param {Canvas} canvas
 * @param {CanvasRenderingContext2D} context
 * @param {PlacedNote} note
 */
export function paintNote(canvas, context, { box, from, to, lines }) {
  context.strokeStyle = canvas.color("ink");
  context.lineWidth = 1.4;
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
  context.stroke();
  context.beginPath();
  context.arc(from.x, from.y, 2.5, 0, 2 * Math.PI);
  context.fillStyle = canvas.color("ink");
  context.fill();
  context.beginPath();
  context.roundRect(box[0], box[1], box[2] - box[0], box[3] - box[1], 4);
  context.fillStyle = canvas.color("card");
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = canvas.color("control");
  context.stroke();
  context.font = canvas.font(500, SIZE);
  context.fillStyle = canvas.color("ink");
  const rtl = /^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(lines[0]);
  context.direction = rtl ? "rtl" : "ltr";
  context.textAlign = rtl ? "right" : "left";
  lines.forEach((line, number) => {
    const x = rtl ? box[2] - PAD : box[0] + PAD;
    context.fillText(line, x, box[1] + PAD - 1.5 + LINE * (number + 0.5));
  });
  context.direction = "ltr";
  context.textAlign = "left";
}

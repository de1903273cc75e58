// Time: a histogram of the publication dates with a brush that filters every layer, and a button that plays it.
import { isOver, makeElement, makeVector, onClick } from "./elements.js";
import { UNDATED, isoDay } from "./model.js";
import { dateText, datesText, numeral } from "./words.js";
/** @import { Places } from "./places.js" */
/** @import { Brushed } from "./types" */

const [WIDTH, HEIGHT] = [288, 48];
const STEP = 450; // milliseconds

/** @param {Places} layer */
export function makeTimeline(layer) {
  const { model } = layer;
  const count = model.bins.length;
  const element = makeElement("div", "geomap-timeline");
  const svg = makeVector("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  const bars = [...model.bins].map((_, bin) => {
    const bar = makeVector("rect", {
      x: (bin * WIDTH) / count + 0.4,
      width: Math.max(WIDTH / count - 0.8, 0.6),
    });
    svg.append(bar);
    return bar;
  });
  const [from, to] = ["From", "To"].map((name) => handle(name, count));
  const told = makeElement("p", "geomap-caption geomap-told");
  const play = makeElement("button", "geomap-quiet geomap-play");
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;

  // Bars that are in, as numbers: the first, and the one behind the last.
  /** @type {() => [number, number]} */
  const range = () => [
    model.state.from === null ? 0 : model.binOf(model.state.from),
    model.state.to === null ? count : model.binOf(model.state.to) + 1,
  ];
  /**
   * @param {number} begin
   * @param {number} end
   */
  const set = (begin, end) =>
    model.set({
      from: begin > 0 ? model.edges[begin] : null,
      to: end < count ? model.edges[end] - 1 : null,
    });

  const draw = () => {
    const [begin, end] = range();
    const most = Math.max(1, ...model.bins);
    bars.forEach((bar, bin) => {
      const height = model.bins[bin]
        ? Math.max(1.5, ((HEIGHT - 2) * model.bins[bin]) / most)
        : 0;
      bar.setAttribute("y", String(HEIGHT - height));
      bar.setAttribute("height", String(height));
      bar.classList.toggle("geomap-out", bin < begin || bin >= end);
    });
    from.value = String(begin);
    to.value = String(end);
    const [least, last] = model.days ?? [UNDATED, UNDATED];
    const first = Math.max(model.edges[begin], least);
    const final = Math.min(model.edges[end] - 1, last);
    from.setAttribute("aria-valuetext", dateText(isoDay(first)));
    to.setAttribute("aria-valuetext", dateText(isoDay(final)));
    const whole = begin === 0 && end === count;
    const none = model.undated;
    told.textContent =
      datesText(first, final) +
      (none
        ? ` (${numeral(none)} without a date${whole ? "" : ", not shown"})`
        : "");
    element.style.setProperty("--geomap-from", String(begin / count));
    element.style.setProperty("--geomap-to", String(end / count));
  };

  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    play.textContent = "Play";
    play.setAttribute("aria-pressed", "false");
  };
  const step = () => {
    const [begin, end] = range();
    if (end >= count) {
      stop();
    } else {
      set(begin + 1, end + 1);
    }
  };
  onClick(play, () => {
    if (timer) {
      stop();
      return;
    }
    const [begin, end] = range();
    if (end - begin >= count || end >= count) {
      const wide =
        end - begin >= count
          ? Math.max(1, Math.round(count / 12))
          : end - begin;
      set(0, wide);
    }
    play.textContent = "Stop";
    play.setAttribute("aria-pressed", "true");
    timer = setInterval(step, STEP);
  });
  stop();

  from.addEventListener("input", () => {
    stop();
    const [, end] = range();
    set(Math.min(Number(from.value), end - 1), end);
  });
  to.addEventListener("input", () => {
    stop();
    const [begin] = range();
    set(begin, Math.max(Number(to.value), begin + 1));
  });
  const chart = makeElement("div", "geomap-chart");
  chart.append(svg, from, to);
  brush(chart, count, { range, set, stop });
  const row = makeElement("div", "geomap-row");
  row.append(told, play);
  element.append(chart, row);
  draw();
  const end = model.listen(draw);
  return {
    element,
    end() {
      stop();
      end();
    },
  };
}

/**
 * @param {string} name
 * @param {number} count
 */
function handle(name, count) {
  const input = makeElement("input", "geomap-handle");
  input.type = "range";
  [input.min, input.max, input.step] = ["0", String(count), "1"];
  input.setAttribute("aria-label", name);
  return input;
}

/**
 * Drags: inside the chosen stretch it moves, outside a new one begins. The ends have handles of their own.
 *
 * @param {HTMLElement} chart
 * @param {number} count
 * @param {Brushed} brushed
 */
function brush(chart, count, { range, set, stop }) {
  /** @type {{ bin: number, begin: number, end: number, moves: boolean } | undefined} */
  let start;
  /** @param {PointerEvent} event */
  const at = (event) => {
    const box = chart.getBoundingClientRect();
    const part = (event.clientX - box.left) / box.width;
    return Math.min(count - 1, Math.max(0, Math.floor(part * count)));
  };
  chart.addEventListener("pointerdown", (event) => {
    if (isOver(event, "input") || event.button > 0) {
      return;
    }
    event.preventDefault();
    stop();
    const [begin, end] = range();
    const bin = at(event);
    const part = end - begin < count && bin >= begin && bin < end;
    start = { bin, begin, end, moves: part };
    chart.setPointerCapture(event.pointerId);
  });
  chart.addEventListener("pointermove", (event) => {
    if (!start) {
      return;
    }
    const bin = at(event);
    if (start.moves) {
      const wide = start.end - start.begin;
      const begin = Math.min(
        count - wide,
        Math.max(0, start.begin + bin - start.bin),
      );
      set(begin, begin + wide);
    } else {
      set(Math.min(bin, start.bin), Math.max(bin, start.bin) + 1);
    }
  });
  const done = () => {
    start = undefined;
  };
  chart.addEventListener("pointerup", done);
  chart.addEventListener("pointercancel", done);
  // Twice: all of it again.
  chart.addEventListener("dblclick", () => set(0, count));
}

// The filters beside time: how sure, which kinds, which sources; and what of them is on, each with a way out.
import { makeButton, makeElement, makeLabel } from "./elements.js";
import { UNDATED, everything } from "./model.js";
import { datesText, numeral, plural } from "./words.js";
/** @import { Places } from "./places.js" */
/** @import { Ends, State } from "./types" */

const SOURCES = 200; // offered at once
const KINDS = new Map([
  ["toponym", "Names (Mosul)"],
  ["demonym", "People and adjectives (Iraqi)"],
  ["coordinate", "Coordinates (36.34 N, 43.13 E)"],
]);
const SWITCHES = /** @type {const} */ ([
  ["embedded", "Names inside other names (Paris Police)"],
  ["approximate", "Approximate places (somewhere in Mosul)"],
]);

/**
 * `ends` gets what is to be called when the panel goes.
 *
 * @param {Places} layer
 * @param {Ends} ends
 */
export function makeFilters(layer, ends) {
  const body = makeElement("div", "geomap-filter-body");
  body.append(sureness(layer, ends));
  const { kinds, sources } = layer.model.content;
  /** @type {[number, string][]} */
  const offered = kinds.flatMap((kind, number) =>
    kind === "embedded" ? [] : [[number, KINDS.get(kind) || kind || "Other"]],
  );
  if (offered.filter(([number]) => kinds[number]).length > 1) {
    body.append(choices(layer, ends, "kinds", "Kind of mention", offered));
  }
  const { has } = layer.model;
  if (has.embedded || has.approximate) {
    body.append(switches(layer, ends));
  }
  if (sources.length > 1) {
    body.append(bySource(layer, ends));
  }
  return body;
}

/** @param {string} words */
const lower = (words) => words[0].toLowerCase() + words.slice(1);

/** @param {string} caption */
function group(caption) {
  const set = makeElement("fieldset");
  set.append(makeElement("legend", "geomap-caption", caption));
  return set;
}

/**
 * @param {Places} layer
 * @param {Ends} ends
 */
function sureness({ model }, ends) {
  const set = group("Confidence");
  const slider = makeElement("input");
  slider.type = "range";
  [slider.min, slider.max, slider.step] = ["0", "100", "1"];
  slider.setAttribute("aria-label", "Counts as certain from");
  const told = makeElement("p", "geomap-caption");
  const hide = makeElement("input");
  hide.type = "checkbox";
  slider.addEventListener("input", () =>
    model.set({ certain: Number(slider.value) }),
  );
  hide.addEventListener("change", () => model.set({ possible: hide.checked }));
  const follow = () => {
    const { certain, possible } = model.state;
    const { mentions, certain: sure } = model.totals;
    slider.value = String(certain);
    slider.setAttribute("aria-valuetext", `${certain}%`);
    hide.checked = possible;
    const rest = possible ? `, ${numeral(mentions - sure)} possible` : "";
    told.textContent = `From ${certain}%: ${numeral(sure)} certain${rest}`;
  };
  follow();
  ends.push(model.listen(follow));
  set.append(
    slider,
    told,
    makeLabel("Show what is only possible", hide, "geomap-option"),
  );
  return set;
}

/**
 * What counts only if it is asked for.
 *
 * @param {Places} layer
 * @param {Ends} ends
 */
function switches({ model }, ends) {
  const set = group("Also count and show");
  for (const [name, words] of SWITCHES) {
    if (model.has[name]) {
      const box = makeElement("input");
      box.type = "checkbox";
      box.addEventListener("change", () => model.set({ [name]: box.checked }));
      const follow = () => {
        box.checked = model.state[name];
      };
      follow();
      ends.push(model.listen(follow));
      set.append(makeLabel(words, box, "geomap-option"));
    }
  }
  return set;
}

/**
 * Checkboxes for some values of a filter; none checked means all.
 *
 * @param {Places} layer
 * @param {Ends} ends
 * @param {"kinds" | "sources"} name
 * @param {string} caption
 * @param {[number, string][]} entries
 */
function choices({ model }, ends, name, caption, entries) {
  const set = group(caption);
  const boxes = new Map();
  for (const [number, words] of entries) {
    const box = makeElement("input");
    box.type = "checkbox";
    boxes.set(number, box);
    box.addEventListener("change", () => {
      const on = new Set(model.state[name] || []);
      if (box.checked) {
        on.add(number);
      } else {
        on.delete(number);
      }
      model.set({ [name]: on.size ? on : null });
    });
    const label = makeLabel(words, box, "geomap-option");
    label.lastElementChild?.setAttribute("dir", "auto");
    set.append(label);
  }
  const follow = () => {
    for (const [number, box] of boxes) {
      box.checked = Boolean(model.state[name]?.has(number));
    }
  };
  follow();
  ends.push(model.listen(follow));
  return set;
}

/**
 * @param {Places} layer
 * @param {Ends} ends
 */
function bySource(layer, ends) {
  const { model } = layer;
  const counts = new Map();
  for (const source of model.source) {
    counts.set(source, (counts.get(source) || 0) + 1);
  }
  /** @type {[number, string][]} */
  const entries = [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, SOURCES)
    .map(([source, count]) => [
      source,
      `${model.content.sources[source] ?? "No source"} (${numeral(count)})`,
    ]);
  const set = choices(layer, ends, "sources", "Source (articles)", entries);
  set.classList.add("geomap-many");
  return set;
}

/**
 * What is filtered, one button each, that takes it away.
 *
 * @param {Places} layer
 * @param {Ends} ends
 */
export function makeChips(layer, ends) {
  const { model } = layer;
  const row = makeElement("div", "geomap-chips");
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", "Filters that are on");
  const follow = () => {
    const focused = row.contains(document.activeElement);
    row.replaceChildren();
    const { from, to, kinds, sources, possible, text, only } = model.state;
    const { shown } = model.content;
    /**
     * @param {string} words
     * @param {Partial<State>} change
     */
    const chip = (words, change) => {
      const button = makeButton("", () => model.set(change), "geomap-chip");
      const name = makeElement("span", "", words);
      name.dir = "auto";
      const cross = makeElement("span", "", "×");
      cross.setAttribute("aria-hidden", "true");
      button.append(
        makeElement("span", "geomap-spoken", "Remove filter: "),
        name,
        cross,
      );
      row.append(button);
    };
    if (from !== null || to !== null) {
      const [first, last] = model.days ?? [UNDATED, UNDATED];
      chip(datesText(from ?? first, to ?? last), {
        from: null,
        to: null,
      });
    }
    if (text) {
      chip(`“${text}”`, { text: "" });
    }
    /**
     * @param {Set<number>} set
     * @param {string[]} names
     * @param {string} many
     */
    const some = (set, names, many) =>
      set.size === 1
        ? (names[[...set][0]] ?? "No source")
        : plural(set.size, many);
    if (sources) {
      chip(some(sources, model.content.sources, "source"), { sources: null });
    }
    if (kinds) {
      chip(some(kinds, model.content.kinds, "kind"), { kinds: null });
    }
    if (only) {
      const left = only.reduce((sum, one) => sum + one, 0);
      chip(`${plural(left, "mention")} from the notebook`, { only: null });
    }
    if (!possible) {
      chip("Only certain", { possible: true });
    }
    for (const [name, words] of SWITCHES) {
      if (model.state[name] !== shown[name]) {
        const [first] = words.split(" (");
        const change = { [name]: shown[name] };
        chip(`${shown[name] ? "Without" : "With"} ${lower(first)}`, change);
      }
    }
    if (row.children.length > 1) {
      row.append(
        makeButton(
          "Clear all",
          () =>
            model.set({
              ...everything(shown),
              // How the map looks is no filter.
              summing: model.state.summing,
              also: model.state.also,
            }),
          "geomap-quiet",
        ),
      );
    }
    row.hidden = !row.children.length;
    if (focused) {
      const next = row.querySelector("button");
      (
        next || layer.map.getContainer().querySelector(".geomap-input")
      )?.focus();
    }
  };
  follow();
  ends.push(model.listen(follow));
  return row;
}

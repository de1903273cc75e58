// The two views that a reader can turn to: where the corpus is, and everything.
import { makeButton, makeElement } from "./elements.js";
/** @import { Places } from "./places.js" */
/** @import { Corners } from "./types" */

const ALIKE = 0.02; // of a side: boxes that differ less are one

/**
 * Whether two boxes show the same.
 *
 * @param {Corners} a
 * @param {Corners} b
 */
export function areAlike(a, b) {
  const sides = [0, 1].map((axis) =>
    Math.max(Math.abs(b[1][axis] - b[0][axis]), 0.01),
  );
  return [0, 1].every((corner) =>
    [0, 1].every(
      (axis) =>
        Math.abs(a[corner][axis] - b[corner][axis]) <= ALIKE * sides[axis],
    ),
  );
}

// Buttons above those for the zoom.
export class Views extends L.Control {
  /** @param {Places} layer */
  constructor(layer) {
    super({ position: "bottomright" });
    this._layer = layer;
  }

  get needed() {
    const { core, all } = this._layer.settings;
    return Boolean(core && all && !areAlike(core, all));
  }

  onAdd() {
    const { core, all } = this._layer.settings;
    const bar = makeElement("div", "geomap-views leaflet-bar leaflet-control");
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", "View");
    for (const [text, title, box] of /** @type {const} */ ([
      ["Core", "Where most mentions are", core],
      ["All", "All places", all],
    ])) {
      const button = makeButton(
        text,
        () => box && this._layer.fit(box),
        "geomap-view",
      );
      button.title = title;
      bar.append(button);
    }
    L.DomEvent.disableClickPropagation(bar);
    return bar;
  }
}

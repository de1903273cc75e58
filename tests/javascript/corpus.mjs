// A small corpus for the tests of the map's modules.
import { Model } from "../../geomap/maps/page/model.js";

/** Two places over three articles: the first has no date, and one mention is doubtful. */
export function content() {
  return {
    key: "k",
    hash: "0f",
    text: "full",
    totals: { articles: 3, mentions: 5, resolved: 5 },
    places: {
      id: ["a", "b"],
      name: ["Alpha", "Beta"],
      within: ["", ""],
      form: ["town", "country"],
      kind: ["town or city", "country"],
      lon: [43.1, 44],
      lat: [36.3, 33],
      rows: [0, 3, 5],
    },
    rows: {
      article: [0, 1, 1, 0, 1],
      confidence: [90, 40, -1, 80, 70],
      kind: [0, 0, 1, 0, 1],
    },
    kinds: ["toponym", "demonym"],
    sources: ["One", "Two"],
    articles: { source: [0, 1, -1], day: [17000, 16000, null] },
  };
}

/** Its model, with some of its content changed. */
export const model = (change = {}) => new Model({ ...content(), ...change });

// A small corpus for the tests of the map's modules.
import { Model } from "../../geomap/maps/page/model.js";

/** Two places over three articles: the first has no date, and one mention is doubtful. */
export function content() {
  return {
    key: "k",
    hash: "0f",
    text: "full",
    totals: { articles: 3, mentions: 5, resolved: 5 },
    shown: { embedded: false, approximate: false },
    places: {
      id: ["a", "b"],
      name: ["Alpha", "Beta"],
      within: ["", ""],
      form: ["town", "country"],
      kind: ["town or city", "country"],
      radius: [0, 0],
      lon: [43.1, 44],
      lat: [36.3, 33],
      rows: [0, 3, 5],
    },
    rows: {
      article: [0, 1, 1, 0, 1],
      confidence: [90, 40, -1, 80, 70],
      kind: [0, 0, 1, 0, 1],
      radius: {},
    },
    kinds: ["toponym", "demonym"],
    sources: ["One", "Two"],
    articles: { source: [0, 1, -1], day: [17000, 16000, null] },
  };
}

/** The same with a name inside another name in Alpha, and a mention of something that lies somewhere in Beta. */
export function withLeftOut() {
  const { places, ...rest } = content();
  return {
    ...rest,
    places: {
      ...places,
      id: ["a", "b", "within:b"],
      name: ["Alpha", "Beta", "somewhere in Beta"],
      within: ["", "", ""],
      form: ["town", "country", "ring"],
      kind: ["town or city", "country", "approximate place"],
      radius: [0, 0, 20.4],
      lon: [43.1, 44, 44],
      lat: [36.3, 33, 33],
      rows: [0, 4, 6, 7],
    },
    rows: {
      article: [0, 1, 0, 1, 0, 1, 2],
      confidence: [90, 40, -1, 60, 80, 70, 50],
      kind: [0, 0, 1, 2, 0, 1, 0],
      radius: { 6: 20.4 },
    },
    kinds: ["toponym", "demonym", "embedded"],
  };
}

/** Its model, with some of its content changed. */
export const model = (change = {}) => new Model({ ...content(), ...change });

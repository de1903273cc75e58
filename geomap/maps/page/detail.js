// The detail of a page: lines, waters and names around its places, unpacked from bytes as a map shows them.
import { readBytes } from "./data.js";
import { across, down } from "./mercator.js";
import { withBox } from "./shapes.js";
/** @import { Block, Box, DetailHeader, Outline, Shape, Tier, Title, Traced } from "./types" */

const LINE_FEED = 10;
const CELLS = 4; // along a side of a block that is made of cells
const ROOMS = 100; // the grid of rooms, per degree

/** @type {WeakMap<L.Map, Detail>} */
const details = new WeakMap();

/**
 * The detail of a map, if it has come.
 *
 * @param {L.Map} map
 */
export const detailOf = (map) => details.get(map);

/**
 * Reads a block of detail and gives it to a map, which says so to whoever draws it.
 *
 * @param {L.Map} map
 * @param {string} id
 */
export async function bringDetail(map, id) {
  const detail = new Detail(await readBytes(id));
  details.set(map, detail);
  map.fire("geomap:detail");
  return detail;
}

// Whole numbers of seven bits a byte, the lowest first.
class Reader {
  /**
   * @param {Uint8Array} bytes
   * @param {number} at
   */
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }

  number() {
    let value = 0;
    for (let place = 1; ; place *= 128) {
      const byte = this.bytes[this.at];
      this.at += 1;
      value += (byte & 0x7f) * place;
      if (byte < 0x80 || byte === undefined) {
        return value;
      }
    }
  }

  signed() {
    const value = this.number();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  }

  /** @param {number} count */
  numbers(count) {
    return Array.from({ length: count }, () => this.number());
  }
}

// Reads lines and rings, each point as the difference to the one before, also across lines.
class Tracer {
  /**
   * @param {Reader} reader
   * @param {number} x
   * @param {number} y
   * @param {number} grid
   */
  constructor(reader, x, y, grid) {
    this.reader = reader;
    this.x = x * grid;
    this.y = y * grid;
    this.grid = grid;
  }

  /** @returns {Shape} */
  shape() {
    const { reader, grid } = this;
    const line = new Float64Array(2 * reader.number());
    for (let i = 0; i < line.length; i += 2) {
      this.x += reader.signed();
      this.y += reader.signed();
      line[i] = across(this.x / grid);
      line[i + 1] = down(this.y / grid);
    }
    return withBox(line);
  }
}

export class Detail {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    const begin = bytes.indexOf(LINE_FEED);
    /** @type {DetailHeader} */
    this.header = JSON.parse(
      new TextDecoder().decode(bytes.subarray(0, begin)),
    );
    this.bytes = bytes;
    let at = begin + 1;
    /** @type {Tier[]} */
    this.tiers = this.header.tiers.map((tier) => ({
      zoom: tier.zoom,
      blocks: tier.bytes.map((length, i) => {
        at += length;
        return this._block(tier, i, at - length, at);
      }),
    }));
    /** @type {Title[]} */
    this.titles = this._titles(new Reader(bytes, at));
    /** @type {Map<number, Outline>} */
    this.outlines = this._outlines(
      new Reader(bytes, at + this.header.names.bytes),
    );
    /** @type {Map<number, string>} */
    this.countries = new Map(this.header.shapes.countries);
  }

  /**
   * @param {DetailHeader["tiers"][number]} tier
   * @param {number} i
   * @param {number} begin
   * @param {number} end
   * @returns {Block}
   */
  _block({ side, grid, columns, rows, cells }, i, begin, end) {
    const [west, south] = [columns[i] * side - 180, rows[i] * side - 90];
    /** @type {Record<string, Traced[]> | undefined} */
    let layers;
    return {
      box: boxOf(west, south, side, side),
      cells: cellsOf(cells[i], west, south, side / CELLS),
      layers: () => (layers ??= this._layers(begin, end, west, south, grid)),
    };
  }

  /**
   * @param {number} begin
   * @param {number} end
   * @param {number} west
   * @param {number} south
   * @param {number} grid
   */
  _layers(begin, end, west, south, grid) {
    /** @type {Record<string, Traced[]>} */
    const layers = {};
    const names = this.header.layers;
    const reader = new Reader(this.bytes, begin);
    const tracer = new Tracer(reader, west, south, grid);
    while (reader.at < end) {
      const code = reader.number();
      const layer = (layers[names[code % 8]] ??= []);
      layer.push({ ...tracer.shape(), zoom: code >> 3 });
    }
    return layers;
  }

  /**
   * @param {Reader} reader
   * @returns {Title[]}
   */
  _titles(reader) {
    const { kinds, grid, text } = this.header.names;
    if (!text) {
      return [];
    }
    const texts = text.split("\n");
    const [kind, zoom, room] = [0, 1, 2].map(() =>
      reader.numbers(texts.length),
    );
    let [x, y] = [0, 0];
    return texts.map((each, i) => {
      x += reader.signed();
      y += reader.signed();
      return {
        text: each,
        kind: kinds[kind[i]],
        zoom: zoom[i],
        x: across(x / grid),
        y: down(y / grid),
        room: room[i] / ROOMS / 360,
      };
    });
  }

  /**
   * @param {Reader} reader
   * @returns {Map<number, Outline>}
   */
  _outlines(reader) {
    const { grid, kinds, places } = this.header.shapes;
    return new Map(
      places.map((place) => {
        const count = reader.number();
        const tracer = new Tracer(reader, 0, 0, grid);
        let kind = kinds[0];
        const lines = Array.from({ length: count }, () => {
          kind = kinds[reader.number()];
          return tracer.shape();
        });
        return [place, { kind, lines }];
      }),
    );
  }
}

/**
 * @param {number} west
 * @param {number} south
 * @param {number} wide
 * @param {number} high
 * @returns {Box}
 */
function boxOf(west, south, wide, high) {
  return [across(west), down(south + high), across(west + wide), down(south)];
}

/**
 * The cells of a block, those side by side as one box.
 *
 * @param {number} bits
 * @param {number} west
 * @param {number} south
 * @param {number} side
 * @returns {Box[]}
 */
function cellsOf(bits, west, south, side) {
  const boxes = [];
  for (let row = 0; row < CELLS; row += 1) {
    for (let column = 0; column < CELLS; column += 1) {
      const first = column;
      while (column < CELLS && bits & (1 << (row * CELLS + column))) {
        column += 1;
      }
      if (column > first) {
        const [x, y] = [west + first * side, south + row * side];
        boxes.push(boxOf(x, y, (column - first) * side, side));
      }
    }
  }
  return boxes;
}

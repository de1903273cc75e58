// The data that Python writes into a page, and what of Leaflet its own types leave out.
import * as L from "leaflet";
import type { Places } from "./places.js";

/** What a place is drawn as. */
export type Form =
  | "town"
  | "country"
  | "division"
  | "region"
  | "ring"
  | "coordinate";

/** What a count leaves out unless it is asked for: names inside other names, and places that are only approximate. */
export interface Shown {
  embedded: boolean;
  approximate: boolean;
}

/** The numbers of a corpus: `geomap/maps/_payload.py` says what is in which column. */
export interface Content {
  key: string;
  /** Of the mentions table that the map was made of. */
  hash: string;
  text: "full" | "snippets" | "none";
  totals: { articles: number; mentions: number; resolved: number };
  shown: Shown;
  places: PlaceColumns;
  rows: {
    article: number[];
    confidence: number[];
    kind: number[];
    radius: Record<string, number>;
    checked?: number[];
  };
  kinds: string[];
  sources: string[];
  articles: { source: number[]; day: (number | null)[] };
}

export interface PlaceColumns {
  id: string[];
  name: string[];
  /** What else a place is called, by its number: pairs of a name and where, empty for the articles. */
  also?: Record<string, [string, string][]>;
  within: string[];
  form: Form[];
  kind: string[];
  radius: number[];
  lon: number[];
  lat: number[];
  rows: number[];
}

/** The words of the mentions: columns by row, sentences and articles by number. */
export interface Words {
  sentence: Uint32Array;
  at: number[];
  length: number[];
  title?: number[];
  start?: number[];
  span?: Record<string, number>;
  sentences: string[];
  also: Record<string, number[]>;
  articles: { id: string[]; title: string[]; url: string[]; link: number[] };
  /** As a search compares them, made when somebody first searches. */
  folded?: { sentences: string[]; titles: string[] };
}

/** All words for each place, a line each: as written, and the gazetteer's, folded. */
export interface Names {
  written: string[];
  alternates: string[];
}

/** A word for a place, and whether the map or the articles write it. */
export interface PlaceWord {
  folded: string;
  shown: string;
  own: boolean;
}

/** A sentence or a headline that a search found, with the places that it leads to. */
export interface Passage {
  text: string;
  isTitle: boolean;
  article: number;
  places: number[];
}

/** What an editor wrote beside a place or a point. */
export interface Note {
  text: string;
  lat: number;
  lon: number;
  place: number | null;
}

/** A note where it stands, with the line to what it is about. */
export interface PlacedNote {
  lines: string[];
  box: Box;
  from: { x: number; y: number };
  to: { x: number; y: number };
}

export type Corners = [[number, number], [number, number]];

/** What is shown. `kinds`, `sources` and `only` (by row, from a notebook) are null for all, the days null for no end. */
export interface State extends Shown {
  from: number | null;
  to: number | null;
  kinds: Set<number> | null;
  sources: Set<number> | null;
  certain: number;
  possible: boolean;
  text: string;
  /** How crowded places are summed; null as whoever made the map has it. */
  summing: Summing | null;
  /** What is drawn besides the places. */
  also: ReadonlySet<Extra>;
  only: Uint8Array | null;
}

/** Density, countries by mentions, and places named together. */
export type Extra = "heat" | "countries" | "pairs";

/** Crowded places: each by itself, summed always or where a third of many hide each other. */
export type Summing = "auto" | "yes" | "no";

export interface Colors {
  name: string;
  labels: string[];
  ordered: boolean;
  values: number[];
}

export interface PlacesSettings {
  panel: boolean;
  fit: Corners | null;
  cluster: boolean | null;
  core?: Corners | null;
  all?: Corners | null;
  title?: string | null;
  note?: string | null;
  annotations?: Note[];
  names?: string;
  attribution?: string;
  color?: string;
  alternatives?: string;
  countries?: string;
  manifest?: string;
  detail?: string;
}

/** A place or a cluster of places, where it is drawn. */
export interface Drawn {
  number: number;
  members?: number[];
  mentions?: number;
  x: number;
  y: number;
  radius: number;
  half: number;
  inner: number;
  form: Form;
  /** Whether it is drawn as what it is, so that only its name is written. */
  shaped?: boolean;
}

/** A cluster as it is drawn. */
export type Several = Drawn & { members: number[]; mentions: number };

export interface Cluster {
  number: number;
  members?: number[];
  mentions?: number;
}

export type Box = [number, number, number, number];

/** A name, written from a point to the right. */
export interface Label {
  text: string;
  area?: boolean;
  size: number;
  x: number;
  y: number;
}

/** A name with the room that it takes. */
export type Placed = Label & { box: Box };

/** The first line of a block of detail. */
export interface DetailHeader {
  layers: string[];
  tiers: {
    side: number;
    grid: number;
    zoom: number;
    columns: number[];
    rows: number[];
    cells: number[];
    bytes: number[];
  }[];
  names: { kinds: string[]; grid: number; bytes: number; text: string };
  shapes: {
    kinds: OutlineKind[];
    grid: number;
    bytes: number;
    places: number[];
    countries: [number, string][];
  };
}

/** A line or a ring of a layer of detail, drawn from a zoom on; of land in cells, the number of its owner. */
export type Traced = Shape & { zoom: number };

/** A part of a tier, decoded when it is first shown. */
export interface Block {
  box: Box;
  cells: Box[];
  layers: () => Record<string, Traced[]>;
}

/** Blocks that are drawn from a zoom on. */
export interface Tier {
  zoom: number;
  blocks: Block[];
}

/** The name of a town, a division or a water; its room in fractions of the world's width. */
export interface Title {
  text: string;
  kind: string;
  zoom: number;
  x: number;
  y: number;
  room: number;
}

export type OutlineKind = "river" | "division" | "sea" | "lake" | "country";

/** A place as what it is: lines or rings, and of a country its number as owner of the land in cells. */
export interface Outline {
  kind: OutlineKind;
  lines: Shape[];
  owner?: number;
}

/** A stage of drawing the basemap at which areas are shaded: in cells, on the land of these. */
export interface Shading {
  context: CanvasRenderingContext2D;
  frame: Frame;
  stage: "sea" | "land";
  land?: Traced[];
}

/** Another place that a mention might mean. */
export interface Reading {
  id: string;
  name: string;
  percent: number;
  lat: number;
  lon: number;
  admin1?: string;
  country?: string;
  code?: string;
  population?: number;
}

/** What a correction says of the place that it moves a mention to. */
export interface Target {
  place_id: string;
  name: string;
  lat: number;
  lon: number;
  country_code?: string | null;
  feature_code?: string | null;
  population?: number | null;
}

export interface Mention {
  article_id: string;
  field: string;
  start: number;
  end: number;
  toponym: string;
}

/** What a reader says of one mention, or by a rule of every mention of a toponym that was resolved to one place. */
export interface Correction extends Partial<Mention>, Partial<Target> {
  rule?: boolean;
  was?: string;
  verdict: string;
}

/** A line of land or border in fractions of the world's width, x and y in turn, with the box around it. */
export interface Shape {
  line: Float64Array;
  box: Box;
}

/** Lines as whole numbers, each point the difference to the one before. */
export interface Packed {
  scale: [number, number];
  translate: [number, number];
  arcs: number[][];
}

export interface Country {
  name: string;
  x: number;
  y: number;
  room: number;
  rings: Shape[];
}

/** The world as its resource holds it: countries are rings of numbers of arcs, one's complement for an arc backward. */
export interface PackedWorld {
  world: Packed;
  states: Packed;
  borders: number[];
  coasts: number[];
  countries: {
    name: string;
    at: [number, number];
    room: number;
    polygons: number[][][];
  }[];
}

export interface World {
  countries: Country[];
  land: Shape[];
  borders: Shape[];
  coasts: Shape[];
  states: Shape[];
}

/** What a stretch of the map shows of the world. */
export interface Frame {
  width: number;
  origin: L.Point;
  seen: Box;
  turns: number[];
}

export interface Areas {
  names: string[];
  of: number[];
  per: string | null;
  base: number[] | null;
  breaks: number[];
  least: number;
  exact: boolean;
  arcs?: Packed;
  regions?: number[][];
}

export interface Pair {
  from: number;
  to: number;
  articles: number;
}

/** A line between two places as it is drawn: from a to b, bent towards the middle. */
export interface Curve {
  pair: Pair;
  a: L.Point;
  b: L.Point;
  middle: { x: number; y: number };
  shift: number;
}

/** The name of a country where it stands on the map. */
export interface Named {
  name: string;
  x: number;
  y: number;
  half: number;
  size: number;
}

/** Where the mentions of an open place might be instead. */
export interface Doubt {
  number: number;
  others: Reading[];
}

/** Runners-up: columns of candidates, and by row a list of candidate and percent in turn. */
export interface PackedAlternatives {
  features: Record<string, (string | number)[]>;
  lists: number[][];
  rows: number[];
}

export interface Alternatives {
  of(row: number): Reading[];
}

/** The sentences of an open place. */
export interface Quoted {
  layer: Places;
  number: number;
  words: Words;
  rows: number[];
}

/** A mention under its sentence; `many` where the sentence holds several. */
export interface Checked {
  layer: Places;
  number: number;
  words: Words;
  row: number;
  many: boolean;
}

/** What is shown, as a notebook says it. */
export interface Filters extends Shown {
  from: string | null;
  to: string | null;
  sources: string[] | null;
  kinds: string[] | null;
  certain: number;
  possible: boolean;
  text: string;
}

/** What a page and the notebook around it tell each other. Rows are bits in base64; a view is latitude, longitude, zoom. */
export interface Values {
  selected: string[];
  view: [number, number, number];
  filters: Filters;
  only: string | null;
  corrections: Correction[];
  shown: { rows: string; filters: Filters; only: string | null };
}

/** One end of a talk: what it has to say, and what it does with what it hears. */
export interface End {
  says: (keyof Values)[];
  values(): { [Name in keyof Values]?: unknown };
  take(values: Partial<Values>): void | Promise<void>;
}

/** What is to be called when the panel goes. */
export type Ends = (() => void)[];

/** The stretch of bars that is in: the first, and the one behind the last. */
export interface Brushed {
  range(): [number, number];
  set(begin: number, end: number): void;
  stop(): void;
}

/** Leaflet gives both corners of bounds that are not empty. */
export type Bounds = L.Bounds & { min: L.Point; max: L.Point };

declare module "leaflet" {
  interface Map {
    _animatingZoom: boolean;
    geomapAddress?: boolean;
    geomapNotebook?: boolean;
  }

  interface Renderer {
    _bounds: Bounds & { min: Point; max: Point };
    _container: HTMLCanvasElement;
    _update(): void;
    getEvents(): { [name: string]: (event: any) => void };
  }

  interface TileLayer {
    _url: string;
    _addTile(coords: Coords, container: HTMLElement): void;
    _isValidTile(coords: Coords): boolean;
    _update(center?: LatLng): void;
    _pruneTiles(): void;
  }

  interface Popup {
    _updateLayout(): void;
    _updatePosition(): void;
    _adjustPan(): void;
  }

  interface CRS {
    wrapLng?: [number, number];
  }
}

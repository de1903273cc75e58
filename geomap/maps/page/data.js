// The data of the page, unpacked from its blocks, each once.
import { Model, runningSums } from "./model.js";
/** @import { Names, PlaceWord, Words } from "./types" */

/** @type {Map<string, Promise<Model>>} */
const corpora = new Map();

/**
 * The content of a data block as an object; a large one is gzip in base64.
 *
 * @param {string} id
 * @returns {Promise<any>}
 */
export async function readBlock(id) {
  const block = blockOf(id);
  return block.type === "application/json"
    ? JSON.parse(block.text)
    : unzipped(block).json();
}

/**
 * The content of a compressed data block as bytes.
 *
 * @param {string} id
 */
export async function readBytes(id) {
  return new Uint8Array(await unzipped(blockOf(id)).arrayBuffer());
}

/** @param {string} id */
function blockOf(id) {
  const block = document.getElementById(id);
  if (!(block instanceof HTMLScriptElement)) {
    throw new Error(`The page has no data block ${id}.`);
  }
  return block;
}

/** @param {HTMLScriptElement} block */
function unzipped(block) {
  const packed = atob(block.text);
  const bytes = new Uint8Array(packed.length);
  for (let i = 0; i < packed.length; i += 1) {
    bytes[i] = packed.charCodeAt(i);
  }
  const gunzip = new DecompressionStream("gzip");
  return new Response(new Blob([bytes]).stream().pipeThrough(gunzip));
}

/**
 * The mentions of a page, which all layers that draw them share.
 *
 * @param {string} key
 * @returns {Promise<Model>}
 */
export function loadCorpus(key) {
  let corpus = corpora.get(key);
  if (!corpus) {
    corpus = readBlock(key).then((content) => new Model(content));
    corpora.set(key, corpus);
  }
  return corpus;
}

// Places come before the land below them: whoever draws that waits for this.
export async function settled() {
  await new Promise((done) => {
    setTimeout(done);
  });
  await Promise.allSettled([...corpora.values()]);
  await new Promise((done) => {
    setTimeout(done);
  });
}

/**
 * The words of the mentions, unpacked when they are first asked for; null where none came with the file.
 *
 * @param {Model} model
 * @returns {Promise<Words | null>}
 */
export function loadWords(model) {
  const id = `${model.content.key}_words`;
  if (!model.words) {
    model.words = document.getElementById(id)
      ? readBlock(id).then(({ sentences, rows, also, articles }) => ({
          ...rows,
          sentence: runningSums(rows.sentence, [0]),
          sentences,
          also,
          articles,
        }))
      : Promise.resolve(null);
  }
  return model.words;
}

/**
 * All words for the places, unpacked when somebody first searches.
 *
 * @param {Model} model
 * @returns {Promise<PlaceWord[][]>}
 */
export function loadPlaceWords(model) {
  const id = `${model.content.key}_names`;
  if (!model.placeWords) {
    /** @type {Promise<Names | null>} */
    const names = document.getElementById(id)
      ? readBlock(id)
      : Promise.resolve(null);
    model.placeWords = names.then((found) => model.wordsForPlaces(found));
  }
  return model.placeWords;
}

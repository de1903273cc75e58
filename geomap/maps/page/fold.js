// Names and words as a search compares them: what `geomap.gazetteer.fold` does, for the page.

// Letters that Unicode does not take apart, and those that keyboards and languages write differently.
const LETTERS = new Map(
  Object.entries({
    ß: "ss",
    ς: "σ",
    ø: "o",
    ł: "l",
    đ: "d",
    ð: "d",
    þ: "th",
    æ: "ae",
    œ: "oe",
    ı: "i",
    ħ: "h",
    ŋ: "n",
    ə: "e",
    ǝ: "e",
    ŧ: "t",
    ɓ: "b",
    ɗ: "d",
    ƙ: "k",
    ک: "ك",
    ی: "ي",
    ى: "ي",
    ة: "ه",
    ہ: "ه",
    ھ: "ه",
    ۀ: "ه",
    ە: "ه",
    ٱ: "ا",
    ـ: "",
    "&": " and ",
  }),
);
// Apostrophes, ayn and hamza, and what cannot be seen: dropped inside a word.
const DROPPED = /['’‘ʼʻʽʾʿ`´ʹʺ′″‛＇·\u00ad\u200b-\u200f]/gu;
// Accents, and the points of Hebrew and Arabic; the marks of Indic scripts, of Thai and of kana are part of the letter.
const MARKS =
  /(?![\u3099\u309a])(?=\p{M})[\p{Script=Inherited}\p{Script=Arabic}\p{Script=Hebrew}]/gu;
const SHORT_FORMS = new Map(
  Object.entries({ st: "saint", ste: "sainte", mt: "mount", ft: "fort" }),
);

/**
 * A text in small letters without marks; what is no letter stays.
 *
 * @param {string} text
 */
export function plain(text) {
  if (!/[^\p{ASCII}]/u.test(text)) {
    return text.toLowerCase();
  }
  const bare = text.normalize("NFKD").toLowerCase().normalize("NFKD");
  return [...bare.replace(MARKS, "")]
    .map((letter) => LETTERS.get(letter) ?? letter)
    .join("")
    .normalize("NFC");
}

/**
 * The form of a name under which all its spellings are found: without case, marks, dots, hyphens and a leading "the".
 *
 * @param {string} text
 */
export function fold(text) {
  const words = plain(text)
    .replace(DROPPED, "")
    .replaceAll("&", " and ")
    .replace(/(?<![\p{L}\p{N}_])(\p{L})\.\s*(?=\p{L}\.)/gu, "$1")
    .replace(/(?<![\p{L}\p{N}_])(\p{L})\./gu, "$1")
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, " ")
    .trim()
    .split(" ");
  while (words.length > 1 && words[0] === "the") {
    words.shift();
  }
  // The last word keeps its form: "MT" alone is Montana and "Main St" a street.
  return words
    .map((word, number) =>
      number < words.length - 1 ? (SHORT_FORMS.get(word) ?? word) : word,
    )
    .join(" ");
}

/**
 * Whether folded words are looked for at the beginning of words only.
 *
 * @param {string} folded
 */
export const beginsWord = (folded) =>
  /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}]/u.test(folded);

/**
 * Where folded words stand in a text, as pairs of begin and end; the longest stretch that folds to them each time.
 *
 * @param {string} text
 * @param {string} folded
 * @returns {[number, number][]}
 */
export function positionsOf(text, folded) {
  let bare = "";
  /** @type {number[]} */
  const at = []; // of each unit of the bare text, where its letter begins
  let index = 0;
  for (const letter of text) {
    const part = plain(letter).replace(DROPPED, "");
    bare += part;
    for (let unit = 0; unit < part.length; unit += 1) {
      at.push(index);
    }
    index += letter.length;
  }
  at.push(text.length);
  const words = folded
    .split(" ")
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const front = beginsWord(folded) ? "(?<![\\p{L}\\p{N}])" : "";
  const pattern = new RegExp(front + words.join("[^\\p{L}\\p{N}]+"), "gu");
  /** @type {[number, number][]} */
  const found = [];
  for (const { 0: match, index: begin } of bare.matchAll(pattern)) {
    if (match) {
      found.push([at[begin], at[begin + match.length]]);
    }
  }
  return found;
}

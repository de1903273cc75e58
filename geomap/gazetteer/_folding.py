"""Folding: the one form under which all spellings of a name are stored and looked up.

``Zürich`` and ``Zurich``, ``St. Louis`` and ``Saint Louis``, ``The Hague`` and ``Hague``, ``Al-Qa'im`` and ``al Qaim``
fold to the same string. Folding is for finding only: what is shown to people is the name as its source writes it.
"""

from __future__ import annotations

import re
import unicodedata

# Letters that Unicode does not decompose, as English-language news and GeoNames' asciiname spell them.
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ħ": "h",
        "ŋ": "n",
        "ə": "e",
        "ǝ": "e",
        "ŧ": "t",
        "ɓ": "b",
        "ɗ": "d",
        "ƙ": "k",
        # Signs written inside a word are dropped: apostrophes, ayn and hamza, the Slavic soft sign's prime.
        **dict.fromkeys("'’‘ʼʻʽʾʿ`´ʹʺ′″‛＇·\u00ad\u200b\u200c\u200d\u200e\u200f", ""),
        # Arabic letters that keyboards and languages write differently for the same sound or shape: kaf, yeh, heh.
        **dict.fromkeys("ک", "ك"),
        **dict.fromkeys("یى", "ي"),
        **dict.fromkeys("ةہھۀە", "ه"),
        "ٱ": "ا",
        "ـ": "",
        "&": " and ",
    }
)
# Combining classes of the marks on a letter: Hebrew and Arabic points, and accents above and below. All others are part of
# the letter in its script: Indic nukta and virama, vowels and tones of Thai and Lao.
_POINTS, _FIRST_ACCENT = range(10, 37), 200
_PLAIN = re.compile(r"[a-z0-9]+(?: [a-z0-9]+)*\Z")
_INITIALS = re.compile(r"\b([^\W\d_])\.\s*(?=[^\W\d_]\.)")
_INITIAL = re.compile(r"\b([^\W\d_])\.")
_NOT_WORD = re.compile(r"[\W_]+")
_SHORT_FORMS = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort"}
_MAYBE_SHORT = re.compile(r"(?:\A|\s)(?:ste?|mt|ft) |\Athe ")


def fold(name: str) -> str:
    """Return the form of a name under which the gazetteer stores and finds it.

    Case, diacritics, ligatures, apostrophes, dots, hyphens and other punctuation, repeated spaces and a leading "the"
    make no difference; "St.", "Ste.", "Mt." and "Ft." before another word equal "Saint", "Sainte", "Mount" and "Fort".
    Initials lose their dots and stay together ("D. C." is "dc"). Folding twice changes nothing.

    Parameters
    ----------
    name
        A name in any script.

    Returns
    -------
    str
        Lower-case words with single spaces between them; empty when the name has neither a letter nor a digit.

    Examples
    --------
    >>> fold("St. Louis"), fold("Al-Qa’im"), fold("The Hague"), fold("Washington, D.C.")
    ('saint louis', 'al qaim', 'hague', 'washington dc')
    """
    text = name.lower() if name.isascii() else _letters(name)
    if not _PLAIN.match(text):
        text = _words(text)
    return _long_forms(text) if _MAYBE_SHORT.search(text) else text


def _letters(name: str) -> str:
    # Decomposing first finds capitals inside compatibility characters, decomposing again the marks that casefold adds.
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold()).translate(_LETTERS)
    return "".join(each for each in text if not _is_mark(unicodedata.combining(each)))


def _is_mark(combining_class: int) -> bool:
    return combining_class in _POINTS or combining_class >= _FIRST_ACCENT


def _words(text: str) -> str:
    text = text.translate(_LETTERS)
    if "." in text:
        text = _INITIAL.sub(r"\1", _INITIALS.sub(r"\1", text))
    if text.isascii():
        return _NOT_WORD.sub(" ", text).strip()
    # Vowel signs of Indic scripts are marks that belong to the word, and no word characters to a regular expression.
    kept = (each if each.isalnum() or unicodedata.category(each)[0] == "M" else " " for each in text)
    # Hangul was taken apart with the marks; the stored form is the usual one.
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def _long_forms(text: str) -> str:
    words = text.split(" ")
    first = 0
    while words[first] == "the" and first < len(words) - 1:
        first += 1
    # The last word keeps its form: "MT" alone is Montana and "Main St" a street.
    return " ".join([*(_SHORT_FORMS.get(word, word) for word in words[first:-1]), words[-1]])

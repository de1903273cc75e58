"""Which language a text is written in: told offline, in microseconds, from its alphabet and its small words."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from functools import cache

from geomap._language_words import HAN, KANA, LETTERS, NAMES, SCRIPTS, words_of_languages

UNKNOWN = "unknown"
_GIVEN_AS = {"nb": "no", "nn": "no", "bs": "hr", "sh": "sr", "iw": "he", "in": "id"}
"""Codes that name a language told under another one here."""

# The start of an article is enough; most English ones are known by the first two lines.
_GLANCE, _SAMPLE = 400, 2000
_ENOUGH = 3  # of these words, which no other language has together, make another look a waste of time
_ENGLISH = frozenset(
    {"the", "The", "and", "of", "that", "which", "with", "from", "were", "they", "They", "their", "have", "been", "who"}
    | {"this", "This", "would", "said", "after", "After", "when", "When", "has"}
)
_FEWEST_WORDS = 3
_FEWEST_LETTERS = 4  # of an alphabet that one language has
_SMALLEST_SHARE = 0.06  # of words that are small ones; a list of names has none
_LEAD, _CLEAR_LEAD = 1.5, 4.0
_PER_LETTER, _MOST_LETTERS = 0.5, 4
_WORTH_TELLING = 0.1  # of the articles, in languages that are not read
_JAPANESE = 0.1  # kana among kana and Han

_APOSTROPHES = str.maketrans("'’-–", "    ")
_PUNCTUATION = string.punctuation + "“”„«»‹›‘’…—،؛؟।。¿¡"
_LATIN_AND_OTHERS = re.compile("[a-z\u00c0-\u024f\u1e00-\u1eff\u0400-\u052f\u0590-\u08ff\u0900-\u097f]")


def language_of(text: str) -> str:
    """Return the language of a text, as far as its first two thousand characters tell.

    Parameters
    ----------
    text
        Any text; two sentences are enough, a headline is often not.

    Returns
    -------
    str
        The ISO 639-1 code of one of some seventy languages (those of :data:`geomap._language_words.NAMES`; Bosnian is
        told as Croatian or Serbian, Nynorsk as Norwegian), or ``unknown`` where the evidence is thin or contradictory.

    Examples
    --------
    >>> language_of("The river rose above its banks on Friday, and officials said that the old town was flooded.")
    'en'
    >>> language_of("La rivière est sortie de son lit et les rues de la vieille ville sont sous les eaux.")
    'fr'
    >>> language_of("Mosul")
    'unknown'
    """
    if len(_ENGLISH.intersection(text[:_GLANCE].split())) >= _ENOUGH:
        return "en"
    code = _weighed(text[:_GLANCE].lower(), _CLEAR_LEAD)
    return _weighed(text[:_SAMPLE].lower(), _LEAD) if code == UNKNOWN else code


def language_name(code: str) -> str:
    """Return the English name of a language, the code itself if it has none here.

    Examples
    --------
    >>> language_name("fr"), language_name("unknown")
    ('French', 'unknown')
    """
    return NAMES.get(code, code)


def languages_of(texts: Iterable[str]) -> dict[str, int]:
    """Return how many of the texts are in each language.

    Examples
    --------
    >>> languages_of(["It was the best of the years that they had.", "Mosul"])
    {'en': 1, 'unknown': 1}
    """
    counts: dict[str, int] = {}
    for text in texts:
        code = language_of(text)
        counts[code] = counts.get(code, 0) + 1
    return counts


def shown(languages: Mapping[str, int]) -> str:
    """Return languages with their numbers in a line, the most frequent first, those that are not known last.

    Examples
    --------
    >>> shown({"unknown": 3, "fr": 9, "en": 118})
    'English 118, French 9, unknown 3'
    """
    ordered = sorted(languages.items(), key=lambda item: (item[0] == UNKNOWN, -item[1], language_name(item[0])))
    return ", ".join(f"{language_name(code)} {number:,}" for code, number in ordered)


def known_language(given: object) -> str:
    """Return the code of a language that a person or a feed names; empty if it is none that is known here.

    Parameters
    ----------
    given
        A code (``"fr"``, ``"fr-CA"``, ``"pt_BR"``) or the English name (``"French"``), in any case.

    Examples
    --------
    >>> known_language("pt_BR"), known_language("French"), known_language("nb"), known_language(None)
    ('pt', 'fr', 'no', '')
    """
    if not isinstance(given, str):
        return ""
    named = given.strip().casefold()
    code = re.split("[-_]", named, maxsplit=1)[0]
    code = _GIVEN_AS.get(code, code)
    return code if code in NAMES else next((each for each, name in NAMES.items() if name.casefold() == named), "")


def language_of_article(given: object, text: str) -> str:
    """Return the language of an article: the one given where it is known, else the one that its text shows."""
    return known_language(given) or language_of(text)


def not_read(languages: Mapping[str, int], *, read: Collection[str]) -> str:
    """Return a sentence if one text in ten or more is in a language that is not read, else nothing.

    Parameters
    ----------
    languages
        How many texts there are of each language, by code.
    read
        Codes of the languages that are read.

    Examples
    --------
    >>> not_read({"en": 3, "fr": 9}, read={"en"})
    '9 of 12 articles are in French, which the installed recognizer does not read'
    >>> not_read({"en": 9, "fr": 3, "unknown": 100}, read={"en"})
    ''
    """
    others = {code: number for code, number in languages.items() if code not in read and code != UNKNOWN}
    number, total = sum(others.values()), sum(languages.values())
    if not number or number < _WORTH_TELLING * total:
        return ""
    named = language_name(next(iter(others))) if len(others) == 1 else f"other languages ({shown(others)})"
    articles = "the article is" if total == 1 else f"{number:,} of {total:,} articles {'is' if number == 1 else 'are'}"
    return f"{articles} in {named}, which the installed recognizer does not read"


@cache
def _languages_of_words() -> dict[str, tuple[str, ...]]:
    return words_of_languages()


@cache
def _pattern(characters: str) -> re.Pattern[str]:
    return re.compile(f"[{characters}]")


@cache
def _of_one_language() -> re.Pattern[str]:
    return _pattern("".join((*SCRIPTS.values(), KANA, HAN)))


def _weighed(text: str, lead: float) -> str:
    """Return the language that has so many times more evidence than the next."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        if _of_one_language().search(text) and (code := _by_script(text)):
            return code
    return _by_words(text, lead)


def _by_script(text: str) -> str:
    """Return the language of a text in an alphabet that one language has; empty for other alphabets."""
    counts = {code: len(_pattern(letters).findall(text)) for code, letters in SCRIPTS.items()}
    kana, han = (len(_pattern(letters).findall(text)) for letters in (KANA, HAN))
    counts["ja" if kana > _JAPANESE * (kana + han) else "zh"] = kana + han
    best = max(counts, key=lambda code: counts[code])
    # One character of Han or Hangul says as much as three letters.
    weight = 3 if best in ("zh", "ja", "ko") else 1
    if counts[best] < _FEWEST_LETTERS or weight * counts[best] <= len(_LATIN_AND_OTHERS.findall(text)):
        return ""
    return best


def _by_words(text: str, lead: float) -> str:
    words = [word.strip(_PUNCTUATION) for word in text.translate(_APOSTROPHES).split()]
    languages_of_words = _languages_of_words()
    known = [word for word in words if word in languages_of_words]
    if len(known) < max(_FEWEST_WORDS, _SMALLEST_SHARE * len(words)):
        return UNKNOWN
    votes: dict[str, float] = {}
    for word in set(known):
        languages = languages_of_words[word]
        for code in languages:
            votes[code] = votes.get(code, 0.0) + 1 / len(languages)
    letters = {} if text.isascii() else {code: _letters(code, text) for code in votes}
    best, *others = sorted(votes, key=lambda code: -votes[code] - letters.get(code, 0))
    number = sum(best in languages_of_words[word] for word in set(known))
    first, second = _apart(best, others[0] if others else "", known, letters)
    return best if number >= _FEWEST_WORDS and first > lead * second else UNKNOWN


def _apart(one: str, other: str, known: Iterable[str], letters: Mapping[str, float]) -> tuple[float, float]:
    """Return what speaks for each of two languages and not for the other: neighbors share most of their small words."""
    languages_of_words = _languages_of_words()
    sides = [(one in languages_of_words[word], other in languages_of_words[word]) for word in set(known)]
    first, second = sides.count((True, False)), sides.count((False, True))
    return first + letters.get(one, 0.0), second + letters.get(other, 0.0)


def _letters(code: str, text: str) -> float:
    return _PER_LETTER * min(_MOST_LETTERS, len(_pattern(LETTERS[code]).findall(text))) if code in LETTERS else 0.0

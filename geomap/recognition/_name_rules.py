"""What a whole text tells about its single sentences: names that it knows, and surnames that it gives."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence

from geomap._place_words import DIRECTIONS, PARTS_OF_AREAS, POINTS_OF_COMPASS
from geomap.gazetteer._folding import fold
from geomap.recognition._spans import Span

Known = Callable[[str], bool]
"""Whether a folded name is that of a well-known place."""

WORDS_AROUND = 3
LONGEST = 24
"""Letters that a word before a name may have."""

_WORD_BEFORE = re.compile(r"(?<![\w.'’-])[^\W\d_][\w.'’-]*[ ]\Z")
_WORD_AFTER = re.compile(r"[ ][^\W\d_][\w'’-]*")
_UNIT = re.compile(
    r"(?i)[ ](?:county|parish|township|twp\.?|street|avenue|ave\.|road|drive|lane|boulevard|blvd\.|river|creek|airport|"
    r"stadium)(?!\w)"
)
_GENERIC = frozenset({"city", "county", "court", "district", "of", "province", "state", "the", "town", "village"})

_PART = rf"(?:the|{DIRECTIONS}|{PARTS_OF_AREAS}|midtown|upstate|nearby)"
_PART_BEFORE = re.compile(rf"(?:[DRI]-(?=[A-Z])|(?:{_PART}|\d+)[\s-]+(?=[^\W\d]))")
_PART_BEFORE_ANY_CASE = re.compile(rf"(?i){_PART}[\s-]+(?=[^\W\d_])")
_NO_NAME = re.compile(rf"(?:the|{POINTS_OF_COMPASS}|midtown|downtown|\W*)\Z")
_COUNTY = re.compile(r" (?:County|COUNTY|Township|TOWNSHIP|Twp\.|Parish)(?!\w)")
_NAMES_WITH_AND = re.compile(
    r"(?<!\w)(?:Trinidad and Tobago|Antigua and Barbuda|Bosnia and Herzegovina|Newfoundland and Labrador|Turks and Caicos|"
    r"Jammu and Kashmir|(?:St\.?|Saint) Kitts and Nevis|(?:St\.?|Saint) Vincent and the Grenadines|"
    r"S[aã]o Tom[eé] and Pr[ií]ncipe|Tyne and Wear)(?!\w)"
)
_POSSESSIVE = re.compile(r"['’][sS]?$")
_INITIALS = re.compile(r"(?i)(?<![\w.])(?:[A-Z]\. ?)+[A-Z]\.|(?<![\w.])(?:[A-Z]\.){1,3}[A-Z](?!\w)")
_SHORT_FORM = re.compile(
    r"(?i:Ala|Ariz|Ark|Calif?|Colo|Conn|Del|Fla|Ga|Ill|Ind|Kans?|Ky|La|Md|Mass|Mich|Minn|Miss|Mo|Mont|Nebr?|Nev|Okla|Ore|"
    r"Penn|Pa|Tenn|Tex|Va|Vt|Wash|Wisc?|Wyo|Ont|Que|Alta|Sask|Man|Nfld|St|Ave|Blvd|Rd|Dr|Co)$"
)
_LAST_WORD = re.compile(r"[^\W\d_]+$")


def is_no_name(text: str, start: int, end: int) -> bool:
    """Return whether a span holds no name: nothing but punctuation, or a word such as "north" alone."""
    return start >= end or bool(_NO_NAME.match(text, start, end))


def tidy(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the offsets of a span without the words that are no part of a name, and with the dots that are.

    "eastern Mosul's" becomes "Mosul" while "Eastern Europe" keeps its first word, "775 Main St" becomes "Main St.", and
    "U" of "U.S." becomes the whole of it.
    """
    while start < end and not _belongs(text[start]):
        start += 1
    while end > start and (match := _POSSESSIVE.search(text, max(start, end - 2), end)):
        end = match.start()
    while end > start and not _belongs(text[end - 1]) and not _closes(text, start, end):
        end -= 1
    # Only before a capital: where all letters are small, "north" may well belong to "north korea".
    while start < end and (match := _PART_BEFORE.match(text, start, end)) and text[match.end()].isupper():
        start = match.end()
    start, end = _with_initials(text, start, end)
    if end < len(text) and text[end] == ".":
        word = _LAST_WORD.search(text, max(start, end - 12), end)
        if word and _SHORT_FORM.match(word.group()):
            end += 1
    if match := _COUNTY.match(text, end):
        end = match.end()
    return _joined(text, start, end)


def _belongs(char: str) -> bool:
    """Whether a name may start with this: a letter, a digit or a mark on one; no emoji, dash or quote."""
    return unicodedata.category(char)[0] in "LMN"


def _closes(text: str, start: int, end: int) -> bool:
    return text[end - 1] == "." or (text[end - 1] == ")" and "(" in text[start:end])


def _joined(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the offsets of the whole of a name that holds an "and"."""
    if text.find(" and ", max(0, start - 16), end + 16) >= 0:
        for match in _NAMES_WITH_AND.finditer(text, max(0, start - 40), end + 40):
            if match.start() < end and start < match.end():
                return match.span()
    return start, end


def _with_initials(text: str, start: int, end: int) -> tuple[int, int]:
    if start < end and "." in text[start - 4 if start > 4 else 0 : end + 4]:
        for match in _INITIALS.finditer(text, max(0, start - 8), min(len(text), end + 8)):
            if match.start() < end and start < match.end():
                start, end = min(start, match.start()), max(end, match.end())
    return start, end


def whole_name(text: str, start: int, end: int, known: Known) -> tuple[int, int]:
    """Return the offsets of the name that a span in text without case belongs to.

    "korea" in "north korea" becomes the whole of it, because it is a well-known name; "eastern mosul" becomes "mosul",
    because it is none; "boone" in "boone county" takes its unit.

    Parameters
    ----------
    text
        Text whose letters are all small or all capital around the span.
    start, end
        Offsets of the span.
    known
        Tells well-known names, folded, from others.
    """
    for first, last in _wider(text, start, end):
        if known(fold(text[first:last])):
            return first, last
    if match := _UNIT.match(text, end):
        return start, match.end()
    part = _PART_BEFORE_ANY_CASE.match(text, start, end)
    if part and not known(fold(text[start:end])) and known(fold(text[part.end() : end])):
        return part.end(), end
    return start, end


def _wider(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of more words that hold this one, the longest first, none that adds a word like "state"."""
    lefts, rights = [start], [end]
    while len(lefts) <= WORDS_AROUND and (match := _WORD_BEFORE.search(text, max(0, lefts[-1] - LONGEST), lefts[-1])):
        lefts.append(match.start())
    while len(rights) <= WORDS_AROUND and (match := _WORD_AFTER.match(text, rights[-1])):
        rights.append(match.end())
    wider = [(left, right) for left in lefts for right in rights if (left, right) != (start, end)]
    for left, right in sorted(wider, key=lambda pair: pair[0] - pair[1]):
        added = f"{text[left:start]} {text[end:right]}".lower().split()
        if _GENERIC.isdisjoint({added[0], added[-1]}):
            yield left, right


SURE_PLACE = 0.97
"""Below this score a span that is elsewhere in the text a surname is taken for the person again."""

SURE_NAME = 0.8
"""From this score on a span tells what the same name means elsewhere in the text."""

LEAST = 0.3
"""Below this score not even a name that the text knows is a mention."""


def with_known_names(text: str, spans: Sequence[Span], possible: Iterable[Span]) -> list[Span]:
    """Return the spans, and of the possible ones those whose name is surely a place elsewhere in the same text.

    A short or odd sentence may leave the model in doubt about a name that the rest of the article makes clear.

    Parameters
    ----------
    text
        The text.
    spans
        Its spans.
    possible
        Spans with a lower score; those that overlap one of ``spans`` are left out.

    Returns
    -------
    list of Span
        By start; none overlaps another if none of ``spans`` and none of ``possible`` do.
    """
    sure = {
        fold(text[span.start : span.end])
        for span in spans
        if span.kind != "demonym" and span.score is not None and span.score >= SURE_NAME
    }
    kept = sorted(spans, key=lambda span: span.start)
    starts = [span.start for span in kept]
    lifted = []
    for span in possible:
        before = bisect_left(starts, span.end) - 1
        free = before < 0 or kept[before].end <= span.start
        if free and (span.score is None or span.score >= LEAST) and fold(text[span.start : span.end]) in sure:
            lifted.append(span)
    return sorted([*kept, *lifted], key=lambda span: span.start)


def without_people(text: str, spans: Sequence[Span], surnames: set[str]) -> list[Span]:
    """Return the spans but for those that are a surname in the same text, and not surely a place.

    An article names a person in full once and by the surname from then on, where a short window may take it for a place.
    """
    return [
        span
        for span in spans
        if span.score is None or span.score >= SURE_PLACE or text[span.start : span.end] not in surnames
    ]

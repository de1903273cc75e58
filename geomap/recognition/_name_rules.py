"""Rules about names: where one begins and ends, and what a whole article says about a doubtful one."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from geomap._place_words import DIRECTIONS, PARTS_OF_AREAS, POINTS_OF_COMPASS
from geomap.gazetteer._folding import fold
from geomap.recognition._spans import Span
from geomap.recognition._words import english_words

Known = Callable[[str], bool]
"""Returns whether a folded name is that of a well-known place."""

Standing = Literal["sentence", "line", "text", "list"]
"""Where a name stands: in a sentence, alone in its line or cell, as all of the text, or in a list of places."""

Famous = Callable[[str, Standing], bool]
"""Returns whether a name that stands so is that of a place large enough to be taken for it without the model."""

WORDS_AROUND = 3
"""Words before or after a span that may belong to the same name."""

LONGEST_WORD = 24
"""Characters of the longest word before a span that is considered."""

SURE_PLACE = 0.97
"""Below this score, a span that is a surname elsewhere in the text is taken for the person."""

SURE_NAME = 0.8
"""From this score on, a span says what the same name means elsewhere in the text."""

MIN_SCORE = 0.3
"""Below this score, not even a name that the text knows is a mention."""

MIN_SCORE_FAMOUS, MIN_SCORE_OPENING = 0.12, 0.02
"""Below these scores, not even the name of a large city is a mention: within a sentence, and where one opens."""

SHORTEST_LIST, LISTED_SHARE, PEOPLE_SHARE = 3, 0.5, 0.8
"""Lines from which on a text may be a list of places, how many of them must be places, of which one surely is, and how many
given names make it a list of people."""

_OPENING = re.compile(r"(?:(?<![^\n])|[.!?:;|\t\n][ \"'“‘(]{0,3})\Z")
_CELL = re.compile(
    r"(?:(?<![^\n])|[|\t])[ ]*(?:(?:[-*•–]|\d{1,3}[.)])[ ]+)?([^\W\d_][^|\t\n]{1,40}?)[ ]*[.,;]?[ ]*(?=[|\t\n]|\Z)"
)
_HEADLINE = re.compile(r"^[^a-z\n]{8,200}$", re.MULTILINE)
_PLACED_IN_CAPITALS = re.compile(r"\b(?:IN|NEAR|OUTSIDE|AT|FROM|TO)[ ]([^\W\d_]+(?:[ -][^\W\d_]+){0,2})")
# None of more words around it: "Port Said Street" is another name.
_SEVERAL_WORDS = re.compile(
    r"(?<![\w.'’-])(?!The )(?:[A-Z][\w-]*[a-z](?:['’]s)? (?:of |the |de |am )?){1,3}[A-Z][\w-]*[a-z]"
    r"(?!['’](?!s\b)|-?\w| [A-Z])"
)
_NUMBERED = re.compile(r"[^|\t\n]{0,20}\d[^|\t\n]{0,20}")  # a date or a number with its unit
_PROSE = re.compile(r"[^\W\d_]")
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
    """Return whether a span contains no name: nothing but punctuation, or a word such as "north" alone."""
    return start >= end or bool(_NO_NAME.match(text, start, end))


def tidy(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the offsets of a span without the words that do not belong to the name, and with the dots that do.

    Examples
    --------
    >>> for words, text in (("eastern Mosul's", "in eastern Mosul's streets"), ("Eastern Europe", "in Eastern Europe")):
    ...     start, end = tidy(text, 3, 3 + len(words))
    ...     print(text[start:end])
    Mosul
    Eastern Europe
    >>> tidy("in the U.S. today", 7, 8)
    (7, 11)
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
    """Return whether a name may begin with a character: a letter, digit or mark, not an emoji, dash or quote."""
    return unicodedata.category(char)[0] in "LMN"


def _closes(text: str, start: int, end: int) -> bool:
    return text[end - 1] == "." or (text[end - 1] == ")" and "(" in text[start:end])


def _joined(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the offsets of the whole name for a part of one with an "and"."""
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

    Parameters
    ----------
    text
        Text that is all lower case or all capitals around the span.
    start, end
        Offsets of the span.
    known
        Whether a folded name is well known.

    Examples
    --------
    >>> known = {"north korea", "mosul"}.__contains__
    >>> for text, words in (("in north korea", "korea"), ("in eastern mosul", "eastern mosul"), ("boone county", "boone")):
    ...     start, end = whole_name(text, text.index(words), text.index(words) + len(words), known)
    ...     print(text[start:end])
    north korea
    mosul
    boone county
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
    """Yield the longer spans around this one, longest first, without those that add a word like "state"."""
    lefts, rights = [start], [end]
    while len(lefts) <= WORDS_AROUND and (
        match := _WORD_BEFORE.search(text, max(0, lefts[-1] - LONGEST_WORD), lefts[-1])
    ):
        lefts.append(match.start())
    while len(rights) <= WORDS_AROUND and (match := _WORD_AFTER.match(text, rights[-1])):
        rights.append(match.end())
    wider = [(left, right) for left in lefts for right in rights if (left, right) != (start, end)]
    for left, right in sorted(wider, key=lambda pair: pair[0] - pair[1]):
        added = f"{text[left:start]} {text[end:right]}".lower().split()
        if _GENERIC.isdisjoint({added[0], added[-1]}):
            yield left, right


def with_known_names(text: str, spans: Sequence[Span], possible: Iterable[Span]) -> list[Span]:
    """Return the spans, and those of the possible ones whose name is surely a place elsewhere in the same text.

    In a short or odd sentence the model may doubt a name that the rest of the article makes clear.

    Parameters
    ----------
    text
        The text.
    spans
        Its spans.
    possible
        Spans with lower scores; those that overlap one of ``spans`` are left out.

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
    added = []
    for span in possible:
        # The last certain span that begins before this one ends is the only one that it can overlap.
        before = bisect_left(starts, span.end) - 1
        free = before < 0 or kept[before].end <= span.start
        if free and (span.score is None or span.score >= MIN_SCORE) and fold(text[span.start : span.end]) in sure:
            added.append(span)
    return sorted([*kept, *added], key=lambda span: span.start)


def with_famous_names(text: str, spans: Sequence[Span], doubted: Iterable[Span], famous: Famous) -> list[Span]:
    r"""Return the spans, and those of the doubted ones whose name is so well known that it is taken for the place.

    Where a name opens a sentence or stands alone, the words before it, by which the model tells places, are missing:
    "Harbin is great." is doubted more than "in Harbin", and less certainty is asked of it.

    Parameters
    ----------
    text, spans
        As for :func:`with_known_names`.
    doubted
        Spans with low scores; those that overlap one of ``spans`` are left out.
    famous
        Whether a name is so well known; given names are, where they stand alone.

    Examples
    --------
    >>> def famous(name: str, standing: Standing) -> bool:
    ...     return name in {"Leeds", *(["Hull", "Most"] if standing == "list" else [])}
    >>> text = "1. Leeds\n2. Hull\n3. Most"
    >>> [text[span.start : span.end] for span in with_famous_names(text, [], [], famous)]
    ['Leeds', 'Hull', 'Most']
    """
    spans = [part for span in spans for part in _line_by_line(text, span, famous)]
    free = (span for span in doubted if not _overlaps(span.start, span.end, spans))
    added = [
        span
        for span in free
        if (span.score or 0.0) >= (MIN_SCORE_OPENING if _opens(text, span.start) else MIN_SCORE_FAMOUS)
        and text[span.start].isupper()
        and famous(text[span.start : span.end], "sentence")
    ]
    kept = [*spans, *added]
    for rule in (_in_headlines, _of_several_words, _alone):
        kept = [*kept, *rule(text, kept, famous)]
    return sorted(kept, key=lambda span: span.start)


def _line_by_line(text: str, span: Span, famous: Famous) -> Iterator[Span]:
    """Yield a span, or one for each of the whole lines that it holds if they are names one below the other."""
    words = text[span.start : span.end]
    if "\n" in words and not famous(" ".join(words.split()), "list"):
        cells = [cell.span(1) for cell in _CELL.finditer(text)]
        lines = [(start, end) for start, end in cells if span.start <= start and end <= span.end]
        if lines and (lines[0][0], lines[-1][1]) == (span.start, span.end):
            yield from (replace(span, start=start, end=end) for start, end in lines)
            return
    yield span


def _in_headlines(text: str, spans: Sequence[Span], famous: Famous) -> Iterator[Span]:
    """Yield the names behind "in" where all letters are capitals, which say nothing of what is a name."""
    for line in _HEADLINE.finditer(text):
        for match in _PLACED_IN_CAPITALS.finditer(line.group()):
            words = match[1].split()
            for count in range(len(words), 0, -1):
                name = " ".join(words[:count])
                start = line.start() + match.start(1)
                if text.startswith(name, start) and famous(name, "line"):
                    if not _overlaps(start, start + len(name), spans):
                        yield Span(start, start + len(name), "toponym", "literal", None)
                    break


def _of_several_words(text: str, spans: Sequence[Span], famous: Famous) -> Iterator[Span]:
    """Yield the names of several words that are a large place's and nothing else's: "Port Said"."""
    for run in _SEVERAL_WORDS.finditer(text):
        if not _overlaps(*run.span(), spans) and famous(run.group(), "sentence"):
            yield Span(*run.span(), "toponym", None, None)


def _alone(text: str, spans: Sequence[Span], famous: Famous) -> Iterator[Span]:
    """Yield the names that are all of their line or cell, where a model has nothing to go by."""
    cells = [cell.span(1) for cell in _CELL.finditer(text) if text[cell.start(1)].isupper()]
    found = {cell for cell in cells if _overlaps(*cell, spans)}
    standing = _standing(text, cells, found, famous)
    body = _end_of_heading(text)
    for start, end in cells:
        if (start, end) not in found and famous(text[start:end], standing if start >= body else "line"):
            yield Span(start, end, "toponym", "literal", None)


def _end_of_heading(text: str) -> int:
    """Return where the rows of a table begin, which has its columns' names in the first line; 0 if it is none."""
    line = text.find("\n")
    return line if any(mark in text[:line] for mark in "|\t") and line > 0 else 0


def _standing(text: str, cells: Sequence[tuple[int, int]], found: set[tuple[int, int]], famous: Famous) -> Standing:
    """Return what the cells of a text are: all of it, a list of places, or lines among others."""
    outside = zip([0, *(end for _, end in cells)], [*(start for start, _ in cells), len(text)], strict=True)
    if not cells or any(_PROSE.search(_NUMBERED.sub("", text[start:end])) for start, end in outside):
        return "line"
    if len(cells) < SHORTEST_LIST:
        return "text"
    given = sum(text[start:end].casefold() in english_words().given for start, end in cells)
    if given >= PEOPLE_SHARE * len(cells):
        return "line"
    names = [text[start:end] for start, end in cells if (start, end) not in found]
    sure = len(found) + sum(famous(name, "text") for name in names)
    listed = len(found) + sum(famous(name, "list") for name in names)
    return "list" if sure and listed >= LISTED_SHARE * len(cells) else "line"


def _overlaps(start: int, end: int, spans: Iterable[Span]) -> bool:
    return any(start < other.end and other.start < end for other in spans)


def _opens(text: str, start: int) -> bool:
    """Return whether a sentence, a line or a cell begins at an offset."""
    return bool(_OPENING.search(text, max(0, start - 4), start))


def without_people(text: str, spans: Sequence[Span], surnames: set[str]) -> list[Span]:
    """Return the spans without those that are a surname in the same text and not surely a place.

    An article gives a person's full name once and the surname from then on, which looks like a place in a short window.
    """
    return [
        span
        for span in spans
        if span.score is None or span.score >= SURE_PLACE or text[span.start : span.end] not in surnames
    ]

"""Whole names in text without case: where all letters are small or all are capital, nothing shows where a name ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from geomap.gazetteer.folding import fold

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
_PART = re.compile(
    r"(?i)(?:the|(?:north|south|east|west)(?:ern)?|(?:north|south)-?(?:east|west)(?:ern)?|central|metro|metropolitan|"
    r"greater|downtown|midtown|rural|upstate|mid|nearby)[\s-]+(?=[^\W\d_])"
)


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
    part = _PART.match(text, start, end)
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

"""Names of GeoNames on their way into the index: which are kept, of what kind they are, when they are valid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from geomap.gazetteer.folding import fold
from geomap.gazetteer.model import NameKind
from geomap.gazetteer.schema import FIRST_YEAR, LAST_YEAR
from geomap.gazetteer.years import year_of

# Codes in the column of languages that mark what is no name.
_NO_NAMES = frozenset({"link", "post", "iata", "icao", "faac", "tcid", "unlc", "wkdt", "phon"})
# Latin letters with their marks, and the punctuation of all scripts.
_LATIN = re.compile(r"[\x00-\u02ff\u0300-\u036f\u1e00-\u1eff\u2000-\u206f\u2c60-\u2c7f\ua720-\ua7ff\ufb00-\ufb06]+\Z")
DATED, WEAK = "1", "2"
_SHORTEST = 2
_ROW_DIGITS = 8
# Of one feature's uses of a name the closest is kept; what is written apart from names is kept beside it.
_ONLY_ALONE = frozenset({int(NameKind.ALTERNATE), int(NameKind.OFFICIAL), int(NameKind.FORMER)})


class LineMaker:
    """Names as lines to sort: folded name, row, kind, and a mark for what has dates or comes from a weak source."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def main(self, name: str, row: int) -> str:
        """Add a main name and return it folded."""
        folded = fold(name)
        if folded:
            self.lines.append(f"{folded}\t{row:08d}00")
        return folded

    def add(self, folded: str, row: int, kind: int, mark: str = "0") -> None:
        """Add a folded name."""
        if folded:
            self.lines.append(f"{folded}\t{row:08d}{kind:d}{mark}")

    def others(self, names: str, row: int) -> None:
        """Add the alternate names that stand with the place, which have neither language nor kind."""
        for name in names.split(","):
            # Codes of airports and the like stand among them.
            if len(name) >= _SHORTEST and _LATIN.match(name) and not (name.isupper() and len(name) <= 4):
                self.add(fold(name), row, NameKind.ALTERNATE)


def kind_of(fields: list[str]) -> NameKind | None:
    """Return the kind of an alternate name by its row in ``alternateNamesV2``, None if it is not kept.

    English names that GeoNames prefers count as main names, historic ones as former.
    """
    _, _, language, name, preferred, _, _, historic = fields[:8]
    if language in _NO_NAMES or len(name) < _SHORTEST or not (name.isascii() or _LATIN.match(name)):
        return None
    if historic == "1":
        return NameKind.FORMER
    if language == "abbr":
        return NameKind.ABBREVIATION
    return NameKind.MAIN if preferred == "1" and language == "en" else NameKind.ALTERNATE


def dated_years(fields: list[str]) -> tuple[int, int] | None:
    """Return the first and last year of a name's use, None where GeoNames' free text says nothing clear."""
    try:
        first, last = year_of(fields[8]), year_of(fields[9] if len(fields) > 9 else None)
    except ValueError:
        return None
    if (first is None and last is None) or (first is not None and last is not None and last < first):
        return None
    return FIRST_YEAR if first is None else first, LAST_YEAR if last is None else last


def merged_names(
    blocks: Iterable[list[str]], validity: dict[tuple[str, int], list[tuple[int, int]]]
) -> Iterator[tuple[str, int, int]]:
    """Yield sorted names once each; forget the dates of names that are also given without.

    Of what different sources say of one feature's name, the closest kind counts, but a weak source only alone.
    """
    held, marks = "", [""]
    for lines in blocks:
        for line in lines:
            key = line[:-2]
            if key == held:
                marks.append(line[-2:])
                continue
            if held:
                yield from _of_key(held, marks, validity)
            held, marks = key, [line[-2:]]
    if held:
        yield from _of_key(held, marks, validity)


def _of_key(
    key: str, marks: list[str], validity: dict[tuple[str, int], list[tuple[int, int]]]
) -> Iterator[tuple[str, int, int]]:
    folded, row = key[: -_ROW_DIGITS - 1], int(key[-_ROW_DIGITS:])
    if len(marks) > 1:
        marks = [mark for mark in marks if mark[1] != WEAK] or marks
    if validity and not all(mark[1] == DATED for mark in marks):
        validity.pop((folded, row), None)
    last = int(marks[0][0])
    yield folded, row, last
    for mark in marks[1:]:
        kind = int(mark[0])
        if kind != last and kind not in _ONLY_ALONE:
            yield folded, row, kind
            last = kind

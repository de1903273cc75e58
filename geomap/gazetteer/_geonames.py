"""Build a gazetteer from the whole of GeoNames: 13 million places, streaming, in bounded memory.

The places are sorted outside of memory into the order of falling prominence, which gives them their rows; so are their
names, which then load in the order of the index. Whatever waits on disk lies beside the index and goes with it.
"""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path

from geomap._progress import Progress, no_progress
from geomap.errors import InvalidGazetteer
from geomap.gazetteer._custom import year_of
from geomap.gazetteer._download import ADMIN1, ADMIN2, COUNTRIES, NAMES, PLACES, Dump
from geomap.gazetteer._embedded import ensure_index
from geomap.gazetteer._folding import fold
from geomap.gazetteer._index import FIRST_YEAR, LAST_YEAR, IndexRows, ValidityRow, build_once, write_index
from geomap.gazetteer._model import FIELDS, PLACES_AT_ONCE, STORED, Candidate, NameKind, places_of, texts_of
from geomap.gazetteer._sorting import LineSorter
from geomap.gazetteer._sources import GEONAMES, installed_path
from geomap.gazetteer._store import SELECT_PLACES, Store

# Codes in the language column for values that are not names.
_NOT_NAMES = frozenset({"link", "post", "iata", "icao", "faac", "tcid", "unlc", "wkdt", "phon"})
# Latin letters with their marks, and the punctuation of all scripts.
_LATIN = re.compile(r"[\x00-\u02ff\u0300-\u036f\u1e00-\u1eff\u2000-\u206f\u2c60-\u2c7f\ua720-\ua7ff\ufb00-\ufb06]+\Z")
DATED, WEAK = "1", "2"
_SHORTEST = 2
_ROW_DIGITS = 8
# Of one feature's uses of a name the closest is kept; main names, abbreviations and demonyms are kept beside it.
_ONLY_ALONE = frozenset({int(NameKind.ALTERNATE), int(NameKind.OFFICIAL), int(NameKind.FORMER)})


class LineMaker:
    """Collects names as lines to sort: folded name, row, kind, and a mark for names with dates or from a weak source."""

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
        """Add the alternate names of the places' file, which have neither language nor kind."""
        for name in names.split(","):
            # They include codes, such as those of airports.
            if len(name) >= _SHORTEST and _LATIN.match(name) and not (name.isupper() and len(name) <= 4):
                self.add(fold(name), row, NameKind.ALTERNATE)


def kind_of(fields: list[str]) -> NameKind | None:
    """Return the kind of an alternate name from its row in ``alternateNamesV2``, None if it is to be left out.

    English names that GeoNames prefers count as main names, historic ones as former.
    """
    _, _, language, name, preferred, _, _, historic = fields[:8]
    if language in _NOT_NAMES or len(name) < _SHORTEST or not (name.isascii() or _LATIN.match(name)):
        return None
    if historic == "1":
        return NameKind.FORMER
    if language == "abbr":
        return NameKind.ABBREVIATION
    return NameKind.MAIN if preferred == "1" and language == "en" else NameKind.ALTERNATE


def dated_years(fields: list[str]) -> tuple[int, int] | None:
    """Return the first and last year of a name's use, None where GeoNames' free text is not a clear date."""
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
    """Yield sorted names once each; drop the dates of names that are also given without dates.

    Where sources differ about a feature's name, the closest kind counts; a weak source counts only where no other has
    the name.
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


_KNOWN = "SELECT geonameid, row FROM place WHERE geonameid IS NOT NULL"
_AREAS = "SELECT geonameid, name FROM place WHERE geonameid IS NOT NULL AND feature_class = 'A'"
_OTHERS = SELECT_PLACES + "WHERE p.geonameid IS NULL ORDER BY p.row"
_AIRPORT_PREFIX = "geomap:airport/"
_DIVISIONS = ("geomap:adm1/", "geomap:adm2/")
# An airport by the same code lies nearby, in degrees.
_NEAR = 0.5


@dataclass
class HandKept:
    """The embedded features, matched with those of GeoNames.

    Attributes
    ----------
    by_geonameid
        Rows of the embedded index by geonameid.
    names
        Names of the embedded areas by geonameid: those that people use.
    others
        Features without a geonameid, by place_id.
    aliases
        Geonameids of those among the others that GeoNames has too.
    """

    store: Store
    by_geonameid: dict[int, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    others: dict[str, Candidate] = field(default_factory=dict)
    aliases: dict[str, int] = field(default_factory=dict)
    airports: dict[str, Candidate] = field(default_factory=dict)

    def __post_init__(self) -> None:
        execute = self.store.connection.execute
        self.by_geonameid = dict(execute(_KNOWN))
        self.names = dict(execute(_AREAS))
        for place in map(Candidate._make, execute(_OTHERS)):
            self.others[place.place_id] = place
            if place.place_id.startswith(_AIRPORT_PREFIX):
                self.airports[place.place_id.removeprefix(_AIRPORT_PREFIX)] = place

    def meet_airport(self, geonameid: int, alternates: str, lat: float, lon: float) -> None:
        """Note that an airport of GeoNames is the embedded one of the same IATA code."""
        for code in alternates.split(","):
            known = self.airports.get(code)
            if known is not None and abs(known.lat - lat) < _NEAR and abs(known.lon - lon) < _NEAR:
                self.aliases.setdefault(known.place_id, geonameid)

    def meet_divisions(self, divisions: dict[str, int]) -> None:
        """Note which divisions of GeoNames the embedded ones are, by their codes."""
        for place_id in self.others:
            if place_id.startswith(_DIVISIONS):
                geonameid = divisions.get(place_id.partition("/")[2])
                if geonameid is not None:
                    self.aliases[place_id] = geonameid

    def left(self, countries: set[str]) -> Iterator[Candidate]:
        """Yield the features that GeoNames lacks, of no country or of a country in the dump."""
        for place_id, place in self.others.items():
            if place_id not in self.aliases and (place.country_code is None or place.country_code in countries):
                yield place

    def rows(self, row_of: Callable[[int], int], place_rows: dict[str, int]) -> dict[int, int]:
        """Return the new row of every embedded row that has one."""
        found = {old: new for geonameid, old in self.by_geonameid.items() if (new := row_of(geonameid))}
        for place_id, place in self.others.items():
            new = row_of(self.aliases[place_id]) if place_id in self.aliases else place_rows.get(place_id, 0)
            if new:
                found[place.row] = new
        return found

    def name_rows(self, rows: dict[int, int]) -> Iterator[tuple[str, int, int]]:
        """Yield the names of the embedded features with their new rows and kinds."""
        for folded, row, kind in self.store.connection.execute("SELECT folded, place, kind FROM name"):
            if row in rows:
                yield folded, rows[row], kind

    def forms(self, table: str, rows: dict[int, int]) -> Iterator[tuple[str, int, str]]:
        """Yield demonyms or abbreviations with their new rows."""
        for form in self.store.written_forms(table):
            if form.row in rows:
                yield form.written, rows[form.row], form.form


ATTRIBUTION = "Place data from GeoNames (CC BY 4.0)."
# The index, and what is sorted beside it, over the text they come from.
_SPACE = 1.7
_SMALLEST_SPACE = 50_000_000
_MOST_PEOPLE = 9_999_999_999
_KNOWN_TO_ALL = 100_000
_LARGEST_ID = 1 << 28
_COLUMNS = 19
# A line of GeoNames' is extended by two fields that it lacks: the place_id, which is empty, and the number of alternates.
_FURTHER = {"place_id": _COLUMNS, "alternates": _COLUMNS + 1}
_in_order = itemgetter(*(_FURTHER.get(name, FIELDS[name].geonames) for name in STORED[1:]))
_AIRPORTS = frozenset({"AIRP", "AIRF", "AIRB"})
_LARGE = {"ADM1": 1, "ADM2": 3, "ADM3": 5, "PPLC": 2, "PPLA": 2, "PPLA2": 2, "PPLX": 5, "PPLL": 5, "AIRP": 4}
_LEVELS = {"A": 5, "P": 4, "H": 5, "L": 5, "T": 5, "V": 6, "U": 6, "R": 6, "S": 6}
_NUMBER = re.compile(r"\d{1,10}\Z")


def build_geonames(
    folder: str | os.PathLike[str],
    *,
    cache_dir: str | os.PathLike[str] | None = None,
    languages: Container[str] | None = None,
    progress: Progress = no_progress,
) -> Path:
    """Build the gazetteer ``geonames`` from a folder of GeoNames' files; replace the one that is there.

    Parameters
    ----------
    folder
        Holds ``allCountries`` and optionally the other files of GeoNames' export, zipped or not.
    cache_dir
        Folder of the index; see :class:`~geomap.gazetteer.Gazetteer`.
    languages
        Languages of alternate names, by GeoNames' codes; by default all names in Latin script.
    progress
        Called with the stage, how much of it is done and how much there is.

    Returns
    -------
    Path
        The index, which ``Gazetteer("geonames")`` opens.

    Raises
    ------
    GazetteerNotFound
        If the folder has no ``allCountries``.
    InvalidGazetteer
        If a file is damaged or not in GeoNames' format; the message names file and line.
    GazetteerUnwritable
        If there is too little space; no partial index is left.
    """
    dump = Dump(Path(folder))
    needed = int(_SPACE * dump.size()) + _SMALLEST_SPACE

    def write(path: Path) -> None:
        with (
            Store(ensure_index(cache_dir)) as embedded,
            _Build(dump, HandKept(embedded), path.parent, languages, progress) as build,
        ):
            write_index(path, build.index(), advance=_advance(progress, "similar names"))

    return build_once(installed_path(GEONAMES, cache_dir), write, needed=needed, anew=True)


def _advance(progress: Progress, stage: str) -> Callable[[float], None]:
    """Return what reports the share of a stage that is done, in [0, 1]."""
    return lambda share: progress(stage, round(100 * share), 100)


class _Build:
    """The parts of the index as generators, each of which relies on the ones before it being exhausted."""

    def __init__(
        self, dump: Dump, hand: HandKept, folder: Path, languages: Container[str] | None, progress: Progress
    ) -> None:
        self.dump, self.hand, self.languages, self.progress = dump, hand, languages, progress
        self.stack = ExitStack()
        self.places_sorter = self.stack.enter_context(LineSorter(folder))
        self.names_sorter = self.stack.enter_context(LineSorter(folder))
        self.with_names = dump.path(NAMES) is not None
        self.rows = array("i")
        self.hand_place_rows: dict[str, int] = {}
        self.hand_rows: dict[int, int] = {}
        self.countries: dict[str, int] = {}
        self.divisions: dict[str, int] = {}
        self.display: dict[int, str] = {}
        self.seen_countries: set[str] = set()
        self.validity: dict[tuple[str, int], list[tuple[int, int]]] = {}

    def __enter__(self) -> _Build:
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def index(self) -> IndexRows:
        """Return the parts of the index; nothing is read until they are consumed."""
        meta = {
            "source": GEONAMES,
            "version": self.dump.date(),
            "date": self.dump.date(),
            "licence": "CC BY 4.0",
            "attribution": " ".join([ATTRIBUTION, self.hand.store.meta().get("attribution", "")]).strip(),
        }
        return IndexRows(
            meta=meta,
            places=self._places(),
            names=self._names(),
            countries=self._areas(self.countries),
            divisions=self._areas(self.divisions),
            demonyms=self._forms("demonym"),
            abbreviations=self._forms("abbreviation"),
            stop_names=self.hand.store.stop_names(),
            validity=self._validity(),
            aliases=self._aliases(),
        )

    def _places(self) -> Iterator[Candidate]:
        """Yield the places by falling prominence; their names then wait in the other sorter."""
        self._read_areas()
        for first, lines in self.dump.blocks(PLACES, _advance(self.progress, "places")):
            self.places_sorter.extend(self._sortable(first, lines))
        self.hand.meet_divisions(self.divisions)
        self.places_sorter.extend([_hand_line(place) for place in self.hand.left(self.seen_countries)])
        done = 0
        for block in self.places_sorter.blocks():
            for begin in range(0, len(block), PLACES_AT_ONCE):
                lines = block[begin : begin + PLACES_AT_ONCE]
                yield from self._sorted(lines, done + begin + 1)
            done += len(block)
        self.places_sorter.close()

    def _sorted(self, lines: list[str], first_row: int) -> Iterator[Candidate]:
        _, *columns, asciinames, alternates = zip(*(line.split("\t") for line in lines), strict=True)
        places = places_of(dict(zip(STORED[1:], columns, strict=True)), first_row=first_row)
        maker = LineMaker()
        for place, asciiname, others in zip(places, asciinames, alternates, strict=True):
            yield self._place(place, asciiname, others, maker)
        self.names_sorter.extend(maker.lines)

    def _read_areas(self) -> None:
        for fields in self.dump.rows(COUNTRIES, 17):
            if _NUMBER.match(fields[16]):
                self.countries[fields[0]] = int(fields[16])
                self.display[int(fields[16])] = fields[4]
        for file in (ADMIN1, ADMIN2):
            for code, name, _, number, *_ in self.dump.rows(file, 4):
                if _NUMBER.match(number):
                    self.divisions[code] = int(number)
                    if file == ADMIN1:
                        self.display[int(number)] = name
        self.display |= self.hand.names

    def _sortable(self, first: int, lines: list[str]) -> list[str]:
        """Return lines that sort by prominence: the key, the fields of the place, its asciiname and alternate names."""
        sortable = []
        largest = len(self.rows)
        with_names = self.with_names
        for position, line in enumerate(lines):
            fields = line.split("\t")
            try:
                geonameid, population = int(fields[0]), max(int(fields[14] or 0), 0)
                latitude, longitude = float(fields[4]), float(fields[5])
            except (ValueError, IndexError) as error:
                raise self._wrong(first + position, fields, str(error)) from error
            if len(fields) != _COLUMNS or not _plausible(geonameid, population, latitude, longitude):
                raise self._wrong(first + position, fields, "a number is out of range")
            largest = max(largest, geonameid + 1)
            _, _, asciiname, others, _, _, kind, code, country, _, admin1, admin2 = fields[:12]
            alternates = others.count(",") + 1 if others else 0
            level = _LARGE.get(code) or (0 if code.startswith("PCL") else _LEVELS.get(kind, 7))
            if code in _AIRPORTS:
                self.hand.meet_airport(geonameid, others, latitude, longitude)
            elif level in {1, 3}:
                self._meet_division(code, country, admin1, admin2, geonameid)
            self.seen_countries.add(country)
            fields[6], fields[14] = kind or "S", str(population)
            fields += ["", str(alternates)]
            texts = "\t".join(_in_order(fields))
            names = "" if with_names else others
            sortable.append(f"{_sort_key(population, level, alternates, geonameid)}\t{texts}\t{asciiname}\t{names}")
        self.rows.frombytes(bytes(self.rows.itemsize * (largest - len(self.rows))))
        return sortable

    def _meet_division(self, code: str, country: str, admin1: str, admin2: str, geonameid: int) -> None:
        # Without GeoNames' own lists of divisions, codes are taken from the divisions themselves.
        if code in {"ADM1", "ADM2"} and country and admin1:
            full = f"{country}.{admin1}" if code == "ADM1" else f"{country}.{admin1}.{admin2}"
            self.divisions.setdefault(full, geonameid)

    def _wrong(self, line: int, fields: list[str], what: str) -> InvalidGazetteer:
        if len(fields) != _COLUMNS:
            what = f"{len(fields)} columns, not {_COLUMNS}"
        return InvalidGazetteer(f"{self.dump.path(PLACES)}, line {line}: {what}; is this GeoNames' allCountries?")

    def _place(self, place: Candidate, asciiname: str, others: str, maker: LineMaker) -> Candidate:
        """Note the place's row and names; return it under the name that people use."""
        original = place.name
        if place.geonameid is None:
            self.hand_place_rows[place.place_id] = place.row
        else:
            self.rows[place.geonameid] = place.row
            if place.geonameid in self.display:
                place = place._replace(name=self.display[place.geonameid])
                maker.add(fold(original), place.row, NameKind.OFFICIAL)
        folded = maker.main(place.name, place.row)
        if asciiname != original and (folded_ascii := fold(asciiname)) != folded:
            maker.add(folded_ascii, place.row, NameKind.ALTERNATE)
        if others:
            maker.others(others, place.row)
        return place

    def _row(self, geonameid: int) -> int:
        """Return the row of a geonameid, 0 if the dump does not have it."""
        return self.rows[geonameid] if geonameid < len(self.rows) else 0

    def _names(self) -> Iterator[tuple[str, int, int]]:
        self.hand_rows = self.hand.rows(self._row, self.hand_place_rows)
        maker = LineMaker()
        for folded, row, kind in self.hand.name_rows(self.hand_rows):
            # Without kind or dates: where GeoNames says that the name is historic, it knows better.
            maker.add(folded, row, kind, WEAK if kind == NameKind.ALTERNATE else "0")
        self.names_sorter.extend(maker.lines)
        for first, lines in self.dump.blocks(NAMES, _advance(self.progress, "names")):
            self.names_sorter.extend(self._name_lines(first, lines))
        self.progress("index", 0, 100)
        yield from merged_names(self.names_sorter.blocks(), self.validity)
        self.names_sorter.close()

    def _name_lines(self, first: int, lines: list[str]) -> list[str]:
        maker = LineMaker()
        reviewed, languages, rows, known = self.hand.by_geonameid, self.languages, self.rows, len(self.rows)
        for position, line in enumerate(lines):
            fields = line.split("\t")
            if len(fields) < 8 or not _NUMBER.match(fields[1]):
                raise InvalidGazetteer(
                    f"{self.dump.path(NAMES)}, line {first + position}: {len(fields)} columns; is this GeoNames' "
                    "alternateNamesV2?"
                )
            geonameid = int(fields[1])
            row = rows[geonameid] if geonameid < known else 0
            if not row or (languages is not None and fields[2] not in languages):
                continue
            kind = kind_of(fields)
            # Names without a language are often wrong; the embedded gazetteer has those that are right.
            if kind is None or (kind == NameKind.ALTERNATE and not fields[2] and geonameid in reviewed):
                continue
            folded = fold(fields[3])
            span = dated_years(fields) if len(fields) > 8 and (fields[8] or fields[9:10] > [""]) else None
            if span and folded:
                self.validity.setdefault((folded, row), []).append(span)
            maker.add(folded, row, kind, DATED if span else "0")
        return maker.lines

    def _areas(self, areas: dict[str, int]) -> Iterator[tuple[str, int]]:
        # "yield from" makes this a generator: the areas are not known yet when it is created.
        yield from ((code, row) for code, number in sorted(areas.items()) if (row := self._row(number)))

    def _aliases(self) -> Iterator[tuple[str, int]]:
        yield from ((alias, row) for alias, number in sorted(self.hand.aliases.items()) if (row := self._row(number)))

    def _forms(self, table: str) -> Iterator[tuple[str, int, str]]:
        yield from self.hand.forms(table, self.hand_rows)

    def _validity(self) -> Iterator[ValidityRow]:
        for (folded, row), spans in sorted(self.validity.items()):
            yield from ((folded, row, first, last) for first, last in spans)


def _plausible(geonameid: int, population: int, lat: float, lon: float) -> bool:
    return 0 < geonameid < _LARGEST_ID and population <= _MOST_PEOPLE and abs(lat) <= 90 and abs(lon) <= 180


def _hand_line(place: Candidate) -> str:
    level = {"ADM1": 1, "ADM2": 3}.get(place.feature_code or "", 4)
    # Seas and regions have no inhabitants, and are kept by hand because everybody knows them.
    prominence = place.population if place.feature_class in {"A", "P", "S"} else max(place.population, _KNOWN_TO_ALL)
    return "\t".join([_sort_key(prominence, level, place.alternates, 0), *texts_of(place), place.name, ""])


def _sort_key(population: int, level: int, alternates: int, geonameid: int) -> str:
    """Return what sorts before that of a less prominent place; fixed widths make the order of texts that of numbers."""
    return f"{_MOST_PEOPLE - population:010d}{level}{99 - min(alternates, 99):02d}{geonameid:09d}"

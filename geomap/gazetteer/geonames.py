"""Build a gazetteer from the whole of GeoNames: 13 million places, streaming, in bounded memory.

The places are sorted outside of memory into the order of falling prominence, which gives them their rows; so are their
names, which then load in the order of the index. Whatever waits on disk lies beside the index and goes with it.
"""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Callable, Container, Iterator
from contextlib import ExitStack
from pathlib import Path

from geomap.errors import InvalidGazetteer
from geomap.gazetteer.building import build_once
from geomap.gazetteer.embedded import ensure_index
from geomap.gazetteer.folding import fold
from geomap.gazetteer.geonames_files import ADMIN1, ADMIN2, COUNTRIES, NAMES, PLACES, Dump
from geomap.gazetteer.geonames_hand import HandKept
from geomap.gazetteer.geonames_names import DATED, WEAK, LineMaker, dated_years, kind_of, merged_names
from geomap.gazetteer.model import Candidate, NameKind
from geomap.gazetteer.schema import IndexRows, PlaceRow, ValidityRow, write_index
from geomap.gazetteer.sorting import LineSorter
from geomap.gazetteer.sources import GEONAMES, installed_path
from geomap.gazetteer.store import Store

Progress = Callable[[str, float], None]

ATTRIBUTION = "Place data from GeoNames (CC BY 4.0)."
# The index, and what is sorted beside it, over the text they come from.
_SPACE = 1.7
_SMALLEST_SPACE = 50_000_000
_MOST_PEOPLE = 9_999_999_999
_KNOWN_TO_ALL = 100_000
_LARGEST_ID = 1 << 28
_COLUMNS = 19
_AIRPORTS = frozenset({"AIRP", "AIRF", "AIRB"})
_LARGE = {"ADM1": 1, "ADM2": 3, "ADM3": 5, "PPLC": 2, "PPLA": 2, "PPLA2": 2, "PPLX": 5, "PPLL": 5, "AIRP": 4}
_LEVELS = {"A": 5, "P": 4, "H": 5, "L": 5, "T": 5, "V": 6, "U": 6, "R": 6, "S": 6}
_NUMBER = re.compile(r"\d{1,10}\Z")


def build_geonames(
    folder: str | os.PathLike[str],
    *,
    cache_dir: str | os.PathLike[str] | None = None,
    languages: Container[str] | None = None,
    progress: Progress = lambda stage, share: None,
) -> Path:
    """Build the gazetteer ``geonames`` from a folder of GeoNames' files; replace the one that is there.

    Parameters
    ----------
    folder
        Holds ``allCountries`` and, if it should know more, the other files of GeoNames' export, zipped or not.
    cache_dir
        Where the index goes; see :class:`~geomap.gazetteer.Gazetteer`.
    languages
        Languages of alternate names, by GeoNames' codes; without it all that are written in Latin script.
    progress
        Called with the stage and the share of it that is done, in [0, 1].

    Returns
    -------
    Path
        The index, which ``Gazetteer("geonames")`` opens.

    Raises
    ------
    GazetteerNotFound
        If the folder has no places.
    InvalidGazetteer
        If a file is damaged or not as GeoNames writes it; file and line are named.
    GazetteerUnwritable
        If there is too little space; nothing is left half built.
    """
    dump = Dump(Path(folder))
    hand = HandKept(Store(ensure_index(cache_dir)))
    needed = int(_SPACE * dump.size()) + _SMALLEST_SPACE

    def write(path: Path) -> None:
        with _Build(dump, hand, path.parent, languages, progress) as build:
            write_index(path, build.index(), advance=lambda share: progress("similar names", share))

    return build_once(installed_path(GEONAMES, cache_dir), write, needed=needed, anew=True)


class _Build:
    """The parts of the index as generators, each of which relies on what those before it have seen."""

    def __init__(
        self, dump: Dump, hand: HandKept, folder: Path, languages: Container[str] | None, progress: Progress
    ) -> None:
        self.dump, self.hand, self.languages, self.progress = dump, hand, languages, progress
        self.stack = ExitStack()
        self.places_sorter = self.stack.enter_context(LineSorter(folder))
        self.names_sorter = self.stack.enter_context(LineSorter(folder))
        self.with_names = dump.path(NAMES) is not None
        self.rows = array("i")
        self.own_rows: dict[str, int] = {}
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
        """Return the index, of which nothing has been made yet."""
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

    def _places(self) -> Iterator[PlaceRow]:
        """Yield the places in order of prominence; their names wait in the sorter afterwards."""
        self._read_areas()
        for first, lines in self.dump.blocks(PLACES, lambda share: self.progress("places", share)):
            self.places_sorter.extend(self._sortable(first, lines))
        self.hand.meet_divisions(self.divisions)
        self.places_sorter.extend([_own_line(place) for place in self.hand.left(self.seen_countries)])
        done = 0
        for block in self.places_sorter.blocks():
            maker = LineMaker()
            for row, line in enumerate(block, done + 1):
                yield self._place(row, line, maker)
            done += len(block)
            self.names_sorter.extend(maker.lines)
        self.places_sorter.close()

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
        found = []
        largest = len(self.rows)
        with_names = self.with_names
        for position, line in enumerate(lines):
            fields = line.split("\t")
            try:
                (number, name, plain, others, lat, lon, kind, code, country, _, admin1, admin2, _, _, people) = fields[
                    :15
                ]
                geonameid, population = int(number), max(int(people or 0), 0)
                latitude, longitude = float(lat), float(lon)
            except ValueError as error:
                raise self._wrong(first + position, fields, str(error)) from error
            if len(fields) != _COLUMNS or not _plausible(geonameid, population, latitude, longitude):
                raise self._wrong(first + position, fields, "a number is out of range")
            largest = max(largest, geonameid + 1)
            alternates = others.count(",") + 1 if others else 0
            level = _LARGE.get(code) or (0 if code.startswith("PCL") else _LEVELS.get(kind, 7))
            if code in _AIRPORTS:
                self.hand.meet_airport(geonameid, others, latitude, longitude)
            elif level in {1, 3}:
                self._meet_division(code, country, admin1, admin2, geonameid)
            self.seen_countries.add(country)
            found.append(
                f"{_MOST_PEOPLE - population:010d}{level}{99 - min(alternates, 99):02d}{geonameid:09d}\t\t{name}\t{plain}\t"
                f"{lat}\t{lon}\t{kind}\t{code}\t{country}\t{admin1}\t{admin2}\t{population}\t{alternates}\t"
                f"{'' if with_names else others}"
            )
        self.rows.frombytes(bytes(self.rows.itemsize * (largest - len(self.rows))))
        return found

    def _meet_division(self, code: str, country: str, admin1: str, admin2: str, geonameid: int) -> None:
        # Where GeoNames' own list of divisions is not there, the divisions themselves say what their codes are.
        if code in {"ADM1", "ADM2"} and country and admin1:
            full = f"{country}.{admin1}" if code == "ADM1" else f"{country}.{admin1}.{admin2}"
            self.divisions.setdefault(full, geonameid)

    def _wrong(self, line: int, fields: list[str], what: str) -> InvalidGazetteer:
        if len(fields) != _COLUMNS:
            what = f"{len(fields)} columns, not {_COLUMNS}"
        return InvalidGazetteer(f"{self.dump.path(PLACES)}, line {line}: {what}; is this GeoNames' allCountries?")

    def _place(self, row: int, line: str, maker: LineMaker) -> PlaceRow:
        (key, own, name, plain, lat, lon, kind, code, country, admin1, admin2, people, count, others) = line.split("\t")
        geonameid = int(key[13:])
        shown = name
        if own:
            self.own_rows[own] = row
        else:
            self.rows[geonameid] = row
            if geonameid in self.display:
                shown = self.display[geonameid]
                maker.add(fold(name), row, NameKind.OFFICIAL)
        folded = maker.main(shown, row)
        if plain != name and (folded_plain := fold(plain)) != folded:
            maker.add(folded_plain, row, NameKind.ALTERNATE)
        if others:
            maker.others(others, row)
        return (
            row,
            own or None,
            None if own else geonameid,
            shown,
            float(lat),
            float(lon),
            kind or "S",
            code or None,
            country or None,
            admin1 or None,
            admin2 or None,
            int(people),
            int(count),
        )

    def _row(self, geonameid: int) -> int:
        """Return the row of a geonameid, 0 if the dump does not have it."""
        return self.rows[geonameid] if geonameid < len(self.rows) else 0

    def _names(self) -> Iterator[tuple[str, int, int]]:
        self.hand_rows = self.hand.rows(self._row, self.own_rows)
        maker = LineMaker()
        for folded, row, kind in self.hand.name_rows(self.hand_rows):
            # Without kind or dates: where GeoNames says that the name is historic, it knows better.
            maker.add(folded, row, kind, WEAK if kind == NameKind.ALTERNATE else "0")
        self.names_sorter.extend(maker.lines)
        for first, lines in self.dump.blocks(NAMES, lambda share: self.progress("names", share)):
            self.names_sorter.extend(self._name_lines(first, lines))
        self.progress("index", 0.0)
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
            # What has no language is often wrong; the embedded gazetteer has these names where they are right.
            if kind is None or (kind == NameKind.ALTERNATE and not fields[2] and geonameid in reviewed):
                continue
            folded = fold(fields[3])
            span = dated_years(fields) if len(fields) > 8 and (fields[8] or fields[9:10] > [""]) else None
            if span and folded:
                self.validity.setdefault((folded, row), []).append(span)
            maker.add(folded, row, kind, DATED if span else "0")
        return maker.lines

    def _areas(self, areas: dict[str, int]) -> Iterator[tuple[str, int]]:
        # A generator from its first word on: the areas are not known yet when it is made.
        yield from ((code, row) for code, number in sorted(areas.items()) if (row := self._row(number)))

    def _aliases(self) -> Iterator[tuple[str, int]]:
        yield from ((own, row) for own, number in sorted(self.hand.aliases.items()) if (row := self._row(number)))

    def _forms(self, table: str) -> Iterator[tuple[str, int, str]]:
        yield from self.hand.forms(table, self.hand_rows)

    def _validity(self) -> Iterator[ValidityRow]:
        for (folded, row), spans in sorted(self.validity.items()):
            yield from ((folded, row, first, last) for first, last in spans)


def _plausible(geonameid: int, population: int, lat: float, lon: float) -> bool:
    return 0 < geonameid < _LARGEST_ID and population <= _MOST_PEOPLE and abs(lat) <= 90 and abs(lon) <= 180


def _own_line(place: Candidate) -> str:
    level = {"ADM1": 1, "ADM2": 3}.get(place.feature_code or "", 4)
    # Seas and regions have no inhabitants, and are kept by hand because everybody knows them.
    prominence = place.population if place.feature_class in {"A", "P", "S"} else max(place.population, _KNOWN_TO_ALL)
    fields = (
        f"{_MOST_PEOPLE - prominence:010d}{level}{99 - min(place.alternates, 99):02d}{0:09d}",
        place.place_id,
        place.name,
        place.name,
        place.lat,
        place.lon,
        place.feature_class,
        place.feature_code or "",
        place.country_code or "",
        place.admin1_code or "",
        place.admin2_code or "",
        place.population,
        place.alternates,
        "",
    )
    return "\t".join(map(str, fields))

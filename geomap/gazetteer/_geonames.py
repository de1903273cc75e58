"""Build a gazetteer from GeoNames' files: a country's, several, or all thirteen million places, in bounded memory.

The places are sorted outside of memory into the order of falling prominence, which gives them their rows; so are their
names, which then load in the order of the index. Whatever waits on disk lies beside the index and goes with it.
"""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import compress, repeat
from operator import itemgetter
from pathlib import Path

from geomap._progress import Progress, no_progress
from geomap.errors import GazetteerNotFound, InvalidGazetteer
from geomap.gazetteer._adapters._dates import year_of
from geomap.gazetteer._adapters._geonames import COLUMNS, EXPECTED, Dump, FileKind, blocks
from geomap.gazetteer._adapters._postal import postal_places
from geomap.gazetteer._adapters._publishers import GEONAMES as PUBLISHER
from geomap.gazetteer._adapters._records import LONGEST_NAME, clean_name
from geomap.gazetteer._adapters._skipping import Skipped
from geomap.gazetteer._embedded import ensure_index
from geomap.gazetteer._folding import fold
from geomap.gazetteer._index import FIRST_YEAR, LAST_YEAR, IndexRows, ValidityRow, build_once, write_index
from geomap.gazetteer._model import (
    FIELDS,
    PLACES_AT_ONCE,
    STORED,
    Candidate,
    NameKind,
    Origin,
    SourceRow,
    places_of,
    texts_of,
)
from geomap.gazetteer._postal_layer import Divisions, Postal
from geomap.gazetteer._sorting import LineSorter
from geomap.gazetteer._sources import GEONAMES, installed_path
from geomap.gazetteer._store import Store

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


_AIRPORT_PREFIX = "geomap:airport/"
# Towns, quarters and waters that the embedded gazetteer has from elsewhere: GeoNames has them too, under ids of its own.
_IN_GEONAMES = ("geomap:postal/", "geomap:quarter/", "geomap:water/")
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
    airports
        Embedded airports by IATA code.
    sources
        The sources that the embedded gazetteer names.
    """

    store: Store
    by_geonameid: dict[int, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    others: dict[str, Candidate] = field(default_factory=dict)
    aliases: dict[str, int] = field(default_factory=dict)
    airports: dict[str, Candidate] = field(default_factory=dict)
    sources: dict[str, SourceRow] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sources = self.store.sources()
        for place in self.store.places():
            if place.geonameid is None:
                self.others[place.place_id] = place
                if place.place_id.startswith(_AIRPORT_PREFIX):
                    self.airports[place.place_id.removeprefix(_AIRPORT_PREFIX)] = place
                continue
            self.by_geonameid[place.geonameid] = place.row
            if place.feature_class == "A":
                self.names[place.geonameid] = place.name

    def meet_airport(self, geonameid: int, alternates: str, lat: float, lon: float) -> None:
        """Note that an airport of GeoNames is the embedded one of the same IATA code."""
        for code in alternates.split(","):
            known = self.airports.get(code)
            if known is not None and abs(known.lat - lat) < _NEAR and abs(known.lon - lon) < _NEAR:
                self.aliases.setdefault(known.place_id, geonameid)

    def meet_divisions(self, divisions: dict[str, int]) -> None:
        """Note what older versions of geomap called the divisions, by their codes: saved tables still do."""
        for code, geonameid in divisions.items():
            self.aliases[f"geomap:adm{code.count('.')}/{code}"] = geonameid

    def left(self, countries: set[str]) -> Iterator[Candidate]:
        """Yield the features that GeoNames lacks, of no country or of a country in the dump."""
        for place_id, place in self.others.items():
            known = place_id in self.aliases or place_id.startswith(_IN_GEONAMES)
            if not known and (place.country_code is None or place.country_code in countries):
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
        for folded, row, kind in self.store.name_rows():
            if row in rows:
                yield folded, rows[row], kind

    def points(self, rows: dict[int, int]) -> list[tuple[int, float, float]]:
        """Return the further points of the embedded features with their new rows, in order."""
        return sorted((new, *point) for old, new in rows.items() for point in self.store.points(old))

    def forms(self, table: str, rows: dict[int, int]) -> Iterator[tuple[str, int, str]]:
        """Yield demonyms or abbreviations with their new rows."""
        for form in self.store.written_forms(table):
            if form.row in rows:
                yield form.written, rows[form.row], form.form


# The index, and what is sorted beside it, over the text they come from.
_SPACE = 1.7
_SMALLEST_SPACE = 50_000_000
_MOST_PEOPLE = 9_999_999_999
_KNOWN_TO_ALL = 100_000
_LARGEST_ID = 1 << 28
# A line of GeoNames' is extended by two fields that it lacks: the place_id, which is empty, and the number of alternates.
_FURTHER = {"place_id": COLUMNS, "alternates": COLUMNS + 1}
_in_order = itemgetter(*(_FURTHER.get(name, FIELDS[name].geonames) for name in STORED[1:]))
_AIRPORTS = frozenset({"AIRP", "AIRF", "AIRB"})
_COUNTRY_CODES = frozenset({"PCLI", "PCLD", "PCLF", "PCLS"})
_DIVISION_CODES = frozenset({"ADM1", "ADM2"})
_LARGE = {"ADM1": 1, "ADM2": 3, "ADM3": 5, "PPLC": 2, "PPLA": 2, "PPLA2": 2, "PPLX": 5, "PPLL": 5, "AIRP": 4}
_LEVELS = {"A": 5, "P": 4, "H": 5, "L": 5, "T": 5, "V": 6, "U": 6, "R": 6, "S": 6}
_NUMBER = re.compile(r"\d{1,10}\Z")
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_MOST_COUNTRIES = 20
# The other places of the embedded gazetteer: those that GeoNames lacks, and those without its identifier.
_KEPT_BY_HAND = SourceRow("geomap", "geomap's own tables", "", "", "")


def build_geonames(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    name: str = GEONAMES,
    cache_dir: str | os.PathLike[str] | None = None,
    languages: Collection[str] | None = None,
    progress: Progress = no_progress,
) -> Path:
    """Build a gazetteer from GeoNames' files; replace the one of that name, if there is one, when the new one is whole.

    Parameters
    ----------
    paths
        A file or folder, or several: places of a country or of all, zipped or not, told from their content. Alternate
        names and postal codes are optional, and so are the small tables of divisions and countries, which are also
        taken from beside the places.
    name
        Name of the gazetteer.
    cache_dir
        Folder of the index; see :class:`~geomap.gazetteer.Gazetteer`.
    languages
        Languages of alternate names, by GeoNames' codes; by default all names in Latin script.
    progress
        Called with the stage, how much of it is done and how much there is.

    Returns
    -------
    Path
        The index, which ``Gazetteer(name)`` opens.

    Raises
    ------
    GazetteerNotFound
        If a path does not exist, or there are no places among the files.
    InvalidGazetteer
        If a file is damaged or not in GeoNames' format, holds another country than its name says, or a place occurs twice;
        the message names the file and, where it can, the line.
    GazetteerUnwritable
        If there is too little space; no partial index is left.
    """
    dump = Dump.of([paths] if isinstance(paths, str | os.PathLike) else paths)
    if not dump.places:
        raise GazetteerNotFound(f"no places of GeoNames among the files; expected {EXPECTED}")
    needed = int(_SPACE * dump.size()) + _SMALLEST_SPACE

    def write(path: Path) -> None:
        with (
            Store(ensure_index(cache_dir)) as embedded,
            _Build(name, dump, HandKept(embedded), path.parent, languages, progress) as build,
        ):
            write_index(path, build.index(), advance=_advance(progress, "similar names"))

    return build_once(installed_path(name, cache_dir), write, needed=needed, anew=True)


def _advance(progress: Progress, stage: str) -> Callable[[float], None]:
    """Return what reports the share of a stage that is done, in [0, 1]."""
    return lambda share: progress(stage, round(100 * share), 100)


class _Build:
    """The parts of the index as generators, each of which relies on the ones before it being exhausted."""

    def __init__(
        self,
        name: str,
        dump: Dump,
        hand: HandKept,
        folder: Path,
        languages: Collection[str] | None,
        progress: Progress,
    ) -> None:
        self.name, self.dump, self.hand, self.languages, self.progress = name, dump, hand, languages, progress
        self.stack = ExitStack()
        self.places_sorter = self.stack.enter_context(LineSorter(folder))
        self.names_sorter = self.stack.enter_context(LineSorter(folder))
        self.named = _countries_of(dump.names)
        self.rows = array("i")
        self.hand_place_rows: dict[str, int] = {}
        self.hand_rows: dict[int, int] = {}
        self.countries: dict[str, int] = {}
        self.divisions: dict[str, int] = {}
        self.division_names: dict[str, str] = {}
        self.display: dict[int, str] = {}
        self.seen_countries: set[str] = set()
        self.by_file: dict[Path, set[str]] = {}
        self.validity: dict[tuple[str, int], list[tuple[int, int]]] = {}
        self.origins: list[Origin] = []
        self.sources = {PUBLISHER.key: PUBLISHER}
        self.newest = ""
        self.meta: dict[str, str] = {}

    def __enter__(self) -> _Build:
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def index(self) -> IndexRows:
        """Return the parts of the index; nothing is read until they are consumed."""
        return IndexRows(
            meta=self.meta,
            places=self._places(),
            names=self._names(),
            countries=self._areas(self.countries),
            divisions=self._areas(self.divisions),
            demonyms=self._forms("demonym"),
            abbreviations=self._forms("abbreviation"),
            stop_names=self.hand.store.stop_names(),
            validity=self._validity(),
            aliases=self._aliases(),
            points=self._points(),
            sources=self._sources(),
            origins=self._origins(),
        )

    def _describe(self) -> None:
        """Say what the index holds, when all places have been read."""
        hand = self.hand.store.meta().get("attribution", "")
        credited = [PUBLISHER.attribution, *(row.attribution for row in self.sources.values()), hand]
        self.meta |= {
            "source": self.name,
            "licence": PUBLISHER.licence,
            "attribution": " ".join(dict.fromkeys(filter(None, credited))),
            "main_source": PUBLISHER.key,
            "file": ", ".join(str(path.resolve()) for path in self.dump.places),
        }
        if self.newest:
            self.meta |= {"version": self.newest, "date": self.newest}
        countries = sorted(self.seen_countries - {""})
        if len(countries) <= _MOST_COUNTRIES:
            self.meta["countries"] = ", ".join(countries)

    def _places(self) -> Iterator[Candidate]:
        """Yield the places by falling prominence; their names then wait in the other sorter."""
        self._read_areas()
        for path, first, lines in blocks(self.dump.places, _advance(self.progress, "places")):
            for begin in range(0, len(lines), PLACES_AT_ONCE):
                some = lines[begin : begin + PLACES_AT_ONCE]
                self.places_sorter.extend(self._sortable(path, first + begin, some))
        self._check_countries()
        self.hand.meet_divisions(self.divisions)
        self.places_sorter.extend([_hand_line(place) for place in self.hand.left(self.seen_countries)])
        postal = self._postal()
        done = 0
        for block in self.places_sorter.blocks():
            for begin in range(0, len(block), PLACES_AT_ONCE):
                lines = block[begin : begin + PLACES_AT_ONCE]
                yield from self._sorted(lines, done + begin + 1, postal)
            done += len(block)
        self.places_sorter.close()
        if postal is not None:
            yield from self._postal_left(postal, done + 1)
        self._describe()

    def _sorted(self, lines: list[str], first_row: int, postal: Postal | None) -> Iterator[Candidate]:
        _, *columns, asciinames, alternates = zip(*(line.split("\t") for line in lines), strict=True)
        places = places_of(dict(zip(STORED[1:], columns, strict=True)), first_row=first_row)
        maker = LineMaker()
        for place, asciiname, others in zip(places, asciinames, alternates, strict=True):
            named = self._place(place, asciiname, others, maker)
            if postal is not None and named.country_code in postal.countries:
                for folded in {fold(named.name), fold(place.name), fold(asciiname)}:
                    postal.meet(folded, named)
            yield named
        self.names_sorter.extend(maker.lines)

    def _postal(self) -> Postal | None:
        if not self.dump.postal:
            return None
        skipped = Skipped()
        every = [place for places in postal_places(self.dump.postal, skipped) for place in places]
        skipped.report(", ".join(path.name for path in self.dump.postal), len(every))
        names = self.hand.store.area_names("division") | self.division_names
        return Postal(every, Divisions(names))

    def _postal_left(self, postal: Postal, first_row: int) -> Iterator[Candidate]:
        """Yield the postal places that GeoNames' others lack; they are small, so that they come last."""
        maker = LineMaker()
        for row, each in enumerate(postal.places(), start=first_row):
            maker.main(each.place.name, row)
            assert each.source is not None
            self.sources[each.source.key] = each.source
            self.origins.append(Origin(row, each.source.key, each.source_id))
            yield each.place._replace(row=row, place_id=f"{each.prefix}:{each.place.place_id}")
        self.names_sorter.extend(maker.lines)

    def _read_areas(self) -> None:
        for fields in self.dump.rows(FileKind.COUNTRIES, 17):
            if _NUMBER.match(fields[16]):
                self.countries[fields[0]] = int(fields[16])
                self.display[int(fields[16])] = clean_name(fields[4])
        for kind in (FileKind.ADMIN1, FileKind.ADMIN2):
            for code, name, _, number, *_ in self.dump.rows(kind, 4):
                if _NUMBER.match(number):
                    self.divisions[code] = int(number)
                    self.division_names[code] = name
                    if kind is FileKind.ADMIN1:
                        self.display[int(number)] = clean_name(name)
        self.display |= self.hand.names

    def _sortable(self, path: Path, first: int, lines: list[str]) -> list[str]:
        """Return lines that sort by prominence: the key, the fields of the place, its asciiname and alternate names."""
        # Column by column, so that built-in functions do most of the work.
        rows = [line.split("\t") for line in lines if line]
        try:
            columns = list(zip(*rows, strict=True))
            if len(columns) != COLUMNS:
                raise ValueError("a wrong number of columns")
            ids = list(map(int, columns[0]))
            populations = [max(int(text), 0) if text else 0 for text in columns[14]]
            lats, lons = list(map(float, columns[4])), list(map(float, columns[5]))
            within = max(ids) < _LARGEST_ID and min(ids) > 0 and max(populations) <= _MOST_PEOPLE
            # "not <=" would be true of NaN, and max of it either: each is compared.
            if not (within and all(-90 <= lat <= 90 for lat in lats) and all(-180 <= lon <= 180 for lon in lons)):
                raise ValueError("a number is out of range")
        except ValueError:
            if not rows:
                return []
            raise self._first_wrong(path, first, lines) from None
        if (last := columns[18][-1]) and not _DATE.match(last):
            number = first + len(lines) - 1
            raise InvalidGazetteer(f"{path}, line {number}: {last!r} is no day such as 2024-03-05; is the file whole?")
        self._note(ids, columns, lats, lons)
        self.by_file.setdefault(path, set()).update(columns[8])
        names: Sequence[str] = columns[1]
        if not all(map(str.isprintable, names)) or not all(names) or max(map(len, names)) > LONGEST_NAME:
            names = self._cleaned(path, first, lines)
        others = columns[3]
        counts = [text.count(",") + 1 if text else 0 for text in others]
        levels = map(_level, columns[6], columns[7])
        keys = map(_sort_key, populations, levels, counts, ids)
        changed = {1: names, 6: [kind or "S" for kind in columns[6]], 14: list(map(str, populations))}
        complete = [changed.get(number, column) for number, column in enumerate(columns)]
        texts = map("\t".join, zip(*_in_order([*complete, repeat(""), map(str, counts)]), strict=False))
        shown: Iterable[str] = others
        if self.named is None:
            shown = repeat("")
        elif self.named:
            shown = ["" if country in self.named else text for country, text in zip(columns[8], others, strict=True)]
        return list(map("\t".join, zip(keys, texts, columns[2], shown, strict=False)))

    def _note(self, ids: list[int], columns: Sequence[Sequence[str]], lats: list[float], lons: list[float]) -> None:
        """Note what the places say of the whole: its countries, divisions and date, and room for their rows."""
        self.rows.frombytes(bytes(self.rows.itemsize * max(max(ids) + 1 - len(self.rows), 0)))
        others, codes, countries = columns[3], columns[7], columns[8]
        airports = map(_AIRPORTS.__contains__, codes)
        for row in compress(zip(ids, others, lats, lons, strict=True), airports):
            self.hand.meet_airport(*row)
        for country, geonameid in compress(zip(countries, ids, strict=True), map(_COUNTRY_CODES.__contains__, codes)):
            # Without GeoNames' own table of countries.
            self.countries.setdefault(country, geonameid)
        divisions = map(_DIVISION_CODES.__contains__, codes)
        for geonameid, code, country, admin1, admin2, name in compress(
            zip(ids, codes, countries, columns[10], columns[11], columns[1], strict=True), divisions
        ):
            self._meet_division(code, country, admin1, admin2, geonameid, name)
        self.seen_countries.update(countries)
        newest = max(columns[18])
        if not _DATE.match(newest):
            newest = max((date for date in columns[18] if _DATE.match(date)), default="")
        self.newest = max(self.newest, newest)

    def _check_countries(self) -> None:
        """Raise InvalidGazetteer if a file named like a country holds no place of that country."""
        for path, found in self.by_file.items():
            stem = path.name.partition(".")[0].upper()
            if _COUNTRY.match(stem) and stem not in found:
                held = ", ".join(sorted(found - {""})[:5]) or "no country"
                raise InvalidGazetteer(
                    f"{path} holds places of {held}, none of {stem}; rename it, or download it again"
                )

    def _meet_division(self, code: str, country: str, admin1: str, admin2: str, geonameid: int, name: str) -> None:
        # Without GeoNames' own lists of divisions, codes are taken from the divisions themselves.
        if country and admin1:
            full = f"{country}.{admin1}" if code == "ADM1" else f"{country}.{admin1}.{admin2}"
            self.divisions.setdefault(full, geonameid)
            self.division_names.setdefault(full, name)

    def _first_wrong(self, path: Path, first: int, lines: list[str]) -> InvalidGazetteer:
        """Return the error of the first wrong line."""
        for number, line in enumerate(lines, start=first):
            what = _what_is_wrong(line.split("\t")) if line else ""
            if what:
                return InvalidGazetteer(f"{path}, line {number}: {what}")
        raise AssertionError("no line is wrong")

    def _cleaned(self, path: Path, first: int, lines: list[str]) -> list[str]:
        """Return the names without characters that would spoil a table or a page."""
        cleaned = []
        for number, line in enumerate(lines, start=first):
            if line:
                try:
                    name = clean_name(line.split("\t", 2)[1])
                except ValueError as error:
                    raise InvalidGazetteer(f"{path}, line {number}: {error}") from error
                if not name:
                    raise InvalidGazetteer(f"{path}, line {number}: the name is empty")
                cleaned.append(name)
        return cleaned

    def _place(self, place: Candidate, asciiname: str, others: str, maker: LineMaker) -> Candidate:
        """Note the place's row and names; return it under the name that people use."""
        original, geonameid, row = place.name, place.geonameid, place.row
        if geonameid is None:
            self.hand_place_rows[place.place_id] = row
            self._note_origin(place)
        else:
            if self.rows[geonameid]:
                raise InvalidGazetteer(
                    f"the geonameid {geonameid} ({original}) occurs twice; is a country given twice, or beside allCountries?"
                )
            self.rows[geonameid] = row
            if geonameid in self.display:
                place = place._replace(name=self.display[geonameid])
                maker.add(fold(original), row, NameKind.OFFICIAL)
        folded = maker.main(place.name, row)
        if asciiname != original and (folded_ascii := fold(asciiname)) != folded:
            maker.add(folded_ascii, row, NameKind.ALTERNATE)
        if others:
            maker.others(others, row)
        return place

    def _note_origin(self, place: Candidate) -> None:
        known = self.hand.store.by_id(place.place_id)
        origin = self.hand.store.origin(known.row) if known else None
        if origin is None:
            origin = Origin(place.row, _KEPT_BY_HAND.key, place.place_id.partition(":")[2])
        self.sources.setdefault(origin.source, self.hand.sources.get(origin.source, _KEPT_BY_HAND))
        self.origins.append(origin._replace(row=place.row))

    def _sources(self) -> Iterator[SourceRow]:
        # "yield from" makes this a generator: the sources are not known yet when it is created.
        yield from (row for _, row in sorted(self.sources.items()))

    def _origins(self) -> Iterator[Origin]:
        yield from sorted(self.origins)

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
        for path, first, lines in blocks(self.dump.names, _advance(self.progress, "names")):
            self.names_sorter.extend(self._name_lines(path, first, lines))
        self.progress("index", 0, 100)
        yield from merged_names(self.names_sorter.blocks(), self.validity)
        self.names_sorter.close()

    def _name_lines(self, path: Path, first: int, lines: list[str]) -> list[str]:
        maker = LineMaker()
        reviewed, languages, rows, known = self.hand.by_geonameid, self.languages, self.rows, len(self.rows)
        for position, line in enumerate(lines):
            fields = line.split("\t")
            if len(fields) < 8 or not _NUMBER.match(fields[1]):
                if not line:
                    continue
                raise InvalidGazetteer(
                    f"{path}, line {first + position}: {len(fields)} columns, at least 8 expected; is this GeoNames' "
                    "alternateNamesV2, and whole?"
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

    def _points(self) -> Iterator[tuple[int, float, float]]:
        # "yield from" makes this a generator: the rows are not known yet when it is created.
        yield from self.hand.points(self.hand_rows)

    def _aliases(self) -> Iterator[tuple[str, int]]:
        yield from ((alias, row) for alias, number in sorted(self.hand.aliases.items()) if (row := self._row(number)))

    def _forms(self, table: str) -> Iterator[tuple[str, int, str]]:
        yield from self.hand.forms(table, self.hand_rows)

    def _validity(self) -> Iterator[ValidityRow]:
        for (folded, row), spans in sorted(self.validity.items()):
            yield from ((folded, row, first, last) for first, last in spans)


def _what_is_wrong(fields: list[str]) -> str:
    """Return what is wrong with a line of places, empty if nothing is."""
    if len(fields) != COLUMNS:
        return f"{len(fields)} columns, not {COLUMNS}; is the file whole, and one of GeoNames' places?"
    try:
        geonameid, population = int(fields[0]), int(fields[14] or 0)
        lat, lon = float(fields[4]), float(fields[5])
    except ValueError as error:
        return f"{error}; is this one of GeoNames' files of places?"
    right = 0 < geonameid < _LARGEST_ID and population <= _MOST_PEOPLE and abs(lat) <= 90 and abs(lon) <= 180
    return "" if right else "a number is out of range (geonameid, population, or degrees of latitude and longitude)"


def _countries_of(paths: Sequence[Path]) -> frozenset[str] | None:
    """Return the countries of files of alternate names, by the files' names; None for all."""
    stems = {path.name.partition(".")[0].upper() for path in paths}
    return None if any(not _COUNTRY.match(stem) for stem in stems) else frozenset(stems)


@lru_cache(maxsize=4096)
def _level(kind: str, code: str) -> int:
    return _LARGE.get(code) or (0 if code.startswith("PCL") else _LEVELS.get(kind, 7))


def _hand_line(place: Candidate) -> str:
    level = {"ADM1": 1, "ADM2": 3}.get(place.feature_code or "", 4)
    # Seas and regions have no inhabitants, and are kept by hand because everybody knows them.
    prominence = place.population if place.feature_class in {"A", "P", "S"} else max(place.population, _KNOWN_TO_ALL)
    return "\t".join([_sort_key(prominence, level, place.alternates, 0), *texts_of(place), place.name, ""])


def _sort_key(population: int, level: int, alternates: int, geonameid: int) -> str:
    """Return what sorts before that of a less prominent place; fixed widths make the order of texts that of numbers."""
    return f"{_MOST_PEOPLE - population:010d}{level}{99 - min(alternates, 99):02d}{geonameid:09d}"

"""Read an index: features by name, identifier or row; names by code; several indexes as one."""

from __future__ import annotations

import heapq
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from geomap.gazetteer._companions import companion
from geomap.gazetteer._folding import fold
from geomap.gazetteer._fuzzy import SMALLEST_SCORE, similar_names
from geomap.gazetteer._index import DEGREE, KIND_BITS, OWN_ID, NameRow, records_of
from geomap.gazetteer._model import (
    SCHEMA_VERSION,
    Candidate,
    NameEntry,
    NameKind,
    Origin,
    SourceRow,
    WrittenForm,
)
from geomap.gazetteer._sections import Numbers, Sections, Texts
from geomap.gazetteer._spelling import VERSION as SPELLING_VERSION
from geomap.gazetteer._spelling import bare, with_key

if TYPE_CHECKING:
    from geomap.tables import Floats, Ints

# The most rows that a name gets, the most prominent ones: at full size "San Antonio" has thousands.
MOST_ROWS = 1000
# A record, and where the name of the next one begins, which is where this one's ends.
_RECORD = struct.Struct("<qIiiIIHH20xI")
_RECORD_BYTES = 32
_KIND = (1 << KIND_BITS) - 1
# The same record, for all places at once.
_COLUMNS = (
    ("population", "<i8"), ("geonameid", "<u4"), ("lat", "<i4"), ("lon", "<i4"), ("name", "<u4"), ("area", "<u4"),
    ("feature", "<u2"), ("alternates", "<u2"),
)  # fmt: skip


class Located(NamedTuple):
    """Where many features are, in the order of their rows: latitude and longitude in degrees, and how many live there."""

    rows: Ints
    lat: Floats
    lon: Floats
    population: Ints


class _Opened:
    """The parts of an open index that look-ups need, taken apart once."""

    def __init__(self, path: Path) -> None:
        self.sections = sections = Sections.open(path, SCHEMA_VERSION)
        self.data = sections.data
        self.records = sections.start("places")
        self.place_names = sections.start("place_names")
        self.count = len(sections.view("places")) // _RECORD_BYTES - 1
        self.areas = Texts(sections, "areas")
        # Codes are read when a place first needs them: there are many of them.
        self.area_codes: list[tuple[str | None, str | None, str | None] | None] = [None] * (len(self.areas) // 3)
        self.features = [(letter, code or None) for letter, code in sections.json("features")]
        self.names = Texts(sections, "names")
        self.names_by_hash = Numbers(sections, "names")
        self.bearers = sections.view("bearers")
        self.bearers_starts = sections.view("bearers_starts")
        self.ids = Texts(sections, "ids")
        self.ids_by_hash = Numbers(sections, "ids")
        self.ids_rows = sections.view("ids_rows")
        self.aliases_rows = sections.view("aliases_rows")
        self.geonameids = sections.view("geonameids")
        self.geonameids_rows = sections.view("geonameids_rows")
        self.validity_names = sections.view("validity_names")

    def codes(self, area: int) -> tuple[str | None, str | None, str | None]:
        """Return the codes of country, first and second division by their number."""
        found = self.area_codes[area]
        if found is None:
            country, admin1, admin2 = (self.areas[3 * area + part] or None for part in range(3))
            found = self.area_codes[area] = (country, admin1, admin2)
        return found

    def candidate(self, row: int, kind: int) -> Candidate:
        """Return the place of a row, which must be there."""
        population, geonameid, lat, lon, begin, area, feature, alternates, end = _RECORD.unpack_from(
            self.data, self.records + (row - 1) * _RECORD_BYTES
        )
        name = self.data[self.place_names + begin : self.place_names + end].decode("utf-8", "surrogatepass")
        if area & OWN_ID:
            area ^= OWN_ID
            place_id = self._own_id(row)
        else:
            place_id = f"geonames:{geonameid}"
        country, admin1, admin2 = self.area_codes[area] or self.codes(area)
        letter, code = self.features[feature]
        return Candidate(
            row, place_id, geonameid or None, name, lat / DEGREE, lon / DEGREE, letter, code, country, admin1, admin2,
            population, alternates, kind,
        )  # fmt: skip

    def name(self, row: int) -> str:
        """Return the main name of the place of a row."""
        *_, begin, _, _, _, end = _RECORD.unpack_from(self.data, self.records + (row - 1) * _RECORD_BYTES)
        return self.data[self.place_names + begin : self.place_names + end].decode("utf-8", "surrogatepass")

    def place_id(self, row: int) -> str:
        """Return the identifier of the place of a row."""
        _, geonameid, _, _, _, area, *_ = _RECORD.unpack_from(self.data, self.records + (row - 1) * _RECORD_BYTES)
        return self._own_id(row) if area & OWN_ID else f"geonames:{geonameid}"

    def _own_id(self, row: int) -> str:
        return self.ids[bisect_left(self.ids_rows, row)]

    def name_number(self, folded: str) -> int:
        """Return the number of a folded name, -1 if there is none."""
        key = folded.encode("utf-8", "surrogatepass")
        data, begin, starts = self.data, self.names.begin, self.names.starts
        for number in self.names_by_hash.of(key):
            if data[begin + starts[number] : begin + starts[number + 1]] == key:
                return number
        return -1


class Store:
    """One index file, opened read-only at first use.

    Objects may be shared between threads and forked processes, and sent to other processes. The file is closed when the
    object is collected; :meth:`close`, or leaving a ``with`` block, closes it as soon as no look-up is under way.

    Raises
    ------
    GazetteerNotFound
        If the file is not there, not an index, or one of another version.
    GazetteerDamaged
        If the file does not match its checksums.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened: _Opened | None = _Opened(path)

    @property
    def _open(self) -> _Opened:
        opened = self._opened
        if opened is None:
            # Two threads may both open it; one of the two is then dropped.
            opened = self._opened = _Opened(self.path)
        return opened

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        self._opened = None
        for name in ("_spelling", "_fuzzy", "_word_texts"):
            self.__dict__.pop(name, None)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def dated(self) -> bool:
        """Whether any name has dates of validity."""
        return bool(len(self._open.validity_names))

    @cached_property
    def identified(self) -> bool:
        """Whether any feature has a geonameid."""
        return bool(len(self._open.geonameids))

    def by_name(
        self, folded: str, *, year: int | None = None, limit: int = MOST_ROWS, codes: bool = False
    ) -> list[Candidate]:
        """Return the features that have a folded name, once per kind of name, the most prominent first.

        With a year, features that had the name only at other times are left out. Codes of airports count as names only
        where they are asked for.
        """
        opened = self._open
        number = opened.name_number(folded)
        if number < 0:
            return []
        begin, end = opened.bearers_starts[number : number + 2]
        candidate = opened.candidate
        bearers = opened.bearers[begin : min(end, begin + limit)]
        found = [
            candidate(bearer >> KIND_BITS, bearer & _KIND)
            for bearer in bearers
            if codes or bearer & _KIND != NameKind.CODE
        ]
        if year is None or not len(opened.validity_names):
            return found
        return _of_year(opened, number, found, year)

    def names_of_key(self, key: str) -> list[str]:
        """Return the folded names that have a spelling key; see :mod:`geomap.gazetteer._spelling`.

        All that places in countries of the key's family have are among them; few others may be, so that whoever asks looks
        at the country.
        """
        names = self._open.names
        # Keys of two families may share a bucket, and a name has one in each family of its countries.
        numbers = dict.fromkeys(self._spelling.of(key.encode("utf-8", "surrogatepass")))
        found = [names[number] for number in numbers]
        return [*self.existing([bare(key)]), *(with_key(key, found) if found else ())]

    @cached_property
    def _spelling(self) -> Numbers:
        sections = self._open.sections
        if "spelling_version" in sections and sections.json("spelling_version") == SPELLING_VERSION:
            return Numbers(sections, "spelling")
        return Numbers(companion(self.path, sections, "spelling"), "spelling")

    def sources(self) -> dict[str, SourceRow]:
        """Return the sources of the features by key."""
        return {source.key: source for source in self._sources}

    @cached_property
    def _sources(self) -> list[SourceRow]:
        return [SourceRow._make(source) for source in self._open.sections.json("sources")]

    @cached_property
    def _origin_sources(self) -> list[str]:
        return [source.key for source in self._sources]

    def origin(self, row: int) -> Origin | None:
        """Return where a feature comes from, None if from where most of this index do."""
        sections = self._open.sections
        rows = sections.view("origins_rows")
        number = bisect_left(rows, row)
        if number == len(rows) or rows[number] != row:
            return None
        source = self._origin_sources[sections.view("origins_sources")[number]]
        return Origin(row, source, Texts(sections, "origins")[number])

    def points(self, row: int) -> list[tuple[float, float]]:
        """Return further points of a long or large feature: latitude and longitude in degrees."""
        sections = self._open.sections
        rows, points = sections.view("points_rows"), sections.view("points")
        numbers = range(bisect_left(rows, row), bisect_right(rows, row))
        return [(points[2 * number] / DEGREE, points[2 * number + 1] / DEGREE) for number in numbers]

    def by_id(self, place_id: str) -> Candidate | None:
        """Return the feature of an identifier, its own or an alias."""
        prefix, _, number = place_id.partition(":")
        if prefix == "geonames" and number.isdecimal() and len(number) < 19:
            return self.by_geonameid(int(number))
        opened = self._open
        key = place_id.encode("utf-8", "surrogatepass")
        for at in opened.ids_by_hash.of(key):
            if opened.ids.raw(at) == key:
                own = len(opened.ids_rows)
                row = opened.ids_rows[at] if at < own else opened.aliases_rows[at - own]
                return opened.candidate(row, NameKind.MAIN.value)
        return None

    def by_geonameid(self, geonameid: int) -> Candidate | None:
        """Return the feature that has a geonameid."""
        opened = self._open
        at = bisect_left(opened.geonameids, geonameid)
        if at == len(opened.geonameids) or opened.geonameids[at] != geonameid:
            return None
        return opened.candidate(opened.geonameids_rows[at], NameKind.MAIN.value)

    def by_row(self, row: int) -> Candidate | None:
        """Return the feature of a row."""
        opened = self._open
        return opened.candidate(row, NameKind.MAIN.value) if 1 <= row <= opened.count else None

    def places(self) -> Iterator[Candidate]:
        """Yield all features by row."""
        opened = self._open
        return (opened.candidate(row, NameKind.MAIN.value) for row in range(1, opened.count + 1))

    def located(self, feature_class: str, *, without: Collection[str] = ()) -> Located:
        """Return where all features of a class are, without those of some codes."""
        import numpy as np

        opened = self._open
        records = np.frombuffer(opened.data, dtype=list(_COLUMNS), count=opened.count, offset=opened.records)
        wanted = [letter == feature_class and code not in without for letter, code in opened.features]
        rows = np.flatnonzero(np.array(wanted, dtype=bool)[records["feature"]])
        chosen = records[rows]
        return Located(rows + 1, chosen["lat"] / DEGREE, chosen["lon"] / DEGREE, chosen["population"])

    def name_of(self, row: int) -> str:
        """Return the main name of the feature of a row, which must be there."""
        return self._open.name(row)

    def id_of(self, row: int) -> str:
        """Return the identifier of the feature of a row, which must be there."""
        return self._open.place_id(row)

    def name_rows(self) -> Iterator[NameRow]:
        """Yield all names with row and kind, in order."""
        opened = self._open
        number = 0
        for names in opened.names.blocks():
            starts = opened.bearers_starts[number : number + len(names) + 1].tolist()
            bearers = opened.bearers[starts[0] : starts[-1]].tolist()
            for at, folded in enumerate(names):
                for bearer in bearers[starts[at] - starts[0] : starts[at + 1] - starts[0]]:
                    yield folded, bearer >> KIND_BITS, bearer & _KIND
            number += len(names)

    def names_of(self, rows: Sequence[int]) -> dict[int, list[str]]:
        """Return every folded name but codes of the features of some rows, in the order of the alphabet."""
        import numpy as np

        opened = self._open
        bearers, starts = opened.sections.array("bearers"), opened.sections.array("bearers_starts")
        wanted = np.zeros(opened.count + 1, dtype=bool)
        wanted[list(rows)] = True
        # One pass over all names: the index finds features by name, and has no list of the names of a feature.
        at = np.flatnonzero(wanted[bearers >> KIND_BITS] & (bearers & _KIND != NameKind.CODE))
        numbers = np.searchsorted(starts, at, side="right") - 1
        found: dict[int, list[str]] = {row: [] for row in rows}
        for row, number in zip((bearers[at] >> KIND_BITS).tolist(), numbers.tolist(), strict=True):
            found[row].append(opened.names[number])
        return {row: list(dict.fromkeys(names)) for row, names in found.items()}

    def existing(self, names: Iterable[str]) -> list[str]:
        """Return those of some folded names that a feature has."""
        number = self._open.name_number
        return [name for name in names if number(name) >= 0]

    @cached_property
    def _fuzzy(self) -> Sections:
        sections = self._open.sections
        return sections if "fuzzy_starts" in sections else companion(self.path, sections, "fuzzy")

    def entries(self, bucket: int) -> tuple[memoryview[int], memoryview[int]]:
        """Return a bucket of the fuzzy index: tags of hashes, and the numbers of the words that have them."""
        begin, end = self._fuzzy.view("fuzzy_starts")[bucket : bucket + 2]
        return self._fuzzy.view("fuzzy_tags")[begin:end], self._fuzzy.view("fuzzy_words")[begin:end]

    def words(self, numbers: Iterable[int]) -> list[str]:
        """Return words of the fuzzy index by their numbers."""
        word = self._word_texts
        return [word[number] for number in numbers]

    def word(self, number: int) -> str:
        """Return one word of the fuzzy index."""
        return self._word_texts[number]

    @cached_property
    def _word_texts(self) -> Texts:
        return Texts(self._fuzzy, "word")

    @property
    def word_count(self) -> int:
        """How many words the fuzzy index has, numbered from 0 in the order of the alphabet."""
        return len(self._word_texts)

    @property
    def bucket_bits(self) -> int:
        """How many bits number the buckets of the fuzzy index."""
        return (len(self._fuzzy.view("fuzzy_starts")) - 1).bit_length() - 1

    def area_names(self, table: str) -> dict[str, str]:
        """Return the names of areas by code: of each ``"country"``, each ``"admin1"`` or each ``"division"``."""
        section = {"country": "countries", "admin1": "divisions", "division": "divisions"}.get(table)
        if section is None:
            raise ValueError(f"unknown table of areas: {table!r}")
        name = self._open.name
        areas = self._open.sections.json(section).items()
        return {code: name(row) for code, row in areas if table != "admin1" or code.count(".") == 1}

    def name_entries(self, *, places: int | None = None) -> Iterator[NameEntry]:
        """Yield every folded name but codes in order, with the largest population and all kinds of its features."""
        import numpy as np

        opened = self._open
        populations = records_of(opened.sections)["population"]
        bearers, starts = opened.sections.array("bearers"), opened.sections.array("bearers_starts")
        first = 0
        for names in opened.names.blocks():
            begins = starts[first : first + len(names) + 1].astype(np.int64)
            some = bearers[begins[0] : begins[-1]]
            rows, bits = some >> KIND_BITS, 1 << (some & _KIND).astype(np.int64)
            people = populations[rows - 1]
            if places is not None:
                bits, people = np.where(rows <= places, bits, 0), np.where(rows <= places, people, 0)
            is_code = bits == 1 << NameKind.CODE
            bits, people = np.where(is_code, 0, bits), np.where(is_code, 0, people)
            at = begins[:-1] - begins[0]
            most = np.maximum.reduceat(people, at).tolist()
            every = zip(names, most, np.bitwise_or.reduceat(bits, at).tolist(), strict=True)
            yield from (NameEntry(name, people, _kinds(kinds)) for name, people, kinds in every if kinds)
            first += len(names)

    def written_forms(self, table: str) -> list[WrittenForm]:
        """Return the rows of the demonyms or abbreviations, in order of the written form."""
        section = {"demonym": "demonyms", "abbreviation": "abbreviations"}.get(table)
        if section is None:
            raise ValueError(f"unknown table of written forms: {table!r}")
        place_id = self._open.place_id
        forms = self._open.sections.json(section)
        return [WrittenForm(written, row, place_id(row), form) for written, row, form in forms]

    def stop_names(self) -> frozenset[str]:
        """Return the written forms that are never recognized as a name."""
        return frozenset(self._open.sections.json("stop_names"))

    def meta(self) -> dict[str, str]:
        """Return the metadata of the index."""
        return dict(self._open.sections.json("meta"))

    def counts(self) -> dict[str, int]:
        """Return the number of places by feature class."""
        import numpy as np

        opened = self._open
        by_feature = np.bincount(records_of(opened.sections)["feature"], minlength=len(opened.features)).tolist()
        found: dict[str, int] = {}
        for (letter, _), count in zip(opened.features, by_feature, strict=True):
            found[letter] = found.get(letter, 0) + count
        return dict(sorted(found.items()))

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.path = state["path"]
        self._opened = None


def _of_year(opened: _Opened, number: int, found: list[Candidate], year: int) -> list[Candidate]:
    """Return the candidates that have a name in a year, or without dates."""
    names, rows = opened.validity_names, opened.sections.view("validity_rows")
    years = opened.sections.view("validity_years")
    valid: dict[int, bool] = {}
    for at in range(bisect_left(names, number), bisect_right(names, number)):
        holds = years[2 * at] <= year <= years[2 * at + 1]
        valid[rows[at]] = valid.get(rows[at], False) or holds
    return [candidate for candidate in found if valid.get(candidate.row, True)]


@lru_cache(maxsize=256)
def _kinds(bits: int) -> frozenset[NameKind]:
    return frozenset(kind for kind in NameKind if bits & 1 << kind)


# Rows of the second index begin here, those of the third at twice as much.
LAYER = 1 << 32


class Layers:
    """Several indexes as one: where two have a feature of the same geonameid, the one in front counts.

    Parameters
    ----------
    stores
        The front one first. Its rows keep their numbers; those of each further one are raised by another :data:`LAYER`.
    """

    def __init__(self, stores: Sequence[Store]) -> None:
        self.stores = tuple(stores)
        # Rows below this belong to a store that is in front of another.
        self.front = LAYER * (len(self.stores) - 1)

    def close(self) -> None:
        """Close all connections; the next use opens them again."""
        for store in self.stores:
            store.close()

    @property
    def path(self) -> Path:
        """The front index."""
        return self.stores[0].path

    @property
    def dated(self) -> bool:
        """Whether any name has dates of validity."""
        return any(store.dated for store in self.stores)

    def by_name(
        self, folded: str, *, year: int | None = None, limit: int = MOST_ROWS, codes: bool = False
    ) -> list[Candidate]:
        """Return the features that have a folded name, the most populous first; see :class:`Store`."""
        if len(self.stores) == 1:
            return self.stores[0].by_name(folded, year=year, limit=limit, codes=codes)
        found: list[Candidate] = []
        for number, store in enumerate(self.stores):
            rows = store.by_name(folded, year=year, limit=limit, codes=codes)
            found += [self._front(each, number, year) for each in rows]
        # A feature in front is found by its own name before it is found by a name of the one that it replaces.
        return sorted(found, key=_prominence)

    def names_of_key(self, key: str) -> list[str]:
        """Return the folded names that have a spelling key in any of the indexes."""
        return list(dict.fromkeys(name for store in self.stores for name in store.names_of_key(key)))

    def _front(self, candidate: Candidate, number: int, year: int | None) -> Candidate:
        """Return the same feature from an index further in front, if there is one; the name's kind is kept."""
        for layer, store in enumerate(self.stores[:number]):
            same = _same(store, candidate)
            if same is not None and _valid(store, same, year):
                return same._replace(row=same.row + layer * LAYER, kind=candidate.kind)
        return candidate._replace(row=candidate.row + number * LAYER)

    def by_id(self, place_id: str) -> Candidate | None:
        """Return the feature of an identifier, its own or an alias."""
        return self._first(lambda store: store.by_id(place_id))

    def by_geonameid(self, geonameid: int) -> Candidate | None:
        """Return the feature that has a geonameid."""
        return self._first(lambda store: store.by_geonameid(geonameid))

    def by_row(self, row: int) -> Candidate | None:
        """Return the feature of a row."""
        number, own = divmod(row, LAYER)
        found = self.stores[number].by_row(own) if number < len(self.stores) else None
        return found._replace(row=row) if found else None

    def points(self, row: int) -> list[tuple[float, float]]:
        """Return the further points of the feature of a row; see :class:`Store`."""
        number, own = divmod(row, LAYER)
        return self.stores[number].points(own) if number < len(self.stores) else []

    def names_of(self, place_ids: Iterable[str]) -> dict[str, list[str]]:
        """Return every folded name of the features of some identifiers, by identifier; see :class:`Store`."""
        wanted: list[dict[str, int]] = [{} for _ in self.stores]
        for place_id in place_ids:
            place = self.by_id(place_id)
            if place is not None:
                number, row = divmod(place.row, LAYER)
                wanted[number][place_id] = row
        found: dict[str, list[str]] = {}
        for store, rows in zip(self.stores, wanted, strict=True):
            names = store.names_of(list(rows.values())) if rows else {}
            found |= {place_id: names[row] for place_id, row in rows.items()}
        return found

    def _first(self, find: Callable[[Store], Candidate | None]) -> Candidate | None:
        for number, store in enumerate(self.stores):
            found = find(store)
            if found is not None:
                return found._replace(row=found.row + number * LAYER)
        return None

    def similar(self, folded: str, *, names: int, year: int | None) -> list[tuple[Candidate, float]]:
        """Return the features with names similar to a folded one, each with its similarity, in no particular order."""
        scored: dict[str, float] = {}
        for store in self.stores:
            scored.update(similar_names(store, folded, smallest=SMALLEST_SCORE)[:names])
        found: dict[int, tuple[Candidate, float]] = {}
        for name, score in sorted(scored.items(), key=lambda each: (-each[1], each[0]))[:names]:
            for candidate in self.by_name(name, year=year, limit=names):
                found.setdefault(candidate.row, (candidate, score))
        return list(found.values())

    def area_names(self, table: str) -> dict[str, str]:
        """Return the names of areas by code; see :class:`Store`."""
        found: dict[str, str] = {}
        for store in reversed(self.stores):
            found |= store.area_names(table)
        return found

    def name_entries(self, *, places: int | None = None) -> Iterator[NameEntry]:
        """Yield every folded name in order, with the largest population and all kinds of the features that have it."""
        if len(self.stores) == 1:
            yield from self.stores[0].name_entries(places=places)
            return
        streams = [store.name_entries(places=places) for store in self.stores]
        for folded, same in groupby(heapq.merge(*streams, key=_folded), key=_folded):
            entries = list(same)
            kinds = frozenset(kind for entry in entries for kind in entry.kinds)
            yield NameEntry(folded, max(entry.population for entry in entries), kinds)

    def written_forms(self, table: str) -> list[WrittenForm]:
        """Return the demonyms or abbreviations, in order of the written form, each place once."""
        found: dict[tuple[str, str, str], WrittenForm] = {}
        for number, store in enumerate(self.stores):
            for form in store.written_forms(table):
                moved = form._replace(row=form.row + number * LAYER)
                found.setdefault((form.written, form.place_id, form.form), moved)
        return sorted(found.values(), key=lambda form: (form.written, form.row, form.form))

    def stop_names(self) -> frozenset[str]:
        """Return the written forms that are never recognized as a name."""
        return frozenset[str]().union(*(store.stop_names() for store in self.stores))

    def meta(self) -> dict[str, str]:
        """Return the metadata: the front index counts, but for sums of the counts and all attributions."""
        every = [store.meta() for store in self.stores]
        if len(self.stores) == 1:
            return every[0]
        both: dict[str, str] = {}
        for meta in reversed(every):
            both |= meta
        both |= {key: str(sum(int(meta[key]) for meta in every)) for key in ("places", "names")}
        both["source"] = " + ".join(meta["source"] for meta in every)
        both["attribution"] = " ".join(dict.fromkeys(meta.get("attribution", "") for meta in every)).strip()
        return both

    def counts(self) -> dict[str, int]:
        """Return the number of places by feature class."""
        found: dict[str, int] = {}
        for store in self.stores:
            for letter, count in store.counts().items():
                found[letter] = found.get(letter, 0) + count
        return dict(sorted(found.items()))


def _prominence(candidate: Candidate) -> tuple[int, int, int]:
    return -candidate.population, candidate.row, candidate.kind


def _folded(entry: NameEntry) -> str:
    return entry.folded


def _same(store: Store, candidate: Candidate) -> Candidate | None:
    if candidate.geonameid is not None:
        return store.by_geonameid(candidate.geonameid) if store.identified else None
    return store.by_id(candidate.place_id)


def _valid(store: Store, candidate: Candidate, year: int | None) -> bool:
    if year is None or not store.dated:
        return True
    folded = fold(candidate.name)
    return any(each.row == candidate.row for each in store.by_name(folded, year=year))

"""Write an index file: once, completely or not at all, however many processes ask for it.

An index is one file of flat arrays (:mod:`geomap.gazetteer._sections`), the same for a table of ten places and for the
whole of GeoNames. Its sections, all of them always there but for those that are made at first need:

``places``
    One record of 32 bytes a place, see :data:`RECORD`, and one more that ends the last name.
``place_names``, ``place_names_starts``
    The names as their sources write them.
``areas``, ``features``
    The texts of country and division codes, and of class and code, that the records number.
``ids``, ``ids_starts``, ``ids_rows``, ``aliases_rows``, ``ids_buckets``, ``ids_numbers``
    Identifiers other than GeoNames', first those of places by row, then aliases; found by hash.
``geonameids``, ``geonameids_rows``
    In ascending order, with the rows that have them.
``names``, ``names_starts``, ``names_buckets``, ``names_numbers``
    The folded names in the order of the alphabet; found by hash.
``bearers``, ``bearers_starts``
    For each name the places that bear it, in order: the row times sixteen, plus the kind.
``spelling_buckets``, ``spelling_numbers``
    Names by the hash of their spelling key in each family of countries (:mod:`geomap.gazetteer._spelling`) where a place
    has the name; those that are their own key are left out.
``validity_names``, ``validity_rows``, ``validity_years``
    Names that have dates: the name's number, the row, first and last year.
``origins``, ``origins_starts``, ``origins_rows``, ``origins_sources``
    Places from another source than most: their identifiers there, the rows, and the sources by number.
``points``, ``points_rows``
    Further points of long or large features.
``countries``, ``divisions``, ``demonyms``, ``abbreviations``, ``stop_names``, ``sources``, ``meta``
    JSON.
``word``, ``word_starts``, ``fuzzy_starts``, ``fuzzy_tags``, ``fuzzy_words``
    See :mod:`geomap.gazetteer._fuzzy`.
"""

from __future__ import annotations

import zlib
from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import chain, compress, groupby, islice
from operator import gt, itemgetter, ne
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from geomap._files import CACHE_VARIABLE, free_space, replacing, size_in_words
from geomap.errors import GazetteerUnwritable, GeomapError, InvalidGazetteer, UnsafeOutput
from geomap.gazetteer._fuzzy import write_fuzzy
from geomap.gazetteer._model import SCHEMA_VERSION, Candidate, Origin, SourceRow
from geomap.gazetteer._sections import Sections, SectionsWriter, Texts, TextsWriter, bucketed, is_sound, spooled
from geomap.gazetteer._spelling import FAMILIES, family_of, stored_keys
from geomap.gazetteer._spelling import VERSION as SPELLING_VERSION

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

# Years for an open beginning and an open end in the table of validity.
FIRST_YEAR, LAST_YEAR = -1_000_000, 1_000_000

RECORD = (
    ("population", "<i8"),
    ("geonameid", "<u4"),  # 0 where there is none
    ("lat", "<i4"),  # in units of 1e-7 degrees: one centimeter
    ("lon", "<i4"),
    ("name", "<u4"),  # where it begins in the section of names; it ends where the next begins
    ("area", "<u4"),  # number of its codes, plus OWN_ID where the place_id is not GeoNames'
    ("feature", "<u2"),
    ("alternates", "<u2"),  # 65,535 stands for more
)
"""The fields of a place's record, for numpy."""
DEGREE = 10_000_000
OWN_ID = 1 << 31
KIND_BITS = 4
_MOST_PLACES = 1 << (32 - KIND_BITS)
_MOST_FEATURES = _MOST_ALTERNATES = (1 << 16) - 1
_AT_ONCE = 20_000
# Of the time for what is made of the names.
_SPELLINGS_SHARE = 0.25

NameRow = tuple[str, int, int]
ValidityRow = tuple[str, int, int, int]
PointRow = tuple[int, float, float]


class IndexRows(NamedTuple):
    """Everything that goes into an index, in the order in which it is consumed.

    ``places`` come in order of falling prominence with rows counted from 1; ``names`` come sorted by code points,
    ``origins`` and ``points`` (row, latitude, longitude) by row. The parts may be generators, and a later one may rely on
    an earlier one being exhausted; ``meta`` is read last.
    """

    meta: Mapping[str, str]
    places: Iterable[Candidate]
    names: Iterable[NameRow]
    countries: Iterable[tuple[str, int]] = ()
    divisions: Iterable[tuple[str, int]] = ()
    demonyms: Iterable[tuple[str, int, str]] = ()
    abbreviations: Iterable[tuple[str, int, str]] = ()
    stop_names: Iterable[str] = ()
    validity: Iterable[ValidityRow] = ()
    aliases: Iterable[tuple[str, int]] = ()
    sources: Iterable[SourceRow] = ()
    origins: Iterable[Origin] = ()
    points: Iterable[PointRow] = ()


# What a packed resource holds, in the order of the file; the rest is made of these.
BASE = (
    *("places", "place_names", "place_names_starts", "areas", "areas_starts", "features"),
    *("names", "names_starts", "bearers", "bearers_starts"),
    *("ids", "ids_starts", "ids_rows", "aliases_rows"),
    *("validity_names", "validity_rows", "validity_years"),
    *("origins", "origins_starts", "origins_rows", "origins_sources"),
    *("points", "points_rows"),
    *("countries", "divisions", "demonyms", "abbreviations", "stop_names", "sources", "meta"),
)


def write_index(
    path: Path,
    rows: IndexRows,
    *,
    advance: Callable[[float], None] = lambda share: None,
    complete: bool = True,
) -> None:
    """Write a new index file.

    Parameters
    ----------
    path
        The file to write; temporary files lie beside it.
    rows
        What it holds.
    advance
        Called with the share of what is made of the names that is done, in [0, 1]; it comes last.
    complete
        Whether to write what similar names and spellings are found by. Without it, that is made at first need.

    Raises
    ------
    InvalidGazetteer
        If two places have one identifier, or a number is out of range.
    ValueError
        If rows are not in order.
    """
    with SectionsWriter(path, SCHEMA_VERSION) as sections:
        with _Places(path.parent) as places:
            places.fill(rows.places)
            with _Names(path.parent) as names:
                names.fill(rows.names, places.count)
                places.add_to(sections)
                names.add_to(sections)
            _add_rest(sections, rows, places, names.bearers)
        add_derived(sections)
        if complete:
            read = sections.so_far()
            write_spellings(sections, read)
            advance(_SPELLINGS_SHARE)
            write_fuzzy(
                sections,
                Texts(read, "names").blocks(),
                path.parent,
                advance=lambda share: advance(_SPELLINGS_SHARE + (1 - _SPELLINGS_SHARE) * share),
            )


def add_derived(sections: SectionsWriter, names: Sequence[bytes] | None = None) -> None:
    """Add what exact names and identifiers are found by; all other sections must be there.

    Parameters
    ----------
    sections
        Where to add them.
    names
        The folded names as they are stored, where they are at hand.

    Raises
    ------
    InvalidGazetteer
        If two places have one identifier.
    """
    import numpy as np

    read = sections.so_far()
    numbers = records_of(read)["geonameid"]
    rows = np.flatnonzero(numbers)
    rows = rows[np.argsort(numbers[rows], kind="stable")]
    sections.add("geonameids", numbers[rows])
    sections.add("geonameids_rows", (rows + 1).astype(np.uint32))
    ids = Texts(read, "ids")
    crcs = _crcs(ids.raw_blocks(), len(ids))
    _refuse_repeated(ids, crcs[: len(read.view("ids_rows"))])
    sections.add_all("ids", bucketed(crcs))
    every = Texts(read, "names")
    sections.add_all("names", bucketed(_crcs(every.raw_blocks() if names is None else [names], len(every))))


def _crcs(texts: Iterable[Sequence[bytes]], count: int) -> npt.NDArray[np.uint32]:
    import numpy as np

    return np.fromiter(chain.from_iterable(map(zlib.crc32, some) for some in texts), np.uint32, count)


def records_of(read: Sections) -> npt.NDArray[np.void]:
    """Return the records of all places, by row less one."""
    import numpy as np

    return read.array("places").view(np.dtype(list(RECORD)))[:-1]


def _refuse_repeated(texts: Texts, crcs: npt.NDArray[np.uint32]) -> None:
    import numpy as np

    order = np.argsort(crcs, kind="stable")
    same = crcs[order[1:]] == crcs[order[:-1]]
    # Different texts seldom share a checksum.
    seen: set[str] = set()
    for number in np.unique(np.concatenate([order[1:][same], order[:-1][same]])).tolist():
        if texts[number] in seen:
            raise InvalidGazetteer(f"duplicate identifier {texts[number]!r}; identifiers of places must be unique")
        seen.add(texts[number])


def write_spellings(sections: SectionsWriter, read: Sections) -> None:
    """Add the names by the hash of their spelling key in the families of the countries where places have them.

    Parameters
    ----------
    sections
        Where to add them.
    read
        The sections of the index.
    """
    import numpy as np

    bits = _family_bits(read)
    bearers, starts = read.array("bearers") >> KIND_BITS, read.array("bearers_starts").astype(np.int64)
    crcs, numbers, first = [np.empty(0, np.uint32)], [np.empty(0, np.uint32)], 0
    for some in Texts(read, "names").blocks():
        begins = starts[first : first + len(some) + 1]
        families = np.bitwise_or.reduceat(bits[bearers[begins[0] : begins[-1]] - 1], begins[:-1] - begins[0])
        for bit, family in enumerate(FAMILIES):
            own = np.flatnonzero(families & (1 << bit))
            keys = stored_keys([some[number] for number in own.tolist()], family) if len(own) else []
            raw = (key.encode("utf-8", "surrogatepass") for _, key in keys)
            crcs.append(np.fromiter(map(zlib.crc32, raw), np.uint32, len(keys)))
            numbers.append((own[[number for number, _ in keys]] + first).astype(np.uint32) if keys else numbers[0])
        first += len(some)
    sections.add_all("spelling", bucketed(np.concatenate(crcs), np.concatenate(numbers)))
    sections.add_json("spelling_version", SPELLING_VERSION)


def _family_bits(read: Sections) -> npt.NDArray[np.uint16]:
    """Return the family of the country of each place, by row less one, as a bit."""
    import numpy as np

    areas = Texts(read, "areas")
    of_area = [1 << FAMILIES.index(family_of(areas[number])) for number in range(0, len(areas), 3)]
    found: npt.NDArray[np.uint16] = np.array(of_area, np.uint16)[records_of(read)["area"] & ~np.uint32(OWN_ID)]
    return found


class _Numbering(dict[Any, int]):
    """Numbers things in the order in which they are first asked for."""

    def __missing__(self, key: Hashable) -> int:
        return self.setdefault(key, len(self))


class _Places:
    """Collects the places."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._records = spooled(folder)
        self._names = TextsWriter(folder)
        self.ids = TextsWriter(folder)
        self.id_rows: list[int] = []
        self._areas, self._features = _Numbering(), _Numbering()
        self._areas_texts = TextsWriter(folder)
        self._bytes = 0
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._records.close()
        for texts in (self._names, self._areas_texts, self.ids):
            texts.__exit__()

    def fill(self, places: Iterable[Candidate]) -> None:
        """Add all places."""
        every = iter(places)
        while some := list(islice(every, _AT_ONCE)):
            self._add(some)

    def _add(self, some: Sequence[Candidate]) -> None:
        import numpy as np

        (rows, place_ids, geonameids, names, lats, lons, classes, codes, countries, admin1, admin2, *rest) = zip(
            *some, strict=True
        )
        if rows[0] != self.count + 1 or rows[-1] != self.count + len(rows) or rows[-1] >= _MOST_PLACES:
            raise ValueError(f"rows of places must count from 1 to at most {_MOST_PLACES - 1:,}; found {rows[0]}")
        records = np.zeros(len(some), np.dtype(list(RECORD)))
        records["population"], records["alternates"] = rest[0], np.minimum(rest[1], _MOST_ALTERNATES)
        records["geonameid"] = _checked_ids(geonameids)
        records["lat"], records["lon"] = _units(lats, 90), _units(lons, 180)
        raw = self._names.extend(names)
        lengths = np.fromiter(map(len, raw), np.int64, len(raw))
        ends = self._bytes + np.cumsum(lengths)
        records["name"] = (ends - lengths).astype(np.uint32)
        self._bytes = int(ends[-1])
        records["feature"] = self._numbered_features(classes, codes)
        records["area"] = list(map(self._areas.__getitem__, zip(countries, admin1, admin2, strict=True)))
        if any(place_ids):
            own = [
                number
                for number, (place_id, geonameid) in enumerate(zip(place_ids, geonameids, strict=True))
                if place_id and place_id != f"geonames:{geonameid}"
            ]
            records["area"][own] |= np.uint32(OWN_ID)
            self.ids.extend(place_ids[number] for number in own)
            self.id_rows.extend(rows[number] for number in own)
        self._records.write(records.tobytes())
        self.count += len(some)

    def _numbered_features(self, classes: Sequence[str], codes: Sequence[str | None]) -> list[int]:
        found = list(map(self._features.__getitem__, zip(classes, codes, strict=True)))
        if len(self._features) > _MOST_FEATURES:
            raise InvalidGazetteer(f"more than {_MOST_FEATURES:,} different feature codes; is that the right column?")
        return found

    def add_to(self, sections: SectionsWriter) -> None:
        """Add the sections of places."""
        import numpy as np

        last = np.zeros(1, np.dtype(list(RECORD)))
        last["name"] = self._bytes
        self._records.write(last.tobytes())
        sections.add("places", self._records)
        self._names.add_to(sections, "place_names")
        self._areas_texts.extend(code or "" for area in self._areas for code in area)
        self._areas_texts.add_to(sections, "areas")
        sections.add_json("features", [(letter, code or None) for letter, code in self._features])


def _checked_ids(geonameids: Sequence[int | None]) -> npt.NDArray[np.int64]:
    import numpy as np

    found = np.array([number or 0 for number in geonameids], np.int64)
    if found.min() < 0 or found.max() >= 1 << 32:
        wrong = found.min() if found.min() < 0 else found.max()
        raise InvalidGazetteer(f"the geonameid {wrong} is not between 1 and {(1 << 32) - 1}")
    return found


def _units(degrees: Sequence[float], limit: int) -> npt.NDArray[np.float64]:
    import numpy as np

    found = np.array(degrees, np.float64)
    # Not "greater", so that NaN is refused too.
    if not (np.abs(found) <= limit).all():
        raise InvalidGazetteer(f"a coordinate is not between -{limit} and {limit} degrees")
    return np.rint(found * DEGREE)


class _Names:
    """Collects the names and their bearers."""

    def __init__(self, folder: Path) -> None:
        self._texts = TextsWriter(folder)
        self._file = spooled(folder)
        self._starts: list[npt.NDArray[np.uint32]] = []
        self._last: tuple[str | None, int] = (None, 0)
        self.bearers = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._texts.__exit__()

    def fill(self, names: Iterable[NameRow], places: int) -> None:
        """Add all names, which belong to that many places."""
        every = iter(names)
        while some := list(islice(every, _AT_ONCE)):
            self._add(*zip(*some, strict=True), places=places)

    def _add(self, folded: Sequence[str], rows: Sequence[int], kinds: Sequence[int], *, places: int) -> None:
        import numpy as np

        last, last_bearer = self._last
        new = np.fromiter(map(ne, folded, chain((last,), folded)), bool, len(folded))
        bearers = (np.array(rows, np.uint32) << np.uint32(KIND_BITS)) | np.array(kinds, np.uint32)
        before = np.concatenate([np.array([last_bearer], np.uint32), bearers[:-1]])
        unsorted = any(map(gt, chain((last or "",), folded), folded)) or bool((~new & (bearers < before)).any())
        if unsorted or min(rows) < 1 or max(rows) > places:
            raise ValueError("names must come sorted, with rows of places")
        kept = new | (bearers != before)
        self._starts.append((self.bearers + np.cumsum(kept)[new] - 1).astype(np.uint32))
        self._texts.extend(compress(folded, new))
        self._file.write(bearers[kept].tobytes())
        self.bearers += int(kept.sum())
        self._last = (folded[-1], int(bearers[-1]))

    def add_to(self, sections: SectionsWriter) -> None:
        """Add the sections of names."""
        import numpy as np

        self._texts.add_to(sections, "names")
        sections.add("bearers", self._file, "I")
        sections.add("bearers_starts", np.concatenate([*self._starts, np.array([self.bearers], np.uint32)]))


def _add_rest(sections: SectionsWriter, rows: IndexRows, places: _Places, bearers: int) -> None:
    """Add the smaller sections, in the order of :data:`BASE`; the rows are consumed in their own order."""
    import numpy as np

    areas = [dict(reversed(list(each))) for each in (rows.countries, rows.divisions)]
    forms = [sorted(set(each)) for each in (rows.demonyms, rows.abbreviations)]
    stop_names = sorted(set(rows.stop_names))
    validity = _validity(sections, rows.validity)
    aliases = dict(rows.aliases)
    places.ids.extend(sorted(aliases))
    places.ids.add_to(sections, "ids")
    sections.add("ids_rows", np.array(places.id_rows, np.uint32))
    sections.add("aliases_rows", np.array([aliases[each] for each in sorted(aliases)], np.uint32))
    sections.add_all("validity", validity)
    sources = {source.key: source for source in rows.sources}
    _add_origins(sections, rows.origins, list(sources), places)
    points = list(rows.points)
    sections.add("points", np.rint(np.array([place for _, *place in points]) * DEGREE).astype(np.int32).ravel())
    sections.add("points_rows", np.array([row for row, *_ in points], np.uint32))
    for name, area in zip(("countries", "divisions"), areas, strict=True):
        sections.add_json(name, dict(sorted(area.items())))
    for name, form in zip(("demonyms", "abbreviations"), forms, strict=True):
        sections.add_json(name, form)
    sections.add_json("stop_names", stop_names)
    sections.add_json("sources", list(sources.values()))
    counts = {"places": str(places.count), "names": str(bearers), "schema": str(SCHEMA_VERSION)}
    sections.add_json("meta", dict(sorted({**rows.meta, **counts}.items())))


def _validity(sections: SectionsWriter, rows: Iterable[ValidityRow]) -> dict[str, npt.NDArray[Any]]:
    import numpy as np

    names = _RawTexts(Texts(sections.so_far(), "names"))
    found = []
    for folded, several in groupby(sorted(set(rows)), key=itemgetter(0)):
        raw = folded.encode("utf-8", "surrogatepass")
        number = bisect_left(names, raw)
        if number < len(names) and names[number] == raw:
            found += [(number, row, first, last) for _, row, first, last in several]
    numbers, places, *years = np.array(found, np.int64).reshape(-1, 4).T
    return {
        "_names": numbers.astype(np.uint32),
        "_rows": places.astype(np.uint32),
        "_years": np.stack(years, axis=1).astype(np.int32).ravel(),
    }


class _RawTexts(Sequence[bytes]):
    """Texts as stored, whose order is that of the texts."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, number: Any) -> Any:
        return self._texts.raw(number)


def _add_origins(sections: SectionsWriter, origins: Iterable[Origin], sources: list[str], places: _Places) -> None:
    import numpy as np

    numbers = _Numbering((key, number) for number, key in enumerate(sources))
    rows: list[npt.NDArray[np.uint32]] = [np.empty(0, np.uint32)]
    named: list[npt.NDArray[np.uint32]] = [np.empty(0, np.uint32)]
    every = iter(origins)
    with TextsWriter(places.folder) as texts:
        while some := list(islice(every, _AT_ONCE)):
            some_rows, some_sources, identifiers = zip(*some, strict=True)
            texts.extend(identifiers)
            rows.append(np.array(some_rows, np.uint32))
            named.append(np.array(list(map(numbers.__getitem__, some_sources)), np.uint32))
        in_order = np.concatenate(rows)
        if len(numbers) > len(sources) or (in_order[1:] <= in_order[:-1]).any():
            raise ValueError("origins must come by row, once each, and name sources that are given")
        texts.add_to(sections, "origins")
    sections.add("origins_rows", in_order)
    sections.add("origins_sources", np.concatenate(named))


_SECONDS_TO_WAIT = 3600
_ANOTHER_FOLDER = f"free some space, or set {CACHE_VARIABLE} or Gazetteer(cache_dir=...) to another folder"


def build_once(target: Path, write: Callable[[Path], None], *, needed: int, anew: bool = False) -> Path:
    """Write the target unless it exists undamaged, and return it.

    Several processes may call this at once: one builds, the others wait.

    Parameters
    ----------
    target
        Path of the index.
    write
        Called with a temporary path, to write the index there; its folder may hold further temporary files.
    needed
        Bytes that must be free in the target's folder, temporary files included.
    anew
        Whether to replace an existing target; readers that have it open keep the old content.

    Raises
    ------
    GazetteerUnwritable
        If the folder is not writable or has too little free space.
    """
    from filelock import FileLock

    if not anew and is_sound(target, SCHEMA_VERSION):
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_suffix(".lock"), timeout=_SECONDS_TO_WAIT):
            if anew or not is_sound(target, SCHEMA_VERSION):
                check_space(target.parent, needed)
                with replacing(target) as temporary:
                    write(temporary)
    except OSError as error:
        if isinstance(error, GeomapError) and not isinstance(error, UnsafeOutput):
            raise
        raise GazetteerUnwritable(
            f"cannot build the gazetteer's index (about {size_in_words(needed)}) in {target.parent}: "
            f"{error.__cause__ or error}; {_ANOTHER_FOLDER}"
        ) from error
    return target


def check_space(folder: Path, needed: int) -> None:
    """Raise GazetteerUnwritable if a folder has less free space than is needed, in bytes."""
    free = free_space(folder)
    if free < needed:
        raise GazetteerUnwritable(
            f"not enough space in {folder}: {size_in_words(needed)} needed, {size_in_words(free)} free; {_ANOTHER_FOLDER}"
        )

"""A gazetteer of one's own files: read once, then kept as an index in the cache folder.

Places are sorted outside of memory into the order of falling population, which gives them their rows; so are their names.
What waits on disk lies beside the index and goes with it.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from geomap._files import cache_folder
from geomap._progress import Progress, no_progress
from geomap.errors import InvalidGazetteer
from geomap.gazetteer._adapters._dates import Span
from geomap.gazetteer._adapters._formats import places_of_file
from geomap.gazetteer._adapters._records import CustomName, CustomPlace, clean_name, text
from geomap.gazetteer._adapters._skipping import Skipped
from geomap.gazetteer._folding import fold
from geomap.gazetteer._index import (
    FIRST_YEAR,
    LAST_YEAR,
    IndexRows,
    NameRow,
    ValidityRow,
    build_once,
    write_index,
)
from geomap.gazetteer._model import INDEX_SUFFIX, SCHEMA_VERSION, STORED, Candidate, NameKind, Origin, SourceRow
from geomap.gazetteer._sections import is_sound
from geomap.gazetteer._sorting import LineSorter

_CHUNK = 1 << 20
# A shapefile is several files.
_BESIDE = (".dbf", ".prj", ".cpg")
_SMALLEST_SPACE = 5_000_000
_SPACE = 10
_MOST_PEOPLE = 10**16
_AT_ONCE = 10_000
# Lines in memory while they are sorted: places are long.
_PLACES_IN_RUN, _NAMES_IN_RUN = 100_000, 500_000


def title_of(path: Path) -> str:
    """Return the prefix of a gazetteer's identifiers: the file's name without its extension."""
    return "-".join(clean_name(text(path.stem).lower().replace(":", " ")).split()) or "custom"


def ensure_custom_index(path: Path, cache_dir: str | os.PathLike[str] | None = None) -> Path:
    """Return the path of a custom gazetteer's index; build it unless the file's content has been indexed before.

    Raises
    ------
    InvalidGazetteer
        If the file is invalid; the message names file and row.
    UnsupportedFormat
        If no adapter reads such a file.
    GazetteerUnwritable
        If the cache folder is not writable.
    """
    title = title_of(path)
    digest = _digest(path)
    target = cache_folder(cache_dir) / f"custom-{title}-{digest[:16]}-v{SCHEMA_VERSION}{INDEX_SUFFIX}"
    return target if is_sound(target, SCHEMA_VERSION) else build_custom([path], target, title=title, digest=digest)


def build_custom(
    paths: Sequence[Path],
    target: Path,
    *,
    title: str,
    digest: str = "",
    licence: str = "",
    attribution: str = "",
    anew: bool = False,
    progress: Progress = no_progress,
) -> Path:
    """Build the index of some files' places.

    Parameters
    ----------
    paths
        The files; see :func:`geomap.gazetteer._adapters._formats.places_of_file`.
    target
        The index. If it exists it is replaced when the new one is whole, and only if ``anew``.
    title
        Name of the gazetteer, and prefix of those identifiers that are only unique in the files.
    digest, licence, attribution
        For the metadata.
    progress
        Called with the stage, how much of it is done and how much there is.

    Returns
    -------
    Path
        The target.
    """
    skipped = Skipped()
    source = SourceRow(title, title, licence, attribution, "")
    # Opened first: what the beginning of a file shows to be wrong is no error of the cache folder.
    readers = [places_of_file(path, skipped) for path in paths]
    meta = {
        "source": title,
        "file": ", ".join(str(path.resolve()) for path in paths),
        "sha256": digest,
        "licence": licence,
        "attribution": attribution,
    }

    def every() -> Iterator[CustomPlace]:
        kept = 0
        for reader in readers:
            for place in reader:
                kept += 1
                yield place
        skipped.report(", ".join(path.name for path in paths), kept)

    def write(temporary: Path) -> None:
        with CustomRows(every(), source, temporary.parent, meta=meta, progress=progress) as rows:
            write_index(
                temporary, rows.index(), advance=lambda share: progress("similar names", round(100 * share), 100)
            )

    needed = _SMALLEST_SPACE + _SPACE * sum(path.stat().st_size for path in paths)
    return build_once(target, write, needed=needed, anew=anew)


def _digest(path: Path) -> str:
    whole = hashlib.sha256()
    beside = [path.with_suffix(ending) for ending in _BESIDE] if path.suffix.lower() == ".shp" else []
    for each in [path, *(other for other in beside if other.is_file())]:
        with each.open("rb") as file:
            while chunk := file.read(_CHUNK):
                whole.update(chunk)
    return whole.hexdigest()


class CustomRows:
    """The content of an index of places, as generators that rely on the ones before them being exhausted.

    Parameters
    ----------
    places
        In any order, consumed once.
    source
        Of those that do not say where they come from; its key is the prefix of identifiers that are only unique there.
    folder
        For temporary files, which are deleted when the ``with`` block ends.
    meta
        What the index says of itself; what only the places tell is added.
    """

    def __init__(
        self,
        places: Iterable[CustomPlace],
        source: SourceRow,
        folder: Path,
        *,
        meta: dict[str, str],
        progress: Progress = no_progress,
    ) -> None:
        self._places_in, self._own, self._folder, self.meta, self._progress = places, source, folder, meta, progress
        self._stack = ExitStack()
        self._sources: dict[str, SourceRow] = {}
        self._of_source: Counter[str] = Counter()
        self._slugs: Counter[str] = Counter()
        self._shared: Counter[int] = Counter()
        self._newest, self._populated = "", False

    def __enter__(self) -> CustomRows:
        self._sorted_places = self._sorter(_PLACES_IN_RUN)
        self._sorted_names, self._sorted_years, self._sorted_origins = (self._sorter(_NAMES_IN_RUN) for _ in range(3))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _sorter(self, lines: int) -> LineSorter:
        return self._stack.enter_context(LineSorter(self._folder, lines_in_run=lines))

    def index(self) -> IndexRows:
        """Return the parts of the index; nothing is read until they are consumed."""
        return IndexRows(
            meta=self.meta,
            places=self._places(),
            names=self._names(),
            validity=self._validity(),
            sources=self._used_sources(),
            origins=self._origins(),
        )

    def _places(self) -> Iterator[Candidate]:
        """Yield the places by falling population; their names, years and origins then wait in the other sorters."""
        with tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n", dir=self._folder) as waiting:
            self._collect(waiting)
            self._identify(waiting)
        main = self._main_source()
        row = 0
        for lines in self._sorted_places.blocks():
            for line in lines:
                row += 1
                yield self._place(row, json.loads(line.partition("\t")[2]), main)
        self._sorted_places.close()

    def _collect(self, waiting: IO[str]) -> None:
        """Write the places to a file, since an identifier depends on whether others have the same name."""
        count = 0
        for place in self._places_in:
            if not place.place.place_id:
                self._slugs[_slug(place.place)] += 1
                if place.place.geonameid is not None:
                    self._shared[place.place.geonameid] += 1
            source = place.source or self._own
            self._sources.setdefault(source.key, source)
            self._of_source[source.key] += 1
            self._newest = max(self._newest, place.modified)
            self._populated = self._populated or place.place.population > 0
            waiting.write(f"{json.dumps(_as_list(place, source.key), ensure_ascii=False)}\n")
            count += 1
            if count % _AT_ONCE == 0:
                self._progress("places", count, count)
        if not count:
            raise InvalidGazetteer(f"{self.meta.get('file') or self._own.name} contains no places")
        # Where no place has a population, that it has none says nothing about a place.
        self.meta["populated"] = "1" if self._populated else "0"
        self.meta["main_source"] = self._main_source()
        if self._newest:
            self.meta["date"] = self.meta["version"] = self._newest
        credited = [self.meta["attribution"], *(self._sources[key].attribution for key in sorted(self._sources))]
        self.meta["attribution"] = " ".join(dict.fromkeys(filter(None, credited)))
        licences = [self.meta["licence"], *(self._sources[key].licence for key in sorted(self._sources))]
        self.meta["licence"] = "; ".join(dict.fromkeys(filter(None, licences)))

    def _main_source(self) -> str:
        return max(sorted(self._of_source), key=self._of_source.__getitem__)

    def _identify(self, waiting: IO[str]) -> None:
        """Give each place its identifier, make sure that no two have the same, and sort the places."""
        waiting.seek(0)
        with LineSorter(self._folder, lines_in_run=_NAMES_IN_RUN) as identifiers:
            for line in waiting:
                values = json.loads(line)
                place_id = self._place_id(values)
                values[_ID] = place_id
                key = json.dumps(place_id, ensure_ascii=False)
                identifiers.extend([f"{key}\t{json.dumps(values[_WHERE], ensure_ascii=False)}"])
                population = values[_POPULATION]
                self._sorted_places.extend(
                    [f"{_MOST_PEOPLE - population:017d}{key}\t{json.dumps(values, ensure_ascii=False)}"]
                )
            _check_distinct(line for lines in identifiers.blocks() for line in lines)

    def _place_id(self, values: list[Any]) -> str:
        """Return an identifier: the place's own, GeoNames', or made of its name and, if need be, its point."""
        place = Candidate(0, *values[len(_ALONE) :][: len(STORED) - 1])
        prefix, slug = values[_PREFIX] or self._own.key, _slug(place)
        if place.place_id:
            return f"{prefix}:{place.place_id}"
        # One feature under several names, each with its own dates, may be written as several rows with one geonameid.
        if place.geonameid is not None and self._shared[place.geonameid] == 1:
            return f"geonames:{place.geonameid}"
        if self._slugs[slug] == 1:
            return f"{prefix}:{slug}"
        return f"{prefix}:{slug}@{place.lat:.5f},{place.lon:.5f}"

    def _place(self, row: int, values: list[Any], main: str) -> Candidate:
        names = [
            CustomName(name, [_span(each) for each in spans], NameKind(kind)) for name, spans, kind in values[_NAMES]
        ]
        spans = [_span(each) for each in values[_SPANS]]
        place = Candidate(row, *values[len(_ALONE) :])._replace(alternates=len(names))
        lines, years = [], []
        for folded, kind, dated in _kinds(place.name, names, spans):
            lines.append(f"{folded}\t{row:010d}{kind:d}")
            years += [f"{folded}\t{row}\t{first}\t{last}" for first, last in dated]
        self._sorted_names.extend(lines)
        self._sorted_years.extend(years)
        source, source_id = values[_SOURCE], values[_SOURCE_ID]
        if source != main or source_id:
            source_id = source_id or place.place_id.partition(":")[2]
            self._sorted_origins.extend([f"{row:010d}\t{source}\t{source_id}"])
        return place

    def _names(self) -> Iterator[NameRow]:
        for line in _distinct(self._sorted_names):
            yield line[: -_ROW_AND_KIND - 1], int(line[-_ROW_AND_KIND:-1]), int(line[-1])

    def _validity(self) -> Iterator[ValidityRow]:
        for line in _distinct(self._sorted_years):
            folded, row, first, last = line.split("\t")
            yield folded, int(row), int(first), int(last)

    def _used_sources(self) -> Iterator[SourceRow]:
        # "yield from": the sources are not known yet when this is called.
        yield from (self._sources[key] for key in sorted(self._sources))

    def _origins(self) -> Iterator[Origin]:
        for line in _distinct(self._sorted_origins):
            row, source, source_id = line.split("\t")
            yield Origin(int(row), source, source_id)


# A place as a list: what the candidate does not have, then its fields without the row.
_ALONE = ("where", "source", "source_id", "prefix", "names", "spans")
_WHERE, _SOURCE, _SOURCE_ID, _PREFIX, _NAMES, _SPANS = range(len(_ALONE))
_ID, _POPULATION = (len(_ALONE) + STORED.index(name) - 1 for name in ("place_id", "population"))
_ROW_AND_KIND = 11


def _as_list(place: CustomPlace, source: str) -> list[Any]:
    names = [(clean_name(name.name), name.spans, int(name.kind)) for name in place.names]
    alone = [place.where, source, clean_name(place.source_id), place.prefix, names, place.spans]
    return [*alone, *place.place[1 : len(STORED)]]


def _span(years: Sequence[int | None]) -> Span:
    return years[0], years[1]


def _distinct(sorter: LineSorter) -> Iterator[str]:
    before = None
    for lines in sorter.blocks():
        for line in lines:
            if line != before:
                yield line
            before = line
    sorter.close()


def _check_distinct(lines: Iterable[str]) -> None:
    """Raise InvalidGazetteer if two sorted lines begin with the same identifier."""
    before, used = "", ""
    for line in lines:
        place_id, _, where = line.partition("\t")
        if place_id == before:
            # In the order of the file, which is not that of the sorted lines: row 10 comes before row 9.
            first, second = sorted((json.loads(used), json.loads(where)), key=_by_number)
            raise InvalidGazetteer(
                f"{second}: duplicate identifier {json.loads(place_id)!r}, also used by {first}; give each place an "
                "identifier of its own, or write further names of a place into one row"
            )
        before, used = place_id, where


def _by_number(where: str) -> tuple[int, str]:
    return len(where), where


def _slug(place: Candidate) -> str:
    return fold(place.name).replace(" ", "-") or "place"


def _kinds(
    name: str, others: Sequence[CustomName], own: Sequence[Span]
) -> Iterator[tuple[str, int, list[tuple[int, int]]]]:
    """Yield folded names with kind and years; a name given twice, once without years, is always valid."""
    main = fold(name)
    dated: dict[tuple[str, NameKind], list[list[tuple[int, int]]]] = {}
    given = [(fold(other.name), other.kind, other.spans) for other in others]
    if all(folded != main for folded, _, _ in given):
        given.append((main, NameKind.MAIN, []))
    for folded, kind, spans in given:
        if folded:
            years = [(_first(first), _last(last)) for first, last in spans or own]
            dated.setdefault((folded, NameKind.MAIN if folded == main else kind), []).append(years)
    for (folded, kind), several in dated.items():
        always = any(not years for years in several)
        yield folded, int(kind), [] if always else [span for years in several for span in years]


def _first(year: int | None) -> int:
    return FIRST_YEAR if year is None else year


def _last(year: int | None) -> int:
    return LAST_YEAR if year is None else year

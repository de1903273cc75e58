"""A user's own gazetteer: read once, then kept as a small index in the cache folder under the content's hash."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from geomap.errors import InvalidGazetteer
from geomap.gazetteer.building import build_once, cache_folder
from geomap.gazetteer.folding import fold
from geomap.gazetteer.model import NameKind
from geomap.gazetteer.own_files import read_places, title_of
from geomap.gazetteer.own_places import OwnPlace
from geomap.gazetteer.schema import (
    FIRST_YEAR,
    LAST_YEAR,
    SCHEMA_VERSION,
    IndexRows,
    NameRow,
    PlaceRow,
    ValidityRow,
    write_index,
)

_CHUNK = 1 << 20
# A shapefile is several files.
_BESIDE = (".dbf", ".prj", ".cpg")
_SMALLEST_SPACE = 5_000_000


def ensure_own_index(path: Path, cache_dir: str | os.PathLike[str] | None = None) -> Path:
    """Return the index of a user's own gazetteer; build it if the file's content has not been seen before.

    Raises
    ------
    InvalidGazetteer
        If the file cannot be used; file and row are named.
    UnsupportedFormat
        If the ending names no format that is read.
    GazetteerUnwritable
        If the cache folder cannot be written.
    """
    title = title_of(path)
    digest = _digest(path)
    target = cache_folder(cache_dir) / f"own-{title}-{digest[:16]}-v{SCHEMA_VERSION}.sqlite"
    if target.is_file():
        return target
    # Read first: an error in the user's file is not one of the cache folder.
    rows = own_rows(read_places(path), title=title, file=path, digest=digest)
    return build_once(
        target, lambda temporary: write_index(temporary, rows), needed=_SMALLEST_SPACE + 10 * path.stat().st_size
    )


def _digest(path: Path) -> str:
    whole = hashlib.sha256()
    beside = [path.with_suffix(ending) for ending in _BESIDE] if path.suffix.lower() == ".shp" else []
    for each in [path, *(other for other in beside if other.is_file())]:
        with each.open("rb") as file:
            while chunk := file.read(_CHUNK):
                whole.update(chunk)
    return whole.hexdigest()


def own_rows(places: list[OwnPlace], *, title: str, file: Path, digest: str) -> IndexRows:
    """Return the index of some places.

    Parameters
    ----------
    places
        In any order.
    title
        What identifiers begin with.
    file, digest
        Where they come from.

    Raises
    ------
    InvalidGazetteer
        If there is no place, or two have the same identifier.
    """
    if not places:
        raise InvalidGazetteer(f"{file.name} has no place")
    identified = sorted(_identified(places, title), key=lambda each: (-each[1].population, each[0]))
    rows: list[PlaceRow] = []
    names: set[NameRow] = set()
    validity: set[ValidityRow] = set()
    for row, (place_id, place) in enumerate(identified, start=1):
        rows.append(_row(row, place_id, place))
        for folded, kind, spans in _names(place):
            names.add((folded, row, kind))
            validity.update((folded, row, first, last) for first, last in spans)
    meta = {"source": title, "file": str(file.resolve()), "sha256": digest, "attribution": ""}
    return IndexRows(meta=meta, places=rows, names=sorted(names), validity=sorted(validity))


def _row(row: int, place_id: str, place: OwnPlace) -> PlaceRow:
    return (
        row,
        place_id,
        place.geonameid,
        place.name,
        place.lat,
        place.lon,
        place.feature_class,
        place.feature_code,
        place.country_code,
        place.admin1_code,
        place.admin2_code,
        place.population,
        len(place.names),
    )


def _identified(places: list[OwnPlace], title: str) -> Iterator[tuple[str, OwnPlace]]:
    """Yield every place with its identifier: its own, GeoNames', or made of its name and, if need be, its point."""
    slugs = Counter(_slug(place) for place in places)
    # One feature under several names, each with its own dates, may be written as several rows with one geonameid.
    shared = Counter(place.geonameid for place in places)
    seen: dict[str, str] = {}
    for place in places:
        if place.identifier:
            place_id = f"{title}:{place.identifier}"
        elif place.geonameid is not None and shared[place.geonameid] == 1:
            place_id = f"geonames:{place.geonameid}"
        elif slugs[_slug(place)] == 1:
            place_id = f"{title}:{_slug(place)}"
        else:
            place_id = f"{title}:{_slug(place)}@{place.lat:.5f},{place.lon:.5f}"
        if place_id in seen:
            raise InvalidGazetteer(f"{place.where}: the identifier {place_id!r} is also that of {seen[place_id]}")
        seen[place_id] = place.where
        yield place_id, place


def _slug(place: OwnPlace) -> str:
    return fold(place.name).replace(" ", "-") or "place"


def _names(place: OwnPlace) -> Iterator[tuple[str, int, list[tuple[int, int]]]]:
    """Yield folded names with kind and years; a name given twice, once without years, is always valid."""
    main = fold(place.name)
    dated: dict[tuple[str, NameKind], list[list[tuple[int, int]]]] = {}
    given = [(fold(name.name), name.kind, name.spans) for name in place.names]
    if all(folded != main for folded, _, _ in given):
        given.append((main, NameKind.MAIN, []))
    for folded, kind, spans in given:
        if folded:
            years = [(_first(first), _last(last)) for first, last in spans or place.spans]
            dated.setdefault((folded, NameKind.MAIN if folded == main else kind), []).append(years)
    for (folded, kind), several in dated.items():
        always = any(not years for years in several)
        yield folded, int(kind), [] if always else [span for years in several for span in years]


def _first(year: int | None) -> int:
    return FIRST_YEAR if year is None else year


def _last(year: int | None) -> int:
    return LAST_YEAR if year is None else year

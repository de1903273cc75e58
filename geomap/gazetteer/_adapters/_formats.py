"""Which file is read by which adapter: told from its content, its ending is a hint only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any

from geomap.errors import InvalidGazetteer, UnsupportedFormat
from geomap.gazetteer._adapters._geojson import geojson_places
from geomap.gazetteer._adapters._geonames import FileKind, kind_of_file
from geomap.gazetteer._adapters._json_items import JsonItems
from geomap.gazetteer._adapters._linked_places import is_linked_places, linked_places, pleiades_places
from geomap.gazetteer._adapters._openstreetmap import ENDINGS as OSM
from geomap.gazetteer._adapters._openstreetmap import openstreetmap_places
from geomap.gazetteer._adapters._overture import is_overture, overture_places
from geomap.gazetteer._adapters._p_codes import has_p_codes, p_code_places, sheet_rows
from geomap.gazetteer._adapters._records import CustomPlace
from geomap.gazetteer._adapters._shapes import shape_places
from geomap.gazetteer._adapters._skipping import Skipped
from geomap.gazetteer._adapters._tables import table_header, table_places, table_rows
from geomap.gazetteer._adapters._whosonfirst import (
    distribution_places,
    is_distribution,
    is_whosonfirst,
    whosonfirst_places,
)
from geomap.gazetteer._adapters._wikidata import binding_places, is_wikidata, wikidata_places
from geomap.gazetteer._model import INDEX_SUFFIX

TABLES = frozenset({".csv", ".tsv", ".tab", ".txt", ".gz", ".bz2", ".xz", ".zip"})
JSON = frozenset({".geojson", ".geojsonl", ".json", ".jsonl", ".jsonld", ".lpf", ".ndjson"})
SHAPES = frozenset({".shp", ".gpkg", ".kml", ".fgb", ".gml", ".gpx"})
PARQUET = frozenset({".parquet", ".geoparquet"})
DATABASES = frozenset({".db", ".sqlite", ".sqlite3"})
SHEETS = frozenset({".xlsx", ".xls", ".ods"})
_SQLITE = b"SQLite format 3\x00"
# Linked Places are told by their first features.
_LOOKED_AT = 1000


class Lists(StrEnum):
    """Names of the lists in JSON files."""

    PLEIADES = "@graph"
    ANSWERS = "bindings"


def places_of_file(path: Path, skipped: Skipped) -> Iterator[CustomPlace]:
    """Yield the places of a file.

    Parameters
    ----------
    path
        The file.
    skipped
        Takes the account of what is left out.

    Raises
    ------
    InvalidGazetteer
        If the file is not in the format that it seems to be in, or a row is invalid; the message names both.
    UnsupportedFormat
        If no adapter reads such a file.
    MissingDependency
        If the adapter needs a package that is not installed.
    """
    ending = path.suffix.lower()
    if path.name.lower().endswith(OSM):
        return openstreetmap_places(path, skipped)
    if ending in PARQUET:
        return overture_places(path, skipped) if is_overture(path) else shape_places(path, skipped)
    if ending in SHAPES:
        return shape_places(path, skipped)
    if ending in DATABASES or _starts_with(path, _SQLITE):
        return _database(path, skipped)
    if ending in SHEETS:
        return p_code_places(sheet_rows(path), path, skipped)
    if ending in JSON or _packed_ending(path) in JSON:
        return _json(path, skipped)
    if ending in TABLES:
        return _table(path, skipped)
    known = ", ".join(sorted({*TABLES, *JSON, *SHAPES, *PARQUET, *DATABASES, *SHEETS, *OSM}))
    raise UnsupportedFormat(
        f"{path}: unsupported gazetteer format; supported are {known} and an index that geomap built ({INDEX_SUFFIX})"
    )


def _packed_ending(path: Path) -> str:
    return Path(path.stem).suffix.lower()


def _starts_with(path: Path, magic: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(magic)) == magic
    except OSError as error:
        raise InvalidGazetteer(f"cannot read {path}: {error.strerror or error}") from error


def _database(path: Path, skipped: Skipped) -> Iterator[CustomPlace]:
    if is_distribution(path):
        return distribution_places(path, skipped)
    raise InvalidGazetteer(
        f"{path.name} is a database, but not a distribution of Who's On First; an index that geomap built is used by its "
        "path and needs no building"
    )


def _json(path: Path, skipped: Skipped) -> Iterator[CustomPlace]:
    items = JsonItems(path)
    first = list(islice(items, _LOOKED_AT))
    read = _json_adapter(items, first)
    if read is None:
        raise InvalidGazetteer(f"{path.name} is not a feature collection (GeoJSON or Linked Places)")
    return read(JsonItems(path), path, skipped)


_Read = Callable[[Iterable[Any], Path, Skipped], Iterator[CustomPlace]]


def _json_adapter(items: JsonItems, first: list[Any]) -> _Read | None:
    if items.list_name == Lists.PLEIADES:
        return pleiades_places
    if items.list_name == Lists.ANSWERS:
        return binding_places
    if is_wikidata(first):
        return wikidata_places
    if is_whosonfirst(first):
        return whosonfirst_places
    features = items.list_name == "features" or any(isinstance(each, dict) and "geometry" in each for each in first)
    if not features:
        return None
    return linked_places if is_linked_places(items.head, first) else geojson_places


def _table(path: Path, skipped: Skipped) -> Iterator[CustomPlace]:
    kind = kind_of_file(path)
    if kind is not FileKind.UNKNOWN:
        raise InvalidGazetteer(
            f"{path.name} is a file of GeoNames ({kind.value}) without a header; build a gazetteer of it: "
            f"geomap gazetteer build {path.name} --name ..."
        )
    header = table_header(path)
    if has_p_codes(header):
        return p_code_places(table_rows(path), path, skipped)
    if is_wikidata([dict.fromkeys(header, "")]):
        return wikidata_places((row for _, row in table_rows(path)), path, skipped)
    return table_places(path)

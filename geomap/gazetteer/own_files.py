"""Read a user's own gazetteer from tables, GeoJSON, and whatever else geopandas reads."""

from __future__ import annotations

import csv
import json
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from geomap.errors import GazetteerRowsSkipped, InvalidGazetteer, UnsupportedFormat
from geomap.gazetteer.linked_places import is_linked_places, linked_places
from geomap.gazetteer.own_places import OwnPlace, find_columns, read_place, text

TABLES = frozenset({".csv", ".tsv", ".tab", ".txt"})
JSON = frozenset({".geojson", ".json", ".jsonld", ".lpf"})
SHAPES = frozenset({".shp", ".gpkg", ".kml", ".fgb", ".gml", ".gpx", ".parquet", ".geoparquet"})
_DELIMITERS = "\t;|,"


def read_places(path: Path) -> list[OwnPlace]:
    """Read the places of a file.

    Raises
    ------
    InvalidGazetteer
        If the file is not what its name says, or a row is wrong; file and row are named.
    UnsupportedFormat
        If the ending names no format that is read.
    """
    ending = path.suffix.lower()
    if ending in TABLES:
        return list(_table(path))
    if ending in JSON:
        return _json(path)
    if ending in SHAPES:
        return list(_shapes(path))
    known = ", ".join(sorted(TABLES | JSON | SHAPES))
    raise UnsupportedFormat(f"{path}: a gazetteer is read from {known}, or an index that geomap built (.sqlite)")


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidGazetteer(f"{path.name}: byte {error.start} is not UTF-8; save the file as UTF-8") from error


def _table(path: Path) -> Iterator[OwnPlace]:
    content = _text(path)
    header, _, _ = content.lstrip().partition("\n")
    delimiter = max(_DELIMITERS, key=header.count)
    rows = csv.reader(content.splitlines(keepends=True), delimiter=delimiter, strict=True)
    try:
        names = [column.strip() for column in next(rows, [])]
        columns = find_columns(names, where=path.name)
        positions = {key: names.index(column) for key, column in columns.items()}
        for number, row in enumerate((row for row in rows if any(map(str.strip, row))), start=1):
            where = f"{path.name}, row {number} (line {rows.line_num})"
            if len(row) > len(names):
                raise InvalidGazetteer(f"{where}: {len(row)} fields, and the header has {len(names)}")
            row += [""] * (len(names) - len(row))
            record = {key: row[position] for key, position in positions.items()}
            yield read_place(record, where=where)
    except csv.Error as error:
        raise InvalidGazetteer(f"{path.name}, line {rows.line_num}: {error}") from error


def _json(path: Path) -> list[OwnPlace]:
    try:
        content = json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise InvalidGazetteer(f"{path.name}, line {error.lineno}: this is no JSON: {error.msg}") from error
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        raise InvalidGazetteer(f"{path.name} is no collection of features (GeoJSON or Linked Places)")
    if is_linked_places(content):
        return _located(linked_places(features, file=path.name), path)
    return _located(_features(features, path), path)


def _features(features: list[Any], path: Path) -> Iterator[OwnPlace | None]:
    import shapely
    from shapely.geometry import shape

    known: dict[str, str] | None = None
    for number, feature in enumerate(features, start=1):
        where = f"{path.name}, feature {number}"
        if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
            raise InvalidGazetteer(f"{where}: this is no GeoJSON feature with properties")
        if not feature.get("geometry"):
            yield None
            continue
        properties = feature["properties"]
        # Each feature may have other properties; the usual case is that all have the same.
        if known is None or not set(known.values()) <= properties.keys():
            known = find_columns(properties, where=where, located=True)
        try:
            middle = shape(feature["geometry"]).representative_point()
        except (shapely.errors.ShapelyError, TypeError, ValueError, KeyError, AttributeError) as error:
            raise InvalidGazetteer(f"{where}: the geometry cannot be read: {error}") from error
        if middle.is_empty:
            yield None
            continue
        record = {key: properties[column] for key, column in known.items()}
        yield read_place(record, where=where, point=(middle.y, middle.x), identifier=feature.get("id"))


def _shapes(path: Path) -> Iterator[OwnPlace]:
    import geopandas as gpd

    try:
        frame = gpd.read_parquet(path) if "parquet" in path.suffix.lower() else gpd.read_file(path)
        if frame.crs is not None:
            frame = frame.to_crs("EPSG:4326")
    except (OSError, ValueError, RuntimeError) as error:
        raise InvalidGazetteer(f"{path.name} cannot be read by geopandas: {error}") from error
    named = [str(column) for column in frame.columns if column != frame.geometry.name]
    columns = find_columns(named, where=path.name, located=True)
    middles = frame.geometry.representative_point()
    records = frame[list(columns.values())].to_dict("records")
    yield from _located(_rows(records, middles, {column: key for key, column in columns.items()}, path), path)


def _rows(
    records: Iterable[Mapping[Any, object]], middles: Iterable[Any], keys: Mapping[str, str], path: Path
) -> Iterator[OwnPlace | None]:
    for number, (values, middle) in enumerate(zip(records, middles, strict=True), start=1):
        if middle is None or middle.is_empty:
            yield None
            continue
        record = {keys[str(column)]: value for column, value in values.items()}
        yield read_place(record, where=f"{path.name}, row {number}", point=(middle.y, middle.x))


def _located(places: Iterable[OwnPlace | None], path: Path) -> list[OwnPlace]:
    """Return the places that lie somewhere; historical gazetteers know of many whose place is lost."""
    every = list(places)
    found = [place for place in every if place is not None]
    if len(found) < len(every):
        warnings.warn(
            f"{path.name}: {len(every) - len(found):,} of {len(every):,} places have no coordinates; left out",
            GazetteerRowsSkipped,
            stacklevel=2,
        )
    return found


def title_of(path: Path) -> str:
    """Return what a gazetteer's identifiers begin with: the file's name without its ending."""
    return "-".join(text(path.stem).lower().replace(":", " ").split()) or "own"

"""GeoJSON features: a collection, or one feature a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from geomap.errors import InvalidGazetteer
from geomap.gazetteer._adapters._records import CustomPlace, find_columns, read_place
from geomap.gazetteer._adapters._skipping import NO_COORDINATES, Skipped


def geojson_places(features: Iterable[Any], path: Path, skipped: Skipped) -> Iterator[CustomPlace]:
    """Yield the places of GeoJSON features.

    Raises
    ------
    InvalidGazetteer
        If an item is not a feature, or its properties have no name; the message names it by number.
    """
    known: dict[str, str] | None = None
    for number, feature in enumerate(features, start=1):
        where = f"{path.name}, feature {number}"
        if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
            raise InvalidGazetteer(f"{where}: not a GeoJSON feature with properties")
        if not feature.get("geometry"):
            skipped.add(NO_COORDINATES, where)
            continue
        properties = feature["properties"]
        # Each feature may have other properties; the usual case is that all have the same.
        if known is None or not set(known.values()) <= properties.keys():
            known = find_columns(properties, where=where, located=True)
        try:
            middle = middle_of(feature["geometry"])
        except ValueError as error:
            raise InvalidGazetteer(f"{where}: {error}") from error
        if middle is None:
            skipped.add(NO_COORDINATES, where)
            continue
        record = {key: properties[column] for key, column in known.items()}
        yield read_place(record, where=where, point=middle, identifier=feature.get("id"))


def middle_of(geometry: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return latitude and longitude of a point inside a GeoJSON geometry, None if it is empty.

    Raises
    ------
    ValueError
        If it is not a geometry.
    """
    import shapely
    from shapely.geometry import shape

    try:
        if geometry["type"] == "Point":
            # Most are points, and shapely would take ten times as long.
            coordinates = geometry["coordinates"]
            return (float(coordinates[1]), float(coordinates[0])) if coordinates else None
        middle = shape(dict(geometry)).representative_point()
    except (shapely.errors.ShapelyError, TypeError, ValueError, KeyError, AttributeError, IndexError) as error:
        raise ValueError(f"cannot read the geometry: {error}") from error
    return None if middle.is_empty else (middle.y, middle.x)

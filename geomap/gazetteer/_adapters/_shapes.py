"""Whatever else geopandas reads: shapefiles, GeoPackages, KML, GPX."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from geomap.errors import InvalidGazetteer
from geomap.gazetteer._adapters._records import CustomPlace, find_columns, read_place
from geomap.gazetteer._adapters._skipping import NO_COORDINATES, Skipped


def shape_places(path: Path, skipped: Skipped) -> Iterator[CustomPlace]:
    """Yield the places of a file of shapes, which is read as a whole.

    Raises
    ------
    InvalidGazetteer
        If geopandas cannot read it, or it has no column for the name.
    """
    import geopandas as gpd

    try:
        frame = gpd.read_parquet(path) if "parquet" in path.suffix.lower() else gpd.read_file(path)
        if frame.crs is not None:
            frame = frame.to_crs("EPSG:4326")
    except (OSError, ValueError, RuntimeError) as error:
        raise InvalidGazetteer(f"geopandas cannot read {path.name}: {error}") from error
    named = [str(column) for column in frame.columns if column != frame.geometry.name]
    columns = find_columns(named, where=path.name, located=True)
    keys = {column: key for key, column in columns.items()}
    records = frame[list(columns.values())].to_dict("records")
    middles: Any = frame.geometry.representative_point()
    for number, (values, middle) in enumerate(zip(records, middles, strict=True), start=1):
        where = f"{path.name}, row {number}"
        if middle is None or middle.is_empty:
            skipped.add(NO_COORDINATES, where)
            continue
        record = {keys[str(column)]: value for column, value in values.items()}
        yield read_place(record, where=where, point=(middle.y, middle.x))

"""Overture Maps: divisions as GeoParquet.

After https://docs.overturemaps.org/schema/v1.18.0/reference/divisions/division/ (2026). Only features of the type
``division``, which are points, are places; areas and boundaries are not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from geomap._optional import optional
from geomap.errors import InvalidGazetteer
from geomap.gazetteer._adapters._publishers import OVERTURE
from geomap.gazetteer._adapters._records import CustomName, CustomPlace, clean_name, read_place, text
from geomap.gazetteer._adapters._skipping import NO_COORDINATES, NO_NAME, Skipped

_NEEDED = {"id", "geometry", "subtype", "names"}
_READ = ("id", "geometry", "subtype", "class", "names", "country", "population", "type")
_SUBTYPES: Mapping[str, tuple[str, str]] = {
    "country": ("A", "PCLI"),
    "dependency": ("A", "PCLD"),
    "macroregion": ("A", "ADMD"),
    "region": ("A", "ADM1"),
    "macrocounty": ("A", "ADMD"),
    "county": ("A", "ADM2"),
    "localadmin": ("A", "ADM3"),
    "locality": ("P", "PPL"),
    "borough": ("P", "PPLX"),
    "macrohood": ("P", "PPLX"),
    "neighborhood": ("P", "PPLX"),
    "microhood": ("P", "PPLX"),
}
_OTHER = "are not divisions"
_ROWS_AT_ONCE = 10_000


def is_overture(path: Path) -> bool:
    """Return whether a Parquet file has the columns of Overture's divisions."""
    return set(_file(path).schema_arrow.names) >= _NEEDED


def overture_places(path: Path, skipped: Skipped) -> Iterator[CustomPlace]:
    """Yield the divisions of a file, a few thousand rows at a time.

    Raises
    ------
    InvalidGazetteer
        If the file is damaged or a row is invalid; the message names the row.
    """
    file = _file(path)
    columns = [name for name in _READ if name in file.schema_arrow.names]
    number = 0
    try:
        for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE, columns=columns):
            for row in batch.to_pylist():
                number += 1
                place = _place(row, f"{path.name}, row {number}", skipped)
                if place is not None:
                    yield place
    except OSError as error:
        raise InvalidGazetteer(f"{path.name} is damaged ({error}); download it again") from error


def _file(path: Path) -> Any:
    parquet = optional("pyarrow.parquet", needed_by="reading Parquet", extra="parquet", package="pyarrow")
    try:
        return parquet.ParquetFile(path)
    except (OSError, ValueError) as error:
        raise InvalidGazetteer(f"cannot read {path.name} as Parquet: {error}") from error


def _place(row: Mapping[str, Any], where: str, skipped: Skipped) -> CustomPlace | None:
    import shapely

    names = row["names"] or {}
    reason = ""
    if row["subtype"] not in _SUBTYPES or row.get("type") not in {None, "division"}:
        reason = _OTHER
    elif not clean_name(names.get("primary")):
        reason = NO_NAME
    elif not row["geometry"]:
        reason = NO_COORDINATES
    if reason:
        skipped.add(reason, where)
        return None
    try:
        point = shapely.from_wkb(row["geometry"]).representative_point()
    except shapely.errors.ShapelyError as error:
        raise InvalidGazetteer(f"{where}: cannot read the geometry: {error}") from error
    common = dict(names.get("common") or [])
    feature_class, feature_code = _SUBTYPES[row["subtype"]]
    place = read_place(
        {
            "name": common.get("en") or names["primary"],
            "country_code": row.get("country"),
            "feature_class": feature_class,
            "feature_code": feature_code,
            "population": row.get("population"),
        },
        where=where,
        point=(point.y, point.x),
        identifier=row["id"],
    )
    # Rules are further forms of a name: official, alternate, short.
    rules = [text(rule.get("value")) for rule in names.get("rules") or [] if isinstance(rule, dict)]
    every = dict.fromkeys(map(clean_name, [names["primary"], *common.values(), *rules]))
    place.names = [CustomName(name) for name in every if name]
    place.source, place.prefix = OVERTURE, OVERTURE.key
    return place

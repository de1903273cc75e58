"""Read what to geocode - a list, a Series, a table - into queries, in input order."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from geomap._checks import of_kind
from geomap.errors import ColumnMissing, GeocodingMisused
from geomap.geocoding._arguments import check_hints
from geomap.tables import is_missing

if TYPE_CHECKING:
    import geopandas as gpd

NAME_COLUMNS = ("name", "toponym", "query")
MAX_LENGTH = 500


@dataclass(frozen=True)
class Query:
    """One input row.

    Attributes
    ----------
    name
        The name as given.
    text
        What is sent, or None.
    country_codes
        The countries to keep to in this row.
    point
        Longitude and latitude in degrees, for reverse geocoding.
    fault
        Why nothing can be sent.
    """

    name: str | None
    text: str | None
    country_codes: tuple[str, ...] = ()
    point: tuple[float, float] | None = None
    fault: str | None = None

    @property
    def key(self) -> tuple[str | None, tuple[str, ...], tuple[float, float] | None]:
        """Equal for rows that ask for the same."""
        return self.text, self.country_codes, self.point


def read_names(
    names: Iterable[object] | pd.Series | pd.DataFrame, country_codes: tuple[str, ...]
) -> tuple[list[Query], pd.Index]:
    """Return one query per row, and the index of the input.

    Parameters
    ----------
    names
        Names; or a table with a column ``name``, ``toponym`` or ``query`` and, optional, ``context`` (appended to
        the name, as in ``Bridge Street, Mosul``) and ``country_code`` (replaces ``country_codes`` where present).

    Raises
    ------
    ColumnMissing
        If the table has none of the three.
    GeocodingMisused
        If ``names`` is a single string.
    """
    if isinstance(names, (str, bytes)):
        raise GeocodingMisused(f"names must not be a single string; pass a list: [{names!r}]")
    of_kind("names", names, Iterable, "a list of names, or a table with a column 'name'")
    if isinstance(names, pd.DataFrame):
        column = next((name for name in NAME_COLUMNS if name in names.columns), None)
        if column is None:
            raise ColumnMissing(
                f"the table has no column {' or '.join(NAME_COLUMNS)}; its columns are {', '.join(map(str, names.columns))}"
            )
        values, index = names[column].tolist(), names.index
        contexts = names["context"].tolist() if "context" in names.columns else [None] * len(values)
        codes = names["country_code"].tolist() if "country_code" in names.columns else [None] * len(values)
    else:
        values = list(names)
        index = names.index if isinstance(names, pd.Series) else pd.RangeIndex(len(values))
        contexts, codes = [None] * len(values), [None] * len(values)
    queries = [
        _query(value, context, code, country_codes)
        for value, context, code in zip(values, contexts, codes, strict=True)
    ]
    return queries, index


def _query(value: object, context: object, code: object, country_codes: tuple[str, ...]) -> Query:
    if is_missing(value):
        return Query(None, None, fault="the name is missing")
    if not isinstance(value, str):
        return Query(str(value), None, fault=f"the name is not text but {type(value).__name__}")
    parts = [_tidy(value), "" if is_missing(context) else _tidy(str(context))]
    text = ", ".join(part for part in parts if part)
    if not parts[0]:
        return Query(value, None, fault="the name is empty")
    if len(text) > MAX_LENGTH:
        return Query(value, None, fault=f"the name is longer than {MAX_LENGTH} characters")
    if not is_missing(code):
        try:
            country_codes, _ = check_hints(str(code).strip(), None, 1)
        except GeocodingMisused as error:
            return Query(value, None, fault=str(error))
    return Query(value, text, country_codes)


def _tidy(text: str) -> str:
    """Return the text in NFC, with single spaces and without control characters."""
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))
    printable = "".join(" " if unicodedata.category(letter) in {"Cc", "Zl", "Zp"} else letter for letter in text)
    return " ".join(printable.split())


def read_points(points: Sequence[Any] | gpd.GeoSeries | gpd.GeoDataFrame) -> tuple[list[Query], pd.Index]:
    """Return one query per point, and the index of the input.

    Parameters
    ----------
    points
        A GeoSeries or GeoDataFrame in any CRS (EPSG:4326 if it has none); or shapely points, or (longitude, latitude)
        pairs in degrees.
    """
    import geopandas as gpd

    if isinstance(points, gpd.GeoDataFrame):
        points = points.geometry
    if isinstance(points, gpd.GeoSeries):
        in_degrees = points if points.crs is None else points.to_crs("EPSG:4326")
        return [_point_query(value) for value in in_degrees], points.index
    of_kind("points", points, Iterable, "points, or pairs (longitude, latitude)")
    values = list(points)
    return [_point_query(value) for value in values], pd.RangeIndex(len(values))


def _point_query(value: Any) -> Query:
    if value is None or getattr(value, "is_empty", False):
        return Query(None, None, fault="the point is missing")
    try:
        point = value.representative_point() if hasattr(value, "representative_point") else None
        lon, lat = (point.x, point.y) if point is not None else map(float, value)
    except (TypeError, ValueError):
        return Query(str(value), None, fault="not a point; expected (longitude, latitude)")
    if not (math.isfinite(lon) and math.isfinite(lat)) or abs(lon) > 180 or abs(lat) > 90:
        return Query(f"{lat}, {lon}", None, fault=f"longitude {lon:g}, latitude {lat:g} is out of range")
    lon, lat = round(lon, 7), round(lat, 7)
    return Query(f"{lat}, {lon}", f"{lat}, {lon}", point=(lon, lat))

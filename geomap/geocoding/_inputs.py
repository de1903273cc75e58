"""What a caller hands over - a list, a Series, a table - as questions in input order."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from geomap.errors import ColumnMissing, GeocodingMisused
from geomap.geocoding._arguments import check_hints

if TYPE_CHECKING:
    import geopandas as gpd

NAME_COLUMNS = ("name", "toponym", "query")
LONGEST = 500


@dataclass(frozen=True)
class Question:
    """One input row.

    Attributes
    ----------
    given
        The name as it was given.
    query
        What is sent; None where there is nothing to send.
    country_codes
        The hint of this row.
    point
        Longitude and latitude, for the way from a point to an address.
    fault
        Why there is nothing to send.
    """

    given: str | None
    query: str | None
    country_codes: tuple[str, ...] = ()
    point: tuple[float, float] | None = None
    fault: str | None = None

    @property
    def key(self) -> tuple[str | None, tuple[str, ...], tuple[float, float] | None]:
        """What makes two rows the same question."""
        return self.query, self.country_codes, self.point


def read_names(
    names: Iterable[object] | pd.Series | pd.DataFrame, country_codes: tuple[str, ...]
) -> tuple[list[Question], pd.Index]:
    """Return one question per row, and the index of the input.

    Parameters
    ----------
    names
        Names; or a table with a column ``name``, ``toponym`` or ``query`` and, optional, ``context`` (written behind the
        name, as in ``Bridge Street, Mosul``) and ``country_code`` (instead of ``country_codes`` where it is given).

    Raises
    ------
    ColumnMissing
        If the table has none of the three.
    GeocodingMisused
        If a single string is given.
    """
    if isinstance(names, (str, bytes)):
        raise GeocodingMisused(f"names is one string; pass a list: [{names!r}]")
    if isinstance(names, pd.DataFrame):
        column = next((name for name in NAME_COLUMNS if name in names.columns), None)
        if column is None:
            raise ColumnMissing(
                f"the names table has no column {', '.join(NAME_COLUMNS)}; it has: {', '.join(map(str, names.columns))}"
            )
        values, index = names[column].tolist(), names.index
        contexts = names["context"].tolist() if "context" in names.columns else [None] * len(values)
        codes = names["country_code"].tolist() if "country_code" in names.columns else [None] * len(values)
    else:
        values = list(names)
        index = names.index if isinstance(names, pd.Series) else pd.RangeIndex(len(values))
        contexts, codes = [None] * len(values), [None] * len(values)
    questions = [
        _question(value, context, code, country_codes)
        for value, context, code in zip(values, contexts, codes, strict=True)
    ]
    return questions, index


def _question(value: object, context: object, code: object, country_codes: tuple[str, ...]) -> Question:
    if _missing(value):
        return Question(None, None, fault="there is no name")
    if not isinstance(value, str):
        return Question(str(value), None, fault=f"the name is no text but {type(value).__name__}")
    parts = [_tidy(value), "" if _missing(context) else _tidy(str(context))]
    query = ", ".join(part for part in parts if part)
    if not parts[0]:
        return Question(value, None, fault="the name is empty")
    if len(query) > LONGEST:
        return Question(value, None, fault=f"the name is longer than {LONGEST} characters")
    if not _missing(code):
        try:
            country_codes, _ = check_hints(str(code).strip(), None, 1)
        except GeocodingMisused as error:
            return Question(value, None, fault=str(error))
    return Question(value, query, country_codes)


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def _tidy(text: str) -> str:
    """Return the text with one form per letter, single spaces, and nothing that a terminal would obey."""
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))
    printable = "".join(" " if unicodedata.category(letter) in {"Cc", "Zl", "Zp"} else letter for letter in text)
    return " ".join(printable.split())


def read_points(points: Sequence[Any] | gpd.GeoSeries | gpd.GeoDataFrame) -> tuple[list[Question], pd.Index]:
    """Return one question per point, and the index of the input.

    Parameters
    ----------
    points
        A GeoSeries or GeoDataFrame in any CRS (EPSG:4326 where it names none); or shapely points, or (longitude, latitude)
        pairs in degrees.
    """
    import geopandas as gpd

    if isinstance(points, gpd.GeoDataFrame):
        points = points.geometry
    if isinstance(points, gpd.GeoSeries):
        in_degrees = points if points.crs is None else points.to_crs("EPSG:4326")
        return [_point_question(value) for value in in_degrees], points.index
    values = list(points)
    return [_point_question(value) for value in values], pd.RangeIndex(len(values))


def _point_question(value: Any) -> Question:
    if value is None or getattr(value, "is_empty", False):
        return Question(None, None, fault="there is no point")
    try:
        point = value.representative_point() if hasattr(value, "representative_point") else None
        lon, lat = (point.x, point.y) if point is not None else map(float, value)
    except (TypeError, ValueError):
        return Question(str(value), None, fault="that is no point; (longitude, latitude) is meant")
    if not (math.isfinite(lon) and math.isfinite(lat)) or abs(lon) > 180 or abs(lat) > 90:
        return Question(f"{lat}, {lon}", None, fault=f"longitude {lon:g}, latitude {lat:g} is not on Earth")
    lon, lat = round(lon, 7), round(lat, 7)
    return Question(f"{lat}, {lon}", f"{lat}, {lon}", point=(lon, lat))

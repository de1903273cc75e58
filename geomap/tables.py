"""The columns and dtypes of the tables that geomap passes along, their empty forms, and their validation.

Three tables travel through geomap. *Articles* is a pandas DataFrame, one row per article. *Mentions* is a GeoDataFrame
in EPSG:4326, one row per mention of a place, in article order then text order. *Places* is a GeoDataFrame in EPSG:4326,
one row per place. Geometries are points in (longitude, latitude) order, in degrees, or None.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap.errors import ColumnMissing, InvalidTable

if TYPE_CHECKING:
    import geopandas as gpd

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

CRS = "EPSG:4326"
FIELDS = ("title", "text")
KINDS = ("toponym", "demonym", "embedded")
USAGES = ("literal", "associative")
STATUSES = ("resolved", "nil")
MIN_CONFIDENCE = 0.3
"""Below this confidence a mention is nil unless asked otherwise: on left-out outlets most such choices are wrong."""

ARTICLES: Mapping[str, str] = {
    "article_id": "str",
    "title": "str",
    "text": "str",
    "published": "datetime64[us, UTC]",
    "source": "str",
    "url": "str",
}

MENTION_KEY = ("article_id", "field", "start", "end")
"""The columns that together identify a mention."""

SPANS: Mapping[str, str] = {"article_id": "str", "field": "str", "start": "int64", "end": "int64"}

MENTIONS: Mapping[str, str] = {
    "article_id": "str",
    "field": "str",
    "start": "int64",
    "end": "int64",
    "toponym": "str",
    "kind": "str",
    "usage": "str",
    "status": "str",
    "recognition_score": "float64",
    "confidence": "float64",
    "place_id": "str",
    "geonameid": "Int64",
    "name": "str",
    "country_code": "str",
    "country": "str",
    "admin1": "str",
    "feature_class": "str",
    "feature_code": "str",
    "population": "Int64",
    "sentence": "str",
    "title": "category",
    "published": "datetime64[us, UTC]",
    "source": "category",
    "url": "category",
    "checked": "str",
    "boilerplate": "boolean",
    "alternatives": "str",
}

PLACES: Mapping[str, str] = {
    "place_id": "str",
    "geonameid": "Int64",
    "name": "str",
    "country_code": "str",
    "country": "str",
    "admin1": "str",
    "feature_class": "str",
    "feature_code": "str",
    "population": "Int64",
    "mentions": "int64",
    "articles": "int64",
    "share": "float64",
    "first": "datetime64[us, UTC]",
    "last": "datetime64[us, UTC]",
    "confidence": "float64",
    "expected": "float64",
    "expected_low": "float64",
    "expected_high": "float64",
}


def as_dtype(values: Any, dtype: str) -> pd.Series[Any]:
    """Return the values as a Series of one of the dtypes named above; missing text is missing, never ``"nan"``."""
    series: pd.Series[Any] = values if isinstance(values, pd.Series) else pd.Series(values)
    target = _string_dtype() if dtype == "str" else pd.api.types.pandas_dtype(dtype)
    if dtype == "category":
        return (
            series
            if isinstance(series.dtype, pd.CategoricalDtype)
            else series.astype(_string_dtype()).astype("category")
        )
    if dtype.startswith("datetime64"):
        series = _as_times(series)
    converted: pd.Series[Any] = series.astype(target)
    return converted


def _as_times(series: pd.Series[Any]) -> pd.Series[Any]:
    """Return times in UTC; text may mix days, seconds and zones, and what is no time is named."""
    if pd.api.types.is_numeric_dtype(series) or pd.api.types.is_datetime64_any_dtype(series):
        return pd.to_datetime(series, utc=True)
    try:
        return pd.to_datetime(series, utc=True, format="mixed")
    except (ValueError, TypeError) as error:
        unread = series[pd.to_datetime(series, utc=True, format="mixed", errors="coerce").isna() & series.notna()]
        first = f"{unread.iloc[0]!r} in row {unread.index[0]}" if len(unread) else str(error)
        raise InvalidTable(f"the column {series.name!r} has what is no date: {first}; write 2017-03-01") from error


def _string_dtype() -> pd.StringDtype:
    return pd.StringDtype(na_value=np.nan)


def _empty(columns: Mapping[str, str]) -> pd.DataFrame:
    return pd.DataFrame({name: as_dtype(pd.Series([], dtype=object), dtype) for name, dtype in columns.items()})


def empty_articles() -> pd.DataFrame:
    """Return an articles table without rows."""
    return _empty(ARTICLES)


def empty_mentions() -> gpd.GeoDataFrame:
    """Return a mentions table without rows, EPSG:4326."""
    return _with_geometry(_empty(MENTIONS))


def empty_places() -> gpd.GeoDataFrame:
    """Return a places table without rows, EPSG:4326."""
    return _with_geometry(_empty(PLACES))


def _with_geometry(table: pd.DataFrame) -> gpd.GeoDataFrame:
    import geopandas as gpd

    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(np.full(len(table), None, dtype=object), crs=CRS), crs=CRS)


def points(longitude: pd.Series, latitude: pd.Series) -> gpd.GeoSeries:
    """Return points in (longitude, latitude) order, EPSG:4326; None where a coordinate is missing."""
    import geopandas as gpd
    import shapely

    lon, lat = np.asarray(longitude, dtype="float64"), np.asarray(latitude, dtype="float64")
    known = np.isfinite(lon) & np.isfinite(lat)
    geometry = np.full(len(lon), None, dtype=object)
    geometry[known] = shapely.points(lon[known], lat[known])
    return gpd.GeoSeries(geometry, crs=CRS)


def require_columns(table: pd.DataFrame, needed: Mapping[str, str] | tuple[str, ...], *, what: str) -> None:
    """Raise :class:`~geomap.errors.ColumnMissing` naming the columns that the table lacks.

    Parameters
    ----------
    table
        The table that a caller passed in.
    needed
        Column names, or a mapping whose keys are column names.
    what
        What the table is, for the message ("mentions").
    """
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise ColumnMissing(
            f"the {what} table lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}; "
            f"it has: {', '.join(map(str, table.columns)) or 'none'}"
        )


def validate_articles(articles: pd.DataFrame) -> pd.DataFrame:
    """Return the articles with every column of the contract, further columns carried through untouched.

    Parameters
    ----------
    articles
        At least ``article_id`` and ``text``. A missing ``title`` becomes empty, other missing columns become missing
        values.

    Returns
    -------
    DataFrame
        A copy with the columns of :data:`ARTICLES` first and a fresh RangeIndex.

    Raises
    ------
    ColumnMissing
        If ``article_id`` or ``text`` is not there.
    InvalidTable
        If an ``article_id`` is missing or stands twice.
    """
    require_columns(articles, ("article_id", "text"), what="articles")
    table = articles.reset_index(drop=True)
    for name in ("title", "published", "source", "url"):
        if name not in table.columns:
            table[name] = None
    for name, dtype in ARTICLES.items():
        table[name] = as_dtype(table[name], dtype)
    if table["article_id"].isna().any():
        raise InvalidTable(f"the articles table has no article_id in row {int(table['article_id'].isna().argmax())}")
    repeated = table["article_id"][table["article_id"].duplicated()]
    if len(repeated):
        raise InvalidTable(
            f"the article_id {repeated.iloc[0]!r} stands twice in the articles table; ids must be unique"
        )
    table["title"] = table["title"].fillna("")
    table["text"] = table["text"].fillna("")
    return table[[*ARTICLES, *(name for name in table.columns if name not in ARTICLES)]]


def finish_mentions(table: pd.DataFrame) -> gpd.GeoDataFrame:
    """Bring mentions into their promised shape: all columns, their order and dtypes, EPSG:4326.

    Parameters
    ----------
    table
        Any of the columns of :data:`MENTIONS`, with the coordinates as ``lon`` and ``lat`` in degrees.
    """
    import geopandas as gpd

    missing = pd.Series(np.nan, index=table.index, dtype=object)
    columns = {name: as_dtype(table.get(name, missing), dtype) for name, dtype in MENTIONS.items()}
    geometry = points(table.get("lon", missing), table.get("lat", missing))
    geometry.index = table.index
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS, index=table.index)


def as_times(published: pd.Series[Any]) -> pd.Series[Any]:
    """Return times in UTC, also of texts, of times without a zone (taken as UTC) and of mixed zones.

    Raises
    ------
    InvalidTable
        If a value cannot be read as a time.
    """
    if str(published.dtype) == "datetime64[us, UTC]":
        return published
    try:
        return as_dtype(published, "datetime64[us, UTC]")
    except (ValueError, TypeError) as error:
        raise InvalidTable(f"the column published holds something that is no time: {error}") from error


def factorized(values: pd.Series[Any]) -> tuple[Ints, pd.Index[Any]]:
    """Return the number of each value (-1 where missing) and the values, in order of first appearance."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes = values.cat.codes.to_numpy(dtype=np.int64)
        used, first = np.unique(codes, return_index=True)
        first = first[used >= 0]
        used = used[used >= 0][np.argsort(first)]
        renumbered = np.full(len(values.cat.categories) + 1, -1, dtype=np.int64)
        renumbered[used] = np.arange(len(used))
        return renumbered[codes], values.cat.categories[used]
    numbers, found = pd.factorize(values)
    return numbers.astype(np.int64, copy=False), pd.Index(found)


def sorted_unique(values: Ints) -> Ints:
    """Return the distinct values in rising order; many times faster than ``numpy.unique`` for a million of them."""
    ordered = np.sort(values)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered


def coordinates(geometry: pd.Series[Any]) -> tuple[Floats, Floats]:
    """Return the longitudes and latitudes of points in degrees, missing where there is none."""
    import shapely

    array = np.asarray(geometry.array)
    return shapely.get_x(array), shapely.get_y(array)


def active_coordinates(table: pd.DataFrame, *, what: str) -> tuple[Floats, Floats]:
    """Return the longitude and latitude of each row's point in degrees, missing where there is none.

    Parameters
    ----------
    table
        A GeoDataFrame in any CRS, whatever its active geometry column is called; or a DataFrame with a column
        ``geometry`` in degrees.
    what
        What the table is, for the message ("mentions").

    Raises
    ------
    ColumnMissing
        If the table has no geometry.
    """
    import geopandas as gpd

    if isinstance(table, gpd.GeoDataFrame) and table.active_geometry_name is not None:
        geometry = table.geometry
    else:
        require_columns(table, ("geometry",), what=what)
        geometry = gpd.GeoSeries(table["geometry"], crs=CRS)
    return coordinates(geometry if geometry.crs is None or geometry.crs == CRS else geometry.to_crs(CRS))


def in_degrees(table: gpd.GeoDataFrame, mentions: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return a table in EPSG:4326 whose geometry was taken from mentions that may be in another system."""
    crs = getattr(mentions, "crs", None) or CRS
    table = table.set_crs(crs, allow_override=True)
    return table if table.crs == CRS else table.to_crs(CRS)


def in_degrees_of(mentions: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return mentions in EPSG:4326, their active geometry, whatever its name, as the column ``geometry``."""
    table: gpd.GeoDataFrame = mentions  # type: ignore[assignment]  # a plain table stays as it is
    name = getattr(mentions, "active_geometry_name", None)
    if name is None:
        return table
    if name != "geometry":
        table = table.drop(columns="geometry", errors="ignore").rename_geometry("geometry")
    return table if table.crs is None or table.crs == CRS else table.to_crs(CRS)


def texts_of(articles: pd.DataFrame, article_ids: pd.Series[Any]) -> dict[str, dict[str, str]]:
    """Return the title and text of each article, by field and id.

    Raises
    ------
    ColumnMissing, InvalidTable
        If the table is not one of articles, or lacks one of the ids.
    """
    articles = validate_articles(articles)
    unknown = ~article_ids.isin(articles["article_id"])
    if unknown.any():
        raise InvalidTable(f"there is no article {article_ids[unknown].iloc[0]!r} in the articles table")
    return field_texts(articles)


def field_texts(articles: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return the title and text of each article of a valid table, by field and id."""
    return {field: dict(zip(articles["article_id"], articles[field], strict=True)) for field in FIELDS}


def empty_table(columns: Mapping[str, str]) -> pd.DataFrame:
    """Return a table without rows."""
    return with_dtypes(pd.DataFrame({name: pd.Series([], dtype=object) for name in columns}), columns)


def with_dtypes(table: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return the columns named, in their order and dtypes, with a fresh RangeIndex."""
    table = table.reset_index(drop=True)
    return pd.DataFrame({name: as_dtype(table[name], dtype) for name, dtype in columns.items()})


def is_missing(value: Any, *, blank: bool = False) -> bool:
    """Return whether a single value is None, NaN, NaT or NA; with ``blank``, also whether it is blank text."""
    if isinstance(value, str):
        return blank and not value.strip()
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))

"""The tables of geomap: their columns with dtype and meaning, their empty forms, and their validation.

*Articles* is a pandas DataFrame, one row per article. *Mentions* is a GeoDataFrame in EPSG:4326, one row per mention of a
place, in article order then text order. *Places* is a GeoDataFrame in EPSG:4326, one row per place, and so is a table of
*candidates*, the places of the gazetteer that bear a name. Geometries are points in (longitude, latitude) order, in
degrees, or None.

Every column is declared once, in :data:`COLUMNS`: the dtypes, the empty tables and the documentation come from there. What
a gazetteer itself stores of a place is declared in :class:`geomap.gazetteer.Candidate`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap._checks import wrong_kind
from geomap.errors import ColumnMissing, InvalidTable

if TYPE_CHECKING:
    import geopandas as gpd

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

CRS = "EPSG:4326"
_FARTHEST = 540  # degrees of longitude: shapes across the antimeridian go on beyond 180
FIELDS = ("title", "text")
KINDS = ("toponym", "demonym", "embedded", "coordinate")
COORDINATE, EMBEDDED = "coordinate", "embedded"
"""The kind of a name inside another name, which names no place of its own."""
PLACE_ITSELF, OFFSET, WITHIN = "place", "offset", "within"
RINGED = (OFFSET, WITHIN)
"""What is drawn as a ring around a point, because the point is no place's own."""
USAGES = ("literal", "associative")
STATUSES = ("resolved", "nil")
MIN_CONFIDENCE = 0.3
"""Below this probability a mention is nil unless asked otherwise: on left-out outlets most such dots are wrong."""
MENTION_KEY = ("article_id", "field", "start", "end")
"""The columns that together identify a mention."""


class Column(NamedTuple):
    """The dtype of a column, and its meaning in Markdown."""

    dtype: str
    meaning: str


_TIME: Final = "datetime64[us, UTC]"
# The columns that describe a place, in every table that has one place per row.
_PLACE = {
    "place_id": Column(
        "str", "stable id in the gazetteer (`geonames:99072`) or of the geocoding service (`nominatim:W5001`)"
    ),
    "geonameid": Column("Int64", "GeoNames' number, where known"),
    "name": Column("str", "main name of the place"),
    "country_code": Column("str", "ISO 3166-1 alpha-2"),
    "country": Column("str", "name of the country"),
    "admin1": Column("str", "name of the state, province or governorate"),
    "feature_class": Column(
        "str",
        "GeoNames' class: `P` town, `A` country or division, `H` water, `T` mountain, `L` area, `S` spot, `R` road; and "
        "`X` a body of states, such as the European Union",
    ),
    "feature_code": Column("str", "GeoNames' code: `PPLC` capital, `ADM1` first-order division, ..."),
    "population": Column("Int64", "inhabitants, where known"),
}


def _inserted(columns: Mapping[str, Column], after: str, **further: Column) -> dict[str, Column]:
    """Return the columns with further ones right after one of them."""
    position = list(columns).index(after) + 1
    items = list(columns.items())
    return dict([*items[:position], *further.items(), *items[position:]])


COLUMNS: Mapping[str, Mapping[str, Column]] = {
    "articles": {
        "article_id": Column("str", "unique; the file's name where the file gives none"),
        "title": Column("str", "empty where there is none"),
        "text": Column("str", "as read: offsets count its characters"),
        "published": Column(_TIME, "date of publication, UTC"),
        "source": Column("str", "publisher; the resolver looks at what else it writes about"),
        "url": Column("str", "address of the article"),
    },
    "mentions": {
        "article_id": Column("str", "of the article"),
        "field": Column("str", "`title` or `text`: where the mention is"),
        "start": Column("int64", "offset of the first character in that field"),
        "end": Column("int64", "offset after the last: `article[field][start:end] == toponym`"),
        "toponym": Column("str", "the words as written"),
        "kind": Column(
            "str",
            "`toponym` (Mosul), `demonym` (Iraqi), `embedded` (the Paris of “Paris Police Department”) or `coordinate` "
            "(36.34 N, 43.13 E)",
        ),
        "usage": Column(
            "str", "`literal` (“in Mosul”) or `associative` (“Turkey said”); missing where the recognizer cannot tell"
        ),
        "status": Column("str", "`resolved`, or `nil` without a candidate whose dot is probable enough"),
        "recognition_score": Column("float64", "of the span, 0 to 1; missing from a recognizer that gives none"),
        "confidence": Column(
            "float64",
            "probability that the resolution is right, if the words name a place; see [](methods.md#confidence)",
        ),
        "dot_probability": Column(
            "float64",
            "probability that the dot is right: that the words name a place, and this one; what counts, maps and "
            "thresholds use; see [](methods.md#confidence)",
        ),
        **_PLACE,
        "sentence": Column("str", "the sentence around the mention"),
        "title": Column("category", "of the article"),
        "published": Column(_TIME, "of the article"),
        "source": Column("category", "of the article"),
        "url": Column("category", "of the article"),
        "language": Column(
            "category",
            "of the article, ISO 639-1: as its column `language` gives it, else told from the text; missing where that is "
            "not clear",
        ),
        "checked": Column("str", "a person's verdict from corrections: `right`, `moved` or `not a place`"),
        "precision": Column(
            "str",
            "what the point is: `place` (the place itself), `offset` (a point that the words describe by the place: “20 "
            "km south of Mosul”) or `within` (an approximate place: somewhere in the place that is named here, since no "
            "gazetteer has its own); missing where nil",
        ),
        "radius_km": Column(
            "float64",
            "how far the truth may lie from the point, where it is not the place's own or the words leave it open (“near "
            "Mosul”); else missing",
        ),
        "boilerplate": Column(
            "boolean", "whether the sentence repeats over a source; missing until `geomap.analysis.boilerplate` is run"
        ),
        "alternatives": Column(
            "str",
            "the likeliest candidates and what decided, as JSON text for `geomap.alternatives` and `geomap.why`",
        ),
    },
    "places": {
        **_inserted(
            _PLACE,
            "name",
            written=Column(
                "str", "the name that the mentions write most often; missing where they write none of its own"
            ),
        ),
        "mentions": Column("int64", "number of mentions resolved to it, without what is not counted unless asked"),
        "approximate": Column(
            "int64", "how many of them lie somewhere in it (`precision` is `within`); 0 unless asked"
        ),
        "articles": Column("int64", "number of articles that mention it"),
        "share": Column("float64", "share of all articles with a resolved mention that mention it"),
        "first": Column(_TIME, "date of the first article that mentions it, UTC"),
        "last": Column(_TIME, "date of the last"),
        "confidence": Column("float64", "mean over its mentions of the probability that their dot is right"),
        "expected": Column("float64", "expected number of correct mentions, by that probability of each"),
        "expected_low": Column("float64", "lower end of the 95 % interval of that number"),
        "expected_high": Column("float64", "upper end"),
    },
    "candidates": {
        "toponym": Column("str", "the name that was looked up, as it was given"),
        **_inserted(
            _inserted(_PLACE, "name", kind=Column("str", "kind of the name that matched: `main`, `alternate`, ...")),
            "admin1",
            admin1_code=Column("str", "GeoNames' code of that division"),
        ),
        "hierarchy": Column("str", "the place and what it lies in: `Mosul, Nineveh, Iraq`"),
        "similarity": Column("float64", "of the names, 0 to 1; 1 where they fold to the same"),
        "source": Column("str", "where the place comes from: `GeoNames`, ..."),
        "source_id": Column("str", "its identifier there"),
        "licence": Column("str", "licence of that source, where known"),
    },
}


def _dtypes(columns: Mapping[str, Column]) -> Mapping[str, str]:
    return {name: column.dtype for name, column in columns.items()}


PLACE = _dtypes(_PLACE)
"""The columns that describe a place, with their dtypes."""
ARTICLES = _dtypes(COLUMNS["articles"])
MENTIONS = _dtypes(COLUMNS["mentions"])
PLACES = _dtypes(COLUMNS["places"])
CANDIDATES = _dtypes(COLUMNS["candidates"])
SPANS: Mapping[str, str] = {name: MENTIONS[name] for name in MENTION_KEY}


def as_dtype(values: Any, dtype: str) -> pd.Series[Any]:
    """Return values as a Series of one of the dtypes above; missing text stays missing and never becomes ``"nan"``.

    Raises
    ------
    InvalidTable
        If a value of a column of times is not one.
    """
    series: pd.Series[Any] = values if isinstance(values, pd.Series) else pd.Series(values)
    if dtype == "category":
        is_category = isinstance(series.dtype, pd.CategoricalDtype)
        return series if is_category else series.astype(_string_dtype()).astype("category")
    if dtype == _TIME:
        return as_times(series)
    target = _string_dtype() if dtype == "str" else pd.api.types.pandas_dtype(dtype)
    converted: pd.Series[Any] = series.astype(target)
    return converted


def as_times(times: pd.Series[Any]) -> pd.Series[Any]:
    """Return times in UTC; text may mix days, seconds and zones, and a time without a zone is taken as UTC.

    Raises
    ------
    InvalidTable
        If a value cannot be read as a time.
    """
    if str(times.dtype) == _TIME:
        return times
    typed = pd.api.types.is_numeric_dtype(times) or pd.api.types.is_datetime64_any_dtype(times)
    try:
        return pd.to_datetime(times, utc=True, format=None if typed else "mixed").astype(_TIME)
    except (ValueError, TypeError) as error:
        unread = times[pd.to_datetime(times, utc=True, format="mixed", errors="coerce").isna() & times.notna()]
        first = f"{unread.iloc[0]!r} in row {unread.index[0]}" if len(unread) else str(error)
        raise InvalidTable(
            f"column {times.name!r} contains an invalid date: {first} (expected e.g. 2017-03-01)"
        ) from error


def _string_dtype() -> pd.StringDtype:
    return pd.StringDtype(na_value=np.nan)


def empty_table(columns: Mapping[str, str]) -> pd.DataFrame:
    """Return a table without rows."""
    return with_dtypes(pd.DataFrame({name: pd.Series([], dtype=object) for name in columns}), columns)


def with_dtypes(table: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return the given columns of a table, in that order and with those dtypes, on a fresh RangeIndex."""
    table = table.reset_index(drop=True)
    return pd.DataFrame({name: as_dtype(table[name], dtype) for name, dtype in columns.items()})


def empty_articles() -> pd.DataFrame:
    """Return an articles table without rows."""
    return empty_table(ARTICLES)


def empty_mentions() -> gpd.GeoDataFrame:
    """Return a mentions table without rows, EPSG:4326."""
    return _without_geometry(empty_table(MENTIONS))


def empty_places() -> gpd.GeoDataFrame:
    """Return a places table without rows, EPSG:4326."""
    return _without_geometry(empty_table(PLACES))


def _without_geometry(table: pd.DataFrame) -> gpd.GeoDataFrame:
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


_TABLES: Mapping[str, str] = {
    "mentions": "a mentions table, the GeoDataFrame that geomap.geoparse returns",
    "articles": "an articles table, a DataFrame with the columns article_id and text",
    "areas": "a table of areas (GeoDataFrame), as geomap.analysis.by_area(mentions, areas=True) returns",
    "shapes": "a table of shapes (GeoDataFrame), as geomap.shapes returns",
}


def require_table(table: Any, *, what: str) -> None:
    """Raise :class:`~geomap.errors.WrongKind` if what should be a table is none.

    Parameters
    ----------
    table
        What a caller passed in.
    what
        What it should be, for the message: ``"mentions"``, ``"the mentions before"``.
    """
    if not isinstance(table, pd.DataFrame):
        known = next((wanted for kind, wanted in _TABLES.items() if kind in what.split()), "a DataFrame")
        if isinstance(table, pd.Series) and "toponym" in table.index:
            known += " (of one row: mentions.iloc[[i]])"
        raise wrong_kind(what, table, known)


def require_geometry(table: Any, *, what: str) -> None:
    """Raise :class:`~geomap.errors.WrongKind` if this is no table, and ColumnMissing if it has no active geometry."""
    require_table(table, what=what)
    if getattr(table, "active_geometry_name", None) is None:
        raise ColumnMissing(
            f"the {what} table has no geometry; it should be a GeoDataFrame. It has: "
            f"{', '.join(map(str, table.columns)) or 'no columns'}"
        )


def require_columns(table: pd.DataFrame, needed: Mapping[str, str] | tuple[str, ...], *, what: str) -> None:
    """Raise :class:`~geomap.errors.ColumnMissing` if the table lacks a column; the message names all it lacks.

    Parameters
    ----------
    table
        The table that a caller passed in.
    needed
        Column names, or a mapping whose keys are column names.
    what
        Kind of table, for the message ("mentions").

    Raises
    ------
    WrongKind
        If it is no table.
    ColumnMissing
        If it lacks columns.
    """
    require_table(table, what=what)
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise ColumnMissing(
            f"the {what} table lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}; "
            f"it has: {', '.join(map(str, table.columns)) or 'none'}{_instead(table, what)}"
        )


def _instead(table: pd.DataFrame, what: str) -> str:
    """Return the end of a message: what the table seems to be and where to get the one that is wanted."""
    has = set(table.columns)
    if "mentions" not in what.split() or {*MENTION_KEY, "toponym"} <= has:
        return ""
    if {"place_id", "mentions", "share"} <= has:
        return ". This looks like the table of places: give the mentions, which geomap.geoparse returned"
    if "text" in has:
        return ". This looks like articles: give the mentions, geomap.geoparse(articles)"
    return ". Give the mentions, as geomap.geoparse returns them"


def validate_articles(articles: pd.DataFrame) -> pd.DataFrame:
    """Return a complete articles table: missing columns added, dtypes set, ids checked, further columns kept.

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
        If ``article_id`` or ``text`` is missing.
    InvalidTable
        If an ``article_id`` is missing or not unique, or a date is invalid.
    """
    require_columns(articles, ("article_id", "text"), what="articles")
    table = articles.reset_index(drop=True)
    for name in ("title", "published", "source", "url"):
        if name not in table.columns:
            table[name] = None
    for name, dtype in ARTICLES.items():
        table[name] = as_dtype(table[name], dtype)
    ids = table["article_id"]
    if ids.isna().any():
        raise InvalidTable(f"row {int(ids.isna().argmax())} of the articles table has no article_id")
    if ids.duplicated().any():
        raise InvalidTable(f"duplicate article_id {ids[ids.duplicated()].iloc[0]!r} in the articles table")
    table["title"] = table["title"].fillna("")
    table["text"] = table["text"].fillna("")
    return table[[*ARTICLES, *(name for name in table.columns if name not in ARTICLES)]]


def finish_mentions(table: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return a complete mentions table: all columns in their order and dtypes, EPSG:4326.

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


_OF_ARTICLES = frozenset({*ARTICLES, "source_home", "language"})
_COORDINATES = ("geometry", "lon", "lat")


def with_further_columns(mentions: gpd.GeoDataFrame, articles: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return mentions with the further columns of their articles, in the articles' order, before the geometry.

    Text becomes categories. A column that bears the name of one of the mentions' own gets the suffix ``_article``.

    Parameters
    ----------
    mentions
        A finished mentions table.
    articles
        A valid articles table with all of their articles. What it says of a publisher's home is not carried along.

    Examples
    --------
    >>> articles = validate_articles(pd.DataFrame({"article_id": ["a"], "text": ["Mosul fell."], "topic": ["war"]}))
    >>> list(with_further_columns(empty_mentions(), articles).columns)[-3:]
    ['alternatives', 'topic', 'geometry']
    """
    further = [name for name in articles.columns if name not in _OF_ARTICLES]
    if not further:
        return mentions
    rows = pd.Index(articles["article_id"]).get_indexer(pd.Index(mentions["article_id"]))
    for name in further:
        new = str(name)
        while new in mentions.columns or new in MENTIONS or new in _COORDINATES:
            new += "_article"
        column = _repeatable(articles[name])
        mentions.insert(len(mentions.columns) - 1, new, column.take(rows).set_axis(mentions.index))
    return mentions


def _repeatable(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return text as categories, made of a few articles before they are repeated for many mentions."""
    is_text = isinstance(column.dtype, pd.StringDtype) or (
        column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) == "string"
    )
    return column.astype("category") if is_text else column


def factorized(values: pd.Series[Any]) -> tuple[Ints, pd.Index[Any]]:
    """Return a code for each value (-1 where missing) and the values by code, in order of first appearance."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        # A category's own codes follow its list of categories, some of which no row has: number them anew.
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
    """Return the distinct values in ascending order; for a million of them many times faster than ``numpy.unique``."""
    ordered = np.sort(values)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered


def chances(mentions: pd.DataFrame) -> pd.Series[Any]:
    """Return how probable it is that each mention's dot is right; of a table without the column, the confidence.

    Examples
    --------
    >>> chances(pd.DataFrame({"confidence": [0.9, 0.8], "dot_probability": [0.7, None]})).tolist()
    [0.7, 0.8]
    """
    missing = pd.Series(np.nan, index=mentions.index, dtype="float64")
    of_place = mentions.get("confidence", missing)
    of_dot = mentions.get("dot_probability")
    return of_place if of_dot is None else of_dot.where(of_dot.notna(), of_place)


def coordinates(geometry: pd.Series[Any]) -> tuple[Floats, Floats]:
    """Return the longitudes and latitudes of points, NaN where there is no point."""
    import shapely

    array = np.asarray(geometry.array)
    return shapely.get_x(array), shapely.get_y(array)


def is_counted(mentions: pd.DataFrame, *, embedded: bool = False, approximate: bool = False) -> Bools:
    """Return which mentions count: every verb that counts or draws asks here.

    Parameters
    ----------
    mentions
        A mentions table; one of an older version, which lacks ``kind`` or ``precision``, has none to leave out. Without
        ``status``, mentions with a ``place_id`` are resolved.
    embedded
        Whether names inside other names count: the Paris of "Paris Police Department".
    approximate
        Whether approximate places count, for the place that they lie in (``precision`` is ``within``).

    Returns
    -------
    ndarray
        True for a resolved mention, except those left out and those that a person marked as not a place.

    Examples
    --------
    >>> table = pd.DataFrame({"status": ["resolved", "resolved", "nil"], "kind": ["toponym", "embedded", "toponym"]})
    >>> is_counted(table).tolist(), is_counted(table, embedded=True).tolist()
    ([True, False, False], [True, True, False])
    """
    if "status" in mentions.columns:
        counts = _equal(mentions, "status", "resolved")
    else:
        counts = mentions["place_id"].notna().to_numpy(dtype=bool)
    counts = counts & ~_equal(mentions, "checked", "not a place")
    if not embedded:
        counts &= ~_equal(mentions, "kind", EMBEDDED)
    return counts if approximate else counts & ~is_approximate(mentions)


def is_approximate(mentions: pd.DataFrame) -> Bools:
    """Return which mentions are approximate: somewhere in the place that their ``place_id`` names."""
    return _equal(mentions, "precision", WITHIN)


def _equal(table: pd.DataFrame, column: str, value: str) -> Bools:
    """Return where a column has a value, nowhere if the table lacks the column."""
    if column not in table.columns:
        return np.zeros(len(table), dtype=bool)
    return (table[column] == value).to_numpy(dtype=bool, na_value=False)


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
    InvalidTable
        If a point lies beyond a pole, or more than once and a half around the earth.
    """
    import geopandas as gpd

    if isinstance(table, gpd.GeoDataFrame) and table.active_geometry_name is not None:
        geometry = table.geometry
    else:
        require_columns(table, ("geometry",), what=what)
        geometry = gpd.GeoSeries(table["geometry"], crs=CRS)
    lon, lat = coordinates(geometry if geometry.crs is None or geometry.crs == CRS else geometry.to_crs(CRS))
    outside = np.flatnonzero((np.abs(lat) > 90) | (np.abs(lon) > _FARTHEST))
    if len(outside):
        row = int(outside[0])
        raise InvalidTable(
            f"{what}, row {row}: latitude {lat[row]:g}, longitude {lon[row]:g} is not on the earth; points are (longitude, "
            "latitude) in degrees, unless the table names another coordinate system (crs)"
        )
    return lon, lat


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
        If the articles table is invalid or lacks one of the ids.
    """
    articles = validate_articles(articles)
    unknown = ~article_ids.isin(articles["article_id"])
    if unknown.any():
        raise InvalidTable(f"there is no article {article_ids[unknown].iloc[0]!r} in the articles table")
    return field_texts(articles)


def field_texts(articles: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return the title and text of each article of a valid table, by field and id."""
    return {field: dict(zip(articles["article_id"], articles[field], strict=True)) for field in FIELDS}


def is_missing(value: Any, *, blank: bool = False) -> bool:
    """Return whether a single value is None, NaN, NaT or NA; with ``blank``, also whether it is blank text."""
    if isinstance(value, str):
        return blank and not value.strip()
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))

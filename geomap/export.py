"""Write the mentions table to a file that other programs read, and read it back."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geomap import tables
from geomap._files import replacing
from geomap.errors import LossyExport, MentionsNotFound, MentionsUnreadable, UnsupportedFormat

if TYPE_CHECKING:
    import geopandas as gpd

LAYER = "mentions"
_NEEDED = (*tables.SPANS, "toponym")


def write_mentions(mentions: gpd.GeoDataFrame, path: str | Path) -> Path:
    """Write mentions as GeoJSON, GeoPackage, GeoParquet or CSV, as the file's ending says.

    Parameters
    ----------
    mentions
        The mentions table, with any further columns. ``nil`` mentions are written too, without a point. Points in another
        coordinate system are brought to EPSG:4326.
    path
        Ends in ``.geojson``, ``.gpkg``, ``.parquet`` or ``.csv``. CSV holds the point as ``lon`` and ``lat`` in degrees.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    UnsupportedFormat
        If the ending names none of these.
    UnsafeOutput
        If the file cannot be written; nothing is left half written.

    Warns
    -----
    LossyExport
        If the table holds something that the format cannot hold; the message says what becomes of it.

    See Also
    --------
    read_mentions : read such a file, with the dtypes of the mentions table.

    Notes
    -----
    What the formats cannot hold. GeoParquet: nothing of the table. GeoPackage: categories (written as text) and
    fractions of a millisecond. GeoJSON: categories and times, both written as text. CSV: any dtype, and the difference
    between empty and missing text. :func:`read_mentions` knows the dtypes of the mentions table and restores them. None
    of the formats: the table's index, and the runners-up that :func:`geomap.alternatives` gives.
    """
    path = Path(path)
    check_format(path)
    table = _plain(mentions)
    lost = _LOSES[path.suffix.casefold()](table)
    if lost:
        warnings.warn(f"{path}: {'; '.join(lost)}", LossyExport, stacklevel=2)
    with replacing(path) as temporary:
        _WRITERS[path.suffix.casefold()](table, temporary)
    return path


def check_format(path: Path) -> None:
    """Raise :class:`~geomap.errors.UnsupportedFormat` unless the file's ending names a format that can be written."""
    if path.suffix.casefold() not in _WRITERS:
        raise UnsupportedFormat(f"cannot write {path}: its ending should be one of {', '.join(_WRITERS)}")


def read_mentions(path: str | Path) -> gpd.GeoDataFrame:
    """Read mentions that :func:`write_mentions` wrote, or that another program kept in one of its formats.

    Parameters
    ----------
    path
        Ends in ``.geojson``, ``.gpkg``, ``.parquet`` or ``.csv``.

    Returns
    -------
    GeoDataFrame
        The mentions table in the order of the file: every column of :data:`geomap.tables.MENTIONS` in its dtype, those
        that the file lacks as missing values, then any further columns as they were read, and the points in EPSG:4326.
        In CSV, text that is empty is missing; of ``title``, what is missing is empty.

    Raises
    ------
    MentionsNotFound
        If there is no such file.
    UnsupportedFormat
        If the ending names none of these.
    MentionsUnreadable
        If the file is not of the format that its ending names, or is no table of mentions; the message says which column
        lacks or cannot be read.
    """
    path = Path(path)
    if path.suffix.casefold() not in _READERS:
        raise UnsupportedFormat(f"cannot read {path}: its ending should be one of {', '.join(_READERS)}")
    if not path.is_file():
        raise MentionsNotFound(f"there is no file {path}")
    try:
        table = _plain(_READERS[path.suffix.casefold()](path))
    except (ValueError, KeyError, OSError, RuntimeError, AttributeError) as error:
        raise MentionsUnreadable(f"{path} cannot be read as {path.suffix}: {error}") from error
    lacking = [name for name in _NEEDED if name not in table.columns]
    if lacking:
        raise MentionsUnreadable(f"{path} is no table of mentions: it lacks the column {lacking[0]}")
    return _typed(table, path)


def _typed(table: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    """Return what was read in the dtypes of the mentions table, further columns behind."""
    columns = {}
    for name, dtype in tables.MENTIONS.items():
        if name in table.columns:
            try:
                columns[name] = _converted(table[name], dtype)
            except (ValueError, TypeError) as error:
                raise MentionsUnreadable(f"{path}: the column {name} is no {dtype}: {error}") from error
    mentions = tables.finish_mentions(pd.DataFrame(columns, index=table.index))
    for name in table.columns:
        if name not in mentions.columns:
            mentions.insert(len(mentions.columns) - 1, name, table[name])
    return mentions.set_geometry(_points(table.geometry, path))


def _points(geometry: gpd.GeoSeries, path: Path) -> gpd.GeoSeries:
    """Return points, None where there is none; other programs keep that as an empty point."""
    there = geometry.notna() & ~geometry.is_empty
    wrong = there & (geometry.geom_type != "Point")
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise MentionsUnreadable(
            f"{path}, row {row}: a mention is a point, and this is a {geometry.geom_type.iloc[row]}"
        )
    return geometry.where(there, None)


def _converted(values: pd.Series[Any], dtype: str) -> pd.Series[Any]:
    if dtype.startswith("datetime64"):
        known = pd.api.types.is_datetime64_any_dtype(values.dtype)
        return tables.as_dtype(values if known else pd.to_datetime(values, utc=True, format="ISO8601"), dtype)
    plain = values.astype(object).where(values.notna(), None)
    if dtype == "boolean":
        return tables.as_dtype(plain.map(_truth, na_action="ignore"), dtype)
    if dtype in ("int64", "Int64"):
        return tables.as_dtype(pd.to_numeric(plain), dtype)
    if dtype == "category" and isinstance(values.dtype, pd.CategoricalDtype):
        return values
    return tables.as_dtype(plain, dtype)


def _truth(value: object) -> bool:
    """Return what a file without a type for truth holds as a number or as text."""
    known = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}
    text = str(value).casefold()
    if text not in known:
        raise ValueError(f"{value!r} is neither true nor false")
    return known[text]


def _plain(mentions: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table in EPSG:4326, its points in the column ``geometry``, without what only geomap knows."""
    table = mentions.copy()
    table.attrs = {}
    if table.geometry.name != "geometry":
        table = table.rename_geometry("geometry")
    return table.to_crs(tables.CRS) if table.crs is not None and table.crs != tables.CRS else table


def _for_gis(mentions: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table in types that GIS formats know: text for categories."""
    table = mentions.copy()
    for name in table.columns:
        if isinstance(table[name].dtype, pd.CategoricalDtype):
            table[name] = table[name].astype("str")
    return table


def _geojson(mentions: gpd.GeoDataFrame, path: Path) -> None:
    table = mentions.copy()
    for name in table.select_dtypes(["datetime", "datetimetz"]):
        table[name] = table[name].map(lambda time: time.isoformat(), na_action="ignore").astype("str")
    # Not by GDAL, which rounds numbers and takes a sentence that looks like JSON for JSON.
    path.write_text(table.to_json(na="null", drop_id=True, ensure_ascii=False), encoding="utf-8")


def _gpkg(mentions: gpd.GeoDataFrame, path: Path) -> None:
    _for_gis(mentions).to_file(path, driver="GPKG", layer=LAYER, engine="pyogrio", index=False)


def _parquet(mentions: gpd.GeoDataFrame, path: Path) -> None:
    mentions.to_parquet(path, index=False)


def _csv(mentions: gpd.GeoDataFrame, path: Path) -> None:
    table = pd.DataFrame(mentions.drop(columns="geometry"))
    table["lon"], table["lat"] = mentions.geometry.x, mentions.geometry.y
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _read_geojson(path: Path) -> gpd.GeoDataFrame:
    import geopandas as gpd

    # An article_id that looks like a date is still text.
    table = gpd.read_file(path, engine="pyogrio", DATE_AS_STRING="YES")
    return table if len(table) else tables.empty_mentions()


def _read_gpkg(path: Path) -> gpd.GeoDataFrame:
    import geopandas as gpd

    return gpd.read_file(path, engine="pyogrio")


def _read_parquet(path: Path) -> gpd.GeoDataFrame:
    import geopandas as gpd

    return gpd.read_parquet(path)


def _read_csv(path: Path) -> gpd.GeoDataFrame:
    import geopandas as gpd

    # Namibia's code is NA, and Nan lies in Thailand: only what is empty is missing. Types are given afterwards.
    table = pd.read_csv(path, encoding="utf-8", dtype=str, keep_default_na=False, na_values=[""])
    tables.require_columns(table, ("lon", "lat"), what="mentions")
    if "title" in table.columns:
        table["title"] = table["title"].fillna("")
    geometry = tables.points(*(_converted(table[name], "float64") for name in ("lon", "lat")))
    return gpd.GeoDataFrame(table.drop(columns=["lon", "lat"]), geometry=geometry, crs=tables.CRS)


def _nothing(mentions: gpd.GeoDataFrame) -> list[str]:
    return []


def _fractions(mentions: gpd.GeoDataFrame) -> list[str]:
    times = mentions.select_dtypes(["datetime", "datetimetz"])
    cut = [name for name in times if (times[name].dt.floor("ms") < times[name]).any()]
    return [f"the times in {name} are cut to milliseconds" for name in cut]


def _empty_text(mentions: gpd.GeoDataFrame) -> list[str]:
    given = [
        f"the column {name} gives way to that of the points" for name in ("lon", "lat") if name in mentions.columns
    ]
    texts = mentions.columns.difference(["title", "geometry"], sort=False)
    emptied = [name for name in texts if (mentions[name].astype(object) == "").any()]
    return [*given, *(f"empty text in {name} reads as missing" for name in emptied)]


_WRITERS: dict[str, Callable[[gpd.GeoDataFrame, Path], None]] = {
    ".geojson": _geojson,
    ".gpkg": _gpkg,
    ".parquet": _parquet,
    ".csv": _csv,
}
_READERS: dict[str, Callable[[Path], gpd.GeoDataFrame]] = {
    ".geojson": _read_geojson,
    ".gpkg": _read_gpkg,
    ".parquet": _read_parquet,
    ".csv": _read_csv,
}
_LOSES: dict[str, Callable[[gpd.GeoDataFrame], list[str]]] = {
    ".geojson": _nothing,
    ".gpkg": _fractions,
    ".parquet": _nothing,
    ".csv": _empty_text,
}

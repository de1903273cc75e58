"""Write the mentions table to a file that other programs read, and read it back."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geomap import tables
from geomap._checks import file_path
from geomap._csv import column_key, read_back, read_table, write_csv
from geomap._decoding import Undecodable, read_content
from geomap._files import replacing
from geomap._optional import optional
from geomap.articles._dates import parse_dates
from geomap.errors import (
    ArticlesDoubtful,
    EncodingGuessed,
    LossyExport,
    MentionsNotFound,
    MentionsUnreadable,
    UnsafeOutput,
    UnsupportedFormat,
)
from geomap.geometry import circles

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["check_format", "read_mentions", "write_mentions"]

_REQUIRED = (*tables.MENTION_KEY, "toponym")


def write_mentions(
    mentions: gpd.GeoDataFrame, path: str | Path, *, rings: bool = False, escape_formulas: bool = False
) -> Path:
    """Write mentions as GeoJSON, GeoPackage, GeoParquet or CSV, chosen by the file's extension.

    Parameters
    ----------
    mentions
        A mentions table, which may have further columns or fewer, and any name for its geometry column. ``nil`` mentions
        are written too, without a point. Points in another coordinate system are converted to EPSG:4326.
    path
        Ends in ``.geojson``, ``.gpkg``, ``.parquet`` or ``.csv``. CSV has the point as ``lon`` and ``lat`` in degrees.
    rings
        Whether a mention with a ``radius_km`` is written as the circle in which the truth lies, instead of as its middle;
        every row then has its point as ``lon`` and ``lat``, too. ``precision`` and ``radius_km`` are always written.
    escape_formulas
        Whether text in CSV that a spreadsheet would run (it begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage
        return, and is no number) gets an apostrophe before it, as ``geomap geoparse`` writes it. Choose it for files that
        people open in a spreadsheet: the words of an article may be anybody's. :func:`read_mentions` takes it away.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    UnsupportedFormat
        If the extension is none of these, or ``rings`` are asked for in CSV, which holds no shapes.
    UnsafeOutput
        If the file cannot be written; an existing one is then unchanged.

    Warns
    -----
    LossyExport
        If the format cannot hold something in the table; the message says what becomes of it.

    See Also
    --------
    read_mentions : read such a file, with the dtypes of the mentions table.

    Notes
    -----
    What the formats lose. GeoParquet: nothing. GeoPackage: categories (written as text) and fractions of a millisecond.
    GeoJSON: categories and times, both written as text. CSV: every dtype, and the difference between empty and missing
    text. :func:`read_mentions` restores the dtypes of the mentions table. All formats lose the table's index, and all keep
    the runners-up: :func:`geomap.alternatives` and :func:`geomap.why` work on what was read back.

    Examples
    --------
    >>> import tempfile
    >>> from geomap.datasets import sample_mentions
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_mentions(sample_mentions(), Path(folder) / "mentions.gpkg")
    ...     read_mentions(path)[["toponym", "name", "geometry"]].head(2)
      toponym   name                   geometry
    0   Mosul  Mosul    POINT (43.11889 36.335)
    1   Erbil  Erbil  POINT (44.00943 36.19117)
    """
    return write_table(mentions, path, layer="mentions", rings=rings, escape_formulas=escape_formulas)


def write_table(
    table: gpd.GeoDataFrame, path: str | Path, *, layer: str, escape_formulas: bool, rings: bool = False
) -> Path:
    """Write any table of points as :func:`write_mentions` does; ``layer`` is its name in a GeoPackage."""
    tables.require_geometry(table, what=layer)
    path = file_path("path", path)
    check_format(path)
    suffix, table = path.suffix.casefold(), _in_degrees(table)
    if rings and suffix == ".csv":
        raise UnsupportedFormat(f"cannot write rings to {path}: CSV holds no shapes; use .geojson, .gpkg or .parquet")
    if rings:
        table = _with_rings(table)
    losses = [*_values_as_text(table, suffix), *(_names_for_geopackage(table) if suffix == ".gpkg" else [])]
    losses += _LOSSES[suffix](table)
    if losses:
        warnings.warn(f"{path}: {'; '.join(losses)}", LossyExport, stacklevel=3)
    with replacing(path) as temporary:
        if suffix == ".csv":
            write_csv(_flat(table), temporary, escape_formulas=escape_formulas)
            return path
        try:
            _WRITERS[suffix](table, temporary, layer)
        except RuntimeError as error:  # GDAL's, of a full disk for one
            raise UnsafeOutput(f"cannot write {path}: {error}; is the disk full? Nothing was changed") from error
    return path


def _with_rings(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table with circles where it has a radius, and with the points as ``lon`` and ``lat``."""
    table = table.assign(lon=table.geometry.x, lat=table.geometry.y)
    if "radius_km" in table.columns:
        shapes = circles(
            table["lon"], table["lat"], table["radius_km"].to_numpy(dtype="float64", na_value=float("nan"))
        )
        table.geometry = shapes.set_axis(table.index).where(shapes.notna().to_numpy(), table.geometry)
    return table[[*table.columns.drop("geometry"), "geometry"]]


def check_format(path: str | Path) -> None:
    """Raise :class:`~geomap.errors.UnsupportedFormat` unless the file's extension is that of a format to write."""
    path = file_path("path", path)
    if path.suffix.casefold() not in _READERS:
        raise UnsupportedFormat(f"cannot write {path}: the extension must be one of {', '.join(_READERS)}")
    if path.suffix.casefold() == ".parquet":
        optional("pyarrow", needed_by="writing .parquet", extra="parquet")


def read_mentions(path: str | Path) -> gpd.GeoDataFrame:
    """Read mentions that :func:`write_mentions` or another program wrote in one of its formats.

    Parameters
    ----------
    path
        Ends in ``.geojson``, ``.gpkg``, ``.parquet`` or ``.csv``. ``article_id``, ``field``, ``start``, ``end`` and
        ``toponym`` are required, and in CSV ``lon`` and ``lat``. Or the folder of a run (``geomap geoparse -o FOLDER``).

    Returns
    -------
    GeoDataFrame
        The mentions table in the order of the file: every column of :data:`geomap.tables.MENTIONS` in its dtype, with
        missing values if the file lacks it, then any further columns as they were read, and the points in EPSG:4326. In
        CSV, empty text is missing, except that a missing ``title`` is empty; one that a spreadsheet of any country saved
        (semicolons, decimal commas, another encoding, dates as 31.03.2017) is read as well.

    Raises
    ------
    MentionsNotFound
        If there is no such file.
    UnsupportedFormat
        If the extension is none of these.
    MentionsUnreadable
        If the file is not in the format of its extension, or is not a mentions table; the message names the column that
        is missing or cannot be read.

    Warns
    -----
    EncodingGuessed
        If a CSV is not UTF-8.
    ArticlesDoubtful
        If dates were rewritten in an order of day and month that nothing proves.
    """
    path = file_path("path", path)
    if path.is_dir():
        return _read_parts(path)
    if path.suffix.casefold() not in _READERS:
        raise UnsupportedFormat(f"cannot read {path}: the extension must be one of {', '.join(_READERS)}")
    if not path.is_file():
        raise MentionsNotFound(f"file not found: {path}")
    try:
        table = _in_degrees(_READERS[path.suffix.casefold()](path))
    except (Undecodable, ValueError, KeyError, OSError, RuntimeError, AttributeError) as error:
        raise MentionsUnreadable(f"{path} cannot be read as {path.suffix}: {error}") from error
    missing = [name for name in _REQUIRED if name not in table.columns]
    if missing:
        raise MentionsUnreadable(f"{path} is not a mentions table: missing column {missing[0]}")
    return _typed(table, path)


def _read_parts(folder: Path) -> gpd.GeoDataFrame:
    """Return the mentions of all parts of a run, in the order of the parts."""
    paths = sorted(folder.glob("part-*.parquet"), key=lambda path: int(path.stem.removeprefix("part-")))
    if not paths:
        raise MentionsNotFound(
            f"there is no part-*.parquet in {folder}; geomap geoparse ARTICLES -o {folder} writes them"
        )
    parts = [read_mentions(path) for path in paths]
    mentions = parts[0] if len(parts) == 1 else pd.concat(_with_common_categories(parts), ignore_index=True)
    # Each part ends with its points; further columns that only later parts have come behind those.
    ordered = mentions[[*mentions.columns.drop("geometry"), "geometry"]]
    return _typed(ordered, folder)


def _with_common_categories(parts: list[gpd.GeoDataFrame]) -> list[gpd.GeoDataFrame]:
    """Return tables whose categories are the same, so that they stay categories when they are joined."""
    names = {name for part in parts for name in part.select_dtypes("category")}
    for name in sorted(names, key=str):
        columns = [part[name] for part in parts if name in part.columns]
        if not all(isinstance(column.dtype, pd.CategoricalDtype) for column in columns):
            continue
        every = pd.Index([]).append([column.cat.categories for column in columns]).unique().sort_values()
        parts = [
            part.assign(**{str(name): part[name].cat.set_categories(every)}) if name in part else part for part in parts
        ]
    return parts


def _typed(table: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    """Return a table with the columns and dtypes of the mentions table, then its further columns."""
    columns = {}
    for name, dtype in tables.MENTIONS.items():
        if name in table.columns:
            try:
                columns[name] = _converted(table[name], dtype)
            except (ValueError, TypeError) as error:
                raise MentionsUnreadable(f"{path}: column {name} cannot be read as {dtype}: {error}") from error
    mentions = tables.finish_mentions(pd.DataFrame(columns, index=table.index))
    table = _without_rings(table)
    for name in table.columns:
        if name not in mentions.columns:
            mentions.insert(len(mentions.columns) - 1, name, table[name])
    return mentions.set_geometry(_points(table.geometry, path))


def _without_rings(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table with the middles of circles that :func:`write_mentions` drew."""
    rings = table.geometry.geom_type.isin(("Polygon", "MultiPolygon")).to_numpy()
    if not (rings.any() and {"lon", "lat"} <= set(table.columns)):
        return table
    middles = tables.points(*(pd.to_numeric(table[name]) for name in ("lon", "lat"))).set_axis(table.index)
    return table.set_geometry(table.geometry.where(~rings, middles)).drop(columns=["lon", "lat"])


def _points(geometry: gpd.GeoSeries, path: Path) -> gpd.GeoSeries:
    """Return the points, None for those that are missing, which other programs write as empty points."""
    known = geometry.notna() & ~geometry.is_empty
    wrong = known & (geometry.geom_type != "Point")
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise MentionsUnreadable(f"{path}, row {row}: expected a Point, got a {geometry.geom_type.iloc[row]}")
    return geometry.where(known, None)


def _converted(values: pd.Series[Any], dtype: str) -> pd.Series[Any]:
    if dtype.startswith("datetime64"):
        parsed = pd.api.types.is_datetime64_any_dtype(values.dtype)
        return tables.as_dtype(values if parsed else _times(values), dtype)
    plain = values.astype(object).where(values.notna(), None)
    if dtype == "boolean":
        return tables.as_dtype(plain.map(_boolean, na_action="ignore"), dtype)
    if dtype in ("int64", "Int64"):
        return tables.as_dtype(_whole(pd.to_numeric(plain)), dtype)
    if dtype == "category" and isinstance(values.dtype, pd.CategoricalDtype):
        return values
    return tables.as_dtype(plain, dtype)


def _whole(numbers: pd.Series[Any]) -> pd.Series[Any]:
    cut = numbers.notna() & (numbers % 1 != 0)
    if cut.any():
        raise ValueError(f"{numbers[cut].iloc[0]} is no whole number")
    return numbers


def _times(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return times of text: as this module writes them, or as a spreadsheet rewrote them (31.03.2017 10:00)."""
    try:
        return pd.to_datetime(values, utc=True, format="ISO8601")
    except (ValueError, TypeError):
        found = parse_dates(values)
    if found.unreadable:
        raise ValueError(f"{values.iloc[found.unreadable[0]]!r} is no date")
    if sentence := found.order.sentence():
        warnings.warn(f"{values.name}: {sentence}", ArticlesDoubtful, stacklevel=5)
    return found.dates.set_axis(values.index)


def _boolean(value: object) -> bool:
    """Return a boolean that a file holds as a number or as text, for lack of a type, in any language of a spreadsheet."""
    text = str(value).strip().casefold()
    if text not in _TRUE | _FALSE:
        raise ValueError(f"{value!r} is neither true nor false")
    return text in _TRUE


_TRUE = frozenset({"true", "1", "1.0", "wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar", "prawda", "истина"})
_FALSE = frozenset({"false", "0", "0.0", "falsch", "faux", "falso", "onwaar", "fałsz", "ложь"})


def _in_degrees(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a copy in EPSG:4326 with its points in the column ``geometry`` and without ``attrs``."""
    table = tables.in_degrees_of(table.copy())
    table.attrs = {}
    return table if table.geometry.name == "geometry" else table.rename_geometry("geometry")


def _values_as_text(table: gpd.GeoDataFrame, suffix: str) -> list[str]:
    """Write in place what the format has no type for: lists, objects and mixtures as JSON, further geometries as WKT."""
    further = [name for name in table.columns if name != "geometry" and table[name].dtype == "geometry"]
    shapes = [] if suffix == ".parquet" else further
    for name in shapes:
        table[name] = pd.Series(table[name].to_wkt(), index=table.index, dtype=object).astype("str")
    losses = [f"the shapes in {', '.join(map(str, shapes))} are written as text (WKT)"] if shapes else []
    if suffix == ".geojson":
        return losses
    changed = []
    for name in table.columns:
        if table[name].dtype != object or pd.api.types.infer_dtype(table[name], skipna=True) in _ONE_TYPE:
            continue
        kinds = set(map(type, table[name].dropna()))
        if suffix == ".parquet" and len(kinds) == 1:
            continue
        table[name] = table[name].map(_as_json, na_action="ignore").astype("str")
        changed.append(str(name))
    return [*losses, f"the values in {', '.join(changed)} are written as JSON"] if changed else losses


_ONE_TYPE = frozenset({"string", "empty", "boolean", "date", "datetime", "datetime64"})


def _as_json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _names_for_geopackage(table: gpd.GeoDataFrame) -> list[str]:
    """Rename, in place, columns that a GeoPackage keeps for itself or cannot tell apart by case alone."""
    taken = {"fid", "geom", "geometry"}
    renamed: dict[Any, str] = {}
    names = sorted(table.columns.drop("geometry"), key=lambda name: name not in tables.MENTIONS)  # its own first
    for name in names:
        new = str(name)
        while new.casefold() in taken:
            new += "_"
        taken.add(new.casefold())
        if new != name:
            renamed[name] = new
    table.columns = table.columns.map(lambda name: renamed.get(name, name))
    shown = ", ".join(f"{name} as {new}" for name, new in renamed.items() if str(name) != new)
    return [f"a GeoPackage cannot hold these names, so they are written otherwise: {shown}"] if shown else []


# The writers own their table: it is a copy.


def _geojson(table: gpd.GeoDataFrame, path: Path, _: str) -> None:
    for name in table.select_dtypes(["datetime", "datetimetz"]):
        table[name] = table[name].map(lambda time: time.isoformat(), na_action="ignore").astype("str")
    # Not written by GDAL, which rounds numbers and parses sentences that look like JSON.
    path.write_text(table.to_json(na="null", drop_id=True, ensure_ascii=False), encoding="utf-8")


def _gpkg(table: gpd.GeoDataFrame, path: Path, layer: str) -> None:
    for name in table.select_dtypes("category"):
        table[name] = table[name].astype("str")
    table.to_file(path, driver="GPKG", layer=layer, engine="pyogrio", index=False)


def _parquet(table: gpd.GeoDataFrame, path: Path, _: str) -> None:
    table.to_parquet(path, index=False)


def _flat(table: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return a table with its points as columns of numbers."""
    flat = pd.DataFrame(table.drop(columns="geometry"))
    flat["lon"], flat["lat"] = table.geometry.x, table.geometry.y
    return flat


def _read_geojson(path: Path) -> gpd.GeoDataFrame:
    import geopandas as gpd

    # Without the option GDAL would turn an article_id that looks like a date into one.
    table = gpd.read_file(path, engine="pyogrio", DATE_AS_STRING="YES")
    if not len(table):
        return tables.empty_mentions()
    # GDAL, and so QGIS, writes text that looks like JSON as JSON, and reads it as lists: make it text again.
    for name in table.columns.drop("geometry"):
        nested = table[name].map(lambda value: isinstance(value, list | dict))
        table.loc[nested, name] = table.loc[nested, name].map(lambda value: json.dumps(value, ensure_ascii=False))
    return table


def _read_gpkg(path: Path) -> gpd.GeoDataFrame:
    import geopandas as gpd

    return gpd.read_file(path, engine="pyogrio")


def _read_parquet(path: Path) -> gpd.GeoDataFrame:
    import geopandas as gpd

    optional("pyarrow", needed_by=f"reading {path.name}", extra="parquet")
    return gpd.read_parquet(path)


def _read_csv(path: Path) -> gpd.GeoDataFrame:
    import geopandas as gpd

    content = read_content(path)
    table = read_back(read_table(content, set(map(column_key, _REQUIRED))))
    tables.require_columns(table, ("lon", "lat"), what="mentions")
    if content.guessed or content.damage:
        warnings.warn(f"{path}: {content.damage or f'read as {content.encoding}'}", EncodingGuessed, stacklevel=4)
    if "title" in table.columns:
        table["title"] = table["title"].fillna("")
    table = _with_decimal_points(table)
    geometry = tables.points(*(_converted(table[name], "float64") for name in ("lon", "lat")))
    return gpd.GeoDataFrame(table.drop(columns=["lon", "lat"]), geometry=geometry, crs=tables.CRS)


def _with_decimal_points(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of text with the numbers of its known columns with points, where a spreadsheet wrote 36,34."""
    for name in table.columns:
        if name in ("lon", "lat") or tables.MENTIONS.get(name) in ("float64", "int64", "Int64"):
            table[name] = table[name].str.strip().str.replace(_DECIMAL_COMMA, r"\1.\2", regex=True)
    return table


_DECIMAL_COMMA = re.compile(r"^([+-]?\d*),(\d+(?:[eE][+-]?\d+)?)$")


def _nothing(table: gpd.GeoDataFrame) -> list[str]:
    return []


def _fractions(table: gpd.GeoDataFrame) -> list[str]:
    times = table.select_dtypes(["datetime", "datetimetz"])
    cut = [name for name in times if (times[name].dt.floor("ms") < times[name]).any()]
    return [f"times in {name} are truncated to milliseconds" for name in cut]


def _empty_text(table: gpd.GeoDataFrame) -> list[str]:
    replaced = [f"column {name} is replaced by that of the points" for name in ("lon", "lat") if name in table.columns]
    texts = table.columns.difference(["title", "geometry"], sort=False)
    emptied = [name for name in texts if (table[name].astype(object) == "").any()]
    return [*replaced, *(f"empty text in {name} will be read as missing" for name in emptied)]


_WRITERS: dict[str, Callable[[gpd.GeoDataFrame, Path, str], None]] = {
    ".geojson": _geojson,
    ".gpkg": _gpkg,
    ".parquet": _parquet,
}
_READERS: dict[str, Callable[[Path], gpd.GeoDataFrame]] = {
    ".geojson": _read_geojson,
    ".gpkg": _read_gpkg,
    ".parquet": _read_parquet,
    ".csv": _read_csv,
}
_LOSSES: dict[str, Callable[[gpd.GeoDataFrame], list[str]]] = {
    ".geojson": _nothing,
    ".gpkg": _fractions,
    ".parquet": _nothing,
    ".csv": _empty_text,
}

"""Write the mentions table to a file that other programs read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geomap.errors import UnsupportedFormat
from geomap.files import replacing

if TYPE_CHECKING:
    import geopandas as gpd

LAYER = "mentions"


def write_mentions(mentions: gpd.GeoDataFrame, path: str | Path) -> Path:
    """Write mentions as GeoJSON, GeoPackage, GeoParquet or CSV, as the file's ending says.

    Parameters
    ----------
    mentions
        The mentions table, EPSG:4326. ``nil`` mentions are written too, without a point.
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
    """
    path = Path(path)
    check_format(path)
    with replacing(path) as temporary:
        _WRITERS[path.suffix.casefold()](mentions, temporary)
    return path


def check_format(path: Path) -> None:
    """Raise :class:`~geomap.errors.UnsupportedFormat` unless the file's ending names a format that can be written."""
    if path.suffix.casefold() not in _WRITERS:
        raise UnsupportedFormat(f"cannot write {path}: its ending should be one of {', '.join(_WRITERS)}")


def _plain(mentions: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table in types that GIS formats know: text for categories, ISO 8601 for times."""
    table = mentions.copy()
    table.attrs = {}
    for name in table.columns:
        if isinstance(table[name].dtype, pd.CategoricalDtype):
            table[name] = table[name].astype("str")
    return table


def _geojson(mentions: gpd.GeoDataFrame, path: Path) -> None:
    _plain(mentions).to_file(path, driver="GeoJSON", engine="pyogrio", index=False)


def _gpkg(mentions: gpd.GeoDataFrame, path: Path) -> None:
    _plain(mentions).to_file(path, driver="GPKG", layer=LAYER, engine="pyogrio", index=False)


def _parquet(mentions: gpd.GeoDataFrame, path: Path) -> None:
    table = mentions.copy()
    table.attrs = {}
    table.to_parquet(path, index=False)


def _csv(mentions: gpd.GeoDataFrame, path: Path) -> None:
    table = pd.DataFrame(mentions.drop(columns="geometry"))
    table["lon"], table["lat"] = mentions.geometry.x, mentions.geometry.y
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


_WRITERS: dict[str, Callable[[gpd.GeoDataFrame, Path], None]] = {
    ".geojson": _geojson,
    ".gpkg": _gpkg,
    ".parquet": _parquet,
    ".csv": _csv,
}

"""The places that articles speak of, one row each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geomap import tables

if TYPE_CHECKING:
    import geopandas as gpd

_OF_THE_PLACE = (
    "geonameid",
    "name",
    "country_code",
    "country",
    "admin1",
    "feature_class",
    "feature_code",
    "population",
    "geometry",
)
_NEEDED = ("article_id", "status", "confidence", "published", "place_id", *_OF_THE_PLACE)


def places(mentions: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Count the resolved mentions of each place.

    Parameters
    ----------
    mentions
        A mentions table. Unresolved mentions (``status="nil"``) are left out.

    Returns
    -------
    GeoDataFrame
        One row per ``place_id`` with the columns of :data:`geomap.tables.PLACES`: how many ``mentions``, in how many
        different ``articles``, the ``first`` and ``last`` date they were published, their mean ``confidence``, and a
        point (longitude, latitude) in EPSG:4326. Most mentions first, then by ``place_id``; a fresh RangeIndex.

    Raises
    ------
    ColumnMissing
        If the mentions lack a column that is needed here.

    Examples
    --------
    >>> import geomap.tables
    >>> places(geomap.tables.empty_mentions()).columns[:3].to_list()
    ['place_id', 'geonameid', 'name']
    """
    import geopandas as gpd

    tables.require_columns(mentions, _NEEDED, what="mentions")
    resolved = pd.DataFrame(mentions[(mentions["status"] == "resolved") & mentions["place_id"].notna()])
    if resolved.empty:
        return tables.empty_places()
    resolved["place_id"] = resolved["place_id"].astype(str)
    groups = resolved.groupby("place_id", sort=True)
    # "first" takes the first value that is not missing, so one incomplete row does not blank a place.
    counted = groups[list(_OF_THE_PLACE)].first()
    counted["mentions"] = groups.size()
    counted["articles"] = groups["article_id"].nunique()
    counted["first"] = groups["published"].min()
    counted["last"] = groups["published"].max()
    counted["confidence"] = groups["confidence"].mean()
    counted = counted.reset_index().sort_values(["mentions", "place_id"], ascending=[False, True], ignore_index=True)
    columns = {name: tables.as_dtype(counted[name], dtype) for name, dtype in tables.PLACES.items()}
    crs = getattr(mentions, "crs", None) or tables.CRS
    table = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(counted["geometry"], crs=crs), crs=crs)
    return table if table.crs == tables.CRS else table.to_crs(tables.CRS)

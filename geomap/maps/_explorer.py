"""One call from mentions to a map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import folium
    import geopandas as gpd
    import pandas as pd
    import xyzservices

    from geomap.maps._folium_map import Map


def explore(
    mentions: gpd.GeoDataFrame,
    *,
    tiles: str | xyzservices.TileProvider | folium.TileLayer | None = None,
    title: str | None = None,
    panel: bool = True,
    color: str | None = None,
    cluster: bool | None = None,
    alternatives: pd.DataFrame | None = None,
    manifest: Mapping[str, object] | None = None,
) -> Map:
    """Show the places of a corpus on a map, every symbol with the sentences it comes from.

    Parameters
    ----------
    mentions
        A mentions table. Unresolved mentions (``status="nil"``) are counted, not drawn.
    tiles
        None for the basemap that ships with geomap (Natural Earth), which needs no network. Or the name of a provider
        in ``xyzservices`` ("OpenStreetMap", "OpenTopoMap"), or a ``TileProvider``: its tiles are then loaded from
        the web whenever the map is open, which tells the provider who looks where. Where they do not come, the basemap
        shows. OpenStreetMap refuses pages without a Referer (https://operations.osmfoundation.org/policies/tiles/),
        files opened from disk among them: for a file to send around, take the basemap or another provider.
    title
        The heading of the map and of its page; by default how many articles there are.
    panel
        Whether to show the panel: heading, counts, search, filters, the list of places, legend.
    color
        A column of the mentions to color the places by; see :class:`~geomap.maps.PlacesLayer`.
    cluster
        Whether places that would lie on top of each other are summed in one circle; None: from 2,000 places on. See
        :class:`~geomap.maps.PlacesLayer`.
    alternatives
        The runners-up of the mentions, as :func:`geomap.alternatives` returns them; by default those that the table
        carries from ``geoparse``. A reader sees them where a mention is in doubt, and chooses among them to correct it.
    manifest
        What else a reader may want to know of where the map comes from (model, parameters), by name.

    Returns
    -------
    Map
        A ``folium.Map``; add to it what Folium can add, show it in a notebook, or write it with
        :func:`~geomap.maps.save_html`.

    Raises
    ------
    ColumnMissing
        If the mentions lack a column that is needed here.
    ValueError
        If no tile provider has the name given.

    Examples
    --------
    >>> import geomap.tables
    >>> explore(geomap.tables.empty_mentions()).get_root().title
    'Places in 0 articles'
    """
    from geomap.maps._folium_map import Map
    from geomap.maps._layers import PlacesLayer
    from geomap.maps._views import middle

    if title is None:
        count = mentions["article_id"].nunique() if "article_id" in mentions.columns else 0
        title = f"Places in {count:,} article{'' if count == 1 else 's'}"
    layer = PlacesLayer(
        mentions,
        title=title,
        panel=panel,
        fit=True,
        color=color,
        cluster=cluster,
        alternatives=alternatives,
        manifest=manifest,
    )
    m = Map(tiles=tiles, title=title, location=middle(layer.view), zoom_start=2)
    layer.add_to(m)
    return m

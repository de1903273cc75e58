"""One call from mentions to an interactive map."""

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
    """Show the places of a corpus on an interactive map, every symbol with the sentences behind it.

    Parameters
    ----------
    mentions
        A mentions table in any CRS. Unresolved mentions (``status="nil"``) are counted, not drawn. It needs the columns
        ``article_id``, ``place_id``, ``name`` and an active geometry; without others, the map lacks what they show.
    tiles
        None for the built-in basemap (Natural Earth), which needs no network. Or the name of a provider in
        ``xyzservices`` ("OpenStreetMap", "OpenTopoMap"), or a ``TileProvider``: its tiles are loaded from the web
        whenever the map is open, which tells the provider who looks where. The basemap shows wherever they do not load.
        OpenStreetMap refuses pages without a Referer (https://operations.osmfoundation.org/policies/tiles/), including
        files opened from disk: to send a file around, use the basemap or another provider.
    title
        The heading of the map and of its page; by default the number of articles.
    panel
        Whether to show the panel: heading, counts, search, filters, the list of places, legend.
    color
        A column of the mentions to color the places by, such as ``"source"`` or ``"published"``; see
        :class:`~geomap.maps.PlacesLayer`.
    cluster
        Whether to merge places that would overlap into one circle; None: if there are 2,000 places or more. See
        :class:`~geomap.maps.PlacesLayer`.
    alternatives
        The runners-up of the mentions, as :func:`geomap.alternatives` returns them; by default those that the table
        carries from ``geoparse``. A reader sees them for doubtful mentions, and chooses among them to correct one.
    manifest
        Further facts about where the map comes from (model, parameters) for its readers, by label.

    Returns
    -------
    Map
        A ``folium.Map``: add anything that Folium offers, display it in a notebook, or write it with
        :func:`~geomap.maps.save_html`.

    Raises
    ------
    ColumnMissing
        If the mentions lack one of the columns above, or the column to color by.
    ValueError
        If there is no tile provider of that name.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> m = explore(sample_mentions(), color="source", manifest={"Recognizer": "embedded"})
    >>> m.get_root().title
    'Places in 4 articles'
    >>> [round(degrees) for degrees in m.location]  # the middle of where most mentions are, latitude first
    [36, 44]
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

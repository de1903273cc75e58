"""Mentions in, Folium maps and one-file HTML out.

Folium and geopandas are loaded where a map is drawn, not here: importing this package is inert and fast.
"""

from typing import TYPE_CHECKING, Any

from geomap.maps.explorer import explore
from geomap.maps.saving import save_html

if TYPE_CHECKING:
    from geomap.maps.folium_map import Map
    from geomap.maps.layers import Basemap, PlacesLayer

__all__ = ["Basemap", "Map", "PlacesLayer", "explore", "save_html"]


def __getattr__(name: str) -> Any:
    if name == "Map":
        from geomap.maps.folium_map import Map

        return Map
    if name in ("Basemap", "PlacesLayer"):
        from geomap.maps import layers

        return getattr(layers, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

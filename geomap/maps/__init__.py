"""Mentions in, Folium maps and one-file HTML out.

Folium and geopandas are loaded where a map is drawn, not here: importing this package is inert and fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from geomap.maps.explorer import explore
from geomap.maps.plugins import offline_plugins
from geomap.maps.saving import save_html

if TYPE_CHECKING:
    from geomap.maps.density import ChoroplethLayer, ComentionLayer, HeatLayer
    from geomap.maps.folium_map import Map
    from geomap.maps.layers import Basemap, PlacesLayer
    from geomap.maps.pictures import figure

__all__ = [
    "Basemap",
    "ChoroplethLayer",
    "ComentionLayer",
    "HeatLayer",
    "Map",
    "PlacesLayer",
    "explore",
    "figure",
    "offline_plugins",
    "save_html",
]


def __getattr__(name: str) -> Any:
    homes = {
        "Basemap": "layers",
        "ChoroplethLayer": "density",
        "ComentionLayer": "density",
        "HeatLayer": "density",
        "Map": "folium_map",
        "PlacesLayer": "layers",
        "figure": "pictures",
    }
    if name in homes:
        return getattr(import_module(f"geomap.maps.{homes[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

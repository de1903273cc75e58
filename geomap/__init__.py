"""Read a corpus as a map: find place names in news articles, resolve them, map them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geomap import errors
    from geomap.analysis.counting import places
    from geomap.articles import read_articles
    from geomap.corrections import apply_corrections
    from geomap.evaluation import evaluate
    from geomap.gazetteer import Gazetteer
    from geomap.geocoding import geocode
    from geomap.maps import explore, save_html
    from geomap.outlines import shapes
    from geomap.pipeline import Geoparser, alternatives, geoparse, why

__version__ = "0.1.0"

__all__ = [
    "Gazetteer",
    "Geoparser",
    "alternatives",
    "apply_corrections",
    "errors",
    "evaluate",
    "explore",
    "geocode",
    "geoparse",
    "places",
    "read_articles",
    "save_html",
    "shapes",
    "why",
]

_HOMES = {
    "Gazetteer": "geomap.gazetteer",
    "Geoparser": "geomap.pipeline",
    "alternatives": "geomap.pipeline",
    "apply_corrections": "geomap.corrections",
    "evaluate": "geomap.evaluation",
    "explore": "geomap.maps",
    "geocode": "geomap.geocoding",
    "geoparse": "geomap.pipeline",
    "places": "geomap.analysis",
    "read_articles": "geomap.articles",
    "save_html": "geomap.maps",
    "shapes": "geomap.outlines",
    "why": "geomap.pipeline",
}
_MODULES = (
    "analysis",
    "articles",
    "corrections",
    "errors",
    "evaluation",
    "export",
    "gazetteer",
    "geocoding",
    "maps",
    "outlines",
    "recognition",
    "resolution",
    "tables",
)


def __getattr__(name: str) -> object:
    # pandas, geopandas and folium take a second to load: each name brings what it needs when it is first used.
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name in _MODULES:
        return import_module(f"geomap.{name}")
    raise AttributeError(f"module 'geomap' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_MODULES, "__version__"])

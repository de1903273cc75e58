"""Read a corpus as a map: find place names in news articles, resolve them, map them."""

import lazy_loader

from geomap._version import __version__ as __version__

# The public names stand once, in __init__.pyi. Each loads what it needs when it is first used: pandas, geopandas and
# folium together take a second.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

"""Mentions in, Folium maps and one-file HTML out.

Folium and geopandas are loaded where a map is drawn, not here: importing this package is inert and fast.
"""

import lazy_loader

# The names stand in __init__.pyi.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

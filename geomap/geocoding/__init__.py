"""Geocoding: names to points through web services, opt-in, polite, cached and resumable.

Nothing here is used unless it is called by name; importing this package loads neither geopy nor requests.
"""

import lazy_loader

# The names stand in __init__.pyi.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

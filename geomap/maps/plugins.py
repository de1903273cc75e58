"""What becomes of every plugin of Folium in a file that needs no network."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

from geomap.maps.assets import asset_of, left_out, package_of, shipped

if TYPE_CHECKING:
    import pandas as pd

# What a plugin asks of a server by its nature, whatever is written into the file.
_ASKS = {
    "FloatImage": "shows the picture at the address that it is given; an address that begins with data: needs no network",
    "Geocoder": "sends what a reader types to a geocoding service",
    "LocateControl": "asks the browser for the reader's position, which most browsers refuse to a file opened from disk",
    "Realtime": "asks the address that it is given for its data, again and again",
    "TimestampedWmsTileLayers": "shows tiles of the WMS server that it is given",
    "VectorGridProtobuf": "shows tiles of the server that it is given",
}
_IMAGES = re.compile(r"https://[^\s\"']+\.png")
COLUMNS = ("plugin", "inlined", "packages", "shipped", "asks", "reason")


def offline_plugins() -> pd.DataFrame:
    """Return what :func:`~geomap.maps.save_html` does with every plugin of the installed Folium.

    Returns
    -------
    DataFrame
        One row per class in ``folium.plugins``, by name: ``plugin``; ``inlined``, whether all of its scripts and styles
        are written into the file; ``packages``, the npm packages that they are taken from; ``shipped``, whether those
        come with the wheel, or are fetched once; ``asks``, what it asks of a server all the same, empty for most;
        ``reason``, why it is not inlined, empty where it is.

    Examples
    --------
    >>> table = offline_plugins().set_index("plugin")
    >>> bool(table.loc["MarkerCluster", "inlined"]), table.loc["MarkerCluster", "packages"]
    (True, 'leaflet.markercluster@1.1.0')
    """
    import folium.plugins
    import pandas as pd

    rows = [_row(name, getattr(folium.plugins, name)) for name in sorted(folium.plugins.__all__)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(name: str, plugin: Any) -> tuple[str, bool, str, bool, str, str]:
    links = [url for _, url in (*getattr(plugin, "default_js", ()), *getattr(plugin, "default_css", ()))]
    needed = [url for url in links if left_out(url) is None]
    pictures = [url for url in _IMAGES.findall(inspect.getsource(plugin)) if asset_of(url) is not None]
    assets = [asset for asset in map(asset_of, needed + pictures) if asset is not None]
    unknown = [url for url in needed if asset_of(url) is None]
    packages = list(dict.fromkeys(package_of(file) for asset in assets for file in asset.files))
    here = all(shipped(package) or package.startswith("folium:") for package in packages)
    told = ", ".join(package.replace("folium:templates", "folium itself") for package in packages)
    reason = f"geomap has no checksum of {', '.join(unknown)}" if unknown else ""
    return name, not unknown, told, here and not unknown, _ASKS.get(name, ""), reason

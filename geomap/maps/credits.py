"""Whose data a map shows: GeoNames, and OpenStreetMap where a geocoding service gave points from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_FROM_OSM = ("nominatim:", "photon:", "pickpoint:", "openmapquest:")
_LINK = '<a href="{url}" target="_blank" rel="noopener noreferrer">{words}</a>'
_GEONAMES = f"{_LINK.format(url='https://www.geonames.org/', words='GeoNames')} (CC BY 4.0)"
_OSM = f"© {_LINK.format(url='https://www.openstreetmap.org/copyright', words='OpenStreetMap contributors')} (ODbL)"


def from_openstreetmap(place_ids: pd.Series[str]) -> bool:
    """Return whether any of the places comes from OpenStreetMap, whose license asks that a map says so."""
    ids = place_ids.dropna().astype(str)
    return bool(ids.str.startswith(_FROM_OSM).any())


def credit(place_ids: pd.Series[str]) -> str:
    """Return whose places these are, in words.

    Examples
    --------
    >>> import pandas as pd
    >>> credit(pd.Series(["geonames:99072", "nominatim:N123"]))
    'GeoNames (CC BY 4.0), © OpenStreetMap contributors (ODbL)'
    """
    return "GeoNames (CC BY 4.0)" + (", © OpenStreetMap contributors (ODbL)" if from_openstreetmap(place_ids) else "")


def credit_html(place_ids: pd.Series[str]) -> str:
    """Return whose places these are, with links, for the corner of a map."""
    return f"{_GEONAMES}, {_OSM}" if from_openstreetmap(place_ids) else _GEONAMES

"""Who gave the places of a map, and what their licences ask to be said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_FROM_OSM = ("nominatim:", "photon:", "pickpoint:", "openmapquest:", "osm:", "overture:")
_LINK = '<a href="{url}" target="_blank" rel="noopener noreferrer">{words}</a>'
_GEONAMES = f"{_LINK.format(url='https://www.geonames.org/', words='GeoNames')} (CC BY 4.0)"
# What the licences of other sources ask for, by the prefixes of their identifiers.
_BRITISH_POST = "contains Ordnance Survey data © Crown copyright and Royal Mail data © Royal Mail copyright"
_CREDITS: Mapping[str, tuple[str, str, str]] = {
    "postal:GB/": ("https://www.geonames.org/", "GeoNames postal codes", f"CC BY 4.0; {_BRITISH_POST}"),
    "wof:": ("https://whosonfirst.org/docs/licenses/", "Who's On First", ""),
    "pleiades:": ("https://pleiades.stoa.org/", "Pleiades", "CC BY 3.0"),
    "overture:": ("https://docs.overturemaps.org/attribution/", "Overture Maps Foundation", "ODbL"),
    "wikidata:": ("https://www.wikidata.org/", "Wikidata", "CC0"),
    "pcode:": ("https://data.humdata.org/dashboards/cod", "OCHA", ""),
}
_OSM = f"© {_LINK.format(url='https://www.openstreetmap.org/copyright', words='OpenStreetMap contributors')} (ODbL)"


def from_openstreetmap(place_ids: pd.Series[str]) -> bool:
    """Return whether any of the places comes from OpenStreetMap, whose license requires attribution."""
    return bool(place_ids.dropna().astype(str).str.startswith(_FROM_OSM).any())


def credit(place_ids: pd.Series[str]) -> str:
    """Return the attribution of places as text.

    Examples
    --------
    >>> import pandas as pd
    >>> credit(pd.Series(["geonames:99072", "nominatim:N123"]))
    'GeoNames (CC BY 4.0), © OpenStreetMap contributors (ODbL)'
    """
    others = [f"{words} ({terms})" if terms else words for _, words, terms in _other_credits(place_ids)]
    osm = ["© OpenStreetMap contributors (ODbL)"] if from_openstreetmap(place_ids) else []
    return ", ".join(["GeoNames (CC BY 4.0)", *others, *osm])


def credit_html(place_ids: pd.Series[str]) -> str:
    """Return the attribution of places with links, for the corner of a map."""
    others = [
        _LINK.format(url=url, words=words) + (f" ({terms})" if terms else "")
        for url, words, terms in _other_credits(place_ids)
    ]
    return ", ".join([_GEONAMES, *others, *([_OSM] if from_openstreetmap(place_ids) else [])])


def _other_credits(place_ids: pd.Series[str]) -> list[tuple[str, str, str]]:
    """Return address, name and terms of the sources of places other than GeoNames and OpenStreetMap."""
    ids = place_ids.dropna().astype(str).drop_duplicates()
    return [credited for prefix, credited in _CREDITS.items() if ids.str.startswith(prefix).any()]


def origin(place_id: str) -> str:
    """Return what a place comes from, in a word for a reader.

    Examples
    --------
    >>> origin("geonames:99072"), origin("nominatim:N123"), origin("geomap:region/tigris-river")
    ('GeoNames', 'OpenStreetMap', 'the gazetteer')
    """
    if place_id.startswith("geonames:"):
        return "GeoNames"
    if place_id.startswith(_FROM_OSM):
        return "OpenStreetMap"
    return next((words for prefix, (_, words, _) in _CREDITS.items() if place_id.startswith(prefix)), "the gazetteer")

"""OSM's keys and values as GeoNames' feature classes and codes (https://www.geonames.org/export/codes.html).

Where OSM is less specific than GeoNames, the broader code is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CODES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "place/continent": ("L", "CONT"),
        "place/country": ("A", "PCLI"),
        "place/state": ("A", "ADM1"),
        "place/region": ("L", "RGN"),
        "place/province": ("A", "ADM1"),
        "place/district": ("A", "ADM2"),
        "place/county": ("A", "ADM2"),
        "place/municipality": ("A", "ADM3"),
        "place/city": ("P", "PPL"),
        "place/town": ("P", "PPL"),
        "place/village": ("P", "PPL"),
        "place/hamlet": ("P", "PPL"),
        "place/isolated_dwelling": ("P", "PPL"),
        "place/farm": ("S", "FRM"),
        "place/borough": ("P", "PPLX"),
        "place/suburb": ("P", "PPLX"),
        "place/quarter": ("P", "PPLX"),
        "place/neighbourhood": ("P", "PPLX"),
        "place/city_block": ("P", "PPLX"),
        "place/square": ("S", "SQR"),
        "place/island": ("T", "ISL"),
        "place/archipelago": ("T", "ISLS"),
        "place/islet": ("T", "ISLET"),
        "place/locality": ("L", "LCTY"),
        "place/sea": ("H", "SEA"),
        "place/ocean": ("H", "OCN"),
        "boundary/country": ("A", "PCLI"),
        "boundary/state": ("A", "ADM1"),
        "boundary/province": ("A", "ADM1"),
        "boundary/region": ("A", "ADM1"),
        "boundary/county": ("A", "ADM2"),
        "boundary/district": ("A", "ADM2"),
        "boundary/city": ("P", "PPL"),
        "boundary/town": ("P", "PPL"),
        "boundary/village": ("P", "PPL"),
        "boundary/suburb": ("P", "PPLX"),
        "boundary/administrative": ("A", "ADMD"),
        "boundary/national_park": ("L", "PRK"),
        "boundary/protected_area": ("L", "RESV"),
        "highway": ("R", "ST"),
        "highway/motorway": ("R", "RD"),
        "highway/trunk": ("R", "RD"),
        "highway/track": ("R", "TRL"),
        "highway/path": ("R", "TRL"),
        "highway/bus_stop": ("S", "BUSTP"),
        "railway": ("R", "RR"),
        "railway/station": ("S", "RSTN"),
        "railway/halt": ("S", "RSTP"),
        "railway/stop": ("S", "RSTP"),
        "aeroway": ("S", "AIRF"),
        "aeroway/aerodrome": ("S", "AIRP"),
        "natural": ("T", "AREA"),
        "natural/peak": ("T", "PK"),
        "natural/volcano": ("T", "VLC"),
        "natural/ridge": ("T", "RDGE"),
        "natural/valley": ("T", "VAL"),
        "natural/bay": ("H", "BAY"),
        "natural/beach": ("T", "BCH"),
        "natural/cape": ("T", "CAPE"),
        "natural/desert": ("T", "DSRT"),
        "natural/glacier": ("H", "GLCR"),
        "natural/spring": ("H", "SPNG"),
        "natural/strait": ("H", "STRT"),
        "natural/water": ("H", "LK"),
        "natural/wetland": ("H", "WTLD"),
        "natural/wood": ("V", "FRST"),
        "water": ("H", "LK"),
        "water/reservoir": ("H", "RSV"),
        "waterway": ("H", "STM"),
        "waterway/canal": ("H", "CNL"),
        "waterway/dam": ("S", "DAM"),
        "waterway/waterfall": ("H", "FLLS"),
        "landuse": ("L", "AREA"),
        "landuse/cemetery": ("S", "CMTY"),
        "landuse/forest": ("V", "FRST"),
        "landuse/military": ("S", "INSM"),
        "landuse/residential": ("P", "PPLX"),
        "leisure": ("S", "RECR"),
        "leisure/park": ("L", "PRK"),
        "leisure/stadium": ("S", "STDM"),
        "military": ("S", "INSM"),
        "military/airfield": ("S", "AIRB"),
        "bridge": ("S", "BDG"),
        "man_made/bridge": ("S", "BDG"),
        "man_made/pier": ("S", "PIER"),
        "man_made/tower": ("S", "TOWR"),
        "historic": ("S", "HSTS"),
        "historic/archaeological_site": ("S", "ANS"),
        "historic/castle": ("S", "CSTL"),
        "historic/monument": ("S", "MNMT"),
        "historic/ruins": ("S", "RUIN"),
        "tourism/hotel": ("S", "HTL"),
        "tourism/museum": ("S", "MUS"),
        "amenity/bank": ("S", "BANK"),
        "amenity/courthouse": ("S", "CTHSE"),
        "amenity/embassy": ("S", "DIP"),
        "amenity/fire_station": ("S", "FY"),
        "amenity/fuel": ("S", "GAST"),
        "amenity/grave_yard": ("S", "CMTY"),
        "amenity/hospital": ("S", "HSP"),
        "amenity/library": ("S", "LIBR"),
        "amenity/marketplace": ("S", "MKT"),
        "amenity/place_of_worship": ("S", "RLG"),
        "amenity/police": ("S", "PP"),
        "amenity/post_office": ("S", "PO"),
        "amenity/prison": ("S", "PRN"),
        "amenity/refugee_site": ("S", "CMPRF"),
        "amenity/school": ("S", "SCH"),
        "amenity/theatre": ("S", "THTR"),
        "amenity/townhall": ("S", "ADMF"),
        "amenity/university": ("S", "UNIV"),
        "building": ("S", "BLDG"),
        "building/church": ("S", "CH"),
        "building/mosque": ("S", "MSQE"),
        "building/hospital": ("S", "HSP"),
        "building/school": ("S", "SCH"),
        "office": ("S", "BLDG"),
        "shop": ("S", "BLDG"),
        "amenity": ("S", "BLDG"),
        "place": ("P", "PPL"),
    }
)
# The layers and types of other services, as OSM's keys and values.
LAYERS: Mapping[str, str] = MappingProxyType(
    {
        "country": "place/country",
        "administrative_area_level_1": "place/state",
        "administrative_area_level_2": "place/county",
        "macroregion": "place/region",
        "region": "place/state",
        "state": "place/state",
        "county": "place/county",
        "locality": "place/city",
        "localadmin": "place/municipality",
        "place": "place/city",
        "city": "place/city",
        "town": "place/town",
        "village": "place/village",
        "borough": "place/borough",
        "neighborhood": "place/neighbourhood",
        "neighbourhood": "place/neighbourhood",
        "sublocality": "place/suburb",
        "suburb": "place/suburb",
        "street": "highway/residential",
        "road": "highway/residential",
        "route": "highway/residential",
        "address": "building/yes",
        "house": "building/yes",
        "premise": "building/yes",
        "building": "building/yes",
        "venue": "building/yes",
        "poi": "building/yes",
        "airport": "aeroway/aerodrome",
    }
)


def feature_of(category: str | None, kind: str | None) -> tuple[str, str | None]:
    """Return GeoNames' feature class and code for a service's own classes.

    Parameters
    ----------
    category, kind
        Such as OSM's ``place`` and ``city``, or GeoNames' ``P`` and ``PPL`` themselves.

    Returns
    -------
    tuple
        Class and code; ``("S", None)`` if unknown, as most places that only a service knows are spots.

    Examples
    --------
    >>> feature_of("highway", "residential"), feature_of("place", "village")
    (('R', 'ST'), ('P', 'PPL'))
    """
    if category and len(category) == 1 and category in "AHLPRSTUV":
        return category, kind
    found = (
        CODES.get(f"{category}/{kind}") or CODES.get(LAYERS.get((kind or "").lower(), "")) or CODES.get(category or "")
    )
    if found is None and kind is not None and kind in LAYERS:
        found = CODES.get(LAYERS[kind].split("/")[0])
    return found or ("S", None)

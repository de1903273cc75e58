"""OSM's keys and values as GeoNames' feature classes and codes (``features.toml``)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from geomap.geocoding._policies import data

_DATA = data("features.toml")
#: GeoNames' class and code by OSM's key and value, or by the key alone.
CODES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {tag: (code[0], code[2:]) for tag, code in _DATA["codes"].items()}
)
#: OSM's key and value by other services' layers and types.
LAYERS: Mapping[str, str] = MappingProxyType(_DATA["layers"])


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
    codes = (
        CODES.get(f"{category}/{kind}") or CODES.get(LAYERS.get((kind or "").lower(), "")) or CODES.get(category or "")
    )
    if codes is None and kind is not None and kind in LAYERS:
        codes = CODES.get(LAYERS[kind].split("/")[0])
    return codes or ("S", None)

"""Places as services return them: where each service's records hold what, and the same in the gazetteer's terms."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from geomap.geocoding._features import feature_of
from geomap.geocoding._policies import SERVICES

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Place:
    """A place that a service proposes. Coordinates in degrees, WGS 84.

    Attributes
    ----------
    lat, lon
        Latitude and longitude.
    name
        The place's own name, or the first part of its address.
    address
        The whole address as one line.
    place_id
        The service's short name and its id, ``nominatim:N123``; None if it gives no id.
    category, type
        The service's own classes: OSM's key and value (``place``, ``city``), GeoNames' class and code, or a layer.
    layer
        What an administrative boundary encloses (``city``, ``state``), where the service says so.
    importance
        The service's own measure; the scale differs between services.
    country_code
        ISO 3166-1 alpha-2, upper case.
    bounds
        West, south, east, north.
    """

    lat: float
    lon: float
    name: str
    address: str
    place_id: str | None = None
    category: str | None = None
    type: str | None = None
    layer: str | None = None
    importance: float | None = None
    country_code: str | None = None
    bounds: Bounds | None = None


class Unusable(ValueError):
    """A record without valid coordinates."""


@dataclass(frozen=True)
class Paths:
    """Where a service's records hold what: keys joined by dots, alternatives in order of preference."""

    point: tuple[str, str] | None = None
    name: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    layer: tuple[str, ...] = ()
    importance: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    bounds: tuple[str, ...] = ()
    order: str = "wsen"


def _paths_of(service: Mapping[str, Any]) -> Paths:
    record = service["record"]
    return _paths_of(SERVICES[record]) if isinstance(record, str) else Paths(**record)


PATHS: Mapping[str, Paths] = MappingProxyType(
    {name: _paths_of(service) for name, service in SERVICES.items() if "record" in service}
)
UNKNOWN = Paths(
    name=("name",), identity=("id",), type=("type",), importance=("importance", "score", "confidence"), bounds=("bbox",)
)


def read_place(location: Any, *, service: str) -> Place:
    """Return one of geopy's locations as a place.

    Parameters
    ----------
    location
        A :class:`geopy.Location`.
    service
        The service's short name.

    Raises
    ------
    Unusable
        If it has no coordinates, or invalid ones. geopy reads missing ones as 0 and wraps 999 degrees to 279.
    """
    where = PATHS.get(service, UNKNOWN)
    record = location.raw
    lat, lon = float(location.latitude), float(location.longitude)
    if where.point and any(_follow(record, path) is not None for path in where.point):
        lon, lat = (_number(_follow(record, path)) for path in where.point)
    elif where.point and service in PATHS:
        _refuse_zero(lat, lon)
    _check(lat, lon)
    address = location.address if isinstance(location.address, str) else str(location.address, "utf-8", "replace")
    own = _text(record, where.identity)
    country = _text(record, where.country)
    return Place(
        lat=lat,
        lon=lon,
        name=_text(record, where.name) or address.split(",")[0].strip(),
        address=address,
        place_id=f"{service}:{own}" if own else None,
        category=_text(record, where.category),
        type=_text(record, where.type),
        layer=_text(record, where.layer),
        importance=_first_number(record, where.importance),
        country_code=country.upper() if country and len(country) == 2 and country.isalpha() else None,
        bounds=_bounds(record, where),
    )


def without_bad_coordinates(content: Any, *, service: str) -> tuple[Any, list[str]]:
    """Drop records without valid coordinates from an answer in Nominatim's form, before geopy sees them.

    geopy takes missing coordinates for 0, warns of latitudes beyond the poles, and wraps longitudes around.

    Returns
    -------
    tuple
        The content, and what was wrong with each record that was dropped.

    Raises
    ------
    Unusable
        If all records were dropped.
    """
    if PATHS.get(service) != PATHS["nominatim"] or not isinstance(content, list):
        return content, []
    kept, faults = [], []
    for record in content:
        try:
            lat, lon = (_number(_follow(record, name)) for name in ("lat", "lon"))
            _check(lat, lon)
        except Unusable as error:
            faults.append(str(error))
        else:
            kept.append(record)
    if faults and not kept:
        raise Unusable(faults[0])
    return (kept if faults else content), faults


def _check(lat: float, lon: float) -> None:
    if not (math.isfinite(lat) and math.isfinite(lon)) or abs(lat) > 90 or abs(lon) > 180:
        raise Unusable(f"coordinates out of range in the response (latitude {lat:g}, longitude {lon:g})")
    _refuse_zero(lat, lon)


def _refuse_zero(lat: float, lon: float) -> None:
    if lat == 0 and lon == 0:
        raise Unusable("no coordinates in the response")


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise Unusable("coordinates in the response are missing or not numbers") from None


@functools.cache
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def _follow(record: Any, path: str) -> Any:
    for step in _steps(path):
        if isinstance(record, dict):
            record = record.get(step)
        elif isinstance(record, (list, tuple)) and step.isdigit() and int(step) < len(record):
            record = record[int(step)]
        else:
            return None
    return record


def _text(record: Any, paths: tuple[str, ...]) -> str | None:
    for path in paths:
        if "+" in path:
            kind, number = (_follow(record, part) for part in path.split("+"))
            if kind and number is not None:
                return f"{str(kind)[0].upper()}{number}"  # OSM's short form: N123, W123, R123
            continue
        value = _follow(record, path)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "":
            return str(value)
    return None


def _first_number(record: Any, paths: tuple[str, ...]) -> float | None:
    for path in paths:
        value = _follow(record, path)
        try:
            number = float(value)
        except (TypeError, ValueError):
            continue
        if math.isfinite(number):
            return number
    return None


def _bounds(record: Any, where: Paths) -> Bounds | None:
    for path in where.bounds:
        parts = [_follow(record, part) for part in path.split(",")] if "," in path else _follow(record, path)
        if not isinstance(parts, (list, tuple)) or len(parts) != 4:
            continue
        try:
            named = dict(zip(where.order, map(float, parts), strict=True))
        except (TypeError, ValueError):
            continue
        if all(map(math.isfinite, named.values())):
            return named["w"], named["s"], named["e"], named["n"]
    return None


@dataclass(frozen=True)
class Answer:
    """The outcome of one question.

    Attributes
    ----------
    status
        ``found``, ``not_found`` or ``error``.
    reason
        Why there is no answer, or which places were left out of it.
    places
        The places, in the service's order.
    fetched
        When the service answered (UTC), or None.
    cached
        Whether the answer comes from the cache.
    asked
        False where no request was sent and the cache had no answer.
    """

    status: str
    reason: str | None = None
    places: tuple[Place, ...] = ()
    fetched: datetime | None = None
    cached: bool = False
    asked: bool = True


@dataclass(frozen=True)
class ServiceCandidate:
    """A place that a service proposes for a toponym, in the gazetteer's terms. Coordinates in degrees, EPSG:4326.

    Attributes
    ----------
    place_id
        Stable: the service and its id (``nominatim:N123``), or its coordinates if the service gives no id.
    name, address
        The place's own name; its whole address.
    lat, lon
        Latitude and longitude.
    feature_class, feature_code
        GeoNames' codes (``P``, ``PPL``); the code is None if unknown.
    country_code
        ISO 3166-1 alpha-2, upper case, or None.
    importance
        The service's own measure, or None. Nominatim's lies in [0, 1].
    bounds
        West, south, east, north, or None.
    """

    place_id: str
    name: str
    address: str
    lat: float
    lon: float
    feature_class: str
    feature_code: str | None
    country_code: str | None
    importance: float | None
    bounds: Bounds | None


def candidate_of(place: Place, service: str) -> ServiceCandidate:
    """Return a service's place in the gazetteer's terms."""
    # For a boundary Nominatim names what it bounds; for everything else it repeats the category there.
    kind = place.layer if place.category == "boundary" and place.layer else place.type
    feature_class, feature_code = feature_of(place.category, kind)
    return ServiceCandidate(
        place_id=place.place_id or f"{service}:{place.lat:.5f},{place.lon:.5f}",
        name=place.name,
        address=place.address,
        lat=place.lat,
        lon=place.lon,
        feature_class=feature_class,
        feature_code=feature_code,
        country_code=place.country_code,
        importance=place.importance,
        bounds=place.bounds,
    )

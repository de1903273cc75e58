"""What a question to a service comes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from geomap.geocoding.features import feature_of
from geomap.geocoding.readings import Bounds, Place


@dataclass(frozen=True)
class Answer:
    """What became of one question.

    Attributes
    ----------
    status
        ``found``, ``not_found`` or ``error``.
    reason
        Why there is an error, or what is odd about what was found.
    places
        The places found, the service's best first.
    fetched
        When the service said so (UTC).
    cached
        Whether it said so earlier.
    asked
        Whether an answer was looked for at all; false where the service is being left alone.
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
        Stable: the service and its own id (``nominatim:N123``), or its coordinates where it has none.
    name, address
        The place's own name; its whole address.
    lat, lon
        Latitude and longitude.
    feature_class, feature_code
        GeoNames' codes (``P``, ``PPL``); the code is None where nothing is known.
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
    # Of a boundary Nominatim says what it bounds; of all else it repeats the category there.
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

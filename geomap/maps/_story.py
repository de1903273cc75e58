"""What an editor puts on a map: its headline, a note below it, where it opens, and words beside places."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

from geomap._checks import of_kind, wrong_kind
from geomap.errors import AnnotationsLeftOut, InvalidTable
from geomap.maps._payload import Payload
from geomap.maps._views import ALL, CORE, Box, around, bounds, checked_bounds, core

_LONGEST_TITLE, _LONGEST_NOTE, _LONGEST_ANNOTATION = 200, 1_000, 300
_MOST_ANNOTATIONS = 100
_PAIRS = "pairs of a place and a text, such as [('Mosul', 'The old town')]"

Place = Any
"""The name or identifier of a place of the map, a point as (latitude, longitude), or one of shapely."""
View = str | Sequence[float] | Sequence[Sequence[float]] | None


def checked_title(value: str | None) -> str | None:
    """Return a headline in one line, None where there is none."""
    return _short("title", value, _LONGEST_TITLE)


def checked_note(value: str | None) -> str | None:
    """Return what stands below a headline in one line, None where nothing does."""
    return _short("note", value, _LONGEST_NOTE)


def _short(name: str, value: str | None, longest: int) -> str | None:
    """Return a text in one line, None where there is none; raise InvalidTable if a map has no room for it."""
    if value is None:
        return None
    text = " ".join(of_kind(name, value, str, "text (str), or None").split())
    if len(text) > longest:
        raise InvalidTable(f"{name} has {len(text):,} characters; at most {longest:,} fit on a map")
    return text or None


@dataclass(frozen=True)
class Annotation:
    """Words beside a place of the map, by its identifier, or beside a point."""

    text: str
    place_id: str | None
    lat: float
    lon: float


@dataclass(frozen=True)
class Story:
    """What an editor puts on a map.

    Attributes
    ----------
    title, note
        A headline and a few sentences below it.
    view
        ``"core"``, ``"all"``, the identifier of a place, or a box; None to leave the map as it is.
    annotations
        Words beside places and points.
    """

    title: str | None
    note: str | None
    view: str | Box | None
    annotations: tuple[Annotation, ...]

    @classmethod
    def of(cls, payload: Payload, *, title: str | None, note: str | None, view: View, annotations: Any) -> Story:
        """Check what was given against the places of a map.

        Raises
        ------
        WrongKind
            If one of them is not what it should be.
        InvalidTable
            If a text is too long, a coordinate is none, or the map has no such place to open at.

        Warns
        -----
        AnnotationsLeftOut
            If an annotation is to a place that is not on the map.
        """
        return cls(
            checked_title(title),
            checked_note(note),
            _checked_view(payload, view),
            tuple(_annotations(payload, annotations)),
        )

    def opening(self, payload: Payload) -> Box | None:
        """Return the box that the map opens with, None without places."""
        if self.view is None or isinstance(self.view, list):
            return self.view
        places = payload.places
        number = None if self.view in (CORE, ALL) else payload.names.find(self.view)
        if number is not None:
            place = places.iloc[number]
            return around(float(place["lon"]), float(place["lat"]), str(place["form"]))
        # A place that the file does not disclose leaves the core.
        shown = payload.shown
        return bounds(shown["lon"], shown["lat"]) if self.view == ALL else core(shown)

    def told(self, payload: Payload) -> list[dict[str, Any]]:
        """Return the annotations for the page; those to places that it does not hold are left out."""
        number = {place_id: at for at, place_id in enumerate(payload.places["place_id"])}
        kept = [one for one in self.annotations if one.place_id is None or one.place_id in number]
        if len(kept) < len(self.annotations):
            _warn([one.text for one in self.annotations if one not in kept])
        return [
            {"text": one.text, "lat": one.lat, "lon": one.lon, "place": number.get(one.place_id or "")} for one in kept
        ]


def _checked_view(payload: Payload, view: View) -> str | Box | None:
    if view is None or (isinstance(view, str) and view in (CORE, ALL)):
        return view
    if not isinstance(view, str):
        if not isinstance(view, Iterable):
            raise wrong_kind("view", view, "'core', 'all', a place of the map, or west, south, east, north in degrees")
        return checked_bounds("view", view)
    number = payload.names.find(view)
    if number is None:
        raise InvalidTable(
            f"view={view!r} is no place of this map; give 'core', 'all', the name or the place_id of one of its places, "
            "or west, south, east, north in degrees"
        )
    return str(payload.places["place_id"].iloc[number])


def _annotations(payload: Payload, given: Any) -> Iterable[Annotation]:
    if given is None:
        return
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise wrong_kind("annotations", given, _PAIRS)
    pairs = list(given)
    if len(pairs) > _MOST_ANNOTATIONS:
        raise InvalidTable(f"annotations has {len(pairs):,} entries; at most {_MOST_ANNOTATIONS} fit on a map")
    missing = []
    for number, pair in enumerate(pairs):
        name = f"annotations[{number}]"
        if isinstance(pair, str | bytes) or not isinstance(pair, Sequence) or len(pair) != 2:
            raise wrong_kind(name, pair, "a pair of a place and a text, such as ('Mosul', 'The old town')")
        place, text = pair
        words = _short(f"{name}: the text", text, _LONGEST_ANNOTATION)
        if words is None:
            raise InvalidTable(f"{name} has no text")
        found = _point(name, place) if not isinstance(place, str) else _at(payload, place)
        if found is None:
            missing.append(str(place))
        else:
            yield Annotation(words, *found)
    if missing:
        _warn(missing)


def _at(payload: Payload, place: str) -> tuple[str | None, float, float] | None:
    number = payload.names.find(place)
    if number is None:
        return None
    row = payload.places.iloc[number]
    return str(row["place_id"]), float(row["lat"]), float(row["lon"])


def _point(name: str, place: Any) -> tuple[str | None, float, float]:
    """Return a point as no place, its latitude and its longitude."""
    if getattr(place, "geom_type", None) == "Point" and not place.is_empty:
        lat, lon = place.y, place.x
    elif isinstance(place, Sequence) and len(place) == 2 and all(isinstance(part, Real) for part in place):
        lat, lon = place
    else:
        raise wrong_kind(
            name, place, "to a place: its name or place_id (str), (latitude, longitude), or a shapely Point"
        )
    if not (abs(lat) <= 90 and abs(lon) <= 540 and math.isfinite(lon)):
        raise InvalidTable(f"{name} is at latitude {lat}, longitude {lon}, which is not on the earth")
    return None, float(lat), float(lon)


def _warn(what: list[str]) -> None:
    shown = ", ".join(repr(one) for one in what[:5]) + (f" and {len(what) - 5} more" if len(what) > 5 else "")
    warnings.warn(
        f"annotations to places that are not on this map are left out: {shown}", AnnotationsLeftOut, stacklevel=6
    )

"""Coordinates written in a text: decimal degrees, degrees with minutes and seconds, and MGRS grid references."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

_DEGREES = r"(?:°|º|\sdeg(?:rees)?\b\.?)"
_MINUTES = r"(?:['′’]|\smin(?:utes)?\b\.?)"
_SECONDS = r"(?:[\"″”]|''|′′|\ssec(?:onds)?\b\.?)"
_ANGLE = (
    rf"\d{{1,3}}(?:\.\d{{1,10}})?(?:\s?{_DEGREES})?"
    rf"(?:\s?\d{{1,2}}(?:\.\d{{1,6}})?\s?{_MINUTES})?(?:\s?\d{{1,2}}(?:\.\d{{1,6}})?\s?{_SECONDS})?"
)
_BETWEEN = r"(?:\s?[,;/]\s?|\s(?:and\s)?)"
_NORTH, _EAST = r"(?:[NS]\b|north\b|south\b)", r"(?:[EW]\b|east\b|west\b)"
_BEFORE, _AFTER = r"(?<![\w.,°-])", r"(?![\w°])"
_BEHIND = re.compile(
    rf"{_BEFORE}(?P<lat>{_ANGLE})\s?(?P<ns>{_NORTH}){_BETWEEN}(?P<lon>{_ANGLE})\s?(?P<ew>{_EAST}){_AFTER}"
)
_IN_FRONT = re.compile(rf"{_BEFORE}(?P<ns>[NS])\s?(?P<lat>{_ANGLE}){_BETWEEN}(?P<ew>[EW])\s?(?P<lon>{_ANGLE}){_AFTER}")
_SIGNED = re.compile(
    rf"{_BEFORE}(?P<lat>[-+−]?\d{{1,2}}\.\d{{3,10}})°?{_BETWEEN}(?P<lon>[-+−]?\d{{1,3}}\.\d{{3,10}})°?(?!\w|\.\d|\s?%)"
)
_SAID = re.compile(r"(?i)\b(?:coordinates?|lat(?:itude)?|gps|position|location|located|lies|epicent(?:er|re)|map)\b")
_MGRS = re.compile(
    r"(?<![\w-])(?:[1-9]|[1-5]\d|60)[C-HJ-NP-X]\s?[A-HJ-NP-Z][A-HJ-NP-V]\s?(?P<digits>\d{2,5}\s?\d{2,5})(?![\w-])"
)
# "300 N, 200 E" is a street address: some mark or decimal must say that degrees are meant.
_MARKED = re.compile(rf"\d\.\d|{_DEGREES}|{_MINUTES}")
_CLUE = re.compile(r"\d[\d.\s°º'′’\"″”a-z]{0,24}\s?(?:[NSEW]\b|north|south)|\d\.\d{3}|\d[C-X]\s?[A-Z]{2}|[NS]\s?\d")
_INTRODUCED = re.compile(r"(?:[(\[\n]|\b(?:at|near|from|to)\s|\A)\s*\Z")
_MANY_DECIMALS = 4
_SAID_WITHIN = 60


class Coordinates(NamedTuple):
    """Where coordinates stand in a text, and the point that they mean, in degrees (EPSG:4326)."""

    start: int
    end: int
    lat: float
    lon: float


def coordinates_in(text: str) -> Iterator[Coordinates]:
    """Yield the coordinates written in a text, in its order and without overlaps.

    Pairs that lie outside of the earth, and pairs of decimal numbers that may be something else, are left out.

    Examples
    --------
    >>> for each in coordinates_in("The grave lies at 36.34 N, 43.13 E, the camp at 38S LF 3283 2277."):
    ...     print(each.start, each.end, round(each.lat, 2), round(each.lon, 2))
    18 34 36.34 43.13
    48 64 36.34 43.14
    """
    if not _CLUE.search(text):
        return
    found = [
        Coordinates(*match.span(), *point)
        for pattern, read in _NOTATIONS
        for match in pattern.finditer(text)
        if (point := read(match)) is not None
    ]
    end = 0
    for each in sorted(found, key=lambda each: (each.start, -each.end)):
        if each.start >= end:
            yield each
            end = each.end


def point_of(words: str) -> tuple[float, float] | None:
    """Return the latitude and longitude of coordinates as they were found in a text, None if it is something else."""
    # Introduced, since a pair of decimal numbers alone may be anything.
    introduced = f"position {words}"
    found = next((each for each in coordinates_in(introduced) if each.end == len(introduced)), None)
    return None if found is None else (found.lat, found.lon)


def _read_marked(match: re.Match[str]) -> tuple[float, float] | None:
    lat, lon = match["lat"], match["lon"]
    # geopy would wrap what lies outside of the earth around it.
    outside = _degrees(lat) > 90 or _degrees(lon) > 180
    if outside or not (_MARKED.search(lat) or _MARKED.search(lon)):
        return None
    return _parsed(f"{_plain(lat)} {match['ns'][0].upper()}, {_plain(lon)} {match['ew'][0].upper()}")


def _read_signed(match: re.Match[str]) -> tuple[float, float] | None:
    decimals = min(len(match[name].partition(".")[2]) for name in ("lat", "lon"))
    before = match.string[max(0, match.start() - _SAID_WITHIN) : match.start()]
    if not (_SAID.search(before) or (decimals >= _MANY_DECIMALS and _INTRODUCED.search(before))):
        return None
    return _within_range(*(float(match[name].replace("−", "-")) for name in ("lat", "lon")))


def _read_mgrs(match: re.Match[str]) -> tuple[float, float] | None:
    from mgrs import MGRS
    from mgrs.core import MGRSError

    parts = match["digits"].split()
    if len(parts[0]) % 2 if len(parts) == 1 else len(parts[0]) != len(parts[1]):
        return None
    try:
        lat, lon = MGRS().toLatLon("".join(match.group().split()))
    except MGRSError:
        return None
    return _within_range(lat, lon)


def _degrees(angle: str) -> float:
    return float(re.split(r"[^\d.]", angle, maxsplit=1)[0])


def _plain(angle: str) -> str:
    """Return an angle with the marks that geopy reads."""
    for pattern, mark in ((_SECONDS, '"'), (_MINUTES, "'"), (_DEGREES, "°")):
        angle = re.sub(pattern, mark, angle)
    return angle if "°" in angle or ("'" not in angle and '"' not in angle) else re.sub(r"^(\d+)\s", r"\1° ", angle)


def _parsed(words: str) -> tuple[float, float] | None:
    from geopy import Point

    try:
        point = Point(words)
    except ValueError:
        return None
    return _within_range(point.latitude, point.longitude)


def _within_range(lat: float, lon: float) -> tuple[float, float] | None:
    return (lat, lon) if math.isfinite(lat + lon) and abs(lat) <= 90 and abs(lon) <= 180 else None


_NOTATIONS = (
    (_BEHIND, _read_marked),
    (_IN_FRONT, _read_marked),
    (_MGRS, _read_mgrs),
    (_SIGNED, _read_signed),
)

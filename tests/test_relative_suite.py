"""The hand-written suite of relative places keeps its form, and its circles agree with the places that they start from.

A row of ``relative.csv`` is a circle in which the place that ``expression`` describes lies, drawn from an atlas; two anchors
are joined by ``|``, and so are their coordinates. ``core`` is ``no`` where the embedded gazetteer lacks an anchor; the
points of anchors are given where it lacked one when the row was written.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from itertools import product
from pathlib import Path

import pytest
from pyproj import Geod

from geomap import Gazetteer

SUITES = Path(__file__).parent / "benchmarks" / "suites"
COLUMNS = ["text", "expression", "anchor", "lat", "lon", "radius_km", "core", "anchor_lat", "anchor_lon", "kind"]
AT_LEAST = {
    "distance-direction": 55,
    "direction-only": 15,
    "near or outskirts": 15,
    "between or halfway": 15,
    "border": 15,
    "coast": 12,
    "river": 8,
    "travel-time": 8,
    "part-of": 7,
}
COUNTED_AS = {
    "near": "near or outskirts",
    "outskirts": "near or outskirts",
    "between": "between or halfway",
    "halfway": "between or halfway",
}
FRAME_WORDS = 6
MOST_SHARING = 5
GEOD = Geod(ellps="WGS84")

NUMBERS = {
    "a dozen": 12,
    "six": 6,
    "nine": 9,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "seven hundred": 700,
}
KM = {"km": 1.0, "kilometer": 1.0, "kilometre": 1.0, "mile": 1.609, "mi.": 1.609, "nautical mile": 1.852}
DISTANCE = re.compile(
    rf"(\d+|{'|'.join(NUMBERS)}) ?(nautical mile|mile|mi\.|kilomet(?:er|re)|km)s?(?!\w)",
    re.IGNORECASE,
)
DIRECTION = re.compile(r"(?:north|south|east|west)(?:-?(?:north|south|east|west))*", re.IGNORECASE)
COMPASS = ["n", "nne", "ne", "ene", "e", "ese", "se", "sse", "s", "ssw", "sw", "wsw", "w", "wnw", "nw", "nnw"]

Row = dict[str, str]


def _read() -> list[Row]:
    with (SUITES / "relative.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _km_between(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    return float(GEOD.inv(lon, lat, other_lon, other_lat)[2]) / 1000


def _said(expression: str) -> tuple[float, float]:
    """Return the distance in km and the bearing in degrees that an expression states."""
    distance = DISTANCE.search(expression)
    assert distance, expression
    number, unit = distance[1].lower(), distance[2].lower()
    return float(NUMBERS.get(number) or number) * KM[unit], _bearing(expression[distance.end() :])


def _bearing(expression: str) -> float:
    """Return the bearing in degrees of the first direction in an expression."""
    direction = DIRECTION.search(expression)
    assert direction, expression
    short = "".join(word[0] for word in re.findall("north|south|east|west", direction[0].lower()))
    return COMPASS.index(short) * 22.5


def _anchor_points(row: Row) -> list[tuple[float, float]]:
    lats, lons = row["anchor_lat"].split("|"), row["anchor_lon"].split("|")
    return [(float(lat), float(lon)) for lat, lon in zip(lats, lons, strict=True)]


def _anchors(row: Row, gazetteer: Gazetteer) -> list[list[tuple[float, float]]]:
    """Return the points that each anchor of a row may mean."""
    if row["anchor_lat"]:
        return [[point] for point in _anchor_points(row)]
    names = row["anchor"].split("|")
    candidates = gazetteer.candidates(names)
    return [[(place.lat, place.lon) for place in candidates[name]] for name in names]


def _shared_frames(texts: list[str]) -> dict[str, set[int]]:
    frames = defaultdict(set)
    for number, text in enumerate(texts):
        words = re.findall(r"[^\W\d_]+|\d+", text.lower())
        for start in range(len(words) - FRAME_WORDS + 1):
            frames[" ".join(words[start : start + FRAME_WORDS])].add(number)
    return {frame: numbers for frame, numbers in frames.items() if len(numbers) > MOST_SHARING}


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return _read()


def test_every_row_has_the_columns_and_names_its_text_once(rows: list[Row]) -> None:
    assert list(rows[0]) == COLUMNS
    for row in rows:
        assert row["text"].count(row["expression"]) == 1, row
        for name in row["anchor"].split("|"):
            assert name
            assert row["expression"].count(name) == 1, row
    assert len({row["text"] for row in rows}) == len(rows)


def test_circles_lie_on_the_globe(rows: list[Row]) -> None:
    for row in rows:
        assert -90 <= float(row["lat"]) <= 90, row
        assert -180 <= float(row["lon"]) <= 180, row
        assert 0 < float(row["radius_km"]) <= 500, row


def test_a_row_outside_the_core_gives_the_point_of_each_anchor(rows: list[Row]) -> None:
    for row in rows:
        assert row["core"] in {"yes", "no"}, row
        if not row["anchor_lat"]:
            assert (row["core"], row["anchor_lon"]) == ("yes", ""), row
        else:
            points = _anchor_points(row)
            assert len(points) == len(row["anchor"].split("|")), row
            assert all(-90 <= lat <= 90 and -180 <= lon <= 180 for lat, lon in points), row


def test_the_suite_holds_every_kind_often_enough(rows: list[Row]) -> None:
    counts = Counter(COUNTED_AS.get(row["kind"], row["kind"]) for row in rows)
    assert set(counts) == set(AT_LEAST)
    assert {kind: count for kind, count in counts.items() if count < AT_LEAST[kind]} == {}
    assert sum(bool(row["anchor_lat"]) for row in rows) >= len(rows) / 3


def test_the_embedded_gazetteer_lacks_an_anchor_of_every_row_outside_the_core(
    rows: list[Row], gazetteer: Gazetteer
) -> None:
    outside = [row for row in rows if row["core"] == "no"]
    candidates = gazetteer.candidates([name for row in outside for name in row["anchor"].split("|")])
    held = [
        row["anchor"]
        for row in outside
        if all(
            any(_km_between(place.lat, place.lon, *point) < 50 for place in candidates[name])
            for name, point in zip(row["anchor"].split("|"), _anchor_points(row), strict=True)
        )
    ]
    assert held == []


def test_stated_distances_lead_from_the_anchor_into_the_circle(rows: list[Row], gazetteer: Gazetteer) -> None:
    """Any namesake in the embedded gazetteer may be the anchor, or the written point where the row is outside the core."""
    wrong = []
    for row in (row for row in rows if row["kind"] == "distance-direction"):
        km, bearing = _said(row["expression"])
        center = float(row["lat"]), float(row["lon"])
        radius = float(row["radius_km"])
        fits = False
        for lat, lon in _anchors(row, gazetteer)[0]:
            offset_lon, offset_lat, _ = GEOD.fwd(lon, lat, bearing, km * 1000)
            inside = _km_between(offset_lat, offset_lon, *center) <= radius
            fits |= inside and (km <= 15 or _km_between(lat, lon, *center) > radius)
        if not fits:
            wrong.append(row["expression"])
    assert wrong == []


def test_circles_lie_on_the_side_that_a_direction_names(rows: list[Row], gazetteer: Gazetteer) -> None:
    wrong = []
    for row in (row for row in rows if row["kind"] in {"direction-only", "travel-time"}):
        stated = _bearing(row["expression"])
        turns = [
            abs((GEOD.inv(lon, lat, float(row["lon"]), float(row["lat"]))[0] - stated + 180) % 360 - 180)
            for lat, lon in _anchors(row, gazetteer)[0]
            if _km_between(lat, lon, float(row["lat"]), float(row["lon"])) < 250
        ]
        if not turns or min(turns) > 30:
            wrong.append(row["expression"])
    assert wrong == []


def test_the_middle_between_two_anchors_lies_in_the_circle(rows: list[Row], gazetteer: Gazetteer) -> None:
    wrong = []
    for row in (row for row in rows if row["kind"] in {"between", "halfway"}):
        middles = [
            GEOD.npts(lon, lat, other_lon, other_lat, 1)[0]
            for (lat, lon), (other_lat, other_lon) in product(*_anchors(row, gazetteer))
            if (lat, lon) != (other_lat, other_lon)
        ]
        center = float(row["lat"]), float(row["lon"])
        if not any(_km_between(lat, lon, *center) <= float(row["radius_km"]) for lon, lat in middles):
            wrong.append(row["expression"])
    assert wrong == []


def test_no_more_than_five_sentences_share_a_frame_of_six_words(rows: list[Row]) -> None:
    assert _shared_frames([row["text"] for row in rows]) == {}


def test_sentences_without_a_relative_place_are_many_and_unlike_each_other() -> None:
    lines = (SUITES / "no_relative.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) >= 120
    assert len(set(lines)) == len(lines)
    assert all(line == line.strip() and line[-1] in '.!?”"' for line in lines)
    assert _shared_frames(lines) == {}

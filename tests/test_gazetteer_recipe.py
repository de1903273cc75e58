"""The rules by which the embedded gazetteer is built, on small examples; they need none of the packages."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import many

from geomap.gazetteer import Candidate, Gazetteer, NameKind, fold
from geomap.geometry import distance_km
from geomap.recognition._words import english_words

RECIPE = Path(__file__).parents[1] / "data" / "recipes" / "gazetteer"


@pytest.fixture(scope="module", autouse=True)
def _recipe_on_path() -> Iterator[None]:
    sys.path.insert(0, str(RECIPE))
    yield
    sys.path.remove(str(RECIPE))


def module(name: str) -> ModuleType:
    import importlib

    return importlib.import_module(name)


def town(name: str, *alternates: str, people: int = 1000, lat: float = 0.0, lon: float = 0.0, **fields: str) -> object:
    number = abs(hash((name, lat, lon))) % 10**8
    place = Candidate(
        row=0,
        place_id=fields.pop("place_id", f"geonames:{number}"),
        geonameid=number,
        name=name,
        lat=lat,
        lon=lon,
        feature_class=fields.pop("feature_class", "P"),
        feature_code=fields.pop("feature_code", "PPL"),
        country_code=fields.pop("country_code", "US"),
        population=people,
    )
    feature = module("features").Feature(place)
    feature.add(fold(each) for each in alternates)
    return feature


@pytest.mark.parametrize(
    ("country", "name", "bare"),
    [
        ("IQ", "Nineveh Governorate", "Nineveh"),
        ("IE", "County Cork", "Cork"),
        ("US", "County Line", "County Line"),  # a town, and not in a country where counties come first
        ("IT", "Provincia di Torino", "Torino"),
        ("FR", "Département de l'Orne", "Orne"),
        ("ES", "Provincia de Las Palmas", "Las Palmas"),
        ("AR", "Departamento de Rivadavia", "Rivadavia"),
        ("ID", "Kabupaten Bogor", "Bogor"),
        ("MY", "Kota Kinabalu", "Kota Kinabalu"),
        ("PL", "Powiat krakowski", "Powiat krakowski"),  # an adjective is no name
        ("CZ", "Okres Znojmo", "Znojmo"),
        ("DE", "Regierungsbezirk Münster", "Münster"),
        ("UA", "Chortkiv Raion", "Chortkiv"),
        ("TR", "Kemer İlçesi", "Kemer"),
        ("PH", "Province of Cebu", "Cebu"),
        ("GB", "City and County of Swansea", "Swansea"),
        ("FR", "Paris", "Paris"),
    ],
)
def test_a_division_loses_the_word_for_its_kind(country: str, name: str, bare: str) -> None:
    assert module("names").base(country, name) == bare


def test_a_name_that_says_no_more_than_a_direction_is_not_left_bare() -> None:
    names = module("names")
    assert names.bare_names("GH", "Northern Region", []) == []
    assert names.bare_names("PL", "Powiat brzeski", ["Brzesko County"]) == ["brzesko"]


def test_long_and_short_forms_of_a_first_order_division() -> None:
    forms = module("names").division_names("IQ", "Nineveh", ["Nineveh Governorate"])
    assert {"nineveh governorate", "nineveh province", "province of nineveh"} <= set(forms)


@pytest.mark.parametrize(
    ("alternate", "kept"),
    [
        ("Jerusalem", False),  # a city a hundred times as large, and far away
        ("Jeruselm Heights", True),  # nobody else's main name
        ("San Jerusalem", True),  # with a saint
        ("Rio", True),  # a word of the main name
        ("Mass", False),  # a state's abbreviation
        ("El Ria", True),  # alike
        ("Nearby", True),  # so near that they may share a name
    ],
)
def test_an_alternate_goes_if_it_means_a_better_known_place(alternate: str, kept: bool) -> None:
    features = [
        town("El Rio", alternate, lat=34.2, lon=-119.2),
        town("Jerusalem", people=970_000, lat=31.8, lon=35.2, country_code="IL"),
        town("Nearby", people=500_000, lat=34.3, lon=-119.0),
        town("Rio", people=6_000_000, lat=-22.9, lon=-43.2, country_code="BR"),
        town("El Ria", people=900_000, lat=10.0, lon=10.0),
    ]
    dropped = module("misleading").drop_misleading(features, ["Mass."])
    assert ((fold(alternate), NameKind.ALTERNATE) in features[0].names) is kept  # type: ignore[attr-defined]
    assert [row.name for row in dropped] == ([] if kept else [fold(alternate)])


def test_a_name_given_by_hand_is_never_dropped() -> None:
    small = town("Qasr", "Garden City", lat=30.0, lon=31.2, country_code="EG")
    small.by_hand.add("garden city")  # type: ignore[attr-defined]
    features = [small, town("Garden City", people=400_000, lat=38.0, lon=-100.9)]
    assert module("misleading").drop_misleading(features, []) == []


def test_points_along_a_river_leave_no_gap_and_keep_off_its_own() -> None:
    course = shapely.LineString([(44.0, 37.0), (43.1, 36.3), (44.4, 33.3), (47.4, 31.0)])
    own = (31.0, 47.4)
    points = module("natural").spread([course], own=own)
    assert all(distance_km(*own, *point) > 60 for point in points)
    for step in np.linspace(0, 1, 50):
        place = course.interpolate(step, normalized=True)
        assert min(distance_km(place.y, place.x, *point) for point in [own, *points]) < 120


@settings(max_examples=many(20), deadline=None)
@given(st.floats(-60, 60), st.floats(-170, 170), st.floats(0.5, 8))
def test_points_over_an_area_lie_in_it(lat: float, lon: float, size: float) -> None:
    area = shapely.box(lon, lat, lon + size, lat + size)
    points = module("natural").spread([area], own=(lat, lon))
    assert all(area.buffer(0.01).contains(shapely.Point(east, north)) for north, east in points)
    assert len(set(points)) == len(points)


LANDMARKS = frozenset("SR")
# Ordinary words too, but a paper that writes them mostly means the place.
PLACES_FIRST = frozenset(
    map(fold, ("Auschwitz", "Babylon", "the Kremlin", "the Pentagon", "the Pyramids", "Whitehall"))
)


@pytest.fixture(scope="module")
def kept_regions() -> list[dict[str, str]]:
    tables = module("handtables")
    problems = tables.Problems()
    kept = [row for table in tables.region_tables() for _, row in tables.rows(table, problems)]
    assert problems.lines == []
    assert len(kept) > 4000
    return kept


@pytest.fixture(scope="module")
def airport_calls() -> dict[str, list[str]]:
    calls: dict[str, list[str]] = module("features")._airport_calls()
    assert len(calls) > 200
    return calls


def landmark_names(rows: list[dict[str, str]]) -> dict[str, list[tuple[float, float]]]:
    """Return where the buildings and streets of each name stand, by the name as it is written."""
    names: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        if row["feature_class"] in LANDMARKS:
            for name in (row["name"], *filter(None, row["alternate_names"].split("|"))):
                names.setdefault(name, []).append((float(row["lat"]), float(row["lon"])))
    return names


def test_the_regions_kept_by_hand_can_all_be_used(kept_regions: list[dict[str, str]]) -> None:
    problems = module("handtables").Problems()
    features = module("hand").region_features(problems)
    assert problems.lines == []
    assert len(features) == len(kept_regions)


def test_a_feature_code_kept_by_hand_is_of_one_class(kept_regions: list[dict[str, str]]) -> None:
    classes: dict[str, set[str]] = {}
    for row in kept_regions:
        assert row["feature_class"] in set("AHLPRSTUV"), row["slug"]
        classes.setdefault(row["feature_code"], set()).add(row["feature_class"])
    assert {code: found for code, found in classes.items() if len(found) > 1} == {}


def test_a_landmark_is_not_called_by_an_ordinary_word(kept_regions: list[dict[str, str]]) -> None:
    ordinary = english_words().ordinary - PLACES_FIRST
    assert sorted(name for name in landmark_names(kept_regions) if fold(name) in ordinary) == []


def test_a_landmark_does_not_take_the_name_of_a_city_elsewhere(kept_regions: list[dict[str, str]]) -> None:
    names = landmark_names(kept_regions)
    taken = [
        (name, place.place_id)
        for name, places in Gazetteer().candidates(list(names)).items()
        for place in places
        if fold(place.name) == fold(name)
        and (place.population >= 100_000 or (place.feature_code or "").startswith(("PCL", "ADM1")))
        and all(distance_km(*point, place.lat, place.lon) > 50 for point in names[name])
    ]
    assert taken == []


def test_a_name_of_an_airport_is_that_of_one_airport_and_of_no_city(airport_calls: dict[str, list[str]]) -> None:
    bearers: dict[str, set[str]] = {}
    for code, names in airport_calls.items():
        for name in names:
            bearers.setdefault(fold(name), set()).add(code)
    assert {name: codes for name, codes in bearers.items() if len(codes) > 1} == {}
    cities = [
        (name, place.place_id)
        for name, places in Gazetteer().candidates(list(bearers)).items()
        for place in places
        if fold(place.name) == name and place.population >= 100_000
    ]
    assert cities == []

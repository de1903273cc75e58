"""geomap against a real Nominatim. ``run.py`` starts it and says where it is."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

import pandas as pd
import pytest
from extract import QUARTERS, SPOTS, STREETS
from geopy.distance import geodesic
from geopy.geocoders import Nominatim

import geomap
from geomap.geocoding import Service, candidates, geocode, plan, reverse

pytestmark = pytest.mark.network

URL = os.environ["GEOMAP_NOMINATIM_URL"]
USER_AGENT = "geomap-tests (tests@example.org)"
STREET_NAMES = [
    f"{name}, {'Erbil' if lat > 36.15 and lon > 43.9 else 'Mosul' if lat > 36 else 'Baghdad'}"
    for name, _, lat, lon, *_ in STREETS
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nominatim")


@pytest.fixture
def service(folder: Path) -> Service:
    return Service(
        "nominatim",
        domain=URL,
        user_agent=USER_AGENT,
        rate=50.0,
        cache=folder / "a.sqlite",
        rate_folder=folder / "turns",
    )


def test_geopy_itself_reaches_it() -> None:
    found = Nominatim(domain=URL.removeprefix("http://"), scheme="http", user_agent=USER_AGENT).geocode("Mosul")
    assert math.isclose(found.latitude, 36.345, abs_tol=0.01)


def test_streets_and_buildings_are_found_where_they_are(service: Service) -> None:
    expected = [(lat, lon) for _, _, lat, lon, _ in SPOTS]
    table = geocode([name for name, *_ in SPOTS], service=service, language="en", country_codes="iq")
    assert table["status"].eq("found").all(), table.loc[table["status"].ne("found"), ["query", "reason"]]
    points = zip(table.geometry.y, table.geometry.x, strict=True)
    far = [geodesic(point, where).km for point, where in zip(points, expected, strict=True)]
    assert max(far) < 0.05
    assert table["country_code"].eq("IQ").all()
    assert set(table["category"]) >= {"amenity", "tourism", "historic", "aeroway"}
    assert table["place_id"].str.fullmatch(r"nominatim:N1\d{4}").all()


def test_a_street_has_its_way_and_its_bounds(service: Service) -> None:
    table = geocode([name for name, *_ in STREETS], service=service, language="en")
    assert table["status"].eq("found").all()
    for row, (name, _, south, west, north, east) in zip(table.itertuples(), STREETS, strict=True):
        assert row.place_id.startswith("nominatim:W"), name
        assert row.category == "highway"
        assert math.isclose(row.south, min(south, north), abs_tol=1e-4)
        assert math.isclose(row.east, max(west, east), abs_tol=1e-4)


def test_arabic_and_english_names_lead_to_the_same_place(service: Service) -> None:
    english = geocode([name for name, *_ in QUARTERS], service=service)
    arabic = geocode([arabic for _, arabic, *_ in QUARTERS], service=service)
    assert english["place_id"].tolist() == arabic["place_id"].tolist()


def test_language_viewbox_and_country_reach_it(service: Service) -> None:
    names = ["Haifa Street", "Al-Mutanabbi Street"]
    arabic = geocode(names, service=service, language="ar")
    assert arabic["address"].str.contains("شارع").all()
    near_mosul = geocode(["Baghdad Street"], service=service, viewbox=(42.9, 36.2, 43.4, 36.5))
    assert math.isclose(near_mosul.geometry.y.iloc[0], 36.315, abs_tol=0.02)
    elsewhere = geocode(["Great Mosque of al-Nuri"], service=service, country_codes=["de"])
    assert elsewhere["status"].tolist() == ["not_found"]


def test_nonsense_is_not_found_and_missing_is_said(service: Service) -> None:
    table = geocode(["Xyzzy Plugh Boulevard", None, "", "Mosul"], service=service)
    assert table["status"].tolist() == ["not_found", "error", "error", "found"]
    assert table.geometry.isna().tolist() == [True, True, True, False]


def test_reverse_finds_the_street_and_the_country(service: Service) -> None:
    table = reverse([(43.1301, 36.34165), (44.3897, 33.33935)], service=service, language="en")
    assert table["address"].str.contains("Iraq").all()
    assert table["address"].str.contains("Street").all()
    assert table["country_code"].tolist() == ["IQ", "IQ"]


def test_reverse_in_the_sea_is_not_found(service: Service) -> None:
    assert reverse([(-30.0, -30.0)], service=service)["status"].tolist() == ["not_found"]


def test_candidates_carry_what_a_resolver_needs(service: Service) -> None:
    found = service.candidates("Mosul Museum", country_codes=["iq"])
    assert (found[0].feature_class, found[0].feature_code) == ("S", "MUS")
    assert found[0].place_id == "nominatim:N10002"
    assert found[0].country_code == "IQ"
    codes = {
        service.candidates(name)[0].feature_code: name
        for name in ("Nineveh Street", "Zanjili", "Al-Salam Hospital", "Erbil Citadel", "Mosul", "Badush Prison")
    }
    assert set(codes) == {"ST", "PPLX", "HSP", "CSTL", "PPL", "PRN"}
    assert service.candidates("Xyzzy Plugh Boulevard") == []
    governorate = service.candidates("Nineveh Governorate")[0]
    assert (governorate.feature_class, governorate.feature_code) == ("A", "ADM1")


def test_a_geoparse_resolves_streets_and_buildings_that_the_gazetteer_lacks(service: Service) -> None:
    text = (
        "MOSUL, Iraq — Shells fell on Al-Farouq Street and near the Mosul Museum on Monday. In Baghdad, bookshops on "
        "Haifa Street stayed open. Nobody was hurt on Xyzzy Plugh Boulevard."
    )
    articles = pd.DataFrame({"article_id": ["a"], "text": [text]})
    before = geomap.geoparse(articles).set_index("toponym")
    after = geomap.geoparse(articles, fallback=service).set_index("toponym")
    # Without a service, the streets have the area of their town and no point of their own.
    assert (before.loc[["Al-Farouq Street", "Haifa Street"], "precision"] == "within").all()
    for name, lat, lon in (("Al-Farouq Street", 36.3436, 43.1271), ("Haifa Street", 33.3330, 44.3820)):
        row = after.loc[name]
        assert row["place_id"].startswith("nominatim:W")
        assert row["feature_code"] == "ST"
        assert row["precision"] == "place"
        assert row["country_code"] == "IQ"
        assert geodesic((row.geometry.y, row.geometry.x), (lat, lon)).km < 1.0
    if "Xyzzy Plugh Boulevard" in after.index:
        assert after.loc["Xyzzy Plugh Boulevard", "precision"] != "place"
    known = before[before["precision"] == "place"]
    assert after.loc[known.index, "place_id"].tolist() == known["place_id"].tolist()


def test_all_candidates_come_as_a_table_in_order(service: Service) -> None:
    table = candidates(["Haifa Street", "Mosul"], service=service)
    assert table["row"].is_monotonic_increasing
    assert table.groupby("row")["rank"].apply(list).map(lambda ranks: ranks == list(range(1, len(ranks) + 1))).all()


def test_a_run_of_every_place_and_its_repetition_from_the_cache(service: Service, capsys) -> None:
    import csv

    from extract import PLACES

    with PLACES.open(encoding="utf-8") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    started = time.perf_counter()
    table = geocode(names, service=service)
    first = time.perf_counter() - started
    assert table["status"].eq("found").mean() > 0.97, table.loc[table["status"].ne("found"), ["query", "reason"]]
    assert plan(names, service=service).requests == 0
    started = time.perf_counter()
    again = geocode(names, service=service)
    second = time.perf_counter() - started
    assert again["place_id"].tolist() == table["place_id"].tolist()
    with capsys.disabled():
        found = int(table["status"].eq("found").sum())
        print(f"\n{len(names)} names: {found} found; {first:.1f} s asked, {second:.2f} s from the cache")


def test_the_rate_asked_for_is_kept(folder: Path) -> None:
    slow = Service(
        "nominatim", domain=URL, user_agent=USER_AGENT, rate=5.0, cache=folder / "b.sqlite", rate_folder=folder / "slow"
    )
    started = time.perf_counter()
    geocode(["Mosul", "Baghdad", "Erbil", "Zanjili", "Nimrud", "Hatra"], service=slow)
    assert time.perf_counter() - started >= 1.0

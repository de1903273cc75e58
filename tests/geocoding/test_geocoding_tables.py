"""Names in, a table out: one row per input, in input order, whatever the input."""

from __future__ import annotations

import subprocess
import sys
import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geocoding_fakes import USER_AGENT, fill, place, query_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from laws import many

from geomap._progress import rate_in_words, time_in_words
from geomap.errors import (
    BulkGeocoding,
    ColumnMissing,
    GeocoderUnknown,
    GeocodingFailed,
    GeocodingMisused,
    GeocodingStopped,
    UserAgentMissing,
)
from geomap.geocoding import POLICIES, Service, candidates, geocode, plan, reverse
from geomap.geocoding._batch import ANSWERS, CANDIDATES, reporting
from geomap.geocoding._features import CODES, LAYERS, feature_of
from geomap.geocoding._places import PATHS


def test_one_row_per_input_in_input_order_with_the_promised_columns(make) -> None:
    one, transport = make()
    given_names = ["Mosul", None, "Nowhere", "Mosul", "", float("nan"), 5, "  Mosul\n", pd.NA, "x" * 501]
    table = geocode(given_names, service=one)
    assert isinstance(table, gpd.GeoDataFrame)
    assert table.crs == "EPSG:4326"
    assert table.columns.tolist() == [*ANSWERS, "geometry"]
    assert {name: str(table[name].dtype) for name in ANSWERS} == dict(ANSWERS)
    assert table["status"].tolist() == [
        "found",
        "error",
        "not_found",
        "found",
        "error",
        "error",
        "error",
        "found",
        "error",
        "error",
    ]
    assert table["reason"].tolist()[1] == "the name is missing"
    assert table["reason"].tolist()[4] == "the name is empty"
    assert table["reason"].tolist()[6] == "the name is not text but int"
    assert table["reason"].tolist()[9] == "the name is longer than 500 characters"
    assert transport.queries == ["Mosul", "Nowhere"]
    assert table["query"].tolist()[7] == "Mosul"
    assert table["name"].tolist()[7] == "  Mosul\n"


def test_a_found_row_holds_all_that_the_service_says(make) -> None:
    one, _ = make(answer=lambda request: [place("Mosul", 36.345, 43.145, 123)])
    row = geocode(["Mosul"], service=one).iloc[0]
    assert (row.geometry.x, row.geometry.y) == (43.145, 36.345)
    assert row["place_id"] == "nominatim:N123"
    assert (row["category"], row["type"], row["importance"], row["country_code"]) == ("place", "city", 0.6, "IQ")
    assert (row["west"], row["south"], row["east"], row["north"]) == (43.0, 36.2, 43.3, 36.5)
    assert row["service"] == "nominatim"
    assert row["fetched"] == pd.Timestamp("2025-06-15T15:06:40Z")
    assert row["address"] == "Mosul, Iraq"


@pytest.mark.parametrize("empty", [[], (), pd.Series([], dtype=str), pd.DataFrame({"name": []})])
def test_no_names_give_an_empty_table_of_the_same_shape(make, empty) -> None:
    one, transport = make()
    table = geocode(empty, service=one)
    assert (len(table), table.columns.tolist(), table.crs) == (0, [*ANSWERS, "geometry"], "EPSG:4326")
    assert candidates(empty, service=one).columns.tolist() == [*CANDIDATES, "geometry"]
    assert transport.requests == []


def test_the_index_of_a_series_is_kept_even_with_repeated_labels(make) -> None:
    one, _ = make()
    names = pd.Series(["Mosul", "Erbil", "Mosul"], index=["a", "b", "a"])
    assert geocode(names, service=one).index.tolist() == ["a", "b", "a"]


def test_context_and_country_columns_go_with_the_name(make) -> None:
    one, transport = make()
    table = pd.DataFrame(
        {
            "toponym": ["Bridge Street", "Bridge Street", "Bridge Street", "Main Street"],
            "context": ["Mosul", None, "Mosul", np.nan],
            "country_code": ["IQ", None, "IQ", "xyzzy"],
        }
    )
    found = geocode(table, service=one, country_codes=["sy"])
    assert found["query"].tolist()[:3] == ["Bridge Street, Mosul", "Bridge Street", "Bridge Street, Mosul"]
    assert [("countrycodes=iq" in r.url, "countrycodes=sy" in r.url) for r in transport.requests] == [
        (True, False),
        (False, True),
    ]
    assert found["status"].tolist() == ["found", "found", "found", "error"]
    assert "invalid country code 'xyzzy'" in found["reason"][3]


def test_a_table_without_names_and_a_single_string_are_refused(make) -> None:
    one, _ = make()
    with pytest.raises(ColumnMissing, match="no column name or toponym or query"):
        geocode(pd.DataFrame({"place": ["Mosul"]}), service=one)
    with pytest.raises(GeocodingMisused, match="pass a list"):
        geocode("Mosul", service=one)


@settings(deadline=None, max_examples=many(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.text(), st.none(), st.integers(), st.floats(), st.binary(max_size=4)), max_size=8))
def test_any_input_gives_as_many_rows_in_order(make, names: list[object]) -> None:
    one, transport = make()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = geocode(names, service=one, progress=False)
    assert len(table) == len(names)
    assert set(table["status"]) <= {"found", "not_found", "error"}
    texts = [name for name in names if isinstance(name, str)]
    assert [name for name, given in zip(table["name"], names, strict=True) if isinstance(given, str)] == texts
    assert len(transport.requests) == len({query_of(r) for r in transport.requests})


def test_hints_reach_the_service_in_its_own_words(make) -> None:
    one, transport = make()
    geocode(["Mosul"], service=one, country_codes="IQ", viewbox=(42, 35, 44, 37), language="ar", limit=3)
    url = transport.requests[0].url
    for part in ("countrycodes=iq", "viewbox=42.0%2C35.0%2C44.0%2C37.0", "accept-language=ar", "limit=3"):
        assert part in url
    assert transport.requests[0].headers["User-Agent"] == USER_AGENT


def test_a_hint_that_the_service_does_not_take_is_said(make) -> None:
    one, _ = make("photon")
    with pytest.raises(GeocodingMisused, match="photon does not support country_codes"):
        geocode(["Mosul"], service=one, country_codes="iq")


@pytest.mark.parametrize(
    "hints",
    [
        {"country_codes": "iraq"},
        {"country_codes": [5]},
        {"viewbox": (1, 2, 3)},
        {"viewbox": (44, 37, 42, 35)},
        {"viewbox": "a,b,c,d"},
        {"limit": 0},
        {"threads": 0},
    ],
)
def test_hints_without_meaning_are_refused_before_anything_is_sent(make, hints) -> None:
    one, transport = make()
    with pytest.raises(GeocodingMisused):
        geocode(["Mosul"], service=one, **hints)
    assert transport.requests == []


@pytest.mark.parametrize(
    "agent", [None, "", "geomap", "geopy/2.4.1", "python-requests/2.32", "Mozilla/5.0", "my_app/1"]
)
def test_the_public_nominatim_wants_to_know_who_asks(agent) -> None:
    with pytest.raises(UserAgentMissing, match=r"https://operations\.osmfoundation\.org/policies/nominatim/") as caught:
        geocode(["Mosul"], user_agent=agent)
    assert isinstance(caught.value, ValueError)


def test_the_public_nominatim_cannot_be_hurried(make) -> None:
    for hurry in ({"rate": 2.0}, {"connections": 2}):
        with pytest.raises(GeocodingMisused, match="one request a second"):
            make(**hurry)
    one, _ = make(domain="http://localhost:8088", rate=50.0)
    assert (one.host, one.policy.rate) == ("localhost", 50.0)


@pytest.mark.parametrize(
    ("arguments", "options", "error"),
    [
        (("nominatin",), {}, GeocoderUnknown),
        (("photon",), {"api_key": "x"}, GeocodingMisused),
        (("pelias",), {}, GeocodingMisused),
        ((object(),), {}, GeocodingMisused),
        (("photon",), {"rate": 0}, GeocodingMisused),
        (("photon",), {"attempts": 0}, GeocodingMisused),
        (("photon",), {"user_agent": "line\nbreak"}, GeocodingMisused),
    ],
)
def test_what_cannot_be_set_up_is_said_at_once(arguments, options, error) -> None:
    with pytest.raises(error):
        Service(*arguments, **options)


def test_options_go_to_the_service_that_is_made(make) -> None:
    one, _ = make()
    with pytest.raises(GeocodingMisused, match="pass rate, user_agent to Service"):
        geocode(["Mosul"], service=one, rate=1.0, user_agent="someone else")


def test_the_plan_reads_as_promised(make) -> None:
    one, transport = make(rate=1.0)
    known = [f"Known {number}" for number in range(640)]
    fill(one, known)
    sent = len(transport.requests)
    new = [f"New {number}" for number in range(1480)]
    names = (known + new) * 2
    cost = plan(names[:3412], service=one)
    assert str(cost) == "3,412 names, 2,120 distinct, 640 cached, 25 min at 1/s"
    assert (cost.requests, cost.seconds) == (1480, 1480.0)
    assert len(transport.requests) == sent


def test_bulk_use_of_a_public_service_is_warned_of(make) -> None:
    one, _ = make()
    with pytest.warns(GeocodingStopped), pytest.warns(BulkGeocoding, match="public service"):
        geocode([f"Street {number}" for number in range(1001)], service=one, max_seconds=0.0, progress=False)


def test_a_run_may_be_bounded_in_time_and_goes_on_later(make, clock) -> None:
    one, transport = make()
    names = [f"Street {number}" for number in range(30)]
    with pytest.warns(GeocodingStopped, match="run it again later"):
        table = geocode(names, service=one, max_seconds=10.0, progress=False)
    assert 10 <= table["status"].eq("found").sum() <= 12
    rest = geocode(names, service=one, progress=False)
    assert rest["status"].eq("found").all()
    assert len(transport.requests) == 30


def test_candidates_are_all_places_with_row_and_rank(make) -> None:
    def answer(request):
        return [] if "Nowhere" in query_of(request) else [place("Mosul", number=n) for n in (1, 2, 3)]

    one, transport = make(answer=answer)
    first = geocode(["Mosul", "Nowhere", "Erbil"], service=one)
    table = candidates(["Mosul", "Nowhere", "Erbil"], service=one)
    assert table["row"].tolist() == [0, 0, 0, 2, 2, 2]
    assert table["rank"].tolist() == [1, 2, 3, 1, 2, 3]
    assert table["place_id"][0] == first["place_id"][0]
    assert len(transport.requests) == 3


def test_reverse_takes_points_in_any_form_and_crs(make) -> None:
    one, transport = make(answer=lambda request: place("Nineveh Street"))
    points = gpd.GeoSeries([shapely.Point(43.1, 36.3), None, shapely.Point()], crs="EPSG:4326", index=[7, 8, 9])
    table = reverse(points, service=one)
    assert table.index.tolist() == [7, 8, 9]
    assert table["status"].tolist() == ["found", "error", "error"]
    assert "lat=36.3&lon=43.1" in transport.requests[0].url
    far = gpd.GeoSeries([shapely.Point(43.1, 36.3)], crs="EPSG:4326").to_crs("EPSG:3857")
    assert reverse(far, service=one)["query"].tolist() == ["36.3, 43.1"]
    assert len(transport.requests) == 1
    odd = reverse([(43.1, 36.3), (36.3, 143.1), "x", (1, 2, 3), (float("nan"), 0)], service=one)
    assert odd["status"].tolist() == ["found", "error", "error", "error", "error"]


def test_reverse_of_a_service_without_it_is_said(make) -> None:
    one, _ = make("geolake", api_key="some-key-12")
    with pytest.raises(GeocodingMisused, match="geolake does not support reverse geocoding"):
        reverse([(43.1, 36.3)], service=one)


ANSWERS_OF = {
    "photon": (
        {
            "features": [
                {
                    "geometry": {"coordinates": [43.1, 36.3]},
                    "properties": {
                        "name": "Mosul",
                        "osm_type": "R",
                        "osm_id": 5,
                        "osm_key": "place",
                        "osm_value": "city",
                        "countrycode": "IQ",
                        "extent": [43.0, 36.5, 43.3, 36.2],
                    },
                }
            ]
        },
        ("photon:R5", "P", "PPL", "IQ"),
    ),
    "geonames": (
        {
            "geonames": [
                {
                    "geonameId": 99072,
                    "lat": "36.3",
                    "lng": "43.1",
                    "name": "Mosul",
                    "countryCode": "IQ",
                    "fcl": "P",
                    "fcode": "PPLA",
                    "adminName1": "Nineveh",
                    "countryName": "Iraq",
                }
            ]
        },
        ("geonames:99072", "P", "PPLA", "IQ"),
    ),
    "opencage": (
        {
            "results": [
                {
                    "formatted": "Mosul, Iraq",
                    "geometry": {"lat": 36.3, "lng": 43.1},
                    "confidence": 7,
                    "components": {"_category": "place", "_type": "city", "country_code": "iq"},
                }
            ]
        },
        ("opencage:36.30000,43.10000", "P", "PPL", "IQ"),
    ),
    "mapbox": (
        {
            "features": [
                {
                    "id": "place.1",
                    "place_name": "Mosul, Iraq",
                    "text": "Mosul",
                    "place_type": ["place"],
                    "relevance": 1,
                    "geometry": {"coordinates": [43.1, 36.3]},
                    "bbox": [43.0, 36.2, 43.3, 36.5],
                }
            ]
        },
        ("mapbox:place.1", "P", "PPL", None),
    ),
    "pelias": (
        {
            "features": [
                {
                    "geometry": {"coordinates": [43.1, 36.3]},
                    "properties": {
                        "name": "Mosul",
                        "gid": "whosonfirst:locality:1",
                        "layer": "locality",
                        "confidence": 1,
                    },
                }
            ]
        },
        ("pelias:whosonfirst:locality:1", "P", "PPL", None),
    ),
    "google": (
        {
            "status": "OK",
            "results": [
                {
                    "formatted_address": "Mosul, Iraq",
                    "place_id": "ChIJ",
                    "types": ["locality", "political"],
                    "geometry": {"location": {"lat": 36.3, "lng": 43.1}},
                }
            ],
        },
        ("google:ChIJ", "P", "PPL", None),
    ),
    "herev7": (
        {
            "items": [
                {
                    "title": "Mosul, Iraq",
                    "id": "here:1",
                    "resultType": "locality",
                    "position": {"lat": 36.3, "lng": 43.1},
                    "scoring": {"queryScore": 1.0},
                }
            ]
        },
        ("herev7:here:1", "P", "PPL", None),
    ),
    "arcgis": (
        {"candidates": [{"address": "Mosul", "location": {"x": 43.1, "y": 36.3}, "score": 100, "attributes": {}}]},
        ("arcgis:36.30000,43.10000", "S", None, None),
    ),
}
KEYS = {
    "geonames": {"username": "some-name-12"},
    "opencage": {"api_key": "some-key-12"},
    "mapbox": {"api_key": "some-key-12"},
    "google": {"api_key": "some-key-12"},
    "herev7": {"apikey": "some-key-12"},
    "pelias": {"domain": "pelias.example.org"},
}


@pytest.mark.parametrize("service", ANSWERS_OF)
def test_the_answers_of_other_services_are_read_too(make, service: str) -> None:
    body, expected = ANSWERS_OF[service]
    one, _ = make(service, answer=lambda request: body, **KEYS.get(service, {}))
    found = one.candidates("Mosul", country_codes=["iq"])[0]
    assert (found.place_id, found.feature_class, found.feature_code, found.country_code) == expected
    assert (found.lat, found.lon) == (36.3, 43.1)
    row = geocode(["Mosul"], service=one, progress=False).iloc[0]
    assert (row.geometry.x, row.geometry.y, row["service"]) == (43.1, 36.3, service)


def test_candidates_of_a_toponym_are_in_the_gazetteers_terms(make) -> None:
    one, transport = make()
    found = one.candidates("Mosul", country_codes=["IQ"])
    assert [(c.place_id, c.name, c.feature_class, c.feature_code, c.country_code, c.importance) for c in found] == [
        ("nominatim:N7", "Mosul", "P", "PPL", "IQ", 0.6)
    ]
    assert found[0].bounds == (43.0, 36.2, 43.3, 36.5)
    assert "countrycodes=iq" in transport.requests[0].url
    assert one.candidates("Nowhere") == []


def test_candidates_that_cannot_be_asked_for_are_an_error(make) -> None:
    import requests

    one, _ = make(answer=lambda request: requests.ConnectionError("boom"), attempts=1)
    with pytest.raises(GeocodingFailed, match="nominatim has no answer for 'Mosul': cannot connect to the server") as e:
        one.candidates("Mosul")
    assert isinstance(e.value, ConnectionError)


def test_only_the_name_and_the_hints_leave_the_machine(make) -> None:
    from urllib.parse import parse_qs, urlsplit

    one, transport = make()
    one.candidates("Mosul", country_codes=["iq"])
    sent = parse_qs(urlsplit(transport.requests[0].url).query)
    assert sent == {
        "q": ["Mosul"],
        "format": ["json"],
        "countrycodes": ["iq"],
        "addressdetails": ["1"],
        "limit": ["10"],
    }
    assert set(transport.requests[0].headers) <= {"User-Agent", "Accept", "Accept-Encoding", "Connection"}


def test_osm_classes_lead_to_geonames_codes() -> None:
    assert feature_of("place", "village") == ("P", "PPL")
    assert feature_of("highway", "residential") == ("R", "ST")
    assert feature_of("amenity", "unheard-of") == ("S", "BLDG")
    assert feature_of("P", "PPLC") == ("P", "PPLC")
    assert feature_of(None, "street") == ("R", "ST")
    assert feature_of(None, None) == ("S", None)
    assert all(len(feature_class) == 1 and code.isupper() for feature_class, code in CODES.values())
    assert all(layer in CODES or layer.split("/")[0] in CODES for layer in LAYERS.values())


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (40, "40 s"), (1480, "25 min"), (12_000, "3 h 20 min"), (7_200, "2 h"), (187_200, "2 d 4 h")],
)
def test_times_in_words(seconds: float, words: str) -> None:
    assert time_in_words(seconds) == words


def test_rates_in_words() -> None:
    assert [rate_in_words(rate) for rate in (1, 2.5, 50, 1000 / 3600)] == ["1/s", "2.5/s", "50/s", "16.7/min"]


def test_progress_is_reported_to_a_callable_and_shown_on_request(make, capsys) -> None:
    one, _ = make()
    seen: list[tuple[str, int, int]] = []
    geocode(["a", "b", "c"], service=one, progress=lambda *state: seen.append(state))
    assert seen == [("geocoding", 0, 3), ("geocoding", 1, 3), ("geocoding", 2, 3), ("geocoding", 3, 3)]
    geocode(["d", "e"], service=one, progress=True)
    assert "geocoding" in capsys.readouterr().err
    with reporting(None, 5) as report:
        report("geocoding", 1, 5)
    assert capsys.readouterr().err == ""


def test_a_service_that_is_made_for_one_call_is_closed_after_it(tmp_path, monkeypatch) -> None:
    closed = []
    monkeypatch.setattr(Service, "close", lambda self: closed.append(self.name))
    plan(["Mosul"], user_agent=USER_AGENT, cache=tmp_path / "answers.sqlite")
    assert closed == ["nominatim"]
    with Service("photon"):
        pass
    assert closed == ["nominatim", "photon"]


def test_threads_do_not_mix_up_what_they_know_of_their_requests(make) -> None:
    def answer(request):
        name = query_of(request)
        return [place(name)] if "Odd" not in name else [place(name), place(name, lon=999)]

    one, _ = make(answer=answer, rate=1e6, domain="http://localhost:8088")
    names = [f"{'Odd' if number % 3 else 'Even'} {number}" for number in range(60)]
    table = geocode(names, service=one, threads=8, progress=False)
    assert table["address"].tolist() == [f"{name}, Iraq" for name in names]
    assert table["reason"].notna().tolist() == ["Odd" in name for name in names]


@pytest.mark.slow
@pytest.mark.parametrize("missing", ["requests", "tenacity", "geopy"])
def test_a_missing_package_is_said_by_the_call_and_not_by_the_import(missing: str) -> None:
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "import geomap\n"
        "from geomap.geocoding import Service\n"
        "try: Service('photon')\n"
        "except geomap.errors.MissingDependency as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == f"geomap.geocoding needs {missing}: pip install {missing}\n"


def test_every_service_with_records_has_terms_and_paths_that_are_whole() -> None:
    assert len(PATHS) == 14
    assert set(PATHS) <= set(POLICIES)
    assert PATHS["pickpoint"] is not None
    assert PATHS["pickpoint"] == PATHS["openmapquest"] == PATHS["nominatim"]
    assert all(len(paths.point or ()) == 2 and sorted(paths.order) == sorted("wsen") for paths in PATHS.values())


def test_importing_loads_neither_geopy_nor_requests() -> None:
    code = (
        "import sys, geomap.geocoding, geomap.cli;"
        "print([n for n in ('geopy', 'requests', 'requests_cache', 'sqlite3.dbapi2', 'urllib3', 'rich', 'filelock')"
        " if n in sys.modules and n != 'sqlite3.dbapi2'])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"

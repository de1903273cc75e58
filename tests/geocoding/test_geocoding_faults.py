"""Every fault that a service can show: what the user sees, and that the run goes on or stops as documented."""

from __future__ import annotations

import ssl
import warnings

import geopandas as gpd
import pytest
import trustme
from geocoding_faults import FaultServer

from geomap.errors import GeocodingStopped
from geomap.geocoding import geocode

pytestmark = pytest.mark.network

NAMES = ["Nineveh Street", "Nowhere Lane", "Bridge Road"]


def run(service, names=NAMES) -> gpd.GeoDataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", GeocodingStopped)
        table = geocode(names, service=service, progress=False)
    assert table["name"].tolist() == names
    assert table["status"].isin(["found", "not_found", "error"]).all()
    assert table.loc[table["status"].ne("found"), "geometry"].isna().all()
    assert table.loc[table["status"].eq("error"), "reason"].str.len().gt(5).all()
    found = table.loc[table["status"].eq("found"), "geometry"]
    assert not ((found.x == 0) & (found.y == 0)).any()
    return table


RECOVERS = {
    "well": 3,
    "429": 5,
    "429-retry-after": 4,
    "502-burst": 6,
    "timeout-once": 4,
    "reset-once": 4,
    "redirect": 6,
    "gzip": 3,
    "chunked": 3,
    "bom": 3,
    "numbers": 3,
}


@pytest.mark.parametrize(("fault", "requests"), RECOVERS.items())
def test_a_passing_fault_costs_attempts_and_loses_nothing(reach, server, fault: str, requests: int) -> None:
    table = run(reach(fault))
    found = ["found", "not_found", "found"] if fault not in {"gzip", "chunked", "bom", "numbers"} else ["found"] * 3
    assert table["status"].tolist() == found
    assert len(server.seen) == requests


def test_retry_after_is_waited_for(reach, server, hurried) -> None:
    run(reach("429-retry-after"), NAMES[:1])
    assert 7 <= hurried.skipped < 10


def test_backoff_grows_and_is_jittered(reach, server, hurried) -> None:
    run(reach("502-burst", rate=1e6), NAMES[:1])
    waits = [seconds for seconds in hurried.slept if seconds >= 0.5]
    assert len(waits) == 3
    assert all(2**n <= wait <= 2**n + 1 for n, wait in enumerate(waits))
    assert all(wait != 2**n for n, wait in enumerate(waits))


# fault: the reason the user reads, how often one name is asked
FAILS = {
    "500-always": ("HTTP 500, after 2 attempts", 2),
    "500-html": ("HTTP 500, after 2 attempts", 2),
    "404": ("HTTP 404", 1),
    "timeout": ("no response within 0.3 s, after 2 attempts", 2),
    "drip": ("response incomplete after 0.9 s, after 2 attempts", 2),
    "reset": ("connection lost, after 2 attempts", 2),
    "short": ("connection lost, after 2 attempts", 2),
    "invalid-json": ("got invalid JSON", 2),
    "deep-json": ("got invalid JSON", 2),
    "scalar": ("got JSON without data", 2),
    "shape": ("coordinates in the response are missing", 1),
    "html": ("got an HTML page instead of JSON; is a proxy or login page in the way?", 2),
    "empty-body": ("got invalid JSON", 2),
    "latitude": ("coordinates out of range in the response", 1),
    "longitude": ("coordinates out of range in the response", 1),
    "words": ("coordinates in the response are missing or not numbers", 1),
    "not-a-number": ("invalid JSON", 2),
    "no-coordinates": ("coordinates in the response are missing or not numbers", 1),
    "half-coordinates": ("coordinates in the response are missing or not numbers", 1),
    "null-island": ("no coordinates in the response", 1),
    "redirect-away": ("redirected to another host", 1),
    "redirect-loop": ("redirected more than 3 times", 4),
    "big": ("response larger than 5.0 MB", 1),
    "bomb": ("response larger than 5.0 MB", 1),
    "gzip-broken": ("the compressed response is corrupt, after 2 attempts", 2),
    "no-encoding": ("response body cannot be decoded as its declared charset", 2),
}


@pytest.mark.parametrize(("fault", "expected"), FAILS.items())
def test_a_lasting_fault_is_a_row_with_its_reason_and_is_not_kept(reach, server, fault: str, expected) -> None:
    reason, requests = expected
    service = reach(fault, attempts=2)
    table = run(service, NAMES[:1])
    assert table["status"].tolist() == ["error"]
    assert reason in table["reason"][0], table["reason"][0]
    assert len(server.seen) == requests
    assert run(service, NAMES[:1])["status"].tolist() == ["error"]
    assert len(server.seen) == 2 * requests, "a fault must be asked again, not remembered"


def test_an_empty_list_is_not_found_and_is_remembered(reach, server) -> None:
    assert run(reach("empty"))["status"].tolist() == ["not_found"] * 3
    assert run(reach("empty"))["status"].tolist() == ["not_found"] * 3
    assert len(server.seen) == 3


def test_one_odd_place_among_good_ones_is_left_out_and_said(reach) -> None:
    table = run(reach("second-is-odd"), NAMES[:1])
    assert table["status"].tolist() == ["found"]
    assert "1 of 2 places left out" in table["reason"][0]


@pytest.mark.parametrize(("fault", "name"), [("latin1", "Çukurca"), ("mislabeled", "الموصل")])
def test_names_survive_wrong_encodings(reach, fault: str, name: str) -> None:
    assert name in run(reach(fault), NAMES[:1])["address"][0]


def test_403_stops_the_run_at_once(reach, server) -> None:
    with pytest.warns(GeocodingStopped, match="2 of 3 names were not requested from nominatim"):
        table = geocode(NAMES, service=reach("403"), progress=False)
    assert len(server.seen) == 1
    assert table["reason"].tolist()[0].startswith("HTTP 403: the service refuses access; see https://")
    assert table["reason"].tolist()[1].startswith("not asked: HTTP 403: the service refuses access")


def test_a_service_that_keeps_failing_is_left_alone(reach, server) -> None:
    service = reach("500-always", attempts=2, failures=3)
    names = [f"Street {number}" for number in range(50)]
    table = run(service, names)
    assert len(server.seen) == 6
    assert table["reason"].str.startswith("not asked").sum() == 47


def test_a_service_that_recovers_is_asked_again_after_the_pause(reach, server, hurried) -> None:
    service = reach("502-burst", attempts=1, failures=3)
    assert run(service, NAMES)["status"].tolist() == ["error"] * 3
    assert run(service, NAMES)["reason"].str.startswith("not asked").all()
    hurried.sleep(61)
    assert run(service, NAMES)["status"].tolist() == ["found", "not_found", "found"]


def test_a_demand_to_stay_away_longer_than_patience_ends_the_run_and_holds_for_others(reach, server) -> None:
    first, second = reach("429-tomorrow"), reach("429-tomorrow")
    table = run(first)
    assert len(server.seen) == 1
    assert table["reason"].tolist()[0] == "HTTP 429"
    other = run(second)
    assert len(server.seen) == 1
    assert "asked for no requests for another 86," in other["reason"][0]


def test_nobody_there(reach, server) -> None:
    gone = FaultServer()
    with gone:
        address = gone.url()
    table = run(reach(domain=address, attempts=2), NAMES[:1])
    assert table["reason"].tolist() == ["cannot connect to the server, after 2 attempts"]


def test_patience_bounds_the_time_of_one_name(reach, server, hurried) -> None:
    run(reach("500-always", attempts=100, patience=60.0), NAMES[:1])
    assert hurried.skipped <= 61
    assert 5 <= len(server.seen) <= 8


def test_an_untrusted_certificate_is_not_accepted(tmp_path, reach) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with FaultServer(context=context) as secure:
        table = run(reach(domain=secure.url(scheme="https"), timeout=2.0), NAMES[:1])
        assert table["reason"].tolist() == ["TLS connection failed: certificate or protocol not accepted"]
        assert secure.seen == []
        trusting = ssl.create_default_context()
        authority.configure_trust(trusting)
        service = reach(domain=secure.url(scheme="https"), ssl_context=trusting, timeout=2.0)
        assert run(service, NAMES[:1])["status"].tolist() == ["found"]


def test_https_to_a_plain_port_is_refused(reach, server) -> None:
    table = run(reach(domain=server.url(scheme="https"), timeout=2.0), NAMES[:1])
    assert table["reason"][0].startswith("TLS connection failed")

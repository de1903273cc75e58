"""Keys stay on the way between the caller and the socket: not in a log, an error, an object's print, or a file."""

from __future__ import annotations

import inspect
import io
import logging
import traceback
import urllib.parse
import warnings

import pytest
import requests
from geocoding_fakes import USER_AGENT, reply
from geopy.geocoders import SERVICE_TO_GEOCODER, GeoNames, GoogleV3, Nominatim

from geomap.errors import CredentialsMissing, GeocodingFailed, GeocodingMisused
from geomap.geocoding import POLICIES, Service, geocode, reverse
from geomap.geocoding._arguments import variable
from geomap.geocoding._cache import identify

SECRET = "S3cr3t/key+for {}&geomap="
BASE64 = "c2VjcmV0LXNpZ25pbmcta2V5LTEyMw=="
ALL = sorted(SERVICE_TO_GEOCODER)


def secrets_of(service: str) -> dict[str, str]:
    """Return a value for every secret argument of a service."""
    parameters = inspect.signature(SERVICE_TO_GEOCODER[service].__init__).parameters
    values = {name: SECRET.format(name) for name in POLICIES[service].arguments if name in parameters}
    if service in {"google", "googlev3"}:
        values = {"api_key": values["api_key"]}
    if service == "here":
        values = {"apikey": values["apikey"]}
    if service == "ignfrance":
        values = {"api_key": values["api_key"]}
    values.pop("security_key", None)
    return values


def needed(service: str) -> dict[str, str]:
    return {"domain": "pelias.example.org"} if service == "pelias" else {}


def asked(service: str) -> list[str]:
    return ["filled.count.soap", "index.home.raft"] if service.startswith("what3words") else ["Mosul", "Nineveh"]


def forms(value: str) -> set[str]:
    return {value, urllib.parse.quote(value), urllib.parse.quote(value, safe=""), urllib.parse.quote_plus(value)}


def assert_hidden(text: str, values: dict[str, str]) -> None:
    for name, value in values.items():
        for form in forms(value):
            assert form not in text, f"{name} shows"


@pytest.fixture(autouse=True)
def everything_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("geopy", "urllib3", "requests"):
        caplog.set_level(logging.DEBUG, logger=name)


def test_every_service_of_geopy_has_its_terms_listed() -> None:
    assert set(ALL) == set(POLICIES)
    assert all(policy.page.startswith("https://") and policy.rate > 0 for policy in POLICIES.values())


@pytest.mark.filterwarnings("ignore:IGNFrance:DeprecationWarning")
@pytest.mark.parametrize("service", ALL)
def test_the_secret_parameters_are_those_listed(service: str, make) -> None:
    one, transport = make(service, answer=lambda request: {"results": []}, **secrets_of(service), **needed(service))
    geocode(asked(service)[:1], service=one, progress=False)
    assert transport.requests
    for request in transport.requests:
        assert_hidden(request.url + str(request.headers), secrets_of(service))
        revealed = urllib.parse.urlsplit(one._secrets.reveal_target(request.url))
        pairs = urllib.parse.parse_qsl(revealed.query)
        secret = {name for name, value in pairs if value in secrets_of(service).values()}
        assert secret <= set(POLICIES[service].parameters)
        _, clean = identify(
            service,
            revealed.geturl(),
            secret=POLICIES[service].parameters,
        )
        assert_hidden(clean, secrets_of(service))
    if secrets_of(service):
        shown = "".join(
            one._secrets.reveal_target(r.url) + one._secrets.reveal(str(r.headers)) for r in transport.requests
        )
        sent = [value for value in secrets_of(service).values() if any(form in shown for form in forms(value))]
        assert sent or service == "ignfrance"


FAULTS = {
    "forbidden": lambda request: reply({"error": f"no: {request.url} {request.headers}"}, status=403, request=request),
    "bad request": lambda request: reply({"error": str(request.url)}, status=400, request=request),
    "broken": lambda request: requests.ConnectionError(f"HTTPSConnectionPool: Max retries: {request.url}"),
    "slow": lambda request: requests.ReadTimeout(f"Read timed out: {request.url}"),
    "tls": lambda request: requests.exceptions.SSLError(f"certificate verify failed: {request.url}"),
    "no json": lambda request: reply(f"oops {request.url}".encode(), request=request),
    "odd json": lambda request: reply(
        {"error": {"code": 1, "message": request.url}, "status": request.url}, request=request
    ),
}


@pytest.mark.filterwarnings("ignore:IGNFrance:DeprecationWarning")
@pytest.mark.parametrize("service", ALL)
def test_no_fault_shows_a_key(service: str, make, caplog, tmp_path) -> None:
    values = secrets_of(service)
    for name, fault in FAULTS.items():
        shown = _everything_shown(service, fault, make, values)
        assert_hidden(shown, values)
        assert_hidden(caplog.text + str([record.__dict__ for record in caplog.records]), values)
        assert name
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert_hidden(path.read_bytes().decode("latin-1") + path.name, values)


def _everything_shown(service: str, fault, make, values: dict[str, str]) -> str:
    """Meet a fault, and return all that a user could see of it."""
    seen: list[str] = []

    def answer(request: requests.PreparedRequest) -> object:
        # As the server sees it: with the real key, which it may well repeat.
        real = request.copy()
        real.url = one._secrets.reveal_target(request.url)
        real.headers.update({name: one._secrets.reveal(value) for name, value in request.headers.items()})
        seen.append(real.url + str(real.headers))
        return fault(real)

    one, _ = make(service, answer=answer, attempts=2, **values, **needed(service))
    shown = ""
    with warnings.catch_warnings(record=True) as issued:
        warnings.simplefilter("always")
        table = geocode(asked(service), service=one, progress=False)
        try:
            one.candidates(asked(service)[0] + "s")
        except GeocodingFailed as error:
            shown = "".join(traceback.format_exception(error)) + _chain(error)
    assert seen
    one.close()
    shown += "".join(str(each.message) for each in issued)
    return shown + table.to_csv() + repr(one) + str(one.__dict__) + repr(one._geocoder.__dict__)


def _chain(error: BaseException | None) -> str:
    texts = []
    while error is not None:
        texts.append(f"{error!r} {error} {error.__dict__}")
        error = error.__cause__ or error.__context__
    return " ".join(texts)


WIRED = [
    service
    for service in ALL
    if {"domain", "scheme"} <= set(inspect.signature(SERVICE_TO_GEOCODER[service].__init__).parameters)
    and secrets_of(service)
    and service not in {"arcgis", "ignfrance", "herev7"}
]


@pytest.mark.network
@pytest.mark.parametrize("service", WIRED)
def test_the_key_reaches_the_server_and_nothing_else(service: str, server, tmp_path, caplog) -> None:
    values = secrets_of(service)
    one = Service(
        service,
        user_agent=USER_AGENT,
        domain=f"127.0.0.1:{server.port}/echo",
        scheme="http",
        headers={"Authorization": "Bearer TopSecretBearer"},
        cache=tmp_path / "answers.sqlite",
        rate_folder=tmp_path / "rates",
        attempts=1,
        rate=1000.0,
        **values,
    )
    table = geocode(["Mosul"], service=one, progress=False)
    seen = server.seen[0]
    parameters = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(seen.target).query))
    real = {
        name: value for name, value in values.items() if value in parameters.values() or value in seen.headers.values()
    }
    assert real, "the server did not get the key"
    assert seen.headers["Authorization"] == "Bearer TopSecretBearer"
    hidden = {**values, "header": "TopSecretBearer"}
    assert_hidden(table.to_csv() + caplog.text, hidden)
    one.close()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert_hidden(path.read_bytes().decode("latin-1"), hidden)


@pytest.mark.network
def test_headers_are_secret_and_not_kept(server, tmp_path, caplog) -> None:
    one = Service(
        "nominatim",
        domain=server.url("echo"),
        user_agent=USER_AGENT,
        headers={"Authorization": "Basic dXNlcjpwYXNzd29yZA==", "X-Api-Key": "another-secret-value"},
        cache=tmp_path / "answers.sqlite",
        rate_folder=tmp_path / "rates",
    )
    table = geocode(["Mosul"], service=one, progress=False)
    assert table["status"].tolist() == ["found"]
    assert server.seen[0].headers["Authorization"] == "Basic dXNlcjpwYXNzd29yZA=="
    one.close()
    kept = (tmp_path / "answers.sqlite").read_bytes().decode("latin-1")
    for secret in ("dXNlcjpwYXNzd29yZA", "another-secret-value"):
        assert secret not in kept
        assert secret not in caplog.text
        assert secret not in table.to_csv()
    assert USER_AGENT in server.seen[0].headers["User-Agent"]


@pytest.mark.network
def test_an_arcgis_token_is_neither_kept_nor_logged(server, tmp_path, caplog, make) -> None:
    token = "tok3n-that-arcgis-hands-out"

    def answer(request: requests.PreparedRequest) -> object:
        if "generateToken" in request.url:
            return {"token": token, "expires": 9e12}
        return {"candidates": [{"address": "Mosul", "location": {"x": 43.1, "y": 36.3}, "score": 100}]}

    one, transport = make(
        "arcgis", answer=answer, username="user-name-1", password="pass-word-1", referer="https://refer.example.org"
    )
    table = geocode(["Mosul"], service=one, progress=False)
    assert table["status"].tolist() == ["found"]
    assert "generateToken" in transport.requests[0].url
    assert token in one._secrets.reveal_target(transport.requests[1].url)
    assert geocode(["Erbil"], service=one, progress=False)["status"].tolist() == ["found"]
    assert sum("generateToken" in request.url for request in transport.requests) == 1, "one login is enough"
    one.close()
    kept = "".join(path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*") if path.is_file())
    for secret in (token, "user-name-1", "pass-word-1"):
        assert secret not in kept + caplog.text + table.to_csv() + str(one._geocoder.__dict__)
    assert "generateToken" not in kept


def test_google_premier_is_signed_below_geopy_as_geopy_would_sign(make) -> None:
    one, transport = make(
        "google",
        answer=lambda request: {"status": "ZERO_RESULTS", "results": []},
        client_id="gme-geomap",
        secret_key=BASE64,
        channel="news",
    )
    geocode(["Mosul"], service=one, progress=False)
    target = urllib.parse.urlsplit(transport.requests[0].url)
    assert "gme-geomap" not in target.query
    signed = one._secrets.reveal_target(f"{target.path}?{target.query}")
    geopy = GoogleV3(client_id="gme-geomap", secret_key=BASE64, channel="news")
    pairs = dict(urllib.parse.parse_qsl(target.query))
    assert (
        signed
        == urllib.parse.urlsplit(geopy._get_signed_url(pairs)).path
        + "?"
        + urllib.parse.urlsplit(geopy._get_signed_url(pairs)).query
    )


def test_baidu_is_signed_below_geopy_as_geopy_would_sign(make) -> None:
    one, transport = make(
        "baiduv3",
        answer=lambda request: {"status": 0, "result": []},
        api_key="baidu-access-key",
        security_key="baidu-sk-1",
    )
    geocode(["北京"], service=one, progress=False)
    target = urllib.parse.urlsplit(transport.requests[0].url)
    assert "baidu-access-key" not in target.query
    signed = one._secrets.reveal_target(f"{target.path}?{target.query}")
    geopy = SERVICE_TO_GEOCODER["baiduv3"](api_key="baidu-access-key", security_key="baidu-sk-1")
    url = geopy._construct_url(
        geopy.api, geopy.api_path, {"ak": "baidu-access-key", "output": "json", "address": "北京"}
    )
    assert signed == url.partition("api.map.baidu.com")[2]


def test_a_key_comes_from_the_environment_and_is_named_when_it_is_missing(make, monkeypatch) -> None:
    with pytest.raises(CredentialsMissing, match="GEOMAP_OPENCAGE_API_KEY") as caught:
        make("opencage")
    assert isinstance(caught.value, ValueError)
    monkeypatch.setenv(variable("opencage", "api_key"), "from-the-environment")
    one, transport = make("opencage", answer=lambda request: {"results": []})
    geocode(["Mosul"], service=one, progress=False)
    assert "key=from-the-environment" in one._secrets.reveal_target(transport.requests[0].url)


def test_the_same_question_with_another_key_is_answered_from_the_cache(make) -> None:
    answer = {"results": [{"formatted": "Mosul", "geometry": {"lat": 36.3, "lng": 43.1}, "components": {}}]}
    first, one = make("opencage", api_key="key-number-1", answer=lambda request: answer)
    second, two = make("opencage", api_key="key-number-2", answer=lambda request: answer)
    assert geocode(["Mosul"], service=first, progress=False)["status"].tolist() == ["found"]
    assert geocode(["Mosul"], service=second, progress=False)["status"].tolist() == ["found"]
    assert (len(one.requests), len(two.requests)) == (1, 0)


def test_an_instance_is_copied_and_left_as_it_was(make) -> None:
    own = GeoNames(username="my-geonames-name", user_agent=USER_AGENT)
    adapter = own.adapter
    one, transport = make(own, answer=lambda request: {"geonames": []})
    geocode(["Mosul"], service=one, progress=False)
    assert own.username == "my-geonames-name"
    assert own.adapter is adapter
    assert "my-geonames-name" not in transport.requests[0].url
    assert "my-geonames-name" in one._secrets.reveal_target(transport.requests[0].url)


def test_the_instance_of_a_subclass_keeps_its_service(make) -> None:
    class Mine(Nominatim):
        pass

    one, _ = make(Mine(user_agent=USER_AGENT, domain="own.example.org"))
    assert (one.name, one.host) == ("nominatim", "own.example.org")


def test_a_password_in_the_address_is_refused_without_repeating_it(make) -> None:
    with pytest.raises(GeocodingMisused) as caught:
        make(domain="https://user:pass-in-address@own.example.org")
    assert "pass-in-address" not in str(caught.value)
    with pytest.raises(GeocodingMisused) as caught:
        make(headers={"Authorization": "Bearer ÜmläutSecret"})
    assert "mläutSecret" not in str(caught.value)


def test_secrets_are_neither_printed_nor_sent_elsewhere(make) -> None:
    import copy
    import pickle

    one, _ = make("opencage", api_key="key-number-1")
    assert "key-number-1" not in repr(one._secrets) + str(vars(one))
    with pytest.raises(TypeError, match="secrets"):
        pickle.dump(one._secrets, io.BytesIO())
    with pytest.raises(TypeError, match="secrets"):
        copy.copy(one._secrets)


def test_reverse_hides_keys_too(make, caplog) -> None:
    one, transport = make(
        "opencage",
        api_key="key-number-1",
        answer=lambda request: {"results": [], "status": {"code": 200, "message": "OK"}},
    )
    assert reverse([(43.1, 36.3)], service=one, progress=False)["status"].tolist() == ["not_found"]
    assert "key-number-1" not in caplog.text + transport.requests[0].url

"""What geocoding and the gazetteer's download share: waits, Retry-After, failures in words, the session."""

from __future__ import annotations

import email.utils
import ssl

import pytest
import requests
import tenacity
import urllib3
from hypothesis import given
from hypothesis import strategies as st

from geomap import _http


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 120 ", 120.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1" * 20, None),
        (email.utils.formatdate(1_000_030, usegmt=True), 30.0),
        (email.utils.formatdate(999_000, usegmt=True), 0.0),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str, seconds: float | None) -> None:
    assert _http.retry_after({"Retry-After": header}, now=1_000_000.0) == seconds


@given(st.text(max_size=40))
def test_any_retry_after_is_a_time_or_nothing(header: str) -> None:
    seconds = _http.retry_after({"Retry-After": header}, now=0.0)
    assert seconds is None or seconds >= 0.0


def failed(error: Exception) -> tenacity.RetryCallState:
    state = tenacity.RetryCallState(tenacity.Retrying(), None, (), {})
    state.set_exception((type(error), error, None))
    return state


def test_waits_double_up_to_the_longest_unless_the_server_says_how_long() -> None:
    state = failed(_http.TransientError("busy"))
    assert [_http.backoff(state, failures=n, longest=10.0) for n in range(1, 6)] == [1.0, 2.0, 4.0, 8.0, 10.0]
    told = failed(_http.TransientError("busy", retry_after=30.0))
    assert _http.backoff(told, failures=4, longest=10.0) == 30.0
    assert all(30.0 <= _http.backoff(told, failures=1, jitter=1.0) <= 31.0 for _ in range(20))


def test_only_transient_errors_are_tried_again() -> None:
    calls: list[str] = []

    def fail(error: Exception) -> None:
        calls.append(str(error))
        raise error

    retrying = _http.retrying(stop=tenacity.stop_after_attempt(3), wait=lambda state: 0.0, sleep=lambda seconds: None)
    with pytest.raises(_http.TransientError, match="busy"):
        retrying(fail, _http.TransientError("busy"))
    with pytest.raises(_http.HttpError, match="no"):
        retrying(fail, _http.HttpError("no"))
    assert calls == ["busy", "busy", "busy", "no"]


@pytest.mark.parametrize(
    ("error", "words", "transient"),
    [
        (requests.exceptions.SSLError("SECRET"), "TLS connection failed", False),
        (requests.exceptions.ProxyError("SECRET"), "cannot connect to the proxy", True),
        (requests.exceptions.ReadTimeout("SECRET"), "no response within 5 s", True),
        (requests.exceptions.ConnectionError("('Connection aborted.', SECRET)"), "connection lost", True),
        (requests.exceptions.ConnectionError("SECRET"), "cannot connect to the server", True),
        (urllib3.exceptions.ProtocolError("SECRET"), "connection lost", True),
        (urllib3.exceptions.DecodeError("SECRET"), "the compressed response is corrupt", True),
        (OSError("SECRET"), "cannot connect to the server", True),
        (requests.exceptions.InvalidURL("SECRET"), r"could not be sent \(InvalidURL\)", False),
    ],
)
def test_failures_are_put_in_words_without_the_librarys_own(error: Exception, words: str, transient: bool) -> None:
    class Broken(requests.adapters.BaseAdapter):
        def send(self, request: requests.PreparedRequest, *args: object, **kwargs: object) -> requests.Response:
            raise error

        def close(self) -> None:
            pass

    with _http.open_session(transport=Broken()) as session, pytest.raises(_http.HttpError, match=words) as caught:
        _http.send(session, "GET", "http://host.example/", headers={}, timeout=5.0)
    assert isinstance(caught.value, _http.TransientError) == transient
    assert "SECRET" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_the_session_trusts_what_it_is_told_to_and_adds_no_certificates() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with _http.open_session(ssl_context=context) as session:
        adapter = session.get_adapter("https://host.example/")
        assert isinstance(adapter, requests.adapters.HTTPAdapter)
        pool = adapter.poolmanager.connection_from_url("https://host.example/")
        adapter.cert_verify(pool, "https://host.example/", True, None)
        assert (pool.ca_certs, pool.ca_cert_dir) == (None, None)
        assert pool.conn_kw["ssl_context"] is context
        manager = adapter.proxy_manager_for("http://proxy.example:3128")
        assert manager.connection_pool_kw["ssl_context"] is context

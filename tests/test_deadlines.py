"""No server holds geomap up: headers and bodies that come a byte at a time end at a deadline, in wall-clock time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from test_gazetteer_download import serving
from test_gazetteer_geonames import write_dump

from geomap import _http
from geomap._deadlines import Pace
from geomap.errors import GazetteerDownloadFailed
from geomap.gazetteer import _download
from geomap.geocoding import Service, geocode
from geomap.maps import _assets

pytestmark = pytest.mark.network

GAP = 0.05  # seconds between two bytes
TIMEOUT = 0.5
BODY = b'[{"lat": "36.3", "lon": "43.1", "display_name": "Mosul"}]'
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
LENGTH = f"Content-Length: {len(BODY)}\r\n\r\n".encode()
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


def dripping(at_once: bytes, drop_by_drop: bytes, *, step: int = 1) -> Callable[[socket.socket], None]:
    """Return an answer of which the first part comes at once, and the rest some bytes at a time."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(at_once)
        for start in range(0, len(drop_by_drop), step):
            connection.sendall(drop_by_drop[start : start + step])
            time.sleep(GAP)

    return answer


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve one answer to whatever is asked, and yield the address."""

    def converse(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(1 << 16)
                answer(connection)
            except OSError:  # the client has had enough
                return

    def listen() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=converse, args=(connection,), daemon=True).start()

    with ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        threading.Thread(target=listen, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)


LATE_HEADERS = ("headers incomplete after 0.5 s", TIMEOUT)
LATE_BODY = ("response incomplete after 1.5 s", 3 * TIMEOUT)
SLOW = {
    "status line": (dripping(b"", OK + LENGTH + BODY), LATE_HEADERS),
    "headers": (dripping(OK, b"".join(b"X-%d: 1\r\n" % n for n in range(99)) + b"\r\n", step=8), LATE_HEADERS),
    "answers before the answer": (dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 200, step=25), LATE_HEADERS),
    "body": (dripping(OK + LENGTH, BODY), LATE_BODY),
    "size of a chunk": (dripping(OK + CHUNKED, b"5;" + b"x" * 200), LATE_BODY),
    "trailers": (dripping(OK + CHUNKED + b"0\r\n", b"X: 1\r\n" * 200, step=6), LATE_BODY),
    "header of gzip": (
        dripping(
            OK + b"Content-Encoding: gzip\r\nContent-Length: 400\r\n\r\n\x1f\x8b\x08\x08\0\0\0\0\0\0", b"name" * 100
        ),
        LATE_BODY,
    ),
}


@pytest.mark.parametrize("what", SLOW)
def test_a_service_that_drips_costs_no_more_than_its_deadline(what: str, tmp_path: Path) -> None:
    answer, (reason, seconds) = SLOW[what]
    options = {
        "cache": tmp_path / "answers.sqlite",
        "rate_folder": tmp_path / "rates",
        "timeout": TIMEOUT,
        "attempts": 1,
    }
    with (
        answering(answer) as address,
        Service("nominatim", user_agent="geomap-tests/1.0 (dev@geomap.example)", domain=address, **options) as service,
    ):
        started = time.monotonic()
        table = geocode(["Mosul"], service=service, progress=False)
        spent = time.monotonic() - started
    assert table["reason"].tolist() == [reason]
    assert seconds - 0.1 <= spent < seconds + 1.5


def test_a_slow_answer_within_the_deadline_is_an_answer() -> None:
    with (
        answering(dripping(OK + LENGTH, BODY, step=10)) as address,
        _http.open_session(pace=Pace(longest=3.0)) as session,
        _http.send(session, "GET", address, headers={}, timeout=TIMEOUT) as response,
    ):
        assert _http.body(response, timeout=TIMEOUT, max_bytes=1_000) == BODY


def test_a_download_may_take_any_time_but_not_stand_still() -> None:
    """Of files of any size only the pace is bounded: 20 bytes a second are too few, 200 are enough."""
    body = b"x" * 300
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    for step, is_enough in ((1, False), (10, True)):
        with (
            answering(dripping(head, body, step=step)) as address,
            _http.open_session(pace=Pace(slowest=100)) as session,
            _http.send(session, "GET", address, headers={}, timeout=TIMEOUT) as response,
        ):
            if is_enough:
                assert _http.body(response, timeout=TIMEOUT, max_bytes=1_000) == body
                continue
            started = time.monotonic()
            with pytest.raises(_http.TooSlow, match=r"only \d+ bytes in \d+ s"):
                _http.body(response, timeout=TIMEOUT, max_bytes=1_000)
            assert time.monotonic() - started < 3 * TIMEOUT


@pytest.mark.parametrize("what", ["headers", "body"])
def test_a_dripping_server_of_gazetteers_is_given_up_though_each_attempt_brings_some_bytes(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_download, "_TIMEOUT", TIMEOUT)
    with serving(write_dump(tmp_path / "origin")) as server:

        def drip(handler: object, name: str, body: bytes) -> bytes | None:
            start = handler.wfile  # type: ignore[attr-defined]
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            try:
                for part in [head[i : i + 1] for i in range(len(head))] if what == "headers" else [head]:
                    start.write(part)
                    time.sleep(GAP if what == "headers" else 0)
                for byte in body:
                    start.write(bytes([byte]))
                    time.sleep(GAP)
            except OSError:
                pass
            return None

        server.behave = drip
        started = time.monotonic()
        told = "headers incomplete after 0.5 s" if what == "headers" else r"only \d+ bytes in \d+ s"
        with pytest.raises(GazetteerDownloadFailed, match=told):
            _download.download_geonames(
                tmp_path / "target", url=server.url, attempts=3, pause=lambda seconds: None, files=["countryInfo.txt"]
            )
    assert time.monotonic() - started < 3 * 4 * TIMEOUT


def test_a_script_for_maps_that_drips_or_has_no_end_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_assets, "_TIMEOUT", TIMEOUT)
    monkeypatch.setattr(_assets, "_LONGEST", 1.0)
    monkeypatch.setattr(_assets, "_MAX_BYTES", 10_000)
    file = "leaflet@1.9.3/dist/leaflet.js"
    endless = dripping(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 20_000, b"")
    for answer, told in (
        (dripping(b"", OK * 9), "headers incomplete after 0.5 s"),
        (dripping(OK + b"\r\n", b"x" * 100), "response incomplete after 1 s"),
        (endless, "response larger than 0.0 MB"),
    ):
        with answering(answer) as address:
            monkeypatch.setattr(_assets, "MIRROR", f"{address}/")
            monkeypatch.setattr(_assets, "_installed_folder", lambda: Path("/nowhere"))
            started = time.monotonic()
            with pytest.raises(_assets.AssetUnavailable, match=told):
                _assets.AssetReader(fetch=True)._downloaded(file, "", "0" * 64)
            assert time.monotonic() - started < 3.0


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("ftp://127.0.0.1/x", "not of the web"),
        ("file:///etc/passwd", "not of the web"),
        ("/again", "more than 5 times"),
    ],
)
def test_what_is_downloaded_is_of_the_web_and_reached_in_a_few_steps(location: str, told: str) -> None:
    answer = dripping(f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode(), b"")
    with (
        answering(answer) as address,
        _http.open_session() as session,
        pytest.raises(_http.HttpError, match=told),
    ):
        _http.send(session, "GET", address, headers={}, timeout=5.0, follow_redirects=True)


def test_a_redirect_is_followed_and_what_else_it_says_left_unread() -> None:
    asked: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        asked.append(b"")
        if len(asked) == 1:
            connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /there\r\n\r\n")
            dripping(b"", b"x" * 400)(connection)
        else:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")

    with answering(answer) as address, _http.open_session() as session:
        started = time.monotonic()
        with _http.send(session, "GET", address, headers={}, timeout=5.0, follow_redirects=True) as response:
            assert _http.body(response, timeout=5.0, max_bytes=10) == b"hi"
        assert time.monotonic() - started < 5.0

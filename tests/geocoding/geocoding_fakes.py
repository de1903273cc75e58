"""A clock that is moved and a transport that answers from a list, injected instead of patched."""

from __future__ import annotations

import io
import json
import sqlite3
import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from urllib.parse import parse_qs, quote_plus, urlsplit

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from geomap.geocoding import Service
from geomap.geocoding._cache import identify

USER_AGENT = "geomap-tests (tests@example.org)"


class FakeClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self, start: float = 1_750_000_000.0) -> None:
        self.now = start
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds
            self.slept.append(seconds)


class FakeTransport(BaseAdapter):
    """Answers every request with what a function of it returns, and remembers requests and times."""

    def __init__(self, answer: Callable[[requests.PreparedRequest], object], clock: FakeClock | None = None) -> None:
        super().__init__()
        self.answer = answer
        self.clock = clock
        self.requests: list[requests.PreparedRequest] = []
        self.times: list[float] = []

    @property
    def queries(self) -> list[str]:
        return [query_of(request) for request in self.requests]

    def send(self, request: requests.PreparedRequest, *args: object, **kwargs: object) -> requests.Response:
        self.requests.append(request)
        self.times.append(self.clock.time() if self.clock else 0.0)
        found = self.answer(request)
        if isinstance(found, Exception):
            raise found
        return found if isinstance(found, requests.Response) else reply(found, request=request)

    def close(self) -> None:
        pass


def query_of(request: requests.PreparedRequest) -> str:
    assert request.url
    return parse_qs(urlsplit(request.url).query).get("q", [""])[0]


def reply(
    body: object,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    request: requests.PreparedRequest | None = None,
) -> requests.Response:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **(headers or {})}
    raw = HTTPResponse(io.BytesIO(data), status=status, headers=headers, preload_content=False)
    response = requests.Response()
    response.status_code, response.raw = status, raw
    if request is not None:
        response.request = request
    response.headers.update(headers)
    response.url = getattr(request, "url", "")
    return response


def in_turn(answers: Iterable[object]) -> Callable[[requests.PreparedRequest], object]:
    """Answer with one after the other."""
    iterator = iter(answers)
    return lambda request: next(iterator)


MOSUL = {
    "place_id": 1,
    "osm_type": "node",
    "osm_id": 123,
    "lat": "36.3450",
    "lon": "43.1450",
    "class": "place",
    "type": "city",
    "addresstype": "city",
    "importance": 0.6,
    "name": "Mosul",
    "display_name": "Mosul, Nineveh, Iraq",
    "address": {"city": "Mosul", "country": "Iraq", "country_code": "iq"},
    "boundingbox": ["36.2", "36.5", "43.0", "43.3"],
}


def place(name: str, lat: float = 36.3, lon: float = 43.1, number: int = 7) -> dict[str, object]:
    return {**MOSUL, "name": name, "display_name": f"{name}, Iraq", "lat": str(lat), "lon": str(lon), "osm_id": number}


def fill(service: Service, names: list[str]) -> None:
    """Ask for the first name, and copy its row under the others' keys in one transaction."""
    first = names[0]
    assert service.ask(first, limit=5).status == "found"
    service.close()
    with closing(sqlite3.connect(service.cache.path)) as connection, connection:
        _, url, body, *rest = connection.execute("SELECT * FROM answers").fetchone()
        rows = []
        for name in names:
            key, clean = identify("nominatim", url.replace(quote_plus(first), quote_plus(name)), secret=())
            rows.append((key, clean, body.replace(first, name), *rest))
        connection.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)", rows)

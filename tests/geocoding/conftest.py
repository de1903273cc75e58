"""A service with a clock and a transport of its own, and the server that misbehaves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from geocoding_fakes import USER_AGENT, FakeClock, FakeTransport, place, query_of
from geocoding_faults import FaultServer

from geomap.geocoding import Service


class HurriedClock:
    """The machine's clock, on which waiting takes no time."""

    def __init__(self) -> None:
        self.skipped = 0.0
        self.slept: list[float] = []

    def time(self) -> float:
        return time.time() + self.skipped

    def monotonic(self) -> float:
        return time.monotonic() + self.skipped

    def sleep(self, seconds: float) -> None:
        self.skipped += seconds
        self.slept.append(seconds)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def opened() -> Iterator[list[Service]]:
    """Hold the services of a test, and close them after it."""
    services: list[Service] = []
    yield services
    for service in services:
        service.close()


@pytest.fixture
def make(tmp_path: Path, clock: FakeClock, opened: list[Service]) -> Callable[..., tuple[Service, FakeTransport]]:
    """Return a maker of services whose requests go nowhere; one place is found for every name without "Nowhere"."""

    def answer(request: Any) -> object:
        return [] if "Nowhere" in query_of(request) else [place(query_of(request))]

    def make(geocoder: Any = "nominatim", *, answer: Any = answer, **options: Any) -> tuple[Service, FakeTransport]:
        transport = FakeTransport(answer, clock)
        settings = {
            "user_agent": USER_AGENT,
            "cache": tmp_path / "answers.sqlite",
            "rate_folder": tmp_path / "rates",
            "clock": clock,
            "transport": transport,
        }
        opened.append(Service(geocoder, **{**settings, **options}))
        return opened[-1], transport

    return make


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


@pytest.fixture
def hurried() -> HurriedClock:
    return HurriedClock()


@pytest.fixture
def reach(tmp_path: Path, server: FaultServer, hurried: HurriedClock, opened: list[Service]) -> Callable[..., Service]:
    """Return a maker of services that ask the server, in a hurry."""

    def reach(fault: str = "well", **options: Any) -> Service:
        settings = {
            "domain": server.url(fault),
            "user_agent": USER_AGENT,
            "cache": tmp_path / "answers.sqlite",
            "rate_folder": tmp_path / "rates",
            "clock": hurried,
            "rate": 1000.0,
            "timeout": 0.3,
        }
        opened.append(Service("nominatim", **{**settings, **options}))
        return opened[-1]

    return reach

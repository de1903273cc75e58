"""What several tests share."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from geomap.gazetteer import Gazetteer


@pytest.fixture(scope="session")
def gazetteer_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds the embedded gazetteer's index, built once from the shipped resource."""
    folder = tmp_path_factory.mktemp("gazetteer")
    Gazetteer(cache_dir=folder).info()
    return folder


@pytest.fixture(scope="session")
def gazetteer(gazetteer_cache: Path) -> Gazetteer:
    """Return the embedded gazetteer."""
    return Gazetteer(cache_dir=gazetteer_cache)


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test open a connection, other than those marked ``network`` (servers of their own) or ``browser``."""
    if request.node.get_closest_marker("network") or request.node.get_closest_marker("browser"):
        return
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: object) -> None:
        if self.family == getattr(socket, "AF_UNIX", None):
            return connect(self, address)
        raise AssertionError(f"this test opens a connection to {address!r}; mark it network if it must")

    monkeypatch.setattr(socket.socket, "connect", refuse)

"""What several tests share."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
from pathlib import Path

import laws
import pytest
from hypothesis import settings

from geomap.gazetteer import Gazetteer

ROOT = Path(__file__).resolve().parents[1]
MANY = 40  # times as many examples and faults with --long

# Ordinary runs draw the same examples every time; long ones draw new ones and print what reproduces a failure.
settings.register_profile("seeded", derandomize=True, deadline=None)
settings.register_profile("long", max_examples=100 * MANY, deadline=None, print_blob=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--long``: property tests and faults at full length, which takes hours (``make test-long``)."""
    parser.addoption("--long", action="store_true", help="try property tests and faults many times over")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the number of examples before the tests are imported, whose decorators name it."""
    long = bool(config.getoption("--long"))
    settings.load_profile("long" if long else "seeded")
    os.environ[laws.VARIABLE] = str(MANY if long else 1)


@pytest.fixture(scope="session")
def gazetteer_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache folder of this session's own that holds the embedded gazetteer's index.

    Building the indexes takes seconds, so they are kept between runs and copied, under the digest of the code and the data
    that it is built from.
    """
    package = ROOT / "geomap"
    parts = [
        package / "resources" / "MANIFEST.json",
        package / "tables.py",
        *sorted((package / "gazetteer").glob("*.py")),
    ]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in parts)).hexdigest()[:16]
    kept = ROOT / ".cache" / f"gazetteer-{digest}"
    names = Gazetteer(cache_dir=kept)
    index = Path(str(names.info()["path"]))
    # What finds misspelled names is made at first need.
    names.fuzzy("Mosull")
    names._store.stores[0].names_of_key("")
    folder = tmp_path_factory.mktemp("gazetteer")
    for path in kept.glob(f"{index.stem}.*"):
        if path.suffix != ".lock":
            shutil.copy(path, folder / path.name)
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

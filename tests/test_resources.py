from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path

import pytest

from geomap.resources._loading import manifest

ROOT = Path(__file__).parents[1]
LIMIT = 10_000_000


@pytest.mark.parametrize("name", sorted(manifest()))
def test_a_resource_is_what_the_manifest_says(name: str) -> None:
    entry = manifest()[name]
    content = (files("geomap.resources") / name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert len(content) == entry["bytes"]


@pytest.mark.parametrize("name", sorted(manifest()))
def test_a_resource_has_sources_a_licence_a_date_and_a_recipe(name: str) -> None:
    entry = manifest()[name]
    assert entry["sources"]
    assert entry["licence"]
    assert entry["date"]
    assert (ROOT / str(entry["recipe"])).is_file()


def test_every_data_file_that_ships_is_in_the_manifest() -> None:
    shipped = {
        path.name
        for path in (ROOT / "geomap" / "resources").iterdir()
        if path.is_file() and path.suffix not in {".py", ".pyc"} and path.name != "MANIFEST.json"
    }
    assert shipped == set(manifest())


def test_the_gazetteer_stays_small() -> None:
    assert int(str(manifest()["gazetteer.pack"]["bytes"])) <= LIMIT

"""What several tests share."""

from __future__ import annotations

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

"""Every example in a docstring runs and gives what it shows."""

from __future__ import annotations

import doctest
import os
import warnings
from importlib import import_module
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "geomap").rglob("*.py")
    if ">>> " in path.read_text("utf-8")
)


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_a_module_run(
    module: str, gazetteer_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEOMAP_CACHE", str(gazetteer_cache))
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = doctest.testmod(import_module(module), extraglobs={"ROOT": os.fspath(ROOT)})
    assert result.attempted > 0
    assert result.failed == 0

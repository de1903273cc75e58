"""The examples in the docstrings run as they are printed."""

from __future__ import annotations

import doctest
import pkgutil
from importlib import import_module

import pytest

import geomap.analysis

MODULES = sorted(module.name for module in pkgutil.iter_modules(geomap.analysis.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_run(name: str) -> None:
    # Not the attribute of the package, which for shapes is the verb.
    assert doctest.testmod(import_module(f"geomap.analysis.{name}")).failed == 0


def test_every_verb_has_an_example_and_says_what_it_returns() -> None:
    for name in geomap.analysis.__all__:
        text = getattr(geomap.analysis, name).__doc__
        assert "Returns\n" in text, name
        assert ">>> " in text, name

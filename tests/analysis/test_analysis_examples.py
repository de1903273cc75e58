"""Every verb is documented with what it returns and an example (which tests/test_examples.py runs)."""

from __future__ import annotations

import geomap.analysis


def test_every_verb_has_an_example_and_says_what_it_returns() -> None:
    for name in geomap.analysis.__all__:
        text = getattr(geomap.analysis, name).__doc__
        assert "Returns\n" in text, name
        assert ">>> " in text, name

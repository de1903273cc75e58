"""Maps as pictures: what is drawn, where, and that they can be saved in every form."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from test_maps_corpus import HOSTILE, corpus, one

from geomap import errors, tables
from geomap.maps import figure


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_a_picture_is_saved_in_every_form(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"map.{ending}"
    figure(corpus(), title="Rebuilding").savefig(path)
    assert path.stat().st_size > 10_000


@pytest.mark.parametrize(
    "mentions",
    [tables.empty_mentions(), one(), corpus().query("name in ['Savusavu', 'Provideniya']")],
    ids=["empty", "one", "antimeridian"],
)
def test_a_picture_is_made_of_any_mentions(mentions: gpd.GeoDataFrame, tmp_path: Path) -> None:
    figure(mentions).savefig(tmp_path / "map.png")
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")


def texts(drawn: object) -> list[str]:
    return [text.get_text() for text in drawn.axes[0].texts]  # type: ignore[attr-defined]


def test_places_are_named_sources_said_and_the_scale_explained() -> None:
    found = texts(figure(corpus()))
    assert {"Mosul", "Baghdad", "Erbil"} <= set(found)
    assert any("GeoNames" in text for text in found)
    assert any(text.endswith(" km") for text in found)


def test_names_do_not_overlap_each_other() -> None:
    drawn = figure(corpus(), labels=12)
    names = [text for text in drawn.axes[0].texts if text.get_fontsize() == 7]
    assert len(names) > 3
    boxes = [text.get_window_extent() for text in names]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_no_more_names_are_written_than_asked_for() -> None:
    drawn = figure(corpus(), labels=2)
    assert sum(text.get_fontsize() == 7 for text in drawn.axes[0].texts) == 2


def test_both_sides_of_the_antimeridian_are_one_picture() -> None:
    drawn = figure(corpus().query("name in ['Savusavu', 'Provideniya']"))
    assert {"Savusavu", "Provideniya"} <= set(texts(drawn))
    low, high = drawn.axes[0].get_xlim()
    assert high - low < 2e7


def test_a_wide_extent_is_the_whole_world_without_a_scale_that_would_lie() -> None:
    found = texts(figure(corpus(), extent=(-180, -60, 180, 85)))
    assert not any(text.endswith(" km") for text in found)


def test_an_extent_holds_the_places_in_it_only() -> None:
    assert "Paris" not in texts(figure(corpus(), extent=(40, 30, 48, 38)))


@pytest.mark.parametrize("extent", [(1, 2, 3), (10, 0, 5, 1), (0, 5, 1, 4), (0, 0, np.nan, 1), (0, -91, 1, 0)])
def test_an_extent_that_is_none_is_an_error(extent: tuple[float, ...]) -> None:
    with pytest.raises(errors.InvalidTable, match="west < east"):
        figure(corpus(), extent=extent)


def test_names_are_never_read_as_formulas(tmp_path: Path) -> None:
    for text in [*HOSTILE, "$x^2$", "$\\frac{"]:
        drawn = figure(one(name=text))
        drawn.savefig(tmp_path / "map.png")
        names = [label for label in drawn.axes[0].texts if label.get_fontsize() == 7]
        assert not any(label.get_parse_math() for label in names)


def test_a_picture_leaves_the_global_state_of_pyplot_alone() -> None:
    code = (
        "import sys, geomap.tables, geomap.maps; geomap.maps.figure(geomap.tables.empty_mentions());"
        "print('matplotlib.pyplot' in sys.modules and len(sys.modules['matplotlib.pyplot'].get_fignums()))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() in ("0", "False")


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("matplotlib.figure", "matplotlib.backends.backend_agg"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(errors.MissingDependency, match="pip install"):
        figure(corpus())

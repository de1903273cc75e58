"""Maps as pictures: what is drawn, where, and that they can be saved in every form."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib_scalebar.scalebar import ScaleBar
from shapely import Point
from test_maps_corpus import HOSTILE, corpus, one

from geomap import errors, tables
from geomap.maps import figure
from geomap.maps._pictures import MapFigure

pytestmark = pytest.mark.slow


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


def scale_bars(drawn: MapFigure) -> list[ScaleBar]:
    drawn.draw_without_rendering()
    return [artist for artist in drawn.axes[0].artists if isinstance(artist, ScaleBar)]


def test_places_are_named_sources_credited_and_the_scale_explained() -> None:
    drawn = figure(corpus())
    found = texts(drawn)
    assert {"Mosul", "Baghdad", "Erbil"} <= set(found)
    assert any("GeoNames" in text for text in found)
    (bar,) = scale_bars(drawn)
    assert bar.info.scale_text.endswith(" km")


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    drawn = figure(corpus())
    (bar,) = scale_bars(drawn)
    assert bar.info.units == "km"
    meters = 1000 * bar.info.value
    (begin, _), (end, _) = drawn.axes[0].transData.transform([(0, 0), (meters, 0)])
    assert bar.info.window_extent.width == pytest.approx(end - begin, abs=1)
    low, high = drawn.axes[0].get_xlim()
    assert 0.05 < meters / (high - low) <= 0.2


def test_a_picture_says_that_points_of_openstreetmap_are_theirs() -> None:
    assert not any("OpenStreetMap" in text for text in texts(figure(corpus())))
    assert any("© OpenStreetMap contributors (ODbL)" in text for text in texts(figure(one(place_id="photon:N1"))))


def test_names_do_not_overlap_each_other() -> None:
    drawn = figure(corpus(), labels=12)
    names = [text for text in drawn.axes[0].texts if text.get_fontsize() == 7]
    assert len(names) > 3
    boxes = [text.get_window_extent() for text in names]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_no_more_names_are_written_than_asked_for() -> None:
    drawn = figure(corpus(), labels=2)
    assert sum(text.get_fontsize() == 7 for text in drawn.axes[0].texts) == 2


def groups(drawn: MapFigure) -> list[PathCollection]:
    """Return the symbols of each form."""
    return [group for group in drawn.axes[0].collections if isinstance(group, PathCollection)]


def largest_symbol(drawn: MapFigure) -> float:
    return max(float(size) for group in groups(drawn) if len(group.get_offsets()) for size in group.get_sizes())


def test_the_largest_places_are_named_also_where_many_others_crowd_around_them() -> None:
    crowd = [one(place_id=f"x:{n}", name=f"Hamlet {n}", geometry=_around(n)) for n in range(40)]
    largest = pd.concat([one(place_id="x:big", name="Big", geometry=Point(43, 36))] * 60)
    table = gpd.GeoDataFrame(pd.concat([largest, *crowd], ignore_index=True), crs=4326)
    found = texts(figure(table, labels=3, names="gazetteer"))
    assert "Big" in found


def _around(number: int) -> Point:
    angle = 2 * np.pi * number / 20
    return Point(43 + (0.5 + number % 2 * 0.2) * np.cos(angle), 36 + (0.4 + number % 2 * 0.2) * np.sin(angle))


def test_names_cover_no_symbol_of_another_place() -> None:
    drawn = figure(corpus(), labels=12)
    axes = drawn.axes[0]
    symbols = [axes.transData.transform(offset) for group in groups(drawn) for offset in group.get_offsets()]
    assert len(symbols) >= 7
    for text in (text for text in axes.texts if text.get_fontsize() == 7):
        box = text.get_window_extent()
        covered = [s for s in symbols if box.x0 < s[0] < box.x1 and box.y0 < s[1] < box.y1]
        assert not covered, text.get_text()


def test_two_pictures_share_one_scale_of_sizes() -> None:
    mentions = corpus()
    few = mentions[mentions["name"].isin(["Erbil", "Sinjar"])]

    whole = largest_symbol(figure(mentions, largest=40))
    assert largest_symbol(figure(few, largest=40)) < whole < largest_symbol(figure(mentions))
    with pytest.raises(errors.InvalidTable, match="largest"):
        figure(mentions, largest=0)


def test_the_symbols_of_the_legend_are_as_large_as_those_of_the_map() -> None:
    drawn = figure(gpd.GeoDataFrame(pd.concat([one()] * 20, ignore_index=True), crs=4326))  # a round number
    lines = [artist for artist in drawn.findobj(Line2D) if isinstance(artist, Line2D)]
    circles = [line for line in lines if line.get_marker() == "o"]
    assert max(circle.get_markersize() for circle in circles) == pytest.approx(np.sqrt(largest_symbol(drawn)))


@pytest.mark.parametrize("crowded", [(33, 41), (47, 55)], ids=["west", "east"])
def test_the_scale_bar_keeps_off_the_side_with_places(crowded: tuple[int, int]) -> None:
    points = [
        Point(lon, lat) for lon in np.arange(*crowded, 0.25) for lat in (*np.arange(28, 32, 0.25), 37, 37.5, 38, 38.5)
    ]
    crowd = pd.concat([one()] * len(points), ignore_index=True)
    crowd["place_id"] = [f"x:{number}" for number in range(len(points))]
    mentions = gpd.GeoDataFrame(crowd, geometry=points, crs=4326)
    drawn = figure(mentions, extent=(38, 30, 50, 38), labels=0)
    (bar,) = scale_bars(drawn)
    box, frame = bar.info.window_extent, drawn.axes[0].get_window_extent()
    assert ((box.x0 + box.x1) / 2 > (frame.x0 + frame.x1) / 2) == (crowded[0] < 44)


def test_a_notebook_shows_a_picture_without_pyplot() -> None:
    from IPython.core.formatters import DisplayFormatter

    data, metadata = DisplayFormatter().format(figure(corpus()))
    assert data["image/png"].startswith(b"\x89PNG")
    assert metadata["image/png"]["width"] == pytest.approx(720, abs=20)


def test_both_sides_of_the_antimeridian_are_one_picture() -> None:
    drawn = figure(corpus().query("name in ['Savusavu', 'Provideniya']"))
    assert {"Savusavu", "Provideniya"} <= set(texts(drawn))
    low, high = drawn.axes[0].get_xlim()
    assert high - low < 2e7


def test_a_wide_extent_is_the_whole_world_without_a_scale_that_would_lie() -> None:
    assert not scale_bars(figure(corpus(), extent=(-180, -60, 180, 85)))


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
    for name, package in (("matplotlib_scalebar", "matplotlib-scalebar"), ("matplotlib.figure", "matplotlib")):
        monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(errors.MissingDependency, match=f"needs {package}: pip install"):
            figure(corpus())


def test_without_matplotlib_the_maps_can_be_imported() -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = None; import geomap.maps; geomap.maps.figure;"
        "from geomap.errors import MissingDependency\n"
        "try: geomap.maps.figure(None)\n"
        "except MissingDependency as error: print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "needs matplotlib: pip install 'geomap-toolkit[maps]'" in run.stdout


def test_relative_places_are_broken_rings_with_the_circle_that_holds_the_truth_and_a_line_of_the_legend() -> None:
    ring = one(place_id="x+20kmS", name="20 km south of Mosul", precision="offset", radius_km=60.0, lon=43.0, lat=36.0)
    written = one(place_id="coordinate:36.9,43.9", name="36.9 N, 43.9 E", lon=43.9, lat=36.9)
    mentions = gpd.GeoDataFrame(pd.concat([one(), ring, written], ignore_index=True), crs=4326)
    drawn = figure(mentions)
    said = {text.get_text() for text in drawn.findobj(Text)}
    assert "Relative or approximate place (within 60 km)" in said and "Coordinates in the text" in said
    (circle,) = [lines for lines in drawn.axes[0].collections if isinstance(lines, LineCollection)]
    (edge,) = circle.get_segments()
    assert np.ptp(edge[:, 0]) == pytest.approx(120_000, rel=0.02)  # meters across
    plain = {text.get_text() for text in figure(one()).findobj(Text)}
    assert not any("Relative" in words or "Coordinates" in words for words in plain)


def test_the_circle_of_a_relative_place_is_whole_across_the_antimeridian() -> None:
    ring = one(place_id="x", name="Far", precision="offset", radius_km=50.0, lon=179.99, lat=-17.0)
    (circle,) = [lines for lines in figure(ring).axes[0].collections if isinstance(lines, LineCollection)]
    points = np.concatenate(circle.get_segments())
    assert np.hypot(*points.T) == pytest.approx(50_000, rel=0.01)  # around the middle of the picture

"""Places mentioned together, the lines between them, and runs and corpora side by side."""

from __future__ import annotations

import itertools
import math
import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from analysis_tables import example, mention, mentions_tables, table
from hypothesis import example as case
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import many

from geomap import analysis
from geomap.analysis import _pairs
from geomap.geometry import distance_km, great_circles, unit_vectors

few = settings(max_examples=many(25), deadline=None)
longitudes = st.floats(-180, 180) | st.sampled_from([-180.0, -90.0, -0.0, 0.0, 90.0, 180.0])
latitudes = st.floats(-90, 90) | st.sampled_from([-90.0, -0.0, 0.0, 90.0])


def test_places_in_one_sentence_are_a_pair() -> None:
    found = analysis.comentions(example())
    pairs = set(zip(found["name_a"], found["name_b"], strict=True))
    assert pairs == {("Iraq", "Mosul"), ("Mosul", "Sinjar"), ("Apia", "Suva")}


def test_a_pair_across_the_antimeridian_is_drawn_the_short_way() -> None:
    found = analysis.comentions(example()).set_index("name_b").loc["Suva"]
    assert found.geometry.geom_type == "MultiLineString"
    assert found["distance_km"] == pytest.approx(1140, rel=0.02)
    assert sum(part.length for part in found.geometry.geoms) < 12


def test_lift_and_npmi_are_those_counted_by_hand() -> None:
    found = analysis.comentions(example(), within="article").set_index(["name_a", "name_b"])
    # Mosul in 2 of 4 articles, Iraq in 1, both in 1.
    assert found.loc[("Iraq", "Mosul"), "lift"] == 1 * 4 / (2 * 1)
    assert found.loc[("Iraq", "Mosul"), "npmi"] == pytest.approx(math.log(2) / math.log(4))
    assert found.loc[("Apia", "Suva"), "npmi"] == 1.0


def test_paragraphs_are_the_lines_of_the_text() -> None:
    articles = pd.DataFrame({"article_id": ["a"], "text": ["Mosul and Iraq.\n\nSinjar fell.\nRaqqa too, Syria."]})
    places = ("Mosul", "Iraq", "Sinjar", "Raqqa", "Syria")
    rows = [mention("a", name.lower(), start=articles["text"][0].index(name), sentence="one") for name in places]
    found = analysis.comentions(table(rows), within="paragraph", articles=articles)
    assert set(zip(found["name_a"], found["name_b"], strict=True)) == {("Iraq", "Mosul"), ("Raqqa", "Syria")}


@pytest.mark.slow
@few
@given(mentions_tables(), st.sampled_from(["sentence", "article"]), st.integers(1, 2))
def test_pairs_are_those_of_a_plain_count(mentions: gpd.GeoDataFrame, within: str, least: int) -> None:
    resolved = mentions[mentions["status"] == "resolved"]
    keys = ["article_id", "sentence"] if within == "sentence" else ["article_id"]
    expected: dict[tuple[str, str], int] = {}
    for _, rows in resolved.groupby(keys):
        for pair in itertools.combinations(sorted(set(rows["place_id"])), 2):
            expected[pair] = expected.get(pair, 0) + 1
    found = analysis.comentions(mentions, within=within, min_count=least)
    counts = dict(zip(zip(found["place_id_a"], found["place_id_b"], strict=True), found["count"], strict=True))
    assert counts == {pair: count for pair, count in expected.items() if count >= least}
    assert found["npmi"].between(-1 - 1e-9, 1 + 1e-9).all()
    assert (found["count"] <= found[["count_a", "count_b"]].min(axis=1)).all()


def test_pairs_merged_in_many_batches_are_the_same(mentions: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = analysis.comentions(mentions, within="article")
    monkeypatch.setattr(_pairs, "_AT_ONCE", 10)
    pd.testing.assert_frame_equal(pd.DataFrame(analysis.comentions(mentions, within="article")), pd.DataFrame(at_once))


def test_without_lines_the_table_is_the_same_but_for_them() -> None:
    drawn, plain = analysis.comentions(example()), analysis.comentions(example(), lines=False)
    pd.testing.assert_frame_equal(
        pd.DataFrame(plain.drop(columns="geometry")), pd.DataFrame(drawn.drop(columns="geometry"))
    )
    assert drawn.geometry.notna().any()
    assert (plain.geometry.isna().all(), plain.crs) == (True, drawn.crs)
    assert list(plain.columns) == list(drawn.columns)


@pytest.mark.slow
@pytest.mark.parametrize(("mentions", "in_article", "seconds"), [(1_000_000, 8, 2.0), (20_000, 500, 1.0)])
def test_without_lines_a_million_mentions_and_long_articles_take_a_second_or_two(
    mentions: int, in_article: int, seconds: float
) -> None:
    random = np.random.default_rng(5)
    place = np.minimum(random.zipf(1.25, mentions) - 1, 19_999)
    points = gpd.points_from_xy(random.uniform(-179, 179, 20_000), random.uniform(-80, 80, 20_000))
    columns = {
        "article_id": pd.Series(np.arange(mentions) // in_article).astype("str"),
        "status": "resolved",
        "place_id": pd.Series(place).astype("str"),
        "name": "x",
    }
    many = gpd.GeoDataFrame(columns, geometry=points[place], crs=4326)
    began = time.process_time()
    assert len(analysis.comentions(many, within="article", lines=False)) > 10_000
    assert time.process_time() - began < seconds


def test_a_graph_has_the_places_and_pairs() -> None:
    graph = analysis.network(analysis.comentions(example()))
    assert graph.nodes["mosul"] == {"name": "Mosul", "count": 3}
    assert graph.edges["mosul", "iraq"]["count"] == 1


def test_mosul_and_its_country_go_together_in_the_sample_corpus(mentions: gpd.GeoDataFrame) -> None:
    found = analysis.comentions(mentions, min_count=3)
    assert len(found) > 10
    assert "Mosul" in set(found.head(10)["name_a"]) | set(found.head(10)["name_b"])


# Great circles


@pytest.mark.slow
@settings(max_examples=many(150), deadline=None)
@given(longitudes, latitudes, longitudes, latitudes)
@case(0.0, -0.0, -180.0, 0.0)  # antipodes, told apart from their mirror image by the sign of a zero only
@case(5.0, 90.0, 5.0, -90.0)
@case(30.0, 90.0, -140.0, -90.0)
@case(180.0, 10.0, -180.0, -60.0)  # along the antimeridian
@case(170.0, 0.0, -180.0, 0.0)  # ends on it
@case(100.0, 60.0, -80.0, 70.0)  # over the pole
@case(100.0, 88.0, -80.00001, 88.0)
def test_a_great_circle_is_the_shortest_line_and_jumps_nowhere(
    lon_a: float, lat_a: float, lon_b: float, lat_b: float
) -> None:
    ends = [np.array([value]) for value in (lon_a, lat_a, lon_b, lat_b)]
    length = float(distance_km(lat_a, lon_a, lat_b, lon_b))
    line = great_circles(*ends)[0]
    if length <= 1e-6:
        assert line is None
        return
    assert line.is_valid or line.length < 1e-9
    parts = shapely.get_parts(line)
    total = 0.0
    for part in parts:
        lon, lat = shapely.get_coordinates(part).T
        # Over a pole a line turns by up to half a circle.
        assert (np.abs(np.diff(lon)) <= 180 + 1e-9).all()
        assert (np.abs(lon) <= 180).all()
        total += float(distance_km(lat[:-1], lon[:-1], lat[1:], lon[1:]).sum())
    assert total == pytest.approx(length, rel=1e-5, abs=0.01)
    first, last = shapely.get_coordinates(parts[0])[0], shapely.get_coordinates(parts[-1])[-1]
    np.testing.assert_allclose(unit_vectors([first[1]], [first[0]]), unit_vectors([lat_a], [lon_a]), atol=1e-9)
    np.testing.assert_allclose(unit_vectors([last[1]], [last[0]]), unit_vectors([lat_b], [lon_b]), atol=1e-9)


@pytest.mark.parametrize(
    ("ends", "longitude"),
    [
        ((180.0, 10.0, -180.0, -60.0), 180.0),
        ((-180.0, 10.0, 180.0, 20.0), -180.0),
        ((-180.0, 0.0, -180.0, 45.0), -180.0),
        ((5.0, 90.0, 5.0, -90.0), 5.0),
    ],
)
def test_a_line_along_a_meridian_is_one_part(ends: tuple[float, ...], longitude: float) -> None:
    line = great_circles(*(np.array([value]) for value in ends))[0]
    assert line.geom_type == "LineString"
    assert {lon for lon, _ in line.coords} == {longitude}


@pytest.mark.parametrize("lon", [-180.0, -170.0, 0.0, 179.0, 180.0])
def test_a_line_to_a_point_on_the_antimeridian_is_not_cut(lon: float) -> None:
    for edge in (-180.0, 180.0):
        lines = great_circles(*(np.array(values) for values in ([lon, edge], [1.0, 2.0], [edge, lon], [2.0, 1.0])))
        assert set(lines.geom_type) == {"LineString"}


def test_a_meridian_over_the_pole_goes_down_on_the_other_side() -> None:
    line = great_circles(*(np.array([value]) for value in (100.0, 60.0, -80.0, 70.0)))[0]
    assert line.geom_type == "LineString"
    assert {round(lon, 9) for lon, _ in line.coords} == {100.0, -80.0}


def test_missing_and_equal_points_have_no_line() -> None:
    lines = great_circles(
        *(np.array(values) for values in ([0.0, np.nan, 5.0], [0.0, 1.0, 5.0], [9.0, 1.0, 5.0], [9.0, 2.0, 5.0]))
    )
    assert lines.isna().tolist() == [False, True, True]


def test_opposite_points_are_joined_over_the_north_pole() -> None:
    line = great_circles(*(np.array([value]) for value in (10.0, 20.0, -170.0, -20.0)))[0]
    assert max(lat for _, lat in shapely.get_coordinates(line)) > 85


# Two runs


def test_mentions_that_two_runs_see_differently_are_told_with_the_reason() -> None:
    a, b = example(), example()
    b.loc[0, ["place_id", "name"]] = ["other", "Mosul, elsewhere"]
    b.loc[0, "geometry"] = shapely.Point(0, 0)
    b.loc[1, "status"] = "nil"
    b.loc[6, "status"] = "resolved"
    found = analysis.moved(a.drop(index=11), b.drop(index=2))
    assert found["difference"].tolist() == ["moved", "nil in b", "only in a", "nil in a", "only in b"]
    assert found.loc[0, ["name_a", "name_b"]].tolist() == ["Mosul", "Mosul, elsewhere"]
    assert found.loc[0, "distance_km"] > 4000
    assert found.geometry.notna().tolist() == [True, False, False, False, False]
    assert len(analysis.moved(a, a)) == 0


def test_a_run_says_what_chance_it_gave_the_other_place(mentions: gpd.GeoDataFrame) -> None:
    import geomap

    kept = geomap.alternatives(mentions)
    second = kept[(kept["rank"] == 2)].iloc[0]
    other = mentions.copy()
    span = (mentions[["article_id", "field", "start", "end"]] == second[["article_id", "field", "start", "end"]]).all(
        axis=1
    )
    other.loc[span, "place_id"] = second["place_id"]
    found = analysis.moved(mentions, other)
    assert found["difference"].tolist() == ["moved"]
    assert found["chance_in_a"].tolist() == pytest.approx([second["probability"]])

"""Shapes, areas, clusters, centers, density, silence."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from analysis_tables import example, mention, mentions_tables, table
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import many

from geomap import analysis
from geomap.analysis._areas import cell_polygon
from geomap.analysis._centers import bearings, centers
from geomap.analysis._intervals import at_most
from geomap.geometry import distance_km

few = settings(max_examples=many(20), deadline=None)


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (43.1, 36.3, "IQ"),
        (-98.0, 39.0, "US"),
        (179.0, 67.5, "RU"),
        (-175.0, 66.8, "RU"),
        (178.0, -17.8, "FJ"),
        (44.07, 9.56, "SO"),
        (33.4, 35.28, "CY"),
        (-53.0, 4.0, "GF"),
        (18.0, 79.0, "SJ"),
        (0.0, -85.0, "AQ"),
    ],
)
def test_a_point_lies_in_the_country_of_its_code(lon: float, lat: float, code: str) -> None:
    countries = analysis.shapes("country")
    inside = countries[countries.geometry.contains(shapely.Point(lon, lat))]
    assert inside["country_code"].tolist() == [code]


def test_every_outline_is_valid_and_as_large_as_the_country() -> None:
    countries = analysis.shapes().set_index("country_code")
    assert countries.index.is_unique
    assert len(countries) > 235
    assert countries.geometry.is_valid.all()
    assert countries.total_bounds.tolist() == pytest.approx([-180, -90, 180, 83.6], abs=0.1)
    for code, area in {"IQ": 438_000, "US": 9_450_000, "FR": 547_000, "RU": 17_000_000}.items():
        assert countries.loc[code, "area_km2"] == pytest.approx(area, rel=0.03)


def test_most_places_of_the_sample_corpus_lie_in_the_shape_of_their_country(mentions: gpd.GeoDataFrame) -> None:
    by_code = analysis.by_area(mentions).set_index("area_id")["mentions"]
    shapes = analysis.shapes().rename(columns={"country_code": "area_id"})
    by_shape = analysis.by_area(mentions, within=shapes, areas=True).set_index("area_id")["mentions"]
    assert by_shape.sum() > 0.95 * by_code.sum()
    # Rivers and regions, which have no code, lie in it too.
    assert by_shape["IQ"] >= 0.98 * by_code["IQ"]


def test_a_grid_counts_what_falls_in_its_cells_and_keeps_a_ring_of_empty_ones() -> None:
    found = analysis.by_area(example(), within="h3", resolution=2)
    assert found["mentions"].sum() == 8
    assert (found["mentions"] == 0).any()
    assert found.geometry.is_valid.all()
    assert (found.geometry.bounds["maxx"] - found.geometry.bounds["minx"]).where(
        found.geometry.geom_type == "Polygon", 0
    ).max() < 20
    everything = analysis.by_area(example(), within="h3", resolution=2, areas=True)
    assert everything["mentions"].sum() == 11


def test_cells_around_the_antimeridian_and_a_pole_are_cut() -> None:
    crossing = cell_polygon([(0.0, 179.0), (1.0, -179.0), (-1.0, -179.0)])
    assert isinstance(crossing, shapely.MultiPolygon)
    assert crossing.is_valid
    assert crossing.area == pytest.approx(2.0)
    polar = cell_polygon([(85.0, lon) for lon in (-170.0, -110.0, -50.0, 10.0, 70.0, 130.0)])
    assert shapely.contains(polar, shapely.Point(0, 89))


# Clusters


def _board(values: np.ndarray) -> gpd.GeoDataFrame:
    rows, columns = values.shape
    boxes = [shapely.box(x, y, x + 1, y + 1) for y in range(rows) for x in range(columns)]
    return gpd.GeoDataFrame({"articles": values.ravel()}, geometry=boxes, crs="EPSG:4326")


@pytest.mark.slow
def test_a_slope_is_clustered_and_noise_is_not() -> None:
    slope = _board(np.add.outer(np.arange(8), np.arange(8)))
    found = analysis.autocorrelation(slope, permutations=999).loc[0]
    assert found["moran_i"] > 0.6
    assert found["p"] == pytest.approx(0.001)
    noise = _board(np.random.default_rng(3).random((8, 8)))
    assert analysis.autocorrelation(noise, permutations=999).loc[0, "p"] > 0.05


def test_morans_i_is_the_textbook_one() -> None:
    # Two pairs of neighbors in a row of four: weights 1/1, 1/2, 1/2, 1/1 by row.
    values = np.array([[1.0, 2.0, 4.0, 8.0]])
    z = values[0] - values.mean()
    lag = np.array([z[1], (z[0] + z[2]) / 2, (z[1] + z[3]) / 2, z[2]])
    found = analysis.autocorrelation(_board(values), permutations=99).loc[0]
    assert found["moran_i"] == pytest.approx((z @ lag) / (z @ z))
    assert found["expected"] == pytest.approx(-1 / 3)


def test_a_hot_spot_is_found_where_it_was_put() -> None:
    values = np.random.default_rng(1).poisson(5, (12, 12)).astype(float)
    values[3:7, 3:7] += 40
    found = analysis.hot_spots(_board(values))
    hot = np.flatnonzero(found["spot"] == "hot")
    inner = {row * 12 + column for row in range(4, 6) for column in range(4, 6)}
    around = {row * 12 + column for row in range(2, 8) for column in range(2, 8)}
    assert inner <= set(hot) <= around
    assert set(found.loc[[4 * 12 + 4, 5 * 12 + 5], "cluster"]) == {"high among high"}


def test_noise_has_hardly_a_hot_spot() -> None:
    called = 0
    for seed in range(5):
        found = analysis.hot_spots(_board(np.random.default_rng(seed).random((10, 10))), permutations=999)
        called += found["spot"].notna().sum() + found["cluster"].notna().sum()
    assert called <= 10


def test_counts_that_are_mostly_zero_have_no_spots_where_they_are_shuffled() -> None:
    values = np.zeros(144)
    values[:20] = np.random.default_rng(0).poisson(8, 20) + 1
    for seed in range(4):
        dealt = np.random.default_rng(seed).permutation(values).reshape(12, 12)
        found = analysis.hot_spots(_board(dealt), permutations=999)
        assert (found["spot"] == "cold").sum() == 0
        assert found["spot"].notna().sum() + found["cluster"].notna().sum() <= 2


def test_the_same_seed_gives_the_same_and_constant_values_give_nothing() -> None:
    board = _board(np.random.default_rng(1).random((6, 6)))
    a, b = (analysis.hot_spots(board, permutations=199) for _ in range(2))
    pd.testing.assert_frame_equal(pd.DataFrame(a), pd.DataFrame(b))
    flat = analysis.hot_spots(_board(np.ones((5, 5))))
    assert flat[["local_i", "gi_q", "cluster", "spot"]].isna().all().all()
    assert analysis.autocorrelation(_board(np.ones((5, 5))))["moran_i"].isna().all()


def test_every_area_has_a_neighbor_and_neighbors_are_mutual() -> None:
    countries = analysis.by_area(example())
    weights = analysis.spatial_weights(countries)
    assert min(len(near) for near in weights.neighbors.values()) >= 1
    for row, near in weights.neighbors.items():
        assert all(row in weights.neighbors[other] for other in near)
    codes = countries["area_id"].tolist()
    assert "SY" in {codes[row] for row in weights.neighbors[codes.index("IQ")]}
    nearest = analysis.spatial_weights(countries, neighbors="nearest", k=3)
    assert {len(near) for near in nearest.neighbors.values()} == {3}
    # By great circle: the neighbors of Fiji lie on both sides of the antimeridian.
    assert {codes[row] for row in nearest.neighbors[codes.index("FJ")]} & {"WF", "TO", "WS", "NU"}


def test_cells_of_a_grid_have_six_neighbors() -> None:
    rows = table([mention("a", "suva"), mention("b", "suva", 1)])
    cells = analysis.by_area(rows, within="h3", resolution=3, ring=2)
    assert max(analysis.spatial_weights(cells).cardinalities.values()) == 6


def test_the_middle_east_is_hot_in_the_sample_corpus(mentions: gpd.GeoDataFrame) -> None:
    counted = analysis.by_area(mentions)
    counted["log_articles"] = np.log1p(counted["articles"])
    found = analysis.hot_spots(counted, value="log_articles", permutations=1999).set_index("area_id")
    assert {"SY", "JO"} <= set(found.index[found["spot"] == "hot"])
    assert analysis.autocorrelation(counted, value="log_articles", permutations=999).loc[0, "p"] < 0.05


# Centers


def test_the_center_of_fiji_and_samoa_is_between_them() -> None:
    rows = table([mention("a", "suva"), mention("a", "apia", 1)])
    found = analysis.mean_center(rows).loc[0]
    assert abs(found.geometry.x) > 170
    assert -19 < found.geometry.y < -13
    assert found["standard_distance_km"] == pytest.approx(570, abs=10)


@few
@given(st.lists(st.tuples(st.floats(-60, 60), st.floats(-60, 60)), min_size=1, max_size=8), st.floats(-180, 180))
def test_turning_the_globe_turns_the_center_with_it(points: list[tuple[float, float]], turn: float) -> None:
    lon, lat = np.array(points).T
    codes = np.zeros(len(points), dtype=np.int64)
    there, turned = centers(lon, lat, codes, 1).loc[0], centers((lon + turn + 180) % 360 - 180, lat, codes, 1).loc[0]
    assert distance_km(there["lat"], there["lon"] + turn, turned["lat"], turned["lon"]) < 1e-3
    assert turned["standard_distance_km"] == pytest.approx(there["standard_distance_km"], abs=1e-3)
    assert 0 <= there["resultant"] <= 1


def test_points_that_balance_out_have_no_center() -> None:
    found = centers(np.array([0.0, 180.0]), np.zeros(2), np.zeros(2, dtype=np.int64), 1).loc[0]
    assert np.isnan(found["lon"])


def test_movement_keeps_empty_periods_and_measures_from_the_last_center() -> None:
    rows = table(
        [
            mention("a", "baghdad", published="2017-01-05T00:00:00Z"),
            mention("b", "mosul", published="2017-03-05T00:00:00Z"),
            mention("c", "iraq", published="2017-04-05T00:00:00Z"),
        ]
    )
    found = analysis.movement(rows)
    assert found["mentions"].tolist() == [1, 0, 1]
    assert found.geometry.notna().tolist() == [True, False, True]
    assert found["moved_km"].isna().tolist() == [True, True, False]
    assert found["moved_km"][2] == pytest.approx(353, abs=5)
    assert found["bearing"][2] == pytest.approx(341, abs=2)
    assert len(analysis.movement(rows, areas=True)) == 4


def test_bearings_go_clockwise_from_north() -> None:
    start = np.zeros(4)
    found = bearings(start, start, np.array([1.0, 0, -1, 0]), np.array([0.0, 1, 0, -1]))
    np.testing.assert_allclose(found, [0, 90, 180, 270], atol=1e-9)


# Density


@pytest.mark.slow
@few
@given(mentions_tables(), st.floats(300, 3000))
def test_density_adds_up_to_one_over_the_globe(mentions: gpd.GeoDataFrame, bandwidth: float) -> None:
    found = analysis.density(mentions, bandwidth_km=bandwidth, step=2.0, min_relative=0.0)
    if not len(found):
        return
    bounds = found.geometry.bounds
    sines = np.sin(np.radians(bounds["maxy"])) - np.sin(np.radians(bounds["miny"]))
    area = 6371.0088**2 * np.radians(bounds["maxx"] - bounds["minx"]) * sines / 1e6
    assert (found["density"] * area).sum() == pytest.approx(1.0, abs=0.02)


def test_density_is_highest_where_most_is_written_also_across_the_antimeridian() -> None:
    rows = table([mention(f"{n}", "suva" if n < 5 else "apia", n) for n in range(6)])
    found = analysis.density(rows, bandwidth_km=800, step=2.0)
    peak = found.loc[found["relative"].idxmax()].geometry.centroid
    assert distance_km(peak.y, peak.x, -18.1, 178.4) < 300
    assert found.geometry.bounds["minx"].min() < -170
    assert found.geometry.bounds["maxx"].max() > 170


def test_the_bandwidth_is_chosen_by_the_data_and_narrows_with_more_of_it(mentions: gpd.GeoDataFrame) -> None:
    found = analysis.density(mentions)
    again = mentions.assign(article_id="again-" + mentions["article_id"])
    more = analysis.density(pd.concat([mentions, again]))
    # As the sixth root of how much there is.
    ratio = more["bandwidth_km"].iloc[0] / found["bandwidth_km"].iloc[0]
    assert ratio == pytest.approx(2 ** (-1 / 6), rel=1e-6)
    peak = found.loc[found["relative"].idxmax()].geometry.centroid
    assert distance_km(peak.y, peak.x, 36.3, 43.1) < 600


# Silence


def test_what_is_expected_adds_up_to_what_is_seen(mentions: gpd.GeoDataFrame) -> None:
    found = analysis.silence(mentions)
    assert found["expected"].sum() == pytest.approx(found["articles"].sum())
    assert found["country_code"].head(2).tolist() == ["CN", "IN"]
    assert found["silent"][:2].all()
    iraq = found.set_index("country_code").loc["IQ"]
    assert iraq["ratio_low"] > 10
    assert not iraq["silent"]
    assert found.geometry.notna().mean() > 0.9


def test_silence_against_given_numbers_and_against_another_table() -> None:
    found = analysis.silence(example(), expected={"IQ": 1, "SY": 2, "XX": 1}).set_index("country_code")
    # Three articles mention Iraq or Syria.
    assert found["expected"].to_dict() == {"IQ": 0.75, "SY": 1.5, "XX": 0.75}
    assert found["articles"].to_dict() == {"IQ": 2, "SY": 1, "XX": 0}
    other = table([mention("a", "mosul"), mention("b", "raqqa")])
    by_place = analysis.silence(example(), expected=other, by="place").set_index("place_id")
    assert by_place["articles"].to_dict() == {"mosul": 2, "raqqa": 1}
    assert "XX" not in analysis.silence(example(), expected="equal")["country_code"].tolist()
    assert "IQ" not in analysis.silence(example(), leave_out=("IQ",))["country_code"].tolist()


@few
@given(st.integers(0, 300), st.integers(0, 3000), st.floats(0, 1))
def test_the_chance_of_so_few_is_the_binomial_one(count: int, more: int, share: float) -> None:
    from scipy import stats

    found = at_most(np.array([count]), np.array([count + more]), np.array([share]))[0]
    assert found == pytest.approx(stats.binom.cdf(count, count + more, share), rel=1e-6, abs=1e-12)


def test_another_table_is_a_sample_too() -> None:
    """One article where two were expected is no silence, whatever the proportions of the other table say."""
    a = table([mention(f"a{n}", "raqqa" if n < 4 else "mosul") for n in range(12)])
    b = table([mention(f"b{n}", "mosul") for n in range(12)])
    found = analysis.silence(b, expected=a).set_index("country_code")
    fixed = analysis.silence(b, expected={"SY": 4, "IQ": 8}).set_index("country_code")
    assert found.loc["SY", "expected"] == fixed.loc["SY", "expected"] == 4
    assert found.loc["SY", "p"] == pytest.approx(1 / 16)
    assert fixed.loc["SY", "p"] == pytest.approx((2 / 3) ** 12)
    assert found.loc["SY", "ratio_high"] > fixed.loc["SY", "ratio_high"]
    assert not found.loc["SY", "silent"]
    assert fixed.loc["SY", "silent"]

"""Counting: places, countries, divisions, the hierarchy, intervals, periods, changes, bursts."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from analysis_tables import example, mention, mentions_tables, table
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import many

from geomap import analysis, errors, tables
from geomap.analysis import _grouping
from geomap.analysis._intervals import _exact_odds, _hypergeometric, _score_odds, adjusted, log_odds, sum_interval
from geomap.analysis._timelines import _cheapest

few = settings(max_examples=many(25), deadline=None)


def test_iraq_is_what_the_sample_corpus_is_about(mentions: gpd.GeoDataFrame) -> None:
    countries = analysis.countries(mentions).set_index("country_code")
    assert countries.index[0] == "IQ"
    assert countries.loc["IQ", "share"] > 0.8
    assert countries.loc["IQ", "own"] > 50
    assert countries.geometry["IQ"].contains(gpd.points_from_xy([43.12], [36.34])[0])
    divisions = analysis.divisions(mentions)
    assert divisions.loc[0, "admin1"] == "Nineveh"


def test_a_country_counts_what_lies_in_it_once() -> None:
    iraq = analysis.countries(example()).set_index("country_code").loc["IQ"]
    assert (iraq["mentions"], iraq["own"], iraq["within"], iraq["articles"]) == (6, 1, 5, 2)
    assert iraq["share"] == 2 / 4
    nineveh = analysis.divisions(example()).set_index("admin1").loc["Nineveh"]
    assert (nineveh["mentions"], nineveh["own"], nineveh["articles"]) == (5, 1, 2)
    # Its own point, not the middle of the towns in it.
    assert (nineveh.geometry.x, nineveh.geometry.y) == pytest.approx((42.5, 36.0))


def test_the_hierarchy_is_nested_and_counts_nothing_twice() -> None:
    found = analysis.rollup(example())
    assert found["key"][:3].tolist() == ["IQ", "IQ/Nineveh", "mosul"]
    assert found.set_index("key")["parent"].reindex(["mosul", "IQ/Nineveh"]).tolist() == ["IQ/Nineveh", "IQ"]
    assert found["own"].sum() == (example()["status"] == "resolved").sum()


@pytest.mark.slow
@few
@given(mentions_tables())
def test_every_level_adds_up(mentions: gpd.GeoDataFrame) -> None:
    resolved = mentions[mentions["status"] == "resolved"]
    places, rolled = analysis.places(mentions), analysis.rollup(mentions)
    assert places["mentions"].sum() == rolled["own"].sum() == len(resolved)
    assert (places["articles"] <= places["mentions"]).all()
    countries = analysis.countries(mentions)
    assert countries["mentions"].sum() == resolved["country_code"].notna().sum()
    divisions = analysis.divisions(mentions)
    assert divisions["mentions"].sum() == resolved["admin1"].notna().sum()
    assert (countries["articles"] <= mentions["article_id"].nunique()).all()
    for counted in (countries, divisions):
        assert (counted["expected_low"] <= np.ceil(counted["expected"])).all()
        assert (counted["expected_high"] >= np.floor(counted["expected"])).all()
        assert (counted["expected_high"] <= counted["mentions"]).all()
        assert counted["share"].between(0, 1).all()


@pytest.mark.slow
@settings(max_examples=many(10), deadline=None)
@given(mentions_tables(), st.randoms(use_true_random=False))
def test_the_order_of_mentions_does_not_matter(mentions: gpd.GeoDataFrame, random: object) -> None:
    order = list(range(len(mentions)))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = mentions.iloc[order]
    for verb in (analysis.places, analysis.countries, analysis.divisions):
        a, b = (pd.DataFrame(verb(rows)).drop(columns="geometry") for rows in (mentions, shuffled))
        pd.testing.assert_frame_equal(a, b)


def test_what_a_person_marked_as_no_place_does_not_count() -> None:
    rows = table([mention("a", "mosul", checked="not a place"), mention("a", "mosul", 1, checked="right")])
    assert analysis.places(rows)["mentions"].tolist() == [1]


def test_places_has_every_count_that_the_contract_lists() -> None:
    assert {name: tables.PLACES[name] for name in _grouping.COUNTS} == _grouping.COUNTS
    assert list(analysis.places(example()).columns) == [*tables.PLACES, "geometry"]
    mosul = analysis.places(example()).set_index("place_id").loc["mosul"]
    assert mosul["share"] == 2 / 4
    assert mosul["expected"] == pytest.approx(2.3)
    assert (mosul["expected_low"], mosul["expected_high"]) == (1, 3)


def test_a_place_keeps_its_name_when_one_row_lacks_it() -> None:
    rows = table([mention("a", "mosul", name=None), mention("b", "mosul", lon=None), mention("c", "mosul")])
    assert analysis.places(rows).loc[0, ["name", "mentions"]].tolist() == ["Mosul", 3]
    lacking = table([mention("a", "mosul", lon=None, lat=None), mention("c", "mosul")])
    assert analysis.places(lacking).geometry.x[0] == 43.12


def _exact(chances: list[float]) -> np.ndarray:
    mass = np.ones(1)
    for chance in chances:
        mass = np.convolve(mass, [1 - chance, chance])
    return np.cumsum(mass)


@few
@given(st.lists(st.lists(st.floats(0, 1), max_size=80), min_size=1, max_size=5), st.sampled_from([0.5, 0.8, 0.95]))
def test_the_interval_of_the_expected_count_is_the_poisson_binomial_one(
    groups: list[list[float]], level: float
) -> None:
    codes = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    chances = np.array([chance for group in groups for chance in group])
    low, high = sum_interval(codes, chances, len(groups), level=level)
    for group, below, above in zip(groups, low, high, strict=True):
        cumulated = _exact(group)
        exact = [int(np.searchsorted(cumulated, tail - 1e-9)) for tail in ((1 - level) / 2, (1 + level) / 2)]
        slack = 0 if len(group) <= 64 else 1
        assert abs(below - exact[0]) <= slack
        assert abs(above - exact[1]) <= slack


@pytest.mark.parametrize("count", [65, 300, 2000])
@pytest.mark.parametrize("shape", [(8, 1), (1, 1), (1, 30)])
def test_the_interval_of_many_mentions_is_within_one_of_the_exact_one(count: int, shape: tuple[int, int]) -> None:
    chances = np.random.default_rng(count).beta(*shape, count)
    cumulated = _exact(chances.tolist())
    low, high = sum_interval(np.zeros(count, dtype=int), chances, 1, level=0.95)
    assert abs(low[0] - np.searchsorted(cumulated, 0.025)) <= 1
    assert abs(high[0] - np.searchsorted(cumulated, 0.975)) <= 1


def test_first_values_survive_categories_and_gaps() -> None:
    values = pd.Series(pd.Categorical(["b", None, "a", "b"], categories=["z", "a", "b"]))
    codes, names = tables.factorized(values)
    assert codes.tolist() == [0, -1, 1, 0]
    assert list(names) == ["b", "a"]


# Time


def test_a_timeline_keeps_the_empty_periods() -> None:
    line = analysis.timeline(example(), freq="M")
    assert line["period"].dt.strftime("%Y-%m").tolist() == ["2017-06", "2017-07", "2017-08", "2017-09"]
    assert line["mentions"].tolist() == [3, 3, 0, 2]
    assert line["articles"].tolist() == [1, 1, 0, 1]
    assert line["share"].isna().tolist() == [False, False, True, False]


def test_a_day_begins_by_the_calendar_of_the_time_zone() -> None:
    rows = table([mention("a", "mosul", published="2017-07-09T22:30:00Z")])
    (utc,), (baghdad,) = (
        analysis.timeline(rows, freq="D", timezone=zone)["period"] for zone in ("UTC", "Asia/Baghdad")
    )
    assert (utc.day, baghdad.day) == (9, 10)
    assert str(baghdad) == "2017-07-10 00:00:00+03:00"


def test_a_timeline_by_country_shows_the_most_mentioned() -> None:
    line = analysis.timeline(example(), by="country", limit=1)
    assert line["country_code"].unique().tolist() == ["IQ"]
    assert len(line) == 4


def test_mosul_rises_in_the_sample_corpus_until_it_is_retaken(mentions: gpd.GeoDataFrame) -> None:
    line = analysis.timeline(mentions, freq="Q", by="country", limit=3)
    assert line.groupby("country_code").size().nunique() == 1
    months = line[line["country_code"] == "IQ"]
    assert months["period"].iloc[0] == pd.Timestamp("2016-10-01", tz="UTC")


@few
@given(mentions_tables(), st.sampled_from(["D", "W", "M", "Q", "Y"]), st.sampled_from([None, "place", "source"]))
def test_a_timeline_adds_up_and_has_no_holes(mentions: gpd.GeoDataFrame, freq: str, by: str | None) -> None:
    line = analysis.timeline(mentions, freq=freq, by=by)
    dated = mentions[(mentions["status"] == "resolved") & mentions["published"].notna()]
    assert line["mentions"].sum() == len(dated)
    if len(line):
        periods = line["period"].unique()
        whole = pd.period_range(
            dated["published"].min().tz_localize(None), dated["published"].max().tz_localize(None), freq=freq
        )
        assert [period.tz_localize(None) for period in periods] == list(whole.start_time)
        groups = 1 if by is None else dated["place_id" if by == "place" else by].nunique()
        assert len(line) == groups * len(periods)


def test_change_is_measured_from_before_to_after(mentions: gpd.GeoDataFrame) -> None:
    middle = pd.Timestamp("2017-07-10", tz="UTC")
    before, after = mentions[mentions["published"] < middle], mentions[mentions["published"] >= middle]
    found = analysis.change(before, after, by="country", min_articles=5)
    row = found.set_index("country_code").loc["IQ"]
    assert row["before"] == before[before["country_code"] == "IQ"]["article_id"].nunique()
    assert found["log_odds"].is_monotonic_decreasing
    assert (found["low"] < found["log_odds"]).all()


@pytest.mark.slow
@few
@given(mentions_tables(), mentions_tables())
def test_comparing_the_other_way_round_turns_the_sign(a: gpd.GeoDataFrame, b: gpd.GeoDataFrame) -> None:
    there, back = analysis.compare(a, b), analysis.change(a, b)
    assert set(there["place_id"]) == set(back["place_id"])
    back = back.set_index("place_id").loc[there["place_id"]].reset_index()
    np.testing.assert_allclose(there["log_odds"], -back["log_odds"], atol=1e-12)
    np.testing.assert_allclose(there["low"], -back["high"], atol=1e-12)
    np.testing.assert_array_equal(there["a"], back["before"])
    only = set(there.loc[there["only_in"] == "a", "place_id"])
    assert only == set(a["place_id"].dropna()) - set(b["place_id"].dropna())


def test_log_odds_are_those_of_a_table_of_four() -> None:
    found = log_odds(np.array([20]), 100, np.array([10]), 100, level=0.95)
    assert found.loc[0, "log_odds"] == pytest.approx(np.log((20.5 * 90.5) / (80.5 * 10.5)))


def test_none_of_forty_is_evidence_and_stronger_than_two_of_them() -> None:
    found = log_odds(np.array([22, 21]), 45, np.array([0, 2]), 40, level=0.95)
    assert found["p"].tolist() == pytest.approx([3.3e-8, 1.5e-5], rel=0.02)
    assert (found["q"] < 0.001).all()
    assert found["high"][0] == np.inf
    assert found["low"][0] > found["low"][1] > 0


fourfold = st.tuples(st.integers(0, 60), st.integers(1, 60), st.integers(0, 200), st.integers(1, 200)).map(
    lambda four: (min(four[0], four[1]), four[1], min(four[2], four[3]), four[3])
)


@few
@given(fourfold, st.sampled_from([0.8, 0.95, 0.999]))
def test_the_test_of_two_counts_is_fishers_and_the_interval_leaves_the_mid_p_on_either_side(
    table: tuple[int, int, int, int], level: float
) -> None:
    from scipy import stats

    a, total_a, b, total_b = table
    found = log_odds(np.array([a]), total_a, np.array([b]), total_b, level=level).loc[0]
    fisher = stats.fisher_exact([[a, total_a - a], [b, total_b - b]])
    assert found["p"] == pytest.approx(fisher.pvalue, rel=1e-6)
    assert found["low"] <= found["log_odds"] <= found["high"]
    for end, beyond in (("low", (1 + level) / 2), ("high", (1 - level) / 2)):
        if np.isfinite(found[end]):
            counted = stats.nchypergeom_fisher(total_a + total_b, total_a, a + b, np.exp(found[end]))
            assert counted.cdf(a) - counted.pmf(a) / 2 == pytest.approx(beyond, abs=1e-6)


@few
@given(st.integers(0, 4000), st.integers(600, 3000), st.floats(-2, 2))
def test_many_counts_have_about_the_interval_of_few(a: int, total: int, other: float) -> None:
    a = min(a, total)
    b = int(total / (1 + np.exp(-other)))
    first, mass = _hypergeometric(a + b, total, total)
    if len(mass) > 300:
        exact = _exact_odds(mass, np.array([a - first]), 0.025)
        score = _score_odds(np.array([a]), total, np.array([b]), total, 0.025)
        # Where few are left on one side, the score interval is somewhat narrower.
        near = 0.02 if 20 < a < total - 20 else 0.5
        np.testing.assert_allclose(np.ravel(score), np.ravel(exact), atol=near)


@few
@given(st.lists(st.floats(0, 1), max_size=30))
def test_adjusted_p_values_are_scipys(p: list[float]) -> None:
    from scipy import stats as scipy_stats

    found = adjusted(np.array(p))
    np.testing.assert_allclose(found, scipy_stats.false_discovery_control(p) if p else [])


def test_the_interval_of_a_share_is_the_published_one() -> None:
    # Newcombe (1998), table 1, of the mid-p, and of Wilson's method where parts of one are counted.
    published = ((81, 263, 0.2544, 0.3658), (15, 148, 0.0601, 0.1581), (0, 20, 0, 0.1391), (1, 29, 0.0017, 0.1585))
    for hits, number, low, high in published:
        assert analysis.share_interval(hits, number) == pytest.approx((low, high), abs=1e-4)
        assert analysis.share_interval(number - hits, number) == pytest.approx((1 - high, 1 - low), abs=1e-4)
    assert analysis.share_interval(0.5, 1) == pytest.approx((0.0546, 0.9454), abs=1e-4)


@few
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1), st.floats(0.5, 0.999))
def test_the_interval_of_a_share_holds_the_share_and_is_the_same_in_a_column(
    pairs: list[tuple[int, int]], level: float
) -> None:
    hits = pd.Series([min(pair) for pair in pairs])
    tries = pd.Series([max(pair) for pair in pairs])
    low, high = analysis.share_interval(hits, tries, level=level)
    some = (tries > 0).to_numpy()
    share = (hits / tries).to_numpy()
    assert ((low <= share + 1e-12) & (share <= high + 1e-12) & (low >= 0) & (high <= 1))[some].all()
    assert np.isnan(low[~some]).all() and np.isnan(high[~some]).all()
    alone = [analysis.share_interval(*pair, level=level) for pair in zip(hits, tries, strict=True)]
    np.testing.assert_array_equal(np.array(alone), np.column_stack([low, high]))


@pytest.mark.parametrize(("hits", "tries"), [(3, 2), (-1, 2), ([1, 2], [3]), (float("nan"), 3)])
def test_a_share_of_more_than_all_is_an_error(hits: object, tries: object) -> None:
    with pytest.raises(errors.InvalidTable):
        analysis.share_interval(hits, tries)  # type: ignore[call-overload]


def _burst_table(quiet: int, busy: range) -> gpd.GeoDataFrame:
    rows = []
    for day in range(quiet):
        date = pd.Timestamp("2017-01-01", tz="UTC") + pd.Timedelta(days=day)
        for number in range(10):
            place = "mosul" if number < (6 if day in busy else 1) else "syria"
            rows.append(mention(f"{day}-{number}", place, published=date))
    return table(rows)


def test_a_burst_is_found_where_it_was_put() -> None:
    found = analysis.bursts(_burst_table(60, range(20, 30)))
    mosul = found[found["name"] == "Mosul"]
    assert [str(day.date()) for day in mosul.iloc[0][["start", "end"]]] == ["2017-01-21", "2017-01-31"]
    assert mosul[["level", "periods", "articles"]].to_numpy().tolist() == [[1, 10, 60]]
    assert mosul["weight"].iloc[0] > 10


def test_a_steady_stream_has_no_burst() -> None:
    assert analysis.bursts(_burst_table(60, range(0)))["name"].tolist() == []


@few
@given(st.lists(st.lists(st.floats(0, 5), min_size=3, max_size=3), min_size=1, max_size=6), st.floats(0, 3))
def test_bursts_take_the_cheapest_of_all_paths(costs: list[list[float]], rise: float) -> None:
    fits = [np.array([[period[level] for period in costs]]) for level in range(3)]

    def price(path: tuple[int, ...]) -> float:
        climbs = sum(max(b - a, 0) for a, b in itertools.pairwise((0, *path)))
        return climbs * rise + sum(costs[period][level] for period, level in enumerate(path))

    found = tuple(_cheapest(fits, rise)[0].tolist())
    best = min(price(path) for path in itertools.product(range(3), repeat=len(costs)))
    assert price(found) == pytest.approx(best)

"""The bootstrap over articles: weighing an article twice is the same as having it twice."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import many

from geomap.errors import InvalidTable
from geomap.evaluation._bootstrap import (
    Draws,
    _student,
    draw,
    interval,
    mean_of_first,
    share_interval,
    weighted_median,
)
from geomap.evaluation._metrics import (
    FARTHEST_KM,
    calibration_error,
    end_to_end,
    log_error_auc,
    recognition,
    resolution,
)

IDS = ("a", "b", "c", "d")
Cases = tuple[list[tuple[int, float, bool]], list[int]]
cases = st.tuples(
    st.lists(st.tuples(st.integers(0, 3), st.floats(0, FARTHEST_KM), st.booleans()), min_size=1, max_size=25),
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
)


def drawn(weights: list[int]) -> Draws:
    return Draws(IDS, np.array([[1, 1, 1, 1], weights], dtype=float))


def repeated(rows: list[tuple[int, float, bool]], weights: list[int]) -> list[tuple[int, float, bool]]:
    return [row for row in rows for _ in range(weights[row[0]])]


@given(cases)
def test_a_drawn_median_is_the_median_of_the_repeated_rows(case: Cases) -> None:
    rows, weights = case
    articles, values = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    found = weighted_median(drawn(weights), articles, values)
    assert found[0] == pytest.approx(np.median(values))
    again = [row[1] for row in repeated(rows, weights)]
    assert found[1] == pytest.approx(np.median(again)) if again else np.isnan(found[1])


@given(cases)
def test_the_surest_share_of_a_draw_is_that_of_the_repeated_rows(case: Cases) -> None:
    rows, weights = case
    articles, sure, right = (np.array([row[number] for row in rows]) for number in range(3))
    order = np.argsort(-sure, kind="stable")
    found = mean_of_first(drawn(weights), articles, right, order, 0.8)
    again = sorted(repeated([rows[place] for place in order], weights), key=lambda row: -row[1])
    if again:
        first = again[: max(1, int(np.rint(0.8 * len(again))))]
        assert found[1] == pytest.approx(np.mean([row[2] for row in first]))
    else:
        assert np.isnan(found[1])


def tables(rows: list[tuple[int, float, bool]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Gold on the equator, and predictions so many kilometers east of it or none; every second span is cut short."""
    numbers = np.arange(len(rows))
    gold = pd.DataFrame(
        {
            "article_id": [IDS[article] for article, _, _ in rows],
            "field": "text",
            "start": numbers * 10,
            "end": numbers * 10 + 5,
            "kind": "toponym",
            "lat": 0.0,
            "lon": 0.0,
            "geonameid": pd.array(numbers, dtype="Int64"),
        }
    )
    degrees = [km / FARTHEST_KM * 180 for _, km, _ in rows]
    predicted = gold.assign(lon=degrees, confidence=[km / FARTHEST_KM for _, km, _ in rows])
    predicted.loc[[right for _, _, right in rows], ["lat", "lon"]] = np.nan
    predicted.loc[::2, "end"] = predicted.loc[::2, "end"] - 1
    return gold, predicted


@pytest.mark.slow
@settings(deadline=None, max_examples=many(40))
@given(cases)
def test_every_score_of_a_draw_is_the_score_of_the_repeated_articles(case: Cases) -> None:
    rows, weights = case
    gold, predicted = tables(rows)
    draws = drawn(weights)
    copies = [(f"{name}{number}", name) for name, weight in zip(IDS, weights, strict=True) for number in range(weight)]
    if not copies:
        return
    again = [
        pd.concat([table[table["article_id"].eq(old)].assign(article_id=new) for new, old in copies], ignore_index=True)
        for table in (gold, predicted)
    ]
    once = draw(tuple(new for new, _ in copies), times=0, seed=0)
    for scored in (recognition, resolution, end_to_end):
        expected = scored(again[0], again[1], once)
        found = scored(gold, predicted, draws)
        for name, values in expected.items():
            assert found[name][1] == pytest.approx(values[0], nan_ok=True), name


def test_intervals_are_the_same_on_every_run_and_hold_the_score() -> None:
    draws = draw(tuple("abcdefghij"), times=500, seed=3)
    articles = np.repeat(np.arange(10), 7)
    right = np.arange(70) % 3 > 0
    first, second = (draw(draws.article_ids, times=500, seed=3).share(articles, right) for _ in range(2))
    assert first == second
    assert first[1] < first[0] < first[2]
    assert first[0] == pytest.approx(right.mean())
    assert draw(draws.article_ids, times=500, seed=4).share(articles, right) != first


def test_articles_of_which_all_are_alike_give_no_width_and_no_resamples_give_no_interval() -> None:
    articles, right = np.repeat(np.arange(5), 2), np.array([1, 0] * 5)
    assert interval(draw(tuple("abcde"), times=100, seed=0).mean(articles, right), 5) == (0.5, 0.5, 0.5)
    value, low, high = interval(draw(tuple("abcde"), times=0, seed=0).mean(articles, right), 5)
    assert value == 0.5
    assert np.isnan(low)
    assert np.isnan(high)


def test_a_mean_of_many_articles_has_the_width_that_theory_gives() -> None:
    right = np.random.default_rng(1).random(2000) < 0.7
    values = draw(tuple(map(str, range(2000))), times=2000, seed=0).mean(np.arange(2000), right)
    for bounded in (interval, share_interval):
        _, low, high = bounded(values, 2000)
        assert high - low == pytest.approx(2 * 1.96 * np.sqrt(0.7 * 0.3 / 2000), rel=0.1)


def test_articles_of_which_all_are_right_still_leave_a_doubt_and_more_of_them_less() -> None:
    def low_of(articles: int) -> float:
        draws = draw(tuple(map(str, range(articles))), times=200, seed=0)
        value, low, high = draws.share(np.repeat(np.arange(articles), 3), np.ones(3 * articles))
        assert (value, high) == (1.0, 1.0)
        return low

    # As if each article were one mention: Wilson's interval of 5 of 5, and of 50 of 50.
    assert low_of(5) == pytest.approx(0.5655, abs=1e-3)
    assert low_of(50) == pytest.approx(0.9287, abs=1e-3)


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 9, 200])
def test_the_quantiles_of_few_articles_are_students(degrees: int) -> None:
    from scipy import stats

    assert _student(degrees) == pytest.approx(stats.t.ppf(0.975, degrees), abs=5e-3)


def test_a_negative_number_of_resamples_is_an_error() -> None:
    with pytest.raises(InvalidTable, match="-1"):
        draw(("a",), times=-1, seed=0)


@pytest.mark.slow
def test_a_thousand_resamples_of_six_hundred_articles_take_a_few_seconds() -> None:
    random = np.random.default_rng(0)
    names = tuple(f"article {number}" for number in range(600))
    count = 6000
    gold = pd.DataFrame(
        {
            "article_id": random.choice(names, count),
            "field": "text",
            "start": np.arange(count) * 10,
            "end": np.arange(count) * 10 + 5,
            "kind": "toponym",
            "lat": random.uniform(-60, 60, count),
            "lon": random.uniform(-180, 180, count),
            "geonameid": pd.array(np.arange(count), dtype="Int64"),
        }
    )
    predicted = gold.assign(lat=gold["lat"] + random.exponential(1, count), confidence=random.random(count))
    draws = draw(names, times=1000, seed=0)
    begun = time.process_time()
    for scored in (recognition, resolution, end_to_end):
        assert all(len(values) == 1001 for values in scored(gold, predicted, draws).values())
    assert time.process_time() - begun < 20


def test_the_error_curve_and_the_calibration_of_nothing_are_nan() -> None:
    assert np.isnan(log_error_auc(np.zeros(0)))
    assert np.isnan(calibration_error([], []))
    assert log_error_auc(np.array([0.0])) == 0

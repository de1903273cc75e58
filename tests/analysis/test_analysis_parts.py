"""What is counted in parts, wherever the table is cut, is what is counted at once."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from analysis_tables import mention, mentions_tables, table
from corpus_parts import same
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import many

from geomap import analysis
from geomap.analysis import _counting, _pairs, _timelines
from geomap.analysis._reducing import FAN, Counting, joined_in_order
from geomap.analysis._sums import added, in_fractions, in_whole_numbers

few = settings(max_examples=many(12), deadline=None)
COUNTINGS: dict[str, Counting[Any, Any]] = {
    "places": _counting.places_counting(),
    "countries": _counting.countries_counting(level=0.5),
    "divisions": _counting.divisions_counting(),
    "rollup": _counting.rollup_counting(),
    "timeline": _timelines.timeline_counting(freq="W"),
    "timeline by place": _timelines.timeline_counting(by="place", limit=2, timezone="Asia/Baghdad"),
    "bursts": _timelines.bursts_counting(min_articles=1, gamma=0.1),
    "comentions": _pairs.comentions_counting(),
    "comentions in articles": _pairs.comentions_counting(within="article", min_count=2, lines=False),
}
VERBS: dict[str, Callable[[gpd.GeoDataFrame], pd.DataFrame]] = {
    "places": analysis.places,
    "countries": lambda mentions: analysis.countries(mentions, level=0.5),
    "divisions": analysis.divisions,
    "rollup": analysis.rollup,
    "timeline": lambda mentions: analysis.timeline(mentions, freq="W"),
    "timeline by place": lambda mentions: analysis.timeline(mentions, by="place", limit=2, timezone="Asia/Baghdad"),
    "bursts": lambda mentions: analysis.bursts(mentions, min_articles=1, gamma=0.1),
    "comentions": analysis.comentions,
    "comentions in articles": lambda mentions: analysis.comentions(
        mentions, within="article", min_count=2, lines=False
    ),
}


def cut(mentions: gpd.GeoDataFrame, at: list[int]) -> Iterator[gpd.GeoDataFrame]:
    bounds = [0, *sorted(min(each, len(mentions)) for each in at), len(mentions)]
    return (mentions.iloc[begin:end] for begin, end in pairwise(bounds))


@pytest.mark.parametrize("verb", COUNTINGS)
@few
@given(mentions_tables(), st.lists(st.integers(0, 30), max_size=6), st.data())
def test_a_table_in_parts_counts_as_the_whole(
    verb: str, mentions: gpd.GeoDataFrame, at: list[int], data: st.DataObject
) -> None:
    counting = COUNTINGS[verb]
    states = [pickle.loads(pickle.dumps(counting)).part(part) for part in cut(mentions, at)]
    while len(states) > 1:  # any neighbors may be joined first
        first = data.draw(st.integers(0, len(states) - 2))
        states[first : first + 2] = [counting.joined(states[first : first + 2])]
    same(counting.table(states[0]), VERBS[verb](mentions))


@pytest.mark.parametrize("verb", COUNTINGS)
@few
@given(mentions_tables(), st.integers(1, 3))
def test_parts_of_whole_articles_need_not_remember_them(verb: str, mentions: gpd.GeoDataFrame, size: int) -> None:
    ordered = mentions.sort_values("article_id", kind="stable", ignore_index=True)
    number = ordered["article_id"].rank(method="dense").to_numpy() // size
    counting = COUNTINGS[verb]
    parts = [counting.part(ordered[number == each]) for each in np.unique(number)] or [counting.part(ordered)]
    same(counting.table(joined_in_order((part.closed() for part in parts), counting.joined)), VERBS[verb](ordered))


def test_many_parts_are_joined_in_their_order() -> None:
    most = 0

    def joined(parts: Sequence[list[int]]) -> list[int]:
        nonlocal most
        most = max(most, len(parts))
        return [number for part in parts for number in part]

    assert joined_in_order(([number] for number in range(5000)), joined) == list(range(5000))
    assert most <= 3 * FAN


def test_a_group_with_more_mentions_than_are_kept_has_the_interval_of_the_whole() -> None:
    rows = table(mention(str(number // 3), "mosul", number, confidence=number / 200) for number in range(200))
    counting = COUNTINGS["places"]
    parts = [counting.part(part) for part in cut(rows, [10, 40, 90, 150])]
    same(counting.table(counting.joined(parts)), analysis.places(rows))


@few
@given(st.lists(st.floats(-1, 1), min_size=1, max_size=50), st.randoms(use_true_random=False))
def test_sums_do_not_depend_on_the_order(values: list[float], random: Any) -> None:
    shuffled = random.sample(values, len(values))
    sums = [
        in_fractions(added(in_whole_numbers(np.array(each)), np.zeros(len(each), dtype=np.int64), 1))
        for each in (values, shuffled)
    ]
    assert sums[0] == sums[1] == pytest.approx(sum(values), abs=1e-14)


@given(st.floats(1e-6, 1))
def test_the_sum_of_one_number_is_that_number(value: float) -> None:
    assert in_fractions(in_whole_numbers(np.array([value])))[0] == value

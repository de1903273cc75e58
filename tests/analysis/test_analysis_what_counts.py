"""Names inside other names and approximate places: out of every count unless asked for."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from analysis_tables import example, mention, table

from geomap import analysis, tables

ARTICLES = pd.DataFrame(
    {
        "article_id": list("abcd"),
        "text": ["Dust on roads.", "Rain in rivers and rivers.", "Snow on hills.", "Waves and boats."],
        "source": ["Tigris Dispatch"] * 2 + ["Ankara Line"] * 2,
    }
)
COUNTING: dict[str, Callable[..., Any]] = {
    "places": analysis.places,
    "countries": analysis.countries,
    "divisions": analysis.divisions,
    "rollup": analysis.rollup,
    "timeline": lambda m, **options: analysis.timeline(m, by="place", **options),
    "bursts": lambda m, **options: analysis.bursts(m, freq="M", min_articles=1, gamma=0.1, **options),
    "comentions": lambda m, **options: analysis.comentions(m, within="article", **options),
    "focus": analysis.focus,
    "datelines": analysis.datelines,
    "keywords": lambda m, **options: analysis.keywords(m, ARTICLES, by="place", min_articles=1, **options),
    "silence": analysis.silence,
    "by_area": analysis.by_area,
    "mean_center": analysis.mean_center,
    "movement": analysis.movement,
    "density": lambda m, **options: analysis.density(m, bandwidth_km=500, **options),
    "change": lambda m, **options: analysis.change(m, m.iloc[::2], **options),
    "compare": lambda m, **options: analysis.compare(m, m.iloc[::2], **options),
}
verbs = pytest.mark.parametrize("verb", COUNTING.values(), ids=COUNTING.keys())
# How approximate places are told apart from the others where they count; and the name, which only names of their own give.
APART = ["approximate", "own", "within", "written"]


def with_(**values: str) -> gpd.GeoDataFrame:
    """Return the example with a mention of Baghdad, Suva and Iraq more, which have these values."""
    rows = pd.DataFrame(
        [mention("b", "baghdad", 4, **values), mention("c", "suva", 4, **values), mention("c", "iraq", 5, **values)]
    )
    return pd.concat([example(), tables.finish_mentions(rows)], ignore_index=True)


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(*(pd.DataFrame(each.drop(columns=APART, errors="ignore")) for each in (one, other)))


@verbs
@pytest.mark.parametrize(
    ("option", "column", "value"), [("embedded", "kind", "embedded"), ("approximate", "precision", "within")]
)
def test_what_is_left_out_counts_as_if_it_were_nil_and_when_asked_for_like_any_other(
    verb: Callable[..., Any], option: str, column: str, value: str
) -> None:
    mentions = with_(**{column: value})
    marked = mentions[column] == value
    same(verb(mentions), verb(mentions.assign(status=mentions["status"].mask(marked, "nil"))))
    plain = mentions.assign(**{column: mentions[column].mask(marked, None)})
    same(verb(mentions, **{option: True}), verb(plain))
    assert not pd.DataFrame(verb(mentions)).equals(pd.DataFrame(verb(plain))) or verb is analysis.datelines


@verbs
def test_a_table_of_an_older_version_counts_entirely(verb: Callable[..., Any]) -> None:
    mentions = with_()
    same(verb(mentions.drop(columns=["kind", "precision", "radius_km"])), verb(mentions))


def test_every_verb_that_counts_has_both_options() -> None:
    counting = {
        name
        for name in analysis.__all__
        if inspect.isfunction(verb := getattr(analysis, name)) and "distinct" in inspect.signature(verb).parameters
    }
    assert counting == COUNTING.keys() - {"datelines"}
    for name in COUNTING:
        options = inspect.signature(getattr(analysis, name)).parameters
        assert not options["embedded"].default and not options["approximate"].default


def test_an_approximate_place_counts_for_the_place_that_it_lies_in_and_apart() -> None:
    mentions = table([mention("a", "mosul"), mention("a", "mosul", 1, precision="within", radius_km=10.0)])
    (by_default,) = analysis.places(mentions).itertuples()
    (asked,) = analysis.places(mentions, approximate=True).itertuples()
    assert (by_default.mentions, by_default.approximate) == (1, 0)
    assert (asked.name, asked.mentions, asked.approximate) == ("Mosul", 2, 1)


def test_what_lies_somewhere_in_a_country_is_within_it_and_does_not_name_it() -> None:
    mentions = table([mention("a", "iraq"), mention("a", "iraq", 1, precision="within", radius_km=400.0)])
    (iraq,) = analysis.countries(mentions, approximate=True).itertuples()
    assert (iraq.mentions, iraq.own, iraq.within, iraq.approximate) == (2, 1, 1, 1)

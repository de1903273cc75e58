"""Copies, boilerplate, focus, datelines, concordance."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from analysis_tables import example, mention, mentions_tables, table
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import many

import geomap
from geomap import analysis, errors
from geomap.gazetteer import Gazetteer

CORPORA = Path(__file__).resolve().parents[2] / "data" / "corpora"
few = settings(max_examples=many(20), deadline=None)
WORDS = [
    "river",
    "road",
    "dust",
    "rain",
    "bridge",
    "school",
    "market",
    "camp",
    "border",
    "truck",
    "field",
    "well",
    "wall",
    "hill",
    "night",
    "dawn",
]


def _story(seed: int, length: int = 80) -> str:
    return " ".join(np.random.default_rng(seed).choice(WORDS, length)) + f" number {seed}"


# Copies


def test_copies_are_found_and_the_first_published_is_the_original() -> None:
    story = _story(1)
    articles = pd.DataFrame(
        {
            "article_id": ["late", "other", "early", "cut"],
            "text": [story + " (Adds quote.)", _story(2), story, story.rsplit(" ", 12)[0]],
            "published": ["2017-01-02", "2017-01-02", "2017-01-01", None],
        }
    )
    found = analysis.duplicates(articles)
    assert found["article_id"].tolist() == ["early", "late", "cut"]
    assert set(found["original"]) == {"early"}
    assert found["copies"].tolist() == [3, 3, 3]
    assert found["similarity"].between(0.6, 1).all()


def test_no_report_of_the_sample_corpus_is_a_copy(articles: pd.DataFrame) -> None:
    assert len(analysis.duplicates(articles)) == 0


@pytest.mark.slow
@few
@given(st.lists(st.integers(0, 5), min_size=1, max_size=12))
def test_each_group_of_copies_is_one_story(seeds: list[int]) -> None:
    articles = pd.DataFrame(
        {"article_id": [f"a{row}" for row in range(len(seeds))], "text": [_story(n) for n in seeds]}
    )
    found = analysis.duplicates(articles).set_index("article_id")["original"].to_dict()
    for row, seed in enumerate(seeds):
        if seeds.count(seed) > 1:
            assert found[f"a{row}"] == f"a{seeds.index(seed)}"
        else:
            assert f"a{row}" not in found


@pytest.mark.slow
def test_with_distinct_every_counting_verb_counts_a_story_once(
    articles: pd.DataFrame, mentions: gpd.GeoDataFrame
) -> None:
    again = articles.assign(
        article_id="copy-" + articles["article_id"], published=articles["published"] + pd.Timedelta("1D")
    )
    syndicated = mentions.assign(
        article_id="copy-" + mentions["article_id"], published=mentions["published"] + pd.Timedelta("1D")
    )
    twice = pd.concat([mentions, syndicated], ignore_index=True)
    copies = analysis.duplicates(pd.concat([articles, again], ignore_index=True))
    assert len(copies) == 2 * len(articles)
    for verb in (
        analysis.places,
        analysis.countries,
        analysis.divisions,
        analysis.rollup,
        analysis.timeline,
        analysis.comentions,
        analysis.focus,
        analysis.mean_center,
        analysis.by_area,
        analysis.silence,
    ):
        a, b = verb(mentions), verb(twice, distinct=copies)
        pd.testing.assert_frame_equal(pd.DataFrame(a), pd.DataFrame(b))
    # Without the table the copies are looked for among the sentences that name a place.
    a, b = (pd.DataFrame(table) for table in (analysis.countries(mentions), analysis.countries(twice, distinct=True)))
    assert (a["mentions"].sum() - b["mentions"].sum()) / a["mentions"].sum() < 0.02
    assert b["mentions"].sum() <= a["mentions"].sum()


def test_a_sentence_that_repeats_over_a_source_is_marked() -> None:
    line = "Reporting by the Baghdad desk on day {}."
    rows = [mention(f"{n}", "baghdad", sentence=line.format(n)) for n in range(4)]
    rows += [mention(f"{n}", "mosul", 1, sentence=f"Mosul is quiet, says source {'abcd'[n]}.") for n in range(4)]
    rows += [
        mention("x", "baghdad", sentence=line.format(9), source="Ankara Line"),
        mention("y", "mosul", sentence=None),
    ]
    found = analysis.boilerplate(table(rows))
    assert found["boilerplate"].tolist() == [True] * 4 + [False] * 6
    assert len(found[~found["boilerplate"]]) == 6
    assert not analysis.boilerplate(table(rows), min_articles=5)["boilerplate"].any()


# Focus and datelines


def test_the_focus_is_the_place_in_the_title_and_at_the_start() -> None:
    rows = [mention("a", "mosul", 0, field="title", start=0), mention("a", "mosul", 1, start=20)]
    rows += [mention("a", "baghdad", n, start=900 + n) for n in (2, 3)]
    found = analysis.focus(table(rows), limit=2, min_share=0.0)
    assert found["place_id"].tolist() == ["mosul", "baghdad"]
    assert found["in_title"].tolist() == [True, False]
    assert found["score"].sum() == pytest.approx(1.0)


def test_an_article_on_several_towns_of_a_country_may_be_about_the_country() -> None:
    rows = [mention("a", name, n, start=100 * n + 800) for n, name in enumerate(("mosul", "baghdad", "sinjar"))]
    found = analysis.focus(table([*rows, *(mention("a", "iraq", n, start=800 + n) for n in (4, 5))]))
    assert found["place_id"].tolist() == ["iraq"]


@pytest.mark.slow
@few
@given(mentions_tables(), st.sampled_from(["score", "most frequent", "first mentioned"]))
def test_every_article_with_a_place_has_one_best(mentions: gpd.GeoDataFrame, method: str) -> None:
    found = analysis.focus(mentions, method=method)
    resolved = mentions[mentions["status"] == "resolved"]
    assert found["article_id"].tolist() == resolved["article_id"].drop_duplicates().tolist()
    everything = analysis.focus(mentions, method=method, limit=99, min_share=0.0)
    totals = everything.groupby("article_id")["score"].sum()
    assert np.isclose(totals, 1).all() or (resolved["confidence"] == 0).any()


def test_the_baselines_are_what_they_say() -> None:
    rows = table([mention("a", "syria", 0), mention("a", "mosul", 1), mention("a", "mosul", 2)])
    assert analysis.focus(rows, method="most frequent")["place_id"].tolist() == ["mosul"]
    assert analysis.focus(rows, method="first mentioned")["place_id"].tolist() == ["syria"]


def test_accuracy_is_counted_over_all_of_gold_with_its_interval() -> None:
    found = analysis.focus_accuracy(example(), {"a": "mosul", "b": {"mosul", "nineveh"}, "z": "mosul"}).set_index(
        "method"
    )
    assert found.loc["score", ["articles", "right"]].tolist() == [3, 2]
    assert found.loc["score", "low"] < 2 / 3 < found.loc["score", "high"]


def test_gold_without_an_id_is_right_when_the_best_place_is_near_it() -> None:
    gold = pd.DataFrame(
        {"article_id": ["a"], "place_id": [None], "lat": [36.40], "lon": [43.12], "country_code": ["IQ"]}
    )
    rows = table([mention("a", "mosul"), mention("a", "mosul", 1), mention("a", "syria", 2, start=900)])
    found = analysis.focus_accuracy(rows, gold).set_index(["judged", "method"])["right"]
    assert found["place", "score"] == 1
    assert found["country", "score"] == 1
    far = analysis.focus_accuracy(rows, gold, within_km=5.0).set_index(["judged", "method"])["right"]
    assert (far["place", "score"], far["country", "score"]) == (0, 1)


def test_a_country_is_judged_by_all_its_places_together() -> None:
    gold = pd.DataFrame({"article_id": ["a"], "place_id": ["baghdad"], "country_code": ["IQ"]})
    rows = [mention("a", name, n, start=800 + n) for n, name in enumerate(("mosul", "baghdad", "sinjar"))]
    found = analysis.focus_accuracy(table([*rows, *(mention("a", "syria", n, start=800 + n) for n in (3, 4))]), gold)
    found = found.set_index(["judged", "method"])
    assert found.loc[("place", "most frequent"), "right"] == 0
    assert found.loc[("country", "most frequent"), "right"] == 1
    assert found.loc[("country", "first mentioned"), ["right", "only_score", "only_method"]].tolist() == [1, 0, 0]


@pytest.fixture(scope="module")
def focused(articles: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    """Return the accuracy of the focus on the Mosul sample, as the geoparser finds its mentions by itself."""
    found = geomap.Geoparser(gazetteer=gazetteer).geoparse(articles)
    return analysis.focus_accuracy(found, analysis.read_focus(CORPORA / "mosul" / "gold-focus.jsonl"))


@pytest.mark.parametrize("judged", ["place", "country"])
def test_the_focus_is_right_on_the_sample_corpus_at_least_as_often_as_the_baselines(
    focused: pd.DataFrame, judged: str
) -> None:
    found = focused[focused["judged"] == judged].set_index("method")
    assert (found["articles"] == 128).all()
    assert (found["accuracy"].between(found["low"], found["high"])).all()
    assert found.loc["score", "accuracy"] > (0.6 if judged == "place" else 0.9)
    assert (found.loc["score", "right"] >= found["right"]).all()
    ahead = found["only_score"] - found["only_method"]
    assert (ahead == found.loc["score", "right"] - found["right"]).all()


def test_focus_gold_is_read_with_ids_points_and_countries() -> None:
    gold = analysis.read_focus(CORPORA / "world" / "articles.jsonl")
    assert gold["article_id"].nunique() == 190
    assert gold["place_id"].dropna().str.startswith("geonames:").all()
    assert gold["country_code"].notna().mean() > 0.97
    by_name = gold.drop_duplicates("name").set_index("name")["country_code"]
    assert by_name[["Athens, Ohio", "Koro Island, Fiji"]].tolist() == ["US", "FJ"]
    assert pd.isna(by_name["Bay of Biscay"])


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"article_id": "a"}', '{"article_id": "a", "focus": [{"name": "Mosul"}]}',
     '{"article_id": "a", "focus": [{"lat": 95, "lon": 0}]}'],
)  # fmt: skip
def test_a_line_of_focus_gold_that_cannot_be_used_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "focus.jsonl"
    path.write_text('{"article_id": "a", "focus": []}\n' + line + "\n")
    with pytest.raises(errors.InvalidGold, match="line 2"):
        analysis.read_focus(path)
    with pytest.raises(errors.ArticlesNotFound):
        analysis.read_focus(tmp_path / "none.jsonl")


def test_where_an_article_was_filed_is_set_against_what_it_is_about() -> None:
    rows = [mention("a", "baghdad", 0, toponym="BAGHDAD", sentence="BAGHDAD (Reuters) - Troops entered Mosul.")]
    rows += [mention("a", "mosul", n, sentence="BAGHDAD (Reuters) - Troops entered Mosul.") for n in (1, 2)]
    found = analysis.datelines(table(rows))
    assert found[["name", "focus_name"]].to_numpy().tolist() == [["Baghdad", "Mosul"]]
    assert found.loc[0, ["same_place", "same_country"]].tolist() == [False, True]
    assert found.loc[0, "distance_km"] == pytest.approx(353, abs=5)


def test_datelines_of_the_sample_corpus_are_in_capitals(mentions: gpd.GeoDataFrame) -> None:
    found = analysis.datelines(mentions)
    assert len(found) > 20
    assert found["toponym"].str.isupper().mean() > 0.8
    assert found["article_id"].is_unique


def test_datelines_tell_which_mentions_they_are(articles: pd.DataFrame, mentions: gpd.GeoDataFrame) -> None:
    span = ["article_id", "field", "start", "end"]
    found = analysis.datelines(mentions)
    texts = articles.set_index("article_id")
    for row in found.itertuples():
        assert texts.loc[row.article_id, row.field][row.start : row.end] == row.toponym
    left = mentions[~mentions.set_index(span).index.isin(found.set_index(span).index)]
    assert len(left) == len(mentions) - len(found)


# Words


def test_a_concordance_reads_as_the_text_does(articles: pd.DataFrame, mentions: gpd.GeoDataFrame) -> None:
    lines = analysis.concordance(mentions, "Mosul", width=40, articles=articles)
    assert len(lines) > 50
    texts = articles.set_index("article_id")
    for row in lines.itertuples():
        text = " ".join(texts.loc[row.article_id, row.field].split())
        assert f"{row.left}{' '.join(row.toponym.split())}{row.right}" in text
        assert len(row.left) <= 40
        assert len(row.right) <= 40
    text = analysis.aligned_text(lines)
    column = lines["left"].str.len().max()
    assert all(line[column:].lower().startswith(("mosul", "moslawis")) for line in text.splitlines())


def test_a_concordance_without_articles_shows_the_sentence_and_tells_two_mentions_in_it_apart() -> None:
    sentence = "From Mosul to Mosul by way of Erbil."
    rows = table([mention("a", "mosul", 0, sentence=sentence), mention("a", "mosul", 1, sentence=sentence)])
    found = analysis.concordance(rows, "MOSUL")
    assert found["left"].tolist() == ["From ", "From Mosul to "]
    assert found["right"].tolist() == [" to Mosul by way of Erbil.", " by way of Erbil."]
    assert analysis.aligned_text(found).splitlines()[0].startswith("         From Mosul to")


@few
@given(st.text(max_size=30), st.text(max_size=30), st.integers(1, 20))
def test_a_concordance_never_exceeds_its_width(before: str, after: str, width: int) -> None:
    articles = pd.DataFrame({"article_id": ["a"], "text": [f"{before}Mosul{after}"]})
    rows = table([mention("a", "mosul", start=len(before), end=len(before) + 5)])
    found = analysis.concordance(rows, "mosul", width=width, articles=articles)
    assert found["left"].str.len().max() <= width
    assert found["right"].str.len().max() <= width
    assert "\n" not in analysis.aligned_text(found)

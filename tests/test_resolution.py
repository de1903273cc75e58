"""The resolver's parts: contexts, names, signals, trees, calibration."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import many

import geomap
from geomap.resolution._candidates import build_batch
from geomap.resolution._context import read_contexts
from geomap.resolution._names import name_variants, own_container
from geomap.resolution._rankers import ROWS_AT_ONCE, HandSetRanker, LearnedRanker, Trees, default_ranker
from geomap.resolution._resolver import best_rows, calibrated, chunks_by_source, joined, softmax
from geomap.resolution._signals import NAMES, compute_signals
from geomap.resolution._why import EVIDENCE
from geomap.tables import validate_articles

TEXT = "MOSUL, Iraq — Troops left Erbil for Paris, Texas. The Tigris River rose near Paris, Lamar County, Texas."


def table(*texts: str, **columns: object) -> pd.DataFrame:
    rows = {"article_id": [f"a{number}" for number in range(len(texts))], "text": list(texts)}
    return validate_articles(pd.DataFrame(rows | columns))


def mentions_of(articles: pd.DataFrame, *words: str) -> pd.DataFrame:
    rows = []
    for article_id, text in zip(articles["article_id"], articles["text"], strict=True):
        position = 0
        for word in words:
            if word in text[position:]:
                start = text.index(word, position)
                position = start + len(word)
                rows.append((article_id, "text", start, position, word))
    return pd.DataFrame(rows, columns=["article_id", "field", "start", "end", "toponym"])


@pytest.mark.parametrize(
    ("toponym", "first", "also"),
    [
        ("Mosul", "Mosul", None),
        ("Mosul's", "Mosul's", "Mosul"),
        ("eastern Mosul", "eastern Mosul", "Mosul"),
        ("Nineveh province", "Nineveh province", "Nineveh"),
        ("the city of Mosul", "the city of Mosul", "Mosul"),
        ("Paris, Texas", "Paris, Texas", "Paris"),
        ("U.S.", "U.S.", None),
        ("W. Columbia", "W. Columbia", "West Columbia"),
        ("Madison Twp.", "Madison Twp.", "Madison"),
        ("Hudson River", "Hudson River", "Hudson"),
        ("Zorra-Tavistock", "Zorra-Tavistock", "Tavistock"),
        ("New Londoners", "New Londoners", "New London"),
    ],
)
def test_names_are_looked_up_as_written_first(toponym: str, first: str, also: str | None) -> None:
    variants = list(name_variants(toponym))
    assert variants[0] == first
    assert also is None or also in variants


@given(st.text(max_size=40))
def test_name_variants_end_and_never_repeat(toponym: str) -> None:
    variants = list(name_variants(toponym))
    assert len(variants) == len(set(variants)) <= 40


def test_what_a_toponym_says_of_its_container() -> None:
    assert own_container("Paris, Texas") == "Texas"
    assert own_container("Paris") == ""


def test_datelines_containers_and_followers_are_read_off_the_text(gazetteer: geomap.Gazetteer) -> None:
    articles = table(TEXT)
    mentions = mentions_of(articles, "MOSUL", "Erbil", "Paris", "Tigris", "Paris")
    mosul, erbil, texan, tigris, lamar = read_contexts(articles, mentions, gazetteer)
    assert mosul.dateline
    assert not erbil.dateline
    assert {area[0][0] for area in mosul.areas} == {"IQ"}
    assert texan.container_key == "texas"
    assert "lamar county" in lamar.container_key
    assert all(area[1] == "TX" for area, _ in lamar.areas)
    assert tigris.follower == "water"


def test_an_ordinary_enumeration_places_nothing(gazetteer: geomap.Gazetteer) -> None:
    articles = table("They met in Baghdad, Cairo and Amman.")
    (context,) = build_batch(articles, mentions_of(articles, "Baghdad"), gazetteer).contexts
    assert not context.areas


def test_signals_are_finite_and_the_text_decides_containment(gazetteer: geomap.Gazetteer) -> None:
    articles = table(TEXT, "Storms hit Paris and London, Ontario.")
    mentions = pd.concat(
        [mentions_of(articles.iloc[:1], "MOSUL", "Paris"), mentions_of(articles.iloc[1:], "Paris", "London")]
    )
    batch = build_batch(articles, mentions.reset_index(drop=True), gazetteer)
    signals = compute_signals(batch)
    assert signals.shape == (len(batch.group), len(NAMES))
    assert np.isfinite(signals).all()
    contained = signals[:, NAMES.index("contained")] > 0
    texan = {
        batch.places[row].admin1_code for row in np.flatnonzero(contained & (batch.group == batch.mention_group[1]))
    }
    assert texan == {"TX"}
    unplaced = batch.group == batch.mention_group[2]
    assert not contained[unplaced].any()


def test_signals_do_not_depend_on_the_other_articles_without_a_source(gazetteer: geomap.Gazetteer) -> None:
    alone = table(TEXT)
    together = table(TEXT, "Storms hit Berlin and Rome.")
    one = compute_signals(build_batch(alone, mentions_of(alone, "MOSUL", "Erbil", "Paris"), gazetteer))
    mentions = pd.concat(
        [mentions_of(together.iloc[:1], "MOSUL", "Erbil", "Paris"), mentions_of(together.iloc[1:], "Berlin", "Rome")]
    )
    both = compute_signals(build_batch(together, mentions.reset_index(drop=True), gazetteer))
    np.testing.assert_allclose(both[: len(one)], one)


def test_an_empty_batch_has_no_rows(gazetteer: geomap.Gazetteer) -> None:
    articles = table("Nothing.")
    batch = build_batch(articles, mentions_of(articles, "Mosul"), gazetteer)
    assert compute_signals(batch).shape == (0, len(NAMES))
    assert len(softmax(np.zeros(0), batch)) == len(best_rows(np.zeros(0), batch)) == 0


def test_confidence_sums_to_at_most_one_and_the_choice_is_the_surest(gazetteer: geomap.Gazetteer) -> None:
    articles = table(TEXT)
    batch = build_batch(articles, mentions_of(articles, "MOSUL", "Erbil", "Paris"), gazetteer)
    for ranker in (HandSetRanker(), default_ranker()):
        signals = compute_signals(batch)
        probabilities = softmax(ranker.scores(signals), batch)
        chosen = best_rows(probabilities, batch)
        confidence = calibrated(probabilities, signals, chosen, ranker, batch)
        for group, row in enumerate(chosen):
            own = confidence[batch.starts[group] : batch.starts[group + 1]]
            assert own.sum() <= 1 + 1e-9
            assert confidence[row] == own.max()


def naive(trees: Trees, row: np.ndarray) -> float:
    total = 0.0
    for root in trees.roots:
        node = int(root)
        while node >= 0:
            node = int(trees.children[2 * node + int(row[trees.feature[node]] > trees.threshold[node])])
        total += trees.value[-node - 1]
    return total


def naive_contributions(trees: Trees, row: np.ndarray) -> np.ndarray:
    added = np.zeros(len(row))
    for root in trees.roots:
        node = int(root)
        while node >= 0:
            signal = int(trees.feature[node])
            child = int(trees.children[2 * node + int(row[signal] > trees.threshold[node])])
            added[signal] += (trees.middle[child] if child >= 0 else trees.value[-child - 1]) - trees.middle[node]
            node = child
    return added


@pytest.mark.slow
@settings(max_examples=many(25), deadline=None)
@given(st.integers(0, 10_000))
def test_trees_walked_together_equal_trees_walked_one_by_one(seed: int) -> None:
    ranker = LearnedRanker.shipped()
    rows = np.random.default_rng(seed).normal(scale=3, size=(7, len(NAMES) + 1))
    for trees in (ranker.trees, ranker.surety):
        np.testing.assert_allclose(trees.scores(rows), [naive(trees, row) for row in rows], rtol=1e-12)
        one_by_one = [naive_contributions(trees, row) for row in rows]
        np.testing.assert_allclose(trees.contributions(rows), one_by_one, atol=1e-12)


def test_many_rows_walk_the_trees_as_one_row_does() -> None:
    trees = LearnedRanker.shipped().trees
    rows = np.random.default_rng(0).normal(scale=3, size=(2 * ROWS_AT_ONCE + 3, len(NAMES)))
    assert trees.scores(rows).tolist() == [float(trees.scores(row[None])[0]) for row in rows]
    one_by_one = np.concatenate([trees.contributions(row[None]) for row in rows])
    np.testing.assert_array_equal(trees.contributions(rows), one_by_one)
    assert trees.scores(rows[:0]).shape == (0,)
    assert trees.contributions(rows[:0]).shape == (0, len(NAMES))


def test_articles_of_one_source_stay_together_when_a_corpus_is_cut() -> None:
    articles = table(*["x"] * 25, source=[f"s{number % 5}" for number in range(25)])
    chunks = list(chunks_by_source(articles, size=10))
    assert sorted(len(chunk) for chunk in chunks) == [5, 10, 10]
    assert all(chunk["source"].nunique() <= 2 for chunk in chunks)


def test_context_that_overlaps_a_span_is_left_out_and_the_spans_keep_their_order() -> None:
    articles = table(TEXT)
    own = mentions_of(articles, "Erbil", "Tigris")
    context = mentions_of(articles, "MOSUL", "Erbil", "Paris")
    together = joined(articles, own, context)
    assert together["toponym"].tolist() == ["MOSUL", "Erbil", "Paris", "Tigris"]
    assert together["_given"].tolist() == [False, True, False, True]


def test_an_unknown_ranker_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(geomap.errors.UnsupportedFormat, match="learned, hand-set"):
        default_ranker("oracle")


def test_contributions_to_the_choice_and_the_runner_up_add_up_to_the_difference_in_score() -> None:
    for ranker in (HandSetRanker(), LearnedRanker.shipped()):
        rows = np.random.default_rng(3).normal(scale=3, size=(2, len(NAMES)))
        contributions = ranker.contributions(rows)
        assert contributions.shape == rows.shape
        scores = ranker.scores(rows)
        assert contributions[0].sum() - contributions[1].sum() == pytest.approx(scores[0] - scores[1])


def test_every_signal_is_counted_as_one_kind_of_evidence() -> None:
    assert sorted(name for names in EVIDENCE.values() for name in names) == sorted(NAMES)

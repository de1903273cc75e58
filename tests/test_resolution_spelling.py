"""Names that the gazetteer lacks as they are written: found by another spelling, or by a similar name, or not at all."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import geomap
from geomap.gazetteer import Gazetteer
from geomap.gazetteer._model import NameKind
from geomap.resolution import Resolver, default_ranker
from geomap.resolution._candidates import SIMILAR_TRUST, SPELLING_TRUST, Batch, build_batch
from geomap.resolution._signals import NAMES, compute_signals
from geomap.tables import validate_articles

IRAQ = "Troops left {} for Kirkuk and Mosul."
TEXAS = "A road leads from {} to Dallas and Houston."
ENGLAND = "They met in {}, then in Liverpool and Manchester."
RULES_OFF = {"spelling": False, "similar": False}


def written(text: str, name: str, *others: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return an article with the name in its text, and the name's mention before those of the others."""
    text = text.format(name)
    spans = [("a", "text", text.index(each), text.index(each) + len(each), each) for each in (name, *others)]
    articles = validate_articles(pd.DataFrame({"article_id": ["a"], "text": [text]}))
    return articles, pd.DataFrame(spans, columns=["article_id", "field", "start", "end", "toponym"])


def batch_of(gazetteer: Gazetteer, text: str, name: str, *others: str, **options: bool) -> Batch:
    return build_batch(*written(text, name, *others), gazetteer, **options)


def first_name(batch: Batch) -> set[str]:
    """Return the names of the first mention's candidates."""
    group = batch.mention_group[0]
    return (
        {batch.places[row].name for row in range(batch.starts[group], batch.starts[group + 1])} if group >= 0 else set()
    )


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("Hawija", "Al Ḩawījah"),
        ("Shirqat", "Ash Sharqāt"),
        ("Makhmour", "Mexmur"),
        ("Telafar", "Tall ‘Afar"),
        ("Musayyeb", "Al-Musayab"),
        ("Sulaimanyya", "Sulaymaniyah"),
        ("Dohok", "Dihok"),
    ],
)
def test_a_town_is_resolved_by_another_spelling(gazetteer: Gazetteer, name: str, place: str) -> None:
    resolver = Resolver(gazetteer, default_ranker())
    resolved = resolver.resolve(*written(IRAQ, name, "Kirkuk", "Mosul"))
    # Or the district of the same name around it, which is as near a spelling.
    assert resolved["name"].iloc[0] == place or resolved["feature_code"].iloc[0] == "ADM2"
    assert resolved["country_code"].iloc[0] == "IQ"
    assert 0.5 < resolved["confidence"].iloc[0] <= SPELLING_TRUST


def test_other_spellings_can_be_left_out(gazetteer: Gazetteer) -> None:
    resolved = Resolver(gazetteer, default_ranker(), **RULES_OFF).resolve(*written(IRAQ, "Hawija", "Kirkuk"))
    assert resolved["name"].isna().tolist() == [True, False]
    assert resolved["confidence"].iloc[0] == 0.0


def test_only_the_countries_that_the_article_is_about_count(gazetteer: Gazetteer) -> None:
    assert first_name(batch_of(gazetteer, IRAQ, "Hawija", "Kirkuk", "Mosul")) >= {"Al Ḩawījah"}
    assert first_name(batch_of(gazetteer, TEXAS, "Hawija", "Dallas", "Houston")) == set()


def test_another_spelling_may_be_anywhere_where_nothing_is_known_of_the_article(gazetteer: Gazetteer) -> None:
    assert "Al Ḩawījah" in first_name(batch_of(gazetteer, "Fighting in {}.", "Hawija"))
    assert first_name(batch_of(gazetteer, "Fighting in {}.", "Fallujuh")) == set()


def test_the_home_of_the_publisher_is_a_country_that_the_article_is_about(gazetteer: Gazetteer) -> None:
    articles, mentions = written("Fighting in {}.", "Fallujuh")
    at_home = articles.assign(source="Courier", source_home="Mosul, Iraq")
    assert first_name(build_batch(at_home, mentions, gazetteer)) == {"Al Fallūjah"}


def test_a_similar_name_is_asked_for_last_and_trusted_little(gazetteer: Gazetteer) -> None:
    articles, mentions = written(IRAQ, "Fallujuh", "Kirkuk", "Mosul")
    assert first_name(build_batch(articles, mentions, gazetteer, similar=False)) == set()
    resolved = Resolver(gazetteer, default_ranker()).resolve(articles, mentions)
    assert resolved["name"].iloc[0] == "Al Fallūjah"
    assert resolved["confidence"].iloc[0] <= SIMILAR_TRUST
    parser = geomap.Geoparser(recognizer="gazetteer", gazetteer=gazetteer, approximate=False)
    parsed = parser.resolve(articles, mentions)
    assert parsed["status"].tolist() == ["nil", "resolved", "resolved"]
    assert geomap.alternatives(parsed)["spelled_like"].iloc[0] == "Al Fallūjah"


@pytest.mark.parametrize("name", ["Ainfield", "Liverpole Road", "Xyzzyx", "Hungerford St.", "ISIS", "T&T", ""])
def test_where_names_are_spelled_one_way_a_similar_name_is_another_place(gazetteer: Gazetteer, name: str) -> None:
    articles, mentions = written(ENGLAND, name or "Liverpool", "Liverpool", "Manchester")
    mentions.loc[0, "toponym"] = name
    assert first_name(build_batch(articles, mentions, gazetteer)) == set()


def test_a_similar_name_is_no_evidence_for_the_other_names(gazetteer: Gazetteer) -> None:
    with_it = batch_of(gazetteer, IRAQ, "Fallujuh", "Kirkuk", "Mosul")
    without = batch_of(gazetteer, IRAQ, "Fallujuh", "Kirkuk", "Mosul", similar=False)
    near = NAMES.index("near_400")
    mosul = [compute_signals(batch)[batch.starts[batch.mention_group[2]] :, near].max() for batch in (with_it, without)]
    # The further group halves what each of the two others weighs, and adds nothing of its own.
    assert mosul[0] == pytest.approx(mosul[1] / 2)


def test_another_spelling_counts_as_an_alternate_name_that_was_cut(gazetteer: Gazetteer) -> None:
    batch = batch_of(gazetteer, IRAQ, "Hawija", "Kirkuk", "Mosul")
    signals = compute_signals(batch)[batch.starts[batch.mention_group[0]]]
    assert batch.columns.kind[batch.starts[batch.mention_group[0]]] == NameKind.SPELLING
    assert (signals[NAMES.index("alternate_name")], signals[NAMES.index("main_name")]) == (1, 0)
    assert signals[NAMES.index("name_cut")] == 1


def test_the_confidence_of_the_choice_is_never_below_that_of_others(gazetteer: Gazetteer) -> None:
    table = geomap.Geoparser(recognizer="gazetteer", gazetteer=gazetteer, min_confidence=0.0).resolve(
        *written(IRAQ, "Makhmour", "Kirkuk", "Mosul")
    )
    shown = geomap.alternatives(table)
    assert shown.groupby("start")["probability"].apply(lambda each: bool((np.diff(each) <= 0).all())).all()


def test_why_and_the_alternatives_name_the_other_spelling(gazetteer: Gazetteer) -> None:
    parser = geomap.Geoparser(recognizer="gazetteer", gazetteer=gazetteer)
    mentions = parser.resolve(*written(IRAQ, "Hawija", "Kirkuk", "Mosul"))
    assert "spelled like “" in str(geomap.why(mentions.iloc[[0]], gazetteer=gazetteer))
    assert "spelled like" not in str(geomap.why(mentions.iloc[[1]], gazetteer=gazetteer))
    shown = geomap.alternatives(mentions)
    assert "Al Ḩawījah" in set(shown.loc[shown["toponym"] == "Hawija", "spelled_like"])
    assert shown.loc[shown["toponym"] != "Hawija", "spelled_like"].isna().all()


def test_why_names_the_other_spelling_beside_a_runner_up(gazetteer: Gazetteer) -> None:
    parser = geomap.Geoparser(recognizer="gazetteer", gazetteer=gazetteer)
    mentions = parser.resolve(*written(IRAQ, "Sulaimanyya", "Kirkuk", "Mosul"))
    assert " rather than " in str(geomap.why(mentions.iloc[[0]], gazetteer=gazetteer))
    assert ", spelled like “" in str(geomap.why(mentions.iloc[[0]], gazetteer=gazetteer))


def test_names_as_they_are_written_are_resolved_as_before(gazetteer: Gazetteer) -> None:
    articles, mentions = written("They met in {} and flew to Paris, Texas.", "Mosul", "Paris")
    one, other = (
        Resolver(gazetteer, default_ranker(), **options).resolve(articles, mentions) for options in ({}, RULES_OFF)
    )
    pd.testing.assert_frame_equal(one, other)

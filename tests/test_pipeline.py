"""Articles in, mentions with places out."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from laws import many

import geomap
from geomap.errors import ColumnMissing, InvalidTable
from geomap.recognition import Span
from geomap.resolution._candidates import build_batch
from geomap.resolution._signals import compute_signals
from geomap.resolution._why import EVIDENCE
from geomap.tables import MENTION_KEY, MENTIONS, is_approximate, validate_articles

SPRINGFIELD = (
    "Firefighters in Springfield put out a blaze on Monday. The town lies in the state of {}, near Dayton and Xenia."
)


@pytest.fixture(scope="session")
def parser(gazetteer: geomap.Gazetteer) -> geomap.Geoparser:
    return geomap.Geoparser(recognizer="gazetteer", gazetteer=gazetteer)


def articles(*texts: str, **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"article_id": [f"a{number}" for number in range(len(texts))], "text": list(texts), **columns})


def resolve_words(parser: geomap.Geoparser, text: str, *words: str, **columns: object) -> dict[str, pd.Series]:
    """Resolve the first occurrence of each of the words."""
    spans = pd.DataFrame(
        [("a0", "text", text.index(word), text.index(word) + len(word)) for word in words],
        columns=["article_id", "field", "start", "end"],
    )
    mentions = parser.resolve(articles(text, **columns), spans)
    return {row["toponym"]: row for _, row in mentions.iterrows()}


@pytest.mark.slow
def test_every_mention_reads_as_its_toponym_at_its_offsets(parser: geomap.Geoparser) -> None:
    table = articles(
        "Rain fell on Mosul and Erbil.\r\nIn Ankara — 🌧 — Turkish officials met.", title=["Storm over Baghdad"]
    )
    mentions = parser.geoparse(table)
    assert set(mentions["toponym"]) >= {"Mosul", "Erbil", "Ankara", "Turkish", "Baghdad"}
    texts = table.set_index("article_id")
    for row in mentions.itertuples():
        assert texts.loc[row.article_id, row.field][row.start : row.end] == row.toponym


def test_the_table_has_all_promised_columns_in_their_order(parser: geomap.Geoparser) -> None:
    mentions = parser.geoparse(articles("Rain fell on Mosul."))
    assert list(mentions.columns) == [*MENTIONS, "geometry"]
    assert mentions.crs == "EPSG:4326"
    empty = parser.geoparse(articles("nothing here"))
    assert list(empty.columns) == list(mentions.columns)
    assert empty.dtypes.astype(str).tolist() == mentions.dtypes.astype(str).tolist()


def test_a_title_that_the_text_repeats_is_read_in_the_text_only(parser: geomap.Geoparser) -> None:
    repeated = parser.geoparse(articles("Storm over Mosul\nRain fell.", title=["Storm over Mosul"]))
    assert repeated["field"].tolist() == ["text"]
    apart = parser.geoparse(articles("Rain fell.", title=["Storm over Mosul"]))
    assert apart["field"].tolist() == ["title"]


def test_springfield_is_in_ohio_when_the_state_is_mentioned(parser: geomap.Geoparser) -> None:
    found = resolve_words(parser, SPRINGFIELD.format("Ohio"), "Springfield", "Ohio")
    assert found["Springfield"]["admin1"] == "Ohio"


def test_what_the_text_says_outright_decides(parser: geomap.Geoparser) -> None:
    found = resolve_words(parser, "The fair in Paris, Texas, drew visitors from Athens, Ohio.", "Paris", "Athens")
    assert found["Paris"]["admin1"] == "Texas"
    assert found["Athens"]["admin1"] == "Ohio"


def test_two_places_of_one_name_in_one_article_are_told_apart(parser: geomap.Geoparser) -> None:
    text = "She moved from Paris, Texas, to Paris, France, in May."
    spans = pd.DataFrame({"article_id": "a0", "field": "text", "start": [15, 32], "end": [20, 37]})
    mentions = parser.resolve(articles(text), spans)
    assert mentions["country_code"].tolist() == ["US", "FR"]


def test_a_demonym_resolves_to_its_country(parser: geomap.Geoparser) -> None:
    found = resolve_words(parser, "Iraqi and Turkish officials met.", "Iraqi", "Turkish")
    assert [row["country_code"] for row in found.values()] == ["IQ", "TR"]
    assert all(row["feature_code"].startswith("PCL") for row in found.values())


def test_the_publishers_other_articles_tell_which_town_is_meant(parser: geomap.Geoparser) -> None:
    home = [
        "The county fair in Murray, Kentucky, opened.",
        "A new bridge in Paducah, Kentucky, is planned.",
        "Mayfield, Kentucky, marks the anniversary.",
        "The council of Benton, Kentucky, met.",
    ]
    texts = ["Paris schools close on Friday.", *home]
    spans = pd.DataFrame({"article_id": ["a0"], "field": ["text"], "start": [0], "end": [5]})
    with_source = parser.resolve(articles(*texts, source=["ledger"] * len(texts)), spans)
    without = parser.resolve(articles(*texts), spans)
    assert without["country_code"].iloc[0] == "FR"
    assert with_source["country_code"].iloc[0] == "US"


def test_a_name_that_no_gazetteer_has_stays_as_nil_without_a_point(parser: geomap.Geoparser) -> None:
    found = resolve_words(parser, "The village of Qwxyzzton was empty.", "Qwxyzzton")["Qwxyzzton"]
    assert found["status"] == "nil"
    assert found["geometry"] is None
    assert found["confidence"] == 0
    assert pd.isna(found["place_id"])


@pytest.mark.slow
def test_below_the_minimum_confidence_a_mention_is_nil_and_keeps_its_best_candidates_confidence(
    gazetteer: geomap.Gazetteer,
) -> None:
    strict = geomap.Geoparser(recognizer="gazetteer", gazetteer=gazetteer, min_confidence=1.0)
    found = resolve_words(strict, "She was seen in Springfield.", "Springfield")["Springfield"]
    assert found["status"] == "nil"
    assert 0 < found["confidence"] < 1


def test_alternatives_are_ordered_and_start_with_the_choice(parser: geomap.Geoparser) -> None:
    mentions = parser.geoparse(articles("A storm hit Paris."))
    runners = geomap.alternatives(mentions)
    assert runners["place_id"].iloc[0] == mentions["place_id"].iloc[0]
    assert runners["probability"].is_monotonic_decreasing
    assert len(runners) > 1


def test_alternatives_survive_what_pandas_and_another_process_do_with_a_table(parser: geomap.Geoparser) -> None:
    mentions = parser.geoparse(articles("A storm hit Paris and Mosul."))
    wanted = geomap.alternatives(mentions)
    assert len(geomap.alternatives(mentions[mentions["toponym"] == "Paris"].copy())) > 1
    merged = mentions.merge(pd.DataFrame({"article_id": ["a0"], "desk": ["weather"]}), on="article_id")
    for same in (merged, pd.concat([mentions.iloc[:1], mentions.iloc[1:]]), pickle.loads(pickle.dumps(mentions))):
        pd.testing.assert_frame_equal(geomap.alternatives(same), wanted)
    twice = pd.concat([mentions, mentions.assign(article_id="a1")], ignore_index=True)
    assert len(geomap.alternatives(twice)) == 2 * len(wanted)


def test_a_table_without_alternatives_is_an_error_and_a_row_without_them_has_none(parser: geomap.Geoparser) -> None:
    mentions = parser.geoparse(articles("A storm hit Paris and Mosul."))
    for older in (mentions.drop(columns="alternatives"), mentions.assign(alternatives=None)):
        with pytest.raises(InvalidTable, match="geoparse the articles again"):
            geomap.alternatives(older)
    by_hand = mentions.copy()
    by_hand.loc[0, "alternatives"] = None
    assert geomap.alternatives(by_hand)["toponym"].unique().tolist() == ["Mosul"]
    assert list(geomap.alternatives(mentions.iloc[:0]).columns) == list(geomap.alternatives(mentions).columns)
    with pytest.raises(InvalidTable, match="cannot be read: 'Paris'"):
        geomap.alternatives(mentions.assign(alternatives="Paris"))


def test_alternatives_hold_what_they_hold_in_few_bytes(parser: geomap.Geoparser) -> None:
    mentions = parser.geoparse(geomap.read_articles(Path(__file__).parents[1] / "data" / "corpora" / "mosul"))
    assert len(mentions) > 1000
    assert mentions["alternatives"].notna().all()
    assert mentions["alternatives"].str.encode("utf-8").map(len).mean() <= 400
    candidates = geomap.alternatives(mentions)
    chosen = candidates[candidates["rank"] == 1].set_index(list(MENTION_KEY))
    of_names = (mentions["confidence"] > 0) & ~is_approximate(mentions)
    known = mentions[of_names].set_index(list(MENTION_KEY))
    np.testing.assert_allclose(chosen.loc[known.index, "probability"], known["confidence"], atol=1e-5)
    resolved = known[known["precision"] == "place"]
    best = chosen.loc[resolved.index]
    for name in ("toponym", "place_id", "name", "country_code", "feature_code"):
        pd.testing.assert_series_equal(best[name], resolved[name])
    np.testing.assert_allclose(best["lat"], resolved.geometry.y, atol=1e-5)
    np.testing.assert_allclose(best["lon"], resolved.geometry.x, atol=1e-5)
    assert candidates.groupby(list(MENTION_KEY)).size().max() == 8
    by_mention = candidates.groupby(list(MENTION_KEY), sort=False)
    assert by_mention["probability"].is_monotonic_decreasing.all()
    assert by_mention["probability"].sum().le(1 + 1e-4).all()


def test_a_recognizer_of_ones_own_is_one_method(gazetteer: geomap.Gazetteer) -> None:
    class Fixed:
        def recognize(self, texts: Sequence[str]) -> list[list[Span]]:
            return [[Span(0, 5, "toponym", "literal", 0.5)] for _ in texts]

    mentions = geomap.Geoparser(recognizer=Fixed(), gazetteer=gazetteer).geoparse(articles("Mosul, again."))
    assert mentions["name"].tolist() == ["Mosul"]
    assert mentions["usage"].tolist() == ["literal"]
    assert mentions["recognition_score"].tolist() == [0.5]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("zz", "text", 0, 5), "no article has the article_id 'zz'"),
        (("a0", "body", 0, 5), "field must be 'title' or 'text'; got 'body'"),
        (("a0", "text", 3, 99), "outside the text"),
        (("a0", "text", 5, 5), "outside the text"),
    ],
)
def test_a_span_that_fits_no_article_is_an_error_that_names_its_row(
    parser: geomap.Geoparser, row: tuple[str, str, int, int], message: str
) -> None:
    spans = pd.DataFrame([row], columns=["article_id", "field", "start", "end"])
    with pytest.raises(InvalidTable, match=f"row 0.*{message}"):
        parser.resolve(articles("Mosul again"), spans)


def test_articles_without_text_or_with_an_id_twice_are_errors(parser: geomap.Geoparser) -> None:
    with pytest.raises(ColumnMissing, match="text"):
        parser.geoparse(pd.DataFrame({"article_id": ["a"]}))
    with pytest.raises(InvalidTable, match="duplicate article_id 'a'"):
        parser.geoparse(pd.DataFrame({"article_id": ["a", "a"], "text": ["x", "y"]}))


def test_an_unknown_recognizer_is_an_error_that_lists_the_known_ones(gazetteer: geomap.Gazetteer) -> None:
    with pytest.raises(geomap.errors.UnsupportedFormat, match="gazetteer"):
        geomap.Geoparser(recognizer="oracle", gazetteer=gazetteer).geoparse(articles("Mosul"))


WORDS = st.sampled_from(
    [
        "Mosul",
        "Iraqi",
        "in",
        "the",
        "U.S.",
        "São Paulo",
        "🌍",
        "e\u0301",
        "\r\n",
        "، الموصل",
        "\u2028",
        "St. Louis",
        "\x07",
    ]
)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::geomap.errors.ArticlesSkipped")  # of a NUL
@settings(max_examples=many(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(WORDS, st.text(max_size=6)), max_size=20))
def test_offsets_hold_for_any_text(parser: geomap.Geoparser, words: list[str]) -> None:
    text = " ".join(words)
    mentions = parser.geoparse(articles(text))
    for row in mentions.itertuples():
        assert text[row.start : row.end] == row.toponym


def test_why_names_the_choice_the_runner_up_and_the_evidence_between_them(parser: geomap.Geoparser) -> None:
    text = "The fair in Paris drew visitors from Lexington and Georgetown, Kentucky, on Sunday."
    mentions = parser.geoparse(articles(text))
    explanation = geomap.why(mentions.iloc[[0]], gazetteer=parser.gazetteer)
    choice, other = geomap.alternatives(mentions.iloc[[0]])["place_id"].iloc[:2]
    for place_id in (choice, other):
        assert ", ".join(parser.gazetteer.hierarchy(place_id)) in str(explanation)
    assert explanation.table["contribution"].sum() > 0
    assert explanation.table["evidence"].iloc[0] in str(explanation)


def test_why_wants_one_mention_that_carries_its_alternatives(parser: geomap.Geoparser) -> None:
    mentions = parser.geoparse(articles("Storms hit Paris and London."))
    with pytest.raises(InvalidTable, match="this table has 2"):
        geomap.why(mentions)
    for older in (mentions.drop(columns="alternatives"), mentions.assign(alternatives=None)):
        with pytest.raises(InvalidTable, match="geoparse the articles again"):
            geomap.why(older.iloc[[0]])
    of_other_signals = mentions.assign(
        alternatives=mentions["alternatives"].str.replace(r",\[-?\d+,", ",[", regex=True)
    )
    with pytest.raises(InvalidTable, match=r"signals.*geoparse the articles again"):
        geomap.why(of_other_signals.iloc[[0]])


def test_why_adds_up_to_the_difference_in_score(parser: geomap.Geoparser) -> None:
    table = articles("The fair in Paris drew visitors from Lexington and Georgetown, Kentucky, on Sunday.")
    mentions = parser.geoparse(table)
    batch = build_batch(validate_articles(table), mentions, parser.gazetteer)
    scores = parser.resolver.ranker.scores(compute_signals(batch))
    contested = np.flatnonzero(np.diff(batch.starts)[batch.mention_group] > 1)
    assert len(contested) >= 3
    for number, group in zip(contested, batch.mention_group[contested], strict=True):
        own = np.sort(scores[batch.starts[group] : batch.starts[group + 1]])
        explanation = geomap.why(mentions.iloc[[number]], gazetteer=parser.gazetteer).table
        assert explanation["contribution"].sum() == pytest.approx(own[-1] - own[-2], abs=5e-4 * len(explanation))
        for row in explanation.itertuples():
            assert sum(row.signals.values()) == pytest.approx(
                row.contribution, abs=5e-4 * (len(EVIDENCE[row.evidence]) + 1)
            )


def test_why_names_a_place_that_the_gazetteer_lacks_as_it_was_stored(parser: geomap.Geoparser) -> None:
    mentions = parser.geoparse(articles("A storm hit Paris."))
    stored = mentions["alternatives"].str.replace("[[[2988507,", '[[["nominatim:N1",')
    assert (stored != mentions["alternatives"]).all()
    explanation = geomap.why(mentions.assign(alternatives=stored), gazetteer=parser.gazetteer)
    assert "resolved to Paris, Île-de-France, France (" in str(explanation)


def test_why_says_so_when_there_was_nothing_to_choose_from(parser: geomap.Geoparser) -> None:
    spans = pd.DataFrame({"article_id": ["a0"], "field": ["text"], "start": [0], "end": [9]})
    mentions = parser.resolve(articles("Qwxyzzton fell."), spans)
    assert "no place named" in str(geomap.why(mentions, gazetteer=parser.gazetteer))

"""Articles in, mentions with places out."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import geomap
from geomap.errors import ColumnMissing, InvalidTable
from geomap.recognition import Span
from geomap.tables import MENTIONS

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


def test_alternatives_survive_pandas_but_not_a_file(parser: geomap.Geoparser) -> None:
    mentions = parser.geoparse(articles("A storm hit Paris and Mosul."))
    assert len(geomap.alternatives(mentions[mentions["toponym"] == "Paris"].copy())) > 1
    mentions.attrs = {}
    with pytest.raises(InvalidTable, match="geoparse the articles again"):
        geomap.alternatives(mentions)


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
        (("zz", "text", 0, 5), "no article 'zz'"),
        (("a0", "body", 0, 5), "field is 'body'"),
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
    with pytest.raises(InvalidTable, match="'a' stands twice"):
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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
    mentions.attrs = {}
    with pytest.raises(InvalidTable, match="geoparse the articles again"):
        geomap.why(mentions.iloc[[0]])


def test_why_says_so_when_there_was_nothing_to_choose_from(parser: geomap.Geoparser) -> None:
    spans = pd.DataFrame({"article_id": ["a0"], "field": ["text"], "start": [0], "end": [9]})
    mentions = parser.resolve(articles("Qwxyzzton fell."), spans)
    assert "nothing by the name" in str(geomap.why(mentions, gazetteer=parser.gazetteer))

"""The probability that a dot is right: how it is made of its parts, who uses it, and how it is measured."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import geomap
from geomap.cli import app
from geomap.errors import InvalidTable
from geomap.evaluation import Gold, compare, dots, thresholds
from geomap.evaluation._dots import equal_mass_error, error_by_chance, judged_dots, left_apart, threshold_table
from geomap.maps._payload import Payload
from geomap.recognition import Span
from geomap.resolution._dots import with_dot_probability

TEXT = "Mosul lies on the Tigris; Iraqi forces left Erbil for Xinhua."
MOSUL, ERBIL = (36.34, 43.13), (36.19, 44.01)
probabilities = st.floats(0.0, 1.0)


def mention(**columns: object) -> dict[str, object]:
    plain = {
        "kind": "toponym",
        "usage": "literal",
        "recognition_score": 0.9,
        "confidence": 0.8,
        "place_id": "geonames:1",
    }
    return plain | {"feature_class": "P", "feature_code": "PPL"} | columns


def probability(*rows: dict[str, object]) -> list[float]:
    return with_dot_probability(pd.DataFrame(list(rows)))["dot_probability"].tolist()


@given(score=probabilities, better=probabilities, confidence=probabilities, surer=probabilities)
def test_a_better_score_never_makes_a_dot_less_probable(
    score: float, better: float, confidence: float, surer: float
) -> None:
    scores, sures = sorted((score, better)), sorted((confidence, surer))
    table = [mention(recognition_score=one, confidence=other) for one, other in zip(scores, sures, strict=True)]
    low, high = probability(*table)
    assert 0.0 <= low <= high <= 1.0


def test_a_dot_is_doubtful_where_either_part_is() -> None:
    sure, no_place, which_place = probability(
        mention(recognition_score=0.998, confidence=0.99),
        mention(recognition_score=0.4, confidence=0.99),
        mention(recognition_score=0.998, confidence=0.4),
    )
    assert sure > 0.95 > 0.9 > no_place > which_place


def test_a_span_without_a_score_and_a_coordinate_are_as_probable_as_their_confidence() -> None:
    rows = [
        mention(recognition_score=None),
        mention(kind="coordinate", confidence=1.0),
        mention(place_id=None, confidence=0.0, feature_class=None, feature_code=None, usage=None),
    ]
    assert probability(*rows) == [0.8, 1.0, 0.0]


class Scored:
    """Finds Mosul and Erbil, the one as a sure place, the other as none."""

    def recognize(self, texts: list[str]) -> list[list[Span]]:
        return [
            [
                Span(text.index(word), text.index(word) + len(word), "toponym", "literal", score)
                for word, score in (("Mosul", 0.998), ("Erbil", 0.002))
            ]
            for text in texts
        ]


def test_what_is_probably_no_place_is_nil_though_its_place_is_clear(gazetteer: geomap.Gazetteer) -> None:
    parser = geomap.Geoparser(recognizer=Scored(), gazetteer=gazetteer, min_confidence=0.6)
    mosul, erbil = (row for _, row in parser.geoparse(TEXT).iterrows())
    assert (mosul["status"], erbil["status"]) == ("resolved", "nil")
    assert erbil["confidence"] > 0.6 > erbil["dot_probability"] > 0


def test_the_same_spans_given_by_a_person_are_believed(gazetteer: geomap.Gazetteer) -> None:
    parser = geomap.Geoparser(recognizer=Scored(), gazetteer=gazetteer, min_confidence=0.6)
    articles = pd.DataFrame({"article_id": ["a"], "text": [TEXT]})
    spans = pd.DataFrame(
        [("a", "text", TEXT.index("Erbil"), TEXT.index("Erbil") + 5)], columns=["article_id", "field", "start", "end"]
    )
    found = parser.resolve(articles, spans)
    assert found["status"].tolist() == ["resolved"]
    assert found["dot_probability"].tolist() == found["confidence"].tolist()


def test_counts_and_maps_use_the_dots_probability_and_older_tables_their_confidence() -> None:
    mentions = geomap.datasets.sample_mentions()
    stated = mentions.assign(confidence=0.9, dot_probability=0.5)
    older = stated.drop(columns="dot_probability")
    assert geomap.places(stated)["expected"].iloc[0] == pytest.approx(1.5)
    assert geomap.places(older)["expected"].iloc[0] == pytest.approx(2.7)
    assert set(Payload(stated).numbers["rows"]["confidence"]) == {50}
    assert set(Payload(older).numbers["rows"]["confidence"]) == {90}


def test_a_correction_makes_the_dot_sure_and_leaves_older_tables_their_columns(tmp_path: Path) -> None:
    mentions = geomap.datasets.sample_mentions()
    first = mentions.iloc[0]
    key = {name: first[name].item() if name in ("start", "end") else first[name] for name in geomap.tables.MENTION_KEY}
    path = tmp_path / "corrections.jsonl"
    path.write_text(json.dumps(key | {"toponym": first["toponym"], "verdict": "not a place"}), "utf-8")
    corrected = geomap.apply_corrections(mentions.assign(dot_probability=0.9), path)
    assert corrected["dot_probability"].iloc[0] == 0.0
    older = mentions.drop(columns="dot_probability", errors="ignore")
    assert list(geomap.apply_corrections(older, path).columns) == list(older.columns)


def gold_of(*rows: tuple[str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"article_id": "a", "field": "text", "start": TEXT.index(word), "end": TEXT.index(word) + len(word)}
            | {"toponym": word, "kind": "toponym", "lat": lat, "lon": lon, "geonameid": None}
            for word, lat, lon in rows
        ]
    )


def predictions(*rows: tuple[str, float, float, str, float]) -> pd.DataFrame:
    table = gold_of(*(row[:3] for row in rows))
    further = pd.DataFrame([row[3:] for row in rows], columns=["feature_class", "dot_probability"])
    return pd.concat([table, further], axis=1).assign(feature_code=None, country_code=None)


def test_a_dot_is_right_that_overlaps_gold_and_is_near() -> None:
    gold = gold_of(("Mosul lies", *MOSUL), ("Erbil", *ERBIL), ("Tigris", np.nan, np.nan))
    found = predictions(
        ("Mosul", *MOSUL, "P", 0.9),  # overlaps
        ("Erbil", 10.0, 10.0, "P", 0.8),  # far off
        ("Tigris", 34.0, 44.0, "H", 0.7),  # gold does not say where: neither right nor wrong
        ("forces", 34.0, 44.0, "P", 0.6),  # no gold
    )
    judged = judged_dots(gold, found)
    assert judged["stated"].tolist() == [0.9, 0.8, 0.6]
    assert judged["right"].tolist() == [True, False, False]
    assert judged["overlaps"].tolist() == [True, True, False]


def test_a_country_is_right_wherever_in_it_the_gold_point_lies() -> None:
    found = predictions(("Mosul", 33.0, 44.0, "A", 0.9)).assign(feature_code="PCLI", country_code="IQ", geonameid=99237)
    assert judged_dots(gold_of(("Mosul", *MOSUL)), found)["right"].tolist() == [True]


def test_embedded_names_and_classes_that_gold_never_marks_are_reported_apart() -> None:
    gold = gold_of(("Mosul", *MOSUL))
    found = predictions(("Mosul", *MOSUL, "P", 0.9), ("Xinhua", 34.0, 44.0, "X", 0.6), ("Erbil", *ERBIL, "P", 0.6))
    found.loc[2, "kind"] = "embedded"
    judged = judged_dots(gold, found)
    assert left_apart(judged) == {"embedded", "X"}
    assert left_apart(judged, ["H"]) == {"embedded", "X", "H"}


def test_the_calibration_error_is_the_mean_gap_over_bins_of_equal_mass() -> None:
    stated, right = np.array([0.5, 0.5, 0.9, 0.9]), np.array([1.0, 0.0, 1.0, 0.0])
    assert equal_mass_error(stated, right, bins=2) == pytest.approx((0.0 + 0.4) / 2)
    assert equal_mass_error(stated, right, bins=1) == pytest.approx(0.2)


def test_true_probabilities_have_an_error_by_chance_that_falls_with_their_number() -> None:
    few, many = (error_by_chance(np.full(count, 0.8)) for count in (50, 5000))
    assert few > 5 * many > 0


def test_a_threshold_says_what_it_keeps_and_what_it_loses() -> None:
    table = threshold_table(np.array([0.95, 0.85, 0.45, 0.2]), np.array([True, True, False, True])).set_index(
        "threshold"
    )
    assert table.loc[0.5].tolist() == [0.5, 1.0, pytest.approx(1 / 3), 1.0]
    assert table.loc[0.3].tolist() == [0.75, pytest.approx(2 / 3), pytest.approx(1 / 3), 0.0]


@pytest.fixture
def comparison():
    mentions = geomap.datasets.sample_mentions().assign(dot_probability=0.9)
    truth = mentions.assign(lat=mentions.geometry.y, lon=mentions.geometry.x)
    return compare(Gold(geomap.datasets.sample_articles(), truth), mentions.iloc[1:])


def test_every_dot_is_in_one_bin_and_one_class(comparison) -> None:
    table = dots(comparison, bins=3, bootstrap=20)
    by_part = table.groupby("part")["mentions"].sum()
    assert by_part["dots"] + by_part.get("apart", 0) == 9
    assert by_part["dots"] == by_part["class"]
    assert table.attrs["calibration_error"] == pytest.approx(0.1)
    assert thresholds(comparison)["kept"].tolist() == [1.0] * 7


def test_no_bins_are_refused(comparison) -> None:
    with pytest.raises(InvalidTable, match="bins must be at least 1"):
        dots(comparison, bins=0)


def test_the_command_prints_bins_classes_and_thresholds(tmp_path: Path) -> None:
    toponyms = [{"start": 0, "end": 5, "text": "Mosul", "lat": MOSUL[0], "lon": MOSUL[1], "geonameid": 99072}]
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps({"article_id": "a", "text": TEXT, "toponyms": toponyms}), "utf-8")
    done = CliRunner().invoke(
        app, ["evaluate", str(gold), "--calibration", "dots", "--recognizer", "gazetteer", "--bootstrap", "0"]
    )
    assert done.exit_code == 0, done.output
    assert "calibration error" in done.output
    assert "wrong_removed" in done.output

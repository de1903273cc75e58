"""The metrics, on tables small enough to count by hand."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.errors import InvalidGold
from geomap.evaluation import outlet_folds, read_gold
from geomap.evaluation._metrics import (
    FARTHEST_KM,
    calibration_error,
    end_to_end,
    log_error_auc,
    match_spans,
    recognition,
    resolution,
    sample_scores,
)
from geomap.geometry import distance_km

TEXT = "Mosul lies on the Tigris; Iraqi forces left Erbil."
MOSUL, TIGRIS, IRAQI, ERBIL = (0, 5), (18, 24), (26, 31), (44, 49)


def spans(*bounds: tuple[int, int], kind: str = "toponym", **columns: object) -> pd.DataFrame:
    table = pd.DataFrame(bounds, columns=["start", "end"]).assign(article_id="a", field="text", kind=kind)
    return table.assign(**columns)


def gold_file(folder: Path, toponyms: list[dict[str, object]], **article: object) -> Path:
    path = folder / "gold.jsonl"
    content = {"article_id": "a", "title": "", "text": TEXT, "source": "x", "toponyms": toponyms} | article
    path.write_text(json.dumps(content) + "\n", encoding="utf-8")
    return path


def test_exact_scores_count_equal_offsets_only_and_overlap_scores_any_shared_character() -> None:
    gold = spans(MOSUL, TIGRIS, ERBIL)
    scores = sample_scores(recognition, gold, spans(MOSUL, (14, 24)))
    assert scores["exact_precision"] == 1 / 2
    assert scores["exact_recall"] == 1 / 3
    assert scores["overlap_precision"] == 1
    assert scores["overlap_recall"] == 2 / 3


def test_two_predictions_in_one_gold_span_do_not_both_count() -> None:
    pairs = match_spans(spans((0, 24)), spans(MOSUL, TIGRIS), exact=False)
    assert len(pairs) == 1


def test_an_exact_pair_is_kept_even_when_an_earlier_span_overlaps_it() -> None:
    pairs = match_spans(spans((0, 24), TIGRIS), spans(TIGRIS, MOSUL), exact=False)
    assert pairs.tolist() == [[0, 1], [1, 0]]


def test_demonyms_are_left_out_of_the_score_without_them() -> None:
    gold = pd.concat([spans(MOSUL), spans(IRAQI, kind="demonym")])
    scores = sample_scores(recognition, gold, spans(MOSUL))
    assert scores["exact_recall"] == 1 / 2
    assert scores["exact_without_demonyms_recall"] == 1


def test_an_unanswered_mention_counts_the_farthest_distance_and_is_wrong() -> None:
    gold = spans(
        MOSUL, ERBIL, lat=[36.34, 36.19], lon=[43.13, 44.01], geonameid=pd.array([99072, 95446], dtype="Int64")
    )
    predicted = spans(
        MOSUL, ERBIL, lat=[36.34, None], lon=[43.13, None], geonameid=pd.array([99072, None], dtype="Int64")
    )
    scores = sample_scores(resolution, gold, predicted)
    assert scores["accuracy_161km"] == 1 / 2
    assert scores["accuracy_id"] == 1 / 2
    assert scores["mean_km"] == pytest.approx(FARTHEST_KM / 2)


def test_gold_without_coordinates_is_left_out_of_resolution() -> None:
    gold = spans(MOSUL, ERBIL, lat=[36.34, None], lon=[43.13, None], geonameid=pd.array([99072, None], dtype="Int64"))
    predicted = spans(MOSUL, ERBIL, lat=[36.3, 10.0], lon=[43.1, 10.0], geonameid=pd.array([99072, 1], dtype="Int64"))
    assert sample_scores(resolution, gold, predicted)["gold"] == 1
    assert sample_scores(resolution, gold, predicted)["accuracy_161km"] == 1


def test_end_to_end_needs_both_the_span_and_the_place() -> None:
    gold = spans(
        MOSUL, ERBIL, lat=[36.34, 36.19], lon=[43.13, 44.01], geonameid=pd.array([99072, 95446], dtype="Int64")
    )
    predicted = spans(
        MOSUL,
        ERBIL,
        TIGRIS,
        lat=[36.3, -36.0, 31.0],
        lon=[43.1, 44.0, 47.4],
        geonameid=pd.array([99072, 1, 2], dtype="Int64"),
    )
    scores = sample_scores(end_to_end, gold, predicted)
    assert scores["end_to_end_161km_precision"] == 1 / 3
    assert scores["end_to_end_161km_recall"] == 1 / 2
    assert scores["end_to_end_id_recall"] == 1 / 2


def test_a_prediction_over_gold_without_coordinates_is_neither_right_nor_wrong() -> None:
    gold = spans(MOSUL, ERBIL, lat=[36.34, None], lon=[43.13, None], geonameid=pd.array([99072, None], dtype="Int64"))
    predicted = spans(MOSUL, ERBIL, lat=[36.3, 0.0], lon=[43.1, 0.0], geonameid=pd.array([99072, 1], dtype="Int64"))
    assert sample_scores(end_to_end, gold, predicted)["end_to_end_161km_f1"] == 1


def test_what_stands_inside_other_names_is_neither_right_nor_wrong_in_what_counts() -> None:
    known = {"lat": [36.3, 36.2], "lon": [43.1, 44.0], "geonameid": pd.array([99072, 95446], dtype="Int64")}
    gold = spans(MOSUL, ERBIL, **known).assign(kind=["toponym", "embedded"])
    predicted = spans(MOSUL, ERBIL, TIGRIS, lat=[36.3, 0.0, 0.0], lon=[43.1, 0.0, 0.0], geonameid=1)
    inside = predicted.assign(kind=["toponym", "toponym", "embedded"])
    scores = sample_scores(end_to_end, gold, inside)
    assert (scores["end_to_end_161km_precision"], scores["end_to_end_161km_recall"]) == (1 / 3, 1 / 2)
    assert (scores["end_to_end_161km_counted_precision"], scores["end_to_end_161km_counted_recall"]) == (1, 1)
    drawn = sample_scores(end_to_end, gold, predicted)
    assert drawn["end_to_end_161km_counted_precision"] == 1 / 2


def test_calibration_error_is_zero_when_stated_and_true_shares_agree() -> None:
    assert calibration_error([0.75] * 4, [1, 1, 1, 0]) == pytest.approx(0)
    assert calibration_error([1.0, 1.0], [1, 0]) == pytest.approx(0.5)


def test_area_under_the_log_error_is_zero_for_no_error_and_one_for_the_farthest() -> None:
    assert log_error_auc(np.zeros(5)) == 0
    assert log_error_auc(np.full(5, FARTHEST_KM)) == pytest.approx(1)


def test_mosul_and_erbil_are_some_eighty_kilometers_apart() -> None:
    assert float(distance_km(36.335, 43.119, 36.191, 44.009)) == pytest.approx(81.3, abs=1)


points = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(points, points)
def test_distance_is_symmetric_and_never_beyond_half_the_globe(a: tuple[float, float], b: tuple[float, float]) -> None:
    there, back = float(distance_km(*a, *b)), float(distance_km(*b, *a))
    assert math.isclose(there, back, rel_tol=1e-9, abs_tol=1e-6)
    assert 0 <= there <= 20_015.2


@given(st.lists(st.sampled_from(["a", "b", "c", "d", "e", "f", None]), max_size=60), st.integers(2, 5))
def test_no_outlet_is_in_two_folds(sources: list[str | None], folds: int) -> None:
    assigned = outlet_folds(sources, folds=folds)
    for outlet in {source for source in sources if source}:
        assert len({fold for fold, source in zip(assigned, sources, strict=True) if source == outlet}) == 1


def test_folds_are_the_same_on_every_run_and_about_equally_large() -> None:
    sources = [f"outlet-{number % 17}" for number in range(170)]
    assert outlet_folds(sources).tolist() == outlet_folds(sources).tolist()
    assert np.bincount(outlet_folds(sources)).max() <= 40


def test_gold_rows_that_do_not_fit_are_left_out_and_reported_while_the_rest_is_scored(tmp_path: Path) -> None:
    good = {"start": 0, "end": 5, "text": "Mosul", "lat": 36.34, "lon": 43.13, "geonameid": 99072}
    path = gold_file(
        tmp_path,
        [
            good,
            {"start": 18, "end": 24, "text": "Euphrates"},
            {"start": 44, "end": 99},
            {"start": 26, "end": 31, "lat": 136.0, "lon": 0.0},
            {"start": 44, "end": 49, "geonameid": "Q5"},
            {"start": 44, "end": 49, "field": "body"},
        ],
    )
    gold = read_gold(path)
    assert gold.mentions["toponym"].tolist() == ["Mosul"]
    reasons = " | ".join(problem["reason"] for problem in gold.problems)
    for part in ("not 'Euphrates'", "outside the text", "136.0", "'Q5' is not an integer", "'body'"):
        assert part in reasons


def test_fine_types_become_kinds_and_groups_become_usages(tmp_path: Path) -> None:
    path = gold_file(
        tmp_path,
        [
            {"start": 0, "end": 5, "type": "Embedded_Literal", "group": "literal"},
            {"start": 18, "end": 24, "type": "Mixed", "group": "literal"},
            {"start": 26, "end": 31, "type": "Non_Literal_Modifier", "group": "associative"},
        ],
    )
    gold = read_gold(path, demonyms=frozenset({"iraqi"}))
    assert gold.mentions["kind"].tolist() == ["embedded", "toponym", "demonym"]
    assert gold.mentions["usage"].tolist() == ["literal", "literal", "associative"]


@pytest.mark.parametrize("content", ["", "not json\n", '{"text": "no id"}\n'])
def test_a_file_without_a_usable_line_is_an_error_that_says_what_a_line_should_be(tmp_path: Path, content: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidGold, match="article_id and text"):
        read_gold(path)

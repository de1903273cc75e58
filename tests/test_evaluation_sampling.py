"""Sampling mentions to label, labeling them, and what the labels say."""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import ipywidgets
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import many

from geomap import tables
from geomap.errors import InvalidTable
from geomap.evaluation import Gold, label, label_by_gold, precision, read_gold, sample
from geomap.evaluation._labeling import _Labeler
from geomap.gazetteer import Gazetteer
from geomap.pipeline import Geoparser

GOLD = Path(__file__).resolve().parents[1] / "data" / "corpora" / "mosul" / "gold.jsonl"


@pytest.fixture(scope="module")
def gold() -> Gold:
    return read_gold(GOLD)


@pytest.fixture(scope="module")
def mentions(gold: Gold, gazetteer: Gazetteer) -> gpd.GeoDataFrame:
    found = Geoparser(gazetteer=gazetteer).geoparse(gold.articles)
    return found[found["status"] == "resolved"]


def _made_up(kinds: list[str | None]) -> gpd.GeoDataFrame:
    rows = pd.DataFrame(
        {
            "kind": kinds,
            "article_id": [str(row // 5) for row in range(len(kinds))],
            "place_id": [f"x:{row}" for row in range(len(kinds))],
        }
    )
    rows["name"] = rows["place_id"]
    return gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy(np.arange(len(rows)) % 180, [0] * len(rows)), crs=4326)


@pytest.mark.slow
@settings(max_examples=many(60), deadline=None)
@given(
    kinds=st.lists(st.sampled_from(["toponym", "demonym", "embedded", None]), min_size=1, max_size=120),
    n=st.integers(4, 150),
    seed=st.integers(0, 9),
)
def test_weights_add_up_and_every_stratum_is_there(kinds: list[str | None], n: int, seed: int) -> None:
    drawn = sample(_made_up(kinds), n, seed=seed)
    assert len(drawn) == min(n, len(kinds))
    assert drawn["weight"].sum() == pytest.approx(len(kinds))
    by_stratum = drawn.groupby("stratum")["weight"].sum()
    wanted = pd.Series(kinds, dtype=object).fillna("unknown").value_counts()
    assert by_stratum.round().astype(int).to_dict() == wanted.to_dict()
    assert drawn["label"].isna().all()
    order = drawn["place_id"].str.removeprefix("x:").astype(int)
    assert order.is_monotonic_increasing
    assert order.is_unique


@settings(max_examples=many(60), deadline=None)
@given(
    strata=st.lists(st.tuples(st.integers(1, 40), st.integers(1, 400)), min_size=1, max_size=5), share=st.floats(0, 1)
)
def test_the_interval_holds_the_estimate_and_stays_between_0_and_1(strata: list[tuple[int, int]], share: float) -> None:
    rows = []
    for number, (labeled, more) in enumerate(strata):
        right = round(share * labeled)
        labels = ["right"] * right + ["wrong place"] * (labeled - right)
        rows.append(pd.DataFrame({"stratum": str(number), "weight": 1 + more / labeled, "label": labels}))
    table = precision(pd.concat(rows, ignore_index=True))
    assert (table["low"].between(0, table["precision"] + 1e-9)).all()
    assert (table["high"].between(table["precision"] - 1e-9, 1)).all()
    assert (table["high"] > table["low"]).all()


@pytest.mark.slow
@pytest.mark.parametrize("shares", [(0.9, 0.7, 0.4), (0.8, 0.8, 0.8)])
def test_the_interval_covers_the_truth_as_often_as_it_says(shares: tuple[float, ...]) -> None:
    sizes, truth = (600, 120, 12), []
    for size, share in zip(sizes, shares, strict=True):
        truth += ["right"] * round(size * share) + ["wrong place"] * (size - round(size * share))
    population = _made_up([kind for kind, size in zip("abc", sizes, strict=True) for _ in range(size)])
    labels = pd.Series(truth, index=population["place_id"])
    covered, estimates = 0, []
    for seed in range(200):
        drawn = sample(population, 50, seed=seed)
        drawn["label"] = labels.loc[drawn["place_id"]].to_numpy()
        row = precision(drawn).iloc[0]
        covered += row["low"] <= (labels == "right").mean() <= row["high"]
        estimates.append(row["precision"])
    # Of 200 draws at 0.95, 99 in 100 times at least 0.91 cover.
    assert covered / 200 >= 0.91
    assert np.mean(estimates) == pytest.approx((labels == "right").mean(), abs=0.015)


def test_a_simple_sample_has_wilsons_interval() -> None:
    table = pd.DataFrame({"stratum": "all", "weight": 1e9, "label": ["right"] * 8 + ["not a place"] * 2})
    row = precision(table).iloc[0]
    # Wilson's interval for 8 of 10, as published tables give it.
    assert row[["precision", "low", "high"]].tolist() == pytest.approx([0.8, 0.4902, 0.9433], abs=2e-4)


def test_labeling_everything_leaves_no_doubt(mentions: gpd.GeoDataFrame, gold: Gold) -> None:
    labeled = label_by_gold(sample(mentions, len(mentions)), gold)
    labeled["label"] = labeled["label"].fillna("wrong place")
    row = precision(labeled).iloc[0]
    assert row["low"] == row["precision"] == row["high"] == pytest.approx((labeled["label"] == "right").mean())


def test_fewer_labels_leave_more_doubt_and_none_leave_nothing(mentions: gpd.GeoDataFrame, gold: Gold) -> None:
    labeled = label_by_gold(sample(mentions, 100, by=None), gold)
    half = labeled.assign(label=labeled["label"].where(labeled.index % 2 == 0))
    whole, part = precision(labeled).iloc[0], precision(half).iloc[0]
    assert part["labeled"] < whole["labeled"]
    assert part["high"] - part["low"] > whole["high"] - whole["low"]
    nothing = precision(labeled.assign(label=None)).iloc[0]
    assert nothing["labeled"] == 0
    assert np.isnan(nothing["precision"])


def test_a_stratum_without_labels_counts_as_the_rest() -> None:
    table = pd.DataFrame({"stratum": ["a"] * 10 + ["b"], "weight": 5.0, "label": ["right"] * 9 + ["wrong place", None]})
    rows = precision(table).set_index("stratum")
    assert rows.loc["all", "precision"] == pytest.approx(0.9)
    assert np.isnan(rows.loc["b", "precision"])
    assert rows.loc["all", "mentions"] == 55


def test_what_counts_as_right_can_be_chosen() -> None:
    table = pd.DataFrame({"stratum": "all", "weight": 2.0, "label": ["right", " right ", "wrong place", "not a place"]})
    assert precision(table).iloc[0]["precision"] == 0.5
    assert precision(table, right=("right", "wrong place")).iloc[0]["precision"] == 0.75


def test_an_unknown_label_is_refused_by_row() -> None:
    table = pd.DataFrame({"stratum": "all", "weight": 1.0, "label": ["right", "dunno"]})
    with pytest.raises(InvalidTable, match=r"row 1.*'dunno'"):
        precision(table)


@pytest.mark.parametrize("given", [{"n": 0}, {"n": 2, "by": "kind"}])
def test_a_sample_too_small_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(InvalidTable):
        sample(_made_up(["a", "b", "c"]), **given)  # type: ignore[arg-type]


def test_confidence_is_cut_at_its_quartiles(mentions: gpd.GeoDataFrame) -> None:
    drawn = sample(mentions, 60, by="confidence")
    assert 2 <= drawn["stratum"].nunique() <= 4
    assert drawn["weight"].sum() == pytest.approx(len(mentions))


def test_an_empty_table_has_an_empty_sample() -> None:
    drawn = sample(tables.empty_mentions(), 50)
    assert len(drawn) == 0
    assert precision(drawn)["mentions"].tolist() == [0]


def test_neighbors_are_the_nearest_places_of_the_same_article(mentions: gpd.GeoDataFrame) -> None:
    drawn = sample(mentions, 50)
    row = drawn[drawn["neighbors"].notna()].iloc[0]
    others = set(mentions.loc[mentions["article_id"] == row["article_id"], "name"]) - {row["name"]}
    assert row["neighbors"].rsplit(" (", 1)[0].split(" (")[0] in others


def test_gold_labels_are_what_the_gold_says(mentions: gpd.GeoDataFrame, gold: Gold) -> None:
    labeled = label_by_gold(sample(mentions, len(mentions)), gold)
    spans = set(gold.mentions[["article_id", "field", "start", "end"]].itertuples(index=False, name=None))
    exact = [
        row in spans for row in labeled[["article_id", "field", "start", "end"]].itertuples(index=False, name=None)
    ]
    assert (labeled["label"][exact] != "not a place").all()
    right = labeled[exact].merge(gold.mentions, on=["article_id", "field", "start", "end"], suffixes=("", "_gold"))
    same = right["geonameid"].eq(right["geonameid_gold"]).fillna(False).astype(bool)
    assert same.sum() > 100
    assert (right["label"][same] == "right").all()
    away = label_by_gold(labeled.assign(article_id="elsewhere"), gold)
    assert away["label"].isna().all()


def test_labels_and_neighbors_are_the_same_in_another_system(mentions: gpd.GeoDataFrame, gold: Gold) -> None:
    drawn, projected = sample(mentions, 60), sample(mentions.to_crs("EPSG:3857").rename_geometry("point"), 60)
    assert projected["neighbors"].fillna("").tolist() == drawn["neighbors"].fillna("").tolist()
    labels, others = (label_by_gold(table, gold)["label"].fillna("") for table in (drawn, projected))
    assert others.tolist() == labels.tolist()


@pytest.fixture
def drawn(mentions: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return sample(mentions, 4)


def test_pressing_the_buttons_fills_the_table_and_the_file(drawn: gpd.GeoDataFrame, tmp_path: Path) -> None:
    widget = _Labeler(drawn, ipywidgets, tmp_path / "labels.csv")
    right, wrong, nothing, skip, back = widget.box.children[2].children
    assert drawn["toponym"].iloc[0] in widget.box.children[1].value
    for button in (right, wrong, skip, nothing):
        button.click()
    assert drawn["label"].tolist()[:2] == ["right", "wrong place"]
    assert pd.isna(drawn["label"].iloc[2])
    assert drawn["label"].iloc[3] == "not a place"
    back.click()
    right.click()
    assert drawn["label"].iloc[2] == "right"
    assert widget.box.children[0].value == 4
    assert pd.read_csv(tmp_path / "labels.csv")["label"].tolist() == ["right", "wrong place", "right", "not a place"]


def test_labels_kept_in_a_file_are_there_the_next_time(drawn: gpd.GeoDataFrame, tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    _Labeler(label(drawn, path=file), ipywidgets, file).box.children[2].children[0].click()
    again = label(drawn, path=file)
    assert again["label"].iloc[0] == "right"
    assert again["label"].isna().sum() == 3
    assert drawn["label"].isna().all()


def test_labels_of_another_sample_are_not_written_over(mentions: gpd.GeoDataFrame, tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    first = sample(mentions, 4, seed=1)
    first["label"] = "right"
    label(first, path=file)
    kept = file.read_text("utf-8")
    with pytest.raises(InvalidTable, match="another sample"):
        label(sample(mentions, 4, seed=2), path=file)
    assert file.read_text("utf-8") == kept


def test_without_ipywidgets_the_table_comes_back_to_fill_in_by_hand(
    drawn: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    table = label(drawn)
    assert table["label"].isna().all()
    assert capsys.readouterr().out == ""
    table["label"] = "right"
    assert precision(table).iloc[0]["precision"] == 1


def test_an_article_s_words_are_text_in_the_widget(drawn: gpd.GeoDataFrame) -> None:
    evil = "<img src=x onerror=alert(1)>"
    drawn["sentence"] = f"{evil} in Mosul & Mosul"
    drawn["toponym"], drawn["name"], drawn["neighbors"] = "Mosul", evil, evil
    shown = _Labeler(drawn, ipywidgets, None).box.children[1].value
    assert "<img" not in shown
    assert shown.count("<mark") == 2

"""The sample corpora: their shape, that no text repeats another, and the agreement of the gold annotations."""

from __future__ import annotations

import csv
import itertools
import json
import re
from pathlib import Path

import pandas as pd
import pytest

import geomap
from geomap.evaluation import read_gold
from geomap.evaluation.matching import match_spans
from geomap.geometry import distance_km

MOSUL = Path(__file__).resolve().parents[1] / "data" / "corpora" / "mosul"
REPORTS = sorted(MOSUL.glob("mosul_*.txt"))


def five_grams(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return set(zip(*(words[number:] for number in range(5)), strict=False))


def test_there_are_enough_reports_of_the_promised_length() -> None:
    assert len(REPORTS) >= 120
    for path in REPORTS:
        assert 80 <= len(path.read_text("utf-8").split()) <= 200, path.name


def test_no_two_reports_share_more_than_a_few_words_in_a_row() -> None:
    grams = {path.name: five_grams(path.read_text("utf-8")) for path in REPORTS}
    for a, b in itertools.combinations(grams, 2):
        assert len(grams[a] & grams[b]) <= 6, f"{a} and {b} share {grams[a] & grams[b]}"


def test_every_report_is_dated_has_a_source_and_says_which_facts_it_rests_on() -> None:
    with (MOSUL / "articles.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows] == [path.name for path in REPORTS]
    assert all(len(row["facts"].split()) >= 5 for row in rows)
    articles = geomap.read_articles(MOSUL)
    assert len(articles) == len(REPORTS)
    assert articles["published"].notna().all()
    assert articles["published"].min().year == 2016
    assert articles["published"].max().year == 2018
    assert articles["source"].nunique() == 6
    assert not [problem for problem in articles.attrs["problems"] if problem["action"] == "skipped"]


@pytest.fixture(scope="module")
def gold() -> geomap.evaluation.Gold:  # type: ignore[name-defined]
    return read_gold(MOSUL / "gold.jsonl")


def test_gold_covers_thirty_reports_and_every_row_fits(gold) -> None:
    assert len(gold.articles) == 30
    assert gold.problems == []
    assert len(gold.mentions) > 250
    texts = {path.stem: path.open(encoding="utf-8", newline="").read() for path in REPORTS}
    assert all(
        texts[article_id] == text
        for article_id, text in zip(gold.articles["article_id"], gold.articles["text"], strict=True)
    )
    assert gold.mentions["kind"].notna().all()
    assert gold.mentions["usage"].notna().all()
    assert gold.mentions["lat"].notna().mean() > 0.9


def test_gold_ids_are_in_the_gazetteer_near_the_gold_points(gold, gazetteer: geomap.Gazetteer) -> None:
    known = gold.mentions[gold.mentions["geonameid"].notna()].drop_duplicates("geonameid")
    for row in known.itertuples():
        place = gazetteer.place(f"geonames:{row.geonameid}")
        assert float(distance_km(place.lat, place.lon, row.lat, row.lon)) < 50, row.toponym


def agreement() -> dict[str, float]:
    """Return the agreement of the two annotators: F1 of exact spans, and shares over the spans that both have."""
    tables = []
    texts = {path.stem: path.open(encoding="utf-8", newline="").read() for path in REPORTS}
    for name in ("gold-a.jsonl", "gold-b.jsonl"):
        rows = []
        for line in (MOSUL / name).read_text("utf-8").splitlines():
            article = json.loads(line)
            for toponym in article["toponyms"]:
                assert texts[article["article_id"]][toponym["start"] : toponym["end"]] == toponym["text"]
                rows.append(toponym | {"article_id": article["article_id"], "field": "text"})
        tables.append(pd.DataFrame(rows))
    a, b = tables
    pairs = match_spans(a, b, exact=True)
    left, right = a.iloc[pairs[:, 0]].reset_index(drop=True), b.iloc[pairs[:, 1]].reset_index(drop=True)
    both = left["lat"].notna() & right["lat"].notna()
    apart = distance_km(left["lat"][both], left["lon"][both], right["lat"][both], right["lon"][both])
    kind = float((left["kind"] == right["kind"]).mean())
    by_chance = sum(
        float((left["kind"] == value).mean() * (right["kind"] == value).mean()) for value in set(left["kind"])
    )
    return {
        "mentions_a": len(a),
        "mentions_b": len(b),
        "span_f1": 2 * len(pairs) / (len(a) + len(b)),
        "kind": kind,
        "kind_kappa": (kind - by_chance) / (1 - by_chance),
        "usage": float((left["usage"] == right["usage"]).mean()),
        "place_within_25km": float((apart <= 25).mean()),
    }


def test_the_annotators_agree_as_the_readme_reports() -> None:
    found = agreement()
    assert found["span_f1"] > 0.85
    readme = (MOSUL / "README.md").read_text("utf-8")
    for value in (found["span_f1"], found["kind"], found["usage"], found["place_within_25km"]):
        assert f"{value:.3f}" in readme


if __name__ == "__main__":
    for name, value in agreement().items():
        print(f"{name:<20} {value:.3f}")

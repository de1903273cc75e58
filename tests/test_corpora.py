"""The sample corpora: their shape, that no text repeats another, and the agreement of the gold annotations."""

from __future__ import annotations

import csv
import itertools
import json
import re
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

import geomap
from geomap import tables
from geomap.evaluation import Gold, read_gold
from geomap.evaluation._metrics import match_spans
from geomap.geometry import distance_km

CORPORA = Path(__file__).resolve().parents[1] / "data" / "corpora"
MOSUL, WORLD = CORPORA / "mosul", CORPORA / "world"
REPORTS = sorted(MOSUL.glob("mosul_*.txt"))
# How many gold reports and at least how many gold mentions each corpus has.
GOLD = {"mosul": (30, 250), "world": (40, 450)}
# Countries that reports are about, enough to tell that a continent is present.
CONTINENTS = {
    "Africa": {"KE", "UG", "TZ", "SS", "ET", "SO", "MZ", "EG", "ZA", "NG"},
    "Asia": {"IN", "CN", "LK", "IR", "JP", "ID", "KR", "NP", "IQ", "TW"},
    "Europe": {"GB", "IT", "DE", "NL", "ES", "PT", "AT", "GR", "AL"},
    "North America": {"US", "CA", "MX", "JM", "GT", "AG"},
    "Oceania": {"AU", "NZ", "TO"},
    "South America": {"BR", "CL", "EC", "VE", "AR", "CO", "BO"},
}


def lines(path: Path) -> list[dict[str, object]]:
    """Return the objects of a file with one JSON object on each line."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@cache
def texts(corpus: str) -> dict[str, dict[str, str]]:
    """Return title and text of each report as they lie on disk, offsets untouched."""
    if corpus == "mosul":
        return {path.stem: {"title": "", "text": path.read_bytes().decode("utf-8")} for path in REPORTS}
    return {
        str(report["article_id"]): {"title": str(report["title"]), "text": str(report["text"])}
        for report in lines(WORLD / "articles.jsonl")
    }


def five_grams(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return set(zip(*(words[number:] for number in range(5)), strict=False))


def test_there_are_enough_reports_of_the_promised_length() -> None:
    assert len(texts("mosul")) >= 120
    for name, report in texts("mosul").items():
        assert 80 <= len(report["text"].split()) <= 200, name
    assert len(texts("world")) >= 180
    for name, report in texts("world").items():
        assert 60 <= len(report["text"].split()) <= 150, name


def test_no_two_reports_share_more_than_a_few_words_in_a_row() -> None:
    reports = texts("mosul") | texts("world")
    grams = {name: five_grams(report["title"] + "\n" + report["text"]) for name, report in reports.items()}
    for a, b in itertools.combinations(grams, 2):
        assert len(grams[a] & grams[b]) <= 6, f"{a} and {b} share {grams[a] & grams[b]}"


def test_every_mosul_report_is_dated_has_a_source_and_says_which_facts_it_rests_on() -> None:
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


def test_every_world_report_is_dated_has_a_source_a_focus_and_says_what_it_rests_on() -> None:
    articles = geomap.read_articles(WORLD)
    assert len(articles) == len(texts("world"))
    assert articles["published"].dt.year.between(2015, 2019).all()
    assert set(articles["published"].dt.year) == {2015, 2016, 2017, 2018, 2019}
    assert articles["source"].value_counts().min() >= 40
    assert articles["source"].nunique() >= 4
    assert articles["facts"].str.split().map(len).min() >= 3
    assert not [problem for problem in articles.attrs["problems"] if problem["action"] == "skipped"]


@pytest.mark.parametrize("path", [MOSUL / "gold-focus.jsonl", WORLD / "articles.jsonl"], ids=["mosul", "world"])
def test_every_report_says_which_places_it_is_about(path: Path, gazetteer: geomap.Gazetteer) -> None:
    for report in lines(path):
        about = report["focus"]
        assert isinstance(about, list)
        assert 1 <= len(about) <= 3, report["article_id"]
        for focus in about:
            assert focus["name"].strip()
            assert -90 <= focus["lat"] <= 90
            assert -180 <= focus["lon"] <= 180
            if focus["geonameid"] is not None:
                place = gazetteer.place(f"geonames:{focus['geonameid']}")
                assert place is not None, focus
                assert float(distance_km(place.lat, place.lon, focus["lat"], focus["lon"])) < 50, focus


def test_the_world_reports_reach_every_inhabited_continent(gazetteer: geomap.Gazetteer) -> None:
    ids = {focus["geonameid"] for report in lines(WORLD / "articles.jsonl") for focus in report["focus"]}  # type: ignore[attr-defined]
    codes = {gazetteer.place(f"geonames:{geonameid}").country_code for geonameid in ids - {None}}  # type: ignore[union-attr]
    for continent, known in CONTINENTS.items():
        assert len(codes & known) >= 3, continent


@pytest.fixture(scope="module", params=sorted(GOLD))
def corpus(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def gold(corpus: str) -> Gold:
    return read_gold(CORPORA / corpus / "gold.jsonl")


def test_gold_covers_the_promised_reports_and_every_row_fits(corpus: str, gold: Gold) -> None:
    articles, mentions = GOLD[corpus]
    assert len(gold.articles) == articles
    assert gold.problems == []
    assert len(gold.mentions) > mentions
    for row in gold.articles.itertuples():
        assert texts(corpus)[row.article_id] == {"title": row.title, "text": row.text}
    assert gold.mentions["lat"].notna().mean() > 0.9


@pytest.mark.parametrize("name", ["gold.jsonl", "gold-a.jsonl", "gold-b.jsonl"])
def test_every_annotation_matches_its_text_and_uses_the_words_of_the_tables(corpus: str, name: str) -> None:
    for toponym in annotated_by(corpus, name).to_dict("records"):
        field = texts(corpus)[toponym["article_id"]][toponym["field"]]
        assert field[toponym["start"] : toponym["end"]] == toponym["text"]
        assert toponym["kind"] in tables.KINDS
        assert toponym["usage"] in tables.USAGES
        assert pd.isna(toponym["lat"]) == pd.isna(toponym["lon"])
        assert pd.isna(toponym["lat"]) or (-90 <= toponym["lat"] <= 90 and -180 <= toponym["lon"] <= 180)


def test_gold_takes_every_mention_from_an_annotator_and_decides_only_where_they_differ(corpus: str) -> None:
    gold, a, b = (annotated_by(corpus, name) for name in ("gold.jsonl", "gold-a.jsonl", "gold-b.jsonl"))
    keys = ["article_id", "field", "start", "end"]
    both = a.merge(b, on=keys, suffixes=("_a", "_b")).merge(gold, on=keys)
    assert len(both) == len(gold)
    for name in ("kind", "usage", "geonameid", "place_id"):
        left, right, chosen = (both[name + suffix].astype(object).fillna("none") for suffix in ("_a", "_b", ""))
        assert ((chosen == left) | (chosen == right)).all(), name


def test_gold_ids_are_in_the_gazetteer_near_the_gold_points(gold: Gold, gazetteer: geomap.Gazetteer) -> None:
    known = gold.mentions[gold.mentions["geonameid"].notna()].drop_duplicates("geonameid")
    for row in known.itertuples():
        place = gazetteer.place(f"geonames:{row.geonameid}")
        assert place is not None, row.toponym
        assert float(distance_km(place.lat, place.lon, row.lat, row.lon)) < 50, row.toponym


def annotated_by(corpus: str, name: str) -> pd.DataFrame:
    """Return one annotator's mentions, one row each; where no field is named it is the text."""
    rows = [
        {"field": "text"} | toponym | {"article_id": article["article_id"]}
        for article in lines(CORPORA / corpus / name)
        for toponym in article["toponyms"]  # type: ignore[attr-defined]
    ]
    return pd.DataFrame(rows)


def kappa(left: pd.Series, right: pd.Series) -> float:
    """Return Cohen's kappa (1960) of two annotators' labels."""
    agreed = float((left == right).mean())
    by_chance = sum(float((left == value).mean() * (right == value).mean()) for value in set(left))
    return (agreed - by_chance) / (1 - by_chance)


def agreement(corpus: str) -> dict[str, float]:
    """Return the agreement of the two annotators: F1 of exact spans, and shares over the spans that both have."""
    a, b = (annotated_by(corpus, name) for name in ("gold-a.jsonl", "gold-b.jsonl"))
    pairs = match_spans(a, b, exact=True)
    left, right = a.iloc[pairs[:, 0]].reset_index(drop=True), b.iloc[pairs[:, 1]].reset_index(drop=True)
    both = left["lat"].notna() & right["lat"].notna()
    apart = distance_km(left["lat"][both], left["lon"][both], right["lat"][both], right["lon"][both])
    return {
        "span_f1": 2 * len(pairs) / (len(a) + len(b)),
        "kind": float((left["kind"] == right["kind"]).mean()),
        "kind_kappa": kappa(left["kind"], right["kind"]),
        "usage": float((left["usage"] == right["usage"]).mean()),
        "usage_kappa": kappa(left["usage"], right["usage"]),
        "place_within_25km": float((apart <= 25).mean()),
        "place_within_161km": float((apart <= 161).mean()),
        "same_id": float((left["place_id"].fillna("none") == right["place_id"].fillna("none")).mean()),
    }


# What each corpus's README states.
STATED = {
    "mosul": ("span_f1", "kind", "usage", "place_within_25km"),
    "world": (
        "span_f1", "kind", "kind_kappa", "usage", "usage_kappa", "place_within_25km", "place_within_161km", "same_id",
    ),
}  # fmt: skip


def test_the_annotators_agree_as_the_readme_reports(corpus: str) -> None:
    found = agreement(corpus)
    assert found["span_f1"] > 0.85
    readme = (CORPORA / corpus / "README.md").read_text("utf-8")
    stated = re.findall(r"\| (\d\.\d{3}) \|", readme)
    assert stated == [f"{found[name]:.3f}" for name in STATED[corpus]]


if __name__ == "__main__":
    for name in GOLD:
        for measure, value in agreement(name).items():
            print(f"{name:<8} {measure:<20} {value:.3f}")

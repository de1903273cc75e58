"""The report: breakdowns, confusions, calibration, regions; as tables, as JSON, as a page."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import geomap
from geomap.errors import InvalidTable, UnsafeOutput
from geomap.evaluation import breakdown, compare, confusions, difference, read_gold, reliability, report, scores
from geomap.evaluation._breakdowns import population_bands
from geomap.evaluation._predictions import gold_features
from geomap.evaluation._regions import country_of, inside_region
from geomap.evaluation._reporting import TABLES
from geomap.recognition._spans import Span

TEXT = "Mosul, Erbil and <b>Paris</b> met Iraqi envoys in Texas & Iraq."
PLACES = {
    "Mosul": (36.335, 43.119, 99072),
    "Erbil": (36.191, 44.009, 95446),
    "<b>Paris</b>": (48.853, 2.349, 2988507),
    "Iraqi": (33.0, 44.0, 99237),
    "Texas": (31.25, -99.25, 4736286),
    "Iraq": (33.0, 44.0, 99237),
}


def span(words: str, *, from_end: bool = False) -> tuple[int, int]:
    start = TEXT.rindex(words) if from_end else TEXT.index(words)
    return start, start + len(words)


@pytest.fixture(scope="module")
def gold_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = []
    for words, (lat, lon, geonameid) in PLACES.items():
        start, end = span(words, from_end=words == "Iraq")
        kind = "demonym" if words == "Iraqi" else "toponym"
        rows.append(
            {"start": start, "end": end, "text": words, "lat": lat, "lon": lon, "geonameid": geonameid, "kind": kind}
        )
    rows.append({"start": 0, "end": 5, "text": "</script><script>alert(1)</script>"})
    articles = [{"article_id": name, "title": "", "text": TEXT, "source": "x", "toponyms": rows} for name in "abc"]
    path = tmp_path_factory.mktemp("gold") / "gold.jsonl"
    path.write_text("\n".join(map(json.dumps, articles)), encoding="utf-8")
    return path


def prediction(words: str, lat: float | None, lon: float | None, **columns: object) -> dict[str, object]:
    start, end = span(words, from_end=words == "Iraq")
    given = {"start": start, "end": end, "toponym": words, "kind": "toponym", "lat": lat, "lon": lon, "confidence": 0.9}
    return given | columns


@pytest.fixture(scope="module")
def predictions() -> pd.DataFrame:
    rows = [
        prediction("Mosul", 36.3, 43.1, geonameid=99072, name="Mosul", country_code="IQ", feature_code="PPLA"),
        prediction(
            "Erbil",
            10.0,
            10.0,
            geonameid=1,
            name="<i>Elsewhere</i>",
            country_code="NG",
            feature_code="PPL",
            confidence=0.4,
        ),
        prediction("Paris", 48.85, 2.35, geonameid=2988507, name="Paris", country_code="FR", feature_code="PPLC"),
        prediction("envoys", 0.0, 0.0, geonameid=2, name="Null Island", country_code=None, feature_code="ISL"),
        # A thousand kilometers from the gold point, and right all the same.
        prediction("Texas", 36.4, -103.0, geonameid=4736286, name="Texas", country_code="US", feature_code="ADM1"),
        prediction("Iraq", None, None, confidence=0.0),
    ]
    return pd.concat([pd.DataFrame(rows).assign(article_id=name) for name in "abc"], ignore_index=True)


@pytest.fixture(scope="module")
def compared(gold_path: Path, predictions: pd.DataFrame, gazetteer: geomap.Gazetteer):
    return compare(gold_path, predictions, geoparser=geomap.Geoparser(gazetteer=gazetteer))


def value(table: pd.DataFrame, part: str, score: str) -> float:
    return float(table.set_index(["part", "score"])["value"].loc[(part, score)])


def test_given_predictions_are_scored_and_what_was_left_out_is_counted(compared) -> None:
    table = scores(compared, bootstrap=50)
    assert value(table, "gold", "left_out") == 3
    assert value(table, "recognition", "exact_precision") == pytest.approx(4 / 6)
    assert value(table, "recognition", "overlap_recall") == pytest.approx(5 / 6)
    assert value(table, "resolution", "accuracy_161km") == pytest.approx(1 / 6)
    assert value(table, "resolution", "accuracy_region") == pytest.approx(2 / 6)
    assert value(table, "end to end", "end_to_end_161km_recall") == pytest.approx(2 / 6)
    assert value(table, "end to end", "end_to_end_region_recall") == pytest.approx(3 / 6)
    assert "resolution without source" not in set(table["part"])
    assert ((table["low"] <= table["value"]) | table["low"].isna()).all()


def test_a_country_or_state_is_right_inside_its_outline_and_a_town_is_not() -> None:
    predicted = pd.DataFrame(
        {
            "feature_code": ["PCLI", "PCLI", "ADM1", "ADM1", "PPL", None],
            "country_code": ["IQ", "IQ", "US", "US", "IQ", None],
            "geonameid": pd.array([99237, 99237, 4736286, 4736286, 99072, None], dtype="Int64"),
        }
    )
    lat, lon = [36.3, 48.9, 29.4, 40.7, 36.3, 36.3], [43.1, 2.3, -98.5, -74.0, 43.1, 43.1]
    assert inside_region(lat, lon, predicted).tolist() == [True, False, True, False, False, False]
    assert country_of([36.3, 0.0], [43.1, -30.0]) == ["IQ", None]


def test_the_breakdown_says_who_is_badly_served(compared) -> None:
    table = breakdown(compared, bootstrap=50).set_index(["by", "group", "score"])["value"]
    assert table["kind", "demonym", "exact_recall"] == 0
    assert table["kind", "toponym", "exact_precision"] == pytest.approx(4 / 6)
    assert table["country", "IQ", "accuracy_161km"] == pytest.approx(1 / 4)
    assert table["country", "US", "accuracy_region"] == 1
    assert table["feature_class", "P", "end_to_end_161km_recall"] == pytest.approx(2 / 3)
    assert table["population", "a million or more", "accuracy_161km"] == pytest.approx(1 / 3)


def test_population_bands_begin_at_their_lower_limit() -> None:
    people = pd.DataFrame({"population": pd.array([0, 999, 1000, 99_999, 100_000, 10**6, None], dtype="Int64")})
    assert population_bands(people).tolist() == [
        *["under 1,000"] * 2,
        "1,000 to 9,999",
        "10,000 to 99,999",
        "100,000 to 999,999",
        "a million or more",
        "not known",
    ]


def test_confusions_name_what_was_mistaken_for_what(compared) -> None:
    table = confusions(compared)
    found = {(row.mistake, row.toponym, row.gold, row.predicted): row.mentions for row in table.itertuples()}
    assert found[("wrong place", "Erbil", "Erbil, IQ", "<i>Elsewhere</i>, NG")] == 3
    assert found[("no place", "Iraq", "Iraq, IQ", "")] == 3
    assert found[("missed", "Iraqi", "Iraqi", "")] == 3
    assert found[("spurious", "envoys", "", "envoys")] == 3
    assert found[("boundary", "<b>Paris</b>", "<b>Paris</b>", "Paris")] == 3
    assert not any(words == "Texas" for _, words, *_ in found)
    assert table["mentions"].is_monotonic_decreasing


def test_reliability_counts_every_stated_confidence_once(compared) -> None:
    table = reliability(compared, bootstrap=50)
    assert table["mentions"].sum() == 12
    assert table.set_index("confidence_from")["right"].to_dict() == {0.0: 0.0, 0.4: 0.0, 0.9: 0.5}


@pytest.fixture(scope="module")
def whole(gold_path: Path, predictions: pd.DataFrame, gazetteer: geomap.Gazetteer):
    parser = geomap.Geoparser(gazetteer=gazetteer)
    return report(gold_path, predictions, geoparser=parser, bootstrap=50)


def test_the_json_report_has_every_table_and_only_valid_numbers(whole, tmp_path: Path) -> None:
    content = json.loads(whole.to_json(tmp_path / "report.json").read_text("utf-8"), parse_constant=pytest.fail)
    assert set(content) == {"about", *TABLES}
    assert len(content["scores"]) == len(whole.scores)
    assert len(content["left_out"]) == 3
    assert content["about"]["gold"] == "gold.jsonl"


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [
            str(words) for name, words in attrs if name in ("src", "href") and not str(words).startswith("#")
        ]


def test_the_page_shows_the_plots_needs_nothing_else_and_runs_no_word_of_an_article(whole, tmp_path: Path) -> None:
    html = whole.to_html(tmp_path / "report.html").read_text("utf-8")
    page = Page()
    page.feed(html)
    assert page.tags.count("svg") >= 5
    assert page.links == []
    assert not {"script", "b", "i", "img", "iframe"} & set(page.tags)
    assert "&lt;script&gt;" in html
    assert "&lt;i&gt;Elsewhere&lt;/i&gt;" in html
    assert "url(http" not in html
    assert re.search(r"prefers-color-scheme: dark", html)
    assert "#010203" not in html
    assert "var(--ink)" in html


@pytest.mark.slow
def test_two_runs_write_the_same_page(whole, tmp_path: Path) -> None:
    first, second = whole.to_html(tmp_path / "1.html"), whole.to_html(tmp_path / "2.html")
    assert first.read_bytes() == second.read_bytes()


def test_a_report_that_cannot_be_written_leaves_the_old_one(whole, tmp_path: Path) -> None:
    with pytest.raises(UnsafeOutput):
        whole.to_html(tmp_path / "nowhere" / "report.html")
    with pytest.raises(UnsafeOutput):
        whole.to_json(tmp_path)


def test_the_page_without_matplotlib_says_what_to_install(
    whole, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(geomap.errors.MissingDependency, match=r"geomap-toolkit\[maps\]"):
        whole.to_html(tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


def test_a_difference_is_zero_to_oneself_and_names_the_better_one(compared, gold_path, predictions, gazetteer) -> None:
    same = difference(compared, compared, bootstrap=50)
    assert (same[["value", "low", "high"]].fillna(0) == 0).all(axis=None)
    repaired = predictions.copy()
    repaired.loc[predictions["toponym"].eq("Iraq"), ["lat", "lon"]] = (33.0, 44.0)
    better = compare(gold_path, repaired, geoparser=geomap.Geoparser(gazetteer=gazetteer))
    found = difference(compared, better, bootstrap=50).set_index(["part", "score"])
    assert found.loc[("resolution", "accuracy_161km"), ["value", "low", "high"]].tolist() == pytest.approx([1 / 6] * 3)
    with pytest.raises(InvalidTable, match="same gold"):
        difference(compared, compare(read_gold(gold_path).subset({"a"}), predictions), bootstrap=0)


def test_a_place_that_the_gazetteer_does_not_know_is_told_by_its_code_and_its_point(
    gazetteer: geomap.Gazetteer,
) -> None:
    columns = {"lat": [36.3, 0.0, None], "lon": [43.1, -30.0, None], "feature_code": ["PPLX", "STM", None]}
    unknown = pd.DataFrame(columns).assign(geonameid=pd.array([1, None, None], dtype="Int64"))
    features = gold_features(unknown, gazetteer)
    assert features["feature_class"].tolist()[:2] == ["P", "H"]
    assert features["country_code"].tolist()[0] == "IQ"
    assert features.isna().all(axis=1).tolist() == [False, False, True]


class Names:
    """Finds a few names, one of them too long."""

    def recognize(self, texts):
        found = [[(text.find(name), name) for name in ("Mosul", "Erbil and", "Texas", "envoys")] for text in texts]
        return [
            [Span(start, start + len(name), "toponym", None, 0.5) for start, name in sorted(names) if start >= 0]
            for names in found
        ]


def test_a_geoparser_is_scored_as_its_own_predictions_are(gold_path: Path, gazetteer: geomap.Gazetteer) -> None:
    parser = geomap.Geoparser(gazetteer=gazetteer, recognizer=Names())
    gold = read_gold(gold_path)
    ran = geomap.evaluate(gold, geoparser=parser, bootstrap=20)
    given = geomap.evaluate(gold, parser.geoparse(gold.articles), geoparser=parser, bootstrap=20)
    for part in ("recognition", "end to end"):
        left, right = (table[table["part"].eq(part)].reset_index(drop=True) for table in (ran, given))
        pd.testing.assert_frame_equal(left, right)
    assert {"resolution", "resolution without source"} <= set(ran["part"])
    assert np.isfinite(value(ran, "resolution", "candidate_recall"))


def test_evaluating_reads_each_text_once(gold_path: Path, gazetteer: geomap.Gazetteer) -> None:
    read: list[str] = []

    class Counting:
        def recognize(self, texts):
            read.extend(texts)
            return [[] for _ in texts]

    geomap.evaluate(gold_path, geoparser=geomap.Geoparser(gazetteer=gazetteer, recognizer=Counting()), bootstrap=0)
    assert read == [TEXT]


@pytest.mark.slow
def test_the_command_scores_a_file_of_predictions_and_writes_its_reports(
    gold_path: Path, predictions: pd.DataFrame, gazetteer_cache: Path, tmp_path: Path
) -> None:
    predictions.to_csv(tmp_path / "mentions.csv", index=False)
    command = [sys.executable, "-m", "geomap.cli", "evaluate", str(gold_path), "--predictions", "mentions.csv"]
    files = ["--report", "out.html", "--json", "out.json", "-o", "scores.csv", "--bootstrap", "20"]
    environment = os.environ | {"GEOMAP_CACHE": str(gazetteer_cache), "HOME": str(tmp_path)}
    done = subprocess.run(
        [*command, *files], capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert "accuracy_region" in done.stdout
    assert re.search(r"exact_precision\s+0\.667  \(0\.2\d\d to 0\.9\d\d\)", done.stdout)
    assert done.stderr.count("left out") == 3
    assert (tmp_path / "out.html").stat().st_size > 10_000
    assert json.loads((tmp_path / "out.json").read_text("utf-8"))["about"]["predictions"] == "mentions.csv"
    assert {"part", "score", "value", "low", "high"} == set(pd.read_csv(tmp_path / "scores.csv").columns)


@pytest.mark.parametrize(
    "toponyms",
    [[], [{"start": 0, "end": 5}], [{"start": 0, "end": 5, "lat": 36.3, "lon": 43.1}]],
    ids=["no mentions", "no coordinates", "no id"],
)
@pytest.mark.parametrize("predicted", [0, 1])
def test_gold_or_predictions_that_hold_nothing_still_give_a_report(
    tmp_path: Path, gazetteer: geomap.Gazetteer, toponyms: list[dict[str, float]], predicted: int
) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({"article_id": "a", "text": "Mosul fell.", "toponyms": toponyms}), encoding="utf-8")
    given = pd.DataFrame({"article_id": ["a"], "start": [0], "end": [5]})[:predicted]
    made = report(path, given, geoparser=geomap.Geoparser(gazetteer=gazetteer), bootstrap=5)
    assert value(made.scores, "gold", "mentions") == len(toponyms)
    assert value(made.scores, "recognition", "predicted") == predicted
    made.to_html(tmp_path / "report.html")
    made.to_json(tmp_path / "report.json")

"""Measure geomap on gold corpora and write ``docs/benchmark.md``.

    make benchmark GOLD=folder/of/corpora

The folder holds ``*.jsonl`` gold files. Without it the sample corpus alone is measured. Figures of systems by others are
not produced here; they are quoted with their source.

The recognizer and the ranker that ship were trained on LGL, TR-News and GeoWebNews, so that what this prints of the
default on those three is better than it will be elsewhere; the page says so. Figures with whole outlets left out come from
``data/recipes/ranker/train.py --measure-only`` and stand in the recognizer's model card.
"""

from __future__ import annotations

import datetime as dt
import platform
import sys
import time
from pathlib import Path

import pandas as pd

import geomap
from geomap.evaluation import evaluate

ROOT = Path(__file__).resolve().parents[1]
MOSUL = ROOT / "data" / "corpora" / "mosul"
SHOWN = {
    ("recognition", "exact_precision"): "exact P",
    ("recognition", "exact_recall"): "exact R",
    ("recognition", "exact_f1"): "exact F1",
    ("recognition", "overlap_f1"): "overlap F1",
    ("resolution", "candidate_recall"): "candidates",
    ("resolution", "accuracy_161km"): "@161 km",
    ("resolution without source", "accuracy_161km"): "@161 km, no source",
    ("resolution", "accuracy_id"): "exact id",
    ("resolution", "median_km"): "median km",
    ("resolution", "calibration_error"): "ECE",
    ("end to end", "end_to_end_161km_f1"): "end to end F1",
}


def scores(path: Path, recognizer: str | None, ranker: str | None) -> pd.Series:
    """Return the shown scores of one corpus."""
    parser = geomap.Geoparser(recognizer=recognizer, ranker=ranker)
    table = evaluate(path, geoparser=parser).set_index(["part", "score"])["value"]
    return pd.Series(
        {name: table.get(key, float("nan")) for key, name in SHOWN.items()},
        name="mosul" if path.name == "gold.jsonl" else path.name.split(".")[0],
    )


def speed() -> pd.DataFrame:
    """Return the time of each stage on the sample corpus, in seconds."""
    rows = []

    def clock(name: str, started: float) -> None:
        rows.append((name, round(time.perf_counter() - started, 2)))

    started = time.perf_counter()
    articles = geomap.read_articles(MOSUL)
    clock("read", started)
    parser = geomap.Geoparser()
    started = time.perf_counter()
    parser.recognize(articles.head(1))
    clock("load the recognizer", started)
    started = time.perf_counter()
    spans = parser.recognize(articles)
    clock("recognize", started)
    started = time.perf_counter()
    mentions = parser.resolve(articles, spans, use_context=False)
    clock("resolve", started)
    started = time.perf_counter()
    html = geomap.explore(mentions)
    clock("draw", started)
    started = time.perf_counter()
    geomap.save_html(html, ROOT / "map.html")
    clock("save", started)
    return pd.DataFrame(rows, columns=["stage", "seconds"])


def markdown(table: pd.DataFrame) -> str:
    """Return a table as Markdown, numbers to three places."""
    head = "| " + " | ".join(["", *map(str, table.columns)]) + " |\n|" + " --- |" * (len(table.columns) + 1)
    body = [
        "| "
        + " | ".join([str(name), *(f"{value:.3f}" if isinstance(value, float) else str(value) for value in row)])
        + " |"
        for name, row in zip(table.index, table.to_numpy().tolist(), strict=True)
    ]
    return "\n".join([head, *body])


def main() -> None:
    """Measure and write."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if folder is not None and not folder.is_dir():
        raise SystemExit(f"there is no folder {folder}; name one that holds gold corpora (*.jsonl), or none")
    paths = sorted(folder.glob("*.jsonl")) if folder else []
    paths.append(MOSUL / "gold.jsonl")
    sections = [
        "# Benchmark",
        f"Measured on {dt.date.today():%Y-%m-%d} with geomap {geomap.__version__}, Python {platform.python_version()}, by "
        "`make benchmark`.",
    ]
    for title, recognizer, ranker in (
        ("The model-free mode: names and hand-set weights", "gazetteer", "hand-set"),
        ("The default (trained on all but the sample corpus: optimistic for the others)", None, None),
    ):
        table = pd.DataFrame([scores(path, recognizer, ranker) for path in paths])
        sections.append(f"## {title}\n\n{markdown(table)}")
        print(sections[-1], flush=True)
    sections.append(f"## Time of each stage on the sample corpus\n\n{markdown(speed().set_index('stage'))}")
    print(sections[-1])
    (ROOT / "docs" / "benchmark.md").write_text("\n\n".join(sections) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""Measure geomap on gold corpora and write ``docs/benchmark.md``.

    make benchmark GOLD=folder/of/corpora

The folder holds ``*.jsonl`` gold files that the recognizer and the ranker were trained on (LGL, TR-News, GeoWebNews); the
ranker is therefore trained anew with whole outlets left out. Without the folder only the sample corpora are measured.
``docs/benchmark_parts`` has one module a question. The packages of the extra ``benchmark`` are needed.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import platform
import sys
from pathlib import Path

from benchmark_parts import peers, published, recognition, resolution, speed
from benchmark_parts.corpora import ROOT, Bench, markdown

import geomap
from geomap._files import replacing

TARGET = ROOT / "docs" / "benchmark.md"
NEEDED = ("flashgeotext", "geotext", "lightgbm", "spacy")


def main() -> None:
    """Measure and write."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise SystemExit(f"the benchmark needs {', '.join(missing)}: pip install 'geomap-toolkit[benchmark]'")
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if folder is not None and not folder.is_dir():
        raise SystemExit(f"there is no folder {folder}; name one that holds gold corpora (*.jsonl), or none")
    bench = Bench(folder)
    sections = [_head(bench)]
    for part in (recognition.section, resolution.section, peers.section, lambda _: published.section(), speed.section):
        sections.append(part(bench))
        print(sections[-1], flush=True)
    with replacing(TARGET) as temporary:
        temporary.write_text("\n\n".join(sections) + "\n", encoding="utf-8")


def _head(bench: Bench) -> str:
    import pandas as pd

    rows = {
        corpus.label: {
            "articles": len(corpus.gold.articles),
            "outlets": int(corpus.gold.articles["source"].nunique()),
            "toponyms": len(corpus.gold.mentions),
            "with coordinates": int(corpus.gold.mentions["lat"].notna().sum()),
            "left out": len(corpus.gold.problems),
        }
        for corpus in bench.corpora
    }
    return (
        f"# Benchmark\n\nMeasured on {dt.date.today():%Y-%m-%d} with geomap {geomap.__version__}, Python "
        f"{platform.python_version()}, by `make benchmark` with a folder of the corpora LGL (Lieberman et al. 2010), "
        "TR-News (Kamalloo and Rafiei 2018) and GeoWebNews (Gritta et al. 2020). In brackets 95 % intervals, from 1,000 "
        "bootstrap resamples of the articles. Scores as `geomap.evaluate` defines them; shares unless a unit is said. ECE: "
        "expected calibration error of `confidence`. AUC: area under the curve of the log error, lower is better.\n\n"
        + markdown(pd.DataFrame.from_dict(rows, orient="index"), first="corpus")
        + "\n\n\\* The recognizer and the ranker that ship were trained on these corpora. What is measured of them there is "
        "better than it will be elsewhere, unless outlets are left out."
    )


if __name__ == "__main__":
    main()

"""Measure geomap on gold corpora and write ``docs/benchmark.md``.

    make benchmark GOLD=folder/of/corpora
    python tests/benchmarks/run.py [FOLDER] --only published
    python tests/benchmarks/run.py [FOLDER] --renew reading

The folder holds ``*.jsonl`` gold files that the recognizer and the ranker were trained on (LGL, TR-News, GeoWebNews); the
ranker is therefore retrained with whole outlets left out. Without the folder only the sample corpora are measured.
Each module beside this one answers one question. Needs geotext, flashgeotext, lightgbm and spaCy.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.util
import platform
import re
from collections.abc import Callable
from pathlib import Path

import candidates
import peers
import published
import reading
import recognition
import resolution
import speed
from gold import Bench
from pages import ROOT, markdown, table_of

import geomap
from geomap._files import replacing

TARGET = ROOT / "docs" / "benchmark.md"
REQUIRED = ("flashgeotext", "geotext", "lightgbm", "spacy")


def head(bench: Bench) -> str:
    """Return the title of the page, how it was measured, and the corpora."""
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
        "TR-News (Kamalloo and Rafiei 2018) and GeoWebNews (Gritta et al. 2020). Brackets hold 95 % intervals from 1,000 "
        "bootstrap resamples of the articles. Scores are defined as in `geomap.evaluate` and are shares unless a unit is "
        "given. ECE: expected calibration error of `confidence`. AUC: area under the curve of the log error, lower is "
        "better.\n\n"
        + markdown(table_of(rows), first="corpus")
        + "\n\n\\* The recognizer and the ranker that ship were trained on these corpora, so scores on them are optimistic "
        "unless outlets are left out."
    )


PARTS: dict[str, Callable[[Bench], str]] = {
    "head": head,
    "recognition": recognition.section,
    "candidates": candidates.section,
    "resolution": resolution.section,
    "peers": peers.section,
    "published": lambda _: published.section(),
    "speed": speed.section,
    "reading": reading.section,
}


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description="Measure geomap on gold corpora and write docs/benchmark.md.")
    parser.add_argument("folder", nargs="?", type=Path, help="folder of gold corpora (*.jsonl); default: samples alone")
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--only", choices=PARTS, help="print one part and write nothing")
    chosen.add_argument("--renew", choices=PARTS, help="measure one part and write it into the page as it is")
    options = parser.parse_args()
    if options.folder is not None and not options.folder.is_dir():
        parser.error(f"no such folder: {options.folder}")
    missing = [name for name in REQUIRED if importlib.util.find_spec(name) is None]
    one = options.only or options.renew
    if missing and one is None:
        parser.error(f"missing packages: {', '.join(missing)}; `make benchmark` installs them")
    bench = Bench(options.folder)
    sections = []
    for name in [one] if one else PARTS:
        sections.append(PARTS[name](bench))
        print(sections[-1], flush=True)
    if options.only is None:
        page = "\n\n".join(sections) + "\n"
        with replacing(TARGET) as temporary:
            renewed = renewed_page(TARGET.read_text("utf-8"), page) if options.renew else page
            temporary.write_text(renewed, encoding="utf-8")


def renewed_page(page: str, part: str) -> str:
    """Return the page with the sections of a part in place of those with their headings; new ones go to its end.

    >>> renewed_page("# Page\\n\\n## A\\n\\nold\\n\\n## B\\n\\nb\\n", "## A\\n\\nnew\\n\\n## C\\n\\nc\\n")
    '# Page\\n\\n## A\\n\\nnew\\n\\n## B\\n\\nb\\n\\n## C\\n\\nc\\n'
    """
    sections = _by_heading(page) | _by_heading(part)
    return "\n\n".join(sections.values()) + "\n"


def _by_heading(page: str) -> dict[str, str]:
    sections = [section.strip() for section in re.split(r"^(?=##? )", page, flags=re.MULTILINE)]
    return {section.split("\n", 1)[0]: section for section in sections if section}


if __name__ == "__main__":
    main()

"""Build the sample tables of ``geomap.datasets``: ``python data/recipes/sample/build.py``.

The articles are written by hand in ``data/sample/articles.csv``; the mentions are what geomap finds in them.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import geomap
from geomap.export import write_mentions

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
RESOURCES = ROOT / "geomap" / "resources"
sys.path.insert(0, str(HERE.parent))

from manifest import record

SOURCES = [{"name": "data/sample/articles.csv", "licence": "Apache-2.0", "text": "invented reports, written for this"}]


def main() -> None:
    """Geoparse the articles and write both tables."""
    written = ROOT / "data" / "sample" / "articles.csv"
    articles = Path(shutil.copy(written, RESOURCES / "sample_articles.csv"))
    mentions = write_mentions(geomap.geoparse(geomap.read_articles(written)), RESOURCES / "sample_mentions.csv")
    for path in (articles, mentions):
        record(path, sources=SOURCES, licence="Apache-2.0", recipe="data/recipes/sample/build.py")


if __name__ == "__main__":
    main()

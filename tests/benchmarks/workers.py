"""Measure one and two processes on the same articles, taking turns, and print the table.

    python tests/benchmarks/workers.py [--articles 256] [--rounds 3] [--workers 2]

Each is timed on many articles and on a quarter of them; the rate comes from the difference, and the start from what is left.
Wall-clock time means little on a machine that others use: then compare processor seconds, which workers should not raise.
"""

from __future__ import annotations

import argparse
import os
import resource
import time

import pandas as pd
from pages import ROOT
from speed import articles_of

import geomap


def seconds() -> tuple[float, float]:
    """Return the wall-clock time, and the processor time of this process and those that it has seen end."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return time.perf_counter(), sum(each.ru_utime + each.ru_stime for each in used)


def timed(parser: geomap.Geoparser, articles: pd.DataFrame, workers: int) -> tuple[float, float]:
    """Return wall-clock and processor seconds of a call, with one thread a process."""
    began = seconds()
    if workers == 1:
        parser.geoparse(articles)
    else:
        parser.geoparse(articles, workers=workers)
    wall, processor = (end - start for end, start in zip(seconds(), began, strict=True))
    return wall, processor


def measured(count: int, rounds: int, workers: int) -> pd.DataFrame:
    """Return articles a second and processor seconds, one process and several by turns."""
    texts = geomap.read_articles(ROOT / "data" / "corpora" / "mosul")["text"].tolist()
    articles = geomap.articles.as_articles(articles_of(texts, count))
    parser = geomap.Geoparser(homes={})
    parser.geoparse(articles.iloc[:8])
    rows = []
    for number in range(rounds):
        for each in (1, workers):
            few, many = (timed(parser, articles.iloc[:size], each) for size in (count // 4, count))
            more = count - count // 4
            rows.append(
                {
                    "round": number + 1,
                    "workers": each,
                    "articles a second": more / (many[0] - few[0]),
                    "processor ms an article": 1000 * (many[1] - few[1]) / more,
                    "wall s": many[0],
                    "processor s": many[1],
                }
            )
    return pd.DataFrame(rows)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--articles", type=int, default=256)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--workers", type=int, default=2)
    chosen = options.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"  # one process is then one thread, as each of several is
    table = measured(chosen.articles, chosen.rounds, chosen.workers)
    print(f"load {os.getloadavg()[0]:.1f}, {chosen.articles} articles of 400 words")
    print(table.round(2).to_string(index=False))
    rates = table.groupby("workers")["articles a second"].median()
    print(f"{chosen.workers} workers: {rates[chosen.workers] / rates[1]:.2f} times one")


if __name__ == "__main__":
    main()

"""Measure whether the right place is among the candidates of a mention, and what spelling keys and misspellings add.

``python tests/benchmarks/candidates.py [FOLDER] [--gazetteer SOURCE ...] [--rules] [--collisions]``

The folder holds ``*.jsonl`` gold files; both sample corpora are always measured. A candidate is right when it lies within
161 km of the gold point or when the gold point lies in its outline (a country, a division). Candidates are what the resolver
asks for: every variant of a name, by default with its stages of spelling. Nothing is trained, nothing is written.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from gold import SAMPLES
from pages import markdown, number, table_of

import geomap
from geomap.evaluation import Gold, read_gold
from geomap.evaluation._metrics import NEAR_KM, judge, located, match_spans
from geomap.evaluation._predictions import with_coordinates
from geomap.evaluation._regions import inside_region
from geomap.evaluation._scoring import CachedRecognizer
from geomap.geometry import distance_km
from geomap.resolution._candidates import Batch, build_batch
from geomap.tables import MENTION_KEY


@dataclass
class Recall:
    """The candidates of gold mentions with coordinates.

    Parameters
    ----------
    near, right
        Whether each mention has a candidate within 161 km; the same or around whose outline it lies.
    counts
        How many candidates each mention has.
    seconds
        What collecting them took.
    """

    near: np.ndarray
    right: np.ndarray
    counts: np.ndarray
    seconds: float

    def row(self) -> dict[str, object]:
        """Return the figures as a row of a table."""
        return {
            "mentions": len(self.near),
            "within 161 km": float(self.near.mean()),
            "region-aware": float(self.right.mean()),
            "candidates a mention": round(float(self.counts.mean()), 2),
            "without any": float((self.counts == 0).mean()),
            "seconds": f"{self.seconds:.1f}",
        }


def recall(gold: Gold, gazetteer: geomap.Gazetteer) -> Recall:
    """Return what the resolver's candidates hold for each gold mention with coordinates."""
    known = located(gold.mentions)
    begin = time.perf_counter()
    batch = build_batch(gold.articles, known, gazetteer)
    seconds = time.perf_counter() - begin
    near, inside = np.zeros(len(known), dtype=bool), np.zeros(len(known), dtype=bool)
    counts = np.array([_size(batch, group) for group in batch.mention_group])
    pairs = [(position, row) for position, group in enumerate(batch.mention_group) for row in _rows(batch, group)]
    if pairs:
        positions, rows = (np.array(each) for each in zip(*pairs, strict=True))
        lat, lon = (known[name].to_numpy(dtype=float)[positions] for name in ("lat", "lon"))
        close = distance_km(lat, lon, batch.columns.lat[rows], batch.columns.lon[rows]) <= NEAR_KM
        near[positions[close]] = True
        places = pd.DataFrame([batch.places[row]._asdict() for row in rows])
        holds = inside_region(lat, lon, places)
        inside[positions[holds]] = True
    return Recall(near, near | inside, counts, seconds)


def _size(batch: Batch, group: int) -> int:
    return len(_rows(batch, group))


def _rows(batch: Batch, group: int) -> range:
    return range(int(batch.starts[group]), int(batch.starts[group + 1])) if group >= 0 else range(0)


def accuracy(gold: Gold, parser: geomap.Geoparser) -> dict[str, object]:
    """Return how the shipped ranker does on gold spans, with the recognizer's mentions for context."""
    known = located(gold.mentions)
    begin = time.perf_counter()
    resolved = with_coordinates(parser.resolve(gold.articles, known[list(MENTION_KEY)]))
    seconds = time.perf_counter() - begin
    judged = judge(known, resolved, match_spans(known, resolved, exact=True))
    answered = resolved["lat"].notna()
    return {
        "accuracy 161 km": float(judged["near"].mean()),
        "accuracy region-aware": float(judged["in_region"].mean()),
        "right of resolved": float(judged["in_region"].sum() / max(answered.sum(), 1)),
        "resolved": float(answered.mean()),
        "resolution seconds": f"{seconds:.1f}",
    }


def corpora(folder: Path | None, gazetteer: geomap.Gazetteer) -> dict[str, Gold]:
    """Return the gold of a folder's corpora and of the samples by name."""
    paths = {path.name.split(".")[0]: path for path in sorted(folder.glob("*.jsonl"))} if folder else {}
    demonyms = frozenset(form.written.casefold() for form in gazetteer.demonyms())
    every = {**paths, **{name: path for name, path in SAMPLES.items() if path.is_file()}}
    return {name: read_gold(path, demonyms=demonyms, gazetteer=gazetteer) for name, path in every.items()}


def size(gazetteer: geomap.Gazetteer) -> str:
    """Return the size of a gazetteer in words."""
    info = gazetteer.info()
    megabytes = sum(store.path.stat().st_size for store in gazetteer._store.stores) / 1e6
    return f"{info['source']}: {info['places']:,} places, {info['names']:,} names, {megabytes:,.0f} MB of index"


def overview(golds: dict[str, Gold], gazetteer: geomap.Gazetteer) -> str:
    """Return recall and accuracy on every corpus as a table."""
    recognizer = CachedRecognizer(geomap.Geoparser(gazetteer=gazetteer).recognizer)
    parser = geomap.Geoparser(recognizer=recognizer, gazetteer=gazetteer)
    rows = {}
    for name, gold in golds.items():
        rows[name] = recall(gold, gazetteer).row() | accuracy(gold, parser)
        print(name, {key: number(value) if isinstance(value, float) else value for key, value in rows[name].items()})
    return markdown(table_of(rows), first="corpus")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, help="folder of gold corpora (*.jsonl); default: samples alone")
    parser.add_argument("--gazetteer", nargs="+", default=["embedded"], help="sources, the front one first")
    options = parser.parse_args(arguments)
    if options.folder is not None and not options.folder.is_dir():
        parser.error(f"no such folder: {options.folder}")
    sources = options.gazetteer
    gazetteer = geomap.Gazetteer(sources[0] if len(sources) == 1 else sources)
    golds = corpora(options.folder, gazetteer)
    print(size(gazetteer), flush=True)
    print(overview(golds, gazetteer), flush=True)


if __name__ == "__main__":
    main()

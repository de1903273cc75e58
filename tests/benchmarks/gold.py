"""The gold corpora, geoparsers that share one recognizer, and scores with their intervals as a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
from pages import ROOT, number, table_of

import geomap
from geomap.evaluation import Comparison, Gold, compare, read_gold, scores
from geomap.evaluation._scoring import CachedRecognizer

SAMPLES = {
    "mosul": ROOT / "data" / "corpora" / "mosul" / "gold.jsonl",
    "world": ROOT / "data" / "corpora" / "world" / "gold.jsonl",
}


@dataclass
class Corpus:
    """A gold corpus by name, and whether the models that ship were trained on it."""

    name: str
    gold: Gold
    trained_on: bool

    @cached_property
    def label(self) -> str:
        """The name as the tables have it."""
        return f"{self.name} *" if self.trained_on else self.name


class Bench:
    """The corpora, and geoparsers that share one recognizer."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.parser = geomap.Geoparser()
        self.recognizer = CachedRecognizer(self.parser.recognizer)
        demonyms = frozenset(form.written.casefold() for form in self.parser.gazetteer.demonyms())
        paths = sorted(folder.glob("*.jsonl")) if folder else []
        self.corpora = [
            Corpus(path.name.split(".")[0], read_gold(path, demonyms=demonyms, gazetteer=self.parser.gazetteer), True)
            for path in paths
        ]
        self.corpora += [
            Corpus(name, read_gold(path, demonyms=demonyms, gazetteer=self.parser.gazetteer), False)
            for name, path in SAMPLES.items()
            if path.is_file()
        ]

    @cached_property
    def default(self) -> dict[str, Comparison]:
        """What ships, on every corpus."""
        parser = geomap.Geoparser(recognizer=self.recognizer, gazetteer=self.parser.gazetteer)
        return {corpus.name: compare(corpus.gold, geoparser=parser) for corpus in self.corpora}

    @cached_property
    def by_names(self) -> dict[str, Comparison]:
        """The model-free mode on every corpus: the names matcher and the hand-set ranker, trained on nothing."""
        parser = geomap.Geoparser(recognizer="gazetteer", ranker="hand-set", gazetteer=self.parser.gazetteer)
        return {corpus.name: compare(corpus.gold, geoparser=parser) for corpus in self.corpora}


def score_table(
    corpora: Iterable[Corpus],
    comparisons: dict[str, Comparison],
    shown: dict[tuple[str, str], str],
    *,
    plain: tuple[str, ...] = (),
    ours: bool = True,
) -> pd.DataFrame:
    """Return one row a corpus, the shown scores with their 95 % intervals; those named plain without.

    The mark of the corpora that the models were trained on is left out where ``ours`` says that no such model is scored.
    """
    rows = {}
    for corpus in corpora:
        table = scores(comparisons[corpus.name]).set_index(["part", "score"])
        rows[corpus.label if ours else corpus.name] = {
            name: _cell(table.loc[[key]].iloc[0], plain=name in plain) if key in table.index else ""
            for key, name in shown.items()
        }
    return table_of(rows)


def _cell(row: pd.Series, *, plain: bool) -> str:
    value = number(row["value"])
    return value if plain or pd.isna(row["low"]) else f"{value} ({number(row['low'])}–{number(row['high'])})"

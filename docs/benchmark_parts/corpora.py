"""The gold that is measured on, the recognizer that reads each text once, and tables as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
from geomap.evaluation.comparing import Remembering

import geomap
from geomap.evaluation import Comparison, Gold, compare, read_gold, scores

ROOT = Path(__file__).resolve().parents[2]
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
        self.recognizer = Remembering(self.parser.recognizer)
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
            name: _cell(table.loc[key], plain=name in plain) if key in table.index else ""
            for key, name in shown.items()
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def _cell(row: pd.Series, *, plain: bool) -> str:
    value = number(row["value"])
    return value if plain or pd.isna(row["low"]) else f"{value} ({number(row['low'])}–{number(row['high'])})"


def number(value: float) -> str:
    """Return a share as three places after the point, a larger number with fewer."""
    if pd.isna(value):
        return ""
    return (
        f"{value:.3f}".removeprefix("0") if abs(value) < 1 else f"{value:,.3f}" if abs(value) < 10 else f"{value:,.0f}"
    )


def markdown(table: pd.DataFrame, *, first: str = "", form: Callable[[float], str] = number) -> str:
    """Return a table as Markdown; text stands as it is."""
    head = "| " + " | ".join([first, *map(str, table.columns)]) + " |\n|" + " --- |" * (len(table.columns) + 1)
    rows = zip(table.index, table.itertuples(index=False), strict=True)
    body = [
        "| "
        + " | ".join([str(name), *(form(cell) if isinstance(cell, float) else _escaped(cell) for cell in row)])
        + " |"
        for name, row in rows
    ]
    return "\n".join([head, *body])


def _escaped(cell: object) -> str:
    return f"{cell:,}" if isinstance(cell, int) else str(cell).replace("|", "\\|").replace("\n", " ")

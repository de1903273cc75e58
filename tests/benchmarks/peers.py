"""Peers that install and run here: geotext and flashgeotext, which find names and do not resolve them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from importlib.metadata import version

import numpy as np
import pandas as pd
from gold import Bench, Corpus
from pages import markdown, number, table_of

from geomap.evaluation._bootstrap import draw, share_interval
from geomap.evaluation._metrics import precision_recall_f1, recognition, sample_scores

Finder = Callable[[str], list[str]]


def section(bench: Bench) -> str:
    """Return the part of the page on peers."""
    named = {"geotext": _geotext, "flashgeotext": _flashgeotext()}
    rows = {}
    for corpus in bench.corpora:
        counts = {name: [Counter(find(text)) for text in corpus.gold.articles["text"]] for name, find in named.items()}
        counts["geomap, names matcher"] = _of_table(bench.by_names[corpus.name].predicted, corpus)
        counts["geomap"] = _of_table(bench.default[corpus.name].predicted, corpus)
        for name, found in counts.items():
            rows[f"{corpus.label}, {name}"] = _by_name(corpus, found)
    versions = ", ".join(f"{name} {version(name)}" for name in named)
    return "\n\n".join(
        [
            "## Peers",
            f"{versions}, on the same texts. geotext gives no offsets, so all systems are scored by name: in each "
            "article, a predicted name is right as often as the gold has exactly that name. Cities, countries and, for "
            "geotext, nationalities:",
            markdown(table_of(rows), first="corpus, system"),
            "flashgeotext gives offsets too; its exact spans scored against gold:",
            markdown(table_of(_exact(bench)), first="corpus"),
        ]
    )


def _geotext(text: str) -> list[str]:
    from geotext import GeoText

    found = GeoText(text)
    return [*found.cities, *found.countries, *found.nationalities]


def flash_spans() -> Callable[[str], list[tuple[int, int]]]:
    """Return what gives flashgeotext's spans of a text."""
    from flashgeotext.geotext import GeoText

    finder = GeoText()

    def spans(text: str) -> list[tuple[int, int]]:
        found = finder.extract(text, span_info=True)
        return sorted(tuple(span) for group in found.values() for each in group.values() for span in each["span_info"])

    return spans


def _flashgeotext() -> Finder:
    spans = flash_spans()
    return lambda text: [text[start:end] for start, end in spans(text)]


def _of_table(found: pd.DataFrame, corpus: Corpus) -> list[Counter[str]]:
    found = found[found["field"].eq("text")]
    names = {article_id: Counter(part) for article_id, part in found.groupby("article_id")["toponym"]}
    return [names.get(article_id, Counter()) for article_id in corpus.gold.articles["article_id"]]


def _by_name(corpus: Corpus, found: list[Counter[str]]) -> dict[str, str | float]:
    gold = _of_table(corpus.gold.mentions, corpus)
    draws = draw(tuple(corpus.gold.articles["article_id"]), times=1000, seed=0)
    right = np.array([(a & b).total() for a, b in zip(gold, found, strict=True)], dtype=float)
    given, wanted = (np.array([each.total() for each in counts], dtype=float) for counts in (found, gold))
    scores = precision_recall_f1("name", draws.weights @ right, draws.weights @ given, draws.weights @ wanted)
    value, low, high = share_interval(scores["name_f1"], len(draws.article_ids))
    return {
        "P": float(scores["name_precision"][0]),
        "R": float(scores["name_recall"][0]),
        "F1": f"{number(value)} ({number(low)}–{number(high)})",
    }


def _exact(bench: Bench) -> dict[str, dict[str, float]]:
    spans = flash_spans()
    rows = {}
    for corpus in bench.corpora:
        found = pd.DataFrame(
            [
                (article_id, "text", start, end, "toponym")
                for article_id, text in zip(
                    corpus.gold.articles["article_id"], corpus.gold.articles["text"], strict=True
                )
                for start, end in spans(text)
            ],
            columns=["article_id", "field", "start", "end", "kind"],
        )
        scores = sample_scores(recognition, corpus.gold.mentions, found)
        shown = {"exact_precision": "exact P", "exact_recall": "R", "exact_f1": "F1", "overlap_f1": "overlap F1"}
        rows[corpus.label] = {label: scores[name] for name, label in shown.items()}
    return rows

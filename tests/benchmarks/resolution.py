"""How well places are resolved, with whole outlets left out of the ranker's training, and end-to-end scores with it."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
import pandas as pd
from gold import Bench, Corpus, score_table
from pages import ROOT, markdown, number, table_of

import geomap
from geomap.evaluation import Comparison, Gold, outlet_folds
from geomap.evaluation._breakdowns import breakdown
from geomap.evaluation._sampling import SEED
from geomap.evaluation._scoring import compare
from geomap.recognition import Recognizer
from geomap.resolution._rankers import LearnedRanker

RESOLUTION = {
    ("resolution", "candidate_recall"): "candidates",
    ("resolution", "accuracy_161km"): "within 161 km",
    ("resolution without source", "accuracy_161km"): "source hidden",
    ("resolution", "accuracy_region"): "region-aware",
    ("resolution", "accuracy_id"): "exact id",
    ("resolution", "mean_km"): "mean km",
    ("resolution", "median_km"): "median km",
    ("resolution", "auc"): "AUC",
    ("resolution", "calibration_error"): "ECE",
    ("resolution", "accuracy_of_surest_80"): "surest 80 %",
}
END_TO_END = {
    ("end to end", "end_to_end_161km_precision"): "161 km P",
    ("end to end", "end_to_end_161km_recall"): "R",
    ("end to end", "end_to_end_161km_f1"): "F1",
    ("end to end", "end_to_end_region_f1"): "region-aware F1",
    ("end to end", "end_to_end_id_f1"): "exact span and id F1",
}
_PLAIN = ("candidates", "mean km", "median km", "AUC", "surest 80 %", "161 km P", "R")


@dataclass
class LeftOut:
    """Rankers that saw no article of the outlets that they are measured on, one a fold."""

    rankers: list[LearnedRanker]

    def compare(self, bench: Bench, corpus: Corpus, recognizer: Recognizer) -> Comparison:
        """Return the comparison on a corpus, each article read by the ranker that left out its outlet."""
        folds = outlet_folds(list(corpus.gold.articles["source"]), seed=SEED)
        parts = []
        for fold, ranker in enumerate(self.rankers):
            ids = set(corpus.gold.articles["article_id"][folds == fold])
            if ids:
                parser = geomap.Geoparser(recognizer=recognizer, gazetteer=bench.parser.gazetteer, ranker=ranker)
                parts.append(compare(corpus.gold.subset(ids), geoparser=parser))
        return joined(parts)


def joined(parts: list[Comparison]) -> Comparison:
    """Return several comparisons, on parts of one corpus, as one."""
    mentions = pd.concat([part.gold.mentions for part in parts], ignore_index=True)
    articles = pd.concat([part.gold.articles for part in parts], ignore_index=True)
    predicted = pd.concat([part.predicted for part in parts], ignore_index=True)
    resolved = {
        name: pd.concat([part.resolved[name] for part in parts], ignore_index=True) for name in parts[0].resolved
    }
    candidates = np.concatenate([part.candidates for part in parts if part.candidates is not None])
    features = pd.concat([part.features for part in parts], ignore_index=True)
    gold = Gold(articles, mentions, parts[0].gold.problems)
    return Comparison(gold, predicted, resolved, features, candidates, parts[0].gold.problems)


def left_out_rankers(bench: Bench) -> LeftOut:
    """Train the ranker as its recipe does, five times, each without the outlets of one fold."""
    sys.path[:0] = [str(ROOT / "data" / "recipes"), str(ROOT / "data" / "recipes" / "ranker")]
    import train
    from table import load_tables

    assert bench.folder is not None
    parser = geomap.Geoparser(recognizer=bench.recognizer, gazetteer=bench.parser.gazetteer)
    return LeftOut(train.left_out_rankers(load_tables(train.gold_files(bench.folder), parser)))


def section(bench: Bench) -> str:
    """Return the part of the page on resolution and end-to-end scores."""
    parts = ["## Resolution"]
    trained = [corpus for corpus in bench.corpora if corpus.trained_on]
    untouched = [corpus for corpus in bench.corpora if not corpus.trained_on]
    left: dict[str, Comparison] = {}
    matched: dict[str, Comparison] = {}
    if trained:
        rankers = left_out_rankers(bench)
        matcher = type(bench.recognizer)(
            geomap.Geoparser(recognizer="gazetteer", gazetteer=bench.parser.gazetteer).recognizer
        )
        for corpus in trained:
            left[corpus.name] = rankers.compare(bench, corpus, bench.recognizer)
            matched[corpus.name] = rankers.compare(bench, corpus, matcher)
        parts += [
            "**Gold spans, with outlets left out:** the ranker is trained five times by its recipe, each time without a "
            "fifth of the outlets, and scored on that fifth. All gold mentions with coordinates count; an unanswered one "
            "counts as wrong. The toponyms that the recognizer finds around them serve as context:",
            _scores(trained, left, RESOLUTION),
        ]
    parts += [
        "**Gold spans, what ships,** on corpora that it was not trained on:",
        _scores(untouched, bench.default, RESOLUTION),
        "**The hand-set ranker,** trained on nothing:",
        _scores(bench.corpora, bench.by_names, RESOLUTION),
        "## End to end",
        "A mention is right when its span overlaps a gold one and its place lies within 161 km of the gold point; in the "
        "last column, when span and GeoNames id both match exactly.",
    ]
    if trained:
        parts += [
            "**Outlets left out of the ranker, names matcher for the spans:** neither has seen the outlet. A lower bound, "
            "since the matcher finds fewer names than the recognizer:",
            _scores(trained, matched, END_TO_END),
            "**Outlets left out of the ranker, spans from the recognizer that ships,** which was trained on these corpora: "
            "an upper bound. The first table shows what the recognizer itself loses on left-out outlets:",
            _scores(trained, left, END_TO_END),
        ]
    parts += ["**What ships,** on corpora that it was not trained on:", _scores(untouched, bench.default, END_TO_END)]
    if trained:
        parts += [
            "## Where it does worst",
            "Gold spans within 161 km by the population of the town, by country (those of at least 40 mentions) and by "
            "GeoNames' feature class, outlets left out, all three corpora together:",
            markdown(_served(trained, left), first="group"),
        ]
    return "\n\n".join(parts)


def _scores(corpora: list[Corpus], comparisons: dict[str, Comparison], shown: dict[tuple[str, str], str]) -> str:
    return markdown(score_table(corpora, comparisons, shown, plain=_PLAIN, ours=False), first="corpus")


def _served(corpora: list[Corpus], comparisons: dict[str, Comparison]) -> pd.DataFrame:
    joined = _everything(corpora, comparisons)
    table = breakdown(joined)
    table = table[table["score"].eq("accuracy_161km") & table["by"].isin(["population", "country", "feature_class"])]
    table = table[table["by"].ne("country") | table["mentions"].ge(40)]
    rows = {
        f"{row['by'].replace('_', ' ')}: {row['group']}": {
            "mentions": int(row["mentions"]),
            "within 161 km": f"{number(row['value'])} ({number(row['low'])}–{number(row['high'])})",
        }
        for row in table.to_dict("records")
    }
    return table_of(rows)


def _everything(corpora: list[Corpus], comparisons: dict[str, Comparison]) -> Comparison:
    """Return all corpora as one, their article ids kept apart."""
    parts = []
    for corpus in corpora:
        part = comparisons[corpus.name]
        gold = type(part.gold)(_apart(part.gold.articles, corpus), _apart(part.gold.mentions, corpus), [])
        resolved = {name: _apart(table, corpus) for name, table in part.resolved.items()}
        predicted = _apart(part.predicted, corpus)
        parts.append(Comparison(gold, predicted, resolved, part.features, part.candidates))
    return joined(parts)


def _apart(table: pd.DataFrame, corpus: Corpus) -> pd.DataFrame:
    return table.assign(article_id=[f"{corpus.name}/{name}" for name in table["article_id"]])

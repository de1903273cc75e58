"""Fit the probability that a dot is right, and the rings of approximate places; write ``dots.json`` and ``rings.json``.

Run from the repository root, in an environment with geomap and ``lightgbm`` (see README.md), or by ``make models``:

    python data/recipes/dots/fit.py FOLDER_OF_CORPORA
    python data/recipes/dots/fit.py FOLDER_OF_CORPORA --measure-only

Everything is fitted to what a recognizer that has seen no gold found and a ranker chose that saw nothing of the outlet.
Every figure is measured with whole outlets left out of the fit too (``geomap.evaluation.outlet_folds``), or whole corpora.
The sample corpora are measured by what ships, which has learned from neither.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(HERE), str(ROOT / "data" / "recipes"), str(ROOT / "data" / "recipes" / "ranker")]

import rings
from manifest import record
from regression import logistic
from table import corpus_name
from train import SAMPLES, all_tables, gold_files, left_out_rankers

from geomap.evaluation import Gold, outlet_folds
from geomap.evaluation._dots import equal_mass_error, error_by_chance, judged_dots, left_apart, threshold_table
from geomap.evaluation._predictions import with_coordinates
from geomap.evaluation._sampling import FOLDS, SEED
from geomap.evaluation._scoring import CachedRecognizer, gold_for
from geomap.gazetteer import Gazetteer
from geomap.pipeline import Geoparser
from geomap.recognition import Recognizer
from geomap.recognition._defaults import neural
from geomap.resolution import Ranker
from geomap.resolution._approximate import RingModel
from geomap.resolution._dots import FEATURES, DotModel, dot_features
from geomap.resolution._rankers import LearnedRanker
from geomap.tables import MIN_CONFIDENCE

TARGET = ROOT / "geomap" / "resources" / "dots.json"
RINGS = "rings.json"
ANNOTATED_IN_PART = {"lgl": ("demonym",), "trnews": ("demonym",)}
"""By their papers, these corpora mark demonyms and names within names only in part: a dot without gold may be right."""
BODIES = "X"
HIDDEN_WEIGHT = 0.5
RIDGE = 1.0 / 2000.0
SAMPLE = -1  # instead of a fold


def parser_of(gazetteer: Gazetteer, recognizer: Recognizer, ranker: Ranker) -> Geoparser:
    """Return a geoparser that draws every dot, at the point of the name itself, as gold has it."""
    return Geoparser(
        gazetteer=gazetteer,
        recognizer=recognizer,
        ranker=ranker,
        relative=False,
        approximate=False,
        min_confidence=0.0,
    )


def judged(parser: Geoparser, gold: Gold, **constant: str | bool | int) -> pd.DataFrame:
    """Return the dots of articles with their features and whether they are right."""
    found = with_coordinates(parser.geoparse(gold.articles))
    found = found[found["field"].isin(gold.fields)].reset_index(drop=True)
    dots = judged_dots(gold.mentions, found)
    features = pd.DataFrame(dot_features(found), columns=list(FEATURES)).loc[dots.index]
    rest = found.loc[dots.index, ["confidence", "recognition_score"]]
    return pd.concat([dots, features, rest], axis=1).assign(**constant)


def dots_of(paths: Sequence[Path], parser: Geoparser, rankers: Sequence[Ranker]) -> Iterator[pd.DataFrame]:
    """Yield the dots of each corpus, with its sources and without, by the ranker that saw nothing of the outlet."""
    for path in paths:
        gold = gold_for(parser, path)
        folds = outlet_folds(list(gold.articles["source"]), seed=SEED)
        for fold, ranker in enumerate(rankers):
            part = gold.subset(gold.articles["article_id"][folds == fold])
            by = parser_of(parser.gazetteer, parser.recognizer, ranker)
            for hidden in (False, True):
                yield judged(by, _hidden(part) if hidden else part, corpus=corpus_name(path), hidden=hidden, fold=fold)


def dots_of_samples(parser: Geoparser) -> Iterator[pd.DataFrame]:
    """Yield the dots of each sample corpus, with its sources and without."""
    for path in SAMPLES:
        gold = gold_for(parser, path)
        for hidden in (False, True):
            part = _hidden(gold) if hidden else gold
            yield judged(parser, part, corpus=corpus_name(path), hidden=hidden, fold=SAMPLE)


def _hidden(gold: Gold) -> Gold:
    return Gold(gold.articles.assign(source=None), gold.mentions)


def teaches(dots: pd.DataFrame) -> pd.Series[bool]:
    """Return which dots may be learned from: not of the samples, nor of a class that the corpus annotates in part."""
    in_part = pd.Series(False, index=dots.index)
    for corpus, classes in ANNOTATED_IN_PART.items():
        in_part |= (dots["corpus"] == corpus) & dots["class"].isin(["embedded", *classes])
    return (dots["fold"] != SAMPLE) & ~in_part & (dots["class"] != BODIES) & dots["recognition_score"].notna()


def fitted(dots: pd.DataFrame) -> DotModel:
    """Fit the regression; each corpus counts as much as another, and an article once with its source and half without."""
    weight = np.where(dots["hidden"], HIDDEN_WEIGHT, 1.0)
    weight = weight / pd.Series(weight, index=dots.index).groupby(dots["corpus"]).transform("sum").to_numpy()
    features = dots[list(FEATURES)].to_numpy(dtype=np.float64)
    found = logistic(features, dots["right"].to_numpy(dtype=np.float64), weight, ridge=RIDGE)
    weights = dict(zip(FEATURES, (round(float(each), 4) for each in found[1:]), strict=True))
    assert min(weights["recognition"], weights["resolution"]) >= 0, weights
    return DotModel(round(float(found[0]), 4), weights)


def stated_by(model: DotModel, dots: pd.DataFrame) -> np.ndarray:
    """Return what the model states, or the confidence of a span without a score, as at run time."""
    stated = model.probabilities(dots[list(FEATURES)].to_numpy(dtype=np.float64))
    return np.where(dots["recognition_score"].notna(), stated, dots["confidence"])


def left_out(dots: pd.DataFrame, by: str) -> np.ndarray:
    """Return what models state that were fitted without the fold, or the corpus, of each dot; of samples, without none."""
    stated, learned = np.zeros(len(dots)), teaches(dots)
    sample = (dots["fold"] == SAMPLE).to_numpy()
    for part in dots.loc[~sample, by].unique():
        rows = (dots[by] == part).to_numpy() & ~sample
        stated[rows] = stated_by(fitted(dots[learned & (dots[by] != part)]), dots[rows])
    stated[sample] = stated_by(fitted(dots[learned]), dots[sample])
    return stated


def figures_of(dots: pd.DataFrame) -> dict[str, Any]:
    """Return calibration and thresholds of each corpus, by confidence and by the dot's probability."""
    dots = dots.assign(stated=left_out(dots, "fold"), other_corpora=left_out(dots, "corpus"))
    calibration, thresholds = {}, {}
    for (corpus, hidden), rows in dots.groupby(["corpus", "hidden"], sort=False):
        aside = left_apart(rows, ANNOTATED_IN_PART.get(str(corpus), ()))
        counted = rows[~rows["class"].isin(aside)]
        drawn = counted[counted["stated"] >= MIN_CONFIDENCE]
        name = f"{corpus}, source hidden" if hidden else str(corpus)
        right = drawn["right"].to_numpy(dtype=np.float64)
        shown = {"dots": len(drawn), "right": float(right.mean())}
        for column in ("stated", "other_corpora", "confidence"):
            shown[column] = equal_mass_error(drawn[column].to_numpy(), right)
        shown["by chance"] = error_by_chance(drawn["stated"].to_numpy())
        calibration[name] = {key: round(value, 4) for key, value in shown.items()}
        if not hidden:
            table = threshold_table(counted["stated"].to_numpy(), counted["right"].to_numpy(dtype=bool))
            thresholds[name] = table.round(4).to_dict("records")
    known = dots[~dots["hidden"] & ~dots["class"].isin(["embedded", BODIES])]
    every = known[(known["fold"] != SAMPLE) & teaches(known)]
    table = threshold_table(every["stated"].to_numpy(), every["right"].to_numpy(dtype=bool))
    return {
        "calibration": calibration,
        "thresholds": {"left-out outlets": table.round(4).to_dict("records")} | thresholds,
    }


def write(model: DotModel, ring: RingModel, figures: dict[str, Any], path: Path) -> None:
    """Write the models, and their figures beside the recipe or the file."""
    contents = {
        path: {"intercept": model.intercept, "weights": dict(model.weights)},
        path.with_name(RINGS): asdict(ring),
    }
    beside = (HERE / "figures.json") if path == TARGET else path.with_name(f"{path.stem}-figures.json")
    for file, content in (contents | {beside: figures}).items():
        file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def record_shipped(path: Path = TARGET) -> None:
    """Record what ships, and the rings beside it, in the manifest."""
    as_distributed = "GPL-3.0 as distributed (fitted to, not copied)"
    corpora = {
        "LGL": "Lieberman et al. 2010",
        "TR-News": "Kamalloo and Rafiei 2018",
        "GeoWebNews": "Gritta et al. 2020",
    }
    for file in (path, path.with_name(RINGS)):
        record(
            file,
            sources=[{"name": name, "version": by, "licence": as_distributed} for name, by in corpora.items()],
            licence="Apache-2.0",
            recipe="data/recipes/dots/fit.py",
        )


def main() -> None:
    """Measure, fit to everything, write the file and its manifest entry."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of gold corpora")
    parser.add_argument("--recognizer", type=Path, help="folder of a model that has seen no gold; default: ships")
    parser.add_argument("--ranker", type=Path, help="file of the ranker for the samples; default: ships")
    parser.add_argument("--measure-only", action="store_true", help="print the figures and write nothing")
    parser.add_argument("--share", type=float, default=1.0, help="share of the ordinary text that rankers learn from")
    parser.add_argument("--out", type=Path, default=TARGET, help="the file to write; the one that ships when left out")
    given = parser.parse_args()
    gazetteer = Gazetteer()
    recognizer = CachedRecognizer(neural(gazetteer, folder=given.recognizer))
    ranker = LearnedRanker.read(given.ranker.read_bytes()) if given.ranker else LearnedRanker.shipped()
    shipped = parser_of(gazetteer, recognizer, ranker)
    paths = gold_files(given.folder)
    rankers = left_out_rankers(all_tables(paths, shipped, share=given.share))
    assert len(rankers) == FOLDS
    dots = pd.concat([*dots_of(paths, shipped, rankers), *dots_of_samples(shipped)], ignore_index=True)

    def parser_with(of: Ranker | None) -> Geoparser:
        return Geoparser(
            gazetteer=gazetteer, recognizer=recognizer, ranker=of or ranker, relative=False, approximate=False
        )

    ring, of_rings = rings.figures_of(list(rings.corpora(paths, parser_with, rankers)), gazetteer)
    figures = figures_of(dots) | of_rings
    print(json.dumps(figures, indent=1))
    if given.measure_only:
        return
    write(fitted(dots[teaches(dots)]), ring, figures, given.out)
    if given.out == TARGET:
        record_shipped()


if __name__ == "__main__":
    main()

"""Train the ranker on gold corpora and write ``geomap/resources/ranker.npz``.

Run from the repository root, in an environment with geomap and ``lightgbm`` (see README.md), or by ``make models``:

    python data/recipes/ranker/train.py FOLDER_OF_CORPORA
    python data/recipes/ranker/train.py --out open.npz            # from the sample corpora and ordinary text alone

The folder holds ``*.jsonl`` gold files as :mod:`geomap.evaluation._gold` describes them. Every figure printed is measured
with whole outlets left out (``geomap.evaluation.outlet_folds``); the ranker that is written is trained on all of them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(ROOT / "data" / "recipes"))
sys.path.insert(0, str(HERE))

from manifest import record
from ordinary_text import tables as ordinary_tables
from table import Table, corpus_name, load_tables, short_tables

from geomap.evaluation._metrics import calibration_error
from geomap.evaluation._sampling import FOLDS, SEED
from geomap.gazetteer import Gazetteer
from geomap.pipeline import Geoparser
from geomap.recognition._defaults import neural
from geomap.resolution._rankers import LearnedRanker, Trees, said_outright
from geomap.resolution._signals import NAMES

SAMPLES = [ROOT / "data" / "corpora" / name / "gold.jsonl" for name in ("mosul", "world")]
"""Gold of the sample corpora, which were written and marked for this project."""

THRESHOLDS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
TARGET = ROOT / "geomap" / "resources" / "ranker.npz"
ROUNDS = 160
# More prominence is never a reason against a place: it keeps the trees from stopping where the training names do.
MONOTONE = {"prominence": 1, "prominence_gap": 1, "prior": 1, "log_population": 1, "rank": -1}
PARAMETERS = {
    "monotone_constraints": [MONOTONE.get(name, 0) for name in NAMES],
    "objective": "lambdarank",
    "lambdarank_truncation_level": 5,
    "label_gain": [0, 1, 3],
    "learning_rate": 0.06,
    "num_leaves": 15,
    "min_data_in_leaf": 30,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "verbose": -1,
    "seed": 7,
    "deterministic": True,
    "force_col_wise": True,
    "num_threads": 1,
}

# Of a group of a whole article, 1 for its first mention: a passage and an invented sentence count for less.
SHORT_WEIGHT = 0.5
ORDINARY_WEIGHT = 0.5
SURETY_ROUNDS = 120
SURETY = {
    "objective": "binary",
    "learning_rate": 0.05,
    "num_leaves": 7,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "verbose": -1,
    "seed": 7,
    "deterministic": True,
    "force_col_wise": True,
    "num_threads": 1,
}


def fit(tables: list[Table], keep: list[np.ndarray]) -> lightgbm.Booster:
    """Train on the kept groups of the tables; groups without a right candidate teach nothing and are left out."""
    signals, labels, sizes, weights = [], [], [], []
    for table, groups in zip(tables, keep, strict=True):
        useful = groups & table.has_right
        rows = useful[table.group]
        signals.append(table.signals[rows])
        labels.append(table.label[rows])
        sizes.append(table.sizes[useful])
        weights.append(np.repeat(table.weight[useful], table.sizes[useful]))
    data = lightgbm.Dataset(
        np.concatenate(signals), np.concatenate(labels), group=np.concatenate(sizes), weight=np.concatenate(weights)
    )
    return lightgbm.train(PARAMETERS, data, num_boost_round=ROUNDS)


def left_out(tables: list[Table], seed: int) -> list[np.ndarray]:
    """Return scores of every row by a ranker that saw no article of its outlet, the outlets dealt by a seed."""
    return scored_by(tables, boosters(tables, seed))


def boosters(tables: list[Table], seed: int) -> list[lightgbm.Booster]:
    """Deal the outlets and train once without each fold."""
    for table in tables:
        table.deal(seed)
    return [fit(tables, [table.fold != fold for table in tables]) for fold in range(FOLDS)]


def scored_by(tables: list[Table], without: list[lightgbm.Booster]) -> list[np.ndarray]:
    """Return the scores of every row by the one that was trained without its fold."""
    scores = [np.zeros(len(table.group)) for table in tables]
    for fold, booster in enumerate(without):
        for table, out in zip(tables, scores, strict=True):
            rows = (table.fold == fold)[table.group]
            if rows.any():
                out[rows] = booster.predict(table.signals[rows]) + said_outright(table.signals[rows])
    return scores


def left_out_rankers(tables: list[Table]) -> list[LearnedRanker]:
    """Return one ranker per fold of the first deal that saw nothing of the outlets in it, not even for its confidence."""
    without = boosters(tables, SEED)
    made = choices(tables, [scored_by(tables, without)])
    return [LearnedRanker(export(booster), export(made.fit(made.fold != fold))) for fold, booster in enumerate(without)]


def report(tables: list[Table], scores: list[list[np.ndarray]]) -> pd.DataFrame:
    """Return accuracy within 161 km over all gold of each table: its mean over the deals, and that of each."""
    rows = []
    for number, table in enumerate(tables):
        each = [table.accuracy(score[number]) for score in scores]
        of_deals = {f"deal_{deal}": value for deal, value in enumerate(each, start=1)}
        rows.append({"corpus": table.name, "accuracy_161km": np.mean(each), **of_deals, "recall": table.recall()})
    return pd.DataFrame(rows)


@dataclass
class Choices:
    """What rankers chose that saw nothing of the outlet: one row per group, table and deal.

    Parameters
    ----------
    signals
        Of the chosen candidate, its share of the softmax behind them.
    right, fold, mentions, weight, deal
        Whether it is near enough, the group's fold, its gold mentions, what it counts, and the number of the deal.
    """

    signals: np.ndarray
    right: np.ndarray
    fold: np.ndarray
    mentions: np.ndarray
    weight: np.ndarray
    deal: np.ndarray

    def fit(self, rows: np.ndarray) -> lightgbm.Booster:
        """Learn the probability of being right."""
        weight = self.weight[rows] / (self.deal.max() + 1)
        return lightgbm.train(
            SURETY, lightgbm.Dataset(self.signals[rows], self.right[rows], weight=weight), SURETY_ROUNDS
        )


def choices(tables: list[Table], deals: list[list[np.ndarray]]) -> Choices:
    """Return what was chosen, for learning how sure to be."""
    signals, right, fold, mentions, weight, deal = [], [], [], [], [], []
    for number, scores in enumerate(deals):
        for table, score in zip(tables, scores, strict=True):
            table.deal(SEED + number)
            chosen, sure = table.choose(score)
            signals.append(np.column_stack([table.signals[chosen], sure]))
            right.append(table.right[chosen].astype(float))
            fold.append(table.fold)
            mentions.append(table.gold_per_group)
            weight.append(table.weight)
            deal.append(np.full(len(chosen), number))
    return Choices(*(np.concatenate(parts) for parts in (signals, right, fold, mentions, weight, deal)))


def stated(made: Choices) -> tuple[np.ndarray, np.ndarray]:
    """Return the confidence in, and the truth of, each gold mention's choice of the first deal, outlets left out."""
    first = made.deal == 0
    sure = np.zeros(len(made.right))
    for fold in range(FOLDS):
        rows = first & (made.fold == fold)
        sure[rows] = made.fit(first & (made.fold != fold)).predict(made.signals[rows])
    return np.repeat(sure[first], made.mentions[first]), np.repeat(made.right[first], made.mentions[first])


def confidence_figures(sure: np.ndarray, truth: np.ndarray) -> dict[str, Any]:
    """Return how well the confidence is calibrated, how well it tells right from wrong, and what thresholds would cost."""
    order = np.argsort(sure, kind="stable")
    above = np.cumsum(1 - truth[order])
    right = truth.sum()
    below = {str(least): [int((sure < least).sum()), int(truth[sure < least].sum())] for least in THRESHOLDS}
    return {
        "calibration error": round(float(calibration_error(sure, truth)), 4),
        "right surer than wrong": round(float((above * truth[order]).sum() / (right * (len(truth) - right))), 3),
        "mentions": len(sure),
        "below, and right of them": below,
    }


def export(booster: lightgbm.Booster) -> Trees:
    """Return the booster's trees as arrays."""
    feature: list[int] = []
    threshold: list[float] = []
    left: list[int] = []
    right: list[int] = []
    value: list[float] = []
    middle: list[float] = []
    roots: list[int] = []

    def add(node: dict[str, Any]) -> int:
        if "leaf_value" in node and "split_feature" not in node:
            value.append(node["leaf_value"])
            return -len(value)
        assert node["decision_type"] == "<=", node["decision_type"]
        number = len(feature)
        feature.append(node["split_feature"])
        threshold.append(node["threshold"])
        middle.append(node["internal_value"])
        left.append(0)
        right.append(0)
        left[number] = add(node["left_child"])
        right[number] = add(node["right_child"])
        return number

    for tree in booster.dump_model()["tree_info"]:
        root = add(tree["tree_structure"])
        roots.append(root)
    return Trees(
        np.array(feature, dtype=np.int32),
        np.array(threshold),
        np.array(left, dtype=np.int32),
        np.array(right, dtype=np.int32),
        np.array(value),
        np.array(middle),
        np.array([root for root in roots if root >= 0], dtype=np.int32),
    )


def gold_files(folder: Path) -> list[Path]:
    """Return the gold files of a folder."""
    return sorted(folder.glob("*.jsonl"))


def all_tables(paths: Sequence[Path], parser: Geoparser, *, share: float = 1.0) -> list[Table]:
    """Return gold articles whole and cut short, and the ordinary text made from the gazetteer, or a share of it."""
    whole, short = load_tables(paths, parser), short_tables(paths, parser, weight=SHORT_WEIGHT)
    return [*whole, *short, *ordinary_tables(parser, weight=ORDINARY_WEIGHT, share=share)]


@dataclass
class Trained:
    """A ranker and what was measured before it learned from everything.

    Parameters
    ----------
    choice, surety
        The trees of the choice and of the confidence.
    figures
        Accuracy by table (``accuracy``), and what :func:`confidence_figures` gives (``confidence``).
    """

    choice: Trees
    surety: Trees
    figures: dict[str, Any]


def learned(tables: list[Table], *, deals: int = 3) -> Trained:
    """Measure with outlets left out, dealt in some ways to folds, then train on everything."""
    scores = [left_out(tables, seed) for seed in range(SEED, SEED + deals)]
    table = report(tables, scores).round(4)
    print(table.to_string(index=False), flush=True)
    made = choices(tables, scores)
    figures = {"accuracy": table.to_dict("records"), "confidence": confidence_figures(*stated(made))}
    print(json.dumps(figures["confidence"]), flush=True)
    booster = fit(tables, [np.ones(len(table.sizes), dtype=bool) for table in tables])
    surety = made.fit(np.ones(len(made.right), dtype=bool))
    gain = booster.feature_importance("gain")
    print(json.dumps([(NAMES[number], round(float(gain[number]))) for number in np.argsort(-gain)[:20]]))
    return Trained(exported(booster, tables[0].signals[:2000]), exported(surety, made.signals[:2000]), figures)


def main() -> None:
    """Measure, train on everything, write the file and its manifest entry."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, help="folder of gold corpora; the samples alone when left out")
    parser.add_argument("--leave-out", action="append", default=[], help="a corpus by its name, never learned from")
    parser.add_argument(
        "--recognizer", type=Path, help="model whose toponyms are the context: a folder; default: ships"
    )
    parser.add_argument("--measure-only", action="store_true", help="print the figures and write nothing")
    parser.add_argument("--deals", type=int, default=3, help="in how many ways outlets are dealt to folds")
    parser.add_argument("--share", type=float, default=1.0, help="share of the ordinary text")
    parser.add_argument("--out", type=Path, default=TARGET, help="the file to write; the one that ships when left out")
    given = parser.parse_args()
    if given.folder is None and given.out == TARGET and not given.measure_only:
        parser.error("what ships learns from the corpora: name their folder, or another file with --out")
    paths = gold_files(given.folder) if given.folder else SAMPLES
    gazetteer = Gazetteer()
    geoparser = Geoparser(gazetteer=gazetteer, recognizer=neural(gazetteer, folder=given.recognizer))
    kept = [path for path in paths if corpus_name(path) not in given.leave_out]
    trained = learned(all_tables(kept, geoparser, share=given.share), deals=given.deals)
    if given.measure_only:
        return
    write(trained, given.out)
    if given.out == TARGET:
        record_shipped()


def exported(booster: lightgbm.Booster, sample: np.ndarray) -> Trees:
    """Return the booster's trees as arrays that give the same scores."""
    trees = export(booster)
    difference = np.abs(trees.scores(sample) - booster.predict(sample, raw_score=True)).max()
    print(f"largest difference from LightGBM: {difference:.2e}")
    assert difference < 1e-9
    return trees


def write(trained: Trained, path: Path) -> None:
    """Write the arrays such that equal arrays make equal bytes."""
    import zipfile

    arrays: dict[str, np.ndarray] = {"names": np.array(NAMES)}
    for prefix, part in (("choice", trained.choice), ("surety", trained.surety)):
        arrays |= {f"{prefix}_{name}": array for name, array in part.to_arrays().items()}
    temporary = path.with_suffix(".tmp")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(arrays):
            info = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w") as file:
                np.lib.format.write_array(file, arrays[name], allow_pickle=False)
    temporary.replace(path)
    figures = (HERE / "figures.json") if path == TARGET else path.with_suffix(".json")
    figures.write_text(json.dumps(trained.figures, indent=1) + "\n", "utf-8")
    print(f"{path.name}: {path.stat().st_size / 1e3:.0f} KB")


def record_shipped(path: Path = TARGET) -> None:
    """Record what ships in the manifest beside it."""
    record(
        path,
        sources=[
            {
                "name": "LGL",
                "version": "Lieberman et al. 2010",
                "licence": "GPL-3.0 as distributed (trained on, not copied)",
            },
            {
                "name": "TR-News",
                "version": "Kamalloo and Rafiei 2018",
                "licence": "GPL-3.0 as distributed (trained on)",
            },
            {"name": "GeoWebNews", "version": "Gritta et al. 2020", "licence": "GPL-3.0 as distributed (trained on)"},
        ],
        licence="Apache-2.0",
        recipe="data/recipes/ranker/train.py",
    )


if __name__ == "__main__":
    main()

"""Train the ranker on gold corpora and write ``geomap/resources/ranker.npz``.

Run from the repository root, in an environment with geomap and ``lightgbm`` (see README.md):

    python data/recipes/ranker/train.py FOLDER_OF_CORPORA

The folder holds ``*.jsonl`` gold files as :mod:`geomap.evaluation._gold` describes them. Every figure printed is measured
with whole outlets left out (``geomap.evaluation.outlet_folds``); the ranker that is written is trained on all of them.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "data" / "recipes"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from manifest import record
from ordinary_text import tables as ordinary_tables
from table import Table, load_tables, short_tables

from geomap.evaluation._metrics import calibration_error
from geomap.evaluation._sampling import FOLDS, SEED
from geomap.gazetteer import Gazetteer
from geomap.pipeline import Geoparser
from geomap.resolution._rankers import LearnedRanker, Trees, said_outright
from geomap.resolution._signals import NAMES

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
    right, fold, mentions, deal
        Whether it is near enough, the group's fold, its gold mentions, and the number of the deal.
    """

    signals: np.ndarray
    right: np.ndarray
    fold: np.ndarray
    mentions: np.ndarray
    deal: np.ndarray

    def fit(self, rows: np.ndarray) -> lightgbm.Booster:
        """Learn the probability of being right."""
        weight = np.sqrt(self.mentions[rows]) / (self.deal.max() + 1)
        return lightgbm.train(
            SURETY, lightgbm.Dataset(self.signals[rows], self.right[rows], weight=weight), SURETY_ROUNDS
        )


def choices(tables: list[Table], deals: list[list[np.ndarray]]) -> Choices:
    """Return what was chosen, for learning how sure to be."""
    signals, right, fold, mentions, deal = [], [], [], [], []
    for number, scores in enumerate(deals):
        for table, score in zip(tables, scores, strict=True):
            table.deal(SEED + number)
            chosen, sure = table.choose(score)
            signals.append(np.column_stack([table.signals[chosen], sure]))
            right.append(table.right[chosen].astype(float))
            fold.append(table.fold)
            mentions.append(table.gold_per_group)
            deal.append(np.full(len(chosen), number))
    return Choices(*(np.concatenate(parts) for parts in (signals, right, fold, mentions, deal)))


def stated(made: Choices) -> tuple[np.ndarray, np.ndarray]:
    """Return the confidence in, and the truth of, each gold mention's choice of the first deal, outlets left out."""
    first = made.deal == 0
    sure = np.zeros(len(made.right))
    for fold in range(FOLDS):
        rows = first & (made.fold == fold)
        sure[rows] = made.fit(first & (made.fold != fold)).predict(made.signals[rows])
    return np.repeat(sure[first], made.mentions[first]), np.repeat(made.right[first], made.mentions[first])


def report_confidence(sure: np.ndarray, truth: np.ndarray) -> None:
    """Print how well the confidence is calibrated, how well it tells right from wrong, and what thresholds would cost."""
    order = np.argsort(sure, kind="stable")
    above = np.cumsum(1 - truth[order])
    discrimination = (above * truth[order]).sum() / (truth.sum() * (1 - truth).sum())
    print(f"calibration error of left-out outlets: {calibration_error(sure, truth):.4f}")
    print(f"a right choice is surer than a wrong one: {discrimination:.3f}")
    for threshold in (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5):
        below = sure < threshold
        print(
            f"  below {threshold:.2f}: {below.sum():4d} of {len(sure)} mentions, {int(truth[below].sum())} of them right"
        )


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


def all_tables(folder: Path, *, recognizer: str | None = None) -> list[Table]:
    """Return the corpora whole, cut short, and the ordinary text made from the gazetteer."""
    parser = Geoparser(gazetteer=Gazetteer(), recognizer=recognizer)
    return [
        *load_tables(folder, recognizer=recognizer),
        *short_tables(folder, recognizer=recognizer, weight=SHORT_WEIGHT),
        *ordinary_tables(parser, weight=ORDINARY_WEIGHT),
    ]


def main() -> None:
    """Measure, train on everything, write the file and its manifest entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--measure-only", action="store_true")
    parser.add_argument("--recognizer", help="whose toponyms are the context: 'gazetteer' is quick")
    parser.add_argument("--deals", type=int, default=3, help="in how many ways outlets are dealt to folds")
    given = parser.parse_args()
    tables = all_tables(given.folder, recognizer=given.recognizer)
    scores = [left_out(tables, seed) for seed in range(SEED, SEED + given.deals)]
    print(report(tables, scores).round(4).to_string(index=False))
    made = choices(tables, scores)
    report_confidence(*stated(made))
    if given.measure_only:
        return
    booster = fit(tables, [np.ones(len(table.sizes), dtype=bool) for table in tables])
    surety = made.fit(np.ones(len(made.right), dtype=bool))
    trees, surety_trees = exported(booster, tables[0].signals[:2000]), exported(surety, made.signals[:2000])
    write(trees, surety_trees)
    gain = booster.feature_importance("gain")
    print(json.dumps([(NAMES[number], round(float(gain[number]))) for number in np.argsort(-gain)[:20]]))
    print(
        f"{TARGET.name}: {TARGET.stat().st_size / 1e3:.0f} KB, {len(trees.roots)} and {len(surety_trees.roots)} trees"
    )


def exported(booster: lightgbm.Booster, sample: np.ndarray) -> Trees:
    """Return the booster's trees as arrays that give the same scores."""
    trees = export(booster)
    difference = np.abs(trees.scores(sample) - booster.predict(sample, raw_score=True)).max()
    print(f"largest difference from LightGBM: {difference:.2e}")
    assert difference < 1e-9
    return trees


def write(trees: Trees, surety: Trees) -> None:
    """Write the arrays such that equal arrays make equal bytes."""
    import zipfile

    arrays: dict[str, np.ndarray] = {"names": np.array(NAMES)}
    for prefix, part in (("choice", trees), ("surety", surety)):
        arrays |= {f"{prefix}_{name}": array for name, array in part.to_arrays().items()}
    temporary = TARGET.with_suffix(".tmp")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(arrays):
            info = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w") as file:
                np.lib.format.write_array(file, arrays[name], allow_pickle=False)
    temporary.replace(TARGET)
    record(
        TARGET,
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

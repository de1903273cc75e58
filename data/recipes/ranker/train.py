"""Train the ranker on gold corpora and write ``geomap/resources/ranker.npz``.

Run from the repository root, in an environment with geomap and ``lightgbm`` (see README.md):

    python data/recipes/ranker/train.py FOLDER_OF_CORPORA

The folder holds ``*.jsonl`` gold files as :mod:`geomap.evaluation.gold` describes them. Every figure printed is measured
with whole outlets left out (``geomap.evaluation.outlet_folds``); the ranker that is written is trained on all of them.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "data" / "recipes"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from isotonic import isotonic_steps
from manifest import record
from table import Table, load_tables

from geomap.evaluation.metrics import calibration_error
from geomap.resolution.rankers import said_outright
from geomap.resolution.signals import NAMES
from geomap.resolution.trees import Trees

TARGET = ROOT / "geomap" / "resources" / "ranker.npz"
ROUNDS = 160
PARAMETERS = {
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
    "num_threads": 2,
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


def left_out(tables: list[Table], folds: int = 5) -> list[np.ndarray]:
    """Return scores of every row by a ranker that saw no article of its outlet."""
    scores = [np.zeros(len(table.group)) for table in tables]
    for fold in range(folds):
        booster = fit(tables, [table.fold != fold for table in tables])
        for table, out in zip(tables, scores, strict=True):
            rows = (table.fold == fold)[table.group]
            if rows.any():
                out[rows] = booster.predict(table.signals[rows]) + said_outright(table.signals[rows])
    return scores


def report(tables: list[Table], scores: list[np.ndarray]) -> pd.DataFrame:
    """Return accuracy within 161 km over all gold of each table."""
    rows = []
    for table, score in zip(tables, scores, strict=True):
        rows.append({"corpus": table.name, "accuracy_161km": table.accuracy(score), "recall": table.recall()})
    return pd.DataFrame(rows)


def calibrate(tables: list[Table], scores: list[np.ndarray]) -> tuple[np.ndarray, float]:
    """Return steps from a softmax probability to the share that is right, and their error on left-out outlets."""
    probability, right, fold = [], [], []
    for table, score in zip(tables, scores, strict=True):
        chosen, sure = table.choose(score)
        probability.append(np.repeat(sure, table.gold_per_group))
        right.append(np.repeat(table.right[chosen].astype(float), table.gold_per_group))
        fold.append(np.repeat(table.fold, table.gold_per_group))
    sure, truth, folds = np.concatenate(probability), np.concatenate(right), np.concatenate(fold)
    stated = np.zeros(len(sure))
    for number in np.unique(folds):
        steps = isotonic_steps(sure[folds != number], truth[folds != number])
        stated[folds == number] = np.interp(sure[folds == number], *steps)
    print(f"calibration error of left-out outlets: {calibration_error(stated, truth):.4f}")
    return isotonic_steps(sure, truth), calibration_error(stated, truth)


def export(booster: lightgbm.Booster) -> Trees:
    """Return the booster's trees as arrays."""
    feature, threshold, left, right, value, middle, roots = [], [], [], [], [], [], []

    def add(node: dict) -> int:
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


def main() -> None:
    """Measure, train on everything, write the file and its manifest entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--measure-only", action="store_true")
    parser.add_argument("--recognizer", help="whose toponyms are the context: 'gazetteer' is quick")
    folder = parser.parse_args().folder
    tables = load_tables(folder, recognizer=parser.parse_args().recognizer)
    scores = left_out(tables)
    print(report(tables, scores).to_string(index=False))
    steps, error = calibrate(tables, scores)
    if parser.parse_args().measure_only:
        return
    booster = fit(tables, [np.ones(len(table.sizes), dtype=bool) for table in tables])
    trees = export(booster)
    sample = tables[0].signals[:2000]
    difference = np.abs(trees.scores(sample) - booster.predict(sample)).max()
    print(f"largest difference from LightGBM: {difference:.2e}")
    assert difference < 1e-9
    write(trees, steps)
    order = np.argsort(-booster.feature_importance("gain"))
    print(
        json.dumps([(NAMES[number], round(float(booster.feature_importance("gain")[number]))) for number in order[:20]])
    )
    print(
        f"{TARGET.name}: {TARGET.stat().st_size / 1e3:.0f} KB, {len(trees.roots)} trees, calibration error {error:.3f}"
    )


def write(trees: Trees, steps: tuple[np.ndarray, np.ndarray]) -> None:
    """Write the arrays such that equal arrays make equal bytes."""
    import zipfile

    arrays = {**trees.to_arrays(), "names": np.array(NAMES), "sure": steps[0], "share": steps[1]}
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

"""The field's metrics of recognition, resolution, the whole line, and calibration.

Sources: Gritta, Pilehvar, Collier (2020), "A pragmatic guide to geoparsing evaluation" (accuracy within 161 km, area
under the curve of the log error, one error for every gold mention); Guo et al. (2017), "On calibration of modern neural
networks" (expected calibration error).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap.evaluation.matching import match_spans, precision_recall_f1
from geomap.geometry import distance_km

FARTHEST_KM = 20_039.0  # half the equator: what an unanswered mention counts (Gritta et al. 2020)
NEAR_KM = 161.0  # one hundred miles

Floats = npt.NDArray[np.float64]


def recognition_scores(gold: pd.DataFrame, predicted: pd.DataFrame) -> dict[str, float]:
    """Return precision, recall and F1 of spans, exact and overlapping, with and without demonyms.

    Parameters
    ----------
    gold, predicted
        Tables with ``article_id``, ``field``, ``start``, ``end`` and ``kind``. Predictions in fields that gold does
        not annotate should be left out before.
    """
    scores: dict[str, float] = {"gold": float(len(gold)), "predicted": float(len(predicted))}
    for name, exact in (("exact", True), ("overlap", False)):
        pairs = match_spans(gold, predicted, exact=exact)
        scores.update(_named(name, len(pairs), len(predicted), len(gold)))
    without_gold = gold[gold["kind"].ne("demonym").fillna(True)]
    without_predicted = predicted[predicted["kind"].ne("demonym").fillna(True)]
    pairs = match_spans(without_gold, without_predicted, exact=True)
    scores.update(_named("exact_without_demonyms", len(pairs), len(without_predicted), len(without_gold)))
    return scores


def _named(name: str, right: int, predicted: int, gold: int) -> dict[str, float]:
    precision, recall, f1 = precision_recall_f1(right, predicted, gold)
    return {f"{name}_precision": precision, f"{name}_recall": recall, f"{name}_f1": f1}


def errors_km(gold: pd.DataFrame, predicted: pd.DataFrame, pairs: npt.NDArray[np.int64]) -> Floats:
    """Return one distance per gold mention in kilometers; an unanswered one counts 20,039 km.

    Parameters
    ----------
    gold
        Gold mentions with ``lat`` and ``lon`` in degrees.
    predicted
        Mentions with ``lat`` and ``lon`` in degrees, missing where unresolved.
    pairs
        Row positions that belong together, as :func:`~geomap.evaluation.matching.match_spans` gives.
    """
    errors = np.full(len(gold), FARTHEST_KM)
    if len(pairs):
        left, right = gold.iloc[pairs[:, 0]], predicted.iloc[pairs[:, 1]]
        found = distance_km(left["lat"], left["lon"], right["lat"].astype(float), right["lon"].astype(float))
        errors[pairs[:, 0]] = np.where(np.isfinite(found), found, FARTHEST_KM)
    return errors


def log_error_auc(errors: Floats) -> float:
    """Return the area under the curve of the log error, in [0, 1]; lower is better (Gritta et al. 2020)."""
    if len(errors) < 2:
        return float(np.log1p(errors[0]) / np.log1p(FARTHEST_KM)) if len(errors) else float("nan")
    logs = np.sort(np.log1p(errors)) / np.log1p(FARTHEST_KM)
    return float(np.trapezoid(logs) / (len(logs) - 1))


def resolution_scores(gold: pd.DataFrame, predicted: pd.DataFrame) -> dict[str, float]:
    """Return the scores of a resolver that was given the gold spans.

    Parameters
    ----------
    gold
        Gold mentions; those without coordinates are left out.
    predicted
        The same spans, resolved: ``lat``, ``lon`` and ``geonameid``, missing where unresolved.
    """
    gold = gold[gold["lat"].notna()].reset_index(drop=True)
    pairs = match_spans(gold, predicted, exact=True)
    errors = errors_km(gold, predicted, pairs)
    if not len(gold):
        return {"gold": 0.0}
    with_id = gold["geonameid"].notna().to_numpy()
    same = np.zeros(len(gold), dtype=bool)
    if len(pairs):
        ours = predicted["geonameid"].iloc[pairs[:, 1]].to_numpy(dtype="float64", na_value=np.nan)
        theirs = gold["geonameid"].iloc[pairs[:, 0]].to_numpy(dtype="float64", na_value=np.nan)
        same[pairs[:, 0]] = ours == theirs
    return {
        "gold": float(len(gold)),
        "accuracy_161km": float((errors <= NEAR_KM).mean()),
        "accuracy_161km_with_id": float((errors[with_id] <= NEAR_KM).mean()) if with_id.any() else float("nan"),
        "accuracy_id": float(same[with_id].mean()) if with_id.any() else float("nan"),
        "answered": float((errors < FARTHEST_KM).mean()),
        "mean_km": float(errors.mean()),
        "median_km": float(np.median(errors)),
        "auc": log_error_auc(errors),
    }


def end_to_end_scores(gold: pd.DataFrame, predicted: pd.DataFrame) -> dict[str, float]:
    """Return F1 of mentions whose span overlaps gold and whose point is within 161 km, and of exact span and id.

    Gold without coordinates cannot be right or wrong, so it is left out, and so are the predictions that overlap it.
    Predictions without a place do not count as predicted.
    """
    placed = predicted[predicted["lat"].notna()].reset_index(drop=True)
    unknown = gold[gold["lat"].isna()].reset_index(drop=True)
    known = gold[gold["lat"].notna()].reset_index(drop=True)
    pairs = match_spans(known, placed, exact=False)
    excused = match_spans(unknown, placed.drop(index=pairs[:, 1].tolist()).reset_index(drop=True), exact=False)
    count = len(placed) - len(excused)
    near = errors_km(known, placed, pairs)[pairs[:, 0]] <= NEAR_KM
    scores = _named("end_to_end_161km", int(near.sum()), count, len(known))
    with_id = known[known["geonameid"].notna()].reset_index(drop=True)
    exact = match_spans(with_id, placed, exact=True)
    ours = placed["geonameid"].iloc[exact[:, 1]].to_numpy(dtype="float64", na_value=np.nan)
    theirs = with_id["geonameid"].iloc[exact[:, 0]].to_numpy(dtype="float64", na_value=np.nan)
    scores.update(_named("end_to_end_id", int((ours == theirs).sum()), count, len(with_id)))
    return scores


def calibration_error(confidence: npt.ArrayLike, right: npt.ArrayLike, *, bins: int = 10) -> float:
    """Return the expected calibration error over bins of equal width in [0, 1] (Guo et al. 2017)."""
    stated, truth = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    if not len(stated):
        return float("nan")
    bucket = np.minimum((stated * bins).astype(int), bins - 1)
    error = 0.0
    for number in range(bins):
        inside = bucket == number
        if inside.any():
            error += inside.mean() * abs(stated[inside].mean() - truth[inside].mean())
    return float(error)

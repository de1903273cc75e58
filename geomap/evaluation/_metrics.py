"""The field's metrics of recognition, resolution, the whole line, and calibration.

Sources: Gritta, Pilehvar, Collier (2020), "A pragmatic guide to geoparsing evaluation" (accuracy within 161 km, area
under the curve of the log error, one error for every gold mention); Guo et al. (2017), "On calibration of modern neural
networks" (expected calibration error).

Every score is computed over :class:`~geomap.evaluation._bootstrap.Draws` of articles, the first of which is the sample
itself;
the functions named ``*_scores`` return that one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap.evaluation._bootstrap import Draws, divided, draw, of_sample, share_of_first, weighted_median
from geomap.evaluation._regions import inside_region
from geomap.geometry import distance_km

KEYS = ("article_id", "field")


def match_spans(gold: pd.DataFrame, predicted: pd.DataFrame, *, exact: bool) -> np.ndarray:
    """Pair gold spans with predicted spans one to one, within each article and field.

    Parameters
    ----------
    gold, predicted
        Tables with ``article_id``, ``field``, ``start`` and ``end``.
    exact
        Whether offsets must be equal. Otherwise an overlap of one character is enough; exact pairs are taken first,
        the rest in text order.

    Returns
    -------
    ndarray of shape (pairs, 2)
        Row positions in gold and in predicted, in gold order.
    """
    by_key: dict[tuple[str, str], list[int]] = {}
    for position, key in enumerate(zip(predicted["article_id"], predicted["field"], strict=True)):
        by_key.setdefault(key, []).append(position)
    starts, ends = predicted["start"].to_numpy(), predicted["end"].to_numpy()
    used: set[int] = set()
    pairs: list[tuple[int, int]] = []
    rows = list(zip(gold["article_id"], gold["field"], gold["start"], gold["end"], strict=True))
    for position, (article_id, field, start, end) in enumerate(rows):
        for other in by_key.get((article_id, field), ()):
            if other not in used and starts[other] == start and ends[other] == end:
                used.add(other)
                pairs.append((position, other))
                break
    if not exact:
        matched = {position for position, _ in pairs}
        for position, (article_id, field, start, end) in enumerate(rows):
            if position in matched:
                continue
            for other in by_key.get((article_id, field), ()):
                if other not in used and starts[other] < end and start < ends[other]:
                    used.add(other)
                    pairs.append((position, other))
                    break
    return np.array(sorted(pairs), dtype="int64").reshape(-1, 2)


FARTHEST_KM = 20_039.0  # half the equator: what an unanswered mention counts (Gritta et al. 2020)
NEAR_KM = 161.0  # one hundred miles
BINS = 10
SUREST = 0.8

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def recognition_scores(gold: pd.DataFrame, predicted: pd.DataFrame) -> dict[str, float]:
    """Return precision, recall and F1 of spans, exact and overlapping, with and without demonyms.

    Parameters
    ----------
    gold, predicted
        Tables with ``article_id``, ``field``, ``start``, ``end`` and ``kind``. Predictions in fields that gold does
        not annotate should be left out before.
    """
    return of_sample(recognition(gold, predicted, _once(gold, predicted)))


def recognition(gold: pd.DataFrame, predicted: pd.DataFrame, draws: Draws) -> dict[str, Floats]:
    """Return the scores of :func:`recognition_scores` in each draw."""
    scores = {
        "gold": draws.total(draws.numbers(gold["article_id"])),
        "predicted": draws.total(draws.numbers(predicted["article_id"])),
    }
    proper = (_without_demonyms(gold), _without_demonyms(predicted))
    for suffix, (left, right) in (("", (gold, predicted)), ("_without_demonyms", proper)):
        for name, exact in (("exact", True), ("overlap", False)):
            scores |= span_scores(f"{name}{suffix}", left, right, match_spans(left, right, exact=exact), draws)
    return scores


def _without_demonyms(mentions: pd.DataFrame) -> pd.DataFrame:
    return mentions.loc[mentions["kind"].ne("demonym").fillna(True)]


def span_scores(
    name: str, gold: pd.DataFrame, predicted: pd.DataFrame, pairs: Ints, draws: Draws, right: Bools | None = None
) -> dict[str, Floats]:
    """Return precision, recall and F1 in each draw, of pairs that are right."""
    found = draws.total(draws.numbers(gold["article_id"].iloc[pairs[:, 0]]), 1.0 if right is None else right)
    wanted = draws.total(draws.numbers(gold["article_id"]))
    given = draws.total(draws.numbers(predicted["article_id"]))
    return precision_recall_f1(name, found, given, wanted)


def precision_recall_f1(name: str, right: Floats, predicted: Floats, gold: Floats) -> dict[str, Floats]:
    """Return precision, recall and F1 in each draw; a share of nothing is nan."""
    return {
        f"{name}_precision": divided(right, predicted),
        f"{name}_recall": divided(right, gold),
        f"{name}_f1": divided(2 * right, predicted + gold),
    }


def errors_km(gold: pd.DataFrame, predicted: pd.DataFrame, pairs: Ints) -> Floats:
    """Return one distance per gold mention in kilometers; an unanswered one counts 20,039 km.

    Parameters
    ----------
    gold
        Gold mentions with ``lat`` and ``lon`` in degrees.
    predicted
        Mentions with ``lat`` and ``lon`` in degrees, missing where unresolved.
    pairs
        Row positions that belong together, as :func:`~geomap.evaluation._metrics.match_spans` gives.
    """
    errors = np.full(len(gold), FARTHEST_KM)
    if len(pairs):
        left, right = gold.iloc[pairs[:, 0]], predicted.iloc[pairs[:, 1]]
        found = distance_km(left["lat"], left["lon"], right["lat"].astype(float), right["lon"].astype(float))
        errors[pairs[:, 0]] = np.where(np.isfinite(found), found, FARTHEST_KM)
    return errors


def same_ids(gold: pd.DataFrame, predicted: pd.DataFrame, pairs: Ints) -> Bools:
    """Return for each gold mention whether its pair has its geonameid."""
    same = np.zeros(len(gold), dtype=bool)
    ours = predicted["geonameid"].iloc[pairs[:, 1]].to_numpy(dtype="float64", na_value=np.nan)
    theirs = gold["geonameid"].iloc[pairs[:, 0]].to_numpy(dtype="float64", na_value=np.nan)
    same[pairs[:, 0]] = ours == theirs
    return same


def right_regions(gold: pd.DataFrame, predicted: pd.DataFrame, pairs: Ints, near: Bools) -> Bools:
    """Return for each gold mention whether it is near enough, or in the country or state that was predicted."""
    right = near.copy()
    left, other = gold.iloc[pairs[:, 0]], predicted.iloc[pairs[:, 1]].reset_index(drop=True)
    right[pairs[:, 0]] |= inside_region(left["lat"], left["lon"], other)
    return right


def log_error_auc(errors: Floats) -> float:
    """Return the area under the curve of the log error, in [0, 1]; lower is better (Gritta et al. 2020)."""
    draws = draw(("",), times=0, seed=0)
    return float(_auc(draws, np.zeros(len(errors), dtype=np.int64), errors)[0])


def _auc(draws: Draws, articles: Ints, errors: Floats) -> Floats:
    """Return the area by the trapezoid rule over the sorted errors, a whole apart each, from 0 to the last."""
    logs = np.log1p(errors) / np.log1p(FARTHEST_KM)
    count, total = draws.total(articles), draws.total(articles, logs)
    least, most = np.full(len(draws.article_ids), np.inf), np.full(len(draws.article_ids), -np.inf)
    np.minimum.at(least, articles, logs)
    np.maximum.at(most, articles, logs)
    drawn = draws.weights > 0
    first, last = np.where(drawn, least, np.inf).min(axis=1), np.where(drawn, most, -np.inf).max(axis=1)
    ends = np.add(first, last, out=np.zeros(len(count)), where=count > 1)
    several = divided(total - ends / 2, count - 1)
    return np.where(count == 1, total, several)


def resolution_scores(gold: pd.DataFrame, predicted: pd.DataFrame) -> dict[str, float]:
    """Return the scores of a resolver that was given the gold spans.

    Parameters
    ----------
    gold
        Gold mentions; those without coordinates are left out.
    predicted
        The same spans, resolved: ``lat``, ``lon`` and ``geonameid``, missing where unresolved; with ``feature_code`` and
        ``country_code`` a country or state counts as right for every point in it, in ``accuracy_region``.
    """
    return of_sample(resolution(gold, predicted, _once(gold)))


def resolution(gold: pd.DataFrame, predicted: pd.DataFrame, draws: Draws) -> dict[str, Floats]:
    """Return the scores of :func:`resolution_scores` in each draw."""
    gold = gold[gold["lat"].notna()].reset_index(drop=True)
    articles = draws.numbers(gold["article_id"])
    scores = {"gold": draws.total(articles)}
    if not len(gold):
        return scores
    pairs = match_spans(gold, predicted, exact=True)
    errors = errors_km(gold, predicted, pairs)
    near = errors <= NEAR_KM
    with_id = gold["geonameid"].notna().to_numpy()
    same = same_ids(gold, predicted, pairs)
    return scores | {
        "accuracy_161km": draws.share(articles, near),
        "accuracy_161km_with_id": draws.share(articles[with_id], near[with_id]),
        "accuracy_id": draws.share(articles[with_id], same[with_id]),
        "accuracy_region": draws.share(articles, right_regions(gold, predicted, pairs, near)),
        "answered": draws.share(articles, errors < FARTHEST_KM),
        "mean_km": draws.share(articles, errors),
        "median_km": weighted_median(draws, articles, errors),
        "auc": _auc(draws, articles, errors),
    }


def end_to_end_scores(gold: pd.DataFrame, predicted: pd.DataFrame) -> dict[str, float]:
    """Return F1 of mentions whose span overlaps gold and whose point is within 161 km, and of exact span and id.

    Gold without coordinates (or, for the second, without an id) cannot be right or wrong, so it is left out, and so are the
    predictions that overlap it alone. Predictions without a place do not count as predicted.
    """
    return of_sample(end_to_end(gold, predicted, _once(gold, predicted)))


def end_to_end(gold: pd.DataFrame, predicted: pd.DataFrame, draws: Draws) -> dict[str, Floats]:
    """Return the scores of :func:`end_to_end_scores` in each draw."""
    placed = predicted[predicted["lat"].notna()].reset_index(drop=True)
    known, counted, pairs = _answerable(gold, placed, gold["lat"].notna())
    near = errors_km(known, placed, pairs) <= NEAR_KM
    region = right_regions(known, placed, pairs, near)
    scores = span_scores("end_to_end_161km", known, counted, pairs, draws, near[pairs[:, 0]])
    scores |= span_scores("end_to_end_region", known, counted, pairs, draws, region[pairs[:, 0]])
    with_id, counted, _ = _answerable(gold, placed, gold["geonameid"].notna())
    exact = match_spans(with_id, placed, exact=True)
    same = same_ids(with_id, placed, exact)
    return scores | span_scores("end_to_end_id", with_id, counted, exact, draws, same[exact[:, 0]])


def _answerable(gold: pd.DataFrame, placed: pd.DataFrame, known: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame, Ints]:
    """Return the gold that is known, the predictions that count, and the overlapping pairs of known and placed."""
    answerable, unknown = gold[known].reset_index(drop=True), gold[~known].reset_index(drop=True)
    pairs = match_spans(answerable, placed, exact=False)
    rest = placed.drop(index=pairs[:, 1].tolist())
    excused = rest.index[match_spans(unknown, rest, exact=False)[:, 1]]
    return answerable, placed.drop(index=excused), pairs


def confidence_scores(gold: pd.DataFrame, predicted: pd.DataFrame, draws: Draws) -> dict[str, Floats]:
    """Return the calibration error of ``confidence`` and the accuracy of the surest 80 %, over answered gold spans."""
    articles, stated, right = stated_and_right(gold, predicted, draws)
    if not len(stated):
        return {}
    surest = np.argsort(-stated, kind="stable")
    return {
        "calibration_error": _calibration(draws, articles, stated, right),
        "accuracy_of_surest_80": share_of_first(draws, articles, right, surest, SUREST),
    }


def stated_and_right(gold: pd.DataFrame, predicted: pd.DataFrame, draws: Draws) -> tuple[Ints, Floats, Bools]:
    """Return article, confidence and truth of each gold mention with coordinates whose exact span was resolved."""
    known = gold[gold["lat"].notna()].reset_index(drop=True)
    pairs = match_spans(known, predicted, exact=True)
    if "confidence" not in predicted.columns:
        return np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0, dtype=bool)
    stated = predicted["confidence"].to_numpy(dtype="float64", na_value=np.nan)[pairs[:, 1]]
    pairs, stated = pairs[np.isfinite(stated)], stated[np.isfinite(stated)]
    right = errors_km(known, predicted, pairs)[pairs[:, 0]] <= NEAR_KM
    return draws.numbers(known["article_id"].iloc[pairs[:, 0]]), stated, right


def calibration_error(confidence: npt.ArrayLike, right: npt.ArrayLike, *, bins: int = BINS) -> float:
    """Return the expected calibration error over bins of equal width in [0, 1] (Guo et al. 2017)."""
    stated, truth = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    draws = draw(("",), times=0, seed=0)
    return float(_calibration(draws, np.zeros(len(stated), dtype=np.int64), stated, truth, bins=bins)[0])


def bin_of(stated: Floats, bins: int = BINS) -> Ints:
    """Return the number of the bin of equal width in [0, 1] that each confidence falls in."""
    return np.minimum((stated * bins).astype(np.int64), bins - 1)


def _calibration(draws: Draws, articles: Ints, stated: Floats, right: npt.ArrayLike, *, bins: int = BINS) -> Floats:
    truth = np.asarray(right, dtype=np.float64)
    bucket = bin_of(stated, bins)
    gap = np.zeros(len(draws.weights))
    for number in range(bins):
        inside = bucket == number
        gap += np.abs(draws.total(articles[inside], stated[inside] - truth[inside]))
    return divided(gap, draws.total(articles))


def _once(*tables: pd.DataFrame) -> Draws:
    ids = pd.concat([table["article_id"] for table in tables]).unique()
    return draw(tuple(ids), times=0, seed=0)

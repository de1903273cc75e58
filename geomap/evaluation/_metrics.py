"""The field's metrics: recognition, resolution with its calibration, and both end to end.

Sources: Gritta, Pilehvar, Collier (2020), "A pragmatic guide to geoparsing evaluation" (accuracy within 161 km, area
under the curve of the log error, one error for every gold mention); Guo et al. (2017), "On calibration of modern neural
networks" (expected calibration error).

A metric takes gold, predictions and :class:`~geomap.evaluation._bootstrap.Draws`, and returns every score in each draw;
:func:`sample_scores` gives those of the sample itself.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap.evaluation._bootstrap import Draws, draw, mean_of_first, ratio, weighted_median
from geomap.evaluation._regions import inside_region
from geomap.geometry import distance_km
from geomap.tables import EMBEDDED, Floats, Ints

FARTHEST_KM = 20_039.0  # half the equator: the error of an unanswered mention (Gritta et al. 2020)
NEAR_KM = 161.0  # one hundred miles
BINS = 10
SUREST = 0.8

Scores = dict[str, Floats]
Metric = Callable[[pd.DataFrame, pd.DataFrame, Draws], Scores]


def sample_scores(metric: Metric, gold: pd.DataFrame, predicted: pd.DataFrame) -> dict[str, float]:
    """Return the scores of a metric on the sample itself, without resampling."""
    draws = draw(pd.concat([gold["article_id"], predicted["article_id"]]).unique(), times=0, seed=0)
    return {name: float(values[0]) for name, values in metric(gold, predicted, draws).items()}


def recognition(gold: pd.DataFrame, predicted: pd.DataFrame, draws: Draws) -> Scores:
    """Return precision, recall and F1 of spans in each draw: exact and overlapping, with and without demonyms.

    Parameters
    ----------
    gold, predicted
        Tables with ``article_id``, ``field``, ``start``, ``end`` and ``kind``. Predictions in fields that the gold does
        not annotate should be left out before.
    draws
        How often each article counts.
    """
    scores = {"gold": _count(draws, gold), "predicted": _count(draws, predicted)}
    without_demonyms = (_without_demonyms(gold), _without_demonyms(predicted))
    for suffix, (wanted, found) in (("", (gold, predicted)), ("_without_demonyms", without_demonyms)):
        for name, exact in (("exact", True), ("overlap", False)):
            right = wanted.iloc[match_spans(wanted, found, exact=exact)[:, 0]]
            scores |= _span_scores(f"{name}{suffix}", draws, right=right, predicted=found, gold=wanted)
    return scores


def resolution(gold: pd.DataFrame, predicted: pd.DataFrame, draws: Draws) -> Scores:
    """Return the scores of resolution on gold spans in each draw.

    Parameters
    ----------
    gold
        Gold mentions; those without coordinates are left out.
    predicted
        The same spans, resolved: ``lat``, ``lon`` and ``geonameid``, missing where unresolved. With ``feature_code`` and
        ``country_code``, a country or division counts in ``accuracy_region`` as right for every point in it. With
        ``confidence``, the scores include its calibration error and the accuracy of the surest 80 %, over the gold spans
        that the predictions have too.
    draws
        How often each article counts.
    """
    gold = located(gold)
    judged = judge(gold, predicted, match_spans(gold, predicted, exact=True))
    articles = draws.positions(judged["article_id"])
    scores = {"gold": draws.total(articles)}
    if not len(gold):
        return scores
    km = judged["km"].to_numpy()
    with_id = gold["geonameid"].notna().to_numpy()
    scores |= {
        "accuracy_161km": draws.mean(articles, judged["near"]),
        "accuracy_161km_with_id": draws.mean(articles[with_id], judged["near"][with_id]),
        "accuracy_id": draws.mean(articles[with_id], judged["same_id"][with_id]),
        "accuracy_region": draws.mean(articles, judged["in_region"]),
        "answered": draws.mean(articles, km < FARTHEST_KM),
        "mean_km": draws.mean(articles, km),
        "median_km": weighted_median(draws, articles, km),
        "auc": _auc(draws, articles, km),
    }
    stated = with_confidence(judged)
    if not len(stated):
        return scores
    confidence, near = stated["confidence"].to_numpy(), stated["near"].to_numpy()
    articles, surest = draws.positions(stated["article_id"]), np.argsort(-confidence, kind="stable")
    return scores | {
        "calibration_error": _calibration(draws, articles, confidence, near),
        "accuracy_of_surest_80": mean_of_first(draws, articles, near, surest, SUREST),
    }


def end_to_end(gold: pd.DataFrame, predicted: pd.DataFrame, draws: Draws) -> Scores:
    """Return precision, recall and F1 of recognition and resolution together in each draw.

    A mention is right in ``161km`` if its span overlaps gold and its point lies within 161 km; in ``region`` also if the
    gold point lies in the country or state that was predicted; in ``id`` if span and GeoNames id are equal. Gold without
    coordinates (for ``id``, without an id) can be neither right nor wrong, so it is left out, and with it the predictions
    that overlap nothing else. Predictions without a place do not count as predicted. ``161km_counted`` is about what maps
    and counts show: without predictions inside other names, and gold of that kind is left out.
    """
    placed = located(predicted)
    shown, left_out = placed[~_inside_others(placed)].reset_index(drop=True), _inside_others(gold)
    known, counted, pairs = _answerable(gold, shown, gold["lat"].notna() & ~left_out)
    right = known[judge(known, shown, pairs)["near"]]
    of_shown = _span_scores("end_to_end_161km_counted", draws, right=right, predicted=counted, gold=known)
    known, counted, pairs = _answerable(gold, placed, gold["lat"].notna())
    judged = judge(known, placed, pairs)
    scores: Scores = {}
    for name, column in (("161km", "near"), ("region", "in_region")):
        right = judged[judged[column]]
        scores |= _span_scores(f"end_to_end_{name}", draws, right=right, predicted=counted, gold=known)
    with_id, counted, _ = _answerable(gold, placed, gold["geonameid"].notna())
    judged = judge(with_id, placed, match_spans(with_id, placed, exact=True))
    right = judged[judged["same_id"]]
    return scores | _span_scores("end_to_end_id", draws, right=right, predicted=counted, gold=with_id) | of_shown


def match_spans(gold: pd.DataFrame, predicted: pd.DataFrame, *, exact: bool) -> Ints:
    """Pair gold spans with predicted spans one to one, within each article and field.

    Parameters
    ----------
    gold, predicted
        Tables with ``article_id``, ``field``, ``start`` and ``end``.
    exact
        Whether offsets must be equal. Otherwise an overlap of one character is enough; exact pairs are taken first, the
        rest in text order.

    Returns
    -------
    ndarray of shape (pairs, 2)
        Row positions in gold and in predicted, in gold order.
    """
    by_text: dict[tuple[str, str], list[int]] = {}
    for position, key in enumerate(zip(predicted["article_id"], predicted["field"], strict=True)):
        by_text.setdefault(key, []).append(position)
    starts, ends = predicted["start"].tolist(), predicted["end"].tolist()
    pairs: dict[int, int] = {}
    used: set[int] = set()
    for equal in (True,) if exact else (True, False):
        rows = zip(gold["article_id"], gold["field"], gold["start"], gold["end"], strict=True)
        for position, (article_id, field, start, end) in enumerate(rows):
            if position in pairs:
                continue
            for other in by_text.get((article_id, field), ()):
                same = starts[other] == start and ends[other] == end
                if other not in used and (same if equal else starts[other] < end and start < ends[other]):
                    used.add(other)
                    pairs[position] = other
                    break
    return np.array(sorted(pairs.items()), dtype=np.int64).reshape(-1, 2)


def judge(gold: pd.DataFrame, predicted: pd.DataFrame, pairs: Ints) -> pd.DataFrame:
    """Judge the place that was predicted for each gold mention.

    Parameters
    ----------
    gold
        Gold mentions with ``article_id``, ``geonameid``, and ``lat`` and ``lon`` in degrees.
    predicted
        Mentions with ``geonameid``, and ``lat`` and ``lon`` in degrees, missing where unresolved.
    pairs
        Row positions that belong together, as :func:`match_spans` returns.

    Returns
    -------
    DataFrame
        One row per gold mention, in their order: ``article_id``; ``prediction``, the row position of its pair, -1 without
        one; ``km``, its distance, 20,039 if unanswered; ``near``, whether that is at most 161 km; ``in_region``, whether
        it is near or the gold point lies in the country or division predicted; ``same_id``, whether the GeoNames ids are
        equal; ``confidence`` of the prediction, nan without one.
    """
    left, right = pairs[:, 0], pairs[:, 1]
    paired_gold, paired = gold.iloc[left], predicted.iloc[right]
    lat, lon = (paired_gold[name].to_numpy(dtype="float64") for name in ("lat", "lon"))
    apart = distance_km(lat, lon, paired["lat"].astype(float), paired["lon"].astype(float))
    prediction, km = np.full(len(gold), -1), np.full(len(gold), FARTHEST_KM)
    prediction[left], km[left] = right, np.where(np.isfinite(apart), apart, FARTHEST_KM)
    in_region, same_id = km <= NEAR_KM, np.zeros(len(gold), dtype=bool)
    in_region[left] |= inside_region(lat, lon, paired)
    same_id[left] = feature_ids(paired_gold) == feature_ids(paired)
    confidence = np.full(len(gold), np.nan)
    if "confidence" in predicted.columns:
        confidence[left] = paired["confidence"].to_numpy(dtype="float64", na_value=np.nan)
    return pd.DataFrame(
        {
            "article_id": gold["article_id"].to_numpy(),
            "prediction": prediction,
            "km": km,
            "near": km <= NEAR_KM,
            "in_region": in_region,
            "same_id": same_id,
            "confidence": confidence,
        }
    )


def located(mentions: pd.DataFrame) -> pd.DataFrame:
    """Return the mentions that have coordinates, with a fresh index."""
    return mentions[mentions["lat"].notna()].reset_index(drop=True)


def with_confidence(judged: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of :func:`judge` whose prediction states a confidence."""
    return judged[judged["confidence"].notna()]


def feature_ids(mentions: pd.DataFrame) -> Floats:
    """Return the GeoNames ids as numbers; a missing one is nan, which equals nothing."""
    return mentions["geonameid"].to_numpy(dtype="float64", na_value=np.nan)


def precision_recall_f1(name: str, right: Floats, predicted: Floats, gold: Floats) -> Scores:
    """Return precision, recall and F1 in each draw; a share of nothing is nan."""
    return {
        f"{name}_precision": ratio(right, predicted),
        f"{name}_recall": ratio(right, gold),
        f"{name}_f1": ratio(2 * right, predicted + gold),
    }


def log_error_auc(errors: Floats) -> float:
    """Return the area under the curve of the log error, in [0, 1]; lower is better (Gritta et al. 2020)."""
    return float(_auc(*_one_article(len(errors)), errors)[0])


def calibration_error(confidence: npt.ArrayLike, right: npt.ArrayLike, *, bins: int = BINS) -> float:
    """Return the expected calibration error over bins of equal width in [0, 1] (Guo et al. 2017)."""
    stated = np.asarray(confidence, dtype=float)
    return float(_calibration(*_one_article(len(stated)), stated, right, bins=bins)[0])


def bin_of(confidence: Floats, bins: int = BINS) -> Ints:
    """Return the number of the bin of equal width in [0, 1] that each confidence falls in."""
    return np.minimum((confidence * bins).astype(np.int64), bins - 1)


def _one_article(rows: int) -> tuple[Draws, Ints]:
    """Return draws of a single article, once, and its position for each row."""
    return draw([""], times=0, seed=0), np.zeros(rows, dtype=np.int64)


def _count(draws: Draws, mentions: pd.DataFrame) -> Floats:
    return draws.total(draws.positions(mentions["article_id"]))


def _span_scores(
    name: str, draws: Draws, *, right: pd.DataFrame, predicted: pd.DataFrame, gold: pd.DataFrame
) -> Scores:
    """Return precision, recall and F1 in each draw; ``right`` holds the gold mentions that were predicted rightly."""
    return precision_recall_f1(name, *(_count(draws, table) for table in (right, predicted, gold)))


def _without_demonyms(mentions: pd.DataFrame) -> pd.DataFrame:
    return mentions.loc[mentions["kind"].ne("demonym").fillna(True)]


def _inside_others(mentions: pd.DataFrame) -> pd.Series:
    return mentions["kind"].eq(EMBEDDED).fillna(False)


def _answerable(gold: pd.DataFrame, placed: pd.DataFrame, known: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame, Ints]:
    """Return the gold that is known, the predictions that count, and the overlapping pairs of known and placed."""
    answerable, unknown = gold[known].reset_index(drop=True), gold[~known].reset_index(drop=True)
    pairs = match_spans(answerable, placed, exact=False)
    rest = placed.drop(index=pairs[:, 1].tolist())
    excused = rest.index[match_spans(unknown, rest, exact=False)[:, 1]]
    return answerable, placed.drop(index=excused), pairs


def _auc(draws: Draws, articles: Ints, errors: Floats) -> Floats:
    """Return the area by the trapezoid rule over the sorted log errors, one unit apart, from the first to the last."""
    logs = np.log1p(errors) / np.log1p(FARTHEST_KM)
    count, total = draws.total(articles), draws.total(articles, logs)
    # The trapezoid rule is the sum less half of both ends, so the errors need not be sorted again in each draw: only the
    # smallest and the largest of the articles drawn are needed.
    smallest, largest = np.full(len(draws.article_ids), np.inf), np.full(len(draws.article_ids), -np.inf)
    np.minimum.at(smallest, articles, logs)
    np.maximum.at(largest, articles, logs)
    drawn = draws.weights > 0
    first, last = np.where(drawn, smallest, np.inf).min(axis=1), np.where(drawn, largest, -np.inf).max(axis=1)
    ends = np.add(first, last, out=np.zeros(len(count)), where=count > 1)
    return np.where(count == 1, total, ratio(total - ends / 2, count - 1))


def _calibration(draws: Draws, articles: Ints, confidence: Floats, right: npt.ArrayLike, *, bins: int = BINS) -> Floats:
    surplus = confidence - np.asarray(right, dtype=np.float64)
    bucket = bin_of(confidence, bins)
    # Of each bin the mean confidence less the share right, weighted by its rows: the rows cancel, sums remain.
    gaps = [np.abs(draws.total(articles[bucket == number], surplus[bucket == number])) for number in range(bins)]
    return ratio(np.sum(gaps, axis=0), draws.total(articles))

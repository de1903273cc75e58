"""``geomap.evaluate``: every score on gold annotations, as one table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from geomap.errors import InvalidTable
from geomap.evaluation.comparing import RESOLUTION, Comparison, compare
from geomap.evaluation.draws import Draws, Floats, draw, interval
from geomap.evaluation.gold import Gold
from geomap.evaluation.metrics import confidence_scores, end_to_end, recognition, resolution
from geomap.pipeline import Geoparser

RESAMPLES = 1000
COUNTS = ("gold", "predicted")
_NONE = float("nan")


def evaluate(
    gold: str | Path | Gold,
    predictions: pd.DataFrame | str | Path | None = None,
    *,
    geoparser: Geoparser | None = None,
    bootstrap: int = RESAMPLES,
    seed: int = 0,
) -> pd.DataFrame:
    """Score a geoparser, or predictions from anywhere, on gold annotations.

    Parameters
    ----------
    gold
        A gold file or folder (JSONL, brat, WebAnno TSV 3, Recogito CSV), or what
        :func:`~geomap.evaluation.read_gold` read from one, which has more options.
    predictions
        A mentions table, or a file of one (what geomap writes, or any format that gold comes in). Without them the
        geoparser is run.
    geoparser
        The default one when left out.
    bootstrap
        How many times articles are drawn with replacement for the intervals; 0 for none.
    seed
        Of the draws, which all scores share.

    Returns
    -------
    DataFrame
        Columns ``part`` (``recognition``, ``resolution``, ``resolution without source``, ``end to end``), ``score``,
        ``value``, and ``low`` and ``high``, the limits of its 95 % interval over articles; shares in [0, 1], distances in
        kilometers. ``part`` ``gold`` counts articles, mentions and the rows that had to be left out, which are listed in
        ``attrs["problems"]``.

    Raises
    ------
    InvalidGold, UnsupportedFormat, ColumnMissing
        If gold or predictions cannot be read at all; single bad rows are left out and counted.

    Notes
    -----
    Resolution is scored on the gold spans over all gold mentions with coordinates; an unanswered one counts 20,039 km.
    Given predictions are scored the same way, so there a mention that was not found, or found with another span, is
    unanswered. ``accuracy_region`` counts a country or a state of the United States as right also where the gold point
    lies anywhere inside it. Predictions in a field that the gold does not annotate are not scored. Metrics after Gritta
    et al. (2020) and Guo et al. (2017); intervals by the percentile bootstrap.
    """
    return scores(compare(gold, predictions, geoparser=geoparser), bootstrap=bootstrap, seed=seed)


def scores(comparison: Comparison, *, bootstrap: int = RESAMPLES, seed: int = 0) -> pd.DataFrame:
    """Return every score of a comparison, as :func:`evaluate` does."""
    draws = draw(tuple(comparison.gold.articles["article_id"]), times=bootstrap, seed=seed)
    rows = [("gold", name, value, _NONE, _NONE) for name, value in _counts(comparison).items()]
    rows += [
        (part, score, *_limited(part, score, values)) for (part, score), values in _drawn(comparison, draws).items()
    ]
    table = pd.DataFrame(rows, columns=["part", "score", "value", "low", "high"])
    table.attrs["problems"] = comparison.problems
    return table


def difference(first: Comparison, second: Comparison, *, bootstrap: int = RESAMPLES, seed: int = 0) -> pd.DataFrame:
    """Return by how much the second of two sets of predictions on the same gold scores more than the first.

    Parameters
    ----------
    first, second
        What :func:`~geomap.evaluation.compare` returned for each.
    bootstrap, seed
        As for :func:`evaluate`.

    Returns
    -------
    DataFrame
        ``part``, ``score``, ``value`` (second less first), ``low`` and ``high``: the limits of its 95 % interval. Both
        are scored on the same draws of articles, so the interval is that of the difference; where it does not hold 0,
        the difference is more than the choice of articles explains.

    Raises
    ------
    InvalidTable
        If the two were not made from the same gold articles.
    """
    ids = tuple(first.gold.articles["article_id"])
    if ids != tuple(second.gold.articles["article_id"]):
        raise InvalidTable("the two comparisons have other gold articles; compare both with the same gold")
    draws = draw(ids, times=bootstrap, seed=seed)
    ours, theirs = _drawn(second, draws), _drawn(first, draws)
    rows = [
        (part, score, *interval(values - theirs[part, score]))
        for (part, score), values in ours.items()
        if (part, score) in theirs and not is_count(part, score)
    ]
    return pd.DataFrame(rows, columns=["part", "score", "value", "low", "high"])


def _drawn(comparison: Comparison, draws: Draws) -> dict[tuple[str, str], Floats]:
    """Return every score in each draw."""
    gold = comparison.gold.mentions
    parts = {"recognition": recognition(gold, comparison.recognized, draws)}
    for part, resolved in comparison.resolved.items():
        parts[part] = resolution(gold, resolved, draws) | confidence_scores(gold, resolved, draws)
        if part == RESOLUTION:
            parts[part] |= _candidate_recall(comparison, draws)
    parts["end to end"] = end_to_end(gold, comparison.found, draws)
    return {(part, score): values for part, scored in parts.items() for score, values in scored.items()}


def is_count(part: str, score: str) -> bool:
    """Return whether a score is a number of mentions or articles, which has no interval."""
    return part == "gold" or score in COUNTS


def _counts(comparison: Comparison) -> dict[str, float]:
    gold = comparison.gold
    return {
        "articles": float(len(gold.articles)),
        "mentions": float(len(gold.mentions)),
        "with_coordinates": float(gold.mentions["lat"].notna().sum()),
        "left_out": float(len(comparison.problems)),
        "predicted_elsewhere": float(comparison.elsewhere),
    }


def _candidate_recall(comparison: Comparison, draws: Draws) -> dict[str, Floats]:
    if comparison.candidates is None:
        return {}
    known = comparison.gold.mentions[comparison.gold.mentions["lat"].notna()]
    return {
        "candidate_recall": draws.share(draws.numbers(known["article_id"]), comparison.candidates.astype(np.float64))
    }


def _limited(part: str, score: str, values: Floats) -> tuple[float, float, float]:
    value, low, high = interval(values)
    return (value, _NONE, _NONE) if is_count(part, score) else (value, low, high)

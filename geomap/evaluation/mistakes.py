"""What went wrong, grouped: the confusion list. And how far wrong: the share of mentions within each distance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from geomap.evaluation.comparing import RESOLUTION, Comparison
from geomap.evaluation.draws import draw, interval
from geomap.evaluation.matching import match_spans
from geomap.evaluation.metrics import BINS, NEAR_KM, bin_of, errors_km, right_regions, stated_and_right
from geomap.evaluation.verb import RESAMPLES

MISTAKES = ("wrong place", "no place", "missed", "spurious", "boundary", "kind")
DISTANCES_KM = (1, 5, 10, 25, 50, 100, 161, 250, 500, 1000, 2500, 5000, 10000, 20038)
_SAID = ["mistake", "toponym", "gold", "predicted"]


def confusions(comparison: Comparison) -> pd.DataFrame:
    """Return what was mistaken for what.

    Parameters
    ----------
    comparison
        What :func:`~geomap.evaluation.compare` returned.

    Returns
    -------
    DataFrame
        Columns ``mistake``; ``toponym``, as the gold has it, or the prediction where there is no gold; ``gold`` and
        ``predicted``, the places, words or kinds that were confused; ``km`` between them (mean); ``mentions`` and
        ``articles``. The most frequent first. Mistakes: ``wrong place`` (gold span, placed farther than 161 km away and
        outside the region), ``no place`` (gold span with coordinates, unresolved), ``missed`` (no prediction overlaps),
        ``spurious`` (no gold overlaps), ``boundary`` (they overlap and differ), ``kind`` (same span, other kind).
    """
    rows = [*_places(comparison), *_spans(comparison)]
    table = pd.DataFrame(rows, columns=[*_SAID, "km", "article_id"])
    if table.empty:
        return pd.DataFrame(columns=[*_SAID, "km", "mentions", "articles"])
    grouped = table.groupby(_SAID, dropna=False, sort=True)
    counted = grouped.agg(km=("km", "mean"), mentions=("article_id", "size"), articles=("article_id", "nunique"))
    return counted.reset_index().sort_values("mentions", ascending=False, kind="stable", ignore_index=True)


def _places(comparison: Comparison) -> Iterator[tuple[str, str, str, str, float, str]]:
    gold, features = comparison.gold.mentions, comparison.features
    known = gold["lat"].notna().to_numpy()
    gold, features = gold[known].reset_index(drop=True), features[known].reset_index(drop=True)
    resolved = comparison.resolved[RESOLUTION]
    pairs = match_spans(gold, resolved, exact=True)
    errors = errors_km(gold, resolved, pairs)
    wrong = ~right_regions(gold, resolved, pairs, errors <= NEAR_KM)
    other: dict[int, int] = dict(pairs.tolist())
    for position in np.flatnonzero(wrong).tolist():
        if position not in other:
            # Its span was not predicted: a mistake of recognition, which is listed there.
            continue
        row: pd.Series[Any] = gold.iloc[position]
        predicted: pd.Series[Any] = resolved.iloc[int(other[position])]
        meant = _called(
            features["name"].iloc[position], features["country_code"].iloc[position], row["lat"], row["lon"]
        )
        if pd.isna(predicted["lat"]):
            yield "no place", row["toponym"], meant, "", float("nan"), row["article_id"]
        else:
            given = _called(predicted.get("name"), predicted.get("country_code"), predicted["lat"], predicted["lon"])
            yield "wrong place", row["toponym"], meant, given, float(errors[position]), row["article_id"]


def _called(name: object, country: object, lat: float, lon: float) -> str:
    words = [part for part in (name, country) if isinstance(part, str) and part]
    return ", ".join(words) if isinstance(name, str) else ", ".join([f"{lat:.2f} {lon:.2f}", *words])


def _spans(comparison: Comparison) -> Iterator[tuple[str, str, str, str, float, str]]:
    gold, predicted, unknown = comparison.gold.mentions, comparison.recognized, float("nan")
    exact = {tuple(pair) for pair in match_spans(gold, predicted, exact=True).tolist()}
    pairs = match_spans(gold, predicted, exact=False).tolist()
    for left, right in pairs:
        one, other = gold.iloc[left], predicted.iloc[right]
        if (left, right) not in exact:
            yield "boundary", one["toponym"], one["toponym"], other["toponym"], unknown, one["article_id"]
        elif isinstance(one["kind"], str) and isinstance(other["kind"], str) and one["kind"] != other["kind"]:
            yield "kind", one["toponym"], one["kind"], other["kind"], unknown, one["article_id"]
    found, used = {left for left, _ in pairs}, {right for _, right in pairs}
    for position, row in enumerate(gold.itertuples()):
        if position not in found:
            yield "missed", str(row.toponym), str(row.toponym), "", unknown, str(row.article_id)
    for position, row in enumerate(predicted.itertuples()):
        if position not in used:
            yield "spurious", str(row.toponym), "", str(row.toponym), unknown, str(row.article_id)


def reliability(comparison: Comparison, *, bootstrap: int = RESAMPLES, seed: int = 0) -> pd.DataFrame:
    """Return how often a resolution is right that was stated with this confidence.

    Returns
    -------
    DataFrame
        One row per bin of confidence that holds a mention: ``confidence_from``, ``confidence_to``, ``mentions``,
        ``confidence`` (the mean stated one), ``right`` (the share within 161 km of gold), ``low`` and ``high``. Over gold
        spans with coordinates that the predictions have too. Bins are of equal width (Guo et al. 2017).
    """
    gold = comparison.gold
    draws = draw(tuple(gold.articles["article_id"]), times=bootstrap, seed=seed)
    articles, stated, right = stated_and_right(gold.mentions, comparison.resolved[RESOLUTION], draws)
    bucket = bin_of(stated)
    rows = []
    for number in np.unique(bucket).tolist():
        inside = bucket == number
        value, low, high = interval(draws.share(articles[inside], right[inside]))
        rows.append(
            (number / BINS, (number + 1) / BINS, int(inside.sum()), float(stated[inside].mean()), value, low, high)
        )
    columns = ["confidence_from", "confidence_to", "mentions", "confidence", "right", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def distances(comparison: Comparison, *, bootstrap: int = RESAMPLES, seed: int = 0) -> pd.DataFrame:
    """Return the share of gold mentions with coordinates that were resolved within each distance.

    Returns
    -------
    DataFrame
        ``km``, ``share``, ``low`` and ``high``; an unanswered mention is within none.
    """
    gold = comparison.gold
    draws = draw(tuple(gold.articles["article_id"]), times=bootstrap, seed=seed)
    known = gold.mentions[gold.mentions["lat"].notna()].reset_index(drop=True)
    resolved = comparison.resolved[RESOLUTION]
    errors = errors_km(known, resolved, match_spans(known, resolved, exact=True))
    articles = draws.numbers(known["article_id"])
    rows = [(km, *interval(draws.share(articles, errors <= km))) for km in DISTANCES_KM]
    return pd.DataFrame(rows, columns=["km", "share", "low", "high"])

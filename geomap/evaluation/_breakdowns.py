"""Scores by kind of mention and by what the place is, so that a bias against small places or poor countries shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap.evaluation._bootstrap import Draws, draw, interval
from geomap.evaluation._metrics import BINS, NEAR_KM, bin_of, errors_km, match_spans, right_regions, stated_and_right
from geomap.evaluation._scoring import RESAMPLES, RESOLUTION, Comparison

Bools = npt.NDArray[np.bool_]

BY = ("kind", "usage", "feature_class", "country", "population")
BANDS = ("under 1,000", "1,000 to 9,999", "10,000 to 99,999", "100,000 to 999,999", "a million or more", "not known")
_EDGES = (0, 1_000, 10_000, 100_000, 1_000_000)
_UNKNOWN = "unknown"
_POPULATED = "P"


def breakdown(comparison: Comparison, *, bootstrap: int = RESAMPLES, seed: int = 0) -> pd.DataFrame:
    """Return recall and accuracy of groups of gold mentions.

    Parameters
    ----------
    comparison
        What :func:`~geomap.evaluation.compare` returned.
    bootstrap, seed
        As for :func:`~geomap.evaluation.evaluate`.

    Returns
    -------
    DataFrame
        Columns ``by`` (``kind``, ``usage``, ``feature_class``, ``country``, ``population``), ``group``, ``score``,
        ``mentions`` (how many the share is of), ``value``, ``low`` and ``high``. Countries are codes, in falling order of
        gold mentions; populations are bands of populated places (feature class P), ``not known`` where neither the gold
        nor the gazetteer has one, as of most hamlets. Scores: ``exact_recall`` and
        ``overlap_recall`` of spans; ``exact_precision``, by predicted kind; ``accuracy_161km`` and ``accuracy_region`` of
        gold spans; ``end_to_end_161km_recall``, found and placed within 161 km.
    """
    gold = comparison.gold
    draws = draw(tuple(gold.articles["article_id"]), times=bootstrap, seed=seed)
    truths = _truths(comparison)
    articles = draws.numbers(gold.mentions["article_id"])
    rows = []
    for by, labels in _groupings(comparison):
        for group in _ordered(by, labels):
            inside = (labels == group).to_numpy()
            for score, (right, counted) in truths.items():
                rows.append((by, group, score, *_share(draws, articles, right, counted & inside)))
            if by == "kind":
                rows.append((by, group, "exact_precision", *_precision(comparison, draws, group)))
    table = pd.DataFrame(rows, columns=["by", "group", "score", "mentions", "value", "low", "high"])
    return table[table["mentions"] > 0].reset_index(drop=True)


def _share(
    draws: Draws, articles: npt.NDArray[np.int64], right: Bools, counted: Bools
) -> tuple[int, float, float, float]:
    return int(counted.sum()), *interval(draws.share(articles[counted], right[counted]))


def _truths(comparison: Comparison) -> dict[str, tuple[Bools, Bools]]:
    """Return for each score which gold mentions are right, and which count."""
    gold, found = comparison.gold.mentions, comparison.found
    everything = np.ones(len(gold), dtype=bool)
    exact, overlap = match_spans(gold, found, exact=True), match_spans(gold, found, exact=False)
    known = gold["lat"].notna().to_numpy()
    resolved = comparison.resolved[RESOLUTION]
    pairs = match_spans(gold, resolved, exact=True)
    pairs = pairs[known[pairs[:, 0]]]
    near = errors_km(gold, resolved, pairs) <= NEAR_KM
    both = overlap[known[overlap[:, 0]]]
    return {
        "exact_recall": (_at(exact, len(gold)), everything),
        "overlap_recall": (_at(overlap, len(gold)), everything),
        "accuracy_161km": (near, known),
        "accuracy_region": (right_regions(gold, resolved, pairs, near), known),
        "end_to_end_161km_recall": (errors_km(gold, found, both) <= NEAR_KM, known),
    }


def _at(pairs: npt.NDArray[np.int64], count: int) -> Bools:
    right = np.zeros(count, dtype=bool)
    right[pairs[:, 0]] = True
    return right


def _precision(comparison: Comparison, draws: Draws, kind: str) -> tuple[int, float, float, float]:
    """Return how many of the predictions of a kind have exactly a gold span, whatever its kind."""
    predicted = comparison.recognized
    right = np.zeros(len(predicted), dtype=bool)
    right[match_spans(comparison.gold.mentions, predicted, exact=True)[:, 1]] = True
    of_kind = predicted["kind"].fillna(_UNKNOWN).eq(kind).to_numpy()
    return _share(draws, draws.numbers(predicted["article_id"]), right, of_kind)


def _groupings(comparison: Comparison) -> Iterator[tuple[str, pd.Series]]:
    """Yield the label of every gold mention, missing where it is in no group."""
    mentions, features = comparison.gold.mentions, comparison.features
    yield "kind", mentions["kind"].fillna(_UNKNOWN)
    if mentions["usage"].notna().any():
        yield "usage", mentions["usage"].fillna(_UNKNOWN)
    known = mentions["lat"].notna() | mentions["geonameid"].notna()
    yield "feature_class", features["feature_class"].fillna(_UNKNOWN).where(known)
    yield "country", features["country_code"].fillna(_UNKNOWN).where(known)
    yield "population", population_bands(features).where(features["feature_class"].eq(_POPULATED))


def population_bands(features: pd.DataFrame) -> pd.Series:
    """Return the band that each place's population falls in."""
    people = features["population"].astype("float64")
    band = np.searchsorted(np.array(_EDGES[1:]), people.fillna(0), side="right")
    return pd.Series(np.where(people.isna(), BANDS[-1], np.array(BANDS)[band]), index=features.index, dtype="str")


def _ordered(by: str, labels: pd.Series) -> list[str]:
    if by == "population":
        return [band for band in BANDS if (labels == band).any()]
    counts = labels.value_counts()
    return [str(name) for name in sorted(counts.index, key=lambda name: (-counts[name], name))]


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

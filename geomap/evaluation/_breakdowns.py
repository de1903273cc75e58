"""Scores by kind of mention and by what the place is, and the mistakes, so that a bias against some places shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap.evaluation._bootstrap import Draws, draw
from geomap.evaluation._metrics import BINS, bin_of, judge, located, match_spans, with_confidence
from geomap.evaluation._scoring import RESAMPLES, RESOLUTION, Comparison, require_comparison
from geomap.tables import Ints

Bools = npt.NDArray[np.bool_]

BY = ("kind", "usage", "feature_class", "country", "population")
BANDS = ("under 1,000", "1,000 to 9,999", "10,000 to 99,999", "100,000 to 999,999", "a million or more", "not known")
_EDGES = (1_000, 10_000, 100_000, 1_000_000)
_UNKNOWN = "unknown"
_POPULATED = "P"
_DISTANCES_KM = (1, 5, 10, 25, 50, 100, 161, 250, 500, 1000, 2500, 5000, 10000, 20038)


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
        ``mentions`` (how many the share is of), ``value``, ``low`` and ``high``. Groups come in falling order of gold
        mentions, population bands from the smallest. Countries are codes. Population bands hold populated places (feature
        class P), ``not known`` those for which neither the gold nor the gazetteer has one, as most hamlets. Scores:
        ``exact_recall`` and ``overlap_recall`` of spans; ``exact_precision``, by predicted kind; ``accuracy_161km`` and
        ``accuracy_region`` of gold spans; ``end_to_end_161km_recall``, found and placed within 161 km.
    """
    require_comparison(comparison)
    gold, predicted = comparison.gold.mentions, comparison.predicted
    draws = draw(comparison.gold.articles["article_id"], times=bootstrap, seed=seed)
    articles, predicted_articles = draws.positions(gold["article_id"]), draws.positions(predicted["article_id"])
    exact = match_spans(gold, predicted, exact=True)
    outcomes = _outcomes(comparison, exact)
    precise, predicted_kind = _holds(exact[:, 1], predicted), predicted["kind"].fillna(_UNKNOWN)
    rows = []
    for by, labels in _groupings(comparison):
        for group in _ordered(by, labels):
            inside = (labels == group).to_numpy()
            for score, (right, counted) in outcomes.items():
                rows.append((by, group, score, *_share(draws, articles, right, counted & inside)))
            if by == "kind":
                of_kind = predicted_kind.eq(group).to_numpy()
                rows.append((by, group, "exact_precision", *_share(draws, predicted_articles, precise, of_kind)))
    table = pd.DataFrame(rows, columns=["by", "group", "score", "mentions", "value", "low", "high"])
    return table[table["mentions"] > 0].reset_index(drop=True)


def confusions(comparison: Comparison) -> pd.DataFrame:
    """Return what was mistaken for what.

    Parameters
    ----------
    comparison
        What :func:`~geomap.evaluation.compare` returned.

    Returns
    -------
    DataFrame
        One row per distinct mistake, the most frequent first. Columns ``mistake``; ``toponym``, as the gold has it, or
        the prediction where there is no gold; ``gold`` and ``predicted``, the places, words or kinds that were confused;
        ``km`` between them (mean); ``mentions`` and ``articles``. Mistakes: ``wrong place`` (gold span, placed farther
        than 161 km away and outside the region), ``no place`` (gold span with coordinates, unresolved), ``missed`` (no
        prediction overlaps), ``spurious`` (no gold overlaps), ``boundary`` (they overlap and differ), ``kind`` (same
        span, other kind).

    Examples
    --------
    Gold that lacks the first mention of Mosul and has Erbil in Kazakhstan:

    >>> from geomap.datasets import sample_articles, sample_mentions
    >>> from geomap.evaluation import Gold, compare
    >>> mentions = sample_mentions()
    >>> truth = mentions.assign(lat=mentions.geometry.y, lon=mentions.geometry.x)
    >>> truth.loc[1, ["lat", "lon", "geonameid"]] = [51.1, 71.4, 1526273]
    >>> comparison = compare(Gold(sample_articles(), truth.drop(index=0)), mentions)
    >>> confusions(comparison)[["mistake", "toponym", "gold", "predicted", "mentions"]]
           mistake toponym        gold  predicted  mentions
    0     spurious   Mosul                  Mosul         1
    1  wrong place   Erbil  Astana, KZ  Erbil, IQ         1
    """
    require_comparison(comparison)
    columns = ["mistake", "toponym", "gold", "predicted"]
    rows = [*_wrong_places(comparison), *_wrong_spans(comparison)]
    table = pd.DataFrame(rows, columns=[*columns, "km", "article_id"])
    if table.empty:
        return pd.DataFrame(columns=[*columns, "km", "mentions", "articles"])
    grouped = table.groupby(columns, dropna=False, sort=True)
    counted = grouped.agg(km=("km", "mean"), mentions=("article_id", "size"), articles=("article_id", "nunique"))
    return counted.reset_index().sort_values("mentions", ascending=False, kind="stable", ignore_index=True)


def reliability(comparison: Comparison, *, bootstrap: int = RESAMPLES, seed: int = 0) -> pd.DataFrame:
    """Return how often resolutions of about the same stated confidence are right.

    Parameters
    ----------
    comparison
        What :func:`~geomap.evaluation.compare` returned.
    bootstrap, seed
        As for :func:`~geomap.evaluation.evaluate`.

    Returns
    -------
    DataFrame
        One row per bin of confidence that holds a mention: ``confidence_from``, ``confidence_to``, ``mentions``,
        ``confidence`` (the mean), ``right`` (the share within 161 km of gold), ``low`` and ``high``. Counted are the gold
        spans with coordinates that the predictions have too. Ten bins of equal width (Guo et al. 2017).
    """
    require_comparison(comparison)
    draws = draw(comparison.gold.articles["article_id"], times=bootstrap, seed=seed)
    judged = with_confidence(_judged(comparison))
    bins = bin_of(judged["confidence"].to_numpy())
    rows = []
    for number in np.unique(bins).tolist():
        part = judged[bins == number]
        right = draws.share(draws.positions(part["article_id"]), part["near"])
        rows.append((number / BINS, (number + 1) / BINS, len(part), part["confidence"].mean(), *right))
    columns = ["confidence_from", "confidence_to", "mentions", "confidence", "right", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def distances(comparison: Comparison, *, bootstrap: int = RESAMPLES, seed: int = 0) -> pd.DataFrame:
    """Return the share of gold mentions with coordinates that were resolved within each distance.

    Parameters
    ----------
    comparison
        What :func:`~geomap.evaluation.compare` returned.
    bootstrap, seed
        As for :func:`~geomap.evaluation.evaluate`.

    Returns
    -------
    DataFrame
        ``km``, ``share``, ``low`` and ``high``, from the smallest distance; an unanswered mention is within none.
    """
    require_comparison(comparison)
    draws = draw(comparison.gold.articles["article_id"], times=bootstrap, seed=seed)
    judged = _judged(comparison)
    articles = draws.positions(judged["article_id"])
    rows = [(km, *draws.share(articles, judged["km"] <= km)) for km in _DISTANCES_KM]
    return pd.DataFrame(rows, columns=["km", "share", "low", "high"])


def population_bands(features: pd.DataFrame) -> pd.Series:
    """Return the band that each place's population falls in."""
    people = features["population"].astype("float64")
    band = np.searchsorted(np.array(_EDGES), people.fillna(0), side="right")
    return pd.Series(np.where(people.isna(), BANDS[-1], np.array(BANDS)[band]), index=features.index, dtype="str")


def _judged(comparison: Comparison) -> pd.DataFrame:
    """Judge the gold spans with coordinates as they were resolved."""
    gold, resolved = located(comparison.gold.mentions), comparison.resolved[RESOLUTION]
    return judge(gold, resolved, match_spans(gold, resolved, exact=True))


def _outcomes(comparison: Comparison, exact: Ints) -> dict[str, tuple[Bools, Bools]]:
    """Return for each score which gold mentions are right, and which count."""
    gold, resolved = comparison.gold.mentions, comparison.resolved[RESOLUTION]
    everything, known = np.ones(len(gold), dtype=bool), gold["lat"].notna().to_numpy()
    from_spans = judge(gold, resolved, match_spans(gold, resolved, exact=True))
    from_text = judge(gold, comparison.predicted, match_spans(gold, comparison.predicted, exact=False))
    return {
        "exact_recall": (_holds(exact[:, 0], gold), everything),
        "overlap_recall": (from_text["prediction"].ge(0).to_numpy(), everything),
        "accuracy_161km": (from_spans["near"].to_numpy(), known),
        "accuracy_region": (from_spans["in_region"].to_numpy(), known),
        "end_to_end_161km_recall": (from_text["near"].to_numpy(), known),
    }


def _holds(positions: Ints, table: pd.DataFrame) -> Bools:
    """Return for each row of a table whether its position is among those."""
    return np.isin(np.arange(len(table)), positions)


def _share(draws: Draws, articles: Ints, right: Bools, counted: Bools) -> tuple[int, float, float, float]:
    return int(counted.sum()), *draws.share(articles[counted], right[counted])


def _groupings(comparison: Comparison) -> Iterator[tuple[str, pd.Series]]:
    """Yield each grouping with the label of every gold mention, missing where it is in no group."""
    mentions, features = comparison.gold.mentions, comparison.features
    yield "kind", mentions["kind"].fillna(_UNKNOWN)
    if mentions["usage"].notna().any():
        yield "usage", mentions["usage"].fillna(_UNKNOWN)
    known = mentions["lat"].notna() | mentions["geonameid"].notna()
    yield "feature_class", features["feature_class"].fillna(_UNKNOWN).where(known)
    yield "country", features["country_code"].fillna(_UNKNOWN).where(known)
    yield "population", population_bands(features).where(features["feature_class"].eq(_POPULATED))


def _ordered(by: str, labels: pd.Series) -> list[str]:
    if by == "population":
        return [band for band in BANDS if (labels == band).any()]
    counts = labels.value_counts()
    return [str(name) for name in sorted(counts.index, key=lambda name: (-counts[name], name))]


def _wrong_places(comparison: Comparison) -> Iterator[tuple[str, str, str, str, float, str]]:
    known = comparison.gold.mentions["lat"].notna().to_numpy()
    features, judged = comparison.features[known], _judged(comparison)
    gold, resolved = located(comparison.gold.mentions), comparison.resolved[RESOLUTION]
    # A span that was not predicted is a mistake of recognition, which is listed there.
    wrong = np.flatnonzero(~judged["in_region"] & judged["prediction"].ge(0))
    for position, prediction in zip(wrong.tolist(), judged["prediction"].iloc[wrong].tolist(), strict=True):
        mention: pd.Series[Any] = gold.iloc[position]
        predicted: pd.Series[Any] = resolved.iloc[prediction]
        meant = _place_label(features.iloc[position], mention)
        if pd.isna(predicted["lat"]):
            yield "no place", mention["toponym"], meant, "", float("nan"), mention["article_id"]
        else:
            km = float(judged["km"].iloc[position])
            yield (
                "wrong place",
                mention["toponym"],
                meant,
                _place_label(predicted, predicted),
                km,
                mention["article_id"],
            )


def _place_label(feature: pd.Series[Any], point: pd.Series[Any]) -> str:
    """Return the name and country of a place, its coordinates in place of a name that is missing."""
    name, country = feature.get("name"), feature.get("country_code")
    words = [part for part in (name, country) if isinstance(part, str) and part]
    return ", ".join(words if isinstance(name, str) else [f"{point['lat']:.2f} {point['lon']:.2f}", *words])


def _wrong_spans(comparison: Comparison) -> Iterator[tuple[str, str, str, str, float, str]]:
    gold, predicted, unknown = comparison.gold.mentions, comparison.predicted, float("nan")
    exact = {tuple(pair) for pair in match_spans(gold, predicted, exact=True).tolist()}
    pairs = match_spans(gold, predicted, exact=False)
    for left, right in pairs.tolist():
        one, other = gold.iloc[left], predicted.iloc[right]
        if (left, right) not in exact:
            yield "boundary", one["toponym"], one["toponym"], other["toponym"], unknown, one["article_id"]
        elif isinstance(one["kind"], str) and isinstance(other["kind"], str) and one["kind"] != other["kind"]:
            yield "kind", one["toponym"], one["kind"], other["kind"], unknown, one["article_id"]
    for row in gold[~_holds(pairs[:, 0], gold)].itertuples():
        yield "missed", str(row.toponym), str(row.toponym), "", unknown, str(row.article_id)
    for row in predicted[~_holds(pairs[:, 1], predicted)].itertuples():
        yield "spurious", str(row.toponym), "", str(row.toponym), unknown, str(row.article_id)

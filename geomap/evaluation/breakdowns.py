"""Scores by kind of mention and by what the place is, so that a bias against small places or poor countries shows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap.evaluation.comparing import RESOLUTION, Comparison
from geomap.evaluation.draws import Draws, draw, interval
from geomap.evaluation.matching import match_spans
from geomap.evaluation.metrics import NEAR_KM, errors_km, right_regions
from geomap.evaluation.verb import RESAMPLES

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

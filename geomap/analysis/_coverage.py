"""Silence: what is mentioned less often than expected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geomap._checks import one_of
from geomap.analysis._grouping import KEYS, Distinct, Selection, counted, geo_table, grouping, label_dtypes, ratio
from geomap.analysis._intervals import adjusted, at_most, normal_quantile, share_interval
from geomap.errors import InvalidTable
from geomap.tables import Floats, Ints, with_dtypes

if TYPE_CHECKING:
    import geopandas as gpd

Measured = tuple[Floats, Floats, Floats, Floats]
EXPECTED = ("population", "area", "equal")
_SILENCE = {
    "articles": "int64",
    "expected": "float64",
    "ratio": "float64",
    "ratio_low": "float64",
    "ratio_high": "float64",
    "difference": "float64",
    "p": "float64",
    "q": "float64",
    "silent": "boolean",
}


def silence(
    mentions: gpd.GeoDataFrame,
    *,
    expected: str | Mapping[str, float] | pd.Series[Any] | gpd.GeoDataFrame = "population",
    by: str = "country",
    leave_out: tuple[str, ...] = (),
    level: float = 0.95,
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
) -> pd.DataFrame:
    """Find what is mentioned less often than expected.

    Parameters
    ----------
    mentions
        A mentions table.
    expected
        What coverage is expected to be proportional to. For countries: ``"population"``, ``"area"`` (square kilometers)
        or ``"equal"``. Or a number for each key (a mapping or Series: ``{"IQ": 40, "SY": 20}``, trade, distance, deaths),
        of which only the proportions count. Or another mentions table: a wider corpus, another source, another year.
    by
        ``"country"``, ``"place"`` (keys are place ids) or ``"source"``. Unless by country, ``expected`` must be a number
        for each key or a mentions table.
    leave_out
        Keys to ignore, such as a corpus's own country.
    level
        Coverage of the intervals.
    distinct, embedded, approximate
        As for :func:`~geomap.analysis.places`.

    Returns
    -------
    DataFrame (GeoDataFrame with the outlines where ``by="country"``)
        One row per key with an expectation, the largest shortfall first, those never mentioned included: the columns that
        describe it; the ``articles`` that mention it; how many would be ``expected`` if all were distributed in
        proportion; their ``ratio`` with its interval ``ratio_low`` to ``ratio_high``; ``difference``; ``p``, the p-value
        of a count as small or smaller; ``q``, adjusted for the number of rows; ``silent`` where ``q`` is at most one
        minus ``level``.

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column is missing, an option is invalid, or an expected number is negative.

    Notes
    -----
    Given their sum, the articles of a key are binomial with its share of what is expected: the exact binomial test, and
    the interval of :func:`~geomap.analysis.share_interval`. Another mentions table is a sample itself, so that its own
    chance counts too: of the articles of both on a key, those of the first are binomial (the conditional test of
    Przyborowski and Wilenski 1940, "Homogeneity of results in testing samples from Poisson series", Biometrika 31).
    Benjamini and Hochberg (1995) for ``q``. News is more clustered than that, so treat narrow intervals with caution.
    Nor must coverage be proportional to population: the ratio says how far a corpus departs from it. An article counts
    once for each country it mentions.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> found = silence(sample_mentions(), expected={"IQ": 1, "SY": 2, "TR": 1})
    >>> found[["country_code", "articles", "expected", "ratio", "silent"]]
      country_code  articles  expected  ratio  silent
    0           SY         1       2.0    0.5   False
    1           TR         0       1.0    0.0   False
    2           IQ         3       1.0    3.0   False
    """
    one_of("by", by, [name for name in KEYS if name != "division"])
    normal_quantile(level)
    key = KEYS[by][0]
    names = label_dtypes(by)
    which = Selection(distinct, embedded, approximate)
    seen = _articles(mentions, by, which)
    weights, known = _weights(expected, by, which)
    weights = weights[(weights > 0) & ~weights.index.isin(leave_out)]
    found = pd.DataFrame({"weight": weights}).join(known.combine_first(seen.drop(columns="articles")))
    found["articles"] = seen["articles"].reindex(found.index).fillna(0).astype(int)
    found = found.rename_axis(key).reset_index()
    found = _measured(found, sampled=isinstance(expected, pd.DataFrame), level=level)
    found = found.reindex(columns=[*names, *_SILENCE])
    found = found.sort_values(["difference", key], ignore_index=True)
    if by != "country":
        return with_dtypes(found, names | _SILENCE)
    from geomap.outlines import shapes

    outlines = shapes("country").set_index("country_code")["geometry"]
    return geo_table(found, names | _SILENCE, outlines.reindex(found["country_code"]))


def _articles(mentions: pd.DataFrame, by: str, which: Selection) -> pd.DataFrame:
    """Return in how many articles each group is mentioned, and what describes it, by its key."""
    resolved, _ = counted(mentions, by=by, which=which)
    groups = grouping(resolved, by)
    return groups.labels.assign(articles=groups.articles(resolved["article_id"])).set_index(KEYS[by][0])


def _measured(found: pd.DataFrame, *, sampled: bool, level: float) -> pd.DataFrame:
    """Hold the articles of each key against its share of all weights, which are counts of articles if ``sampled``."""
    observed, weight = found["articles"].to_numpy(dtype=np.int64), found["weight"].to_numpy(dtype=float)
    total, weights = int(observed.sum()), float(weight.sum())
    found["expected"] = weight / max(weights, 1e-300) * total
    found["difference"] = observed - found["expected"]
    against = against_sample if sampled else against_share
    found["ratio"], found["ratio_low"], found["ratio_high"], found["p"] = against(
        observed, total, weight, weights, level=level
    )
    found["q"] = adjusted(found["p"].to_numpy())
    found["silent"] = (found["q"] <= 1.0 - level).astype("boolean")
    return found


def against_share(observed: Ints, total: int, weight: Floats, weights: float, *, level: float) -> Measured:
    """Return observed to expected, an interval of it, and the p-value of so few: binomial with the share expected."""
    share = ratio(weight, weights)
    low, high = share_interval(observed, np.full(len(observed), total), level=level)
    chance = np.where(total > 0, at_most(observed, np.full(len(observed), total), share), np.nan)
    return ratio(observed, share * total), low / share, high / share, chance


def against_sample(observed: Ints, total: int, weight: Floats, weights: float, *, level: float) -> Measured:
    """Do the same where the weights are counts too: of both on a key, the one's are binomial with its part of all."""
    both = observed + weight.astype(np.int64)
    low, high = (ratio(end * weights, (1.0 - end) * total) for end in share_interval(observed, both, level=level))
    part = np.full(len(observed), total / max(total + weights, 1e-300))
    chance = np.where(total > 0, at_most(observed, both, part), np.nan)
    return ratio(observed, ratio(weight, weights) * total), low, high, chance


def _weights(expected: Any, by: str, which: Selection) -> tuple[pd.Series[Any], pd.DataFrame]:
    """Return the number expected for each key, and what is known to describe keys."""
    if isinstance(expected, pd.DataFrame):
        other = _articles(expected, by, which)
        return other.pop("articles"), other
    known = _countries() if by == "country" else pd.DataFrame(index=pd.Index([], dtype=object))
    if isinstance(expected, str) and by != "country":
        raise InvalidTable(f"expected must be a number for each {by} or a mentions table; got {expected!r}")
    if isinstance(expected, str):
        weights = known[one_of("expected", expected, EXPECTED)]
    else:
        weights = pd.Series(expected, dtype=float)
        if (weights < 0).any() or not weights.index.is_unique:
            raise InvalidTable("expected has a negative number or a duplicate key; give one number for each key")
    return weights.astype(float).fillna(0.0), known.drop(columns=list(EXPECTED), errors="ignore")


def _countries() -> pd.DataFrame:
    from geomap.outlines import shapes
    from geomap.outlines._shipped import area_table

    listed = area_table("country").set_index("country_code")[["country", "population"]]
    listed["area"] = shapes("country").set_index("country_code")["area_km2"]
    # Equal shares go to inhabited countries.
    return listed.assign(equal=(listed["population"] > 0).astype(float))

"""Silence: where one would expect coverage and finds less."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap import tables
from geomap._checks import one_of
from geomap.analysis._grouping import KEYS, Distinct, counted, distinct_articles, grouping, label_dtypes
from geomap.analysis._intervals import adjusted, normal_quantile
from geomap.errors import InvalidTable
from geomap.tables import with_dtypes

if TYPE_CHECKING:
    import geopandas as gpd

Floats = npt.NDArray[np.float64]

EXPECTED = ("population", "area", "equal")
_SILENCE = {
    "articles": "int64",
    "expected": "float64",
    "ratio": "float64",
    "ratio_low": "float64",
    "ratio_high": "float64",
    "difference": "float64",
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
) -> pd.DataFrame:
    """Find where one would expect coverage and finds less.

    Parameters
    ----------
    mentions
        A mentions table.
    expected
        What coverage is expected to follow. Of countries: ``"population"``, ``"area"`` (square kilometers) or
        ``"equal"``. Or a number for each key (a mapping or Series: ``{"IQ": 40, "SY": 20}``, trade, distance, deaths), of
        which only the proportions count. Or another mentions table: a wider corpus, another source, another year.
    by
        ``"country"``, ``"place"`` (keys are place ids) or ``"source"``. Other than by country, ``expected`` has to be a
        number for each or a mentions table.
    leave_out
        Keys that are not looked at, such as a corpus's own country.
    level
        Of the intervals.
    distinct
        As for :func:`~geomap.analysis.places`.

    Returns
    -------
    DataFrame (GeoDataFrame with the outlines where ``by="country"``)
        One row per key that coverage is expected of, the largest shortfall first, those never mentioned included: what
        names it; in how many ``articles`` it is mentioned; how many would be ``expected`` if all of them were shared out
        in proportion; their ``ratio`` with its interval ``ratio_low`` to ``ratio_high``; ``difference``; ``q``, the
        p-value of a smaller count, adjusted for the number of rows; ``silent`` where ``q`` is at most one minus
        ``level``.

    Raises
    ------
    ColumnMissing, InvalidTable
        If a column or an option is not one that can be used, or an expected number is negative.

    Notes
    -----
    Counts are taken as Poisson: Byar's interval and tail for the ratio of observed to expected (Breslow and Day 1987,
    *Statistical Methods in Cancer Research II*, section 2.3); Benjamini and Hochberg (1995) for ``q``. News is more
    clustered than that, so take a narrow interval with salt. That coverage should be proportional to population is no
    law either: the ratio says how far from it a corpus is. An article counts once for each country it mentions.

    Examples
    --------
    >>> import geomap.tables
    >>> silence(geomap.tables.empty_mentions()).columns[:4].to_list()
    ['country_code', 'country', 'articles', 'expected']
    """
    one_of("by", by, [name for name in KEYS if name != "division"])
    normal_quantile(level)
    key = KEYS[by][0]
    names = label_dtypes(by)
    resolved, _ = counted(mentions, names, distinct=distinct)
    groups = grouping(resolved, by)
    inside = groups.codes >= 0
    seen = groups.labels.set_index(key)
    seen["articles"] = distinct_articles(resolved["article_id"][inside], groups.codes[inside], len(groups.labels))
    weights, known = _weights(expected, by, distinct)
    weights = weights[(weights > 0) & ~weights.index.isin(leave_out)]
    found = pd.DataFrame({"weight": weights}).join(known.combine_first(seen.drop(columns="articles")))
    found["articles"] = seen["articles"].reindex(found.index).fillna(0).astype(int)
    found = found.rename_axis(key).reset_index()
    share = found["weight"].to_numpy(dtype=float) / max(found["weight"].sum(), 1e-300)
    found = _measured(found, share * found["articles"].sum(), level).reindex(columns=[*names, *_SILENCE])
    found = found.sort_values(["difference", key], ignore_index=True)
    return _outlined(with_dtypes(found, names | _SILENCE), by)


def _measured(found: pd.DataFrame, expected: Floats, level: float) -> pd.DataFrame:
    observed = found["articles"].to_numpy(dtype=float)
    low, high = _byar(observed, level)
    some = expected > 0
    found["expected"] = expected
    for name, values in (("ratio", observed), ("ratio_low", low), ("ratio_high", high)):
        found[name] = np.divide(values, expected, out=np.full(len(found), np.nan), where=some)
    found["difference"] = observed - expected
    found["q"] = adjusted(np.where(some, _lower_tail(observed, expected), np.nan))
    found["silent"] = (found["q"] <= 1.0 - level).astype("boolean")
    return found


def _byar(observed: Floats, level: float) -> tuple[Floats, Floats]:
    """Return Byar's interval of a Poisson mean, within a few percent of the exact one."""
    z = normal_quantile(level)
    safe = np.maximum(observed, 1e-9)
    low = np.where(observed > 0, safe * (1 - 1 / (9 * safe) - z / (3 * np.sqrt(safe))) ** 3, 0.0)
    more = observed + 1.0
    return np.maximum(low, 0.0), more * (1 - 1 / (9 * more) + z / (3 * np.sqrt(more))) ** 3


def _lower_tail(observed: Floats, expected: Floats) -> Floats:
    """Return the chance of a Poisson count that small: exact for small counts, by Byar's cube root above."""
    from math import erfc, exp, log

    found = []
    for count, mean in zip(observed.astype(int).tolist(), expected.tolist(), strict=True):
        if mean <= 0:
            found.append(1.0)
        elif count <= 100 and mean < 700:
            term = total = exp(-mean)
            for number in range(1, count + 1):
                term = exp(log(term) + log(mean / number)) if term > 0 else 0.0
                total += term
            found.append(min(total, 1.0))
        else:
            more = count + 1
            z = 3 * np.sqrt(more) * (1 - 1 / (9 * more) - (mean / more) ** (1 / 3))
            found.append(0.5 * erfc(-z / np.sqrt(2)))
    return np.array(found, dtype=np.float64)


def _weights(expected: Any, by: str, distinct: Distinct) -> tuple[pd.Series[Any], pd.DataFrame]:
    """Return the number expected of each key, and the names that are known for keys."""
    key = KEYS[by][0]
    if isinstance(expected, pd.DataFrame):
        other, _ = counted(expected, label_dtypes(by), distinct=distinct)
        groups = grouping(other, by)
        inside = groups.codes >= 0
        counts = distinct_articles(other["article_id"][inside], groups.codes[inside], len(groups.labels))
        return pd.Series(counts, index=pd.Index(groups.labels[key])), groups.labels.set_index(key)
    known = _countries() if by == "country" else pd.DataFrame(index=pd.Index([], dtype=object))
    if isinstance(expected, str):
        one_of("expected", expected, EXPECTED if by == "country" else ())
        weights = (
            known["equal"] if expected == "equal" else known["population" if expected == "population" else "area_km2"]
        )
    else:
        weights = pd.Series(expected, dtype=float)
        if (weights < 0).any() or not weights.index.is_unique:
            raise InvalidTable(
                "expected holds a negative number or a key that stands twice; give one number for each key"
            )
    return weights.astype(float).fillna(0.0), known[[name for name in ("country",) if name in known.columns]]


def _countries() -> pd.DataFrame:
    from geomap.outlines import shapes
    from geomap.outlines._codes import country_list

    listed = pd.DataFrame(
        [(country.code, country.name, country.population) for country in country_list()],
        columns=["country_code", "country", "population"],
    ).set_index("country_code")
    listed["area_km2"] = shapes("country").set_index("country_code")["area_km2"]
    # Equal shares go to what people live in.
    return listed.assign(equal=(listed["population"] > 0).astype(float))


def _outlined(found: pd.DataFrame, by: str) -> pd.DataFrame:
    if by != "country":
        return found
    import geopandas as gpd

    from geomap.outlines import shapes

    outlines = shapes("country").set_index("country_code")["geometry"]
    geometry = gpd.GeoSeries(outlines.reindex(found["country_code"]).to_numpy(), crs=tables.CRS)
    return gpd.GeoDataFrame(found, geometry=geometry, crs=tables.CRS)

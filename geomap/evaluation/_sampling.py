"""Precision on your own corpus: draw a sample of the mentions, label it, and infer how many of all are right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geomap import tables
from geomap._checks import at_least, of_kind
from geomap.analysis._intervals import normal_quantile, wilson
from geomap.errors import InvalidTable
from geomap.evaluation._gold import Gold
from geomap.evaluation._metrics import NEAR_KM, feature_ids, match_spans
from geomap.geometry import distance_km

if TYPE_CHECKING:
    import geopandas as gpd

    from geomap.tables import Floats, Ints

LABELS = ("right", "wrong place", "not a place")
SEED = 20161017
FOLDS = 5
_ALL = "all"
_UNKNOWN = "unknown"
_NEIGHBORS = 4


def outlet_folds(sources: Sequence[str | None], *, folds: int = FOLDS, seed: int = SEED) -> Ints:
    """Assign articles to folds such that all articles of one outlet are in the same fold.

    The largest outlets are assigned first, each to the fold with the fewest articles so far, as by scikit-learn's
    GroupKFold; outlets of equal size in a seeded random order. An article without a source is an outlet of its own.

    Parameters
    ----------
    sources
        The outlet of each article.
    folds
        Number of folds.
    seed
        Seed of the order among outlets of equal size.

    Returns
    -------
    ndarray of shape (articles,)
        Fold number of each article, from 0.

    Examples
    --------
    >>> from geomap.datasets import sample_articles
    >>> articles = sample_articles()
    >>> articles["source"].tolist()
    ['Courier', 'Courier', 'Gazette', 'Gazette']
    >>> outlet_folds(articles["source"].tolist(), folds=2).tolist()
    [0, 0, 1, 1]
    """
    of_kind("sources", sources, Iterable, "a list of outlets, one for each article")
    names = [source if isinstance(source, str) else f"\x00{number}" for number, source in enumerate(sources)]
    outlets, inverse, counts = np.unique(names, return_inverse=True, return_counts=True)
    shuffled = np.random.default_rng(seed).permutation(len(outlets))
    order = shuffled[np.argsort(-counts[shuffled], kind="stable")]
    filled = np.zeros(folds, dtype=np.int64)
    fold_of = np.zeros(len(outlets), dtype=np.int64)
    for outlet in order:
        fold_of[outlet] = int(np.argmin(filled))
        filled[fold_of[outlet]] += counts[outlet]
    return np.asarray(fold_of[inverse], dtype=np.int64)


def sample(mentions: gpd.GeoDataFrame, n: int = 50, *, by: str | None = "kind", seed: int = 0) -> gpd.GeoDataFrame:
    """Draw a stratified random sample of mentions to label.

    Parameters
    ----------
    mentions
        A mentions table. Leave out first what should not be judged: to measure how often a place is right, pass only the
        resolved mentions.
    n
        Size of the sample; all mentions if there are fewer.
    by
        The column whose values are the strata: ``"kind"``, ``"source"``, ``"country"``, ``"feature_class"``. A numeric
        column such as ``"confidence"`` is cut at its quartiles. None for a simple random sample.
    seed
        Seed of the draw.

    Returns
    -------
    GeoDataFrame
        The mentions drawn, in the order of the table, with four more columns: ``stratum``; ``weight``, how many mentions
        each stands for (the weights add up to the number of mentions); ``neighbors``, the nearest other places in the
        same article, with their distance in kilometers; and ``label``, missing until it is set to ``right``, ``wrong
        place`` or ``not a place``.

    Raises
    ------
    ColumnMissing
        If the mentions lack ``article_id``, ``name``, ``place_id`` or the column named by ``by``.
    InvalidTable
        If ``n`` is below 1, or below the number of strata.

    See Also
    --------
    label : label the sample with the mouse.
    precision : estimate the precision of all mentions from the labels.

    Notes
    -----
    Proportional allocation with at least one mention in every stratum, rounded by largest remainders; within a
    stratum without replacement (Cochran 1977, *Sampling Techniques*, chapter 5).

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> sample(sample_mentions(), 4, by="source")[["toponym", "stratum", "weight"]]
       toponym  stratum  weight
    0    Mosul  Courier     2.5
    1  Baghdad  Courier     2.5
    2   Geneva  Gazette     2.5
    3    Erbil  Gazette     2.5
    """
    tables.require_columns(mentions, ("article_id", "name", "place_id", *([by] if by else [])), what="mentions")
    at_least("n", n, 1)
    strata = _strata(mentions, by)
    sizes = strata.value_counts().sort_index()
    if n < len(sizes):
        raise InvalidTable(f"n must be at least {len(sizes)}, the number of strata by {by!r}; got {n}")
    taken = _allocation(np.asarray(sizes, dtype=np.int64), min(n, len(mentions)))
    random = np.random.default_rng(seed)
    drawn = [
        random.choice(np.flatnonzero((strata == stratum).to_numpy()), size=count, replace=False)
        for stratum, count in zip(sizes.index, taken.tolist(), strict=True)
    ]
    rows = np.sort(np.concatenate(drawn)) if drawn else np.array([], dtype=np.int64)
    weights = pd.Series(sizes.to_numpy() / taken, index=sizes.index, dtype="float64")
    table = mentions.iloc[rows].copy()
    table["stratum"] = tables.as_dtype(strata.iloc[rows], "str").to_numpy()
    table["weight"] = table["stratum"].map(weights).to_numpy(dtype="float64")
    table["neighbors"] = tables.as_dtype(_neighbors(mentions, rows), "str").to_numpy()
    table["label"] = tables.as_dtype(pd.Series(None, index=range(len(table)), dtype=object), "str").to_numpy()
    return table.reset_index(drop=True)


def precision(labeled: pd.DataFrame, *, right: Sequence[str] = ("right",), level: float = 0.95) -> pd.DataFrame:
    """Estimate from a labeled sample which share of all mentions is right.

    Parameters
    ----------
    labeled
        What :func:`sample` returned, with ``label`` filled in. Rows without a label count as not drawn.
    right
        The labels that count as right. ``("right", "wrong place")`` measures recognition alone: is it a place name?
    level
        Confidence level of the interval.

    Returns
    -------
    DataFrame
        One row for ``all`` mentions, then one per ``stratum``: the number of ``mentions``, of those ``labeled`` and of
        those labeled ``right``; the ``precision`` and its interval ``low`` to ``high``, missing if nothing was labeled.

    Raises
    ------
    ColumnMissing
        If ``stratum``, ``weight`` or ``label`` is missing.
    InvalidTable
        If a label is not one of ``right``, ``wrong place``, ``not a place``, or ``right`` or ``level`` is invalid.

    Notes
    -----
    The stratified estimate weights each stratum by its mentions. The interval is Wilson's (1927) with the effective
    sample size in place of the sample size, which Franco, Little, Louis and Slud (2019), "Comparative study of confidence
    intervals for proportions in complex sample surveys", Journal of Survey Statistics and Methodology 7, found reliable
    at such sizes. As in Korn and Graubard (1998) the effective size never exceeds the sample size; it is corrected for
    the finite number of mentions, so that labeling all of them leaves no uncertainty. Each stratum is shrunk toward the
    overall share by one mention before its variance is computed, so that a stratum that is all right by chance does not
    look certain. A stratum without labels is assumed to be like the rest. Mentions that the recognizer missed are in no
    sample: this is precision, and says nothing about recall.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> drawn = sample(sample_mentions(), 6, by="source")
    >>> drawn["label"] = ["right"] * 5 + ["wrong place"]
    >>> precision(drawn).round(2)
       stratum  mentions  labeled  right  precision   low  high
    0      all        10        6      5       0.83  0.58  0.95
    1  Courier         5        3      3       1.00  0.66  1.00
    2  Gazette         5        3      2       0.67  0.33  0.89
    """
    tables.require_columns(labeled, ("stratum", "weight", "label"), what="the labeled sample")
    _check(right, level)
    labels = _labels(labeled)
    strata = labeled["stratum"].astype(object)
    rows = []
    for name in sorted(strata.unique()):
        inside = (strata == name).to_numpy()
        known = labels[inside].dropna()
        rows.append((name, round(float(labeled["weight"][inside].sum())), len(known), int(known.isin(right).sum())))
    counts = np.array([row[1:] for row in rows], dtype=np.float64).reshape(-1, 3)
    total = (_ALL, *counts.sum(axis=0).astype(int).tolist())
    estimates = [_estimate(counts, level), *(_estimate(counts[[number]], level) for number in range(len(rows)))]
    table = pd.DataFrame([total, *rows], columns=["stratum", "mentions", "labeled", "right"])
    table[["precision", "low", "high"]] = np.array(estimates, dtype=np.float64)
    return table


def label_by_gold(sampled: gpd.GeoDataFrame, gold: Gold, *, near_km: float = NEAR_KM) -> gpd.GeoDataFrame:
    """Label a sample by gold annotations of the same articles.

    Parameters
    ----------
    sampled
        What :func:`sample` returned.
    gold
        What :func:`~geomap.evaluation.read_gold` returned.
    near_km
        Largest distance from the gold point, in kilometers, at which a place is right.

    Returns
    -------
    GeoDataFrame
        The same rows with ``label``: ``not a place`` if no gold mention overlaps; ``right`` if the gold has the same
        geonameid or a point that is near enough; else ``wrong place``. Missing if the gold mention has no point, or its
        article or field is not annotated.

    Raises
    ------
    ColumnMissing
        If the sample lacks one of ``article_id, field, start, end, geonameid``.
    """
    tables.require_columns(sampled, (*tables.MENTION_KEY, "geonameid"), what="sample")
    of_kind("gold", gold, Gold, "what geomap.evaluation.read_gold returns")
    labels = np.full(len(sampled), LABELS[2], dtype=object)
    pairs = match_spans(gold.mentions, sampled, exact=False)
    theirs, ours = gold.mentions.iloc[pairs[:, 0]], sampled.iloc[pairs[:, 1]]
    lon, lat = tables.coordinates(tables.in_degrees_of(ours).geometry)
    apart = distance_km(theirs["lat"], theirs["lon"], lat, lon)
    same = feature_ids(theirs) == feature_ids(ours)
    near = same | (apart <= near_km)
    unknown = theirs["lat"].isna().to_numpy() & ~same
    labels[pairs[:, 1]] = np.where(near, LABELS[0], LABELS[1])
    labels[pairs[unknown, 1]] = None
    annotated = sampled["article_id"].isin(gold.articles["article_id"]) & sampled["field"].isin(gold.fields)
    labels[~annotated.to_numpy()] = None
    table = sampled.copy()
    table["label"] = tables.as_dtype(pd.Series(labels, dtype=object), "str").to_numpy()
    return table


def _strata(mentions: pd.DataFrame, by: str | None) -> pd.Series[Any]:
    if by is None:
        return pd.Series(_ALL, index=range(len(mentions)), dtype=object)
    values = mentions[by].reset_index(drop=True)
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        values = pd.qcut(values.astype("float64"), 4, duplicates="drop")
        names = {band: f"{max(band.left, 0):.2f} to {band.right:.2f}" for band in values.cat.categories}
        return values.astype(object).map(names).fillna(_UNKNOWN)
    return values.astype(object).where(values.notna(), _UNKNOWN).astype(str)


def _allocation(sizes: Ints, n: int) -> Ints:
    """Return how many of each stratum to take: in proportion, at least one, no more than there are, ``n`` in all."""
    if not len(sizes):
        return sizes
    quota = n * sizes / sizes.sum()
    # Rounded down, then one by one to the stratum that is farthest from its quota, until the sum is right.
    taken: Ints = np.clip(np.floor(quota).astype(np.int64), 1, sizes)
    while taken.sum() != n:
        step = 1 if taken.sum() < n else -1
        free = taken < sizes if step > 0 else taken > 1
        taken[np.argmax(np.where(free, step * (quota - taken), -np.inf))] += step
    return taken


def _neighbors(mentions: gpd.GeoDataFrame, rows: Ints) -> list[str | None]:
    """Return for some rows the nearest other places of the same article, with their distance."""
    lon, lat = tables.coordinates(tables.in_degrees_of(mentions).geometry)
    names, ids = mentions["name"].to_numpy(dtype=object), mentions["place_id"].to_numpy(dtype=object)
    members = mentions.groupby("article_id", sort=False).indices
    neighbors: list[str | None] = []
    for row, article_id in zip(rows.tolist(), mentions["article_id"].iloc[rows], strict=True):
        others = members[article_id]
        apart = distance_km(lat[row], lon[row], lat[others], lon[others])
        near = {ids[row]: ""}  # the place itself, which is no neighbor
        for position in np.argsort(apart, kind="stable").tolist():
            if np.isfinite(apart[position]):
                other = others[position]
                near.setdefault(ids[other], f"{names[other]} ({apart[position]:,.0f} km)")
        neighbors.append(", ".join([*near.values()][1 : _NEIGHBORS + 1]) or None)
    return neighbors


def _check(right: Sequence[str], level: float) -> None:
    unknown = sorted({right} if isinstance(right, str) else set(right) - set(LABELS))
    if unknown or not right:
        raise InvalidTable(f"right must be a sequence of labels, from {', '.join(map(repr, LABELS))}; got {right!r}")
    if not 0 < level < 1:
        raise InvalidTable(f"level must be between 0 and 1; got {level!r}")


def _labels(labeled: pd.DataFrame) -> pd.Series[Any]:
    """Return the labels without surrounding white space, which spreadsheets add; empty ones are missing."""
    labels = labeled["label"].astype(object)
    labels = labels.map(lambda label: str(label).strip() if pd.notna(label) else None)
    labels = labels.where(labels.ne(""), None)
    wrong = labels.notna() & ~labels.isin(LABELS)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise InvalidTable(
            f"label must be one of {', '.join(map(repr, LABELS))}; row {row} of the sample has {labels.iloc[row]!r}"
        )
    return labels


def _estimate(counts: Floats, level: float) -> tuple[float, float, float]:
    """Return the share that is right and its interval; ``counts`` has a row of mentions, labeled, right per stratum."""
    mentions, labeled, right = counts[counts[:, 1] > 0].T
    if not labeled.sum():
        return float("nan"), float("nan"), float("nan")
    weight = mentions / mentions.sum()
    share = float((weight * right / labeled).sum())
    n, total = float(labeled.sum()), float(counts[:, 0].sum())
    # Shrink the shares: overall toward one half by two mentions, each stratum toward that by one.
    overall = (n * share + 1) / (n + 2)
    each = (right + overall) / (labeled + 1)
    # The variance of the stratified estimate against that of a simple sample of the same size: the design effect.
    variance = (weight**2 * (1 - labeled / mentions) * each * (1 - each) / labeled).sum()
    simple = (1 - n / total) * overall * (1 - overall) / n
    if simple <= 0:
        return share, share, share
    effective = n * min(1.0, simple / variance if variance > 0 else 1.0) / (1 - n / total)
    low, high = wilson(np.array(share), np.array(effective), normal_quantile(level))
    return share, float(low), float(high)

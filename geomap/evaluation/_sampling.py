"""How good is it on a corpus of one's own? A sample of the mentions to label, and what the labels say about all of them."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap import tables
from geomap.errors import InvalidTable
from geomap.evaluation._gold import Gold
from geomap.evaluation._metrics import NEAR_KM, feature_ids, match_spans
from geomap.geometry import distance_km

if TYPE_CHECKING:
    import geopandas as gpd

SEED = 20161017
FOLDS = 5


def outlet_folds(sources: Sequence[str | None], *, folds: int = FOLDS, seed: int = SEED) -> npt.NDArray[np.int64]:
    """Assign articles to folds such that all articles of one outlet are in the same fold.

    The largest outlets are dealt first, each to the fold that has the fewest articles so far, as scikit-learn's
    GroupKFold does; outlets of equal size are taken in a seeded random order. An article without a source is an outlet
    of its own.

    Parameters
    ----------
    sources
        The outlet of each article.

    Returns
    -------
    ndarray of shape (articles,)
        Fold number of each article.
    """
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


LABELS = ("right", "wrong place", "not a place")
EVERYTHING = "all"
_UNKNOWN = "unknown"
_NEIGHBORS = 4
_SPAN = ("article_id", "field", "start", "end")

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


def sample(mentions: gpd.GeoDataFrame, n: int = 50, *, by: str | None = "kind", seed: int = 0) -> gpd.GeoDataFrame:
    """Draw mentions to label, so that every kind of mention is among them.

    Parameters
    ----------
    mentions
        A mentions table. Leave out first what should not be judged: to learn how often a place is right, give only
        the resolved mentions.
    n
        How many; all of them where there are fewer.
    by
        The column whose values are the strata: ``"kind"``, ``"source"``, ``"country"``, ``"feature_class"``. A column
        of numbers such as ``"confidence"`` is cut at its quartiles. None for a simple random sample.
    seed
        Of the draw.

    Returns
    -------
    GeoDataFrame
        The mentions drawn, in the order of the table, with: their ``stratum``; their ``weight``, how many mentions
        each stands for (the weights add up to the number of mentions); ``neighbors``, the places nearest to it that
        its article mentions too, with their distance; and ``label``, missing until somebody fills it in with one of
        ``right``, ``wrong place``, ``not a place``.

    Raises
    ------
    ColumnMissing
        If the mentions lack a column that is needed here.
    InvalidTable
        If ``n`` is below 1, or below the number of strata.

    See Also
    --------
    label : go through the sample with the mouse.
    precision : what the labels say about all mentions.

    Notes
    -----
    Proportional allocation with at least one mention in every stratum, rounded by largest remainders; within a
    stratum without replacement (Cochran 1977, *Sampling Techniques*, chapter 5).
    """
    tables.require_columns(mentions, ("article_id", "name", "place_id", *([by] if by else [])), what="mentions")
    if n < 1:
        raise InvalidTable(f"a sample of {n} mentions tells nothing; ask for at least 1")
    strata = _strata(mentions, by)
    sizes = strata.value_counts().sort_index()
    if n < len(sizes):
        raise InvalidTable(f"{by!r} has {len(sizes)} strata, more than the {n} mentions asked for; take a larger n")
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
    """Tell which share of all mentions is right, as far as a labeled sample can say.

    Parameters
    ----------
    labeled
        What :func:`sample` drew, with ``label`` filled in. Rows without a label count as not drawn.
    right
        The labels that count. ``("right", "wrong place")`` asks whether the words are a place name at all.
    level
        Of the interval.

    Returns
    -------
    DataFrame
        One row for ``all`` mentions, then one for each ``stratum``: how many ``mentions`` it has, how many were
        ``labeled`` and how many of those are ``right``; the ``precision`` and its interval ``low`` to ``high``,
        missing where nothing was labeled.

    Raises
    ------
    ColumnMissing
        If ``stratum``, ``weight`` or ``label`` is missing.
    InvalidTable
        If a label is not one of ``right``, ``wrong place``, ``not a place``, or an option is not one that can be used.

    Notes
    -----
    The stratified estimate weighs each stratum by its mentions. The interval is Wilson's (1927) with the effective
    size of the sample in the place of its size: the method that Franco, Little, Louis and Slud (2019), "Comparative
    study of confidence intervals for proportions in complex sample surveys", Journal of Survey Statistics and
    Methodology 7, found reliable at such sizes. As in Korn and Graubard (1998) the effective size is never above the
    size; it is corrected for a finite number of mentions, so that labeling all of them leaves no doubt. Strata are
    drawn toward the overall share by one mention before their variance is taken, so that one that is all right by luck
    does not look certain. A stratum in which nothing was labeled is taken to be like the rest. What the recognizer
    overlooked is in no sample: this is precision, and says nothing of recall.
    """
    tables.require_columns(labeled, ("stratum", "weight", "label"), what="the labeled sample")
    _check(right, level)
    labels = _labels(labeled)
    strata = labeled["stratum"].astype(object)
    rows = []
    for name in sorted(strata.unique()):
        inside = (strata == name).to_numpy()
        given = labels[inside].dropna()
        rows.append((name, round(float(labeled["weight"][inside].sum())), len(given), int(given.isin(right).sum())))
    counts = np.array([row[1:] for row in rows], dtype=np.float64).reshape(-1, 3)
    whole = (EVERYTHING, *counts.sum(axis=0).astype(int).tolist())
    spread = [_interval(counts, level), *(_interval(counts[[number]], level) for number in range(len(rows)))]
    table = pd.DataFrame([whole, *rows], columns=["stratum", "mentions", "labeled", "right"])
    table[["precision", "low", "high"]] = np.array(spread, dtype=np.float64)
    return table


def label_by_gold(sampled: gpd.GeoDataFrame, gold: Gold, *, near_km: float = NEAR_KM) -> gpd.GeoDataFrame:
    """Label a sample by gold annotations of the same articles.

    Parameters
    ----------
    sampled
        What :func:`sample` drew.
    gold
        What :func:`~geomap.evaluation.read_gold` read.
    near_km
        How far from the gold point, in kilometers, a place still is right.

    Returns
    -------
    GeoDataFrame
        The same rows with ``label``: ``not a place`` where no gold mention overlaps; ``right`` where the gold has the
        same geonameid or its point is near enough; else ``wrong place``. Missing where the gold mention has no point,
        or its article or field was not annotated.

    Raises
    ------
    ColumnMissing
        If the sample lacks a column that is needed here.
    """
    tables.require_columns(sampled, (*_SPAN, "geonameid"), what="the sample")
    labels = np.full(len(sampled), LABELS[2], dtype=object)
    pairs = match_spans(gold.mentions, sampled, exact=False)
    theirs, ours = gold.mentions.iloc[pairs[:, 0]], sampled.iloc[pairs[:, 1]]
    apart = distance_km(theirs["lat"], theirs["lon"], ours.geometry.y, ours.geometry.x)
    same = feature_ids(theirs) == feature_ids(ours)
    near = same | (apart <= near_km)
    unknown = theirs["lat"].isna().to_numpy() & ~same
    labels[pairs[:, 1]] = np.where(near, LABELS[0], LABELS[1])
    labels[pairs[unknown, 1]] = None
    fields = set(gold.mentions["field"]) or {"text"}
    annotated = sampled["article_id"].isin(gold.articles["article_id"]) & sampled["field"].isin(fields)
    labels[~annotated.to_numpy()] = None
    table = sampled.copy()
    table["label"] = tables.as_dtype(pd.Series(labels, dtype=object), "str").to_numpy()
    return table


def _strata(mentions: pd.DataFrame, by: str | None) -> pd.Series[Any]:
    if by is None:
        return pd.Series(EVERYTHING, index=range(len(mentions)), dtype=object)
    values = mentions[by].reset_index(drop=True)
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        values = pd.qcut(values.astype("float64"), 4, duplicates="drop")
        named = {band: f"{max(band.left, 0):.2f} to {band.right:.2f}" for band in values.cat.categories}
        return values.astype(object).map(named).fillna(_UNKNOWN)
    return values.astype(object).where(values.notna(), _UNKNOWN).astype(str)


def _allocation(sizes: Counts, n: int) -> Counts:
    """Return how many of each stratum to take: in proportion, at least one, no more than there are, ``n`` in all."""
    if not len(sizes):
        return sizes
    quota = n * sizes / sizes.sum()
    taken: Counts = np.clip(np.floor(quota).astype(np.int64), 1, sizes)
    while taken.sum() != n:
        step = 1 if taken.sum() < n else -1
        free = taken < sizes if step > 0 else taken > 1
        taken[np.argmax(np.where(free, step * (quota - taken), -np.inf))] += step
    return taken


def _neighbors(mentions: gpd.GeoDataFrame, rows: Counts) -> list[str | None]:
    """Return for some rows the places of the same article that lie nearest, with their distance."""
    lat, lon = mentions.geometry.y.to_numpy(), mentions.geometry.x.to_numpy()
    names, ids = mentions["name"].to_numpy(dtype=object), mentions["place_id"].to_numpy(dtype=object)
    members = mentions.groupby("article_id", sort=False).indices
    found: list[str | None] = []
    for row, article_id in zip(rows.tolist(), mentions["article_id"].iloc[rows], strict=True):
        others = members[article_id]
        apart = distance_km(lat[row], lon[row], lat[others], lon[others])
        near = {ids[row]: ""}
        for at in np.argsort(apart, kind="stable").tolist():
            if np.isfinite(apart[at]):
                near.setdefault(ids[others[at]], f"{names[others[at]]} ({apart[at]:,.0f} km)")
        found.append(", ".join([*near.values()][1 : _NEIGHBORS + 1]) or None)
    return found


def _check(right: Sequence[str], level: float) -> None:
    unknown = sorted({right} if isinstance(right, str) else set(right) - set(LABELS))
    if unknown or not right:
        raise InvalidTable(f"right is {right!r}; give some of {', '.join(map(repr, LABELS))} as a sequence")
    if not 0 < level < 1:
        raise InvalidTable(f"the level of an interval is between 0 and 1, not {level!r}")


def _labels(labeled: pd.DataFrame) -> pd.Series[Any]:
    """Return the labels without the white space of a spreadsheet, empty ones missing."""
    labels = labeled["label"].astype(object)
    labels = labels.map(lambda given: str(given).strip() if pd.notna(given) else None)
    labels = labels.where(labels.ne(""), None)
    wrong = labels.notna() & ~labels.isin(LABELS)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise InvalidTable(
            f"row {row} of the sample is labeled {labels.iloc[row]!r}; a label is one of {', '.join(map(repr, LABELS))}"
        )
    return labels


def _interval(counts: Floats, level: float) -> tuple[float, float, float]:
    """Return the share that is right and its interval, from one row of mentions, labeled and right per stratum."""
    mentions, labeled, right = counts[counts[:, 1] > 0].T
    if not labeled.sum():
        return float("nan"), float("nan"), float("nan")
    weight = mentions / mentions.sum()
    share = float((weight * right / labeled).sum())
    n, everything = float(labeled.sum()), float(counts[:, 0].sum())
    smooth = (n * share + 1) / (n + 2)
    each = (right + smooth) / (labeled + 1)
    variance = (weight**2 * (1 - labeled / mentions) * each * (1 - each) / labeled).sum()
    simple = (1 - n / everything) * smooth * (1 - smooth) / n
    if simple <= 0:
        return share, share, share
    effective = n * min(1.0, simple / variance if variance > 0 else 1.0) / (1 - n / everything)
    return (share, *_wilson(share, effective, NormalDist().inv_cdf(0.5 + level / 2)))


def _wilson(share: float, n: float, z: float) -> tuple[float, float]:
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
    return max(middle - half, 0.0), min(middle + half, 1.0)

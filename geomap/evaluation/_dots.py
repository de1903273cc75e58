"""Whether the dots of a map are right as often as they say, and what a threshold on them keeps and loses.

A dot is right if it overlaps a gold mention and lies within 161 km of it, or in the country or division that it names:
recognition and resolution are judged together, as a reader sees them.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap._checks import at_least, of_kind
from geomap.evaluation._bootstrap import draw
from geomap.evaluation._metrics import BINS, NEAR_KM, located
from geomap.evaluation._regions import inside_region
from geomap.evaluation._scoring import RESAMPLES, Comparison, require_comparison
from geomap.geometry import distance_km
from geomap.tables import EMBEDDED, Floats, Ints, chances, is_approximate

THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_POPULATED = "P"


def dots(
    comparison: Comparison, *, bins: int = BINS, apart: Collection[str] = (), bootstrap: int = RESAMPLES, seed: int = 0
) -> pd.DataFrame:
    """Return how often dots of about the same stated probability are right.

    Parameters
    ----------
    comparison
        What :func:`~geomap.evaluation.compare` returned.
    bins
        How many bins, of equally many dots each.
    apart
        Further classes to leave out and report apart, because the gold annotates them in part: ``"demonym"``, say, or a
        feature class. What is ``embedded`` in another name, and a class of which no dot overlaps gold, always are.
    bootstrap, seed
        As for :func:`~geomap.evaluation.evaluate`.

    Returns
    -------
    DataFrame
        ``part`` (``dots`` for a bin, ``class`` for all dots of a class, ``apart`` for one that the bins leave out),
        ``group``, ``from`` and ``to`` (the least and the highest stated probability), ``mentions``, ``stated`` (the mean),
        ``right`` (the share), ``low`` and ``high``, the bounds of its 95 % interval over articles. In ``attrs``: the
        ``calibration_error``, the mean difference of stated and right over the bins, and ``by_chance``, what it would be
        on average for as many dots whose probabilities are all true.

    Notes
    -----
    Dots that overlap nothing but gold without coordinates are neither right nor wrong, and left out. A class is the kind,
    and of a toponym GeoNames' feature class of its place. The expected calibration error (Guo et al. 2017) is taken over
    bins of equal mass, since most dots are sure.

    Examples
    --------
    >>> from geomap.datasets import sample_articles, sample_mentions
    >>> from geomap.evaluation import Gold, compare, dots
    >>> mentions = sample_mentions()
    >>> gold = Gold(sample_articles(), mentions.assign(lat=mentions.geometry.y, lon=mentions.geometry.x))
    >>> table = dots(compare(gold, mentions), bins=2, bootstrap=0)
    >>> table[["part", "mentions", "right"]].head(2)
       part  mentions  right
    0  dots         5    1.0
    1  dots         5    1.0
    """
    require_comparison(comparison)
    at_least("bins", bins, 1)
    of_kind("apart", apart, Collection, "a list of classes")
    judged = judged_dots(comparison.gold.mentions, comparison.predicted)
    aside = judged["class"].isin(left_apart(judged, apart)).to_numpy()
    counted = judged[~aside].sort_values("stated", kind="stable")
    weights = draw(comparison.gold.articles["article_id"], times=bootstrap, seed=seed)

    def row(part: str, group: str, rows: pd.DataFrame) -> tuple[object, ...]:
        stated = rows["stated"]
        right = weights.share(weights.positions(rows["article_id"]), rows["right"])
        return (part, group, stated.min(), stated.max(), len(rows), stated.mean(), *right)

    in_bins = [counted.iloc[rows] for rows in _bins(len(counted), bins)]
    rows = [row("dots", str(number), each) for number, each in enumerate(in_bins, start=1)]
    for part, table in (("class", judged[~aside]), ("apart", judged[aside])):
        rows += [row(part, str(name), each) for name, each in table.groupby("class", sort=True)]
    columns = ["part", "group", "from", "to", "mentions", "stated", "right", "low", "high"]
    found = pd.DataFrame(rows, columns=columns)
    stated, right = counted["stated"].to_numpy(), counted["right"].to_numpy(dtype=np.float64)
    found.attrs = {
        "calibration_error": equal_mass_error(stated, right, bins=bins),
        "by_chance": error_by_chance(stated, bins=bins, seed=seed),
    }
    return found


def thresholds(comparison: Comparison, *, apart: Collection[str] = ()) -> pd.DataFrame:
    """Return what is kept and lost where only dots above a threshold are drawn.

    Parameters
    ----------
    comparison
        What :func:`~geomap.evaluation.compare` returned; of a geoparser with ``min_confidence=0`` it has every dot.
    apart
        As for :func:`dots`.

    Returns
    -------
    DataFrame
        One row per threshold: ``threshold``; ``kept``, the share of all dots; ``right``, the share of the kept that are
        right; ``right_lost`` and ``wrong_removed``, the shares of the right and of the wrong dots that are not drawn.
    """
    require_comparison(comparison)
    judged = judged_dots(comparison.gold.mentions, comparison.predicted)
    counted = judged[~judged["class"].isin(left_apart(judged, apart))]
    return threshold_table(counted["stated"].to_numpy(), counted["right"].to_numpy())


def threshold_table(stated: Floats, right: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Return the table of :func:`thresholds` for dots of stated probabilities that are right or wrong."""
    rows = []
    for threshold in THRESHOLDS:
        kept = stated >= threshold
        rows.append((threshold, _mean(kept), _mean(right[kept]), _mean(~kept[right]), _mean(~kept[~right])))
    return pd.DataFrame(rows, columns=["threshold", "kept", "right", "right_lost", "wrong_removed"])


def judged_dots(gold: pd.DataFrame, predicted: pd.DataFrame) -> pd.DataFrame:
    """Judge every dot.

    Parameters
    ----------
    gold
        Gold mentions, those without coordinates too.
    predicted
        Mentions with ``lat`` and ``lon`` in degrees, missing where unresolved, in the fields that the gold annotates.

    Returns
    -------
    DataFrame
        One row per dot that can be judged, with the index of ``predicted``: ``article_id``; ``class``; ``stated``, its
        probability; ``overlaps``, whether it overlaps gold; and ``right``.
    """
    # An area is no dot.
    table = predicted[~is_approximate(predicted)].reset_index(names="_row")
    placed, known = located(table), gold["lat"].notna().to_numpy()
    pairs = _overlaps(placed, gold)
    overlaps, judgeable, right = (np.zeros(len(placed), dtype=bool) for _ in range(3))
    overlaps[pairs[:, 0]] = True
    answered = pairs[known[pairs[:, 1]]]
    judgeable[answered[:, 0]] = True
    dot, truth = placed.iloc[answered[:, 0]], gold.iloc[answered[:, 1]]
    lat, lon = (truth[name].to_numpy(dtype=np.float64) for name in ("lat", "lon"))
    apart = distance_km(lat, lon, dot["lat"].astype(float), dot["lon"].astype(float))
    np.logical_or.at(right, answered[:, 0], (np.asarray(apart) <= NEAR_KM) | inside_region(lat, lon, dot))
    named = placed["kind"].fillna("toponym")
    features = placed.get("feature_class", pd.Series(None, index=placed.index, dtype=object)).fillna("unknown")
    judged = pd.DataFrame(
        {
            "article_id": placed["article_id"],
            "class": named.where(named != "toponym", features),
            "stated": chances(placed).to_numpy(dtype=np.float64, na_value=np.nan),
            "overlaps": overlaps,
            "right": right,
        }
    ).set_axis(placed["_row"].to_numpy())
    return judged[(judgeable | ~overlaps) & judged["stated"].notna().to_numpy()]


def left_apart(judged: pd.DataFrame, further: Collection[str] = ()) -> set[str]:
    """Return the classes that are reported apart: embedded, those of which no dot overlaps gold, and further ones."""
    overlapping = judged.groupby("class")["overlaps"].any()
    return {EMBEDDED, *further, *(str(name) for name in overlapping.index[~overlapping] if name != _POPULATED)}


def equal_mass_error(stated: Floats, right: Floats, *, bins: int = BINS) -> float:
    """Return the expected calibration error over bins of equally many mentions; nan without any."""
    if not len(stated):
        return float("nan")
    surplus = (stated - right)[np.argsort(stated, kind="stable")]
    return float(sum(abs(surplus[rows].sum()) for rows in _bins(len(stated), bins)) / len(stated))


def error_by_chance(stated: Floats, *, bins: int = BINS, seed: int = 0, times: int = 200) -> float:
    """Return the mean calibration error of as many mentions whose stated probabilities are all true."""
    random = np.random.default_rng(seed)
    drawn = [(random.random(len(stated)) < stated).astype(np.float64) for _ in range(times)]
    return float(np.mean([equal_mass_error(stated, right, bins=bins) for right in drawn]))


def _bins(size: int, bins: int) -> list[Ints]:
    return [rows for rows in np.array_split(np.arange(size), bins) if len(rows)]


def _overlaps(dots: pd.DataFrame, gold: pd.DataFrame) -> Ints:
    """Return every pair of a dot and a gold mention that share a character, as row positions, shape (pairs, 2)."""
    key = ["article_id", "field"]
    left = dots[[*key, "start", "end"]].reset_index(drop=True).reset_index(names="dot")
    right = gold[[*key, "start", "end"]].reset_index(drop=True).reset_index(names="gold")
    both = left.merge(right, on=key, suffixes=("", "_gold"))
    shared = both[(both["start"] < both["end_gold"]) & (both["start_gold"] < both["end"])]
    return shared[["dot", "gold"]].to_numpy(dtype=np.int64).reshape(-1, 2)


def _mean(values: npt.NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) else float("nan")

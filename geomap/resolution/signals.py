"""Signals: what speaks for each candidate, as numbers.

The families are those of the literature (Leidner 2007; Lieberman and Samet 2012; Kamalloo and Rafiei 2018): prominence,
name match, containment in the text, coherence with the article's other names, closeness to their candidates, and, where
the publisher is known, where its other articles happen. Every signal is computed for a whole batch at once.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geomap.resolution.batch import Batch
from geomap.resolution.context import FOLLOWERS
from geomap.resolution.evidence import (
    area_matches,
    enumerated_kind,
    kernel_signals,
    outlet_signals,
    share_of_others,
)

Floats = npt.NDArray[np.float64]

# How well known a feature is beyond its population, in powers of ten: news names countries and their parts more often
# than towns of the same size, and rivers or mountains have no population at all.
_STANDING = {
    "A.PCLI": 9.0,
    "A.PCLD": 7.5,
    "A.PCLF": 7.5,
    "A.PCLS": 7.5,
    "A.PCLIX": 7.0,
    "A.PCL": 7.5,
    "A.TERR": 7.0,
    "A.ADM1": 6.2,
    "A.ADM2": 3.5,
    "P.PPLC": 6.5,
    "P.PPLA": 5.0,
    "L.CONT": 9.0,
    "L.RGN": 5.5,
    "H.OCN": 8.0,
    "H.SEA": 6.0,
    "H.STM": 4.5,
    "T.MT": 4.0,
}
_STANDING_OF_CLASS = {"A": 3.0, "P": 2.3, "L": 4.5, "H": 4.5, "T": 4.0, "S": 2.8}

NAMES = (
    "prominence",
    "prominence_gap",
    "prior",
    "rank",
    "log_population",
    "is_country",
    "is_first_order",
    "is_second_order",
    "is_populated",
    "is_capital",
    "is_seat",
    "is_natural",
    "is_spot",
    "main_name",
    "alternate_name",
    "demonym",
    "abbreviation",
    "log_alternates",
    "name_cut",
    "contained",
    "contradicted",
    "country_share",
    "first_order_share",
    "second_order_share",
    "country_named",
    "first_order_named",
    "near_25",
    "near_100",
    "near_400",
    "nearest",
    "neighbor",
    "neighbor_kind",
    "dateline_near",
    "outlet_known",
    "outlet_country",
    "outlet_first_order",
    "outlet_second_order",
    "outlet_near",
    "outlet_around",
    "follower_fits",
    "follower_clashes",
    "preposition",
    "in_title",
    "mentions",
    "candidates",
    "same_name_parent",
)


def prior_masses(batch: Batch) -> tuple[Floats, Floats]:
    """Return each row's prominence in powers of ten and its share of its group's mass before any context."""
    columns = batch.columns
    standing = np.array(
        [_STANDING.get(code, _STANDING_OF_CLASS.get(code[:1], 2.0)) for code in columns.feature], dtype=float
    )
    population = np.log10(columns.population + 1)
    prominence = np.maximum(population, 0.85 * standing) + 0.15 * standing
    prominence = prominence - 0.35 * (columns.kind == 1) - 0.5 * columns.depth
    mass = 10 ** (prominence * 0.9)
    totals = np.add.reduceat(mass, batch.starts[:-1]) if len(mass) else mass
    return prominence, mass / totals[batch.group] if len(mass) else mass


def compute_signals(batch: Batch) -> Floats:
    """Return the signals of every row, shape (rows, len(NAMES))."""
    if not len(batch.group):
        return np.zeros((0, len(NAMES)))
    columns = batch.columns
    prominence, prior = prior_masses(batch)
    best = np.maximum.reduceat(prominence, batch.starts[:-1])[batch.group]
    sizes = np.diff(batch.starts)
    contained, contradicted = area_matches(batch)
    # A name that the text itself places ("Athens, Ohio") is better evidence for its neighbors than its prominence.
    mass = _sharpened(batch, prior, contained)
    feature = columns.feature
    is_class = {letter: np.char.startswith(feature, f"{letter}.") for letter in "APHTLS"}
    country = is_class["A"] & (np.char.find(feature, "PCL") >= 0)
    first = feature == "A.ADM1"
    named_country = share_of_others(batch, columns.country, np.where(country, mass, 0.0))
    named_first = share_of_others(batch, columns.admin1, np.where(first, mass, 0.0))
    near = kernel_signals(batch, mass)
    outlet = outlet_signals(batch, mass)
    fits, clashes = _follower_signals(batch, is_class)
    per_group = _per_group(batch)
    table = {
        "prominence": prominence,
        "prominence_gap": prominence - best,
        "prior": prior,
        "rank": _rank(batch, prominence),
        "log_population": np.log10(columns.population + 1),
        "is_country": country,
        "is_first_order": first,
        "is_second_order": feature == "A.ADM2",
        "is_populated": is_class["P"],
        "is_capital": feature == "P.PPLC",
        "is_seat": np.char.startswith(feature, "P.PPLA"),
        "is_natural": is_class["H"] | is_class["T"] | is_class["L"],
        "is_spot": is_class["S"],
        "main_name": columns.kind == 0,
        "alternate_name": columns.kind == 1,
        "demonym": columns.kind == 3,
        "abbreviation": columns.kind == 2,
        "log_alternates": np.log1p(columns.alternates),
        "name_cut": columns.depth,
        "contained": contained,
        "contradicted": contradicted,
        "country_share": share_of_others(batch, columns.country, mass),
        "first_order_share": share_of_others(batch, columns.admin1, mass),
        "second_order_share": share_of_others(batch, columns.admin2, mass),
        "country_named": named_country,
        "first_order_named": named_first,
        "follower_fits": fits,
        "follower_clashes": clashes,
        "candidates": np.log1p(sizes)[batch.group],
        "same_name_parent": _same_name_parent(batch),
        "neighbor_kind": enumerated_kind(batch, mass),
        **near,
        **outlet,
        **per_group,
    }
    return np.column_stack([np.asarray(table[name], dtype=float) for name in NAMES])


def _sharpened(batch: Batch, prior: Floats, contained: Floats) -> Floats:
    mass = prior * (1 + 1e4 * contained)
    totals = np.add.reduceat(mass, batch.starts[:-1])
    return np.asarray(mass / totals[batch.group])


def _rank(batch: Batch, prominence: Floats) -> Floats:
    order = np.lexsort((-prominence, batch.group))
    rank = np.empty(len(order))
    rank[order] = np.arange(len(order)) - batch.starts[batch.group[order]]
    return np.log1p(rank)


def _per_group(batch: Batch) -> dict[str, Floats]:
    contexts = batch.contexts
    values = {
        "preposition": [float(context.preposition) for context in contexts],
        "in_title": [float(context.in_title) for context in contexts],
        "mentions": [float(np.log1p(context.mentions)) for context in contexts],
    }
    return {name: np.array(column)[batch.group] for name, column in values.items()}


def _follower_signals(batch: Batch, is_class: dict[str, npt.NDArray[np.bool_]]) -> tuple[Floats, Floats]:
    follower = np.array([context.follower for context in batch.contexts], dtype="U8")[batch.group]
    feature = batch.columns.feature
    wanted = {
        "water": is_class["H"],
        "land": is_class["T"] | is_class["L"],
        "second": feature == "A.ADM2",
        "first": feature == "A.ADM1",
        "spot": is_class["S"],
        "town": is_class["P"],
    }
    fits = np.zeros(len(feature), dtype=bool)
    for name in FOLLOWERS:
        fits |= (follower == name) & wanted[name]
    possible = np.maximum.reduceat(fits.astype(float), batch.starts[:-1])[batch.group]
    return fits.astype(float), np.where(fits, 0.0, possible)


def _same_name_parent(batch: Batch) -> Floats:
    """Return 1 for a town whose own division is a candidate of the same name (New York in New York)."""
    first = batch.columns.feature == "A.ADM1"
    size = int(batch.columns.admin1.max(initial=0)) + 2
    key = batch.group.astype(np.int64) * size + batch.columns.admin1
    parents = np.unique(key[first & (batch.columns.admin1 >= 0)])
    return np.asarray(np.isin(key, parents) & ~first, dtype=float)

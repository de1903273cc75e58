"""Sums over the article's other names, and over the publisher's other articles."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from geomap.geometry import EARTH_RADIUS_KM, unit_vectors
from geomap.resolution.batch import Batch
from geomap.resolution.context import holds

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SCALES_KM = (25.0, 100.0, 400.0)
FAINTEST = 0.02  # candidates with less mass than this are no evidence for others: they would only add noise and time
CELL_DEGREES = 1.0


def area_matches(batch: Batch) -> tuple[Floats, Floats]:
    """Return whether the text places each candidate where it lies, and whether it places another candidate instead."""
    contained = np.zeros(len(batch.group))
    for number, context in enumerate(batch.contexts):
        if not context.areas:
            continue
        for row in range(batch.starts[number], batch.starts[number + 1]):
            contained[row] = holds(context.areas, batch.places[row])
    possible = np.maximum.reduceat(contained, batch.starts[:-1])[batch.group]
    return contained, np.where(contained > 0, 0.0, possible)


def share_of_others(batch: Batch, code: Ints, mass: Floats) -> Floats:
    """Return for each row how much of the article's other groups' mass shares its code, per other group."""
    size = int(code.max(initial=-1)) + 2
    known = code >= 0
    article_key = batch.article * size + code
    group_key = batch.family[batch.group] * size + code
    in_article = _sum_by(article_key, mass, known)
    in_group = _sum_by(group_key, mass, known)
    groups = np.bincount(batch.group_article, minlength=int(batch.article.max()) + 1)
    own = np.bincount(batch.family)[batch.family]
    others = np.maximum(groups[batch.article] - own[batch.group], 1)
    return np.where(known, (in_article - in_group) / others, 0.0)


def _sum_by(key: Ints, mass: Floats, known: npt.NDArray[np.bool_]) -> Floats:
    _, inverse = np.unique(key, return_inverse=True)
    return np.asarray(np.bincount(inverse, weights=np.where(known, mass, 0.0))[inverse])


def kernel_signals(batch: Batch, mass: Floats) -> dict[str, Floats]:
    """Return closeness to the candidates of the article's other names.

    ``near_25`` and the like are mass-weighted Gaussian-like densities at that many kilometers, per other group;
    ``nearest`` is the log distance in km to the nearest likely candidate of another name; ``neighbor`` the density at
    100 km of the two names mentioned next to this one; ``dateline_near`` that of the dateline.
    """
    names = ("near_25", "near_100", "near_400", "nearest", "neighbor", "dateline_near")
    result = {name: np.zeros(len(batch.group)) for name in names}
    result["nearest"] += np.log(20_000.0)
    vectors = unit_vectors(batch.columns.lat, batch.columns.lon)
    orders = np.array([context.order for context in batch.contexts])[batch.group]
    datelines = np.array([context.dateline for context in batch.contexts])[batch.group]
    families = batch.family[batch.group]
    for begin, end in _article_slices(batch):
        if batch.group[begin] == batch.group[end - 1]:
            continue
        strong = begin + np.flatnonzero(mass[begin:end] >= FAINTEST)
        cosine = np.clip(vectors[begin:end] @ vectors[strong].T, -1.0, 1.0)
        distance = EARTH_RADIUS_KM * np.arccos(cosine)
        other = families[begin:end, None] != families[None, strong]
        weight = np.where(other, mass[None, strong], 0.0)
        groups = batch.group[end - 1] - batch.group[begin]
        for scale in SCALES_KM:
            closeness = weight / (1.0 + (distance / scale) ** 2)
            result[f"near_{scale:.0f}"][begin:end] = closeness.sum(axis=1) / groups
            if scale == 100.0:
                gap = np.abs(orders[begin:end, None] - orders[None, strong])
                result["neighbor"][begin:end] = (closeness * (gap <= 2)).sum(axis=1)
                result["dateline_near"][begin:end] = (closeness * datelines[None, strong]).sum(axis=1)
        likely = np.where(other & (mass[None, strong] > 0.3), distance, 20_000.0)
        result["nearest"][begin:end] = np.log1p(likely.min(axis=1, initial=20_000.0))
    return result


def _article_slices(batch: Batch) -> list[tuple[int, int]]:
    changes = np.flatnonzero(np.diff(batch.article)) + 1
    bounds = [0, *changes.tolist(), len(batch.article)]
    return list(itertools.pairwise(bounds))


def outlet_signals(batch: Batch, mass: Floats) -> dict[str, Floats]:
    """Return how much of what the publisher's *other* articles of the batch name lies where each candidate lies.

    Nothing is read off the publisher's name. Without ``source``, or with a single article of it, all are zero.
    """
    numbers: dict[str, int] = {}
    of_article = np.array(
        [numbers.setdefault(source, len(numbers)) if source is not None else -1 for source in batch.sources],
        dtype=np.int64,
    )
    source = of_article[batch.article]
    articles = np.bincount(of_article[of_article >= 0], minlength=max(len(numbers), 1))
    others = np.where(source >= 0, articles[source] - 1, 0)
    usable = others > 0
    cell = _cells(batch)
    known = {"outlet_country": batch.columns.country, "outlet_first_order": batch.columns.admin1, "outlet_near": cell}
    result = {"outlet_known": usable.astype(float)}
    # What an outlet writes about counts once per article and name: a long article is no stronger evidence.
    weight = mass / np.bincount(batch.group_article, minlength=len(batch.sources))[batch.article]
    for name, code in known.items():
        ours = _outlet_share(batch, source, code, weight)
        result[name] = np.where(usable, ours / np.maximum(others, 1), 0.0)
    return result


def _outlet_share(batch: Batch, source: Ints, code: Ints, weight: Floats) -> Floats:
    size = int(code.max(initial=-1)) + 2
    valid = (code >= 0) & (source >= 0)
    of_source = _sum_by(source * size + code, weight, valid)
    of_article = _sum_by(batch.article * size + code, weight, valid)
    return np.where(valid, of_source - of_article, 0.0)


def _cells(batch: Batch) -> Ints:
    row = np.floor((batch.columns.lat + 90) / CELL_DEGREES).astype(np.int64)
    column = np.floor((batch.columns.lon + 180) / CELL_DEGREES).astype(np.int64)
    return row * 400 + column

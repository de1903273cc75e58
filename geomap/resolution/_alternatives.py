"""Write the runners-up of every mention as text; :mod:`geomap._alternatives` says in which form, and reads it."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np

from geomap._alternatives import LIMIT, UNIT
from geomap.gazetteer import Candidate
from geomap.resolution._candidates import Batch
from geomap.tables import Floats, Ints

_NONE = "[[],[]]"
_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def alternatives_as_text(
    batch: Batch,
    groups: Ints,
    chosen: Ints,
    probabilities: Floats,
    signals: Floats,
    contributions: Callable[[Floats], Floats],
) -> list[str]:
    """Return the likeliest candidates of each mention as text.

    Parameters
    ----------
    batch
        The groups and their candidates.
    groups
        Of each mention, the number of its group; -1 for a mention without a candidate.
    chosen
        Of each group, the row that was chosen.
    probabilities, signals
        Of each row of the batch, shapes (rows,) and (rows, signals).
    contributions
        What returns what each signal adds to each row's score, up to a constant.
    """
    # Rows in the order of their groups, the likeliest of each group first, of equals the choice: a group's choice and
    # its runner-up are then its first and second row.
    is_choice = np.zeros(len(batch.group), dtype=bool)
    is_choice[chosen] = True
    ranked = np.lexsort((~is_choice, -probabilities, batch.group))
    asked = np.unique(groups[groups >= 0])
    starts, sizes = batch.starts[asked], np.diff(batch.starts)[asked]
    contested = starts[sizes > 1]
    added = contributions(signals[np.concatenate([ranked[contested], ranked[contested + 1]])])
    difference = iter(np.rint((added[: len(contested)] - added[len(contested) :]) / UNIT).astype(np.int64).tolist())
    texts = {-1: _NONE}
    for group, start, size in zip(asked.tolist(), starts.tolist(), sizes.tolist(), strict=True):
        rows = ranked[start : start + min(size, LIMIT)].tolist()
        candidates = [_stored(batch.places[row], float(probabilities[row]), batch.spelled[row]) for row in rows]
        texts[group] = _as_json([candidates, next(difference) if size > 1 else []])
    return [texts[group] for group in groups.tolist()]


def _stored(place: Candidate, probability: float, spelled: str) -> tuple[object, ...]:
    from_geonames = place.place_id == f"geonames:{place.geonameid}"
    return (
        place.geonameid if from_geonames else place.place_id,
        place.name,
        place.country_code,
        place.admin1_code,
        place.feature_code,
        place.population,
        round(probability, 5),
        round(place.lat, 5),
        round(place.lon, 5),
        *([spelled] if spelled else []),
    )

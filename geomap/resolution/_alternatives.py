"""The runners-up of every mention, kept beside the mentions table.

They travel in the table's ``attrs``, which survive most of what pandas does with a table. pandas deep-copies ``attrs``
at every step and writes them as JSON into Parquet, so the object is a dict that is empty for JSON and copies as itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap.resolution._candidates import Batch

Floats = npt.NDArray[np.float64]

ATTRIBUTE = "geomap_alternatives"
MOST = 8
COLUMNS = [
    "article_id",
    "field",
    "start",
    "end",
    "toponym",
    "rank",
    "place_id",
    "name",
    "country_code",
    "admin1_code",
    "feature_code",
    "population",
    "probability",
    "lat",
    "lon",
]


class Alternatives(dict[str, Any]):
    """The candidates of every mention, the likeliest first; see :func:`geomap.alternatives`."""

    def __init__(self, ranker: Any = None) -> None:
        super().__init__()
        self.ranker = ranker
        self._of: dict[tuple[str, str, int, int], list[tuple[Any, ...]]] = {}

    def add(
        self,
        mentions: pd.DataFrame,
        groups: npt.NDArray[np.int64],
        batch: Batch,
        probabilities: Floats,
        signals: Floats,
    ) -> None:
        """Keep the likeliest candidates of each mention's group, with their signals."""
        by_group: dict[int, list[tuple[Any, ...]]] = {}
        for group in np.unique(groups[groups >= 0]).tolist():
            begin, end = int(batch.starts[group]), int(batch.starts[group + 1])
            order = begin + np.argsort(-probabilities[begin:end], kind="stable")[:MOST]
            by_group[group] = [
                (batch.places[row], float(probabilities[row]), signals[row].astype(np.float32)) for row in order
            ]
        keys = zip(mentions["article_id"], mentions["field"], mentions["start"], mentions["end"], strict=True)
        for key, group in zip(keys, groups.tolist(), strict=True):
            self._of[key] = by_group.get(group, [])

    def adopt(self, other: Alternatives, mentions: pd.DataFrame) -> None:
        """Take over what another resolution kept of some mentions."""
        for key in zip(mentions["article_id"], mentions["field"], mentions["start"], mentions["end"], strict=True):
            self._of[key] = other.of(*key)

    def of(self, article_id: str, field: str, start: int, end: int) -> list[tuple[Any, ...]]:
        """Return one mention's candidates: place, probability and signals, the likeliest first."""
        return self._of.get((article_id, field, start, end), [])

    def table(self, mentions: pd.DataFrame) -> pd.DataFrame:
        """Return one row per candidate of the mentions given, in their order."""
        rows = []
        columns = ("article_id", "field", "start", "end", "toponym")
        for values in zip(*(mentions[name] for name in columns), strict=True):
            for rank, (place, probability, _) in enumerate(self._of.get(values[:4], ()), start=1):
                rows.append(
                    (
                        *values,
                        rank,
                        place.place_id,
                        place.name,
                        place.country_code,
                        place.admin1_code,
                        place.feature_code,
                        place.population,
                        probability,
                        place.lat,
                        place.lon,
                    )
                )
        return pd.DataFrame(rows, columns=COLUMNS)

    def __deepcopy__(self, memo: dict[int, Any]) -> Alternatives:
        return self

    def __copy__(self) -> Alternatives:
        return self

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)

"""How probable it is that a dot is right: that the words name a place, and that they mean this one.

``recognition_score`` speaks of the first, ``confidence`` of the second. A logistic regression brings them together with what
is known of the mention; its weights are few, so that it holds for other news than that which it learned from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from geomap.errors import ResourceDamaged
from geomap.resources._loading import read_resource
from geomap.tables import Floats

SURE_OF_SPAN, SURE_OF_PLACE = 0.998, 0.995
"""No score counts for more, nor for less than what is left: their odds would outweigh everything else."""
FEATURES = ("recognition", "resolution", "demonym", "associative", "country", "division")
LEARNED_KINDS = ("toponym", "demonym", "embedded")


@dataclass(frozen=True)
class DotModel:
    """A logistic regression over :data:`FEATURES`.

    Parameters
    ----------
    intercept
        The log odds of a mention whose features are all zero.
    weights
        What each feature adds to the log odds, by name; those of the two scores are not negative.
    """

    intercept: float
    weights: Mapping[str, float]

    def probabilities(self, features: Floats) -> Floats:
        """Return the probability that each row's dot is right, shape (rows,)."""
        return _logistic(self.intercept + features @ np.array([self.weights[name] for name in FEATURES]))

    @classmethod
    def read(cls, content: bytes) -> DotModel:
        """Return the model of a file that ``data/recipes/dots`` wrote."""
        read = json.loads(content)
        if tuple(read["weights"]) != FEATURES:
            raise ResourceDamaged("dots.json was fitted to other features; rebuild it by data/recipes/dots")
        return cls(read["intercept"], read["weights"])


@cache
def shipped() -> DotModel:
    """Return the model that ships; its card lies in ``data/recipes/dots``."""
    return DotModel.read(read_resource("dots.json"))


def with_dot_probability(table: pd.DataFrame) -> pd.DataFrame:
    """Return mentions with the column ``dot_probability``.

    Parameters
    ----------
    table
        ``kind, usage, recognition_score, confidence, feature_class, feature_code``. Without a recognition score the span is
        taken for a place, as one that a person gave: the probability is then the confidence.
    """
    learned = table["recognition_score"].notna() & table["kind"].isin(LEARNED_KINDS) & table["place_id"].notna()
    confidence = table["confidence"].to_numpy(dtype=np.float64)
    found = shipped().probabilities(dot_features(table))
    return table.assign(dot_probability=np.where(learned, found, confidence))


def dot_features(table: pd.DataFrame) -> Floats:
    """Return the features of each mention, shape (rows, len(FEATURES))."""
    country = table["feature_code"].str.startswith("PCL").fillna(False).to_numpy(dtype=bool)
    area = (table["feature_class"] == "A").to_numpy(dtype=bool)
    toponym = (table["kind"] == "toponym").to_numpy(dtype=bool)
    columns = (
        _log_odds(table["recognition_score"], SURE_OF_SPAN),
        _log_odds(table["confidence"], SURE_OF_PLACE),
        table["kind"] == "demonym",
        table["usage"] == "associative",
        toponym & country,
        toponym & area & ~country,
    )
    return np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])


def _log_odds(probabilities: pd.Series[float], surest: float) -> Floats:
    known = probabilities.to_numpy(dtype=np.float64, na_value=0.5)
    held = np.clip(np.where(np.isnan(known), 0.5, known), 1.0 - surest, surest)
    return np.asarray(np.log(held) - np.log1p(-held))


def _logistic(odds: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))

"""Evaluation: gold against predicted, in the field's metrics."""

from geomap.evaluation.folds import outlet_folds
from geomap.evaluation.gold import Gold, read_gold
from geomap.evaluation.verb import evaluate

__all__ = ["Gold", "evaluate", "outlet_folds", "read_gold"]

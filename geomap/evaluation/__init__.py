"""Evaluation: gold against predicted, in the field's metrics, with intervals, breakdowns and the mistakes by name."""

from geomap.evaluation._breakdowns import breakdown, confusions, distances, reliability
from geomap.evaluation._dots import dots, thresholds
from geomap.evaluation._gold import Gold, read_gold
from geomap.evaluation._labeling import label
from geomap.evaluation._reporting import Report, report
from geomap.evaluation._sampling import label_by_gold, outlet_folds, precision, sample
from geomap.evaluation._scoring import Comparison, compare, difference, evaluate, scores

__all__ = [
    "Comparison",
    "Gold",
    "Report",
    "breakdown",
    "compare",
    "confusions",
    "difference",
    "distances",
    "dots",
    "evaluate",
    "label",
    "label_by_gold",
    "outlet_folds",
    "precision",
    "read_gold",
    "reliability",
    "report",
    "sample",
    "scores",
    "thresholds",
]

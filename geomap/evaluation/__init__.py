"""Evaluation: gold against predicted, in the field's metrics, with intervals, breakdowns and the mistakes by name."""

from geomap.evaluation.breakdowns import breakdown
from geomap.evaluation.comparing import Comparison, compare
from geomap.evaluation.folds import outlet_folds
from geomap.evaluation.gold import Gold, read_gold
from geomap.evaluation.labeling import label
from geomap.evaluation.mistakes import confusions, distances, reliability
from geomap.evaluation.reporting import Report, report
from geomap.evaluation.sampling import label_by_gold, precision, sample
from geomap.evaluation.verb import difference, evaluate, scores

__all__ = [
    "Comparison",
    "Gold",
    "Report",
    "breakdown",
    "compare",
    "confusions",
    "difference",
    "distances",
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
]

"""Mentions in, tables out: how often, where, when, with what, in which words, and compared to what."""

from geomap.analysis.areal import by_area
from geomap.analysis.clusters import autocorrelation, hot_spots, spatial_weights
from geomap.analysis.concordances import aligned_text, concordance
from geomap.analysis.contrasts import change, compare, moved
from geomap.analysis.counting import countries, divisions, places, rollup
from geomap.analysis.densities import density
from geomap.analysis.focusing import datelines, focus, focus_accuracy
from geomap.analysis.gaps import silence
from geomap.analysis.pairs import comentions, network
from geomap.analysis.shapes import shapes
from geomap.analysis.sphere import mean_center, movement
from geomap.analysis.syndication import boilerplate, duplicates
from geomap.analysis.timelines import bursts, timeline
from geomap.analysis.wording import keywords

__all__ = [
    "aligned_text",
    "autocorrelation",
    "boilerplate",
    "bursts",
    "by_area",
    "change",
    "comentions",
    "compare",
    "concordance",
    "countries",
    "datelines",
    "density",
    "divisions",
    "duplicates",
    "focus",
    "focus_accuracy",
    "hot_spots",
    "keywords",
    "mean_center",
    "moved",
    "movement",
    "network",
    "places",
    "rollup",
    "shapes",
    "silence",
    "spatial_weights",
    "timeline",
]

"""Mentions in, tables out: how often, where, when, with what, in which words, and compared to what."""

from geomap.analysis.areal import by_area
from geomap.analysis.clusters import autocorrelation, hot_spots, spatial_weights
from geomap.analysis.concordances import aligned_text, concordance
from geomap.analysis.contrasts import change, compare, moved
from geomap.analysis.counting import countries, divisions, places, rollup
from geomap.analysis.densities import density
from geomap.analysis.focus_gold import focus_accuracy, read_focus
from geomap.analysis.focusing import datelines, focus
from geomap.analysis.gaps import silence
from geomap.analysis.odds import share_interval
from geomap.analysis.pairs import comentions, network
from geomap.analysis.sphere import mean_center, movement
from geomap.analysis.syndication import boilerplate, duplicates
from geomap.analysis.timelines import bursts, timeline
from geomap.analysis.wording import keywords
from geomap.outlines import join_shapes, shapes

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
    "join_shapes",
    "keywords",
    "mean_center",
    "moved",
    "movement",
    "network",
    "places",
    "read_focus",
    "rollup",
    "shapes",
    "share_interval",
    "silence",
    "spatial_weights",
    "timeline",
]

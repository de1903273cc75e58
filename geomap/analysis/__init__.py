"""Mentions in, tables out: how often, where, when, with what, in which words, and compared to what."""

from geomap.analysis._areas import autocorrelation, by_area, hot_spots, spatial_weights
from geomap.analysis._centers import mean_center, movement
from geomap.analysis._comparing import change, compare, moved
from geomap.analysis._counting import countries, divisions, places, rollup
from geomap.analysis._coverage import silence
from geomap.analysis._densities import density
from geomap.analysis._focusing import datelines, focus, focus_accuracy, read_focus
from geomap.analysis._intervals import share_interval
from geomap.analysis._pairs import comentions, network
from geomap.analysis._reprints import boilerplate, duplicates
from geomap.analysis._timelines import bursts, timeline
from geomap.analysis._words import aligned_text, concordance, keywords
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

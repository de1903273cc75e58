"""Resolution: mentions in, the place that each most probably means out."""

from geomap._alternatives import alternatives
from geomap.resolution._rankers import default_ranker
from geomap.resolution._resolver import Ranker, Resolver
from geomap.resolution._why import Explanation, why

__all__ = [
    "Explanation",
    "Ranker",
    "Resolver",
    "alternatives",
    "default_ranker",
    "why",
]

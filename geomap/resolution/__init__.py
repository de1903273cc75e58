"""Resolution: spans in, places out."""

from geomap.resolution._alternatives import Alternatives
from geomap.resolution._rankers import default_ranker
from geomap.resolution._resolver import Ranker, Resolver

__all__ = ["Alternatives", "Ranker", "Resolver", "default_ranker"]

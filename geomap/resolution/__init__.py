"""Resolution: spans in, places out."""

from geomap.resolution.alternatives import Alternatives
from geomap.resolution.rankers import default_ranker
from geomap.resolution.resolver import Ranker, Resolver

__all__ = ["Alternatives", "Ranker", "Resolver", "default_ranker"]

"""Geocoding: names to points through web services, opt-in, polite, cached and resumable.

Nothing here is used unless it is called by name; importing it loads neither geopy nor requests.
"""

from __future__ import annotations

from geomap.geocoding._batch import Plan, candidates, geocode, plan, reverse
from geomap.geocoding._cache import CacheInfo, cache_info, clear_cache, export_cache
from geomap.geocoding._places import Answer, ServiceCandidate
from geomap.geocoding._policies import POLICIES, Policy
from geomap.geocoding._service import Service

__all__ = [
    "POLICIES",
    "Answer",
    "CacheInfo",
    "Plan",
    "Policy",
    "Service",
    "ServiceCandidate",
    "cache_info",
    "candidates",
    "clear_cache",
    "export_cache",
    "geocode",
    "plan",
    "reverse",
]

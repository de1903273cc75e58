"""Mentions in, tables out."""

from geomap.analysis.places import places

__all__ = ["places"]

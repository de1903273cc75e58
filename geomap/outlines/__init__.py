"""Outlines of countries and states: those that ship, and which of them, or of your own, a mention belongs to."""

from geomap.outlines._joining import join_shapes
from geomap.outlines._shipped import shapes

__all__ = ["join_shapes", "shapes"]

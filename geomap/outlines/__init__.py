"""Outlines of countries and states, and joining mentions to them or to shapes of your own."""

from geomap.outlines._joining import join_shapes
from geomap.outlines._shipped import shapes

__all__ = ["join_shapes", "shapes"]

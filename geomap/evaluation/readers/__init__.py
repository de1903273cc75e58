"""Readers of annotated articles, one module per format; :func:`geomap.evaluation.read_gold` chooses among them."""

from geomap.evaluation.readers._formats import FORMATS, READERS, format_of

__all__ = ["FORMATS", "READERS", "format_of"]

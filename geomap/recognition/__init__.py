"""Recognition: text in, spans out."""

from geomap.recognition.defaults import default_recognizer
from geomap.recognition.spans import Recognizer, Span

__all__ = ["Recognizer", "Span", "default_recognizer"]

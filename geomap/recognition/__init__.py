"""Recognition: text in, spans out."""

from geomap.recognition.defaults import default_recognizer
from geomap.recognition.spacy_recognizer import SpacyRecognizer
from geomap.recognition.spans import Recognizer, Span
from geomap.recognition.transformers_recognizer import TransformersRecognizer

__all__ = ["Recognizer", "SpacyRecognizer", "Span", "TransformersRecognizer", "default_recognizer"]

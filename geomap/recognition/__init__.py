"""Recognition: texts to spans."""

from geomap.recognition._defaults import default_recognizer
from geomap.recognition._languages import languages
from geomap.recognition._spacy_recognizer import SpacyRecognizer
from geomap.recognition._spans import Recognizer, Span
from geomap.recognition._token_classifier import TransformersRecognizer

__all__ = ["Recognizer", "SpacyRecognizer", "Span", "TransformersRecognizer", "default_recognizer", "languages"]

"""The gazetteer: names, and the features of the world that bear them."""

from geomap.gazetteer._folding import fold
from geomap.gazetteer._gazetteer import Gazetteer
from geomap.gazetteer._model import Candidate, NameEntry, NameKind, WrittenForm

__all__ = ["Candidate", "Gazetteer", "NameEntry", "NameKind", "WrittenForm", "fold"]

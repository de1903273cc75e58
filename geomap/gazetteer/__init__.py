"""The gazetteer: names, and the features of the world that bear them."""

from geomap.gazetteer.folding import fold
from geomap.gazetteer.gazetteer import Gazetteer
from geomap.gazetteer.model import Candidate, NameEntry, NameKind, WrittenForm

__all__ = ["Candidate", "Gazetteer", "NameEntry", "NameKind", "WrittenForm", "fold"]

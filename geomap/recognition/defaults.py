"""Which recognizer is used when none is named."""

from __future__ import annotations

from geomap.errors import UnsupportedFormat
from geomap.gazetteer import Gazetteer
from geomap.recognition.spans import Recognizer

NAMES = ("gazetteer",)


def default_recognizer(gazetteer: Gazetteer, *, name: str | None = None) -> Recognizer:
    """Return a recognizer that ships, by its name.

    Parameters
    ----------
    gazetteer
        Whose names the recognizer may use.
    name
        ``"gazetteer"`` for the model-free matcher; None for the best that is installed.
    """
    if name not in (None, *NAMES):
        raise UnsupportedFormat(f"there is no recognizer {name!r}; there is: {', '.join(NAMES)}")
    from geomap.recognition.matcher import GazetteerMatcher

    return GazetteerMatcher(gazetteer)

"""The recognizers that ship, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from geomap.errors import UnsupportedFormat
from geomap.gazetteer import Gazetteer, fold
from geomap.recognition.spans import Recognizer

DEFAULT = "neural"


def default_recognizer(gazetteer: Gazetteer, *, name: str | None = None) -> Recognizer:
    """Return a recognizer that ships, by its name.

    Parameters
    ----------
    gazetteer
        Whose names and demonyms the recognizer may use.
    name
        ``"neural"`` for the model that ships (the default), ``"gazetteer"`` for the model-free matcher.

    Raises
    ------
    UnsupportedFormat
        If no recognizer has that name.
    """
    chosen = name or DEFAULT
    if chosen not in _MAKERS:
        raise UnsupportedFormat(f"there is no recognizer {name!r}; there is: {', '.join(_MAKERS)}")
    return _MAKERS[chosen](gazetteer)


def _neural(gazetteer: Gazetteer) -> Recognizer:
    from geomap.recognition.neural import NeuralRecognizer

    return NeuralRecognizer(demonyms=frozenset(fold(form.written) for form in gazetteer.demonyms()))


def _matcher(gazetteer: Gazetteer) -> Recognizer:
    from geomap.recognition.matcher import GazetteerMatcher

    return GazetteerMatcher(gazetteer)


_MAKERS: Mapping[str, Callable[[Gazetteer], Recognizer]] = {"neural": _neural, "gazetteer": _matcher}

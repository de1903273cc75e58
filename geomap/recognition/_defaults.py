"""Recognizers by name: those that ship, and models on this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from pathlib import Path

from geomap._served_languages import AUTO, ENGLISH, MULTILINGUAL, languages_read, multilingual_entry
from geomap.errors import UnsupportedFormat
from geomap.gazetteer import Candidate, Gazetteer, NameKind
from geomap.recognition._auto import AutoRecognizer, open_multilingual
from geomap.recognition._labels import demonyms_of
from geomap.recognition._name_rules import Famous, Standing
from geomap.recognition._spans import Recognizer
from geomap.recognition._words import english_words

WELL_KNOWN = 10_000
"""Inhabitants from which on a town is well known."""

FAMOUS = 100_000
"""Inhabitants from which on the name of a town, which is nothing else, is taken for it even where the model doubts it."""

FAMOUS_WORD = 500_000
"""The same of a name that is a word too: "Paris" is among the ordinary words of English, as "Reading" is."""

LISTED = 1_000
"""Inhabitants from which on a name in a list of places is one of them, word or not."""

REGION_CLASSES = frozenset("HLT")
"""Regions, waters and mountains, which the gazetteer has only if they are well known."""

NO_NAMES = frozenset({NameKind.DEMONYM, NameKind.ABBREVIATION, NameKind.CODE})
"""What is written for a place without being its name."""

FIRST = 8
"""Candidates of a name that are looked at: a division of the same name may stand before the town."""


def ships(recognizer: object) -> bool:
    """Return whether a recognizer is one that ships: the default, or one of its names that leads to no model of one's own.

    Examples
    --------
    >>> ships(None), ships("gazetteer"), ships("spacy:fr_core_news_sm"), ships(object())
    (True, True, False, False)
    """
    return recognizer is None or (isinstance(recognizer, str) and recognizer in _MAKERS)


def default_recognizer(gazetteer: Gazetteer, *, name: str | None = None) -> Recognizer:
    """Return a recognizer by its name.

    Parameters
    ----------
    gazetteer
        The gazetteer whose names and demonyms the recognizer uses.
    name
        ``"auto"`` (the default) for the model that fits each text's language, ``"neural"`` for the English one that ships,
        ``"multilingual"`` for the one of the package geomap-multilingual; ``"gazetteer"`` for the matcher without a model;
        ``"spacy:en_core_web_sm"`` for an installed spaCy pipeline or the path of one; ``"transformers:some/folder"`` for a
        token classifier (:class:`geomap.recognition.TransformersRecognizer`).

    Raises
    ------
    UnsupportedFormat
        If there is no recognizer of that name, or its model cannot be used.
    MissingDependency
        If the model needs a package that is not installed.
    """
    chosen = name or AUTO
    library, _, model = chosen.partition(":")
    if model and library in _ADAPTERS:
        return _ADAPTERS[library](gazetteer, model)
    if chosen not in _MAKERS:
        known = (*_MAKERS, *(f"{library}:MODEL" for library in _ADAPTERS))
        raise UnsupportedFormat(f"unknown recognizer {name!r}; expected one of: {', '.join(known)}")
    return _MAKERS[chosen](gazetteer)


def neural(gazetteer: Gazetteer, *, folder: Path | None = None) -> Recognizer:
    """Return the recognizer with a model: that of a folder, or the one that ships.

    Parameters
    ----------
    gazetteer
        The gazetteer whose demonyms and well-known names it uses.
    folder
        Where a model lies that ``data/recipes/recognizer`` wrote.
    """
    from geomap.recognition._neural import NeuralRecognizer

    return NeuralRecognizer(
        folder, demonyms=demonyms_of(gazetteer), known=well_known(gazetteer), famous=famous(gazetteer)
    )


def _auto(gazetteer: Gazetteer) -> Recognizer:
    installed = multilingual_entry() is not None
    languages = languages_read(installed=installed)
    return AutoRecognizer(neural(gazetteer), open_multilingual if installed else None, languages)


def _multilingual(_: Gazetteer) -> Recognizer:
    return open_multilingual()


def well_known(gazetteer: Gazetteer) -> Callable[[str], bool]:
    """Return a function that says whether a folded name is a demonym, or of a region, a water or a large town."""
    demonyms = demonyms_of(gazetteer)

    @lru_cache(maxsize=65536)
    def known(folded: str) -> bool:
        if folded in demonyms:
            return True
        candidates = gazetteer.candidates([folded], limit=1).get(folded) or []
        return any(each.feature_class not in {"P", "S"} or each.population >= WELL_KNOWN for each in candidates)

    return known


def famous(gazetteer: Gazetteer) -> Famous:
    """Return a function that says whether a name as written is of a country, a large town or a region, and little else."""

    @lru_cache(maxsize=65536)
    def known(name: str, standing: Standing) -> bool:
        words = english_words()
        if name.casefold() in words.given and standing == "sentence":
            return False
        candidates = gazetteer.candidates([name], limit=FIRST).get(name) or []
        if standing == "list":
            return any(each.kind not in NO_NAMES and _is_known(each, LISTED, of_any_class=True) for each in candidates)
        is_word = name.casefold() in words.ordinary
        # Whoever gives nothing but "Derby" means the town.
        smallest = FAMOUS_WORD if is_word and standing != "text" else FAMOUS
        return any(
            each.kind == NameKind.MAIN and _is_known(each, smallest, of_any_class=not is_word) for each in candidates
        )

    return known


def _is_known(place: Candidate, smallest: int, *, of_any_class: bool) -> bool:
    """Return whether a place is a region, where those count, or a country or town of at least so many inhabitants."""
    return (of_any_class and place.feature_class in REGION_CLASSES) or (
        _is_town_or_country(place) and place.population >= smallest
    )


def _is_town_or_country(place: Candidate) -> bool:
    return place.feature_class == "P" or (place.feature_code or "").startswith("PCL")


def _matcher(gazetteer: Gazetteer) -> Recognizer:
    from geomap.recognition._matcher import GazetteerMatcher

    return GazetteerMatcher(gazetteer)


def _spacy(gazetteer: Gazetteer, model: str) -> Recognizer:
    from geomap.recognition._spacy_recognizer import SpacyRecognizer

    return SpacyRecognizer(model, demonyms=partial(demonyms_of, gazetteer))


def _transformers(gazetteer: Gazetteer, model: str) -> Recognizer:
    from geomap.recognition._token_classifier import TransformersRecognizer

    return TransformersRecognizer(model, demonyms=partial(demonyms_of, gazetteer))


_MAKERS: Mapping[str, Callable[[Gazetteer], Recognizer]] = {
    AUTO: _auto,
    ENGLISH: neural,
    MULTILINGUAL: _multilingual,
    "gazetteer": _matcher,
}
_ADAPTERS: Mapping[str, Callable[[Gazetteer, str], Recognizer]] = {"spacy": _spacy, "transformers": _transformers}

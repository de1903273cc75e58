"""The recognizer that chooses its model by the language of each text, and the model of the data wheel."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from geomap._language import UNKNOWN, language_of
from geomap._served_languages import WHEEL, multilingual_entry
from geomap.errors import MissingDependency, ResourceDamaged
from geomap.recognition._spans import Recognizer, Span

if TYPE_CHECKING:
    from geomap.recognition._neural import NeuralRecognizer

FORMAT = 1
"""Of the model in the wheel: what its settings mean, and what its inputs and outputs are."""

_LATIN = re.compile(r"[a-zA-Z\u00c0-\u024f\u1e00-\u1eff]")
_OTHER_LETTER = re.compile(r"[^\W\d_a-zA-Z\u00c0-\u024f\u1e00-\u1eff]")
# An ordinary word, not a name, with a letter that English does not write: "poniedziałek", "à".
_FOREIGN_WORD = re.compile(r"(?<![^\W\d_])(?:[a-z][a-z]*)?[ß-öø-ÿāăąćčďđēęěğģīįıķłńňőœřśşšţťūůűųźżžșțạ-ỹ]")
_GLANCE = 400


@runtime_checkable
class ReadsLanguages(Protocol):
    """A recognizer that makes use of the languages of the texts."""

    def recognize_in(self, texts: Sequence[str], languages: Sequence[str]) -> list[list[Span]]:
        """Return the spans of each text; ``languages`` has a code, or ``unknown``, for each."""
        ...


class AutoRecognizer:
    """Reads each text with the model for its language.

    Parameters
    ----------
    english
        Reads English, and whatever no other model reads.
    others
        Opens the recognizer for other languages, at the first text in one of them; None where none is installed.
    languages
        Codes of the languages that it reads.
    """

    def __init__(
        self, english: Recognizer, others: Callable[[], Recognizer] | None, languages: Collection[str]
    ) -> None:
        self.english = english
        self._open = others
        self._others: Recognizer | None = None
        self._languages = frozenset(languages) - {"en"}

    def recognize(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return for each text its spans, sorted by start, none overlapping another.

        Parameters
        ----------
        texts
            Any strings; offsets count their characters.
        """
        return self.recognize_in(texts, [language_of(text) for text in texts])

    def recognize_in(self, texts: Sequence[str], languages: Sequence[str]) -> list[list[Span]]:
        """Return for each text its spans, as :meth:`recognize` does, where the languages are known.

        Parameters
        ----------
        texts, languages
            The texts, and for each its ISO 639-1 code, or ``unknown``.
        """
        foreign = [self._is_for_others(*each) for each in zip(texts, languages, strict=True)]
        spans: list[list[Span]] = [[] for _ in texts]
        for others in (False, True):
            own = [number for number, is_foreign in enumerate(foreign) if is_foreign == others]
            if own:
                recognizer = self.others if others else self.english
                found = recognizer.recognize([texts[number] for number in own])
                for number, each in zip(own, found, strict=True):
                    spans[number] = each
        return spans

    @property
    def others(self) -> Recognizer:
        """The recognizer for other languages, opened at first use; the English one where none is installed."""
        if self._open is None:
            return self.english
        if self._others is None:
            self._others = self._open()
        return self._others

    def _is_for_others(self, text: str, language: str) -> bool:
        if self._open is None or language == "en":
            return False
        if language != UNKNOWN:
            return language in self._languages
        # Too short to tell, as a headline is, but certainly not English.
        part = text[:_GLANCE]
        return bool(_FOREIGN_WORD.search(part)) or len(_OTHER_LETTER.findall(part)) > len(_LATIN.findall(part))


def multilingual_folder() -> Path:
    """Return the folder of the installed model for many languages.

    Raises
    ------
    MissingDependency
        If none is installed.
    ResourceDamaged
        If it cannot be loaded.
    """
    entry = multilingual_entry()
    if entry is None:
        raise MissingDependency(f"recognizer='multilingual' needs {WHEEL}: pip install {WHEEL}")
    try:
        return Path(entry.load()())
    except Exception as error:  # whatever another package does
        raise ResourceDamaged(
            f"{WHEEL} cannot be loaded ({error!r}); reinstall it: pip install --force-reinstall {WHEEL}"
        ) from error


def open_multilingual(threads: int | None = None, *, folder: Path | None = None) -> NeuralRecognizer:
    """Return the recognizer for many languages.

    Raises
    ------
    MissingDependency
        If its data wheel is not installed.
    ResourceDamaged
        If the wheel is damaged, or is of a version that does not fit this geomap.
    """
    from geomap.recognition._neural import NeuralRecognizer

    # The kinds of the model are kept: the gazetteer's demonyms are English.
    advice = f"reinstall it: pip install --force-reinstall {WHEEL}"
    return NeuralRecognizer(
        multilingual_folder() if folder is None else folder, threads=threads, advice=advice, expected_format=FORMAT
    )

"""Which languages the recognizers read, how well, and what has to be installed for them."""

from __future__ import annotations

import csv
import sys
from collections.abc import Collection, Mapping
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import NamedTuple

from geomap._language import UNKNOWN, language_name
from geomap._language import not_read as sentence
from geomap.resources._loading import read_resource

WHEEL = "geomap-multilingual"
"""The package with the model for other languages than English."""

GROUP = "geomap.recognizers"
"""The entry points by which a package with a model is found; each names a function that returns the model's folder."""

ENGLISH, MULTILINGUAL, AUTO = "neural", "multilingual", "auto"
SCORES = "languages.csv"
LEAST = 0.5
"""Exact F1 below which a language is not read unless asked for."""

_NAMED = 4  # languages in a message, at most


class Served(NamedTuple):
    """A language and how well its recognizer reads it.

    Attributes
    ----------
    code
        ISO 639-1.
    recognizer
        ``"neural"`` or ``"multilingual"``.
    exact_f1, overlap_f1
        F1 of place names on text that was left out of training.
    sentences
        How many sentences that was.
    genre
        What the sentences are.
    """

    code: str
    recognizer: str
    exact_f1: float
    overlap_f1: float
    sentences: int
    genre: str

    @property
    def by_default(self) -> bool:
        """Whether the language is read without being asked for."""
        return self.exact_f1 >= LEAST


@lru_cache(maxsize=1)
def languages_measured() -> tuple[Served, ...]:
    """Return the languages that were measured, by code."""
    rows = csv.DictReader(read_resource(SCORES).decode().splitlines())
    return tuple(
        Served(
            row["code"],
            row["recognizer"],
            float(row["exact_f1"]),
            float(row["overlap_f1"]),
            int(row["sentences"]),
            row["genre"],
        )
        for row in rows
    )


def multilingual_entry() -> EntryPoint | None:
    """Return the entry point of the installed model for many languages."""
    try:
        return _entry(tuple(sys.path))
    except LookupError:
        return None


@lru_cache(maxsize=4)
def _entry(_: tuple[str, ...]) -> EntryPoint:
    """Return the entry point; a miss is not kept, since a package may be installed at any time."""
    for entry in entry_points(group=GROUP, name=MULTILINGUAL):
        return entry
    raise LookupError(GROUP)


def languages_read(recognizer: str | None = None, *, installed: bool | None = None) -> frozenset[str]:
    """Return the codes of the languages that a recognizer which ships reads.

    Parameters
    ----------
    recognizer
        Its name; by default the one that chooses by the article's language.
    installed
        Whether the model for many languages is; looked up when left out.
    """
    english = frozenset({"en"})
    if recognizer not in (None, AUTO, MULTILINGUAL):
        return english
    if installed is None:
        installed = multilingual_entry() is not None
    return english | _others() if installed else english


@lru_cache(maxsize=1)
def _others() -> frozenset[str]:
    return frozenset(each.code for each in languages_measured() if each.recognizer == MULTILINGUAL and each.by_default)


def advice(languages: Collection[str]) -> str:
    """Return what to do about languages that are not read, as the end of a message.

    Examples
    --------
    >>> advice(["sw"])
    '; most of their places will be missed'
    """
    would_be = _others().intersection(languages)
    if not would_be:
        return "; most of their places will be missed"
    what = f"pip install {WHEEL}" if multilingual_entry() is None else f"use recognizer={AUTO!r}"
    return f": {what}" + (f", for {_listed(would_be)}" if len(would_be) < len(set(languages)) else "")


def _listed(codes: Collection[str]) -> str:
    names = sorted(map(language_name, codes))
    return ", ".join(names) if len(names) <= _NAMED else f"{len(names)} of them"


def not_read(languages: Mapping[str, int], *, recognizer: str | None = None) -> str:
    """Return a sentence if many texts are in languages that a recognizer does not read, with what to do; else nothing.

    Parameters
    ----------
    languages
        How many texts there are of each language, by code.
    recognizer
        Name of a recognizer that ships; by default the one that chooses by the article's language.
    """
    if languages.keys() <= {"en", UNKNOWN}:
        return ""
    read = languages_read(recognizer)
    said = sentence(languages, read=read)
    return said + advice(languages.keys() - read - {UNKNOWN}) if said else ""

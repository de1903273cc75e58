"""What a map calls its places: the words of its corpus, the gazetteer's, or those of a language."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

from geomap._language_words import NAMES as LANGUAGES
from geomap.analysis._naming import commonest_names, spellings
from geomap.errors import GazetteerUnwritable, InvalidTable, NamesMissing
from geomap.gazetteer import Gazetteer, fold
from geomap.maps._credits import origin
from geomap.tables import Bools, Ints

CORPUS, GAZETTEER = "corpus", "gazetteer"
_MOST_LOOKED_UP = 5_000  # places whose alternate names go with a map: the most named ones


class PlaceNames:
    """The names of the places of a map.

    Parameters
    ----------
    table
        The mentions of the map in the order of the corpus, with ``toponym, kind, precision, language``.
    number
        The number of each mention's place.
    places
        One row per place, with ``place_id`` and ``name``, the gazetteer's.
    written
        Whether words of the articles may be told.
    """

    def __init__(self, table: pd.DataFrame, number: Ints, places: pd.DataFrame, *, written: bool) -> None:
        self._table, self._number = (table, number) if written else (table.iloc[:0], number[:0])
        self._ids = [str(place_id) for place_id in places["place_id"]]
        known = places["name"].fillna("").astype(str)
        self._gazetteer = [name or place_id for name, place_id in zip(known, self._ids, strict=True)]
        self._corpus = self._commonest(self._table, self._number)

    def _commonest(self, table: pd.DataFrame, number: Ints) -> list[str | None]:
        found = commonest_names(table, number, pd.Series(self._gazetteer, dtype="str"))
        return [None if pd.isna(name) else name for name in found]

    def called(self, names: str = CORPUS) -> list[str]:
        """Return what each place is called; the gazetteer's name stands in where the choice gives none."""
        if names == CORPUS:
            chosen = self._corpus
        elif names == GAZETTEER:
            chosen = [None] * len(self._ids)
        else:
            spoken = self._spoken(names)
            chosen = self._commonest(self._table[spoken], self._number[spoken])
        return [name or known for name, known in zip(chosen, self._gazetteer, strict=True)]

    def _spoken(self, language: str) -> Bools:
        if "language" not in self._table.columns:
            return np.zeros(len(self._table), dtype=bool)
        return (self._table["language"].astype(object) == language).to_numpy(dtype=bool)

    def lacks(self, names: str) -> bool:
        """Return whether the names are those of a language that no mention of the map is written in."""
        return names not in (CORPUS, GAZETTEER) and not self._spoken(names).any()

    def columns(self, names: str = CORPUS) -> dict[str, Any]:
        """Return for the page what each place is called and, by number, what else, each with where: empty for here."""
        called = self.called(names)
        also: dict[str, list[list[str]]] = {}
        for number, (name, known, written) in enumerate(zip(called, self._gazetteer, self._corpus, strict=True)):
            others = [(known, origin(self._ids[number]))] if known != self._ids[number] else []
            others += [(written, "")] if written and written != known else []
            told = [list(other) for other in others if other[0] != name]
            if told:
                also[str(number)] = told
        return {"name": called, "also": also}

    def find(self, words: str) -> int | None:
        """Return the number of the place that an identifier or a name means: of several, the most named one."""
        if words in self._ids:
            return self._ids.index(words)
        wanted = fold(words)
        if not wanted:
            return None
        for names in (self._corpus, self._gazetteer):
            found = next((number for number, name in enumerate(names) if name and fold(name) == wanted), None)
            if found is not None:
                return found
        forms = spellings(self._table, self._number)
        numbers = [
            number for number, form in zip(forms["place"], forms["written"], strict=True) if fold(form) == wanted
        ]
        return min(numbers, default=None)

    def searched(self) -> dict[str, list[str]]:
        """Return for the page's search all words for each place, a line each: as written, and the gazetteer's, folded."""
        forms = spellings(self._table, self._number)
        written = forms.groupby("place")["written"].agg("\n".join) if len(forms) else pd.Series(dtype=object)
        alternates = self._alternates()
        return {
            "written": written.reindex(range(len(self._ids))).fillna("").to_list(),
            "alternates": ["\n".join(alternates.get(place_id, ())) for place_id in self._ids],
        }

    def _alternates(self) -> dict[str, list[str]]:
        try:
            with Gazetteer() as gazetteer:
                return gazetteer.names_of(self._ids[:_MOST_LOOKED_UP])
        except GazetteerUnwritable as error:
            warnings.warn(f"the search of the map knows no alternate names: {error}", NamesMissing, stacklevel=2)
            return {}


def checked(names: str) -> str:
    """Return how places are to be called if there is such a choice, else raise InvalidTable."""
    if not isinstance(names, str) or names not in (CORPUS, GAZETTEER, *LANGUAGES):
        raise InvalidTable(
            f"names must be 'corpus', 'gazetteer' or the ISO 639-1 code of a language such as 'fr'; got {names!r}"
        )
    return names


def choice(places: PlaceNames, names: str) -> str:
    """Return how the places of a map are to be called if there is such a choice.

    Warns
    -----
    NamesMissing
        If it is a language that no mention of the map is written in.
    """
    if places.lacks(checked(names)):
        warnings.warn(
            f"no mention on this map is in {LANGUAGES[names]}: its places are called as in the gazetteer",
            NamesMissing,
            stacklevel=4,
        )
    return names

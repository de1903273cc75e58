"""The names of places as a corpus writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap.analysis._grouping import first_rows, numbered, paired
from geomap.analysis._sums import added
from geomap.gazetteer import fold
from geomap.tables import Bools, Ints, factorized

_INITIALS = 3  # letters: "UAE" is read as it is, "MALI" is Mali in capitals


def spellings(mentions: pd.DataFrame, places: Ints) -> pd.DataFrame:
    """Return the different words that mentions write for their places.

    Parameters
    ----------
    mentions
        Mentions with a ``toponym``, in the order of the corpus.
    places
        The number of each mention's place; -1 for none.

    Returns
    -------
    DataFrame
        One row per place and spelling (with single spaces): ``place``, ``written``, ``mentions``, and the position of
        the ``first`` of them; by place, then by first.
    """
    codes, forms = factorized(mentions["toponym"])
    again, written = pd.factorize(np.array([" ".join(str(form).split()) for form in forms], dtype=object))
    numbers = np.append(again, -1)[codes]
    pairs = paired(places, numbers)
    unique, first, counts = np.unique(pairs, return_index=True, return_counts=True)
    kept = unique >= 0
    first, counts = first[kept], counts[kept]
    table = pd.DataFrame(
        {"place": places[first], "written": written[numbers[first]], "mentions": counts, "first": first}
    )
    table = table[table["written"] != ""]
    return table.sort_values(["place", "first"], kind="stable", ignore_index=True)


def commonest_names(mentions: pd.DataFrame, places: Ints, names: pd.Series[str]) -> pd.Series[str]:
    """Return the name that mentions write most often for each place, missing where they write none.

    Demonyms ("Iraqi"), names inside others (the Paris of "Paris Police Department") and words for a point beside a
    place ("20 km south of Mosul") are no names of it. Spellings that fold to the same count together, and the commonest
    of them stands for all; one in capitals only where there is no other, neither in the mentions nor in the gazetteer.

    Parameters
    ----------
    mentions
        Mentions with a ``toponym``, in the order of the corpus; ``kind`` and ``precision`` where they are known.
    places
        The number of each mention's place; -1 for none.
    names
        The gazetteer's name of each place.

    Examples
    --------
    >>> mentions = pd.DataFrame({"toponym": ["HATRA", "al-Hadr", "Hatra", "HATRA", "Iraqi"]})
    >>> mentions["kind"] = ["toponym"] * 4 + ["demonym"]
    >>> commonest_names(mentions, np.array([0, 0, 0, 0, 1]), pd.Series(["Al Ḩaḑar", "Iraq"])).to_list()
    ['Hatra', nan]
    """
    return Spellings.of(mentions).grouped(places, len(names)).commonest(names)


@dataclass(frozen=True)
class Spellings:
    """How often mentions write each name of their place, in the order in which they first do.

    Parameters
    ----------
    place, written, mentions
        Of each spelling of a place.
    """

    place: Ints
    written: npt.NDArray[np.object_]
    mentions: Ints
    size: int

    @classmethod
    def of(cls, mentions: pd.DataFrame) -> Spellings:
        """Return the words of mentions, each of a place of its own."""
        codes, forms = factorized(mentions["toponym"])
        again, written = pd.factorize(np.array([" ".join(str(form).split()) for form in forms], dtype=object))
        codes = np.append(again, -1)[codes]
        place = np.flatnonzero(_names_a_place(mentions) & (codes >= 0))
        return cls(place, written[codes[place]], np.ones(len(place), dtype=np.int64), len(mentions))

    @classmethod
    def joined(cls, parts: Sequence[Spellings]) -> Spellings:
        """See :class:`~geomap.analysis._tallies.Measure`."""
        begins = np.cumsum([0, *(part.size for part in parts)])
        return cls(
            np.concatenate([part.place + begin for part, begin in zip(parts, begins, strict=False)]),
            np.concatenate([part.written for part in parts]),
            np.concatenate([part.mentions for part in parts]),
            int(begins[-1]),
        )

    def grouped(self, codes: Ints, size: int) -> Spellings:
        """See :class:`~geomap.analysis._tallies.Measure`."""
        place = codes[self.place]
        numbers, _ = pd.factorize(self.written)
        spelling = numbered(paired(place, numbers.astype(np.int64)))
        number = int(spelling.max(initial=-1)) + 1
        first = first_rows(spelling, number)
        return Spellings(place[first], self.written[first], added(self.mentions, spelling, number), size)

    def commonest(self, names: pd.Series[str]) -> pd.Series[str]:
        """Return the name of each place that is written most often, as :func:`commonest_names` does."""
        table = pd.DataFrame({"place": self.place, "written": self.written, "mentions": self.mentions})
        table["first"] = np.arange(len(table))
        table = table[table["written"] != ""].sort_values(["place", "first"], kind="stable", ignore_index=True)
        return _commonest(table, names)


def _commonest(table: pd.DataFrame, names: pd.Series[str]) -> pd.Series[str]:
    gazetteer = names.iloc[table["place"]].fillna("").astype(str).reset_index(drop=True)
    fallback = pd.DataFrame(
        {"place": table["place"], "written": gazetteer, "mentions": 0, "first": np.iinfo(np.int64).max}
    )
    table = pd.concat([table, fallback.drop_duplicates("place")], ignore_index=True)
    table = table.assign(folded=[fold(name) or name for name in table["written"]])
    same = table.groupby(["place", "folded"], sort=False)
    table = table.assign(total=same["mentions"].transform("sum"), since=same["first"].transform("min"))
    table = table[table["total"] > 0].assign(shouted=lambda rows: rows["written"].map(_in_capitals))
    order = ["place", "total", "since", "shouted", "mentions", "first"]
    table = table.sort_values(order, ascending=[True, False, True, True, False, True], kind="stable")
    chosen: pd.Series[Any] = table.drop_duplicates("place").set_index("place")["written"]
    return chosen.reindex(range(len(names))).astype("str")


def _names_a_place(mentions: pd.DataFrame) -> Bools:
    named: Bools = np.ones(len(mentions), dtype=bool)
    if "kind" in mentions.columns:
        named &= mentions["kind"].fillna("toponym").eq("toponym").to_numpy(dtype=bool)
    if "precision" in mentions.columns:
        named &= mentions["precision"].fillna("place").eq("place").to_numpy(dtype=bool)
    return named


def _in_capitals(name: str) -> bool:
    letters = [letter for letter in name if letter.isalpha()]
    return len(letters) > _INITIALS and name == name.upper() != name.lower()

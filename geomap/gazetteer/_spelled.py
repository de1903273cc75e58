"""Find the features that have another spelling of a name: those whose names share its key in their country's family."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from geomap.gazetteer._model import Candidate, NameKind
from geomap.gazetteer._spelling import FAMILIES, RULES, Rule, bare, family_of, spelling_key

# What is left of a name must have some letters to be evidence: the key "mai" is that of "May", "Mei" and "Al Mai".
_SHORTEST_KEY = 4
# Of the names that share a key, so many of the most similar ones: hardly any place is spelled in more ways.
_MOST_NAMES = 24


class Spelled(NamedTuple):
    """A feature, how similar its name is to what was asked for, in [0, 1], and that name, folded."""

    place: Candidate
    similarity: float
    name: str


class Names(Protocol):
    """What the search needs; see :class:`geomap.gazetteer._store.Layers`."""

    def names_of_key(self, key: str) -> list[str]:
        """Return the folded names that have a spelling key."""

    def by_name(self, folded: str, *, year: int | None = None, limit: int = ...) -> list[Candidate]:
        """Return the features that have a folded name."""


def spelled(
    names: Names, folded: str, *, year: int | None = None, limit: int = 50, rules: Sequence[Rule] = RULES
) -> list[Spelled]:
    """Return the features with a name of the same key, each once with its most similar one, the most populous first.

    Parameters
    ----------
    names
        The indexes.
    folded
        The folded name.
    year
        As for :meth:`geomap.gazetteer.Gazetteer.candidates`.
    limit
        The most features.
    rules
        Where only some of the rules count: names must agree by them.

    Returns
    -------
    list of Spelled
        Their kind of name is :attr:`NameKind.SPELLING`.
    """
    if not folded.isascii() or not any(map(str.isalpha, folded)):
        return []
    found: dict[int, Spelled] = {}
    for family in FAMILIES:
        key = spelling_key(folded, family)
        if len(bare(key)) < _SHORTEST_KEY:
            continue
        same = [name for name in names.names_of_key(key) if name != folded]
        if rules is not RULES:
            key = spelling_key(folded, family, rules=rules)
            same = [name for name in same if spelling_key(name, family, rules=rules) == key]
        for score, name in _most_similar(folded, same):
            for place in names.by_name(name, year=year, limit=limit):
                if family_of(place.country_code) == family and place.row not in found:
                    found[place.row] = Spelled(place._replace(kind=int(NameKind.SPELLING)), score, name)
    ordered = sorted(found.values(), key=lambda each: (-each.place.population, each.place.row))
    return ordered[:limit]


def _most_similar(folded: str, names: Sequence[str]) -> list[tuple[float, str]]:
    from geomap.gazetteer._fuzzy import similarity

    scored = sorted(((similarity(folded, name), name) for name in names), key=lambda each: (-each[0], each[1]))
    return scored[:_MOST_NAMES]

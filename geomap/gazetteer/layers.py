"""Several indexes as one: the names of all, and where two have the same feature, that of the front one."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from geomap.gazetteer.folding import fold
from geomap.gazetteer.fuzzy import SMALLEST_SCORE, similar_names
from geomap.gazetteer.model import Candidate, NameEntry, WrittenForm
from geomap.gazetteer.store import MOST_ROWS, Store

# Rows of the second index begin here, those of the third at twice as much.
LAYER = 1 << 32


class Layers:
    """Indexes one behind the other.

    Parameters
    ----------
    stores
        The front one first. Its rows keep their numbers; those of the others are moved up by :data:`LAYER` each.
    """

    def __init__(self, stores: Sequence[Store]) -> None:
        self.stores = tuple(stores)
        self.behind = len(self.stores) > 1
        # Rows below this are of a store that stands in front of another.
        self.front = LAYER * (len(self.stores) - 1)

    @property
    def path(self) -> Path:
        """The front index."""
        return self.stores[0].path

    @property
    def dated(self) -> bool:
        """Whether any name has dates of validity."""
        return any(store.dated for store in self.stores)

    def by_name(self, folded: str, *, year: int | None = None, limit: int = MOST_ROWS) -> list[Candidate]:
        """Return the features that bear a folded name, in order of falling population; see :class:`Store`."""
        if not self.behind:
            return self.stores[0].by_name(folded, year=year, limit=limit)
        found: list[Candidate] = []
        for number, store in enumerate(self.stores):
            found += [self._front(each, number, year) for each in store.by_name(folded, year=year, limit=limit)]
        # A feature of the front comes by its own name before it comes by a name of the feature it stands for.
        return sorted(found, key=_prominence)

    def _front(self, candidate: Candidate, number: int, year: int | None) -> Candidate:
        """Return the front's feature instead of the same one further back, the name's kind kept."""
        for layer, store in enumerate(self.stores[:number]):
            same = _same(store, candidate)
            if same is not None and _valid(store, same, year):
                return same._replace(row=same.row + layer * LAYER, kind=candidate.kind)
        return candidate._replace(row=candidate.row + number * LAYER)

    def by_id(self, place_id: str) -> Candidate | None:
        """Return the feature of an identifier, its own or an alias."""
        return self._first(lambda store: store.by_id(place_id))

    def by_geonameid(self, geonameid: int) -> Candidate | None:
        """Return the feature that has a geonameid."""
        return self._first(lambda store: store.by_geonameid(geonameid))

    def by_row(self, row: int) -> Candidate | None:
        """Return the feature of a row."""
        number, own = divmod(row, LAYER)
        found = self.stores[number].by_row(own) if number < len(self.stores) else None
        return found._replace(row=row) if found else None

    def _first(self, find: Callable[[Store], Candidate | None]) -> Candidate | None:
        for number, store in enumerate(self.stores):
            found = find(store)
            if found is not None:
                return found._replace(row=found.row + number * LAYER)
        return None

    def similar(self, folded: str, *, names: int, year: int | None) -> list[tuple[Candidate, float]]:
        """Return the features whose names are like a folded one, each with its name's similarity, in no order."""
        scored: dict[str, float] = {}
        for store in self.stores:
            scored.update(similar_names(store, folded, smallest=SMALLEST_SCORE)[:names])
        found: dict[int, tuple[Candidate, float]] = {}
        for name, score in sorted(scored.items(), key=lambda each: (-each[1], each[0]))[:names]:
            for candidate in self.by_name(name, year=year, limit=names):
                found.setdefault(candidate.row, (candidate, score))
        return list(found.values())

    def area_names(self, table: str) -> dict[str, str]:
        """Return the names of all countries or divisions by code."""
        found: dict[str, str] = {}
        for store in reversed(self.stores):
            found |= store.area_names(table)
        return found

    def name_entries(self, *, places: int | None = None) -> Iterator[NameEntry]:
        """Yield every folded name, in order, with the largest population and all kinds of those that bear it."""
        if not self.behind:
            yield from self.stores[0].name_entries(places=places)
            return
        streams = [store.name_entries(places=places) for store in self.stores]
        for folded, same in groupby(heapq.merge(*streams, key=_folded), key=_folded):
            entries = list(same)
            kinds = frozenset(kind for entry in entries for kind in entry.kinds)
            yield NameEntry(folded, max(entry.population for entry in entries), kinds)

    def written_forms(self, table: str) -> list[WrittenForm]:
        """Return the demonyms or abbreviations, in order of the written form, each place once."""
        found: dict[tuple[str, str, str], WrittenForm] = {}
        for number, store in enumerate(self.stores):
            for form in store.written_forms(table):
                moved = form._replace(row=form.row + number * LAYER)
                found.setdefault((form.written, form.place_id, form.form), moved)
        return sorted(found.values(), key=lambda form: (form.written, form.row, form.form))

    def stop_names(self) -> frozenset[str]:
        """Return the forms that are never taken for a name."""
        return frozenset[str]().union(*(store.stop_names() for store in self.stores))

    def meta(self) -> dict[str, str]:
        """Return what the indexes say of themselves: the front one's word, counts together, all attributions."""
        every = [store.meta() for store in self.stores]
        if not self.behind:
            return every[0]
        both: dict[str, str] = {}
        for meta in reversed(every):
            both |= meta
        both |= {key: str(sum(int(meta[key]) for meta in every)) for key in ("places", "names")}
        both["source"] = " + ".join(meta["source"] for meta in every)
        both["attribution"] = " ".join(dict.fromkeys(meta.get("attribution", "") for meta in every)).strip()
        return both

    def counts(self) -> dict[str, int]:
        """Return the number of places by feature class."""
        found: dict[str, int] = {}
        for store in self.stores:
            for letter, count in store.counts().items():
                found[letter] = found.get(letter, 0) + count
        return dict(sorted(found.items()))


def _prominence(candidate: Candidate) -> tuple[int, int, int]:
    return -candidate.population, candidate.row, candidate.kind


def _folded(entry: NameEntry) -> str:
    return entry.folded


def _same(store: Store, candidate: Candidate) -> Candidate | None:
    if candidate.geonameid is not None:
        return store.by_geonameid(candidate.geonameid) if store.identified else None
    return store.by_id(candidate.place_id)


def _valid(store: Store, candidate: Candidate, year: int | None) -> bool:
    if year is None or not store.dated:
        return True
    folded = fold(candidate.name)
    return any(each.row == candidate.row for each in store.by_name(folded, year=year))

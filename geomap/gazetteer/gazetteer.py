"""The gazetteer as geomap's users and its resolver see it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import GazetteerNotFound
from geomap.gazetteer.embedded import ensure_index
from geomap.gazetteer.folding import fold
from geomap.gazetteer.model import Candidate, NameEntry, NameKind, WrittenForm
from geomap.gazetteer.store import Store

if TYPE_CHECKING:
    import geopandas as gpd

EMBEDDED = "embedded"


class Gazetteer:
    """Names and the features that bear them.

    Parameters
    ----------
    source
        ``"embedded"``, the gazetteer that ships with geomap, or the path of an index file that geomap built.
    cache_dir
        Folder for the embedded gazetteer's index; without it the environment variable ``GEOMAP_CACHE``, else the user's
        cache folder. The index is built at first use, in a few seconds, not when the object is made.

    Raises
    ------
    GazetteerNotFound
        If no gazetteer is known by that name or lies at that path.

    Notes
    -----
    Objects may be shared between threads and sent to other processes.

    Examples
    --------
    >>> Gazetteer().lookup("Mosul")["hierarchy"].iloc[0]
    'Mosul, Nineveh, Iraq'
    """

    def __init__(
        self, source: str | os.PathLike[str] = EMBEDDED, *, cache_dir: str | os.PathLike[str] | None = None
    ) -> None:
        if source != EMBEDDED and not Path(source).is_file():
            raise GazetteerNotFound(
                f"no gazetteer is called {str(source)!r} and no file lies there; use 'embedded', or the path of an "
                "index that geomap built"
            )
        self.source = source
        self.cache_dir = cache_dir
        self._lock = threading.Lock()
        self._opened: Store | None = None

    @property
    def _store(self) -> Store:
        if self._opened is None:
            with self._lock:
                if self._opened is None:
                    self._opened = Store(ensure_index(self.cache_dir) if self.source == EMBEDDED else Path(self.source))
        return self._opened

    def lookup(self, name: str, *, limit: int = 50) -> gpd.GeoDataFrame:
        """Return the candidates for a name as a table.

        Parameters
        ----------
        name
            A name in any spelling; see :func:`geomap.gazetteer.fold`.
        limit
            The most rows to return.

        Returns
        -------
        GeoDataFrame
            EPSG:4326, points in (longitude, latitude) order, by falling population, on ties countries first; no rows
            and the same columns when nothing bears the name.
        """
        from geomap.gazetteer.frames import candidate_table

        found = self.candidates([name], limit=max(limit, 0)).get(name, [])
        return candidate_table(found[:limit], self)

    def candidates(self, names: Iterable[str], *, limit: int = 200) -> dict[str, list[Candidate]]:
        """Return the candidates of many names.

        Parameters
        ----------
        names
            Names in any spelling.
        limit
            How many candidates a name gets. Countries, divisions and features whose main name it is are never left
            out, so that a name that many places share may get more.

        Returns
        -------
        dict
            Keys are the names as given; each value is in order of falling population, one entry per feature, by the
            closest kind of name. A name that nothing bears has an empty list.
        """
        by_name = self._store.by_name
        found: dict[str, list[Candidate]] = {}
        for name in names:
            if name not in found:
                rows = by_name(fold(name))
                found[name] = _capped(rows, limit) if len(rows) > 1 else rows
        return found

    def place(self, place_id: str) -> Candidate | None:
        """Return the feature of an identifier such as ``geonames:99072``, or None."""
        return self._store.by_id(place_id)

    def hierarchy(self, place: Candidate | str) -> tuple[str, ...]:
        """Return a feature's name and the names of what it lies in: ``("Mosul", "Nineveh", "Iraq")``.

        Parameters
        ----------
        place
            A candidate or a place_id. An unknown place_id has an empty hierarchy.
        """
        feature = self.place(place) if isinstance(place, str) else place
        if feature is None:
            return ()
        code = feature.feature_code or ""
        above = []
        if feature.feature_class == "A" and code.startswith("PCL"):
            return (feature.name,)
        if code != "ADM1":
            above.append(self.admin1_name(feature.country_code, feature.admin1_code))
        above.append(self.country_name(feature.country_code))
        return (feature.name, *(name for name in above if name))

    def country_name(self, code: str | None) -> str | None:
        """Return the name of a country by its ISO 3166-1 code, or None."""
        return self._countries.get(code) if code else None

    def admin1_name(self, country_code: str | None, admin1_code: str | None) -> str | None:
        """Return the name of a first-order division by GeoNames' codes (``"IQ", "15"``), or None."""
        return self._divisions.get(f"{country_code}.{admin1_code}") if country_code and admin1_code else None

    def iter_names(self) -> Iterator[NameEntry]:
        """Yield every folded name in order, with the largest population and the kinds of the features that bear it."""
        return self._store.name_entries()

    def demonyms(self) -> list[WrittenForm]:
        """Return the words for people and things of a place ("Iraqi"), one entry for each place they stand for."""
        return self._store.written_forms("demonym")

    def abbreviations(self) -> list[WrittenForm]:
        """Return the abbreviations, which count only as written ("US", "Ore."), one entry for each place."""
        return self._store.written_forms("abbreviation")

    def stop_names(self) -> frozenset[str]:
        """Return the written forms that are never taken for a place name."""
        return self._store.stop_names()

    def info(self) -> dict[str, object]:
        """Return the source, version, licence, attribution, date and counts of this gazetteer."""
        meta: dict[str, object] = dict(self._store.meta())
        meta |= {key: int(str(meta[key])) for key in ("places", "names", "schema") if key in meta}
        return meta | {"path": str(self._store.path), "feature_classes": self._store.counts()}

    @property
    def attribution(self) -> str:
        """What a map or a table made with this gazetteer has to say about its sources."""
        return self._store.meta().get("attribution", "")

    @cached_property
    def _countries(self) -> dict[str, str]:
        return self._store.area_names("country")

    @cached_property
    def _divisions(self) -> dict[str, str]:
        return {code: name for code, name in self._store.area_names("division").items() if code.count(".") == 1}

    def __repr__(self) -> str:
        return f"Gazetteer({str(self.source)!r})"

    def __getstate__(self) -> dict[str, Any]:
        return {"source": self.source, "cache_dir": self.cache_dir}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.source, self.cache_dir = state["source"], state["cache_dir"]
        self._lock, self._opened = threading.Lock(), None


def _capped(rows: list[Candidate], limit: int) -> list[Candidate]:
    """Return one row per feature, in the order of the index; the cap spares areas and main names."""
    closest: dict[int, Candidate] = {}
    for row in rows:
        # Rows of one feature come together, the closest kind of name first.
        closest.setdefault(row.row, row)
    found = sorted(closest.values(), key=_row)
    if len(found) <= limit:
        return found
    kept = []
    spare = limit - sum(map(_spared, found))
    for candidate in found:
        if _spared(candidate):
            kept.append(candidate)
        elif spare > 0:
            kept.append(candidate)
            spare -= 1
    return kept


def _row(candidate: Candidate) -> int:
    return candidate.row


def _spared(candidate: Candidate) -> bool:
    return candidate.kind == NameKind.MAIN or candidate.feature_class == "A"

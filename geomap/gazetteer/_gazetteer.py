"""The gazetteer as geomap's users and its resolver see it."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from geomap.gazetteer._folding import fold
from geomap.gazetteer._model import Candidate, NameEntry, NameKind, WrittenForm
from geomap.gazetteer._sources import EMBEDDED, Source, check_source, each_source, index_of
from geomap.gazetteer._store import Layers, Store

if TYPE_CHECKING:
    import geopandas as gpd

CANDIDATES: Mapping[str, str] = {
    "place_id": "str",
    "geonameid": "Int64",
    "name": "str",
    "kind": "str",
    "country_code": "str",
    "country": "str",
    "admin1": "str",
    "admin1_code": "str",
    "feature_class": "str",
    "feature_code": "str",
    "population": "Int64",
    "hierarchy": "str",
    "similarity": "float64",
}


def candidate_table(scored: Sequence[tuple[Candidate, float]], gazetteer: Gazetteer) -> gpd.GeoDataFrame:
    """Return candidates as a GeoDataFrame, EPSG:4326, in the order given.

    ``kind`` is how the name that matched belongs to the feature (``main``, ``alternate``, ...), ``similarity`` how alike
    it is to the name asked for: 1 where it is the same.
    """
    import geopandas as gpd
    import pandas as pd

    from geomap.tables import CRS, as_dtype, points

    candidates = [candidate for candidate, _ in scored]
    rows = [(*_record(candidate, gazetteer), score) for candidate, score in scored]
    raw = pd.DataFrame(rows, columns=list(CANDIDATES), dtype=object)
    columns = {name: as_dtype(raw[name], dtype) for name, dtype in CANDIDATES.items()}
    longitude = pd.Series([candidate.lon for candidate in candidates], dtype="float64")
    latitude = pd.Series([candidate.lat for candidate in candidates], dtype="float64")
    return gpd.GeoDataFrame(columns, geometry=points(longitude, latitude), crs=CRS)


def _record(candidate: Candidate, gazetteer: Gazetteer) -> tuple[object, ...]:
    return (
        candidate.place_id,
        candidate.geonameid,
        candidate.name,
        NameKind(candidate.kind).name.lower(),
        candidate.country_code,
        gazetteer.country_name(candidate.country_code),
        gazetteer.admin1_name(candidate.country_code, candidate.admin1_code),
        candidate.admin1_code,
        candidate.feature_class,
        candidate.feature_code,
        candidate.population,
        ", ".join(gazetteer.hierarchy(candidate)),
    )


# A million people make up for this much less similarity: the misspelled name of a city is seldom that of a hamlet.
_POPULATION_WEIGHT = 0.12 / 6


class Gazetteer:
    """Names and the features that bear them.

    Parameters
    ----------
    source
        ``"embedded"``, the gazetteer that ships with geomap; ``"geonames"``, the whole of GeoNames once it is installed
        (``geomap gazetteer install geonames``); the path of your own: a CSV file with columns for name, latitude and
        longitude, GeoJSON, Linked Places (LPF or LP-TSV), any file that geopandas reads; or the path of an index that
        geomap built. Of a list of these, the names of all are known, and where two have the feature of one geonameid,
        that of the front one counts.
    cache_dir
        Folder for indexes; without it the environment variable ``GEOMAP_CACHE``, else the user's cache folder. An index
        is built at first use, the embedded one in a few seconds, not when the object is made.

    Raises
    ------
    GazetteerNotFound
        If no gazetteer is known by that name or lies at that path.

    Notes
    -----
    Objects may be shared between threads and sent to other processes. A file of your own is read when its content has
    not been seen before; what is wrong in it is raised then, at first use, as InvalidGazetteer.

    Examples
    --------
    >>> Gazetteer().lookup("Mosul")["hierarchy"].iloc[0]
    'Mosul, Nineveh, Iraq'
    """

    def __init__(
        self, source: Source | Sequence[Source] = EMBEDDED, *, cache_dir: str | os.PathLike[str] | None = None
    ) -> None:
        for part in each_source(source):
            check_source(part, cache_dir)
        self.source = source
        self.cache_dir = cache_dir
        self._lock = threading.Lock()
        self._opened: Layers | None = None

    @property
    def _store(self) -> Layers:
        if self._opened is None:
            with self._lock:
                if self._opened is None:
                    paths = [index_of(part, self.cache_dir) for part in each_source(self.source)]
                    self._opened = Layers([Store(path) for path in paths])
        return self._opened

    def lookup(self, name: str, *, limit: int = 50, fuzzy: bool = False, year: int | None = None) -> gpd.GeoDataFrame:
        """Return the candidates for a name as a table.

        Parameters
        ----------
        name
            A name in any spelling; see :func:`geomap.gazetteer.fold`.
        limit
            The most rows to return.
        fuzzy
            Whether to show features with similar names where nothing bears this one.
        year
            As for :meth:`candidates`.

        Returns
        -------
        GeoDataFrame
            EPSG:4326, points in (longitude, latitude) order, by falling population, on ties countries first; no rows
            and the same columns when nothing bears the name. ``similarity`` is 1 unless the names differ; then rows are
            in the order of :meth:`fuzzy`.
        """
        limit = max(limit, 0)
        found = [(each, 1.0) for each in self.candidates([name], limit=limit, year=year)[name][:limit]]
        if fuzzy and limit and not found:
            found = self.fuzzy(name, limit=limit, year=year)
        return candidate_table(found, self)

    def candidates(
        self, names: Iterable[str], *, limit: int = 200, year: int | None = None
    ) -> dict[str, list[Candidate]]:
        """Return the candidates of many names.

        Parameters
        ----------
        names
            Names in any spelling.
        limit
            How many candidates a name gets. Countries, divisions, features whose main name it is and those of a
            gazetteer in front of another are not left out, so that a name that many places share may get more; of the
            1,000 most prominent that bear a name, the rest is never looked at.
        year
            The year in which the name was written. Features that bore it only at other times are left out; names
            without dates of validity always count. Without a year every name counts.

        Returns
        -------
        dict
            Keys are the names as given; each value is in order of falling population, one entry per feature, by the
            closest kind of name. A name that nothing bears has an empty list.
        """
        by_name = self._store.by_name
        front = self._store.front
        found: dict[str, list[Candidate]] = {}
        for name in names:
            if name not in found:
                rows = by_name(fold(name), year=year)
                found[name] = _capped(rows, limit, front) if len(rows) > 1 else rows
        return found

    def fuzzy(self, name: str, *, limit: int = 10, year: int | None = None) -> list[tuple[Candidate, float]]:
        """Return features whose names are like a name: misspelled, transliterated otherwise, inflected.

        Parameters
        ----------
        name
            A name in any spelling.
        limit
            The most features to return.
        year
            As for :meth:`candidates`.

        Returns
        -------
        list of (Candidate, float)
            Each with its name's similarity in [0, 1], 1 where the names fold to the same. The likest come first; among
            nearly alike names the more populous place. Empty where nothing is alike.

        Notes
        -----
        Words of the name are looked up by symmetric deletes (Garbe's SymSpell) and by skeletons; what they suggest is
        scored by rapidfuzz.
        """
        found = self._store.similar(fold(name), names=max(2 * limit, 20), year=year)
        found.sort(key=_likeness)
        return found[: max(limit, 0)]

    @property
    def dated(self) -> bool:
        """Whether any name has dates of validity; if none has, a ``year`` makes no difference."""
        return self._store.dated

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

    def iter_names(self, *, places: int | None = None) -> Iterator[NameEntry]:
        """Yield every folded name in order, with the largest population and the kinds of the features that bear it.

        Parameters
        ----------
        places
            Leave out names that only less prominent places bear than this many: the whole of GeoNames has fifteen
            million names.
        """
        return self._store.name_entries(places=places)

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
        source = self.source
        return f"Gazetteer({str(source) if isinstance(source, os.PathLike) else source!r})"

    def __getstate__(self) -> dict[str, Any]:
        return {"source": self.source, "cache_dir": self.cache_dir}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.source, self.cache_dir = state["source"], state["cache_dir"]
        self._lock, self._opened = threading.Lock(), None


def _likeness(scored: tuple[Candidate, float]) -> tuple[float, int]:
    candidate, score = scored
    return -score - _POPULATION_WEIGHT * math.log10(1 + candidate.population), candidate.row


def _capped(rows: list[Candidate], limit: int, front: int) -> list[Candidate]:
    """Return one row per feature, in the order given; the cap spares areas, main names and rows below ``front``."""
    closest: dict[int, Candidate] = {}
    for row in rows:
        # Rows of one feature come together, the closest kind of name first.
        closest.setdefault(row.row, row)
    found = list(closest.values())
    if len(found) <= limit:
        return found
    kept = []
    spared = [candidate.row < front or _spared(candidate) for candidate in found]
    spare = limit - sum(spared)
    for candidate, stays in zip(found, spared, strict=True):
        if stays:
            kept.append(candidate)
        elif spare > 0:
            kept.append(candidate)
            spare -= 1
    return kept


def _spared(candidate: Candidate) -> bool:
    return candidate.kind == NameKind.MAIN or candidate.feature_class == "A"

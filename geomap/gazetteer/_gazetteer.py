"""The gazetteer's public face: look up names, and what is known of the features that bear them."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from geomap._checks import of_kind, wrong_kind
from geomap.gazetteer._adapters._publishers import POSTAL, POSTAL_GB, PUBLISHERS
from geomap.gazetteer._folding import fold
from geomap.gazetteer._fuzzy import is_likely
from geomap.gazetteer._model import Candidate, NameEntry, NameKind, SourceRow, WrittenForm
from geomap.gazetteer._sources import EMBEDDED, Source, check_source, each_source, index_of
from geomap.gazetteer._spelled import Spelled, spelled
from geomap.gazetteer._store import LAYER, Layers, Store

if TYPE_CHECKING:
    import geopandas as gpd

_A_NAME = "the name of a place (str)"
# A million inhabitants outweigh this much similarity: a misspelled name more often means a city than a hamlet. Half of it
# where the similar name is not the main one: large cities have dozens of names, most of which nobody writes.
_POPULATION_WEIGHT = 0.12 / 6


class Gazetteer:
    """Names and the features that bear them.

    Parameters
    ----------
    source
        ``"embedded"``, the gazetteer that ships with geomap; the name of an installed one, such as ``"geonames"`` for
        the whole of GeoNames (``geomap gazetteer install geonames``) or one that you built (``geomap gazetteer
        build``); the path of a file of your own: a CSV file with columns for name, latitude and longitude, GeoJSON,
        Linked Places (LPF or LP-TSV), Who's On First, Wikidata, Overture, OpenStreetMap, P-codes, any file that
        geopandas reads; or the path of an index that geomap built. A list of these is searched as one gazetteer; where
        two parts have a feature of the same geonameid, the part further in front counts.
    cache_dir
        Folder for indexes. Defaults to the environment variable ``GEOMAP_CACHE``, else the user's cache folder. An index
        is built at first use, the embedded one in about a second, not when the object is created.

    Raises
    ------
    GazetteerNotFound
        If ``source`` is neither a known gazetteer nor an existing file.

    Notes
    -----
    Objects may be shared between threads and sent to other processes. A custom gazetteer's file is read at first use, and
    again whenever its content has changed; errors in it are raised then, as InvalidGazetteer.

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

    def close(self) -> None:
        """Close the index files; the next use opens them again. Leaving a ``with`` block closes them too."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()

    def __enter__(self) -> Gazetteer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def lookup(
        self, name: str | Iterable[str], *, limit: int = 50, fuzzy: bool = False, year: int | None = None
    ) -> gpd.GeoDataFrame:
        """Return the candidates for a name, or for many names, as one table.

        Parameters
        ----------
        name
            A name in any spelling, see :func:`geomap.gazetteer.fold`; or several.
        limit
            Maximum number of rows for each name.
        fuzzy
            Whether to fall back on features with similar names where none has this one.
        year
            As for :meth:`candidates`.

        Returns
        -------
        GeoDataFrame
            EPSG:4326, points in (longitude, latitude) order; columns as in :data:`geomap.tables.CANDIDATES`, the first of
            which, ``toponym``, is the name as it was asked for. Names come in the order in which they were given, each
            once; the candidates of a name the most populous first, on ties countries first. A name that nothing has gets
            no row, so that the table may be empty. ``similarity`` is 1 unless the names differ; the rows of such a name
            are in the order of :meth:`fuzzy`.

        Raises
        ------
        WrongKind
            If a name is not a str.

        Examples
        --------
        >>> Gazetteer().lookup("Springfield", limit=3)["hierarchy"].tolist()  # doctest: +NORMALIZE_WHITESPACE
        ['Springfield, Missouri, United States', 'Springfield, Massachusetts, United States',
         'Springfield, Illinois, United States']
        >>> found = Gazetteer().lookup(["Mosul", "Nowhere Land", "Erbil"], limit=1)
        >>> found[["toponym", "hierarchy"]].values.tolist()
        [['Mosul', 'Mosul, Nineveh, Iraq'], ['Erbil', 'Erbil, Iraq']]
        """
        if not isinstance(name, str) and not isinstance(name, Iterable):
            raise wrong_kind("name", name, f"{_A_NAME}, or a list of them")
        names = [name] if isinstance(name, str) else name
        limit = max(limit, 0)
        scored: list[tuple[str, Candidate, float]] = []
        for asked, found in self.candidates(names, limit=limit, year=year).items():
            scored += [(asked, each, 1.0) for each in found[:limit]]
            if fuzzy and limit and not found:
                scored += [(asked, each, score) for each, score in self.fuzzy(asked, limit=limit, year=year)]
        return self._candidate_table(scored)

    def _candidate_table(self, scored: Sequence[tuple[str, Candidate, float]]) -> gpd.GeoDataFrame:
        import geopandas as gpd
        import pandas as pd

        from geomap.tables import CANDIDATES, CRS, points, with_dtypes

        # Column by column: a table of a thousand names takes little longer than one of ten.
        places = [place for _, place, _ in scored]
        fields = dict(zip(Candidate._fields, zip(*places, strict=True), strict=True)) if places else {}
        kinds = {kind.value: kind.name.lower() for kind in NameKind}
        columns = {name: list(fields.get(name, ())) for name in (*CANDIDATES, "lon", "lat")} | {
            "toponym": [asked for asked, _, _ in scored],
            "kind": [kinds[place.kind] for place in places],
            "country": [self.country_name(place.country_code) for place in places],
            "admin1": [self.admin1_name(place.country_code, place.admin1_code) for place in places],
            "hierarchy": [", ".join(self.hierarchy(place)) for place in places],
            "similarity": [score for _, _, score in scored],
        }
        origins = [self.origin(place) for place in places]
        columns |= {name: [origin[name] for origin in origins] for name in ("source", "source_id", "licence")}
        raw = pd.DataFrame(columns, dtype=object)
        return gpd.GeoDataFrame(with_dtypes(raw, CANDIDATES), geometry=points(raw["lon"], raw["lat"]), crs=CRS)

    def candidates(
        self,
        names: Iterable[str],
        *,
        limit: int = 200,
        year: int | None = None,
        spelling: bool = False,
        codes: bool = False,
    ) -> dict[str, list[Candidate]]:
        """Return the candidates for many names.

        Parameters
        ----------
        names
            Names in any spelling.
        limit
            Maximum number of candidates per name, except that countries, divisions, features whose main name it is and
            those of a gazetteer in front of another are always kept, so that there may be more. Only the 1,000 most
            prominent features of a name are considered.
        year
            The year in which the name was written. Features that had it only at other times are left out; names
            without dates of validity always count. Without a year every name counts.
        spelling
            Whether a name that no feature has gets the features of which it is another spelling by rule ("Hawijah" for
            Al Ḩawījah, "Lugansk" for Luhansk); their ``kind`` is ``NameKind.SPELLING``. See :meth:`spelled`.
        codes
            Whether the IATA and ICAO codes of airports count as names ("JFK", "EGLL"). They also spell ordinary names and
            abbreviations, so ask only where a text speaks of travel.

        Returns
        -------
        dict
            Candidates by name as given: one per feature, with the closest kind of name, the most populous first. A
            name that no feature has gets an empty list.
        """
        if isinstance(names, str) or not isinstance(names, Iterable):
            raise wrong_kind("names", names, "a list of names (str)")
        by_name = self._store.by_name
        front = self._store.front
        found: dict[str, list[Candidate]] = {}
        for name in names:
            if not isinstance(name, str):
                raise wrong_kind("a name", name, _A_NAME)
            if name not in found:
                rows = by_name(fold(name), year=year, codes=codes)
                if spelling and not rows:
                    rows = [each.place for each in self.spelled(name, limit=limit, year=year)]
                found[name] = _capped(rows, limit, front) if len(rows) > 1 else rows
        return found

    def spelled(self, name: str, *, limit: int = 50, year: int | None = None) -> list[Spelled]:
        """Return features that have another spelling of a name, by rules that know scripts and languages.

        Parameters
        ----------
        name
            A name in any spelling.
        limit
            Maximum number of features.
        year
            As for :meth:`candidates`.

        Returns
        -------
        list of Spelled
            Tuples of the feature (its ``kind`` is ``NameKind.SPELLING``), the similarity of the two spellings in [0, 1]
            and the other spelling, folded; the most populous feature first. Features that have the name as it is given
            are not among them.

        Notes
        -----
        A rule holds in the countries whose names it is about: the Arabic article is dropped in Iraq, not in El Salvador.

        Examples
        --------
        >>> [each.place.name for each in Gazetteer().spelled("Falloujah")]
        ['Al Fallūjah', 'Falluja District']
        """
        of_kind("name", name, str, _A_NAME)
        return spelled(self._store, fold(name), year=year, limit=max(limit, 0))

    def fuzzy(self, name: str, *, limit: int = 10, year: int | None = None) -> list[tuple[Candidate, float]]:
        """Return features with similar names: misspelled, transliterated differently, or inflected.

        Parameters
        ----------
        name
            A name in any spelling.
        limit
            Maximum number of features.
        year
            As for :meth:`candidates`.

        Returns
        -------
        list of (Candidate, float)
            Each with its name's similarity in [0, 1], 1 where the names fold to the same. The most similar come first;
            among about equally similar ones the more populous place. Empty where nothing is similar.

        Notes
        -----
        Words of the name are looked up by symmetric deletes (Garbe's SymSpell) and by consonant skeletons; the names
        found are scored by rapidfuzz.
        """
        of_kind("name", name, str, _A_NAME)
        folded = fold(name)
        similar = self._store.similar(folded, names=max(2 * limit, 20), year=year)
        found = [(place, score) for place, score in similar if is_likely(folded, score, main=_is_main(place))]
        found.sort(key=_likeness)
        return found[: max(limit, 0)]

    @property
    def dated(self) -> bool:
        """Whether any name has dates of validity; otherwise a ``year`` makes no difference."""
        return self._store.dated

    def place(self, place_id: str) -> Candidate | None:
        """Return the feature of an identifier such as ``geonames:99072``, or None."""
        of_kind("place_id", place_id, str, "an identifier (str) such as 'geonames:99072'")
        return self._store.by_id(place_id)

    def names_of(self, place_ids: Iterable[str]) -> dict[str, list[str]]:
        """Return all names of features, as they are stored: folded (:func:`~geomap.gazetteer.fold`).

        Parameters
        ----------
        place_ids
            Identifiers of features; any number of them take a single pass over the gazetteer.

        Returns
        -------
        dict
            The names by identifier, in the order of the alphabet: main and alternate ones, in all scripts, former ones,
            abbreviations and demonyms, but no codes. Identifiers that the gazetteer does not have are left out.

        Examples
        --------
        >>> names = Gazetteer().names_of(["geonames:99072", "geonames:0"])
        >>> list(names), {"mosul", "mossoul", "الموصل"} <= set(names["geonames:99072"])
        (['geonames:99072'], True)
        """
        return self._store.names_of(place_ids)

    def points(self, place: Candidate) -> list[tuple[float, float]]:
        """Return further points of a long or large feature: along a river, over a sea.

        Parameters
        ----------
        place
            A feature of this gazetteer.

        Returns
        -------
        list of (float, float)
            Latitudes and longitudes in degrees, about 100 km from each other; empty for most features. The feature's own
            point is not among them.

        Examples
        --------
        >>> gazetteer = Gazetteer()
        >>> len(gazetteer.points(gazetteer.place("geomap:region/tigris-river"))) > 5
        True
        """
        return self._store.points(of_kind("place", place, Candidate, "a Candidate").row)

    def describe(self, place: Candidate) -> dict[str, object]:
        """Return what tables show of a feature, by column: its own fields and the names of its country and division.

        Examples
        --------
        >>> gazetteer = Gazetteer()
        >>> mosul = gazetteer.describe(gazetteer.place("geonames:99072"))
        >>> mosul["name"], mosul["admin1"], mosul["country"], mosul["feature_code"]
        ('Mosul', 'Nineveh', 'Iraq', 'PPLA')
        """
        country, admin1 = self.country_name(place.country_code), self.admin1_name(place.country_code, place.admin1_code)
        return place._asdict() | {"country": country, "admin1": admin1}

    def origin(self, place: Candidate) -> dict[str, str | None]:
        """Return where a feature comes from: the name of its ``source``, its ``source_id`` there, and the ``licence``.

        Examples
        --------
        >>> gazetteer = Gazetteer()
        >>> gazetteer.origin(gazetteer.place("geonames:99072"))
        {'source': 'GeoNames', 'source_id': '99072', 'licence': 'CC BY 4.0'}
        """
        of_kind("place", place, Candidate, "a Candidate")
        layer, row = divmod(place.row, LAYER)
        found = self._store.stores[layer].origin(row)
        prefix, _, own = place.place_id.partition(":")
        key, source_id = (found.source, found.source_id) if found else (self._main_sources[layer] or prefix, own)
        source = self._sources.get(key) or PUBLISHERS.get(key) or SourceRow(key, key, "", "", "")
        return {"source": source.name, "source_id": source_id, "licence": source.licence or None}

    def counts_populations(self, place_id: str) -> bool:
        """Return whether the part of the gazetteer that a feature comes from knows populations.

        In one that knows none, such as a file of your own without that column, a population of 0 says nothing; elsewhere it
        means a hamlet. True for a feature that the gazetteer does not have.
        """
        place = self.place(place_id) if self._unpopulated else None
        return place is None or place.row // LAYER not in self._unpopulated

    def hierarchy(self, place: Candidate | str) -> tuple[str, ...]:
        """Return the names of a feature, its first-order division and its country: ``("Mosul", "Nineveh", "Iraq")``.

        Parameters
        ----------
        place
            A candidate or a place_id. The hierarchy of an unknown place_id is empty.
        """
        feature = self.place(place) if isinstance(place, str) else place
        if feature is None:
            return ()
        of_kind("place", feature, Candidate, "a Candidate, or a place_id (str)")
        code = feature.feature_code or ""
        if feature.feature_class == "A" and code.startswith("PCL"):
            return (feature.name,)
        division = None if code == "ADM1" else self.admin1_name(feature.country_code, feature.admin1_code)
        above = (division, self.country_name(feature.country_code))
        return (feature.name, *(name for name in above if name))

    def country_name(self, code: str | None) -> str | None:
        """Return the name of a country by its ISO 3166-1 code, or None."""
        return self._countries.get(code) if code else None

    def admin1_name(self, country_code: str | None, admin1_code: str | None) -> str | None:
        """Return the name of a first-order division by GeoNames' codes (``"IQ", "15"``), or None."""
        return self._divisions.get(f"{country_code}.{admin1_code}") if country_code and admin1_code else None

    def iter_names(self, *, places: int | None = None) -> Iterator[NameEntry]:
        """Yield every folded name in order, with the largest population and the kinds of the features that have it.

        Parameters
        ----------
        places
            Only names of this many most prominent places; the whole of GeoNames has fifteen million names.
        """
        return self._store.name_entries(places=places)

    def demonyms(self) -> list[WrittenForm]:
        """Return the words for people and things of a place ("Iraqi"), one entry for each place they may mean."""
        return self._store.written_forms("demonym")

    def abbreviations(self) -> list[WrittenForm]:
        """Return the abbreviations, which are case-sensitive ("US", "Ore."), one entry for each place they may mean."""
        return self._store.written_forms("abbreviation")

    def stop_names(self) -> frozenset[str]:
        """Return the written forms that are never recognized as a place name."""
        return self._store.stop_names()

    def info(self) -> dict[str, object]:
        """Return the source, version, licence, attribution, date and counts of this gazetteer."""
        meta: dict[str, object] = dict(self._store.meta())
        meta |= {key: int(str(meta[key])) for key in ("places", "names", "schema") if key in meta}
        meta["sources"] = {row.name: row.licence for row in self._sources.values()}
        return meta | {"path": str(self._store.path), "feature_classes": self._store.counts()}

    @property
    def attribution(self) -> str:
        """The credit that a map or a table made with this gazetteer must give to its sources."""
        return self._store.meta().get("attribution", "")

    @cached_property
    def _sources(self) -> dict[str, SourceRow]:
        found: dict[str, SourceRow] = {}
        for store in reversed(self._store.stores):
            found |= store.sources()
        return found

    @cached_property
    def _main_sources(self) -> list[str]:
        return [store.meta().get("main_source", "") for store in self._store.stores]

    @cached_property
    def _unpopulated(self) -> frozenset[int]:
        # Postal places have none either, and are as small as that says.
        return frozenset(
            number
            for number, store in enumerate(self._store.stores)
            if (meta := store.meta()).get("populated") == "0"
            and meta.get("main_source") not in {POSTAL.key, POSTAL_GB.key}
        )

    @cached_property
    def _countries(self) -> dict[str, str]:
        return self._store.area_names("country")

    @cached_property
    def _divisions(self) -> dict[str, str]:
        return self._store.area_names("admin1")

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
    weight = _POPULATION_WEIGHT if _is_main(candidate) else _POPULATION_WEIGHT / 2
    return -score - weight * math.log10(1 + candidate.population), candidate.row


def _is_main(candidate: Candidate) -> bool:
    return candidate.kind == NameKind.MAIN


def _capped(rows: list[Candidate], limit: int, front: int) -> list[Candidate]:
    """Return one row per feature, at most ``limit`` plus areas, main names and rows below ``front``, in the same order."""
    closest: dict[int, Candidate] = {}
    for row in rows:
        # Rows of one feature are adjacent, the closest kind of name first.
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

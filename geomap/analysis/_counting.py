"""Counts by place, division and country: how often, in how many articles, and when."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geomap import tables
from geomap.analysis._centers import direction
from geomap.analysis._grouping import (
    COUNTS,
    KEYS,
    LABELS,
    SELECTING,
    Distinct,
    Selection,
    counted,
    geo_table,
    is_country,
    is_division,
    label_dtypes,
)
from geomap.analysis._intervals import normal_quantile
from geomap.analysis._naming import Spellings
from geomap.analysis._reducing import Counting, MentionsLike, reduced
from geomap.analysis._sums import in_fractions, in_whole_numbers
from geomap.analysis._tallies import Tally, Total, counts, mentioned
from geomap.geometry import unit_vectors
from geomap.tables import Bools, coordinates, empty_table, with_dtypes

if TYPE_CHECKING:
    import geopandas as gpd

_DESCRIPTION = tables.PLACE
_COUNTED = ("published", "confidence", "precision")
_NAMING = ("toponym", "kind")
_OF_AREAS = {**COUNTS, "own": "int64", "within": "int64"}
_COUNTRIES = {"country_code": "str", "country": "str", **_OF_AREAS}
_DIVISIONS = {"country_code": "str", "country": "str", "admin1": "str", **_OF_AREAS}
_ROLLUP = {"level": "str", "key": "str", "parent": "str", "name": "str", **_OF_AREAS}


def places(
    mentions: MentionsLike,
    *,
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
    level: float = 0.95,
) -> gpd.GeoDataFrame:
    """Count the resolved mentions of each place.

    Parameters
    ----------
    mentions
        A mentions table; or the path of one that need not fit in memory, a Parquet file or a folder of them as
        ``geomap geoparse -o`` writes; or a table or dataset of Arrow or Dask. Unresolved mentions (``status="nil"``) are
        left out, those that a person marked as not a place, and, unless asked for, names inside other names and
        approximate places.
    distinct
        Whether near-duplicate stories count once (see :func:`~geomap.analysis.duplicates`): True to look for them in
        the sentences of the mentions, or the table that ``duplicates(articles)`` returned.
    embedded
        Whether names inside other names count, such as the Paris of "Paris Police Department" (``kind="embedded"``).
    approximate
        Whether approximate places count, such as a street that no gazetteer has (``precision="within"``): for the place
        that they lie in.
    level
        Coverage of the interval around the expected count.

    Returns
    -------
    GeoDataFrame
        One row per ``place_id`` with the columns of :data:`geomap.tables.PLACES`: the ``name`` in the gazetteer and the
        one that the mentions have ``written`` most often; the number of ``mentions``, how many of them are
        ``approximate``, and of different ``articles``; the ``share`` of all articles with any mention, the dates of the
        ``first`` and ``last`` article, the mean ``confidence``, the number of mentions ``expected`` to be right with its
        interval ``expected_low`` to ``expected_high``, and a point (longitude, latitude) in EPSG:4326. Most mentions
        first, then by ``place_id``; a fresh RangeIndex. What the mentions do not have, such as ``population``, is
        missing.

    Raises
    ------
    ColumnMissing
        If the mentions lack ``article_id``, ``status`` or ``place_id``.
    InvalidTable
        If a confidence is not between 0 and 1, or copies are to be looked for (``distinct=True``) in mentions that are not
        in memory.
    MentionsNotFound, MentionsUnreadable
        If there is no such file, or it is no such table.

    Notes
    -----
    The expected count is the sum of the confidences; its interval is that of the Poisson-binomial distribution (Hong
    2013). It treats mentions as independent, which those of one article are not, so it is somewhat narrow; and it knows
    nothing of places that the recognizer missed.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> places(sample_mentions())[["name", "mentions", "articles", "expected_low", "expected_high"]].head(3)
         name  mentions  articles  expected_low  expected_high
    0   Mosul         3         3           2.0            3.0
    1   Erbil         2         2           1.0            2.0
    2  Tigris         1         1           0.0            1.0
    """
    return reduced(
        mentions, places_counting(distinct=distinct, embedded=embedded, approximate=approximate, level=level)
    )


def places_counting(
    *, distinct: Distinct = False, embedded: bool = False, approximate: bool = False, level: float = 0.95
) -> Counting[Tally, gpd.GeoDataFrame]:
    """Return how :func:`places` counts a table in parts."""
    normal_quantile(level)
    which = Selection(distinct, embedded, approximate)
    return Counting(
        partial(_part_of_places, which=which),
        Tally.joined,
        partial(_places_table, level=level),
        which.only_whole,
        (*SELECTING, *_DESCRIPTION, *_COUNTED, *_NAMING, "geometry"),
    )


def _part_of_places(mentions: pd.DataFrame, *, which: Selection) -> Tally:
    optional = (*_DESCRIPTION, *_COUNTED, *_NAMING, "geometry")
    resolved, articles = counted(mentions, ("place_id",), optional=optional, which=which)
    described = {**_DESCRIPTION, "geometry": "geometry"}
    measures = {**mentioned(resolved, articles), "names": Spellings.of(resolved)}
    return Tally.of(resolved, KEYS["place"], described, measures)


def _places_table(tally: Tally, *, level: float) -> gpd.GeoDataFrame:
    found = pd.concat([tally.labels, counts(tally, level=level)], axis=1)
    found["written"] = tally["names"].commonest(tally.labels["name"])
    found = found.sort_values(["mentions", "place_id"], ascending=[False, True], ignore_index=True)
    return geo_table(found, tables.PLACES, found["geometry"])


def countries(
    mentions: MentionsLike,
    *,
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
    level: float = 0.95,
) -> gpd.GeoDataFrame:
    """Count the resolved mentions of each country and of everything in it.

    Parameters
    ----------
    mentions, distinct, embedded, approximate, level
        As for :func:`places`.

    Returns
    -------
    GeoDataFrame
        One row per ``country_code``, most mentions first: ``country``; ``mentions``, ``articles``, ``share``, ``first``,
        ``last``, ``confidence``, ``expected``, ``expected_low``, ``expected_high`` as for :func:`places`; how many of the
        mentions name the country itself (``own``) and how many a place in it (``within``, the approximate ones too); and
        its outline (EPSG:4326), None where geomap ships none. Seas and regions that belong to no country are not counted.

    Raises
    ------
    ColumnMissing, InvalidTable
        As for :func:`places`.

    Notes
    -----
    Nothing is counted twice: a mention of Mosul is one mention of Iraq, and an article that names both is one article.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> countries(sample_mentions())[["country", "mentions", "own", "within", "articles"]]
           country  mentions  own  within  articles
    0         Iraq         6    0       6         3
    1  Switzerland         1    0       1         1
    2       France         1    1       0         1
    3        Syria         1    1       0         1
    """
    return reduced(
        mentions, countries_counting(distinct=distinct, embedded=embedded, approximate=approximate, level=level)
    )


def countries_counting(
    *, distinct: Distinct = False, embedded: bool = False, approximate: bool = False, level: float = 0.95
) -> Counting[Tally, gpd.GeoDataFrame]:
    """Return how :func:`countries` counts a table in parts."""
    normal_quantile(level)
    which = Selection(distinct, embedded, approximate)
    return Counting(
        partial(_part_of_countries, which=which),
        Tally.joined,
        partial(_countries_table, level=level),
        which.only_whole,
        (*SELECTING, *LABELS["country"], "feature_code", *_COUNTED),
    )


def _part_of_countries(mentions: pd.DataFrame, *, which: Selection) -> Tally:
    resolved, articles = counted(mentions, ("feature_code",), optional=_COUNTED, by="country", which=which)
    measures = {**mentioned(resolved, articles), "own": _own(resolved, is_country(resolved))}
    return Tally.of(resolved, KEYS["country"], label_dtypes("country"), measures)


def _countries_table(tally: Tally, *, level: float) -> gpd.GeoDataFrame:
    from geomap.outlines import shapes

    found = _areas(tally, level=level)
    found = found.sort_values(["mentions", "country_code"], ascending=[False, True], ignore_index=True)
    outlines = shapes("country").set_index("country_code")["geometry"]
    return geo_table(found, _COUNTRIES, outlines.reindex(found["country_code"]))


def divisions(
    mentions: MentionsLike,
    *,
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
    level: float = 0.95,
) -> gpd.GeoDataFrame:
    """Count the resolved mentions of each first-order division (state, province) and of everything in it.

    Parameters
    ----------
    mentions, distinct, embedded, approximate, level
        As for :func:`places`.

    Returns
    -------
    GeoDataFrame
        One row per ``country_code`` and ``admin1``, most mentions first, with the columns of :func:`countries`. The
        point (EPSG:4326) is the division's own where it is mentioned, else the mean center of the places mentioned in
        it. Mentions of a whole country, or of a place outside any division, are not counted.

    Raises
    ------
    ColumnMissing, InvalidTable
        As for :func:`places`.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> divisions(sample_mentions())[["country", "admin1", "mentions", "own", "within"]]
           country   admin1  mentions  own  within
    0         Iraq  Nineveh         3    0       3
    1         Iraq    Erbil         2    0       2
    2  Switzerland   Geneva         1    0       1
    3         Iraq  Baghdad         1    0       1
    """
    return reduced(
        mentions, divisions_counting(distinct=distinct, embedded=embedded, approximate=approximate, level=level)
    )


def divisions_counting(
    *, distinct: Distinct = False, embedded: bool = False, approximate: bool = False, level: float = 0.95
) -> Counting[Tally, gpd.GeoDataFrame]:
    """Return how :func:`divisions` counts a table in parts."""
    normal_quantile(level)
    which = Selection(distinct, embedded, approximate)
    return Counting(
        partial(_part_of_divisions, which=which),
        Tally.joined,
        partial(_divisions_table, level=level),
        which.only_whole,
        (*SELECTING, *LABELS["division"], "feature_code", "geometry", *_COUNTED),
    )


def _part_of_divisions(mentions: pd.DataFrame, *, which: Selection) -> Tally:
    needed = ("feature_code", "geometry")
    resolved, articles = counted(mentions, needed, optional=_COUNTED, by="division", which=which)
    named = is_division(resolved)
    lon, lat = coordinates(resolved["geometry"])
    known = np.isfinite(lon) & np.isfinite(lat)
    vectors = in_whole_numbers(np.where(known[:, None], unit_vectors(lat, lon), 0.0))
    measures = {
        **mentioned(resolved, articles),
        "own": _own(resolved, named),
        "direction": Total(vectors),
        "own_direction": Total(np.where(named[:, None, None], vectors, 0)),
    }
    return Tally.of(resolved, KEYS["division"], label_dtypes("division"), measures)


def _divisions_table(tally: Tally, *, level: float) -> gpd.GeoDataFrame:
    found = _areas(tally, level=level)
    # Where the division itself is mentioned only its own point counts.
    named = (tally.total("own") > 0)[:, None, None]
    sums = in_fractions(np.where(named, tally.total("own_direction"), tally.total("direction")))
    lon, lat, _ = direction(sums, found["mentions"])
    found["geometry"] = tables.points(pd.Series(lon), pd.Series(lat)).to_numpy()
    found = found.sort_values(["mentions", "country_code", "admin1"], ascending=[False, True, True], ignore_index=True)
    return geo_table(found, _DIVISIONS, found["geometry"])


def _own(resolved: pd.DataFrame, named: Bools) -> Total:
    """Return which mentions name the area itself: what lies somewhere in it does not."""
    return Total((named & ~tables.is_approximate(resolved)).astype(np.int64))


def _areas(tally: Tally, *, level: float) -> pd.DataFrame:
    """Count groups; of each, also the mentions that name the area itself, and those of places in it."""
    found = pd.concat([tally.labels, counts(tally, level=level)], axis=1)
    return found.assign(own=tally.total("own"), within=found["mentions"] - tally.total("own"))


def rollup(
    mentions: MentionsLike,
    *,
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
    level: float = 0.95,
) -> pd.DataFrame:
    """Count every level of the hierarchy in one table: Mosul counts once for Nineveh and once for Iraq.

    Parameters
    ----------
    mentions, distinct, embedded, approximate, level
        As for :func:`places`.

    Returns
    -------
    DataFrame
        One row per country, division and place: ``level`` (``country``, ``division``, ``place``), its ``key`` and that
        of its ``parent`` (``IQ``, ``IQ/Nineveh``, ``geonames:99072``; missing where no parent is known), ``name``, and
        the columns of :func:`countries`. Each country is followed by its divisions, each division by its places, the
        most mentioned first. ``mentions`` of one level add up without counting anything twice; ``own`` of all rows adds
        up to the number of resolved mentions.

    Raises
    ------
    ColumnMissing, InvalidTable
        As for :func:`places`.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> rollup(sample_mentions())[["level", "key", "parent", "mentions", "own"]].head(4)
          level             key      parent  mentions  own
    0   country              IQ         NaN         6    0
    1  division      IQ/Nineveh          IQ         3    0
    2     place  geonames:99072  IQ/Nineveh         3    3
    3  division        IQ/Erbil          IQ         2    0
    """
    return reduced(
        mentions, rollup_counting(distinct=distinct, embedded=embedded, approximate=approximate, level=level)
    )


class Levels(NamedTuple):
    """The countries, the divisions and the places."""

    country: Tally
    division: Tally
    place: Tally

    @classmethod
    def joined(cls, parts: Sequence[Levels]) -> Levels:
        """Return the levels of several parts of a table, in the order of the table."""
        return cls(*(Tally.joined(of_level) for of_level in zip(*parts, strict=True)))

    def closed(self) -> Levels:
        """See :meth:`Tally.closed`."""
        return Levels(*(tally.closed() for tally in self))


def rollup_counting(
    *, distinct: Distinct = False, embedded: bool = False, approximate: bool = False, level: float = 0.95
) -> Counting[Levels, pd.DataFrame]:
    """Return how :func:`rollup` counts a table in parts."""
    normal_quantile(level)
    which = Selection(distinct, embedded, approximate)
    return Counting(
        partial(_part_of_rollup, which=which),
        Levels.joined,
        partial(_rollup_table, level=level),
        which.only_whole,
        (*SELECTING, *LABELS["division"], "feature_code", "name", *_COUNTED),
    )


def _part_of_rollup(mentions: pd.DataFrame, *, which: Selection) -> Levels:
    needed, optional = ("place_id", "feature_code"), ("name", *_COUNTED)
    resolved, articles = counted(mentions, needed, optional=optional, by="division", which=which)
    country, division = is_country(resolved), is_division(resolved)
    code = tables.as_dtype(resolved["country_code"], "str")
    inside = (code + "/" + tables.as_dtype(resolved["admin1"], "str")).where(~country)
    nothing = pd.Series(None, index=code.index, dtype=object)
    # A country or division is a row of its own level already, unless its code is missing there.
    place = resolved["place_id"].where(~((country & code.notna()) | (division & inside.notna())))
    everything = np.ones(len(code), dtype=bool)
    measures = mentioned(resolved, articles)
    levels = (
        Tally.of(
            resolved.assign(key=key, parent=parent, name=resolved[name]),
            ("key",),
            dict.fromkeys(("key", "parent", "name"), "str"),
            {**measures, "own": _own(resolved, own)},
        )
        for key, parent, own, name in (
            (code, nothing, country, "country"),
            (inside, code, division, "admin1"),
            (place, inside.fillna(code), everything, "name"),
        )
    )
    return Levels(*levels)


def _rollup_table(tallies: Levels, *, level: float) -> pd.DataFrame:
    levels = zip(tallies._fields, tallies, strict=True)
    parts = [_areas(tally, level=level).assign(level=name) for name, tally in levels if len(tally)]
    if not parts:
        return empty_table(_ROLLUP)
    return _nested(with_dtypes(pd.concat(parts, ignore_index=True), _ROLLUP))


def _nested(found: pd.DataFrame) -> pd.DataFrame:
    """Sort rows so that each area is followed by what lies in it, the most mentioned first."""
    mentions = dict(zip(found["key"], found["mentions"], strict=True))
    above = dict(zip(found["key"], found["parent"], strict=True))

    def path(key: str) -> tuple[tuple[int, str], ...]:
        parent = above.get(key)
        own = (-int(mentions[key]), key)
        return (*path(parent), own) if isinstance(parent, str) and parent in mentions else (own,)

    order = sorted(range(len(found)), key=[path(key) for key in found["key"]].__getitem__)
    return found.iloc[order].reset_index(drop=True)

"""Which places are mentioned together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geomap import tables
from geomap._checks import at_least, one_of
from geomap._optional import optional
from geomap.analysis._grouping import KEYS, SELECTING, Distinct, Selection, counted, first_rows, geo_table, group_codes
from geomap.analysis._reducing import Counting, MentionsLike, reduced
from geomap.analysis._sums import added
from geomap.analysis._tallies import Tally
from geomap.errors import InvalidTable
from geomap.geometry import distance_km, great_circles
from geomap.tables import Ints, coordinates, sorted_unique, texts_of

if TYPE_CHECKING:
    import geopandas as gpd

# What together can mean, and the columns that it takes.
WITHIN = {"sentence": ("field", "sentence"), "paragraph": ("field", "start"), "article": ()}
_EDGES = {
    "place_id_a": "str",
    "name_a": "str",
    "place_id_b": "str",
    "name_b": "str",
    "count": "int64",
    "count_a": "int64",
    "count_b": "int64",
    "lift": "float64",
    "npmi": "float64",
    "distance_km": "float64",
}
_PARAGRAPH = re.compile(r"\n+")
# How many pairs are collected before equal ones are merged.
_AT_ONCE = 2_000_000


def comentions(
    mentions: MentionsLike,
    *,
    within: str = "sentence",
    articles: pd.DataFrame | None = None,
    min_count: int = 1,
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
    lines: bool = True,
) -> gpd.GeoDataFrame:
    """Count which places are mentioned together, and how much more often than by chance.

    Parameters
    ----------
    mentions
        A mentions table, or mentions that need not fit in memory, as for :func:`~geomap.analysis.places`. Unresolved
        mentions and mentions without a ``place_id`` are left out.
    within
        Mentioned together means in one ``"sentence"``, one ``"paragraph"`` (a line of the text) or one ``"article"``.
    articles
        The articles table, needed for paragraphs.
    min_count
        Pairs that are mentioned together less often are left out.
    distinct, embedded, approximate
        As for :func:`~geomap.analysis.places`.
    lines
        Whether to draw the great circle of each pair. Of a million pairs, the lines take most of the time and of the memory.

    Returns
    -------
    GeoDataFrame
        One row per pair, the most frequent first: ``place_id_a``, ``name_a``, ``place_id_b``, ``name_b`` (a before b by
        ``place_id``); in how many sentences (or paragraphs, or articles) both (``count``) and each (``count_a``,
        ``count_b``) are mentioned; ``lift``, how many times more often together than if they were independent; ``npmi``,
        the same on a scale from -1 (never together) through 0 (independent) to 1 (never apart); ``distance_km``; and the
        great circle between them (EPSG:4326) as a LineString, a MultiLineString where it is cut at the antimeridian, None
        for two places at one point, and everywhere without ``lines``.

    Raises
    ------
    ColumnMissing
        If the mentions lack ``place_id`` or a column that ``within`` needs.
    InvalidTable
        If an option is invalid, ``within="paragraph"`` without articles, or a mention's article is not among them.

    See Also
    --------
    network : the same as a graph.

    Notes
    -----
    Normalized pointwise mutual information after Bouma (2009), "Normalized (pointwise) mutual information in collocation
    extraction". The total is the number of sentences (paragraphs, articles) with a resolved mention.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> comentions(sample_mentions())[["name_a", "name_b", "count", "lift", "distance_km"]].round(1)
        name_a   name_b  count  lift  distance_km
    0   Tigris  Baghdad      1   5.0        386.7
    1   Tigris    Mosul      1   1.7        715.2
    2    Syria   Geneva      1   5.0       2937.7
    3    Syria   France      1   5.0       3246.5
    4   Geneva   France      1   5.0        320.4
    5    Erbil    Mosul      1   0.8         81.4
    6  Baghdad    Mosul      1   1.7        352.9
    """
    counting = comentions_counting(
        within=within,
        articles=articles,
        min_count=min_count,
        distinct=distinct,
        embedded=embedded,
        approximate=approximate,
        lines=lines,
    )
    return reduced(mentions, counting)


def comentions_counting(
    *,
    within: str = "sentence",
    articles: pd.DataFrame | None = None,
    min_count: int = 1,
    distinct: Distinct = False,
    embedded: bool = False,
    approximate: bool = False,
    lines: bool = True,
) -> Counting[Tally, gpd.GeoDataFrame]:
    """Return how :func:`comentions` counts a table in parts."""
    one_of("within", within, WITHIN)
    at_least("min_count", min_count, 1)
    if within == "paragraph" and articles is None:
        call = "comentions(mentions, within='paragraph', articles=articles)"
        raise InvalidTable(f"paragraphs need the text of the articles: {call}")
    which = Selection(distinct, embedded, approximate)
    return Counting(
        partial(_part_of_pairs, within=within, articles=articles, which=which),
        Tally.joined,
        partial(_pairs_table, min_count=min_count, lines=lines),
        which.only_whole,
        (*SELECTING, *WITHIN[within], "name", "geometry"),
    )


@dataclass(frozen=True)
class Together:
    """Which places share a unit: a sentence, a paragraph or an article.

    Parameters
    ----------
    units
        What tells the units apart, one row for each.
    place, unit
        Which place is in which of them.
    a, b, number
        How often two places share a further unit, those of parts that no other part goes on with.
    alone, closed
        In how many further units each place is, and how many there are.
    """

    units: pd.DataFrame
    place: Ints
    unit: Ints
    a: Ints
    b: Ints
    number: Ints
    alone: Ints
    closed: int

    @classmethod
    def of(cls, units: pd.DataFrame, codes: Ints) -> Together:
        """Return places, one to a group, each in the unit of that code; -1 is one of its own."""
        own = (codes < 0).astype(np.int64)
        nothing = np.zeros(0, dtype=np.int64)
        return cls(units, np.flatnonzero(codes >= 0), codes[codes >= 0], *(nothing,) * 3, own, int(own.sum()))

    @classmethod
    def joined(cls, parts: Sequence[Together]) -> Together:
        """See :class:`~geomap.analysis._tallies.Measure`."""
        begins = np.cumsum([0, *(len(part.alone) for part in parts)])[:-1]
        units = pd.concat([part.units for part in parts], ignore_index=True)
        numbers = group_codes(units, units.columns)
        first = first_rows(numbers, int(numbers.max(initial=-1)) + 1)
        of_parts = np.split(numbers, np.cumsum([len(part.units) for part in parts])[:-1])

        def shifted(name: str) -> Ints:
            return np.concatenate([getattr(part, name) + begin for part, begin in zip(parts, begins, strict=True)])

        return cls(
            units.iloc[first].reset_index(drop=True),
            shifted("place"),
            np.concatenate([number[part.unit] for part, number in zip(parts, of_parts, strict=True)]),
            shifted("a"),
            shifted("b"),
            np.concatenate([part.number for part in parts]),
            np.concatenate([part.alone for part in parts]),
            sum(part.closed for part in parts),
        )

    def grouped(self, codes: Ints, size: int) -> Together:
        """See :class:`~geomap.analysis._tallies.Measure`."""
        of = max(len(self.units), 1)
        pairs = sorted_unique(codes[self.place] * of + self.unit)
        a, b = codes[self.a], codes[self.b]
        keys, number = _summed(np.minimum(a, b) * size + np.maximum(a, b), self.number)
        return Together(
            self.units,
            pairs // of,
            pairs % of,
            keys // max(size, 1),
            keys % max(size, 1),
            number,
            added(self.alone, codes, size),
            self.closed,
        )

    def as_closed(self) -> Together:
        """Return the same counts without the units: no other part has any of them."""
        size = len(self.alone)
        keys, numbers, singles, total = _pairs(self.unit, self.place, size)
        keys, numbers = _summed(np.concatenate([self.a * size + self.b, keys]), np.concatenate([self.number, numbers]))
        nothing = np.zeros(0, dtype=np.int64)
        a, b = keys // max(size, 1), keys % max(size, 1)
        return Together(self.units.iloc[:0], nothing, nothing, a, b, numbers, self.alone + singles, self.closed + total)


def _part_of_pairs(mentions: pd.DataFrame, *, within: str, articles: pd.DataFrame | None, which: Selection) -> Tally:
    resolved, _ = counted(mentions, ("place_id", *WITHIN[within]), optional=("name", "geometry"), which=which)
    resolved = resolved[resolved["place_id"].notna()].reset_index(drop=True)
    keys = ["article_id"]
    if within == "paragraph":
        resolved["paragraph"] = _paragraphs(resolved, articles)
    if within != "article":
        keys += ["field", within]
    codes = group_codes(resolved, keys)
    units = resolved[keys].iloc[first_rows(codes, int(codes.max(initial=-1)) + 1)].reset_index(drop=True)
    described = {"place_id": "str", "name": "str", "geometry": "geometry"}
    return Tally.of(resolved, KEYS["place"], described, {"together": Together.of(units, codes)})


def _pairs_table(tally: Tally, *, min_count: int, lines: bool) -> gpd.GeoDataFrame:
    together: Together = tally["together"].as_closed()
    kept = together.number >= min_count
    pairs = pd.DataFrame({"a": together.a[kept], "b": together.b[kept], "count": together.number[kept]})
    found = _scored(_ordered(pairs, tally.labels, together.alone), together.closed)
    lon, lat = coordinates(tally.labels["geometry"])
    a, b = found["a"].to_numpy(), found["b"].to_numpy()
    found["distance_km"] = distance_km(lat[a], lon[a], lat[b], lon[b])
    drawn = great_circles(lon[a], lat[a], lon[b], lat[b]) if lines else np.full(len(found), None, dtype=object)
    return geo_table(found, _EDGES, drawn)


def network(edges: pd.DataFrame) -> Any:
    """Build a networkx graph from pairs of places.

    Parameters
    ----------
    edges
        What :func:`comentions` returned.

    Returns
    -------
    networkx.Graph
        Nodes are place ids, with ``name`` and ``count``; edges carry ``count``, ``lift``, ``npmi`` and ``distance_km``.

    Raises
    ------
    ColumnMissing
        If the table lacks a column of those that :func:`comentions` returns.
    MissingDependency
        If networkx is not installed.

    Examples
    --------
    >>> from geomap.datasets import sample_mentions
    >>> graph = network(comentions(sample_mentions(), within="article"))
    >>> graph.number_of_nodes(), graph.number_of_edges()
    (7, 7)
    """
    tables.require_columns(edges, _EDGES, what="pairs")
    networkx = optional("networkx", extra="analysis", needed_by="geomap.analysis.network")
    graph = networkx.Graph()
    for side in "ab":
        nodes = edges.drop_duplicates(f"place_id_{side}")
        for place_id, name, count in zip(
            nodes[f"place_id_{side}"], nodes[f"name_{side}"], nodes[f"count_{side}"], strict=True
        ):
            graph.add_node(place_id, name=name, count=int(count))
    kept = ("count", "lift", "npmi", "distance_km")
    values = zip(edges["place_id_a"], edges["place_id_b"], *(edges[name].tolist() for name in kept), strict=True)
    graph.add_edges_from((a, b, dict(zip(kept, rest, strict=True))) for a, b, *rest in values)
    return graph


def _paragraphs(resolved: pd.DataFrame, articles: pd.DataFrame | None) -> Ints:
    assert articles is not None
    texts = texts_of(articles, resolved["article_id"])
    found = np.zeros(len(resolved), dtype=np.int64)
    starts = resolved["start"].to_numpy()
    together: dict[Any, Any] = resolved.groupby(["article_id", "field"], sort=False).indices
    for (article_id, field), rows in together.items():
        breaks = [match.start() for match in _PARAGRAPH.finditer(texts[str(field)][str(article_id)])]
        found[rows] = np.searchsorted(breaks, starts[rows])
    return found


def _pairs(units: Ints, places: Ints, size: int) -> tuple[Ints, Ints, Ints, int]:
    """Return the pairs of places that share a unit, how often each does, in how many each place is, and of how many."""
    together = sorted_unique(units * max(size, 1) + places)
    unit, place = together // max(size, 1), together % max(size, 1)
    singles = np.bincount(place, minlength=size)
    total = int((np.diff(unit, prepend=-1) > 0).sum())
    nothing = np.zeros(0, dtype=np.int64)
    keys, numbers = nothing, nothing
    waiting: list[Ints] = []
    held = 0
    # Units are sorted, and the places within each: each place is paired with the next one, then with the one after it,
    # and so on, all units at once, until no unit has so many places.
    rows = np.arange(len(unit))
    lag = 1
    while len(rows := rows[: np.searchsorted(rows, len(unit) - lag)]):
        rows = rows[unit[rows] == unit[rows + lag]]
        waiting.append(place[rows] * size + place[rows + lag])
        held += len(rows)
        lag += 1
        if held > _AT_ONCE:
            keys, numbers = _with_further(keys, numbers, waiting)
            waiting, held = [], 0
    return *_with_further(keys, numbers, waiting), singles, total


def _with_further(keys: Ints, numbers: Ints, waiting: list[Ints]) -> tuple[Ints, Ints]:
    further = np.concatenate([*waiting, np.zeros(0, dtype=np.int64)])
    return _summed(np.concatenate([keys, further]), np.concatenate([numbers, np.ones(len(further), dtype=np.int64)]))


def _summed(keys: Ints, numbers: Ints) -> tuple[Ints, Ints]:
    """Return each distinct key in ascending order and the sum of its numbers."""
    order = np.argsort(keys, kind="stable")
    keys, numbers = keys[order], numbers[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    return keys[first], np.add.reduceat(numbers, first) if len(first) else numbers


def _ordered(found: pd.DataFrame, names: pd.DataFrame, singles: Ints) -> pd.DataFrame:
    """Describe both ends, a before b by place_id, and sort the pairs, the most frequent first."""
    ranks = names["place_id"].rank(method="first").to_numpy()
    a, b = found["a"].to_numpy(), found["b"].to_numpy()
    swap = ranks[a] > ranks[b]
    a, b = np.where(swap, b, a), np.where(swap, a, b)
    order = np.lexsort([ranks[b], ranks[a], -found["count"].to_numpy()])
    table = pd.DataFrame({"a": a[order], "b": b[order], "count": found["count"].to_numpy()[order]})
    for side in "ab":
        for name in ("place_id", "name"):
            table[f"{name}_{side}"] = names[name].iloc[table[side]].array
        table[f"count_{side}"] = singles[table[side]]
    return table


def _scored(found: pd.DataFrame, total: int) -> pd.DataFrame:
    """Add lift and npmi (Bouma 2009)."""
    count, a, b = (found[name].to_numpy(dtype=float) for name in ("count", "count_a", "count_b"))
    found["lift"] = count * total / (a * b)
    always = -np.log(count / total)
    found["npmi"] = np.divide(np.log(found["lift"].to_numpy()), always, out=np.ones(len(found)), where=always > 0)
    return found

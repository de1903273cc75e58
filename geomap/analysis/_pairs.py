"""Which places are mentioned together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geomap import tables
from geomap._checks import at_least, one_of
from geomap._optional import optional
from geomap.analysis._grouping import Distinct, Selection, counted, first_values, geo_table, grouping, numbered, paired
from geomap.errors import InvalidTable
from geomap.geometry import distance_km, great_circles
from geomap.tables import Ints, coordinates, factorized, sorted_unique, texts_of

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
    mentions: gpd.GeoDataFrame,
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
        A mentions table. Unresolved mentions and mentions without a ``place_id`` are left out.
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
    needed = ("place_id", *WITHIN[one_of("within", within, WITHIN)])
    at_least("min_count", min_count, 1)
    resolved, _ = counted(
        mentions, needed, optional=("name", "geometry"), which=Selection(distinct, embedded, approximate)
    )
    resolved = resolved[resolved["place_id"].notna()].reset_index(drop=True)
    units = _units(resolved, within, articles)
    groups = grouping(resolved[["place_id", "name"]], "place")
    pairs, singles, total = _pairs(units, groups.codes, groups.size, min_count)
    found = _scored(_ordered(pairs, groups.labels, singles), total)
    points = first_values(resolved, groups.codes, {"geometry": "geometry"})["geometry"]
    lon, lat = coordinates(points)
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


def _units(resolved: pd.DataFrame, within: str, articles: pd.DataFrame | None) -> Ints:
    """Return which sentence, paragraph or article each mention is in, as numbers."""
    article, _ = factorized(resolved["article_id"])
    if within == "article":
        return article
    if within == "sentence":
        inner, values = factorized(resolved["sentence"])
        # A mention without a sentence is in one of its own.
        inner = np.where(inner < 0, len(values) + np.arange(len(inner)), inner)
    else:
        inner = _paragraphs(resolved, articles)
    field, _ = factorized(resolved["field"])
    return numbered(paired(paired(article, field), inner))


def _paragraphs(resolved: pd.DataFrame, articles: pd.DataFrame | None) -> Ints:
    if articles is None:
        call = "comentions(mentions, within='paragraph', articles=articles)"
        raise InvalidTable(f"paragraphs need the text of the articles: {call}")
    texts = texts_of(articles, resolved["article_id"])
    found = np.zeros(len(resolved), dtype=np.int64)
    starts = resolved["start"].to_numpy()
    together: dict[Any, Any] = resolved.groupby(["article_id", "field"], sort=False).indices
    for (article_id, field), rows in together.items():
        breaks = [match.start() for match in _PARAGRAPH.finditer(texts[str(field)][str(article_id)])]
        found[rows] = np.searchsorted(breaks, starts[rows])
    return found


def _pairs(units: Ints, places: Ints, size: int, min_count: int) -> tuple[pd.DataFrame, Ints, int]:
    """Return how often each two places share a unit, in how many units each is, and how many units there are."""
    together = sorted_unique(units * max(size, 1) + places)
    unit, place = together // max(size, 1), together % max(size, 1)
    singles = np.bincount(place, minlength=size)
    total = int((np.diff(unit, prepend=-1) > 0).sum())
    counts: tuple[Ints, Ints] | None = None
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
            counts, waiting, held = _merged(counts, waiting), [], 0
    keys, numbers = _merged(counts, waiting)
    kept = numbers >= min_count
    keys, numbers = keys[kept], numbers[kept]
    return pd.DataFrame({"a": keys // max(size, 1), "b": keys % max(size, 1), "count": numbers}), singles, total


def _merged(counts: tuple[Ints, Ints] | None, waiting: list[Ints]) -> tuple[Ints, Ints]:
    """Return each distinct pair and how often it occurs, those counted before included."""
    keys, numbers = np.unique(np.concatenate([*waiting, np.zeros(0, dtype=np.int64)]), return_counts=True)
    if counts is None:
        return keys, numbers.astype(np.int64)
    merged, place = np.unique(np.concatenate([counts[0], keys]), return_inverse=True)
    totals = np.zeros(len(merged), dtype=np.int64)
    np.add.at(totals, place, np.concatenate([counts[1], numbers]))
    return merged, totals


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

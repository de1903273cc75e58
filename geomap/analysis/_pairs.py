"""Which places are mentioned together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap import tables
from geomap._checks import one_of, positive
from geomap._optional import optional
from geomap.analysis._grouping import Distinct, counted, grouping, labels
from geomap.errors import InvalidTable
from geomap.geometry import great_circles
from geomap.tables import coordinates, empty_table, factorized, in_degrees_of, sorted_unique, texts_of, with_dtypes

if TYPE_CHECKING:
    import geopandas as gpd

Ints = npt.NDArray[np.int64]
WITHIN = ("sentence", "paragraph", "article")
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
# How many pairs are collected before equal ones are put together.
_AT_ONCE = 2_000_000


def comentions(
    mentions: gpd.GeoDataFrame,
    *,
    within: str = "sentence",
    articles: pd.DataFrame | None = None,
    min_count: int = 1,
    distinct: Distinct = False,
) -> gpd.GeoDataFrame:
    """Count which places are mentioned together, and how much more often than by chance.

    Parameters
    ----------
    mentions
        A mentions table. Unresolved mentions and mentions without a ``place_id`` are left out.
    within
        What together means: in one ``"sentence"``, one ``"paragraph"`` (a line of the text) or one ``"article"``.
    articles
        The articles table, needed for paragraphs.
    min_count
        Pairs that are together less often are left out.
    distinct
        As for :func:`~geomap.analysis.places`.

    Returns
    -------
    GeoDataFrame
        One row per pair, the most frequent first: ``place_id_a``, ``name_a``, ``place_id_b``, ``name_b`` (a before b by
        ``place_id``); in how many sentences (or paragraphs, or articles) both (``count``) and each (``count_a``,
        ``count_b``) are mentioned; ``lift``, how many times more often together than if they were independent; ``npmi``,
        the same on a scale from -1 (never together) over 0 to 1 (never apart); ``distance_km``; and the great circle
        between them (EPSG:4326) as a LineString, cut to a MultiLineString at the antimeridian, None for two places at
        one point.

    Raises
    ------
    ColumnMissing
        If the mentions or the articles lack a column that is needed here.
    InvalidTable
        If an option is not one that can be used, paragraphs are asked for without articles, or a mention's article is
        not among them.

    See Also
    --------
    network : the same as a graph.

    Notes
    -----
    Normalized pointwise mutual information after Bouma (2009), "Normalized (pointwise) mutual information in collocation
    extraction". The number of all units is that of the sentences (paragraphs, articles) with a resolved mention.

    Examples
    --------
    >>> import geomap.tables
    >>> comentions(geomap.tables.empty_mentions()).columns[4:7].to_list()
    ['count', 'count_a', 'count_b']
    """
    import geopandas as gpd

    one_of("within", within, WITHIN)
    positive("min_count", min_count)
    columns = ["place_id", "name", "geometry", *_unit_columns(within)]
    resolved, _ = counted(in_degrees_of(mentions), columns, distinct=distinct)
    resolved = resolved[resolved["place_id"].notna()].reset_index(drop=True)
    units = _units(resolved, within, articles)
    groups = grouping(resolved[["place_id", "name"]], "place")
    found, singles, total = _pairs(units, groups.codes, len(groups.labels), min_count)
    if found.empty:
        return gpd.GeoDataFrame(empty_table(_EDGES), geometry=gpd.GeoSeries([], crs=tables.CRS), crs=tables.CRS)
    points = labels(resolved, groups.codes, len(groups.labels), {"geometry": "geometry"})["geometry"]
    lon, lat = coordinates(points)
    found = _scored(_ordered(found, groups.labels, singles), total)
    a, b = found["a"].to_numpy(), found["b"].to_numpy()
    found["distance_km"] = _distances(lon, lat, a, b)
    return gpd.GeoDataFrame(
        with_dtypes(found, _EDGES), geometry=great_circles(lon[a], lat[a], lon[b], lat[b]), crs=tables.CRS
    )


def network(edges: pd.DataFrame) -> Any:
    """Return pairs of places as a networkx graph.

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
        If the table is not one of pairs.
    MissingDependency
        If networkx is not installed.

    Examples
    --------
    >>> import geomap.tables
    >>> network(comentions(geomap.tables.empty_mentions())).number_of_nodes()
    0
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


def _unit_columns(within: str) -> tuple[str, ...]:
    return {"article": (), "sentence": ("field", "sentence"), "paragraph": ("field", "start")}[within]


def _units(resolved: pd.DataFrame, within: str, articles: pd.DataFrame | None) -> Ints:
    """Return the number of the sentence, paragraph or article that each mention stands in."""
    article, _ = factorized(resolved["article_id"])
    if within == "article":
        return article
    field, _ = factorized(resolved["field"])
    if within == "sentence":
        inner, values = factorized(resolved["sentence"])
        # A mention without a sentence is together with nothing.
        inner = np.where(inner < 0, len(values) + np.arange(len(inner)), inner)
    else:
        inner = _paragraphs(resolved, articles)
    fields = int(field.max(initial=0)) + 1
    most = int(inner.max(initial=0)) + 1
    return pd.factorize((article * fields + field) * most + inner)[0].astype(np.int64)


def _paragraphs(resolved: pd.DataFrame, articles: pd.DataFrame | None) -> Ints:
    if articles is None:
        call = "comentions(mentions, within='paragraph', articles=articles)"
        raise InvalidTable(f"paragraphs are read off the text: give the articles, {call}")
    texts = texts_of(articles, resolved["article_id"])
    found = np.zeros(len(resolved), dtype=np.int64)
    starts = resolved["start"].to_numpy()
    for field in texts:
        of_field = np.flatnonzero((resolved["field"] == field).to_numpy(dtype=bool))
        rows_of = (
            resolved["article_id"].iloc[of_field].groupby(resolved["article_id"].iloc[of_field], sort=False).indices
        )
        for article_id, places in rows_of.items():
            breaks = [match.start() for match in _PARAGRAPH.finditer(texts[field][str(article_id)])]
            rows = of_field[places]
            found[rows] = np.searchsorted(breaks, starts[rows])
    return found


def _pairs(units: Ints, places: Ints, size: int, min_count: int) -> tuple[pd.DataFrame, Ints, int]:
    """Return how often each two places share a unit, in how many units each is, and how many units there are."""
    together = sorted_unique(units * max(size, 1) + places)
    unit, place = together // max(size, 1), together % max(size, 1)
    singles = np.bincount(place, minlength=size)
    total = int((np.diff(unit, prepend=-1) > 0).sum())
    counts: list[tuple[Ints, Ints]] = []
    waiting: list[Ints] = []
    held = 0
    # Within a unit the places stand in rising order: each place meets the one that follows at every distance.
    rows = np.arange(len(unit))
    lag = 1
    while len(rows := rows[: np.searchsorted(rows, len(unit) - lag)]):
        rows = rows[unit[rows] == unit[rows + lag]]
        waiting.append(place[rows] * size + place[rows + lag])
        held += len(rows)
        lag += 1
        if held > _AT_ONCE:
            counts, waiting, held = [_merged(counts, waiting)], [], 0
    keys, numbers = _merged(counts, waiting)
    kept = numbers >= min_count
    keys, numbers = keys[kept], numbers[kept]
    return pd.DataFrame({"a": keys // max(size, 1), "b": keys % max(size, 1), "count": numbers}), singles, total


def _merged(counts: list[tuple[Ints, Ints]], waiting: list[Ints]) -> tuple[Ints, Ints]:
    new = np.concatenate([*waiting, np.zeros(0, dtype=np.int64)])
    keys, numbers = np.unique(new, return_counts=True)
    if not counts:
        return keys, numbers.astype(np.int64)
    both = np.concatenate([counts[0][0], keys])
    amounts = np.concatenate([counts[0][1], numbers])
    order = np.argsort(both, kind="stable")
    both, amounts = both[order], amounts[order]
    begins = np.flatnonzero(np.concatenate([[True], both[1:] != both[:-1]]))
    return both[begins], np.add.reduceat(amounts, begins)


def _ordered(found: pd.DataFrame, names: pd.DataFrame, singles: Ints) -> pd.DataFrame:
    """Name both ends, a before b by place_id, and sort the pairs by falling count."""
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
    count, a, b = (found[name].to_numpy(dtype=float) for name in ("count", "count_a", "count_b"))
    found["lift"] = count * total / (a * b)
    always = -np.log(count / total)
    found["npmi"] = np.divide(np.log(found["lift"].to_numpy()), always, out=np.ones(len(found)), where=always > 0)
    return found


def _distances(lon: Any, lat: Any, a: Ints, b: Ints) -> Any:
    from geomap.geometry import distance_km

    return distance_km(lat[a], lon[a], lat[b], lon[b])

"""Count a table in parts: each part by itself, the parts joined in order, then the whole written as a table.

A counting verb is three functions, and a table in memory is a table of one part. So one implementation serves a table, a
dataset on disk that is read some rows at a time, and partitions on many machines, and all of them give the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

import pandas as pd

from geomap._optional import optional
from geomap.analysis._datasets import in_parts
from geomap.articles import ArticleStream
from geomap.errors import InvalidTable

if TYPE_CHECKING:
    import geopandas as gpd

State = TypeVar("State")
Further = TypeVar("Further")
Found = TypeVar("Found")
Table = TypeVar("Table")
MentionsLike: TypeAlias = "gpd.GeoDataFrame | str | os.PathLike[str] | Any"
"""Mentions as counting verbs take them: a table, the path of one on disk, or a table or dataset of Arrow or Dask."""

FAN = 16
"""How many parts are joined at a time: a large state is not copied for each small one."""


@dataclass(frozen=True)
class Counting(Generic[State, Table]):
    """How a verb counts, with its options: three functions that pickle.

    Parameters
    ----------
    part
        What a part of the table says.
    joined
        What several parts say together, in the order of the table.
    table
        The table that the verb returns.
    only_whole
        Why the table cannot be counted in parts with these options, if so.
    columns
        The columns that are read of a table on disk; None for all.
    """

    part: Callable[[pd.DataFrame], State]
    joined: Callable[[Sequence[State]], State]
    table: Callable[[State], Table]
    only_whole: str | None = None
    columns: Sequence[str] | None = None


@dataclass(frozen=True)
class Passes(Generic[State, Found, Further, Table]):
    """How a verb counts that takes two passes over a table: what the first one finds says how the second one counts.

    Parameters
    ----------
    first
        How it counts at first, with what is found in place of a table.
    second
        What is found to how it counts then.
    """

    first: Counting[State, Found]
    second: Callable[[Found], Counting[Further, Table]]


def reduced(
    table: Any, counting: Counting[Any, Table] | Passes[Any, Any, Any, Table], *, of_articles: bool = False
) -> Table:
    """Return what a verb counts in a table, or in one in parts: on disk, of Arrow's or of Dask's.

    Raises
    ------
    InvalidTable
        If the table is in parts, and cannot be counted so.
    """
    if as_delayed(table) is not None:
        found: Table = lazily(table, counting).compute()
        return found
    if isinstance(counting, Passes):
        first = reduced(table, counting.first, of_articles=of_articles)
        return reduced(table, counting.second(first), of_articles=of_articles)
    if of_articles:
        parts: Iterable[pd.DataFrame] | None = ArticleStream(table) if isinstance(table, str | os.PathLike) else None
        whole = False
    else:
        mentions = in_parts(table, counting.columns)
        parts, whole = mentions, mentions is not None and mentions.of_whole_articles
    if parts is None:
        return counting.table(counting.part(table))
    check_in_parts(counting)
    states = (counting.part(each) for each in parts)
    if whole:
        states = (state.closed() for state in states)
    return counting.table(joined_in_order(states, counting.joined))


def check_in_parts(counting: Counting[Any, Any]) -> None:
    """Raise InvalidTable unless a table can be counted in parts."""
    if counting.only_whole is not None:
        raise InvalidTable(counting.only_whole)


def joined_in_order(states: Iterable[State], joined: Callable[[Sequence[State]], State]) -> State:
    """Return the states of all parts as one, with few of them in memory at a time."""
    levels: list[list[State]] = [[]]
    for state in states:
        levels[0].append(state)
        for level, waiting in enumerate(levels):
            if len(waiting) < FAN:
                break
            if level + 1 == len(levels):
                levels.append([])
            levels[level + 1].append(joined(waiting))
            waiting.clear()
    return joined([state for level in reversed(levels) for state in level])


# --- Dask ---


def as_delayed(table: Any) -> list[Any] | None:
    """Return the partitions of what Dask holds in parts, None for anything else."""
    return None if isinstance(table, pd.DataFrame) or not hasattr(table, "to_delayed") else list(table.to_delayed())


def lazily(table: Any, counting: Counting[Any, Any] | Passes[Any, Any, Any, Any]) -> Any:
    """Return what a verb counts in a Dask table, as a value that is not computed yet."""
    delayed, parts = _delayed(), as_delayed(table) or []
    if isinstance(counting, Passes):
        found = _counted(parts, delayed(_same)(counting.first))
        return _counted(parts, delayed(counting.second)(found))
    check_in_parts(counting)
    return _counted(parts, delayed(_same)(counting))


def _counted(parts: Sequence[Any], how: Any) -> Any:
    """Count parts; how is one value of the graph, however many parts there are: it may hold tables."""
    delayed = _delayed()
    counted = tree([delayed(_part)(how, part) for part in parts], delayed(_joined), how)
    return delayed(_table)(how, counted)


def tree(values: Sequence[Any], joining: Any, *arguments: Any) -> Any:
    """Return values of Dask's joined into one, some neighbors at a time, by a delayed function of a list of them."""
    while True:
        values = [joining(list(values[begin : begin + FAN]), *arguments) for begin in range(0, len(values), FAN)]
        if len(values) == 1:
            return values[0]


def _part(counting: Counting[State, Any], part: pd.DataFrame) -> State:
    return counting.part(part)


def _joined(states: Sequence[State], counting: Counting[State, Any]) -> State:
    return counting.joined(states)


def _table(counting: Counting[State, Found], state: State) -> Found:
    return counting.table(state)


def _same(value: Any) -> Any:
    return value


def _delayed() -> Any:
    return optional("dask", needed_by="counting a Dask table", extra="dask").delayed

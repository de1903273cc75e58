"""What counting verbs know of groups of mentions: made of any part of a table, joined in order, then written as a table.

A tally is a table of groups, and measures of each. One operation does everything, ``grouped``: rows into groups when a
part is counted, and the groups of several parts into those of all of them. It gives the same whatever the cut, because
groups stay in the order in which they are first mentioned, and sums are exact (:mod:`geomap.analysis._sums`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

import numpy as np
import pandas as pd

from geomap import tables
from geomap.analysis._grouping import COUNTS, first_values, group_codes, probabilities, ratio
from geomap.analysis._intervals import Chances
from geomap.analysis._sums import added
from geomap.tables import Ints, as_times, factorized, sorted_unique, with_dtypes

OwnMeasure = TypeVar("OwnMeasure", bound="Measure")
_TIME = "datetime64[us, UTC]"
_NEVER = np.iinfo(np.int64).min  # what pandas holds for a time that is missing


class Measure(Protocol):
    """Something known of each group."""

    @classmethod
    def joined(cls: type[OwnMeasure], parts: Sequence[OwnMeasure]) -> OwnMeasure:
        """Return the groups of all parts, one after the other."""
        ...

    def grouped(self: OwnMeasure, codes: Ints, size: int) -> OwnMeasure:
        """Return larger groups: the code of each group says which it becomes part of, -1 none."""
        ...


@dataclass(frozen=True)
class Total:
    """Whole numbers, or rows of them, that are added up."""

    values: Ints

    @classmethod
    def joined(cls, parts: Sequence[Total]) -> Total:
        """See :class:`Measure`."""
        return cls(np.concatenate([part.values for part in parts]))

    def grouped(self, codes: Ints, size: int) -> Total:
        """See :class:`Measure`."""
        return Total(added(self.values, codes, size))


@dataclass(frozen=True)
class Span:
    """The first and the last time, in microseconds."""

    first: Ints
    last: Ints

    @classmethod
    def of(cls, times: pd.Series[Any]) -> Span:
        """Return times, one to a group."""
        values = as_times(times).array.asi8
        return cls(values, values)

    @classmethod
    def joined(cls, parts: Sequence[Span]) -> Span:
        """See :class:`Measure`."""
        return cls(np.concatenate([part.first for part in parts]), np.concatenate([part.last for part in parts]))

    def grouped(self, codes: Ints, size: int) -> Span:
        """See :class:`Measure`."""
        known = (codes >= 0) & (self.first != _NEVER)
        first, last = np.full(size, np.iinfo(np.int64).max), np.full(size, _NEVER)
        np.minimum.at(first, codes[known], self.first[known])
        np.maximum.at(last, codes[known], self.last[known])
        return Span(np.where(last == _NEVER, _NEVER, first), last)

    def times(self) -> dict[str, pd.Series[Any]]:
        """Return the columns ``first`` and ``last``."""
        moments = {"first": self.first, "last": self.last}
        return {
            name: pd.Series(values.view("datetime64[us]")).dt.tz_localize("UTC") for name, values in moments.items()
        }


@dataclass(frozen=True)
class Articles:
    """The different articles of each group.

    Parameters
    ----------
    ids
        The articles.
    group, article
        Which group is in which of them, each pair once.
    closed, closed_ids
        How many further articles each group is in, and how many there are: those of parts that no other part goes on with.
    """

    ids: pd.Index[Any]
    group: Ints
    article: Ints
    closed: Ints
    closed_ids: int = 0

    @classmethod
    def of(cls, article_id: pd.Series[Any], ids: pd.Index[Any]) -> Articles:
        """Return articles, one to a group, among all those of the part."""
        article, own = factorized(article_id)
        ids = own.append(ids[~ids.isin(own)])
        return cls(ids, np.flatnonzero(article >= 0), article[article >= 0], np.zeros(len(article), dtype=np.int64))

    @classmethod
    def joined(cls, parts: Sequence[Articles]) -> Articles:
        """See :class:`Measure`."""
        begins = np.cumsum([0, *(len(part.closed) for part in parts)])
        numbers, ids = factorized(pd.Series(np.concatenate([np.asarray(part.ids, dtype=object) for part in parts])))
        of_parts = np.split(numbers, np.cumsum([len(part.ids) for part in parts])[:-1])
        return cls(
            ids,
            np.concatenate([part.group + begin for part, begin in zip(parts, begins, strict=False)]),
            np.concatenate([number[part.article] for part, number in zip(parts, of_parts, strict=True)]),
            np.concatenate([part.closed for part in parts]),
            sum(part.closed_ids for part in parts),
        )

    def grouped(self, codes: Ints, size: int) -> Articles:
        """See :class:`Measure`."""
        group, of = codes[self.group], max(len(self.ids), 1)
        pairs = sorted_unique((group * of + self.article)[group >= 0])
        return Articles(self.ids, pairs // of, pairs % of, added(self.closed, codes, size), self.closed_ids)

    def as_closed(self) -> Articles:
        """Return the same counts without the articles: no other part has any of them."""
        nothing, none = np.zeros(0, dtype=np.int64), pd.Index([], dtype=object)
        return Articles(none, nothing, nothing, self.counts(), self.total())

    def counts(self) -> Ints:
        """Return how many articles each group is in."""
        return self.closed + np.bincount(self.group, minlength=len(self.closed))

    def total(self) -> int:
        """Return how many articles there are."""
        return self.closed_ids + len(self.ids)


@dataclass(frozen=True)
class Tally:
    """Groups of mentions, in the order in which they are first mentioned, and what is known of each.

    Parameters
    ----------
    keys
        The columns that identify a group; a row that lacks one is in none. Without any, all rows are one group.
    described
        All columns of the labels, with their dtypes.
    labels
        One row per group.
    measures
        What is known of each, by name.
    """

    keys: tuple[str, ...]
    described: Mapping[str, str]
    labels: pd.DataFrame
    measures: Mapping[str, Any]

    @classmethod
    def of(
        cls, table: pd.DataFrame, keys: tuple[str, ...], described: Mapping[str, str], measures: Mapping[str, Any]
    ) -> Tally:
        """Return the groups of a table's rows, each of which has a row in every measure."""
        return cls(keys, described, table, measures)._grouped()

    @classmethod
    def joined(cls, parts: Sequence[Tally]) -> Tally:
        """Return the groups of several parts of a table, in the order of the table."""
        first = parts[0]
        if len(parts) == 1:
            return first
        labels = pd.concat([part.labels for part in parts], ignore_index=True)
        measures = {
            name: type(measure).joined([part.measures[name] for part in parts])
            for name, measure in first.measures.items()
        }
        return replace(first, labels=labels, measures=measures)._grouped()

    def _grouped(self) -> Tally:
        codes = group_codes(self.labels, self.keys)
        size = int(codes.max(initial=-1)) + 1 if self.keys else 1
        labels = first_values(self.labels, codes, self.described) if self.described else pd.DataFrame(index=range(size))
        for name, dtype in self.described.items():
            if dtype == "geometry":  # of a part without any, pandas would not know what to join
                labels[name] = labels[name].astype(object)
        return replace(
            self,
            labels=labels,
            measures={name: measure.grouped(codes, size) for name, measure in self.measures.items()},
        )

    def closed(self) -> Tally:
        """Return the same counts in less memory, where no other part has any of the articles."""
        closed = {
            name: measure.as_closed() if hasattr(measure, "as_closed") else measure
            for name, measure in self.measures.items()
        }
        return replace(self, measures=closed)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, measure: str) -> Any:
        return self.measures[measure]

    def total(self, measure: str) -> Ints:
        """Return a measure that is a :class:`Total`, as numbers."""
        values: Ints = self.measures[measure].values
        return values


def mentioned(table: pd.DataFrame, articles: pd.Index[Any]) -> dict[str, Any]:
    """Return the measures that :func:`counts` needs, one row per mention.

    Parameters
    ----------
    table
        Mentions that count, with ``article_id, published, confidence, precision``.
    articles
        All articles, of which ``share`` is a share.
    """
    return {
        "chances": Chances.of(probabilities(table["confidence"])),
        "approximate": Total(tables.is_approximate(table).astype(np.int64)),
        "span": Span.of(table["published"]),
        "articles": Articles.of(table["article_id"], articles),
    }


def counts(tally: Tally, *, level: float) -> pd.DataFrame:
    """Return the columns of :data:`COUNTS`, one row per group."""
    chances, articles = tally["chances"], tally["articles"]
    certain, total = chances.expected(), articles.total()
    low, high = chances.interval(level)
    columns = {
        "mentions": chances.counts,
        "approximate": tally.total("approximate"),
        "articles": articles.counts(),
        "share": articles.counts() / total if total else np.full(len(tally), np.nan),
        **tally["span"].times(),
        "confidence": ratio(certain, chances.known),
        "expected": np.where(chances.known == chances.counts, certain, np.nan),
        "expected_low": low,
        "expected_high": high,
    }
    return with_dtypes(pd.DataFrame(columns, index=range(len(tally))), COUNTS)

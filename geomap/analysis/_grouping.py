"""What every counting verb does: choose the mentions that count, group them, and count each group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap import tables
from geomap._checks import one_of
from geomap.analysis import _intervals
from geomap.analysis._intervals import normal_quantile
from geomap.errors import InvalidTable
from geomap.tables import as_times, factorized, sorted_unique

if TYPE_CHECKING:
    pass

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Distinct = bool | pd.DataFrame

COUNTS: Mapping[str, str] = {
    "mentions": "int64",
    "articles": "int64",
    "share": "float64",
    "first": "datetime64[us, UTC]",
    "last": "datetime64[us, UTC]",
    "confidence": "float64",
    "expected": "float64",
    "expected_low": "float64",
    "expected_high": "float64",
}
# What a verb can count by: the columns that tell two groups apart, and those that go along.
KEYS: Mapping[str, tuple[str, ...]] = {
    "place": ("place_id",),
    "division": ("country_code", "admin1"),
    "country": ("country_code",),
    "source": ("source",),
}
LABELS: Mapping[str, tuple[str, ...]] = {
    "place": ("place_id", "name", "country_code", "country", "admin1"),
    "division": ("country_code", "country", "admin1"),
    "country": ("country_code", "country"),
    "source": ("source",),
}
# Names of countries that are countries, of divisions that are divisions: GeoNames' codes.
_COUNTRY_CODES = "PCL"
_DIVISION_CODES = ("ADM1", "ADM1H")


class Grouping(NamedTuple):
    """The group of each mention (-1: none), and one row of labels per group."""

    codes: Ints
    labels: pd.DataFrame


def counted(mentions: pd.DataFrame, columns: Iterable[str], *, distinct: Distinct = False) -> tuple[pd.DataFrame, int]:
    """Return the mentions that count, and how many articles the table speaks of.

    Parameters
    ----------
    mentions
        A mentions table.
    columns
        What the verb needs besides ``article_id`` and ``status``.
    distinct
        Whether stories that are copies of others are left out, or the table of them that
        :func:`~geomap.analysis.duplicates` returned.

    Returns
    -------
    tuple
        The resolved mentions, except those that a person marked as no place, with the columns asked for and a fresh
        RangeIndex; and the number of articles with any mention, resolved or not.

    Raises
    ------
    ColumnMissing
        If the mentions lack one of the columns.
    """
    wanted = tuple(dict.fromkeys(("article_id", "status", *columns)))
    tables.require_columns(mentions, wanted, what="mentions")
    kept = np.ones(len(mentions), dtype=bool)
    if distinct is not False:
        from geomap.analysis._reprints import originals

        kept = originals(mentions, distinct)
    total = int(mentions["article_id"][kept].nunique()) if not kept.all() else int(mentions["article_id"].nunique())
    counts = kept & (mentions["status"] == "resolved").to_numpy(dtype=bool, na_value=False)
    if "checked" in mentions.columns:
        counts &= ~(mentions["checked"] == "not a place").to_numpy(dtype=bool, na_value=False)
    table = pd.DataFrame(mentions[list(wanted)])[counts].reset_index(drop=True)
    table.attrs = {}
    return table, total


def grouping(table: pd.DataFrame, by: str | None) -> Grouping:
    """Group mentions by place, division, country or source; a mention without one has the group -1."""
    if by is None:
        return Grouping(np.zeros(len(table), dtype=np.int64), pd.DataFrame(index=range(1)))
    keys = KEYS[one_of("by", by, KEYS)]
    codes, _ = factorized(table[keys[0]])
    for key in keys[1:]:
        more, values = factorized(table[key])
        both = np.where((codes < 0) | (more < 0), -1, codes * max(len(values), 1) + more)
        codes, _ = factorized(pd.Series(both).where(both >= 0))
    size = int(codes.max(initial=-1)) + 1
    names = [name for name in LABELS[by] if name in table.columns]
    return Grouping(codes, labels(table, codes, size, dict.fromkeys(names, "str")))


def labels(table: pd.DataFrame, codes: Ints, size: int, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return the first value of each column in each group that is not missing, so that one bad row blanks nothing."""
    inside = np.flatnonzero(codes >= 0)
    rows = np.zeros(size, dtype=np.int64)
    rows[codes[inside][::-1]] = inside[::-1]
    taken = {}
    for name, dtype in columns.items():
        values = table[name].iloc[rows].reset_index(drop=True)
        lacking = values.isna().to_numpy()
        if lacking.any():
            further = np.flatnonzero((codes >= 0) & lacking[codes] & table[name].notna().to_numpy())
            values = values.astype(object)
            found = dict(zip(codes[further][::-1].tolist(), table[name].iloc[further[::-1]].tolist(), strict=True))
            values.iloc[list(found)] = pd.Series(list(found.values()), dtype=object).to_numpy()
        taken[name] = values if dtype == "geometry" else tables.as_dtype(values, dtype)
    return pd.DataFrame(taken, index=range(size))


def tally(table: pd.DataFrame, codes: Ints, size: int, *, total: int, level: float = 0.95) -> pd.DataFrame:
    """Return the columns of :data:`COUNTS`, one row per group.

    Parameters
    ----------
    table
        Mentions that count, with ``article_id, published, confidence``.
    codes
        The group of each mention; -1 for none.
    size
        How many groups there are.
    total
        How many articles there are, of which ``share`` is a share.
    level
        Of the interval around ``expected``.
    """
    normal_quantile(level)
    inside = codes >= 0
    if not inside.all():
        table, codes = table[inside], codes[inside]
    chances = probabilities(table["confidence"])
    mentions = np.bincount(codes, minlength=size)
    articles = distinct_articles(table["article_id"], codes, size)
    published = as_times(table["published"])
    span = published.groupby(codes).agg(["min", "max"]).reindex(range(size))
    certain = np.bincount(codes, weights=np.nan_to_num(chances), minlength=size)
    known = np.bincount(codes, weights=~np.isnan(chances), minlength=size)
    low, high = _intervals.interval(codes, chances, size, level=level)
    mean = np.divide(certain, known, out=np.full(size, np.nan), where=known > 0)
    counts = {
        "mentions": mentions,
        "articles": articles,
        "share": articles / total if total else np.full(size, np.nan),
        "first": span["min"],
        "last": span["max"],
        "confidence": mean,
        "expected": np.where(known == mentions, certain, np.nan),
        "expected_low": low,
        "expected_high": high,
    }
    return pd.DataFrame({name: tables.as_dtype(pd.Series(counts[name]), dtype) for name, dtype in COUNTS.items()})


def probabilities(confidence: pd.Series[Any]) -> Floats:
    """Return the confidence as numbers.

    Raises
    ------
    InvalidTable
        If one is not a probability; its row is named.
    """
    values = pd.to_numeric(confidence, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = (values < 0) | (values > 1)
    if wrong.any():
        row = int(wrong.argmax())
        raise InvalidTable(
            f"the column confidence holds {values[row]} (row {row} of those counted); it goes from 0 to 1"
        )
    return values


def distinct_articles(article_id: pd.Series[Any], codes: Ints, size: int) -> Ints:
    """Return in how many different articles each group is mentioned."""
    articles, names = factorized(article_id)
    pairs = sorted_unique(codes * max(len(names), 1) + articles)
    return np.bincount(pairs // max(len(names), 1), minlength=size).astype(np.int64)


def is_country(table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which mentions name a country itself."""
    codes = tables.as_dtype(table["feature_code"], "str")
    return codes.str.startswith(_COUNTRY_CODES).to_numpy(dtype=bool, na_value=False)


def is_division(table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which mentions name a first-order division itself."""
    return table["feature_code"].isin(_DIVISION_CODES).to_numpy(dtype=bool)


def label_dtypes(by: str | None) -> dict[str, str]:
    """Return the dtypes of the columns that name a group."""
    return {} if by is None else dict.fromkeys(LABELS[one_of("by", by, KEYS)], "str")

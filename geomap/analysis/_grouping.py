"""What the counting verbs share: select the mentions that count, group them, and count each group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap import tables
from geomap._checks import one_of
from geomap.analysis._reprints import originals
from geomap.errors import InvalidTable
from geomap.tables import Bools, Floats, Ints, factorized, in_degrees_of, sorted_unique, with_dtypes

if TYPE_CHECKING:
    import geopandas as gpd

Distinct = bool | pd.DataFrame

# A places table repeats what the gazetteer says of a place and what the mentions call it; the rest is counted, the mean
# confidence too.
COUNTS: Mapping[str, str] = {
    name: dtype
    for name, dtype in tables.PLACES.items()
    if name == "confidence" or name not in {*tables.MENTIONS, "written"}
}
# What a verb can count by: the columns that identify a group, and all columns that describe it.
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
# GeoNames' codes for countries and first-order divisions.
_COUNTRY_CODES = "PCL"
_DIVISION_CODES = ("ADM1", "ADM1H")


class Selection(NamedTuple):
    """Which mentions a verb counts; :func:`~geomap.analysis.places` explains the options."""

    distinct: Distinct = False
    embedded: bool = False
    approximate: bool = False

    @property
    def only_whole(self) -> str | None:
        """Why mentions cannot be counted in parts, if copies are to be looked for among them."""
        if self.distinct is not True:
            return None
        return (
            "copies are found among all articles, not in a part of them: give the table that duplicates(articles) returns "
            "as distinct="
        )


# What says whether a mention counts, and with what probability.
SELECTING = (
    *("article_id", "status", "place_id", "checked", "kind", "precision"),
    *("confidence", "dot_probability"),
)


class Grouping(NamedTuple):
    """The group of each mention (-1: none), and one row of labels per group."""

    codes: Ints
    labels: pd.DataFrame

    @property
    def size(self) -> int:
        """How many groups there are."""
        return len(self.labels)

    def mentions(self, which: Bools | None = None) -> Ints:
        """Return how many mentions each group has, of those selected by ``which``."""
        counted = self.codes >= 0 if which is None else (self.codes >= 0) & which
        return np.bincount(self.codes[counted], minlength=self.size)

    def articles(self, article_id: pd.Series[Any]) -> Ints:
        """Return how many different articles mention each group."""
        return distinct_articles(article_id, self.codes, self.size)

    def pick(self, groups: Ints) -> Grouping:
        """Return only these groups, in the order given; mentions of the others are in none."""
        numbers = np.full(self.size + 1, -1, dtype=np.int64)  # the last one is for mentions in no group: -1 stays -1
        numbers[groups] = np.arange(len(groups))
        return Grouping(numbers[self.codes], self.labels.iloc[groups].reset_index(drop=True))


def counted(
    mentions: pd.DataFrame,
    needed: Iterable[str] = (),
    *,
    optional: Iterable[str] = (),
    by: str | None = None,
    which: Selection,
) -> tuple[pd.DataFrame, pd.Index[Any]]:
    """Return the mentions that count, and the articles.

    Parameters
    ----------
    mentions
        A mentions table.
    needed
        The columns that the verb needs besides ``article_id`` and ``status``.
    optional
        Further columns; one that is absent is returned as missing values. ``confidence`` is that of the dot, where the
        mentions have one.
    by
        What the verb groups by: the columns that identify a group are needed, those that describe it optional.
    which
        What the verb was asked to leave out, and to bring.

    Returns
    -------
    tuple
        The mentions that count, with the columns asked for and a fresh RangeIndex, the active geometry as ``geometry`` in
        EPSG:4326; and the ids of all articles with any mention, counted or not.

    Raises
    ------
    ColumnMissing
        If the mentions lack a column that is needed.
    """
    keys: tuple[str, ...] = ()
    if by is not None:
        keys = KEYS[one_of("by", by, KEYS)]
        optional = (*optional, *LABELS[by])
    required = dict.fromkeys(("article_id", "status", *needed, *keys))
    columns = dict.fromkeys((*required, *optional))
    if "geometry" in columns:
        mentions = in_degrees_of(mentions)
    tables.require_columns(mentions, tuple(required), what="mentions")
    kept = originals(mentions, which.distinct)
    counts = kept & tables.is_counted(mentions, embedded=which.embedded, approximate=which.approximate)
    table = pd.DataFrame(mentions[[name for name in columns if name in mentions.columns]])
    table = table.assign(**{name: None for name in columns if name not in mentions.columns})
    if "confidence" in columns:
        table["confidence"] = tables.chances(mentions)
    table = table[counts].reset_index(drop=True)
    table.attrs = {}
    return table, factorized(mentions["article_id"][kept])[1]


def grouping(table: pd.DataFrame, by: str | None) -> Grouping:
    """Group mentions by place, division, country or source; None for one group of all."""
    if by is None:
        return Grouping(np.zeros(len(table), dtype=np.int64), pd.DataFrame(index=range(1)))
    codes = group_codes(table, KEYS[by])
    return Grouping(codes, first_values(table, codes, {name: "str" for name in LABELS[by] if name in table.columns}))


def group_codes(table: pd.DataFrame, keys: Iterable[str]) -> Ints:
    """Return the group of each row, in order of first appearance: 0 for all without keys, -1 where a key is missing."""
    columns = [factorized(table[key])[0] for key in keys]
    if not columns:
        return np.zeros(len(table), dtype=np.int64)
    codes = columns[0]
    for other in columns[1:]:
        codes = numbered(paired(codes, other))
    return codes


def numbered(codes: Ints) -> Ints:
    """Return codes renumbered from 0 in order of first appearance; -1 stays -1."""
    return factorized(pd.Series(codes).where(codes >= 0))[0]


def paired(first: Ints, second: Ints) -> Ints:
    """Return one number for each pair of codes; -1 where either is."""
    return np.where((first < 0) | (second < 0), -1, first * (int(second.max(initial=0)) + 1) + second)


def first_rows(codes: Ints, size: int) -> Ints:
    """Return the first row of each group."""
    inside = np.flatnonzero(codes >= 0)
    # Assigned backwards, so that the first row of each group is the one that stays.
    rows = np.zeros(size, dtype=np.int64)
    rows[codes[inside][::-1]] = inside[::-1]
    return rows


def first_values(table: pd.DataFrame, codes: Ints, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return the first value of each column in each group that is not missing, so that one bad row blanks nothing."""
    size = int(codes.max(initial=-1)) + 1
    rows = first_rows(codes, size)
    taken = {}
    for name, dtype in columns.items():
        values = table[name].iloc[rows].reset_index(drop=True)
        lacking = values.isna().to_numpy()
        if lacking.any():
            further = np.flatnonzero((codes >= 0) & lacking[codes] & table[name].notna().to_numpy())[::-1]
            known = dict(zip(codes[further].tolist(), table[name].iloc[further].tolist(), strict=True))
            values = values.astype(object)
            values.iloc[list(known)] = pd.Series(list(known.values()), dtype=object).to_numpy()
        taken[name] = values if dtype == "geometry" else tables.as_dtype(values, dtype)
    return pd.DataFrame(taken, index=range(size))


def ratio(numerator: npt.ArrayLike, denominator: npt.ArrayLike) -> Floats:
    """Return one array divided by the other, missing where the denominator is 0."""
    numerator, denominator = np.broadcast_arrays(numerator, denominator)
    missing = np.full(numerator.shape, np.nan)
    return np.asarray(np.divide(numerator, denominator, out=missing, where=denominator > 0))


def probabilities(confidence: pd.Series[Any]) -> Floats:
    """Return the confidence as numbers.

    Raises
    ------
    InvalidTable
        If one is not a probability; the message names its row.
    """
    values = pd.to_numeric(confidence, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = (values < 0) | (values > 1)
    if wrong.any():
        row = int(wrong.argmax())
        raise InvalidTable(
            f"column 'confidence' must be between 0 and 1; got {values[row]} in row {row} of the mentions counted"
        )
    return values


def distinct_articles(article_id: pd.Series[Any], codes: Ints, size: int) -> Ints:
    """Return how many different articles mention each group; -1 is no group."""
    inside = codes >= 0
    articles, names = factorized(article_id[inside])
    pairs = sorted_unique(codes[inside] * max(len(names), 1) + articles)
    return np.bincount(pairs // max(len(names), 1), minlength=size).astype(np.int64)


def is_country(table: pd.DataFrame) -> Bools:
    """Return which mentions name a country itself."""
    codes = tables.as_dtype(table["feature_code"], "str")
    return codes.str.startswith(_COUNTRY_CODES).to_numpy(dtype=bool, na_value=False)


def is_division(table: pd.DataFrame) -> Bools:
    """Return which mentions name a first-order division itself."""
    return table["feature_code"].isin(_DIVISION_CODES).to_numpy(dtype=bool)


def label_dtypes(by: str | None) -> dict[str, str]:
    """Return the dtypes of the columns that describe a group."""
    return {} if by is None else dict.fromkeys(LABELS[one_of("by", by, KEYS)], "str")


def geo_table(table: pd.DataFrame, columns: Mapping[str, str], geometry: Any) -> gpd.GeoDataFrame:
    """Return the columns named, in their dtypes, with one geometry per row in EPSG:4326."""
    import geopandas as gpd

    return gpd.GeoDataFrame(
        with_dtypes(table, columns), geometry=gpd.GeoSeries(np.asarray(geometry), crs=tables.CRS), crs=tables.CRS
    )

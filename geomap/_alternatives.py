"""The runners-up of every mention, as a column of the mentions table.

The column ``alternatives`` holds compact JSON text, so that it survives whatever a table goes through: ``concat``,
``merge``, another process, and files of every format. A cell holds two arrays::

    [[[99072, "Mosul", "IQ", "15", "PPLA", 1683000, 0.987, 36.335, 43.11889], ...], [13210, 0, -402, ...]]

The first has one entry per candidate, the likeliest first: the ``geonameid`` (or the ``place_id`` of a place that is not
from GeoNames), then the columns of :data:`STORED`, the last of them only where it says something. The second says why the
first candidate was preferred to the second:
what each signal adds to its score, less what it adds to the second's, in units of :data:`UNIT` and in the order of
:data:`~geomap.resolution._signals.NAMES`. It is empty where there was no choice.
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from geomap.errors import InvalidTable
from geomap.tables import MENTION_KEY, SPANS, is_missing, require_columns, with_dtypes

COLUMN = "alternatives"
LIMIT = 8
UNIT = 1e-4
STORED = {
    **dict.fromkeys(("place_id", "name", "country_code", "admin1_code", "feature_code"), "str"),
    "population": "int64",
    **dict.fromkeys(("probability", "lat", "lon"), "float64"),
    "spelled_like": "str",
}
COLUMNS = {**SPANS, "toponym": "str", "rank": "int64", **STORED}


def read_alternatives(cell: Any) -> tuple[list[tuple[Any, ...]], list[float]]:
    """Return what :func:`geomap.resolution._alternatives.alternatives_as_text` wrote for one mention.

    Parameters
    ----------
    cell
        The text, or the arrays in it: GDAL writes text that looks like JSON as JSON, and reads it as lists.

    Returns
    -------
    list of tuple
        The candidates, the likeliest first, with the columns of :data:`STORED`.
    list of float
        By signal, what it adds to the first candidate's score less what it adds to the second's; empty without a second.

    Raises
    ------
    InvalidTable
        If the cell holds something else.
    """
    try:
        stored, difference = json.loads(cell) if isinstance(cell, str) else cell
        candidates = [
            _whole(f"geonames:{place_id}" if isinstance(place_id, int) else place_id, values)
            for place_id, *values in stored
        ]
        return candidates, [round(value * UNIT, 4) for value in difference]
    except (ValueError, TypeError) as error:
        raise InvalidTable(f"the column {COLUMN} cannot be read: {cell!r:.60}; geoparse the articles again") from error


def _whole(place_id: Any, values: list[Any]) -> tuple[Any, ...]:
    return (place_id, *values, *[None] * (len(STORED) - 1 - len(values)))


def carries_alternatives(mentions: pd.DataFrame) -> bool:
    """Return whether the table says what else its mentions might have meant."""
    return COLUMN in mentions.columns and bool(mentions[COLUMN].notna().any())


def alternatives(mentions: pd.DataFrame) -> pd.DataFrame:
    """Return the candidates that each mention had, the likeliest first.

    Parameters
    ----------
    mentions
        The mentions table, or rows of it, as :func:`~geomap.geoparse` returned it or as it was read from a file.

    Returns
    -------
    DataFrame
        One row per candidate, at most eight per mention, in the order of the mentions and from the likeliest candidate
        to the least likely: ``article_id, field, start, end, toponym, rank`` (from 1), ``place_id, name, country_code,
        admin1_code, feature_code, population`` (0 where unknown), ``probability``, ``lat, lon``
        (degrees, EPSG:4326); these three to five digits; ``spelled_like``, the name by which the candidate was found where
        it has none that is spelled like the toponym, else missing. A mention without a candidate has no row.

    Raises
    ------
    ColumnMissing
        If the table is not one of mentions.
    InvalidTable
        If no mention says what its candidates were: the table comes from an older geomap or from another program.

    See Also
    --------
    geomap.why : why the likeliest candidate was preferred to the next.

    Examples
    --------
    >>> import geomap
    >>> mentions = geomap.datasets.sample_mentions()
    >>> candidates = geomap.alternatives(mentions.query("toponym == 'Geneva'"))
    >>> candidates[["rank", "name", "country_code", "feature_code", "probability"]].head(3)
       rank    name country_code feature_code  probability
    0     1  Geneva           CH         PPLA      0.68239
    1     2  Geneva           CH         ADM1      0.18181
    2     3  Geneva           CH         ADM2      0.09572
    """
    require_columns(mentions, (*MENTION_KEY, "toponym"), what="mentions")
    if len(mentions) and not carries_alternatives(mentions):
        raise InvalidTable(f"the mentions have no column {COLUMN}, which geoparse writes; geoparse the articles again")
    rows = []
    named = (mentions[name] for name in (*MENTION_KEY, "toponym"))
    for *mention, text in zip(*named, mentions.get(COLUMN, []), strict=True):
        candidates = [] if is_missing(text) else read_alternatives(text)[0]
        rows += [(*mention, rank, *candidate) for rank, candidate in enumerate(candidates, start=1)]
    return with_dtypes(pd.DataFrame(rows, columns=list(COLUMNS)), COLUMNS)

"""A column of the mentions as classes of color: the most frequent words, or steps of a number."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomap import tables

_WORDS = 7  # classes beyond cannot be told apart by color
_STEPS = 5
Integers = npt.NDArray[np.int64]


def classes(mentions: pd.DataFrame, column: str) -> tuple[Integers, dict[str, Any]]:
    """Return the class of each mention (-1: none), and what a legend says of the classes.

    Parameters
    ----------
    mentions
        A mentions table.
    column
        Its column: numbers and dates become up to five steps with as many mentions each; anything else its seven most
        frequent values and "Other".

    Raises
    ------
    ColumnMissing
        If there is no such column.
    """
    tables.require_columns(mentions, (column,), what="mentions")
    values = mentions[column]
    told: dict[str, Any] = {"name": str(column)}
    ordered = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if ordered or pd.api.types.is_datetime64_any_dtype(values):
        codes, labels = _steps(values)
        return codes, told | {"labels": labels, "ordered": True}
    text = values.astype(object).where(values.notna(), None)
    counts = text.astype(str).where(text.notna()).value_counts()
    frequent = sorted(counts.index, key=lambda word: (-counts[word], word))[:_WORDS]
    number = {word: code for code, word in enumerate(frequent)}
    other = len(number)
    codes = np.array([-1 if word is None else number.get(str(word), other) for word in text], dtype=np.int64)
    labels = [*number, *(["Other"] if (codes == other).any() else [])]
    return codes, told | {"labels": labels, "ordered": False}


def _steps(values: pd.Series[Any]) -> tuple[Integers, list[str]]:
    dated = pd.api.types.is_datetime64_any_dtype(values)
    known = values.notna().to_numpy()
    if dated:
        numbers = values.to_numpy(dtype="datetime64[D]").astype(np.int64).astype(float)
    else:
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
    known = known & np.isfinite(numbers)
    codes = np.full(len(values), -1, dtype=np.int64)
    if not known.any():
        return codes, []
    edges = np.unique(np.quantile(numbers[known], np.linspace(0, 1, _STEPS + 1)))
    inner = edges[1:-1]
    codes[known] = np.searchsorted(inner, numbers[known], side="left")
    ends = [str(np.datetime64(int(edge), "D")) if dated else f"{edge:,.3g}" for edge in edges]
    labels = [f"{low} – {high}" for low, high in pairwise(ends)] or ends[:1]
    return codes, labels

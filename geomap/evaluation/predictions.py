"""Predictions to score: a table of mentions, or a file of one, checked row by row against the gold articles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geomap.evaluation.gold import Gold, read_gold, what_is_wrong
from geomap.evaluation.readers import format_of
from geomap.evaluation.readers.annotated import Problem, by_id
from geomap.evaluation.readers.mentions import as_integer, read_table
from geomap.tables import as_dtype, require_columns

PREDICTION_COLUMNS: Mapping[str, str] = {
    "article_id": "str",
    "field": "str",
    "start": "int64",
    "end": "int64",
    "toponym": "str",
    "kind": "str",
    "usage": "str",
    "recognition_score": "float64",
    "confidence": "float64",
    "lat": "float64",
    "lon": "float64",
    "place_id": "str",
    "geonameid": "Int64",
    "name": "str",
    "country_code": "str",
    "feature_class": "str",
    "feature_code": "str",
    "population": "Int64",
}
_SPAN = ("article_id", "start", "end")
_OF_PLACE = (
    "lat",
    "lon",
    "place_id",
    "geonameid",
    "name",
    "country_code",
    "feature_class",
    "feature_code",
    "population",
)


@dataclass
class Predictions:
    """Predicted mentions of the gold articles, and what had to be left out.

    Parameters
    ----------
    mentions
        One row per mention in a field that the gold annotates, columns :data:`PREDICTION_COLUMNS`, in the order given;
        coordinates in degrees, missing where unresolved.
    problems
        Rows that were left out: mappings of ``article_id``, ``row`` and ``reason``.
    elsewhere
        How many rows belong to articles or fields that the gold does not have: neither right nor wrong.
    """

    mentions: pd.DataFrame
    problems: list[Problem] = field(default_factory=list)
    elsewhere: int = 0


def read_predictions(source: pd.DataFrame | str | Path, gold: Gold) -> Predictions:
    """Read predictions and check each row.

    Parameters
    ----------
    source
        A mentions table (``article_id, start, end``; ``field`` is ``text`` where it is not given; coordinates as
        geometry or as ``lat`` and ``lon``), or a file: a table that geomap wrote, or any format that gold comes in.
    gold
        What it will be scored on.

    Raises
    ------
    ColumnMissing
        If the table lacks a column of the span.
    InvalidGold, UnsupportedFormat
        If the file cannot be read.
    """
    if isinstance(source, pd.DataFrame):
        require_columns(source, _SPAN, what="predictions")
        return _checked(with_coordinates(source), gold, [])
    path = Path(source)
    if format_of(path) == "mentions":
        return _checked(read_table(path), gold, [])
    read = read_gold(path, articles=gold.articles)
    return _checked(read.mentions, gold, read.problems)


def with_coordinates(mentions: pd.DataFrame) -> pd.DataFrame:
    """Return a mentions table with ``lat`` and ``lon`` in degrees, missing where there is no point."""
    geometry = getattr(mentions, "geometry", None) if "geometry" in mentions.columns else None
    table = pd.DataFrame(mentions.drop(columns="geometry", errors="ignore")).reset_index(drop=True)
    if geometry is not None and hasattr(geometry, "y"):
        table["lat"], table["lon"] = geometry.y.to_numpy(), geometry.x.to_numpy()
    return table


def _checked(table: pd.DataFrame, gold: Gold, problems: list[Problem]) -> Predictions:
    articles = by_id(gold.articles)
    read = Predictions(pd.DataFrame(), list(problems))
    rows = list(_rows(table, articles, gold.fields, read))
    frame = pd.DataFrame(rows, columns=list(PREDICTION_COLUMNS))
    read.mentions = pd.DataFrame({name: as_dtype(frame[name], dtype) for name, dtype in PREDICTION_COLUMNS.items()})
    return read


def _rows(
    table: pd.DataFrame, articles: Mapping[str, Mapping[str, Any]], fields: frozenset[str], read: Predictions
) -> Iterator[dict[str, Any]]:
    seen: set[tuple[Any, ...]] = set()
    for number, record in enumerate(table.to_dict("records"), start=1):
        row: dict[str, Any] = {str(name): None if _missing(value) else value for name, value in record.items()}
        row["article_id"], row["field"] = str(row["article_id"]), row.get("field") or "text"
        row["start"], row["end"] = as_integer(row["start"]), as_integer(row["end"])
        article = articles.get(row["article_id"])
        if article is None or row["field"] not in fields:
            read.elsewhere += 1
            continue
        if row.get("status") == "nil":
            row |= dict.fromkeys(_OF_PLACE)
        span = (row["article_id"], row["field"], row["start"], row["end"])
        reason = what_is_wrong({**row, "text": row.get("toponym")}, article)
        if reason is None and span in seen:
            reason = f"offsets {row['start']}-{row['end']} stand twice"
        if reason:
            read.problems.append({"article_id": row["article_id"], "row": number, "reason": f"prediction: {reason}"})
            continue
        seen.add(span)
        row["toponym"] = str(article[row["field"]])[row["start"] : row["end"]]
        for name in ("geonameid", "population"):
            row[name] = None if row.get(name) is None else as_integer(row[name])
        yield {name: row.get(name, np.nan) for name in PREDICTION_COLUMNS}


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)

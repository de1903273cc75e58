"""Predictions to score: a table of mentions, or a file of one, checked row by row against the gold articles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geomap.evaluation._gold import Gold, read_gold, what_is_wrong
from geomap.evaluation._regions import country_of
from geomap.evaluation.readers import format_of
from geomap.evaluation.readers._annotated import Problem, by_id
from geomap.evaluation.readers._mentions import as_integer, read_table
from geomap.gazetteer import Candidate, Gazetteer
from geomap.tables import as_dtype, require_columns

FEATURE_COLUMNS: Mapping[str, str] = {
    "name": "str",
    "feature_class": "str",
    "feature_code": "str",
    "country_code": "str",
    "population": "Int64",
}

_PREFIXES: Mapping[str, str] = {"PPL": "P", "STLMT": "P", "ADM": "A", "PCL": "A", "ZN": "A"}
_CLASSES: Mapping[str, str] = {
    **dict.fromkeys(("LTER", "PRSH", "TERR"), "A"),
    **dict.fromkeys(("BAY", "CHN", "GULF", "HBR", "LK", "LKS", "OCN", "RSV", "SEA", "STM", "STMS", "STRT"), "H"),
    **dict.fromkeys(("AREA", "CONT", "MILB", "PRK", "RESF", "RESN", "RGN", "RGNE"), "L"),
    **dict.fromkeys(("RD", "ST", "TNL"), "R"),
    **dict.fromkeys(("AIRP", "BDG", "BLDG", "CH", "FRM", "HSP", "HTL", "MUS", "SCH", "SCHC", "STDM", "UNIV"), "S"),
    **dict.fromkeys(("BCH", "CAPE", "DSRT", "HLL", "ISL", "ISLS", "MT", "MTS", "PEN", "PK", "VAL"), "T"),
    **dict.fromkeys(("FRST",), "V"),
}


def gold_features(mentions: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    """Return what is known of the place of each gold mention.

    Parameters
    ----------
    mentions
        Gold mentions.
    gazetteer
        What knows the ids. Where it does not know one, the gold's own columns stand (the class by the code), and the
        country is that in whose outline the gold point lies.

    Returns
    -------
    DataFrame
        Columns :data:`FEATURE_COLUMNS`, one row per mention, in their order; missing where nothing is known.
    """
    ids = mentions["geonameid"].dropna().unique()
    places = {int(number): gazetteer.place(f"geonames:{number}") for number in ids}
    rows = [_known(places.get(record["geonameid"]), record) for record in mentions.to_dict("records")]
    table = pd.DataFrame(rows, columns=list(FEATURE_COLUMNS), index=mentions.index)
    table = pd.DataFrame({name: as_dtype(table[name], dtype) for name, dtype in FEATURE_COLUMNS.items()})
    lost = (table["country_code"].isna() & mentions["lat"].notna()).to_numpy()
    if lost.any():
        where = mentions[lost]
        table.loc[lost, "country_code"] = np.array(country_of(where["lat"], where["lon"]), dtype=object)
    return table


def _known(place: Candidate | None, record: Mapping[Any, Any]) -> tuple[object, ...]:
    if place is not None:
        code, people = place.feature_code, place.population or None
        return place.name, place.feature_class, code, place.country_code or None, people
    own = {name: None if pd.isna(record.get(name)) else record.get(name) for name in FEATURE_COLUMNS}
    feature_class = own["feature_class"] or class_of(own["feature_code"])
    return None, feature_class, own["feature_code"], own["country_code"], own["population"]


def class_of(code: str | None) -> str | None:
    """Return the feature class of a feature code of GeoNames, None for a code that is not among the usual ones.

    Examples
    --------
    >>> class_of("PPLA2"), class_of("ADM1"), class_of("STM"), class_of(None)
    ('P', 'A', 'H', None)
    """
    if not code:
        return None
    return next((name for prefix, name in _PREFIXES.items() if code.startswith(prefix)), _CLASSES.get(code))


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

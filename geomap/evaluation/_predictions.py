"""Predictions to score: a table of mentions, or a file of one, checked row by row against the gold articles."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geomap._checks import file_path, of_kind
from geomap.evaluation._gold import FEATURE, Gold, dtypes_of, problem_with, read_gold
from geomap.evaluation._regions import country_of
from geomap.evaluation.readers import format_of
from geomap.evaluation.readers._annotated import Problem, by_id
from geomap.evaluation.readers._mentions import NEEDED, as_integer, read_table
from geomap.gazetteer import Candidate, Gazetteer
from geomap.tables import MENTION_KEY, coordinates, in_degrees_of, is_missing, require_columns, with_dtypes

_PLACE = ("lat", "lon", "place_id", "geonameid", "name", *FEATURE)
FEATURE_COLUMNS: Mapping[str, str] = dtypes_of("name", *FEATURE)
PREDICTION_COLUMNS: Mapping[str, str] = dtypes_of(
    *MENTION_KEY, "toponym", "kind", "usage", "recognition_score", "confidence", "dot_probability", *_PLACE
)


@dataclass
class Predictions:
    """Predicted mentions of the gold articles, and the rows that had to be left out.

    Parameters
    ----------
    mentions
        One row per mention in a field that the gold annotates, columns :data:`PREDICTION_COLUMNS`, in the order of the
        source; coordinates in degrees, missing where unresolved.
    problems
        Rows that were left out: mappings of ``article_id``, ``row`` and ``reason``.
    elsewhere
        How many rows belong to articles or fields that the gold does not have, so that they are neither right nor wrong.
    """

    mentions: pd.DataFrame
    problems: list[Problem] = field(default_factory=list)
    elsewhere: int = 0


def read_predictions(source: pd.DataFrame | str | Path, gold: Gold) -> Predictions:
    """Read predictions and check each row.

    Parameters
    ----------
    source
        A mentions table (``article_id, start, end``; ``field`` is ``text`` by default; coordinates as geometry or as
        ``lat`` and ``lon`` in degrees), or a file: a table that geomap wrote, or any format that gold comes in.
    gold
        What it will be scored on.

    Raises
    ------
    ColumnMissing
        If the table lacks ``article_id``, ``start`` or ``end``.
    InvalidGold, UnsupportedFormat
        If the file cannot be read.
    """
    if isinstance(source, pd.DataFrame):
        require_columns(source, NEEDED, what="predictions")
        return _checked(with_coordinates(source), gold, [])
    of_kind("predictions", source, (str, os.PathLike), "a mentions table, or the path of a file of one")
    path = file_path("predictions", source)
    if format_of(path) == "mentions":
        return _checked(read_table(path), gold, [])
    read = read_gold(path, articles=gold.articles)
    return _checked(read.mentions, gold, read.problems)


def with_coordinates(mentions: pd.DataFrame) -> pd.DataFrame:
    """Return a mentions table with its points as ``lat`` and ``lon`` in degrees, missing where there is none."""
    geometry = getattr(mentions, "active_geometry_name", None)
    table = pd.DataFrame(mentions.drop(columns=geometry or "geometry", errors="ignore")).reset_index(drop=True)
    if geometry is not None:
        table["lon"], table["lat"] = coordinates(in_degrees_of(mentions).geometry)
    return table


def _checked(table: pd.DataFrame, gold: Gold, problems: list[Problem]) -> Predictions:
    articles, fields, problems = by_id(gold.articles), gold.fields, list(problems)
    rows, elsewhere = [], 0
    seen: set[tuple[Any, ...]] = set()
    for number, record in enumerate(table.to_dict("records"), start=1):
        row = _cleaned(record)
        article = articles.get(row["article_id"])
        if article is None or row["field"] not in fields:
            elsewhere += 1
            continue
        key = tuple(row[name] for name in MENTION_KEY)
        reason = problem_with({**row, "text": row.get("toponym")}, article)
        if reason is None and key in seen:
            reason = f"duplicate span {row['start']}-{row['end']}"
        if reason:
            problems.append(Problem(article_id=row["article_id"], row=number, reason=f"prediction: {reason}"))
            continue
        seen.add(key)
        row["toponym"] = str(article[row["field"]])[row["start"] : row["end"]]
        rows.append(row)
    # Only the columns named, since a table may carry any others along.
    frame = pd.DataFrame([{name: row.get(name, np.nan) for name in PREDICTION_COLUMNS} for row in rows])
    return Predictions(
        with_dtypes(frame.reindex(columns=list(PREDICTION_COLUMNS)), PREDICTION_COLUMNS), problems, elsewhere
    )


def _cleaned(record: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row with None for what is missing, whole numbers as integers, and no place for a nil mention."""
    row: dict[str, Any] = {str(name): None if is_missing(value) else value for name, value in record.items()}
    row["article_id"], row["field"] = str(row["article_id"]), row.get("field") or "text"
    if row.get("status") == "nil":
        row |= dict.fromkeys(_PLACE)
    return row | {name: as_integer(row.get(name)) for name in ("start", "end", "geonameid", "population")}


def gold_features(mentions: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    """Return what is known of the place of each gold mention.

    Parameters
    ----------
    mentions
        Gold mentions.
    gazetteer
        Looks up the ids. For an id that it does not know, the gold's own columns are taken (the class from the code), and
        the country is the one whose outline holds the gold point.

    Returns
    -------
    DataFrame
        Columns :data:`FEATURE_COLUMNS`, one row per mention, in their order and with their index; missing where nothing
        is known.
    """
    ids = mentions["geonameid"].dropna().unique()
    places = {int(number): gazetteer.place(f"geonames:{number}") for number in ids}
    rows = [_known(places.get(record["geonameid"]), record) for record in mentions.to_dict("records")]
    table = with_dtypes(pd.DataFrame(rows, columns=list(FEATURE_COLUMNS)), FEATURE_COLUMNS).set_index(mentions.index)
    unknown = (table["country_code"].isna() & mentions["lat"].notna()).to_numpy()
    if unknown.any():
        points = mentions[unknown]
        table.loc[unknown, "country_code"] = np.array(country_of(points["lat"], points["lon"]), dtype=object)
    return table


def _known(place: Candidate | None, record: Mapping[Any, Any]) -> dict[str, object]:
    if place is not None:
        known = {name: getattr(place, name) for name in FEATURE_COLUMNS}
        return known | {"country_code": place.country_code or None, "population": place.population or None}
    own = {name: None if is_missing(record.get(name)) else record.get(name) for name in FEATURE}
    return own | {"feature_class": own["feature_class"] or class_of(own["feature_code"])}


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


def class_of(code: str | None) -> str | None:
    """Return the GeoNames feature class of a feature code, None for an unusual code.

    Examples
    --------
    >>> class_of("PPLA2"), class_of("ADM1"), class_of("STM"), class_of(None)
    ('P', 'A', 'H', None)
    """
    if not code:
        return None
    return next((name for prefix, name in _PREFIXES.items() if code.startswith(prefix)), _CLASSES.get(code))

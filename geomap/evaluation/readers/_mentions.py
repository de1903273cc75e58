"""Tables of mentions as geomap writes them: GeoJSON, CSV, GeoParquet, GeoPackage."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geomap.errors import InvalidGold
from geomap.evaluation.readers._annotated import Annotated, Problem, Sources, read_text, text_of

KEYS = ("article_id", "start", "end")
_CARRIED = ("kind", "usage", "feature_class", "feature_code", "country_code", "population")
# Programs write whole numbers with a decimal point where a column has gaps.
_WHOLE = re.compile(r"-?\d+(\.0+)?", re.ASCII)
_REJECTED = "not a place"
_AS_TEXT = dict.fromkeys(("article_id", "field", "toponym", "country_code", "checked", "geonameid"), str)


def read_mentions_gold(path: Path, sources: Sources, problems: list[Problem]) -> Iterator[Annotated]:
    """Yield articles with the mentions of a table that geomap wrote, as gold: what a person has checked, say.

    The text comes from the articles. A mention whose ``checked`` says that it is no place is left out, and a ``nil`` one
    counts as a toponym without coordinates.

    Raises
    ------
    InvalidGold
        If no articles are given, since a table of mentions holds none.
    """
    if not sources.articles:
        raise InvalidGold(f"{path} holds mentions without their articles; give them as articles=, a table or a path")
    toponyms: dict[str, list[dict[str, Any]]] = {article_id: [] for article_id in sources.articles}
    for number, row in enumerate(read_table(path).to_dict("records"), start=1):
        article_id = text_of(row.get("article_id"))
        if article_id not in toponyms:
            problems.append({"article_id": article_id, "row": number, "reason": "no article of this id is given"})
        elif text_of(row.get("checked")) != _REJECTED:
            toponyms[article_id].append(_toponym({str(name): value for name, value in row.items()}, number))
    for number, (article_id, found) in enumerate(toponyms.items(), start=1):
        yield Annotated(sources.articles[article_id], found, number)


def _toponym(row: dict[str, Any], number: int) -> dict[str, Any]:
    known = {
        name: row[name]
        for name in ("start", "end", "lat", "lon", "geonameid", *_CARRIED)
        if not _missing(row.get(name))
    }
    toponym = {**known, "row": number, "field": text_of(row.get("field")) or "text"}
    for name in ("start", "end"):
        toponym[name] = as_integer(known.get(name))
    if not _missing(row.get("toponym")):
        toponym["text"] = row["toponym"]
    return toponym


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def as_integer(value: Any) -> Any:
    """Return a whole number as an integer, anything else as it is."""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return int(value)
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value.split(".")[0])
    return value


def read_table(path: Path) -> pd.DataFrame:
    """Return a table of mentions with ``lat`` and ``lon`` in degrees as columns, values as the file has them.

    Raises
    ------
    InvalidGold
        If the file cannot be read as what its ending says, or lacks ``article_id``, ``start`` or ``end``.
    """
    suffix = path.suffix.casefold()
    try:
        if suffix == ".csv":
            # Namibia's code is NA, and a place may be called Null: only an empty cell is missing.
            table = pd.read_csv(path, dtype=_AS_TEXT, keep_default_na=False, na_values=[""])
        elif suffix in (".geojson", ".json"):
            table = _geojson(path)
        else:
            table = _spatial(path, suffix)
    except InvalidGold:
        raise
    except (OSError, ValueError, RuntimeError, AttributeError) as error:
        raise InvalidGold(f"{path} cannot be read as a table of mentions: {error}") from error
    missing = [name for name in KEYS if name not in table.columns]
    if missing:
        raise InvalidGold(f"{path} is no table of mentions: it lacks {', '.join(missing)}")
    table["article_id"] = table["article_id"].map(
        lambda value: str(as_integer(value)) if not _missing(value) else value
    )
    return table


def _geojson(path: Path) -> pd.DataFrame:
    """Return the features as the file has them; a GIS driver would drop or turn values that need reporting."""
    content = json.loads(read_text(path))
    records = []
    for feature in content.get("features", []):
        record = dict(feature.get("properties") or {})
        point = (feature.get("geometry") or {}).get("coordinates")
        if point:
            record["lon"], record["lat"] = point[0], point[1]
        records.append(record)
    table = pd.DataFrame(records)
    return table if len(table.columns) else pd.DataFrame(columns=[*KEYS, "field", "toponym", "lat", "lon"])


def _spatial(path: Path, suffix: str) -> pd.DataFrame:
    import geopandas as gpd

    shapes = gpd.read_parquet(path) if suffix == ".parquet" else gpd.read_file(path)
    table = pd.DataFrame(shapes.drop(columns=shapes.geometry.name))
    return table.assign(lat=shapes.geometry.y, lon=shapes.geometry.x)

"""Tables of mentions as geomap writes them: GeoJSON, CSV, GeoParquet, GeoPackage."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geomap import _json
from geomap._csv import column_key
from geomap._csv import read_table as read_csv_table
from geomap._optional import optional
from geomap.errors import InvalidGold
from geomap.evaluation.readers._annotated import (
    Annotated,
    Problem,
    Sources,
    read_content_of,
    read_text,
    text_of,
)
from geomap.tables import is_missing

NEEDED = ("article_id", "start", "end")
_CARRIED = ("kind", "usage", "feature_class", "feature_code", "country_code", "population")
# Programs write whole numbers with a decimal point where a column has gaps.
_WHOLE = re.compile(r"-?\d{1,18}(\.0+)?", re.ASCII)  # what a table can hold
_REJECTED = "not a place"
_TEXTS = ("article_id", "field", "toponym", "country_code", "checked", "geonameid")


def read_mentions_gold(path: Path, sources: Sources, problems: list[Problem]) -> Iterator[Annotated]:
    """Yield articles with the mentions of a table that geomap wrote, for instance one that a person has checked.

    The text comes from the articles. A mention that was checked as ``not a place`` is left out; a ``nil`` one is a toponym
    without coordinates.

    Raises
    ------
    InvalidGold
        If there are no articles, as a table of mentions holds no text.
    """
    if not sources.articles:
        raise InvalidGold(f"{path} holds mentions but no text; pass the articles, a table or a path, as articles=")
    toponyms: dict[str, list[dict[str, Any]]] = {article_id: [] for article_id in sources.articles}
    for number, row in enumerate(read_table(path).to_dict("records"), start=1):
        article_id = text_of(row.get("article_id"))
        if article_id not in toponyms:
            problems.append(Problem(article_id=article_id, row=number, reason="unknown article_id"))
        elif text_of(row.get("checked")) != _REJECTED:
            toponyms[article_id].append(_toponym({str(name): value for name, value in row.items()}, number))
    for number, (article_id, marked) in enumerate(toponyms.items(), start=1):
        yield Annotated(sources.articles[article_id], marked, number)


def _toponym(row: dict[str, Any], number: int) -> dict[str, Any]:
    known = {
        name: row[name]
        for name in ("start", "end", "lat", "lon", "geonameid", *_CARRIED)
        if not is_missing(row.get(name))
    }
    toponym = {**known, "row": number, "field": text_of(row.get("field")) or "text"}
    for name in ("start", "end"):
        toponym[name] = as_integer(known.get(name))
    if not is_missing(row.get("toponym")):
        toponym["text"] = row["toponym"]
    return toponym


def as_integer(value: Any) -> Any:
    """Return a whole number as an integer, anything else unchanged."""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return int(value)
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value.split(".")[0])
    return value


def read_table(path: Path) -> pd.DataFrame:
    """Return a table of mentions, values as the file has them, points as columns ``lat`` and ``lon`` in degrees.

    Raises
    ------
    InvalidGold
        If the file cannot be read in the format of its extension, or lacks ``article_id``, ``start`` or ``end``.
    """
    suffix = path.suffix.casefold()
    try:
        if suffix == ".csv":
            table = _csv(path)
        elif suffix in (".geojson", ".json"):
            table = _geojson(path)
        else:
            table = _spatial(path, suffix)
    except InvalidGold:
        raise
    except (OSError, ValueError, TypeError, RuntimeError, AttributeError) as error:
        raise InvalidGold(f"{path} cannot be read as a table of mentions: {error}") from error
    missing = [name for name in NEEDED if name not in table.columns]
    if missing:
        raise InvalidGold(f"{path} is not a mentions table: missing {', '.join(missing)}")
    table["article_id"] = table["article_id"].map(
        lambda value: str(as_integer(value)) if not is_missing(value) else value
    )
    return table


def _csv(path: Path) -> pd.DataFrame:
    return read_csv_table(read_content_of(path), set(map(column_key, NEEDED)), texts=_TEXTS)


def _geojson(path: Path) -> pd.DataFrame:
    """Return the features as the file has them; a GIS driver would drop or convert values that need reporting."""
    content = _json.parse(read_text(path))
    records = []
    for feature in content.get("features", []):
        record = dict(feature.get("properties") or {})
        point = (feature.get("geometry") or {}).get("coordinates")
        if isinstance(point, list) and len(point) > 1:
            record["lon"], record["lat"] = point[0], point[1]
        records.append(record)
    table = pd.DataFrame(records)
    return table if len(table.columns) else pd.DataFrame(columns=[*NEEDED, "field", "toponym", "lat", "lon"])


def _spatial(path: Path, suffix: str) -> pd.DataFrame:
    import geopandas as gpd

    if suffix == ".parquet":
        optional("pyarrow", needed_by=f"reading {path.name}", extra="parquet")
    shapes = gpd.read_parquet(path) if suffix == ".parquet" else gpd.read_file(path)
    table = pd.DataFrame(shapes.drop(columns=shapes.geometry.name))
    return table.assign(lat=shapes.geometry.y, lon=shapes.geometry.x)

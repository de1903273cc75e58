"""What people corrected on a map, replayed on the mentions of any later run.

A file of corrections has one JSON object on each line, as the map's page writes it: which mention (``article_id``,
``field``, ``start``, ``end``, ``toponym``), the ``verdict`` (``right``, ``moved``, ``not a place``), ``was``, the
``place_id`` that it had when somebody looked, and, where it moved, the new place (``place_id``, ``name``, ``lat``,
``lon`` and what else is known of it). A line with ``"rule": true`` names no article: it speaks of every mention of the
toponym that was resolved to ``was``, or of every one where ``was`` is missing ("Georgia here is the US state").
"""

from __future__ import annotations

import json
import math
import os
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

import numpy as np
import pandas as pd

from geomap import tables
from geomap.errors import CorrectionsUnmatched, InvalidCorrections

if TYPE_CHECKING:
    import geopandas as gpd

VERDICTS = ("right", "moved", "not a place")
_MENTION = ("article_id", "field", "start", "end")
_NEEDED = (*_MENTION, "toponym", "status", "place_id")
_OF_THE_PLACE = (
    "place_id",
    "geonameid",
    "name",
    "country_code",
    "country",
    "admin1",
    "feature_class",
    "feature_code",
    "population",
)
REPORT = ("line", *_MENTION, "toponym", "verdict", "rule", "mentions", "problem")
# The first letters of GeoNames' feature codes that tell the class.
_CLASSES = (("PPL", "P"), ("PCL", "A"), ("ADM", "A"), ("TERR", "A"))


class _Correction(NamedTuple):
    line: int
    said: Mapping[str, Any]
    rule: bool

    @property
    def verdict(self) -> str:
        return str(self.said["verdict"])


def apply_corrections(mentions: gpd.GeoDataFrame, path: str | os.PathLike[str]) -> gpd.GeoDataFrame:
    """Replay on the mentions what people corrected on a map.

    Parameters
    ----------
    mentions
        A mentions table, of this run or a later one.
    path
        A file of corrections (JSON lines), as a map's page gives out. Files can be joined; of two lines about one
        mention the later counts, and a line about a mention counts more than a rule.

    Returns
    -------
    GeoDataFrame
        A copy with the same rows in the same order. ``checked`` says what a person did: ``right`` leaves a mention as
        it is; ``moved`` gives it the place chosen, with confidence 1; ``not a place`` makes it ``nil``.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    InvalidCorrections
        If a line is not a correction; the line is named.
    ColumnMissing
        If the mentions lack a column that is needed here.

    Warns
    -----
    CorrectionsUnmatched
        If some no longer match a mention: its article is gone, its text changed, or it is not recognized any more.
        :func:`check_corrections` lists them.
    """
    corrections = _read(path)
    found, report = _matched(mentions, corrections)
    table = mentions.copy()
    for name in ("checked", "confidence"):
        if name not in table.columns:
            table[name] = tables.as_dtype(pd.Series(np.nan, index=table.index, dtype=object), tables.MENTIONS[name])
    known = _places(mentions)
    by_correction: dict[int, list[int]] = {}
    for row, number in found.items():
        by_correction.setdefault(number, []).append(row)
    for number, rows in sorted(by_correction.items()):
        _apply(table, rows, corrections[number], known)
    lost = report[report["problem"].notna()]
    if len(lost):
        warnings.warn(
            f"{len(lost)} of {len(report)} corrections no longer match ({lost['problem'].iloc[0]}, line "
            f"{lost['line'].iloc[0]}); geomap.corrections.check_corrections(mentions, {os.fspath(path)!r}) lists them",
            CorrectionsUnmatched,
            stacklevel=2,
        )
    return table


def check_corrections(mentions: pd.DataFrame, path: str | os.PathLike[str]) -> pd.DataFrame:
    """Return what each correction of a file does to these mentions, without doing it.

    Returns
    -------
    DataFrame
        One row per line of the file, in its order: ``line``, what it names, its ``verdict``, how many ``mentions`` it
        changes, and the ``problem`` where it no longer matches, else missing.

    Raises
    ------
    FileNotFoundError, InvalidCorrections, ColumnMissing
        As :func:`apply_corrections`.
    """
    return _matched(mentions, _read(path))[1]


def _read(path: str | os.PathLike[str]) -> list[_Correction]:
    return list(_lines(Path(path)))


def _lines(path: Path) -> Iterator[_Correction]:
    for line, text in enumerate(path.read_text("utf-8-sig").splitlines(), start=1):
        if not text.strip():
            continue
        try:
            said = json.loads(text)
        except json.JSONDecodeError as error:
            raise InvalidCorrections(f"{path}, line {line} is not JSON ({error})") from error
        problem = _problem(said)
        if problem:
            raise InvalidCorrections(f"{path}, line {line}: {problem}")
        yield _Correction(line, said, bool(said.get("rule")))


def _problem(said: object) -> str:
    if not isinstance(said, dict):
        return "a correction is a JSON object"
    if said.get("verdict") not in VERDICTS:
        return f"the verdict is {said.get('verdict')!r}; it is one of {', '.join(map(repr, VERDICTS))}"
    needed = ("toponym",) if said.get("rule") else (*_MENTION, "toponym")
    missing = [name for name in needed if said.get(name) is None]
    if missing:
        return f"it lacks {', '.join(missing)}"
    if said["verdict"] == "moved":
        if not isinstance(said.get("place_id"), str):
            return "it moves a mention and names no place_id"
        lat, lon = said.get("lat"), said.get("lon")
        if not (_is_number(lat) and _is_number(lon) and abs(lat) <= 90 and abs(lon) <= 180):
            return f"it moves a mention to latitude {lat!r}, longitude {lon!r}"
    return ""


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _matched(mentions: pd.DataFrame, corrections: list[_Correction]) -> tuple[dict[int, int], pd.DataFrame]:
    """Return which correction counts for each row that has one, and the report."""
    tables.require_columns(mentions, _NEEDED, what="mentions")
    keys = {
        (str(article), str(field), int(start), int(end)): row
        for row, (article, field, start, end) in enumerate(
            zip(*(mentions[name].tolist() for name in _MENTION), strict=True)
        )
    }
    toponyms = mentions["toponym"].fillna("").astype(str).tolist()
    ids = mentions["place_id"].astype(object).where(mentions["place_id"].notna(), None).tolist()
    articles = set(mentions["article_id"].astype(str))
    by_rule: dict[int, int] = {}
    by_mention: dict[int, int] = {}
    rows = []
    for number, correction in enumerate(corrections):
        said = correction.said
        problem = None
        if correction.rule:
            was = said.get("was")
            hit = [
                row
                for row, (toponym, place) in enumerate(zip(toponyms, ids, strict=True))
                if toponym == said["toponym"] and (was is None or place == was)
            ]
            by_rule |= dict.fromkeys(hit, number)
            problem = None if hit else "no mention of that toponym is resolved so"
        else:
            key = (str(said["article_id"]), str(said["field"]), int(said["start"]), int(said["end"]))
            row_found = keys.get(key)
            hit = []
            if key[0] not in articles:
                problem = "no mention is in that article"
            elif row_found is None:
                problem = "no mention stands there"
            elif toponyms[row_found].split() != str(said["toponym"]).split():
                problem = f"the words there are now {toponyms[row_found]!r}"
            else:
                hit = [row_found]
                by_mention[row_found] = number
        named = [None if correction.rule else said[name] for name in _MENTION]
        rows.append((correction.line, *named, said["toponym"], correction.verdict, correction.rule, len(hit), problem))
    report = pd.DataFrame(rows, columns=list(REPORT)).astype({"start": "Int64", "end": "Int64"})
    return by_rule | by_mention, report


def _places(mentions: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return what the table itself says of its places, and of countries by their code."""
    columns = [name for name in _OF_THE_PLACE if name in mentions.columns]
    first = pd.DataFrame(mentions[columns]).dropna(subset=["place_id"]).drop_duplicates("place_id")
    known: dict[str, dict[str, Any]] = {}
    for values in first.itertuples(index=False):
        told = {name: value for name, value in zip(columns, values, strict=True) if pd.notna(value)}
        known[str(told["place_id"])] = told
        if "country_code" in told and "country" in told:
            known.setdefault(f"country:{told['country_code']}", {"country": told["country"]})
    return known


def _apply(
    table: gpd.GeoDataFrame, rows: list[int], correction: _Correction, known: Mapping[str, Mapping[str, Any]]
) -> None:
    import geopandas as gpd
    from shapely.geometry import Point

    _put(table, rows, "checked", correction.verdict)
    if correction.verdict == "right":
        return
    moved = correction.verdict == "moved"
    place = _place(correction.said, known) if moved else {}
    _put(table, rows, "status", "resolved" if moved else "nil")
    _put(table, rows, "confidence", 1.0 if moved else 0.0)
    for name in _OF_THE_PLACE:
        if name in table.columns:
            _put(table, rows, name, place.get(name, pd.NA if name in ("geonameid", "population") else None))
    shapes = table.geometry.copy()
    if moved:
        at = gpd.GeoSeries([Point(float(correction.said["lon"]), float(correction.said["lat"]))], crs=tables.CRS)
        point = at.to_crs(shapes.crs if shapes.crs is not None else tables.CRS).iloc[0]
    for row in rows:
        shapes.iloc[row] = point if moved else None
    table[table.geometry.name] = shapes


def _put(table: pd.DataFrame, rows: list[int], name: str, value: Any) -> None:
    # By position, because an index may name several rows alike.
    column = table[name].copy()
    column.iloc[rows] = value
    table[name] = column


def _place(said: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the columns of the place that a mention moves to: from the correction, else from the table itself."""
    place_id = str(said["place_id"])
    told = {name: said[name] for name in _OF_THE_PLACE if said.get(name) is not None}
    place = {**known.get(place_id, {}), **told}
    code = str(place.get("feature_code", ""))
    place.setdefault("feature_class", next((letter for start, letter in _CLASSES if code.startswith(start)), None))
    if "country" not in place:
        place |= known.get(f"country:{place.get('country_code')}", {})
    number = place_id.removeprefix("geonames:")
    if place_id.startswith("geonames:") and number.isdecimal():
        place.setdefault("geonameid", int(number))
    return place

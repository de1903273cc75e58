"""Apply the corrections that people made on a map to the mentions of any later run.

A file of corrections has one JSON object per line, as the map's page writes it: the mention (``article_id``, ``field``,
``start``, ``end``, ``toponym``), the ``verdict`` (``right``, ``moved``, ``not a place``), ``was``, the ``place_id`` that it
had at the time, and for ``moved`` the new place (``place_id``, ``name``, ``lat``, ``lon`` and whatever else is known of
it). A line with ``"rule": true`` names no article: it applies to every mention of the toponym that was resolved to
``was``, or to every mention of it without ``was`` ("Georgia here is the US state").

The same objects are taken as they are, as a list of dictionaries or as the rows of a table.
"""

from __future__ import annotations

import json
import os
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from geomap import _json, tables
from geomap._checks import file_path, wrong_kind
from geomap._decoding import Undecodable
from geomap.errors import CorrectionsNotFound, CorrectionsUnmatched, InvalidCorrections

if TYPE_CHECKING:
    import geopandas as gpd

VERDICTS = ("right", "moved", "not a place")
_NEEDED = (*tables.MENTION_KEY, "toponym", "status", "place_id")
REPORT = ("line", *tables.MENTION_KEY, "toponym", "verdict", "rule", "mentions", "problem")
# How GeoNames' feature codes begin, with their classes.
# No longer than a column of numbers holds.
_GEONAMES_ID = re.compile(r"geonames:([0-9]{1,18})")
_CLASSES = (("PPL", "P"), ("PCL", "A"), ("ADM", "A"), ("TERR", "A"))


Corrections = str | os.PathLike[str] | pd.DataFrame | Iterable[Mapping[str, Any]]
"""A file of corrections, or what its lines hold: dictionaries, or a table with a row for each."""


class _Correction(NamedTuple):
    line: int
    content: Mapping[str, Any]
    rule: bool

    @property
    def verdict(self) -> str:
        return str(self.content["verdict"])


def apply_corrections(mentions: gpd.GeoDataFrame, corrections: Corrections) -> gpd.GeoDataFrame:
    """Apply the corrections that people made on a map.

    Parameters
    ----------
    mentions
        A mentions table, of the run that was corrected or a later one.
    corrections
        A file of corrections (JSON lines), as downloaded from a map. Files can be concatenated: a later line about the
        same mention wins, and a line about a mention wins over a rule. Or what its lines hold, as dictionaries or as a
        table, such as the ``corrections`` of a :func:`geomap.maps.widget`.

    Returns
    -------
    GeoDataFrame
        A copy with the same rows in the same order. ``checked`` holds the verdict: ``right`` leaves a mention as it is;
        ``moved`` gives it the chosen place, with confidence 1, and makes it a place of its own, no longer relative or
        approximate; ``not a place`` makes it ``nil``.

    Raises
    ------
    CorrectionsNotFound
        If there is no such file.
    InvalidCorrections
        If a line is not a correction; the message names the line.
    WrongKind
        If ``corrections`` is neither a file nor rows.
    ColumnMissing
        If the mentions lack one of ``article_id, field, start, end, toponym, status, place_id``.

    Warns
    -----
    CorrectionsUnmatched
        If some match no mention: the article is gone, its text has changed, or the mention is no longer recognized.
        :func:`check_corrections` lists them.

    Examples
    --------
    >>> import json, tempfile
    >>> from geomap.datasets import sample_mentions
    >>> mentions = sample_mentions()
    >>> key = {"article_id": "a2", "field": "text", "start": int(mentions["start"][2]), "end": int(mentions["end"][2])}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "corrections.jsonl"
    ...     _ = path.write_text(json.dumps(key | {"toponym": "Tigris", "verdict": "not a place"}))
    ...     apply_corrections(mentions, path)[["toponym", "status", "checked"]].head(3)
      toponym    status      checked
    0   Mosul  resolved          NaN
    1   Erbil  resolved          NaN
    2  Tigris       nil  not a place
    """
    tables.require_columns(mentions, _NEEDED, what="mentions")
    read = _read(corrections)
    correction_of, report = _matched(mentions, read)
    table = mentions.copy()
    for name in ("checked", "confidence"):
        if name not in table.columns:
            table[name] = tables.as_dtype(pd.Series(np.nan, index=table.index, dtype=object), tables.MENTIONS[name])
    known = _places(mentions)
    by_correction: dict[int, list[int]] = {}
    for row, number in correction_of.items():
        by_correction.setdefault(number, []).append(row)
    for number, rows in sorted(by_correction.items()):
        _apply(table, rows, read[number], known)
    lost = report[report["problem"].notna()]
    if len(lost):
        warnings.warn(
            f"{len(lost)} of {len(report)} corrections match no mention (line {lost['line'].iloc[0]}: "
            f"{lost['problem'].iloc[0]}); geomap.corrections.check_corrections(mentions, {_named(corrections)}) lists them",
            CorrectionsUnmatched,
            stacklevel=2,
        )
    return table


def check_corrections(mentions: pd.DataFrame, corrections: Corrections) -> pd.DataFrame:
    """Report what each correction would do to these mentions, without applying it.

    Parameters
    ----------
    mentions, corrections
        As for :func:`apply_corrections`.

    Returns
    -------
    DataFrame
        One row per line of the file, in its order: ``line``, from 1, the mention (``article_id``, ``field``, ``start``,
        ``end``, missing for a rule), ``toponym``, ``verdict``, ``rule``, the number of ``mentions`` that match, and the
        ``problem`` if none does.

    Raises
    ------
    CorrectionsNotFound, InvalidCorrections, WrongKind, ColumnMissing
        As :func:`apply_corrections`.
    """
    tables.require_columns(mentions, _NEEDED, what="mentions")
    return _matched(mentions, _read(corrections))[1]


def read_corrections(corrections: Corrections) -> list[dict[str, Any]]:
    """Read corrections as dictionaries, each checked.

    Parameters
    ----------
    corrections
        As for :func:`apply_corrections`.

    Returns
    -------
    list of dict
        One for each line, in the order of the file, without values that are missing.

    Raises
    ------
    CorrectionsNotFound, InvalidCorrections, WrongKind
        As :func:`apply_corrections`.

    Examples
    --------
    >>> rule = {"rule": True, "toponym": "Georgia", "was": "geonames:614540", "verdict": "not a place"}
    >>> read_corrections([rule, rule | {"was": None}])[1]
    {'rule': True, 'toponym': 'Georgia', 'verdict': 'not a place'}
    """
    return [{name: value for name, value in one.content.items() if value is not None} for one in _read(corrections)]


def _named(corrections: Corrections) -> str:
    return repr(os.fspath(corrections)) if isinstance(corrections, str | os.PathLike) else "corrections"


def _read(corrections: Corrections) -> list[_Correction]:
    if isinstance(corrections, pd.DataFrame):
        # A column with gaps holds whole numbers as floats.
        return list(_rows(corrections.convert_dtypes().to_dict("records")))
    if isinstance(corrections, Iterable) and not isinstance(corrections, str | bytes | Mapping):
        return list(_rows(corrections))
    if not isinstance(corrections, str | os.PathLike):
        raise wrong_kind("corrections", corrections, "the path of a file (str or Path), a list of dict, or a DataFrame")
    file = file_path("corrections", corrections)
    if not file.exists():
        raise CorrectionsNotFound(f"file not found: {file}")
    try:
        return list(_lines(file))
    except (OSError, Undecodable) as error:
        raise InvalidCorrections(f"{file} cannot be read as a file of corrections: {error}") from error


def _lines(path: Path) -> Iterator[_Correction]:
    for line, text in _json.lines(path):
        yield _parsed(text, line, f"{path}, line {line}")


def _rows(rows: Iterable[Any]) -> Iterator[_Correction]:
    """Yield rows that are held in memory, as their lines in a file would be read."""
    for line, row in enumerate(rows, start=1):
        if not isinstance(row, Mapping):
            raise wrong_kind(f"corrections, row {line}", row, "a dict")
        known = {str(name): value for name, value in row.items() if not tables.is_missing(value)}
        try:
            text = json.dumps(known, default=_plain)
        except (TypeError, ValueError) as error:
            raise InvalidCorrections(f"corrections, row {line}: {error}") from error
        yield _parsed(text, line, f"corrections, row {line}")


def _plain(value: object) -> object:
    """Return a number of numpy as one of Python."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{_shown(value)} is neither text nor a number")


def _parsed(text: str, line: int, where: str) -> _Correction:
    try:
        content = _json.parse(text)
    except _json.InvalidJson as error:
        raise InvalidCorrections(f"{where}: {error}") from error
    problem = _problem(content)
    if problem:
        raise InvalidCorrections(f"{where}: {problem}")
    return _Correction(line, content, content.get("rule") is True)


def _problem(content: object) -> str:
    if not isinstance(content, dict):
        return "expected a JSON object"
    verdict, rule = content.get("verdict"), content.get("rule")
    if verdict not in VERDICTS:
        return f"verdict must be one of {', '.join(map(repr, VERDICTS))}; got {_shown(verdict)}"
    if rule not in (None, True, False) or (isinstance(rule, int | float) and not isinstance(rule, bool)):
        return f"rule must be true or false; got {_shown(rule)}"
    needed = ("toponym",) if rule else (*tables.MENTION_KEY, "toponym")
    missing = [name for name in needed if content.get(name) is None]
    if missing:
        return f"missing {', '.join(missing)}"
    wrong = [name for name in needed if not _IS_KIND[name](content[name])]
    if wrong:
        return f"{wrong[0]} must be {_KINDS[wrong[0]]}; got {_shown(content[wrong[0]])}"
    if not isinstance(content.get("was"), str | None):
        return f"was must be the place_id that the mention had, a text; got {_shown(content['was'])}"
    return _problem_of_place(content) if verdict == "moved" else ""


def _problem_of_place(content: Mapping[str, Any]) -> str:
    if not isinstance(content.get("place_id"), str):
        return "a moved mention needs a place_id"
    lat, lon = content.get("lat"), content.get("lon")
    if not (_json.is_number(lat) and _json.is_number(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        return f"invalid coordinates: latitude {_shown(lat)}, longitude {_shown(lon)}"
    for name, dtype in tables.PLACE.items():
        value = content.get(name)
        fits = _json.is_whole(value) if dtype == "Int64" else isinstance(value, str)
        if value is not None and not fits:
            return f"{name} must be {'a whole number' if dtype == 'Int64' else 'text'}; got {_shown(value)}"
    return ""


def _shown(value: object) -> str:
    return f"{value!r:.60}"


def _is_id(value: object) -> bool:
    return isinstance(value, str) or _json.is_whole(value)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


_IS_KIND: Mapping[str, Callable[[object], bool]] = {
    "article_id": _is_id,
    "field": _is_text,
    "start": _json.is_whole,
    "end": _json.is_whole,
    "toponym": _is_text,
}
_KINDS = {
    "article_id": "text or a whole number",
    "field": "text",
    "start": "a whole number",
    "end": "a whole number",
    "toponym": "text",
}


def _matched(mentions: pd.DataFrame, corrections: list[_Correction]) -> tuple[dict[int, int], pd.DataFrame]:
    """Return the number of the correction that applies to each row that has one, and the report."""
    keys = {
        (str(article), str(field), int(start), int(end)): row
        for row, (article, field, start, end) in enumerate(
            zip(*(mentions[name].tolist() for name in tables.MENTION_KEY), strict=True)
        )
    }
    toponyms = mentions["toponym"].fillna("").astype(str).tolist()
    place_ids = mentions["place_id"].astype(object).where(mentions["place_id"].notna(), None).tolist()
    articles = {article_id for article_id, *_ in keys}
    by_rule: dict[int, int] = {}
    by_mention: dict[int, int] = {}
    rows = []
    for number, correction in enumerate(corrections):
        content = correction.content
        if correction.rule:
            was = content.get("was")
            matches = [
                row
                for row, (toponym, place_id) in enumerate(zip(toponyms, place_ids, strict=True))
                if toponym == content["toponym"] and (was is None or place_id == was)
            ]
            problem = None if matches else "no mention of this toponym has that place"
            by_rule |= dict.fromkeys(matches, number)
        else:
            key = (str(content["article_id"]), str(content["field"]), int(content["start"]), int(content["end"]))
            problem = _mismatch(key, content["toponym"], keys, toponyms, articles)
            matches = [] if problem else [keys[key]]
            by_mention |= dict.fromkeys(matches, number)
        named = [None if correction.rule else content[name] for name in tables.MENTION_KEY]
        subject = (*named, content["toponym"], correction.verdict, correction.rule)
        rows.append((correction.line, *subject, len(matches), problem))
    report = pd.DataFrame(rows, columns=list(REPORT)).astype({"start": "Int64", "end": "Int64"})
    return by_rule | by_mention, report


def _mismatch(
    key: tuple[str, str, int, int],
    toponym: object,
    keys: Mapping[tuple[str, str, int, int], int],
    toponyms: list[str],
    articles: set[str],
) -> str | None:
    """Return why a correction of one mention matches none, or None if it matches."""
    if key[0] not in articles:
        return "no mention in this article"
    if key not in keys:
        return "no mention at these offsets"
    words = toponyms[keys[key]]
    return None if words.split() == str(toponym).split() else f"the text there is now {words!r}"


def _places(mentions: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return what the table knows of its places, by ``place_id``, and of countries, by their code."""
    columns = [name for name in tables.PLACE if name in mentions.columns]
    first = pd.DataFrame(mentions[columns]).dropna(subset=["place_id"]).drop_duplicates("place_id")
    known: dict[str, dict[str, Any]] = {}
    for values in first.itertuples(index=False):
        place = {name: value for name, value in zip(columns, values, strict=True) if pd.notna(value)}
        known[str(place["place_id"])] = place
        if "country_code" in place and "country" in place:
            known.setdefault(f"country:{place['country_code']}", {"country": place["country"]})
    return known


def _apply(
    table: gpd.GeoDataFrame, rows: list[int], correction: _Correction, known: Mapping[str, Mapping[str, Any]]
) -> None:
    _put(table, rows, "checked", correction.verdict)
    if correction.verdict == "right":
        return
    moved = correction.verdict == "moved"
    place = _place(correction.content, known) if moved else {}
    _put(table, rows, "status", "resolved" if moved else "nil")
    for name in ("confidence", "dot_probability"):
        if name in table.columns:
            _put(table, rows, name, 1.0 if moved else 0.0)
    place |= {"precision": tables.PLACE_ITSELF if moved else None, "radius_km": np.nan}
    for name in (*tables.PLACE, "precision", "radius_km"):
        if name in table.columns:
            _put(table, rows, name, place.get(name, pd.NA if tables.MENTIONS[name] == "Int64" else None))
    shapes = table.geometry.copy()
    if moved:
        lon, lat = (pd.Series([float(correction.content[name])]) for name in ("lon", "lat"))
        point = tables.points(lon, lat).to_crs(shapes.crs or tables.CRS).iloc[0]
    for row in rows:
        shapes.iloc[row] = point if moved else None
    table[table.geometry.name] = shapes


def _put(table: pd.DataFrame, rows: list[int], name: str, value: Any) -> None:
    # By position, because the index may have duplicate labels.
    column = table[name].copy()
    column.iloc[rows] = value
    table[name] = column


def _place(content: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the columns of the place that a mention moves to: from the correction, else from the table."""
    place_id = str(content["place_id"])
    own = {name: content[name] for name in tables.PLACE if content.get(name) is not None}
    place = {**known.get(place_id, {}), **own}
    code = str(place.get("feature_code", ""))
    place.setdefault("feature_class", next((letter for start, letter in _CLASSES if code.startswith(start)), None))
    if "country" not in place:
        place |= known.get(f"country:{place.get('country_code')}", {})
    if number := _GEONAMES_ID.fullmatch(place_id):
        place.setdefault("geonameid", int(number[1]))
    return place

"""Read gold annotations: one article a line, with its toponyms.

The format is that of the public corpora after conversion: ``{"article_id", "title", "text", "source", "url",
"published", "toponyms": [{"start", "end", "text", "lat", "lon", "geonameid", ...}]}``. A toponym without ``field`` stands
in the article's text. ``text`` of a toponym, where given, must equal the article's characters at its offsets.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geomap.errors import InvalidGold
from geomap.tables import FIELDS, KINDS, USAGES, as_dtype, validate_articles

GOLD_COLUMNS: Mapping[str, str] = {
    "article_id": "str",
    "field": "str",
    "start": "int64",
    "end": "int64",
    "toponym": "str",
    "kind": "str",
    "usage": "str",
    "lat": "float64",
    "lon": "float64",
    "geonameid": "Int64",
    "source": "str",
}

# The eleven fine types of GeoWebNews (Gritta et al. 2020) as kinds of mention. A Non_Literal_Modifier ("French engineer")
# is a demonym only where its words are in the demonym table; evaluation decides that, since gold does not.
KIND_OF_TYPE = {"Demonym": "demonym", "Embedded_Literal": "embedded", "Embedded_Non_Lit": "embedded"}
MAYBE_DEMONYM = "Non_Literal_Modifier"


@dataclass
class Gold:
    """Gold articles and mentions, and what had to be left out of them.

    Parameters
    ----------
    articles
        The articles table.
    mentions
        One row per gold toponym, columns :data:`GOLD_COLUMNS`, in article order then text order.
    problems
        Rows that were left out: article, row and reason.
    """

    articles: pd.DataFrame
    mentions: pd.DataFrame
    problems: list[dict[str, Any]] = field(default_factory=list)

    def subset(self, article_ids: set[str]) -> Gold:
        """Return the gold of some of the articles."""
        keep_articles = self.articles["article_id"].isin(article_ids)
        keep_mentions = self.mentions["article_id"].isin(article_ids)
        return Gold(
            self.articles[keep_articles].reset_index(drop=True),
            self.mentions[keep_mentions].reset_index(drop=True),
            [problem for problem in self.problems if problem["article_id"] in article_ids],
        )


def read_gold(path: str | Path, *, demonyms: frozenset[str] = frozenset()) -> Gold:
    """Read a gold file.

    Parameters
    ----------
    path
        A JSONL file as described at the top of this module.
    demonyms
        Case-folded demonyms. With them, a modifier such as "French" counts as kind ``demonym`` where the gold has only
        GeoWebNews' fine type.

    Returns
    -------
    Gold
        Articles and mentions. Rows whose offsets do not match the text, whose coordinates are out of range or whose id
        is no integer are left out and listed in ``problems``.

    Raises
    ------
    InvalidGold
        If the file does not exist, has no usable line, or an article stands twice.
    """
    path = Path(path)
    if not path.is_file():
        raise InvalidGold(f"there is no gold file {path}")
    problems: list[dict[str, Any]] = []
    articles: list[dict[str, Any]] = []
    mentions: list[dict[str, Any]] = []
    for number, article in _lines(path, problems):
        articles.append(
            {name: article.get(name) for name in ("article_id", "title", "text", "published", "source", "url")}
        )
        mentions.extend(_mentions_of(article, number, demonyms, problems))
    if not articles:
        raise InvalidGold(f"{path} holds no gold article; each line should be a JSON object with article_id and text")
    table = pd.DataFrame(articles)
    table["published"] = pd.to_datetime(table["published"], utc=True, errors="coerce", format="ISO8601")
    gold = pd.DataFrame(mentions, columns=list(GOLD_COLUMNS))
    gold = pd.DataFrame({name: as_dtype(gold[name], dtype) for name, dtype in GOLD_COLUMNS.items()})
    return Gold(validate_articles(table), gold, problems)


def _lines(path: Path, problems: list[dict[str, Any]]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            article = json.loads(line)
        except json.JSONDecodeError as error:
            problems.append({"article_id": "", "row": number, "reason": f"not JSON: {error.msg}"})
            continue
        if not isinstance(article, dict) or not isinstance(article.get("text"), str) or "article_id" not in article:
            problems.append({"article_id": "", "row": number, "reason": "no article_id or no text"})
            continue
        article["article_id"] = str(article["article_id"])
        yield number, article


def _mentions_of(
    article: dict[str, Any], number: int, demonyms: frozenset[str], problems: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    toponyms = article.get("toponyms") or []
    for toponym in sorted(toponyms, key=lambda row: (row.get("field", "text"), _order(row.get("start")))):
        reason = _what_is_wrong(toponym, article)
        if reason:
            problems.append({"article_id": article["article_id"], "row": number, "reason": reason})
            continue
        where = toponym.get("field", "text")
        words = article[where][toponym["start"] : toponym["end"]]
        known = toponym.get("lat") is not None and toponym.get("lon") is not None
        yield {
            "article_id": article["article_id"],
            "field": where,
            "start": toponym["start"],
            "end": toponym["end"],
            "toponym": words,
            "kind": _kind(toponym, words, demonyms),
            "usage": _usage(toponym),
            "lat": float(toponym["lat"]) if known else np.nan,
            "lon": float(toponym["lon"]) if known else np.nan,
            "geonameid": None if toponym.get("geonameid") is None else int(toponym["geonameid"]),
            "source": article.get("source"),
        }


def _order(start: object) -> int:
    return start if isinstance(start, int) else -1


def _what_is_wrong(toponym: dict[str, Any], article: dict[str, Any]) -> str | None:
    where, start, end = toponym.get("field", "text"), toponym.get("start"), toponym.get("end")
    if where not in FIELDS:
        return f"field is {where!r}, not title or text"
    text = article.get(where) or ""
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= len(text):
        return f"offsets {start!r}-{end!r} lie outside the {where} of {len(text)} characters"
    words = toponym.get("text")
    if words is not None and words != text[start:end]:
        return f"offsets {start}-{end} read {text[start:end]!r}, not {words!r}"
    return _wrong_place(toponym)


def _wrong_place(toponym: dict[str, Any]) -> str | None:
    lat, lon, geonameid = toponym.get("lat"), toponym.get("lon"), toponym.get("geonameid")
    if lat is not None and lon is not None:
        try:
            in_range = -90 <= float(lat) <= 90 and -180 <= float(lon) <= 180
        except (TypeError, ValueError):
            in_range = False
        if not in_range:
            return f"latitude {lat!r}, longitude {lon!r} are not degrees in range"
    if geonameid is not None and not str(geonameid).isdigit():
        return f"geonameid {geonameid!r} is no integer"
    return None


def _kind(toponym: dict[str, Any], words: str, demonyms: frozenset[str]) -> str | None:
    given = toponym.get("kind")
    if given in KINDS:
        return str(given)
    fine = toponym.get("type")
    if fine is None:
        return "demonym" if words.casefold() in demonyms else None
    if fine == MAYBE_DEMONYM:
        return "demonym" if words.casefold() in demonyms else "toponym"
    return KIND_OF_TYPE.get(fine, "toponym")


def _usage(toponym: dict[str, Any]) -> str | None:
    given = toponym.get("usage", toponym.get("group"))
    return str(given) if given in USAGES else None

"""What every reader of annotations yields, and what several of them need."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict

import pandas as pd

from geomap._decoding import Content, Undecodable, read_content
from geomap._text import from_utf16, utf16
from geomap.errors import InvalidGold
from geomap.tables import is_missing

# What annotation tools and corpora call toponyms, in lower case. The last two lines are the types of GeoWebNews (Gritta et
# al. 2020).
PLACE_TYPES = frozenset(
    [
        *("loc", "gpe", "gpe-loc", "location", "place", "toponym", "fac", "facility", "geo", "natural_feature"),
        *("demonym", "embedded"),
        *("literal", "literal_modifier", "mixed", "coercion", "embedded_literal", "embedded_non_lit", "metonymic"),
        *("language", "non_literal_modifier", "homonym"),
    ]
)
_OF_GEONAMES = re.compile(r"geonames[^\d]{0,24}(\d{1,18})(?!\d)", re.IGNORECASE)
_MOST_DIGITS = 19  # of what a table can hold
_POINT = re.compile(r"(-?\d{1,3}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)")


class Problem(TypedDict):
    """A row of gold or predictions that cannot be used: where it is, and why."""

    article_id: str
    row: int
    reason: str


@dataclass
class Annotated:
    """An article with the toponyms marked in it, as the file has them, unchecked.

    Parameters
    ----------
    article
        ``article_id`` and ``text``, and what else is known of it.
    toponyms
        One mapping per toponym: ``start`` and ``end``; where known ``field, text, lat, lon, geonameid, kind, type,
        usage, group, feature_class, feature_code, country_code, population``; and ``row``, its line in the file.
    row
        Line of the article in the file, counted from 1.
    """

    article: dict[str, Any]
    toponyms: list[dict[str, Any]]
    row: int = 1


@dataclass
class Sources:
    """What a reader may use besides the file itself.

    Parameters
    ----------
    articles
        Articles by ``article_id``, for files that hold no text.
    types
        Annotation types that are toponyms, in lower case; None for the usual ones.
    """

    articles: dict[str, dict[str, Any]] = field(default_factory=dict)
    types: frozenset[str] | None = None


Reader = Callable[[Path, Sources, list[Problem]], Iterator[Annotated]]


def by_id(articles: pd.DataFrame | None) -> dict[str, dict[str, Any]]:
    """Return articles as mappings by their ``article_id``."""
    if articles is None:
        return {}
    return {
        str(record["article_id"]): {str(key): value for key, value in record.items()}
        for record in articles.to_dict("records")
    }


def article_with_text(sources: Sources, article_id: str, text: str) -> dict[str, Any]:
    """Return the article with its text from the annotation file and all else from the articles table."""
    return {**sources.articles.get(article_id, {}), "article_id": article_id, "text": text}


def kept_types(types: Collection[str], sources: Sources) -> frozenset[str]:
    """Return which of a file's types are toponyms: those asked for, else the usual ones, else all of them."""
    if sources.types is not None:
        return sources.types
    folded = frozenset(name.casefold() for name in types)
    return folded & PLACE_TYPES or folded


def geonameid_in(words: str) -> int | None:
    """Return the GeoNames id in a note, a link or a bare number."""
    words = words.strip()
    if words.isascii() and words.isdigit() and len(words) < _MOST_DIGITS:
        return int(words)
    match = _OF_GEONAMES.search(words)
    return int(match.group(1)) if match else None


def point_in(words: str) -> tuple[float, float] | None:
    """Return the latitude and longitude of a note that holds nothing else ("36.34, 43.13")."""
    match = _POINT.fullmatch(words.strip().strip("()[]"))
    return (float(match.group(1)), float(match.group(2))) if match else None


def place_in(words: str) -> dict[str, Any]:
    """Return the place in a note: ``lat`` and ``lon``, or ``geonameid``, or nothing."""
    point = point_in(words)
    if point:
        return {"lat": point[0], "lon": point[1]}
    geonameid = geonameid_in(words)
    return {} if geonameid is None else {"geonameid": geonameid}


def characters(text: str, start: int, end: int, words: str | None) -> tuple[int, int]:
    """Convert offsets that a Java or JavaScript program counted in UTF-16 units to characters.

    They differ after a character outside the basic plane, such as an emoji. Offsets that already fit are kept.
    """
    if words is None or text[start:end] == words or text.isascii():
        return start, end
    units = utf16(text)
    left = len(from_utf16(units[: 2 * start]))
    right = left + len(from_utf16(units[2 * start : 2 * end]))
    return (left, right) if text[left:right] == words else (start, end)


def read_content_of(path: Path) -> Content:
    """Return the content of a UTF-8 file.

    Raises
    ------
    InvalidGold
        If it cannot be read as UTF-8.
    """
    try:
        return read_content(path, encoding="UTF-8")
    except Undecodable as error:
        raise InvalidGold(f"{path}: {error}; convert the file to UTF-8, since offsets depend on it") from error
    except OSError as error:
        raise InvalidGold(f"{path} cannot be read: {error.strerror}") from error


def read_text(path: Path) -> str:
    """Return a UTF-8 text file with its line ends as they are, since offsets count them."""
    return read_content_of(path).text()


def text_of(value: object) -> str:
    """Return a cell as text, a missing one as an empty string."""
    return "" if is_missing(value) else str(value).strip()


def number_or_raw(value: object) -> Any:
    """Return a cell as a number if it is one, None if it is empty, else unchanged, for the check to report."""
    words = text_of(value)
    if not words:
        return None
    try:
        return float(words)
    except ValueError:
        return words

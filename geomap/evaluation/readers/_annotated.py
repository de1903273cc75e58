"""What every reader of annotations yields, and what several of them need."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from geomap.errors import InvalidGold

Problem = dict[str, Any]

# How annotation tools and corpora call what geomap calls a toponym, in small letters. The last two lines have the types
# of GeoWebNews (Gritta et al. 2020).
PLACE_TYPES = frozenset(
    [
        *("loc", "gpe", "gpe-loc", "location", "place", "toponym", "fac", "facility", "geo", "natural_feature"),
        *("demonym", "embedded"),
        *("literal", "literal_modifier", "mixed", "coercion", "embedded_literal", "embedded_non_lit", "metonymic"),
        *("language", "non_literal_modifier", "homonym"),
    ]
)
_OF_GEONAMES = re.compile(r"geonames[^\d]{0,24}(\d+)", re.IGNORECASE)
_POINT = re.compile(r"(-?\d{1,3}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)")


@dataclass
class Annotated:
    """An article with the toponyms that someone marked in it, as the file has them, unchecked.

    Parameters
    ----------
    article
        ``article_id`` and ``text``, and what else is known of it.
    toponyms
        One mapping per toponym: ``start`` and ``end``; where known ``field, text, lat, lon, geonameid, kind, type,
        usage, group, feature_class, feature_code, country_code, population``; and ``row``, where it stands in the file.
    row
        Where the article stands in the file, counted from 1.
    """

    article: dict[str, Any]
    toponyms: list[dict[str, Any]]
    row: int = 1


@dataclass
class Sources:
    """What a reader may draw on besides the file itself.

    Parameters
    ----------
    articles
        Articles by ``article_id``, for files that hold no text.
    types
        Annotation types that are toponyms, in small letters; None for the usual ones.
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
    """Return the article with its text from the annotation file, and what the articles table knows besides."""
    return {**sources.articles.get(article_id, {}), "article_id": article_id, "text": text}


def kept_types(found: Collection[str], sources: Sources) -> frozenset[str]:
    """Return which annotation types are toponyms: those asked for, else the usual ones, else all that occur."""
    if sources.types is not None:
        return sources.types
    small = frozenset(name.casefold() for name in found)
    return small & PLACE_TYPES or small


def geonameid_in(words: str) -> int | None:
    """Return the GeoNames id that a note, a link or a bare number names."""
    words = words.strip()
    if words.isascii() and words.isdigit():
        return int(words)
    match = _OF_GEONAMES.search(words)
    return int(match.group(1)) if match else None


def point_in(words: str) -> tuple[float, float] | None:
    """Return the latitude and longitude that a note consists of ("36.34, 43.13")."""
    match = _POINT.fullmatch(words.strip().strip("()[]"))
    return (float(match.group(1)), float(match.group(2))) if match else None


def place_in(words: str) -> dict[str, Any]:
    """Return what a note says about the place: ``lat`` and ``lon``, or ``geonameid``, or nothing."""
    point = point_in(words)
    if point:
        return {"lat": point[0], "lon": point[1]}
    geonameid = geonameid_in(words)
    return {} if geonameid is None else {"geonameid": geonameid}


def characters(text: str, start: int, end: int, words: str | None) -> tuple[int, int]:
    """Return offsets in characters, of offsets that a program in Java or JavaScript counted in UTF-16 units.

    They differ behind a character outside the basic plane, such as an emoji. Offsets that fit as they are stay.
    """
    if words is None or text[start:end] == words or text.isascii():
        return start, end
    units = text.encode("utf-16-le", "surrogatepass")
    head, body = units[: 2 * start], units[2 * start : 2 * end]
    left = len(head.decode("utf-16-le", "replace"))
    right = left + len(body.decode("utf-16-le", "replace"))
    return (left, right) if text[left:right] == words else (start, end)


def read_text(path: Path) -> str:
    """Return a text file as it stands, line ends included, since offsets count them.

    Raises
    ------
    InvalidGold
        If it cannot be read as UTF-8.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return file.read()
    except UnicodeDecodeError as error:
        raise InvalidGold(
            f"{path} is not UTF-8 (byte {error.start}); convert it, since offsets depend on it"
        ) from error
    except OSError as error:
        raise InvalidGold(f"{path} cannot be read: {error.strerror}") from error


def text_of(value: object) -> str:
    """Return a cell as text, a missing one as an empty string."""
    return "" if value is None or value != value else str(value).strip()


def number_or_raw(value: Mapping[str, Any] | object) -> Any:
    """Return a cell as a number where it is one, None where it is empty, else as it stands, for the check to report."""
    words = text_of(value)
    if not words:
        return None
    try:
        return float(words)
    except ValueError:
        return words

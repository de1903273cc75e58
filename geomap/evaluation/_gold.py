"""Gold annotations: articles, the toponyms that people marked in them, and what had to be left out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geomap.errors import InvalidGold, UnsupportedFormat
from geomap.evaluation.readers import FORMATS, READERS, format_of
from geomap.evaluation.readers._annotated import Annotated, Problem, Sources, by_id
from geomap.evaluation.readers._mentions import as_integer
from geomap.tables import FIELDS, KINDS, USAGES, as_dtype, require_columns, validate_articles

if TYPE_CHECKING:
    from geomap.gazetteer import Gazetteer

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
    "feature_class": "str",
    "feature_code": "str",
    "country_code": "str",
    "population": "Int64",
}
_OF_ARTICLES = ("article_id", "title", "text", "published", "source", "url")
_OF_FEATURES = ("feature_class", "feature_code", "country_code")

# The eleven fine types of GeoWebNews (Gritta et al. 2020) as kinds of mention. A Non_Literal_Modifier ("French engineer")
# is a demonym only where its words are in the demonym table; evaluation decides that, since gold does not.
KIND_OF_TYPE = {"Demonym": "demonym", "Embedded_Literal": "embedded", "Embedded_Non_Lit": "embedded"}
MAYBE_DEMONYM = "Non_Literal_Modifier"
USAGE_OF_TYPE = {
    **dict.fromkeys(("Literal", "Mixed", "Coercion", "Literal_Modifier", "Embedded_Literal"), "literal"),
    **dict.fromkeys(("Metonymic", "Language", "Demonym", MAYBE_DEMONYM, "Homonym", "Embedded_Non_Lit"), "associative"),
}


@dataclass
class Gold:
    """Gold articles and mentions, and what had to be left out of them.

    Parameters
    ----------
    articles
        The articles table.
    mentions
        One row per gold toponym, columns :data:`GOLD_COLUMNS`, in article order then text order; coordinates in degrees
        (EPSG:4326), missing where the annotators gave none.
    problems
        Rows that were left out: mappings of ``article_id``, ``row`` and ``reason``.
    """

    articles: pd.DataFrame
    mentions: pd.DataFrame
    problems: list[dict[str, Any]] = field(default_factory=list)

    def subset(self, article_ids: Collection[str]) -> Gold:
        """Return the gold of some of the articles."""
        wanted = set(article_ids)
        keep_articles = self.articles["article_id"].isin(wanted)
        keep_mentions = self.mentions["article_id"].isin(wanted)
        return Gold(
            self.articles[keep_articles].reset_index(drop=True),
            self.mentions[keep_mentions].reset_index(drop=True),
            [problem for problem in self.problems if problem["article_id"] in wanted],
        )

    @property
    def fields(self) -> frozenset[str]:
        """The fields that are annotated: predictions in another are neither right nor wrong."""
        return frozenset(self.mentions["field"]) or frozenset({"text"})


def read_gold(
    path: str | Path,
    *,
    articles: pd.DataFrame | str | Path | None = None,
    format: str | None = None,  # noqa: A002
    types: Collection[str] | None = None,
    demonyms: frozenset[str] = frozenset(),
    gazetteer: Gazetteer | None = None,
) -> Gold:
    """Read gold annotations.

    Parameters
    ----------
    path
        A file or folder in one of the formats of :data:`~geomap.evaluation.readers.FORMATS`: JSON lines, brat standoff,
        WebAnno TSV 3, Recogito's CSV export, or a table of mentions that geomap wrote.
    articles
        The articles (a table, or what :func:`geomap.read_articles` reads) for formats that hold no text, and for what
        brat and WebAnno do not know of an article, such as its source; joined by ``article_id``.
    format
        One of these formats by name; told by the content when left out.
    types
        Which annotation types of brat, WebAnno and Recogito are toponyms. By default the usual names (``LOC``, ``GPE``,
        ``Place``, ``Toponym`` ...) and GeoWebNews' types; all types where a file has none of these.
    demonyms
        Case-folded demonyms. With them, a modifier such as "French" counts as kind ``demonym`` where the gold has only
        GeoWebNews' fine type.
    gazetteer
        Whose points stand for ids that come without coordinates.

    Returns
    -------
    Gold
        Articles and mentions. Rows whose offsets do not match the text, whose coordinates are out of range or whose id
        is no integer are left out and listed in ``problems``, as is an article that stands twice.

    Raises
    ------
    InvalidGold
        If there is nothing at the path, or nothing in it can be used.
    UnsupportedFormat
        If the format is not one that is read.
    """
    path = Path(path)
    if format is not None and format not in READERS:
        raise UnsupportedFormat(f"there is no gold format {format!r}; there is: {', '.join(FORMATS)}")
    if not path.exists():
        raise InvalidGold(f"there is no gold file {path}")
    chosen = format or format_of(path)
    sources = Sources(by_id(_table(articles)), None if types is None else frozenset(name.casefold() for name in types))
    problems: list[Problem] = []
    read = list(_unrepeated(READERS[chosen](path, sources, problems), problems))
    if not read:
        raise InvalidGold(
            f"{path} holds no gold article that can be read as {FORMATS[chosen]}; each article should have an "
            f"article_id and text{_first(problems)}"
        )
    return _assembled(read, demonyms, gazetteer, problems)


def _table(articles: pd.DataFrame | str | Path | None) -> pd.DataFrame | None:
    if articles is None:
        return None
    if isinstance(articles, pd.DataFrame):
        require_columns(articles, ("article_id", "text"), what="articles")
        return articles
    from geomap.articles import read_articles

    return read_articles(articles)


def _first(problems: list[Problem]) -> str:
    return f" (row {problems[0]['row']}: {problems[0]['reason']})" if problems else ""


def _unrepeated(read: Iterator[Annotated], problems: list[Problem]) -> Iterator[Annotated]:
    seen: set[str] = set()
    for annotated in read:
        article_id = str(annotated.article["article_id"])
        if article_id in seen:
            problems.append({"article_id": article_id, "row": annotated.row, "reason": "the article stands twice"})
            continue
        seen.add(article_id)
        yield annotated


def _assembled(
    read: list[Annotated], demonyms: frozenset[str], gazetteer: Gazetteer | None, problems: list[Problem]
) -> Gold:
    articles = pd.DataFrame([{name: one.article.get(name) for name in _OF_ARTICLES} for one in read])
    articles["article_id"] = articles["article_id"].astype(str)
    articles["published"] = pd.to_datetime(articles["published"], utc=True, errors="coerce", format="ISO8601")
    rows = [row for one in read for row in _mentions_of(one, demonyms, gazetteer, problems)]
    mentions = pd.DataFrame(rows, columns=list(GOLD_COLUMNS))
    mentions = pd.DataFrame({name: as_dtype(mentions[name], dtype) for name, dtype in GOLD_COLUMNS.items()})
    return Gold(validate_articles(articles), mentions, problems)


def _mentions_of(
    annotated: Annotated, demonyms: frozenset[str], gazetteer: Gazetteer | None, problems: list[Problem]
) -> Iterator[dict[str, Any]]:
    article = annotated.article
    for toponym in sorted(annotated.toponyms, key=_order):
        reason = what_is_wrong(toponym, article)
        if reason:
            row = toponym.get("row", annotated.row)
            problems.append({"article_id": str(article["article_id"]), "row": row, "reason": reason})
            continue
        where = str(toponym.get("field", "text"))
        words = str(article[where])[toponym["start"] : toponym["end"]]
        yield {
            "article_id": str(article["article_id"]),
            "field": where,
            "start": toponym["start"],
            "end": toponym["end"],
            "toponym": words,
            "kind": _kind(toponym, words, demonyms),
            "usage": _usage(toponym),
            "source": article.get("source"),
            "population": as_integer(toponym.get("population")),
            **{name: toponym.get(name) for name in _OF_FEATURES},
            **_place(toponym, gazetteer),
        }


def _place(toponym: dict[str, Any], gazetteer: Gazetteer | None) -> dict[str, Any]:
    """Return ``lat``, ``lon`` and ``geonameid``; the gazetteer's point where the gold names a feature and no point."""
    geonameid = toponym.get("geonameid")
    place: dict[str, Any] = {
        "lat": np.nan,
        "lon": np.nan,
        "geonameid": None if geonameid is None else int(as_integer(geonameid)),
    }
    if toponym.get("lat") is not None and toponym.get("lon") is not None:
        place["lat"], place["lon"] = float(toponym["lat"]), float(toponym["lon"])
    elif geonameid is not None and gazetteer is not None:
        feature = gazetteer.place(f"geonames:{place['geonameid']}")
        if feature is not None:
            place["lat"], place["lon"] = feature.lat, feature.lon
    return place


def _order(toponym: dict[str, Any]) -> tuple[int, int]:
    start = toponym.get("start")
    return 0 if toponym.get("field") == "title" else 1, start if isinstance(start, int) else -1


def what_is_wrong(toponym: Mapping[str, Any], article: Mapping[str, Any]) -> str | None:
    """Return why a row cannot be used (its field, offsets, words, coordinates or id), or None."""
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


def _wrong_place(toponym: Mapping[str, Any]) -> str | None:
    lat, lon, geonameid = toponym.get("lat"), toponym.get("lon"), toponym.get("geonameid")
    if (lat is None) != (lon is None):
        return f"latitude is {lat!r} and longitude {lon!r}; both are needed, or neither"
    if lat is not None and lon is not None:
        try:
            in_range = -90 <= float(lat) <= 90 and -180 <= float(lon) <= 180
        except (TypeError, ValueError):
            in_range = False
        if not in_range:
            return f"latitude {lat!r}, longitude {lon!r} are not degrees in range"
    if geonameid is not None and not str(as_integer(geonameid)).isdigit():
        return f"geonameid {geonameid!r} is no integer"
    return None


def _kind(toponym: dict[str, Any], words: str, demonyms: frozenset[str]) -> str | None:
    given = toponym.get("kind")
    if given in KINDS:
        return str(given)
    fine = toponym.get("type")
    if str(fine).casefold() in KINDS:
        return str(fine).casefold()
    if fine in KIND_OF_TYPE:
        return KIND_OF_TYPE[fine]
    if words.casefold() in demonyms and (fine not in USAGE_OF_TYPE or fine == MAYBE_DEMONYM):
        return "demonym"
    return "toponym" if fine in USAGE_OF_TYPE else None


def _usage(toponym: dict[str, Any]) -> str | None:
    given = toponym.get("usage", toponym.get("group"))
    return str(given) if given in USAGES else USAGE_OF_TYPE.get(str(toponym.get("type")))

"""Gold annotations: articles, the toponyms that annotators marked in them, and the rows that had to be left out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geomap._checks import file_path
from geomap._json import is_whole
from geomap.errors import InvalidGold, UnsupportedFormat
from geomap.evaluation.readers import FORMATS, READERS, format_of
from geomap.evaluation.readers._annotated import Annotated, Problem, Sources, by_id
from geomap.evaluation.readers._mentions import as_integer
from geomap.tables import (
    ARTICLES,
    FIELDS,
    KINDS,
    MENTION_KEY,
    MENTIONS,
    USAGES,
    require_columns,
    validate_articles,
    with_dtypes,
)

if TYPE_CHECKING:
    from geomap.gazetteer import Gazetteer

FEATURE = ("feature_class", "feature_code", "country_code", "population")
_DTYPES = {**MENTIONS, "source": "str", "lat": "float64", "lon": "float64"}


def dtypes_of(*names: str) -> dict[str, str]:
    """Return columns with their dtypes, which are those of the mentions table; ``lat`` and ``lon`` are degrees."""
    return {name: _DTYPES[name] for name in names}


GOLD_COLUMNS: Mapping[str, str] = dtypes_of(
    *MENTION_KEY, "toponym", "kind", "usage", "lat", "lon", "geonameid", "source", *FEATURE
)

# The eleven fine types of GeoWebNews (Gritta et al. 2020) as kinds of mention. A Non_Literal_Modifier ("French engineer")
# is a demonym only if its words are in the demonym table, which gold does not say.
KIND_OF_TYPE = {"Demonym": "demonym", "Embedded_Literal": "embedded", "Embedded_Non_Lit": "embedded"}
MAYBE_DEMONYM = "Non_Literal_Modifier"
USAGE_OF_TYPE = {
    **dict.fromkeys(("Literal", "Mixed", "Coercion", "Literal_Modifier", "Embedded_Literal"), "literal"),
    **dict.fromkeys(("Metonymic", "Language", "Demonym", MAYBE_DEMONYM, "Homonym", "Embedded_Non_Lit"), "associative"),
}


@dataclass
class Gold:
    """Gold articles and mentions, and the rows that had to be left out.

    Parameters
    ----------
    articles
        The articles table.
    mentions
        One row per gold toponym, in article order then text order: ``article_id, field, start, end, toponym, kind,
        usage, lat, lon, geonameid, source, feature_class, feature_code, country_code, population``. Coordinates are in
        degrees (EPSG:4326), missing where the annotators gave none.
    problems
        Rows that were left out: mappings of ``article_id``, ``row`` and ``reason``.
    """

    articles: pd.DataFrame
    mentions: pd.DataFrame
    problems: list[Problem] = field(default_factory=list)

    def subset(self, article_ids: Collection[str]) -> Gold:
        """Return the gold of some of the articles."""
        wanted = set(article_ids)
        articles, mentions = (
            table[table["article_id"].isin(wanted)].reset_index(drop=True) for table in (self.articles, self.mentions)
        )
        return Gold(articles, mentions, [problem for problem in self.problems if problem["article_id"] in wanted])

    @property
    def fields(self) -> frozenset[str]:
        """The annotated fields; predictions in another field are neither right nor wrong."""
        return frozenset(self.mentions["field"]) or frozenset({"text"})


def read_gold(
    path: str | Path,
    *,
    articles: pd.DataFrame | str | Path | None = None,
    format: str | None = None,  # noqa: A002 (as pandas names it)
    types: Collection[str] | None = None,
    demonyms: frozenset[str] = frozenset(),
    gazetteer: Gazetteer | None = None,
) -> Gold:
    """Read gold annotations.

    Parameters
    ----------
    path
        A file or folder: JSON lines, brat standoff, WebAnno TSV 3, Recogito's CSV export, or a table of mentions that
        geomap wrote.
    articles
        The articles, as a table or as a path for :func:`geomap.read_articles`, joined by ``article_id``. Needed for
        formats that hold no text; for brat and WebAnno they add what those lack, such as the source.
    format
        ``"jsonl"``, ``"brat"``, ``"webanno"``, ``"recogito"`` or ``"mentions"``; recognized from the content by default.
    types
        Which annotation types of brat, WebAnno and Recogito are toponyms. By default the usual names (``LOC``, ``GPE``,
        ``Place``, ``Toponym`` ...) and GeoWebNews' types, or all types if a file has none of these.
    demonyms
        Case-folded demonyms. With them, a modifier such as "French" is of kind ``demonym`` where the gold has only
        GeoWebNews' fine type.
    gazetteer
        Gives the coordinates of ids that come without any.

    Returns
    -------
    Gold
        Articles and mentions. Rows whose offsets do not match the text, whose coordinates are out of range or whose id
        is not an integer are left out and listed in ``problems``, and so are repeated articles.

    Raises
    ------
    InvalidGold
        If there is nothing at the path, or nothing in it can be used.
    UnsupportedFormat
        If the format is unknown.

    Examples
    --------
    >>> import json, tempfile
    >>> from pathlib import Path
    >>> toponyms = [{"start": 8, "end": 13, "text": "Mosul", "lat": 36.34, "lon": 43.13, "geonameid": 99072}]
    >>> article = {"article_id": "a", "text": "Rain in Mosul.", "source": "Courier", "toponyms": toponyms}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "gold.jsonl"
    ...     _ = path.write_text(json.dumps(article), encoding="utf-8")
    ...     gold = read_gold(path)
    >>> gold.mentions[["toponym", "lat", "lon", "geonameid"]]
      toponym    lat    lon  geonameid
    0   Mosul  36.34  43.13      99072
    """
    path = file_path("path", path)
    if format is not None and format not in READERS:
        raise UnsupportedFormat(f"unknown gold format {format!r}; expected one of {', '.join(FORMATS)}")
    if not path.exists():
        raise InvalidGold(f"gold not found: {path}")
    chosen = format or format_of(path)
    sources = Sources(by_id(_table(articles)), None if types is None else frozenset(name.casefold() for name in types))
    problems: list[Problem] = []
    annotated = list(_without_repeats(READERS[chosen](path, sources, problems), problems))
    if not annotated:
        first = f" (row {problems[0]['row']}: {problems[0]['reason']})" if problems else ""
        raise InvalidGold(
            f"no usable article in {path}, read as {FORMATS[chosen]}; each article needs an article_id and text{first}"
        )
    articles = pd.DataFrame([{name: one.article.get(name) for name in ARTICLES} for one in annotated])
    articles["article_id"] = articles["article_id"].astype(str)
    articles["published"] = pd.to_datetime(articles["published"], utc=True, errors="coerce", format="ISO8601")
    rows = [row for one in annotated for row in _mention_rows(one, demonyms, gazetteer, problems)]
    mentions = with_dtypes(pd.DataFrame(rows, columns=list(GOLD_COLUMNS)), GOLD_COLUMNS)
    return Gold(validate_articles(articles), mentions, problems)


def _table(articles: pd.DataFrame | str | Path | None) -> pd.DataFrame | None:
    if articles is None:
        return None
    if isinstance(articles, pd.DataFrame):
        require_columns(articles, ("article_id", "text"), what="articles")
        return articles
    from geomap.articles import read_articles

    # Annotations count the characters of the file as it is.
    return read_articles(articles, entities="keep")


def _without_repeats(annotated: Iterator[Annotated], problems: list[Problem]) -> Iterator[Annotated]:
    seen: set[str] = set()
    for one in annotated:
        article_id = str(one.article["article_id"])
        if article_id in seen:
            problems.append(Problem(article_id=article_id, row=one.row, reason="duplicate article_id"))
            continue
        seen.add(article_id)
        yield one


def _mention_rows(
    annotated: Annotated, demonyms: frozenset[str], gazetteer: Gazetteer | None, problems: list[Problem]
) -> Iterator[dict[str, Any]]:
    article, article_id = annotated.article, str(annotated.article["article_id"])
    for toponym in sorted(annotated.toponyms, key=_order):
        reason = problem_with(toponym, article)
        if reason:
            problems.append(Problem(article_id=article_id, row=toponym.get("row", annotated.row), reason=reason))
            continue
        field = str(toponym.get("field", "text"))
        words = str(article[field])[toponym["start"] : toponym["end"]]
        yield {
            **{name: toponym.get(name) for name in FEATURE},
            "article_id": article_id,
            "field": field,
            "start": toponym["start"],
            "end": toponym["end"],
            "toponym": words,
            "kind": _kind(toponym, words, demonyms),
            "usage": _usage(toponym),
            "source": article.get("source"),
            "population": as_integer(toponym.get("population")),
            **_place(toponym, gazetteer),
        }


def _place(toponym: dict[str, Any], gazetteer: Gazetteer | None) -> dict[str, Any]:
    """Return ``lat``, ``lon`` and ``geonameid``; the gazetteer's point if the gold has an id and no point."""
    geonameid = toponym.get("geonameid")
    number = None if geonameid is None else int(as_integer(geonameid))
    lat, lon = toponym.get("lat"), toponym.get("lon")
    if (lat is None or lon is None) and number is not None and gazetteer is not None:
        feature = gazetteer.place(f"geonames:{number}")
        if feature is not None:
            lat, lon = feature.lat, feature.lon
    lat, lon = (np.nan, np.nan) if lat is None or lon is None else (float(lat), float(lon))
    return {"lat": lat, "lon": lon, "geonameid": number}


def _order(toponym: dict[str, Any]) -> tuple[int, int]:
    start = toponym.get("start")
    return 0 if toponym.get("field") == "title" else 1, start if isinstance(start, int) else -1


def problem_with(toponym: Mapping[str, Any], article: Mapping[str, Any]) -> str | None:
    """Return why a row cannot be used (its field, offsets, words, coordinates or id), or None."""
    field, start, end = toponym.get("field", "text"), toponym.get("start"), toponym.get("end")
    if field not in FIELDS:
        return f"field must be title or text; got {field!r}"
    text = article.get(field) or ""
    if not is_whole(start) or not is_whole(end) or not 0 <= start < end <= len(text):
        return f"offsets {start!r}-{end!r} are outside the {field} ({len(text)} characters)"
    words = toponym.get("text")
    if words is not None and words != text[start:end]:
        return f"the {field} has {text[start:end]!r} at {start}-{end}, not {words!r}"
    return _problem_with_place(toponym)


def _problem_with_place(toponym: Mapping[str, Any]) -> str | None:
    lat, lon, geonameid = toponym.get("lat"), toponym.get("lon"), toponym.get("geonameid")
    if (lat is None) != (lon is None):
        return f"latitude and longitude must be given together; got {lat!r} and {lon!r}"
    if lat is not None and lon is not None:
        try:
            in_range = -90 <= float(lat) <= 90 and -180 <= float(lon) <= 180
        except (TypeError, ValueError, OverflowError):
            in_range = False
        if not in_range:
            return f"coordinates out of range: latitude {lat!r}, longitude {lon!r}"
    number = None if geonameid is None else as_integer(geonameid)
    if number is not None and not (is_whole(number) and number >= 0):
        return f"geonameid {geonameid!r:.60} is not an integer"
    return None


def _kind(toponym: dict[str, Any], words: str, demonyms: frozenset[str]) -> str | None:
    kind = toponym.get("kind")
    if kind in KINDS:
        return str(kind)
    fine = toponym.get("type")
    if str(fine).casefold() in KINDS:
        return str(fine).casefold()
    if fine in KIND_OF_TYPE:
        return KIND_OF_TYPE[fine]
    if words.casefold() in demonyms and (fine not in USAGE_OF_TYPE or fine == MAYBE_DEMONYM):
        return "demonym"
    return "toponym" if fine in USAGE_OF_TYPE else None


def _usage(toponym: dict[str, Any]) -> str | None:
    usage = toponym.get("usage", toponym.get("group"))
    return str(usage) if usage in USAGES else USAGE_OF_TYPE.get(str(toponym.get("type")))

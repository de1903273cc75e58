"""Which reader a file wants, by what is in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from geomap.errors import InvalidGold, UnsupportedFormat
from geomap.evaluation.readers._annotated import Annotated, Problem, Reader, Sources, read_text
from geomap.evaluation.readers._brat import read_brat
from geomap.evaluation.readers._mentions import read_mentions_gold
from geomap.evaluation.readers._recogito import NEEDED, read_recogito
from geomap.evaluation.readers._webanno import HEADER, read_webanno


def read_jsonl(path: Path, sources: Sources, problems: list[Problem]) -> Iterator[Annotated]:
    """Yield the articles of a JSONL file.

    A line is ``{"article_id", "title", "text", "source", "url", "published", "toponyms": [{"start", "end", "text", "lat",
    "lon", "geonameid", ...}]}``. A line that is no such object is reported.
    """
    for number, line in enumerate(read_text(path).split("\n"), start=1):
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
        toponyms = article.get("toponyms") or []
        if not isinstance(toponyms, list):
            problems.append({"article_id": str(article["article_id"]), "row": number, "reason": "toponyms is no list"})
            toponyms = []
        usable = [toponym for toponym in toponyms if isinstance(toponym, dict)]
        problems.extend(
            {"article_id": str(article["article_id"]), "row": number, "reason": f"toponym {toponym!r:.40} is no object"}
            for toponym in toponyms
            if not isinstance(toponym, dict)
        )
        yield Annotated(article, usable, number)


READERS: Mapping[str, Reader] = {
    "jsonl": read_jsonl,
    "brat": read_brat,
    "webanno": read_webanno,
    "recogito": read_recogito,
    "mentions": read_mentions_gold,
}
FORMATS: Mapping[str, str] = {
    "jsonl": "JSON lines, one article a line with its toponyms",
    "brat": "a folder of brat's .txt and .ann files",
    "webanno": "WebAnno TSV 3, a file or a folder",
    "recogito": "Recogito's CSV export, with the text beside it or given as articles",
    "mentions": "a table of mentions that geomap wrote (.geojson, .csv, .parquet, .gpkg), with the articles",
}
_SQLITE, _PARQUET = b"SQLite format 3\x00", b"PAR1"


def format_of(path: Path) -> str:
    """Return the format of a gold file or folder, told by its content.

    Raises
    ------
    InvalidGold
        If there is nothing at that path.
    UnsupportedFormat
        If the content is none of the formats that are read; the message names them.
    """
    if path.is_dir():
        found = _of_folder(path)
    elif path.is_file():
        found = _of_file(path)
    else:
        raise InvalidGold(f"there is no gold file {path}")
    if found is None:
        known = "; ".join(f"{name} ({what})" for name, what in FORMATS.items())
        raise UnsupportedFormat(f"cannot tell what {path} is; gold is read as: {known}")
    return found


def _of_folder(path: Path) -> str | None:
    if next(path.rglob("*.ann"), None) is not None:
        return "brat"
    # A folder may hold other tables too; the first hundred say enough.
    if any(_head(file).startswith(HEADER.encode()) for file in islice(path.rglob("*.tsv"), 100)):
        return "webanno"
    return None


def _of_file(path: Path) -> str | None:
    suffix, head = path.suffix.casefold(), _head(path)
    if head.startswith((_SQLITE, _PARQUET)):
        return "mentions"
    words = head.decode("utf-8-sig", "replace").lstrip()
    if words.startswith(HEADER):
        return "webanno"
    if suffix == ".ann":
        return "brat"
    if suffix == ".jsonl" or (words.startswith("{") and '"toponyms"' in words.split("\n", 1)[0]):
        return "jsonl"
    if words.startswith("{") and '"FeatureCollection"' in words:
        return "mentions"
    columns = words.split("\n", 1)[0]
    if all(name in columns for name in NEEDED):
        return "recogito"
    if all(name in columns for name in ("article_id", "start", "end")):
        return "mentions"
    return "jsonl" if words.startswith("{") else None


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(65536)

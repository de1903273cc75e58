"""Which reader a file needs, by its content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from geomap import _json
from geomap.errors import InvalidGold, UnsupportedFormat
from geomap.evaluation.readers._annotated import Annotated, Problem, Reader, Sources, read_text
from geomap.evaluation.readers._brat import read_brat
from geomap.evaluation.readers._mentions import NEEDED, read_mentions_gold
from geomap.evaluation.readers._recogito import RECOGITO_COLUMNS, read_recogito
from geomap.evaluation.readers._webanno import HEADER, read_webanno


def read_jsonl(path: Path, sources: Sources, problems: list[Problem]) -> Iterator[Annotated]:
    """Yield the articles of a JSONL file.

    A line is ``{"article_id", "title", "text", "source", "url", "published", "toponyms": [{"start", "end", "text", "lat",
    "lon", "geonameid", ...}]}``. Any other line is reported.
    """
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            article = _json.parse(line)
        except _json.InvalidJson as error:
            problems.append(Problem(article_id="", row=number, reason=str(error)))
            continue
        if not isinstance(article, dict) or not isinstance(article.get("text"), str) or "article_id" not in article:
            problems.append(Problem(article_id="", row=number, reason="missing article_id or text"))
            continue
        toponyms = article.get("toponyms") or []
        reasons = [] if isinstance(toponyms, list) else ["toponyms is not a list"]
        usable = []
        for toponym in toponyms if not reasons else []:
            if isinstance(toponym, dict):
                usable.append(toponym)
            else:
                reasons.append(f"toponym {toponym!r:.40} is not an object")
        problems.extend(Problem(article_id=str(article["article_id"]), row=number, reason=one) for one in reasons)
        yield Annotated(article, usable, number)


READERS: Mapping[str, Reader] = {
    "jsonl": read_jsonl,
    "brat": read_brat,
    "webanno": read_webanno,
    "recogito": read_recogito,
    "mentions": read_mentions_gold,
}
FORMATS: Mapping[str, str] = {
    "jsonl": "JSON lines, one article per line with its toponyms",
    "brat": "a folder of brat's .txt and .ann files",
    "webanno": "WebAnno TSV 3, a file or a folder",
    "recogito": "Recogito's CSV export, with the text next to it or passed as articles",
    "mentions": "a table of mentions that geomap wrote (.geojson, .csv, .parquet, .gpkg), with the articles",
}
_SQLITE, _PARQUET = b"SQLite format 3\x00", b"PAR1"


def format_of(path: Path) -> str:
    """Return the format of a gold file or folder, recognized from its content.

    Raises
    ------
    InvalidGold
        If there is nothing at that path.
    UnsupportedFormat
        If the content is in no format that is read; the message lists those.
    """
    if path.is_dir():
        name = _of_folder(path)
    elif path.is_file():
        name = _of_file(path)
    else:
        raise InvalidGold(f"gold not found: {path}")
    if name is None:
        known = "; ".join(f"{format_name} ({what})" for format_name, what in FORMATS.items())
        raise UnsupportedFormat(f"unrecognized gold format: {path}; supported are {known}")
    return name


def _of_folder(path: Path) -> str | None:
    if next(path.rglob("*.ann"), None) is not None:
        return "brat"
    # A folder may hold other tables too; a hundred are enough to look at.
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
    if all(name in columns for name in RECOGITO_COLUMNS):
        return "recogito"
    if all(name in columns for name in NEEDED):
        return "mentions"
    return "jsonl" if words.startswith("{") else None


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(65536)

"""Recogito's CSV export of the annotations of plain text documents (Simon et al. 2017)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from geomap._csv import column_key, open_csv
from geomap._text import utf16_length
from geomap.errors import InvalidGold
from geomap.evaluation.readers._annotated import (
    Annotated,
    Problem,
    Sources,
    article_with_text,
    characters,
    geonameid_in,
    kept_types,
    number_or_raw,
    read_content_of,
    read_text,
    text_of,
)

RECOGITO_COLUMNS = ("QUOTE_TRANSCRIPTION", "ANCHOR")
_ANCHOR = re.compile(r"char-offset:(\d{1,18})")
_UNKNOWN = "NOT_IDENTIFIABLE"


def read_recogito(path: Path, sources: Sources, problems: list[Problem]) -> Iterator[Annotated]:
    """Yield the documents of a Recogito CSV export.

    The export has no text. It is looked up in the articles by the name in the column ``FILE`` or by the export's own
    name, each with or without its extension, then in a ``.txt`` file of that name next to the export.

    Raises
    ------
    InvalidGold
        If the text of no document is found.
    """
    rows = _rows(path, problems)
    documents: dict[str, list[tuple[int, dict[str, str]]]] = {}
    for number, row in rows:
        documents.setdefault(text_of(row.get("FILE")) or path.stem, []).append((number, row))
    kept = kept_types({text_of(row.get("TYPE")) for _, row in rows} - {""}, sources)
    any_text = False
    for name, marked in documents.items():
        article = _article(path, name, sources, only=len(documents) == 1)
        if article is None:
            reason = f"text of {name!r} not found among the articles or next to the export; pass articles="
            problems.extend(Problem(article_id=name, row=number, reason=reason) for number, _ in marked)
            continue
        any_text = True
        chosen = [
            _toponym(row, number, str(article["text"]))
            for number, row in marked
            if not text_of(row.get("TYPE")) or text_of(row.get("TYPE")).casefold() in kept
        ]
        yield Annotated(article, chosen, marked[0][0])
    if rows and not any_text:
        raise InvalidGold(
            f"{path} has no text for its documents ({', '.join(list(documents)[:3])}); pass the articles, a table or a "
            "path, as articles=, or put the .txt file next to the export"
        )


def _rows(path: Path, problems: list[Problem]) -> list[tuple[int, dict[str, str]]]:
    """Return the rows by column, numbered from 2 as in a spreadsheet."""
    found = []
    with open_csv(read_content_of(path), set(map(column_key, RECOGITO_COLUMNS))) as rows:
        for row in rows:
            if row.usable:
                found.append((row.number + 1, dict(zip(rows.header, row.fields, strict=True))))
            else:
                problems.append({"article_id": "", "row": row.number + 1, "reason": row.problem})
    return found


def _article(path: Path, name: str, sources: Sources, *, only: bool) -> dict[str, Any] | None:
    stems = [name, Path(name).stem, path.stem]
    for stem in stems:
        if stem in sources.articles:
            return sources.articles[stem]
    for stem in stems:
        file = path.parent / f"{Path(stem).name}.txt"
        if _is_file(file):
            return article_with_text(sources, Path(name).stem, read_text(file))
    return next(iter(sources.articles.values())) if only and len(sources.articles) == 1 else None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # longer than any file's name may be
        return False


def _toponym(row: dict[str, str], number: int, text: str) -> dict[str, Any]:
    words = row.get("QUOTE_TRANSCRIPTION") or ""
    anchor = _ANCHOR.search(row.get("ANCHOR") or "")
    toponym: dict[str, Any] = {"row": number, "text": words, "start": row.get("ANCHOR"), "end": None}
    if anchor:
        start = int(anchor.group(1))
        toponym["start"], toponym["end"] = characters(text, start, start + utf16_length(words), words)
    if text_of(row.get("VERIFICATION_STATUS")) != _UNKNOWN:
        toponym["lat"], toponym["lon"] = number_or_raw(row.get("LAT")), number_or_raw(row.get("LNG"))
        toponym["geonameid"] = geonameid_in(text_of(row.get("URI")))
    return toponym

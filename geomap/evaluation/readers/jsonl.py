"""Gold in JSON lines: one article a line, with its toponyms, as the public corpora after conversion."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from geomap.evaluation.readers.annotated import Annotated, Problem, Sources, read_text


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

"""brat standoff: a ``.txt`` file next to each ``.ann`` file (Stenetorp et al. 2012; the corpora of Gritta et al. 2020)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from geomap.evaluation.readers._annotated import (
    Annotated,
    Problem,
    Sources,
    article_with_text,
    kept_types,
    number_or_raw,
    place_in,
    read_text,
)

_SPAN = re.compile(r"(\S+) (\d{1,18} \d{1,18}(?:;\d{1,18} \d{1,18})*)")
_NUMBERS = ("lat", "lon", "population")
_WORDS = ("kind", "usage", "group", "feature_class", "feature_code", "country_code", "type")


def read_brat(path: Path, sources: Sources, problems: list[Problem]) -> Iterator[Annotated]:
    """Yield the articles of a folder of brat documents, or of one ``.ann`` file; the id is the file's name.

    ``T`` lines are toponyms if their type is one; a discontinuous one counts from its first character to its last. The
    place comes from ``A`` lines named ``geonameid``, ``lat``, ``lon``, ``kind`` or ``usage``, from ``N`` lines that refer
    to GeoNames, and from notes (``#``) that hold only a GeoNames id or a latitude and longitude.
    """
    files = sorted(path.rglob("*.ann")) if path.is_dir() else [path]
    parsed = [(file, *_parsed(file, problems)) for file in files]
    kept = kept_types({toponym["type"] for _, toponyms, _ in parsed for toponym in toponyms.values()}, sources)
    for number, (file, toponyms, extra) in enumerate(parsed, start=1):
        text_file = file.with_suffix(".txt")
        if not text_file.is_file():
            reason = f"{text_file.name} not found next to {file.name}"
            problems.append(Problem(article_id=file.stem, row=0, reason=reason))
            continue
        for identifier, properties in extra:
            if identifier in toponyms:
                toponyms[identifier].update(properties)
        chosen = [toponym for toponym in toponyms.values() if toponym["type"].casefold() in kept]
        yield Annotated(article_with_text(sources, file.stem, read_text(text_file)), chosen, number)


def _parsed(file: Path, problems: list[Problem]) -> tuple[dict[str, dict[str, Any]], list[tuple[str, dict[str, Any]]]]:
    toponyms: dict[str, dict[str, Any]] = {}
    extra: list[tuple[str, dict[str, Any]]] = []
    for number, line in enumerate(read_text(file).splitlines(), start=1):
        parts = line.split("\t")
        if line.startswith("T"):
            toponym = _toponym(parts, number)
            if toponym is None:
                reason = f"{line[:60]!r} is not a brat annotation"
                problems.append(Problem(article_id=file.stem, row=number, reason=reason))
            else:
                toponyms[parts[0]] = toponym
        elif len(parts) > 1 and line[:1] in "ANM#":
            extra.extend(_properties(line[0], parts))
    return toponyms, extra


def _toponym(parts: list[str], row: int) -> dict[str, Any] | None:
    match = _SPAN.fullmatch(parts[1]) if len(parts) > 1 else None
    if match is None:
        return None
    bounds = [tuple(map(int, piece.split())) for piece in match.group(2).split(";")]
    toponym: dict[str, Any] = {
        "type": match.group(1),
        "start": min(start for start, _ in bounds),
        "end": max(end for _, end in bounds),
        "row": row,
    }
    # brat joins the words of several pieces by a space, so they may differ from the text in between.
    if len(bounds) == 1 and len(parts) > 2:
        toponym["text"] = parts[2]
    return toponym


def _properties(sign: str, parts: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the identifier of the annotation that a line is about, with what the line says of its place."""
    words = parts[1].split()
    if len(words) < 2:
        return
    if sign == "#":
        yield words[1], place_in(parts[2]) if len(parts) > 2 else {}
    elif sign == "N":
        yield words[1], place_in(" ".join(words[2:]))
    else:
        name, value = words[0].casefold(), " ".join(words[2:])
        if name == "geonameid":
            yield words[1], {"geonameid": value}
        elif name in _NUMBERS:
            yield words[1], {name: number_or_raw(value)}
        elif name in _WORDS:
            yield words[1], {name: value}

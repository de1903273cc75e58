"""WebAnno TSV 3, the export of WebAnno and INCEpTION: one file per document, one line per token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from geomap._text import from_utf16, utf16
from geomap.evaluation.readers._annotated import (
    Annotated,
    Problem,
    Sources,
    article_with_text,
    characters,
    kept_types,
    number_or_raw,
    place_in,
    read_text,
)

HEADER = "#FORMAT=WebAnno TSV 3"
_TOKEN = re.compile(r"\d+-\d+(?:\.\d+)?")
_BOUNDS = re.compile(r"(\d{1,18})-(\d{1,18})")
_NUMBERED = re.compile(r"(?<!\\)\[(\d+)\]$")
_STACKED = re.compile(r"(?<!\\)\|")
_ESCAPED = re.compile(r"\\(.)")
_MEANT = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}
# Layers that hold properties of tokens rather than spans.
_OF_TOKENS = ("lexmorph", "segmentation", "morph", "syntax", "coref")
_TYPE_FEATURES = ("value", "type", "label", "class", "category", "entity")
_PLACE_FEATURES = ("geonameid", "identifier", "uri", "link", "place")
_NUMBERS = ("lat", "lon", "population")
_WORDS = ("kind", "usage", "group", "feature_class", "feature_code", "country_code")


def read_webanno(path: Path, sources: Sources, problems: list[Problem]) -> Iterator[Annotated]:
    """Yield the articles of a folder of WebAnno TSV 3 files, or of one; the id is the file's name without ``.tsv``.

    Spans of the layer NamedEntity and of custom layers are toponyms if their type (the feature ``value``, ``type``,
    ``label`` ...) is one. The place comes from features named ``geonameid``, ``identifier``, ``lat``, ``lon``, ``kind`` or
    ``usage``. The text is reassembled from the sentences and offsets in the file.
    """
    files = sorted(path.rglob("*.tsv")) if path.is_dir() else [path]
    parsed = []
    for file in files:
        content = read_text(file)
        if content.startswith(HEADER):
            parsed.append((file, *_parsed(content, file, problems)))
        else:
            reason = f"{file.name} does not begin with {HEADER}"
            problems.append(Problem(article_id=file.stem, row=1, reason=reason))
    kept = kept_types(
        {toponym["type"] for _, _, toponyms in parsed for toponym in toponyms if toponym["type"]}, sources
    )
    for number, (file, text, toponyms) in enumerate(parsed, start=1):
        chosen = [toponym for toponym in toponyms if not toponym["type"] or toponym["type"].casefold() in kept]
        yield Annotated(article_with_text(sources, file.stem, text), chosen, number)


def _parsed(content: str, file: Path, problems: list[Problem]) -> tuple[str, list[dict[str, Any]]]:
    columns: list[tuple[str, str]] = []
    sentence: list[str] = []
    sentences: list[tuple[int, str]] = []
    tokens: list[tuple[int, int, int, list[str]]] = []
    for row, line in enumerate(content.replace("\r\n", "\n").split("\n"), start=1):
        if line.startswith(("#T_SP=", "#T_CH=", "#T_RL=")):
            columns.extend(_columns(line))
        elif line.startswith("#Text="):
            sentence.append(line.removeprefix("#Text="))
        elif _TOKEN.match(line):
            cells = line.split("\t")
            bounds = _BOUNDS.fullmatch(cells[1]) if len(cells) > 1 else None
            if bounds is None:
                problems.append(Problem(article_id=file.stem, row=row, reason=f"{line[:60]!r} has no offsets"))
                continue
            start, end = int(bounds.group(1)), int(bounds.group(2))
            if sentence:
                sentences.append((start, "\n".join(_unescaped(part) for part in sentence)))
                sentence = []
            tokens.append((row, start, end, cells[3:]))
    text = _text(sentences)
    return text, [_in_characters(text, toponym) for toponym in _spans(tokens, columns)]


def _columns(line: str) -> Iterator[tuple[str, str]]:
    """Yield layer and feature of each column that a header line declares; relations and chains get no layer."""
    kind, definition = line[3:5], line[6:]
    layer, *features = definition.split("|")
    own = kind == "SP" and not any(part in layer.casefold() for part in _OF_TOKENS)
    for feature in features or [""]:
        yield (layer if own else "", feature.casefold())


def _spans(tokens: list[tuple[int, int, int, list[str]]], columns: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """Return the annotations, each joined from the tokens that bear its number."""
    spans: dict[tuple[str, str], dict[str, Any]] = {}
    for row, start, end, cells in tokens:
        for (layer, feature), cell in zip(columns, cells, strict=False):
            if not layer or cell in ("_", ""):
                continue
            for stacked, value in enumerate(_STACKED.split(cell)):
                numbered = _NUMBERED.search(value)
                key = f"n{numbered.group(1)}" if numbered else f"{row}.{stacked}"
                span = spans.setdefault(
                    (layer, key), {"type": "", "start": start, "end": end, "row": row, "field": "text"}
                )
                span["start"], span["end"] = min(span["start"], start), max(span["end"], end)
                span.update(_property(feature, _unescaped(_NUMBERED.sub("", value))))
    return list(spans.values())


def _property(feature: str, value: str) -> dict[str, Any]:
    if value in ("*", "_", ""):
        return {}
    if feature in _TYPE_FEATURES:
        return {"type": value}
    if feature in _PLACE_FEATURES:
        return place_in(value)
    if feature in _NUMBERS:
        return {feature: number_or_raw(value)}
    return {feature: value} if feature in _WORDS else {}


def _unescaped(words: str) -> str:
    return _ESCAPED.sub(lambda match: _MEANT.get(match.group(1), match.group(1)), words)


def _text(sentences: list[tuple[int, str]]) -> str:
    """Return the text with every sentence at its offset (in UTF-16 units); what was between sentences is lost."""
    units = bytearray()
    for start, sentence in sentences:
        gap = 2 * start - len(units)
        if gap > 0:
            units += utf16(("\n" if units else " ") + " " * (gap // 2 - 1))
        units += utf16(sentence)
    return from_utf16(bytes(units))


def _in_characters(text: str, toponym: dict[str, Any]) -> dict[str, Any]:
    if text.isascii():
        return toponym
    words = from_utf16(utf16(text)[2 * toponym["start"] : 2 * toponym["end"]])
    start, end = characters(text, toponym["start"], toponym["end"], words)
    return {**toponym, "start": start, "end": end}

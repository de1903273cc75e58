"""Read what the recognizer is trained on into one form: a text, and for each of its words what the word may be."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import labels
from written import KIND_AND_USAGE, NAME_TYPES, Sentence

ROOT = Path(__file__).resolve().parents[3]
DEMONYMS = ROOT / "data" / "gazetteer" / "demonyms.csv"

# Share of each source that one pass reads: newspapers and encyclopaedias are nearer to news than tweets are.
SHARES = {
    "uner_ewt": 1.0,
    "uner_pud": 1.0,
    "gum": 1.0,
    "wikigold": 1.0,
    "redocred": 1.0,
    "re3d_open": 1.0,
    "crossner": 0.5,
    "btc": 0.35,
    "wnut17": 0.35,
}


@dataclass(slots=True)
class Text:
    """A text to learn from.

    Parameters
    ----------
    text
        The characters.
    names
        Names as (start, end, types that the name may be), outermost only; None where the source marks no names.
    outside
        What a word outside every name may be, among the name types and ``O``.
    ignored
        Parts of the text about whose names the source says nothing.
    mentions
        Toponyms as (start, end, kinds, usage); outermost first. None where they follow from ``names``.
    unsure
        Parts of the text where an unmarked word may still be a mention.
    source, group
        The source, and the document or outlet, for joining neighbours and for leaving outlets out.
    """

    text: str
    names: list[tuple[int, int, tuple[str, ...]]] | None
    outside: tuple[str, ...] = ("O",)
    ignored: list[tuple[int, int]] = field(default_factory=list)
    mentions: list[tuple[int, int, tuple[str, ...], str | None]] | None = None
    unsure: list[tuple[int, int]] = field(default_factory=list)
    source: str = ""
    group: str = ""


def read_demonyms(path: Path = DEMONYMS) -> frozenset[str]:
    """Return the case-folded demonyms of the hand-kept table."""
    with path.open(encoding="utf-8", newline="") as stream:
        return frozenset(row["demonym"].casefold() for row in csv.DictReader(stream))


def read_open(folder: Path, *, rng: random.Random, shares: dict[str, float] | None = None) -> list[Text]:
    """Return one pass over the open sources: a seeded sample of each by its share.

    Parameters
    ----------
    folder
        Holds one folder a source, each with ``data.jsonl`` and ``META.json``.
    rng
        Draws the sample.
    shares
        Share by source; :data:`SHARES` when left out.
    """
    texts: list[Text] = []
    for name, share in (shares or SHARES).items():
        meta = json.loads((folder / name / "META.json").read_text("utf-8"))
        lines = (folder / name / "data.jsonl").read_text("utf-8").split("\n")
        rows = [json.loads(line) for line in lines if line.strip()]
        texts += [_open_text(row, name, meta["ambiguity"]) for row in rows if share >= 1 or rng.random() < share]
    return texts


def _open_text(row: dict[str, Any], source: str, ambiguity: dict[str, list[str]]) -> Text:
    names = [(start, end, tuple(ambiguity.get(kind, [kind]))) for start, end, kind in row["spans"]]
    return Text(
        row["text"],
        names,
        tuple(ambiguity.get("O", ["O"])),
        [(start, end) for start, end in row["ign"]],
        source=source,
        group=f"{source}/{row['doc']}",
    )


def from_written(sentence: Sentence) -> Text:
    """Return a written sentence as a training text."""
    names: list[tuple[int, int, tuple[str, ...]]] = []
    mentions: list[tuple[int, int, tuple[str, ...], str | None]] = []
    ignored: list[tuple[int, int]] = []
    for start, end, tag in sentence.spans:
        if tag in NAME_TYPES and not _covered(start, end, names):
            names.append((start, end, (NAME_TYPES[tag],)))
        if tag in KIND_AND_USAGE and not _covered(start, end, mentions):
            kind, usage = KIND_AND_USAGE[tag]
            mentions.append((start, end, (kind,), usage))
            if kind == "embedded" and not _covered(start, end, names):
                # The name around it was not tagged, so that what the whole is stays open.
                ignored.append((start, end))
    group = sentence.origin.partition(":")[0]
    return Text(sentence.text, names, ("O",), ignored, mentions, source="written", group=f"written/{group}")


def _covered(start: int, end: int, spans: Sequence[tuple[Any, ...]]) -> bool:
    return any(left <= start and end <= right for left, right, *_ in spans)


def read_gold(path: Path, demonyms: frozenset[str]) -> list[Text]:
    """Return gold articles as training texts: mentions only, kind and usage where the corpus gives them.

    Parameters
    ----------
    path
        A JSONL file of articles with ``toponyms``.
    demonyms
        Case-folded demonyms, which tell a demonym from other modifiers in GeoWebNews.
    """
    texts = []
    for line in path.read_text("utf-8").split("\n"):
        if not line.strip():
            continue
        row = json.loads(line)
        mentions = [
            (toponym["start"], toponym["end"], gold_kinds(toponym, demonyms), toponym.get("group"))
            for toponym in row["toponyms"]
        ]
        source = path.name.partition(".")[0]
        texts.append(Text(row["text"], None, mentions=mentions, source=source, group=str(row["source"])))
    return texts


def gold_kinds(toponym: dict[str, Any], demonyms: frozenset[str]) -> tuple[str, ...]:
    """Return the kinds that a gold toponym may be: by its fine type in GeoWebNews, by the demonym table elsewhere."""
    fine = toponym.get("type")
    if toponym["text"].casefold() in demonyms and not (fine or "").startswith("Embedded"):
        return ("demonym",) if fine else ("demonym", "embedded")
    if fine is None:
        return ("toponym", "embedded")
    return ("embedded",) if fine.startswith("Embedded") else ("toponym",)


class Labeller:
    """Turns a text and its words into the bits of :mod:`labels`.

    Parameters
    ----------
    demonyms
        Case-folded demonyms.
    places
        Case-folded names of countries, first-level divisions and large cities, with which toponyms inside the names of
        organisations are found in sources that do not mark them.
    """

    def __init__(self, demonyms: frozenset[str], places: frozenset[str]) -> None:
        self.demonyms = demonyms
        self.places = places

    def bits(self, text: Text, words: Sequence[tuple[int, int]]) -> list[int]:
        """Return for each word the set of labels that it may have."""
        names = [labels.ANY_NAME] * len(words)
        if text.names is not None:
            self._names(text, words, names)
        spans = [labels.NO_SPAN | labels.ANY_USAGE] * len(words)
        for start, end in text.unsure:
            for number in labels.inside(words, start, end):
                spans[number] = labels.ANY_SPAN | labels.ANY_USAGE
        if text.mentions is not None:
            self._mentions(text, words, spans)
        else:
            self._silver(text, words, spans)
        return [name | span for name, span in zip(names, spans, strict=True)]

    def _names(self, text: Text, words: Sequence[tuple[int, int]], names: list[int]) -> None:
        either = labels.name_bits(text.outside, begins=True) | labels.name_bits(text.outside, begins=False)
        names[:] = [either] * len(words)
        for start, end, types in text.names or ():
            for place, number in enumerate(labels.inside(words, start, end)):
                names[number] = labels.name_bits(types, begins=place == 0)
        for start, end in text.ignored:
            for number in labels.inside(words, start, end):
                names[number] = labels.ANY_NAME

    @staticmethod
    def _mentions(text: Text, words: Sequence[tuple[int, int]], spans: list[int]) -> None:
        for start, end, kinds, usage in text.mentions or ():
            for place, number in enumerate(labels.inside(words, start, end)):
                spans[number] = labels.span_bits(kinds, begins=place == 0) | labels.usage_bits(usage)

    def _silver(self, text: Text, words: Sequence[tuple[int, int]], spans: list[int]) -> None:
        """Derive the mentions of a source that marks names only."""
        if "O" not in text.outside or len(text.outside) > 1:
            for number, (start, end) in enumerate(words):
                if text.text[start].isupper() and text.text[start:end].casefold() in self.demonyms:
                    spans[number] = labels.span_bits(("demonym", "embedded"), begins=True) | labels.ANY_USAGE
        for start, end in text.ignored:
            for number in labels.inside(words, start, end):
                spans[number] = labels.ANY_SPAN | labels.ANY_USAGE
        for start, end, types in text.names or ():
            self._silver_name(text.text, words, labels.inside(words, start, end), types, spans)

    def _silver_name(
        self, text: str, words: Sequence[tuple[int, int]], own: list[int], types: tuple[str, ...], spans: list[int]
    ) -> None:
        whole = text[words[own[0]][0] : words[own[-1]][1]] if own else ""
        if whole.casefold() in self.demonyms and types != ("LOC",) and "PER" not in types:
            self._set(own, ("demonym",), spans)
        elif types[0] in ("LOC", "FAC"):
            self._set(own, ("toponym",), spans)
        elif types == ("NORP",):
            # Peoples and parties that are no demonym are no mentions; longer ones ("Sunni Arabs") may hold one.
            self._set_unsure(own, spans) if len(own) > 1 else None
        elif types[0] in ("ORG", "MISC"):
            self._embedded(text, words, own, spans)

    def _embedded(self, text: str, words: Sequence[tuple[int, int]], own: list[int], spans: list[int]) -> None:
        number = 0
        while number < len(own):
            for size in (4, 3, 2, 1):
                part = own[number : number + size]
                if len(part) < size or len(own) == size:
                    continue
                name = text[words[part[0]][0] : words[part[-1]][1]]
                if name[0].isupper() and (name.casefold() in self.places or name.casefold() in self.demonyms):
                    self._set(part, ("embedded",), spans)
                    number += size
                    break
            else:
                start, _ = words[own[number]]
                if text[start].isupper():
                    self._set_unsure([own[number]], spans)
                number += 1

    @staticmethod
    def _set(own: Sequence[int], kinds: tuple[str, ...], spans: list[int]) -> None:
        for place, number in enumerate(own):
            spans[number] = labels.span_bits(kinds, begins=place == 0) | labels.ANY_USAGE

    @staticmethod
    def _set_unsure(own: Sequence[int], spans: list[int]) -> None:
        for number in own:
            spans[number] = labels.ANY_SPAN | labels.ANY_USAGE


def joined(texts: Sequence[Text], rng: random.Random, *, chance: float, longest: int = 450) -> Iterator[Text]:
    """Yield the texts, some of them joined with the ones that follow them in the same document."""
    current: Text | None = None
    for text in texts:
        if current is not None and _fits(current, text, longest) and rng.random() < chance:
            current = _joined(current, text)
            continue
        if current is not None:
            yield current
        current = text
    if current is not None:
        yield current


def _fits(first: Text, second: Text, longest: int) -> bool:
    return first.group == second.group and len(first.text) + len(second.text) < longest


def _joined(first: Text, second: Text) -> Text:
    shift = len(first.text) + 1

    def moved(spans: Sequence[tuple[Any, ...]]) -> list[Any]:
        return [(span[0] + shift, span[1] + shift, *span[2:]) for span in spans]

    return Text(
        f"{first.text} {second.text}",
        None if first.names is None or second.names is None else [*first.names, *moved(second.names)],
        first.outside,
        [*first.ignored, *moved(second.ignored)],
        None if first.mentions is None or second.mentions is None else [*first.mentions, *moved(second.mentions)],
        [*first.unsure, *moved(second.unsure)],
        first.source,
        first.group,
    )

"""Score a recognizer on gold articles: spans, kinds, usage, letter case, and the commonest errors.

``python evaluate.py GOLD.jsonl ... [--model FOLDER] [--errors 40]``
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpora import gold_kinds, read_demonyms

from geomap.gazetteer import Gazetteer
from geomap.recognition._defaults import neural
from geomap.recognition._spans import Recognizer, Span

CONTEXT = 35


@dataclass
class Tally:
    """Counts over some articles."""

    gold: int = 0
    found: int = 0
    exact: int = 0
    overlapping: int = 0
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    usages: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)

    def scores(self) -> dict[str, float]:
        """Return precision, recall and F1, exact and overlapping, and the accuracies of kind and usage, in percent."""
        out = {"gold": float(self.gold), "found": float(self.found)}
        for name, right in (("exact", self.exact), ("overlap", self.overlapping)):
            out[f"{name} P"] = 100 * right / max(1, self.found)
            out[f"{name} R"] = 100 * right / max(1, self.gold)
            out[f"{name} F1"] = 200 * right / max(1, self.gold + self.found)
        for name, pairs in (("kind", self.kinds), ("usage", self.usages)):
            if pairs:
                right = sum(count for (wanted, given), count in pairs.items() if wanted == given)
                out[f"{name} accuracy"] = 100 * right / pairs.total()
        return out

    def line(self) -> str:
        """Return the scores on one line."""
        given = self.scores()
        parts = [
            f"{name} F1 {given[f'{name} F1']:.1f} (P {given[f'{name} P']:.1f} R {given[f'{name} R']:.1f})"
            for name in ("exact", "overlap")
        ]
        parts += [f"{name} {value:.1f}" for name, value in given.items() if name.endswith("accuracy")]
        return ", ".join(parts)


def read_articles(path: Path) -> list[dict[str, Any]]:
    """Return the articles of a gold file."""
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]


def pairs_of(
    gold: Sequence[tuple[int, int]], found: Sequence[tuple[int, int]], *, exact: bool
) -> list[tuple[int, int]]:
    """Pair gold with found spans one to one: equal spans first, then, unless ``exact``, overlapping ones in order."""
    used: set[int] = set()
    pairs: dict[int, int] = {}
    for equal in (True, False):
        if exact and not equal:
            break
        for place, (start, end) in enumerate(gold):
            for other, (left, right) in enumerate(found):
                fits = (left, right) == (start, end) if equal else left < end and start < right
                if place not in pairs and other not in used and fits:
                    pairs[place] = other
                    used.add(other)
    return sorted(pairs.items())


def score(
    recognizer: Recognizer, articles: Sequence[dict[str, Any]], demonyms: frozenset[str], *, case: str = ""
) -> Tally:
    """Score a recognizer.

    Parameters
    ----------
    recognizer
        The recognizer.
    articles
        Gold articles.
    demonyms
        Case-folded demonyms, for the kinds of gold.
    case
        ``"lower"`` or ``"upper"`` to change the letters of the texts first, where that keeps the offsets.
    """
    tally = Tally()
    texts = [_recased(article["text"], case) for article in articles]
    for article, text, spans in zip(articles, texts, recognizer.recognize(texts), strict=True):
        _add(tally, article, text, spans, demonyms)
    return tally


def _recased(text: str, case: str) -> str:
    changed = "".join(getattr(char, case)() for char in text) if case else text
    return changed if len(changed) == len(text) else text


def _add(tally: Tally, article: dict[str, Any], text: str, spans: Sequence[Span], demonyms: frozenset[str]) -> None:
    gold = sorted(article["toponyms"], key=lambda toponym: (toponym["start"], toponym["end"]))
    wanted = [(toponym["start"], toponym["end"]) for toponym in gold]
    given = [(span.start, span.end) for span in spans]
    exact = pairs_of(wanted, given, exact=True)
    pairs = pairs_of(wanted, given, exact=False)
    tally.gold += len(wanted)
    tally.found += len(given)
    tally.exact += len(exact)
    tally.overlapping += len(pairs)
    for place, other in pairs:
        toponym, span = gold[place], spans[other]
        if "type" in toponym:
            tally.kinds[(gold_kinds(toponym, demonyms)[0], span.kind)] += 1
            tally.usages[(toponym["group"], str(span.usage))] += 1
        if (place, other) not in exact:
            tally.cut.append(f"{text[slice(*wanted[place])]!r} read as {text[slice(*given[other])]!r}")
    firsts, seconds = {place for place, _ in pairs}, {other for _, other in pairs}
    tally.missed += [_around(text, *span) for place, span in enumerate(wanted) if place not in firsts]
    tally.extra += [
        f"{_around(text, *span)}  {spans[other].kind} {spans[other].score or 0:.2f}"
        for other, span in enumerate(given)
        if other not in seconds
    ]


def _around(text: str, start: int, end: int) -> str:
    left, right = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return f"{left}[[{text[start:end]}]]{right}".replace("\n", " ")


def main() -> None:
    """Score the model on gold files and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", nargs="+", type=Path)
    parser.add_argument("--model", type=Path, default=None)
    parser.add_argument("--errors", type=int, default=0)
    parser.add_argument("--case", default="", choices=["", "lower", "upper"])
    arguments = parser.parse_args()
    demonyms = read_demonyms()
    recognizer = neural(Gazetteer(), folder=arguments.model)
    for path in arguments.gold:
        tally = score(recognizer, read_articles(path), demonyms, case=arguments.case)
        print(f"{path.name}: {tally.line()}")
        print(f"  kinds {dict(tally.kinds)}")
        for name in ("missed", "extra", "cut") if arguments.errors else ():
            print(f"-- {name}: {len(getattr(tally, name))}")
            print(
                "\n".join(
                    f"   {error}"
                    for error in getattr(tally, name)[:: max(1, len(getattr(tally, name)) // arguments.errors)]
                )
            )


if __name__ == "__main__":
    main()

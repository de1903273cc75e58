"""Score recognizers on what was left out of training, by language, and write the table that geomap shows.

``python measure.py DATA ENGLISH --model FOLDER --gold CORPORA`` prints and writes ``scores.json`` beside this file and
``geomap/resources/languages.csv``. ``--choose`` prints, for several biases of the decoder, the scores on the sentences
that are for choosing.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(ROOT), str(HERE), str(HERE.parent / "recognizer"), str(HERE.parent)]

import numpy as np
from evaluate import Tally, pairs_of, read_articles, score
from manifest import record
from mixture import ENGLISH, OCR, PLACES, SOURCES, TWEETS, Source, read_source

if TYPE_CHECKING:
    from corpora import Text

    from geomap.recognition import Recognizer
    from geomap.recognition._neural import NeuralRecognizer

WRITTEN = HERE / "written"
NEWS = "news, written for this purpose"
AT_HAND = frozenset({OCR, TWEETS, "traffic messages", "news, in small letters", "clinical records"})
"""Genres that count only where a language has no other."""

BIASES = (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5)
GOLD = ("trnews", "geowebnews", "lgl")
TABLE = ROOT / "geomap" / "resources" / "languages.csv"
COLUMNS = ("code", "recognizer", "exact_f1", "overlap_f1", "sentences", "genre")

Sample = tuple[str, list[tuple[int, int]], list[tuple[int, int]]]
"""A text, its places, and the parts about which nothing is known."""


def sample_of(text: Text) -> Sample:
    """Return a sentence of a source for scoring."""
    return text.text, [(s, e) for s, e, types in text.names or () if types[0] in PLACES], text.ignored


def written(language: str) -> list[Sample]:
    """Return the sentences that were written for measuring: one a line, places in square brackets."""
    path = WRITTEN / f"{language}.txt"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [_bracketed(line) for line in lines if line.strip() and not line.startswith("#")]


def _bracketed(line: str) -> Sample:
    text, places = "", []
    for number, part in enumerate(line.replace("]", "[").split("[")):
        if number % 2:
            places.append((len(text), len(text) + len(part)))
        text += part
    return text, places, []


def tally_of(recognizer: Recognizer, samples: Sequence[Sample]) -> Tally:
    """Count the toponyms of some sentences that a recognizer finds; demonyms and names inside names do not count."""
    tally = Tally()
    for (_, gold, ignored), spans in zip(samples, recognizer.recognize([each[0] for each in samples]), strict=True):
        found = [
            (span.start, span.end)
            for span in spans
            if span.kind == "toponym" and not any(span.start < end and start < span.end for start, end in ignored)
        ]
        tally.gold += len(gold)
        tally.found += len(found)
        tally.exact += len(pairs_of(gold, found, exact=True))
        tally.overlapping += len(pairs_of(gold, found, exact=False))
    return tally


def figures(tally: Tally) -> dict[str, float]:
    """Return the scores of a tally, from 0 to 1."""
    given = tally.scores()
    names = ("exact P", "exact R", "exact F1", "overlap F1")
    return {name: round(given[name] / 100, 3) for name in names} | {"places": tally.gold}


def left_out(data: Path, english: Path, part: str) -> dict[str, list[Sample]]:
    """Return the sentences of each source that were left out, or those for choosing; all marked whole."""
    every = [(data, name, source) for name, source in SOURCES.items()]
    every += [(english, name, source) for name, source in ENGLISH.items()]
    return {
        name: [sample_of(text) for text in getattr(read_source(folder / name), part) if "LOC" not in text.outside]
        for folder, name, _ in every
    }


def measured(samples: dict[str, list[Sample]], recognizers: dict[str, Recognizer]) -> Iterator[dict[str, object]]:
    """Yield the scores by source, and of the written sentences by language."""
    every: list[tuple[str, Source, list[Sample]]] = [
        (name, {**SOURCES, **ENGLISH}[name], own) for name, own in samples.items() if own
    ]
    languages = sorted(path.stem for path in WRITTEN.glob("*.txt"))
    every += [(f"written/{each}.txt", Source(each, NEWS), written(each)) for each in languages]
    for name, source, own in every:
        row: dict[str, object] = {"source": name, "language": source.language, "genre": source.genre}
        row["sentences"] = len(own)
        for shown, recognizer in recognizers.items():
            row[shown] = tally_of(recognizer, own)
        yield row


def by_language(rows: Sequence[dict[str, object]]) -> dict[str, list[dict[str, object]]]:
    """Return the rows that a language is judged by: written ones where there are, else those of the likest genre."""
    found: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in rows:
        found[str(row["language"])].append(row)
    for language, own in found.items():
        news = [row for row in own if row["genre"] == NEWS]
        better = [row for row in own if row["genre"] not in AT_HAND]
        found[language] = news or better or own
    return found


def pooled(rows: Sequence[dict[str, object]], recognizer: str) -> Tally:
    """Return the sum of the tallies of some rows."""
    total = Tally()
    for row in rows:
        own = row[recognizer]
        assert isinstance(own, Tally)
        for name in ("gold", "found", "exact", "overlapping"):
            setattr(total, name, getattr(total, name) + getattr(own, name))
    return total


def english_row() -> dict[str, object]:
    """Return English as its own recipe measured it: the mean over three corpora of news, with outlets left out."""
    scores = json.loads((HERE.parent / "recognizer" / "scores.json").read_text("utf-8")).values()
    return {
        "code": "en",
        "recognizer": "neural",
        "exact_f1": round(mean(each["as written, F1"] for each in scores), 3),
        "overlap_f1": round(mean(each["as written, overlap F1"] for each in scores), 3),
        "genre": "news",
    }


def sentences_of_gold(gold: Path) -> int:
    """Return how many sentences the gold articles have."""
    from geomap._text import sentence_bounds

    return sum(
        len(sentence_bounds(article["text"]))
        for name in GOLD
        for article in read_articles(gold / f"{name}.train.jsonl")
    )


def choose(recognizer: NeuralRecognizer, samples: dict[str, list[Sample]]) -> None:
    """Print the scores of several biases, by language."""
    for bias in BIASES:
        recognizer._decoder._gain = np.float32(np.exp(bias))
        rows = list(measured(samples, {"": recognizer}))
        scores = {
            language: figures(pooled(own, "")) for language, own in by_language(rows).items() if own[0]["genre"] != NEWS
        }
        print(
            bias,
            {
                name: round(mean(each[name] for each in scores.values()), 3)
                for name in ("exact P", "exact R", "exact F1")
            },
        )


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("english", type=Path)
    parser.add_argument("--model", type=Path, help="folder of the model; by default that of the installed wheel")
    parser.add_argument("--gold", type=Path, help="folder of English gold articles")
    parser.add_argument("--choose", action="store_true")
    arguments = parser.parse_args()
    from geomap.gazetteer import Gazetteer
    from geomap.recognition import default_recognizer
    from geomap.recognition._auto import open_multilingual

    many = open_multilingual(1, folder=arguments.model)
    if arguments.choose:
        choose(many, left_out(arguments.data, arguments.english, "choosing"))
        return 0
    recognizers = {"multilingual": many, "neural": default_recognizer(Gazetteer(), name="neural")}
    rows = list(measured(left_out(arguments.data, arguments.english, "left_out"), recognizers))
    table = languages_table(rows)
    for row in rows:
        for name in recognizers:
            row[name] = figures(pooled([row], name))
        print(json.dumps(row, ensure_ascii=False))
    scores: dict[str, object] = {"by source": rows}
    if arguments.gold:
        from corpora import read_demonyms

        scores["English gold"] = {
            name: figures(score(many, read_articles(arguments.gold / f"{name}.train.jsonl"), read_demonyms()))
            for name in GOLD
        }
        table["en"]["sentences"] = sentences_of_gold(arguments.gold)
    (HERE / "scores.json").write_text(json.dumps(scores, indent=1, ensure_ascii=False) + "\n", "utf-8")
    write_table(table)
    return 0


def languages_table(rows: Sequence[dict[str, object]]) -> dict[str, dict[str, object]]:
    """Return the row of each language."""
    table = {"en": english_row()}
    for language, own in sorted(by_language(rows).items()):
        if language == "en":
            continue
        given = figures(pooled(own, "multilingual"))
        table[language] = {
            "code": language,
            "recognizer": "multilingual",
            "exact_f1": given["exact F1"],
            "overlap_f1": given["overlap F1"],
            "sentences": sum(int(str(row["sentences"])) for row in own),
            "genre": "; ".join(dict.fromkeys(str(row["genre"]) for row in own)),
        }
    return table


def write_table(table: dict[str, dict[str, object]]) -> None:
    """Write the table that ships, and its entry in the manifest."""
    with TABLE.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(table[code] for code in sorted(table))
    record(
        TABLE,
        sources=[{"name": "measured by the recipe", "version": "", "licence": "Apache-2.0"}],
        licence="Apache-2.0",
        recipe="data/recipes/recognizer-multilingual/measure.py",
    )


if __name__ == "__main__":
    sys.exit(main())

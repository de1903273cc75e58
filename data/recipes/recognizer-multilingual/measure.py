"""Score recognizers on what was left out of training, by language, and write the table that geomap shows.

``python measure.py DATA ENGLISH --gold CORPORA`` prints, and writes ``scores.json`` beside this file and
``geomap/resources/languages.csv``. ``--choose`` prints, for several biases of the decoder, the scores on the sentences
that are for choosing.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(ROOT), str(HERE), str(HERE.parent / "recognizer"), str(HERE.parent)]

import numpy as np
from corpora import read_demonyms
from evaluate import Tally, pairs_of, read_articles, score
from manifest import record
from mixture import ENGLISH, LINKED, OCR, PLACES, SOURCES, TWEETS, Source, read_source

if TYPE_CHECKING:
    from corpora import Text

    from geomap.recognition import Recognizer
    from geomap.recognition._neural import NeuralRecognizer

WRITTEN = HERE / "written"
NEWS = "news, written for this purpose"
AT_HAND = frozenset({OCR, TWEETS, LINKED, "traffic messages", "news, in small letters", "clinical records"})
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


def samples_of(data: Path, english: Path, part: str) -> dict[str, tuple[Source, list[Sample]]]:
    """Return the sentences of each source that were left out, or those for choosing; and those that were written."""
    found = {
        name: (source, own)
        for folder, sources in ((data, SOURCES), (english, ENGLISH))
        for name, source in sources.items()
        if (own := [sample_of(text) for text in getattr(read_source(folder / name), part) if "LOC" not in text.outside])
    }
    if part == "left_out":
        for path in sorted(WRITTEN.glob("*.txt")):
            found[f"written/{path.name}"] = Source(path.stem, NEWS), written(path.stem)
    return found


def judged_by(samples: dict[str, tuple[Source, list[Sample]]]) -> dict[str, list[str]]:
    """Return the sources that each language is judged by: written ones where there are, else those nearest to news."""
    languages = sorted({source.language for source, _ in samples.values()})
    found = {}
    for language in languages:
        own = {name: source.genre for name, (source, _) in samples.items() if source.language == language}
        news = [name for name, genre in own.items() if genre == NEWS]
        found[language] = news or [name for name, genre in own.items() if genre not in AT_HAND] or list(own)
    return found


def pooled(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of some tallies."""
    total = Tally()
    for own in tallies:
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


def choose(recognizer: NeuralRecognizer, samples: dict[str, tuple[Source, list[Sample]]]) -> None:
    """Print the scores of several biases, as means over the languages."""
    judged = judged_by(samples)
    for bias in BIASES:
        recognizer._decoder._gain = np.float32(np.exp(bias))
        scores = [figures(pooled(tally_of(recognizer, samples[name][1]) for name in own)) for own in judged.values()]
        print(
            bias, {name: round(mean(each[name] for each in scores), 3) for name in ("exact P", "exact R", "exact F1")}
        )


def table_of(
    samples: dict[str, tuple[Source, list[Sample]]], tallies: Mapping[str, Tally]
) -> dict[str, dict[str, object]]:
    """Return the row of each language but English."""
    table: dict[str, dict[str, object]] = {}
    for language, own in judged_by(samples).items():
        given = figures(pooled(tallies[name] for name in own))
        table[language] = {
            "code": language,
            "recognizer": "multilingual",
            "exact_f1": given["exact F1"],
            "overlap_f1": given["overlap F1"],
            "sentences": sum(len(samples[name][1]) for name in own),
            "genre": "; ".join(dict.fromkeys(samples[name][0].genre for name in own)),
        }
    return {language: row for language, row in table.items() if language != "en"}


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


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("english", type=Path)
    parser.add_argument("--model", type=Path, help="folder of the model; by default that of the installed wheel")
    parser.add_argument("--gold", type=Path, help="folder of English gold articles")
    parser.add_argument("--choose", action="store_true")
    parser.add_argument("--only", choices=["neural", "multilingual"], help="keep the figures of the other one")
    arguments = parser.parse_args()
    from geomap.gazetteer import Gazetteer
    from geomap.recognition import default_recognizer
    from geomap.recognition._auto import open_multilingual

    if arguments.choose:
        choose(open_multilingual(1, folder=arguments.model), samples_of(arguments.data, arguments.english, "choosing"))
        return 0
    samples = samples_of(arguments.data, arguments.english, "left_out")
    path = HERE / "scores.json"
    scores = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if arguments.only != "multilingual":
        english = default_recognizer(Gazetteer(), name="neural")
        scores["neural"] = {name: figures(tally_of(english, own)) for name, (_, own) in samples.items()}
    if arguments.only != "neural":
        many = open_multilingual(1, folder=arguments.model)
        tallies = {name: tally_of(many, own) for name, (_, own) in samples.items()}
        scores["multilingual"] = {name: figures(tally) for name, tally in tallies.items()}
        table = table_of(samples, tallies)
        for code, row in table.items():
            print(code, row["exact_f1"], row["overlap_f1"], row["sentences"], row["genre"])
        if arguments.gold:
            scores["English gold"] = english_gold(many, arguments.gold)
            table["en"] = {**english_row(), "sentences": sentences_of_gold(arguments.gold)}
            write_table(table)
    path.write_text(json.dumps(scores, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return 0


def english_gold(recognizer: Recognizer, folder: Path) -> dict[str, dict[str, float]]:
    """Return the scores on English gold articles, which the model has not seen."""
    demonyms = read_demonyms()
    return {name: figures(score(recognizer, read_articles(folder / f"{name}.train.jsonl"), demonyms)) for name in GOLD}


if __name__ == "__main__":
    sys.exit(main())

"""How fast: each stage, the recognizer beside spaCy's small architecture and geotext, and memory over a long corpus."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd
from gold import Bench
from pages import ROOT, markdown, processor, table_of
from peers import flash_spans

import geomap
from geomap.recognition._labels import demonyms_of
from geomap.recognition._neural import NeuralRecognizer
from geomap.resolution._candidates import build_batch
from geomap.resolution._rankers import LearnedRanker
from geomap.resolution._signals import compute_signals

if TYPE_CHECKING:
    from spacy.language import Language

T = TypeVar("T")
WORDS = 400
ARTICLES = 60
ROUNDS = 3
LONG = (150, 750)
SENTENCES = 60


def articles_of(texts: Sequence[str], count: int) -> list[str]:
    """Cut ``count`` articles of 400 words from the joined texts, starting over at their end."""
    words = " ".join(texts).split(" ")
    needed = WORDS * count
    words = (words * (needed // max(1, len(words)) + 1))[:needed]
    return [" ".join(words[begin : begin + WORDS]) for begin in range(0, needed, WORDS)]


def section(bench: Bench) -> str:
    """Return the part of the page on speed and memory."""
    texts = [text for corpus in bench.corpora for text in corpus.gold.articles["text"]]
    articles = articles_of(texts, ARTICLES)
    return "\n\n".join(
        [
            "## Speed",
            f"On {processor()}, {len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}: on a shared "
            f"machine, processor time is more reliable than wall-clock time. Recognition in {ARTICLES} articles of {WORDS} "
            f"words, the best of {ROUNDS} interleaved rounds. spaCy is its small English architecture "
            "(tok2vec and NER, the defaults of `spacy.blank`) with untrained weights, which run as fast as trained ones; "
            "the last column compares processor time:",
            markdown(_recognition(bench, articles), first="recognizer"),
            "Resolution of the mentions that the recognizer finds in all corpora, on one core:",
            markdown(_resolution(bench), first="step"),
            "The stages of `geomap map` on the sample corpus (128 short reports), in a fresh process:",
            markdown(_stages(), first="stage"),
            f"{SENTENCES} calls of `geomap.geoparse` with one sentence, in a process that has answered one before:",
            markdown(_sentence(), first="call"),
            "Peak memory of a process that geoparses a long corpus of such articles:",
            markdown(_memory(articles), first="articles"),
        ]
    )


def _recognition(bench: Bench, articles: list[str]) -> pd.DataFrame:
    runs: dict[str, Callable[[], object]] = {}
    for threads in (1, 2):
        neural = _neural(bench, threads)
        runs[f"geomap, {threads} thread{'s' if threads > 1 else ''}"] = partial(neural.recognize, articles)
    matcher = geomap.Geoparser(recognizer="gazetteer", gazetteer=bench.parser.gazetteer).recognizer
    runs["geomap, names matcher"] = lambda: matcher.recognize(articles)
    spacy = _spacy()
    runs["spaCy, small architecture"] = lambda: list(spacy.pipe(articles))
    runs["geotext"] = lambda: [_geotext(text) for text in articles]
    flash = flash_spans()
    runs["flashgeotext"] = lambda: [flash(text) for text in articles]
    wall, busy = dict.fromkeys(runs, float("inf")), dict.fromkeys(runs, float("inf"))
    for _ in range(ROUNDS):
        for name, run in runs.items():
            begun, used = time.perf_counter(), time.process_time()
            run()
            wall[name] = min(wall[name], time.perf_counter() - begun)
            busy[name] = min(busy[name], time.process_time() - used)
    baseline = busy["spaCy, small architecture"]
    rows = {
        name: {
            "articles per second": f"{len(articles) / wall[name]:,.1f}",
            "articles per CPU second": f"{len(articles) / busy[name]:,.1f}",
            "relative to spaCy": f"{baseline / busy[name]:.2f}",
        }
        for name in runs
    }
    return table_of(rows)


def _neural(bench: Bench, threads: int) -> NeuralRecognizer:
    from geomap.recognition._defaults import well_known

    gazetteer = bench.parser.gazetteer
    return NeuralRecognizer(demonyms=demonyms_of(gazetteer), known=well_known(gazetteer), threads=threads)


def _geotext(text: str) -> object:
    from geotext import GeoText

    return GeoText(text)


def _spacy() -> Language:
    import spacy
    from spacy.training import Example

    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec")
    names: Any = nlp.add_pipe(
        "ner", config={"model": {"tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": 96}}}
    )
    for label in ("GPE", "LOC", "NORP", "ORG", "PERSON", "FAC", "DATE"):
        names.add_label(label)
    text = "Rain fell over Mosul and Erbil."
    examples = [Example.from_dict(nlp.make_doc(text), {"entities": [(15, 20, "GPE"), (25, 30, "GPE")]})]
    nlp.initialize(lambda: examples)
    return nlp


def _resolution(bench: Bench) -> pd.DataFrame:
    articles = pd.concat(
        [
            corpus.gold.articles.assign(
                article_id=[f"{corpus.name}/{name}" for name in corpus.gold.articles["article_id"]]
            )
            for corpus in bench.corpora
        ],
        ignore_index=True,
    )
    mentions = geomap.Geoparser(recognizer=bench.recognizer, gazetteer=bench.parser.gazetteer).recognize(articles)
    ranker = LearnedRanker.shipped()
    times: dict[str, float] = {}

    def clocked(name: str, step: Callable[[], T]) -> T:
        begun = time.process_time()
        done = step()
        times[name] = time.process_time() - begun
        return done

    batch = clocked("candidates and context", lambda: build_batch(articles, mentions, bench.parser.gazetteer))
    signals = clocked("signals", lambda: compute_signals(batch))
    clocked("ranking", lambda: ranker.scores(signals))
    times["all three"] = sum(times.values())
    rows = {
        name: {
            "mentions": len(mentions),
            "seconds": f"{seconds:.2f}",
            "mentions per second": f"{len(mentions) / seconds:,.0f}",
        }
        for name, seconds in times.items()
    }
    return table_of(rows)


_STAGES = """
import json, time
start = time.perf_counter()
import geomap
def clock(name, step, rows=[]):
    begun = time.perf_counter()
    done = step()
    rows.append((name, time.perf_counter() - begun))
    return done
parser = geomap.Geoparser()
articles = clock("read the articles", lambda: geomap.read_articles("data/corpora/mosul"))
clock("load the recognizer", lambda: parser.recognize(articles.head(1)))
spans = clock("recognize", lambda: parser.recognize(articles))
mentions = clock("resolve", lambda: parser.resolve(articles, spans, use_context=False))
drawn = clock("draw the map", lambda: geomap.explore(mentions))
import tempfile, pathlib
with tempfile.TemporaryDirectory() as folder:
    clock("save the page", lambda: geomap.save_html(drawn, pathlib.Path(folder) / "map.html"))
rows = clock.__defaults__[0]
print(json.dumps([*rows, ("everything", time.perf_counter() - start)]))
"""
_SENTENCE = """
import json, statistics, sys, time
import geomap
text = "Protests in Mosul spread to Erbil on Monday."
geomap.geoparse(text)
seconds = []
for _ in range(int(sys.argv[1])):
    begun = time.perf_counter()
    geomap.geoparse(text)
    seconds.append(time.perf_counter() - begun)
print(json.dumps([statistics.median(seconds), statistics.quantiles(seconds, n=10)[-1]]))
"""
_MEMORY = """
import json, pathlib, re, resource, sys, time
import pandas as pd
import geomap
texts, count = json.load(sys.stdin), int(sys.argv[1])
articles = pd.DataFrame({"article_id": [str(number) for number in range(count)],
                         "text": [texts[number % len(texts)] for number in range(count)]})
started = time.perf_counter()
mentions = geomap.geoparse(articles)
seconds = time.perf_counter() - started
# On Linux what getrusage says begins with the peak of the process that started this one.
status = pathlib.Path("/proc/self/status")
found = re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text()) if status.is_file() else None
peak = int(found.group(1)) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([len(mentions), seconds, peak * 1024]))
"""


def _stages() -> pd.DataFrame:
    rows = json.loads(_python(_STAGES))
    return pd.DataFrame({"seconds": [f"{seconds:.2f}" for _, seconds in rows]}, index=[name for name, _ in rows])


def _sentence() -> pd.DataFrame:
    found = json.loads(_python(_SENTENCE, str(SENTENCES)))
    return pd.DataFrame(
        {name: [f"{1000 * seconds:.0f}"] for name, seconds in zip(("median ms", "90 % within ms"), found, strict=True)},
        index=["one sentence, warm"],
    )


def _memory(articles: list[str]) -> pd.DataFrame:
    rows = {}
    for count in LONG:
        mentions, seconds, peak = json.loads(_python(_MEMORY, str(count), given=json.dumps(articles)))
        megabytes = sum(len(articles[number % len(articles)].encode()) for number in range(count)) / 1e6
        rows[f"{count:,} ({megabytes:.1f} MB)"] = {
            "mentions": mentions,
            "seconds": f"{seconds:.0f}",
            "peak MB": f"{peak / 1e6:,.0f}",
        }
    return table_of(rows)


def _python(code: str, *arguments: str, given: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], input=given, capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout

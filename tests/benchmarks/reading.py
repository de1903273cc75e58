"""How fast articles are read: short ones from usual files, documents beside the bare library; and the memory it takes."""

from __future__ import annotations

import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import docx
import pandas as pd
import psutil
import pypdfium2
from gold import Bench
from pages import ROOT, markdown, processor, table_of
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen import canvas

import geomap

SHORT, LONG = 20_000, 100_000
WORDS = 130
DOCUMENTS, DOCUMENT_WORDS, PARAGRAPH_WORDS = 150, 400, 80
ROUNDS = 5


class Article(NamedTuple):
    """One article to be written into a file."""

    number: int
    title: str
    text: str

    @property
    def row(self) -> dict[str, str]:
        """The article with a date and a source, as tables have them."""
        day = f"2017-{1 + self.number % 12:02d}-{1 + self.number % 28:02d}"
        return {"title": self.title, "text": self.text, "published": day, "source": f"Paper {self.number % 40}"}


def section(bench: Bench) -> str:
    """Return the part of the page on reading."""
    words = " ".join(text for corpus in bench.corpora for text in corpus.gold.articles["text"]).split()
    with tempfile.TemporaryDirectory() as folder:
        return "\n\n".join(
            [
                "## Reading articles",
                f"On {processor()}, {len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}: on a shared "
                "machine, processor time is more reliable than wall-clock time. "
                f"{SHORT:,} articles of {WORDS} words, in a process that has read some before, the best of {ROUNDS} "
                "interleaved rounds:",
                markdown(_short(words, Path(folder, "short")), first="file"),
                f"{DOCUMENTS} documents of {DOCUMENT_WORDS} words in a folder, beside the bare library, which opens each "
                "file and returns its characters, without paragraphs, titles, dates or checks. Both read in turns, "
                f"{ROUNDS} times; the last column is the median of how many times as much processor time geomap takes:",
                markdown(_documents(words, Path(folder, "documents")), first="files"),
                "Memory of a fresh process above what it takes before, at its peak while it reads such short articles, and "
                "what the table itself takes:",
                markdown(_memory(words, Path(folder, "memory")), first="file"),
            ]
        )


def _articles(words: list[str], count: int, length: int) -> list[Article]:
    """Cut articles from the words, each beginning somewhere else, so that no two are alike."""
    words = words * (2 + length // len(words))
    spread = len(words) // 2
    cut = (words[start : start + length] for start in (number * 7919 % spread for number in range(count)))
    return [Article(number, " ".join(own[:8]), " ".join(own)) for number, own in enumerate(cut)]


def _write_jsonl(articles: list[Article], path: Path) -> None:
    path.write_text("".join(json.dumps(article.row) + "\n" for article in articles), "utf-8")


def _write_csv(articles: list[Article], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(articles[0].row))
        writer.writeheader()
        writer.writerows(article.row for article in articles)


def _write_txt(articles: list[Article], path: Path) -> None:
    path.mkdir()
    for article in articles:
        (path / f"{article.number}.txt").write_text(f"{article.title}\n\n{article.text}", "utf-8")


FORMS: dict[str, Callable[[list[Article], Path], None]] = {
    "articles.jsonl": _write_jsonl,
    "articles.csv": _write_csv,
    "a folder of .txt": _write_txt,
}


def _short(words: list[str], folder: Path) -> pd.DataFrame:
    folder.mkdir()
    articles = _articles(words, SHORT, WORDS)
    for name, write in FORMS.items():
        write(articles, folder / name)
    wall, busy = dict.fromkeys(FORMS, float("inf")), dict.fromkeys(FORMS, float("inf"))
    for _ in range(ROUNDS):
        for name in FORMS:
            begun, used = time.perf_counter(), time.process_time()
            read = len(geomap.read_articles(folder / name))
            wall[name] = min(wall[name], time.perf_counter() - begun)
            busy[name] = min(busy[name], time.process_time() - used)
            assert read == SHORT
    rows = {
        name: {
            "articles per second": f"{SHORT / wall[name]:,.0f}",
            "articles per CPU second": f"{SHORT / busy[name]:,.0f}",
        }
        for name in FORMS
    }
    return table_of(rows)


def _paragraphs(article: Article) -> list[str]:
    words = article.text.split()
    return [" ".join(words[start : start + PARAGRAPH_WORDS]) for start in range(0, len(words), PARAGRAPH_WORDS)]


def _write_pdf(article: Article, path: Path) -> None:
    page = canvas.Canvas(str(path), pagesize=A4)
    page.setFont("Times-Roman", 11)
    height = 780.0
    for paragraph in [article.title, *_paragraphs(article)]:
        for line in simpleSplit(paragraph, "Times-Roman", 11, 450):
            page.drawString(70, height, line)
            height -= 13
        height -= 10
    page.save()


def _write_docx(article: Article, path: Path) -> None:
    document = docx.Document()
    document.add_heading(article.title, 0)
    for paragraph in _paragraphs(article):
        document.add_paragraph(paragraph)
    document.save(str(path))


def _bare_pdf(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text


def _bare_docx(path: Path) -> str:
    return "\n".join(paragraph.text for paragraph in docx.Document(str(path)).paragraphs)


def _documents(words: list[str], folder: Path) -> pd.DataFrame:
    rows = {}
    for ending, library, write, bare in (
        ("pdf", "pypdfium2", _write_pdf, _bare_pdf),
        ("docx", "python-docx", _write_docx, _bare_docx),
    ):
        own = folder / ending
        own.mkdir(parents=True)
        for article in _articles(words, DOCUMENTS, DOCUMENT_WORDS):
            write(article, own / f"{article.number}.{ending}")
        ours, theirs = _in_turns(own, bare)
        rows[f".{ending}, {library}"] = {
            "articles per CPU second": f"{DOCUMENTS / min(ours):,.0f}",
            "bare library": f"{DOCUMENTS / min(theirs):,.0f}",
            "times the library's": f"{statistics.median(our / their for our, their in zip(ours, theirs, strict=True)):.2f}",
        }
    return table_of(rows)


def _in_turns(folder: Path, bare: Callable[[Path], str]) -> tuple[list[float], list[float]]:
    """Return the CPU seconds of each round of geomap and of the bare library, which take turns in being the first."""
    paths = sorted(folder.iterdir())
    runs: list[Callable[[], int]] = [
        lambda: len(geomap.read_articles(folder)),
        lambda: sum(bool(bare(path)) for path in paths),
    ]
    seconds: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS + 1):
        for which in (0, 1) if turn % 2 else (1, 0):
            begun = _busy()
            read = runs[which]()
            seconds[which].append(_busy() - begun)
            assert read == len(paths)
    # Without the first, in which modules are loaded.
    return seconds[0][1:], seconds[1][1:]


def _busy() -> float:
    """Return the CPU seconds of this process and of the one in which it has PDFs read."""
    here = psutil.Process()
    times = [process.cpu_times() for process in (here, *here.children())]
    return float(sum(each.user + each.system for each in times))


_MEMORY = """
import gc, json, pathlib, re, sys
import pandas, pyarrow
import geomap
def resident(name):
    return int(re.search(name + r":\\s+(\\d+) kB", pathlib.Path("/proc/self/status").read_text()).group(1)) * 1024
geomap.read_articles(sys.argv[2])
gc.collect()
before = resident("VmRSS")
articles = geomap.read_articles(sys.argv[1])
print(json.dumps([len(articles), resident("VmHWM") - before, int(articles.memory_usage(deep=True).sum())]))
"""


def _memory(words: list[str], folder: Path) -> pd.DataFrame:
    if not Path("/proc/self/status").is_file():
        return table_of({"measured on Linux alone": {"articles": ""}})
    folder.mkdir()
    _write_csv(_articles(words, 10, WORDS), folder / "few.csv")
    rows = {}
    for count in (SHORT, LONG):
        articles = _articles(words, count, WORDS)
        for name, write in FORMS.items():
            path = folder / f"{count} {name}"
            write(articles, path)
            arguments = [sys.executable, "-c", _MEMORY, str(path), str(folder / "few.csv")]
            done = subprocess.run(arguments, capture_output=True, text=True, check=True, cwd=ROOT)
            number, peak, table = json.loads(done.stdout)
            rows[f"{name}, {number:,} articles"] = {
                "text, KB an article": f"{sum(len(article.text) for article in articles) / number / 1e3:.1f}",
                "peak, KB an article": f"{peak / number / 1e3:.1f}",
                "table, KB an article": f"{table / number / 1e3:.1f}",
            }
    return table_of(rows)

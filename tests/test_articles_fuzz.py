"""Damaged files of every format: each is read or refused with a reason, in bounded time and memory.

A failure names the number of the file; ``python tests/test_articles_fuzz.py NUMBER`` makes and reads that file again.
"""

from __future__ import annotations

import gzip
import io
import os
import re
import sys
import tarfile
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from random import Random

import damage
import pandas as pd
import pytest
import test_articles_documents as documents
import test_articles_exports as exports
import test_articles_feeds as feeds
from damage import TooLong, bounds
from laws import VARIABLE
from reportlab import rl_config
from test_articles_apart import ROWS, binary_workbook, bomb, shown

from geomap.articles import read_articles
from geomap.articles._files import find_sources
from geomap.articles._problems import ProblemLog
from geomap.articles.readers import CONTAINERS, EXTENSIONS, READERS
from geomap.errors import GeomapError
from geomap.tables import ARTICLES

QUICK, USUAL, LONG = 200, 2_000, 20_000
AT_ONCE = 200


# --- sound files, the same in every run


PAGE = feeds.page_of("Storm at Tau", date="2024-02-01").encode()
STORY = f"Storm at Tau\n{feeds.STORY}\n"
CSV = f'title,text,date,url\nStorm,"{feeds.STORY}",2024-02-01,https://fjord.example/1\nCalm,"Sun in Voss, ""at last"".",,\n'
JSON = (
    '{"status": "ok", "articles": [{"headline": {"main": "Storm"}, "source": {"name": "Fjord Post"}, "id": 1, '
    f'"publishedAt": 1706745600, "fields": {{"bodyText": "{feeds.STORY}"}}, "tags": [1, null, {{"a": []}}]}}]}}'
)
JSONL = f'{{"id": "a", "text": "{feeds.STORY}", "date": "1 Feb 2024"}}\n{{"text": "Sun in Voss.", "n": 1e3}}\n'
MARKDOWN = f'---\ntitle: "Storm: Tau"\ndate: 2024-02-01\n---\n# Storm\n\n{feeds.STORY}\n'
NEWS_ITEM = feeds.news_item(f"<inlineData>{feeds.STORY}</inlineData>")
MESSAGE = (
    "Subject: =?utf-8?q?Storm_p=C3=A5_Tau?=\nFrom: Fjord Post <news@fjord.example>\nDate: Mon, 05 Feb 2024 09:30:00 +0100\n"
    'MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary="=x="\n\n--=x=\nContent-Type: text/plain; '
    f"charset=utf-8; format=flowed\nContent-Transfer-Encoding: quoted-printable\n\n{feeds.STORY}\n"
    f"--=x=\nContent-Type: text/html\n\n<p>{feeds.STORY}</p>\n--=x=--\n"
).encode()
MAILBOX = b"From news@fjord.example Mon Feb  5 09:30:00 2024\n" + MESSAGE
MAILBOX += b"\nFrom b@fjord.example Tue Feb  6 09:30:00 2024\nSubject: Calm\n\n>From Voss.\n"
SAVED_PAGE = b"Subject: Storm\nSnapshot-Content-Location: https://fjord.example/1\nContent-Type: text/html\n\n" + PAGE
OLD_WORD = documents.OLE_OF_WORD
WEB = [
    ("response", "https://fjord.example/1", PAGE, "text/html"),
    ("metadata", "urn:x", b"via: x", "application/warc-fields"),
]
TEXTS_OF_WEB = [("conversion", "https://fjord.example/1", STORY.encode(), "text/plain")]
MEMBERS = {"news/b.txt": STORY.encode(), "a.csv": CSV.encode(), "articles.csv": b"file,source\nnews/b,Post\n"}


def _made(make: Callable[[Path], object], name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder, name))
        return Path(folder, name).read_bytes()


def _web_archive(records: list, *, packed: bool) -> bytes:
    data = re.sub(
        rb"urn:uuid:[\w-]+", b"urn:uuid:00000000-0000-0000-0000-000000000000", feeds.warc(records, packed=False)
    )
    data = re.sub(rb"(WARC-Date: )[\w:.-]+", rb"\g<1>2024-02-05T08:00:00Z", data)
    if not packed:
        return data
    # Each record is a gzip file of its own.
    return b"".join(gzip.compress(part, mtime=0) for part in re.split(rb"(?=WARC/1)", data) if part)


def _in_parquet(path: Path) -> None:
    pd.DataFrame({"title": ["Storm", "Calm"], "text": [feeds.STORY, "Sun in Voss."], "n": [1, 2]}).to_parquet(path)


@cache
def sound_files() -> Mapping[str, bytes]:
    """Return a file of every format, by its name: written by the libraries that others write them with."""
    rl_config.invariant = True
    files = {
        "a.txt": STORY.encode(),
        "utf-16.txt": STORY.encode("utf-16"),
        "latin.txt": "Zürich\nRegen in Zürich und Köln; Schnee über Malmö.".encode("cp1252"),
        "lexis.txt": exports.LEXIS.encode(),
        "old-lexis.txt": exports.OLD_LEXIS.encode(),
        "proquest.txt": exports.PROQUEST.encode(),
        "factiva.txt": exports.FACTIVA.encode(),
        "coded.txt": exports.CODED.encode(),
        "factiva.html": exports.factiva_page(exports.FACTIVA_DIVS.format(date=""), exports.FACTIVA_ROWS).encode(),
        "a.md": MARKDOWN.encode(),
        "a.csv": CSV.encode(),
        "a.tsv": CSV.replace(",", "\t").encode("utf-16"),
        "a.csv.gz": gzip.compress(CSV.encode(), mtime=0),
        "a.jsonl": JSONL.encode(),
        "a.json": JSON.encode(),
        "a.json.gz": gzip.compress(JSON.encode(), mtime=0),
        "a.parquet": _made(_in_parquet, "a.parquet"),
        "a.html": PAGE,
        "a.docx": _made(documents.word, "a.docx"),
        "a.odt": _made(documents.open_document, "a.odt"),
        "a.rtf": _made(documents.rich_text, "a.rtf"),
        "a.pdf": _made(documents.pdf, "a.pdf"),
        "plain.pdf": bomb(shown(9), pages=2),
        "a.xlsx": _made(lambda path: documents.workbook(path, Articles=documents.TABLE, Notes=[["a", 1.5]]), "a.xlsx"),
        "a.xlsb": binary_workbook(ROWS),
        "a.xls": _made(documents.old_workbook, "a.xls"),
        "a.ods": _made(documents.open_workbook, "a.ods"),
        "a.rss": feeds.RSS.encode(),
        "a.atom": feeds.ATOM.encode(),
        "nitf.xml": feeds.NITF.encode(),
        "news.xml": NEWS_ITEM.encode(),
        "tei.xml": feeds.tei(f"<p>{feeds.STORY}</p>").encode(),
        "laughs.xml": feeds.RSS.replace("<rss", f"{feeds.LAUGHS}<rss", 1).replace("Ferries", "&d;", 1).encode(),
        "a.eml": MESSAGE,
        "a.mbox": MAILBOX,
        "a.mhtml": SAVED_PAGE,
        "a.ris": feeds.RIS.encode(),
        "a.warc": _web_archive(WEB, packed=False),
        "a.warc.gz": _web_archive(WEB, packed=True),
        "a.wet": _web_archive(TEXTS_OF_WEB, packed=False),
        "a.epub": feeds.book(feeds.CHAPTERS),
        "a.zip": _zipped({**MEMBERS, "in.zip": _zipped(MEMBERS)}),
        "a.tar": feeds.tarred(MEMBERS),
        "a.tgz": gzip.compress(feeds.tarred(MEMBERS), mtime=0),
        "a.doc": OLD_WORD,
        "e.docx": OLD_WORD.replace("WordDocument".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")),
    }
    return {name: _undated(data) if data.startswith(b"PK\3\4") else data for name, data in files.items()}


def _undated(data: bytes) -> bytes:
    """Return an archive without what differs from run to run."""
    moment = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
    return _zipped({name: moment.sub(b"2024-02-05T08:00:00", _declared(content)) for name, content in _members(data)})


def _declared(content: bytes) -> bytes:
    """Return XML without prefixes that are not used: odfpy declares those of all documents that it has made before."""
    if not content.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<office:"):
        return content
    declaration = re.compile(rb' xmlns:(\w+)="[^"]*"')
    rest = declaration.sub(b"", content)
    used = sorted({found.group() for found in declaration.finditer(content) if found.group(1) + b":" in rest})
    return re.sub(rb"(<office:[\w-]+)", lambda found: found.group() + b"".join(used), rest, count=1)


def _members(data: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def _zipped(contents: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in contents.items():
            method = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, method)
    return buffer.getvalue()


# --- damage


def damaged(data: bytes, random: Random) -> bytes:
    return damage.damaged(data, random, list(sound_files().values()))


def damaged_inside(data: bytes, random: Random) -> bytes:
    """Return a file whose packed parts are damaged before they are packed; others as they are damaged anyway."""
    if data.startswith(b"PK\3\4"):
        contents = dict(_members(data))
        for name in random.sample(list(contents), min(len(contents), random.choice((1, 1, 2)))):
            contents[name] = (
                damaged_inside(contents[name], random) if random.random() < 0.5 else damaged(contents[name], random)
            )
        return _zipped(contents)
    if data.startswith(b"\x1f\x8b"):
        return gzip.compress(damaged_inside(gzip.decompress(data), random), mtime=0)
    if data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            contents = {info.name: archive.extractfile(info).read() for info in archive}
        name = random.choice(list(contents))
        return feeds.tarred({**contents, name: damaged(contents[name], random)})
    if data == sound_files()["plain.pdf"]:
        return bomb(damaged(shown(9), random), pages=random.choice((0, 1, 3)))
    return damaged(data, random)


def damaged_file(number: int) -> tuple[str, bytes]:
    """Return the name and the content of a damaged file: the same ones for the same number."""
    random = Random(number)
    names = list(sound_files())
    name = names[number % len(names)]
    data = (damaged_inside if random.random() < 0.6 else damaged)(sound_files()[name], random)
    if random.random() < 0.1:
        name = f"{name.partition('.')[0]}{random.choice([*EXTENSIONS, '.csv.gz', '.unknown', ''])}"
    return name, data


# --- the law


def read_or_refused(path: Path) -> pd.DataFrame | GeomapError:
    with warnings.catch_warnings(), bounds():
        warnings.simplefilter("ignore")
        try:
            return read_articles(path)
        except GeomapError as error:
            return error


def check(number: int, folder: Path) -> None:
    """Assert that a damaged file is read or refused, with a reason that names it."""
    name, data = damaged_file(number)
    path = folder / name
    path.write_bytes(data)
    try:
        result = read_or_refused(path)
        if isinstance(result, GeomapError):
            assert name in str(result)
        else:
            assert list(result.columns[: len(ARTICLES)]) == list(ARTICLES)
            assert len(result) and result["article_id"].is_unique and result["text"].str.strip().all()
    except (Exception, TooLong) as error:
        raise AssertionError(
            f"file {number}, {name} of {len(data):,} bytes: {type(error).__name__}: {error}; "
            f"python {Path(__file__).name} {number} reads it again"
        ) from error
    path.unlink()


def test_there_is_a_sound_file_of_every_format_and_each_is_recognized(tmp_path: Path):
    kinds: set[str] = set()
    for name, data in sound_files().items():
        (tmp_path / name).write_bytes(data)
        kinds.update(source.kind for source in find_sources(tmp_path / name, ProblemLog()))
    assert kinds == READERS.keys() | CONTAINERS.keys()


def test_sound_files_are_read_except_those_that_are_refused_by_what_they_are(tmp_path: Path):
    for name, data in sound_files().items():
        (tmp_path / name).write_bytes(data)
        refused = isinstance(read_or_refused(tmp_path / name), GeomapError)
        assert refused == (name in ("a.doc", "e.docx")), name


def test_a_damaged_file_is_the_same_in_every_run():
    before = [damaged_file(number) for number in range(QUICK)]
    sound_files.cache_clear()
    assert [damaged_file(number) for number in range(QUICK)] == before


def test_two_hundred_damaged_files_are_read_or_refused(tmp_path: Path):
    for number in range(QUICK):
        check(number, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(QUICK, LONG if int(os.environ.get(VARIABLE, "1")) > 1 else USUAL, AT_ONCE))
def test_thousands_of_damaged_files_are_read_or_refused(tmp_path: Path, first: int):
    for number in range(first, first + AT_ONCE):
        check(number, tmp_path)


@pytest.mark.slow
def test_damaged_files_cost_their_sound_neighbor_nothing(tmp_path: Path):
    (tmp_path / "sound.md").write_text("# Calm\n\nSun in Voss.")
    for number in range(QUICK):
        name, data = damaged_file(number)
        (tmp_path / f"{number}-{name}").write_bytes(data)
    result = read_or_refused(tmp_path)
    assert isinstance(result, pd.DataFrame)
    assert result.loc[result["article_id"] == "sound", "text"].tolist() == ["# Calm\n\nSun in Voss."]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        check(int(sys.argv[1]), Path(scratch))

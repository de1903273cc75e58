"""Files that make a library hang, fill the memory or end the process: each is a line in the account, and costs no other."""

from __future__ import annotations

import io
import os
import signal
import struct
import subprocess
import sys
import textwrap
import time
import warnings
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet
import pytest
from test_articles_documents import BODY, TABLE, TITLE, WHOLE, pdf, workbook

from geomap.articles import read_articles
from geomap.articles._apart import Answer, Limits, run_apart
from geomap.errors import ArticlesSkipped, ArticlesUnreadable

GENEROUS = Limits(seconds=20, megabytes=500)


def refusal(path: Path) -> str:
    with pytest.raises(ArticlesUnreadable) as caught:
        read_articles(path)
    return str(caught.value)


def job(folder: Path, body: str) -> Path:
    path = folder / f"job{len(list(folder.iterdir()))}.py"
    path.write_text("def run(data):\n" + textwrap.indent(textwrap.dedent(body), "    "))
    return path


# --- the other process


def test_a_job_yields_what_json_holds_and_the_process_serves_the_next_one(tmp_path: Path):
    path = job(
        tmp_path, "import os\nyield os.getpid()\nyield [data.decode(), None, 1.5, '\\ud800']\nprint('not an answer')"
    )
    first, second = (run_apart(path, text.encode(), GENEROUS) for text in ("Mosul", "Erbil"))
    assert first.parts[1:] == [["Mosul", None, 1.5, "\ud800"]] and second.parts[1][0] == "Erbil"
    assert first.parts[0] == second.parts[0] != os.getpid()
    assert not first.broken and not first.stopped


@pytest.mark.parametrize(
    ("body", "reason", "stopped"),
    [
        ("yield 1\nraise ValueError('no such page')", "no such page", False),
        ("yield 1\nraise KeyError()", "KeyError", False),
        ("yield 1\nimport os\nos.abort()", "broke down", True),
        ("yield 1\nimport os\nos._exit(0)", "broke down", True),
        ("yield 1\nclass PanicException(BaseException): pass\nraise PanicException", "broke down", True),
        ("yield 1\nbytearray(1 << 40)", "too much memory", False),
        pytest.param("yield 1\nwhile True: pass", "more than 1 second", True, marks=pytest.mark.slow),
        pytest.param(
            "yield 1\nimport re\nre.match('(a+)+b', 'a' * 40)", "more than 1 second", True, marks=pytest.mark.slow
        ),
        pytest.param(
            "yield 1\nwhile True: yield 'Mosul' * 100_000", "more text than is read", True, marks=pytest.mark.slow
        ),
    ],
)
def test_what_ends_a_job_is_told_with_the_parts_before_it(tmp_path: Path, body: str, reason: str, stopped: bool):
    answer = run_apart(job(tmp_path, body), b"", Limits(seconds=1 if "second" in reason else 20, megabytes=200))
    assert answer.parts[0] == 1
    assert reason in answer.broken and answer.stopped == stopped
    assert run_apart(job(tmp_path, "yield len(data)"), b"abc" * 100_000, GENEROUS) == Answer([300_000])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no limit on memory")
def test_memory_is_limited_for_what_python_does_not_know_of(tmp_path: Path):
    path = job(tmp_path, "yield 1\nimport mmap\nkept = [mmap.mmap(-1, 1 << 26) for _ in range(100)]")
    assert run_apart(path, b"", Limits(seconds=20, megabytes=200)).broken


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
def test_who_interrupts_or_ends_the_process_while_it_waits_costs_the_next_file_nothing(tmp_path: Path):
    path = job(tmp_path, "import os\nyield os.getpid()")
    [first] = run_apart(path, b"", GENEROUS).parts
    os.kill(first, signal.SIGINT)
    assert run_apart(path, b"", GENEROUS).parts == [first]
    os.kill(first, signal.SIGKILL)
    time.sleep(0.1)
    answer = run_apart(path, b"", GENEROUS)
    assert answer.parts != [first] and not answer.broken


def test_a_large_file_after_a_small_one_has_its_own_limits(tmp_path: Path):
    path = job(tmp_path, "yield len(data)")
    assert run_apart(path, b"", Limits(seconds=20, megabytes=120)).parts == [0]
    large = bytes(200 << 20)
    assert run_apart(path, large, Limits(seconds=20, megabytes=120)).broken
    assert run_apart(path, large, Limits(seconds=20, megabytes=900)) == Answer([len(large)])


def test_threads_take_turns(tmp_path: Path):
    path = job(tmp_path, "for letter in data.decode(): yield letter")
    texts = [f"{number:>50}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda text: run_apart(path, text.encode(), GENEROUS), texts))
    assert ["".join(answer.parts) for answer in answers] == texts


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no forks")
def test_a_fork_has_a_process_of_its_own_and_leaves_none_behind(tmp_path: Path):
    path = job(tmp_path, "import os\nyield os.getpid()")
    script = f"""
        import os, sys
        from pathlib import Path
        from geomap.articles._apart import Limits, run_apart
        ask = lambda: run_apart(Path({str(path)!r}), b"", Limits(20, 500)).parts[0]
        before = ask()
        if not os.fork():
            print(ask(), flush=True)
            sys.exit()
        os.wait()
        print(before, ask())
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True)
    forked, before, after = map(int, done.stdout.split())
    assert before == after != forked
    assert done.stderr == ""
    time.sleep(0.5)
    for process in (forked, before):
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


# --- PDF


def bomb(content: bytes, pages: int = 1) -> bytes:
    """Return a PDF whose pages all show the same content, which is packed."""
    packed = zlib.compress(content, 9)
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, b" ".join([b"3 0 R"] * pages)),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    result, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(b"%010d 00000 n \n" % len(result))
        result += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"xref\n0 6\n0000000000 65535 f \n" + b"".join(places) + b"trailer<</Size 6/Root 1 0 R>>\n"
    return result + table + b"startxref\n%d\n%%%%EOF" % len(result)


def shown(lines: int) -> bytes:
    return b"BT /F 12 Tf 50 700 Td " + b"(Rain fell on Mosul.) Tj 0 -14 Td " * lines + b"ET"


def largest_process() -> int:
    """Return the megabytes of the largest process that this one started and that has ended."""
    import resource  # Windows has none

    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10


@pytest.mark.slow
def test_a_small_pdf_that_grows_to_gigabytes_is_refused_in_seconds_and_its_neighbors_are_read(tmp_path: Path):
    content = bomb(shown(700_000))
    assert len(content) < 80_000
    (tmp_path / "a.pdf").write_bytes(content)
    pdf(tmp_path / "b.pdf")
    # Other tests of this process may have started larger ones.
    before, started = largest_process(), time.perf_counter()
    with pytest.warns(
        ArticlesSkipped, match=r"skipped 1 file: a\.pdf \((the library that reads it broke|reading it takes)"
    ):
        articles = read_articles(tmp_path)
    assert time.perf_counter() - started < 20
    assert largest_process() <= max(before, 1000)
    assert articles.text.tolist() == [WHOLE]


@pytest.mark.slow
def test_of_a_pdf_of_many_heavy_pages_those_before_the_limit_are_read_and_the_loss_is_told(tmp_path: Path):
    (tmp_path / "a.pdf").write_bytes(bomb(shown(20_000), pages=2_000))
    started = time.perf_counter()
    with pytest.warns(
        ArticlesSkipped, match=r"only the first \d+ of 2,000 pages are read: reading it takes more than 5 s"
    ):
        articles = read_articles(tmp_path / "a.pdf")
    assert time.perf_counter() - started < 20
    assert articles.text[0].startswith("Rain fell on Mosul.")
    assert articles.attrs["problems"][0]["loss"]


# --- spreadsheets


def _record(number: int, content: bytes = b"") -> bytes:
    """Return a record of Excel's binary format: its number and its size, each in steps of seven bits, and its content."""
    head = bytes([number]) if number < 128 else bytes([number & 127 | 128, number >> 7])
    size, left = b"", len(content)
    while True:
        size += bytes([left & 127 | (128 if left > 127 else 0)])
        left >>= 7
        if not left:
            return head + size + content


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def binary_workbook(rows: list[list[str]], *, stray: tuple[int, int, int] | None = None) -> bytes:
    """Return a workbook in Excel's binary format (.xlsb), which no library for Python writes.

    A stray cell has a row, a column and the number of its text.
    """
    texts = [value for row in rows for value in row]
    positions = iter(range(len(texts)))
    cells = b""
    for number, row in enumerate(rows):
        cells += _record(0, struct.pack("<IIHHBBI", number, 0, 300, 0, 0, 0, 0))
        cells += b"".join(_record(7, struct.pack("<III", column, 0, next(positions))) for column in range(len(row)))
    if stray is not None:
        cells += _record(0, struct.pack("<IIHHBBI", stray[0], 0, 300, 0, 0, 0, 0))
        cells += _record(7, struct.pack("<III", stray[1], 0, stray[2]))
    span = struct.pack("<4I", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)
    sheet = _record(0x81) + _record(0x94, span) + _record(0x91) + cells + _record(0x92) + _record(0x82)
    strings = b"".join(_record(0x13, b"\0" + _wide(text)) for text in texts)
    strings = _record(0x9F, struct.pack("<II", len(texts), len(texts))) + strings + _record(0xA0)
    named = _record(0x9C, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Articles"))
    book = _record(0x83) + _record(0x99, bytes(8) + _wide("")) + _record(0x8F) + named + _record(0x90) + _record(0x84)
    schemas = "http://schemas.openxmlformats.org"
    kinds = f"{schemas}/officeDocument/2006/relationships"
    related = "".join(
        f'<Relationship Id="rId{number}" Type="{kinds}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(
            (("worksheet", "worksheets/sheet1.bin"), ("sharedStrings", "sharedStrings.bin")), start=1
        )
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{schemas}/package/2006/content-types"><Default Extension="bin" '
            'ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>',
        )
        archive.writestr("xl/workbook.bin", book)
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="{schemas}/package/2006/relationships">{related}</Relationships>',
        )
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
        archive.writestr("xl/sharedStrings.bin", strings)
    return buffer.getvalue()


ROWS = [["Headline", "Body"], [TITLE, BODY[0]], ["Rain", "It rained in Duhok."]]


def changed(data: bytes, member: str, old: bytes, new: bytes) -> bytes:
    """Return an archive with some bytes of a member replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            if name == member:
                assert old in content
                content = content.replace(old, new, 1)
            after.writestr(name, content)
    return buffer.getvalue()


def test_binary_workbooks_are_read(tmp_path: Path):
    (tmp_path / "n.xlsb").write_bytes(binary_workbook(ROWS))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        articles = read_articles(tmp_path / "n.xlsb")
    assert articles[["title", "text"]].to_numpy().tolist() == ROWS[1:]


@pytest.mark.parametrize("stray", [(9, 0, 1 << 20), (0xFFFFF, 0x3FFF, 0), (9, 0xFFFFFFF0, 0)])
def test_a_binary_workbook_with_an_impossible_cell_does_not_end_the_process(tmp_path: Path, stray):
    (tmp_path / "n.xlsb").write_bytes(binary_workbook(ROWS, stray=stray))
    assert "n.xlsb: the library that reads it broke down" in refusal(tmp_path / "n.xlsb")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'r="B3"', b'r="B4294967295"'),
        (b'r="B3"', b"r = 'XFD1048576'"),
        (b'r="B3"', b'r="ZZZZZZZ3"'),
    ],
)
def test_a_stray_cell_that_the_check_does_not_see_does_not_end_the_process(tmp_path: Path, old: bytes, new: bytes):
    path = workbook(tmp_path / "n.xlsx", Articles=TABLE)
    path.write_bytes(changed(path.read_bytes(), "xl/worksheets/sheet1.xml", old, new))
    pdf(tmp_path / "b.pdf")
    # Some versions of the library break down over it, others read it.
    with pytest.warns(ArticlesSkipped, match=r"n\.xlsx"):
        assert read_articles(tmp_path).article_id.tolist() in (["b"], ["b", "n:1"])


class _Endless:
    """A stream without an end, such as a program that goes on writing to standard input."""

    def __init__(self) -> None:
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        assert size > 0, "all of it is asked for"
        self.given += size
        return b"Rain in Mosul. " * (size // 15)


def test_a_stream_without_an_end_is_refused_where_a_file_would_be(monkeypatch):
    monkeypatch.setattr("geomap._decoding.MOST_BYTES", 20_000_000)
    stream = _Endless()
    with pytest.raises(ArticlesUnreadable, match="stream: it holds more than"):
        read_articles(stream)
    assert stream.given < 25_000_000


def test_a_file_beyond_the_limit_is_refused_without_being_read(tmp_path):
    with (tmp_path / "a.txt").open("wb") as file:
        file.write(b"Rain in Mosul.")
        file.truncate(4_000_000_001)
    (tmp_path / "b.txt").write_text("Rain\nIn Mosul.")
    with pytest.warns(
        ArticlesSkipped, match=r"a\.txt \(it holds more than 4,000,000,000 bytes; split it into several files\)"
    ):
        assert read_articles(tmp_path).article_id.tolist() == ["b"]


@pytest.mark.parametrize(
    "notes", [b"{}", b'{"columns": 1}', b'{"index_columns": [{"kind": "range"}], "columns": []}', b"[", b"3"]
)
def test_parquet_with_damaged_notes_of_pandas_is_read_or_refused(tmp_path: Path, notes: bytes):
    table = pyarrow.table({"text": ["Rain in Mosul."]}).replace_schema_metadata({b"pandas": notes})
    pyarrow.parquet.write_table(table, tmp_path / "n.parquet")
    try:
        assert read_articles(tmp_path / "n.parquet").text.tolist() == ["Rain in Mosul."]
    except ArticlesUnreadable as error:
        assert "n.parquet: not a readable Parquet file: " in str(error)


@pytest.mark.parametrize(
    "kind", [pyarrow.string(), pyarrow.large_string(), pyarrow.dictionary(pyarrow.int8(), pyarrow.string())]
)
def test_parquet_with_characters_that_are_none_is_refused(tmp_path: Path, kind: pyarrow.DataType):
    table = pyarrow.table({"text": pyarrow.array(["Rain in Mosul, rain in Erbil."], kind)})
    pyarrow.parquet.write_table(table, tmp_path / "n.parquet", compression="none", use_dictionary=False)
    content = (tmp_path / "n.parquet").read_bytes()
    assert b"Mosul, rain" in content
    (tmp_path / "n.parquet").write_bytes(content.replace(b"Mosul, rain", b"Mo\xff\xfel, rain"))
    assert "n.parquet: not a readable Parquet file: " in refusal(tmp_path / "n.parquet")


def test_a_sender_of_brackets_costs_no_message(tmp_path: Path):
    (tmp_path / "m.eml").write_text("Subject: Storm\nFrom: " + "a:(b,<" * 5_000 + "\n\nRain in Voss.\n")
    articles = read_articles(tmp_path / "m.eml")
    assert articles.text.tolist() == ["Rain in Voss."] and articles.source.isna().all()

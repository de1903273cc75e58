"""Articles some at a time: the same as all at once, in blocks of any size, in memory that does not grow."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import geomap
from geomap.articles import ArticleStream
from geomap.errors import ArticlesLost, ArticlesUnreadable

ROWS = [
    {
        "id": f"n{number}",
        "headline": f"Rain {number}",
        "body": f'Rain, "heavy",\nfell on Mosul {number} times. ' * 3,
        "desk": "a",
    }
    for number in range(60)
]


def jsonl(path: Path) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), "utf-8")
    return path


def csv(path: Path) -> Path:
    pd.DataFrame(ROWS).to_csv(path, index=False)
    return path


def parquet(path: Path) -> Path:
    pd.DataFrame(ROWS).to_parquet(path)
    return path


def gzipped(path: Path) -> Path:
    path.write_bytes(gzip.compress(jsonl(path.with_suffix("")).read_bytes(), mtime=0))
    path.with_suffix("").unlink()
    return path


@pytest.fixture(params=["a.jsonl", "a.csv", "a.parquet", "a.jsonl.gz"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    makers = {".jsonl": jsonl, ".csv": csv, ".parquet": parquet, ".gz": gzipped}
    path = tmp_path / request.param
    yield makers[path.suffix](path)


@pytest.mark.parametrize("block_bytes", [100, 700, 5000, 1 << 20])
def test_a_file_in_blocks_has_the_articles_that_it_has_as_a_whole(file: Path, block_bytes: int) -> None:
    tables = list(ArticleStream(file, block_bytes=block_bytes))
    whole = geomap.read_articles(file)
    pd.testing.assert_frame_equal(pd.concat(tables, ignore_index=True), whole, check_dtype=False)
    if block_bytes == 700 and file.suffix in (".jsonl", ".csv"):
        assert len(tables) > 5


def test_articles_without_ids_are_numbered_through_all_blocks(tmp_path: Path) -> None:
    path = tmp_path / "news.csv"
    path.write_text("headline,body\n" + "".join(f"T,Rain fell on Mosul {number}.\n" for number in range(50)), "utf-8")
    ids = pd.concat(ArticleStream(path, block_bytes=200))["article_id"].tolist()
    assert ids == geomap.read_articles(path)["article_id"].tolist() == [f"news:{number}" for number in range(1, 51)]


def test_ids_are_unique_among_all_blocks_and_files(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        jsonl(tmp_path / name)
    ids = pd.concat(ArticleStream(tmp_path, block_bytes=500))["article_id"]
    assert len(ids) == 120
    assert ids.is_unique
    assert "n3-2" in set(ids)


def test_what_went_wrong_is_told_with_the_line_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [json.dumps({"text": f"Rain fell on Mosul {number}."}) for number in range(40)]
    path.write_text("\n".join([*lines[:30], "{broken", *lines[30:], ""]), "utf-8")
    stream = ArticleStream(path, block_bytes=200)
    assert len(pd.concat(stream)) == 40
    assert [(problem["file"], problem["row"]) for problem in stream.problems] == [("a.jsonl", 31)]
    assert (stream.problems.about("a.jsonl").articles, stream.problems.about("a.jsonl").rows) == (40, 41)
    with pytest.raises(ArticlesLost, match="row 31"):
        list(ArticleStream(path, strict=True, block_bytes=200))


def test_a_folder_is_read_in_the_order_in_which_it_is_read_as_a_whole(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number:02}.txt").write_text(f"Title {number}\n\nRain fell on Mosul.\n", "utf-8")
    (tmp_path / "articles.csv").write_text("file,source\n03.txt,Post\n", "utf-8")
    tables = list(ArticleStream(tmp_path, block_bytes=100))
    assert len(tables) > 5
    pd.testing.assert_frame_equal(
        pd.concat(tables, ignore_index=True), geomap.read_articles(tmp_path), check_dtype=False
    )


def test_a_list_in_one_document_is_read_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(ROWS, indent=1), "utf-8")
    assert len(pd.concat(ArticleStream(path, block_bytes=300))) == 60


def test_nothing_to_read_is_an_error_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": ""}\n', "utf-8")
    with pytest.raises(ArticlesUnreadable, match="no text"):
        list(ArticleStream(tmp_path))


_PEAK = """
import re, sys
from pathlib import Path
from geomap.articles import ArticleStream
number = sum(len(table) for table in ArticleStream(sys.argv[1], block_bytes=1 << 20))
print(number, re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the peak of memory from /proc")
@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_memory_does_not_grow_with_the_articles(tmp_path: Path, ending: str) -> None:
    peaks = []
    for number in (2_000, 40_000):
        rows = ({"id": str(row), "text": f"Rain fell on Mosul. {row} " * 60} for row in range(number))
        path = tmp_path / f"{number}.{ending}"
        if ending == "jsonl":
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        else:
            pd.DataFrame(rows).to_csv(path, index=False)
        answer = subprocess.run([sys.executable, "-c", _PEAK, path], capture_output=True, text=True, check=True)
        found, peak = map(int, answer.stdout.split())
        assert found == number
        peaks.append(peak)
    # 60 MB of text, of which a block of 1 MB and the ids are held.
    assert peaks[1] - peaks[0] < 30_000, peaks

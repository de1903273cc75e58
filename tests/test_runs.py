"""Runs over a corpus: parts that are made once, a folder that goes on where it stopped, and what goes wrong."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from corpus_parts import as_bytes, corpus, parts
from filelock import FileLock
from runs_recognizers import Failing, Killing
from typer.testing import CliRunner

import geomap
from geomap.cli import app
from geomap.errors import (
    FolderBusy,
    GeomapError,
    InvalidTable,
    MentionsNotFound,
    PartsFailed,
    UnsafeOutput,
    WorkerFailed,
    WrongKind,
)
from geomap.export import read_mentions
from geomap.runs import Unit, corpus_homes, geoparse_corpus
from geomap.runs._folder import WHOLE, RunFolder

ARTICLES = corpus(40, characters=200)
Run = Callable[..., subprocess.Popen[str]]


@pytest.fixture(scope="module")
def parser(gazetteer: geomap.Gazetteer) -> geomap.Geoparser:
    return geomap.Geoparser(recognizer="gazetteer", gazetteer=gazetteer, homes={"Boone Courier": "Lebanon, Indiana"})


@pytest.fixture(scope="module")
def whole(parser: geomap.Geoparser) -> bytes:
    return as_bytes(parser.geoparse(ARTICLES))


def manifest(folder: Path) -> dict[str, object]:
    return dict(json.loads((folder / "_manifest.json").read_text("utf-8")))


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_run_has_the_mentions_of_all_articles_at_once(
    parser: geomap.Geoparser, whole: bytes, tmp_path: Path, workers: int
) -> None:
    seen: list[tuple[str, int, int]] = []
    tables = parts(ARTICLES, [7, 23])
    summary = geoparse_corpus(
        tables,
        tmp_path / "m",
        parser=parser,
        articles_per_part=9,
        workers=workers,
        progress=lambda *each: seen.append(each),
    )
    mentions = read_mentions(tmp_path / "m")
    assert as_bytes(mentions) == whole
    assert mentions.dtypes.astype(str).equals(parser.geoparse(ARTICLES).dtypes.astype(str))
    assert (summary.parts, summary.made, summary.articles, summary.mentions) == (5, 5, 40, len(mentions))
    assert seen[-1] == ("mentions", 40, 40)
    said = manifest(tmp_path / "m")
    assert (said["complete"], said["articles"], said["mentions"]) == (True, 40, len(mentions))


def test_a_part_is_made_again_only_if_its_articles_or_options_differ(
    parser: geomap.Geoparser, gazetteer: geomap.Gazetteer, tmp_path: Path
) -> None:
    def made(articles: pd.DataFrame, parser: geomap.Geoparser = parser) -> int:
        return geoparse_corpus([articles], tmp_path, parser=parser, articles_per_part=10).made

    assert [made(ARTICLES), made(ARTICLES)] == [4, 0]
    changed = ARTICLES.copy()
    changed.loc[17, "text"] = "Rain fell on Erbil."
    assert [made(changed), made(changed)] == [1, 0]
    assert made(changed.iloc[:25]) == 1
    assert sorted(path.name for path in tmp_path.glob("part-*")) == [
        f"part-0000{number}.parquet" for number in range(3)
    ]
    other = geomap.Geoparser(recognizer="gazetteer", gazetteer=gazetteer, homes=parser.homes, min_confidence=0.9)
    summary = geoparse_corpus([changed], tmp_path, parser=other, articles_per_part=10)
    assert (summary.made, summary.changed) == (4, "min_confidence (None -> 0.9)")


def test_without_homes_they_are_learned_first_and_kept(gazetteer: geomap.Gazetteer, tmp_path: Path) -> None:
    plain = geomap.Geoparser(recognizer="gazetteer", gazetteer=gazetteer)
    stages: list[str] = []
    for _ in range(2):
        geoparse_corpus(parts(ARTICLES, [11]), tmp_path, parser=plain, progress=lambda stage, *_: stages.append(stage))
    assert stages.count("homes") == 1
    homes = geomap.homes(ARTICLES, recognizer="gazetteer", gazetteer=gazetteer)
    assert as_bytes(read_mentions(tmp_path)) == as_bytes(plain.with_homes(homes).geoparse(ARTICLES))


def test_homes_of_a_corpus_in_parts_are_those_of_all_articles_at_once(gazetteer: geomap.Gazetteer) -> None:
    parser = geomap.Geoparser(recognizer="gazetteer", gazetteer=gazetteer)
    homes = corpus_homes(parts(ARTICLES, [3, 21]), parser=parser)
    pd.testing.assert_frame_equal(homes, geomap.homes(ARTICLES, recognizer="gazetteer", gazetteer=gazetteer))


def test_shares_together_are_the_whole(parser: geomap.Geoparser, whole: bytes, tmp_path: Path) -> None:
    for share in ((2, 3), (1, 3), (3, 3)):
        geoparse_corpus([ARTICLES], tmp_path, parser=parser, articles_per_part=6, share=share)
        assert manifest(tmp_path)["complete"] is (share == (3, 3))
    assert as_bytes(read_mentions(tmp_path)) == whole
    with pytest.raises(InvalidTable, match="1/3 to 3/3"):
        geoparse_corpus([ARTICLES], tmp_path, parser=parser, share=(4, 3))
    with pytest.raises(InvalidTable, match="needs homes"):
        geoparse_corpus([ARTICLES], tmp_path, share=(1, 3))


@pytest.mark.parametrize(
    ("recognizer", "workers", "reason"),
    [
        (Failing(), 1, "article 'a00013': ValueError: it chokes on that"),
        pytest.param(Failing(), 2, "article 'a00013': ValueError: it chokes on that", marks=pytest.mark.slow),
        pytest.param(Killing(), 2, "ended by SIGKILL", marks=pytest.mark.slow),
    ],
)
def test_a_part_that_always_fails_is_set_aside_and_the_rest_goes_on(
    gazetteer: geomap.Gazetteer, tmp_path: Path, recognizer: Failing, workers: int, reason: str
) -> None:
    parser = geomap.Geoparser(recognizer=recognizer, gazetteer=gazetteer, homes={})
    articles = ARTICLES.copy()
    articles.loc[13, "text"] = "Some poison."
    summary = geoparse_corpus([articles], tmp_path, parser=parser, articles_per_part=10, workers=workers)
    assert (summary.parts, summary.made, list(summary.failed or {})) == (4, 3, [1])
    with pytest.raises(PartsFailed, match=rf"1 of 4 parts failed 3 times.*{reason}"):
        summary.check()
    failed = manifest(tmp_path)["failed"]
    assert isinstance(failed, dict)
    assert (failed["part-00001"]["tries"], reason in failed["part-00001"]["reason"]) == (3, True)
    assert failed["part-00001"]["articles"][3] == "a00013"
    assert manifest(tmp_path)["complete"] is False
    assert not (tmp_path / "part-00001.parquet").exists()
    geoparse_corpus([ARTICLES], tmp_path, parser=parser, articles_per_part=10).check()
    assert (manifest(tmp_path)["failed"], manifest(tmp_path)["complete"]) == ({}, True)


def test_a_corpus_is_a_path_a_table_or_tables(parser: geomap.Geoparser, tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    ARTICLES.to_json(path, orient="records", lines=True, date_format="iso")
    found = []
    for number, articles in enumerate((path, str(path), ARTICLES, [ARTICLES], iter([ARTICLES]))):
        found.append(geoparse_corpus(articles, tmp_path / f"m{number}", parser=parser).mentions)
    assert found == [found[0]] * 5
    with pytest.raises(InvalidTable, match="read more than once"):
        geoparse_corpus(iter([ARTICLES]), tmp_path / "m", parser=geomap.Geoparser(recognizer="gazetteer"))
    with pytest.raises(WrongKind, match="articles must be a path"):
        geoparse_corpus(3, tmp_path / "m", parser=parser)  # type: ignore[arg-type]


def test_what_every_part_lacks_ends_the_run_at_once(gazetteer: geomap.Gazetteer, tmp_path: Path) -> None:
    missing = geomap.Geoparser(recognizer="transformers:nowhere", gazetteer=gazetteer, homes={})
    with pytest.raises(GeomapError, match="nowhere") as told:
        geoparse_corpus([ARTICLES], tmp_path, parser=missing, articles_per_part=10)
    assert not isinstance(told.value, WorkerFailed)
    astray = geomap.Geoparser(recognizer="gazetteer", gazetteer=gazetteer, homes={"The Wire": "Qwxyzzton"})
    with pytest.raises(InvalidTable, match="'Qwxyzzton' is not in the gazetteer"):
        geoparse_corpus([ARTICLES], tmp_path, parser=astray)


def test_two_runs_do_not_write_to_one_folder_and_the_second_is_told_of_the_first(
    parser: geomap.Geoparser, tmp_path: Path
) -> None:
    told = rf"process {os.getpid()} on .* \(\d+ s\)"
    with RunFolder(tmp_path).locked(WHOLE), pytest.raises(FolderBusy, match=told):
        geoparse_corpus([ARTICLES], tmp_path, parser=parser)
    with FileLock(tmp_path / "_lock-1-of-3"):
        with pytest.raises(FolderBusy):
            geoparse_corpus([ARTICLES], tmp_path, parser=parser)
        geoparse_corpus([ARTICLES], tmp_path, parser=parser, share=(2, 3))


def test_a_folder_of_another_layout_or_of_other_things_is_left_alone_and_explained(
    parser: geomap.Geoparser, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UnsafeOutput, match=r"has other files and no _manifest\.json"):
        geoparse_corpus([ARTICLES], tmp_path, parser=parser)
    (tmp_path / "_manifest.json").write_text('{"format": 7, "geomap": "9.1"}')
    with pytest.raises(UnsafeOutput, match=r"written by geomap 9\.1 in layout 7.*choose another folder"):
        geoparse_corpus([ARTICLES], tmp_path, parser=parser)
    (tmp_path / "_manifest.json").write_text("{")
    with pytest.raises(UnsafeOutput, match="is damaged"):
        geoparse_corpus([ARTICLES], tmp_path, parser=parser)


def test_a_damaged_part_is_made_again(parser: geomap.Geoparser, tmp_path: Path) -> None:
    unit = Unit(parser, tmp_path)
    done = unit.do(3, ARTICLES.iloc[:5])
    done.path.write_bytes(done.path.read_bytes()[:200])
    assert unit.do(3, ARTICLES.iloc[:5]).was_there is False
    assert unit.do(3, ARTICLES.iloc[:5]).was_there is True


def test_a_folder_without_parts_is_no_table_of_mentions(tmp_path: Path) -> None:
    with pytest.raises(MentionsNotFound, match="no part-"):
        read_mentions(tmp_path)


# --- in the shell ---


@pytest.fixture
def run(request: pytest.FixtureRequest, gazetteer_cache: Path, tmp_path: Path) -> Run:
    """Return what starts ``geomap geoparse`` on 300 short articles, 5,000 with ``--long``, in parts of ten."""
    file = tmp_path / "news.jsonl"
    size = 5_000 if request.config.getoption("--long") else 300
    corpus(size, characters=150)[["article_id", "text", "source"]].to_json(file, orient="records", lines=True)

    def start(*options: str, **more: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "geomap.cli", "geoparse", str(file), "-o", str(tmp_path / "mentions")]
        settings = ["--recognizer", "gazetteer", "--articles-per-part", "10"]
        environment = os.environ | {"GEOMAP_CACHE": str(gazetteer_cache)}
        return subprocess.Popen(
            [*command, *settings, *options],
            env=environment,
            text=True,
            stdout=-1,
            stderr=-1,
            start_new_session=True,
            **more,
        )  # type: ignore[call-overload,no-any-return]

    return start


def stamps(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("part-*.parquet")}


def wait_for_parts(folder: Path, number: int, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 120
    while len(stamps(folder)) < number and process.poll() is None and time.monotonic() < end:
        time.sleep(0.01)


def is_running(process: str) -> bool:
    """Return whether a process exists and is not one that has ended and waits for its parent to ask."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
def test_a_run_that_is_killed_again_and_again_goes_on_and_ends_as_if_undisturbed(
    request: pytest.FixtureRequest, run: Run, tmp_path: Path, gazetteer: geomap.Gazetteer
) -> None:
    folder = tmp_path / "mentions"
    kept: dict[str, int] = {}
    long = bool(request.config.getoption("--long"))
    for number in range(1, 51 if long else 6):
        process = run()
        wait_for_parts(folder, 4 * number, process)
        assert process.poll() is None, process.communicate()
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert kept.items() <= stamps(folder).items(), "a part that was there was made again"
        kept = stamps(folder)
    process = run()
    _, told = process.communicate(timeout=300)
    assert process.returncode == 0, told
    assert kept.items() <= stamps(folder).items()
    assert len(stamps(folder)) == (500 if long else 30)
    assert not list(folder.glob(".geomap-*"))
    undisturbed = tmp_path / "undisturbed"
    articles = geomap.read_articles(tmp_path / "news.jsonl")
    parser = geomap.Geoparser(recognizer="gazetteer", gazetteer=gazetteer)
    geoparse_corpus([articles], undisturbed, parser=parser, articles_per_part=10)
    assert as_bytes(read_mentions(folder)) == as_bytes(read_mentions(undisturbed))
    assert [path.read_bytes() for path in sorted(folder.glob("part-*"))] == [
        path.read_bytes() for path in sorted(undisturbed.glob("part-*"))
    ]


@pytest.mark.slow
def test_ctrl_c_ends_all_processes_and_the_run_goes_on_later(run: Run, tmp_path: Path) -> None:
    process = run("--workers", "2", "--homes", "none")
    wait_for_parts(tmp_path / "mentions", 3, process)
    children = subprocess.run(
        ["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False
    ).stdout.split()
    os.kill(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert "Traceback" not in told
    assert len(children) >= 2
    end = time.monotonic() + 20
    while any(map(is_running, children)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not list(filter(is_running, children))
    again = run("--homes", "none")
    said, told = again.communicate(timeout=300)
    assert again.returncode == 0, told
    assert " parts, " in said


@pytest.mark.slow
def test_a_full_disk_stops_the_run_and_it_goes_on_when_there_is_room(run: Run, tmp_path: Path) -> None:
    def no_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))

    process = run("--homes", "none", "--articles-per-part", "100", preexec_fn=no_room)
    _, told = process.communicate(timeout=300)
    assert process.returncode == 4, told
    assert "cannot write" in told
    assert "Traceback" not in told
    assert not stamps(tmp_path / "mentions")
    process = run("--homes", "none")
    said, told = process.communicate(timeout=300)
    assert process.returncode == 0, told
    made = re.search(r"(\d+) parts, (\d+) of them made now", said)
    assert made
    assert made[1] == made[2]


def test_the_shell_writes_a_folder_and_draws_it(
    tmp_path: Path, gazetteer_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEOMAP_CACHE", str(gazetteer_cache))
    ARTICLES.to_json(tmp_path / "news.jsonl", orient="records", lines=True, date_format="iso")
    geoparse = [
        "geoparse",
        str(tmp_path / "news.jsonl"),
        "-o",
        f"{tmp_path / 'mentions'}/",
        "--recognizer",
        "gazetteer",
    ]
    result = CliRunner().invoke(app, [*geoparse, "--articles-per-part", "15"])
    assert result.exit_code == 0, result.output
    assert "3 parts, 3 of them made now" in result.stdout
    assert "40 articles from 1 file" in result.stderr
    homes = CliRunner().invoke(app, ["homes", geoparse[1], "-o", str(tmp_path / "h.csv"), "--recognizer", "gazetteer"])
    assert homes.exit_code == 0, homes.output
    assert "homes of 3 publishers" in homes.stdout
    again = CliRunner().invoke(
        app, [*geoparse, "--articles-per-part", "15", "--homes", str(tmp_path / "h.csv"), "--part", "2/2"]
    )
    assert again.exit_code == 0, again.output
    assert "1 part, 0 of them made now" in again.stdout
    drawn = CliRunner().invoke(app, ["map", str(tmp_path / "mentions"), "-o", str(tmp_path / "map.html")])
    assert drawn.exit_code == 0, drawn.output
    assert f"mentions   {len(read_mentions(tmp_path / 'mentions'))}" in drawn.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--part", "4/3", "-o", "m/"], "4/3"),
        (["--part", "1/3"], "needs a folder"),
        (["--part", "1/3", "-o", "m/"], "needs --homes"),
    ],
)
def test_a_wrong_part_is_refused_before_anything_is_read(options: list[str], message: str) -> None:
    result = CliRunner().invoke(app, ["geoparse", "nowhere.csv", *options])
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


# --- all cores ---


@pytest.mark.slow
@pytest.mark.parametrize("homes", [None, {"Nineveh Post": "Mosul"}])
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_workers_find_the_same_mentions(
    gazetteer: geomap.Gazetteer, homes: dict[str, str] | None, workers: int
) -> None:
    parser = geomap.Geoparser(gazetteer=gazetteer, homes=homes)
    articles = corpus(140, characters=100)
    seen: list[tuple[str, int, int]] = []
    alone = parser.geoparse(articles)
    shared = parser.geoparse(articles, workers=workers, progress=lambda *each: seen.append(each))
    pd.testing.assert_frame_equal(shared, alone)
    assert ("recognition", 140, 140) in seen
    assert seen[-1] == ("resolution", 140, 140)


@pytest.mark.slow
def test_an_error_in_a_process_names_the_article(gazetteer: geomap.Gazetteer) -> None:
    articles = ARTICLES.copy()
    articles.loc[13, "text"] = "Some poison."
    with pytest.raises(WorkerFailed, match="article 'a00013': ValueError: it chokes on that"):
        geomap.geoparse(articles, recognizer=Failing(), gazetteer=gazetteer, workers=2)


def test_no_processes_at_all_are_too_few(gazetteer: geomap.Gazetteer) -> None:
    with pytest.raises(InvalidTable, match="workers must be at least 1"):
        geomap.geoparse("Rain in Mosul.", gazetteer=gazetteer, recognizer="gazetteer", workers=0)

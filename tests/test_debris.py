"""What a killed or interrupted command leaves: nothing that a reader takes for a result, and the next one sweeps it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from laws import many

from geomap import _files
from geomap._files import TEMPORARY, replacing, sweep

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="needs signals")]

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "data" / "corpora" / "mosul"
PLACES = "name,lat,lon,population,country_code\n" + "".join(f"Tau{n},58.9,5.7,{n},NO\n" for n in range(30_000))
# What each command writes, and the arguments that make it.
COMMANDS = {
    "geoparse": ("mentions.csv", ["geoparse", str(CORPUS), "-o", "mentions.csv"]),
    "geoparse to a GeoPackage": ("mentions.gpkg", ["geoparse", str(CORPUS), "-o", "mentions.gpkg"]),
    "geoparse to a folder": ("run/_manifest.json", ["geoparse", str(CORPUS), "-o", "run/"]),
    "map": ("map.html", ["map", str(CORPUS), "-o", "map.html"]),
    "read": ("articles.jsonl", ["read", str(CORPUS), "-o", "articles.jsonl"]),
    "gazetteer build": ("cache/named-mine-v*[!k]", ["gazetteer", "build", "places.csv", "--name", "mine"]),
}
# A command that sleeps where it has begun to write, for as long as its file is there: a kill always meets it at work.
HELD = """
import pathlib, sys, time
from geomap import _files
flush = _files._flush
def hold(path):
    pathlib.Path("writing").touch()
    while pathlib.Path("hold").exists():
        time.sleep(0.02)
    flush(path)
_files._flush = hold
from geomap.cli import main
sys.argv[0] = "geomap"
main()
"""


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "GEOMAP_CACHE": str(folder / "cache"), "PYTHONPATH": str(ROOT)}


@contextmanager
def started(folder: Path, arguments: list[str], *, held: bool) -> Iterator[subprocess.Popen[str]]:
    folder.joinpath("places.csv").write_text(PLACES, "utf-8")
    code = ["-c", HELD] if held else ["-m", "geomap.cli"]
    (folder / "hold").touch()
    process = subprocess.Popen(
        [sys.executable, *code, *arguments],
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        (folder / "hold").unlink(missing_ok=True)
        (folder / "writing").unlink(missing_ok=True)
        process.kill()
        process.communicate()


def wait_until_it_writes(process: subprocess.Popen[str], folder: Path) -> None:
    while not (folder / "writing").exists():
        assert process.poll() is None, process.stderr and process.stderr.read()
        time.sleep(0.05)


def temporary_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob(f"{TEMPORARY}*") if path.is_dir()]


def made_older(folder: Path, seconds: float) -> None:
    for path in temporary_in(folder):
        then = time.time() - seconds
        os.utime(path, (then, then))


@pytest.mark.parametrize("what", COMMANDS)
def test_what_a_killed_command_left_is_swept_by_the_next_one(what: str, tmp_path: Path) -> None:
    result, arguments = COMMANDS[what]
    with started(tmp_path, arguments, held=True) as process:
        wait_until_it_writes(process, tmp_path)
        sweep(temporary_in(tmp_path)[0].parent)
        assert temporary_in(tmp_path), "no folder is swept under a living owner"
        made_older(tmp_path, 3600)
        sweep(temporary_in(tmp_path)[0].parent)
        assert temporary_in(tmp_path), "no folder is swept under a living owner, however old"
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert temporary_in(tmp_path), "this test needs something to sweep"
    assert not list(tmp_path.glob(result)) or what == "geoparse to a folder"
    made_older(tmp_path, 3600)
    done = subprocess.run(
        [sys.executable, "-m", "geomap.cli", *arguments],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.glob(result))
    assert temporary_in(tmp_path) == []


@pytest.mark.parametrize("what", COMMANDS)
def test_ctrl_c_prints_its_line_and_leaves_nothing(what: str, tmp_path: Path) -> None:
    """Once where it writes, and then at random moments."""
    result, arguments = COMMANDS[what]
    random = Random(what)
    for attempt in range(1 + many(1)):
        with started(tmp_path, arguments, held=not attempt) as process:
            if attempt:
                time.sleep(random.uniform(2.0, 6.0))
            else:
                wait_until_it_writes(process, tmp_path)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=60)
        if process.returncode == 0:  # it was ready before
            continue
        assert process.returncode == 130, said
        assert said.rstrip().endswith("interrupted; no partial files were written")
        assert "Traceback" not in said
        assert temporary_in(tmp_path) == []
        assert not list(tmp_path.glob(result)) or what == "geoparse to a folder"


def test_a_folder_without_an_owner_is_swept_after_a_day_and_a_link_never(tmp_path: Path) -> None:
    """Older versions named no owner."""
    for name, days in ((".geomap-old", 2.0), (".geomap-new", 0.5)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "half.csv").touch()
        then = time.time() - days * 24 * 3600
        os.utime(tmp_path / name, (then, then))
    (tmp_path / "mine").mkdir()
    (tmp_path / ".geomap-link").symlink_to(tmp_path / "mine")
    (tmp_path / ".geomap-file").touch()
    sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".geomap-file", ".geomap-link", ".geomap-new", "mine"]


def test_two_that_write_to_one_folder_leave_each_other_alone(tmp_path: Path) -> None:
    with replacing(tmp_path / "a.csv") as first:
        first.write_text("a")
        made_older(tmp_path, 3600)
        _files._sweep_once.cache_clear()
        with replacing(tmp_path / "b.csv") as second:
            second.write_text("b")
        assert first.read_text() == "a"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv"]


def test_a_fork_that_ends_takes_no_folder_from_its_parent(tmp_path: Path) -> None:
    with replacing(tmp_path / "a.csv") as first:
        first.write_text("a")
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        made_older(tmp_path, 3600)
        subprocess.run(
            [
                sys.executable,
                "-c",
                f"from geomap._files import sweep; from pathlib import Path; sweep(Path({str(tmp_path)!r}))",
            ],
            env=environment(tmp_path),
            check=True,
        )
        assert first.read_text() == "a"


@pytest.mark.skipif(sys.platform != "linux", reason="needs a bound on the size of files")
@pytest.mark.parametrize("what", ["geoparse", "geoparse to a GeoPackage", "geoparse to a folder", "map"])
def test_a_full_disk_ends_a_command_with_4_and_one_sentence(what: str, tmp_path: Path, gazetteer_cache: Path) -> None:
    """A bound on the size of files stands in for a full disk."""
    result, arguments = COMMANDS[what]
    script = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
from geomap.cli import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=tmp_path,
        env={**environment(tmp_path), "GEOMAP_CACHE": str(gazetteer_cache)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 4, done.stderr
    assert done.stderr.splitlines()[-1].startswith("error: cannot write ")
    assert "Traceback" not in done.stderr
    assert temporary_in(tmp_path) == []
    assert not list(tmp_path.glob(result)) or what == "geoparse to a folder"

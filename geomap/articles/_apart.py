"""Formats whose libraries can hang, or end the process, are read in another process, within bounds on time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import weakref
from contextlib import suppress
from functools import lru_cache
from multiprocessing.spawn import get_executable
from pathlib import Path
from typing import IO, Any, NamedTuple

from geomap.errors import ArticlesUnreadable

_SCRIPT = Path(__file__).with_name("_apart_worker.py")
# Seconds after which a worker without work ends itself: reading files one by one needs no new one for each.
_IDLE = 30
# What the worker exits with when it was idle, and when its time was over.
_IDLED, _TIMED_OUT = 0, 1
# Seconds that a process with a gigabyte may take to end.
_LAST_BREATH = 5
_MEGABYTE = 1 << 20


class Limits(NamedTuple):
    """What the reading of one file may take.

    Parameters
    ----------
    seconds
        Time on the clock.
    megabytes
        Memory of the process in which it is read. Held on Linux; other systems have no such limit.
    """

    seconds: float
    megabytes: int


class Answer(NamedTuple):
    """What came back.

    Parameters
    ----------
    parts
        What the job yielded, as JSON holds it.
    broken
        Why there is no more of it; empty if the job came to its end.
    stopped
        Whether it was stopped from outside: it took too long or too much memory, or ended the process.
    """

    parts: list[Any]
    broken: str = ""
    stopped: bool = False


def run_apart(job: Path, data: bytes, limits: Limits) -> Answer:
    """Run a job on the content of a file in the worker process of this one.

    Parameters
    ----------
    job
        A file of Python with a function ``run(data)`` that yields what JSON can hold. The file is run by itself, and must
        import nothing of geomap.
    data
        The content of the file.
    limits
        What it may take.

    Raises
    ------
    ArticlesUnreadable
        If no process can be started.
    """
    return _worker_of(os.getpid()).run(job, data, limits)


@lru_cache(maxsize=1)
def _worker_of(process: int) -> _Worker:
    """Return the worker of a process; one that was forked gets its own."""
    return _Worker(process)


class _Worker:
    """A process that reads one file after another; it is started when there is work, and again when it has died."""

    def __init__(self, owner: int) -> None:
        self._owner = owner
        self._one_at_a_time = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._close: weakref.finalize[..., _Worker] | None = None

    def run(self, job: Path, data: bytes, limits: Limits) -> Answer:
        """Run a job on some bytes."""
        with self._one_at_a_time:
            used = self._process is not None
            answer, code = self._ask(job, data, limits)
            if used and code == _IDLED and answer.stopped:
                # It had gone to rest in this very moment.
                answer, _ = self._ask(job, data, limits)
            return answer

    def _ask(self, job: Path, data: bytes, limits: Limits) -> tuple[Answer, int | None]:
        if self._process is not None and self._process.poll() is not None:
            self._stop()  # it had gone to rest, or somebody has ended it
        process = self._process or self._start()
        try:
            assert process.stdin is not None and process.stdout is not None
            order = {"job": str(job), "size": len(data), "seconds": limits.seconds, "megabytes": limits.megabytes}
            with suppress(OSError):  # it has ended, which is found out below
                process.stdin.write(json.dumps(order).encode() + b"\n")
                process.stdin.write(data)
                process.stdin.flush()
            answer = _received(process.stdout, limits)
        except BaseException:
            # Interrupted in the midst of an answer; what is left of it must not be taken for the next one.
            self._stop()
            raise
        if not answer.stopped:
            return answer, None
        if answer.broken:
            self._stop()
            return answer, None
        code = self._stop(patience=_LAST_BREATH)
        return answer._replace(broken=_told(code, limits)), code

    def _start(self) -> subprocess.Popen[bytes]:
        # Bare Python, which starts in a third of the time: no site, and the way to packages as this process knows it.
        command = [
            os.fsdecode(get_executable() or sys.executable),
            "-I",
            "-S",
            str(_SCRIPT),
            str(_IDLE),
            json.dumps(list(map(str, sys.path))),
        ]
        try:
            process = subprocess.Popen(  # noqa: S603 (this interpreter, and a file of this package)
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise ArticlesUnreadable(f"no process can be started to read it in: {error}") from error
        self._process = process
        self._close = weakref.finalize(self, _end, process, self._owner)
        return process

    def _stop(self, *, patience: float = 0) -> int | None:
        """End the worker; return what it exited with if it had ended by itself."""
        process, self._process = self._process, None
        if self._close is not None:
            self._close.detach()
        return None if process is None else _end(process, self._owner, patience)


def _received(stream: IO[bytes], limits: Limits) -> Answer:
    parts: list[Any] = []
    left = limits.megabytes * _MEGABYTE // 2
    while (line := stream.readline(left)).endswith(b"\n"):
        left -= len(line)
        kind, value = json.loads(line)
        if kind == "end":
            return Answer(parts, value)
        parts.append(value)
    # Either the process has ended, or it goes on and on.
    return Answer(parts, "it holds more text than is read of one file" if len(line) >= left else "", stopped=True)


def _told(code: int | None, limits: Limits) -> str:
    if code == _TIMED_OUT:
        return f"reading it takes more than {limits.seconds:.0f} seconds"
    return "the library that reads it broke down, as over files that are damaged or made to exhaust memory"


def _end(process: subprocess.Popen[bytes], owner: int, patience: float = 0) -> int | None:
    if os.getpid() != owner:
        return None  # a fork has no business with the worker of its parent
    assert process.stdin is not None and process.stdout is not None
    with suppress(OSError):  # what was still to be written finds no reader
        process.stdin.close()
    # Closed first: a worker that is in the midst of writing ends then too.
    process.stdout.close()
    try:
        return process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return None

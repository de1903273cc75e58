"""Work in processes of their own, each of which loads once what the work needs."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any, NamedTuple

from geomap.errors import WorkerFailed

# What libraries of numbers read when they are loaded: processes that each used all cores would only wait for each other.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
_SECONDS_TO_END = 5.0


def core_count() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Job(NamedTuple):
    """A call of a method of the object that the processes hold."""

    key: Any
    method: str
    arguments: tuple[Any, ...]


class Answer(NamedTuple):
    """What a job returned, or the error of its last try."""

    key: Any
    value: Any = None
    error: Exception | None = None


class Processes:
    """Processes that hold one object and call its methods.

    They are started afresh (``spawn``), so that this works alike on every system, and end with the ``with`` block, also
    when that is left by an error or by Ctrl-C.

    Parameters
    ----------
    held
        The object, which can be pickled; it is sent to each process once.
    workers
        How many processes. With 1 the object is used in this process, and none is started.
    """

    def __init__(self, held: Any, workers: int) -> None:
        self._held = held
        self._threads = max(1, core_count() // workers)
        self._sent = b"" if workers == 1 else pickle.dumps(held)
        self._workers = [] if workers == 1 else [_Worker(self._sent, self._threads) for _ in range(workers)]

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.end()

    def answers(
        self, jobs: Iterable[Job], *, tries: int = 1, final: Callable[[Exception], bool] | None = None
    ) -> Iterator[Answer]:
        """Yield the answer to each job, as they come.

        Parameters
        ----------
        jobs
            Taken one by one, hardly more than are being worked on, so that they may be more than memory holds.
        tries
            How often a job is tried that raises an error or ends its process.
        final
            Whether a job is not tried again after an error; by default each is.
        """
        if self._workers:
            yield from self._from_workers(iter(jobs), tries, final)
            return
        for job in jobs:
            for number in range(1, tries + 1):
                try:
                    answer = Answer(job.key, getattr(self._held, job.method)(*job.arguments))
                except Exception as error:
                    answer = Answer(job.key, error=error)
                    if number < tries and not (final and final(error)):
                        continue
                yield answer
                break

    def _from_workers(
        self, jobs: Iterator[Job], tries: int, final: Callable[[Exception], bool] | None
    ) -> Iterator[Answer]:
        waiting: deque[tuple[Job, int]] = deque()
        while True:
            for number, worker in enumerate(self._workers):
                if worker.busy is None:
                    if not waiting and (job := next(jobs, None)) is not None:
                        waiting.append((job, 1))
                    if waiting:
                        self._workers[number] = worker = (
                            worker if worker.is_alive() else _Worker(self._sent, self._threads)
                        )
                        worker.give(*waiting.popleft())
            busy = [worker for worker in self._workers if worker.busy is not None]
            if not busy:
                return
            # The next one is made while the processes are at work.
            if not waiting and (job := next(jobs, None)) is not None:
                waiting.append((job, 1))
            ready = set(wait([worker.connection for worker in busy]))
            for worker in (worker for worker in busy if worker.connection in ready):
                job, tried, answer = worker.take()
                if answer.error is None or tried >= tries or (final and final(answer.error)):
                    yield answer
                else:
                    waiting.append((job, tried + 1))


class _Worker:
    """A process, and the job that it is busy with."""

    def __init__(self, held: bytes, threads: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, threads), name="geomap-worker", daemon=True)
        self._process.start()
        theirs.close()
        self._held: bytes | None = held
        self.busy: tuple[Job, int] | None = None

    def is_alive(self) -> bool:
        return self._process.is_alive()

    def give(self, job: Job, tried: int) -> None:
        self.busy = job, tried
        with suppress(OSError):  # if it has ended, its answer will say so
            if self._held is not None:
                self.connection.send_bytes(self._held)
                self._held = None
            self.connection.send((job.method, job.arguments))

    def take(self) -> tuple[Job, int, Answer]:
        assert self.busy is not None
        (job, tried), self.busy = self.busy, None
        try:
            value, error = self.connection.recv()
        except (EOFError, OSError):
            self._process.join(_SECONDS_TO_END)
            return job, tried, Answer(job.key, error=WorkerFailed(_how_it_ended(self._process.exitcode)))
        return job, tried, Answer(job.key, value, error)

    def end(self) -> None:
        self.connection.close()
        self._process.terminate()
        self._process.join(_SECONDS_TO_END)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def _how_it_ended(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        hint = "; it may have run out of memory: use fewer workers" if name == "SIGKILL" else ""
        return f"its process was ended by {name}{hint}"
    return (
        f"its process ended with code {code}; in a script, what starts processes must stand below "
        "if __name__ == '__main__':"
    )


def _serve(connection: Connection, threads: int) -> None:
    """Do what comes through the connection until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one ends it
    # Before numpy is loaded, by what is received.
    os.environ.update(dict.fromkeys(_THREADS, str(threads)))
    with suppress(EOFError, OSError):
        held = connection.recv()
        while True:
            method, arguments = connection.recv()
            try:
                answer: tuple[Any, Exception | None] = getattr(held, method)(*arguments), None
            except Exception as error:
                answer = None, _sendable(error)
            connection.send(answer)


def _sendable(error: Exception) -> Exception:
    """Return the error as it is if it survives the way, else one that says what it said."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 (its own)
    except Exception:
        return WorkerFailed(f"{type(error).__name__}: {error}")
    return error

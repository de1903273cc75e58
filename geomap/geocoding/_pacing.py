"""Whose turn it is: a service's rate is kept by all threads and all processes of a user on one machine.

Own code rather than pyrate-limiter, for three reasons: the pause counts from the *answer* before, so that the rate also
holds as the server sees it, whatever the network does to single requests; what a server demands with ``Retry-After``
is kept by the other processes too; and the clock can be injected. The lock is filelock's, which a killed process
releases.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """What tells the time and waits."""

    def time(self) -> float:
        """Return the seconds since 1970, shared by all processes of the machine."""

    def monotonic(self) -> float:
        """Return seconds that never run backward, for measuring within a process."""

    def sleep(self, seconds: float) -> None:
        """Wait for some seconds."""


class SystemClock:
    """The machine's clock."""

    def time(self) -> float:
        """Return the seconds since 1970."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds that never run backward."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait for some seconds."""
        time.sleep(seconds)


class Circuit:
    """Counts failures in a row; once there are too many, says no until a pause is over, then lets one request try.

    Parameters
    ----------
    clock
        Tells the time.
    failures
        How many requests in a row may fail, retries of one counted together.
    pause
        How long the circuit stays open, in seconds.
    """

    def __init__(self, clock: Clock, *, failures: int, pause: float) -> None:
        self._clock = clock
        self._failures = failures
        self._pause = pause
        self._lock = threading.Lock()
        self._count = 0
        self._until = 0.0
        self._why = ""

    def refusal(self) -> str | None:
        """Return why nothing is to be asked now, or None."""
        with self._lock:
            return self._why if self._clock.monotonic() < self._until else None

    def success(self) -> None:
        """Note that a request was answered."""
        with self._lock:
            self._count, self._until = 0, 0.0

    def failure(self, reason: str) -> None:
        """Note that a request failed for good."""
        with self._lock:
            self._count += 1
            if self._count >= self._failures:
                self._open(f"{self._count} requests in a row failed, the last: {reason}", self._pause)

    def open(self, reason: str, seconds: float | None = None) -> None:
        """Open at once: the service refused, or asked to be left alone for some seconds."""
        with self._lock:
            self._count = max(self._count + 1, self._failures)
            self._open(reason, max(self._pause, seconds or 0.0))

    def _open(self, reason: str, seconds: float) -> None:
        self._until = self._clock.monotonic() + seconds
        self._why = reason


LONGEST_BLOCK = 86_400.0


class TooLong(Exception):
    """The turn would come later than the caller can wait; ``seconds`` says when."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the next turn comes in {seconds:.0f} s")
        self.seconds = seconds


class Turn:
    """One request's turn."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.answered_at: float | None = None
        self.used = True

    def unused(self) -> None:
        """Note that nothing was sent after all: the next need not wait for that."""
        self.used = False

    def answered(self) -> None:
        """Note that the server began to answer: it has seen the request, so the pause counts from here."""
        self.answered_at = self._clock.time()


class Turns:
    """The turns at one host.

    Parameters
    ----------
    folder
        Where the locks and times of all hosts lie; every process of the user has to use the same.
    host
        Host and port.
    pause
        Seconds between two requests.
    connections
        How many requests may be under way at once; with 1, a request has to be answered before the next is sent.
    clock
        Tells the time.
    """

    def __init__(self, folder: Path, host: str, *, pause: float, connections: int, clock: Clock) -> None:
        name = re.sub(r"[^A-Za-z0-9.-]", "_", host) or "_"
        self._lock_path = folder / f"{name}.lock"
        self._path = folder / f"{name}.turn"
        self._pause = pause
        self._connections = connections
        self._clock = clock
        self._here = threading.Lock()

    @contextlib.contextmanager
    def turn(self, *, most: float = math.inf) -> Iterator[Turn]:
        """Wait for a turn and hold it.

        Parameters
        ----------
        most
            How many seconds a server's demand to be left alone may be waited for.

        Raises
        ------
        TooLong
            If the server asked to be left alone for longer than that.
        """
        mine = Turn(self._clock)
        if self._connections > 1:
            with self._connection():
                with self._locked():
                    self._wait(most)
                    self._write(next_at=self._clock.time() + self._pause)
                yield mine
            return
        with self._locked():
            self._wait(most)
            self._write(next_at=self._clock.time() + self._pause)
            try:
                yield mine
            finally:
                since = mine.answered_at or self._clock.time()
                self._write(next_at=since + self._pause if mine.used else since)

    @contextlib.contextmanager
    def _connection(self) -> Iterator[None]:
        """Hold one of the connections that all processes share."""
        from filelock import FileLock, Timeout

        self._path.parent.mkdir(parents=True, exist_ok=True)
        locks = [FileLock(f"{self._path}{number}.lock", thread_local=False) for number in range(self._connections)]
        for lock in itertools.cycle(locks):
            try:
                held = lock.acquire(timeout=0.02)
            except Timeout:
                continue
            with held:
                yield
            return

    def block(self, seconds: float) -> None:
        """Let nobody ask for some seconds, as the server demanded."""
        with self._locked():
            now = self._clock.time()
            until = max(self._read()[1], now + min(seconds, LONGEST_BLOCK))
            self._write(next_at=now + self._pause, blocked_until=until)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        from filelock import FileLock

        # The thread lock hands over at once; the file lock has to poll.
        with self._here:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(str(self._lock_path), poll_interval=0.005):
                yield

    def _wait(self, most: float) -> None:
        now = self._clock.time()
        next_at, blocked_until = self._read()
        blocked = min(blocked_until - now, LONGEST_BLOCK)
        if blocked > most:
            raise TooLong(blocked)
        # A pause is never longer than one pause, so a clock that was set back cannot stop the line.
        wait = max(min(next_at - now, self._pause), blocked)
        while wait > 0:
            self._clock.sleep(wait)
            wait = min(wait, max(next_at, blocked_until) - self._clock.time())

    def _read(self) -> tuple[float, float]:
        try:
            next_at, blocked_until = map(float, self._path.read_text("ascii").split())
        except FileNotFoundError:
            return 0.0, 0.0
        except ValueError:
            # Half a line, from a process that was killed as it wrote: a request may just have been sent.
            return self._clock.time() + self._pause, 0.0
        return next_at, blocked_until

    def _write(self, *, next_at: float, blocked_until: float | None = None) -> None:
        blocked = self._read()[1] if blocked_until is None else blocked_until
        self._path.write_text(f"{next_at!r} {blocked!r}", "ascii")

"""Keep to a service's rate, across all threads and processes of a user on one machine, and stop asking one that fails.

Why not pyrate-limiter: here the interval counts from the previous *response*, so that the rate also holds as the server
sees it, whatever the network delays; other processes keep to a server's ``Retry-After`` too; and the clock can be
injected. The locks are filelock's, which are released when a process is killed.
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
    """Tells the time and waits."""

    def time(self) -> float:
        """Return the seconds since 1970, the same in all processes of the machine."""

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


class CircuitBreaker:
    """Refuses requests for a while after too many failures in a row; then lets one request try.

    Parameters
    ----------
    clock
        Tells the time.
    failures
        How many names in a row may fail, the attempts for one counted together.
    pause
        How many seconds the circuit stays open.
    """

    def __init__(self, clock: Clock, *, failures: int, pause: float) -> None:
        self._clock = clock
        self._failures = failures
        self._pause = pause
        self._lock = threading.Lock()
        self._count = 0
        self._open_until = 0.0
        self._reason = ""

    def refusal(self) -> str | None:
        """Return why no request may be sent now, or None if one may."""
        with self._lock:
            return self._reason if self._clock.monotonic() < self._open_until else None

    def success(self) -> None:
        """Record that a request was answered."""
        with self._lock:
            self._count, self._open_until = 0, 0.0

    def failure(self, reason: str) -> None:
        """Record that a request failed for good."""
        with self._lock:
            self._count += 1
            if self._count >= self._failures:
                self._open(f"{self._count} requests in a row failed, the last one: {reason}", self._pause)

    def open(self, reason: str, seconds: float = 0.0) -> None:
        """Open at once: the service refused, or asked for no requests for some seconds."""
        with self._lock:
            self._count = max(self._count + 1, self._failures)
            self._open(reason, max(self._pause, seconds))

    def _open(self, reason: str, seconds: float) -> None:
        self._open_until = self._clock.monotonic() + seconds
        self._reason = reason


LONGEST_BLOCK = 86_400.0


class Blocked(Exception):
    """The server asked for no requests for longer than the caller can wait: ``seconds``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no requests for another {seconds:.0f} s")
        self.seconds = seconds


class Slot:
    """The permission to send one request."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.answered_at: float | None = None
        self.used = True

    def unused(self) -> None:
        """Record that no request was sent, so that the next one need not wait for it."""
        self.used = False

    def answered(self) -> None:
        """Record that the server has seen the request: the interval counts from here."""
        self.answered_at = self._clock.time()


class RateLimiter:
    """The rate of requests to one host.

    Parameters
    ----------
    folder
        Where the locks and times of all hosts lie; all processes of the user have to use the same.
    host
        Host and port.
    interval
        Seconds between two requests.
    connections
        How many requests may be in flight at once; with 1, each is answered before the next is sent.
    clock
        Tells the time.
    """

    def __init__(self, folder: Path, host: str, *, interval: float, connections: int, clock: Clock) -> None:
        name = re.sub(r"[^A-Za-z0-9.-]", "_", host) or "_"
        self._lock_path = folder / f"{name}.lock"
        self._path = folder / f"{name}.times"
        self._interval = interval
        self._connections = connections
        self._clock = clock

    @contextlib.contextmanager
    def slot(self, *, max_wait: float = math.inf) -> Iterator[Slot]:
        """Wait until a request may be sent; leave the block when it is answered.

        Parameters
        ----------
        max_wait
            How many seconds to wait at most where the server asked for no requests (``Retry-After``).

        Raises
        ------
        Blocked
            If the server asked for longer than that.
        """
        slot = Slot(self._clock)
        if self._connections > 1:
            with self._connection():
                with self._locked():
                    self._wait(max_wait)
                    self._write(next_at=self._clock.time() + self._interval)
                yield slot
            return
        with self._locked():
            self._wait(max_wait)
            self._write(next_at=self._clock.time() + self._interval)
            try:
                yield slot
            finally:
                since = slot.answered_at or self._clock.time()
                self._write(next_at=since + self._interval if slot.used else since)

    def block(self, seconds: float) -> None:
        """Block all requests for ``seconds``, as the server asked (``Retry-After``)."""
        with self._locked():
            now = self._clock.time()
            until = max(self._read()[1], now + min(seconds, LONGEST_BLOCK))
            self._write(next_at=now + self._interval, blocked_until=until)

    @contextlib.contextmanager
    def _connection(self) -> Iterator[None]:
        """Hold one of the connections that all processes share."""
        from filelock import FileLock, Timeout

        self._path.parent.mkdir(parents=True, exist_ok=True)
        locks = [FileLock(f"{self._path}{number}.lock", thread_local=False) for number in range(self._connections)]
        for lock in itertools.cycle(locks):
            try:
                acquired = lock.acquire(timeout=0.02)
            except Timeout:
                continue
            with acquired:
                yield
            return

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        from filelock import FileLock

        self._path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(str(self._lock_path), poll_interval=0.005):
            yield

    def _wait(self, max_wait: float) -> None:
        now = self._clock.time()
        next_at, blocked_until = self._read()
        blocked = min(blocked_until - now, LONGEST_BLOCK)
        if blocked > max_wait:
            raise Blocked(blocked)
        # Never longer than one interval, so that a clock that was set back cannot stop everything.
        wait = max(min(next_at - now, self._interval), blocked)
        while wait > 0:
            self._clock.sleep(wait)
            wait = min(wait, max(next_at, blocked_until) - self._clock.time())

    def _read(self) -> tuple[float, float]:
        try:
            next_at, blocked_until = map(float, self._path.read_text("ascii").split())
        except FileNotFoundError:
            return 0.0, 0.0
        except ValueError:
            # Half a line, from a process that was killed while writing: a request may just have been sent.
            return self._clock.time() + self._interval, 0.0
        return next_at, blocked_until

    def _write(self, *, next_at: float, blocked_until: float | None = None) -> None:
        blocked = self._read()[1] if blocked_until is None else blocked_until
        self._path.write_text(f"{next_at!r} {blocked!r}", "ascii")

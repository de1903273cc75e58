"""A circuit that opens when a service keeps failing, so that it is left in peace for a while."""

from __future__ import annotations

import threading

from geomap.geocoding.clock import Clock


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

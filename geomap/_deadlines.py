"""What comes from a socket, read under a deadline.

The timeout of a socket starts anew with each byte, so that a server that sends one a second is never too slow for it. Here
the headers of a response are late when they are not complete in time, and a body when it takes too long as a whole, or,
where its size is any, when it all but stands still.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class Expired(TimeoutError):
    """Bytes came, and too few of them in the time that they have; the message says which."""


@dataclass(frozen=True)
class Pace:
    """How slowly the body of a response may come in; its headers have the timeout of the connection as a whole.

    Attributes
    ----------
    longest
        Seconds that the whole response may take, headers included; None for any.
    slowest
        Bytes a second that must come on average while they are waited for, for as long as the timeout; 0 for any.
    """

    longest: float | None = None
    slowest: int = 0


class TimedReader(io.RawIOBase):
    """The bytes of one response.

    Parameters
    ----------
    raw
        What reads them from the socket.
    connection
        The socket, whose timeout is that of the headers, and the longest wait for any byte.
    pace
        How slowly the body may come.
    """

    def __init__(self, raw: io.RawIOBase, connection: socket.socket, pace: Pace) -> None:
        self._raw, self._connection, self._pace = raw, connection, pace
        self._timeout = connection.gettimeout()
        self._began = time.monotonic()
        self._late = f"headers incomplete after {round(self._timeout or 0, 1):g} s"
        self._deadline = self._began + self._timeout if self._timeout else None
        self._waited, self._received, self._in_body = 0.0, 0, False

    def begin_body(self) -> None:
        """Say that the headers are complete."""
        self._in_body = True
        longest = self._pace.longest
        self._deadline = None if longest is None else self._began + longest
        self._late = f"response incomplete after {round(longest or 0, 1):g} s"
        self._waited, self._received = 0.0, 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        """Read what has arrived.

        Raises
        ------
        Expired
            If the deadline has passed, or too little has arrived for too long.
        TimeoutError
            If nothing arrives.
        """
        before = time.monotonic()
        left = self._left(before)
        try:
            self._connection.settimeout(left)
            count = self._raw.readinto(buffer)
        except TimeoutError:
            if left == self._timeout or not (self._received or self._in_body):
                raise
            raise Expired(self._late) from None
        finally:
            self._connection.settimeout(self._timeout)
        self._check_pace(time.monotonic() - before, count or 0)
        return count

    def _left(self, now: float) -> float | None:
        """Return the longest wait for the next byte."""
        if self._deadline is None:
            return self._timeout
        if now >= self._deadline:
            raise Expired(self._late)
        left = self._deadline - now
        return left if self._timeout is None else min(left, self._timeout)

    def _check_pace(self, waited: float, received: int) -> None:
        self._waited, self._received = self._waited + waited, self._received + received
        if self._timeout is None or self._waited < self._timeout:
            return
        if received and self._received < self._pace.slowest * self._waited:
            raise Expired(f"only {self._received:,} bytes in {self._waited:,.0f} s")
        self._waited, self._received = 0.0, 0

    def fileno(self) -> int:
        """Return the socket's number."""
        return self._raw.fileno()

    def close(self) -> None:
        """Close what reads from the socket."""
        if not self.closed:
            self._raw.close()
        super().close()


def timed_response(pace: Pace) -> type[http.client.HTTPResponse]:
    """Return the class of responses whose headers and body are read at a pace, for a connection's ``response_class``."""

    class TimedResponse(http.client.HTTPResponse):
        def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
            super().__init__(sock, *args, **kwargs)
            self._reader = TimedReader(self.fp.detach(), sock, pace)
            self.fp: io.BufferedReader = io.BufferedReader(self._reader)

        def begin(self) -> None:
            super().begin()
            self._reader.begin_body()

    return TimedResponse

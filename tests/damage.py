"""Damage to files, the same for the same seed, and the bounds of time and memory that a damaged file may take."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

LONGEST = 10  # seconds of processor time
MOST_MEMORY = 1 << 30  # bytes beyond what the process had before
LARGEST = 1 << 20  # bytes of a damaged file


def _flipped(data: bytes, random: Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(random.choice((1, 1, 3, 20))):
        damaged[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(damaged)


def _truncated(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data))]


def _with_hole(data: bytes, random: Random) -> bytes:
    start = random.randrange(len(data))
    return data[:start] + data[start + random.choice((1, 4, 100, 2_000)) :]


def _spliced(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """Return a file with a piece of another one, between its bytes or over them."""
    other = random.choice(others)
    start, at = random.randrange(len(other)), random.randrange(len(data))
    piece = other[start : start + random.choice((4, 100, 5_000))]
    return data[:at] + piece + data[at + random.choice((0, len(piece))) :]


def _repeated(data: bytes, random: Random) -> bytes:
    start = random.randrange(len(data))
    piece = data[start : start + random.choice((1, 8, 60, 1_000))]
    return data[:start] + piece * min(random.choice((2, 50, 5_000)), LARGEST // len(piece)) + data[start:]


def _swapped(data: bytes, random: Random) -> bytes:
    first, second, third = sorted(random.randrange(len(data) + 1) for _ in range(3))
    return data[:first] + data[second:third] + data[first:second] + data[third:]


def _with_number(data: bytes, random: Random) -> bytes:
    """Return a file in which a size, a count or a position has become another one."""
    written = list(re.finditer(rb"\d+", data))
    if written and random.random() < 0.7:
        found = random.choice(written)
        number = random.choice((b"0", b"-1", b"65536", b"1048576", b"2147483648", b"99999999999999999999", b"1e999"))
        return data[: found.start()] + number + data[found.end() :]
    at = random.randrange(len(data))
    number = random.choice(
        (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\0\0\x10\0", b"\xff\xff")
    )
    return data[:at] + number + data[at + len(number) :]


DAMAGES: tuple[Callable[..., bytes], ...] = (
    _flipped,
    _truncated,
    _with_hole,
    _spliced,
    _repeated,
    _swapped,
    _with_number,
)


def damaged(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """Return a file damaged once or several times, maybe with pieces of other files."""
    for _ in range(random.choice((1, 1, 2, 4))):
        if data:
            damage = random.choice(DAMAGES)
            data = (_spliced(data, random, others) if damage is _spliced else damage(data, random))[:LARGEST]
    return data


class TooLong(BaseException):
    """No Exception, so that no reader takes it for damage."""


@contextmanager
def bounds() -> Iterator[None]:
    """End what takes more processor time or memory than a damaged file may; of systems that know such bounds."""
    if sys.platform != "linux":
        yield
        return
    import resource

    def stop(*_: object) -> None:
        raise TooLong(f"more than {LONGEST} s")

    before, limits = signal.signal(signal.SIGVTALRM, stop), resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + MOST_MEMORY, limits[1]))
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, limits)
        signal.signal(signal.SIGVTALRM, before)

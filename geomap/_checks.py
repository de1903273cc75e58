"""Checks of the options that verbs take; each returns the value, or raises an error that names the option."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from geomap.errors import InvalidTable

Number = TypeVar("Number", int, float)


def one_of(name: str, value: str, options: Iterable[str]) -> str:
    """Return the value if it is one of the options, else raise InvalidTable with the options."""
    known = tuple(options)
    if value not in known:
        raise InvalidTable(f"{name} must be one of {', '.join(map(repr, known))}; got {value!r}")
    return value


def positive(name: str, value: Number) -> Number:
    """Return the value if it is above 0, else raise InvalidTable."""
    if not value > 0:
        raise InvalidTable(f"{name} must be greater than 0; got {value}")
    return value


def at_least(name: str, value: Number, lowest: Number) -> Number:
    """Return the value if it is not below ``lowest``, else raise InvalidTable."""
    if not value >= lowest:
        raise InvalidTable(f"{name} must be at least {lowest}; got {value}")
    return value


def probability(name: str, value: float) -> float:
    """Return the value if it lies between 0 and 1 inclusive, else raise InvalidTable."""
    if not 0.0 <= value <= 1.0:
        raise InvalidTable(f"{name} must be a probability between 0 and 1; got {value}")
    return value

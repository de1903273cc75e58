"""Checks of the options that verbs take; each returns the value, or raises an error that names the option."""

from __future__ import annotations

import os
from collections.abc import Iterable
from numbers import Real
from pathlib import Path
from typing import Any, TypeVar

from geomap.errors import InvalidTable, WrongKind

Number = TypeVar("Number", int, float)
_LONGEST = 40


def described(value: object) -> str:
    """Return what a value is, in the words of a message: ``a str ('Mosul')``, ``a DataFrame (columns: a, b)``.

    Examples
    --------
    >>> described(None), described(3), described("Mosul fell."), described([])
    ('None', 'an int (3)', "a str ('Mosul fell.')", 'an empty list')
    """
    if value is None:
        return "None"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    kind = type(value).__name__
    article = "an" if kind[:1].lower() in "aeiou" else "a"
    columns = getattr(value, "columns", None)
    if columns is not None and not callable(columns):
        return f"{article} {kind} {_columns(columns)}"
    if isinstance(value, str | bytes | Real):
        shown = repr(value)
        return f"{article} {kind} ({shown if len(shown) <= _LONGEST else f'{shown[: _LONGEST - 4]}...{shown[-1]}'})"
    if isinstance(value, list | tuple | dict | set | frozenset) and not value:
        return f"an empty {kind}"
    return f"{article} {kind}"


def _columns(columns: Iterable[object]) -> str:
    names = [str(name) for name in columns]
    shown = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
    return f"(columns: {shown})" if names else "without columns"


def wrong_kind(name: str, value: object, wanted: str) -> WrongKind:
    """Return the error that says which argument is not what the call takes, what it got and what it wants."""
    return WrongKind(f"{name} must be {wanted}; got {described(value)}")


def of_kind(name: str, value: Any, kind: type | tuple[type, ...], wanted: str) -> Any:
    """Return the value if it is an instance of the kind, else raise WrongKind."""
    if not isinstance(value, kind):
        raise wrong_kind(name, value, wanted)
    return value


def file_path(name: str, value: Any) -> Path:
    """Return the value as a path if it is the text or the object of one, else raise WrongKind."""
    if not isinstance(value, str | os.PathLike):
        raise wrong_kind(name, value, "the path of a file (str or Path)")
    path = os.fspath(value)
    if not isinstance(path, str) or not path or "\0" in path:
        raise wrong_kind(name, value, "the path of a file (str or Path)")
    return Path(path)


def one_of(name: str, value: str, options: Iterable[str]) -> str:
    """Return the value if it is one of the options, else raise InvalidTable with the options."""
    known = tuple(options)
    if not isinstance(value, str) or value not in known:
        raise InvalidTable(f"{name} must be one of {', '.join(map(repr, known))}; got {value!r}")
    return value


def number(name: str, value: Any) -> None:
    """Raise WrongKind unless the value is a number."""
    if not isinstance(value, Real):
        raise wrong_kind(name, value, "a number")


def positive(name: str, value: Number) -> Number:
    """Return the value if it is above 0, else raise InvalidTable."""
    number(name, value)
    if not value > 0:
        raise InvalidTable(f"{name} must be greater than 0; got {value}")
    return value


def at_least(name: str, value: Number, lowest: Number) -> Number:
    """Return the value if it is not below ``lowest``, else raise InvalidTable."""
    number(name, value)
    if not value >= lowest:
        raise InvalidTable(f"{name} must be at least {lowest}; got {value}")
    return value


def probability(name: str, value: float) -> float:
    """Return the value if it lies between 0 and 1 inclusive, else raise InvalidTable."""
    number(name, value)
    if not 0.0 <= value <= 1.0:
        raise InvalidTable(f"{name} must be a probability between 0 and 1; got {value}")
    return value

"""What every verb checks about its options, and how it asks for an optional package."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from statistics import NormalDist
from typing import Any

from geomap.errors import InvalidTable, MissingDependency


def choose(name: str, value: str, options: Iterable[str]) -> str:
    """Return the value if it is one of the options.

    Raises
    ------
    InvalidTable
        If it is not; the message lists the options.
    """
    known = tuple(options)
    if value not in known:
        raise InvalidTable(f"{name} is {value!r}; it can be {', '.join(map(repr, known))}")
    return value


def normal_quantile(level: float) -> float:
    """Return how many standard errors an interval of that level reaches to either side.

    Raises
    ------
    InvalidTable
        If the level does not lie between 0 and 1.
    """
    if not 0.0 < level < 1.0:
        raise InvalidTable(f"level is {level}; it is the share of an interval, between 0 and 1, such as 0.95")
    return NormalDist().inv_cdf((1.0 + level) / 2.0)


def positive(name: str, value: float) -> float:
    """Return the value if it is above 0, else raise :class:`~geomap.errors.InvalidTable`."""
    if not value > 0:
        raise InvalidTable(f"{name} is {value}; it must be above 0")
    return value


def needed(module: str, *, verb: str, package: str | None = None) -> Any:
    """Return an optional module.

    Raises
    ------
    MissingDependency
        If it is not installed; the message says how to install it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        name = package or module.split(".")[0]
        raise MissingDependency(
            f"geomap.analysis.{verb} needs {name}: pip install 'geomap-toolkit[analysis]'"
        ) from error

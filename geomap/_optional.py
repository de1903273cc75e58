"""Import optional packages, with a message that says how to install the ones that are missing."""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from geomap.errors import MissingDependency


def optional(module: str, *, needed_by: str, extra: str | None, package: str | None = None) -> Any:
    """Return an optional module.

    Parameters
    ----------
    module
        Dotted name of the module.
    needed_by
        What needs it, as the subject of the message: ``"geomap.analysis.hex_bins"``.
    extra
        The extra of ``geomap-toolkit`` that installs it; None if geomap itself requires the package, so that only a
        broken environment lacks it.
    package
        Name of the package to show, where it differs from the module's first part.

    Raises
    ------
    MissingDependency
        If the module cannot be imported; the message gives the command that installs it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingDependency(_how_to_install(module, needed_by, extra, package)) from error


def require_installed(module: str, *, needed_by: str, extra: str | None, package: str | None = None) -> None:
    """Raise what :func:`optional` raises if a module is not installed, without loading it; for use in another process."""
    if sys.modules.get(module, module) is None or not _is_found(module):
        raise MissingDependency(_how_to_install(module, needed_by, extra, package))


@lru_cache(maxsize=32)
def _is_found(module: str) -> bool:
    return find_spec(module) is not None


def _how_to_install(module: str, needed_by: str, extra: str | None, package: str | None) -> str:
    name = package or module.split(".")[0]
    wanted = f"'geomap-toolkit[{extra}]'" if extra else name
    return f"{needed_by} needs {name}: pip install {wanted}"

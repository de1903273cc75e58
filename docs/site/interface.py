"""The pages on what can be called: the modules' public names, and the commands as they are declared."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import typer.main

import geomap
from geomap.cli import EXIT_CODES, app

_OPTION = re.compile(r"(?<![\w`-])(--[a-z][a-z-]+)")
# The order in which one meets the parts; those that are not named here come last.
ORDER = (
    "articles",
    "recognition",
    "gazetteer",
    "resolution",
    "geocoding",
    "analysis",
    "outlines",
    "maps",
    "corrections",
    "export",
    "evaluation",
    "tables",
    "errors",
)
MODULES = [name for name in geomap.__all__ if isinstance(getattr(geomap, name), ModuleType)]
PARTS = tuple(sorted(MODULES, key=lambda part: ORDER.index(part) if part in ORDER else len(ORDER)))


def interface_pages() -> dict[str, str]:
    """Return the pages of the interface and of the commands."""
    pages = {f"api/{part}.rst": _module_page(part) for part in PARTS}
    pages["api/index.rst"] = _index_page()
    pages["api/geomap.rst"] = _top_page()
    pages["commands.md"] = _commands_page()
    return pages


def public_names(module_name: str) -> list[str]:
    """Return the public names of a module: ``__all__``, or what is defined there and does not begin with ``_``."""
    module = importlib.import_module(module_name)
    if hasattr(module, "__all__"):
        return list(module.__all__)
    own = [name for name, value in vars(module).items() if getattr(value, "__module__", None) == module_name]
    return [name for name in own if not name.startswith("_")]


def _index_page() -> str:
    parts = "\n".join(f"   {name}" for name in ("geomap", *PARTS))
    rows = "\n".join(f"* :doc:`geomap.{part} <{part}>`: {_about(part)}" for part in PARTS)
    first = "* :doc:`geomap <geomap>`: the names that one types most."
    return f"{_title('Interface')}\n{first}\n{rows}\n\n.. toctree::\n   :hidden:\n\n{parts}\n"


def _top_page() -> str:
    """Return the page of the names at the top; each is described where it lives, and here only named."""
    rows = []
    for name in geomap.__all__:
        if (name in PARTS and name != "errors") or name == "__version__":
            continue
        value = getattr(geomap, name)
        home = getattr(value, "__module__", f"geomap.{name}")
        home = next((f"geomap.{part}" for part in PARTS if name in public_names(f"geomap.{part}")), home)
        if name == "errors":
            rows.append("* :doc:`geomap.errors <errors>`: every error and warning")
        elif home == "geomap.pipeline":
            rows.append(f"* :any:`geomap.{name} <geomap.pipeline.{name}>`: {_summary(value)}")
        else:
            rows.append(f"* :any:`geomap.{name} <{home}.{name}>`: {_summary(value)}")
    names = "\n".join(_directive("geomap.pipeline", name) for name in ("Geoparser", "geoparse", "alternatives", "why"))
    listed = "\n".join(rows)
    return f"{_title('geomap')}\n{listed}\n\n.. currentmodule:: geomap.pipeline\n\n{names}\n"


def _summary(value: object) -> str:
    return " ".join((value.__doc__ or "").strip().split("\n\n")[0].split())


def _about(part: str) -> str:
    return _summary(importlib.import_module(f"geomap.{part}"))


def _module_page(part: str) -> str:
    module = f"geomap.{part}"
    body = "\n".join(_directive(module, name) for name in public_names(module))
    return f"{_title(module)}\n{_about(part)}\n\n.. currentmodule:: {module}\n\n{body}\n"


def _directive(module: str, name: str) -> str:
    value = getattr(importlib.import_module(module), name)
    if isinstance(value, type):
        if issubclass(value, BaseException):
            return f".. autoexception:: {module}.{name}\n   :show-inheritance:\n"
        # The fields of a named tuple are told in its docstring; Python gives them another one each, which says nothing.
        return f".. autoclass:: {module}.{name}\n" + ("" if issubclass(value, tuple) else "   :members:\n")
    kind = "function" if callable(value) else "data"
    return f".. auto{kind}:: {module}.{name}\n" + ("   :no-value:\n" if kind == "data" else "")


def _title(text: str) -> str:
    return f"{text}\n{'=' * len(text)}\n"


def _commands_page() -> str:
    root = typer.main.get_command(app)
    codes: dict[int, list[str]] = {}
    for error, code in EXIT_CODES:
        codes.setdefault(code, []).append(error.__name__)
    lines = ["# Command line", "", "The commands mirror the verbs. Results go to stdout, all else to stderr.", ""]
    for path, command in _walk(root, ("geomap",)):
        lines += _command(path, command)
    lines += ["## Exit codes", "", "| code | when |", "| --- | --- |", "| 0 | done |", "| 1 | something unforeseen |"]
    for code, names in sorted(codes.items()):
        errors = ", ".join(f"{{exc}}`~geomap.errors.{name}`" for name in sorted(names))
        lines.append(f"| {code} | {'wrong usage, ' if code == 2 else ''}{errors} |")
    return "\n".join([*lines, "| 130 | interrupted; nothing is left half written |", ""])


def _walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    commands = getattr(command, "commands", None)
    if commands is None:
        yield path, command
        return
    for name, inner in commands.items():
        yield from _walk(inner, (*path, name))


def _command(path: tuple[str, ...], command: Any) -> list[str]:
    name = " ".join(path)
    context = command.context_class(command, info_name=name)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    lines = [f"## {name}", "", (command.help or "").strip(), "", "```shell", usage, "```", ""]
    records = [record for record in (each.get_help_record(context) for each in command.params) if record]
    if records:
        rows = [f"| `{_cell(names)}` | {_with_code(_cell(about))} |" for names, about in records]
        lines += ["| argument or option | meaning |", "| --- | --- |", *rows, ""]
    return lines


def _with_code(text: str) -> str:
    """Return a help text with options as code, whose dashes stay dashes."""
    return _OPTION.sub(r"`\1`", text)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")

"""The page of the command line, from the commands as they are declared."""

from __future__ import annotations

import re
import subprocess
import sys

from geomap.cli import EXIT_CODES

_TYPER_DOCS = [
    sys.executable,
    "-m",
    "typer",
    "geomap.cli",
    "utils",
    "docs",
    "--name",
    "geomap",
    "--title",
    "Command line",
]
# Typer also lists the commands of a group, with help texts cut off at 45 characters; each is described in full below.
_LISTS = re.compile(r"\*\*Commands\*\*:\n\n(?:\* .*\n)+\n")


def commands_page() -> str:
    """Return the commands with their arguments and options, and the exit codes, as Markdown."""
    commands = subprocess.run(_TYPER_DOCS, capture_output=True, encoding="utf-8", check=True).stdout
    codes: dict[int, list[str]] = {}
    for error, code in EXIT_CODES:
        codes.setdefault(code, []).append(f"{{exc}}`~geomap.errors.{error.__name__}`")
    errors = {code: ", ".join(sorted(names)) for code, names in sorted(codes.items())}
    errors[2] = f"wrong usage, {errors[2]}"
    errors[3] = f"articles or gold missing or unreadable, or with `--strict` incomplete, {errors[3]}"
    meanings = {0: "success", 1: "unexpected error", **errors, 130: "interrupted; no partial files are left"}
    return "\n".join(
        [
            _LISTS.sub("", commands),
            "## Exit codes\n\nResults go to stdout, everything else to stderr.\n",
            "| code | when |\n| --- | --- |",
            *(f"| {code} | {meaning} |" for code, meaning in meanings.items()),
            "",
        ]
    )

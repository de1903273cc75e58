"""What went wrong with single rows and files: kept for the caller, told once at the end."""

from __future__ import annotations

import warnings
from typing import Literal, TypedDict

from geomap.errors import ArticlesSkipped, EncodingGuessed

SHOWN = 20

Action = Literal["skipped", "repaired", "guessed", "ignored"]


class Problem(TypedDict):
    """One row or file that did not come through as it was."""

    file: str
    row: int | None
    reason: str
    action: Action


class Problems(list[Problem]):
    """The problems of one call, in the order of the files.

    ``skipped`` rows and files are not in the table, ``repaired`` ones are, ``guessed`` names an encoding, ``ignored``
    are files whose ending says that they hold no articles.
    """

    def __deepcopy__(self, memo: object) -> Problems:
        # pandas deep-copies ``attrs`` at every operation, which takes a second where each of 100,000 dates is bad.
        return Problems(self)

    def add(self, file: str, reason: str, *, row: int | None = None, action: Action = "skipped") -> None:
        """Note a problem; ``row`` counts from 1, and is None where the whole file is meant."""
        self.append({"file": file, "row": row, "reason": reason, "action": action})

    def settle(self, files: list[str]) -> None:
        """Bring the problems into the order of files and rows; a row that was skipped in the end is not repaired."""
        skipped = {(problem["file"], problem["row"]) for problem in self if problem["action"] == "skipped"}
        self[:] = [p for p in self if p["action"] != "repaired" or (p["file"], p["row"]) not in skipped]
        order = {file: position for position, file in enumerate(files)}
        self.sort(key=lambda problem: (order.get(problem["file"], len(order)), problem["row"] or 0))

    def told(self, *actions: Action) -> list[str]:
        """Return one line for each problem with one of the actions."""
        return [describe(problem) for problem in self if problem["action"] in actions]


def describe(problem: Problem) -> str:
    """Return the problem as one line of a message."""
    where = problem["file"] if problem["row"] is None else f"{problem['file']}, row {problem['row']}"
    return f"{where}: {problem['reason']} ({problem['action']})"


def shorten(lines: list[str]) -> str:
    """Return the first lines, indented, and how many more there are."""
    more = [f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return "\n".join(f"  {line}" for line in [*lines[:SHOWN], *more])


def warn(problems: Problems, *, stacklevel: int) -> None:
    """Issue at most one warning for guessed encodings and one for rows and files that were skipped or repaired."""
    if guessed := problems.told("guessed"):
        warnings.warn(
            "not UTF-8, so the encoding was guessed; give encoding=... where characters look wrong:\n"
            f"{shorten(guessed)}",
            EncodingGuessed,
            stacklevel=stacklevel + 1,
        )
    if changed := problems.told("skipped", "repaired"):
        warnings.warn(
            f"{len(changed)} row{'s' if len(changed) > 1 else ''} or files were skipped or repaired "
            f"(all of them are in articles.attrs['problems']):\n{shorten(changed)}",
            ArticlesSkipped,
            stacklevel=stacklevel + 1,
        )

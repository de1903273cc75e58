"""What went wrong with single rows and files: collected while reading, warned about once at the end."""

from __future__ import annotations

import warnings
from typing import Literal, TypedDict

from geomap.errors import ArticlesSkipped, EncodingGuessed

SHOWN = 20

Action = Literal["skipped", "repaired", "guessed", "ignored"]


class Problem(TypedDict):
    """One row or file that was not read as it is."""

    file: str
    row: int | None
    reason: str
    action: Action


class ProblemLog(list[Problem]):
    """The problems of one call.

    ``skipped`` rows and files are not in the table, ``repaired`` ones are; ``guessed`` names an encoding; ``ignored``
    files are not in an article format.
    """

    def __deepcopy__(self, memo: object) -> ProblemLog:
        # pandas deep-copies ``attrs`` at every operation, which takes a second where each of 100,000 dates is bad.
        return ProblemLog(self)

    def add(self, file: str, reason: str, *, row: int | None = None, action: Action = "skipped") -> None:
        """Add a problem; ``row`` counts from 1, and is None for a whole file."""
        self.append({"file": file, "row": row, "reason": reason, "action": action})

    def finish(self, files: list[str]) -> None:
        """Sort the problems by file and row, and drop the repairs of rows that were skipped after all."""
        skipped = {(problem["file"], problem["row"]) for problem in self if problem["action"] == "skipped"}
        self[:] = [p for p in self if p["action"] != "repaired" or (p["file"], p["row"]) not in skipped]
        order = {file: position for position, file in enumerate(files)}
        self.sort(key=lambda problem: (order.get(problem["file"], len(order)), problem["row"] or 0))

    def lines(self, *actions: Action) -> list[str]:
        """Return the problems with one of the actions, each as one line of a message."""
        return [_line(problem) for problem in self if problem["action"] in actions]


def _line(problem: Problem) -> str:
    where = problem["file"] if problem["row"] is None else f"{problem['file']}, row {problem['row']}"
    return f"{where}: {problem['reason']} ({problem['action']})"


def first_lines(lines: list[str]) -> str:
    """Return the first lines, indented, and how many more there are."""
    more = [f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return "\n".join(f"  {line}" for line in [*lines[:SHOWN], *more])


def warn(problems: ProblemLog, *, stacklevel: int) -> None:
    """Issue at most one warning for guessed encodings and one for rows and files that were skipped or repaired."""
    if guessed := problems.lines("guessed"):
        warnings.warn(
            "files are not UTF-8 and their encoding was guessed; pass encoding=... if characters look wrong:\n"
            f"{first_lines(guessed)}",
            EncodingGuessed,
            stacklevel=stacklevel + 1,
        )
    if changed := problems.lines("skipped", "repaired"):
        warnings.warn(
            f"{len(changed)} row{'s' if len(changed) > 1 else ''} or files were skipped or repaired "
            f"(full list in articles.attrs['problems']):\n{first_lines(changed)}",
            ArticlesSkipped,
            stacklevel=stacklevel + 1,
        )

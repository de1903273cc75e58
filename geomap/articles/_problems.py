"""What readers note down while they read: each file that was met, and what went wrong with files and single rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NotRequired, TypedDict

Action = Literal["skipped", "repaired", "guessed", "decided", "ignored"]


class Problem(TypedDict):
    """One row or file that was not read as it is, or a decision that was taken for it.

    ``loss`` is there, and true, for a repair that took something away: characters, or a value that became missing;
    ``doubtful`` for a decision that nothing proves, which only the caller can judge.
    """

    file: str
    row: int | None
    reason: str
    action: Action
    loss: NotRequired[bool]
    doubtful: NotRequired[bool]


@dataclass(slots=True)
class FileFacts:
    """What is known of one file: its format, encoding and rows, how many articles came out of them, in which languages.

    Of a file of many articles the languages are those of some of them, spread evenly.
    """

    format: str | None = None
    encoding: str | None = None
    rows: int = 0
    articles: int = 0
    languages: dict[str, int] = field(default_factory=dict)


class ProblemLog(list[Problem]):
    """The problems of one call, and the files that it met.

    ``skipped`` rows and files are not in the table, ``repaired`` ones are; ``guessed`` names an encoding, ``decided``
    another choice, such as the order of day and month; ``ignored`` files are not in an article format.

    Attributes
    ----------
    files : dict of str to FileFacts
        What is known of each file, by its name in messages, in the order in which they were met.
    """

    def __init__(self, problems: Iterable[Problem] = ()) -> None:
        super().__init__(problems)
        self.files: dict[str, FileFacts] = {}

    def __deepcopy__(self, memo: object) -> ProblemLog:
        # pandas deep-copies ``attrs`` at every operation, which takes a second where each of 100,000 dates is bad.
        return ProblemLog(self)

    def about(self, file: str) -> FileFacts:
        """Return what is known of a file, to be read and changed; a file that is new is listed from then on."""
        facts = self.files.get(file)
        if facts is None:
            facts = self.files[file] = FileFacts()
        return facts

    def add(
        self,
        file: str,
        reason: str,
        *,
        row: int | None = None,
        action: Action = "skipped",
        loss: bool = False,
        doubtful: bool = False,
    ) -> None:
        """Add a problem; ``row`` counts from 1, and is None for a whole file."""
        self.about(file)
        problem: Problem = {"file": file, "row": row, "reason": reason, "action": action}
        if loss:
            problem["loss"] = True
        if doubtful:
            problem["doubtful"] = True
        self.append(problem)

    def finish(self) -> None:
        """Sort the problems by file and row, and drop the repairs of rows that were skipped after all."""
        skipped = {(problem["file"], problem["row"]) for problem in self if problem["action"] == "skipped"}
        self[:] = [p for p in self if p["action"] != "repaired" or (p["file"], p["row"]) not in skipped]
        self._put_members_after_their_archives()
        order = {file: position for position, file in enumerate(self.files)}
        self.sort(key=lambda problem: (order.get(problem["file"], len(order)), problem["row"] or 0))

    def _put_members_after_their_archives(self) -> None:
        """Order the files as a reader expects them; the members of an archive are met when it is opened, after all files."""
        order = {file: position for position, file in enumerate(self.files)}

        def place(file: str) -> tuple[int, int]:
            parts = file.split("/")
            outer = ("/".join(parts[:count]) for count in range(1, len(parts)))
            return next((order[name] for name in outer if name in order), order[file]), order[file]

        self.files = {file: self.files[file] for file in sorted(self.files, key=place)}

    def lines(self, *actions: Action) -> list[str]:
        """Return the problems with one of the actions, each as one line of a message."""
        return [problem_line(problem) for problem in self if problem["action"] in actions]


def problem_line(problem: Problem) -> str:
    """Return a problem as one line of a message."""
    where = problem["file"] if problem["row"] is None else f"{problem['file']}, row {problem['row']}"
    return f"{where}: {problem['reason']} ({problem['action']})"

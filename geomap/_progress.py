"""Progress reports: one callback type and one progress bar, for terminals and notebooks."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

Progress = Callable[[str, int, int], None]
"""Called with the name of the stage, how much is done and how much there is."""


def no_progress(stage: str, done: int, total: int) -> None:
    """Report nothing: the default wherever a :data:`Progress` is optional."""


def is_watched() -> bool:
    """Return whether somebody sees a progress bar: stderr is a terminal, or the code runs in a notebook."""
    return sys.stderr.isatty() or "ipykernel" in sys.modules


@contextlib.contextmanager
def progress_bars(*, shown: bool | None = None) -> Iterator[Progress]:
    """Yield a :data:`Progress` that draws one bar per stage, with its rate and the time left.

    Parameters
    ----------
    shown
        Whether to draw. By default only where :func:`is_watched`.
    """
    if not (is_watched() if shown is None else shown):
        yield no_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, ProgressColumn, Task, TaskID, TextColumn
    from rich.progress import Progress as Bars
    from rich.text import Text

    class Pace(ProgressColumn):
        """Rate and time left."""

        def render(self, task: Task) -> Text:
            if not task.speed or task.total is None:
                return Text("")
            return Text(
                f"{rate_in_words(task.speed)}, {time_in_words((task.total - task.completed) / task.speed)} left"
            )

    console = None if "ipykernel" in sys.modules else Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), Pace())
    with Bars(*columns, console=console, transient=is_watched(), speed_estimate_period=120) as bars:
        tasks: dict[str, TaskID] = {}

        def progress(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield progress


def time_in_words(seconds: float) -> str:
    """Return a span of time as people say it: ``40 s``, ``25 min``, ``3 h 20 min``, ``2 d 4 h``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 36:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(round(seconds / 3600), 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def rate_in_words(rate: float) -> str:
    """Return a rate as ``1/s``, ``2.5/s``, ``30/min`` or ``1,000/h``."""
    return f"{rate:.3g}/s" if rate >= 1 else f"{rate * 60:.3g}/min" if rate * 60 >= 1 else f"{rate * 3600:,.0f}/h"

"""How far a run is, how fast it goes, and how long it still takes - on a terminal and in a notebook."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

Progress = Callable[[str, int, int], None]
STAGE = "geocoding"
FEWEST = 10


def in_words(seconds: float) -> str:
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
    """Return a rate as ``1/s``, ``2.5/s`` or, below one, ``1,000/h``."""
    return f"{rate:.3g}/s" if rate >= 1 else f"{rate * 60:.3g}/min" if rate * 60 >= 1 else f"{rate * 3600:,.0f}/h"


@contextlib.contextmanager
def reporting(progress: bool | Progress | None, total: int) -> Iterator[Callable[[int], None]]:
    """Give what is called with the number of names done.

    Parameters
    ----------
    progress
        True for a bar on stderr or in the notebook, False for none, None for one where somebody watches and there is
        something to wait for; or a callable that takes the stage's name, what is done, and what there is.
    total
        How many names have to be asked.
    """
    if callable(progress):
        progress(STAGE, 0, total)
        yield lambda done: progress(STAGE, done, total)
        return
    if progress is False or not total or (progress is None and not (total >= FEWEST and _watched())):
        yield lambda done: None
        return
    with _bar(total) as show:
        yield show


def _watched() -> bool:
    return sys.stderr.isatty() or "ipykernel" in sys.modules


@contextlib.contextmanager
def _bar(total: int) -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn
    from rich.text import Text

    class Pace(ProgressColumn):
        """Rate and time left."""

        def render(self, task: Task) -> Text:
            if not task.speed:
                return Text("")
            left = (total - task.completed) / task.speed
            return Text(f"{rate_in_words(task.speed)}, {in_words(left)} left")

    console = None if "ipykernel" in sys.modules else Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Pace())
    with Progress(*columns, console=console, speed_estimate_period=120) as bar:
        task = bar.add_task(STAGE, total=total)
        yield lambda done: bar.update(task, completed=done)

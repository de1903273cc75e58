"""Numbers and tables as the benchmark pages print them."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[2]


def number(value: float) -> str:
    """Format a share with three decimals and without its leading zero, a larger number with fewer decimals."""
    if pd.isna(value):
        return ""
    if abs(value) < 1:
        return f"{value:.3f}".removeprefix("0")
    return f"{value:,.3f}" if abs(value) < 10 else f"{value:,.0f}"


def processor() -> str:
    """Return the name of the processor."""
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines() if Path("/proc/cpuinfo").is_file() else ():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def table_of(rows: Mapping[str, Mapping[str, object]]) -> pd.DataFrame:
    """Return labeled rows as a table."""
    return pd.DataFrame.from_dict(dict(rows), orient="index")


def markdown(table: pd.DataFrame, *, first: str = "", form: Callable[[float], str] = number) -> str:
    """Return a table as Markdown, its index as the first column; ``form`` formats the floats."""
    head = "| " + " | ".join([first, *map(str, table.columns)]) + " |\n|" + " --- |" * (len(table.columns) + 1)
    rows = zip(table.index, table.itertuples(index=False), strict=True)
    return "\n".join(
        [head, *("| " + " | ".join(_cell(cell, form) for cell in (label, *row)) + " |" for label, row in rows)]
    )


def _cell(cell: object, form: Callable[[float], str]) -> str:
    if isinstance(cell, float):
        return form(cell)
    return f"{cell:,}" if isinstance(cell, int) else str(cell).replace("|", "\\|").replace("\n", " ")

"""What each verb of the analysis does and after whom, from its docstring."""

from __future__ import annotations

import inspect
import re

from geomap import analysis

_NOTES = re.compile(r"^Notes\n-+\n(.*?)(?=\n\n[A-Z][A-Za-z ]+\n-+\n|\Z)", re.DOTALL | re.MULTILINE)
_ROLE = re.compile(r":[a-z:]+:`~?([^`<]*?)(?: <[^>]*>)?`")


def method_tables() -> dict[str, str]:
    """Return the verbs of the analysis that name a method, as a list in Markdown."""
    entries = []
    for name in sorted(analysis.__all__):
        text = inspect.getdoc(getattr(analysis, name)) or ""
        notes = _NOTES.search(text)
        if notes:
            said = _as_markdown(text.split("\n\n")[0]), _as_markdown(notes.group(1))
            entries.append(f"{{func}}`{name} <geomap.analysis.{name}>`\n: {said[0]} {said[1]}\n")
    return {"generated/methods-analysis.txt": "\n".join(entries)}


def _as_markdown(text: str) -> str:
    one_line = " ".join(text.split())
    return _ROLE.sub(r"`\1`", one_line.replace("``", "`"))

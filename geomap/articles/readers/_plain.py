"""Plain text: one file is one article."""

from __future__ import annotations

import re

from geomap.articles._problems import ProblemLog
from geomap.articles._sources import Options, Rows, Source, read_content

LONGEST_TITLE = 300


def read_txt(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read a text whose first line is its title; the text is the whole file, with the title."""
    content = read_content(source, options, problems)
    text = content.text()
    return Rows([None], [{"title": first_line(text.replace("\0", "")), "text": text}])


def first_line(text: str) -> str:
    """Return the first line that is not blank, stripped; one of more than 300 characters is cut after a word."""
    lines = re.split(r"[\r\n]", text.lstrip(), maxsplit=1)
    title = lines[0].strip()
    return title if len(title) <= LONGEST_TITLE else title[:LONGEST_TITLE].rsplit(maxsplit=1)[0] + "…"

"""Plain text: one file is one article, unless a news database exported it."""

from __future__ import annotations

import re

from geomap.articles._problems import ProblemLog
from geomap.articles._sources import Options, Paragraph, Rows, Source, read_content
from geomap.articles.readers._exports import exported_articles, rows_of

LONGEST_TITLE = 300


def read_txt(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read a text whose first line is its title, with it; or the articles of a file that a news database exported."""
    content = read_content(source, options, problems)
    text = content.text()
    exported = exported_articles([Paragraph(line) for line in text.split("\n")])
    if exported is not None:
        return rows_of(exported, source, problems)
    return Rows([None], [{"title": first_line(text.replace("\0", "")), "text": text}])


def first_line(text: str) -> str:
    """Return the first line that is not blank, stripped; one of more than 300 characters is cut after a word."""
    lines = re.split(r"[\r\n]", text.lstrip(), maxsplit=1)
    title = lines[0].strip()
    return title if len(title) <= LONGEST_TITLE else title[:LONGEST_TITLE].rsplit(maxsplit=1)[0] + "…"

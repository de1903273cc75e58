"""Plain text and Markdown: a file is an article, or a database's export of many."""

from __future__ import annotations

import re

from geomap.articles._columns import match_columns
from geomap.articles._problems import ProblemLog
from geomap.articles._sources import Options, Paragraph, Record, Rows, Source, read_content
from geomap.articles.readers._exports import exported_articles, rows_of

LONGEST_TITLE = 300

# What stands between two lines of hyphens at the beginning of a Markdown file: "title: Floods" and the like.
_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_FIELD = re.compile(r"([A-Za-z][\w -]*?)[ \t]*:(?:[ \t]+(.*))?$")
_HEADING = re.compile(r"^ {0,3}#[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_LINE_END = re.compile(r"\r\n|[\r\n]")
_LONGEST_FRONT = 20_000


def read_txt(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read a text whose first line is its title, with it; or the articles of a file that a news database exported."""
    content = read_content(source, options, problems)
    text = content.text()
    exported = exported_articles([Paragraph(line) for line in _LINE_END.split(text)])
    if exported is not None:
        return rows_of(exported, source, problems)
    return Rows([None], [{"title": first_line(text.replace("\0", "")), "text": text}])


def read_markdown(source: Source, options: Options, problems: ProblemLog) -> Rows:
    """Read a Markdown file: what its front matter says of it, and the text below with all its characters."""
    text = read_content(source, options, problems).text()
    front = _FRONT_MATTER.match(text[:_LONGEST_FRONT])
    fields = _fields(front.group(1)) if front else {}
    if front is not None and fields:
        text = text[front.end() :].lstrip("\r\n")
    names = match_columns(fields, {})
    known: Record = {names[name]: value for name, value in fields.items()}
    heading = _HEADING.search(text)
    title = known.get("title") or (heading.group(1) if heading else first_line(text.replace("\0", "")))
    return Rows([None], [{**known, "title": title, "text": text}])


def _fields(front: str) -> dict[str, str]:
    """Return the single values of front matter; lists and nested ones are left out."""
    fields: dict[str, str] = {}
    for line in front.splitlines():
        found = _FIELD.match(line)
        value = (found.group(2) or "").strip() if found else ""
        if found and value and value not in ("|", ">", "null", "~"):
            fields.setdefault(found.group(1), _unquoted(value))
    return fields


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        quote = value[0]
        return value[1:-1].replace("\\" + quote if quote == '"' else "''", quote)
    return re.sub(r"\s+#.*$", "", value)


def first_line(text: str) -> str:
    """Return the first line that is not blank, stripped; one of more than 300 characters is cut after a word."""
    lines = re.split(r"[\r\n]", text.lstrip(), maxsplit=1)
    title = lines[0].strip()
    return title if len(title) <= LONGEST_TITLE else title[:LONGEST_TITLE].rsplit(maxsplit=1)[0] + "…"

"""The account of a reading: what became of every file and row, as a table, as short lines and as a warning."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Literal, TypedDict

import pandas as pd

from geomap._language import shown
from geomap._served_languages import not_read
from geomap.articles._problems import Action, FileFacts, Problem, ProblemLog, problem_line
from geomap.errors import ArticlesDoubtful, ArticlesLost, ArticlesSkipped, EncodingGuessed, InvalidTable

FILES = "files"
PROBLEMS = "problems"
METADATA = "metadata"
ARCHIVE = "archive"
_ENCODING = "encoding: "

_SHOWN = 20
_SHOWN_IN_LINE = 4
_LONGEST_REASON = 100
_WHOLE = 10_000
_UTF_8 = frozenset({"utf-8", "utf-8-sig"})
# What differs between two reasons of one kind: the values that they quote, and numbers.
_PARTICULARS = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\d+")

Status = Literal["read", "partly read", "skipped", "ignored"]


class FileRecord(TypedDict):
    """One file of a reading: a row of :func:`reading_report`."""

    file: str
    format: str | None
    encoding: str | None
    rows: int
    articles: int
    repaired: int
    skipped: int
    status: Status
    reason: str | None
    languages: dict[str, int]


_DTYPES: Mapping[str, str] = {
    "file": "str",
    "format": "str",
    "encoding": "str",
    "rows": "int64",
    "articles": "int64",
    "repaired": "int64",
    "skipped": "int64",
    "status": "str",
    "reason": "str",
    "languages": "str",
}


class FileRecords(list[FileRecord]):
    """The files of one reading, as they travel with the table in its ``attrs``."""

    def __deepcopy__(self, memo: object) -> FileRecords:
        # pandas deep-copies ``attrs`` at every operation: a hundred thousand files would make each of them slow.
        return FileRecords(self)


def account_of(problems: ProblemLog) -> FileRecords:
    """Return what became of each file that was met, in that order."""
    by_file: dict[str, list[Problem]] = {}
    for problem in problems:
        by_file.setdefault(problem["file"], []).append(problem)
    records = FileRecords(_record(file, facts, by_file.get(file, [])) for file, facts in problems.files.items())
    _describe_archives(records)
    return records


def _describe_archives(records: FileRecords) -> None:
    """Give each archive, of which only the members are read, the status that they have together."""
    members: dict[str, set[str]] = {}
    for record in records:
        parts = record["file"].split("/")
        for count in range(1, len(parts)):
            members.setdefault("/".join(parts[:count]), set()).add(record["status"])
    for record in records:
        inside = members.get(record["file"])
        if inside and not record["rows"]:
            record["format"] = ARCHIVE
            if record["reason"] or {"skipped", "partly read"} & inside:
                record["status"] = "partly read" if {"read", "partly read"} & inside else "skipped"
                record["reason"] = record["reason"] or "some of its files are skipped or read in part"
            else:
                record["status"] = "read" if "read" in inside else "ignored"
                record["reason"] = None if "read" in inside else "no articles in it"


def _record(file: str, facts: FileFacts, problems: list[Problem]) -> FileRecord:
    skipped = facts.rows - facts.articles
    return {
        "file": file,
        "format": facts.format,
        "encoding": _shown_encoding(facts.encoding),
        "rows": facts.rows,
        "articles": facts.articles,
        "repaired": len({problem["row"] for problem in problems if problem["action"] == "repaired"}),
        "skipped": skipped,
        "status": _status(facts, problems, skipped),
        "reason": "; ".join(_kinds(_events(problems), longest=_WHOLE)) or None,
        "languages": facts.languages,
    }


def _events(problems: list[Problem]) -> Iterator[Problem]:
    return (problem for problem in problems if problem["action"] not in ("guessed", "decided"))


def _status(facts: FileFacts, problems: list[Problem], skipped: int) -> Status:
    lost = skipped > 0 or any(problem["action"] == "skipped" for problem in problems)
    if facts.articles or facts.format == METADATA:
        return "partly read" if lost else "read"
    return "ignored" if any(problem["action"] == "ignored" for problem in problems) else "skipped"


def _shown_encoding(encoding: str | None) -> str | None:
    return "utf-8" if encoding in _UTF_8 else encoding


def attach(articles: pd.DataFrame, problems: ProblemLog) -> None:
    """Let the account travel with the table."""
    articles.attrs[PROBLEMS] = ProblemLog(problems)
    articles.attrs[FILES] = account_of(problems)


def reading_report(articles: pd.DataFrame) -> pd.DataFrame:
    r"""Return what became of every file that was met when articles were read.

    Parameters
    ----------
    articles
        A table from :func:`geomap.read_articles`, or a selection or copy of it: the report always tells of the whole
        reading.

    Returns
    -------
    DataFrame
        One row per file, in the order in which they were met:

        - ``file``: its path in the folder that was read; a member of an archive as ``a.zip/b.txt``, a folder that was
          not opened with a slash at its end. Characters that cannot be shown are replaced by U+FFFD.
        - ``format``: the reader that read it (``txt``, ``csv``, ``jsonl`` ...); ``metadata`` for an ``articles.csv``
          that describes other files, ``archive`` for one whose members have rows of their own; missing if it was not
          opened.
        - ``encoding``: of text files; missing for others.
        - ``rows``: the rows, lines or documents in it that are meant as articles; 0 in ``metadata``.
        - ``articles``: those that are in the table.
        - ``repaired``: rows that are in the table but not as they stood in the file, where a repair of the whole file
          counts as one.
        - ``skipped``: rows that are not in the table: ``rows`` less ``articles``.
        - ``status``: ``read``, ``partly read`` (some rows are missing), ``skipped`` (nothing of it is in the table) or
          ``ignored`` (hidden, or of a format that holds no articles).
        - ``reason``: what happened, one kind after the other with its count; missing if there is nothing to say.
        - ``languages``: those of its articles with their number, such as ``English 118, French 9, unknown 1``, as far as
          small words and alphabets tell. Of more than 500 articles, 250 to 500 are looked at, spread evenly over all
          files. Missing where none was.

    Raises
    ------
    InvalidTable
        If the table carries no account of its reading.

    See Also
    --------
    geomap.read_articles : reads the articles; ``articles.attrs["problems"]`` lists single rows.

    Examples
    --------
    >>> import warnings
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import geomap
    >>> with TemporaryDirectory() as folder, warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     _ = Path(folder, "a.txt").write_text("Rain fell on Mosul.", "utf-8")
    ...     _ = Path(folder, "b.jsonl").write_text('{"text": "Erbil was dry."}\n{"text": ""}', "utf-8")
    ...     _ = Path(folder, "photo.png").write_bytes(b"")
    ...     articles = geomap.read_articles(folder)
    >>> reading_report(articles)[["file", "rows", "articles", "skipped", "status"]]
            file  rows  articles  skipped       status
    0      a.txt     1         1        0         read
    1    b.jsonl     2         1        1  partly read
    2  photo.png     0         0        0      ignored
    """
    records = getattr(articles, "attrs", {}).get(FILES)
    if not isinstance(articles, pd.DataFrame) or records is None:
        got = "this table has none" if isinstance(articles, pd.DataFrame) else f"got {type(articles).__name__}"
        raise InvalidTable(
            f"articles: {got}; a report of the reading comes only with a table from geomap.read_articles, and is lost "
            "when tables are joined"
        )
    rows = [{**record, "languages": shown(record.get("languages", {})) or None} for record in records]
    return pd.DataFrame(rows, columns=list(_DTYPES)).astype(dict(_DTYPES))


def short_lines(articles: pd.DataFrame) -> list[str]:
    """Return the account of a table in a few lines, one for each kind of thing that happened."""
    files = articles.attrs[FILES]
    return [*_short_lines(files, articles.attrs[PROBLEMS]), *_languages(files)]


def all_lines(articles: pd.DataFrame) -> list[str]:
    """Return the account of a table in full: a line for each file and each problem of a row."""
    problems = articles.attrs[PROBLEMS]
    rows = [problem_line(problem) for problem in problems if problem["row"] is not None]
    return [*map(_file_line, articles.attrs[FILES]), *rows]


def _file_line(record: FileRecord) -> str:
    what = ", ".join(filter(None, (record["format"], record["encoding"])))
    counts = f", {_count(record['articles'], 'article')} from {_count(record['rows'], 'row')}" if record["rows"] else ""
    shown = f"{record['file']}: {record['status']}{f' ({what})' if what else ''}{counts}"
    return f"{shown}: {record['reason']}" if record["reason"] else shown


def _short_lines(records: list[FileRecord], problems: list[Problem]) -> Iterator[str]:
    # An archive is told by its members, unless it has a problem of its own.
    own = {problem["file"] for problem in problems}
    files = [record for record in records if record["format"] != ARCHIVE or record["file"] in own]
    used = [record for record in files if record["articles"]]
    yield f"{_count(sum(f['articles'] for f in used), 'article')} from {_count(len(used), 'file')}"
    yield from _about_files("skipped", [record for record in files if record["status"] == "skipped"])
    partly = [record["file"] for record in files if record["status"] == "partly read"]
    if partly:
        skipped = sum(record["skipped"] for record in files if record["file"] in partly)
        what = f"skipped {_count(skipped, 'row')} of {_files(partly)}" if skipped else f"read in part {_files(partly)}"
        yield f"{what}: {_listed(_kinds(_of(problems, 'skipped', {*partly})))}"
    if repairs := list(_of(problems, "repaired")):
        rows = {(problem["file"], problem["row"]) for problem in repairs if problem["row"] is not None}
        touched = [problem["file"] for problem in repairs]
        what = f"{_count(len(rows), 'row')} of {_files(touched)}" if rows else _files(touched)
        yield f"repaired {what}: {_listed(_kinds(repairs))}"
    yield from _about_files("ignored", [record for record in files if record["status"] == "ignored"])
    if in_part := list(_of(problems, "ignored", {record["file"] for record in used})):
        yield f"left out of {_files([p['file'] for p in in_part])}: {_listed(_kinds(in_part))}"
    # In full, since a decision that nothing proves comes with what to do about it.
    yield from _kinds(_of(problems, "decided"), longest=_WHOLE)
    yield from _encodings(files, {problem["file"] for problem in _of(problems, "guessed")})


def _files(names: Iterable[str]) -> str:
    names = list(dict.fromkeys(names))
    return names[0] if len(names) == 1 else f"{len(names):,} files"


def _of(problems: Iterable[Problem], action: Action, files: set[str] | None = None) -> Iterator[Problem]:
    return (p for p in problems if p["action"] == action and (files is None or p["file"] in files))


def _about_files(what: str, records: list[FileRecord]) -> Iterator[str]:
    """Yield one line: each file with its reason if they are few, else each reason with its first files."""
    if not records:
        return
    by_reason: dict[str, list[str]] = {}
    for record in records:
        by_reason.setdefault(record["reason"] or "", []).append(record["file"])
    if len(records) <= _SHOWN_IN_LINE:
        named = [f"{record['file']} ({_shortened(record['reason'] or '')})" for record in records]
    else:
        most_first = sorted(by_reason.items(), key=lambda item: -len(item[1]))
        named = [f"{_shortened(reason)} ({_listed(_by_ending(names))})" for reason, names in most_first]
    yield f"{what} {_count(len(records), 'file')}: {_listed(named)}"


def _by_ending(names: list[str]) -> list[str]:
    """Return the names of files; if they are many and of several kinds, the number of each kind."""
    endings = Counter(PurePosixPath(name).suffix for name in names)
    if len(names) <= _SHOWN_IN_LINE or len(endings) == 1:
        return names
    return [f"{number:,} {ending or 'without ending'}" for ending, number in endings.most_common()]


def _encodings(files: list[FileRecord], guessed: set[str]) -> Iterator[str]:
    others = [record for record in files if record["encoding"] and record["encoding"] not in _UTF_8]
    count = Counter((str(record["encoding"]), record["file"] in guessed) for record in others)
    named = [
        f"{name} ({_count(number, 'file')}{', guessed' if guess else ''})"
        for (name, guess), number in count.most_common()
    ]
    if named:
        yield f"{_ENCODING}{_listed(named)}"


def _languages(records: list[FileRecord]) -> Iterator[str]:
    """Yield the languages of all articles, and a sentence if most of them are in others than the recognizer reads."""
    languages: Counter[str] = Counter()
    for record in records:
        languages.update(record.get("languages", {}))
    looked_at, total = sum(languages.values()), sum(record["articles"] for record in records)
    if looked_at:
        some = f" (of {looked_at:,} of {total:,} articles)" if looked_at < total else ""
        yield f"languages: {shown(languages)}{some}"
    if sentence := not_read(languages):
        yield sentence


def _kinds(problems: Iterable[Problem], *, longest: int = _LONGEST_REASON) -> list[str]:
    """Return each kind of reason once, the most frequent first, with its number.

    Reasons that differ only in the values that they quote are of one kind, shown by the first one.
    """
    kinds: dict[str, list[str]] = {}
    for reason, number in Counter(problem["reason"] for problem in problems).items():
        kinds.setdefault(_PARTICULARS.sub("…", reason), []).extend([reason] * number)
    return [_kind_line(reasons, longest) for reasons in sorted(kinds.values(), key=len, reverse=True)]


def _kind_line(reasons: list[str], longest: int) -> str:
    first, number = _shortened(reasons[0], longest), len(reasons)
    if number == 1:
        return first
    return f"{first} ({number:,})" if len(set(reasons)) == 1 else f"{first} (and {number - 1:,} like it)"


def _shortened(text: str, longest: int = _LONGEST_REASON) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[:longest].rstrip()}…"


def _listed(items: list[str]) -> str:
    more = [f"and {len(items) - _SHOWN_IN_LINE:,} more"] if len(items) > _SHOWN_IN_LINE else []
    return ", ".join([*items[:_SHOWN_IN_LINE], *more])


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def first_lines(lines: list[str]) -> str:
    """Return the first lines, indented, and how many more there are."""
    more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return "\n".join(f"  {line}" for line in [*lines[:_SHOWN], *more])


def losses(problems: ProblemLog) -> list[str]:
    """Return what was lost, a line each: files and rows that were skipped, and repairs that took something away."""
    return [problem_line(problem) for problem in problems if problem["action"] == "skipped" or problem.get("loss")]


def refuse_losses(problems: ProblemLog) -> None:
    """Raise if anything was lost.

    Raises
    ------
    ArticlesLost
        With the first losses.
    """
    if lost := losses(problems):
        number = "1 loss" if len(lost) == 1 else f"{len(lost):,} losses"
        raise ArticlesLost(f"{number} in reading, and strict allows none:\n{first_lines(lost)}")


def warn(problems: ProblemLog, *, stacklevel: int) -> None:
    """Issue at most one warning each for guessed encodings, for what nothing proves, and for what is lost or repaired."""
    if guessed := problems.lines("guessed"):
        warnings.warn(
            "files are not UTF-8 and their encoding was guessed; pass encoding=... if characters look wrong:\n"
            f"{first_lines(guessed)}",
            EncodingGuessed,
            stacklevel=stacklevel + 1,
        )
    if doubtful := [problem for problem in problems if problem.get("doubtful")]:
        warnings.warn(
            f"articles were read in a way that may be wrong:\n{first_lines(_kinds(doubtful, longest=_WHOLE))}",
            ArticlesDoubtful,
            stacklevel=stacklevel + 1,
        )
    if any(problem["action"] in ("skipped", "repaired") for problem in problems):
        where = "articles.attrs['problems'] tells of each row"
        if any(facts.format for facts in problems.files.values()):
            where = f"geomap.reading_report(articles) tells of each file, {where}"
            lines = list(_short_lines(account_of(problems), problems))
        else:
            lines = list(_short_lines([], problems))[1:]  # a table that somebody holds comes from no file
        lines = [line for line in lines if not line.startswith(_ENCODING)]
        warnings.warn(
            f"not everything was read as it is; {where}:\n{first_lines(lines)}",
            ArticlesSkipped,
            stacklevel=stacklevel + 1,
        )

"""Which column of a file is which column of the articles table, by its name and by what it holds, row by row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pandas as pd

from geomap._csv import column_key
from geomap.articles._column_names import ABSTRACTS, BESIDE_DATA, DATE_OR_DATA
from geomap.articles._column_names import USUAL_NAMES as USUAL_NAMES
from geomap.articles._problems import ProblemLog
from geomap.errors import ColumnMissing
from geomap.tables import ARTICLES, is_missing

FILE_NAMES = ("file", "filename")
HOW_TO_FETCH = (
    "fetch the pages first: put the addresses into urls.txt, one a line, run "
    "`trafilatura --input-file urls.txt --output-dir pages --json --with-metadata` and read the folder pages"
)

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_LONGEST_ADDRESS = 5000
_LISTS = (list, tuple, np.ndarray)
# What a news API writes into the field of the text for those who do not pay for it.
_WITHHELD = re.compile(r"ONLY AVAILABLE IN [A-Z ,]*PLANS?", re.IGNORECASE)

_NUMBER = re.compile(r"[\d\s.,:+%-]*\d[\d\s.,:+%-]*")

_key = lru_cache(maxsize=4096)(column_key)


class NoTextColumn(ColumnMissing):
    """No column of a file is recognized as the text of articles."""


def check_columns(columns: Mapping[str, str] | None) -> dict[str, str]:
    """Return the caller's choice of columns if its keys are columns of an articles table, else raise ColumnMissing."""
    for name in columns or ():
        if name not in ARTICLES:
            raise ColumnMissing(f"columns: {name!r} is not a column of an articles table ({', '.join(ARTICLES)})")
    return dict(columns or {})


def role_named(name: str) -> str | None:
    """Return the column of the articles table that somebody means: by its own name, or by a usual one.

    Examples
    --------
    >>> role_named("published"), role_named("date"), role_named("ID"), role_named("desk")
    ('published', 'published', 'article_id', None)
    """
    key = column_key(name)
    if name.strip() in ARTICLES:
        return name.strip()
    return next((role for role, usual in USUAL_NAMES.items() if key in usual), None)


def known_names(chosen: Mapping[str, str]) -> frozenset[str]:
    """Return the keys of all column names with a meaning, by which the delimiter of a header is recognized."""
    usual = (name for names in USUAL_NAMES.values() for name in names)
    return frozenset({*FILE_NAMES, *map(column_key, chosen.values()), *usual, *ABSTRACTS})


def is_named(name: str, role: str) -> bool:
    """Return whether a name is a usual one of a column of the articles table, or of an ``abstract`` instead of a text.

    Examples
    --------
    >>> is_named("Full Text", "text"), is_named("Inhalt", "text"), is_named("Inhalt", "title"), is_named("lead", "abstract")
    (True, True, False, False)
    """
    return _key(name) in (ABSTRACTS if role == "abstract" else USUAL_NAMES[role])


def columns_of(role: str, names: Iterable[str]) -> list[str]:
    """Return the columns that may be a column of the articles table, by their names, the likeliest first.

    Parameters
    ----------
    role
        A column of the articles table.
    names
        The columns of a file. A dot leads into an object (``fields.bodyText``); what stands in an object counts if the
        object holds a text too.

    Examples
    --------
    >>> columns_of("text", ["raw_text", "text", "abstract"])
    ['text', 'raw_text']
    >>> columns_of("title", ["fields.headline", "fields.bodyText", "image.title"])
    ['fields.headline']
    """
    names = list(names)
    plain: dict[str, str] = {}
    nested: dict[str, str] = {}
    for name in names:
        plain.setdefault(_key(name), name)
    with_text = {name.rpartition(".")[0] for name in names if "." in name and is_named(name.rpartition(".")[2], "text")}
    for name in names:
        outer, _, inner = name.rpartition(".")
        if outer and outer in with_text:
            nested.setdefault(_key(inner), name)
    usual = USUAL_NAMES[role]
    if role == "published" and not BESIDE_DATA.isdisjoint(plain):
        usual = (*usual, DATE_OR_DATA)
    found = [table[key] for table in (plain, nested) for key in usual if key in table]
    return list(dict.fromkeys(found))


def match_columns(names: Iterable[str], chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the new name of every column of a file.

    Parameters
    ----------
    names
        The columns of a file, or the keys of a JSON object.
    chosen
        The caller's choice: column of the articles table to column of the file. Columns that the file lacks are left out.

    Returns
    -------
    dict
        Column of the file to column of the table. A further column keeps its name, with the suffix ``_in_file`` if that
        is the name of a column of the articles table.

    Examples
    --------
    >>> match_columns(["Headline", "Body", "date", "section"], {})
    {'Headline': 'title', 'Body': 'text', 'date': 'published', 'section': 'section'}
    >>> match_columns(["text", "abstract"], {"text": "abstract"})
    {'text': 'text_in_file', 'abstract': 'text'}
    """
    names = list(names)
    by_key: dict[str, str] = {}
    for name in names:
        by_key.setdefault(_key(name), name)
    roles: dict[str, str] = {}
    for role, wanted in chosen.items():
        present = wanted if wanted in names else by_key.get(_key(wanted))
        if present is not None:
            roles[present] = role
    for role in USUAL_NAMES:
        free = [name for name in columns_of(role, names) if name not in roles]
        if free and role not in roles.values():
            roles[free[0]] = role
    return {name: roles.get(name) or (f"{name}_in_file" if name in ARTICLES else name) for name in names}


def require(names: Iterable[str], chosen: Mapping[str, str], file: str) -> None:
    """Raise if a file lacks a column that the caller chose, or any column of text or of what may stand for it.

    Raises
    ------
    ColumnMissing
        Naming the file and its columns.
    """
    names = list(names)
    listed = ", ".join(names) or "none"
    keys = {_key(name) for name in names}
    for role, wanted in chosen.items():
        if wanted not in names and _key(wanted) not in keys:
            raise ColumnMissing(f"{file} has no column {wanted!r}, chosen as {role}; its columns: {listed}")
    if "text" in match_columns(names, chosen).values() or not keys.isdisjoint(ABSTRACTS):
        return
    choose = 'name the column: read_articles(path, columns={"text": "..."})'
    if any(_ADDRESS.match(name) for name in names):
        raise NoTextColumn(
            f"{file} lists addresses and carries no text: {HOW_TO_FETCH}. If it does hold texts, put a line with column "
            f"names on top and {choose}"
        )
    if columns_of("url", names):
        raise NoTextColumn(
            f"{file} carries no text, only what is known of articles, and their addresses; its columns: {listed}. "
            f"{HOW_TO_FETCH[0].upper()}{HOW_TO_FETCH[1:]}. Or, if one of the columns is the text, {choose}"
        )
    raise NoTextColumn(
        f"{file} has no column recognized as text (text, body, content ...); its columns: {listed}. "
        f"{choose[0].upper()}{choose[1:]}"
    )


def is_prose(text: str) -> bool:
    """Return whether a text may be that of an article: not blank, no number, and not the word that one has to pay for it.

    Examples
    --------
    >>> is_prose("Rain in Erbil."), is_prose("1,204"), is_prose("ONLY AVAILABLE IN PAID PLANS")
    (True, False, False)
    """
    start = text[:100].strip()
    if start[:1].isalpha() and not start.startswith("ONLY AVAILABLE"):
        return True
    text = text.strip()
    return bool(text) and not (len(text) < 100 and (_NUMBER.fullmatch(text) or _WITHHELD.fullmatch(text)))


def addresses_in(text: str) -> int:
    """Return how many addresses a text lists if it holds nothing else, else 0.

    Examples
    --------
    >>> addresses_in("https://a.example/1" + chr(10) + "https://a.example/2"), addresses_in("See www.a.example.")
    (2, 0)
    """
    count = 0
    for line in text.split("\n") if "." in text[:_LONGEST_ADDRESS] else ():
        address = line.strip("\ufeff \t\r,;")
        if address and not address.startswith("#"):
            if not _ADDRESS.fullmatch(address):
                return 0
            count += 1
    return count


# --- row by row --------------------------------------------------------------------------------------------------------


def fill_roles(
    table: pd.DataFrame, files: Sequence[str], chosen: Collection[str], problems: ProblemLog
) -> pd.DataFrame:
    """Return the articles with what one column lacks taken from another of the same meaning, row by row.

    Parameters
    ----------
    table
        The rows of all files, one column a role, as :func:`match_columns` named them.
    files
        Which file each row comes from, for the log.
    chosen
        The columns of the articles table that the caller chose himself; those are taken as they are.
    problems
        The log, which tells of texts that are abstracts.

    Returns
    -------
    DataFrame
        The table, where ``text`` is that of the first column with one (``maintext`` if ``text`` is null), else an
        abstract; where the address of an article stands in ``url`` and not in ``source``; and without the values that
        were moved.

    Examples
    --------
    >>> table = pd.DataFrame({"text": ["In Mosul.", None], "maintext": [None, "In Erbil."]})
    >>> fill_roles(table, ["a.json", "a.json"], (), ProblemLog())["text"].tolist()
    ['In Mosul.', 'In Erbil.']
    """
    columns: dict[str, Any] = {str(name): table[name] for name in table.columns}
    if "text" in columns:
        columns["text"] = with_paragraphs_joined(columns["text"])
    # Before the others: an address in `source` is the one to use where the table has none.
    if "source" in columns and "source" not in chosen:
        _move_addresses(columns)
    for role in USUAL_NAMES:
        if role not in chosen:
            _fill(role, columns, files, problems)
    return pd.DataFrame(columns, index=table.index)


def with_paragraphs_joined(texts: pd.Series[Any]) -> pd.Series[Any]:
    r"""Return texts, of which those that come as lists of paragraphs are one text each, with a blank line between them.

    Examples
    --------
    >>> with_paragraphs_joined(pd.Series([["In Mosul.", "In Erbil."], "In Basra."])).tolist()
    ['In Mosul.\n\nIn Erbil.', 'In Basra.']
    """
    values = texts.tolist() if texts.dtype == object else []
    if {*map(type, values)}.isdisjoint(_LISTS):
        return texts
    for position, value in enumerate(values):
        if type(value) in _LISTS and len(value) and all(isinstance(paragraph, str) for paragraph in value):
            values[position] = "\n\n".join(value)
    return pd.Series(values, index=texts.index, dtype=object)


def _fill(role: str, columns: dict[str, Any], files: Sequence[str], problems: ProblemLog) -> None:
    further = [name for name in columns if name not in ARTICLES]
    others = columns_of(role, further)
    if role == "text":
        others += [
            by_key[key] for by_key in [{_key(name): name for name in further}] for key in ABSTRACTS if key in by_key
        ]
    if not others:
        return
    values = columns[role].tolist() if role in columns else [None] * len(files)
    wanting = [position for position, value in enumerate(values) if not _holds(role, value)]
    for name in others if wanting else ():
        cells = columns[name].tolist()
        taken = [position for position in wanting if _holds(role, cells[position])]
        if not taken:
            continue
        for position in taken:
            values[position], cells[position] = cells[position], None
        if role == "text" and is_named(name, "abstract"):
            _tell_of_abstracts(name, [files[position] for position in taken], files, problems)
        _replace(columns, name, cells)
        moved = set(taken)
        wanting = [position for position in wanting if position not in moved]
    columns[role] = pd.Series(values, dtype=object)


def _holds(role: str, value: Any) -> bool:
    if role == "text":
        return isinstance(value, str) and is_prose(value)
    return not is_missing(value, blank=True)


def _replace(columns: dict[str, Any], name: str, cells: list[Any]) -> None:
    if all(is_missing(cell, blank=True) for cell in cells):
        del columns[name]
    else:
        columns[name] = pd.Series(cells, dtype=object)


def _tell_of_abstracts(name: str, taken: Sequence[str], files: Sequence[str], problems: ProblemLog) -> None:
    rows = Counter(files)
    for file, count in Counter(taken).items():
        texts = f"{count:,} of {rows[file]:,} texts are" if rows[file] > 1 else "the text is"
        problems.add(file, f"{texts} only the {name}, since the file holds no full text", action="decided")


def _move_addresses(columns: dict[str, Any]) -> None:
    """Take an address in `source` as that of the article, and the host or the name of the site as its source."""
    sources = columns["source"].tolist()
    found = [i for i, value in enumerate(sources) if isinstance(value, str) and _ADDRESS.fullmatch(value.strip())]
    if not found:
        return
    urls = columns["url"].tolist() if "url" in columns else [None] * len(sources)
    others = columns_of("source", [name for name in columns if name not in ARTICLES])
    cells = {name: columns[name].tolist() for name in others}
    for position in found:
        address = sources[position].strip()
        if is_missing(urls[position], blank=True):
            urls[position] = address
        named = (cells[name][position] for name in others)
        sources[position] = next((value for value in named if not is_missing(value, blank=True)), None) or host(address)
    columns["source"], columns["url"] = pd.Series(sources, dtype=object), pd.Series(urls, dtype=object)


def host(address: str) -> str | None:
    """Return the host of an address, without ``www.``.

    Examples
    --------
    >>> host("https://www.post.example/floods?id=1")
    'post.example'
    """
    try:
        name = urlsplit(address if "://" in address else f"//{address}").hostname
    except ValueError:
        return None
    return name.removeprefix("www.") if name else None

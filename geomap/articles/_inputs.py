"""Whatever people have in their hands in Python, as the articles table: texts, rows, tables of any library, paths."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd

from geomap._checks import described, one_of, wrong_kind
from geomap.articles._account import warn
from geomap.articles._columns import (
    USUAL_NAMES,
    addresses_in,
    fill_roles,
    is_named,
    match_columns,
    with_paragraphs_joined,
)
from geomap.articles._dates import check_dayfirst, parse_dates
from geomap.articles._files import no_such_file
from geomap.articles._problems import ProblemLog
from geomap.articles._reading import read_articles
from geomap.articles._repairs import Entities, Repair, RepairLog, Repairs, load_ftfy, noticed, storable_in_place
from geomap.articles.readers import EXTENSIONS
from geomap.errors import ArticlesNotFound, ColumnMissing, InvalidTable, WrongKind
from geomap.tables import ARTICLES, MENTION_KEY, as_dtype, is_missing, validate_articles

WANTED = (
    "a text, a list of texts, a dict or list of dicts with a key 'text', a Series, a table with a column 'text' "
    "(pandas, polars, pyarrow ...), or the path of files to read"
)
_HERE = "articles"  # what the rows are rows of, in messages; they come from no file
_LONGEST_PATH = 1024
_SAMPLE = 20
# What begins, or ends, as no text does: a drive or share of Windows, the root, a folder; or is an address.
_ONLY_A_PATH = re.compile(r"[A-Za-z]:[\\/].*|\\\\\w.*|(?:~|\.{1,2})?/\S+|[^\s/]\S*/|(?:https?|ftp|file)://\S+")


def as_articles(
    data: Any,
    *,
    dayfirst: bool | None = None,
    entities: Entities | None = None,
    fix_encoding: bool = False,
) -> pd.DataFrame:
    """Return whatever holds articles as the articles table.

    Parameters
    ----------
    data
        * a text, or a list, tuple, array, Series or generator of texts: one article each;
        * a dict: one article, its keys the columns; or columns, its values as long as there are articles;
        * a list or generator of dicts, or a dataset whose rows are dicts: one article each;
        * a pandas DataFrame, or any table that narwhals knows (polars, pyarrow, DuckDB ...);
        * a ``Path``, or a list or generator of them: files and folders, as for :func:`geomap.read_articles`. So is a
          string that names an existing file or folder and looks like a path, with a separator or the ending of a format.
          Strings in a list are texts whatever they look like, with a warning if one names a file or is an address.

        The column of text is ``text``, or goes by another usual name (body, content ...), and so do the other columns.
        As in a file, each row takes the first of them that holds something, an abstract where there is no text, and what
        the objects in a dict hold (``{"fields": {"bodyText": ...}}``); the answer of a news API is opened.
    dayfirst
        Whether 03/04/2017 is April 3. By default the dates of the column decide together, as for
        :func:`geomap.read_articles`.
    entities
        ``decode``: HTML entities, left-over tags and characters that break words are repaired, as in files; ``keep``:
        the texts stay as they are, and such are told. The default is ``keep``, so that offsets count the characters of
        the texts that you hold; for paths it is ``decode``.
    fix_encoding
        Whether to repair text that was once read in the wrong encoding (``MÃ¼nchen``), with ftfy; then what `entities`
        does not keep is repaired too.

    Returns
    -------
    DataFrame
        The articles table as :func:`geomap.tables.validate_articles` returns it, further columns at the end. Where there
        is no column of ids, an id is the label in the index, if the index has a name or is of text and its labels are
        unique; else the articles are numbered from "1".

    Raises
    ------
    WrongKind
        If it is nothing that holds articles, or a text is none: ``None``, bytes, a number ...
    ColumnMissing
        If there is no column of text.
    InvalidTable
        If there is nothing in it, an id stands twice, the columns are ambiguous, or an option is none of its choices.
    ArticlesNotFound
        If a path, or a string that can only be one, leads nowhere.

    Warns
    -----
    ArticlesSkipped
        Once, if dates could not be read or characters that no file can hold were replaced; ``attrs["problems"]`` lists
        them.
    ArticlesDoubtful
        Once, if nothing proves whether the day or the month comes first, or if texts hold HTML, characters in a wrong
        encoding or the mark of an API that cut them.

    Notes
    -----
    Offsets count the characters of the texts as they were given, unless `entities` or `fix_encoding` says otherwise: a
    NUL or half a surrogate pair is replaced by one U+FFFD. A row without text stays, as an article without mentions.

    Examples
    --------
    >>> as_articles(["Mosul fell.", "Rain in Erbil."])[["article_id", "text"]].values.tolist()
    [['1', 'Mosul fell.'], ['2', 'Rain in Erbil.']]
    >>> as_articles({"headline": "Floods", "body": "Rain fell on Mosul.", "topic": "weather"})["topic"].tolist()
    ['weather']
    >>> as_articles({"text": ["Rain.", "Snow."], "date": ["03/04/2017", "05/04/2017"]}, dayfirst=True)["published"].dt.month
    0    4
    1    4
    Name: published, dtype: int32
    """
    dayfirst = check_dayfirst(dayfirst)
    if entities is not None:
        one_of("entities", entities, get_args(Entities))
    if fix_encoding:
        load_ftfy()
    if _is_finished(data):
        return validate_articles(data)
    if isinstance(data, Iterator) and not isinstance(data, io.IOBase):
        data = list(data)
    if (path := _path(data)) is not None:
        return read_articles(path, dayfirst=dayfirst, entities=entities or "decode", fix_encoding=fix_encoding)
    repairs = Repairs(entities or "keep", fix_encoding)
    return _validated(_frame(data), dayfirst, None if repairs == Repairs("keep") else repairs)


def _is_finished(data: Any) -> bool:
    """Return whether this is a complete articles table, as geomap itself makes it, which needs no second look."""
    return (
        isinstance(data, pd.DataFrame)
        and data.columns.is_unique
        and all(
            name in data.columns
            and (data[name].dtype == dtype or (name in ("source", "url") and bool(data[name].isna().all())))
            for name, dtype in ARTICLES.items()
        )
        and not any(data[name].isna().any() for name in ("title", "text"))
        and not any(data[name].str.contains("\0", regex=False).any() for name in ("title", "text"))
    )


def _exact(data: pd.DataFrame) -> dict[str, str]:
    return {name: name for name in ARTICLES if name in data.columns}


# --- paths ----------------------------------------------------------------------------------------------------------


def _path(data: Any) -> Any:
    """Return what is to be read from disk, None if the data themselves are the articles."""
    if isinstance(data, os.PathLike):
        return data
    if isinstance(data, str):
        return data if names_a_path(data) else None
    if isinstance(data, list | tuple) and data and all(isinstance(each, os.PathLike) for each in data):
        return data
    return None


def names_a_path(text: str) -> bool:
    """Return whether a string is the path of something that exists, rather than a text.

    Raises
    ------
    ArticlesNotFound
        If it can only be meant as the name of a file, and there is none.
    """
    if not text or len(text) > _LONGEST_PATH or "\n" in text or "\0" in text:
        return False
    only_a_path = _ONLY_A_PATH.fullmatch(text) is not None
    ends_like_a_file = any(text.lower().removesuffix(".gz").endswith(ending) for ending in EXTENSIONS)
    if not only_a_path and not ends_like_a_file and "/" not in text and os.sep not in text:
        return False
    try:
        exists = Path(os.path.expanduser(text)).exists()  # noqa: PTH111 (Path.expanduser fails where there is no such user)
    except (OSError, ValueError):  # a name that no file system would take
        return False
    one_word = not any(character.isspace() for character in text)
    if not exists and (only_a_path or (ends_like_a_file and one_word)):
        raise ArticlesNotFound(f"{no_such_file(text)}; if it is a text, give it in a list: [{text!r}]")
    return exists


# --- anything to a DataFrame ----------------------------------------------------------------------------------------


def _frame(data: Any) -> pd.DataFrame:
    """Return the data as a DataFrame, its columns still named as they come."""
    if isinstance(data, str):
        return _of_texts([data])
    if data is None or isinstance(data, bytes | bytearray | memoryview | type):
        raise wrong_kind(_HERE, data, WANTED)
    if isinstance(data, io.IOBase):
        raise WrongKind(f"{_HERE} must be {WANTED}; got an open file: give its path, or what its read() returns")
    if isinstance(data, pd.DataFrame):
        return _with_index(data)
    if isinstance(data, pd.Series):
        return _of_series(data)
    if isinstance(data, Mapping):
        return _of_mapping(data)
    if isinstance(data, np.ndarray | pd.Index | pd.api.extensions.ExtensionArray):
        return _of_array(np.asarray(data, dtype=object) if not isinstance(data, np.ndarray) else data)
    table = _of_other_library(data)
    if table is not None:
        return table
    if isinstance(data, set | frozenset):
        raise WrongKind(f"{_HERE} must not be a set, which has no order to number articles by; give a sorted list")
    if isinstance(data, Iterable):
        return _of_items(list(data))
    raise wrong_kind(_HERE, data, WANTED)


def _of_texts(texts: Sequence[Any]) -> pd.DataFrame:
    # Object, because strings of Arrow cannot hold half a surrogate pair.
    return pd.DataFrame({"text": pd.Series(list(texts), dtype=object)})


def _of_series(series: pd.Series[Any]) -> pd.DataFrame:
    """Return texts with their index; or the one article that a row of a table is."""
    keys = list(map(str, series.index))
    if any(name in USUAL_NAMES["text"] for name in map(str.lower, keys)):
        return _of_mapping(dict(zip(keys, series.tolist(), strict=True)))
    table = _of_texts(series.tolist()).set_axis(series.index)
    if not len(series):
        raise InvalidTable(f"{_HERE} is an empty Series; it should hold texts")
    _require_texts(table["text"], f"the Series {series.name!r}" if series.name is not None else "the Series")
    return _with_index(table)


def _of_array(array: np.ndarray[Any, Any]) -> pd.DataFrame:
    if array.ndim != 1:
        raise WrongKind(f"{_HERE} must be {WANTED}; got an array of {array.ndim} dimensions")
    return _of_items(array.tolist())


def _of_mapping(data: Mapping[Any, Any]) -> pd.DataFrame:
    """Return one article if the values are single ones, else the columns of several."""
    if not data:
        raise InvalidTable(f"{_HERE} is an empty dict; it should have a key 'text'")
    roles = match_columns(map(str, data), {})
    text = next((value for name, value in data.items() if roles[str(name)] == "text"), None)
    if not {"text", "title"} & {*roles.values()} and all(isinstance(value, str) for value in data.values()):
        raise ColumnMissing(
            f"{_HERE} is a dict without a key 'text', it has: {', '.join(map(str, data))}; texts by their ids are a Series: "
            "pandas.Series(texts)"
        )
    if (isinstance(text, str) or _is_single(text)) and not (text is None and _has_objects(data.values())):
        return _of_records([data])
    if text is None and (articles := _in_objects(data)) is not None:
        return _of_records(articles)
    columns = {name: values if _is_single(values) else list(values) for name, values in data.items()}
    lengths = {name: len(values) for name, values in columns.items() if isinstance(values, list)}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise InvalidTable(f"{_HERE} is a dict of columns of different lengths: {listed}")
    rows = next(iter(lengths.values()))
    series = {name: pd.Series(values, index=range(rows), dtype=object) for name, values in columns.items()}
    return pd.DataFrame({name: _inferred(column) for name, column in series.items()})


def _is_single(value: Any) -> bool:
    return not isinstance(value, Iterable) or isinstance(value, str | bytes | Mapping)


def _of_items(items: list[Any]) -> pd.DataFrame:
    """Return texts or rows, whichever the items of a list are."""
    if not items:
        raise InvalidTable(f"{_HERE} is empty: there is no text and no row in it")
    if all(isinstance(item, Mapping) for item in items):
        return _of_records(items)
    if isinstance(items[0], Mapping):
        position = next(number for number, item in enumerate(items) if not isinstance(item, Mapping))
        raise wrong_kind(f"{_HERE}[{position}]", items[position], "a dict like those before it")
    for position, item in enumerate(items):
        if not isinstance(item, str) and not is_missing(item):
            raise wrong_kind(f"{_HERE}[{position}]", item, "a text (str), or each a dict with a key 'text'")
    if all(is_missing(item) for item in items):
        raise wrong_kind(f"{_HERE}[0]", items[0], "a text (str)")
    return _of_texts(items)


def _has_objects(values: Iterable[Any]) -> bool:
    return any(
        isinstance(value, Mapping) or (isinstance(value, list) and any(isinstance(each, Mapping) for each in value))
        for value in values
    )


def _in_objects(data: Mapping[Any, Any]) -> list[Any] | None:
    """Return the articles in what an API answered, the one that an object with objects in it is, or None."""
    from geomap.articles.readers._json import listed

    plain = _with_text_keys(data)
    articles = listed(plain, {})
    if articles is None:
        return [plain] if any(isinstance(value, Mapping) for value in plain.values()) else None
    return articles if articles and all(isinstance(article, dict) for article in articles) else None


def _with_text_keys(value: Any) -> Any:
    """Return objects as JSON has them, dicts with keys of text, however deep they lie."""
    if isinstance(value, Mapping):
        return {str(key): _with_text_keys(content) for key, content in value.items()}
    return [_with_text_keys(each) for each in value] if isinstance(value, list) else value


def _of_records(records: Sequence[Mapping[Any, Any]]) -> pd.DataFrame:
    rows = [dict(record) for record in records]
    if any(isinstance(value, Mapping) for row in rows for value in row.values()):
        from geomap.articles.readers._json import flattened

        rows = [flattened(_with_text_keys(row), {}) for row in rows]
    table = pd.DataFrame(rows, dtype=object)
    return pd.DataFrame({name: _inferred(table[name]) for name in table.columns})


def _inferred(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column of rows with the dtype of its values, text as it is."""
    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind == "integer" and column.hasnans:
        return column.astype("Int64")
    return column if kind in ("string", "mixed", "empty") else column.infer_objects()


def _with_index(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with what its index says as columns; unlabeled rows are numbered later."""
    if isinstance(table.columns, pd.MultiIndex):
        raise InvalidTable(f"the {_HERE} table has {table.columns.nlevels} levels of column names; flatten them to one")
    index = table.index
    named = [name for name in index.names if name is not None and name not in table.columns]
    given = "article_id" in match_columns([*map(str, table.columns), *map(str, named)], {}).values()
    plain = pd.DataFrame(table.reset_index(drop=True))
    for name in named:
        plain[name] = index.get_level_values(index.names.index(name)).to_numpy()
    roles = match_columns(map(str, plain.columns), {})
    says_something = index.nlevels == 1 and (bool(named) or isinstance(index[:1].tolist()[0] if len(index) else 0, str))
    if not given and says_something and index.is_unique and not index.hasnans:
        if named and roles[str(named[0])] in ARTICLES:
            return plain
        plain["article_id"] = [str(label) for label in index]
    return plain


def _of_other_library(data: Any) -> pd.DataFrame | None:
    """Return a table or column of another library as pandas; None if it is none."""
    import narwhals as nw

    native = nw.from_native(data, pass_through=True, allow_series=True)
    if isinstance(native, nw.LazyFrame):
        native = native.collect()
    if isinstance(native, nw.DataFrame):
        columns = native.to_dict(as_series=False)
        return pd.DataFrame({name: _inferred(pd.Series(values, dtype=object)) for name, values in columns.items()})
    if isinstance(native, nw.Series):
        return _of_series(pd.Series(native.to_list(), dtype=object, name=native.name))
    if callable(to_pandas := getattr(data, "to_pandas", None)):
        table = to_pandas()
        return _with_index(table) if isinstance(table, pd.DataFrame) else None
    return None


# --- a DataFrame to the articles table ------------------------------------------------------------------------------


def _validated(table: pd.DataFrame, dayfirst: bool | None, repairs: Repairs | None) -> pd.DataFrame:
    """Return the articles table that a DataFrame is meant as; without repairs its texts stay as they are."""
    _require_columns(table)
    roles = match_columns(map(str, table.columns), _exact(table))
    table = table.set_axis([roles[str(name)] for name in table.columns], axis=1)
    problems = ProblemLog()
    if "text" in table.columns:
        table["text"] = with_paragraphs_joined(table["text"])
        _require_texts(table["text"], f"the column {_name_of('text', roles)!r} of the {_HERE} table")
    table = fill_roles(table, [_HERE] * len(table), (), problems)
    _tell_of_missing_texts(table, problems)
    if "article_id" not in table.columns:
        table["article_id"] = [str(number) for number in range(1, len(table) + 1)]
    for name in table.columns:
        if ARTICLES.get(name) == "str" or _may_be_damaged(table[name]):
            table[name] = _clean(table[name], name, problems)
    for name in ("title", "text"):
        if name in table.columns:
            table[name] = _repaired(table[name], name, repairs, problems)
    if "published" in table.columns:
        table["published"] = _dates(table["published"], dayfirst, problems)
    articles = validate_articles(table)
    return _told(articles, problems) if problems else articles


def _tell_of_missing_texts(table: pd.DataFrame, problems: ProblemLog) -> None:
    """Log how many rows have no text; raise InvalidTable if all have none."""
    texts = table["text"].tolist() if "text" in table.columns else [None] * len(table)
    without = sum(is_missing(text, blank=True) for text in texts)
    if texts and all(is_missing(text) for text in texts):
        raise InvalidTable(f"the text is missing in every row of the {_HERE} table")
    for row, text in enumerate(texts[:_SAMPLE], start=1):
        if isinstance(text, str) and (what := _no_text(text)):
            problems.add(_HERE, f"{text!r} is read as a text, but {what}", row=row, action="decided", doubtful=True)
    if without:
        rows = f"no text in {without:,} of {len(texts):,} rows" if len(texts) > 1 else "no text"
        problems.add(_HERE, f"{rows}; kept as articles without mentions", action="decided")


def _told(articles: pd.DataFrame, problems: ProblemLog) -> pd.DataFrame:
    """Return the articles with the list of what was repaired in them, and warn of it."""
    problems.finish()
    warn(problems, stacklevel=5)
    articles.attrs["problems"] = problems
    return articles


def _name_of(role: str, roles: Mapping[str, str]) -> str:
    return next(name for name, given in roles.items() if given == role)


def _require_columns(table: pd.DataFrame) -> None:
    names = [str(name) for name in table.columns]
    if not names:
        raise InvalidTable(f"{_HERE} is an empty table; it needs a column 'text'")
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        raise InvalidTable(f"the column {repeated!r} stands twice in the {_HERE} table")
    if {*MENTION_KEY, "toponym"} <= set(names):
        raise WrongKind(f"{_HERE} must be {WANTED}; got a mentions table: its places are already found")
    if "text" not in match_columns(names, {}).values() and not any(is_named(name, "abstract") for name in names):
        raise ColumnMissing(
            f"the {_HERE} table has no column of text; rename the one that is to 'text'. It has: {', '.join(names)}"
        )


def _require_texts(column: pd.Series[Any], what: str) -> None:
    """Raise WrongKind unless every value is a text or missing."""
    if column.dtype == "str" or isinstance(column.dtype, pd.StringDtype):
        return
    values = column.tolist()
    for position, value in enumerate(values):
        if not isinstance(value, str) and not is_missing(value):
            all_alike = len({type(each) for each in values}) == 1 and len(values) > 1
            where = f"; got {type(value).__name__} in all {len(values)} rows" if all_alike else ""
            raise WrongKind(f"{what} must hold texts (str){where or f'; got {described(value)} in row {position}'}")


def _may_be_damaged(column: pd.Series[Any]) -> bool:
    return column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) == "string"


def _no_text(text: str) -> str:
    """Return what a short text seems to be meant as instead, empty for any other."""
    if addresses_in(text) == 1:
        return "is an address; geomap fetches nothing: save the page and read the file"
    try:
        is_path = names_a_path(text)
    except ArticlesNotFound:
        return "looks like a path, which leads nowhere"
    return "names a file; give Path objects to read files" if is_path else ""


def _clean(column: pd.Series[Any], name: str, problems: ProblemLog) -> pd.Series[Any]:
    """Return a column as text; what no file can hold is replaced character by character, so that offsets stay."""
    values = column.tolist()
    texts: list[str | None] = [None if is_missing(value) else _text(value) for value in values]
    for position, text in enumerate(texts):
        texts[position], done = (None, []) if text is None else storable_in_place(text)
        for repair in done:
            reason = f"{repair.kind} in the {name}"
            problems.add(_HERE, reason, row=position + 1, action=repair.action, loss=repair.loss)
    return as_dtype(pd.Series(texts, dtype=object, index=column.index), "str")


def _repaired(column: pd.Series[Any], name: str, repairs: Repairs | None, problems: ProblemLog) -> pd.Series[Any]:
    """Return texts repaired as those of files; without repairs as they are, and what may hide names in them is told."""
    log = RepairLog(name)
    texts: list[str | None] = []
    for row, text in enumerate(column.tolist(), start=1):
        done: list[Repair] = []
        if isinstance(text, str):
            text, done = (text, noticed(text)) if repairs is None else repairs.of(text)
        log.note(_HERE, row, done)
        texts.append(text)
    log.tell(problems, doubtful=repairs is None)
    return column if repairs is None else as_dtype(pd.Series(texts, dtype=object, index=column.index), "str")


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        # A publisher as NewsAPI and schema.org write it, or Event Registry.
        named = next((value[key] for key in ("name", "title") if isinstance(value.get(key), str)), None)
        return str(value if named is None else named)
    # A column of integers with gaps has become one of floats.
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _dates(column: pd.Series[Any], dayfirst: bool | None, problems: ProblemLog) -> pd.Series[Any]:
    """Return times in UTC, read as from a file."""
    if column.dtype == ARTICLES["published"]:
        return column
    values = column.tolist()
    parsed = parse_dates(values, dayfirst=dayfirst)
    if sentence := parsed.order.sentence():
        problems.add(_HERE, sentence, action="decided", doubtful=parsed.order.doubtful)
    for position in parsed.unreadable:
        reason = f"unrecognized date {str(values[position])[:60]!r}; left missing"
        problems.add(_HERE, reason, row=position + 1, action="repaired", loss=True)
    return parsed.dates.set_axis(column.index)

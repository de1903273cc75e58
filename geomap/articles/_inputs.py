"""Whatever people have in their hands in Python, as the articles table: texts, rows, tables of any library, paths."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geomap._checks import described, wrong_kind
from geomap.articles._account import warn
from geomap.articles._columns import USUAL_NAMES, match_columns
from geomap.articles._dates import parse_dates
from geomap.articles._problems import ProblemLog
from geomap.articles._reading import read_articles
from geomap.articles._repairs import storable_in_place
from geomap.articles.readers import EXTENSIONS
from geomap.errors import ArticlesNotFound, ColumnMissing, InvalidTable, WrongKind
from geomap.tables import ARTICLES, MENTION_KEY, as_dtype, is_missing, validate_articles

WANTED = (
    "a text, a list of texts, a dict or list of dicts with a key 'text', a Series, a table with a column 'text' "
    "(pandas, polars, pyarrow ...), or the path of files to read"
)
_HERE = "articles"  # what the rows are rows of, in messages; they come from no file
_LONGEST_PATH = 1024


def as_articles(data: Any) -> pd.DataFrame:
    """Return whatever holds articles as the articles table.

    Parameters
    ----------
    data
        * a text, or a list, tuple, array, Series or generator of texts: one article each;
        * a dict: one article, its keys the columns; or columns, its values as long as there are articles;
        * a list or generator of dicts, or a dataset whose rows are dicts: one article each;
        * a pandas DataFrame, or any table that narwhals knows (polars, pyarrow, DuckDB ...);
        * a ``Path``, or a list of them: files and folders, as for :func:`geomap.read_articles`. So is a string that
          names an existing file or folder and looks like a path, with a separator or the ending of a format. Strings in
          a list are texts whatever they look like.

        The column of text is ``text``, or goes by another usual name (body, content ...), and so do the other columns.

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
        If there is nothing in it, an id stands twice, or the columns are ambiguous.
    ArticlesNotFound
        If a path, or a string that can only be one, leads nowhere.

    Warns
    -----
    ArticlesSkipped
        Once, if dates could not be read or characters that no file can hold were replaced; ``attrs["problems"]`` lists
        them.

    Notes
    -----
    Offsets count the characters of the texts as they were given: a NUL or half a surrogate pair is replaced by one
    U+FFFD.

    Examples
    --------
    >>> as_articles(["Mosul fell.", "Rain in Erbil."])[["article_id", "text"]].values.tolist()
    [['1', 'Mosul fell.'], ['2', 'Rain in Erbil.']]
    >>> as_articles({"headline": "Floods", "body": "Rain fell on Mosul.", "topic": "weather"})["topic"].tolist()
    ['weather']
    """
    if _is_finished(data):
        return validate_articles(data)
    if (path := _path(data)) is not None:
        return read_articles(path)
    return _validated(_frame(data))


def _is_finished(data: Any) -> bool:
    """Return whether this is an articles table with its dtypes, which needs no second look."""
    return (
        isinstance(data, pd.DataFrame)
        and data.columns.is_unique
        and all(name in data.columns and data[name].dtype == ARTICLES[name] for name in ("article_id", "text"))
        and all(data[name].dtype == dtype for name, dtype in ARTICLES.items() if name in data.columns)
        and not {name for name in match_columns(map(str, data.columns), _exact(data)).values() if name in ARTICLES}
        - set(data.columns)
        and not any(data[name].str.contains("\0", regex=False).any() for name in ("title", "text") if name in data)
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
    ends_like_a_file = any(text.lower().removesuffix(".gz").endswith(ending) for ending in EXTENSIONS)
    if not ends_like_a_file and "/" not in text and os.sep not in text:
        return False
    try:
        exists = Path(text).exists()
    except (OSError, ValueError):  # a name that no file system would take
        return False
    if not exists and ends_like_a_file and not any(character.isspace() for character in text):
        raise ArticlesNotFound(
            f"no such file: {text} (working directory: {Path.cwd()}); if it is a text, give it in a list: [{text!r}]"
        )
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
    if isinstance(text, str) or _is_single(text):
        return _of_records([data])
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


def _of_records(records: Sequence[Mapping[Any, Any]]) -> pd.DataFrame:
    table = pd.DataFrame([dict(record) for record in records], dtype=object)
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


def _validated(table: pd.DataFrame) -> pd.DataFrame:
    """Return the articles table that a DataFrame is meant as."""
    _require_columns(table)
    roles = match_columns(map(str, table.columns), _exact(table))
    table = table.set_axis([roles[str(name)] for name in table.columns], axis=1)
    problems = ProblemLog()
    if not table["text"].isna().all() or not len(table):
        _require_texts(table["text"], f"the column {_name_of('text', roles)!r} of the {_HERE} table")
    else:
        raise InvalidTable(f"the column {_name_of('text', roles)!r} of the {_HERE} table is missing in every row")
    given = "article_id" in table.columns
    if not given:
        table["article_id"] = [str(number) for number in range(1, len(table) + 1)]
    for name in table.columns:
        if ARTICLES.get(name) == "str" or _may_be_damaged(table[name]):
            table[name] = _clean(table[name], name, problems)
    if "published" in table.columns:
        table["published"] = _dates(table["published"], problems)
    articles = validate_articles(table)
    return _told(articles, problems) if problems else articles


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
    if "text" not in match_columns(names, {}).values():
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


def _text(value: Any) -> str:
    if isinstance(value, Mapping) and isinstance(value.get("name"), str):
        return str(value["name"])  # a publisher as NewsAPI and schema.org write it
    # A column of integers with gaps has become one of floats.
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _dates(column: pd.Series[Any], problems: ProblemLog) -> pd.Series[Any]:
    """Return times in UTC, read as from a file."""
    if column.dtype == ARTICLES["published"]:
        return column
    values = column.tolist()
    parsed = parse_dates(values)
    if sentence := parsed.order.sentence(advice="make dates of the column if that is wrong (pandas.to_datetime)"):
        problems.add(_HERE, sentence, action="decided")
    for position in parsed.unreadable:
        reason = f"unrecognized date {str(values[position])[:60]!r}; left missing"
        problems.add(_HERE, reason, row=position + 1, action="repaired", loss=True)
    return parsed.dates.set_axis(column.index)

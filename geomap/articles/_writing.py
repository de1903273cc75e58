"""``write_articles``: the articles table to a file, to look at or to keep what was read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from geomap._checks import file_path
from geomap._csv import write_csv
from geomap._files import replacing
from geomap._optional import optional
from geomap.errors import UnsupportedFormat
from geomap.tables import is_missing, require_columns


def write_articles(articles: pd.DataFrame, path: str | Path, *, escape_formulas: bool = False) -> Path:
    """Write articles as Parquet, CSV or JSON lines, chosen by the file's extension.

    :func:`geomap.read_articles` reads all of them back.

    Parameters
    ----------
    articles
        An articles table, such as :func:`geomap.read_articles` returns.
    path
        Ends in ``.parquet``, ``.csv`` or ``.jsonl``.
    escape_formulas
        Whether text in CSV that a spreadsheet would run gets an apostrophe before it, as ``geomap read`` writes it: see
        :func:`geomap.export.write_mentions`.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    UnsupportedFormat
        If the extension is none of these.
    UnsafeOutput
        If the file cannot be written; an existing one is then unchanged.
    MissingDependency
        If it is Parquet, and pyarrow is not installed.

    Notes
    -----
    CSV loses the dtypes of further columns. Lists and the like in further columns become JSON in CSV, and in Parquet
    where a column mixes types.

    Examples
    --------
    >>> import tempfile
    >>> import geomap
    >>> from geomap.datasets import sample_articles
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_articles(sample_articles(), Path(folder) / "articles.jsonl")
    ...     len(geomap.read_articles(path)) == len(sample_articles())
    True
    """
    require_columns(articles, ("article_id", "text"), what="articles")
    path = file_path("path", path)
    check_articles_format(path)
    with replacing(path) as temporary:
        if path.suffix.casefold() == ".csv":
            write_csv(_flat(articles), temporary, escape_formulas=escape_formulas)
        else:
            _WRITERS[path.suffix.casefold()](articles.copy(), temporary)
    return path


def check_articles_format(path: Path) -> None:
    """Raise unless articles can be written to a file of this name."""
    suffix = path.suffix.casefold()
    if suffix not in _ENDINGS:
        raise UnsupportedFormat(f"cannot write {path}: the extension must be one of {', '.join(_ENDINGS)}")
    if suffix == ".parquet":
        optional("pyarrow", needed_by="writing .parquet", extra="parquet")


def _parquet(articles: pd.DataFrame, path: Path) -> None:
    import pyarrow

    for name in articles.select_dtypes("object"):
        try:
            pyarrow.array(articles[name], from_pandas=True)
        except (pyarrow.ArrowException, OverflowError):
            articles[name] = articles[name].map(_as_text)
    articles.to_parquet(path, index=False)


def _flat(articles: pd.DataFrame) -> pd.DataFrame:
    mixed = [name for name in articles.columns if articles[name].dtype == object]
    return articles.assign(**{str(name): articles[name].map(_as_text) for name in mixed})


def _json_lines(articles: pd.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for record in articles.astype(object).to_dict("records"):
            known = {str(name): value for name, value in record.items() if not is_missing(value)}
            stream.write(json.dumps(known, ensure_ascii=False, default=str) + "\n")


def _as_text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    return None if is_missing(value) else json.dumps(value, ensure_ascii=False, default=str)


_ENDINGS = (".parquet", ".csv", ".jsonl")
_WRITERS: Mapping[str, Callable[[pd.DataFrame, Path], None]] = {
    ".parquet": _parquet,
    ".jsonl": _json_lines,
}

"""Which files to read: folders are walked, formats recognized by extension, files named for messages and ids."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from geomap._checks import file_path, wrong_kind
from geomap.articles._problems import ProblemLog
from geomap.articles._sources import Source
from geomap.articles.readers import EXTENSIONS, GZIPPED
from geomap.errors import ArticlesNotFound, UnsupportedFormat

_GOLD = re.compile(r"gold[^a-z]", re.IGNORECASE)


def _extensions() -> str:
    return f"supported extensions: {', '.join(EXTENSIONS)}; all but .parquet also gzipped (.gz)"


def find_sources(
    path: str | os.PathLike[str] | Iterable[str | os.PathLike[str]], problems: ProblemLog, *, recursive: bool = True
) -> list[Source]:
    """Return the files to read, those of a folder sorted by their path in it.

    Parameters
    ----------
    path
        A file, a folder, or several of both.
    problems
        The log for files of other formats and folders that cannot be opened.
    recursive
        Whether to walk subfolders too. Hidden files and folders are left out.

    Raises
    ------
    ArticlesNotFound
        If a path does not exist, or there is no file to read.
    UnsupportedFormat
        If a path is a file of another format.
    """
    paths = _paths(path)
    sources: dict[Path, Source] = {}
    for each in paths:
        for source in _sources_at(each, problems, recursive=recursive, alone=len(paths) == 1):
            sources.setdefault(source.path.resolve(), source)
    if not sources:
        raise ArticlesNotFound(_nothing_found(paths, problems))
    return list(sources.values())


def _paths(path: Any) -> list[Path]:
    if isinstance(path, str | os.PathLike):
        return [file_path("path", path)]
    if isinstance(path, bytes | Mapping) or not isinstance(path, Iterable):
        raise wrong_kind("path", path, "the path of a file or folder (str or Path), or a list of them")
    return [file_path(f"path[{number}]", each) for number, each in enumerate(path)]


def _sources_at(path: Path, problems: ProblemLog, *, recursive: bool, alone: bool) -> Iterator[Source]:
    if path.is_dir():
        for file in _walk(path, problems, recursive=recursive):
            label = (file.relative_to(path) if alone else file).as_posix()
            kind, ending = _kind(file)
            if kind is None:
                problems.add(label, "not an article format", action="ignored")
            elif kind == "jsonl" and _GOLD.match(file.name):
                # Gold annotations repeat the texts of the articles beside them.
                problems.add(label, "gold annotations; pass the file itself to read its texts", action="ignored")
            else:
                yield Source(file, label, file.relative_to(path).as_posix().removesuffix(ending), kind)
        return
    if not path.exists():
        raise ArticlesNotFound(f"no such file or folder: {path} (working directory: {Path.cwd()})")
    kind, ending = _kind(path)
    if kind is None:
        raise UnsupportedFormat(f"{path} is not in a supported article format; {_extensions()}")
    yield Source(path, path.name if alone else path.as_posix(), path.name.removesuffix(ending), kind)


def _kind(path: Path) -> tuple[str | None, str]:
    """Return the format and the extension as written."""
    gz = path.suffix if path.suffix.lower() == ".gz" else ""
    ending = path.name.removesuffix(gz)[len(Path(path.name.removesuffix(gz)).stem) :]
    kind = EXTENSIONS.get(ending.lower())
    return (None if gz and kind not in GZIPPED else kind), ending + gz


def _walk(folder: Path, problems: ProblemLog, *, recursive: bool) -> list[Path]:
    def note(error: OSError) -> None:
        problems.add(str(error.filename), f"cannot open the folder: {error.strerror}")

    files = []
    for top, folders, names in os.walk(folder, onerror=note):
        folders[:] = [name for name in folders if recursive and not name.startswith(".")]
        files += [Path(top) / name for name in names if not name.startswith(".")]
    return sorted(files, key=lambda file: file.relative_to(folder).parts)


def _nothing_found(paths: list[Path], problems: ProblemLog) -> str:
    places = " and ".join(map(str, paths)) or "an empty list of paths"
    others = Counter(Path(problem["file"]).suffix or "no extension" for problem in problems)
    only = f", only {', '.join(f'{e} ({n})' for e, n in others.most_common(5))}" if others else ""
    return f"no article files in {places}{only}; {_extensions()}"

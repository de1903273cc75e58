"""Which files hold the articles: folders walked, endings known, names for messages and ids."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from geomap.articles._problems import Problems
from geomap.errors import ArticlesNotFound, UnsupportedFormat

FORMATS: Mapping[str, str] = {
    ".txt": "txt",
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".html": "html",
    ".htm": "html",
}
_GOLD = re.compile(r"gold[^a-z]", re.IGNORECASE)
# Parquet compresses itself; a gzipped one could not be read in place.
GZIPPED = frozenset({"txt", "csv", "jsonl", "json", "html"})


@dataclass(frozen=True)
class Source:
    """One file to read.

    Parameters
    ----------
    path
        Where it is.
    label
        What messages call it.
    stem
        What article ids begin with: the path below the folder given, without ending.
    kind
        One of the values of :data:`FORMATS`.
    """

    path: Path
    label: str
    stem: str
    kind: str


def endings() -> str:
    """Return the endings that are read, for a message."""
    return ", ".join(FORMATS) + "; all but .parquet also with .gz behind"


def find_sources(
    path: str | os.PathLike[str] | Iterable[str | os.PathLike[str]], problems: Problems, *, recursive: bool = True
) -> list[Source]:
    """Return the files to read, those of a folder sorted by their path in it.

    Parameters
    ----------
    path
        A file, a folder, or several of both.
    problems
        Where files of other endings and folders that cannot be opened are noted.
    recursive
        Whether folders in a folder are walked too. Hidden files and folders are not.

    Raises
    ------
    ArticlesNotFound
        If a path does not exist, or no file is found.
    UnsupportedFormat
        If a file that is named itself has another ending.
    """
    given = [Path(path)] if isinstance(path, str | os.PathLike) else [Path(each) for each in path]
    found: dict[Path, Source] = {}
    for each in given:
        for source in _sources_at(each, problems, recursive=recursive, alone=len(given) == 1):
            found.setdefault(source.path.resolve(), source)
    if not found:
        raise ArticlesNotFound(_nothing(given, problems))
    return list(found.values())


def _sources_at(path: Path, problems: Problems, *, recursive: bool, alone: bool) -> Iterator[Source]:
    if path.is_dir():
        for file in _walk(path, problems, recursive=recursive):
            label = (file.relative_to(path) if alone else file).as_posix()
            kind, ending = _kind(file)
            if kind is None:
                problems.add(label, "its ending names no format of articles", action="ignored")
            elif kind == "jsonl" and _GOLD.match(file.name):
                # Gold annotations repeat the texts of the articles beside them.
                problems.add(
                    label, "it holds gold annotations; name the file itself to read its texts", action="ignored"
                )
            else:
                yield Source(file, label, file.relative_to(path).as_posix().removesuffix(ending), kind)
        return
    if not path.exists():
        raise ArticlesNotFound(f"there is no file or folder {path} (looked from {Path.cwd()})")
    kind, ending = _kind(path)
    if kind is None:
        raise UnsupportedFormat(f"{path} cannot be read as articles; the endings that are read: {endings()}")
    yield Source(path, path.name if alone else path.as_posix(), path.name.removesuffix(ending), kind)


def _kind(path: Path) -> tuple[str | None, str]:
    """Return the format and the ending as written."""
    gz = path.suffix if path.suffix.lower() == ".gz" else ""
    ending = path.name.removesuffix(gz)[len(Path(path.name.removesuffix(gz)).stem) :]
    kind = FORMATS.get(ending.lower())
    return (None if gz and kind not in GZIPPED else kind), ending + gz


def _walk(folder: Path, problems: Problems, *, recursive: bool) -> list[Path]:
    def note(error: OSError) -> None:
        problems.add(str(error.filename), f"the folder cannot be opened: {error.strerror}")

    files = []
    for top, folders, names in os.walk(folder, onerror=note):
        folders[:] = [name for name in folders if recursive and not name.startswith(".")]
        files += [Path(top) / name for name in names if not name.startswith(".")]
    return sorted(files, key=lambda file: file.relative_to(folder).parts)


def _nothing(given: list[Path], problems: Problems) -> str:
    places = " and ".join(map(str, given)) or "the empty list of paths"
    others = Counter(Path(problem["file"]).suffix or "no ending" for problem in problems)
    held = f" It holds files of: {', '.join(f'{e} ({n})' for e, n in others.most_common(5))}." if others else ""
    return f"{places} holds no file of articles.{held} Put there, or name, files that end in {endings()}"

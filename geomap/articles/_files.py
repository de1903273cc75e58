"""Which files to read: folders are walked, formats recognized by content, files named for messages and ids."""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, NamedTuple

from geomap._checks import file_path, wrong_kind
from geomap._decoding import Readable, Undecodable, read_stream
from geomap.articles._account import ARCHIVE
from geomap.articles._columns import HOW_TO_FETCH
from geomap.articles._containers import OLE, ZIP
from geomap.articles._problems import Action, ProblemLog
from geomap.articles._sniffing import HEAD, WHOLE, characters, ending_of, kind_of
from geomap.articles._sources import Budget, Member, Source
from geomap.articles.readers import CONTAINERS, EXTENSIONS, GZIPPED, READERS, REFUSED, container_of
from geomap.errors import ArticlesNotFound, ArticlesUnreadable, UnsupportedFormat

# An archive in an archive is read, one in that is not.
DEEPEST = 2
_GOLD = re.compile(r"gold[^a-z]", re.IGNORECASE)
_LOCK = "~$"  # what Word and Excel begin the name with of a file that says that a document is open
_ADDRESS = re.compile(r"([a-z]{3,5}):/{1,3}(\S+)", re.IGNORECASE)  # a Path makes one slash of two
_README = re.compile(r"readme\.(?:md|markdown|txt)", re.IGNORECASE)
# What a file is that holds something else than its name says, for the message.
_CONTENTS = {
    "txt": "plain text",
    "csv": "a table as text",
    "parquet": "a Parquet table",
    "json": "JSON",
    "jsonl": "JSON lines",
    "html": "a web page",
    "docx": "a Word document",
    "odt": "an OpenDocument text",
    "rtf": "a document in rich text format",
    "pdf": "a PDF",
    "spreadsheet": "a spreadsheet",
    "xml": "XML",
    "epub": "a book (EPUB)",
    "warc": "a web archive",
    "zip": "a zip archive",
    "tar": "a tar archive",
}
_ALIKE = (frozenset({"json", "jsonl"}), frozenset({"doc", "encrypted"}), frozenset({"html", "xml"}))


class Format(NamedTuple):
    """What is known of a file before it is read.

    Parameters
    ----------
    kind
        Its format, a key of :data:`geomap.articles.readers.READERS`; None if it has no reader.
    ending
        The ending of its name as written, with ``.gz``.
    remark
        What to say of it: why it is not read, or that its name lies. Empty if nothing.
    text
        Whether it is at least plain text.
    """

    kind: str | None
    ending: str
    remark: str = ""
    text: bool = False


def _extensions() -> str:
    names = ", ".join(ending for ending, kind in EXTENSIONS.items() if kind not in REFUSED)
    return f"supported extensions: {names}; most of them also gzipped (.gz)"


def find_sources(
    path: str | os.PathLike[str] | IO[Any] | Iterable[str | os.PathLike[str]],
    problems: ProblemLog,
    *,
    recursive: bool = True,
) -> list[Source]:
    """Return the files to read, those of a folder sorted by their path in it.

    Parameters
    ----------
    path
        A file, a folder, or several of both; or a stream, such as ``sys.stdin.buffer``.
    problems
        The log for files of other formats and folders that cannot be opened.
    recursive
        Whether to walk subfolders too. Hidden files and folders are left out, and so is what links lead to outside of
        the folder.

    Raises
    ------
    ArticlesNotFound
        If a path does not exist, or there is no file to read.
    UnsupportedFormat
        If a path is a file of another format.
    """
    if isinstance(path, Readable):
        return [_of_stream(path, problems)]
    paths = _paths(path)
    sources: dict[str, Source] = {}
    for each in paths:
        for source in _sources_at(each, problems, recursive=recursive, alone=len(paths) == 1):
            problems.about(source.label)
            first = sources.setdefault(source.real, source)
            if first.label != source.label:
                problems.add(source.label, f"the same file as {first.label}", action="ignored")
    if not sources:
        raise ArticlesNotFound(_nothing_found(paths, problems))
    return list(sources.values())


def _paths(path: Any) -> list[Path]:
    if isinstance(path, str | os.PathLike):
        return [_located("path", path)]
    if isinstance(path, bytes | Mapping) or not isinstance(path, Iterable):
        raise wrong_kind("path", path, "the path of a file or folder (str or Path), or a list of them")
    return [_located(f"path[{number}]", each) for number, each in enumerate(path)]


def _located(name: str, path: Any) -> Path:
    """Return where a path leads; a string may begin with ``~``, the user's folder."""
    if isinstance(path, str):
        if _ADDRESS.fullmatch(path):
            raise ArticlesNotFound(no_such_file(path))
        path = os.path.expanduser(path)  # noqa: PTH111 (Path.expanduser fails where there is no such user)
    return file_path(name, path)


def no_such_file(path: str) -> str:
    """Return that a path leads nowhere, and what it may have been meant as."""
    if address := _ADDRESS.fullmatch(path):
        what = f"{address[1]}://{address[2]} is an address, and geomap fetches nothing"
        return f"{what}: save the page and read the file, or {HOW_TO_FETCH}"
    hint = "; * is for the shell: give Path(folder).glob('*.txt')" if "*" in path else ""
    return f"no such file or folder: {path} (working directory: {Path.cwd()}){hint}"


def _sources_at(path: Path, problems: ProblemLog, *, recursive: bool, alone: bool) -> Iterator[Source]:
    if path.is_dir():
        top = len(os.path.join(path, ""))  # noqa: PTH118 (the length of what scandir puts before each name)
        for met in _walk(path, recursive=recursive):
            file, inside = Path(met.path), met.path[top:].replace(os.sep, "/")
            label = _label(inside if alone else file.as_posix(), problems)
            if met.obstacle is not None:
                where = f"{label}/" if met.obstacle.is_folder else label
                problems.add(where, met.obstacle.reason, action=met.obstacle.action)
                continue
            found = _format(file)
            if reason := _reason_to_ignore(file.name, found):
                problems.add(label, reason, action="ignored")
            else:
                yield _source(file, label, inside, found, problems, real=met.real)
        return
    if not path.exists():
        raise ArticlesNotFound(no_such_file(str(path)))
    if not path.is_file():
        raise UnsupportedFormat(f"{path} is {_kind_of_node(path.stat())}, not a file; it was not opened")
    found = _format(path)
    if found.kind is None and found.text:
        # A text whose ending says nothing is read if it is asked for by its name.
        found = found._replace(kind="txt", remark="")
    if found.kind is None:
        raise UnsupportedFormat(f"{path} is not in a supported article format; {_extensions()}")
    label = _label(path.name if alone else path.as_posix(), problems)
    yield _source(path, label, path.name, found, problems, real=str(path.resolve()))


def _source(
    path: Path,
    label: str,
    name: str,
    found: Format,
    problems: ProblemLog,
    *,
    data: bytes | None = None,
    real: str = "",
) -> Source:
    if found.remark:
        problems.add(label, found.remark, action="repaired")
    stem = valid_name(name).removesuffix(valid_name(found.ending))
    return Source(path, label, stem, str(found.kind), data, real)


def _reason_to_ignore(name: str, found: Format) -> str | None:
    """Return why a file among others is not read; None for one that is."""
    if found.kind is None:
        return found.remark
    if found.kind == "jsonl" and _GOLD.match(name):
        # Gold annotations repeat the texts of the articles beside them.
        return "gold annotations; pass the file itself to read its texts"
    if _README.fullmatch(name):
        return "tells of the folder; pass the file itself to read it"
    return None


def expanded(sources: Iterable[Source], problems: ProblemLog) -> Iterator[Source]:
    """Yield the sources, and the members of an archive instead of it, one in memory at a time."""
    for source in sources:
        if source.kind in CONTAINERS:
            packed = source.path.stat().st_size if source.data is None else len(source.data)
            yield from _members(source, Budget.of(packed), problems, depth=1)
        else:
            yield source


def _members(source: Source, budget: Budget, problems: ProblemLog, *, depth: int) -> Iterator[Source]:
    """Yield the files of an archive that are articles, and log the others as those of a folder."""
    found = False
    problems.about(source.label).format = ARCHIVE
    try:
        for member in container_of(source.kind)(source, budget):
            parts = [part for part in member.name.replace("\\", "/").split("/") if part.strip(".")]
            found, name = True, "/".join(parts)
            if not parts or any(part.startswith((".", "__MACOSX")) for part in parts):
                problems.add(_label(f"{source.label}/{name}", problems), "hidden", action="ignored")
                continue
            inner = _read_member(member, name, source, problems, depth=depth)
            if inner is not None and inner.kind in CONTAINERS:
                yield from _members(inner, budget, problems, depth=depth + 1)
            elif inner is not None:
                yield inner
    except (ArticlesUnreadable, OSError) as error:
        problems.add(source.label, str(error))
        return
    if not found:
        problems.add(source.label, "no files in the archive")


def _read_member(member: Member, name: str, source: Source, problems: ProblemLog, *, depth: int) -> Source | None:
    label = _label(f"{source.label}/{name}", problems, unlike=True)
    problems.about(label)
    if ending_of(name) not in EXTENSIONS:
        # What its name does not promise to be an article is not unpacked.
        problems.add(label, "not an article format", action="ignored")
        return None
    try:
        data = member.read()
    except ArticlesUnreadable as error:
        problems.add(label, str(error))
        return None
    found = _format_of(name, data)
    if reason := _reason_to_ignore(Path(name).name, found):
        problems.add(label, reason, action="ignored")
        return None
    if found.kind in CONTAINERS and depth >= DEEPEST:
        problems.add(label, f"archives are opened {DEEPEST} deep; unpack this one to read it")
        return None
    inner = _source(source.path, label, f"{source.stem}/{name}", found, problems, data=data)
    return replace(inner, archive=source.label, member=name)


def _of_stream(stream: Readable, problems: ProblemLog) -> Source:
    """Return what a stream holds as a source; there is no name that tells the format, only the content.

    Raises
    ------
    ArticlesUnreadable
        If it is longer than a file may be.
    """
    name = getattr(stream, "name", None)
    label, stem = ("standard input", "stdin") if name == "<stdin>" else ("stream", "stream")
    if isinstance(name, str) and stem == "stream":
        label, stem = _label(Path(name).name, problems), valid_name(Path(name).stem)
    try:
        data = read_stream(stream)
    except Undecodable as error:
        raise ArticlesUnreadable(f"{label}: {error}") from error
    problems.about(label)
    kind = kind_of(data, "")
    known = kind is not None and (kind in READERS or kind in CONTAINERS)
    return Source(Path("-"), label, stem, str(kind) if known else "txt", data)


def valid_name(name: str) -> str:
    """Return the name of a file with U+FFFD for the bytes that are no UTF-8, which no table can hold."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _label(name: str, problems: ProblemLog, *, unlike: bool = False) -> str:
    """Return the name of a file for messages: on one line, and unlike that of any other file.

    Parameters
    ----------
    name
        Its name.
    problems
        The log, which knows the other files.
    unlike
        Whether the very same name may have been met before, as in an archive to which a file was added twice.
    """
    shown = name
    if not name.isprintable():
        shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in valid_name(name))
    label, count = shown, 1
    while (unlike or shown != name) and label in problems.files:
        count += 1
        label = f"{shown} ({count})"
    return label


def _format(path: Path) -> Format:
    """Return the format of a file, by its first bytes and its name."""
    try:
        head = _head(path)
    except OSError:
        # The reader meets the same error and reports it.
        head = b""
    return _format_of(path.name, head)


def _format_of(name: str, head: bytes) -> Format:
    gz = name[-3:] if name[-3:].lower() == ".gz" else ""
    ending = name[len(name) - len(ending_of(name)) - len(gz) :]
    hinted = EXTENSIONS.get(ending_of(name))
    kind = kind_of(head, name) if head else hinted
    known = kind in READERS or kind in CONTAINERS
    if kind is None or not known or (gz and kind not in GZIPPED):
        text = kind is None and not gz and bool(characters(head))
        remark = "plain text, but not named .txt; pass the file itself to read it" if text else "not an article format"
        return Format(None, ending, remark, text)
    return Format(kind, ending, "" if _agree(kind, hinted) else _mismatch(ending, kind))


def _head(path: Path) -> bytes:
    with path.open("rb", buffering=0) as file:
        head = file.read(HEAD) or b""
        if head.startswith((ZIP, OLE)) and len(head) == HEAD:
            # No more than there is: as much memory as is asked for is taken before it is read.
            head += file.read(min(WHOLE, os.fstat(file.fileno()).st_size)) or b""
    return head


def _agree(kind: str | None, hinted: str | None) -> bool:
    return hinted is None or kind == hinted or kind not in _CONTENTS or any({kind, hinted} <= pair for pair in _ALIKE)


def _mismatch(ending: str, kind: str) -> str:
    return f"named {ending}, but holds {_CONTENTS[kind]}; read as that"


class _Obstacle(NamedTuple):
    """Why a file or folder is not opened."""

    reason: str
    action: Action = "ignored"
    is_folder: bool = False


class _Met(NamedTuple):
    """What a walk meets: its path, the same with all links followed, and why it is not opened, if it is not."""

    path: str
    real: str
    obstacle: _Obstacle | None


def _walk(folder: Path, *, recursive: bool) -> Iterator[_Met]:
    """Yield every file of a folder in the order of their paths, and whatever is not opened, with the reason."""
    top = str(folder.resolve())
    try:
        waiting = _entries(folder, top)
    except OSError as error:
        obstacle = _Obstacle(f"cannot open the folder: {error.strerror}", "skipped", is_folder=True)
        yield _Met(str(folder), top, obstacle)
        return
    while waiting:
        # To follow the links of each path by itself would take longer than to read a short file.
        entry, real = waiting.pop()
        if not entry.is_dir(follow_symlinks=False):
            linked = entry.is_symlink()
            yield _Met(entry.path, os.path.realpath(entry.path) if linked else real, _obstacle(entry, top))
        elif entry.name.startswith("."):
            yield _Met(entry.path, real, _Obstacle("hidden", is_folder=True))
        elif not recursive:
            yield _Met(entry.path, real, _Obstacle("a subfolder, and recursive=False", is_folder=True))
        else:
            try:
                waiting += _entries(entry.path, real)
            except OSError as error:
                obstacle = _Obstacle(f"cannot open the folder: {error.strerror}", "skipped", is_folder=True)
                yield _Met(entry.path, real, obstacle)


def _entries(folder: str | Path, real: str) -> list[tuple[os.DirEntry[str], str]]:
    """Return what a folder contains with their real paths, the last name first."""
    with os.scandir(folder) as entries:
        ordered = sorted(entries, key=lambda entry: entry.name, reverse=True)
    return [(entry, os.path.join(real, entry.name)) for entry in ordered]  # noqa: PTH118 (Path takes ten times longer)


def _obstacle(entry: os.DirEntry[str], top: str) -> _Obstacle | None:
    """Return why something that is no folder of its own is not opened; None for a file to read."""
    if entry.name.startswith("."):
        return _Obstacle("hidden")
    if entry.name.startswith(_LOCK):
        return _Obstacle("says that a document is open elsewhere, and holds none")
    if entry.is_file(follow_symlinks=False):
        return None
    try:
        node = entry.stat()
    except OSError as error:
        what = "a broken link" if entry.is_symlink() else "cannot be opened"
        return _Obstacle(f"{what}: {error.strerror}", "skipped")
    inside = Path(os.path.realpath(entry.path)).is_relative_to(top)
    if stat.S_ISREG(node.st_mode):
        # A folder from elsewhere may link to anything that its reader can read.
        return (
            None
            if inside
            else _Obstacle("a link to a file outside of the folder; pass that file to read it", "skipped")
        )
    if not stat.S_ISDIR(node.st_mode):
        # To open a pipe or a device may wait for ever, or never end.
        return _Obstacle(f"{_kind_of_node(node)}, not a file; it was not opened", "skipped")
    if inside:
        return _Obstacle("a link to a folder that is read anyway", is_folder=True)
    return _Obstacle("a link to a folder; pass that folder to read it", "skipped", is_folder=True)


def _kind_of_node(node: os.stat_result) -> str:
    named = {
        stat.S_IFIFO: "a named pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return named.get(stat.S_IFMT(node.st_mode), "something else")


def _nothing_found(paths: list[Path], problems: ProblemLog) -> str:
    places = " and ".join(map(str, paths)) or "an empty list of paths"
    files = [problem["file"] for problem in problems if not problem["file"].endswith("/")]
    others = Counter(Path(file).suffix or "no extension" for file in files if not Path(file).name.startswith("."))
    only = f", only {', '.join(f'{e} ({n})' for e, n in others.most_common(5))}" if others else ""
    return f"no article files in {places}{only}; {_extensions()}"

"""``articles.csv`` beside texts and pages: what is known of each file, by its name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from geomap.articles.columns import FILE_NAMES, known_names, match_columns, plain
from geomap.articles.csv_rows import CsvRows, fields_of_any_size
from geomap.articles.decoding import read_content
from geomap.articles.files import Source
from geomap.articles.problems import Problems
from geomap.articles.readers import Options, Record, read_csv_head
from geomap.errors import ArticlesUnreadable

NAME = "articles.csv"
DESCRIBED = frozenset({"txt", "html"})


@dataclass
class Companions:
    """What the ``articles.csv`` files say, by the file that they speak of, and which these files are."""

    records: dict[Path, Record] = field(default_factory=dict)
    paths: set[Path] = field(default_factory=set)

    def of(self, source: Source) -> Record:
        """Return what is known of a file; nothing for most formats."""
        return self.records.get(source.path.resolve(), {}) if source.kind in DESCRIBED else {}


def find_companions(sources: Iterable[Source], options: Options, problems: Problems) -> Companions:
    """Read every ``articles.csv`` that lies beside a text or page and has a column ``file`` and none of text."""
    known = list(sources)
    # In a folder above, only a file that the caller's own path reaches speaks of the articles.
    labels = {source.path.resolve(): source.label for source in known if source.path.name == NAME}
    companions = Companions()
    for folder in dict.fromkeys(source.path.resolve().parent for source in known if source.kind in DESCRIBED):
        for path in (folder / NAME, *(top / NAME for top in folder.parents if top / NAME in labels)):
            if path in companions.paths or not path.is_file():
                continue
            source = Source(path, labels.get(path, NAME), path.stem, "csv")
            try:
                _read(source, options, companions, problems)
            except (ArticlesUnreadable, OSError) as error:
                problems.add(source.label, str(error))
                companions.paths.add(path)
    return companions


def _read(source: Source, options: Options, companions: Companions, problems: Problems) -> None:
    header = read_csv_head(source, options)
    by_file = next((name for name in header if plain(name) in FILE_NAMES), None)
    if by_file is None or "text" in match_columns(header, options.columns).values():
        return
    companions.paths.add(source.path)
    names = match_columns(header, options.columns)
    content = read_content(source.path, source.label, problems, encoding=options.encoding)
    with fields_of_any_size(len(content.data)), content.lines() as stream:
        for number, fields in CsvRows(stream, source.label, known_names(options.columns), problems):
            values = dict(zip(header, fields, strict=True))
            file = _file_of(source.path.parent, values.pop(by_file))
            if file is None:
                problems.add(source.label, "names no file that is there", row=number)
            elif file in companions.records:
                problems.add(source.label, f"names {file.name} again; the first row counts", row=number)
            else:
                companions.records[file] = {names[name]: value for name, value in values.items() if value}


def _file_of(folder: Path, name: str) -> Path | None:
    name = name.strip().replace("\\", "/")
    for candidate in (name, f"{name}.txt", f"{name}.html") if name else ():
        if (folder / candidate).is_file():
            return (folder / candidate).resolve()
    return None

"""The unit of work, which knows no engine: a part of articles in, a file of their mentions out.

It may be done twice, in two processes, or again after a crash: the file is written aside and renamed, says itself what it
was made of, and is left alone where that is the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from geomap._files import replacing
from geomap._optional import optional
from geomap._progress import no_progress
from geomap._version import __version__
from geomap.export import write_mentions
from geomap.gazetteer._sources import each_source, stamp
from geomap.pipeline import Geoparser, named
from geomap.resources._loading import manifest, recognizer_checksum

KEY = b"geomap"
"""Under it the Parquet file of a part says what it was made of."""


class Done(NamedTuple):
    """A part that is there: its file, its articles and mentions, and whether it was there before."""

    path: Path
    articles: int
    mentions: int
    was_there: bool


@dataclass(frozen=True)
class Unit:
    """Geoparses parts of a corpus into a folder.

    Parameters
    ----------
    parser
        The parser, with homes: without, the articles of each part are evidence for each other. Of a recognizer or ranker
        that is an object only the class is known; after a change in one, begin with another folder.
    folder
        The folder of the parts, which exists.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import geomap
    >>> parser = geomap.Geoparser(recognizer="gazetteer", homes={})
    >>> with TemporaryDirectory() as folder:
    ...     unit = Unit(parser, Path(folder))
    ...     done = unit.do(0, geomap.datasets.sample_articles())
    ...     again = unit.do(0, geomap.datasets.sample_articles())
    >>> done.path.name, done.articles, done.was_there, again.was_there
    ('part-00000.parquet', 4, False, True)
    """

    parser: Geoparser
    folder: Path
    _made_with: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def made_with(self) -> Mapping[str, Any]:
        """What the mentions depend on beside their articles, by name, as text."""
        return self._made_with or made_with(self.parser)

    def path(self, number: int) -> Path:
        """Return the file of a part."""
        return self.folder / f"part-{number:05}.parquet"

    def do(self, number: int, articles: pd.DataFrame) -> Done:
        """Geoparse a part, unless its file is there and was made of the same.

        Raises
        ------
        UnsafeOutput
            If the file cannot be written: the disk is full, or the folder gone.
        WorkerFailed
            If the articles cannot be geoparsed; the message names the first that cannot.
        """
        path, fingerprint = self.path(number), self.fingerprint(articles)
        known = what_it_says(path)
        if known.get("fingerprint") == fingerprint:
            return Done(path, int(known["articles"]), int(known["mentions"]), was_there=True)
        mentions = named(lambda part: self.parser._geoparse(part, no_progress), articles)
        said = {"fingerprint": fingerprint, "articles": len(articles), "mentions": len(mentions), "geomap": __version__}
        with replacing(path) as temporary:
            write_mentions(mentions, temporary)
            _say(temporary, said)
        return Done(path, len(articles), len(mentions), was_there=False)

    def fingerprint(self, articles: pd.DataFrame) -> str:
        """Return what tells apart all that the mentions of articles depend on."""
        text = articles.to_json(orient="split", index=False, date_format="iso", date_unit="us", default_handler=str)
        settings = json.dumps(dict(self.made_with), sort_keys=True, default=str)
        return blake2b(f"{settings}\n{text}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def made_with(parser: Geoparser) -> dict[str, Any]:
    """Return what the mentions of a parser depend on beside the articles, by name."""
    shipped = manifest()
    recognizer, ranker = parser._given_recognizer, parser._ranker
    return {
        "geomap": __version__,
        "recognizer": f"neural {recognizer_checksum()[:16]}" if recognizer in (None, "neural") else _named(recognizer),
        "ranker": f"learned {str(shipped['ranker.npz']['sha256'])[:16]}"
        if ranker in (None, "learned")
        else _named(ranker),
        "dots": [str(shipped[name]["sha256"])[:16] for name in ("dots.json", "rings.json")],
        "approximate": parser.approximate,
        "gazetteer": [_gazetteer(source, parser, shipped) for source in each_source(parser.gazetteer.source)],
        "min_confidence": None if parser._by_default else parser.min_confidence,
        "homes": _digest(parser.homes),
        "fallback": parser.fallback is not None,
    }


def _named(part: object) -> str:
    if isinstance(part, str):
        return part
    kind = type(part)
    return f"{kind.__module__}.{kind.__qualname__}"


def _gazetteer(source: Any, parser: Geoparser, shipped: Mapping[str, Mapping[str, object]]) -> str:
    if source == "embedded":
        return f"embedded {str(shipped['gazetteer.pack']['sha256'])[:16]}"
    return f"{source} {stamp(source, parser.gazetteer.cache_dir)}"


def _digest(homes: Mapping[str, Any] | None) -> str | None:
    if homes is None:
        return None
    text = json.dumps(sorted((source, str(home)) for source, home in homes.items()))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def what_it_says(path: Path) -> dict[str, Any]:
    """Return what the file of a part says of itself; nothing if it is not there, or is none."""
    parquet = optional("pyarrow.parquet", needed_by="a folder of mentions", extra="parquet", package="pyarrow")
    try:
        said = json.loads((parquet.read_schema(path).metadata or {}).get(KEY, b"{}"))
    except (OSError, ValueError):  # pyarrow's errors are ValueErrors
        return {}
    return dict(said)


def _say(path: Path, said: Mapping[str, Any]) -> None:
    parquet = optional("pyarrow.parquet", needed_by="a folder of mentions", extra="parquet", package="pyarrow")
    table = parquet.read_table(path)
    metadata = {**(table.schema.metadata or {}), KEY: json.dumps(said).encode()}
    parquet.write_table(table.replace_schema_metadata(metadata), path)

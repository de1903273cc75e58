"""Tables of mentions on disk or in Arrow, some rows at a time."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geomap import tables
from geomap._checks import file_path
from geomap._optional import optional
from geomap.errors import GeomapError, MentionsNotFound, MentionsUnreadable
from geomap.tables import sorted_unique

ROWS_AT_ONCE = 100_000


@dataclass(frozen=True)
class MentionsInParts:
    """A table of mentions that need not fit in memory; it may be gone through several times.

    Parameters
    ----------
    sources
        Parquet files, or one Arrow table or dataset.
    columns
        The columns to read, where they are there; None for all.
    """

    sources: tuple[Any, ...]
    columns: Sequence[str] | None = None

    @cached_property
    def of_whole_articles(self) -> bool:
        """Whether the rows of each article lie together, so that no two parts have an article in common."""
        runs = [np.zeros(0, dtype=np.int64)]
        last: Any = None
        for table in self._batches(("article_id",)):
            ids = table["article_id"].astype(object)
            begins = (ids != ids.shift(fill_value=last)).to_numpy()
            runs.append(pd.util.hash_array(ids[begins].astype(str).to_numpy(dtype=object)).view(np.int64))
            last = ids.iloc[-1]
        every = np.concatenate(runs)
        return len(sorted_unique(every)) == len(every)

    def __iter__(self) -> Iterator[pd.DataFrame]:
        """Yield tables, at least one, each of whole articles if the rows of each article lie together.

        Raises
        ------
        MentionsUnreadable
            If a file is no such table.
        """
        rest, found = pd.DataFrame(), False
        for batch in self._batches(self.columns):
            table = pd.concat([rest, batch], ignore_index=True) if len(rest) else batch
            ids = table["article_id"].astype(object).to_numpy()
            others = np.flatnonzero(ids != ids[-1])
            begin = int(others[-1]) + 1 if len(others) else 0
            rest = table.iloc[begin:]
            if begin:
                found = True
                yield table.iloc[:begin]
        if len(rest) or not found:
            yield rest if len(rest) else tables.empty_mentions()

    def _batches(self, columns: Sequence[str] | None) -> Iterator[pd.DataFrame]:
        for source in self.sources:
            try:
                for batch, metadata in _record_batches(source, columns):
                    if batch.num_rows:
                        yield _table(batch, metadata)
            except GeomapError:
                raise
            except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:  # pyarrow's are among these
                raise MentionsUnreadable(f"{_name(source)} cannot be read as mentions: {error}") from error


def _record_batches(source: Any, columns: Sequence[str] | None) -> Iterator[tuple[Any, dict[bytes, bytes]]]:
    """Yield some rows at a time, and what the file or table says of itself."""
    if not isinstance(source, Path):
        chosen = _chosen(source.schema.names, columns, source)
        table = source.select(chosen) if hasattr(source, "select") else source
        options = {"columns": chosen, "batch_size": ROWS_AT_ONCE} if hasattr(source, "scanner") else {}
        for batch in table.to_batches(**options):
            yield batch, source.schema.metadata or {}
        return
    parquet = optional("pyarrow.parquet", needed_by=f"reading {source.name}", extra="parquet", package="pyarrow")
    with parquet.ParquetFile(source) as file:
        schema = file.schema_arrow
        for batch in file.iter_batches(ROWS_AT_ONCE, columns=_chosen(schema.names, columns, source)):
            yield batch, schema.metadata or {}


def _chosen(names: Sequence[str], columns: Sequence[str] | None, source: Any) -> list[str]:
    if "article_id" not in names:
        raise MentionsUnreadable(f"{_name(source)} is not a mentions table: missing column article_id")
    return [name for name in names if columns is None or name in columns]


def _name(source: Any) -> str:
    return str(source) if isinstance(source, Path) else f"the {type(source).__name__}"


def _table(batch: Any, metadata: dict[bytes, bytes]) -> pd.DataFrame:
    table: pd.DataFrame = batch.to_pandas()
    said = json.loads(metadata.get(b"geo", b"{}"))
    name = said.get("primary_column", "geometry")
    if name not in table.columns:
        return table
    import geopandas as gpd

    crs = said.get("columns", {}).get(name, {}).get("crs") or tables.CRS
    points = gpd.GeoSeries.from_wkb(table[name], crs=crs)
    return gpd.GeoDataFrame(table.drop(columns=name).assign(geometry=points), geometry="geometry")


def in_parts(mentions: Any, columns: Sequence[str] | None = None) -> MentionsInParts | None:
    """Return mentions in parts if they are a path, or an Arrow table or dataset; None if they are something else.

    Raises
    ------
    MentionsNotFound
        If there is no such file, or no Parquet file in the folder.
    """
    if not isinstance(mentions, str | os.PathLike):
        is_arrow = hasattr(mentions, "to_batches") and hasattr(mentions, "schema")
        return MentionsInParts((mentions,), columns) if is_arrow else None
    found = file_path("mentions", mentions)
    if found.is_file():
        return MentionsInParts((found,), columns)
    if not found.is_dir():
        raise MentionsNotFound(f"there is no file or folder {found}")
    paths = [each for each in found.rglob("*.parquet") if not each.name.startswith((".", "_"))]
    if not paths:
        raise MentionsNotFound(f"there is no .parquet file in {found}; geomap geoparse ARTICLES -o {found} writes them")
    return MentionsInParts(tuple(sorted(paths, key=_in_order)), columns)


def _in_order(path: Path) -> list[str | int]:
    """Sort files by the numbers in their names, so that the tenth part follows the ninth."""
    pieces = re.split(r"(\d+)", path.as_posix())
    return [int(piece) if number % 2 else piece for number, piece in enumerate(pieces)]

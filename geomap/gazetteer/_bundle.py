"""A gazetteer's index as one file, to hand on to machines without a network.

A bundle is a zip archive of two files, ``index`` and ``bundle.json``, which says what it is and has the index's SHA-256.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from geomap._files import replacing
from geomap._progress import Progress, no_progress
from geomap.errors import GazetteerDamaged, GazetteerNotFound, InvalidGazetteer
from geomap.gazetteer._custom import title_of
from geomap.gazetteer._index import build_once
from geomap.gazetteer._model import SCHEMA_VERSION
from geomap.gazetteer._sections import check_file
from geomap.gazetteer._sources import EMBEDDED, CacheDir, Source, checked_name, index_of, installed_path
from geomap.gazetteer._store import Store

_INDEX, _ABOUT = "index", "bundle.json"
_FORMAT = "geomap gazetteer bundle 1"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_LARGEST_ABOUT = 1 << 20
_CHUNK = 1 << 22
# What the zip module raises, depending on which byte is damaged.
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(ValueError, KeyError, RuntimeError, NotImplementedError),
)
# A fixed time stamp, so that the same index gives the same bundle.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def bundle(
    source: Source,
    output: str | os.PathLike[str],
    *,
    cache_dir: CacheDir = None,
    progress: Progress = no_progress,
) -> Path:
    """Write the index of a gazetteer as one file, with what it is and its checksum.

    Parameters
    ----------
    source
        A gazetteer as :class:`~geomap.gazetteer.Gazetteer` takes it: the name of an installed one, or a path.
    output
        The file to write.
    cache_dir
        Folder of indexes; see :class:`~geomap.gazetteer.Gazetteer`.
    progress
        Called with the stage, how many bytes are done and how many there are.

    Returns
    -------
    Path
        The file, which :func:`install_bundle` installs elsewhere.

    Raises
    ------
    GazetteerNotFound
        If there is no such gazetteer, or it is the embedded one, which needs no bundle.
    GazetteerDamaged
        If the index does not match its checksums.
    UnsafeOutput
        If the file cannot be written; an old one is unchanged.
    """
    if source == EMBEDDED:
        raise GazetteerNotFound("the embedded gazetteer comes with geomap; bundle an installed one or one of your own")
    path = index_of(source, cache_dir)
    with Store(path) as store:
        meta = store.meta()
    target = Path(output)
    with replacing(target) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        digest = hashlib.sha256()
        with path.open("rb") as index, archive.open(_info(_INDEX), "w", force_zip64=True) as member:
            for chunk in _chunks(index, path.stat().st_size, "bundling", progress):
                digest.update(chunk)
                member.write(chunk)
        about: dict[str, object] = {
            "format": _FORMAT,
            "name": _name_of(source),
            "schema": SCHEMA_VERSION,
            "bytes": path.stat().st_size,
            "sha256": digest.hexdigest(),
            **{
                key: meta[key] for key in ("source", "date", "licence", "attribution", "places", "names") if key in meta
            },
        }
        archive.writestr(_info(_ABOUT), json.dumps(about, indent=2, ensure_ascii=False) + "\n")
    return target


def install_bundle(
    file: str | os.PathLike[str],
    *,
    name: str | None = None,
    cache_dir: CacheDir = None,
    progress: Progress = no_progress,
) -> Path:
    """Check a bundle and install its index, in the place of the one of that name.

    Parameters
    ----------
    file
        A file that :func:`bundle` wrote.
    name
        Another name than the bundle's: letters, digits, hyphens and underscores.
    cache_dir, progress
        As in :func:`bundle`.

    Returns
    -------
    Path
        The index.

    Raises
    ------
    InvalidGazetteer
        If the file is no bundle, or the name is invalid.
    GazetteerDamaged
        If the file does not match its checksum; an index of that name that is there already stays.
    GazetteerNotFound
        If there is no such file, or its index is of another version.
    GazetteerUnwritable
        If there is too little space.
    """
    path = Path(file)
    if not path.is_file():
        raise GazetteerNotFound(f"no such file: {path}")
    about = _about(path)
    chosen = checked_name(name or str(about["name"]))
    if about["schema"] != SCHEMA_VERSION:
        raise GazetteerNotFound(
            f"{path} has schema version {about['schema']}, but this version of geomap reads {SCHEMA_VERSION}; bundle it "
            "with the same version of geomap"
        )
    return build_once(
        installed_path(chosen, cache_dir),
        lambda temporary: _extract(path, about, temporary, progress),
        needed=int(about["bytes"]),
        anew=True,
    )


def _about(path: Path) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(_ABOUT).file_size > _LARGEST_ABOUT:
                raise ValueError(f"{_ABOUT} is too large")
            about = json.loads(archive.read(_ABOUT))
        if about["format"] != _FORMAT or not isinstance(about["bytes"], int) or about["bytes"] < 0:
            raise ValueError("it is not of this format")
        return {key: about[key] for key in ("name", "schema", "bytes", "sha256")}
    except (*_UNREADABLE, TypeError) as error:
        raise InvalidGazetteer(
            f"{path} is not a bundle, or is damaged ({error}); make one with: geomap gazetteer bundle NAME -o {path.name}"
        ) from error


def _extract(path: Path, about: dict[str, Any], target: Path, progress: Progress) -> None:
    digest = hashlib.sha256()
    with target.open("wb") as index:
        for chunk in _member(path, about["bytes"], progress):
            digest.update(chunk)
            index.write(chunk)
    if digest.hexdigest() != about["sha256"]:
        raise GazetteerDamaged(
            f"{path} is damaged: the SHA-256 of its index is {digest.hexdigest()}, not {about['sha256']}; copy it again"
        )
    check_file(target, SCHEMA_VERSION)


def _member(path: Path, size: int, progress: Progress) -> Iterator[bytes]:
    """Yield the index of a bundle, not more than it should have: a hostile archive does not fill the disk."""
    with ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(path))
            chunks = _chunks(stack.enter_context(archive.open(_INDEX)), size, "installing", progress)
            while chunk := next(chunks, b""):
                yield chunk
        except _UNREADABLE as error:
            raise GazetteerDamaged(f"{path} is damaged ({error}); copy it again") from error


def _chunks(file: IO[bytes], size: int, stage: str, progress: Progress) -> Iterator[bytes]:
    done = 0
    while done < size and (chunk := file.read(min(_CHUNK, size - done))):
        yield chunk
        done += len(chunk)
        progress(stage, done, size)


def _info(name: str) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name, _NO_TIME)
    found.compress_type = zipfile.ZIP_DEFLATED
    return found


def _name_of(source: Source) -> str:
    named = isinstance(source, str) and _NAME.fullmatch(source) is not None
    return str(source) if named else re.sub(r"[^a-z0-9_-]+", "-", title_of(Path(source))).strip("-_")[:64] or "custom"

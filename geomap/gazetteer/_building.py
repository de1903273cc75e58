"""Build and install named gazetteers: of GeoNames' files, postal codes, or any other files, told from their content."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from geomap._progress import Progress, no_progress
from geomap.errors import GazetteerNotFound, InvalidGazetteer
from geomap.gazetteer._adapters._formats import PARQUET, TABLES
from geomap.gazetteer._adapters._geonames import Dump, FileKind, kind_of_file
from geomap.gazetteer._adapters._postal import postal_places
from geomap.gazetteer._adapters._publishers import POSTAL as PUBLISHER
from geomap.gazetteer._adapters._records import CustomPlace
from geomap.gazetteer._adapters._skipping import Skipped
from geomap.gazetteer._custom import CustomRows, build_custom
from geomap.gazetteer._download import FILES, country_files, download_geonames, download_postal
from geomap.gazetteer._embedded import ensure_index
from geomap.gazetteer._geonames import build_geonames
from geomap.gazetteer._index import build_once, write_index
from geomap.gazetteer._postal_layer import Divisions, Postal
from geomap.gazetteer._sources import (
    GEONAMES,
    POSTAL,
    CacheDir,
    checked_name,
    downloads_folder,
    installed_path,
)
from geomap.gazetteer._store import Store

_SPACE = 4
_SMALLEST_SPACE = 20_000_000
_CODE = re.compile(r"[A-Z]{2}\Z")
_OFTEN_MEANT = {"UK": "GB", "EN": "GB", "EL": "GR"}


def build(
    paths: Sequence[str | os.PathLike[str]],
    *,
    name: str | None = None,
    licence: str = "",
    attribution: str = "",
    cache_dir: CacheDir = None,
    progress: Progress = no_progress,
) -> Path:
    """Build a named gazetteer; replace the one of that name, if there is one, when the new one is whole.

    Parameters
    ----------
    paths
        Files of one kind: GeoNames' (places of countries or of all, with alternate names and postal codes; postal codes
        alone), or files that :class:`~geomap.gazetteer.Gazetteer` takes. Folders hold GeoNames' files.
    name
        Its name: letters, digits, hyphens and underscores. By default ``geonames`` for all countries, ``postal`` for postal
        codes alone, else the name of the first file.
    licence, attribution
        Of files of one's own: what those who use them must know and write.
    cache_dir
        Folder of the index; see :class:`~geomap.gazetteer.Gazetteer`.
    progress
        Called with the stage, how much of it is done and how much there is.

    Returns
    -------
    Path
        The index, which ``Gazetteer(name)`` opens.

    Raises
    ------
    GazetteerNotFound
        If a path does not exist.
    InvalidGazetteer
        If the name is invalid, the files are of different kinds, or one is invalid.
    GazetteerUnwritable
        If the index cannot be written; the old one, if any, is kept.
    """
    files = [Path(path) for path in paths]
    for file in files:
        if not file.exists():
            raise GazetteerNotFound(f"no file or folder {file}")
    of_geonames = [_is_of_geonames(file) for file in files]
    if not any(of_geonames):
        chosen = _free_name(name or _stem_of(files[0]), but=())
        return build_custom(
            files,
            installed_path(chosen, cache_dir),
            title=chosen,
            licence=licence,
            attribution=attribution,
            anew=True,
            progress=progress,
        )
    if not all(of_geonames):
        other = files[of_geonames.index(False)]
        raise InvalidGazetteer(
            f"{other} is no file of GeoNames, but others are; build it as another gazetteer, and use both as a list: "
            "Gazetteer(['mine', 'geonames'])"
        )
    dump = Dump.of(files)
    if dump.places:
        chosen = _free_name(name or _geonames_name(dump), but=(GEONAMES,))
        return build_geonames(files, name=chosen, cache_dir=cache_dir, progress=progress)
    if dump.postal:
        chosen = _free_name(name or POSTAL, but=(POSTAL,))
        return build_postal(dump.postal, name=chosen, cache_dir=cache_dir, progress=progress)
    raise InvalidGazetteer(
        f"no places among {', '.join(map(str, files))}; add a country's file of GeoNames, such as IQ.zip"
    )


def _is_of_geonames(path: Path) -> bool:
    if path.is_dir():
        return True
    return path.suffix.lower() in TABLES - PARQUET and kind_of_file(path) is not FileKind.UNKNOWN


def _free_name(name: str, *, but: Iterable[str]) -> str:
    chosen = checked_name(name)
    if chosen in {GEONAMES, POSTAL} - set(but):
        raise InvalidGazetteer(f"{chosen!r} is the name of {_RESERVED[chosen]}; choose another with --name")
    return chosen


_RESERVED = {GEONAMES: "a gazetteer of GeoNames' places", POSTAL: "GeoNames' postal places"}


def _geonames_name(dump: Dump) -> str:
    stem = _stem_of(dump.places[0])
    return GEONAMES if len(dump.places) > 1 or stem.startswith("allcountries") else stem


def _stem_of(path: Path) -> str:
    return "-".join(re.findall(r"[a-z0-9_]+", path.name.partition(".")[0].lower())) or "custom"


def build_postal(
    paths: Sequence[Path], *, name: str = POSTAL, cache_dir: CacheDir = None, progress: Progress = no_progress
) -> Path:
    """Build a gazetteer of the postal places that the embedded one lacks.

    They are merged with its places by name, country, division and distance, so that ``["embedded", name]`` has each once.

    Raises
    ------
    InvalidGazetteer
        If a file is damaged or not one of postal codes, or a country occurs twice.
    GazetteerUnwritable
        If the index cannot be written; the old one, if any, is kept.
    """
    skipped = Skipped()
    meta = {"source": name, "file": ", ".join(str(path.resolve()) for path in paths), "licence": "", "attribution": ""}

    def places(embedded: Store) -> Iterator[CustomPlace]:
        divisions = Divisions(embedded.area_names("division"))
        count = 0
        for country in postal_places(list(paths), skipped):
            count += len(country)
            postal = Postal(country, divisions)
            for folded in list(postal.names):
                for known in embedded.by_name(folded):
                    postal.meet(folded, known)
            yield from postal.places()
        skipped.report(", ".join(path.name for path in paths), count)

    def write(temporary: Path) -> None:
        with (
            Store(ensure_index(cache_dir)) as embedded,
            CustomRows(places(embedded), PUBLISHER, temporary.parent, meta=meta, progress=progress) as rows,
        ):
            write_index(temporary, rows.index())

    needed = _SMALLEST_SPACE + _SPACE * sum(path.stat().st_size for path in paths)
    return build_once(installed_path(name, cache_dir), write, needed=needed, anew=True)


def install_geonames(
    *,
    countries: Sequence[str] = (),
    name: str | None = None,
    url: str | None = None,
    keep_files: bool = False,
    cache_dir: CacheDir = None,
    progress: Progress = no_progress,
) -> Path:
    """Download GeoNames' files of some countries, by default of all, and build a gazetteer of them.

    Parameters
    ----------
    countries
        ISO codes; none for all.
    name
        Its name; by default ``geonames``, or ``geonames-iq-sy`` for the countries IQ and SY.
    url
        Another server; see :func:`~geomap.gazetteer._download.download_geonames`.
    keep_files
        Whether to keep the downloaded files.
    cache_dir, progress
        As for :func:`build`.

    Raises
    ------
    InvalidGazetteer
        If there is no such country.
    GazetteerDownloadFailed
        If the download is incomplete; a later call resumes it.
    """
    codes = checked_countries(countries, cache_dir)
    chosen = _free_name(name or "-".join([GEONAMES, *(code.lower() for code in codes)]), but=(GEONAMES,))
    folder = downloads_folder(chosen, cache_dir)
    files = country_files(codes) if codes else FILES
    received = download_geonames(folder, url=url, files=files, advance=_received(progress))
    wanted = received if codes else [folder]
    path = build_geonames(wanted, name=chosen, cache_dir=cache_dir, progress=progress)
    if not keep_files:
        shutil.rmtree(folder)
    return path


def install_postal(
    *,
    countries: Sequence[str] = (),
    name: str | None = None,
    url: str | None = None,
    keep_files: bool = False,
    cache_dir: CacheDir = None,
    progress: Progress = no_progress,
) -> Path:
    """Download GeoNames' postal codes, and build a gazetteer of the places that the embedded one lacks.

    The parameters and errors are those of :func:`install_geonames`; the name is ``postal`` by default.
    """
    codes = checked_countries(countries, cache_dir)
    chosen = _free_name(name or POSTAL, but=(POSTAL,))
    folder = downloads_folder(chosen, cache_dir)
    received = download_postal(folder, countries=codes, url=url, advance=_received(progress))
    path = build_postal(received, name=chosen, cache_dir=cache_dir, progress=progress)
    if not keep_files:
        shutil.rmtree(folder)
    return path


def _received(progress: Progress) -> Progress:
    return lambda file, done, size: progress(file, done, max(size, done, 1))


def checked_countries(countries: Sequence[str], cache_dir: CacheDir = None) -> list[str]:
    """Return codes of countries in capitals, each once.

    Raises
    ------
    InvalidGazetteer
        If there is no such country; the message suggests the code that is meant.
    """
    if not countries:
        return []
    with Store(ensure_index(cache_dir)) as embedded:
        names = embedded.area_names("country")
    codes = list(dict.fromkeys(country.strip().upper() for country in countries if country.strip()))
    for code in codes:
        if code not in names:
            raise InvalidGazetteer(f"{code!r} is no ISO code of a country{_suggestion(code, names)}")
    return codes


def _suggestion(code: str, names: dict[str, str]) -> str:
    by_name = {name.upper(): own for own, name in names.items()}
    close = get_close_matches(code, by_name, n=1, cutoff=0.8)
    meant = _OFTEN_MEANT.get(code) or (by_name[close[0]] if close else "")
    return f"; do you mean {meant}?" if meant else "; write them as IQ,SY,TR"

"""Where publishers are at home, learned from their articles: the evidence of each part of a corpus, merged, as one table.

Evidence is a set of rows, so that merging is a union: parts may be cut anywhere, merged in any order, and even twice. Of a
publisher with many articles only some count, those with the lowest digests: the lowest of all are among the lowest of each
part, wherever the corpus is cut.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from geomap._checks import file_path, wrong_kind
from geomap._csv import read_back, read_table, write_csv
from geomap._decoding import Undecodable, read_content
from geomap._files import replacing
from geomap._optional import optional
from geomap.errors import ArticlesNotFound, ArticlesUnreadable, UnsupportedFormat
from geomap.gazetteer import Candidate, Gazetteer, fold
from geomap.geometry import distance_km
from geomap.resolution._source_home import HomeLike
from geomap.tables import Floats, empty_table, require_columns, with_dtypes

Homes = pd.DataFrame | Mapping[str, HomeLike] | str | os.PathLike[str]
"""Homes as a caller gives them: the table of :func:`geomap.homes`, a file of it, or a dict by the publisher's name."""

HOMES: Mapping[str, str] = {
    **dict.fromkeys(("source", "home", "name", "country"), "str"),
    "articles": "int64",
    "share": "float64",
}
EVIDENCE: Mapping[str, str] = dict.fromkeys(("source", "article", "place_id"), "str")
ARTICLES_LOOKED_AT = 50
"""Articles of a publisher that count: more hardly change its home, and cost as much as reading them does."""

FEWEST_ARTICLES = 2  # a single article would only confirm itself
# Measured on gold annotations of local papers (LGL, within 161 km): .954 with such homes, .957 with all articles of a paper
# in one table, .911 with neither.
# A publisher is at home in a country, a division of it or around a town if at least this share of the places in its
# articles lies there; a wire service is at home nowhere.
COUNTRY_SHARE = 0.4
DIVISION_SHARE = 0.15
TOWN_SHARE = 0.08
TOWN_KM = 60.0
_WANTED = (
    "the table that geomap.homes returns, its file (.csv or .parquet), or a dict of a publisher's name to its home"
)


def sampled(articles: pd.DataFrame, *, limit: int = ARTICLES_LOOKED_AT) -> pd.DataFrame:
    """Return the articles that tell where publishers are at home, with their digests as a column ``article``."""
    digests = [_digest(title, text) for title, text in zip(articles["title"], articles["text"], strict=True)]
    table = articles.assign(article=digests)
    table = table[table["source"].notna()].drop_duplicates(["source", "article"])
    return table[table.groupby("source", sort=False)["article"].rank(method="first") <= limit]


def _digest(title: str, text: str) -> str:
    return blake2b(f"{title}\0{text}".encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def evidence_of(articles: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """Return what sampled articles say: one row for each place in each of them, one without a place where there is none.

    Parameters
    ----------
    articles
        What :func:`sampled` returned.
    mentions
        ``article_id`` and ``place_id`` of their mentions, missing where unresolved.
    """
    resolved = mentions.loc[mentions["place_id"].notna(), ["article_id", "place_id"]]
    table = articles[["article_id", "source", "article"]].merge(resolved, on="article_id", how="left")
    return merged([table])


def merged(tables: Iterable[pd.DataFrame], *, limit: int = ARTICLES_LOOKED_AT) -> pd.DataFrame:
    """Return the evidence of several parts as that of all of them, sorted: the same whatever the order of the parts."""
    every = [with_dtypes(table, EVIDENCE) for table in tables]
    if not every:
        return empty_table(EVIDENCE)
    table = pd.concat(every, ignore_index=True).drop_duplicates().sort_values([*EVIDENCE], ignore_index=True)
    ranks = table.groupby("source", sort=False)["article"].rank(method="dense")
    return table[ranks <= limit].reset_index(drop=True)


def homes_of(evidence: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    """Return where publishers are at home, by their evidence; the columns are those of :func:`geomap.homes`."""
    rows: list[tuple[Any, ...]] = []
    for source, of_source in evidence.groupby("source", sort=True):
        number = of_source["article"].nunique()
        places = dict(_places(of_source["place_id"], gazetteer))
        enough = number >= FEWEST_ARTICLES
        home = None if not enough else _home(list(places), np.array([*places.values()], dtype=float), gazetteer)
        if home is None:
            rows.append((source, None, None, None, number, np.nan))
        else:
            described = gazetteer.describe(home.place)
            rows.append((source, home.place.place_id, home.place.name, described["country"], number, home.share))
    return with_dtypes(pd.DataFrame(rows, columns=list(HOMES)), HOMES)


def _places(place_ids: pd.Series[Any], gazetteer: Gazetteer) -> Iterator[tuple[Candidate, int]]:
    """Yield the places and how many articles name each, in the order of their ids."""
    for place_id, number in sorted(Counter(place_ids.dropna()).items()):
        place = gazetteer.place(place_id)
        if place is not None:
            yield place, number


class _Home(NamedTuple):
    """A place and the share of the places in a publisher's articles that lie in or around it."""

    place: Candidate
    share: float


def _home(places: list[Candidate], counts: Floats, gazetteer: Gazetteer) -> _Home | None:
    """Return the smallest area that holds enough of what a publisher writes about: around a town, a division, a country."""
    country = _most_named(places, counts, 1)
    if country is None or country.share < COUNTRY_SHARE:
        return None
    inside = [place for place in places if place.country_code == country.place.country_code]
    town = _town(places, counts, [place.country_code == country.place.country_code for place in places])
    if town is not None:
        return town
    division = _most_named(inside, counts[[place in inside for place in places]], 2)
    if division is not None and division.share * country.share >= DIVISION_SHARE:
        found = _feature(division.place, "ADM1", gazetteer)
        if found is not None:
            return _Home(found, division.share * country.share)
    found = _feature(country.place, "PCL", gazetteer)
    return None if found is None else _Home(found, country.share)


def _most_named(places: list[Candidate], counts: Floats, level: int) -> _Home | None:
    """Return a place in the country (level 1) or first-order division (2) with most of what is named, and its share."""
    totals: Counter[tuple[str | None, ...]] = Counter()
    first: dict[tuple[str | None, ...], Candidate] = {}
    for place, count in zip(places, counts.tolist(), strict=True):
        code = (place.country_code, place.admin1_code)[:level]
        if all(code):
            totals[code] += count
            first.setdefault(code, place)
    if not totals:
        return None
    best = max(totals, key=lambda code: (totals[code], code))
    return _Home(first[best], totals[best] / counts.sum())


def _feature(inside: Candidate, level: str, gazetteer: Gazetteer) -> Candidate | None:
    """Return the country or first-order division that a place lies in, which its publisher may never name."""
    name = gazetteer.describe(inside)["country" if level == "PCL" else "admin1"]
    if not isinstance(name, str):
        return None
    return next(
        (
            each
            for each in gazetteer.candidates([name])[name]
            if each.feature_class == "A"
            and (each.feature_code or "").startswith(level)
            and each.country_code == inside.country_code
            and (level == "PCL" or each.admin1_code == inside.admin1_code)
        ),
        None,
    )


def _town(places: list[Candidate], counts: Floats, inside: list[bool]) -> _Home | None:
    """Return the town around which most places of *other* names lie.

    That a paper names a Dublin in every article says nothing about Ireland; that it names Franklin County and Worthington
    does about Ohio.
    """
    towns = [n for n, place in enumerate(places) if inside[n] and place.feature_class == "P"]
    if not towns:
        return None
    lat, lon = np.array([[place.lat, place.lon] for place in places]).T
    names = np.array([fold(place.name) for place in places])
    is_area = np.array([(place.feature_code or "").startswith(("PCL", "ADM1")) for place in places])
    distance = distance_km(lat[towns][:, None], lon[towns][:, None], lat[None, :], lon[None, :])
    weight = np.where((names[towns][:, None] == names[None, :]) | is_area[None, :], 0.0, counts[None, :])
    near = (weight / (1.0 + (distance / TOWN_KM) ** 2)).sum(axis=1)
    # Among towns that lie as well, the one that is named most is it.
    best = max(range(len(towns)), key=lambda n: (near[n] + 0.2 * counts[towns[n]], places[towns[n]].place_id))
    share = float(near[best] / counts.sum())
    return _Home(places[towns[best]], share) if share >= TOWN_SHARE else None


def known_homes(homes: Homes) -> dict[str, HomeLike]:
    """Return homes by the publisher's name, from whatever holds them; a publisher without a home is left out.

    Raises
    ------
    WrongKind
        If it is nothing that holds homes.
    ArticlesNotFound, UnsupportedFormat, ArticlesUnreadable
        If it is a path, and there is no such file, or it is no table.
    ColumnMissing
        If a table lacks the column ``source`` or ``home``.
    """
    if isinstance(homes, Mapping):
        return {source: home for source, home in homes.items() if not _is_missing(home)}
    table = homes if isinstance(homes, pd.DataFrame) else _read(homes)
    require_columns(table, ("source", "home"), what="homes")
    pairs = zip(table["source"], table["home"], strict=True)
    return {str(source): home for source, home in pairs if isinstance(source, str) and not _is_missing(home)}


def _is_missing(home: object) -> bool:
    return home is None or home is pd.NA or (isinstance(home, float) and home != home)


def _read(path: Any) -> pd.DataFrame:
    if not isinstance(path, str | os.PathLike):
        raise wrong_kind("homes", path, _WANTED)
    file = file_path("homes", path)
    if not file.is_file():
        raise ArticlesNotFound(f"homes: file not found: {file}")
    try:
        return _READERS[file.suffix.casefold()](file)
    except KeyError:
        raise UnsupportedFormat(
            f"homes: cannot read {file}: the extension must be one of {', '.join(_READERS)}"
        ) from None
    except (Undecodable, ValueError, OSError) as error:
        raise ArticlesUnreadable(f"homes: {file} cannot be read as a table: {error}") from error


def _read_csv(path: Path) -> pd.DataFrame:
    return read_back(read_table(read_content(path), {"source", "home"}))


def _read_parquet(path: Path) -> pd.DataFrame:
    optional("pyarrow", needed_by=f"reading {path.name}", extra="parquet")
    return pd.read_parquet(path)


_READERS = {".csv": _read_csv, ".parquet": _read_parquet}


def check_homes_format(path: Path) -> None:
    """Raise :class:`~geomap.errors.UnsupportedFormat` unless homes can be written to a file of that name."""
    if path.suffix.casefold() not in _READERS:
        raise UnsupportedFormat(f"cannot write {path}: the extension must be one of {', '.join(_READERS)}")
    if path.suffix.casefold() == ".parquet":
        optional("pyarrow", needed_by="writing .parquet", extra="parquet")


def write_homes(homes: pd.DataFrame, path: Path) -> Path:
    """Write the table of homes as CSV or Parquet."""
    check_homes_format(path)
    with replacing(path) as temporary:
        if path.suffix.casefold() == ".csv":
            write_csv(homes, temporary, escape_formulas=True)
        else:
            homes.to_parquet(temporary, index=False)
    return path

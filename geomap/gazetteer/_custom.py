"""A custom gazetteer: read once, then kept as a small index in the cache folder, named by the content's hash."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import os
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geomap._csv import column_key, open_csv
from geomap._decoding import Content, Undecodable, read_content
from geomap._files import cache_folder
from geomap.errors import GazetteerRowsSkipped, InvalidGazetteer, UnsupportedFormat
from geomap.gazetteer._folding import fold
from geomap.gazetteer._index import (
    FIRST_YEAR,
    LAST_YEAR,
    IndexRows,
    NameRow,
    ValidityRow,
    build_once,
    write_index,
)
from geomap.gazetteer._model import FIELDS, SCHEMA_VERSION, Candidate, NameKind

# ISO 8601 with an expanded year (-0044-03-15), a year alone, GeoNames' 19910101, a spreadsheet's 1453.0.
_ISO = re.compile(r"\s*([+-]?\d{1,6})(?:[-/]\d{1,2}){0,2}(?:[T ]\d.*)?\s*\Z")
_COMPACT = re.compile(r"\s*(\d{4})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\s*\Z")
_DECIMAL = re.compile(r"\s*([+-]?\d{1,6})\.0+\s*\Z")
_BEFORE = re.compile(r"\s*(\d{1,6})\s*(?:bc|bce|b\.c\.|b\.c\.e\.)\s*\Z", re.IGNORECASE)
_OPEN = frozenset({"", "..", "nan", "none", "null", "nat", "now", "open", "present", "today"})


def year_of(value: object) -> int | None:
    """Return the year of a date.

    Parameters
    ----------
    value
        A date as text, a number, or anything whose text is a date.

    Returns
    -------
    int or None
        The astronomical year as ISO 8601 counts (1 BC is 0, 44 BC is -43); None where the date is open or not given.

    Raises
    ------
    ValueError
        If the value is not a date.

    Examples
    --------
    >>> year_of("1453-05-29"), year_of(-43), year_of("44 BC"), year_of("")
    (1453, -43, -43, None)
    """
    text = "" if value is None else str(value)
    if text.strip().lower() in _OPEN:
        return None
    if found := _COMPACT.match(text) or _DECIMAL.match(text) or _ISO.match(text):
        return int(found[1])
    if found := _BEFORE.match(text):
        return 1 - int(found[1])
    raise ValueError(f"invalid date {text!r}; expected a year or a date such as 1453-05-29")


def span_of(first: object, last: object) -> tuple[int | None, int | None] | None:
    """Return the years from a first to a last date, None at an open end; None altogether where neither is given.

    Raises
    ------
    ValueError
        If one is not a date, or the last is before the first.
    """
    begin, end = year_of(first), year_of(last)
    if begin is None and end is None:
        return None
    if begin is not None and end is not None and end < begin:
        raise ValueError(f"the dates of validity end ({end}) before they begin ({begin})")
    return begin, end


_SAME = frozenset({"closematch", "exactmatch", "sameas", "owl:sameas", "skos:closematch", "skos:exactmatch"})


def is_linked_places(content: Mapping[str, Any]) -> bool:
    """Return whether a collection of features is Linked Places: by its context, or by features with ``names``."""
    if "linkedplaces" in str(content.get("@context", "")).replace("-", "").lower():
        return True
    return any(isinstance(feature, dict) and isinstance(feature.get("names"), list) for feature in content["features"])


def linked_places(features: list[Any], *, file: str) -> Iterator[CustomPlace | None]:
    """Yield the places of the features, None for one without coordinates.

    A name's own ``when`` counts before the feature's; of several geometries the first is taken.

    Raises
    ------
    InvalidGazetteer
        If a feature is not in that format; the message names it by number.
    """
    for number, feature in enumerate(features, start=1):
        where = f"{file}, feature {number}"
        if not isinstance(feature, dict):
            raise InvalidGazetteer(f"{where}: not a feature")
        try:
            yield _place(feature, where)
        except (AttributeError, KeyError, TypeError, IndexError) as error:
            raise InvalidGazetteer(f"{where}: not in Linked Places Format: {error!r}") from error
        except InvalidGazetteer:
            raise
        except ValueError as error:
            raise InvalidGazetteer(f"{where}: {error}") from error


def _place(feature: Mapping[str, Any], where: str) -> CustomPlace | None:
    middle = _middle(feature)
    if middle is None:
        return None
    properties = feature.get("properties") or {}
    names = [_linked_name(each) for each in feature.get("names") or []]
    title = text(properties.get("title")) or next((name.name for name in names), "")
    place = read_place(
        {
            "name": title,
            "country_code": properties.get("ccodes"),
            "feature_class": "".join((properties.get("fclasses") or feature.get("fclasses") or ["P"])[:1]),
            "population": properties.get("population"),
        },
        where=where,
        point=middle,
        identifier=feature.get("@id") or feature.get("id") or properties.get("id"),
    )
    place.place = place.place._replace(geonameid=_linked(feature))
    place.spans = _spans(feature.get("when"))
    place.names = names
    return place


def _linked_name(entry: Mapping[str, Any]) -> CustomName:
    return CustomName(" ".join(text(entry["toponym"]).split()), _spans(entry.get("when")))


def _linked(feature: Mapping[str, Any]) -> int | None:
    for link in feature.get("links") or []:
        if text(link.get("type")).lower() in _SAME and (found := geonameid_in(text(link.get("identifier")))):
            return found
    return None


def _spans(when: Mapping[str, Any] | None) -> list[Span]:
    spans = (when or {}).get("timespans") or []
    if isinstance(spans, dict):
        spans = [spans]
    found = [(_year(span.get("start"), "earliest"), _year(span.get("end"), "latest")) for span in spans]
    return [span for span in found if span != (None, None)]


def _year(moment: Mapping[str, Any] | str | None, outer: str) -> int | None:
    """Return the year of a start or an end; of an uncertain one, its outermost, so that nothing valid is left out."""
    if not isinstance(moment, dict):
        return year_of(moment)
    inner = "latest" if outer == "earliest" else "earliest"
    given = (moment.get(key) for key in (outer, "in", inner))
    return next((year for value in given if (year := year_of(value)) is not None), None)


def _middle(feature: Mapping[str, Any]) -> tuple[float, float] | None:
    import shapely
    from shapely.geometry import shape

    geometry = feature.get("geometry")
    if geometry and geometry.get("type") == "GeometryCollection":
        parts = [part for part in geometry.get("geometries") or [] if part.get("coordinates")]
        geometry = parts[0] if parts else None
    if not geometry or not geometry.get("coordinates"):
        return None
    try:
        middle = shape(geometry).representative_point()
    except shapely.errors.ShapelyError as error:
        raise ValueError(f"cannot read the geometry: {error}") from error
    return None if middle.is_empty else (middle.y, middle.x)


TABLES = frozenset({".csv", ".tsv", ".tab", ".txt"})
JSON = frozenset({".geojson", ".json", ".jsonld", ".lpf"})
SHAPES = frozenset({".shp", ".gpkg", ".kml", ".fgb", ".gml", ".gpx", ".parquet", ".geoparquet"})


def read_places(path: Path) -> list[CustomPlace]:
    """Read the places of a file.

    Raises
    ------
    InvalidGazetteer
        If the file is not in the format of its extension, or a row is invalid; the message names both.
    UnsupportedFormat
        If the extension is not supported.
    """
    ending = path.suffix.lower()
    if ending in TABLES:
        return list(_table(path))
    if ending in JSON:
        return _json(path)
    if ending in SHAPES:
        return list(_shapes(path))
    known = ", ".join(sorted(TABLES | JSON | SHAPES))
    raise UnsupportedFormat(
        f"{path}: unsupported gazetteer format; supported are {known} and an index that geomap built (.sqlite)"
    )


def _content(path: Path) -> Content:
    try:
        # Not guessed: a wrong guess would put misspelled names into the index, and no reader would see them.
        return read_content(path, encoding="UTF-8")
    except Undecodable as error:
        raise InvalidGazetteer(f"{path.name}: {error}; save the file as UTF-8") from error


def _table(path: Path) -> Iterator[CustomPlace]:
    try:
        with open_csv(_content(path), _KNOWN, strict=True) as rows:
            columns = find_columns(rows.header, where=path.name)
            positions = {key: rows.header.index(column) for key, column in columns.items()}
            for row in rows:
                where = f"{path.name}, row {row.number} (line {row.line})"
                if not row.usable:
                    raise InvalidGazetteer(f"{where}: {row.problem}")
                if any(map(str.strip, row.fields)):
                    yield read_place({key: row.fields[position] for key, position in positions.items()}, where=where)
    except csv.Error as error:
        raise InvalidGazetteer(f"{path.name}, {error}") from error


def _json(path: Path) -> list[CustomPlace]:
    try:
        content = json.loads(_content(path).text())
    except json.JSONDecodeError as error:
        raise InvalidGazetteer(f"{path.name}, line {error.lineno}: invalid JSON: {error.msg}") from error
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        raise InvalidGazetteer(f"{path.name} is not a feature collection (GeoJSON or Linked Places)")
    if is_linked_places(content):
        return _located(linked_places(features, file=path.name), path)
    return _located(_features(features, path), path)


def _features(features: list[Any], path: Path) -> Iterator[CustomPlace | None]:
    import shapely
    from shapely.geometry import shape

    known: dict[str, str] | None = None
    for number, feature in enumerate(features, start=1):
        where = f"{path.name}, feature {number}"
        if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
            raise InvalidGazetteer(f"{where}: not a GeoJSON feature with properties")
        if not feature.get("geometry"):
            yield None
            continue
        properties = feature["properties"]
        # Each feature may have other properties; the usual case is that all have the same.
        if known is None or not set(known.values()) <= properties.keys():
            known = find_columns(properties, where=where, located=True)
        try:
            middle = shape(feature["geometry"]).representative_point()
        except (shapely.errors.ShapelyError, TypeError, ValueError, KeyError, AttributeError) as error:
            raise InvalidGazetteer(f"{where}: cannot read the geometry: {error}") from error
        if middle.is_empty:
            yield None
            continue
        record = {key: properties[column] for key, column in known.items()}
        yield read_place(record, where=where, point=(middle.y, middle.x), identifier=feature.get("id"))


def _shapes(path: Path) -> Iterator[CustomPlace]:
    import geopandas as gpd

    try:
        frame = gpd.read_parquet(path) if "parquet" in path.suffix.lower() else gpd.read_file(path)
        if frame.crs is not None:
            frame = frame.to_crs("EPSG:4326")
    except (OSError, ValueError, RuntimeError) as error:
        raise InvalidGazetteer(f"geopandas cannot read {path.name}: {error}") from error
    named = [str(column) for column in frame.columns if column != frame.geometry.name]
    columns = find_columns(named, where=path.name, located=True)
    middles = frame.geometry.representative_point()
    records = frame[list(columns.values())].to_dict("records")
    yield from _located(_rows(records, middles, {column: key for key, column in columns.items()}, path), path)


def _rows(
    records: Iterable[Mapping[Any, object]], middles: Iterable[Any], keys: Mapping[str, str], path: Path
) -> Iterator[CustomPlace | None]:
    for number, (values, middle) in enumerate(zip(records, middles, strict=True), start=1):
        if middle is None or middle.is_empty:
            yield None
            continue
        record = {keys[str(column)]: value for column, value in values.items()}
        yield read_place(record, where=f"{path.name}, row {number}", point=(middle.y, middle.x))


def _located(places: Iterable[CustomPlace | None], path: Path) -> list[CustomPlace]:
    """Return the places with coordinates; historical gazetteers have many whose location is unknown."""
    every = list(places)
    found = [place for place in every if place is not None]
    if len(found) < len(every):
        warnings.warn(
            f"{path.name}: {len(every) - len(found):,} of {len(every):,} places have no coordinates and were skipped",
            GazetteerRowsSkipped,
            stacklevel=2,
        )
    return found


def title_of(path: Path) -> str:
    """Return the prefix of a gazetteer's identifiers: the file's name without its extension."""
    return "-".join(text(path.stem).lower().replace(":", " ").split()) or "custom"


Span = tuple[int | None, int | None]

# Usual names of columns, the most usual first; case, spaces, dots and hyphens make no difference.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    **{name: field.headers for name, field in FIELDS.items() if field.headers},
    "wkt": ("geowkt", "wkt", "geom", "geometry", "thegeom"),
    "id": ("id", "placeid", "identifier", "uri", "gid", "fid"),
    "names": ("alternatenames", "alternatename", "altnames", "altname", "aliases", "alias", "variants", "names"),
    "first": ("validfrom", "start", "startyear", "startdate", "from", "mindate"),
    "last": ("validto", "end", "endyear", "enddate", "to", "maxdate"),
    "matches": ("matches",),
}
_KNOWN = frozenset(name for names in COLUMNS.values() for name in names)
_OPTIONAL_TEXTS = tuple(name for name, field in FIELDS.items() if field.headers and field.sql == "TEXT")
_SEPARATOR = re.compile(r"[|;]")
_GEONAMES = re.compile(r"(?:\b(?:gn|geonames):|geonames\.org/)(\d+)")


@dataclass
class CustomName:
    """A further name of a place; without spans of its own it has those of the place."""

    name: str
    spans: list[Span] = field(default_factory=list)
    kind: NameKind = NameKind.ALTERNATE


@dataclass
class CustomPlace:
    """One place of a file.

    Attributes
    ----------
    where
        File and row, for messages.
    place
        Its fields; the row is not known yet, and the place_id is the file's own identifier, empty where it has none.
    names, spans
        Its further names, and the years in which it is valid (always, if there are none).
    """

    where: str
    place: Candidate
    names: list[CustomName] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)


def find_columns(header: Iterable[str], *, where: str, located: bool = False) -> dict[str, str]:
    """Return the file's columns by the names of :data:`COLUMNS`.

    Parameters
    ----------
    header
        The names of the file's columns.
    where
        The file, for messages.
    located
        Whether coordinates come from a geometry rather than from columns.

    Raises
    ------
    InvalidGazetteer
        If there is no column for the name or for the coordinates.
    """
    columns = list(header)
    by_key = {column_key(column): column for column in reversed(columns)}
    found = {
        key: next(by_key[name] for name in names if name in by_key)
        for key, names in COLUMNS.items()
        if not by_key.keys().isdisjoint(names)
    }
    needed = ("name",) if located or "wkt" in found else ("name", "lat", "lon")
    missing = [key for key in needed if key not in found]
    if missing:
        recognized = "; ".join(f"{key}: {', '.join(COLUMNS[key])}" for key in missing)
        raise InvalidGazetteer(
            f"{where} has no column for {' and '.join(missing)}; its columns are {', '.join(columns) or 'none'}, "
            f"recognized names are {recognized}"
        )
    return found


def read_place(
    record: Mapping[str, object], *, where: str, point: tuple[float, float] | None = None, identifier: object = None
) -> CustomPlace:
    """Return the place of a record.

    Parameters
    ----------
    record
        Values by the names of :data:`COLUMNS`.
    where
        File and row, for messages.
    point
        Latitude and longitude in degrees, if not from columns.
    identifier
        An identifier, if not from a column.

    Raises
    ------
    InvalidGazetteer
        If the name is missing or a value is invalid.
    """
    try:
        lat, lon = coordinate(*(point or _point(record)))
        span = span_of(record.get("first"), record.get("last"))
        fields: dict[str, Any] = {name: text(record.get(name)) or None for name in _OPTIONAL_TEXTS}
        fields |= {
            "place_id": text(identifier) or text(record.get("id")),
            "geonameid": _geonameid(record),
            "name": _name(record),
            "lat": lat,
            "lon": lon,
            "feature_class": text(record.get("feature_class"))[:1].upper() or "P",
            "country_code": _country(record.get("country_code")),
            "population": max(_integer(record.get("population"), "population") or 0, 0),
        }
        names = [CustomName(name) for name in _several(record.get("names"))]
        return CustomPlace(where, Candidate(row=0, **fields), names, [span] if span else [])
    except ValueError as error:
        raise InvalidGazetteer(f"{where}: {error}") from error


def coordinate(lat: object, lon: object) -> tuple[float, float]:
    """Return latitude and longitude in degrees, or raise ValueError if they are not on the globe."""
    values = []
    for what, value, limit in (("latitude", lat, 90), ("longitude", lon, 180)):
        try:
            number = float(text(value).replace(",", "."))
        except ValueError:
            raise ValueError(f"the {what} is {text(value)!r}, not a number of degrees") from None
        if not (math.isfinite(number) and abs(number) <= limit):
            raise ValueError(
                f"the {what} is {number:g}, not between -{limit} and {limit}; are latitude and longitude swapped?"
            )
        values.append(number)
    return values[0], values[1]


def text(value: object) -> str:
    """Return a value as text without surrounding space; empty if missing."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    found = str(value).strip()
    return "" if found in {"nan", "None", "NaT", "<NA>"} else found


def geonameid_in(links: str) -> int | None:
    """Return the geonameid that an identifier or a list of them names (``gn:745044``), or None."""
    found = _GEONAMES.search(links)
    return int(found[1]) if found else None


def _point(record: Mapping[str, object]) -> tuple[object, object]:
    if text(record.get("lat")) or text(record.get("lon")) or not text(record.get("wkt")):
        return record.get("lat"), record.get("lon")
    import shapely

    try:
        shape = shapely.from_wkt(text(record["wkt"]))
    except shapely.errors.ShapelyError as error:
        raise ValueError(f"cannot read the geometry: {error}") from error
    if shape is None or shape.is_empty:
        raise ValueError("the geometry is empty")
    middle = shape.representative_point()
    return middle.y, middle.x


def _name(record: Mapping[str, object]) -> str:
    found = " ".join(text(record.get("name")).split())
    if not found:
        raise ValueError("the name is empty")
    return found


def _several(value: object) -> list[str]:
    parts = value if isinstance(value, list | tuple) else _SEPARATOR.split(text(value))
    # The World Historical Gazetteer writes "name@language-script".
    names = (" ".join(text(part).split("@")[0].split()) for part in parts)
    return [name for name in names if name]


def _country(value: object) -> str | None:
    codes = _several(value)
    return codes[0].upper() if len(codes) == 1 else None


def _geonameid(record: Mapping[str, object]) -> int | None:
    given = _integer(record.get("geonameid"), "geonameid")
    return given if given is not None else geonameid_in(text(record.get("matches")))


def _integer(value: object, what: str) -> int | None:
    found = text(value).replace(" ", "")
    if not found:
        return None
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+", found):
        found = found.replace(",", "")
    number = float(found) if re.fullmatch(r"-?\d+(?:\.\d*)?(?:[eE]\+?\d+)?", found) else math.nan
    if number != number or number != int(number) or abs(number) > 2**53:
        raise ValueError(f"the {what} is {text(value)!r}, not a whole number")
    return int(number)


_CHUNK = 1 << 20
# A shapefile is several files.
_BESIDE = (".dbf", ".prj", ".cpg")
_SMALLEST_SPACE = 5_000_000


def ensure_custom_index(path: Path, cache_dir: str | os.PathLike[str] | None = None) -> Path:
    """Return the path of a custom gazetteer's index; build it unless the file's content has been indexed before.

    Raises
    ------
    InvalidGazetteer
        If the file is invalid; the message names file and row.
    UnsupportedFormat
        If the extension is not supported.
    GazetteerUnwritable
        If the cache folder is not writable.
    """
    title = title_of(path)
    digest = _digest(path)
    target = cache_folder(cache_dir) / f"custom-{title}-{digest[:16]}-v{SCHEMA_VERSION}.sqlite"
    if target.is_file():
        return target
    # Read first: an error in the file is not one of the cache folder.
    rows = own_rows(read_places(path), title=title, file=path, digest=digest)
    return build_once(
        target, lambda temporary: write_index(temporary, rows), needed=_SMALLEST_SPACE + 10 * path.stat().st_size
    )


def _digest(path: Path) -> str:
    whole = hashlib.sha256()
    beside = [path.with_suffix(ending) for ending in _BESIDE] if path.suffix.lower() == ".shp" else []
    for each in [path, *(other for other in beside if other.is_file())]:
        with each.open("rb") as file:
            while chunk := file.read(_CHUNK):
                whole.update(chunk)
    return whole.hexdigest()


def own_rows(places: list[CustomPlace], *, title: str, file: Path, digest: str) -> IndexRows:
    """Return the content of an index of places.

    Parameters
    ----------
    places
        In any order.
    title
        Prefix of identifiers.
    file, digest
        Their source, for the metadata.

    Raises
    ------
    InvalidGazetteer
        If there are no places, or two have the same identifier.
    """
    if not places:
        raise InvalidGazetteer(f"{file.name} contains no places")
    identified = sorted(_identified(places, title), key=lambda each: (-each[1].place.population, each[0]))
    rows: list[Candidate] = []
    names: set[NameRow] = set()
    validity: set[ValidityRow] = set()
    for row, (place_id, each) in enumerate(identified, start=1):
        rows.append(each.place._replace(row=row, place_id=place_id, alternates=len(each.names)))
        for folded, kind, spans in _names(each):
            names.add((folded, row, kind))
            validity.update((folded, row, first, last) for first, last in spans)
    meta = {"source": title, "file": str(file.resolve()), "sha256": digest, "attribution": ""}
    return IndexRows(meta=meta, places=rows, names=sorted(names), validity=sorted(validity))


def _identified(places: list[CustomPlace], title: str) -> Iterator[tuple[str, CustomPlace]]:
    """Yield every place with its identifier: its own, GeoNames', or made of its name and, if need be, its point."""
    slugs = Counter(_slug(each.place) for each in places)
    # One feature under several names, each with its own dates, may be written as several rows with one geonameid.
    shared = Counter(each.place.geonameid for each in places)
    seen: dict[str, str] = {}
    for each in places:
        place, slug = each.place, _slug(each.place)
        if place.place_id:
            place_id = f"{title}:{place.place_id}"
        elif place.geonameid is not None and shared[place.geonameid] == 1:
            place_id = f"geonames:{place.geonameid}"
        elif slugs[slug] == 1:
            place_id = f"{title}:{slug}"
        else:
            place_id = f"{title}:{slug}@{place.lat:.5f},{place.lon:.5f}"
        if place_id in seen:
            raise InvalidGazetteer(f"{each.where}: duplicate identifier {place_id!r}, also used by {seen[place_id]}")
        seen[place_id] = each.where
        yield place_id, each


def _slug(place: Candidate) -> str:
    return fold(place.name).replace(" ", "-") or "place"


def _names(place: CustomPlace) -> Iterator[tuple[str, int, list[tuple[int, int]]]]:
    """Yield folded names with kind and years; a name given twice, once without years, is always valid."""
    main = fold(place.place.name)
    dated: dict[tuple[str, NameKind], list[list[tuple[int, int]]]] = {}
    given = [(fold(name.name), name.kind, name.spans) for name in place.names]
    if all(folded != main for folded, _, _ in given):
        given.append((main, NameKind.MAIN, []))
    for folded, kind, spans in given:
        if folded:
            years = [(_first(first), _last(last)) for first, last in spans or place.spans]
            dated.setdefault((folded, NameKind.MAIN if folded == main else kind), []).append(years)
    for (folded, kind), several in dated.items():
        always = any(not years for years in several)
        yield folded, int(kind), [] if always else [span for years in several for span in years]


def _first(year: int | None) -> int:
    return FIRST_YEAR if year is None else year


def _last(year: int | None) -> int:
    return LAST_YEAR if year is None else year

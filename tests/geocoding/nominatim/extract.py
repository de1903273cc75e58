"""Write a small OSM extract: places of Iraq and its neighbors, streets and buildings of Mosul, Baghdad and Erbil.

``places.csv`` holds names, coordinates and populations from GeoNames (CC BY 4.0). Streets and buildings are real ones;
their coordinates are right to a few hundred meters, which is what the test asks for.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

PLACES = Path(__file__).with_name("places.csv")

# name, Arabic name, latitude and longitude of both ends
STREETS = (
    ("Nineveh Street", "شارع نينوى", 36.3428, 43.1232, 36.3405, 43.1370),
    ("Al-Farouq Street", "شارع الفاروق", 36.3470, 43.1262, 36.3402, 43.1280),
    ("Dawasa Street", "شارع الدواسة", 36.3365, 43.1360, 36.3310, 43.1410),
    ("Aleppo Road", "طريق حلب", 36.3402, 43.1330, 36.3372, 43.1392),
    ("Corniche Street", "شارع الكورنيش", 36.3436, 43.1340, 36.3361, 43.1421),
    ("Baghdad Street", "شارع بغداد", 36.3250, 43.1300, 36.3050, 43.1350),
    ("Nujayfi Street", "شارع النجيفي", 36.3391, 43.1362, 36.3380, 43.1375),
    ("Al-Zuhur Street", "شارع الزهور", 36.3790, 43.1700, 36.3700, 43.1800),
    ("Al-Mutanabbi Street", "شارع المتنبي", 33.3389, 44.3907, 33.3398, 44.3887),
    ("Al-Rasheed Street", "شارع الرشيد", 33.3450, 44.3830, 33.3250, 44.4040),
    ("Abu Nuwas Street", "شارع أبو نواس", 33.3250, 44.4080, 33.2970, 44.4120),
    ("Haifa Street", "شارع حيفا", 33.3430, 44.3750, 33.3230, 44.3890),
    ("Al-Saadoun Street", "شارع السعدون", 33.3230, 44.4110, 33.3070, 44.4240),
    ("Palestine Street", "شارع فلسطين", 33.3610, 44.4180, 33.3290, 44.4550),
    ("Gulan Street", "شارع كولان", 36.2010, 43.9900, 36.2130, 43.9790),
    ("Sixty Meter Street", "شارع الستين", 36.1800, 43.9900, 36.1700, 44.0150),
)
# name, Arabic name, latitude, longitude, tags
SPOTS = (
    ("Great Mosque of al-Nuri", "جامع النوري الكبير", 36.34370, 43.12650, {"amenity": "place_of_worship"}),
    ("University of Mosul", "جامعة الموصل", 36.37980, 43.14400, {"amenity": "university"}),
    ("Mosul Museum", "متحف الموصل", 36.33690, 43.13960, {"tourism": "museum"}),
    ("Al-Salam Hospital", "مستشفى السلام", 36.32200, 43.18900, {"amenity": "hospital"}),
    ("Ibn Sina Hospital", "مستشفى ابن سينا", 36.35300, 43.13000, {"amenity": "hospital"}),
    ("Al-Jamhuri Hospital", "المستشفى الجمهوري", 36.35170, 43.12800, {"amenity": "hospital"}),
    ("Mosul Grand Mosque", "جامع الموصل الكبير", 36.36560, 43.13950, {"amenity": "place_of_worship"}),
    ("Al-Tahera Church", "كنيسة الطاهرة", 36.34330, 43.13290, {"amenity": "place_of_worship"}),
    ("Old Bridge", "الجسر القديم", 36.34080, 43.13880, {"man_made": "bridge"}),
    ("Mosul International Airport", "مطار الموصل الدولي", 36.30580, 43.14740, {"aeroway": "aerodrome"}),
    ("Badush Prison", "سجن بادوش", 36.42100, 42.96800, {"amenity": "prison"}),
    ("Nimrud", "نمرود", 36.09900, 43.32890, {"historic": "archaeological_site"}),
    ("Hatra", "الحضر", 35.58810, 42.71840, {"historic": "archaeological_site"}),
    ("Erbil Citadel", "قلعة أربيل", 36.19110, 44.00920, {"historic": "castle"}),
    ("Baghdad Central Station", "محطة بغداد المركزية", 33.33550, 44.37730, {"railway": "station"}),
    ("Medical City", "مدينة الطب", 33.34860, 44.37700, {"amenity": "hospital"}),
)
QUARTERS = (
    ("Zanjili", "الزنجيلي", 36.3520, 43.1090),
    ("Wadi Hajar", "وادي حجر", 36.3160, 43.1260),
    ("Bab al-Tob", "باب الطوب", 36.3390, 43.1350),
    ("Al-Shifa", "الشفاء", 36.3530, 43.1240),
    ("Al-Intisar", "الانتصار", 36.3260, 43.2090),
    ("Al-Karama", "الكرامة", 36.3510, 43.2080),
    ("Gogjali", "كوكجلي", 36.3560, 43.2420),
    ("Tel al-Rumman", "تل الرمان", 36.3100, 43.1050),
    ("Karrada", "الكرادة", 33.3010, 44.4290),
    ("Adhamiyah", "الأعظمية", 33.3690, 44.3700),
    ("Ankawa", "عنكاوا", 36.2290, 43.9930),
)
# name, Arabic name, west, south, east, north, OSM's level
AREAS = (
    ("Iraq", "العراق", 38.8, 29.0, 48.6, 37.4, 2),
    ("Nineveh Governorate", "محافظة نينوى", 41.2, 35.0, 43.95, 37.2, 4),
    ("Baghdad Governorate", "محافظة بغداد", 43.9, 33.0, 44.8, 33.6, 4),
)


def write_extract(path: Path) -> dict[str, int]:
    """Write the extract as OSM XML, and return how many places, streets and spots it holds."""
    with PLACES.open(encoding="utf-8", newline="") as places:
        rows = list(csv.DictReader(places))
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6" generator="geomap tests">\n')
        nodes, ways, relations = _Lines(), _Lines(), _Lines()
        nodes.add(_place_nodes(rows))
        nodes.add(_spot_nodes())
        for number, (name, arabic, *ends) in enumerate(STREETS):
            nodes.add(_line_nodes(100_000 + 10 * number, ends))
            refs = range(100_000 + 10 * number, 100_000 + 10 * number + 5)
            ways.add([_way(5_000 + number, refs, {"highway": "residential", "name": arabic, "name:en": name})])
        for number, area in enumerate(AREAS):
            first = 200_000 + 10 * number
            nodes.add(_corner_nodes(first, area))
            ways.add([_way(6_000 + number, [*range(first, first + 4), first], {})])
            relations.add([_relation(9_000 + number, 6_000 + number, area)])
        file.writelines(line + "\n" for part in (nodes, ways, relations) for line in part.lines)
        file.write("</osm>\n")
    return {"places": len(rows) + len(QUARTERS), "streets": len(STREETS), "spots": len(SPOTS), "areas": len(AREAS)}


class _Lines:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, lines: Iterator[str] | list[str]) -> None:
        self.lines.extend(lines)


def _tags(tags: dict[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


def _node(number: int, lat: float, lon: float, tags: dict[str, str] | None = None) -> str:
    head = f'<node id="{number}" version="1" timestamp="2026-01-01T00:00:00Z" lat="{lat:.6f}" lon="{lon:.6f}"'
    return f"{head}>{_tags(tags)}</node>" if tags else f"{head}/>"


def _way(number: int, refs: object, tags: dict[str, str]) -> str:
    members = "".join(f'<nd ref="{ref}"/>' for ref in refs)  # type: ignore[attr-defined]
    return f'<way id="{number}" version="1" timestamp="2026-01-01T00:00:00Z">{members}{_tags(tags)}</way>'


def _relation(number: int, way: int, area: tuple[object, ...]) -> str:
    tags = {
        "type": "boundary",
        "boundary": "administrative",
        "admin_level": str(area[6]),
        "name": str(area[1]),
        "name:en": str(area[0]),
    }
    if area[6] == 2:
        tags["ISO3166-1"] = tags["country_code_iso3166_1_alpha_2"] = "IQ"
    return (
        f'<relation id="{number}" version="1" timestamp="2026-01-01T00:00:00Z">'
        f'<member type="way" ref="{way}" role="outer"/>{_tags(tags)}</relation>'
    )


def _place_nodes(rows: list[dict[str, str]]) -> Iterator[str]:
    for number, row in enumerate(rows, start=1):
        population = int(row["population"])
        kind = "city" if population > 100_000 else "town" if population > 10_000 else "village"
        tags = {"place": kind, "name": row["name"], "population": str(population)}
        yield _node(number, float(row["lat"]), float(row["lon"]), tags)
    mosul = {"place": "city", "name": "الموصل", "name:en": "Mosul", "name:ku": "Mûsil", "population": "1600000"}
    yield _node(9_999, 36.34500, 43.14500, mosul)


def _spot_nodes() -> Iterator[str]:
    for number, (name, arabic, lat, lon, tags) in enumerate(SPOTS, start=10_000):
        yield _node(number, lat, lon, {**tags, "name": arabic, "name:en": name})
    for number, (name, arabic, lat, lon) in enumerate(QUARTERS, start=11_000):
        yield _node(number, lat, lon, {"place": "suburb", "name": arabic, "name:en": name})


def _line_nodes(first: int, ends: list[float]) -> Iterator[str]:
    south, west, north, east = ends
    for step in range(5):
        yield _node(first + step, south + (north - south) * step / 4, west + (east - west) * step / 4)


def _corner_nodes(first: int, area: tuple[object, ...]) -> Iterator[str]:
    west, south, east, north = map(float, area[2:6])  # type: ignore[arg-type]
    for step, (lon, lat) in enumerate(((west, south), (east, south), (east, north), (west, north))):
        yield _node(first + step, lat, lon)

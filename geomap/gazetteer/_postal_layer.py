"""Postal places that a gazetteer lacks: merged with what it has by name, country, division and distance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from geomap.gazetteer._adapters._postal import PostalPlace
from geomap.gazetteer._adapters._publishers import POSTAL, POSTAL_GB
from geomap.gazetteer._adapters._records import CustomPlace
from geomap.gazetteer._folding import fold
from geomap.gazetteer._model import Candidate
from geomap.geometry import distance_km

# How far apart, in kilometers, a place and one of the same name in the same country may lie and be the same: in the same
# division of the second order, in two different ones, where that is not known.
_SAME_DIVISION, _OTHER_DIVISION, _UNKNOWN_DIVISION = 30.0, 5.0, 15.0
# Municipalities are as good as the towns that give them their name; counties and provinces are not.
_MUNICIPALITIES = frozenset({"ADM3", "ADM4", "ADM5"})
_WORDS = frozenset({"county", "parish", "district", "borough", "city", "of", "and", "census", "area", "municipality"})


class Divisions:
    """GeoNames' codes of divisions, by their codes or names in postal files.

    Parameters
    ----------
    names
        Names of divisions by code: ``{"US.IN": "Indiana", "US.IN.137": "Ripley County"}``.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._codes: dict[tuple[str, str], str] = {}
        for code, name in names.items():
            above, _, own = code.rpartition(".")
            self._codes.setdefault((above, fold(name)), own)
            self._codes.setdefault((above, _bare(name)), own)
            self._codes[above, f"#{own}"] = own

    def of(self, place: PostalPlace) -> tuple[str | None, str | None]:
        """Return GeoNames' codes of the two divisions of a place, None where they are not known."""
        # The name first: Ontario is ON there and 08 in GeoNames' other files.
        first = self._code(place.country_code, place.admin1, place.admin1_code)
        if first is None:
            return None, None
        return first, self._code(f"{place.country_code}.{first}", place.admin2, place.admin2_code)

    def _code(self, above: str, name: str, code: str) -> str | None:
        keys = (fold(name), _bare(name), f"#{code}")
        return next((self._codes[above, key] for key in keys if key and (above, key) in self._codes), None)


def _bare(name: str) -> str:
    return " ".join(word for word in fold(name).split() if word not in _WORDS)


class Postal:
    """Postal places, of which those are dropped that turn out to be known."""

    def __init__(self, places: Iterable[PostalPlace], divisions: Divisions) -> None:
        self._left: dict[int, tuple[PostalPlace, str | None, str | None]] = {}
        self._by_name: dict[str, list[int]] = {}
        for number, place in enumerate(places):
            self._left[number] = (place, *divisions.of(place))
            self._by_name.setdefault(fold(place.name), []).append(number)
        self.countries = frozenset(place.country_code for place, _, _ in self._left.values())

    @property
    def names(self) -> Iterable[str]:
        """The folded names."""
        return self._by_name.keys()

    def meet(self, folded: str, known: Candidate) -> None:
        """Drop the places that are a known one, which bears a folded name."""
        if known.feature_class != "P" and known.feature_code not in _MUNICIPALITIES:
            return
        for number in self._by_name.get(folded, ()):
            if number in self._left and _is_same(*self._left[number], known):
                del self._left[number]

    def places(self) -> Iterator[CustomPlace]:
        """Yield the places that are left."""
        for place, admin1_code, admin2_code in self._left.values():
            feature = Candidate(
                row=0,
                place_id=place.identifier,
                geonameid=None,
                name=place.name,
                lat=place.lat,
                lon=place.lon,
                feature_class="P",
                feature_code="PPLX" if place.quarter else "PPL",
                country_code=place.country_code,
                admin1_code=admin1_code,
                admin2_code=admin2_code,
            )
            yield CustomPlace(
                place.where,
                feature,
                source=POSTAL_GB if place.country_code == "GB" else POSTAL,
                source_id=place.postcode,
                prefix=POSTAL.key,
            )


def _is_same(place: PostalPlace, admin1_code: str | None, admin2_code: str | None, known: Candidate) -> bool:
    limit = _UNKNOWN_DIVISION
    if known.country_code != place.country_code:
        # The post of a country serves dependencies that have a code of their own, such as the Isle of Man.
        if admin1_code:
            return False
        limit = _OTHER_DIVISION
    elif admin1_code and known.admin1_code and admin1_code != known.admin1_code:
        limit = _OTHER_DIVISION
    elif admin2_code and known.admin2_code:
        limit = _SAME_DIVISION if admin2_code == known.admin2_code else _OTHER_DIVISION
    return float(distance_km(place.lat, place.lon, known.lat, known.lon)) <= limit

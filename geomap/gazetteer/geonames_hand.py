"""What the embedded gazetteer brings into one built from GeoNames: names and forms kept by hand, and their features."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from geomap.gazetteer.model import Candidate
from geomap.gazetteer.store import Store

_KNOWN = "SELECT geonameid, row FROM place WHERE geonameid IS NOT NULL"
_AREAS = "SELECT geonameid, name FROM place WHERE geonameid IS NOT NULL AND feature_class = 'A'"
_OTHERS = (
    "SELECT row, place_id, geonameid, name, lat, lon, feature_class, feature_code, country_code, admin1_code, "
    "admin2_code, population, alternates, 0 FROM place WHERE geonameid IS NULL ORDER BY row"
)
_AIRPORTS = "geomap:airport/"
_DIVISIONS = ("geomap:adm1/", "geomap:adm2/")
# An airport by the same code lies nearby, in degrees.
_NEAR = 0.5


@dataclass
class HandKept:
    """The embedded features, and which feature of GeoNames each is.

    Attributes
    ----------
    by_geonameid
        Rows of the embedded index by geonameid.
    names
        Names of the embedded areas by geonameid: those that people use.
    others
        Features without a geonameid, by place_id.
    aliases
        Geonameids of the others that turned out to be known to GeoNames.
    """

    store: Store
    by_geonameid: dict[int, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    others: dict[str, Candidate] = field(default_factory=dict)
    aliases: dict[str, int] = field(default_factory=dict)
    airports: dict[str, Candidate] = field(default_factory=dict)

    def __post_init__(self) -> None:
        execute = self.store.connection.execute
        self.by_geonameid = dict(execute(_KNOWN))
        self.names = dict(execute(_AREAS))
        for place in map(Candidate._make, execute(_OTHERS)):
            self.others[place.place_id] = place
            if place.place_id.startswith(_AIRPORTS):
                self.airports[place.place_id.removeprefix(_AIRPORTS)] = place

    def meet_airport(self, geonameid: int, alternates: str, lat: float, lon: float) -> None:
        """Note that an airport of GeoNames is the embedded one of the same IATA code."""
        for code in alternates.split(","):
            known = self.airports.get(code)
            if known is not None and abs(known.lat - lat) < _NEAR and abs(known.lon - lon) < _NEAR:
                self.aliases.setdefault(known.place_id, geonameid)

    def meet_divisions(self, divisions: dict[str, int]) -> None:
        """Note which divisions of GeoNames the embedded ones are, by their codes."""
        for place_id in self.others:
            if place_id.startswith(_DIVISIONS):
                geonameid = divisions.get(place_id.partition("/")[2])
                if geonameid is not None:
                    self.aliases[place_id] = geonameid

    def left(self, countries: set[str]) -> Iterator[Candidate]:
        """Yield the features that GeoNames does not know, of countries that the dump has and of no country."""
        for place_id, place in self.others.items():
            if place_id not in self.aliases and (place.country_code is None or place.country_code in countries):
                yield place

    def rows(self, row_of: Callable[[int], int], own_rows: dict[str, int]) -> dict[int, int]:
        """Return the new row of every embedded row that has one."""
        found = {old: new for geonameid, old in self.by_geonameid.items() if (new := row_of(geonameid))}
        for place_id, place in self.others.items():
            new = row_of(self.aliases[place_id]) if place_id in self.aliases else own_rows.get(place_id, 0)
            if new:
                found[place.row] = new
        return found

    def name_rows(self, rows: dict[int, int]) -> Iterator[tuple[str, int, int]]:
        """Yield the names of the embedded features with their new rows and kinds."""
        for folded, row, kind in self.store.connection.execute("SELECT folded, place, kind FROM name"):
            if row in rows:
                yield folded, rows[row], kind

    def forms(self, table: str, rows: dict[int, int]) -> Iterator[tuple[str, int, str]]:
        """Yield demonyms or abbreviations with their new rows."""
        for form in self.store.written_forms(table):
            if form.row in rows:
                yield form.written, rows[form.row], form.form

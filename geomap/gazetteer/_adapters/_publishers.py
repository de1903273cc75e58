"""Publishers of places: how they are named, what their licences are, and the credit that these ask for."""

from __future__ import annotations

from geomap.gazetteer._model import SourceRow

GEONAMES = SourceRow(
    "geonames", "GeoNames", "CC BY 4.0", "Place data from GeoNames (CC BY 4.0).", "https://www.geonames.org/"
)
POSTAL = SourceRow(
    "postal",
    "GeoNames postal codes",
    "CC BY 4.0",
    "Postal places from GeoNames (CC BY 4.0).",
    "https://download.geonames.org/export/zip/",
)
POSTAL_GB = SourceRow(
    "postal-gb",
    "GeoNames postal codes of Great Britain",
    "CC BY 4.0; Open Government Licence 3.0",
    "Postal places from GeoNames (CC BY 4.0). Contains Ordnance Survey data © Crown copyright and database right, and "
    "Royal Mail data © Royal Mail copyright and database right.",
    "https://download.geonames.org/export/zip/",
)
WHOS_ON_FIRST = SourceRow(
    "wof",
    "Who's On First",
    "CC BY 4.0 and others, by record",
    "Place data from Who's On First (https://whosonfirst.org/docs/licenses/).",
    "https://whosonfirst.org/",
)
PLEIADES = SourceRow(
    "pleiades", "Pleiades", "CC BY 3.0", "Ancient places from Pleiades (CC BY 3.0).", "https://pleiades.stoa.org/"
)
OPENSTREETMAP = SourceRow(
    "osm",
    "OpenStreetMap",
    "ODbL 1.0",
    "Place data © OpenStreetMap contributors (ODbL).",
    "https://www.openstreetmap.org/copyright",
)
OVERTURE = SourceRow(
    "overture",
    "Overture Maps divisions",
    "ODbL 1.0",
    "Divisions from Overture Maps Foundation, © OpenStreetMap contributors (ODbL).",
    "https://docs.overturemaps.org/attribution/",
)
WIKIDATA = SourceRow("wikidata", "Wikidata", "CC0 1.0", "Place data from Wikidata (CC0).", "https://www.wikidata.org/")
P_CODES = SourceRow(
    "pcode",
    "OCHA administrative divisions (P-codes)",
    "CC BY-IGO, or as the data set says",
    "Administrative divisions from OCHA's Common Operational Datasets.",
    "https://data.humdata.org/dashboards/cod",
)

PUBLISHERS = {
    row.key: row
    for row in (
        *(GEONAMES, POSTAL, POSTAL_GB, WHOS_ON_FIRST, PLEIADES),
        *(OPENSTREETMAP, OVERTURE, WIKIDATA, P_CODES),
    )
}

"""What is known of the places that gold names: their class, country and population, from the gold or the gazetteer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from geomap.evaluation.regions import country_of
from geomap.gazetteer import Candidate, Gazetteer
from geomap.tables import as_dtype

FEATURE_COLUMNS: Mapping[str, str] = {
    "name": "str",
    "feature_class": "str",
    "feature_code": "str",
    "country_code": "str",
    "population": "Int64",
}

_PREFIXES: Mapping[str, str] = {"PPL": "P", "STLMT": "P", "ADM": "A", "PCL": "A", "ZN": "A"}
_CLASSES: Mapping[str, str] = {
    **dict.fromkeys(("LTER", "PRSH", "TERR"), "A"),
    **dict.fromkeys(("BAY", "CHN", "GULF", "HBR", "LK", "LKS", "OCN", "RSV", "SEA", "STM", "STMS", "STRT"), "H"),
    **dict.fromkeys(("AREA", "CONT", "MILB", "PRK", "RESF", "RESN", "RGN", "RGNE"), "L"),
    **dict.fromkeys(("RD", "ST", "TNL"), "R"),
    **dict.fromkeys(("AIRP", "BDG", "BLDG", "CH", "FRM", "HSP", "HTL", "MUS", "SCH", "SCHC", "STDM", "UNIV"), "S"),
    **dict.fromkeys(("BCH", "CAPE", "DSRT", "HLL", "ISL", "ISLS", "MT", "MTS", "PEN", "PK", "VAL"), "T"),
    **dict.fromkeys(("FRST",), "V"),
}


def gold_features(mentions: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    """Return what is known of the place of each gold mention.

    Parameters
    ----------
    mentions
        Gold mentions.
    gazetteer
        What knows the ids. Where it does not know one, the gold's own columns stand (the class by the code), and the
        country is that in whose outline the gold point lies.

    Returns
    -------
    DataFrame
        Columns :data:`FEATURE_COLUMNS`, one row per mention, in their order; missing where nothing is known.
    """
    ids = mentions["geonameid"].dropna().unique()
    places = {int(number): gazetteer.place(f"geonames:{number}") for number in ids}
    rows = [_known(places.get(record["geonameid"]), record) for record in mentions.to_dict("records")]
    table = pd.DataFrame(rows, columns=list(FEATURE_COLUMNS), index=mentions.index)
    table = pd.DataFrame({name: as_dtype(table[name], dtype) for name, dtype in FEATURE_COLUMNS.items()})
    lost = (table["country_code"].isna() & mentions["lat"].notna()).to_numpy()
    if lost.any():
        where = mentions[lost]
        table.loc[lost, "country_code"] = np.array(country_of(where["lat"], where["lon"]), dtype=object)
    return table


def _known(place: Candidate | None, record: Mapping[Any, Any]) -> tuple[object, ...]:
    if place is not None:
        code, people = place.feature_code, place.population or None
        return place.name, place.feature_class, code, place.country_code or None, people
    own = {name: None if pd.isna(record.get(name)) else record.get(name) for name in FEATURE_COLUMNS}
    feature_class = own["feature_class"] or class_of(own["feature_code"])
    return None, feature_class, own["feature_code"], own["country_code"], own["population"]


def class_of(code: str | None) -> str | None:
    """Return the feature class of a feature code of GeoNames, None for a code that is not among the usual ones.

    Examples
    --------
    >>> class_of("PPLA2"), class_of("ADM1"), class_of("STM"), class_of(None)
    ('P', 'A', 'H', None)
    """
    if not code:
        return None
    return next((name for prefix, name in _PREFIXES.items() if code.startswith(prefix)), _CLASSES.get(code))

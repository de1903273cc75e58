"""The columns of geomap's tables, from :mod:`geomap.tables`, each with its meaning."""

from __future__ import annotations

from collections.abc import Mapping

from geomap import tables

_PLACE = {
    "place_id": "stable id in the gazetteer (`geonames:99072`), or of the service that proposed it (`nominatim:W5001`)",
    "geonameid": "GeoNames' number, where it is known",
    "name": "main name of the place",
    "country_code": "ISO 3166-1 alpha-2",
    "country": "name of the country",
    "admin1": "name of the state, province or governorate",
    "feature_class": "GeoNames' class: `P` town, `A` country or division, `H` water, `T` mountain, `L` area, `S` spot, "
    "`R` road",
    "feature_code": "GeoNames' code: `PPLC` capital, `ADM1` first-order division, ...",
    "population": "inhabitants, where known",
}
MEANINGS: Mapping[str, Mapping[str, str]] = {
    "articles": {
        "article_id": "unique; the file's name where the file gives none",
        "title": "empty where there is none",
        "text": "as read: offsets count its characters",
        "published": "date of publication, UTC",
        "source": "publisher; the resolver looks at what else it writes about",
        "url": "address of the article",
    },
    "mentions": {
        "article_id": "of the article",
        "field": "`title` or `text`: where the mention stands",
        "start": "offset of the first character in that field",
        "end": "offset behind the last: `article[field][start:end] == toponym`",
        "toponym": "the words as written",
        "kind": "`toponym` (Mosul), `demonym` (Iraqi) or `embedded` (the Paris of “Paris Police Department”)",
        "usage": "`literal` (“in Mosul”) or `associative` (“Turkey said”); missing where the recognizer cannot tell",
        "status": "`resolved` or `nil`: no candidate, or none that is probable enough",
        "recognition_score": "of the span, 0 to 1; missing from a recognizer that gives none",
        "confidence": "probability that the resolution is right; see [](methods.md#confidence)",
        **_PLACE,
        "sentence": "the sentence around the mention",
        "title": "of the article",
        "published": "of the article",
        "source": "of the article",
        "url": "of the article",
        "checked": "a person's verdict from corrections: `right`, `moved` or `not a place`",
        "boilerplate": "whether the sentence repeats over a source; missing until `geomap.analysis.boilerplate` is asked",
        "alternatives": "the likeliest candidates and what decided between them, as JSON text for `geomap.alternatives` and "
        "`geomap.why`",
    },
    "places": {
        **_PLACE,
        "mentions": "how many mentions were resolved to it",
        "articles": "in how many articles",
        "share": "the share of all articles with a resolved mention that mention it",
        "first": "date of the first article that mentions it, UTC",
        "last": "date of the last",
        "confidence": "mean over its mentions",
        "expected": "how many of its mentions are right, by their own confidence",
        "expected_low": "lower end of the 95 % interval of that number",
        "expected_high": "upper end",
    },
}
TABLES: Mapping[str, Mapping[str, str]] = {
    "articles": tables.ARTICLES,
    "mentions": tables.MENTIONS,
    "places": tables.PLACES,
}


def column_tables() -> dict[str, str]:
    """Return a table in Markdown for each of the tables.

    Raises
    ------
    ValueError
        If a column has no meaning here, or a meaning no column: then this file has to be changed.
    """
    found = {}
    for name, columns in TABLES.items():
        meanings = MEANINGS[name]
        if set(columns) != set(meanings):
            raise ValueError(
                f"{name}: the columns {set(columns) ^ set(meanings)} are in one of geomap.tables and this file"
            )
        rows = [f"| `{column}` | `{dtype}` | {meanings[column]} |" for column, dtype in columns.items()]
        if name != "articles":
            rows.append(f"| `geometry` | point | (longitude, latitude) in degrees, {tables.CRS}; `None` of a `nil` |")
        found[f"generated/columns-{name}.txt"] = "\n".join(
            ["| column | dtype | meaning |", "| --- | --- | --- |", *rows]
        )
    return found

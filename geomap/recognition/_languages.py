"""The table of languages: which are read, and how well."""

from __future__ import annotations

import pandas as pd

from geomap._language import language_name
from geomap._served_languages import languages_measured, languages_read

COLUMNS = {
    "language": "str",
    "code": "str",
    "exact_f1": "float64",
    "overlap_f1": "float64",
    "sentences": "int64",
    "genre": "str",
    "recognizer": "str",
    "served": "bool",
    "installed": "bool",
}


def languages() -> pd.DataFrame:
    """Return the languages that geomap's recognizers were measured on, and how well they read them.

    Returns
    -------
    DataFrame
        One row per language, the best first: ``language`` and ``code`` (ISO 639-1); ``exact_f1`` and ``overlap_f1`` of
        place names, on ``sentences`` that were left out of training, of one ``genre``; ``recognizer``, the name of the one
        that reads it; ``served``, whether it is read by default, which a language below .5 is not; ``installed``, whether
        that recognizer is. Scores of different genres do not compare: tweets and scans of newspapers are harder than news.

    Examples
    --------
    >>> from geomap import recognition
    >>> table = recognition.languages()
    >>> table.loc[table["code"] == "en", ["language", "recognizer", "served", "installed"]].to_dict("records")
    [{'language': 'English', 'recognizer': 'neural', 'served': True, 'installed': True}]
    """
    read = languages_read()
    rows = [
        (
            language_name(each.code),
            each.code,
            each.exact_f1,
            each.overlap_f1,
            each.sentences,
            each.genre,
            each.recognizer,
            each.by_default,
            each.code in read,
        )
        for each in languages_measured()
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
    return table.sort_values(["exact_f1", "code"], ascending=[False, True], ignore_index=True)

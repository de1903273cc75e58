"""The names that a corpus writes for its places."""

from __future__ import annotations

import pandas as pd
import pytest
from analysis_tables import mention, mentions_tables, table
from hypothesis import given, settings
from laws import many

from geomap import analysis
from geomap.gazetteer import fold


def written(*toponyms: str, **values: object) -> str | None:
    """Return the name that a corpus with these mentions of Mosul gives it, None where it gives none."""
    rows = [mention("a", "mosul", number, toponym=words, **values) for number, words in enumerate(toponyms)]
    found = analysis.places(table(rows), embedded=True)["written"].iloc[0]
    return None if pd.isna(found) else found


def test_the_commonest_spelling_is_the_name() -> None:
    assert written("Mossoul", "Mosul", "Mossoul") == "Mossoul"


def test_of_equally_common_names_the_first_seen_is_taken() -> None:
    assert written("Nineveh", "Mosul", "Mosul", "Nineveh") == "Nineveh"


def test_spellings_that_fold_alike_count_together() -> None:
    assert written("The-Moşul", "Mossoul", "Mossoul", "mosul", "Mosul", "Mosul") == "Mosul"


@pytest.mark.parametrize(
    ("toponyms", "name"),
    [
        (("MOSSOUL", "MOSSOUL", "Mossoul"), "Mossoul"),  # the corpus writes it otherwise too
        (("MOSUL",), "Mosul"),  # so does the gazetteer
        (("MOSSOUL",), "MOSSOUL"),  # nobody does
        (("UAE", "UAE", "Uae"), "UAE"),  # initials are read as they are
        (("Mosul\n City", "Mosul City"), "Mosul City"),
    ],
)
def test_capitals_and_line_breaks_yield_to_what_is_read_more_easily(toponyms: tuple[str, ...], name: str) -> None:
    assert written(*toponyms) == name


def test_demonyms_parts_of_names_and_points_beside_a_place_are_no_names_of_it() -> None:
    assert written("Maslawi", kind="demonym") is None
    assert written("Mosul", kind="embedded") is None
    assert written("Mosul", precision="offset") is None


def test_a_table_without_toponyms_has_places_without_written_names() -> None:
    frame = table([mention("a", "mosul")]).drop(columns=["toponym", "kind"])
    assert analysis.places(frame)["written"].isna().all()


@given(mentions_tables())
@settings(max_examples=many(25), deadline=None)
def test_a_written_name_is_the_gazetteers_or_one_that_the_mentions_write(frame: pd.DataFrame) -> None:
    for row in analysis.places(frame).dropna(subset="written").itertuples():
        toponyms = frame.loc[frame["place_id"] == row.place_id, "toponym"]
        assert fold(row.written) in {fold(toponym) for toponym in toponyms.dropna()}

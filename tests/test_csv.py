"""CSV of unknown delimiter and encoding, as articles, gazetteers and gold files share it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from geomap._csv import Row, column_key, delimiter_of, open_csv, unique_names
from geomap._decoding import Content, Undecodable, decode, read_content

KNOWN = {"name", "lat", "lon"}


def rows_of(text: str, *, strict: bool = False) -> list[Row]:
    with open_csv(Content(text.encode()), KNOWN, strict=strict) as rows:
        assert rows.header == ["name", "lat", "lon"]
        return list(rows)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_yields_known_columns(delimiter: str) -> None:
    assert delimiter_of(delimiter.join(["Name", "a,b;c|d\te", "LAT"]), KNOWN) == delimiter
    assert rows_of(f"\n\nname{delimiter}lat{delimiter}lon\nA{delimiter}1{delimiter}2\n")[0].fields == ["A", "1", "2"]


def test_a_broken_row_costs_no_other_one_and_says_what_is_wrong() -> None:
    rows = rows_of('name,lat,lon\nA,1\n\nB,1,2,3\n"two\nlines",1,2\n"C,1\nD,1,2,,\n"E",1,2')
    assert [(row.number, row.line, row.usable) for row in rows] == [
        *((1, 2, True), (2, 4, False), (3, 5, True), (4, 7, False), (5, 8, True), (6, 9, True)),
    ]
    assert [row.fields for row in rows if row.usable] == [
        *(["A", "1", ""], ["two\nlines", "1", "2"], ["D", "1", "2"], ["E", "1", "2"]),
    ]
    assert "2 fields, but the header has 3" in rows[0].problem
    assert "4 fields, but the header has 3" in rows[1].problem
    assert "unbalanced quotes" in rows[3].problem
    assert [bool(row.problem) for row in rows] == [True, True, False, True, False, False]


def test_unbalanced_quotes_are_read_as_they_are_or_are_an_error_with_their_line() -> None:
    text = 'name,lat,lon\nA,1,2\n"B,1,2\nC,1,2\n'
    assert [row.fields[0] for row in rows_of(text)] == ["A", '"B', "C"]
    with pytest.raises(csv.Error, match="line 3: "):
        rows_of(text, strict=True)


def test_columns_are_compared_without_case_and_punctuation_and_named_apart() -> None:
    assert column_key("\ufeffPublished At (UTC)") == "publishedatutc"
    assert unique_names([" a ", "", "a", "a.1"]) == ["a", "Unnamed: 1", "a.1", "a.1.1"]


def test_an_encoding_that_was_named_is_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes("name\nZürich und Köln\n".encode("cp1252"))
    with pytest.raises(Undecodable, match="byte 6 is not UTF-8"):
        read_content(path, encoding="UTF-8")
    assert read_content(path, encoding="cp1252") == Content(path.read_bytes(), "cp1252")
    guess = read_content(path)
    assert (guess.encoding, guess.guessed, guess.damage) == ("cp1252", True, "")


def test_a_mark_and_damage_are_told_with_the_content() -> None:
    assert decode("\ufeffMosul".encode()) == Content("\ufeffMosul".encode())
    marked = decode("Mosul".encode("utf-16"))
    assert (marked.text(), marked.guessed) == ("Mosul", True)
    damaged = decode("Zürich, Köln und Malmö".encode() + b"\xe2\x80")
    assert "1 invalid UTF-8 sequence " in damaged.damage
    assert damaged.text().endswith("Malmö\ufffd")

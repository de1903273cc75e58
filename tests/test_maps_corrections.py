"""What people corrected, replayed on a later run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from test_maps_corpus import corpus, of_place

from geomap import errors, tables
from geomap.corrections import apply_corrections, check_corrections, read_corrections


def written(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def named(mentions: gpd.GeoDataFrame, toponym: str, which: int = 0) -> dict[str, Any]:
    row = mentions[mentions["toponym"] == toponym].iloc[which]
    return {name: row[name] for name in ("article_id", "field", "toponym")} | {
        "start": int(row["start"]),
        "end": int(row["end"]),
    }


ERBIL = {"place_id": "geonames:95446", "name": "Erbil", "country_code": "IQ", "lat": 36.19257, "lon": 44.01062}


def test_a_mention_moves_to_the_place_chosen(tmp_path: Path) -> None:
    before = corpus()
    path = written(tmp_path / "c.jsonl", named(before, "Sinjar", 1) | {"verdict": "moved"} | ERBIL)
    after = apply_corrections(before, path)
    row = after[after["checked"] == "moved"].iloc[0]
    assert (row["toponym"], row["name"], row["geonameid"], row["confidence"]) == ("Sinjar", "Erbil", 95446, 1.0)
    # What the page did not know comes from the table's other mentions of that place.
    assert (row["country"], row["admin1"], row["feature_class"]) == ("Iraq", "Erbil", "P")
    assert (row.geometry.x, row.geometry.y) == (44.01062, 36.19257)
    pd.testing.assert_frame_equal(
        pd.DataFrame(after[after["checked"].isna()]), pd.DataFrame(before[after["checked"].isna()])
    )


def test_not_a_place_becomes_nil_and_right_stays(tmp_path: Path) -> None:
    before = corpus()
    path = written(
        tmp_path / "c.jsonl",
        named(before, "Savusavu") | {"verdict": "not a place"},
        named(before, "Paris") | {"verdict": "right"},
    )
    after = apply_corrections(before, path)
    gone = after[after["toponym"] == "Savusavu"].iloc[0]
    assert (gone["status"], gone["checked"], gone["confidence"]) == ("nil", "not a place", 0.0)
    assert gone.geometry is None
    assert pd.isna(gone["place_id"])
    assert after["checked"].value_counts().to_dict() == {"not a place": 1, "right": 1}
    right = after["checked"] == "right"
    assert after.loc[right, "place_id"].to_list() == before.loc[right, "place_id"].to_list()


def test_the_table_keeps_its_shape_and_the_original_its_values(tmp_path: Path) -> None:
    before = corpus()
    kept = before.copy()
    path = written(tmp_path / "c.jsonl", named(before, "Paris") | {"verdict": "moved"} | ERBIL)
    after = apply_corrections(before, path)
    pd.testing.assert_frame_equal(pd.DataFrame(before), pd.DataFrame(kept))
    assert list(after.columns) == list(before.columns)
    assert after.dtypes.to_list() == before.dtypes.to_list()
    assert after.crs == tables.CRS


def test_of_two_lines_about_a_mention_the_later_counts_and_a_rule_less(tmp_path: Path) -> None:
    before = corpus()
    path = written(
        tmp_path / "c.jsonl",
        named(before, "Paris") | {"verdict": "not a place"},
        named(before, "Paris") | {"verdict": "right"},
        {"rule": True, "toponym": "Paris", "was": of_place("Paris")["place_id"], "verdict": "moved"} | ERBIL,
    )
    after = apply_corrections(before, path)
    paris = after[after["toponym"] == "Paris"]
    assert paris["checked"].to_list() == ["right", "moved", "moved"]


def test_a_rule_speaks_only_of_what_was_resolved_so(tmp_path: Path) -> None:
    path = written(tmp_path / "c.jsonl", {"rule": True, "toponym": "Paris", "was": "geonames:1", "verdict": "right"})
    with pytest.warns(errors.CorrectionsUnmatched):
        assert apply_corrections(corpus(), path)["checked"].isna().all()
    path = written(tmp_path / "c.jsonl", {"rule": True, "toponym": "Paris", "verdict": "right"})
    assert (apply_corrections(corpus(), path)["checked"] == "right").sum() == 3


def test_what_no_longer_matches_is_reported_and_not_applied(tmp_path: Path) -> None:
    before = corpus()
    paris = named(before, "Paris")
    path = written(
        tmp_path / "c.jsonl",
        paris | {"article_id": "gone", "verdict": "right"},
        paris | {"start": paris["start"] + 1, "verdict": "right"},
        paris | {"toponym": "Parys", "verdict": "right"},
        paris | {"verdict": "right"},
    )
    report = check_corrections(before, path)
    assert report["line"].to_list() == [1, 2, 3, 4]
    assert report["problem"].isna().to_list() == [False, False, False, True]
    assert report["mentions"].to_list() == [0, 0, 0, 1]
    problems = ["no mention in this article", "no mention at these offsets", "the text there is now 'Paris'"]
    assert report["problem"].to_list()[:3] == problems
    with pytest.warns(errors.CorrectionsUnmatched, match="3 of 4"):
        after = apply_corrections(before, path)
    assert (after["checked"] == "right").sum() == 1


def test_corrections_of_a_table_in_another_projection_stay_in_it(tmp_path: Path) -> None:
    before = corpus().to_crs(3857)
    path = written(tmp_path / "c.jsonl", named(before, "Paris") | {"verdict": "moved"} | ERBIL)
    after = apply_corrections(before, path)
    assert after.crs == before.crs
    moved = after[after["checked"] == "moved"].to_crs(4326).geometry
    assert (round(moved.x.iloc[0], 4), round(moved.y.iloc[0], 4)) == (44.0106, 36.1926)


def test_an_index_that_names_rows_alike_is_no_trouble(tmp_path: Path) -> None:
    before = corpus()
    before.index = pd.Index([0] * len(before))
    path = written(tmp_path / "c.jsonl", named(before, "Brussels") | {"verdict": "right"})
    assert (apply_corrections(before, path)["checked"] == "right").sum() == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "line 2: invalid JSON"),
        ("[]", "a JSON object"),
        ('{"verdict": "wrong"}', "got 'wrong'"),
        ('{"verdict": "right", "toponym": "x"}', "missing article_id, field, start, end"),
        ('{"rule": true, "verdict": "right"}', "missing toponym"),
        ('{"rule": true, "toponym": "x", "verdict": "moved"}', "needs a place_id"),
        ('{"rule": true, "toponym": "x", "verdict": "moved", "place_id": "a", "lat": 95, "lon": 0}', "latitude 95"),
        ('{"rule": true, "toponym": "x", "verdict": "moved", "place_id": "a", "lat": "1", "lon": 0}', "latitude '1'"),
    ],
)
def test_a_line_that_is_no_correction_is_named(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text("\n" + line + "\n")
    with pytest.raises(errors.InvalidCorrections, match=f"line 2.*{told}" if "line 2" not in told else told):
        apply_corrections(corpus(), path)


def test_a_file_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        apply_corrections(corpus(), "nowhere.jsonl")


def test_an_empty_file_and_an_empty_table_are_no_trouble(tmp_path: Path) -> None:
    path = written(tmp_path / "c.jsonl")
    assert apply_corrections(corpus(), path)["checked"].isna().all()
    assert len(apply_corrections(tables.empty_mentions(), path)) == 0


def test_a_relative_place_that_is_moved_is_a_place_of_its_own_and_one_that_is_right_stays(tmp_path: Path) -> None:
    before = corpus().assign(precision="offset", radius_km=12.0)
    path = written(
        tmp_path / "c.jsonl",
        named(before, "Sinjar", 1) | {"verdict": "moved"} | ERBIL,
        named(before, "Savusavu") | {"verdict": "not a place"},
        named(before, "Paris") | {"verdict": "right"},
    )
    after = apply_corrections(before, path).set_index("checked")
    assert after.loc["moved", "precision"] == "place" and pd.isna(after.loc["moved", "radius_km"])
    assert pd.isna(after.loc["not a place", "precision"]) and pd.isna(after.loc["not a place", "radius_km"])
    assert (after.loc["right", "precision"], after.loc["right", "radius_km"]) == ("offset", 12.0)
    few = corpus().drop(columns=["precision", "radius_km"], errors="ignore")
    assert list(apply_corrections(few, path).columns) == [*few.columns, *({"checked"} - set(few.columns))]


def test_rows_in_memory_do_what_their_file_does(tmp_path: Path) -> None:
    before = corpus()
    rows = [
        named(before, "Sinjar", 1) | {"verdict": "moved"} | ERBIL,
        {"rule": True, "toponym": "Paris", "verdict": "not a place", "was": None},
    ]
    path = written(tmp_path / "c.jsonl", *rows)
    from_file = apply_corrections(before, path)
    assert (from_file["checked"] == "not a place").sum() >= 1
    # A table has gaps where a rule names no mention, so that its whole numbers become floats.
    table = pd.DataFrame(rows)
    assert table["start"].dtype == float
    for given in (rows, tuple(rows), iter(rows), table):
        pd.testing.assert_frame_equal(apply_corrections(before, given), from_file)
    pd.testing.assert_frame_equal(check_corrections(before, table), check_corrections(before, path))
    assert read_corrections(table) == read_corrections(path) == read_corrections(rows)
    assert read_corrections(path)[1] == {"rule": True, "toponym": "Paris", "verdict": "not a place"}


@pytest.mark.parametrize("given", [3, None, b"c.jsonl", {"verdict": "right"}, ["right"], [["right"]]])
def test_what_is_neither_a_file_nor_rows_is_said(given: Any) -> None:
    with pytest.raises(errors.WrongKind, match=r"corrections.* must be .*; got"):
        read_corrections(given)


@pytest.mark.parametrize("row", [{"verdict": "wrong"}, {"verdict": object()}, {"verdict": "right", "start": 1 << 70}])
def test_a_row_that_is_no_correction_is_named(row: dict[str, Any]) -> None:
    fine = {"rule": True, "toponym": "Paris", "verdict": "right"}
    with pytest.raises(errors.InvalidCorrections, match="corrections, row 2: "):
        apply_corrections(corpus(), [fine, row])

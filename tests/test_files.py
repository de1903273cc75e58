"""Writing is all or nothing."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

from geomap._files import replacing
from geomap.errors import GazetteerNotFound, UnsafeOutput, UnsupportedFormat
from geomap.export import write_mentions
from geomap.tables import empty_mentions


def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "map.html"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt), replacing(target) as temporary:
        temporary.write_text("half", encoding="utf-8")
        raise KeyboardInterrupt
    assert target.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_finished_write_replaces_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "map.html"
    target.write_text("old", encoding="utf-8")
    with replacing(target) as temporary:
        temporary.write_text("new", encoding="utf-8")
    assert target.read_text("utf-8") == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_missing_folder_and_a_folder_as_target_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(UnsafeOutput, match="create it first"), replacing(tmp_path / "no" / "map.html"):
        pass
    with pytest.raises(UnsafeOutput, match="give a file name"), replacing(tmp_path):
        pass


def test_a_full_disk_is_reported_as_such(tmp_path: Path) -> None:
    with pytest.raises(UnsafeOutput, match="No space left"), replacing(tmp_path / "map.html") as temporary:
        temporary.write_text("half", encoding="utf-8")
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_geomaps_own_is_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(GazetteerNotFound, match="of its own"), replacing(tmp_path / "map.html"):
        raise GazetteerNotFound("of its own")


def test_an_unknown_ending_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedFormat, match=r"\.geojson, \.gpkg, \.parquet, \.csv"):
        write_mentions(empty_mentions(), tmp_path / "mentions.xlsx")


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".parquet"])
def test_an_empty_table_is_written_and_read_back_empty(tmp_path: Path, ending: str) -> None:
    path = write_mentions(empty_mentions(), tmp_path / f"mentions{ending}")
    table = gpd.read_parquet(path) if ending == ".parquet" else gpd.read_file(path)
    assert len(table) == 0

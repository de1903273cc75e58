"""``geomap geocode`` and ``geomap cache``, against a server on loopback."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from geocoding_faults import FaultServer
from typer.testing import CliRunner

from geomap import errors
from geomap.cli import app

pytestmark = pytest.mark.network


@pytest.fixture
def call(server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GEOMAP_CACHE", str(tmp_path / "cache"))

    def call(*arguments: str, text: str | None = None):
        if arguments[0] == "geocode":
            arguments = (*arguments, "--domain", server.url(), "--rate", "200")
        return CliRunner().invoke(app, [str(part) for part in arguments], input=text)

    return call


def test_names_are_shown_as_a_table(call) -> None:
    done = call("geocode", "Nineveh Street", "Nowhere", "--country", "iq", "--language", "en")
    assert done.exit_code == 0, done.output
    assert "1 found, 1 not_found, 0 error" in done.stderr
    assert "Nineveh Street, Mosul, Iraq" in done.stdout
    assert "43.145" in done.stdout


def test_a_dry_run_sends_nothing(call, server) -> None:
    done = call("geocode", "Mosul", "Mosul", "Erbil", "--dry-run")
    assert done.stdout == "3 names, 2 distinct, 0 cached, 0 s at 200/s\n"
    assert server.seen == []


@pytest.mark.filterwarnings("default::geomap.errors.LossyExport")
@pytest.mark.parametrize("ending", [".csv", ".geojson", ".gpkg", ".parquet"])
def test_a_table_is_written(call, tmp_path, ending: str) -> None:
    names = tmp_path / "names.csv"
    pd.DataFrame({"name": ["Bridge Street", "Nowhere"], "context": ["Mosul", None]}).to_csv(names, index=False)
    output = tmp_path / f"out{ending}"
    done = call("geocode", names, "-o", output)
    assert done.exit_code == 0, done.output
    reader = {".csv": pd.read_csv, ".parquet": gpd.read_parquet}.get(ending, gpd.read_file)
    table = reader(output)
    assert table["status"].tolist() == ["found", "not_found"]
    assert table["query"][0] == "Bridge Street, Mosul"


def test_names_come_from_a_text_file_and_from_stdin(call, tmp_path, server) -> None:
    (tmp_path / "names.txt").write_text("Mosul\n\nErbil\n", "utf-8")
    assert call("geocode", tmp_path / "names.txt").exit_code == 0
    assert call("geocode", "-", text="Mosul\nBaghdad\n").exit_code == 0
    assert [one.query for one in server.seen] == ["Mosul", "Erbil", "Baghdad"]


def test_only_cached_answers_without_sending(call, server) -> None:
    call("geocode", "Mosul")
    done = call("geocode", "Mosul", "Erbil", "--only-cached")
    assert "1 found, 0 not_found, 1 error" in done.stderr
    assert len(server.seen) == 1


def test_the_cache_is_shown_exported_and_cleared(call, tmp_path, server) -> None:
    call("geocode", "Mosul", "Erbil")
    assert call("cache", "info").stdout.startswith("2 answers, 0 of them expired")
    done = call("cache", "export", tmp_path / "mine.sqlite")
    assert done.stdout.startswith("2 answers: ")
    assert call("cache", "clear", "--expired").stdout == "0 answers removed\n"
    assert call("cache", "clear").stdout == "2 answers removed\n"
    done = call("geocode", "Mosul", "--only-cached", "--cache", tmp_path / "mine.sqlite")
    assert "1 found" in done.stderr
    assert len(server.seen) == 2


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("names.csv",), errors.GeocodingMisused),
        (("Mosul", "-o", "out.xlsx"), errors.UnsupportedFormat),
        (("Mosul", "--viewbox", "1,2"), errors.GeocodingMisused),
        (("Mosul", "--service", "nominatin"), errors.GeocoderUnknown),
    ],
)
def test_wrong_usage_is_an_error_of_geomaps(call, arguments, error) -> None:
    assert isinstance(call("geocode", *arguments).exception, error)

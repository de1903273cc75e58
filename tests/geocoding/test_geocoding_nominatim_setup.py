"""What setting up a real Nominatim may do to the machine: no cluster of Debian's, none that is there changed."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parent / "nominatim"


@pytest.fixture
def setup(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    spec = importlib.util.spec_from_file_location("nominatim_run", FOLDER / "run.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "nominatim_run", module)
    spec.loader.exec_module(module)
    return module


def test_packages_that_come_anew_are_installed(setup) -> None:
    anew = (
        "Inst libpq5 [15.12-0+deb12u2] (15.14-0+deb12u1 Debian:12 [amd64])\n"
        "Inst postgresql-15 (15.14-0+deb12u1 Debian:12 [amd64])\nConf postgresql-15 (15.14-0+deb12u1 Debian:12 [amd64])\n"
    )
    refused = []
    for plan in (anew, anew.replace("Inst postgresql-15 (", "Inst postgresql-15 [15.12-0+deb12u2] (")):
        try:
            setup.refuse_to_change_postgresql(plan)
        except setup.CannotRun:
            refused.append(plan)
    assert anew not in refused
    assert len(refused) == 1


@pytest.mark.parametrize(
    "line",
    [
        "Inst postgresql-15 [15.12-0+deb12u2] (15.14-0+deb12u1 Debian:12 [amd64]) []",
        "Remv postgresql-14 [14.9-1]",
        "Inst postgresql-common [247] (248 Debian:12 [all])",
    ],
)
def test_a_postgresql_that_is_there_is_neither_upgraded_nor_removed(setup, line: str) -> None:
    with pytest.raises(setup.CannotRun, match="would change those of PostgreSQL that are there: postgresql-"):
        setup.refuse_to_change_postgresql(f"Inst osm2pgsql (1.8.0 Debian:12 [amd64])\n{line}\n")


def test_debian_is_told_to_make_no_cluster_and_afterwards_nothing_is_left(setup, tmp_path, monkeypatch) -> None:
    file = tmp_path / "postgresql-common" / "createcluster.d" / "geomap-tests.conf"
    monkeypatch.setattr(setup, "NO_CLUSTER", file)
    with setup.no_main_cluster():
        assert file.read_text() == "create_main_cluster = false\n"
    assert list(tmp_path.iterdir()) == []


def test_what_others_put_beside_it_stays(setup, tmp_path, monkeypatch) -> None:
    file = tmp_path / "createcluster.d" / "geomap-tests.conf"
    monkeypatch.setattr(setup, "NO_CLUSTER", file)
    with pytest.raises(RuntimeError), setup.no_main_cluster():
        (file.parent / "own.conf").write_text("ssl = off\n")
        raise RuntimeError
    assert [path.name for path in file.parent.iterdir()] == ["own.conf"]

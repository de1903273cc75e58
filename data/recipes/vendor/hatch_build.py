"""Hatchling build hook: take Leaflet from npm into ``geomap/resources/vendor/leaflet`` when a package is built.

No third-party JavaScript lies in the repository; the wheel carries it. The files must have the SHA-256 that
``geomap/maps/leaflet.json`` names. Without npm (or without a network) the build goes on, and says so: maps then fetch
the same files once, at run time.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VERSION = "1.9.4"
TIMEOUT = 120  # seconds


class LeafletHook(BuildHookInterface[Any]):
    """Puts Leaflet where the wheel takes it from."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch the files unless they lie there already, and add them to what is packed."""
        root = Path(self.root)
        folder = root / "geomap" / "resources" / "vendor" / "leaflet"
        sums = json.loads((root / "geomap" / "maps" / "leaflet.json").read_text("utf-8"))[VERSION]
        if not is_complete(folder, sums):
            try:
                fetch(folder, sums)
            except (OSError, subprocess.SubprocessError, tarfile.TarError, KeyError) as error:
                self.app.display_warning(f"Leaflet {VERSION} was not packed ({error}); maps will fetch it once")
                return
        build_data["artifacts"].append("/geomap/resources/vendor/leaflet/")


def is_complete(folder: Path, sums: dict[str, str]) -> bool:
    """Return whether the folder holds every file with its checksum."""
    return all((folder / name).is_file() and _sha256((folder / name).read_bytes()) == sums[name] for name in sums)


def fetch(folder: Path, sums: dict[str, str]) -> None:
    """Fetch Leaflet's package, check the files that are wanted, and put all of them in the folder, or none."""
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm is not installed")
    with tempfile.TemporaryDirectory() as work:
        packed = subprocess.run(
            [npm, "pack", f"leaflet@{VERSION}", "--silent"],
            cwd=work,
            check=True,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
        )
        with tarfile.open(Path(work) / packed.stdout.split()[-1]) as archive:
            content = {name: _member(archive, name) for name in sums}
    for name, digest in sums.items():
        if _sha256(content[name]) != digest:
            raise OSError(f"{name} differs from its checksum")
    for name, data in content.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    inside = "package/LICENSE" if name == "LICENSE" else f"package/dist/{name}"
    stream = archive.extractfile(inside)
    if stream is None:
        raise KeyError(inside)
    return stream.read()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

"""Open a shipped resource, checked against the manifest."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files

from geomap.errors import ResourceDamaged


def manifest() -> dict[str, dict[str, object]]:
    """Return the manifest: what ships, by file name, with source, licence, date, SHA-256 and recipe."""
    listing = json.loads((files("geomap.resources") / "MANIFEST.json").read_text("utf-8"))
    return {entry["file"]: entry for entry in listing["resources"]}


def recognizer_checksum() -> str:
    """Return the SHA-256 of the shipped recognizer's model."""
    config = json.loads((files("geomap.resources") / "recognizer" / "config.json").read_text("utf-8"))
    return str(config["files"]["model.onnx"])


def read_resource(name: str) -> bytes:
    """Return the bytes of a shipped file.

    Raises
    ------
    ResourceDamaged
        If the file is missing or its SHA-256 is not the manifest's.
    """
    expected = manifest().get(name, {}).get("sha256")
    path = files("geomap.resources") / name
    if not path.is_file():
        raise ResourceDamaged(f"the resource {name} is missing at {path}; reinstall geomap-toolkit")
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise ResourceDamaged(
            f"the resource {path} is damaged: its SHA-256 is {found}, expected {expected}; reinstall geomap-toolkit"
        )
    return content

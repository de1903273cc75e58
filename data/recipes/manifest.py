"""Record where a shipped resource came from in ``geomap/resources/MANIFEST.json``.

Every recipe calls :func:`record` after it has written its file. Entries of other resources are kept as they are, and
the file is written sorted, so that two builds of the same resources leave the same manifest.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

RESOURCES = Path(__file__).resolve().parents[2] / "geomap" / "resources"
MANIFEST = "MANIFEST.json"


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def record(
    resource_path: Path,
    *,
    sources: Sequence[Mapping[str, str]],
    licence: str,
    recipe: str,
    date: str | None = None,
) -> None:
    """Write or replace one resource's entry in the manifest beside it.

    Parameters
    ----------
    resource_path
        The file that ships, inside ``geomap/resources``.
    sources
        One mapping each with ``name``, ``version``, ``licence`` and, where needed, ``text`` (the attribution).
    licence
        The licence of the resource as a whole.
    recipe
        The script that builds it, relative to the repository root.
    date
        ISO date of the sources; the day of the build when left out, kept while the file does not change.
    """
    manifest = resource_path.parent / MANIFEST
    content = json.loads(manifest.read_text("utf-8")) if manifest.exists() else {"resources": []}
    digest = sha256(resource_path)
    old = next((entry for entry in content["resources"] if entry["file"] == resource_path.name), None)
    if date is None:
        same = old is not None and old["sha256"] == digest
        date = old["date"] if same and old else dt.datetime.now(dt.UTC).date().isoformat()
    entry = {
        "file": resource_path.name,
        "sha256": digest,
        "bytes": resource_path.stat().st_size,
        "licence": licence,
        "sources": [dict(source) for source in sources],
        "date": date,
        "recipe": recipe,
    }
    others = [other for other in content["resources"] if other["file"] != resource_path.name]
    content["resources"] = sorted([*others, entry], key=lambda each: str(each["file"]))
    temporary = manifest.with_suffix(".tmp")
    temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(manifest)

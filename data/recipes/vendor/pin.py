"""Pin the files that maps write into themselves: ``python data/recipes/vendor/pin.py``.

Reads which files stand for which links in ``geomap/maps/assets.json`` (kept by hand: ``links`` and ``shipped``), takes
them from npm, adds the pictures and fonts that their style sheets name, and writes the SHA-256 of every file back.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import posixpath
import re
import tarfile
import tempfile
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).resolve().parent
ASSETS = HERE.parents[2] / "geomap" / "maps" / "assets.json"
NAMED = re.compile(r"url\(\s*[\"']?(?!data:|%23|#|https?:|//)([^\"')]+?)(?:[?#][^\"')]*)?[\"']?\s*\)")
LEFT_OUT = (".eot", ".ttf", ".woff", "glyphicons-halflings-regular.svg")  # every browser of today reads woff2
LICENSES = ("LICENSE", "LICENSE.txt", "LICENSE.md", "MIT-LICENCE.txt")


def main() -> None:
    """Do it."""
    assets = json.loads(ASSETS.read_text("utf-8"))
    names: dict[str, set[str]] = {}
    for link in assets["links"].values():
        for file in [*link["files"], *link.get("with", [])]:
            if not file.startswith("folium:"):
                package, name = split(file)
                names.setdefault(package, set()).add(name)
    hook = _hook()
    packages = {}
    with tempfile.TemporaryDirectory() as work:
        for package, archive in hook.packed(names, Path(work)):
            packages[package] = pinned(hook, archive, names[package], licensed=package in assets["shipped"])
    assets["packages"] = dict(sorted(packages.items()))
    ASSETS.write_text(json.dumps(assets, indent=1) + "\n", "utf-8")


def split(file: str) -> tuple[str, str]:
    """Return the package and the path in it."""
    parts = file.split("/")
    size = 2 if file.startswith("@") else 1
    return "/".join(parts[:size]), "/".join(parts[size:])


def pinned(hook: ModuleType, archive: tarfile.TarFile, names: set[str], *, licensed: bool) -> dict[str, str]:
    """Return the checksums of some files of a package and of what they name."""
    contents = {name: hook.member(archive, name) for name in sorted(names)}
    for name in [name for name in contents if name.endswith(".css")]:
        for found in NAMED.findall(contents[name].decode("utf-8")):
            file = posixpath.normpath(posixpath.join(posixpath.dirname(name), found))
            if not file.endswith(LEFT_OUT):
                contents[file] = hook.member(archive, file)
    if licensed:
        inside = {entry.partition("/")[2] for entry in archive.getnames()}
        contents |= {name: hook.member(archive, name) for name in LICENSES if name in inside}
    return {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}


def _hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", HERE / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()

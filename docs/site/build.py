"""Build the documentation site into ``out/site``: ``python docs/site/build.py``, warnings are errors.

The pages of ``docs`` and the notebooks are laid out in one folder together with what is written from the code itself (the
tables' columns, the methods, the commands, the interface), and Sphinx makes the site of it. Notebooks are run for it, and
again only when they or the code of geomap have changed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from columns import column_tables
from interface import interface_pages
from methods import method_tables

SITE = Path(__file__).resolve().parent
ROOT = SITE.parents[1]
WORK = ROOT / "out" / "docs"
OUTPUT = ROOT / "out" / "site"
LINKED = ("data", "geomap")


def main() -> int:
    """Lay out the sources and run Sphinx on them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--without-notebooks", action="store_true", help="Show the notebooks' code, and run none of it."
    )
    parser.add_argument("--output", type=Path, default=OUTPUT, help="The folder of the site.")
    arguments = parser.parse_args()
    source = WORK / "source"
    lay_out(source)
    print(f"sources: {source}", flush=True)
    started = time.monotonic()
    command = [sys.executable, "-m", "sphinx", "--builder", "html", "--fail-on-warning", "--keep-going", "--quiet"]
    command += ["--jobs", "2", "--doctree-dir", str(WORK / "doctrees"), "--conf-dir", str(SITE)]
    environment = {
        **os.environ,
        "GEOMAP_DOCS_EXECUTE": "off" if arguments.without_notebooks else "cache",
        "GEOMAP_DOCS_CACHE": str(WORK / "executed" / code_digest()),
    }
    done = subprocess.run([*command, str(source), str(arguments.output)], env=environment, check=False)
    if done.returncode == 0:
        print(f"{arguments.output / 'index.html'}: {time.monotonic() - started:.0f} s")
    return done.returncode


def lay_out(folder: Path) -> None:
    """Put all sources of the site into a folder; files that are as they were keep their dates, so that Sphinx skips them."""
    wanted = {Path(path.name): path.read_bytes() for path in sorted((ROOT / "docs").glob("*.md"))}
    wanted |= {
        Path("notebooks") / path.name: path.read_bytes() for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
    }
    wanted[Path("map.png")] = (ROOT / "docs" / "map.png").read_bytes()
    generated = {**column_tables(), **method_tables(), **interface_pages()}
    wanted |= {Path(name): text.encode() for name, text in generated.items()}
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.rglob("*"), reverse=True):
        inside = path.relative_to(folder)
        if path.is_symlink() or inside.parts[0] in LINKED or path.is_dir():
            continue
        # What a notebook wrote beside itself goes too: a clean build starts clean.
        if inside not in wanted:
            path.unlink()
    for name, content in wanted.items():
        path = folder / name
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    for name in LINKED:
        # Notebooks and examples name files of the repository by their place in it.
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(ROOT / name, target_is_directory=True)


def code_digest() -> str:
    """Return what tells one state of geomap and its data from another."""
    digest = hashlib.sha256()
    for folder in ("geomap", "data/corpora"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


if __name__ == "__main__":
    shutil.rmtree(WORK / "doctrees", ignore_errors=True)
    sys.exit(main())

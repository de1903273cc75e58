"""Build the documentation site into ``out/site``: ``python docs/site/build.py``; warnings are errors.

The pages of ``docs`` and the notebooks are copied into one folder, with what is generated from the code (the columns of the
tables, the methods, the command line), and Sphinx builds the site from it. A notebook runs again only when it, the code or
the corpora have changed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from columns import column_tables
from commands import commands_page
from methods import method_tables

SITE = Path(__file__).resolve().parent
ROOT = SITE.parents[1]
WORK = ROOT / "out" / "docs"


def main() -> int:
    """Lay out the sources and run Sphinx on them."""
    parser = argparse.ArgumentParser(description="Build the documentation site; warnings are errors.")
    parser.add_argument("--without-notebooks", action="store_true", help="show the notebooks' code without running it")
    parser.add_argument("--output", type=Path, default=ROOT / "out" / "site", help="folder of the site")
    options = parser.parse_args()
    source = WORK / "source"
    lay_out(source)
    environment = {
        **os.environ,
        "GEOMAP_DOCS_EXECUTE": "off" if options.without_notebooks else "cache",
        "GEOMAP_DOCS_CACHE": str(WORK / "executed" / code_digest()),
    }
    command = [sys.executable, "-m", "sphinx", "--builder", "html", "--fail-on-warning", "--keep-going", "--quiet"]
    command += ["--fresh-env", "--jobs", "2", "--doctree-dir", str(WORK / "doctrees"), "--conf-dir", str(SITE)]
    code = subprocess.run([*command, str(source), str(options.output)], env=environment, check=False).returncode
    if code == 0:
        print(options.output / "index.html")
    return code


def lay_out(folder: Path) -> None:
    """Put all sources of the site into an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "docs", folder, ignore=shutil.ignore_patterns("site"))
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns("*.html", ".*"))
    for name in ("data", "geomap"):
        # Notebooks and examples name files by their place in the repository.
        (folder / name).symlink_to(ROOT / name, target_is_directory=True)
    for name, text in generated_pages().items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def generated_pages() -> dict[str, str]:
    """Return what is written from the code: page or part of a page by file name."""
    return {**column_tables(), **method_tables(), "commands.md": commands_page()}


def code_digest() -> str:
    """Return a digest that changes with the package and the sample corpora."""
    digest = hashlib.sha256()
    for folder in ("geomap", "data/corpora"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main())

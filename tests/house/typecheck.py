"""Check the types of the scripts around the package with ``mypy --strict``, and of the tests; ``mypy`` checks the package.

    python tests/house/typecheck.py [FOLDER ...]

Scripts find their neighbors by path, and several folders hold a ``build.py`` or a ``train.py``: mypy therefore runs once
per folder. Libraries that only a recipe needs (torch, lightgbm) may be absent; what comes from them is then untyped.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECIPES = ROOT / "data" / "recipes"
NOT_OURS = {"work", "node_modules"}  # what recipes leave behind
OPTIONS = (
    "--strict",
    "--follow-imports=silent",
    "--ignore-missing-imports",
    "--allow-subclassing-any",
    "--allow-untyped-decorators",
)


# Tests hand wrong things over on purpose, and read single cells of tables, for which pandas' stubs name twenty types.
OPTIONS_FOR_TESTS = (
    "--config-file=",
    "--check-untyped-defs",
    "--follow-imports=silent",
    "--ignore-missing-imports",
    "--warn-redundant-casts",
    *(f"--disable-error-code={code}" for code in ("arg-type", "call-overload", "index", "operator", "union-attr")),
)
TESTS = [
    ROOT / "tests",
    *(ROOT / "tests" / name for name in ("analysis", "browser", "geocoding", "geocoding/nominatim")),
]


def folders() -> list[Path]:
    """Return the folders that hold scripts."""
    return [
        ROOT / "docs" / "site",
        ROOT / "tests" / "benchmarks",
        ROOT / "tests" / "house",
        *TESTS,
        *sorted(
            {path.parent for path in RECIPES.rglob("*.py") if NOT_OURS.isdisjoint(path.relative_to(RECIPES).parts)}
        ),
    ]


def passes(folder: Path) -> bool:
    """Check one folder, and print what is wrong."""
    scripts = [str(path.relative_to(ROOT)) for path in sorted(folder.glob("*.py"))]
    print(folder.relative_to(ROOT), flush=True)
    command = [
        sys.executable,
        "-m",
        "mypy",
        *(OPTIONS_FOR_TESTS if folder in TESTS else OPTIONS),
        "--cache-dir",
        ".mypy_cache/scripts",
        "--no-error-summary",
        *scripts,
    ]
    path = os.pathsep.join(map(str, (folder, ROOT / "tests", RECIPES, ROOT)))
    return subprocess.run(command, cwd=ROOT, env={**os.environ, "MYPYPATH": path}, check=False).returncode == 0


def main() -> int:
    """Check the folders named, or all."""
    checked = [passes(folder) for folder in [Path(name).resolve() for name in sys.argv[1:]] or folders()]
    return 0 if all(checked) else 1


if __name__ == "__main__":
    sys.exit(main())

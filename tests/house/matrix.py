"""Run the fast tests and the main job with other versions: ``python tests/house/matrix.py lowest|newest [--every]``.

``lowest`` installs the oldest versions that ``pyproject.toml`` allows, under the oldest supported Python found on the
machine; ``newest`` the newest ones, under the newest Python. ``--every`` takes all interpreters found. Searched are those
of pyenv, of uv, and of the system (``python3.12`` on the path).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[2]
EXTRAS = "analysis,dask,formats,html,maps,notebooks,parquet"
# Warnings of other versions of libraries are theirs; spaCy's own part is tested with the pinned versions.
FAST = ["-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "-p", "no:nbmake", "-o", "filterwarnings=default"]
FAST += ["-m", "not slow and not browser", "--ignore", "tests/test_recognizer_adapters.py", "tests"]


def main() -> int:
    """Run the tests under each interpreter chosen; return 1 if any of them failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("versions", choices=["lowest", "newest"])
    parser.add_argument("--every", action="store_true", help="Take every supported interpreter found on the machine.")
    arguments = parser.parse_args()
    found = interpreters()
    if not found:
        print("no supported Python was found", file=sys.stderr)
        return 1
    chosen = found if arguments.every else found[:1] if arguments.versions == "lowest" else found[-1:]
    failed = [version for version, python in chosen if not passes(arguments.versions, version, python)]
    print(f"{arguments.versions} versions: {', '.join(version for version, _ in chosen)}; failed: {failed or 'none'}")
    return 1 if failed else 0


def interpreters() -> list[tuple[str, str]]:
    """Return version and path of one interpreter of each supported minor version on this machine, oldest first."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    supported = SpecifierSet(project["requires-python"])
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    managed = Path(uv("python", "dir", capture=True).strip())
    candidates = [*pyenv.glob("3.*/bin/python"), *managed.glob("cpython-3.*/bin/python3")]
    candidates += [Path(found) for minor in range(11, 30) if (found := shutil.which(f"python3.{minor}"))]
    by_minor: dict[tuple[int, ...], tuple[str, str]] = {}
    for path in candidates:
        version = version_of(path)
        if version and version in supported:
            by_minor.setdefault(tuple(map(int, version.split(".")[:2])), (version, str(path)))
    return [by_minor[key] for key in sorted(by_minor)]


def version_of(python: Path) -> str:
    """Return the version of an interpreter; nothing if it does not run (pyenv leaves shims of other versions)."""
    command = [str(python), "-c", "import platform; print(platform.python_version())"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def passes(versions: str, python_version: str, python: str) -> bool:
    """Return whether the fast tests and the main job pass in a fresh environment."""
    environment = ROOT / ".venv" / "matrix" / f"{versions}-{python_version}"
    shutil.rmtree(environment, ignore_errors=True)
    uv("venv", "--quiet", "--python", python, str(environment))
    inside = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    resolution = "lowest-direct" if versions == "lowest" else "highest"
    command = ["pip", "install", "--quiet", "--python", str(inside), "--resolution", resolution]
    uv(*command, "--editable", f".[{EXTRAS}]", "--group", "test")
    output = environment / "map.html"
    main_job = [str(inside), "-m", "geomap.cli", "map", "data/corpora/mosul", "--output", str(output)]
    done = [subprocess.run(each, cwd=ROOT, check=False) for each in (main_job, [str(inside), *FAST])]
    good = all(each.returncode == 0 for each in done)
    if good:
        shutil.rmtree(environment, ignore_errors=True)
    return good


def uv(*arguments: str, capture: bool = False) -> str:
    """Run uv of this environment and return what it printed, if asked to capture it."""
    command = [sys.executable, "-m", "uv", *arguments]
    done = subprocess.run(command, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE if capture else None)
    return done.stdout or ""


if __name__ == "__main__":
    sys.exit(main())

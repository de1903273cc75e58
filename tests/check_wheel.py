"""Build the wheel and the sdist, install the wheel into a fresh environment elsewhere, and run the main job from it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LARGEST_WHEEL = 60 * 2**20
LARGEST_INSTALL = 550e6  # bytes, without pip itself


def main(articles: str) -> None:
    """Do it, and print the sizes; any failure ends it."""
    dist = ROOT / "dist"
    for old in dist.glob("geomap_toolkit-*"):
        old.unlink()
    _run(sys.executable, "-m", "build", "--outdir", str(dist), str(ROOT))
    (wheel,) = dist.glob("*.whl")
    (sdist,) = dist.glob("*.tar.gz")
    print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB; {sdist.name}: {sdist.stat().st_size / 1e6:.1f} MB")
    assert wheel.stat().st_size < LARGEST_WHEEL, "the wheel is larger than a registry takes without asking"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        venv.create(folder / "env", with_pip=True)
        bin_folder = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
        _run(str(bin_folder / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel))
        size, packages = installed(folder / "env")
        print(f"installed: {size / 1e6:.0f} MB in {packages} packages")
        assert size < LARGEST_INSTALL, "the base install is larger than the README says"
        target = folder / "wheel.html"
        _run(str(bin_folder / "geomap"), "map", str(Path(articles).resolve()), "--output", str(target), cwd=folder)
        html = target.read_text("utf-8")
        assert "<script src=" not in html, "the map from the wheel links to scripts"
        print(f"the map from the wheel: {target.stat().st_size / 1e3:.0f} KB")


def installed(environment: Path) -> tuple[int, int]:
    """Return the bytes and the number of the packages in an environment, pip and setuptools left out."""
    (site,) = environment.glob("lib/python3*/site-packages")
    files = [path for path in site.rglob("*") if path.is_file()]
    own = ("pip", "setuptools", "_distutils_hack", "pkg_resources")
    size = sum(path.stat().st_size for path in files if not path.relative_to(site).parts[0].startswith(own))
    return size, len([path for path in site.glob("*.dist-info") if not path.name.startswith(own)])


def _run(*command: str, cwd: Path = ROOT) -> None:
    subprocess.run(command, check=True, cwd=cwd)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "data" / "corpora" / "mosul"))

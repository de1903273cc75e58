"""The README and the docstrings: what they show runs, and gives what they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def rows(table: str) -> list[tuple[str, str, int, int]]:
    found = []
    for line in table.strip().splitlines()[1:]:
        name, country, mentions, articles = line.split()
        found.append((name, country, int(mentions), int(articles)))
    return found


def test_the_code_of_the_readme_gives_the_output_that_stands_below_it(gazetteer_cache: Path, tmp_path: Path) -> None:
    code, shown = (re.search(rf"```{kind}\n(.*?)```", README, re.DOTALL) for kind in ("python", "text"))
    assert code
    assert shown
    (tmp_path / "data").symlink_to(ROOT / "data", target_is_directory=True)
    environment = os.environ | {"GEOMAP_CACHE": str(gazetteer_cache)}
    command = [sys.executable, "-c", code.group(1)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "map.html").stat().st_size > 100_000
    # Processors round the model's sums differently: counts may differ by a few, names and order may not.
    for (name, country, mentions, articles), real in zip(rows(shown.group(1)), rows(done.stdout), strict=True):
        assert (name, country) == real[:2]
        assert (mentions, articles) == pytest.approx(real[2:], rel=0.03)


def test_the_commands_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"^make (\w+)$", README, re.MULTILINE):
        assert f"\n{target}:" in makefile
    blocks = "".join(re.findall(r"```shell\n(.*?)```", README, re.DOTALL))
    commands = set(re.findall(r"^geomap (\w+)", blocks, re.MULTILINE))
    assert commands == {"text", "map", "geoparse", "read", "lookup", "evaluate"}
    listed = subprocess.run([sys.executable, "-m", "geomap.cli", "--help"], capture_output=True, text=True, check=True)
    assert all(command in listed.stdout for command in commands)


def test_every_file_that_the_readme_links_to_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert links
    assert all((ROOT / link).is_file() for link in links)


def test_the_first_screen_says_whose_words_the_samples_are_and_how_to_open_the_notebooks() -> None:
    first_screen = README.split("In Python:")[0]
    assert "written for this project" in first_screen
    assert "\nmake notebooks\n" in first_screen
    without_make = re.search(r"^uvx .* jupyter-lab notebooks$", first_screen, re.MULTILINE)
    assert without_make
    for folder in re.findall(r"--with (\./\S+)", without_make.group()):
        assert (ROOT / folder / "pyproject.toml").is_file()

"""The picture in ``docs/architecture.md`` is the house as it stands: its arrows are compared with the imports."""

from __future__ import annotations

import re
from pathlib import Path

import grimp
import networkx as nx
import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
GROUND = "ground floor"
_PICTURE = re.compile(r"```mermaid\n(.*?)```", re.DOTALL)
_NODE = re.compile(r'(\w+)\["?([^"\]]+)"?\]')
_ARROW = re.compile(r"^\s*(\w+)\s*-->\s*(\w+)(?:\[.*\])?\s*$", re.MULTILINE)


def part_of(module: str) -> str | None:
    """Return the part of the picture that a module belongs to; None for the package's face, which only hands names on."""
    if "." not in module:
        return None
    name = module.split(".")[1]
    on_the_ground = name.startswith("_") and name not in {"_notation", "_spacy_component"}
    return GROUND if on_the_ground or name in {"errors", "geometry", "resources", "tables"} else name


def arrows_of_the_code() -> nx.DiGraph:
    """Return which part imports which, without the arrows that follow from others."""
    graph = grimp.build_graph("geomap")
    imports = nx.DiGraph()
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            ends = part_of(module), part_of(imported)
            if None not in ends and ends[0] != ends[1]:
                imports.add_edge(*ends)
    assert nx.is_directed_acyclic_graph(imports)
    return nx.transitive_reduction(imports)


@pytest.fixture(scope="module")
def picture() -> str:
    found = _PICTURE.search(PAGE.read_text("utf-8"))
    assert found, "docs/architecture.md has no picture"
    return found.group(1)


def test_the_picture_has_the_arrows_of_the_code(picture: str) -> None:
    names = dict(_NODE.findall(picture))
    drawn = {(names.get(a, a), names.get(b, b)) for a, b in _ARROW.findall(picture)}
    assert drawn == set(arrows_of_the_code().edges)


def test_every_part_has_a_paragraph_and_every_module_of_the_ground_floor_a_row() -> None:
    text = PAGE.read_text("utf-8")
    for part in arrows_of_the_code().nodes - {GROUND}:
        assert f"**`{part}" in text, part
    top = [*(ROOT / "geomap").glob("*.py"), *(ROOT / "geomap").glob("*/__init__.py")]
    modules = {path.parent.name if path.name == "__init__.py" else path.stem for path in top} - {"geomap"}
    for name in modules:
        if part_of(f"geomap.{name}") == GROUND:
            assert f"`{name}`" in text, name

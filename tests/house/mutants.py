"""Change the code in small ways and see whether the tests notice: ``python tests/house/mutants.py [--count N] [--seed S]``.

Each mutant is one changed comparison, operator, constant or condition in one of the modules below; the module's own tests
run on a copy of the package with that change. A mutant that no test notices is printed: a behavior that nothing holds.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = {
    "_csv.py": ["test_csv.py"],
    "_datelines.py": ["test_datelines.py"],
    "geometry.py": ["test_geometry.py", "analysis/test_analysis_pairs.py", "analysis/test_analysis_space.py"],
    "articles/_dates.py": ["test_articles_dates.py"],
    "gazetteer/_folding.py": ["test_gazetteer_folding.py"],
    "evaluation/_bootstrap.py": ["test_evaluation_intervals.py"],
    "evaluation/_metrics.py": ["test_evaluation.py", "test_evaluation_intervals.py"],
}
MIN_NOTICED = 0.5  # many changes make no difference: >= for > between two numbers that are never equal
_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Add,
}  # fmt: skip


def changes(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the nodes that can be changed: those inside functions, which run when they are called."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in (inner for statement in function.body for inner in ast.walk(statement)):
                if (
                    (isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARISONS)
                    or (isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS)
                    or isinstance(node, ast.BoolOp)
                    or (isinstance(node, ast.Constant) and type(node.value) in (int, float))
                ):
                    yield node


def change(node: ast.AST) -> str:
    """Change a node in place and return what was done."""
    before = ast.unparse(node)
    if isinstance(node, ast.Compare):
        node.ops[0] = _COMPARISONS[type(node.ops[0])]()
    elif isinstance(node, ast.BinOp):
        node.op = _OPERATORS[type(node.op)]()
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.Constant):
        assert isinstance(node.value, int | float)
        node.value = node.value + 1
    return f"{before}  ->  {ast.unparse(node)}"


def is_noticed(module: str, source: str, package: Path) -> bool:
    """Return whether the module's tests fail with that source."""
    target = package / "geomap" / module
    original = target.read_text("utf-8")
    target.write_text(source, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:nbmake", "--timeout=120"]
    try:
        done = subprocess.run(
            [*command, *(str(ROOT / "tests" / name) for name in TESTS[module])],
            cwd=package,
            env=os.environ | {"PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            check=False,
        )
    finally:
        target.write_text(original, "utf-8")
    return done.returncode != 0


def main() -> int:
    """Try mutants, print those that survive, and fail if too many do."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200, help="How many mutants to try.")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    draw = random.Random(arguments.seed)
    survived = 0
    with tempfile.TemporaryDirectory() as name:
        package = Path(name)
        shutil.copytree(ROOT / "geomap", package / "geomap", ignore=shutil.ignore_patterns("__pycache__"))
        for _ in range(arguments.count):
            module = draw.choice(sorted(TESTS))
            tree = ast.parse((package / "geomap" / module).read_text("utf-8"))
            node = draw.choice(list(changes(tree)))
            line, said = getattr(node, "lineno", 0), change(node)
            if not is_noticed(module, ast.unparse(tree), package):
                survived += 1
                print(f"survived: geomap/{module}:{line}: {said}", flush=True)
    noticed = 1 - survived / arguments.count
    print(f"{arguments.count} mutants, {noticed:.0%} noticed")
    return 0 if noticed >= MIN_NOTICED else 1


if __name__ == "__main__":
    sys.exit(main())

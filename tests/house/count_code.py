"""Count the lines of code of the package: ``python tests/house/count_code.py [FOLDER]``.

Docstrings, comments, blank lines and imports do not count, so that better documentation is never a cost.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def code_lines(source: str) -> int:
    """Return how many lines of a module hold code."""
    tree = ast.parse(source)
    left_out: set[int] = set()
    for node in ast.walk(tree):
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if isinstance(node, ast.stmt) and (is_docstring or isinstance(node, ast.Import | ast.ImportFrom)):
            left_out.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    counted: set[int] = set()
    layout = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in layout:
            counted.update(range(token.start[0], token.end[0] + 1))
    return len(counted - left_out)


def main() -> None:
    """Print the lines of code and the files of each folder, and of all."""
    package = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "geomap"
    lines: Counter[str] = Counter()
    files: Counter[str] = Counter()
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).parts
        folder = parts[0] if len(parts) > 1 else "."
        lines[folder] += code_lines(path.read_text("utf-8"))
        files[folder] += 1
    for folder in sorted(lines):
        print(f"{folder:<12} {files[folder]:>4} files {lines[folder]:>7,} lines of code")
    print(f"{'all':<12} {files.total():>4} files {lines.total():>7,} lines of code")


if __name__ == "__main__":
    main()

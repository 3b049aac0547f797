"""Rooms stay small enough to read."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path
    for house in ("gateway", "adapters", "schemas")
    for path in (ROOT / house).rglob("*.py")
    if "versions" not in path.parts
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_has_at_most_400_lines_and_a_function_at_most_40(path):
    """House style: a file fails beyond 400 lines, a function beyond 40."""
    text = path.read_text(encoding="utf-8")
    long_functions = [
        f"{node.name}: {node.end_lineno - node.lineno + 1}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno + 1 > 40
    ]
    assert [] == long_functions
    assert text.count("\n") <= 400


def test_package_files_hold_only_names():
    """An `__init__.py` has a docstring, and at most a version or names to pass on."""
    logic = [
        str(path.relative_to(ROOT))
        for path in FILES
        if path.name == "__init__.py"
        and any(
            not isinstance(node, ast.Expr | ast.Assign | ast.Import | ast.ImportFrom)
            for node in ast.parse(path.read_text(encoding="utf-8")).body
        )
    ]
    assert [] == logic

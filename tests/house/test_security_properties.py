"""The page of security properties names only what is there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/security-properties.md"
NAMED = re.compile(r"`((?:tests|gateway|adapters)/[\w/]+\.py)(?:::([\w.]+))?`")
NOT_BUILT: set[str] = set()


def text() -> str:
    """The page."""
    return PAGE.read_text(encoding="utf-8")


def promises() -> dict[str, str]:
    """The section of each promise, by its number."""
    return {found[1]: found[2] for found in re.finditer(r"^## (\d)\. (.*?)(?=^## )", text(), re.MULTILINE | re.DOTALL)}


@cache
def symbols(path: Path) -> frozenset[str]:
    """The classes and functions that a file defines, methods as `Class.method`."""
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    top = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, kinds)]
    inner = [
        f"{node.name}.{member.name}"
        for node in top
        if isinstance(node, ast.ClassDef)
        for member in node.body
        if isinstance(member, kinds)
    ]
    return frozenset([node.name for node in top] + inner)


@pytest.mark.parametrize(("file", "symbol"), sorted(set(NAMED.findall(text()))))
def test_what_the_security_page_names_is_there(file: str, symbol: str) -> None:
    """Each file is there, and defines the class, function, method or test that is named in it."""
    path = ROOT / file
    assert path.is_file(), f"{file} is gone"
    assert not symbol or symbol in symbols(path), f"{file} has no {symbol}"


def test_the_security_page_names_code_and_tests_in_one_form_only() -> None:
    """A name in another form would not be checked."""
    spans = re.findall(r"`([^`]+)`", text())
    odd = [span for span in spans if (".py" in span or re.match(r"test_\w", span)) and not NAMED.fullmatch(f"`{span}`")]
    assert [] == odd


def test_each_promise_has_its_code_and_its_tests() -> None:
    """Nine promises; one that is not built names neither, and says so."""
    assert list("123456789") == sorted(promises())
    for number, section in promises().items():
        named = [file for file, symbol in NAMED.findall(section) if symbol]
        tested = [file for file in named if file.startswith("tests/")]
        if number in NOT_BUILT:
            assert [] == named
            assert "not built yet" in section
        else:
            assert len(tested) >= 3, f"promise {number}"
            assert len(named) > len(tested), f"promise {number}"


def test_each_threat_and_each_fault_of_a_library_has_its_test() -> None:
    """Each row of the two tables ends with a test."""
    rows = [row for row in text().splitlines() if row.startswith("| ")]
    untested = [row for row in rows if "`tests/" not in row.split("|")[-2]]
    assert {"| as it comes | here | regression test |", "| threat | control | test |"} == set(untested)
    assert len(rows) > 40

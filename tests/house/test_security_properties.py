import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_test_that_the_security_page_names_exists():
    """A promise is not shown as tested by a test that is gone."""
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs/security-properties.md").read_text(encoding="utf-8")))
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert len(named) > 30
    assert set() == named - set(re.findall(r"def (test_\w+)", text))


def test_every_name_of_code_that_the_security_page_names_exists():
    """The code that keeps a promise is still called so."""
    rows = (ROOT / "docs/security-properties.md").read_text(encoding="utf-8").split("\n## ")[0].splitlines()
    code = [cells[2] for row in rows if row.startswith("| ") and len(cells := row.split("|")) > 4]
    named = {name for cell in code for name in re.findall(r"`([A-Za-z_.]+)`", cell)}
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "gateway").rglob("*.py"))
    missing = {name for name in named if any(not re.search(rf"(class|def) {it}\b", text) for it in name.split("."))}
    assert len(named) > 12
    assert set() == missing

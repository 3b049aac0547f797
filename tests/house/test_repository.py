"""What the repository's own text may and must hold."""

import re
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import adapters
import gateway
import schemas
from schemas import publish

ROOT = Path(__file__).parents[2]


def tracked() -> list[Path]:
    """Every file that git tracks, but for vendored ones."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [
        ROOT / name for name in names.split("\0") if name and "/static/vendor/" not in name and (ROOT / name).is_file()
    ]


def test_the_houses_resolve_to_this_repository():
    """`adapters` and `schemas` are common names; these are ours."""
    assert {ROOT / name for name in ("gateway", "adapters", "schemas")} == {
        Path(module.__file__).parent for module in (gateway, adapters, schemas)
    }


def test_the_published_schemas_are_those_of_the_code():
    """`make fix` writes them; nothing else changes them."""
    assert publish.documents() == {
        path.name: path.read_text(encoding="utf-8") for path in publish.FOLDER.glob("*.schema.json")
    }


def test_dependencies_are_locked_by_hash_and_name_no_address():
    """Every requirement has a hash; no index or URL is written down."""
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        pinned = re.findall(r"^[a-z0-9._-]+(?:\[[a-z,]+\])?==", text, flags=re.MULTILINE | re.IGNORECASE)
        assert len(pinned) > 20
        assert [] == [
            block for block in re.split(r"\n(?=[a-z])", text) if "==" in block and "--hash=sha256:" not in block
        ]
        assert re.search(r"https?://|--index-url|--find-links", text) is None


def test_a_wheel_holds_every_file_of_the_houses():
    """Whatever stands in the three folders is Python, or is named by the package data."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = [pattern.rpartition("/")[2] for pattern in settings["tool"]["setuptools"]["package-data"]["*"]]
    names = subprocess.run(
        ["git", "ls-files", "gateway", "adapters", "schemas"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.splitlines()
    data = [name for name in names if not name.endswith(".py")]
    assert len(data) > 50
    assert [] == [name for name in data if not any(fnmatch(name.rpartition("/")[2], one) for one in patterns)]


def test_no_file_names_a_machine_or_a_registry():
    """A clone works anywhere, so nothing in it points at where it was made."""
    telling = re.compile(r"(?<![\w.])/(?:work|root|home)/|pypi\.org|pythonhosted|registry\.npmjs|deb\.debian")
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked()
        if path != Path(__file__) and path.suffix not in {".png", ".ico", ".woff2", ".gz"}
        if (match := telling.search(path.read_text(encoding="utf-8", errors="replace")))
    ]
    assert [] == found


def test_every_link_between_documents_leads_somewhere():
    """A relative link in a Markdown file names a file that is there."""
    broken = []
    for path in tracked():
        if path.suffix != ".md":
            continue
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            if "://" not in target and not target.startswith(("mailto:", "/")) and not (path.parent / target).exists():
                broken.append(f"{path.relative_to(ROOT)}: {target}")
    assert [] == broken

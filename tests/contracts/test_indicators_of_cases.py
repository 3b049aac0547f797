"""The dataset that tells of cases, copied for another partner and recipe as `docs/life-events.md` says."""

import json
import shutil
import subprocess
import sys

from tests.support.partner_documents import ROOT

PAGE = (ROOT / "docs/life-events.md").read_text(encoding="utf-8")


def block(before, language):
    """The first block of that language after some words of the page."""
    return PAGE.split(before)[1].split(f"```{language}\n")[1].split("```")[0]


def test_what_the_page_shows_is_what_is_shipped():
    """The tables of Sumedang's file stand in the page word for word."""
    shown = block("## What the cases say together", "toml").removeprefix("# config/partners/sumedang.toml\n")
    assert shown.strip() in (ROOT / "config/partners/sumedang.toml").read_text(encoding="utf-8")


def test_a_copy_for_another_partner_and_recipe_checks(tmp_path):
    """Jakarta's deaths: the page's commands and the page's tables, under another name, make a contract that is kept."""
    partners = tmp_path / "schemas/partners"
    (partners / "jakarta").mkdir(parents=True)
    shutil.copytree(ROOT / "schemas/partners/sumedang", partners / "sumedang")
    *commands, check = [line.removeprefix("$ ") for line in block("<!-- copy -->", "console").splitlines()]
    subprocess.run(["bash", "-ec", "\n".join(commands)], cwd=tmp_path, check=True)
    (tmp_path / "config/partners").mkdir(parents=True)
    tables = block("## What the cases say together", "toml").replace("newborn-documents", "death-documents")
    own = (ROOT / "config/partners/jakarta.toml").read_text(encoding="utf-8").partition("\n[")[0]
    (tmp_path / "config/partners/jakarta.toml").write_text(f"{own}\n{tables}", encoding="utf-8")
    words = [*check.removeprefix("gateway ").split(), "--json", "--examples", "50", "--root", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "gateway", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert 0 == done.returncode, done.stderr
    (dataset,) = json.loads(done.stdout)["datasets"]
    assert ["ok", "ok", "skipped", "ok"] == [it["outcome"] for it in dataset["stages"]]

"""`gateway contracts check --json` says of each seeded fault what it is, and exits 4."""

import json
import shutil
import subprocess
import sys

import pytest

from gateway.cli.main import root
from gateway.cli.run import run
from tests.support.partner_documents import ROOT
from tests.support.seeded_faults import SCHEMAS, Edit, faults, seeded

FOUND = [fault for fault in faults() if fault.stage == "mapping"]
ONE_OF_EACH_CLASS = list({fault.class_: fault for fault in reversed(FOUND)}.values())
ARGUMENTS = ("--examples", "1", "--json")


def repository(edit, folder):
    """A partner's own repository, with the edit: settings, contract, samples."""
    partner, _, dataset = edit.dataset.partition("/")
    schemas = seeded(edit, folder)
    (folder / "config").mkdir()
    (folder / "config" / "partners").mkdir()
    shutil.copy(ROOT / "config/partners" / f"{partner}.toml", folder / "config/partners")
    samples = f"partners/{partner}/samples/{dataset}"
    shutil.copytree(SCHEMAS / samples, schemas / samples)
    return folder


@pytest.fixture
def check(tmp_path, capsys):
    """Runs the command over a repository with an edit: its exit code, and what each stage of the dataset found."""

    def command(edit):
        folder = repository(edit, tmp_path)
        capsys.readouterr()
        code = run(root, ["contracts", "check", edit.dataset, "--root", str(folder), *ARGUMENTS])
        (dataset,) = json.loads(capsys.readouterr().out)["datasets"]
        return code, {stage["stage"]: stage for stage in dataset["stages"]}

    return command


@pytest.mark.parametrize("fault", ONE_OF_EACH_CLASS, ids=lambda fault: fault.class_)
def test_one_fault_of_each_class_exits_4_and_is_named(check, fault):
    """The stage of the mapping is broken, and a finding of it says by what, with file and line."""
    code, stages = check(fault)
    assert (4, "broken") == (code, stages["mapping"]["outcome"])
    told = [json.dumps(finding, ensure_ascii=False).replace('\\"', '"') for finding in stages["mapping"]["findings"]]
    assert any(all(word in text for word in fault.says) for text in told), told
    assert all(finding["file"] and finding["line"] >= 1 for finding in stages["mapping"]["findings"])


@pytest.mark.parametrize("dataset", sorted({fault.dataset for fault in faults()}))
def test_without_a_fault_the_same_contract_exits_0(check, dataset):
    """What is told above is of the fault."""
    code, stages = check(Edit(name="nothing", dataset=dataset))
    assert code == 0
    assert [] == [name for name, stage in stages.items() if stage["outcome"] == "broken"]


def test_the_command_itself_exits_4(tmp_path):
    """As cron or a CI job runs it."""
    folder = repository(FOUND[0], tmp_path)
    called = [
        sys.executable,
        "-m",
        "gateway",
        "contracts",
        "check",
        "--root",
        str(folder),
        FOUND[0].dataset,
        *ARGUMENTS,
    ]
    done = subprocess.run(called, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 4, done.stderr
    assert "path-unknown" in done.stdout

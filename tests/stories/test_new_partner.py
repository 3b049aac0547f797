"""A government joins: from a sample to served data, with no Python written."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.onboarding_samples import health_centres, reports

ROOT = Path(__file__).parents[2]
HOUSES = ("adapters", "config", "gateway", "schemas")


@pytest.fixture
def project(tmp_path):
    """A copy of the project, and its commands: exit code, stdout, stderr."""
    for house in HOUSES:
        shutil.copytree(ROOT / house, tmp_path / house, ignore=shutil.ignore_patterns("__pycache__"))

    def command(*arguments):
        called = [sys.executable, "-m", "gateway", *map(str, arguments)]
        done = subprocess.run(called, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
        return done.returncode, done.stdout, done.stderr

    return tmp_path, command


def _onboarded(project, name, document, *arguments):
    folder, command = project
    sample = folder / f"{name}.json"
    sample.write_text(json.dumps(document))
    code, out, err = command("partners", "onboard", "bandung", "--sample", sample, "--yes", "--json", *arguments)
    assert code == 0, err
    return json.loads(out)


def test_a_partner_from_a_sample_is_served_by_the_demo(project):
    """Two datasets are onboarded; the demonstration replays them and asks for them, and the sums add up."""
    folder, command = project
    python = {file: file.read_bytes() for file in folder.rglob("*.py")}
    first = _onboarded(project, "puskesmas", health_centres())
    _onboarded(project, "laporan", reports(), "--add")
    assert first["kode_wilayah"] == "32.73"

    code, out, err = command("partners", "list", "--json")
    assert code == 0, err
    listed = {partner["id"]: partner for partner in json.loads(out)}
    assert listed["bandung"]["datasets"] == ["laporan", "puskesmas"]
    assert (listed["bandung"]["events"], listed["bandung"]["intakes"]) == ([], [])
    assert "hospital-births" in listed["sumedang"]["events"]
    assert listed["sumedang"]["intakes"] == ["birth-registrations"]
    _, shown, _ = command("partners", "list")
    assert {"bandung dataset puskesmas", "sumedang event source notifier", "sumedang intake birth-registrations"} <= {
        " ".join(line.split()) for line in shown.splitlines()
    }
    assert max(map(len, shown.splitlines())) <= 100

    code, out, err = command("demo", "--once", "--json")
    assert code == 0, out + err
    exchanges = [it for it in json.loads(out)["exchanges"] if it["provider"] == "bandung"]
    assert {it["resource"]: it["records"] for it in exchanges} == {"facility": 24, "service-request": 30}
    assert all(it["adds_up"] and it["complete"] for it in exchanges)
    served = {it["resource"]: it["excerpt"] for it in exchanges}
    assert served["facility"]["kind"] == "health-centre"
    assert served["facility"]["region"].startswith("32.73.")
    assert served["service-request"]["status"] in {"open", "closed"}
    assert "reporter_name" not in served["service-request"]
    assert {file: file.read_bytes() for file in folder.rglob("*.py")} == python

"""`gateway contracts check --live` against real stand-ins: from a partner's repository, and with our history."""

import asyncio
import json
import os
import pty
import subprocess
import sys
from datetime import timedelta

import pytest

from gateway.demo.faults import Failure
from gateway.demo.stand_ins import StandIns
from gateway.settings import Database
from gateway.storage.contract_checks import StoredContractChecks
from gateway.storage.engine import open_engine
from tests.support.contract_files import ContractFiles
from tests.support.in_thread import in_thread
from tests.support.partner_documents import ROOT

HOSPITALS = "jakarta/hospitals"
PATH = "/jakarta/api/v1/rumahsakitumum"


@pytest.fixture(scope="module")
def stand_ins():
    """Jakarta's and Sumedang's platforms."""
    with in_thread(StandIns()) as found:
        yield found


@pytest.fixture
def hospitals(tmp_path, stand_ins):
    """A repository whose platform is the stand-ins'; nothing is forced any more afterwards."""
    files = ContractFiles(tmp_path, HOSPITALS)
    settings = files.root / "config" / "partners" / "jakarta.toml"
    files.spoil(settings, "http://127.0.0.1:8490", stand_ins.base_url)
    yield files
    stand_ins.faults.forced.clear()
    stand_ins.faults.changed.clear()


def live(files, stand_ins, *options):
    """The live stage as the command tells it, and its exit code."""
    command = [sys.executable, "-m", "gateway", "contracts", "check", "--json", "--live", "--examples", "5", *options]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=files.root,
        env={**os.environ, **stand_ins.secrets, "PYTHONPATH": str(ROOT)},
        timeout=60,
    )
    (dataset,) = json.loads(done.stdout)["datasets"]
    return dataset["stages"][-1], done.returncode


def test_an_answer_that_fits_is_ok_from_a_partners_own_repository(hospitals, stand_ins):
    """Where the command stands, by the partner's own settings and secrets."""
    stage, code = live(hospitals, stand_ins)
    assert (0, "live", "ok", 49) == (code, stage["stage"], stage["outcome"], stage["counts"]["records_out"])


def test_drift_ends_with_4_and_a_silent_platform_with_1(hospitals, stand_ins):
    """What is broken, and what is not known, are told apart."""

    def renamed(document):
        for row in document["data"]:
            row["nama"] = row.pop("nama_rsu")
        return document

    stand_ins.faults.changed[PATH] = renamed
    stage, code = live(hospitals, stand_ins)
    assert (4, "broken") == (code, stage["outcome"])
    assert ("/data/*/nama_rsu", "name") in {(it.get("pointer"), it.get("field")) for it in stage["findings"]}
    stand_ins.faults.changed.clear()
    stand_ins.faults.forced[PATH] = Failure.STATUS_502
    stage, code = live(hospitals, stand_ins)
    assert (1, "silent") == (code, stage["outcome"])
    assert "502" in stage["reason"]


def test_the_gateways_own_data_are_asked_of_no_platform(tmp_path, stand_ins):
    """Skipped with its reason, and no failure: nobody listens at `gateway://cases`."""
    stage, code = live(ContractFiles(tmp_path, "sumedang/newborn-documents-times"), stand_ins)
    assert (0, "live", "skipped") == (code, stage["stage"], stage["outcome"])
    assert "the gateway's own data" in stage["reason"]


async def test_the_history_of_the_gateway_is_written_where_there_is_one(hospitals, stand_ins, tmp_path):
    """And no database is made where there is none."""
    (tmp_path / "config" / "gateway.toml").write_text('[database]\nurl = "sqlite:///var/gateway.db"\n')
    (tmp_path / "config" / "purposes.toml").write_text("")
    config = ("--config", str(tmp_path / "config" / "gateway.toml"))
    _, code = await asyncio.to_thread(live, hospitals, stand_ins, HOSPITALS, *config)
    assert (0, False) == (code, (tmp_path / "var").exists())
    await asyncio.to_thread(
        subprocess.run, [sys.executable, "-m", "gateway", "migrate", *config], cwd=ROOT, check=True, capture_output=True
    )
    _, code = await asyncio.to_thread(live, hospitals, stand_ins, HOSPITALS, *config)
    engine = open_engine(Database(url=f"sqlite:///{tmp_path}/var/gateway.db"))
    kept = await StoredContractChecks(engine, keep=timedelta(days=1)).latest()
    await engine.dispose()
    assert (0, {HOSPITALS: "command"}) == (code, {dataset: record.origin for dataset, record in kept.items()})


def test_the_bar_is_shown_on_a_terminal_only(hospitals):
    """What is piped into a file holds no control characters."""
    command = [sys.executable, "-m", "gateway", "contracts", "check", "--examples", "5", "--root", str(hospitals.root)]
    piped = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60)
    assert b"\x1b" not in piped.stdout + piped.stderr
    reading, writing = pty.openpty()
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=writing, check=True, timeout=60)
    os.close(writing)
    shown = os.read(reading, 65_536)
    os.close(reading)
    assert b"documents" in shown
    assert b"/4" in shown

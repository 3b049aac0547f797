"""`gateway demo` shows two regions exchanging, on a machine that has nothing but the environment."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import pytest

from tests.support.partner_documents import ROOT

DEMO = [sys.executable, "-m", "gateway", "demo"]
RECORDS = {
    ("jakarta", "facility"): 49 + 10 + 44 + 1898,
    ("jakarta", "indicator"): 12 + 119,
    ("jakarta", "service"): 11,
    ("jakarta", "service-request"): 59,
    ("sumedang", "facility"): 34,
    ("sumedang", "indicator"): 104 + 78 + 25,
    ("sumedang", "service"): 10,
    ("sumedang", "service-request"): 129,
}


@pytest.fixture(scope="module")
def shown():
    """What `gateway demo --once --json` prints."""
    done = subprocess.run(
        [*DEMO, "--once", "--json"], cwd=ROOT, capture_output=True, text=True, timeout=110, check=True
    )
    return json.loads(done.stdout)


def test_every_partner_gets_every_resource_of_every_partner(shown):
    """Each record of the recorded samples that can come through does, page after page."""
    counted = {(it["consumer"], it["provider"], it["resource"]): it["records"] for it in shown["exchanges"]}
    assert {
        (consumer, provider, resource): count
        for consumer in ("jakarta", "sumedang")
        for (provider, resource), count in RECORDS.items()
    } == counted


def test_what_did_not_come_through_is_a_gap_with_its_reason(shown):
    """A swapped coordinate, an unknown status, an empty count: each is named by partner, dataset and place."""
    gaps = {
        (gap["dataset"], gap["reason"], gap["pointer"])
        for it in shown["exchanges"]
        if it["consumer"] == "jakarta"
        for gap in it["gaps"]
    }
    assert {
        ("jakarta/waste-sites", "swapped-coordinates", "/data/16/location/latitude"),
        ("jakarta/foreign-visitors", "absent", "/data/data/37/jumlah"),
        ("jakarta/service-requests", "unknown-code", "/4/tstatus/name"),
        ("sumedang/health-facilities", "swapped-coordinates", "/34/7"),
        ("sumedang/pharmacy-counts", "absent", "/9/3"),
        ("sumedang/service-requests", "unknown-code", "/data/data/data/6/complaint_status_id"),
    } == gaps


def test_every_ledger_adds_up(shown):
    """Records in are records released, refused, filtered and held back, in the audit trail's own sums."""
    assert [] == [it for it in shown["exchanges"] if not it["adds_up"]]
    assert [] == shown["problems"]
    assert shown["ok"] is True


def test_what_must_be_refused_is(shown):
    """Each refusal has its code, and is in the audit trail."""
    assert [
        (401, "token-missing"),
        (403, "scope-missing"),
        (403, "field-not-granted"),
        (400, "parameter-unknown"),
    ] == [(it["status"], it["code"]) for it in shown["refusals"]]
    assert shown["audit"]["refused"] >= 3


def test_the_excerpt_shows_tarakan_in_jakarta_pusat(shown):
    """The first facility of Jakarta is RSU Tarakan, under its Kemendagri code."""
    excerpt = next(
        it["excerpt"] for it in shown["exchanges"] if (it["provider"], it["resource"]) == ("jakarta", "facility")
    )
    assert ("Tarakan", "31.71") == (excerpt["name"], excerpt["region"])
    assert "head_name" not in excerpt


def test_a_birth_in_each_region_brings_the_documents_unasked(shown):
    """Both cases of the same recipe are complete, each step done by its role, in order."""
    assert ["sumedang", "jakarta"] == [it["partner"] for it in shown["cases"]]
    for case in shown["cases"]:
        assert ("newborn-documents", True) == (case["recipe"], case["complete"])
        assert [
            ("birth", "hospital", None, "opened"),
            ("document.issued", "civil-registry", "birth-certificate", "done"),
            ("document.issued", "civil-registry", "family-card", "done"),
            ("document.issued", "civil-registry", "child-identity-card", "done"),
            ("citizen.notified", "notifier", "parents-notified", "done"),
        ] == [(it["type"], it["role"], it["step"], it["effect"]) for it in case["timeline"]]


def test_each_system_is_spoken_to_in_its_own_words(shown):
    """The registries are written to by platform write, in their own fields; the notifiers hear by signed webhook."""
    sumedang, jakarta = shown["cases"]
    assert sumedang["told"]["nik_ibu"] == sumedang["written"]["ibu"]["nik"]
    assert sumedang["case_id"] == sumedang["written"]["id_kasus"] == sumedang["sent"]["id_kasus"]
    assert jakarta["told"]["identifier"][0]["value"] == jakarta["written"]["orangTua"]["ibu"]["nik"]
    assert jakarta["case_id"] == jakarta["written"]["permohonan"]["kasus"] == jakarta["sent"]["caseId"]
    for case, signature in ((sumedang, "v1"), (jakarta, "v1a")):
        intake = (f"{case['partner']}/birth-registrations", "birth", "delivered")
        webhook = f"webhook ({signature})"
        assert [intake, (webhook, "birth", "delivered"), *[(webhook, "document.issued", "delivered")] * 3] == [
            (it["to"], it["type"], it["status"]) for it in case["deliveries"]
        ]


def test_personal_fields_reach_whom_they_are_granted_to_and_no_further(shown):
    """The parents' telephone number is in the message, and not in what the registry got."""
    sumedang, jakarta = shown["cases"]
    assert sumedang["told"]["telepon"] == sumedang["sent"]["no_hp"]
    assert jakarta["told"]["contact"][0]["telecom"][0]["value"] == jakarta["sent"]["recipient"]["msisdn"]
    for case, phone in ((sumedang, sumedang["sent"]["no_hp"]), (jakarta, jakarta["sent"]["recipient"]["msisdn"])):
        assert phone not in json.dumps(case["written"])


def test_a_registry_that_is_broken_fails_the_demo_and_names_the_steps():
    """Exit code 1; what is not done and by whom, and which delivery did not arrive. The other region is complete."""
    done = subprocess.run(
        [*DEMO, "--once", "--json", "--broken", "/dukcapil-sumedang"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.stdout, done.stderr
    shown = json.loads(done.stdout)
    assert (1, False) == (done.returncode, shown["ok"])
    assert [False, True] == [it["complete"] for it in shown["cases"]]
    assert "sumedang: newborn-documents: birth-certificate is not done by the civil-registry" in shown["problems"]
    undelivered = "sumedang: birth has not been delivered to sumedang/birth-registrations: http-500"
    assert undelivered in shown["problems"]
    assert not [it for it in shown["problems"] if it.startswith("jakarta")]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_lines_work_as_pasted(tmp_path):
    """A second terminal gets facilities of both regions, and follows a birth that it told; Ctrl-C ends everything."""
    talk = tmp_path / "talk"
    with talk.open("w") as stderr:
        port = str(20_000 + os.getpid() % 20_000)
        demo = subprocess.Popen([*DEMO, "--port", port], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=stderr)
        try:
            line = _line_of(demo, talk)
            pasted = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=30, check=True)
            lines = re.search(r"^BIRTHS=[\s\S]*?/v1/cases/\$CASE$", talk.read_text(), re.MULTILINE)[0]
            told = subprocess.run(["bash", "-c", lines], capture_output=True, text=True, timeout=30, check=True)
        finally:
            demo.send_signal(signal.SIGINT)
            code = demo.wait(30)
    answer = json.loads(pasted.stdout)
    assert {"jakarta", "sumedang"} == {record["partner"] for record in answer["data"]}
    assert answer["next_cursor"] is not None
    case = json.loads(told.stdout)
    assert ("newborn-documents", "complete", 5) == (case["recipe"], case["status"], len(case["timeline"]))
    assert 0 == code


def test_a_demo_that_is_told_to_stop_leaves_nothing_behind(tmp_path):
    """SIGTERM in the middle stops the gateway's process and removes its folder."""
    talk = tmp_path / "talk"
    folder = Path(tempfile.mkdtemp(prefix="demo-"))  # short: a Unix socket's path has 107 characters at most
    environ = {**os.environ, "TMPDIR": str(folder)}
    with talk.open("w") as stderr:
        demo = subprocess.Popen([*DEMO, "--once"], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=stderr, env=environ)
        url = _line_of(demo, talk, pattern=r"^gateway: .*$").removeprefix("gateway: ")
        demo.send_signal(signal.SIGTERM)
        assert 1 == demo.wait(30)
    assert [] == list(folder.iterdir())
    with pytest.raises(OSError, match=r"refused"):
        urllib.request.urlopen(f"{url}/livez", timeout=5)
    folder.rmdir()


def test_a_port_that_is_taken_is_named(tmp_path):
    """The exit code is that of a deployment that is not ready, and the sentence says what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        done = subprocess.run(
            [*DEMO, "--once", "--port", str(port)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
    assert (3, "") == (done.returncode, done.stdout)
    assert f"cannot listen at 127.0.0.1:{port}" in done.stderr


def _line_of(demo, talk, *, pattern=r"^TOKEN=.*$"):
    """The line that fits, once the demo has printed it."""
    for _ in range(600):
        found = re.search(pattern, talk.read_text(), re.MULTILINE)
        if found:
            return found[0]
        try:
            demo.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        raise AssertionError(talk.read_text())
    raise AssertionError("no such line within a minute")

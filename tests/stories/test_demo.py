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


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_line_works_as_pasted(tmp_path):
    """A second terminal gets a token and facilities of both regions; Ctrl-C ends everything."""
    talk = tmp_path / "talk"
    with talk.open("w") as stderr:
        port = str(20_000 + os.getpid() % 20_000)
        demo = subprocess.Popen([*DEMO, "--port", port], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=stderr)
        try:
            line = _line_of(demo, talk)
            pasted = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=30, check=True)
        finally:
            demo.send_signal(signal.SIGINT)
            code = demo.wait(30)
    answer = json.loads(pasted.stdout)
    assert {"jakarta", "sumedang"} == {record["partner"] for record in answer["data"]}
    assert answer["next_cursor"] is not None
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

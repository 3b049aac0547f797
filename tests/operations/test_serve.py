"""`gateway serve` and `gateway doctor`, as processes."""

import json
import signal
import socket
import threading
import time

import httpx
import pytest

from gateway.demo.faults import Failure
from tests.support.process import installation, stand_ins_in_thread


@pytest.fixture(scope="module")
def stand_ins():
    """The platforms, for all tests of this file."""
    with stand_ins_in_thread() as platforms:
        yield platforms


@pytest.fixture
def installed(tmp_path, stand_ins):
    """An installation that nothing runs of yet."""
    with installation(tmp_path, stand_ins) as process:
        yield process


def audit(installed, request_id):
    """The audit records of that request."""
    shown = installed.run("audit", "list", "--json", "--limit", "200")
    assert 0 == shown.returncode, shown.stderr
    return [it for it in json.loads(shown.stdout) if it["record"].get("request_id") == request_id]


def test_what_is_being_answered_is_answered_before_the_end(installed, stand_ins):
    """SIGTERM while platforms hang: the answer still comes, is recorded, and the process ends with 0."""
    installed.environ["GATEWAY__UPSTREAM__DEADLINE_S"] = "1.0"
    process, seeded = installed.start(), installed.seed()
    headers = {"Authorization": f"Bearer {installed.token(seeded)}"}
    stand_ins.faults.forced["/"] = Failure.HANGS
    answers = []
    asking = threading.Thread(
        target=lambda: answers.append(httpx.get(f"{installed.url}/v1/services", headers=headers, timeout=20))
    )
    try:
        before = stand_ins.requests
        asking.start()
        while stand_ins.requests == before:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        asking.join(20)
    finally:
        stand_ins.faults.forced.clear()
    assert 0 == process.wait(20)
    (answer,) = answers
    assert 200 == answer.status_code
    assert 1 == len(audit(installed, answer.headers["x-request-id"]))


def test_several_workers_share_the_port_and_count_together(installed):
    """With two workers, both answer; the metrics hold what both counted, and all end together."""
    process = installed.start("--workers", "2")
    for _ in range(60):
        assert 200 == httpx.get(f"{installed.url}/version", trust_env=False).status_code
    text = httpx.get(f"http://127.0.0.1:{installed.admin_port}/metrics", trust_env=False).text
    (line,) = [it for it in text.splitlines() if it.startswith("gateway_requests_total") and '"/version"' in it]
    assert "60.0" == line.rpartition(" ")[2]
    process.send_signal(signal.SIGTERM)
    assert 0 == process.wait(30)
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{installed.url}/livez", trust_env=False)


def test_a_revoked_client_is_refused_by_every_worker_within_two_seconds(installed):
    """Disabling a client at the command line reaches workers that never heard of it otherwise."""
    installed.start("--workers", "2")
    seeded = installed.seed()
    headers = {"Authorization": f"Bearer {installed.token(seeded)}"}

    def statuses():
        return {httpx.get(f"{installed.url}/v1/services?limit=1", headers=headers).status_code for _ in range(12)}

    assert {200} == statuses()
    done = installed.run("clients", "disable", seeded.clients["jakarta"].client_id, "--by", "Uji", "--reason", "Uji")
    assert 0 == done.returncode, done.stderr
    time.sleep(2)
    assert {401} == statuses()


def test_a_port_that_is_taken_stops_the_start(installed):
    """Exit code 3, and the key that has to be changed."""
    with socket.create_server(("127.0.0.1", installed.port)):
        process = installed.spawn()
        assert 3 == process.wait(30)
    assert "server.port" in (installed.folder / "log").read_text(encoding="utf-8")


def test_a_mapping_that_does_not_check_stops_the_start(installed):
    """Exit code 3, for one process and for several; the dataset without a mapping is named."""
    partner = installed.config.parent / "partners" / "sumedang.toml"
    with partner.open("a", encoding="utf-8") as file:
        file.write('\n[datasets.unmapped]\nplatform = "open-data"\npath = "/x"\n')
    for options in ((), ("--workers", "2")):
        assert 3 == installed.spawn(*options).wait(40)
    assert "unmapped" in (installed.folder / "log").read_text(encoding="utf-8")


def test_the_doctor_finds_everything_well(installed):
    """Exit code 0; every dataset was really asked."""
    installed.run("migrate")
    shown = installed.run("doctor", "--json")
    report = json.loads(shown.stdout)
    assert (0, True) == (shown.returncode, report["ready"])
    subjects = {check["subject"] for check in report["checks"]}
    assert {
        "database",
        "shared-store",
        "access",
        "recipes",
        "mappings",
        "jakarta/hospitals",
        "sumedang/services",
    } <= subjects
    assert [("ok", "the gateway's own data; nothing to tell yet")] == [
        (it["verdict"], it["detail"]) for it in report["checks"] if it["subject"] == "sumedang/newborn-documents-times"
    ]


def test_the_doctor_asks_intakes_without_writing_a_record(installed, stand_ins):
    """One that can be asked by id is asked for a record that it cannot have; of the other it is said why it was not."""
    taken = [region.registry.taken for region in stand_ins.regions]
    checks = {it["subject"]: it for it in json.loads(installed.run("doctor", "--json").stdout)["checks"]}
    jakarta, sumedang = checks["jakarta/birth-registrations"], checks["sumedang/birth-registrations"]
    assert ("ok", "answers whether it has a record; none was written") == (jakarta["verdict"], jakarta["detail"])
    assert ("note", "not tried: without by_id a record would have to be written") == (
        sumedang["verdict"],
        sumedang["detail"],
    )
    assert taken == [region.registry.taken for region in stand_ins.regions]
    shown = installed.run("doctor").stdout
    assert "ok      jakarta/birth-registrations: answers whether it has a record" in shown
    assert "jakarta/birth-registrations" not in installed.run("doctor", "--no-partners").stdout


def test_the_doctor_asks_a_gateway_without_tables_for_nothing_of_its_own(installed):
    """Before the first migration there are no cases: that is the database's note, and no dataset's failure."""
    shown = installed.run("doctor", "--json")
    checks = {it["subject"]: it["verdict"] for it in json.loads(shown.stdout)["checks"]}
    assert (0, "note", False) == (
        shown.returncode,
        checks["database"],
        "sumedang/newborn-documents-times" in checks,
    )


def test_the_doctor_says_what_is_ill_and_what_to_do(tmp_path, stand_ins):
    """Exit code 3; a refused platform and a database that is not there are told with advice."""
    overlay = {"JAKARTA_API_KEY": "wrong", "GATEWAY__DATABASE__URL": "postgresql://u:rahasia@127.0.0.1:1/x"}
    with installation(tmp_path, stand_ins, **overlay) as installed:
        shown = installed.run("doctor", "--json")
    failed = {it["subject"]: it for it in json.loads(shown.stdout)["checks"] if it["verdict"] == "failed"}
    assert 3 == shown.returncode
    assert "database" in failed
    assert "secret" in failed["jakarta/hospitals"]["advice"]
    assert "rahasia" not in shown.stdout + shown.stderr

"""A platform changes under a running gateway: its drift is seen within one scheduled check, good records go on."""

import time

import msgspec
import pytest

from gateway.ids import DatasetId
from tests.support.served import served

CHECK_EVERY_S = 1.0
HOSPITALS = "/jakarta/api/v1/rumahsakitumum"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    """The whole gateway over HTTP; each platform is checked every second."""

    def often(settings):
        checks = msgspec.structs.replace(settings.contracts, check_every_s=CHECK_EVERY_S)
        return msgspec.structs.replace(settings, contracts=checks)

    with served(tmp_path_factory.mktemp("drift"), change=often) as running:
        yield running


@pytest.fixture
def faults(gateway):
    """What the stand-ins do otherwise than recorded; nothing any more after the test."""
    until(gateway, "ok")
    found = gateway.running.stand_ins.faults
    yield found
    found.changed.clear()
    found.forced.clear()


def contract_of(gateway, dataset="jakarta/hospitals"):
    """How a dataset's contract stands, as everyone may know it."""
    entries = gateway.get("/v1/partners/jakarta/datasets").json()["data"]
    return next(entry["contract"] for entry in entries if entry["id"] == dataset)


def until(gateway, status, *, dataset="jakarta/hospitals"):
    """The contract once it has this status; within a few of its turns."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        found = contract_of(gateway, dataset)
        if found["status"] == status:
            return found
        time.sleep(0.05)
    raise AssertionError(f"never {status}; it is {found}")


def after_an_update(document):
    """Every third hospital has no number any more, and its name is called otherwise in all of them."""
    for place, row in enumerate(document["data"]):
        row["email_resmi"] = row.pop("email")
        if place % 3 == 0:
            row["id"] = f"RSU-{place}"
    return document


def test_drift_is_shown_and_good_records_are_still_served(gateway, faults):
    """Fields gone and retyped are named by JSON Pointer, without content; two of three hospitals are still answered."""
    faults.changed[HOSPITALS] = after_an_update
    found = until(gateway, "broken")
    told = {(it["code"], it.get("pointer")) for it in found["drift"]}
    assert ("field-retyped", "/data/*/id") in told
    assert ("field-gone", "/data/*/email") in told
    assert ("field-new", "/data/*") in told
    answer = gateway.get("/v1/facilities?partner=jakarta&kind=hospital", headers=gateway.bearer("sumedang")).json()
    served_ids = {record["id"] for record in answer["data"] if ":hospitals." in record["id"]}
    assert len(served_ids) > 25
    assert ("wrong-type", "id") in {(gap["reason"], gap.get("field")) for gap in answer["gaps"]}
    faults.changed.clear()
    assert "drift" in until(gateway, "ok")


def test_what_was_found_stays_since_it_was_seen_first(gateway, faults):
    """The next check finds the same, and says since when."""
    faults.changed[HOSPITALS] = after_an_update
    first = until(gateway, "broken")["checked_at"]
    end = time.monotonic() + 20
    while (later := contract_of(gateway))["checked_at"] == first:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert {True} == {it["since"].startswith(first[:16]) for it in later["drift"]}


def test_the_checks_are_counted_and_how_each_contract_stands_is_measured(gateway):
    """`gateway_contract_check_*`, by dataset; never a value."""
    until(gateway, "ok")
    text = gateway.http.get(f"{gateway.admin_url}/metrics").text
    assert 'gateway_contract_check_total{dataset="jakarta/hospitals",outcome="ok"}' in text
    assert 'gateway_contract_check_broken{dataset="jakarta/hospitals"} 0.0' in text
    assert 'gateway_contract_check_timestamp_seconds{dataset="jakarta/hospitals"}' in text


def test_a_silent_platform_is_no_broken_contract(gateway, faults):
    """A platform that is away says nothing about its contract."""
    faults.forced["/jakarta/poskobanjir"] = "closed"
    assert [] == until(gateway, "silent", dataset="jakarta/flood-gates")["drift"]
    faults.forced.clear()
    until(gateway, "ok", dataset="jakarta/flood-gates")


def test_the_history_says_who_asked(gateway):
    """Every check of the schedule is kept."""
    from gateway.storage.contract_checks import StoredContractChecks

    board = gateway.running.gateway.contract_checks
    history = board._history
    assert isinstance(history, StoredContractChecks)
    kept = gateway.do(history.of(DatasetId("jakarta/hospitals"), limit=3))
    assert {"schedule"} == {record.origin for record in kept}

"""A platform that takes records: who may have it written to, and what arrives there, over HTTP from end to end."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.access.client import Profile
from gateway.agreements.agreement import GrantedField
from gateway.demo.faults import Failure
from tests.support.event_world import PUBLIC, EventWorld, a_birth
from tests.support.served import served

PATH = "/v1/subscriptions"
NEEDED = ["born_at", "child_sex", "mother_nik", "mother_name"]
INTAKE = {"kind": "platform", "dataset": "sumedang/birth-registrations"}
ASKED_BY_ID = {"kind": "platform", "dataset": "jakarta/birth-registrations"}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    """The whole gateway over the stand-ins."""
    with served(tmp_path_factory.mktemp("writes")) as running:
        yield running


@pytest.fixture(scope="module")
def world(gateway):
    """Sumedang lets its own systems have its births, and Jakarta too."""
    made = EventWorld(gateway)
    fields = (*PUBLIC, *(GrantedField(name, "UU 24/2013 pasal 27") for name in NEEDED))
    for consumer in ("sumedang", "jakarta"):
        made.agree("sumedang", consumer, "birth", fields=fields)
    made.agree("jakarta", "jakarta", "birth", fields=fields)
    return made


@pytest.fixture(scope="module")
def subscribe(gateway, world):
    """Asks for a subscription, as a client of that partner that proves a key unless it is said not to."""

    def subscribe(partner="sumedang", *, profile=Profile.FAPI, **changes):
        headers = world.bearer(*world.client(partner, "subscriptions:manage", profile=profile))
        wanted = {"types": ["birth"], "partners": ["sumedang"], "fields": NEEDED, "target": INTAKE} | changes
        return gateway.http.post(gateway.url + PATH, headers=headers, json=wanted), headers

    return subscribe


@pytest.fixture(scope="module")
def registry(gateway):
    """The civil registry's stand-in."""
    return gateway.running.stand_ins.regions[0].registry


def settled(gateway, subscription, headers, count):
    """Its deliveries, once so many have been tried."""
    for _ in range(100):
        found = gateway.get(f"{PATH}/{subscription}/deliveries", headers=headers).json()["data"]
        if len([it for it in found if it["attempts"] > 0]) >= count:
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_a_birth_arrives_in_the_registrys_words_and_a_replay_makes_no_second_one(gateway, world, subscribe, registry):
    """It is active at once: a platform needs no verification. Nothing that was not asked for is written."""
    made, headers = subscribe()
    assert (201, "active") == (made.status_code, made.json()["subscription"]["status"]), made.text
    name = made.json()["subscription"]["id"]
    publisher = world.publisher()
    assert 202 == world.post([a_birth(7001)], publisher).status_code
    (delivery,) = settled(gateway, name, headers, 1)
    assert "delivered" == delivery["status"]
    assert {
        "jenis_permohonan": "AKTA_KELAHIRAN",
        "no_rujukan": "KLH-007001",
        "waktu_lahir": "10-03-2026 02:15:00",
        "jenis_kelamin": "2",
        "ibu": {"nik": "3211154503960000", "nama_lengkap": "ENENG CONTOH"},
    } == registry.applications["KLH-007001"]
    before = registry.taken
    body = {"delivery": delivery["id"]}
    again = gateway.http.post(f"{gateway.url}{PATH}/{name}/replay", headers=headers, json=body)
    assert 202 == again.status_code, again.text
    for _ in range(100):
        (delivery,) = gateway.get(f"{PATH}/{name}/deliveries", headers=headers).json()["data"]
        if (delivery["status"], delivery["attempts"]) == ("delivered", 2):
            break
        time.sleep(0.05)
    assert ("delivered", 2) == (delivery["status"], delivery["attempts"])
    assert before == registry.taken


@pytest.mark.parametrize(
    ("partner", "changes", "told"),
    [
        ("jakarta", {}, "one of your platforms' intakes: jakarta/birth-registrations"),
        ("sumedang", {"target": INTAKE | {"dataset": "sumedang/hospital-births"}}, "one of your platforms' intakes"),
        ("sumedang", {"fields": ["born_at", "child_sex"]}, "name in `fields` also mother_name, mother_nik"),
    ],
)
def test_a_target_that_cannot_be_is_refused_when_it_is_asked_for(subscribe, partner, changes, told):
    """With what it must be instead; no event is lost on it first."""
    answer, _ = subscribe(partner, **changes)
    assert (422, "subscription-invalid") == (answer.status_code, answer.json()["code"])
    (error,) = answer.json()["errors"]
    assert "/target/dataset" == error["pointer"]
    assert told in error["detail"]


@pytest.fixture(scope="module")
def subscribe_jakarta(subscribe):
    """Asks for a subscription that leads to Jakarta's registry, which knows no keys."""
    return lambda: subscribe("jakarta", partners=["jakarta"], target=ASKED_BY_ID)


def test_of_subscriptions_to_an_intake_without_keys_that_are_asked_for_at_once_one_is_made(gateway, subscribe_jakarta):
    """Both could ask the platform before either had sent the record, and it would have two; it is said what to do."""
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: subscribe_jakarta(), range(6)))
    made, *refused = sorted(answers, key=lambda it: it[0].status_code)
    name = made[0].json()["subscription"]["id"]
    assert (201, [422] * 5) == (made[0].status_code, [it.status_code for it, _ in refused])
    for answer, _ in refused:
        (error,) = answer.json()["errors"]
        assert ("subscription-invalid", "/target/dataset") == (answer.json()["code"], error["pointer"])
        assert f"change {name}, or end it first" in error["detail"]
    paused = gateway.http.patch(f"{gateway.url}{PATH}/{name}", headers=made[1], json={"status": "paused"})
    assert (200, 422) == (paused.status_code, subscribe_jakarta()[0].status_code)
    assert 204 == gateway.http.delete(f"{gateway.url}{PATH}/{name}", headers=made[1]).status_code
    assert 201 == subscribe_jakarta()[0].status_code


def test_an_intake_that_knows_keys_may_have_several_subscriptions(subscribe):
    """Both say the same key, the event's id."""
    assert [201, 201] == [subscribe()[0].status_code for _ in range(2)]


def test_personal_fields_need_a_client_that_proves_a_key(subscribe):
    """A secret does not do, though agreement and intake would."""
    answer, _ = subscribe(profile=Profile.BASIC)
    assert (403, "profile-insufficient") == (answer.status_code, answer.json()["code"])


def test_what_the_platform_rejects_is_a_dead_letter_at_once(gateway, world, subscribe, registry):
    """A 400 speaks of the record itself: sending it again for 28 hours would change nothing. It can be replayed."""
    made, headers = subscribe(filter={"region": "32.11.18"})
    name, before, faults = made.json()["subscription"]["id"], registry.taken, gateway.running.stand_ins.faults
    faults.forced["/dukcapil-sumedang"] = Failure.STATUS_400
    world.post([a_birth(7002)], world.publisher())
    (delivery,) = settled(gateway, name, headers, 1)
    assert ("dead", 1, "http-400", before) == (
        delivery["status"],
        delivery["attempts"],
        delivery["reason"],
        registry.taken,
    )
    del faults.forced["/dukcapil-sumedang"]

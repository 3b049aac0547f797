"""Who may read which events, and what of them: default deny, as for every question."""

import json

import pytest

from gateway.access.client import Profile
from tests.support.event_world import NAMED, EventWorld, next_event
from tests.support.served import served

PERSONAL = "3211154503960000"


@pytest.fixture
def world(tmp_path):
    """A served gateway of its own, in which nobody may read anything yet."""
    with served(tmp_path) as gateway:
        yield EventWorld(gateway)


@pytest.fixture
def hospital(world):
    """Sumedang's hospital."""
    return world.publisher("sumedang")


def problem(answer):
    """Status and code of a refusal."""
    return answer.status_code, answer.json()["code"]


def ids(answer):
    """The ids of a page."""
    assert 200 == answer.status_code, answer.text
    return [it["id"] for it in answer.json()["data"]]


def test_nobody_reads_without_an_agreement(world, hospital):
    """Also not the partner's own client: its own events fall under an agreement with itself."""
    world.publish(1, hospital)
    for partner in ("jakarta", "sumedang"):
        assert (403, "agreement-missing") == problem(world.read(world.reader(partner)))
    world.agree("sumedang", "sumedang", "birth")
    assert 1 == len(ids(world.read(world.reader("sumedang"))))


def test_what_is_not_granted_is_neither_shown_nor_counted(world, hospital):
    """Documents that were issued in between leave no trace in the answer."""
    world.agree("sumedang", "jakarta", "birth")
    reader = world.reader("jakarta")
    world.publish(1, hospital)
    document = {"no_registrasi": "REG-1", "kode_dokumen": "KK", "tgl_terbit": "10-03-2026 09:30"}
    source = {"source": "/sumedang/civil-registry-documents", "type": "document.issued"}
    event = {"specversion": "1.0", "id": "D-1", **source, "data": document}
    assert 202 == world.post(event, hospital).status_code
    answer = world.read(reader)
    assert (1, [], [], False) == (
        len(ids(answer)),
        answer.json()["withheld"],
        answer.json()["unreadable"],
        answer.json()["has_more"],
    )
    assert (403, "agreement-missing") == problem(world.read(reader, type="document.issued"))


def test_personal_fields_need_a_grant_a_name_and_a_private_key(world, hospital):
    """Each missing one is refused; with all three they are released, and nothing else that is Personal."""
    world.agree("sumedang", "jakarta", "birth", fields=NAMED)
    world.publish(1, hospital)
    basic, proving = world.reader("jakarta"), world.reader("jakarta", profile=Profile.FAPI)
    assert "mother_nik" not in world.read(proving).json()["data"][0]["data"]
    assert (403, "profile-insufficient") == problem(world.read(basic, fields="mother_nik"))
    assert (403, "field-not-granted") == problem(world.read(proving, fields="child_name"))
    (event,) = world.read(proving, fields="region,mother_nik").json()["data"]
    assert {"id", "partner", "source_updated_at", "region", "mother_nik"} == event["data"].keys()
    assert PERSONAL == event["data"]["mother_nik"]


def test_a_suspended_agreement_stops_the_feed(world, hospital):
    """At the next page; the cursor holds, and goes on once it is in force again."""
    agreement = world.agree("sumedang", "jakarta", "birth")
    reader = world.reader("jakarta")
    world.publish(1, hospital)
    assert 1 == len(ids(world.read(reader)))
    world.suspend(agreement)
    assert (403, "agreement-suspended") == problem(world.read(reader))


def test_what_is_not_there_and_what_may_not_be_seen_are_not_told_apart(world, hospital):
    """The same 404, to the letter."""
    world.agree("sumedang", "jakarta", "birth")
    world.agree("jakarta", "sumedang", "birth")
    (event_id,) = world.publish(1, hospital)
    stranger = world.reader("sumedang")
    answers = [world.gateway.get(f"/v1/events/{it}", headers=stranger) for it in (event_id, "evt_0", "a%00b")]
    assert [404, 404, 404] == [it.status_code for it in answers]
    assert 1 == len({json.dumps({**it.json(), "instance": "", "request_id": ""}) for it in answers})


def test_a_suspended_agreement_ends_the_stream(world):
    """As it ends the feed."""
    agreement = world.agree("sumedang", "jakarta", "birth")
    reader = world.reader("jakarta")
    with world.stream(reader, after="newest") as (_, lines):
        next(lines)
        world.suspend(agreement)
        assert {"code": "agreement-suspended"} == json.loads(next_event(lines)["data"])


def test_a_stream_that_may_not_begin_is_refused_as_a_problem(world):
    """Not with an empty stream."""
    with world.stream(world.reader("jakarta")) as (answer, _):
        answer.read()
        assert (403, "agreement-missing") == problem(answer)

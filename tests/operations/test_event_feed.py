"""GET /v1/events over real HTTP: pages, cursors, waiting, streams; who may see what, and what is recorded of it."""

import json
import threading
import time
from contextlib import contextmanager

import httpx
import pytest

from gateway.access.client import Profile
from tests.support.event_world import NAMED, EventWorld
from tests.support.served import served

PERSONAL = "3211154503960000"


@pytest.fixture
def world(tmp_path):
    """A served gateway of its own: what is in the log is what the test put there."""
    with served(tmp_path) as gateway:
        yield EventWorld(gateway)


@pytest.fixture
def hospital(world):
    """Sumedang's hospital."""
    return world.publisher("sumedang")


@pytest.fixture
def reader(world):
    """A client of Jakarta that an agreement lets read births of Sumedang."""
    world.agree("sumedang", "jakarta", "birth")
    return world.reader("jakarta")


def problem(answer):
    """Status and code of a refusal."""
    return answer.status_code, answer.json()["code"]


def ids(answer):
    """The ids of a page."""
    assert 200 == answer.status_code, answer.text
    return [it["id"] for it in answer.json()["data"]]


def test_events_come_as_cloud_events_in_order(world, hospital, reader):
    """With our id and type, the source as published, and the granted fields of the common record only."""
    published = world.publish(1, 2, 3, headers=hospital)
    answer = world.read(reader)
    assert published == ids(answer)
    event = answer.json()["data"][0]
    envelope = {"specversion": "1.0", "source": "/sumedang/hospital-births", "type": "birth"}
    assert envelope == {name: event[name] for name in envelope}
    assert ("application/json", "urn:pertukaran:schema:birth:v1") == (event["datacontenttype"], event["dataschema"])
    assert ("32.11.18", "RSUD Contoh Sumedang") == (event["data"]["region"], event["data"]["facility_name"])
    assert not {"mother_nik", "mother_name", "born_at", "child_name"} & event["data"].keys()
    assert PERSONAL not in answer.text


def test_what_is_read_is_recorded_before_it_leaves(world, hospital, reader):
    """Whose events, how many, which fields, under which agreement; and each event's id."""
    published = world.publish(1, 2, headers=hospital)
    answer = world.read(reader, type="birth")
    (record,) = world.gateway.records(answer.headers["x-request-id"])
    assert ("event.read", "answered", {"sumedang": 2}) == (record["kind"], record["outcome"], record["released"])
    assert published == record["details"]["events"]
    assert "region" in record["fields"]
    assert 1 == len(record["agreements"])


def test_a_cursor_goes_on_where_the_page_ended(world, hospital, reader):
    """Page by page, nothing twice, nothing left out; also what comes later."""
    published = world.publish(*range(1, 6), headers=hospital)
    seen, more, pages = [], {}, 0
    while pages == 0 or answer.json()["has_more"]:  # noqa: F821  (there is one by then)
        answer = world.read(reader, limit=2, **more)
        seen += ids(answer)
        cursor = answer.json()["next_cursor"]
        more, pages = {"after": cursor}, pages + 1
    assert (published, 3) == (seen, pages)
    later = world.publish(6, headers=hospital)
    assert later == ids(world.read(reader, after=cursor))


def test_newest_begins_with_what_comes_from_now_on(world, hospital, reader):
    """And gives the cursor to go on with."""
    world.publish(1, headers=hospital)
    begun = world.read(reader, after="newest")
    assert [] == ids(begun)
    later = world.publish(2, headers=hospital)
    assert later == ids(world.read(reader, after=begun.json()["next_cursor"]))


@pytest.mark.parametrize("cursor", ["x", "A" * 48, "ö" * 48, "", "1", "newest "])
def test_a_cursor_that_was_not_given_is_refused(world, reader, cursor):
    """422, whatever it is."""
    assert (422, "cursor-invalid") == problem(world.read(reader, after=cursor))


def test_a_cursor_belongs_to_the_partner_that_it_was_given_to(world, hospital, reader):
    """Another partner's reader cannot go on with it."""
    world.agree("sumedang", "sumedang", "birth")
    cursor = world.read(reader).json()["next_cursor"]
    assert 200 == world.read(world.reader("jakarta"), after=cursor).status_code
    assert (422, "cursor-invalid") == problem(world.read(world.reader("sumedang"), after=cursor))


def test_a_cursor_tells_nothing_of_how_much_was_passed_over(world, hospital, reader):
    """Always of one length, never twice the same, and no number in it."""
    before = world.read(reader).json()["next_cursor"]
    world.publish(*range(1, 30), headers=hospital)
    again = world.read(reader).json()["next_cursor"]
    assert before != again
    assert 48 == len(before) == len(again)


def test_nobody_reads_without_an_agreement(world, hospital):
    """Also not the partner's own client: its own events fall under an agreement with itself."""
    world.publish(1, headers=hospital)
    for partner in ("jakarta", "sumedang"):
        assert (403, "agreement-missing") == problem(world.read(world.reader(partner)))
    world.agree("sumedang", "sumedang", "birth")
    assert 1 == len(ids(world.read(world.reader("sumedang"))))


def test_what_is_not_granted_is_neither_shown_nor_counted(world, hospital, reader):
    """Documents that were issued in between leave no trace in the answer."""
    world.publish(1, headers=hospital)
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
    world.publish(1, headers=hospital)
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
    world.publish(1, headers=hospital)
    assert 1 == len(ids(world.read(reader)))
    world.suspend(agreement)
    assert (403, "agreement-suspended") == problem(world.read(reader))


@pytest.mark.parametrize(
    ("parameters", "status", "code"),
    [
        ({"type": "wedding"}, 400, "parameter-invalid"),
        ({"type": ""}, 400, "parameter-invalid"),
        ({"partner": "atlantis"}, 400, "parameter-invalid"),
        ({"fields": "password"}, 400, "parameter-invalid"),
        ({"limit": "0"}, 400, "parameter-invalid"),
        ({"limit": "201"}, 400, "parameter-invalid"),
        ({"wait_s": "31"}, 400, "parameter-invalid"),
        ({"wait_s": "-1"}, 400, "parameter-invalid"),
        ({"since": "2026"}, 400, "parameter-unknown"),
        ({"partner": "jakarta"}, 403, "agreement-missing"),
        ({"type": "move"}, 403, "agreement-missing"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(world, reader, parameters, status, code):
    """By the parameter that is wrong, or by what is missing."""
    assert (status, code) == problem(world.read(reader, **parameters))


def test_who_waits_is_answered_as_soon_as_an_event_comes(world, hospital, reader):
    """Long before the time is over."""
    found = []
    waiting = threading.Thread(target=lambda: found.append(world.read(reader, after="newest", wait_s=14)))
    waiting.start()
    time.sleep(0.5)
    published = world.publish(1, headers=hospital)
    waiting.join(10)
    assert [published] == [ids(it) for it in found]


def test_who_waits_in_vain_gets_an_empty_page(world, reader):
    """And the cursor to go on with."""
    answer = world.read(reader, wait_s=1)
    assert [] == ids(answer)
    assert 48 == len(answer.json()["next_cursor"])


def test_one_event_is_shown_by_its_id(world, hospital, reader):
    """As a CloudEvent, narrowed like in the feed."""
    (event_id,) = world.publish(1, headers=hospital)
    answer = world.gateway.get(f"/v1/events/{event_id}", headers=reader)
    assert (200, "application/cloudevents+json") == (answer.status_code, answer.headers["content-type"])
    assert world.read(reader).json()["data"][0] == answer.json()


def test_what_is_not_there_and_what_may_not_be_seen_are_not_told_apart(world, hospital, reader):
    """The same 404, to the letter."""
    (event_id,) = world.publish(1, headers=hospital)
    stranger = world.reader("sumedang")
    answers = [world.gateway.get(f"/v1/events/{it}", headers=stranger) for it in (event_id, "evt_0", "a%00b")]
    assert [404, 404, 404] == [it.status_code for it in answers]
    assert 1 == len({json.dumps({**it.json(), "instance": "", "request_id": ""}) for it in answers})


@contextmanager
def stream(world, headers, **parameters):
    """The lines of a stream, as they come."""
    accept = {"Accept": "text/event-stream"}
    with (
        httpx.Client(timeout=10, trust_env=False) as http,
        http.stream("GET", world.gateway.url + "/v1/events", headers=headers | accept, params=parameters) as answer,
    ):
        yield answer, answer.iter_lines()


def next_event(lines):
    """The next event of a stream: its fields."""
    found = {}
    for line in lines:
        if line == "" and "data" in found:
            return found
        name, _, value = line.partition(": ")
        if name and line:
            found[name] = value
    return None


def test_a_stream_brings_events_as_they_come_and_goes_on_after_a_break(world, hospital, reader):
    """`Last-Event-ID` is the cursor behind the last event that was seen."""
    first = world.publish(1, headers=hospital)
    with stream(world, reader) as (answer, lines):
        assert "text/event-stream; charset=utf-8" == answer.headers["content-type"]
        seen = [next_event(lines)]
        second = world.publish(2, headers=hospital)
        seen.append(next_event(lines))
    third = world.publish(3, headers=hospital)
    with stream(world, reader | {"Last-Event-ID": seen[-1]["id"]}) as (_, lines):
        seen.append(next_event(lines))
    assert [*first, *second, *third] == [json.loads(it["data"])["id"] for it in seen]
    assert {"birth"} == {it["event"] for it in seen}


def test_a_stream_ends_within_two_seconds_of_its_token(world, hospital, reader):
    """Revoked: the reader is told why, and nothing that is accepted afterwards reaches it."""
    client_id, secret = world.client("jakarta", "events:read")
    bearer = world.bearer(client_id, secret)
    token = bearer["Authorization"].removeprefix("Bearer ")
    with stream(world, bearer, after="newest") as (_, lines):
        next(lines)
        revoked = world.gateway.http.post(
            f"{world.gateway.url}/oauth/revoke", data={"token": token}, auth=(client_id, secret)
        )
        assert 200 == revoked.status_code
        began = time.monotonic()
        end = next_event(lines)
        assert ("end", {"code": "token-revoked"}) == (end["event"], json.loads(end["data"]))
        assert [] == [line for line in lines if line]
    assert time.monotonic() - began < 5  # generous: what is bounded is told in the code, and this machine is shared


def test_a_suspended_agreement_ends_the_stream(world, hospital):
    """As it ends the feed."""
    agreement = world.agree("sumedang", "jakarta", "birth")
    reader = world.reader("jakarta")
    with stream(world, reader, after="newest") as (_, lines):
        next(lines)
        world.suspend(agreement)
        assert {"code": "agreement-suspended"} == json.loads(next_event(lines)["data"])


def test_a_stream_that_may_not_begin_is_refused_as_a_problem(world, hospital):
    """Not with an empty stream."""
    with stream(world, world.reader("jakarta")) as (answer, _):
        answer.read()
        assert (403, "agreement-missing") == problem(answer)


def test_a_client_has_a_bounded_number_of_streams(world, hospital, reader):
    """The fifth is refused; when one is closed there is room again."""
    opened = [stream(world, reader, after="newest") for _ in range(4)]
    for it in opened:
        next(it.__enter__()[1])
    with stream(world, reader) as (answer, _):
        answer.read()
        assert (429, "limit-reached") == problem(answer)
    for it in opened:
        it.__exit__(None, None, None)
    until = time.monotonic() + 8
    while time.monotonic() < until:
        with stream(world, reader, after="newest") as (answer, _):
            if answer.status_code == 200:
                return
        time.sleep(0.2)
    pytest.fail("closed streams are not forgotten")


def test_open_streams_do_not_keep_the_gateway_from_stopping(tmp_path):
    """They end by themselves."""
    with served(tmp_path) as gateway:
        world = EventWorld(gateway)
        world.agree("sumedang", "jakarta", "birth")
        held = stream(world, world.reader("jakarta"), after="newest")
        _, lines = held.__enter__()
        next(lines)
        began = time.monotonic()
    assert time.monotonic() - began < 12
    held.__exit__(None, None, None)

"""GET /v1/events over real HTTP: pages, cursors, waiting; and what is recorded of it."""

import threading
import time

import pytest

from tests.support.event_world import EventWorld
from tests.support.served import served

PERSONAL = "3211154503960000"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A served gateway in which Jakarta and Sumedang may read births of Sumedang."""
    with served(tmp_path_factory.mktemp("feed")) as gateway:
        made = EventWorld(gateway)
        made.agree("sumedang", "jakarta", "birth")
        made.agree("sumedang", "sumedang", "birth")
        yield made


@pytest.fixture(scope="module")
def hospital(world):
    """Sumedang's hospital."""
    return world.publisher("sumedang")


@pytest.fixture(scope="module")
def reader(world):
    """A client of Jakarta that may read births of Sumedang."""
    return world.reader("jakarta")


@pytest.fixture
def here(world, reader):
    """The cursor of now: behind it stands what the test itself publishes."""
    return world.read(reader, after="newest").json()["next_cursor"]


def problem(answer):
    """Status and code of a refusal."""
    return answer.status_code, answer.json()["code"]


def ids(answer):
    """The ids of a page."""
    assert 200 == answer.status_code, answer.text
    return [it["id"] for it in answer.json()["data"]]


def test_events_come_as_cloud_events_in_order(world, hospital, reader, here):
    """With our id and type, the source as published, and the granted fields of the common record only."""
    published = world.publish(3, hospital)
    answer = world.read(reader, after=here)
    assert published == ids(answer)
    event = answer.json()["data"][0]
    envelope = {"specversion": "1.0", "source": "/sumedang/hospital-births", "type": "birth"}
    assert envelope == {name: event[name] for name in envelope}
    assert ("application/json", "urn:pertukaran:schema:birth:v1") == (event["datacontenttype"], event["dataschema"])
    assert ("32.11.18", "RSUD Contoh Sumedang") == (event["data"]["region"], event["data"]["facility_name"])
    assert not {"mother_nik", "mother_name", "born_at", "child_name"} & event["data"].keys()
    assert PERSONAL not in answer.text


def test_what_is_read_is_recorded_before_it_leaves(world, hospital, reader, here):
    """Whose events, how many, which fields, under which agreement; and each event's id."""
    published = world.publish(2, hospital)
    answer = world.read(reader, after=here, type="birth")
    (record,) = world.gateway.records(answer.headers["x-request-id"])
    assert ("event.read", "answered", {"sumedang": 2}) == (record["kind"], record["outcome"], record["released"])
    assert published == record["details"]["events"]
    assert "region" in record["fields"]
    assert 1 == len(record["agreements"])


def test_a_cursor_goes_on_where_the_page_ended(world, hospital, reader, here):
    """Page by page, nothing twice, nothing left out; also what comes later."""
    published = world.publish(5, hospital)
    seen, cursor, has_more = [], here, True
    while has_more:
        page = world.read(reader, limit=2, after=cursor)
        seen.append(ids(page))
        cursor, has_more = page.json()["next_cursor"], page.json()["has_more"]
    assert [published[:2], published[2:4], published[4:]] == seen
    later = world.publish(1, hospital)
    assert later == ids(world.read(reader, after=cursor))


def test_newest_begins_with_what_comes_from_now_on(world, hospital, reader):
    """And gives the cursor to go on with."""
    world.publish(1, hospital)
    begun = world.read(reader, after="newest")
    assert [] == ids(begun)
    later = world.publish(2, hospital)
    assert later == ids(world.read(reader, after=begun.json()["next_cursor"]))


@pytest.mark.parametrize("cursor", ["x", "A" * 48, "ö" * 48, "", "1", "newest "])
def test_a_cursor_that_was_not_given_is_refused(world, reader, cursor):
    """422, whatever it is."""
    assert (422, "cursor-invalid") == problem(world.read(reader, after=cursor))


def test_a_cursor_belongs_to_the_partner_that_it_was_given_to(world, hospital, reader):
    """Another partner's reader cannot go on with it."""
    cursor = world.read(reader).json()["next_cursor"]
    assert 200 == world.read(world.reader("jakarta"), after=cursor).status_code
    assert (422, "cursor-invalid") == problem(world.read(world.reader("sumedang"), after=cursor))


def test_a_cursor_tells_nothing_of_how_much_was_passed_over(world, hospital, reader):
    """Always of one length, never twice the same, and no number in it."""
    before = world.read(reader).json()["next_cursor"]
    world.publish(30, hospital)
    again = world.read(reader).json()["next_cursor"]
    assert before != again
    assert 48 == len(before) == len(again)


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
    published = world.publish(1, hospital)
    waiting.join(10)
    assert [published] == [ids(it) for it in found]


def test_who_waits_in_vain_gets_an_empty_page(world, reader):
    """And the cursor to go on with."""
    answer = world.read(reader, after="newest", wait_s=1)
    assert [] == ids(answer)
    assert 48 == len(answer.json()["next_cursor"])


def test_one_event_is_shown_by_its_id(world, hospital, reader, here):
    """As a CloudEvent, narrowed like in the feed."""
    (event_id,) = world.publish(1, hospital)
    answer = world.gateway.get(f"/v1/events/{event_id}", headers=reader)
    assert (200, "application/cloudevents+json") == (answer.status_code, answer.headers["content-type"])
    assert world.read(reader, after=here).json()["data"][0] == answer.json()

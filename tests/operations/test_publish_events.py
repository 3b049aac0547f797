"""POST /v1/events over real HTTP: what is accepted, what is refused, and what is recorded of it."""

import json
from base64 import b64encode

import pytest

from tests.support.event_world import STRUCTURED, EventWorld, a_birth, sample
from tests.support.served import served

PLANTED = "3211154503960000"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A served gateway."""
    with served(tmp_path_factory.mktemp("events")) as gateway:
        yield EventWorld(gateway)


@pytest.fixture(scope="module")
def hospital(world):
    """Sumedang's hospital."""
    return world.publisher("sumedang")


def problem(answer):
    """Status and code of a refusal."""
    assert "application/problem+json" == answer.headers["content-type"], answer.text
    return answer.status_code, answer.json()["code"]


def test_an_event_is_accepted_with_its_id(world, hospital):
    """202, the gateway's own id, and when it was accepted."""
    answer = world.post(a_birth(1), hospital)
    assert 202 == answer.status_code, answer.text
    told = answer.json()["data"]
    assert ("accepted", "evt_") == (told["status"], told["id"][:4])
    assert told["accepted_at"].endswith("Z")


def test_what_is_accepted_is_recorded_with_the_id(world, hospital):
    """One audit record, of the client, the kind of event and its id; nothing of its content."""
    answer = world.post(a_birth(2), hospital)
    (record,) = world.gateway.records(answer.headers["x-request-id"])
    assert ("event.publish", "answered", "birth") == (record["kind"], record["outcome"], record["resource"])
    assert answer.json()["data"]["id"] == record["subject"]
    assert PLANTED not in json.dumps(record)


def test_a_repetition_gets_the_very_same_answer(world, hospital):
    """The same body, and a header that says that it is one."""
    first, second = world.post(a_birth(3), hospital), world.post(a_birth(3), hospital)
    assert (202, first.content) == (second.status_code, second.content)
    assert ("idempotency-replayed" not in first.headers, "true") == (True, second.headers["idempotency-replayed"])


def test_a_repetition_may_be_written_another_way(world, hospital):
    """Order of members, white space and a time that is set anew for each attempt make no other event."""
    first = world.post(a_birth(4), hospital)
    again = a_birth(4, time="2026-03-11T00:00:00Z")
    again["data"] = dict(reversed(again["data"].items()))
    body = json.dumps(again, indent=4).encode()
    second = world.gateway.http.post(f"{world.gateway.url}/v1/events", content=body, headers=hospital | STRUCTURED)
    assert first.json() == second.json()


def test_other_content_under_the_same_name_is_a_conflict(world, hospital):
    """409; the first one stands."""
    world.post(a_birth(5), hospital)
    assert (409, "event-conflict") == problem(world.post(a_birth(5, data={"jk": "L"}), hospital))


def test_an_idempotency_key_names_one_request(world, hospital):
    """Repeated, the same answer; with another body, 409; malformed, 400."""
    key = {"Idempotency-Key": "kunci-1"}
    first, second = (world.post(a_birth(6), hospital, **key) for _ in range(2))
    assert first.content == second.content
    assert (409, "idempotency-conflict") == problem(world.post(a_birth(7), hospital, **key))
    assert (400, "parameter-invalid") == problem(world.post(a_birth(8), hospital, **{"Idempotency-Key": "a b"}))


def test_binary_mode_is_taken(world, hospital):
    """The attributes stand in headers, percent-encoded; the body is the data."""
    event = a_birth(9)
    headers = {f"ce-{name}": event[name] for name in ("specversion", "source", "type", "time")}
    headers |= {"ce-id": "KLH%2D9%20%C3%A9", "Content-Type": "application/json"}
    url = f"{world.gateway.url}/v1/events"
    answer = world.gateway.http.post(url, content=json.dumps(event["data"]), headers=hospital | headers)
    assert 202 == answer.status_code, answer.text
    structured = world.post(a_birth(9, id="KLH-9 é"), hospital)
    assert answer.json() == structured.json()


def test_data_in_base64_is_taken(world, hospital):
    """`data_base64` holds the JSON."""
    event = a_birth(10)
    event["data_base64"] = b64encode(json.dumps(event.pop("data")).encode()).decode()
    assert 202 == world.post(event, hospital).status_code


def test_the_publishers_own_type_is_taken(world, hospital):
    """The event source declares it."""
    assert 202 == world.post(a_birth(11, type="id.go.sumedangkab.simrs.kelahiran"), hospital).status_code


def test_jakartas_hospital_publishes_in_another_shape(world):
    """FHIR's Patient becomes the same kind of event."""
    event = a_birth(1, source="/jakarta/hospital-births", type="id.go.jakarta.simrs.patient.created")
    event["data"] = sample("jakarta", "hospital-births")
    answer = world.post(event, world.publisher("jakarta"))
    assert 202 == answer.status_code, answer.text


@pytest.mark.parametrize(
    ("source", "type_"),
    [
        ("hospital-deaths", "death"),
        ("civil-registry-documents", "document.issued"),
        ("civil-registry-moves", "move"),
        ("social-insurance-stops", "document.issued"),
        ("notifier", "citizen.notified"),
    ],
)
def test_every_source_publishes(world, hospital, source, type_):
    """Each in its own shape."""
    event = a_birth(1, source=f"/sumedang/{source}", type=type_)
    event["data"] = sample("sumedang", source)
    assert 202 == world.post(event, hospital).status_code


def test_a_batch_is_judged_event_by_event(world, hospital):
    """207: one accepted, one whose data does not fit, one of another partner, one that is no event; each recorded."""
    events = [a_birth(20), a_birth(21, data={"nik_ibu": "123"}), a_birth(22, source="/jakarta/hospital-births"), 7]
    answer = world.post(events, hospital)
    assert 207 == answer.status_code, answer.text
    told = answer.json()["data"]
    assert ["accepted", "refused", "refused", "refused"] == [it["status"] for it in told]
    assert ["event-refused", "event-source-foreign", "event-invalid"] == [it["code"] for it in told[1:]]
    assert [{"pointer": "/1/data/nik_ibu", "detail": "malformed"}] == told[1]["errors"]
    assert "/3" == told[3]["errors"][0]["pointer"]
    outcomes = [it["outcome"] for it in world.gateway.records(answer.headers["x-request-id"])]
    assert ["answered", "refused", "refused", "refused"] == sorted(outcomes)


def test_a_whole_batch_is_accepted_with_202(world, hospital):
    """One result for each event, in their order; again, the same."""
    answers = [world.post([a_birth(n) for n in (30, 31, 32)], hospital) for _ in range(2)]
    assert [202, 202] == [it.status_code for it in answers]
    assert answers[0].content == answers[1].content
    assert 3 == len({it["id"] for it in answers[0].json()["data"]})


def test_an_event_that_stands_twice_in_a_batch_is_one(world, hospital):
    """The second gets the first one's answer."""
    first, second = world.post([a_birth(33), a_birth(33)], hospital).json()["data"]
    assert first == second


def test_an_empty_batch_is_nothing(world, hospital):
    """CloudEvents allows it."""
    answer = world.post([], hospital)
    assert (202, []) == (answer.status_code, answer.json()["data"])


def test_a_batch_of_which_nothing_can_be_accepted_is_refused(world, hospital):
    """422, with every place."""
    answer = world.post([a_birth(40, data={"jk": "X"}), a_birth(41, data={"nik_ibu": None})], hospital)
    assert (422, "event-refused") == problem(answer)
    assert ["/0/data/jk", "/1/data/nik_ibu"] == [it["pointer"] for it in answer.json()["errors"]]


REFUSED = {
    "no-specversion": (a_birth(50, specversion=None), 400, "event-invalid"),
    "unknown-specversion": (a_birth(50, specversion="0.3"), 400, "event-invalid"),
    "specversion-number": (a_birth(50, specversion=1.0), 400, "event-invalid"),
    "no-id": (a_birth(50, id=None), 400, "event-invalid"),
    "empty-id": (a_birth(50, id=""), 400, "event-invalid"),
    "number-id": (a_birth(50, id=7), 400, "event-invalid"),
    "long-id": (a_birth(50, id="x" * 201), 400, "event-invalid"),
    "control-id": (a_birth(50, id="a\x00b"), 400, "event-invalid"),
    "no-source": (a_birth(50, source=None), 400, "event-invalid"),
    "unknown-source": (a_birth(50, source="/sumedang/nothing"), 422, "event-undeclared"),
    "nobodys-source": (a_birth(50, source="https://example.org/x"), 422, "event-undeclared"),
    "foreign-source": (a_birth(50, source="/jakarta/hospital-births"), 403, "event-source-foreign"),
    "foreign-without-slash": (a_birth(50, source="jakarta/hospital-births"), 403, "event-source-foreign"),
    "no-type": (a_birth(50, type=None), 400, "event-invalid"),
    "unknown-type": (a_birth(50, type="wedding"), 422, "event-undeclared"),
    "type-of-another-source": (a_birth(50, type="death"), 422, "event-undeclared"),
    "no-data": (a_birth(50) | {"data": None}, 400, "event-invalid"),
    "both-data": (a_birth(50, data_base64="e30="), 400, "event-invalid"),
    "no-base64": ({**a_birth(50, data_base64="%%%"), "data": None}, 400, "event-invalid"),
    "base64-no-json": ({**a_birth(50, data_base64="AAAA"), "data": None}, 400, "event-invalid"),
    "data-is-text": (a_birth(50) | {"data": "birth"}, 422, "event-refused"),
    "data-is-list": (a_birth(50) | {"data": [1]}, 422, "event-refused"),
    "other-data-type": (a_birth(50, datacontenttype="text/xml"), 400, "event-invalid"),
    "time-without-offset": (a_birth(50, time="2026-03-10T03:05:00"), 400, "event-invalid"),
    "time-in-words": (a_birth(50, time="kemarin"), 400, "event-invalid"),
    "time-number": (a_birth(50, time=1773112200), 400, "event-invalid"),
    "impossible-time": (a_birth(50, time="2026-02-30T00:00:00Z"), 400, "event-invalid"),
    "upper-case-extension": (a_birth(50, traceParent="x"), 400, "event-invalid"),
    "extension-object": (a_birth(50, ext={"a": 1}), 400, "event-invalid"),
    "control-extension": (a_birth(50, ext="a\nb"), 400, "event-invalid"),
    "case-empty": (a_birth(50, caseid=""), 400, "event-invalid"),
    "bad-nik": (a_birth(50, data={"nik_ibu": "0" * 16}), 422, "event-refused"),
    "bad-day": (a_birth(50, data={"tgl_lahir": "10-03-2026"}), 422, "event-refused"),
    "bad-hour": (a_birth(50, data={"jam_lahir": "24:00"}), 422, "event-refused"),
    "no-day": (a_birth(50, data={"tgl_lahir": None}), 422, "event-refused"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_usable_event_is_refused(world, hospital, name):
    """By place and reason, and recorded once; never a fault of ours."""
    event, status, code = REFUSED[name]
    answer = world.post(event, hospital)
    assert (status, code) == problem(answer)
    (record,) = world.gateway.records(answer.headers["x-request-id"])
    assert ("event.publish", "refused", code) == (record["kind"], record["outcome"], record["reason"])


BODIES = {
    "empty": b"",
    "not-json": b"{",
    "text": b'"event"',
    "number": b"7",
    "null": b"null",
    "not-utf-8": b'{"id":"\xff"}',
    "utf-16": json.dumps(a_birth(60)).encode("utf-16"),
    "nan": json.dumps(a_birth(60)).replace('"P"', "NaN").encode(),
    "member-twice": json.dumps(a_birth(60)).replace('"id": "KLH-60"', '"id": "KLH-60", "id": "KLH-61"').encode(),
    "data-member-twice": json.dumps(a_birth(60)).replace('"jk": "P"', '"jk": "P", "jk": "L"').encode(),
    "deep": json.dumps(a_birth(60)).replace('"P"', "[" * 40 + "]" * 40).encode(),
    "very-deep": json.dumps(a_birth(60)).replace('"P"', "[" * 100_000 + "]" * 100_000).encode(),
    "half-a-pair": json.dumps(a_birth(60)).replace('"P"', '"\\ud800"').encode(),
    "long-number": json.dumps(a_birth(60)).replace('"P"', "9" * 5000).encode(),
}


@pytest.mark.parametrize("name", BODIES)
def test_what_is_no_strict_json_is_refused(world, hospital, name):
    """400, whatever is inside."""
    url = f"{world.gateway.url}/v1/events"
    answer = world.gateway.http.post(url, content=BODIES[name], headers=hospital | STRUCTURED)
    assert (400, "event-invalid") == problem(answer)


@pytest.mark.parametrize("name", ["nul-in-data", "emoji-in-data", "huge-float"])
def test_odd_but_lawful_data_is_taken_or_refused_and_never_breaks(world, hospital, name):
    """NUL, escaped characters beyond 16 bits and floats beyond 64 bits: JSON allows them."""
    odd = {"nul-in-data": '"a\\u0000b"', "emoji-in-data": '"\\ud83d\\ude00"', "huge-float": "1e999"}[name]
    body = json.dumps(a_birth(61, id=f"KLH-{name}")).replace('"RSUD Contoh Sumedang"', odd).encode()
    url = f"{world.gateway.url}/v1/events"
    answers = [world.gateway.http.post(url, content=body, headers=hospital | STRUCTURED) for _ in range(2)]
    assert answers[0].status_code in {202, 422}, answers[0].text
    assert answers[0].status_code == answers[1].status_code


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/cloudevents+xml",
        "application/cloudevents+json; charset=latin-1",
        "application/cloudevents-batch+avro",
        "text/plain",
        "",
    ],
)
def test_other_media_types_are_refused(world, hospital, content_type):
    """415, with those that are taken."""
    body = json.dumps(a_birth(62)).encode()
    headers = hospital | {"Content-Type": content_type}
    answer = world.gateway.http.post(f"{world.gateway.url}/v1/events", content=body, headers=headers)
    assert (415, "unsupported-media-type") == problem(answer)


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"ce-id": "%FF"}, 400, "event-invalid"),
        ({"ce-id": ""}, 400, "event-invalid"),
        ({"Content-Type": "text/xml"}, 415, "unsupported-media-type"),
    ],
)
def test_faulty_headers_of_binary_mode_are_refused(world, hospital, more, status, code):
    """By the attribute that is wrong."""
    event = a_birth(63)
    headers = {f"ce-{name}": event[name] for name in ("specversion", "source", "type", "id")}
    headers |= {"Content-Type": "application/json"} | more
    url = f"{world.gateway.url}/v1/events"
    answer = world.gateway.http.post(url, content=json.dumps(event["data"]), headers=hospital | headers)
    assert (status, code) == problem(answer)


def test_an_attribute_header_that_stands_twice_is_refused(world, hospital):
    """Nobody can say which of the two ids it is."""
    event = a_birth(64)
    headers = [*hospital.items(), ("Content-Type", "application/json"), ("ce-id", "a"), ("ce-id", "b")]
    headers += [(f"ce-{name}", event[name]) for name in ("specversion", "source", "type")]
    url = f"{world.gateway.url}/v1/events"
    answer = world.gateway.http.post(url, content=json.dumps(event["data"]), headers=headers)
    assert (400, "event-invalid") == problem(answer)


def test_what_is_too_large_is_refused(world, hospital):
    """Data beyond 256 KiB, a body beyond the server's bound; more than 100 events."""
    assert 413 == world.post(a_birth(65, data={"x": "y" * 300_000}), hospital).status_code
    assert 413 == world.post(a_birth(65, data={"x": "y" * 2_000_000}), hospital).status_code
    assert (400, "event-invalid") == problem(world.post([a_birth(n) for n in range(101)], hospital))


def test_without_the_scope_nothing_is_read(world):
    """403 for a reader's token, 401 without one; both before the body is looked at."""
    url = f"{world.gateway.url}/v1/events"
    assert (403, "scope-missing") == problem(world.post(a_birth(66), world.reader("sumedang")))
    answer = world.gateway.http.post(url, content=b"{", headers=STRUCTURED)
    assert (401, "token-missing") == problem(answer)


def test_parameters_are_not_taken(world, hospital):
    """An event says everything itself."""
    url = f"{world.gateway.url}/v1/events?dry=1"
    answer = world.gateway.http.post(url, content=json.dumps(a_birth(67)), headers=hospital | STRUCTURED)
    assert (400, "parameter-unknown") == problem(answer)


def test_no_personal_value_is_in_logs_problems_records_or_metrics(world, hospital):
    """Planted in good and in bad events; looked for everywhere."""
    planted = {"nama_ibu": "PLANTED-NAME", "telepon": "+62-PLANTED-PHONE", "nik_ibu": PLANTED}
    answers = [world.post(a_birth(70, data=planted), hospital)]
    answers += [world.post(a_birth(71, data=planted | {"jk": "PLANTED-SEX"}), hospital)]
    answers += [world.post(a_birth(72, data=planted, subject="PLANTED-SUBJECT", time="PLANTED-TIME"), hospital)]
    answers += [world.post(a_birth(73, data=planted, type="PLANTED-TYPE"), hospital)]
    answers += [world.post([a_birth(74, data=planted | {"nik_ibu": PLANTED + "0"}), a_birth(75)], hospital)]
    world.gateway.log_writer.flush()
    metrics = world.gateway.http.get(world.gateway.admin_url + "/metrics").text
    records = [it for answer in answers for it in world.gateway.records(answer.headers["x-request-id"])]
    seen = [world.gateway.logs.getvalue(), metrics, json.dumps(records), *(it.text for it in answers)]
    for text in seen:
        assert "PLANTED" not in text
        assert PLANTED not in text
    assert 'gateway_events_accepted_total{source="sumedang/hospital-births"}' in metrics
    assert 'gateway_events_refused_total{reason="event-refused"}' in metrics

"""CloudEvents are read as the specification and its SDK write them."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cloudevents.core.bindings.http import to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from gateway.errors import BadRequest
from gateway.life_events.cloud_events import read_events

AT = datetime(2026, 3, 10, 3, 5, 0, 204000, tzinfo=timezone(timedelta(hours=7)))
DATA = {"nama": "Sítí “Aminah” 😀", "anak_ke": 2, "kosong": None}
ATTRIBUTES = {
    "specversion": "1.0",
    "id": 'A-1 "é" 100%',
    "source": "/sumedang/hospital-births",
    "type": "birth",
    "time": AT,
    "datacontenttype": "application/json",
    "subject": "Bayi é",
    "caseid": "case_1",
}


def received(message):
    """The one event of a message of the SDK."""
    headers = [(name.lower().encode(), value.encode()) for name, value in message.headers.items()]
    (event,) = read_events(headers, message.body).events
    return event


@pytest.mark.parametrize("write", [to_structured, to_binary])
def test_what_the_sdk_writes_is_read(write):
    """Structured and binary: attributes with blanks, quotes, per cent signs and letters beyond ASCII."""
    event = received(write(CloudEvent(attributes=ATTRIBUTES, data=DATA), JSONFormat()))
    assert (ATTRIBUTES["id"], ATTRIBUTES["source"], "birth", "case_1", AT) == (
        event.id,
        event.source,
        event.type,
        event.case_id,
        event.time,
    )
    assert DATA == json.loads(event.data)


def test_both_modes_say_the_same():
    """An event that is sent once so and once so is a repetition."""
    made = CloudEvent(attributes=ATTRIBUTES, data=DATA)
    assert received(to_structured(made, JSONFormat())).content == received(to_binary(made, JSONFormat())).content


def test_the_sdks_bytes_in_base64_are_read():
    """Data that the SDK takes for bytes comes as `data_base64`."""
    attributes = {**ATTRIBUTES, "datacontenttype": "application/vnd.rs+json"}
    made = CloudEvent(attributes=attributes, data=json.dumps(DATA).encode())
    assert DATA == json.loads(received(to_structured(made, JSONFormat())).data)


def test_the_specifications_batch_is_read():
    """The JSON format's own example, with required attributes and a `subject`; its XML data is not JSON."""
    batch = [
        {
            "specversion": "1.0",
            "type": "com.example.someevent",
            "source": "/mycontext/4",
            "id": "B234-1234-1234",
            "time": "2018-04-05T17:31:00Z",
            "comexampleextension1": "value",
            "comexampleothervalue": 5,
            "datacontenttype": "application/vnd.apache.thrift.binary",
            "data_base64": "",
        },
        {
            "specversion": "1.0",
            "type": "com.example.someotherevent",
            "source": "/mycontext/9",
            "id": "C234-1234-1234",
            "time": "2018-04-05T17:31:05Z",
            "comexampleextension1": "value",
            "comexampleothervalue": 5,
            "datacontenttype": "application/json",
            "data": {"appinfoA": "abc", "appinfoB": 123, "appinfoC": True},
        },
    ]
    headers = [(b"content-type", b"application/cloudevents-batch+json")]
    first, second = read_events(headers, json.dumps(batch).encode()).events
    assert isinstance(first, BadRequest)
    assert "/0/datacontenttype" == first.parameters["pointer"]
    assert ("C234-1234-1234", datetime(2018, 4, 5, 17, 31, 5, tzinfo=UTC)) == (second.id, second.time)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro \u20ac \U0001f600"),
        (b'"quoted \\"text\\""', 'quoted "text"'),
        (b"plain", "plain"),
        (b"100%", "100%"),
    ],
)
def test_header_values_are_decoded_as_the_binding_says(raw, text):
    """The binding's own example of §3.1.3.2, quoted strings, and a per cent sign that escapes nothing."""
    headers = [(f"ce-{name}".encode(), value.encode()) for name, value in (("specversion", "1.0"), ("type", "birth"))]
    headers += [(b"ce-source", b"/a/b"), (b"ce-id", raw), (b"content-type", b"application/json")]
    assert text == read_events(headers, b"{}").events[0].id


def test_null_attributes_count_as_absent():
    """The JSON format lets an unset attribute be null."""
    body = {"specversion": "1.0", "id": "1", "source": "/a/b", "type": "birth", "time": None, "data": {}}
    headers = [(b"content-type", b"application/cloudevents+json")]
    assert read_events(headers, json.dumps(body).encode()).events[0].time is None

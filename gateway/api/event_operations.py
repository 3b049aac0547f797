"""How the operations of life events are described: bodies, parameters, answers, examples."""

from collections.abc import Sequence
from typing import Any

from gateway.agreements.field_classes import CLASSES
from gateway.api.operation import WITH_TOKEN, Answered, Operation, Parameter, Tag
from gateway.errors import BadRequestCode, RefusalCode
from gateway.life_events.cloud_events import BATCH, BATCH_EVENTS, STRUCTURED
from gateway.life_events.outgoing import CLOUD_EVENT
from schemas.resources import LIFE_EVENTS, event_type
from schemas.sensitivity import sensitivities

_PRINTABLE = "^[ -~]+$"
_ID = "evt_01kaw0000000000000000000000"
_CASE = "case_01kaw0000000000000000000000"
_SENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "KLH-260310-0017",
    "source": "/sumedang/hospital-births",
    "type": "birth",
    "time": "2026-03-10T03:05:00+07:00",
    "datacontenttype": "application/json",
    "data": {
        "id_lahir": "KLH-260310-0017",
        "no_surat": "445/0117/SKL/III/2026",
        "tgl_lahir": "2026-03-10",
        "jam_lahir": "02:15",
        "jk": "P",
        "nik_ibu": "3211154503960000",
        "nama_ibu": "ENENG CONTOH",
    },
}
_EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": _ID,
    "source": "/sumedang/hospital-births",
    "type": "birth",
    "time": "2026-03-09T20:05:00Z",
    "datacontenttype": "application/json",
    "dataschema": "urn:pertukaran:schema:birth:v1",
    "caseid": _CASE,
    "data": {"id": "sumedang:birth:hospital-births.KLH-260310-0017", "partner": "sumedang", "region": "32.11.18"},
}
_ACCEPTED = {"status": "accepted", "id": _ID, "accepted_at": "2026-03-09T20:05:01.204Z", "caseid": _CASE}
_REFUSED = {
    "status": "refused",
    "code": "event-refused",
    "errors": [{"pointer": "/1/data/nik_ibu", "detail": "malformed"}],
}
_RESULT = {"$ref": "#/components/schemas/EventResult"}

_IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "header",
    "Names this request for seven days: repeated with the same body it gets the same answer, with another it is "
    "refused. Not needed: each event is known by its source and id anyhow.",
    {"type": "string", "pattern": "^[!-~]{1,200}$"},
    example="7f0d9c1e-2f5b-4a52-9d53-0d6f3f1f9b10",
)
_PUBLISHING = (
    *WITH_TOKEN,
    BadRequestCode.CASE_UNKNOWN,
    BadRequestCode.EVENT_CONFLICT,
    BadRequestCode.EVENT_INVALID,
    BadRequestCode.EVENT_REFUSED,
    BadRequestCode.EVENT_UNDECLARED,
    BadRequestCode.IDEMPOTENCY_CONFLICT,
    BadRequestCode.PARAMETER_INVALID,
    BadRequestCode.PARAMETER_UNKNOWN,
    RefusalCode.CASE_ROLE_MISSING,
    RefusalCode.EVENT_SOURCE_FOREIGN,
    RefusalCode.LIMIT_REACHED,
)
_READING = (
    *WITH_TOKEN,
    BadRequestCode.PARAMETER_INVALID,
    BadRequestCode.PARAMETER_UNKNOWN,
    RefusalCode.FIELD_NOT_GRANTED,
    RefusalCode.LIMIT_REACHED,
    RefusalCode.PROFILE_INSUFFICIENT,
    RefusalCode.QUOTA_REACHED,
)


def publish_operation(*, sources: Sequence[str], types: Sequence[str]) -> Operation:
    """POST `/v1/events`."""
    envelope = _envelope(sources=sources, types=types)
    return Operation(
        id="publishEvents",
        tag=Tag.EVENTS,
        summary="Publish life events",
        description=_PUBLISH_TEXT,
        scope="events:publish",
        parameters=(_IDEMPOTENCY_KEY,),
        bodies={
            STRUCTURED: {"schema": envelope, "example": _SENT},
            BATCH: {
                "schema": {"type": "array", "items": envelope, "maxItems": BATCH_EVENTS},
                "example": [_SENT],
            },
        },
        answers={
            202: Answered(
                "Accepted and durable. Of a batch: all of it, one result for each event in its order.",
                {"type": "object", "required": ["data"], "properties": {"data": {"anyOf": [_RESULT, _list(_RESULT)]}}},
                {"data": _ACCEPTED},
                headers={"Idempotency-Replayed": "`true` where nothing of it was new."},
            ),
            207: Answered(
                "Of a batch, some events were accepted and some refused.",
                {"type": "object", "required": ["data"], "properties": {"data": _list(_RESULT)}},
                {"data": [_ACCEPTED, _REFUSED]},
            ),
        },
        problems=_PUBLISHING,
    )


def feed_operation(*, partners: Sequence[str]) -> Operation:
    """GET `/v1/events`."""
    return Operation(
        id="readEvents",
        tag=Tag.EVENTS,
        summary="Read life events, from a cursor on",
        description=_FEED_TEXT,
        scope="events:read",
        parameters=(
            _AFTER,
            _TYPE,
            Parameter("partner", "query", "Only of these partners.", _names(partners), explode=False),
            _fields(),
            _LIMIT,
            _WAIT,
        ),
        answers={200: Answered("The events.", _PAGE, _PAGE_EXAMPLE, also=("text/event-stream",))},
        problems=(
            *_READING,
            BadRequestCode.CURSOR_INVALID,
            RefusalCode.AGREEMENT_MISSING,
            RefusalCode.AGREEMENT_SUSPENDED,
            RefusalCode.PURPOSE_NOT_COVERED,
        ),
    )


def show_event_operation() -> Operation:
    """GET `/v1/events/{event_id}`."""
    event_id = Parameter(
        "event_id",
        "path",
        "The gateway's id of the event.",
        {"type": "string", "minLength": 1},
        is_required=True,
        example=_ID,
    )
    return Operation(
        id="showEvent",
        tag=Tag.EVENTS,
        summary="Show one life event",
        description="The CloudEvent, with the fields that are granted. What is not there and what may not be seen are "
        "not told apart.",
        scope="events:read",
        parameters=(event_id, _fields()),
        answers={200: Answered("The event.", {"type": "object"}, _EVENT, media_type=CLOUD_EVENT)},
        problems=(*_READING, BadRequestCode.NOT_FOUND),
    )


def _envelope(*, sources: Sequence[str], types: Sequence[str]) -> dict[str, Any]:
    """The JSON Schema of what is taken: `data` is as the event source's own schema says."""
    text = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": _PRINTABLE}
    optional = {**text, "type": ["string", "null"]}
    return {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {**text, "description": "The publisher's own id; with `source` it names the event for ever."},
            "source": {"type": "string", "enum": list(sources)},
            "type": {"type": "string", "enum": list(types)},
            "time": {"type": ["string", "null"], "format": "date-time"},
            "datacontenttype": {"enum": ["application/json", None]},
            "subject": {**optional, "description": "Read by nobody: it may name a person."},
            "caseid": {**optional, "description": "The case that the event follows up."},
            "data": {"type": "object", "description": "As the event source's own schema says."},
        },
        "propertyNames": {"pattern": "^[a-z0-9]{1,100}$"},
        "additionalProperties": {"type": ["string", "integer", "boolean", "null"], "pattern": _PRINTABLE},
    }


def _fields() -> Parameter:
    names = sorted({field for event in LIFE_EVENTS.values() for field in sensitivities(event.type)})
    return Parameter(
        "fields",
        "query",
        "Only these fields, or the classes `@public` and `@restricted`. A field that is named must be granted. "
        "Without it: every granted field that is not Personal.",
        _names([*names, *CLASSES]),
        example=["id", "region"],
        explode=False,
    )


def _names(known: Sequence[str]) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string", "enum": list(known)}, "minItems": 1}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


_PAGE: dict[str, Any] = {
    "type": "object",
    "required": ["data", "next_cursor", "has_more", "withheld", "unreadable"],
    "properties": {
        "data": {"type": "array", "items": {"type": "object"}, "description": "CloudEvents, in order of acceptance."},
        "next_cursor": {"type": "string", "description": "Where it goes on; also where there was nothing."},
        "has_more": {"type": "boolean", "description": "Whether more can be had at once."},
        "withheld": _list({"$ref": "#/components/schemas/WithheldEvents"}),
        "unreadable": _list({"$ref": "#/components/schemas/UnreadableEventEntry"}),
    },
}
_PAGE_EXAMPLE = {
    "data": [_EVENT],
    "next_cursor": "Zm9yIHRoZSBleGFtcGxlIG9ubHksIDQ4IGNoYXJhY3RlcnMu",
    "has_more": False,
    "withheld": [],
    "unreadable": [],
}
_PUBLISH_TEXT = (
    "CloudEvents 1.0 in structured, batch or binary content mode; binary: the data as `application/json`, the "
    "attributes in `ce-id`, `ce-source`, `ce-type`, `ce-specversion` … `source` is `/<partner>/<event source>`, `data` "
    "in the partner's own shape. The answer comes once the event is durable, checked against its contract, and in line "
    "for everyone who is entitled to it. Sending the same event again is harmless and gets the same answer; other "
    "content under the same `source` and `id` is refused. In a batch each event counts for itself: 202 where all were "
    "accepted, 207 where some were, 422 where none was."
)
_FEED_TEXT = (
    "For whoever has no address that events can be delivered to. Only what an agreement grants for the token's purpose "
    "is released, and nothing else is counted. A cursor lasts, and belongs to the partner that it was given to. With "
    "`Accept: text/event-stream` the answer goes on as server-sent events until the token ends; `Last-Event-ID` is a "
    "cursor."
)
_AFTER = Parameter(
    "after",
    "query",
    "`next_cursor` of the answer before; `newest` begins with what comes from now on; without it, the beginning.",
    {"type": "string", "pattern": "^(newest|[A-Za-z0-9_-]{48})$"},
)
_TYPE = Parameter(
    "type",
    "query",
    "Only these kinds.",
    _names([event_type(name) for name in LIFE_EVENTS]),
    example=["birth"],
    explode=False,
)
_LIMIT = Parameter(
    "limit",
    "query",
    "How many events a page has at most.",
    {"type": "integer", "minimum": 1, "maximum": 200, "default": 100},
)
_WAIT = Parameter(
    "wait_s",
    "query",
    "Where there is none yet, wait so many seconds for the next event.",
    {"type": "integer", "minimum": 0, "maximum": 30, "default": 0},
    example=0,
)

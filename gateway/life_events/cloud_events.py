"""CloudEvents 1.0 as they come: structured, binary and batch content mode over HTTP, with JSON data.

An attribute that says nothing to us is admitted and forgotten, `subject` among them, as it may name a person.
What is wrong is told by its place, never by its value.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from gateway.errors import BadRequest, BadRequestCode
from gateway.life_events.header_values import attribute_value
from gateway.life_events.strict_json import NotStrict, canonical, strict_json

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
SUPPORTED = (STRUCTURED, BATCH, "application/json with ce-… headers")
BATCH_EVENTS = 100
DATA_BYTES = 262_144
_LONGEST = 200
_REQUIRED = ("specversion", "id", "source", "type")
_NAME = re.compile(r"[a-z0-9]{1,100}")
_DATA = ("data", "data_base64")
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_JSON = re.compile(r"(?:application|text)/(?:[A-Za-z0-9!#$&^_.+-]+\+)?json", re.IGNORECASE)
_ENVELOPE = msgspec.json.Decoder(dict[str, msgspec.Raw])
_BATCH = msgspec.json.Decoder(list[msgspec.Raw])


class ReceivedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event, its envelope understood. `data` is the publisher's JSON, `data_at` where it stands in the request.

    `content` says in one way all that makes it this event, so that a repetition can be told from another: not its
    `time`, which many publishers set anew for each attempt.
    """

    id: str
    source: str
    type: str
    time: datetime | None
    case_id: str | None
    data: bytes
    data_at: str
    at: str
    content: bytes


class ReceivedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What one request brings: each event, or what is wrong with it."""

    events: tuple[ReceivedEvent | BadRequest, ...]
    is_batch: bool


def read_events(headers: Iterable[tuple[bytes, bytes]], body: bytes) -> ReceivedRequest:
    """The events of a request. Raises `BadRequest` where the whole of it cannot be understood."""
    content_type, attributes = _read_headers(headers)
    media_type, _, parameters = content_type.partition(";")
    media_type = media_type.strip().lower()
    if media_type in {STRUCTURED, BATCH} and not _is_utf_8(parameters):
        raise _unsupported()
    if media_type == BATCH:
        return ReceivedRequest(events=_batch(body), is_batch=True)
    if media_type == STRUCTURED:
        return ReceivedRequest(events=(_structured(body, at=""),), is_batch=False)
    if media_type.startswith("application/cloudevents") or "specversion" not in attributes:
        raise _unsupported()
    if media_type and not _JSON.fullmatch(media_type):
        raise _unsupported()
    return ReceivedRequest(events=(_event(attributes, data=body, data_at="", at=""),), is_batch=False)


def invalid(pointer: str, expected: str, **more: Any) -> BadRequest:
    """The error of an event whose envelope is not right at `pointer`."""
    return BadRequest(
        BadRequestCode.EVENT_INVALID,
        f"{pointer or 'the event'}: {expected}",
        pointer=pointer,
        expected=expected,
        **more,
    )


def _read_headers(headers: Iterable[tuple[bytes, bytes]]) -> tuple[str, dict[str, str]]:
    """The content type, and the attributes that stand in `ce-` headers. Raises `BadRequest`."""
    content_type: str | None = None
    attributes: dict[str, str] = {}
    for name, value in headers:
        if name == b"content-type":
            if content_type is not None:
                raise _unsupported()
            content_type = value.decode("latin-1")
        elif name.startswith(b"ce-"):
            attribute = name[3:].decode("latin-1")
            if attribute in attributes:
                raise invalid(f"/{attribute}"[:50], "the attribute once")
            attributes[attribute] = attribute_value(attribute, value)
    return content_type or "", attributes


def _batch(body: bytes) -> tuple[ReceivedEvent | BadRequest, ...]:
    try:
        items = _BATCH.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise invalid("", "a JSON array of CloudEvents in UTF-8") from None
    if len(items) > BATCH_EVENTS:
        raise invalid("", f"at most {BATCH_EVENTS} events in a batch")
    found: list[ReceivedEvent | BadRequest] = []
    for index, item in enumerate(items):
        try:
            found.append(_structured(bytes(item), at=f"/{index}"))
        except BadRequest as error:
            found.append(error)
    return tuple(found)


def _structured(body: bytes, *, at: str) -> ReceivedEvent:
    """The event of a JSON object. Raises `BadRequest`."""
    try:
        said, raw = strict_json(body), _ENVELOPE.decode(body)
    except NotStrict as error:
        raise invalid(at, str(error)) from None
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise invalid(at, "a JSON object in UTF-8") from None
    data_at, data = _data_of(said, raw, at=at)
    attributes = {
        name: _text(name, value, at=at) for name, value in said.items() if name not in _DATA and value is not None
    }
    return _event(attributes, data=data, data_at=data_at, at=at, said=said.get("data"))


def _data_of(said: Mapping[str, Any], raw: Mapping[str, msgspec.Raw], *, at: str) -> tuple[str, bytes]:
    """Where the data stands, and its bytes. Raises `BadRequest` where there is none, or it stands there twice."""
    given = [name for name in _DATA if said.get(name) is not None]
    if len(given) != 1:
        raise invalid(f"{at}/data", "either `data` or `data_base64`")
    if given[0] == "data":
        return f"{at}/data", bytes(raw["data"])
    try:
        return f"{at}/data_base64", msgspec.convert(said["data_base64"], bytes)
    except msgspec.ValidationError:
        raise invalid(f"{at}/data_base64", "Base64 (RFC 4648)") from None


def _text(name: str, value: Any, *, at: str) -> str:
    """An attribute's value as text: of its types in JSON only text, whole numbers and booleans are known."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and name not in _REQUIRED:
        return str(value)
    if not isinstance(value, str):
        raise invalid(f"{at}/{_shown(name)}", "text")
    return value


def _event(attributes: Mapping[str, str], *, data: bytes, data_at: str, at: str, said: Any = None) -> ReceivedEvent:
    """The event of these attributes; `said` is what the data says, where it is known. Raises `BadRequest`."""
    _check_attributes(attributes, at=at)
    if len(data) > DATA_BYTES:
        raise BadRequest(BadRequestCode.BODY_TOO_LARGE, "the data of the event is too large", max_bytes=DATA_BYTES)
    if said is None:
        try:
            said = strict_json(data)
        except NotStrict as error:
            raise invalid(data_at, str(error)) from None
    return ReceivedEvent(
        id=attributes["id"],
        source=attributes["source"],
        type=attributes["type"],
        time=_time(attributes.get("time"), at=at),
        case_id=attributes.get("caseid"),
        data=data,
        data_at=data_at,
        at=at,
        content=canonical([attributes["type"], attributes.get("caseid"), said]),
    )


def _check_attributes(attributes: Mapping[str, str], *, at: str) -> None:
    """Raises `BadRequest` for what is missing, or cannot be."""
    for name in _REQUIRED:
        if not attributes.get(name):
            raise invalid(f"{at}/{name}", "the attribute, which is required and not empty")
    if attributes["specversion"] != "1.0":
        raise invalid(f"{at}/specversion", '"1.0"')
    for name, value in attributes.items():
        if not _NAME.fullmatch(name):
            raise invalid(f"{at}/{_shown(name)}", "a name of a-z and 0-9")
        if name in {*_REQUIRED, "caseid"} and not 0 < len(value) <= _LONGEST:
            raise invalid(f"{at}/{name}", f"1 to {_LONGEST} characters")
        if not value.isprintable():
            raise invalid(f"{at}/{name}", "no control characters")
    if (told := attributes.get("datacontenttype")) is not None and not _JSON.fullmatch(told.partition(";")[0].strip()):
        raise invalid(f"{at}/datacontenttype", "a media type of JSON, as application/json")


def _time(text: str | None, *, at: str) -> datetime | None:
    if text is None:
        return None
    try:
        if _RFC_3339.fullmatch(text):
            # In UTC, so that an instant before the year 1 or after 9999 is refused here: nobody could read it back.
            return msgspec.convert(text.upper(), datetime).astimezone(UTC)
    except (msgspec.ValidationError, OverflowError):
        pass
    raise invalid(f"{at}/time", "an instant of RFC 3339 with its offset, as 2026-01-31T08:00:00+07:00")


def _shown(name: str) -> str:
    """An attribute's name as it may be told: what is no name is not repeated."""
    return name if _NAME.fullmatch(name) else "*"


def _is_utf_8(parameters: str) -> bool:
    """Whether nothing but UTF-8 is declared."""
    charset = re.search(r"charset\s*=\s*\"?([^\";\s]+)", parameters, re.IGNORECASE)
    return charset is None or charset[1].lower() in {"utf-8", "utf8", "us-ascii"}


def _unsupported() -> BadRequest:
    return BadRequest(BadRequestCode.UNSUPPORTED_MEDIA_TYPE, "the body must be a CloudEvent", supported=list(SUPPORTED))

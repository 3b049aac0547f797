"""The head of a request, read once: its ids, the length of its body, and what is wrong with it."""

import random
import re
from typing import Any, NamedTuple

from gateway.api.problems import DoorCode, DoorError
from gateway.api.request_facts import RequestFacts
from gateway.ids import new_id

MAX_TARGET_BYTES = 8_192
MAX_HEADER_BYTES = 16_384
MAX_HEADER_COUNT = 100

_REQUEST_ID = re.compile(r"[A-Za-z0-9._~-]{8,128}")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?")
_HOST = re.compile(rb"(?:[A-Za-z0-9._~-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


class Head(NamedTuple):
    """`length` is the declared length of the body, 1 where it is chunked. `fault` is why it cannot pass."""

    facts: RequestFacts
    length: int
    fault: DoorError | None


def read_head(scope: Any) -> Head:
    """The head of an HTTP scope."""
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    found = dict(headers)  # the last of each name; Host is the only one whose number matters
    traceparent = found.get(b"traceparent")
    trace = _TRACEPARENT.fullmatch(traceparent.decode("latin-1")) if traceparent else None
    request_id = found.get(b"x-request-id", b"").decode("latin-1")
    client = scope.get("client")
    facts = RequestFacts(
        request_id if _REQUEST_ID.fullmatch(request_id) else new_id("req"),
        trace_id=trace[1] if trace else f"{random.getrandbits(128) or 1:032x}",
        remote=client[0] if client else None,
        language_header=found.get(b"accept-language", b"").decode("latin-1"),
    )
    return Head(facts, _length(found), _fault(scope, headers, found))


def _length(found: dict[bytes, bytes]) -> int:
    declared = found.get(b"content-length", b"0")
    if b"transfer-encoding" in found or not (declared.isdigit() and len(declared) < 16):
        return 1
    return int(declared)


def _fault(scope: Any, headers: list[tuple[bytes, bytes]], found: dict[bytes, bytes]) -> DoorError | None:
    size = hosts = 0
    for name, value in headers:
        size += len(name) + len(value)
        hosts += name == b"host"
    if hosts != 1 or not _HOST.fullmatch(found[b"host"]):
        return DoorError(DoorCode.HOST_INVALID, "there must be exactly one well-formed Host header")
    if size > MAX_HEADER_BYTES or len(headers) > MAX_HEADER_COUNT:
        return DoorError(DoorCode.HEADERS_TOO_LARGE, "the headers are too large", max_bytes=MAX_HEADER_BYTES)
    if len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"]) > MAX_TARGET_BYTES:
        return DoorError(DoorCode.URI_TOO_LONG, "the URL is too long", max_bytes=MAX_TARGET_BYTES)
    return None

"""POST `/v1/events`: takes CloudEvents, and answers once they are durable. Decodes the request, encodes the answer."""

from collections.abc import Sequence
from typing import Protocol

import msgspec
from litestar import post
from litestar.handlers import HTTPRouteHandler

from gateway.api.bearer_token import bearer_token
from gateway.api.event_operations import publish_operation
from gateway.api.reply import UNKEPT, HttpRequest, Reply, json_reply
from gateway.api.request_facts import facts_of
from gateway.errors import BadRequest, BadRequestCode
from gateway.life_events.ports import Acceptance
from gateway.life_events.publish import Incoming, Published, Result, faults_of

_KEY_HEADER = b"idempotency-key"
_REPEATED = (b"idempotency-replayed", b"true")


class Publisher(Protocol):
    """The path, as the door needs it."""

    async def publish(self, incoming: Incoming) -> Published:
        """What became of each event, or raises why none was taken."""
        ...


class EventFault(msgspec.Struct, frozen=True):
    """One place of an event that is wrong: a JSON Pointer into the request, and why."""

    pointer: str
    detail: str


class EventResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one event. A repetition is answered as the event was the first time."""

    status: str
    id: str | None = None
    accepted_at: str | None = None
    caseid: str | None = None
    code: str | None = None
    errors: list[EventFault] = []


def publish_events_door(publisher: Publisher, *, sources: Sequence[str], types: Sequence[str]) -> HTTPRouteHandler:
    """The door. `sources` and `types` are those that partners have declared."""
    operation = publish_operation(sources=sources, types=types)

    @post("/v1/events", opt=operation.opt(), name=operation.id, status_code=202)
    async def publish_events(request: HttpRequest) -> Reply:
        published = await publisher.publish(_incoming(request))
        results = [_told(it, index) for index, it in enumerate(published.results)]
        facts_of(request.scope).counts = {"events": len(results)}
        headers = [UNKEPT]
        if results and all(isinstance(it, Acceptance) and it.is_repetition for it in published.results):
            headers.append(_REPEATED)
        if not published.is_batch:
            return json_reply({"data": results[0]}, *headers, status=202)
        is_whole = all(isinstance(it, Acceptance) for it in published.results)
        return json_reply({"data": results}, *headers, status=202 if is_whole else 207)

    return publish_events


def _incoming(request: HttpRequest) -> Incoming:
    headers = list(request.scope["headers"])
    keys = [value.decode("latin-1") for name, value in headers if name == _KEY_HEADER]
    token, _ = bearer_token(headers)
    facts = facts_of(request.scope)
    if request.scope["query_string"]:
        raise BadRequest(BadRequestCode.PARAMETER_UNKNOWN, "no parameters are taken", parameter="*", known=[])
    return Incoming(
        token=token,
        headers=headers,
        body=request.body,
        idempotency_key=" ".join(keys) if keys else None,  # two of them make one that cannot be
        origin=facts.origin,
    )


def _told(result: Result, index: int) -> EventResult:
    if isinstance(result, Acceptance):
        accepted_at = result.accepted_at.isoformat().replace("+00:00", "Z")
        return EventResult(status="accepted", id=result.id, accepted_at=accepted_at, caseid=result.case_id)
    faults = [EventFault(**it) for it in faults_of(result, at=f"/{index}")]
    return EventResult(status="refused", code=result.code.value, errors=faults)

"""The path of what is published. What is answered as accepted is durable, and so is the record of it."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import msgspec
import structlog

from gateway.access.caller import Caller, TokenCheck
from gateway.access.rate_limit import RateLimits
from gateway.access.scopes import Scope
from gateway.access.shared import RateRule
from gateway.audit.ending import Origin
from gateway.decision import require
from gateway.errors import BadRequest, BadRequestCode, Refusal, RefusalCode
from gateway.life_events.cloud_events import ReceivedEvent, ReceivedRequest, read_events
from gateway.life_events.event import FollowUp, PublishedEvent
from gateway.life_events.ports import Acceptance, Answer, Conflict, EventLog, Publication, Verdict
from gateway.life_events.recording import PUBLISH, EventMeter, EventRecorder
from gateway.life_events.understanding import Understanding

_KEY = re.compile(r"[!-~]{1,200}")
_CASE_RULE = RateRule("case", limit=60, window_s=3600, burst=100)
"""Events of one case are delivered one after the other, and for the first of them all that wait are looked at."""
Refused: TypeAlias = BadRequest | Refusal
Judged: TypeAlias = PublishedEvent | Refused
Result: TypeAlias = Acceptance | Refused


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it came. `body` is read once its sender is known."""

    token: str | None
    headers: Sequence[tuple[bytes, bytes]]
    body: Callable[[], Awaitable[bytes]]
    idempotency_key: str | None
    origin: Origin


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What became of each event, in the order in which they came."""

    results: tuple[Result, ...]
    is_batch: bool


class Publishing:
    """Takes events. Holds no state of any."""

    def __init__(
        self,
        *,
        tokens: TokenCheck,
        rates: RateLimits,
        understanding: Understanding,
        log: EventLog,
        recorder: EventRecorder,
        meter: EventMeter,
    ) -> None:
        self._tokens = tokens
        self._rates = rates
        self._understanding = understanding
        self._log = log
        self._recorder = recorder
        self._meter = meter

    async def publish(self, incoming: Incoming) -> Published:
        """What became of each event of the request, once it is durable; or raises what refuses the whole of it.

        Raises `Refusal`, `BadRequest` or `StoreUnavailable`. Either way it is recorded before.
        """
        async with self._recorder.refusing(PUBLISH, scope=Scope.EVENTS_PUBLISH, origin=incoming.origin) as note:
            caller = note.caller = require(await self._tokens.check(incoming.token, scope=Scope.EVENTS_PUBLISH))
            structlog.contextvars.bind_contextvars(client_id=caller.client_id)
            require(await self._rates.check_and_spend(caller.client_id))
            key = _checked_key(incoming.idempotency_key)
            request = read_events(incoming.headers, await incoming.body())
            judged = [await self._judge(it, caller) for it in request.events]
            _check_any(judged, request)
            publication = self._publication(judged, caller=caller, origin=incoming.origin, key=key)
            answer = await self._log.accept(publication) if judged else ()
        # Whatever the log says from here on, it has recorded itself.
        results = _results(judged, answer)
        self._count(judged, results)
        if not request.is_batch and isinstance(results[0], Refused):
            raise results[0]
        return Published(results=results, is_batch=request.is_batch)

    async def _judge(self, received: ReceivedEvent | BadRequest, caller: Caller) -> Judged:
        """The event understood, or what is wrong with it."""
        if isinstance(received, BadRequest):
            return received
        try:
            event = await self._understanding.understand(received, caller)
            if isinstance(event.placing, FollowUp):
                require(await self._rates.spend(f"case:{event.case_id}", _CASE_RULE, code=RefusalCode.LIMIT_REACHED))
        except (BadRequest, Refusal) as error:
            return error
        return event

    def _publication(self, judged: Sequence[Judged], *, caller: Caller, origin: Origin, key: str | None) -> Publication:
        """The events, and the records of all: also of those that are refused beside them."""
        events = tuple(it for it in judged if isinstance(it, PublishedEvent))
        return Publication(
            events=events,
            records=tuple(self._recorder.published(it, caller=caller, origin=origin) for it in events),
            refusals=tuple(
                self._recorder.refused(PUBLISH, it, scope=Scope.EVENTS_PUBLISH, caller=caller, origin=origin)
                for it in judged
                if isinstance(it, Refused)
            ),
            fingerprint=self._understanding.digest(*(it.fingerprint for it in events)),
            idempotency_key=key,
        )

    def _count(self, judged: Sequence[Judged], results: Sequence[Result]) -> None:
        for event, result in zip(judged, results, strict=True):
            if isinstance(result, Acceptance) and isinstance(event, PublishedEvent):
                self._meter.count(
                    "events_repeated" if result.is_repetition else "events_accepted", source=event.dataset
                )
            elif isinstance(result, Refused):
                self._meter.count("events_refused", reason=result.code.value)


def _checked_key(key: str | None) -> str | None:
    """The idempotency key. Raises `BadRequest` where it cannot be one."""
    if key is not None and not _KEY.fullmatch(key):
        expected = "1 to 200 visible ASCII characters, once"
        raise BadRequest(
            BadRequestCode.PARAMETER_INVALID,
            f"Idempotency-Key must be {expected}",
            parameter="Idempotency-Key",
            expected=expected,
        )
    return key


def _check_any(judged: Sequence[Judged], request: ReceivedRequest) -> None:
    """Raises what is wrong with the one event, or, of a batch, that nothing of it can be accepted."""
    refused = [it for it in judged if isinstance(it, Refused)]
    if not refused or len(refused) < len(judged):
        return
    if len(refused) == 1 or not request.is_batch:
        raise refused[0]
    raise BadRequest(
        BadRequestCode.EVENT_REFUSED,
        "no event of the batch can be accepted",
        errors=[fault for index, it in enumerate(refused) for fault in faults_of(it, at=f"/{index}")],
    )


def faults_of(error: Refused, *, at: str) -> list[dict[str, str]]:
    """What is wrong, each with its place: of a refused event without any, the place of the event."""
    told: list[dict[str, str]] = list(error.parameters.get("errors", ()))
    if told:
        return told
    pointer = str(error.parameters.get("pointer", at))
    return [{"pointer": pointer, "detail": str(error.parameters.get("expected", error.code.value))}]


def _results(judged: Sequence[Judged], answer: Answer) -> tuple[Result, ...]:
    """What became of each, in order. Raises `BadRequest` where the whole request is refused."""
    if isinstance(answer, BadRequest):
        raise answer
    verdicts = iter(answer)
    return tuple(_result(next(verdicts)) if isinstance(it, PublishedEvent) else it for it in judged)


def _result(verdict: Verdict) -> Result:
    if isinstance(verdict, Conflict):
        message = "an event of this source and id was accepted before, with other content"
        return BadRequest(BadRequestCode.EVENT_CONFLICT, message)
    return verdict

"""The audit records of publishing and reading events: each durable before anything is answered."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import msgspec

from gateway.access.caller import Caller
from gateway.access.scopes import Scope
from gateway.agreements.check import Entitlement
from gateway.audit.ending import Origin, ending_of
from gateway.audit.record import AuditRecord, AuditTrail
from gateway.clock import Clock
from gateway.errors import BadRequest
from gateway.ids import new_id
from gateway.life_events.event import PublishedEvent, StoredEvent

PUBLISH, READ = "event.publish", "event.read"
"""The kinds of these records."""
_FAULTS_NAMED = 20


class EventMeter(Protocol):
    """Counts."""

    def count(self, name: str, /, **labels: str) -> None:
        """Adds one to a counter."""
        ...


class Note:
    """What is known of a request so far; the path fills it as it goes."""

    def __init__(self) -> None:
        self.caller: Caller | None = None


class EventRecorder:
    """Makes the records, and writes those that no transaction of events does."""

    def __init__(self, *, trail: AuditTrail, clock: Clock, meter: EventMeter) -> None:
        self._trail = trail
        self._clock = clock
        self._meter = meter

    @asynccontextmanager
    async def refusing(self, kind: str, *, scope: str, origin: Origin) -> AsyncIterator[Note]:
        """A note; where its block raises, that is recorded, once. Raises `AuditUnavailable` where it cannot be."""
        note = Note()
        try:
            yield note
        except (Exception, asyncio.CancelledError) as error:
            record = self.refused(kind, error, scope=scope, caller=note.caller, origin=origin)
            self._meter.count("events_refused" if kind == PUBLISH else "feed_refused", reason=str(record.reason))
            await self._trail.append(record)
            raise

    def refused(
        self, kind: str, error: BaseException, *, scope: str, caller: Caller | None, origin: Origin
    ) -> AuditRecord:
        """The record of what was refused or failed."""
        ending = ending_of(error)
        base = self._base(kind, scope=scope, caller=caller, origin=origin)
        return msgspec.structs.replace(
            base,
            outcome=ending.outcome,
            reason=ending.reason,
            client_id=base.client_id or ending.client_id,
            details=_details(error),
        )

    def published(self, event: PublishedEvent, *, caller: Caller, origin: Origin) -> AuditRecord:
        """The record of an event that is accepted."""
        base = self._base(PUBLISH, scope=Scope.EVENTS_PUBLISH, caller=caller, origin=origin)
        details = {"dataset": event.dataset} | ({"case": event.case_id} if event.case_id else {})
        return msgspec.structs.replace(
            base, resource=event.name, providers=(event.provider,), subject=event.id, details=details
        )

    async def read(
        self,
        released: Sequence[tuple[StoredEvent, Entitlement]],
        *,
        caller: Caller,
        origin: Origin,
        query: dict[str, str],
    ) -> None:
        """Records what is about to leave. Raises `AuditUnavailable`."""
        base = self._base(READ, scope=Scope.EVENTS_READ, caller=caller, origin=origin)
        await self._trail.append(
            msgspec.structs.replace(
                base,
                resource=",".join(sorted({event.name for event, _ in released})) or None,
                providers=tuple(sorted({event.provider for event, _ in released})),
                agreements=tuple(sorted({it.id for _, entitled in released for it in entitled.agreements})),
                fields=tuple(sorted(frozenset[str]().union(*(entitled.fields for _, entitled in released)))),
                query=query,
                released=dict(sorted(Counter(str(event.provider) for event, _ in released).items())),
                details={"events": [event.id for event, _ in released]} if released else {},
            )
        )

    def _base(self, kind: str, *, scope: str, caller: Caller | None, origin: Origin) -> AuditRecord:
        return AuditRecord(
            id=new_id("ex"),
            at=self._clock.now(),
            kind=kind,
            outcome="answered",
            client_id=caller.client_id if caller else None,
            partner=caller.partner if caller else None,
            token_id=caller.token_id if caller else None,
            purpose=caller.purpose if caller else None,
            scope=scope,
            request_id=origin.request_id,
            remote=origin.remote,
        )


def _details(error: BaseException) -> dict[str, Any]:
    """The event source and the places that a refusal names; no value is among them."""
    if not isinstance(error, BadRequest):
        return {}
    faults = error.parameters.get("errors", ())
    found: dict[str, Any] = {}
    if dataset := error.parameters.get("dataset"):
        found["dataset"] = dataset
    if faults:
        found["faults"] = [f"{it['pointer']}: {it['detail']}" for it in faults[:_FAULTS_NAMED]]
    return found

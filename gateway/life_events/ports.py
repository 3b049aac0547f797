"""What publishing and reading events need of the rooms above: the log that keeps them, cases, and a bell."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, TypeAlias

import msgspec

from gateway.access.caller import Caller
from gateway.audit.record import AuditRecord
from gateway.decision import Decision
from gateway.errors import BadRequest
from gateway.ids import ClientId, DatasetId, PartnerId
from gateway.life_events.event import FollowUp, Opening, PublishedEvent, StoredEvent
from schemas.life_event import LifeEvent


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """The events of one request, each with the audit record that is written in the same transaction.

    A record says that its event was accepted; the log changes it where it was not. `refusals` are the records of
    events of the request that were refused before. `fingerprint` is of the whole request, and is what an
    `idempotency_key` stands for.
    """

    events: tuple[PublishedEvent, ...]
    records: tuple[AuditRecord, ...]
    refusals: tuple[AuditRecord, ...] = ()
    fingerprint: bytes = b""
    idempotency_key: str | None = None


class Acceptance(msgspec.Struct, frozen=True, kw_only=True):
    """The event is durable. `is_repetition`: it was before, with the same content; then these are its first answer."""

    id: str
    accepted_at: datetime
    case_id: str | None
    is_repetition: bool


class Conflict(msgspec.Struct, frozen=True):
    """An event of this `source` and `id` was accepted before, with other content."""


Verdict: TypeAlias = Acceptance | Conflict
Answer: TypeAlias = tuple[Verdict, ...] | BadRequest
"""What became of each event, or why all of them were refused: their idempotency key stands for another request."""


class UnreadableEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event whose record cannot be opened; what is known of it without."""

    id: str
    name: str
    provider: PartnerId


class EventBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Events in the order of acceptance. `reached` is the last sequence that was looked at."""

    events: tuple[StoredEvent, ...]
    unreadable: tuple[UnreadableEvent, ...]
    reached: int
    has_more: bool


class EventLog(Protocol):
    """The log of every accepted event."""

    async def accept(self, publication: Publication) -> Answer:
        """What became of the events, once it is durable and recorded. Raises `StoreUnavailable`."""
        ...

    async def after(self, sequence: int, *, wanted: Mapping[str, frozenset[PartnerId]], limit: int) -> EventBatch:
        """Up to `limit` events later than `sequence` that are of the wanted names and providers."""
        ...

    async def find(self, event_id: str) -> StoredEvent | None:
        """The event, or None where there is none or its data has been wiped. Raises `SealBroken`."""
        ...

    async def newest(self) -> int:
        """The sequence of the newest event; 0 where there is none."""
        ...


class Cases(Protocol):
    """The cases that events open and join."""

    async def opens(
        self, name: str, *, record: LifeEvent, facts: Mapping[str, str], caller: Caller, at: datetime
    ) -> Opening | None:
        """The case that such an event of the caller opens, accepted at `at`; or None. Raises `StoreUnavailable`."""
        ...

    async def follows_up(
        self, case_id: str, *, name: str, facts: Mapping[str, str], caller: Caller
    ) -> Decision[FollowUp]:
        """What such an event of the caller is to the case, or that it may not add it.

        Raises `BadRequest` for a case that is not there for the caller's partner; `StoreUnavailable`.
        """
        ...


class Bell(Protocol):
    """Rung when events have been accepted. It may be missed: who waits looks by itself now and then."""

    def ring(self) -> None:
        """Wakes those that wait, in this process and in the others."""
        ...

    async def wait(self, timeout_s: float) -> None:
        """Returns when it rings, or when the time is over."""
        ...


class NoBell:
    """Nobody is woken: for what takes no events."""

    def ring(self) -> None:
        """Nothing."""

    async def wait(self, timeout_s: float) -> None:
        """Returns when the time is over."""
        await asyncio.sleep(timeout_s)


class Resealed(msgspec.Struct, frozen=True, kw_only=True):
    """What one batch has sealed anew, and what could not be opened. `reached` is None where it was the last."""

    count: int
    broken: tuple[str, ...]
    reached: str | None


class Seals(Protocol):
    """Everything that is kept sealed."""

    async def counts(self) -> dict[str, int]:
        """How many values are sealed with each key."""
        ...

    async def reseal(self, *, after: str, limit: int) -> Resealed:
        """Seals anew up to `limit` values that another key sealed than the one that seals now."""
        ...

    async def wipe(self, *, before: datetime, limit: int) -> int:
        """Takes the data of up to `limit` settled events that were accepted earlier; how many."""
        ...

    async def forget_keys(self, *, before: datetime) -> None:
        """Forgets the idempotency keys of earlier requests."""
        ...


class Forgotten(msgspec.Struct, frozen=True, kw_only=True):
    """How many deliveries one stretch forgot. `reached` is its last event, and None where all later ones are young."""

    count: int
    reached: int | None


class OldDeliveries(Protocol):
    """Deliveries that are settled and old."""

    async def forget(self, *, before: datetime, after: int, limit: int) -> Forgotten:
        """Forgets, with their attempts, those settled before, of the next `limit` events later than `after`."""
        ...


class EventHead(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an event without opening it. `is_wiped`: its data is not kept any more."""

    sequence: int
    id: str
    name: str
    provider: PartnerId
    dataset: DatasetId
    client_id: ClientId
    source: str
    source_event_id: str
    time: datetime
    accepted_at: datetime
    case_id: str | None
    facts: dict[str, str]
    key_id: str
    is_wiped: bool


class EventRegister(Protocol):
    """The log as its administrators read it."""

    async def heads(
        self, *, after: int | None = None, name: str | None = None, provider: str | None = None, limit: int = 100
    ) -> tuple[EventHead, ...]:
        """Events in their order: those later than `after`, or else the last."""
        ...

    async def head(self, event_id: str) -> EventHead | None:
        """The event of that id, or None."""
        ...

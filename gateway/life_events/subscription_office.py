"""What the acts on subscriptions need of storage: reading, and changing with the audit record in one transaction."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

import msgspec

from gateway.audit.record import AuditRecord
from gateway.ids import PartnerId
from gateway.life_events.delivery import DeliveryStatus
from gateway.life_events.subscription import PlatformDataset, Subscription


class SealedSecret(msgspec.Struct, frozen=True, kw_only=True):
    """A signing secret at rest. Two live while one is rotated; the older one has an end."""

    id: str
    key_id: str
    sealed: bytes
    created_at: datetime
    expires_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Whether it still signs."""
        return self.expires_at is None or self.expires_at > now


class DeliveryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery as it stands, without anything of its event's content. `reason` is why it is not delivered."""

    id: str
    subscription_id: str
    event_id: str
    event_name: str
    provider: str
    case_id: str | None
    status: DeliveryStatus
    attempts: int
    reason: str | None
    due_at: datetime
    next_at: datetime | None
    settled_at: datetime | None


class AttemptEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt of a delivery. It arrived where there is no `reason`."""

    number: int
    at: datetime
    duration_ms: int
    status_code: int | None
    reason: str | None


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Which deliveries are put in line again: of events accepted from `since` on and before `until`.

    `everything`: also those that arrived, and events that were never put in line; else dead and withheld ones.
    `entitled` are kinds of event, each with its publisher, and no others are looked at; None is all.
    """

    since: datetime
    until: datetime
    everything: bool = False
    entitled: frozenset[tuple[str, PartnerId]] | None = None


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """How many deliveries wait again, of this part of a window. `last`: there are more, behind that event."""

    count: int
    last: int | None = None


class SubscriptionChange(Protocol):
    """One transaction. Changes wait for one another, so what was read in it stays true until it ends."""

    async def find(self, subscription_id: str) -> Subscription | None:
        """The subscription, or None."""
        ...

    async def count(self, partner: PartnerId) -> int:
        """How many the partner has that have not ended."""
        ...

    async def leading_to(self, target: PlatformDataset, *, partner: PartnerId) -> tuple[str, ...]:
        """The ids of the partner's subscriptions with that target that have not ended."""
        ...

    async def put(self, subscription: Subscription) -> None:
        """Adds the subscription, or puts it in place of the one with its id."""
        ...

    async def secrets(self, subscription_id: str) -> tuple[SealedSecret, ...]:
        """Its signing secrets, the newest first."""
        ...

    async def put_secrets(self, subscription_id: str, secrets: tuple[SealedSecret, ...]) -> None:
        """Puts these in place of all that it has."""
        ...

    async def replay_one(self, subscription_id: str, delivery_id: str, *, now: datetime) -> bool:
        """Puts a delivery in line again; False where there is none, or it is under way."""
        ...

    async def replay_window(self, subscription: Subscription, window: Window, *, after: int, now: datetime) -> Replayed:
        """Puts deliveries of the window in line again, a part at a time: of events behind `after`."""
        ...

    async def last_event(self) -> int:
        """The sequence of the newest event; until this transaction ends no other is accepted."""
        ...

    async def catch_up(self, subscription: Subscription, *, now: datetime) -> int:
        """Puts in line what was not while the subscription did not collect; how many."""
        ...

    async def withhold_waiting(self, subscription_id: str, *, reason: str, now: datetime) -> None:
        """Takes out of the line whatever waits there."""
        ...

    async def record(self, record: AuditRecord) -> int:
        """Writes the audit record of this change; its number."""
        ...


class SubscriptionOffice(Protocol):
    """The subscriptions as the acts see them: never behind. Every method raises `StoreUnavailable`."""

    def changing(self) -> AbstractAsyncContextManager[SubscriptionChange]:
        """A transaction: all of it is durable when the block ends, or nothing where it raises."""
        ...

    async def find(self, subscription_id: str) -> Subscription | None:
        """The subscription, or None."""
        ...

    async def secrets(self, subscription_id: str) -> tuple[SealedSecret, ...]:
        """Its signing secrets, the newest first."""
        ...

    async def all(
        self, *, partner: PartnerId | None = None, after: str | None = None, limit: int = 100
    ) -> tuple[Subscription, ...]:
        """Subscriptions that have not ended, in order of their ids, beginning after `after`."""
        ...

    async def deliveries(
        self,
        subscription_id: str,
        *,
        status: DeliveryStatus | None = None,
        after: str | None = None,
        limit: int = 100,
        entitled: frozenset[tuple[str, PartnerId]] | None = None,
    ) -> tuple[DeliveryEntry, ...]:
        """Deliveries of one subscription, the newest event first, beginning after the delivery `after`.

        With `entitled` (kinds of event, each with its publisher) only those that were sent, or that are of these.
        """
        ...

    async def attempts(self, subscription_id: str, delivery_id: str) -> tuple[AttemptEntry, ...] | None:
        """The attempts of a delivery in order, or None where there is no such delivery."""
        ...

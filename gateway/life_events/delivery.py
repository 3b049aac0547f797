"""A delivery: one event on its way to one subscription, until it has arrived or is a dead letter."""

from datetime import datetime
from enum import StrEnum

import msgspec

from gateway.life_events.event import StoredEvent
from gateway.life_events.subscription import Subscription


class DeliveryStatus(StrEnum):
    """Where a delivery stands. `WITHHELD`: at the time of delivery the subscriber was not entitled to it."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    WITHHELD = "withheld"


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery that this worker may attempt until its lease ends. `attempts` counts those made before."""

    id: str
    event: StoredEvent
    subscription: Subscription
    attempts: int
    first_due_at: datetime
    lease_until: datetime


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt. No `status_code`: nothing came back. `reason` is a code (`timeout`, `http-500` …), never content."""

    at: datetime
    duration_ms: int
    status_code: int | None = None
    reason: str | None = None
    retry_after_s: float | None = None


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a claimed delivery: `next_at` is when it is tried again, while it is waiting."""

    id: str
    status: DeliveryStatus
    attempt: Attempt | None = None
    next_at: datetime | None = None

"""A delivery: one event on its way to one subscription, until it has arrived or is a dead letter."""

from datetime import datetime
from enum import StrEnum

import msgspec

from gateway.life_events.event import StoredEvent
from gateway.life_events.signature import SigningSecret
from gateway.life_events.subscription import Subscription


class DeliveryStatus(StrEnum):
    """Where a delivery stands. `WITHHELD`: at the time of delivery the subscriber was not entitled to it."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    WITHHELD = "withheld"


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery that this worker may attempt until its lease ends.

    `attempts` counts those made before; `failures` only those since it was last put in line, by which the next pause
    is chosen. `secrets` are the subscription's live signing secrets, the newest first.
    """

    id: str
    event: StoredEvent
    subscription: Subscription
    secrets: tuple[SigningSecret, ...] = ()
    attempts: int
    failures: int
    first_due_at: datetime
    lease_until: datetime


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """What leaves: `data` is the common record with the granted `fields` only, as JSON; `body` is the CloudEvent of it.

    The audit record of it is durable before any sender gets it. `prepared_at` is when it was last known that it may.
    """

    claimed: Claimed
    prepared_at: datetime
    fields: frozenset[str]
    data: bytes
    body: bytes


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt. It arrived where there is no `reason`, which is a code (`timeout`, `http-500` …), never content.

    No `status_code`: nothing came back. `is_final`: trying again can never help. `is_gone`: the receiver says that
    nothing shall ever be sent there again.
    """

    at: datetime
    duration_ms: int
    status_code: int | None = None
    reason: str | None = None
    retry_after_s: float | None = None
    is_final: bool = False
    is_gone: bool = False


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a claimed delivery: `next_at` is when it is tried again, while it is waiting.

    `attempts` and `failures` are what they are now. Without an `attempt` nothing was sent: it was withheld, or its
    claim is given back.
    """

    id: str
    subscription_id: str
    order_key: str
    status: DeliveryStatus
    attempts: int
    failures: int
    next_at: datetime
    reason: str | None = None
    attempt: Attempt | None = None

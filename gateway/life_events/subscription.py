"""A subscription: which events a client hears of, and where they are delivered."""

from datetime import datetime
from enum import StrEnum

import msgspec

from gateway.ids import ClientId, DatasetId, PartnerId


class SubscriptionStatus(StrEnum):
    """Whether events are delivered. Every change has a reason.

    `PENDING` until its target has answered the verification; `DISABLED` by the gateway after days of failure. While it
    is either, its events are not put in line; it catches up once it is active again.
    """

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"
    ENDED = "ended"


COLLECTING = frozenset({SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED})
"""Whose events are put in line."""


class Webhook(msgspec.Struct, frozen=True, tag_field="kind", tag="webhook"):
    """A receiver's address, and how its deliveries are signed: Standard Webhooks `v1` (HMAC) or `v1a` (Ed25519)."""

    url: str
    signature: str = "v1"


class PlatformDataset(msgspec.Struct, frozen=True, tag_field="kind", tag="platform"):
    """A partner's platform that takes records in its own shape, through the inverse of that dataset's mapping."""

    dataset: DatasetId


Target = Webhook | PlatformDataset


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """One client's wish. `names` are life events; `providers` None means all that let the consumer have them.

    `filters` are compared with an event's `facts`: equal, or for a region it or a part of it. `fields`
    None means every granted field that is not Personal. `purpose` and `proves_key` are those of the token that
    subscribed; what may leave is checked at each delivery. `missed_after` is the
    sequence of the last event that was put in line before it ceased to collect.
    """

    id: str
    client_id: ClientId
    partner: PartnerId
    purpose: str
    proves_key: bool
    names: tuple[str, ...]
    providers: tuple[PartnerId, ...] | None = None
    filters: dict[str, str] = {}
    fields: tuple[str, ...] | None = None
    target: Target
    status: SubscriptionStatus = SubscriptionStatus.PENDING
    status_reason: str = ""
    max_in_flight: int = 8
    rate_per_s: float | None = None
    failing_since: datetime | None = None
    missed_after: int | None = None
    created_at: datetime
    updated_at: datetime


def matches(subscription: Subscription, *, name: str, provider: PartnerId, facts: dict[str, str]) -> bool:
    """Whether the subscription asks for such an event. That it may have it is another question."""
    if name not in subscription.names:
        return False
    if subscription.providers is not None and provider not in subscription.providers:
        return False
    return all(_fits(key, wanted, facts.get(key)) for key, wanted in subscription.filters.items())


def _fits(key: str, wanted: str, told: str | None) -> bool:
    if told is None:
        return False
    return told == wanted or (key.endswith("region") and told.startswith(f"{wanted}."))

"""The subscriptions and their signing secrets, as they stand in the transaction that reads them.

Reading them all for each batch of events would cost more than the batch; so what a connection has read
is kept with it, as long as the number of the last change stays the same.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from gateway.life_events.subscription import COLLECTING, Subscription, SubscriptionStatus
from gateway.life_events.subscription_office import SealedSecret
from gateway.storage.life_event_tables import subscriptions, webhook_secrets
from gateway.storage.sequence import CHANGES
from gateway.storage.tables import counters, plain

KIND = "subscription"
_KEPT = "subscriptions"
_VERSION = sa.select(counters.c.value).where(counters.c.name == CHANGES)
_COLLECTING = sa.select(subscriptions).where(subscriptions.c.status.in_(sorted(COLLECTING)))
_SECRETS = (
    sa.select(webhook_secrets)
    .join(subscriptions, subscriptions.c.id == webhook_secrets.c.subscription_id)
    .where(subscriptions.c.status == SubscriptionStatus.ACTIVE.value)
    .order_by(webhook_secrets.c.created_at.desc(), webhook_secrets.c.id.desc())
)


class Live(msgspec.Struct, frozen=True, gc=False):
    """The subscriptions that collect events, by id and by the event's name; and the secrets of the active ones."""

    version: int
    by_id: dict[str, Subscription]
    by_name: dict[str, tuple[Subscription, ...]]
    secrets: dict[str, tuple[SealedSecret, ...]]


def live_subscriptions(connection: sa.Connection) -> Live:
    """Those that collect events, exactly as this transaction sees them."""
    version: int = connection.execute(_VERSION).scalar_one()
    kept: Live | None = connection.info.get(_KEPT)
    if kept is None or kept.version != version:
        kept = connection.info[_KEPT] = _read(connection, version)
    return kept


def _read(connection: sa.Connection, version: int) -> Live:
    found = [subscription_of(row) for row in connection.execute(_COLLECTING).mappings()]
    by_name: dict[str, list[Subscription]] = {}
    for one in found:
        for name in one.names:
            by_name.setdefault(name, []).append(one)
    secrets: dict[str, list[SealedSecret]] = {}
    for row in connection.execute(_SECRETS).mappings():
        secrets.setdefault(row["subscription_id"], []).append(sealed_secret_of(row))
    return Live(
        version,
        {it.id: it for it in found},
        {name: tuple(them) for name, them in by_name.items()},
        {subscription_id: tuple(them) for subscription_id, them in secrets.items()},
    )


def subscription_of(row: Mapping[Any, Any]) -> Subscription:
    """The row as a `Subscription`."""
    return msgspec.convert(plain(row), Subscription)


def sealed_secret_of(row: Mapping[Any, Any]) -> SealedSecret:
    """The row as a `SealedSecret`."""
    return SealedSecret(
        id=row["id"],
        key_id=row["key_id"],
        sealed=bytes(row["sealed"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )


def values_of(subscription: Subscription) -> dict[str, Any]:
    """The subscription as a row."""
    values = msgspec.structs.asdict(subscription)
    values |= {"status": subscription.status.value, "names": list(subscription.names)}
    return values

"""The outbox: one row for each event and subscription, written in the transaction that takes the event."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gateway.ids import new_id
from gateway.life_events.delivery import DeliveryStatus
from gateway.life_events.event import PublishedEvent
from gateway.life_events.subscription import Subscription, matches
from gateway.storage.life_event_tables import deliveries
from gateway.storage.subscriptions import live_subscriptions

_INSERT = sa.insert(deliveries)


def fan_out(connection: sa.Connection, events: Sequence[tuple[int, PublishedEvent]]) -> int:
    """Puts the events, just inserted under their sequence numbers, in line for all who ask for such; how many rows.

    Part of the accepting transaction: a subscription that was active when the event was taken misses none.
    """
    by_name = live_subscriptions(connection).by_name
    rows = [
        delivery_row(subscription, sequence=sequence, order_key=event.order_key, due_at=event.accepted_at)
        for sequence, event in events
        for subscription in _asking(by_name.get(event.name, ()), event)
    ]
    if rows:
        connection.execute(_INSERT, rows)
    return len(rows)


def _asking(subscriptions: Iterable[Subscription], event: PublishedEvent) -> Iterable[Subscription]:
    return (it for it in subscriptions if matches(it, name=event.name, provider=event.provider, facts=event.facts))


def delivery_row(subscription: Subscription, *, sequence: int, order_key: str, due_at: datetime) -> dict[str, Any]:
    """A delivery that waits, due at once."""
    return {
        "id": new_id("dlv"),
        "event_sequence": sequence,
        "subscription_id": subscription.id,
        "order_key": order_key,
        "status": DeliveryStatus.WAITING.value,
        "attempts": 0,
        "failures": 0,
        "reason": None,
        "first_due_at": due_at,
        "next_at": due_at,
        "lease_owner": None,
        "lease_until": None,
        "settled_at": None,
    }

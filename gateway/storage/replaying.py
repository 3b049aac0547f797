"""Puts deliveries in line again: one, or those of a window of time."""

from collections.abc import Container, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gateway.ids import PartnerId
from gateway.life_events.delivery import DeliveryStatus
from gateway.life_events.subscription import Subscription, matches
from gateway.life_events.subscription_office import Replayed, Window
from gateway.storage.deliveries import delivery_row
from gateway.storage.event_rows import WIPED
from gateway.storage.life_event_tables import deliveries, events
from gateway.storage.sequence import EVENTS, take
from gateway.storage.tables import is_key

AT_ONCE = 5_000
"""So many events of a window are looked at in one transaction."""
_WAITING = DeliveryStatus.WAITING.value
_NOT_ARRIVED = (DeliveryStatus.DEAD.value, DeliveryStatus.WITHHELD.value)
_D = deliveries.c


def replay_one(connection: sa.Connection, subscription_id: str, delivery_id: str, *, now: datetime) -> bool:
    """Puts a delivery in line again, and what waits behind it too; False where there is none, or it is under way."""
    if not (is_key(subscription_id) and is_key(delivery_id)):
        return False
    is_free = sa.or_(_D.lease_until.is_(None), _D.lease_until <= now)
    of_it = (_D.subscription_id == subscription_id, _D.id == delivery_id)
    changed = connection.execute(sa.update(deliveries).where(*of_it, is_free).values(_again(now)))
    if not changed.rowcount:
        return False
    order_key = sa.select(_D.order_key).where(*of_it).scalar_subquery()
    behind = (_D.subscription_id == subscription_id, _D.order_key == order_key, _D.status == _WAITING, _D.next_at > now)
    connection.execute(sa.update(deliveries).where(*behind).values(next_at=now))
    return True


def replay_window(
    connection: sa.Connection, subscription: Subscription, window: Window, *, after: int, now: datetime
) -> Replayed:
    """Puts the deliveries of the window's events in line again; with `everything`, events too that never were."""
    found, last = _events(connection, subscription, window, after=after)
    lines = _lines(connection, subscription, found)
    again = [it for it, status in lines.items() if status in _NOT_ARRIVED or (window.everything and status != _WAITING)]
    for first in range(0, len(again), 500):
        those = (_D.subscription_id == subscription.id, _D.event_sequence.in_(again[first : first + 500]))
        connection.execute(sa.update(deliveries).where(*those).values(_again(now)))
    added = _add(connection, subscription, found, besides=lines, now=now) if window.everything else 0
    return Replayed(count=len(again) + added, last=last)


def catch_up(connection: sa.Connection, subscription: Subscription, *, now: datetime) -> int:
    """Puts in line what was not while the subscription did not collect; how many.

    No event is accepted meanwhile, so that none falls between what is caught up and what is collected again.
    """
    take(connection, EVENTS, count=0)
    count, last = 0, subscription.missed_after
    while last is not None:
        found, last = _events(connection, subscription, None, after=last)
        count += _add(connection, subscription, found, besides=_lines(connection, subscription, found), now=now)
    return count


def withhold_waiting(connection: sa.Connection, subscription_id: str, *, reason: str, now: datetime) -> None:
    """Takes out of the line whatever waits there."""
    values = {"status": DeliveryStatus.WITHHELD.value, "reason": reason, "settled_at": now}
    values |= {"lease_owner": None, "lease_until": None}
    waiting = (_D.subscription_id == subscription_id, _D.status == _WAITING)
    connection.execute(sa.update(deliveries).where(*waiting).values(values))


def _lines(connection: sa.Connection, subscription: Subscription, found: Sequence[Any]) -> dict[int, str]:
    """How the subscription's deliveries of these events stand, by the event's sequence."""
    those = (_D.subscription_id == subscription.id, _D.event_sequence.in_([row.sequence for row in found]))
    rows = connection.execute(sa.select(_D.event_sequence, _D.status).where(*those))
    return {row.event_sequence: row.status for row in rows}


def _add(
    connection: sa.Connection,
    subscription: Subscription,
    found: Iterable[Any],
    *,
    besides: Container[int],
    now: datetime,
) -> int:
    """Puts in line those of the events that were asked for and never were; how many."""
    rows = [
        delivery_row(subscription, sequence=row.sequence, order_key=row.order_key, due_at=now)
        for row in found
        if row.sequence not in besides
        and matches(subscription, name=row.name, provider=PartnerId(row.provider), facts=row.facts)
    ]
    if rows:
        connection.execute(sa.insert(deliveries), rows)
    return len(rows)


def _events(
    connection: sa.Connection, subscription: Subscription, window: Window | None, *, after: int
) -> tuple[Sequence[Any], int | None]:
    """Events of the window (or all), of the wanted kinds, whose data is there; the last sequence if there are more."""
    columns = events.c
    query = (
        sa.select(columns.sequence, columns.name, columns.provider, columns.facts, columns.order_key)
        .where(columns.sequence > after, columns.name.in_(subscription.names), columns.key_id != WIPED)
        .order_by(columns.sequence)
        .limit(AT_ONCE)
    )
    if window is not None:
        query = query.where(columns.accepted_at >= window.since, columns.accepted_at < window.until)
    if subscription.providers is not None:
        query = query.where(columns.provider.in_(subscription.providers))
    found = connection.execute(query).all()
    last = found[-1].sequence if len(found) == AT_ONCE else None
    if window is not None and window.entitled is not None:
        found = [row for row in found if (row.name, row.provider) in window.entitled]
    return found, last


def _again(now: datetime) -> dict[str, Any]:
    return {
        "status": _WAITING,
        "failures": 0,
        "reason": None,
        "first_due_at": now,
        "next_at": now,
        "lease_owner": None,
        "lease_until": None,
        "settled_at": None,
    }

"""Events as rows, and rows as events: sealed on the way in, opened on the way out."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog

from gateway.errors import SealBroken
from gateway.ids import ClientId, DatasetId, PartnerId
from gateway.life_events.event import PublishedEvent, StoredEvent
from gateway.life_events.ports import UnreadableEvent
from gateway.life_events.sealing import Sealer
from gateway.storage.life_event_tables import events
from gateway.storage.sequence import EVENTS
from gateway.storage.tables import counters, is_key

TABLE, COLUMN = "events", "sealed"
"""Where a record is sealed for, beside the event's id."""
WIPED = ""
"""The `key_id` of an event whose data has been wiped."""
NEWEST = sa.select(counters.c.value).where(counters.c.name == EVENTS)
READ = tuple(column for column in events.c if column.name not in {"source", "source_event_id", "fingerprint"})
"""What `opened_event` needs."""
_log = structlog.get_logger("gateway.storage.events")


def row_of(event: PublishedEvent, *, sealer: Sealer) -> dict[str, Any]:
    """The event as a row, without its sequence."""
    sealed = sealer.seal(event.record, table=TABLE, id=event.id, column=COLUMN)
    return {
        "id": event.id,
        "name": event.name,
        "provider": event.provider,
        "dataset": event.dataset,
        "client_id": event.client_id,
        "source": event.source,
        "source_event_id": event.source_event_id,
        "time": event.time,
        "accepted_at": event.accepted_at,
        "case_id": event.case_id,
        "order_key": event.order_key,
        "facts": event.facts,
        "key_id": sealed.key_id,
        "sealed": sealed.data,
        "fingerprint": event.fingerprint,
    }


def later(sequence: int, *, upto: int, wanted: Mapping[str, frozenset[PartnerId]], limit: int) -> sa.Select[Any]:
    """The first `limit` events of the wanted names and providers with `sequence` < theirs <= `upto`.

    Each pair is read by itself in the index, so that events that nobody here may see cost nothing.
    """
    found = [
        sa.select(
            sa.select(events.c.sequence)
            .where(
                events.c.name == name,
                events.c.provider == provider,
                events.c.sequence > sequence,
                events.c.sequence <= upto,
            )
            .order_by(events.c.sequence)
            .limit(limit)
            .subquery()
        )
        for name, providers in sorted(wanted.items())
        for provider in sorted(providers)
    ]
    numbers = sa.union_all(*found).subquery()
    return (
        sa.select(*READ)
        .where(events.c.sequence.in_(sa.select(numbers.c.sequence)), events.c.key_id != WIPED)
        .order_by(events.c.sequence)
        .limit(limit)
    )


def by_id(event_id: str) -> sa.Select[Any]:
    """The event of that id, if its data is there."""
    known = event_id if is_key(event_id) else ""
    return sa.select(*READ).where(events.c.id == known, events.c.key_id != WIPED)


def opened(
    rows: Iterable[Mapping[Any, Any]], *, sealer: Sealer
) -> tuple[tuple[StoredEvent, ...], tuple[UnreadableEvent, ...]]:
    """The events, and those that cannot be opened: they are logged, and keep nobody from the others."""
    found: list[StoredEvent] = []
    unreadable: list[UnreadableEvent] = []
    for row in rows:
        try:
            found.append(opened_event(row, sealer=sealer))
        except SealBroken as error:
            _log.error("event.unreadable", event_id=row["id"], reason=error.parameters["cause"])
            unreadable.append(UnreadableEvent(id=row["id"], name=row["name"], provider=PartnerId(row["provider"])))
    return tuple(found), tuple(unreadable)


def opened_event(row: Mapping[Any, Any], *, sealer: Sealer) -> StoredEvent:
    """The row as an event, its record open. Raises `SealBroken`."""
    time: datetime = row["time"]
    return StoredEvent(
        sequence=row["sequence"],
        id=row["id"],
        name=row["name"],
        provider=PartnerId(row["provider"]),
        dataset=DatasetId(row["dataset"]),
        client_id=ClientId(row["client_id"]),
        time=time,
        accepted_at=row["accepted_at"],
        case_id=row["case_id"],
        order_key=row["order_key"],
        facts=row["facts"],
        record=sealer.open(bytes(row["sealed"]), table=TABLE, id=row["id"], column=COLUMN),
    )

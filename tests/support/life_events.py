"""Life events as they are once understood, and the log that keeps them."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.audit.record import AuditRecord
from gateway.ids import ClientId, DatasetId, PartnerId, new_id
from gateway.life_events.event import PublishedEvent
from gateway.life_events.ports import Publication
from gateway.storage.engine import reading
from gateway.storage.tables import audit_records

NOON = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
BIRTH = b'{"id":"sumedang:birth:hospital-births.SKL-1","partner":"sumedang","mother_nik":"3211104405950002"}'


class SilentBell:
    """Counts its rings, and wakes nobody."""

    def __init__(self) -> None:
        self.rings = 0

    def ring(self) -> None:
        self.rings += 1

    async def wait(self, timeout_s: float) -> None:
        del timeout_s


def an_event(number: int = 1, **changes: Any) -> PublishedEvent:
    """The birth of that number, as Sumedang's hospital publishes it."""
    event_id = new_id("evt")
    values: dict[str, Any] = {
        "id": event_id,
        "name": "birth",
        "provider": PartnerId("sumedang"),
        "dataset": DatasetId("sumedang/hospital-births"),
        "client_id": ClientId("rsud-sumedang"),
        "source": "/sumedang/hospital-births",
        "source_event_id": f"SKL-{number}",
        "time": NOON,
        "accepted_at": NOON,
        "order_key": event_id,
        "facts": {"region": "32.11"},
        "record": BIRTH,
        "fingerprint": f"content-{number}".encode(),
    }
    return PublishedEvent(**(values | changes))


def a_publication(*events: PublishedEvent, **changes: Any) -> Publication:
    """The events as one request brings them."""
    values: dict[str, Any] = {
        "events": events,
        "records": tuple(a_record(event) for event in events),
        "fingerprint": b"".join(event.fingerprint for event in events),
    }
    return Publication(**(values | changes))


def a_record(event: PublishedEvent) -> AuditRecord:
    """What is recorded of an event that is taken."""
    return AuditRecord(
        id=new_id("ex"),
        at=event.accepted_at,
        kind="event.publish",
        outcome="answered",
        client_id=event.client_id,
        subject=event.id,
    )


async def audited(engine: AsyncEngine) -> list[Any]:
    """The audit records, in order."""
    async with reading(engine) as connection:
        leaves = (await connection.execute(sa.select(audit_records.c.leaf).order_by(audit_records.c.number))).scalars()
        return [msgspec.json.decode(leaf) for leaf in leaves]

"""Deliveries that are settled and old, with their attempts: forgotten, a stretch of events at a time.

They are found by the numbers of their events, which rise with time, so that no further index is needed.
"""

from datetime import datetime
from functools import partial

import sqlalchemy as sa

from gateway.life_events.delivery import DeliveryStatus
from gateway.life_events.ports import Forgotten
from gateway.storage.life_event_tables import deliveries, delivery_attempts, events
from gateway.storage.transactor import Transactor

_D = deliveries.c
_NEXT = sa.select(sa.func.min(_D.event_sequence)).where(_D.event_sequence > sa.bindparam("after"))
_ACCEPTED_AT = sa.select(events.c.accepted_at).where(events.c.sequence == sa.bindparam("sequence"))
_OLD = sa.and_(
    _D.event_sequence.between(sa.bindparam("first"), sa.bindparam("last")),
    _D.status != DeliveryStatus.WAITING.value,
    _D.settled_at < sa.bindparam("before"),
)
_FORGET_ATTEMPTS = sa.delete(delivery_attempts).where(delivery_attempts.c.delivery_id.in_(sa.select(_D.id).where(_OLD)))
_FORGET = sa.delete(deliveries).where(_OLD)


class StoredOldDeliveries:
    """`OldDeliveries` over the database."""

    def __init__(self, transactor: Transactor) -> None:
        self._transactor = transactor

    async def forget(self, *, before: datetime, after: int, limit: int) -> Forgotten:
        """Forgets those settled before, of the next `limit` events later than `after`. Raises `StoreUnavailable`."""
        return await self._transactor.run(partial(_forget, before=before, after=after, limit=limit))


def _forget(connection: sa.Connection, *, before: datetime, after: int, limit: int) -> Forgotten:
    first = connection.execute(_NEXT, {"after": after}).scalar()
    if first is None or connection.execute(_ACCEPTED_AT, {"sequence": first}).scalar_one() >= before:
        return Forgotten(count=0, reached=None)
    old = {"first": first, "last": first + limit - 1, "before": before}
    connection.execute(_FORGET_ATTEMPTS, old)
    return Forgotten(count=connection.execute(_FORGET, old).rowcount, reached=first + limit - 1)

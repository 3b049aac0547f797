"""Everything that is kept sealed: sealed anew after a rotation, wiped when it is too old; batch after batch."""

from collections import Counter
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.errors import SealBroken
from gateway.life_events.delivery import DeliveryStatus
from gateway.life_events.ports import Resealed
from gateway.life_events.sealing import Sealer
from gateway.life_events.subscription import SubscriptionStatus
from gateway.storage.engine import reading
from gateway.storage.event_rows import WIPED
from gateway.storage.life_event_tables import deliveries, events, idempotency_keys, subscriptions, webhook_secrets
from gateway.storage.sequence import CHANGES, announce_now, take
from gateway.storage.subscriptions import KIND
from gateway.storage.transactor import Transactor

_log = structlog.get_logger("gateway.storage.seals")


class _Kept(NamedTuple):
    """A table that keeps something sealed, in a column of that name."""

    table: sa.Table
    column: str


_KEPT = (_Kept(events, "sealed"), _Kept(webhook_secrets, "sealed"))


class StoredSeals:
    """`Seals` over the database."""

    def __init__(self, engine: AsyncEngine, *, transactor: Transactor, sealer: Sealer) -> None:
        self._engine = engine
        self._transactor = transactor
        self._sealer = sealer

    async def counts(self) -> dict[str, int]:
        """How many values are sealed with each key."""
        found: Counter[str] = Counter()
        async with reading(self._engine) as connection:
            for kept in _KEPT:
                columns = kept.table.c
                query = sa.select(columns.key_id, sa.func.count()).where(columns.key_id != WIPED)
                for key_id, count in (await connection.execute(query.group_by(columns.key_id))).all():
                    found[key_id] += count
        return dict(found)

    async def reseal(self, *, after: str, limit: int) -> Resealed:
        """Seals anew up to `limit` values that another key sealed than the one that seals now.

        `after` is where the batch before ended, and empty in the beginning. Raises `StoreUnavailable`.
        """
        return await self._transactor.run(partial(self._reseal, after=after, limit=limit))

    async def wipe(self, *, before: datetime, limit: int) -> int:
        """Takes the data of up to `limit` settled events that were accepted earlier; how many.

        What is left says that there was one, so that it cannot be taken again. Raises `StoreUnavailable`.
        """
        return await self._transactor.run(partial(_wipe, before=before, limit=limit))

    async def forget_keys(self, *, before: datetime) -> None:
        """Forgets the idempotency keys of earlier requests. Raises `StoreUnavailable`."""
        query = sa.delete(idempotency_keys).where(idempotency_keys.c.created_at < before)
        await self._transactor.run(lambda connection: connection.execute(query).rowcount)

    def _reseal(self, connection: sa.Connection, *, after: str, limit: int) -> Resealed:
        place, _, last = after.partition(":")
        index = int(place or 0)
        kept = _KEPT[index]
        if kept.table is webhook_secrets:
            take(connection, CHANGES, count=0)  # first, as everybody who changes subscriptions does
        columns = kept.table.c
        query = sa.select(columns.id, columns[kept.column]).where(
            columns.id > last, columns.key_id.not_in([self._sealer.sealing_kid(), WIPED])
        )
        rows = connection.execute(query.order_by(columns.id).limit(limit)).all()
        made, broken = self._anew(kept, rows)
        if made:
            connection.execute(_update(kept), made)
            if kept.table is webhook_secrets:
                announce_now(connection, KIND, keys=("*",))  # whoever keeps them by the old key reads them again
        if len(rows) == limit:
            reached: str | None = f"{index}:{rows[-1].id}"
        else:
            reached = f"{index + 1}:" if index + 1 < len(_KEPT) else None
        return Resealed(count=len(made), broken=tuple(broken), reached=reached)

    def _anew(self, kept: _Kept, rows: Any) -> tuple[list[dict[str, Any]], list[str]]:
        """The values sealed with the key of now, and the ids of those that cannot be opened."""
        made: list[dict[str, Any]] = []
        broken: list[str] = []
        for row_id, data in rows:
            place = {"table": kept.table.name, "id": row_id, "column": kept.column}
            try:
                sealed = self._sealer.seal(self._sealer.open(bytes(data), **place), **place)
            except SealBroken as error:
                _log.error("seal.broken", table=kept.table.name, id=row_id, reason=error.parameters["cause"])
                broken.append(f"{kept.table.name} {row_id}")
            else:
                made.append({"row_id": row_id, "new_key": sealed.key_id, "data": sealed.data, "was": bytes(data)})
        return made, broken


def _update(kept: _Kept) -> sa.Update:
    """Puts a value in place of the one that was read; nothing where that has changed meanwhile."""
    columns = kept.table.c
    return (
        sa.update(kept.table)
        .where(columns.id == sa.bindparam("row_id"), columns[kept.column] == sa.bindparam("was"))
        .values({"key_id": sa.bindparam("new_key"), kept.column: sa.bindparam("data")})
    )


def _wipe(connection: sa.Connection, *, before: datetime, limit: int) -> int:
    """Only settled ones: whoever still waits for an event gets it, or the gateway gives it up, first.

    A subscription that is paused or disabled waits for nothing: else it could have Personal data kept for ever.
    """
    waits = (
        sa.exists()
        .where(deliveries.c.event_sequence == events.c.sequence, deliveries.c.status == DeliveryStatus.WAITING.value)
        .where(
            subscriptions.c.id == deliveries.c.subscription_id,
            subscriptions.c.status == SubscriptionStatus.ACTIVE.value,
        )
    )
    found = (
        sa.select(events.c.sequence)
        .where(events.c.accepted_at < before, events.c.key_id != WIPED, ~waits)
        .order_by(events.c.sequence)
        .limit(limit)
    )
    numbers = list(connection.execute(found).scalars())
    if numbers:
        wiped = {"key_id": WIPED, "sealed": b"", "facts": {}}
        connection.execute(sa.update(events).where(events.c.sequence.in_(numbers)).values(wiped))
    return len(numbers)

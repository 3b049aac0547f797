"""Gapless numbers, taken inside the transaction that uses them."""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.storage.prepared import driver_sql
from gateway.storage.tables import changes, counters

AUDIT = "audit"
CHANGES = "changes"
EVENTS = "events"

_TAKE = (
    sa.update(counters)
    .where(counters.c.name == sa.bindparam("counter"))
    .values(value=counters.c.value + sa.bindparam("count"))
    .returning(counters.c.value)
)


def take(connection: sa.Connection, counter: str, *, count: int) -> int:
    """The first of `count` numbers. Other takers wait until this transaction has ended."""
    last: int = connection.exec_driver_sql(driver_sql(_TAKE, connection.dialect), (count, counter)).scalar_one()
    return last - count + 1


async def announce(connection: AsyncConnection, kind: str, *, keys: tuple[str, ...]) -> None:
    """Tells every process, once the transaction is committed, that what stands under `keys` has changed."""
    await connection.run_sync(announce_now, kind, keys=keys)


def announce_now(connection: sa.Connection, kind: str, *, keys: tuple[str, ...]) -> None:
    """The same within a transaction that is a plain function."""
    first = take(connection, CHANGES, count=len(keys))
    at = datetime.now(UTC)
    connection.execute(
        sa.insert(changes),
        [{"sequence": first + index, "kind": kind, "key": key, "at": at} for index, key in enumerate(keys)],
    )

"""The agreement book, kept in memory per consumer, at most 2 s behind the database."""

from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.agreements.agreement import Agreement
from gateway.ids import AgreementId, PartnerId
from gateway.storage.kept import Kept
from gateway.storage.sequence import announce
from gateway.storage.tables import agreements, all_keys, is_key, plain
from gateway.storage.watch import Watch

KIND = "agreement"


class StoredAgreements:
    """`AgreementBook` over the database."""

    def __init__(self, engine: AsyncEngine, watch: Watch) -> None:
        self._kept = Kept(engine, watch, kind=KIND, read=_of_consumer)

    async def of_consumer(self, consumer: PartnerId) -> tuple[Agreement, ...]:
        """Every agreement of that consumer as they stood at most 2 s ago. Raises `StoreUnavailable`."""
        return await self._kept.get(consumer)


async def _of_consumer(connection: AsyncConnection, consumer: PartnerId) -> tuple[Agreement, ...]:
    return await read_agreements(connection, consumer=consumer)


async def read_agreement(connection: AsyncConnection, agreement_id: AgreementId) -> Agreement | None:
    """The agreement, or None."""
    if not is_key(agreement_id):
        return None
    row = (await connection.execute(sa.select(agreements).where(agreements.c.id == agreement_id))).mappings().first()
    return None if row is None else _agreement(row)


async def read_agreements(
    connection: AsyncConnection,
    *,
    consumer: str | None = None,
    provider: str | None = None,
    status: str | None = None,
    after: str | None = None,
    limit: int | None = None,
) -> tuple[Agreement, ...]:
    """Agreements by id, beginning after `after`; those that fit what is given."""
    if not all_keys(consumer, provider, status, after):
        return ()
    query = sa.select(agreements).order_by(agreements.c.id).limit(limit)
    for column, value in (
        (agreements.c.consumer, consumer),
        (agreements.c.provider, provider),
        (agreements.c.status, status),
    ):
        if value is not None:
            query = query.where(column == value)
    if after is not None:
        query = query.where(agreements.c.id > after)
    return tuple(_agreement(row) for row in (await connection.execute(query)).mappings())


async def write_agreement(connection: AsyncConnection, agreement: Agreement) -> None:
    """Puts the agreement in place of what stood there, and announces it to its consumer's readers."""
    values = msgspec.structs.asdict(agreement)
    values |= {"purposes": sorted(agreement.purposes), "status": agreement.status.value}
    changed = await connection.execute(sa.update(agreements).where(agreements.c.id == agreement.id).values(values))
    if not changed.rowcount:
        await connection.execute(sa.insert(agreements).values(values))
    await announce(connection, KIND, keys=(agreement.consumer,))


def _agreement(row: Mapping[Any, Any]) -> Agreement:
    """The row as an `Agreement`."""
    return msgspec.convert(plain(row), Agreement)

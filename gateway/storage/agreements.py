"""The agreement book, kept in memory per consumer, at most 2 s behind the database."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.agreements.agreement import Agreement
from gateway.ids import AgreementId, PartnerId
from gateway.storage.engine import reading
from gateway.storage.sequence import announce
from gateway.storage.tables import agreements, all_keys, is_key, plain
from gateway.storage.watch import Watch

KIND = "agreement"
CACHED_AT_MOST = 10_000


class StoredAgreements:
    """`AgreementBook` over the database."""

    def __init__(self, engine: AsyncEngine, watch: Watch) -> None:
        self._engine = engine
        self._watch = watch
        self._cache: dict[PartnerId, tuple[Agreement, ...]] = {}
        self._epoch = 0
        watch.tell(KIND, self)

    async def of_consumer(self, consumer: PartnerId) -> tuple[Agreement, ...]:
        """Every agreement of that consumer as they stood at most 2 s ago. Raises `StoreUnavailable`."""
        if self._watch.is_current and (kept := self._cache.get(consumer)) is not None:
            return kept
        epoch = self._epoch
        async with reading(self._engine) as connection:
            found = await read_agreements(connection, consumer=consumer)
        # What was read before a change was heard of is not kept: it may be what stood before.
        if epoch == self._epoch:
            if len(self._cache) >= CACHED_AT_MOST:
                self._cache.clear()
            self._cache[consumer] = found
        return found

    async def reload(self) -> None:
        """Forgets every agreement."""
        self._epoch += 1
        self._cache.clear()

    async def follow(self, keys: Sequence[str]) -> None:
        """Forgets the agreements of the consumers in `keys`."""
        self._epoch += 1
        for key in keys:
            self._cache.pop(PartnerId(key), None)


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

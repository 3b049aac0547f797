"""Who runs which recipe, kept in memory per partner, at most 2 s behind the database."""

from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.ids import PartnerId
from gateway.life_events.adoption import Adoption
from gateway.storage.kept import Kept
from gateway.storage.life_event_tables import adoptions
from gateway.storage.sequence import announce
from gateway.storage.tables import all_keys, plain
from gateway.storage.watch import Watch

KIND = "adoption"


class StoredAdoptions:
    """`AdoptionBook` over the database."""

    def __init__(self, engine: AsyncEngine, watch: Watch) -> None:
        self._kept = Kept(engine, watch, kind=KIND, read=_of_partner)

    async def of_partner(self, partner: PartnerId) -> tuple[Adoption, ...]:
        """The partner's adoptions as they stood at most 2 s ago. Raises `StoreUnavailable`."""
        return await self._kept.get(partner)


async def _of_partner(connection: AsyncConnection, partner: PartnerId) -> tuple[Adoption, ...]:
    return await read_adoptions(connection, partner=partner)


async def read_adoptions(
    connection: AsyncConnection, *, partner: str | None = None, recipe: str | None = None
) -> tuple[Adoption, ...]:
    """Adoptions by partner and recipe, also those that have ended; those that fit what is given."""
    if not all_keys(partner, recipe):
        return ()
    query = sa.select(adoptions).order_by(adoptions.c.partner, adoptions.c.recipe)
    for column, value in ((adoptions.c.partner, partner), (adoptions.c.recipe, recipe)):
        if value is not None:
            query = query.where(column == value)
    return tuple(_adoption(row) for row in (await connection.execute(query)).mappings())


async def write_adoption(connection: AsyncConnection, adoption: Adoption) -> None:
    """Puts the adoption in place of what stood there, and announces it."""
    values = msgspec.structs.asdict(adoption)
    at = (adoptions.c.partner == adoption.partner) & (adoptions.c.recipe == adoption.recipe)
    changed = await connection.execute(sa.update(adoptions).where(at).values(values))
    if not changed.rowcount:
        await connection.execute(sa.insert(adoptions).values(values))
    await announce(connection, KIND, keys=(adoption.partner,))


def _adoption(row: Mapping[Any, Any]) -> Adoption:
    return msgspec.convert(plain(row), Adoption)

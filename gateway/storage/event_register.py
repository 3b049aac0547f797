"""The log of events as its administrators read it: what is known without opening anything."""

from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.life_events.ports import EventHead
from gateway.storage.engine import reading
from gateway.storage.event_rows import WIPED
from gateway.storage.life_event_tables import events
from gateway.storage.tables import all_keys, is_key, plain

_HIDDEN = frozenset({"sealed", "fingerprint", "order_key"})
_HEAD = tuple(column for column in events.c if column.name not in _HIDDEN)


class StoredEventRegister:
    """`EventRegister` over the database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def heads(
        self, *, after: int | None = None, name: str | None = None, provider: str | None = None, limit: int = 100
    ) -> tuple[EventHead, ...]:
        """Events in their order: those later than `after`, or else the last. Raises `StoreUnavailable`."""
        if not all_keys(name, provider):
            return ()
        query = sa.select(*_HEAD).limit(limit)
        for column, value in ((events.c.name, name), (events.c.provider, provider)):
            if value is not None:
                query = query.where(column == value)
        if after is not None:
            query = query.where(events.c.sequence > after).order_by(events.c.sequence)
        else:
            query = query.order_by(events.c.sequence.desc())
        async with reading(self._engine) as connection:
            found = [_head(row) for row in (await connection.execute(query)).mappings()]
        return tuple(found if after is not None else reversed(found))

    async def head(self, event_id: str) -> EventHead | None:
        """The event of that id, or None. Raises `StoreUnavailable`."""
        if not is_key(event_id):
            return None
        async with reading(self._engine) as connection:
            row = (await connection.execute(sa.select(*_HEAD).where(events.c.id == event_id))).mappings().first()
        return None if row is None else _head(row)


def _head(row: Mapping[Any, Any]) -> EventHead:
    return msgspec.convert(plain(row) | {"is_wiped": row["key_id"] == WIPED}, EventHead)

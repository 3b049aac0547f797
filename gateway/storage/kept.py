"""What is read of the database by key, kept in memory as far as it is asked for, at most 2 s behind."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.storage.engine import reading
from gateway.storage.watch import Watch

KEPT_AT_MOST = 10_000
"""What is not there is kept too, so that guessing costs no queries; the bound keeps guessing from costing memory."""

K = TypeVar("K", bound=str)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """The values of one `kind` of change; `read` reads one of them."""

    def __init__(
        self, engine: AsyncEngine, watch: Watch, *, kind: str, read: Callable[[AsyncConnection, K], Awaitable[V]]
    ) -> None:
        self._engine = engine
        self._watch = watch
        self._read = read
        self._values: dict[str, V] = {}
        self._epoch = 0
        watch.tell(kind, self)

    async def get(self, key: K) -> V:
        """The value as it stood at most 2 s ago. Raises `StoreUnavailable`."""
        if self._watch.is_current and key in self._values:
            return self._values[key]
        epoch = self._epoch
        async with reading(self._engine) as connection:
            found = await self._read(connection, key)
        # What was read before a change was heard of is not kept: it may be what stood before.
        if epoch == self._epoch:
            if len(self._values) >= KEPT_AT_MOST:
                self._values.clear()
            self._values[key] = found
        return found

    async def reload(self) -> None:
        """Forgets every value."""
        self._epoch += 1
        self._values.clear()

    async def follow(self, keys: Sequence[str]) -> None:
        """Forgets the values that changed."""
        self._epoch += 1
        for key in keys:
            self._values.pop(key, None)

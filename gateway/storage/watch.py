"""Keeps every process at most 2 s behind the database: one task asks twice a second what has changed."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Protocol

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.storage.engine import reading, writing
from gateway.storage.sequence import CHANGES
from gateway.storage.tables import changes, counters

POLL_EVERY_S = 0.5
STALE_AFTER_S = 2.0
KEEP_CHANGES = timedelta(days=1)
_PRUNE_EVERY_S = 3600.0
_log = structlog.get_logger("gateway.storage.watch")

_VALUE = sa.select(counters.c.value).where(counters.c.name == CHANGES)
_SINCE = (
    sa.select(changes.c.kind, changes.c.key)
    .where(changes.c.sequence > sa.bindparam("last"), changes.c.sequence <= sa.bindparam("value"))
    .order_by(changes.c.sequence)
)


class Follower(Protocol):
    """Keeps something of the database in memory."""

    async def reload(self) -> None:
        """Forgets, or reads anew, everything. Raises `StoreUnavailable`."""
        ...

    async def follow(self, keys: Sequence[str]) -> None:
        """Forgets, or reads anew, what stands under `keys`. Raises `StoreUnavailable`."""
        ...


class Watch:
    """Polls the `changes` table and tells the followers of each kind."""

    def __init__(self, engine: AsyncEngine, *, poll_every_s: float = POLL_EVERY_S) -> None:
        self._engine = engine
        self._poll_every_s = poll_every_s
        self._followers: dict[str, Follower] = {}
        self._position: int | None = None
        self._heard_at = float("-inf")
        self._pruned_at = float("-inf")
        self._nudged = asyncio.Event()
        self._polling = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def tell(self, kind: str, follower: Follower) -> None:
        """Makes `follower` hear of changes of `kind`."""
        self._followers[kind] = follower

    @property
    def is_current(self) -> bool:
        """Whether what the followers hold is at most 2 s old."""
        return monotonic() - self._heard_at <= STALE_AFTER_S

    async def open(self) -> None:
        """Reads everything once and starts polling. Raises `StoreUnavailable`."""
        await self.poll()
        self._task = asyncio.create_task(self._run(), name="storage-watch")

    async def close(self) -> None:
        """Stops polling."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def nudge(self) -> None:
        """Polls now rather than at the next half second."""
        self._nudged.set()

    async def poll(self) -> None:
        """Hears what has changed since the last time. Raises `StoreUnavailable`."""
        async with self._polling:
            began_at = monotonic()
            async with reading(self._engine) as connection:
                value: int = (await connection.execute(_VALUE)).scalar_one()
                rows: Sequence[Any] = ()
                if self._position is not None and value > self._position:
                    rows = (await connection.execute(_SINCE, {"last": self._position, "value": value})).all()
            if value != self._position:
                await self._tell_followers(rows, value=value)
                self._position = value
            self._heard_at = began_at

    async def _tell_followers(self, rows: Sequence[Any], *, value: int) -> None:
        """Follows the rows; where some are missing (first time, pruned, restored backup), reloads everything."""
        if self._position is None or len(rows) != value - self._position:
            for follower in self._followers.values():
                await follower.reload()
            return
        keys: Mapping[str, list[str]] = defaultdict(list)
        for kind, key in rows:
            keys[kind].append(key)
        for kind, changed in keys.items():
            if kind in self._followers:
                await self._followers[kind].follow(changed)

    async def _run(self) -> None:
        """Polls until cancelled; a failed poll is tried again at the next half second."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll_every_s):
                    await self._nudged.wait()
            self._nudged.clear()
            try:
                # A poll that hangs makes us stale, which the readers notice by themselves.
                async with asyncio.timeout(STALE_AFTER_S):
                    await self.poll()
                if monotonic() - self._pruned_at > _PRUNE_EVERY_S:
                    await self._prune()
            except Exception as error:  # noqa: BLE001 (a watch that ended would refuse every token for ever)
                _log.warning("watch.failed", reason=type(error).__name__)

    async def _prune(self) -> None:
        """Drops changes that every living process has heard of long ago."""
        self._pruned_at = monotonic()
        async with writing(self._engine) as connection:
            await connection.execute(sa.delete(changes).where(changes.c.at < datetime.now(UTC) - KEEP_CHANGES))

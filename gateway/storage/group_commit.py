"""Group commit: what waits together becomes durable together, batch after batch."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Generic, NamedTuple, TypeVar

import structlog

from gateway.errors import StoreUnavailable

LIMIT_S = 5.0
_log = structlog.get_logger("gateway.storage.group_commit")

T = TypeVar("T")
R = TypeVar("R")


class _Waiting(NamedTuple, Generic[T, R]):
    """`until` is when its caller is told that it did not become durable in time, on the loop's clock."""

    item: T
    weight: int
    result: "asyncio.Future[R]"
    until: float


class GroupCommit(Generic[T, R]):
    """Hands what waits to `commit`, one batch at a time; while one is being committed, the next one gathers.

    `commit` returns what became of each, in their order, once it is durable. No more than `batch` are committed
    together and no more than `queue` wait, both by weight. `unavailable` makes the error from its cause: `closed`,
    `queue-full`, `timeout`, or the type of what `commit` raised.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[T]], Awaitable[Sequence[R]]],
        *,
        name: str,
        unavailable: Callable[[str], StoreUnavailable],
        batch: int,
        queue: int,
        limit_s: float = LIMIT_S,
    ) -> None:
        self._commit = commit
        self._name = name
        self._unavailable = unavailable
        self._batch = batch
        self._queue = queue
        self._limit_s = limit_s
        self._waiting: deque[_Waiting[T, R]] = deque()
        self._weight = 0
        self._committing: list[_Waiting[T, R]] = []
        self._sweeping: asyncio.TimerHandle | None = None
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._is_closing = False

    def open(self) -> None:
        """Starts the writer, in the running loop."""
        self._writer = asyncio.create_task(self._run(), name=f"{self._name}-writer")

    async def add(self, item: T, *, weight: int = 1) -> R:
        """What became of the item, once it is durable. Raises what `unavailable` makes.

        After a timeout it may yet become durable.
        """
        if self._writer is None or self._writer.done() or self._is_closing:
            raise self._unavailable("closed")
        if self._weight + weight > self._queue:
            raise self._unavailable("queue-full")
        loop = asyncio.get_running_loop()
        result: asyncio.Future[R] = loop.create_future()
        until = loop.time() + self._limit_s
        self._waiting.append(_Waiting(item, weight, result, until))
        self._weight += weight
        self._wake.set()
        if self._sweeping is None:
            self._sweeping = loop.call_at(until, self._sweep)
        return await result

    async def close(self) -> None:
        """Commits what waits, then stops."""
        self._is_closing = True
        self._wake.set()
        if self._writer is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._writer, self._limit_s)
            self._writer = None
        if self._sweeping is not None:
            self._sweeping.cancel()

    async def _run(self) -> None:
        while self._waiting or not self._is_closing:
            if not self._waiting:
                self._wake.clear()
                await self._wake.wait()
                continue
            batch = self._committing = self._next_batch()
            try:
                async with asyncio.timeout(self._limit_s):
                    results = await self._commit([it.item for it in batch])
            except Exception as error:  # noqa: BLE001 (whatever it was, these are not durable, and the next must be tried)
                _log.error("commit.failed", of=self._name, reason=type(error).__name__, waiting=len(batch))
                self._fail(batch, cause=type(error).__name__)
            except BaseException as error:
                self._fail([*batch, *self._waiting], cause=type(error).__name__)
                self._waiting.clear()
                raise
            else:
                for waiting, result in zip(batch, results, strict=True):
                    if not waiting.result.done():
                        waiting.result.set_result(result)

    def _next_batch(self) -> list[_Waiting[T, R]]:
        """Those that waited longest: one at least, and no more than a batch may weigh."""
        batch: list[_Waiting[T, R]] = []
        room = self._batch
        while self._waiting and (not batch or self._waiting[0].weight <= room):
            batch.append(self._waiting.popleft())
            room -= batch[-1].weight
        self._weight -= self._batch - room
        return batch

    def _sweep(self) -> None:
        """Tells those whose time is up. One timer for all, as one for each would cost more than a record."""
        loop = asyncio.get_running_loop()
        everyone = [*self._committing, *self._waiting]
        self._fail([it for it in everyone if it.until <= loop.time()], cause="timeout")
        later = [it.until for it in everyone if not it.result.done()]
        self._sweeping = loop.call_at(min(later), self._sweep) if later else None

    def _fail(self, batch: Sequence[_Waiting[T, R]], *, cause: str) -> None:
        """Tells those that wait that theirs is not durable, as far as anybody knows."""
        for waiting in batch:
            if not waiting.result.done():
                waiting.result.set_exception(self._unavailable(cause))

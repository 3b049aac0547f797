"""The log of accepted events, with group commit: publications that wait together share one transaction.

In that transaction each event is numbered, kept sealed, recorded in the audit trail, put in line for its
subscribers and placed in its case. Each batch holds the counter's row from its beginning, so that batches of
all processes follow one another: numbers are gapless in the order of commit, and no event is taken twice.
"""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.errors import StoreUnavailable
from gateway.ids import PartnerId
from gateway.life_events.event import StoredEvent
from gateway.life_events.ports import Answer, Bell, EventBatch, Publication
from gateway.life_events.sealing import Sealer
from gateway.storage import event_rows
from gateway.storage.accepting import Accepting
from gateway.storage.engine import reading
from gateway.storage.transactor import Transactor

LIMIT_S = 5.0
QUEUE = 10_000
"""Events that may wait: beyond, publishers are told to come again."""
BATCH = 500
_log = structlog.get_logger("gateway.storage.event_log")


class _Waiting(NamedTuple):
    publication: Publication
    answer: "asyncio.Future[Answer]"


class GroupCommitLog:
    """`EventLog` over the database; one writer task per process."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        transactor: Transactor,
        sealer: Sealer,
        bell: Bell,
        limit_s: float = LIMIT_S,
        queue: int = QUEUE,
    ) -> None:
        self._engine = engine
        self._transactor = transactor
        self._sealer = sealer
        self._bell = bell
        self._limit_s = limit_s
        self._queue = queue
        self._waiting: deque[_Waiting] = deque()
        self._events_waiting = 0
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._is_closing = False

    async def open(self) -> None:
        """Starts the writer."""
        self._writer = asyncio.create_task(self._run(), name="event-writer")

    async def accept(self, publication: Publication) -> Answer:
        """What became of the events, once it is durable and recorded.

        Raises `StoreUnavailable`; after a timeout the events may yet become durable, which a repetition finds out.
        """
        if self._writer is None or self._writer.done() or self._is_closing:
            raise StoreUnavailable("the event log is closed", store="database", cause="closed")
        if self._events_waiting + len(publication.events) > self._queue:
            raise StoreUnavailable("too many events wait", store="database", cause="queue-full")
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(publication, answer))
        self._events_waiting += len(publication.events)
        self._wake.set()
        try:
            async with asyncio.timeout(self._limit_s):
                return await answer
        except TimeoutError:
            raise StoreUnavailable("the events were not kept in time", store="database", cause="timeout") from None

    async def after(self, sequence: int, *, wanted: Mapping[str, frozenset[PartnerId]], limit: int) -> EventBatch:
        """Up to `limit` events later than `sequence` that are of the wanted names and providers."""
        async with reading(self._engine) as connection:
            reached = (await connection.execute(event_rows.NEWEST)).scalar_one()
            if reached <= sequence or not wanted:
                return EventBatch(events=(), unreadable=(), reached=max(reached, sequence), has_more=False)
            query = event_rows.later(sequence, upto=reached, wanted=wanted, limit=limit + 1)
            rows = (await connection.execute(query)).mappings().all()
        events, unreadable = event_rows.opened(rows[:limit], sealer=self._sealer)
        has_more = len(rows) > limit
        return EventBatch(
            events=events,
            unreadable=unreadable,
            reached=rows[limit - 1]["sequence"] if has_more else reached,
            has_more=has_more,
        )

    async def find(self, event_id: str) -> StoredEvent | None:
        """The event, or None where there is none or its data has been wiped. Raises `SealBroken`."""
        async with reading(self._engine) as connection:
            row = (await connection.execute(event_rows.by_id(event_id))).mappings().first()
        return None if row is None else event_rows.opened_event(row, sealer=self._sealer)

    async def newest(self) -> int:
        """The sequence of the newest event; 0 where there is none."""
        async with reading(self._engine) as connection:
            found: int = (await connection.execute(event_rows.NEWEST)).scalar_one()
            return found

    async def close(self) -> None:
        """Writes what waits, then stops."""
        self._is_closing = True
        self._wake.set()
        if self._writer is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._writer, self._limit_s)
            self._writer = None

    async def _run(self) -> None:
        """Writes batch after batch; while one is being committed, the next one gathers."""
        while self._waiting or not self._is_closing:
            if not self._waiting:
                self._wake.clear()
                await self._wake.wait()
                continue
            batch = self._next_batch()
            try:
                accepting = Accepting([it.publication for it in batch], sealer=self._sealer)
                async with asyncio.timeout(self._limit_s):
                    answers = await self._transactor.run(accepting.run)
            except Exception as error:  # noqa: BLE001 (whatever it was, these are not durable, and the next must be tried)
                _log.error("events.failed", reason=type(error).__name__, publications=len(batch))
                _fail(batch, error)
            except BaseException as error:
                _fail([*batch, *self._waiting], error)
                self._waiting.clear()
                raise
            else:
                for waiting, answer in zip(batch, answers, strict=True):
                    if not waiting.answer.done():
                        waiting.answer.set_result(answer)
                if accepting.accepted:
                    self._bell.ring()

    def _next_batch(self) -> list[_Waiting]:
        """The publications that waited longest: one at least, and no more events than a batch has."""
        batch: list[_Waiting] = []
        room = BATCH
        while self._waiting and (not batch or len(self._waiting[0].publication.events) <= room):
            batch.append(self._waiting.popleft())
            room -= len(batch[-1].publication.events)
        self._events_waiting -= BATCH - room
        return batch


def _fail(batch: Sequence[_Waiting], error: BaseException) -> None:
    """Tells those that wait that their events are not durable."""
    for waiting in batch:
        if not waiting.answer.done():
            cause = type(error).__name__
            waiting.answer.set_exception(StoreUnavailable("the events were not kept", store="database", cause=cause))

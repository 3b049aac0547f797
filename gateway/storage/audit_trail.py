"""The audit trail with group commit: records that wait together share one transaction.

A number is returned only after the commit. Numbers are gapless and in order of commit across all
processes, because each transaction holds the counter's row until it ends.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.audit.record import AuditRecord
from gateway.errors import AuditUnavailable
from gateway.storage.prepared import driver_sql
from gateway.storage.sequence import AUDIT, take
from gateway.storage.tables import as_key, audit_records, microseconds
from gateway.storage.transactor import Transactor

LIMIT_S = 5.0
QUEUE = 20_000
BATCH = 1_000
_INSERT = sa.insert(audit_records)
_log = structlog.get_logger("gateway.storage.audit_trail")


class _Row(NamedTuple):
    """The columns of a record after its number, in their order, as the drivers take them."""

    at: int
    kind: str
    outcome: str
    client_id: str | None
    leaf: bytes


class _Waiting(NamedTuple):
    """`until` is when its caller is told that it was not written in time, on the loop's clock."""

    row: _Row
    number: asyncio.Future[int]
    until: float


class GroupCommitTrail:
    """`AuditTrail` over the database; one writer task per process.

    Who else writes much shares its `transactor`, and closes it: SQLite's writers then wait for one another in a
    queue, not by trying again.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        transactor: Transactor | None = None,
        limit_s: float = LIMIT_S,
        queue: int = QUEUE,
    ) -> None:
        self._transactor = transactor or Transactor(engine)
        self._is_alone = transactor is None
        self._limit_s = limit_s
        self._queue = queue
        self._waiting: deque[_Waiting] = deque()
        self._writing: list[_Waiting] = []
        self._sweeping: asyncio.TimerHandle | None = None
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._is_closing = False

    async def open(self) -> None:
        """Starts the writer."""
        self._writer = asyncio.create_task(self._run(), name="audit-writer")

    async def append(self, record: AuditRecord) -> int:
        """The record's number, once it is durable. Raises `AuditUnavailable`."""
        if self._writer is None or self._writer.done() or self._is_closing:
            raise AuditUnavailable("the audit trail is closed", store="audit", cause="closed")
        if len(self._waiting) >= self._queue:
            raise AuditUnavailable("too many audit records wait", store="audit", cause="queue-full")
        loop = asyncio.get_running_loop()
        number: asyncio.Future[int] = loop.create_future()
        until = loop.time() + self._limit_s
        self._waiting.append(_Waiting(_row_of(record), number, until))
        self._wake.set()
        if self._sweeping is None:
            self._sweeping = loop.call_at(until, self._sweep)
        return await number

    async def close(self) -> None:
        """Writes what waits, then stops."""
        self._is_closing = True
        self._wake.set()
        if self._writer is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._writer, self._limit_s)
            self._writer = None
        if self._sweeping is not None:
            self._sweeping.cancel()
        if self._is_alone:
            await self._transactor.close()

    async def _run(self) -> None:
        """Writes batch after batch; while one is being committed, the next one gathers."""
        while self._waiting or not self._is_closing:
            if not self._waiting:
                self._wake.clear()
                await self._wake.wait()
                continue
            batch = self._writing = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            try:
                async with asyncio.timeout(self._limit_s):
                    first = await self._transactor.run(partial(_insert, rows=[waiting.row for waiting in batch]))
            except Exception as error:  # noqa: BLE001 (whatever it was, these are not durable, and the next must be tried)
                _log.error("audit.failed", reason=type(error).__name__, records=len(batch))
                _fail(batch, cause=type(error).__name__)
            except BaseException as error:
                _fail([*batch, *self._waiting], cause=type(error).__name__)
                self._waiting.clear()
                raise
            else:
                for number, waiting in enumerate(batch, first):
                    if not waiting.number.done():
                        waiting.number.set_result(number)

    def _sweep(self) -> None:
        """Tells those whose time is up. One timer for all, as one for each would cost more than the record."""
        loop = asyncio.get_running_loop()
        everyone = [*self._writing, *self._waiting]
        _fail([it for it in everyone if it.until <= loop.time()], cause="timeout")
        later = [it.until for it in everyone if not it.number.done()]
        self._sweeping = loop.call_at(min(later), self._sweep) if later else None


def _fail(batch: Sequence[_Waiting], *, cause: str) -> None:
    """Tells those that wait that their records are not durable, as far as anybody knows."""
    for waiting in batch:
        if not waiting.number.done():
            failure = AuditUnavailable("the audit record was not written", store="audit", cause=cause)
            waiting.number.set_exception(failure)


async def insert_records(connection: AsyncConnection, records: Sequence[AuditRecord]) -> int:
    """The number of the first one. They are durable when the transaction that they are part of is."""
    return await connection.run_sync(insert_now, records)


def insert_now(connection: sa.Connection, records: Sequence[AuditRecord]) -> int:
    """The same within a transaction that is a plain function. Take it last: all who record wait for one another."""
    return _insert(connection, [_row_of(record) for record in records])


def _insert(connection: sa.Connection, rows: list[_Row]) -> int:
    """Numbers the rows and inserts them."""
    first = take(connection, AUDIT, count=len(rows))
    numbered = [(number, *row) for number, row in enumerate(rows, first)]
    connection.exec_driver_sql(driver_sql(_INSERT, connection.dialect), numbered)
    return first


def _row_of(record: AuditRecord) -> _Row:
    """The record's bytes, and the columns that find it.

    A client's id may be what somebody only claimed: it must not be able to spoil its neighbours' batch.
    """
    return _Row(
        at=microseconds(record.at),
        kind=record.kind,
        outcome=record.outcome,
        client_id=None if record.client_id is None else as_key(record.client_id),
        leaf=record.leaf(),
    )

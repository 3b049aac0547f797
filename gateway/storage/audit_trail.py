"""The audit trail with group commit: records that wait together share one transaction.

A number is returned only after the commit. Numbers are gapless and in order of commit across all
processes, because each transaction holds the counter's row until it ends.
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.audit.record import AuditRecord
from gateway.errors import AuditUnavailable
from gateway.storage.group_commit import LIMIT_S, GroupCommit
from gateway.storage.prepared import driver_sql
from gateway.storage.sequence import AUDIT, take
from gateway.storage.tables import as_key, audit_records, microseconds
from gateway.storage.transactor import Transactor

QUEUE = 20_000
BATCH = 1_000
_INSERT = sa.insert(audit_records)


class _Row(NamedTuple):
    """The columns of a record after its number, in their order, as the drivers take them."""

    at: int
    kind: str
    outcome: str
    client_id: str | None
    leaf: bytes


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
        self._commits: GroupCommit[_Row, int] = GroupCommit(
            self._commit, name="audit", unavailable=_unavailable, batch=BATCH, queue=queue, limit_s=limit_s
        )

    async def open(self) -> None:
        """Starts the writer."""
        self._commits.open()

    async def append(self, record: AuditRecord) -> int:
        """The record's number, once it is durable. Raises `AuditUnavailable`."""
        return await self._commits.add(_row_of(record))

    async def close(self) -> None:
        """Writes what waits, then stops."""
        await self._commits.close()
        if self._is_alone:
            await self._transactor.close()

    async def _commit(self, rows: Sequence[_Row]) -> Sequence[int]:
        first = await self._transactor.run(partial(_insert, rows=rows))
        return range(first, first + len(rows))


def _unavailable(cause: str) -> AuditUnavailable:
    return AuditUnavailable("the audit record was not written", store="audit", cause=cause)


async def insert_records(connection: AsyncConnection, records: Sequence[AuditRecord]) -> int:
    """The number of the first one. They are durable when the transaction that they are part of is."""
    return await connection.run_sync(insert_now, records)


def insert_now(connection: sa.Connection, records: Sequence[AuditRecord]) -> int:
    """The same within a transaction that is a plain function. Take it last: all who record wait for one another."""
    return _insert(connection, [_row_of(record) for record in records])


def _insert(connection: sa.Connection, rows: Sequence[_Row]) -> int:
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

"""Runs whole transactions that are plain functions of a connection, as cheaply as the engine allows.

An asynchronous SQLite connection hands every statement to a thread and back, which costs more than
the statement. Here the whole transaction goes to a thread at once, over the same SQL.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.storage.engine import BUSY_TIMEOUT_S, keep_sqlite_durable, store_errors, writing

T = TypeVar("T")


class Transactor:
    """One transaction after the other. What SQLite's thread has begun is finished even if nobody waits any more."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._local: sa.Engine | None = None
        self._connection: sa.Connection | None = None
        self._thread: ThreadPoolExecutor | None = None
        if engine.dialect.name == "sqlite":
            self._local = sa.create_engine(
                engine.url.set(drivername="sqlite"),
                poolclass=sa.StaticPool,
                hide_parameters=True,
                connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
                execution_options={"writing": True},
            )
            keep_sqlite_durable(self._local)
            self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite-writer")

    async def run(self, work: Callable[[sa.Connection], T]) -> T:
        """What `work` returned, once its transaction is committed. Raises `StoreUnavailable`."""
        if self._local is None or self._thread is None:
            async with writing(self._engine) as connection:
                return await connection.run_sync(work)
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._transact, self._local, work)

    async def close(self) -> None:
        """Finishes what was begun, and closes the connection."""
        if self._local is not None and self._thread is not None:
            await asyncio.to_thread(self._thread.shutdown)
            self._forget_connection()
            self._local.dispose()

    def _transact(self, engine: sa.Engine, work: Callable[[sa.Connection], T]) -> T:
        """Runs the work in its transaction, in the thread, over one connection until something fails."""
        with store_errors():
            try:
                if self._connection is None:
                    self._connection = engine.connect()
                with self._connection.begin():
                    return work(self._connection)
            except BaseException:
                self._forget_connection()
                raise

    def _forget_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

"""Opens the database: SQLite (aiosqlite) or PostgreSQL (asyncpg), and transactions on it.

Fails closed: whatever the driver says becomes `StoreUnavailable`, without statement or parameters.
"""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from gateway.errors import BadConfiguration, StoreUnavailable
from gateway.settings import Database

BUSY_TIMEOUT_S = 5.0
"""How long a writer waits for another one's transaction."""

_POSTGRES = {
    "application_name": "pertukaran",
    "lock_timeout": "5s",
    "statement_timeout": "15s",
    # A process that is stopped in mid-transaction must not hold the audit counter for ever.
    "idle_in_transaction_session_timeout": "10s",
}


def open_engine(database: Database) -> AsyncEngine:
    """An engine that connects when first used. Raises `BadConfiguration` for a URL it cannot serve."""
    try:
        url = sa.make_url(database.url)
    except ArgumentError:
        raise BadConfiguration("[database] url is not a database URL", key="database.url") from None
    if url.drivername in {"sqlite", "sqlite+aiosqlite"}:
        return _open_sqlite(url, pool_size=database.pool_size)
    if url.drivername in {"postgresql", "postgres", "postgresql+asyncpg"}:
        return create_async_engine(
            url.set(drivername="postgresql+asyncpg"),
            pool_size=database.pool_size,
            max_overflow=database.pool_size,
            pool_timeout=BUSY_TIMEOUT_S,
            pool_use_lifo=True,
            hide_parameters=True,
            connect_args={"timeout": BUSY_TIMEOUT_S, "command_timeout": 20, "server_settings": dict(_POSTGRES)},
        )
    raise BadConfiguration(
        f"[database] url begins with `{url.drivername}`; expected `sqlite:///PATH` or `postgresql://…`",
        key="database.url",
    )


def _open_sqlite(url: sa.URL, *, pool_size: int) -> AsyncEngine:
    """SQLite in WAL, every commit synced to disk, foreign keys kept."""
    if not url.database or url.database == ":memory:":
        raise BadConfiguration("[database] url names no file; expected `sqlite:///PATH`", key="database.url")
    _make_private(Path(url.database))
    engine = create_async_engine(
        url.set(drivername="sqlite+aiosqlite"),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=BUSY_TIMEOUT_S,
        hide_parameters=True,
        connect_args={"timeout": BUSY_TIMEOUT_S},
    )
    keep_sqlite_durable(engine.sync_engine)
    return engine


def keep_sqlite_durable(engine: sa.Engine) -> None:
    """Makes every connection of the engine sync its commits, and take the write lock before it writes."""
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)


def _make_private(path: Path) -> None:
    """Makes the file, for this user only; SQLite gives what stands beside it the same permissions.

    A file that is there is never opened: closing it again would take away the locks that SQLite holds on it in this
    process (POSIX), and another process could then delete the write-ahead log under us.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be opened: {error.strerror}", store="database") from error
    if not path.is_file() or not os.access(path, os.R_OK | os.W_OK):
        raise StoreUnavailable(f"{path} cannot be opened: it is no file that may be written", store="database")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Sets a new connection up. Transactions are begun by `_begin_sqlite`, not by the driver."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_S * 1000:.0f}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    """Takes the write lock at once, so that no transaction fails half-way; reading needs no transaction."""
    if connection.get_execution_options().get("writing"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction that is committed at the end, or rolled back. Raises `StoreUnavailable`."""
    with store_errors():
        async with engine.connect() as connection:
            await connection.execution_options(writing=True)
            async with connection.begin():
                yield connection


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection for single statements, each seeing what is committed. Raises `StoreUnavailable`."""
    with store_errors():
        async with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                await connection.execution_options(isolation_level="AUTOCOMMIT")
            yield connection


@contextmanager
def store_errors() -> Iterator[None]:
    """Turns what the database's libraries raise into `StoreUnavailable`."""
    try:
        yield
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        raise StoreUnavailable("the database did not answer", store="database", cause=type(error).__name__) from error

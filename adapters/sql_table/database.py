"""What a database must do for a table to be read. One file per product keeps this promise."""

import ssl
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from adapters.base import AdapterError, Fault
from adapters.sql_table.columns import Column
from adapters.sql_table.statement import Dialect, Statement


class Reading(Protocol):
    """One read-only transaction: every statement sees the same state."""

    async def columns(self, parts: tuple[str, ...]) -> list[Column]:
        """The columns of a table, in their order; none where there is no such table. Raises `AdapterError`."""
        ...

    def rows(self, statement: Statement) -> AsyncGenerator[Sequence[Any], None]:
        """The rows, as they come: no more are held than a handful. Raises `AdapterError`."""
        ...


class Database(Protocol):
    """Connections to one database, opened when they are first needed."""

    @property
    def dialect(self) -> Dialect:
        """How it is spoken to."""
        ...

    def reading(self, *, timeout_s: float) -> AbstractAsyncContextManager[Reading]:
        """A transaction; the database itself ends statements that take longer. Raises `AdapterError`."""
        ...

    async def close(self) -> None:
        """Closes every connection."""
        ...


def unreachable(error: Exception) -> AdapterError:
    """What it means that a connection failed."""
    if isinstance(error, ssl.SSLError):
        return AdapterError(Fault.UNREACHABLE, "the database's certificate is not trusted")
    why = f"the connection failed: {type(error).__name__}"
    return AdapterError(Fault.UNREACHABLE, why, is_transient=True)

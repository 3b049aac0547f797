"""PostgreSQL, through asyncpg, which is loaded when the first table is read."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from adapters.base import AdapterError, Fault
from adapters.sql_table.address import Address
from adapters.sql_table.columns import Bound, Column, Kind
from adapters.sql_table.database import unreachable
from adapters.sql_table.statement import NoRow, Statement

if TYPE_CHECKING:
    import asyncpg

_PREFETCH = 200
_IDLE_S = 60.0
_KINDS = {
    **dict.fromkeys(("int2", "int4", "int8"), Kind.INTEGER),
    **dict.fromkeys(("numeric", "float4", "float8"), Kind.NUMBER),
    **dict.fromkeys(("text", "varchar", "bpchar", "name"), Kind.TEXT),
    **dict.fromkeys(("json", "jsonb"), Kind.JSON),
    "bool": Kind.BOOLEAN,
    "date": Kind.DATE,
    "timestamp": Kind.WALL_CLOCK,
    "timestamptz": Kind.INSTANT,
}
_COLUMNS = """
SELECT attribute.attname, format_type(attribute.atttypid, -1), coalesce(base.typname, own.typname)
FROM pg_catalog.pg_attribute attribute
JOIN pg_catalog.pg_type own ON own.oid = attribute.atttypid
LEFT JOIN pg_catalog.pg_type base ON base.oid = own.typbasetype AND own.typtype = 'd'
WHERE attribute.attrelid = to_regclass($1) AND attribute.attnum > 0 AND NOT attribute.attisdropped
ORDER BY attribute.attnum
"""


class PostgresDialect:
    """Every value is bound as text and cast by the server to the column's own type."""

    def quote(self, name: str) -> str:
        """In double quotes."""
        return '"' + name.replace('"', '""') + '"'

    def mark(self, number: int) -> str:
        """`$1`."""
        return f"${number:d}::text"

    def equals(self, column: Column, bind: Callable[[], str]) -> str:
        """By the type's own equality."""
        return f"{self.quote(column.name)} = CAST({bind()} AS {column.type_name})"

    def compares(self, column: Column, operator: str, mark: str) -> str:
        """By the type's own order."""
        return f"{self.quote(column.name)} {operator} CAST({mark} AS {column.type_name})"

    def begins(self, column: Column, length: int, mark: str) -> str:
        """As text."""
        return f"left(CAST({self.quote(column.name)} AS text), {length:d}) = {mark}"


class PostgresDatabase:
    """A pool that is made when it is first needed."""

    def __init__(self, address: Address, *, connections: int) -> None:
        self.dialect = PostgresDialect()
        self._address = address
        self._connections = connections
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def reading(self, *, timeout_s: float) -> AsyncIterator["PostgresReading"]:
        """A read-only transaction on one snapshot. Raises `AdapterError`."""
        import asyncpg  # noqa: PLC0415  (a deployment without tables never pays for it)

        try:
            pool = await self._opened(asyncpg, timeout_s=timeout_s)
            async with (
                pool.acquire(timeout=timeout_s) as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                await connection.execute(f"SET LOCAL statement_timeout = {int(timeout_s * 1000):d}")
                yield PostgresReading(connection, quote=self.dialect.quote)
        except asyncpg.PostgresError as error:
            raise _failure(error.sqlstate) from None
        except TimeoutError:
            raise
        except OSError as error:  # TLS that is not trusted is one
            raise unreachable(error) from None
        except asyncpg.InterfaceError as error:
            raise AdapterError(Fault.UNREACHABLE, f"the database failed: {type(error).__name__}") from None

    async def close(self) -> None:
        """Ends what still runs: nobody waits for it any more."""
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None

    async def _opened(self, asyncpg: Any, *, timeout_s: float) -> Any:
        async with self._opening:
            if self._pool is None:
                address = self._address
                self._pool = await asyncpg.create_pool(
                    host=address.host,
                    port=address.port,
                    user=address.user,
                    password=address.password,
                    database=address.database,
                    ssl=address.tls() or False,
                    min_size=0,
                    max_size=self._connections,
                    max_inactive_connection_lifetime=_IDLE_S,
                    timeout=timeout_s,
                    statement_cache_size=0,  # poolers hand the same connection to others
                    server_settings={"application_name": "pertukaran"},
                )
            return self._pool


class PostgresReading:
    """One transaction."""

    def __init__(self, connection: Any, *, quote: Callable[[str], str]) -> None:
        self._connection = connection
        self._quote = quote

    async def columns(self, parts: tuple[str, ...]) -> list[Column]:
        """From the catalogue. A type that only looks like another (a domain) counts as that one."""
        name = ".".join(map(self._quote, parts))
        rows = await self._connection.fetch(_COLUMNS, name)
        return [Column(name, _KINDS.get(base, Kind.OTHER), type_name) for name, type_name, base in rows]

    async def rows(self, statement: Statement) -> AsyncGenerator[Sequence[Any], None]:
        """Through a cursor. Raises `NoRow` for a value that the column's type cannot have."""
        import asyncpg  # noqa: PLC0415

        values = [_text(it) for it in statement.values]
        try:
            async for row in self._connection.cursor(statement.text, *values, prefetch=_PREFETCH):
                yield tuple(row)
        except asyncpg.DataError:  # class 22
            if not values:
                raise
            raise NoRow from None


def _text(value: Bound) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _failure(state: str | None) -> AdapterError:
    """What an SQLSTATE means; the server's own words may hold values and stay here."""
    state = state or "XX000"
    message = f"the database answered {state}"
    if state.startswith("28") or state == "42501":
        return AdapterError(Fault.REFUSED_US, message)
    if state == "57014":
        return AdapterError(Fault.TIMEOUT, "the statement took too long", is_transient=True)
    if state.startswith(("08", "40", "53", "57", "58")):
        return AdapterError(Fault.UNREACHABLE, message, is_transient=True)
    return AdapterError(Fault.UNREADABLE, message)

"""MySQL and MariaDB, through aiomysql, which is loaded when the first table is read."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

from adapters.base import AdapterError, Fault
from adapters.sql_table.address import Address
from adapters.sql_table.columns import Column, Kind
from adapters.sql_table.database import unreachable
from adapters.sql_table.statement import NoRow, Statement

_TIMESTAMP, _BIT = 7, 16
_KINDS = {
    **dict.fromkeys((1, 2, 3, 8, 9, 13, _BIT), Kind.INTEGER),
    **dict.fromkeys((0, 4, 5, 246), Kind.NUMBER),
    **dict.fromkeys((15, 247, 253, 254), Kind.TEXT),
    _TIMESTAMP: Kind.INSTANT,
    10: Kind.DATE,
    12: Kind.WALL_CLOCK,
    245: Kind.JSON,
}
"""The protocol's numbers for types."""
_NO_TABLE = 1146
_REFUSED = frozenset({1044, 1045, 1130, 1142, 1143, 1227, 1251, 1370, 1698, 1820, 3118})
_TOO_LONG = frozenset({1317, 1969, 3024})
_PASSES = frozenset({1040, 1053, 1079, 1080, 1135, 1158, 1159, 1160, 1161, 1203, 1205, 1213, 2002, 2003, 2006, 2013})
_NO_TLS = 2026


class MySqlDialect:
    """Text is compared byte for byte where a record is meant: MySQL's own comparison takes `a` for `A`, "7x" for 7."""

    def quote(self, name: str) -> str:
        """In backticks; a percent sign is doubled, as the driver reads one as a mark."""
        return "`" + name.replace("`", "``").replace("%", "%%") + "`"

    def mark(self, number: int) -> str:  # noqa: ARG002  (marks have no number here)
        """`%s`."""
        return "%s"

    def equals(self, column: Column, bind: Callable[[], str]) -> str:
        """First as an index finds it, then exactly."""
        name = self.quote(column.name)
        if column.kind not in {Kind.TEXT, Kind.OTHER, Kind.JSON}:
            return f"{name} = {bind()}"
        exact = f"CAST(CONVERT({name} USING utf8mb4) AS BINARY) = CAST({bind()} AS BINARY)"
        return f"{exact} AND {name} = {bind()}"

    def compares(self, column: Column, operator: str, mark: str) -> str:
        """By the column's own order."""
        return f"{self.quote(column.name)} {operator} {mark}"

    def begins(self, column: Column, length: int, mark: str) -> str:
        """As text."""
        return f"LEFT(CAST({self.quote(column.name)} AS CHAR), {length:d}) = {mark}"


class MySqlDatabase:
    """A few connections, made when they are needed and kept while nothing has gone wrong on them."""

    def __init__(self, address: Address, *, connections: int) -> None:
        self.dialect = MySqlDialect()
        self._address = address
        self._free = asyncio.Semaphore(connections)
        self._idle: list[Any] = []
        self._is_closed = False

    @asynccontextmanager
    async def reading(self, *, timeout_s: float) -> AsyncIterator["MySqlReading"]:
        """A read-only transaction on one snapshot. Raises `AdapterError`."""
        from pymysql import err  # noqa: PLC0415  (a deployment without tables never pays for it)

        async with self._free:
            connection = None
            is_sound = False
            try:
                connection = await self._connected(timeout_s=timeout_s)
                reading = MySqlReading(connection, quote=self.dialect.quote)
                await reading.begin(timeout_s=timeout_s)
                yield reading
                await connection.rollback()
                is_sound = True
            except NoRow:  # nothing was asked
                is_sound = True
                raise
            except err.MySQLError as error:
                raise _failure(error) from None
            except (OSError, asyncio.IncompleteReadError) as error:
                if isinstance(error, TimeoutError):
                    raise
                raise unreachable(error) from None
            finally:
                self._give_back(connection, is_sound=is_sound)

    async def close(self) -> None:
        """Closes what is idle; what is in use is closed when it comes back."""
        self._is_closed = True
        while self._idle:
            self._idle.pop().close()

    def _give_back(self, connection: Any, *, is_sound: bool) -> None:
        if is_sound and not self._is_closed:
            self._idle.append(connection)
        elif connection is not None:
            connection.close()

    async def _connected(self, *, timeout_s: float) -> Any:
        while self._idle:
            connection = self._idle.pop()
            if not connection.closed and not connection._reader.at_eof():  # noqa: SLF001  (the server may have left)
                return connection
            connection.close()
        address = self._address
        connection = _verified_connection()(
            host=address.host,
            port=address.port,
            user=address.user,
            password=address.password or "",
            db=address.database,
            charset="utf8mb4",
            connect_timeout=timeout_s,
            autocommit=False,
            init_command="SET SESSION time_zone = '+00:00'",
            program_name="pertukaran",
            ssl=address.tls(),
        )
        await connection._connect()  # noqa: SLF001  (what `aiomysql.connect` does)
        return connection


class MySqlReading:
    """One transaction."""

    def __init__(self, connection: Any, *, quote: Callable[[str], str]) -> None:
        self._connection = connection
        self._quote = quote

    async def begin(self, *, timeout_s: float) -> None:
        """Bounds every statement, and begins."""
        is_maria = "mariadb" in self._connection.get_server_info().lower()
        bound = f"max_statement_time = {timeout_s:.3f}" if is_maria else f"max_execution_time = {timeout_s * 1000:.0f}"
        await self._connection.query(f"SET SESSION {bound}")
        await self._connection.query("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        await self._connection.query("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")

    async def columns(self, parts: tuple[str, ...]) -> list[Column]:
        """As an empty answer describes them."""
        from pymysql import err  # noqa: PLC0415

        name = ".".join(map(self._quote, parts))
        async with self._connection.cursor() as cursor:
            try:
                await cursor.execute(f"SELECT * FROM {name} LIMIT 0", ())  # noqa: S608  (quoted names of the settings)
            except err.ProgrammingError as error:
                if error.args[:1] == (_NO_TABLE,):
                    return []
                raise
            return [Column(it[0], _KINDS.get(it[1], Kind.OTHER)) for it in cursor.description]

    async def rows(self, statement: Statement) -> AsyncGenerator[Sequence[Any], None]:
        """As they come from the server."""
        from aiomysql import SSCursor  # noqa: PLC0415

        cursor = await self._connection.cursor(SSCursor)
        await cursor.execute(statement.text, statement.values)
        kinds = [it[1] for it in cursor.description]
        while (row := await cursor.fetchone()) is not None:
            yield [_read(value, kind) for value, kind in zip(row, kinds, strict=True)]
        await cursor.close()


@cache
def _verified_connection() -> Any:
    """A connection that signs in over TLS or not at all, and takes one statement at a time."""
    from aiomysql import Connection  # noqa: PLC0415
    from pymysql.constants import CLIENT  # noqa: PLC0415
    from pymysql.err import OperationalError  # noqa: PLC0415

    class VerifiedConnection(Connection):  # type: ignore[misc]
        """aiomysql's own goes on in the clear where a server offers no TLS."""

        async def _request_authentication(self) -> None:
            if self._ssl_context is not None and not self.server_capabilities & CLIENT.SSL:
                raise OperationalError(_NO_TLS, "no TLS")
            self.client_flag &= ~CLIENT.MULTI_STATEMENTS
            await super()._request_authentication()

    return VerifiedConnection


def _read(value: Any, kind: int) -> Any:
    """A bit is a number; a TIMESTAMP, which the session reads in UTC, says so."""
    if kind == _BIT and isinstance(value, bytes):
        return int.from_bytes(value, "big")
    if kind == _TIMESTAMP and isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    return value


def _failure(error: Exception) -> AdapterError:
    """What an error number means; the server's own words may hold values and stay here."""
    cause = error.__cause__
    if isinstance(cause, OSError):
        return unreachable(cause)
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    message = f"the database answered error {number}"
    if number == _NO_TLS:
        return AdapterError(Fault.UNREACHABLE, "the database offers no TLS")
    if number in _REFUSED:
        return AdapterError(Fault.REFUSED_US, message)
    if number in _TOO_LONG:
        return AdapterError(Fault.TIMEOUT, "the statement took too long", is_transient=True)
    if number in _PASSES:
        return AdapterError(Fault.UNREACHABLE, message, is_transient=True)
    return AdapterError(Fault.UNREADABLE, message)

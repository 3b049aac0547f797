"""A table or view of PostgreSQL or MySQL, for offices with no API at all."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from difflib import get_close_matches

from adapters.base import AdapterError, Document, Fault, Question
from adapters.config import AdapterMisconfigured, DatasetSettings, PlatformSettings, Secrets, require_options
from adapters.sql_table.address import Address, read_address
from adapters.sql_table.columns import ORDERED, Column
from adapters.sql_table.database import Database, Reading
from adapters.sql_table.mysql import MySqlDatabase
from adapters.sql_table.postgresql import PostgresDatabase
from adapters.sql_table.statement import Filter, NoRow, Statement, StatementBuilder, Table, is_name, name_parts
from adapters.sql_table.values import row_as_json

_OPTIONS = frozenset({"ca_file", "columns", "connections", "max_bytes", "max_rows"})
_MAX_BYTES = 33_554_432
_NOTHING = b"[]"
_BEHIND = "k"
"""Begins a position: the id behind which the list goes on."""


class SqlTable:
    """One table or view; a document is a list of objects, one a row, by the columns' names.

    `path` is the table (`laporan`, `layanan.laporan`), `by_id` the column of the id. Paging is `cursor` (in the
    order of the id, which it needs) or `single`. Only by the columns that `filters` names can be filtered: `kode`,
    `kode^=` for "begins with", `diubah>=`, `diubah<=`. Options: `columns` to be read (all, unless said), `max_rows` of
    a document that is the whole table (10,000), `max_bytes` of any, `connections` (2), `ca_file`.
    """

    def __init__(self, *, platform: PlatformSettings, dataset: DatasetSettings, secrets: Secrets) -> None:
        options = dataset.options
        require_options(options, _OPTIONS)
        if dataset.paging.kind not in {"single", "cursor"}:
            raise AdapterMisconfigured("paging.kind", "a table knows single and cursor")
        self._is_whole = dataset.paging.kind == "single"
        if not self._is_whole and dataset.by_id is None:
            raise AdapterMisconfigured("by_id", "is missing: the column in whose order the table is walked")
        if dataset.query or dataset.body:
            raise AdapterMisconfigured("query", "a table takes no parameters")
        self._parts = name_parts(dataset.path)
        self._names = _listed(options.get("columns"), key="options.columns")
        self._id_name = dataset.by_id
        self._filters = {text: _filter(name, text) for name, text in dataset.filters.items()}
        self._paging = dataset.paging
        self._max_rows = _count(options, "max_rows", usual=10_000)
        self._max_bytes = _count(options, "max_bytes", usual=_MAX_BYTES)
        self._timeout_s = platform.timeout_s
        address = read_address(platform.base_url, auth=platform.auth, secrets=secrets, ca_file=options.get("ca_file"))
        self._database = _database(address, connections=_count(options, "connections", usual=2))
        self._known: tuple[Table, StatementBuilder] | None = None

    @property
    def finds_by_id(self) -> bool:
        """Where the settings name the column."""
        return self._id_name is not None

    async def close(self) -> None:
        """Closes the connections."""
        await self._database.close()

    async def fetch(self, question: Question) -> Document:
        """One page, or the row of one id. Raises `AdapterError`."""
        if question.source_id is not None and self._id_name is None:
            raise AdapterError(Fault.UNREADABLE, "this dataset has no way to ask for one record")
        try:
            async with asyncio.timeout(self._timeout_s), self._database.reading(timeout_s=self._timeout_s) as reading:
                document = await self._read(question, reading)
        except NoRow:
            document = Document(body=_NOTHING)
        except TimeoutError:
            why = f"no answer within {self._timeout_s:g} s"
            raise AdapterError(Fault.TIMEOUT, why, is_transient=True) from None
        except AdapterError as error:
            if error.fault is Fault.UNREADABLE:
                self._known = None  # the table may have changed
            raise
        if question.source_id is not None and document.body == _NOTHING:
            raise AdapterError(Fault.NOT_FOUND, "no row has this id")
        return document

    async def _read(self, question: Question, reading: Reading) -> Document:
        table, statements = await self._described(reading)
        rows = _Rows(table.columns, max_bytes=self._max_bytes)
        if question.source_id is not None:
            await rows.take(reading, statements.one(question.source_id))
            return Document(body=rows.as_list())
        if self._is_whole:
            await rows.take(reading, statements.whole(question.filters, limit=self._max_rows + 1))
            if len(rows.encoded) > self._max_rows:
                raise AdapterError(Fault.TOO_LARGE, f"the table has more than {self._max_rows} rows: set paging cursor")
            return Document(body=rows.as_list())
        return await self._page(question, reading, table=table, statements=statements, rows=rows)

    async def _page(
        self, question: Question, reading: Reading, *, table: Table, statements: StatementBuilder, rows: "_Rows"
    ) -> Document:
        """A page in the order of the id; rows without one come with the first."""
        size = self._paging.size or max(1, min(question.size, self._paging.max_size))
        position = question.position
        if position is not None and (not position.startswith(_BEHIND) or len(position) > 1000):
            raise AdapterError(Fault.UNREADABLE, "the position does not belong to this list")
        after = None if position is None else position.removeprefix(_BEHIND)
        rows.note_ids_of(table.columns.index(table.id) if table.id else 0)
        await rows.take(reading, statements.page(question.filters, after=after, limit=size + 1))
        more = rows.cut(size)
        if after is None:
            await rows.take(reading, statements.without_id(question.filters, limit=size + 1))
            if len(rows.encoded) > 2 * size:
                raise AdapterError(Fault.UNREADABLE, f"more than {size} rows have no {self._id_name}")
        return Document(body=rows.as_list(), next_position=None if more is None else _BEHIND + more)

    async def _described(self, reading: Reading) -> tuple[Table, StatementBuilder]:
        """The table as the database has it; asked once. Raises `AdapterError` for a name that it does not have."""
        if self._known is None:
            found = {it.name: it for it in await reading.columns(self._parts)}
            if not found:
                raise AdapterError(Fault.UNREADABLE, f"there is no table {'.'.join(self._parts)}, or not for this user")
            id_column = _existing(self._id_name, found) if self._id_name is not None else None
            if id_column is not None and not self._is_whole and id_column.kind not in ORDERED:
                raise AdapterError(Fault.UNREADABLE, f"a table cannot be walked by a column as {self._id_name}")
            names = self._names or tuple(found)
            if self._id_name is not None and self._id_name not in names:
                names = (*names, self._id_name)
            quoted = ".".join(map(self._database.dialect.quote, self._parts))
            table = Table(name=quoted, columns=tuple(_existing(it, found) for it in names), id=id_column)
            filterable = {text: (_existing(it.column, found), it.operator) for text, it in self._filters.items()}
            dialect = self._database.dialect
            self._known = table, StatementBuilder(table, filterable=filterable, dialect=dialect)
        return self._known


def _database(address: Address, *, connections: int) -> Database:
    if address.scheme == "postgresql":
        return PostgresDatabase(address, connections=connections)
    return MySqlDatabase(address, connections=connections)


class _Rows:
    """The rows of a document, encoded as they come. Raises `AdapterError` where they are too much."""

    def __init__(self, columns: Sequence[Column], *, max_bytes: int) -> None:
        self.encoded: list[bytes] = []
        self._columns = columns
        self._room = self._max_bytes = max_bytes
        self._id_at: int | None = None
        self._ids: list[str] = []

    def note_ids_of(self, index: int) -> None:
        """Keeps the id of each row, so that the page can be cut between two."""
        self._id_at = index

    async def take(self, reading: Reading, statement: Statement) -> None:
        """Adds what the statement yields."""
        async with aclosing(reading.rows(statement)) as rows:
            async for row in rows:
                encoded = row_as_json(self._columns, row)
                self._room -= len(encoded) + 1
                if self._room < 0:
                    raise AdapterError(Fault.TOO_LARGE, f"the rows are larger than {self._max_bytes} bytes")
                self.encoded.append(encoded)
                if self._id_at is not None:
                    self._ids.append(str(row[self._id_at]))

    def cut(self, size: int) -> str | None:
        """Keeps `size` rows at most; the last id that is kept, where there are more. Never between two equal ids."""
        self._id_at = None
        if len(self.encoded) <= size:
            return None
        following = _folded(self._ids[size])
        while size and _folded(self._ids[size - 1]) == following:
            size -= 1
        if not size:
            raise AdapterError(Fault.UNREADABLE, "too many rows have the same id: the column does not tell them apart")
        del self.encoded[size:]
        return self._ids[size - 1]

    def as_list(self) -> bytes:
        """A JSON array."""
        return b"[" + b",".join(self.encoded) + b"]"


def _folded(id: str) -> str:
    """The id as a database compares it that ignores case and white space at the end."""
    return id.casefold().rstrip()


def _existing(name: str, found: dict[str, Column]) -> Column:
    column = found.get(name)
    if column is None:
        nearest = get_close_matches(name, found, n=1)
        hint = f"; did you mean {nearest[0]}?" if nearest else ""
        raise AdapterError(Fault.UNREADABLE, f"the table has no column {name}{hint}")
    return column


def _listed(text: str | None, *, key: str) -> tuple[str, ...]:
    """Names, separated by commas."""
    names = tuple(part.strip() for part in text.split(",")) if text is not None else ()
    if not all(map(is_name, names)) or len(set(names)) < len(names):
        raise AdapterMisconfigured(key, "must be names of columns, separated by commas, each once")
    return names


def _filter(name: str, text: str) -> Filter:
    """One of the settings' filters. Raises `AdapterMisconfigured`."""
    try:
        return Filter.read(text)
    except ValueError:
        raise AdapterMisconfigured(
            f"filters.{name}", "must be a column, alone or with ^=, >= or <= behind it"
        ) from None


def _count(options: Mapping[str, str], name: str, *, usual: int) -> int:
    text = options.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) < 12 and int(text) > 0):
        raise AdapterMisconfigured(f"options.{name}", "must be a whole number above 0")
    return int(text)

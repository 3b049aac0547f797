"""The statements that a table is asked with. Names come from the operator and are quoted; values are bound, always."""

import re
from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from adapters.base import AdapterError, Fault
from adapters.config import AdapterMisconfigured
from adapters.sql_table.columns import Bound, Column, bound

_FILTER = re.compile(r"(?P<name>[^<>=^]+?)\s*(?P<operator>\^=|>=|<=)?")
_MAX_NAME = 64


class Dialect(Protocol):
    """What differs between databases."""

    def quote(self, name: str) -> str:
        """The name as an identifier."""
        ...

    def mark(self, number: int) -> str:
        """Where the value of that number, from 1, is bound."""
        ...

    def equals(self, column: Column, bind: Callable[[], str]) -> str:
        """That the column has exactly the value; `bind` gives a mark for it, each time that it is called."""
        ...

    def compares(self, column: Column, operator: str, mark: str) -> str:
        """That the column is beyond the value: `>`, `>=` or `<=`."""
        ...

    def begins(self, column: Column, length: int, mark: str) -> str:
        """That the column's text begins with the value, which has that length in characters."""
        ...


class Filter(msgspec.Struct, frozen=True):
    """One filter as the operator writes it: `kode`, `kode^=` (begins with), `diubah>=`, `diubah<=`."""

    column: str
    operator: str

    @classmethod
    def read(cls, text: str) -> "Filter":
        """The filter. Raises `ValueError` for what is none."""
        match = _FILTER.fullmatch(text.strip())
        if match is None or not is_name(match["name"]):
            raise ValueError(text)
        return cls(match["name"].strip(), match["operator"] or "=")


class Statement(msgspec.Struct, frozen=True):
    """Text and the values bound in it."""

    text: str
    values: tuple[Bound, ...] = ()


class NoRow(Exception):
    """A value that no row can have: the answer is known without asking."""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One table or view: its quoted name, and the columns that are read, in order."""

    name: str
    columns: tuple[Column, ...]
    id: Column | None


class StatementBuilder:
    """Writes statements over one table, whose other columns it does not know.

    `filterable` has the column and the operator of each filter, by the text that stands for it.
    """

    def __init__(self, table: Table, *, filterable: Mapping[str, tuple[Column, str]], dialect: Dialect) -> None:
        self._table = table
        self._filterable = filterable
        self._dialect = dialect
        names = ", ".join(dialect.quote(it.name) for it in table.columns)
        self._select = f"SELECT {names} FROM {table.name}"  # noqa: S608  (quoted names of the settings)

    def page(self, filters: Mapping[str, str], *, after: str | None, limit: int) -> Statement:
        """Rows with an id, in its order, behind the id `after`. Raises `NoRow` or `AdapterError`."""
        column = self._id()
        conditions = _Conditions(self._dialect)
        self._filter(conditions, filters)
        name = self._dialect.quote(column.name)
        if after is None:
            conditions.add(f"{name} IS NOT NULL")
        else:
            value = bound(column, after)
            if value is None:
                raise AdapterError(Fault.UNREADABLE, "the position does not belong to this list")
            conditions.compare(column, ">", value)
        return conditions.statement(self._select, f" ORDER BY {name} LIMIT {limit:d}")

    def without_id(self, filters: Mapping[str, str], *, limit: int) -> Statement:
        """Rows without an id. Raises `NoRow` or `AdapterError`."""
        conditions = _Conditions(self._dialect)
        self._filter(conditions, filters)
        conditions.add(f"{self._dialect.quote(self._id().name)} IS NULL")
        return conditions.statement(self._select, f" LIMIT {limit:d}")

    def whole(self, filters: Mapping[str, str], *, limit: int) -> Statement:
        """Every row, in no order unless there is an id. Raises `NoRow` or `AdapterError`."""
        conditions = _Conditions(self._dialect)
        self._filter(conditions, filters)
        order = f" ORDER BY {self._dialect.quote(self._table.id.name)}" if self._table.id else ""
        return conditions.statement(self._select, f"{order} LIMIT {limit:d}")

    def one(self, source_id: str) -> Statement:
        """The rows with that id. Raises `NoRow` or `AdapterError`."""
        conditions = _Conditions(self._dialect)
        conditions.equal(self._id(), source_id)
        return conditions.statement(self._select, " LIMIT 2")

    def _id(self) -> Column:
        if self._table.id is None:
            raise AdapterError(Fault.UNREADABLE, "this dataset has no way to ask for one record")
        return self._table.id

    def _filter(self, conditions: "_Conditions", filters: Mapping[str, str]) -> None:
        for text in sorted(filters):
            if text not in self._filterable:
                raise AdapterError(Fault.UNREADABLE, "a filter names a column that may not be filtered by")
            (column, operator), value = self._filterable[text], filters[text]
            if operator == "=":
                conditions.equal(column, value)
            elif operator == "^=":
                conditions.begin(column, value)
            else:
                conditions.compare(column, operator, bound(column, value))


class _Conditions:
    """Conditions joined by AND, and their values in the order of their marks."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._texts: list[str] = []
        self._values: list[Bound] = []

    def add(self, text: str) -> None:
        """A condition without a value."""
        self._texts.append(text)

    def equal(self, column: Column, text: str) -> None:
        """The column has that value. Raises `NoRow`."""
        value = _possible(bound(column, text))
        self.add(self._dialect.equals(column, lambda: self._bind(value)))

    def begin(self, column: Column, text: str) -> None:
        """The column's text begins so. Raises `NoRow`."""
        if "\0" in text:
            raise NoRow
        self.add(self._dialect.begins(column, len(text), self._bind(text)))

    def compare(self, column: Column, operator: str, value: Bound | None) -> None:
        """The column is beyond that value. Raises `NoRow`."""
        self.add(self._dialect.compares(column, operator, self._bind(_possible(value))))

    def statement(self, select: str, rest: str) -> Statement:
        where = f" WHERE {' AND '.join(self._texts)}" if self._texts else ""
        return Statement(select + where + rest, tuple(self._values))

    def _bind(self, value: Bound) -> str:
        self._values.append(value)
        return self._dialect.mark(len(self._values))


def _possible(value: Bound | None) -> Bound:
    if value is None:
        raise NoRow
    return value


def name_parts(path: str) -> tuple[str, ...]:
    """Schema and table, or the table alone. Raises `AdapterMisconfigured`."""
    parts = tuple(part.strip() for part in path.strip("/").split("."))
    if len(parts) > 2 or not all(is_name(part) for part in parts):
        raise AdapterMisconfigured("path", "must be a table or view, as laporan or layanan.laporan")
    return parts


def is_name(text: str) -> bool:
    """Whether a table or column can have that name."""
    return 0 < len(text) <= _MAX_NAME and text.isprintable()

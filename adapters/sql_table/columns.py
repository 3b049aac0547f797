"""The columns of a table: what kind of value each holds, and what a text must be to be compared with it."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeAlias

import msgspec

from adapters.base import AdapterError, Fault

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,18}")
_NUMBER = re.compile(r"-?[0-9]{1,38}(?:\.[0-9]{1,38})?")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}

Bound: TypeAlias = str | int | bool | Decimal | datetime | date
"""A value that is bound to a statement."""


class Kind(StrEnum):
    """How values of a column compare."""

    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"  # a point in time, whatever the zone
    INTEGER = "integer"
    JSON = "json"
    NUMBER = "number"
    OTHER = "other"
    TEXT = "text"
    WALL_CLOCK = "wall-clock"  # date and time without a zone


ORDERED = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.TEXT})
"""Kinds that an id may have by which a table is walked."""


class Column(msgspec.Struct, frozen=True):
    """One column. `type_name` is the database's own word for its type, quoted as it must be."""

    name: str
    kind: Kind
    type_name: str = ""


def bound(column: Column, text: str) -> Bound | None:
    """`text` as a value of the column's kind; None where no row can hold it.

    Raises `AdapterError` for an instant that is compared with a wall clock, or the other way round: the result would
    be hours off, and nobody would notice.
    """
    if "\0" in text:
        return None
    match column.kind:
        case Kind.INTEGER:
            return int(text) if _INTEGER.fullmatch(text) else None
        case Kind.NUMBER:
            return _number(text)
        case Kind.BOOLEAN:
            return _BOOLEANS.get(text.lower())
        case Kind.DATE | Kind.INSTANT | Kind.WALL_CLOCK:
            return _time(column, text)
        case _:
            return text


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text) if _NUMBER.fullmatch(text) else None
    except InvalidOperation:
        return None


def _time(column: Column, text: str) -> datetime | date | None:
    try:
        if column.kind is Kind.DATE:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if (moment.tzinfo is not None) != (column.kind is Kind.INSTANT):
        takes = "an offset" if column.kind is Kind.INSTANT else "no offset: say so with filter_schemes"
        raise AdapterError(Fault.UNREADABLE, f"column {column.name} takes a time with {takes}")
    return moment.astimezone(UTC) if moment.tzinfo is not None else moment

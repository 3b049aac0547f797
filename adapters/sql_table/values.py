"""Rows as JSON: numbers keep their digits, times their form, bytes become base64."""

import math
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from adapters.sql_table.columns import Column, Kind

_ENCODER = msgspec.json.Encoder()
_AS_THEY_ARE = (str, int, bytes, datetime, date, time, timedelta, UUID)


def row_as_json(columns: Sequence[Column], row: Sequence[Any]) -> bytes:
    """One object. An instant has an offset, a wall clock has none; an infinite number is text, as JSON has none."""
    pairs = zip(columns, row, strict=True)
    return _ENCODER.encode({column.name: _plain(value, kind=column.kind) for column, value in pairs})


def _plain(value: Any, *, kind: Kind) -> Any:
    """The value as the encoder takes it."""
    if value is None:
        return None
    if kind is Kind.JSON and isinstance(value, str | bytes):
        return msgspec.Raw(value.encode() if isinstance(value, str) else value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        return msgspec.Raw(str(value).encode()) if value.is_finite() else str(value)
    if isinstance(value, _AS_THEY_ARE):
        return value
    if isinstance(value, list | tuple):
        return [_plain(it, kind=kind) for it in value]
    return str(value)

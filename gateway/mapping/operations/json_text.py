"""JSON inside texts."""

from collections.abc import Callable
from typing import Any

import msgspec

from gateway.mapping.operations.fitting import UNREADABLE

UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding raises, whatever is sent."""


def read_json(value: object, decode: Callable[[str], Any]) -> Any:
    """What a text holds as JSON, `UNREADABLE` if that is none; None for no text or a blank one."""
    if value is None:
        return None
    if not isinstance(value, str):
        return UNREADABLE
    if not value or value.isspace():
        return None
    try:
        return decode(value)
    except UNDECODABLE:
        return UNREADABLE

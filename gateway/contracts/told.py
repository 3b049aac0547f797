"""What may be told of a platform's document: kinds and lengths of values, names that the contract knows."""

import re
from collections.abc import Collection, Iterable
from typing import Any

from gateway.mapping.json_pointer import escaped

Steps = tuple[str | int, ...]
EACH = "*"
_NAME = re.compile(r"(?!.*\d{5})[A-Za-z_][A-Za-z0-9_ .:/-]{0,63}")


def described(value: Any) -> str:
    """The kind of a value and how long it is; never the value."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int():
            return "a whole number"
        case float():
            return "a number"
        case str():
            return _described_text(value)
        case list():
            return f"a list of {len(value)}"
        case _:
            return "an object"


def _described_text(value: str) -> str:
    if not value:
        return "an empty text"
    if not value.strip():
        return "a text of blanks"
    kind = "digits" if value.strip().isdigit() else "characters"
    return f"a text of {len(value)} {kind}"


def pointer(steps: Iterable[str | int], known: Collection[str], *, each: bool = False) -> str:
    """The JSON Pointer of a place. A key that the contract does not know may be data itself, and is `*`.

    With `each`, every item of a list is meant.
    """
    told = []
    for step in steps:
        if isinstance(step, int):
            told.append(EACH if each else str(step))
        else:
            told.append(escaped(step) if step in known or step == EACH else EACH)
    return "".join(f"/{one}" for one in told)


def is_name(key: str) -> bool:
    """Whether a key looks like the name of a field, and not like data."""
    return _NAME.fullmatch(key) is not None

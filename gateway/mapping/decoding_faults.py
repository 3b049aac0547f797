"""What a decoder's error says: where, and why, without the value that it may quote."""

import re
from typing import NamedTuple

import msgspec

from gateway.mapping.compiling.used_part import ITEM, Part
from gateway.mapping.json_pointer import escaped
from gateway.mapping.language.paths import Key

_PLACE = re.compile(r" - at `\$(?P<place>.*)`\Z", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]*)`")
_INDEX = re.compile(r"\[(\d+)\]")
_REASONS = (
    ("Object missing required field", "absent"),
    ("Invalid enum value", "unknown-code"),
    ("matching regex", "malformed"),
    ("of length <=", "too-long"),
    ("of length >=", "too-short"),
    ("out of range", "out-of-range"),
    ("` <", "out-of-range"),
    ("` >", "out-of-range"),
    ("Expected `", "wrong-type"),
)


class DecodingFault(NamedTuple):
    """`pointer` starts at what was decoded; `field` is the first common field that reads there."""

    pointer: str
    reason: str
    field: str | None


def decoding_fault(error: Exception, part: Part) -> DecodingFault:
    """Where in a part decoding failed, and why: a stable code."""
    if not isinstance(error, msgspec.ValidationError):
        return DecodingFault("", "malformed", None)
    message = str(error)
    found = _PLACE.search(message)
    head = message[: found.start()] if found else message
    pointer, holder = _walk(found.group("place") if found else "", part)
    missing = _MISSING.match(head)
    if missing and missing.group("name") in holder.members:
        name = missing.group("name")
        pointer, holder = f"{pointer}/{escaped(name)}", holder.members[name]
    reason = next((code for words, code in _REASONS if words in head), "malformed")
    return DecodingFault(pointer, reason, _reader(holder))


def _walk(place: str, part: Part) -> tuple[str, Part]:
    """The pointer of the decoder's path, told by the names that can stand there, and the part that it ends in."""
    pointer = ""
    while place:
        index = _INDEX.match(place)
        if index is not None:
            pointer, place = f"{pointer}/{index.group(1)}", place[index.end() :]
            part = part.parts.get(ITEM, part)
            continue
        names = [name for name in part.members if place.startswith(f".{name}")]
        if not names:
            break
        name = max(names, key=len)
        pointer, place, part = f"{pointer}/{escaped(name)}", place[len(name) + 1 :], part.parts[Key(name)]
    return pointer, part


def _reader(part: Part) -> str | None:
    """The first common field that reads a part, or something below it."""
    for reader in part.readers:
        if reader:
            return reader
    return next((found for below in part.parts.values() if (found := _reader(below))), None)

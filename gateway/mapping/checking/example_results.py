"""Whether what a field makes of an example is what is promised of it, and looks like what the field holds."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from gateway.mapping.checking.example_values import (
    Example,
    promised_date,
    promised_fineness,
    promised_instant,
    promised_number,
)
from gateway.mapping.checking.field_check import FieldCheck
from gateway.mapping.checking.reading import Reader
from gateway.mapping.language.declaration import Field
from gateway.mapping.language.tables import shown
from gateway.mapping.language.units import UNITS

_PLACEHOLDERS = frozenset({"-", "--", "---", "0", "n/a", "null", "none", "nil", "tidak ada", "kosong", "undefined"})
_COUNTED = frozenset({"orang", "jiwa", "unit", "satuan", "buah", "keluarga", "kk"})
_EMAIL = re.compile(r"[^@\s,;|]+@[^@\s,;|]+")
_LINK = re.compile(r"[^\s.]\.[a-z]{2,}|://|localhost", re.IGNORECASE)
_TELEPHONE = re.compile(r"(?:[^\d,;|]*\+?\d[\d ()./-]{3,24}[^\d,;|]{0,12}(?:\d{1,6})?)")


class ResultFault(NamedTuple):
    """The key that is to be corrected, a code, and what is wrong, for a sentence about an example."""

    key: str
    code: str
    message: str


def part_of_number(field: Field, example: Example, result: Any, *, whole: Reader) -> str | None:
    """How a pattern takes a part of what is a number as a whole, and another one; None if it does not."""
    if field.pattern is None or not field.number or not isinstance(result, (int, float)):
        return None
    found = whole.read(example.value)
    if not isinstance(found, (int, float)) or found == result:
        return None
    return f"it is {found}, and the pattern leaves {result} of it"


def unlike_promise(field: Field, example: Example, result: Any, *, zone: str) -> str | None:
    """How a result differs from what the source promises that the example is; None if it does not."""
    right: Any = None
    if field.datetime:
        right = promised_instant(example, zone=zone)
    elif field.date:
        right = promised_date(example)
    elif field.period and isinstance(result, str) and re.fullmatch(r"[0-9-]+", result):
        day, length = promised_date(example), promised_fineness(example)
        right = day.isoformat()[:length] if day and length else None
    elif (field.number or field.rupiah) and isinstance(result, (int, float)):
        right = _right_number(field, example)
    if right is None or right == result:
        return None
    return f"it is {right}, and the field would say {result}"


def _right_number(field: Field, example: Example) -> int | float | None:
    """The number by the promised form, in the field's unit."""
    number = promised_number(example)
    if number is None or field.unit is None:
        return number
    source, target = UNITS[field.unit.source], UNITS[field.unit.target]
    exact = number * source.numerator * target.denominator / (source.denominator * target.numerator)
    return int(exact) if exact.is_integer() else exact


def fault_of_result(check: FieldCheck, result: Any, *, unit: str | None) -> ResultFault | None:
    """What is wrong with a result; None if it looks like what the field holds."""
    for one in result if isinstance(result, list) else [result]:
        fault = _shape(check, one) or _fraction(check, one, unit=unit) or _limits(check, one)
        if fault is not None:
            return fault
    return None


def _shape(check: FieldCheck, one: Any) -> ResultFault | None:
    """Texts that stand for nothing, and lists that were not taken apart."""
    if check.target.kind == "text" and type(one) is int:
        one = str(one)
    if not isinstance(one, str) or check.field.codes is not None:
        return None
    free = check.target.kind == "text" and check.target.pattern is None
    if free and one.casefold() in _PLACEHOLDERS and not check.field.name.endswith("id"):
        said = f"it stands for nothing, and would be served as {shown(one)}; add it to `null_if`"
        return ResultFault("null_if", "placeholder-as-data", said)
    split = f"`split = {shown(check.field.split)}`" if check.field.split else "no `split`"
    if check.field.name in {"emails", "reporter_email"} and not _EMAIL.fullmatch(one):
        return ResultFault("split", "example-misread", f"with {split} an item is no e-mail address")
    if check.field.name == "website" and (" " in one or not _LINK.search(one)):
        return ResultFault("from", "example-misread", "it is no address of a website")
    if check.field.name in {"phones", "reporter_phone"} and not _TELEPHONE.fullmatch(one):
        return ResultFault("split", "example-misread", f"with {split} an item is no telephone number")
    return None


def _fraction(check: FieldCheck, one: Any, *, unit: str | None) -> ResultFault | None:
    """Nobody counts half a person: a dot between thousands was read as a decimal one."""
    whole = not isinstance(one, float) or one.is_integer()
    if whole or unit not in _COUNTED or check.field.name != "value":
        return None
    said = f"it would be {one} {unit}, and {unit} are counted in whole numbers"
    return ResultFault("number" if check.field.number else "from", "fraction-of-count", said)


def _limits(check: FieldCheck, one: Any) -> ResultFault | None:
    """The field's own limits."""
    kinds: Iterable[str] = ("text", "integer", "number")
    if check.target.kind not in kinds or check.target.format == "record-id" or check.field.codes is not None:
        return None
    value = str(one) if check.target.kind == "text" and isinstance(one, int) else one
    fault = check.target.fault_of(value)
    if fault is None or check.field.scheme:
        return None
    return ResultFault("from", "example-unreadable", f"the field does not take what comes of it: {fault}")

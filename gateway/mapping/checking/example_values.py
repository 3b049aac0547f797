"""The examples that a source schema gives of a value, and what its promises make of each."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from gateway.mapping.language.date_forms import has_offset, parts
from gateway.mapping.language.paths import Path
from gateway.mapping.operations.dates import date_reader, instant_reader
from gateway.mapping.operations.numbers import reader_of_number, rupiah
from gateway.mapping.source.record_source import RecordSource
from gateway.mapping.source.source_schema import Found
from gateway.mapping.source.source_type import Promises, SourceType

_PIECES = {
    "%Y": "2023",
    "%m": "12",
    "%d": "31",
    "%H": "23",
    "%M": "05",
    "%S": "07",
    "%B": "Desember",
    "%b": "Des",
    "%A": "Minggu",
    "%a": "Min",
    "%I": "11",
    "%p": "PM",
    "%f": "000000",
    "%z": "+07:00",
    "%y": "23",
    "%%": "%",
}
"""The last day of 2023, a Sunday: no month has its number, and its evening in Indonesia is no other day in UTC."""
_WORDS = {"iso": "2023-12-31T23:05:07+07:00", "epoch-s": "1704038707", "epoch-ms": "1704038707000"}
_NUMBERS = {"id": "12.345", "en": "12,345", "plain": "12345", "rupiah": "Rp 12.345,-"}


class Example(NamedTuple):
    """One value that the platform may send, with what is promised of it and, of a column's cell, its unit."""

    value: Any
    promises: Promises
    made: bool = False
    unit: str | None = None


def examples_of(source: RecordSource, path: Path, *, unit_name: str | None = None) -> Iterator[Example]:
    """The examples at a path: those of the schema, and what its promises make; a list where the path yields one."""
    if path.root == "column":
        return
    if path.root == "value":
        for column in source.records.unpivot:
            unit = column.constants.get(unit_name or "")
            for example in examples_of(source, column.path):
                yield example._replace(unit=unit)
        return
    found = source.at(path)
    if not isinstance(found, Found):
        return
    type_ = found.type
    item = type_.items if type_.items is not None and type_.kinds <= {"array", "null"} else type_
    examples = [Example(value, item.promises) for value in item.examples if _is_of(item, value)]
    examples += [Example(value, item.promises, made=True) for value in promised_values(item)]
    if found.many or item is not type_:
        if examples:
            yield Example([example.value for example in examples], item.promises)
        return
    yield from examples


def _is_of(type_: SourceType, value: Any) -> bool:
    """Whether an example is of the kinds that the schema admits; another one shows nothing."""
    if isinstance(value, bool):
        return "boolean" in type_.kinds
    if isinstance(value, str):
        return "string" in type_.kinds
    return "number" in type_.kinds or ("integer" in type_.kinds and float(value).is_integer())


def promised_values(type_: SourceType) -> list[Any]:
    """A value for each form of date that is promised, and one for the promised form of number."""
    if type_.values is not None:
        return []
    found: list[Any] = []
    for form in type_.promises.date or (("iso",) if type_.format == "date-time" else ()):
        text = _WORDS.get(form, form)
        for directive, piece in _PIECES.items():
            text = text.replace(directive, piece) if form not in _WORDS else text
        if "string" in type_.kinds:
            found.append(text)
        elif form.startswith("epoch-"):
            found.append(int(text))
    if type_.promises.number and "string" in type_.kinds and not type_.pattern and not type_.promises.scheme:
        found.append(_coordinate(type_.promises) or _NUMBERS[type_.promises.number])
    return found


def _coordinate(promises: Promises) -> str | None:
    """A coordinate in Indonesia on the promised axis, as the promised form writes it."""
    digits = {"latitude": "-6.25", "longitude": "106.75"}.get(promises.axis or "")
    return digits.replace(".", ",") if digits and promises.number == "id" else digits


def promised_number(example: Example) -> int | float | None:
    """The number that a text is, by the promised form."""
    form = example.promises.number
    if form is None or not isinstance(example.value, str):
        return None
    text = example.value.strip()
    return rupiah(text) if form == "rupiah" else reader_of_number(form, percent=True)(text)


def promised_instant(example: Example, *, zone: str) -> datetime | None:
    """The instant that a value is, by the promised forms."""
    forms = example.promises.date
    own = example.promises.zone or zone
    return instant_reader(forms, zone=own)(_stripped(example.value)) if forms else None


def promised_date(example: Example) -> date | None:
    """The day that a text says, by the promised forms, wherever its clock stands."""
    forms = tuple(form for form in example.promises.date if not form.startswith("epoch-"))
    return date_reader(forms)(_stripped(example.value)) if forms else None


def promised_fineness(example: Example) -> int:
    """How many characters of an ISO date the promised forms give: 4, 7 or 10; 0 if they do not agree."""
    lengths = set()
    for form in example.promises.date:
        given = parts(form)
        lengths.add(10 if form == "iso" or "day" in given or has_offset(form) else 7 if "month" in given else 4)
    return lengths.pop() if len(lengths) == 1 else 0


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value

"""One value, read as a field's declaration says: the same operations as compiled mappings do, one after the other.

For the checker, which tries the examples of a source schema; documents are read by the compiled mapping.
"""

from collections.abc import Callable
from datetime import date, datetime
from math import isfinite
from typing import Any, NamedTuple

from gateway.mapping.code_lists import CodeLists
from gateway.mapping.language.declaration import NOTHING, Field
from gateway.mapping.language.units import UNITS
from gateway.mapping.operations.dates import date_reader, instant_reader
from gateway.mapping.operations.numbers import converted, reader_of_number, rupiah
from gateway.mapping.operations.periods import period_reader
from gateway.mapping.operations.text import comparable, first_group, sentence, shorten, squash, text_of, title

_CASES: dict[str, Callable[[str], str]] = {
    "lower": str.lower,
    "sentence": sentence,
    "squash": squash,
    "title": title,
    "upper": str.upper,
}


class Unread(NamedTuple):
    """The operation that could not read a value."""

    key: str


class Reader:
    """Reads values for one field. Each is a scalar, or a list of them where the path yields one."""

    def __init__(self, field: Field, codes: CodeLists, *, percent: bool) -> None:
        self.field = field
        self._codes = codes
        self._percent = percent
        self._nulls = {comparable(value) for value in field.null_if}

    def is_nothing(self, value: object) -> bool:
        """Whether a value counts as none."""
        return value is None or comparable(value) in self._nulls

    def read(self, value: Any) -> Any:
        """What comes out: None for nothing, an `Unread`, or the value; a list of them if the field makes one."""
        items = value if isinstance(value, list) else [value]
        found = [self._item(item) for item in items if not self.is_nothing(item)]
        found = [one for many in found for one in (many if isinstance(many, list) else [many])]
        unread = next((one for one in found if isinstance(one, Unread)), None)
        if unread is not None:
            return unread
        if isinstance(value, list) or self.field.split:
            return [one for one in found if one not in {None, ""}]
        return found[0] if found else None

    def _item(self, value: Any) -> Any:
        """One item; a list of them after `split`."""
        field = self.field
        found = value.strip() if isinstance(value, str) else value
        if field.pattern is not None:
            text = text_of(found)
            found = None if text is None else first_group(field.pattern)(text)
        if found is None or not field.split:
            return self._operate(found)
        return [self._operate(item.strip()) for item in str(text_of(found)).split(field.split) if item.strip()]

    def _operate(self, value: Any) -> Any:
        """Each operation after `split`, in its order."""
        if value is None:
            return None
        field = self.field
        found = _CASES[field.text](value) if field.text and isinstance(value, str) else value
        for key, step in (
            ("number", self._number),
            ("rupiah", self._rupiah),
            ("unit", self._unit),
            ("date", self._date),
            ("datetime", self._datetime),
            ("period", self._period),
            ("scheme", self._scheme),
            ("codes", self._code),
        ):
            if getattr(field, key):
                found = step(found)
                if found is None:
                    return Unread(key)
        return shorten(found, field.shorten) if field.shorten and isinstance(found, str) else found

    def _number(self, value: Any) -> int | float | None:
        assert self.field.number is not None
        read = reader_of_number(self.field.number, percent=self._percent)
        return read(value) if isinstance(value, str) else value

    def _rupiah(self, value: Any) -> int | None:
        return rupiah(value)

    def _unit(self, value: Any) -> int | float | None:
        assert self.field.unit is not None
        if not isinstance(value, (int, float)) or not isfinite(value):
            return None
        source, target = UNITS[self.field.unit.source], UNITS[self.field.unit.target]
        return converted(value, source.numerator * target.denominator, source.denominator * target.numerator)

    def _date(self, value: Any) -> date | None:
        return date_reader(self.field.date, zone=self.field.zone)(value)

    def _datetime(self, value: Any) -> datetime | None:
        return instant_reader(self.field.datetime, zone=self.field.zone)(value)

    def _period(self, value: Any) -> str | None:
        text = text_of(value)
        return None if text is None else period_reader(self.field.period)(text)

    def _scheme(self, value: Any) -> str | None:
        assert self.field.scheme is not None
        text = text_of(value)
        return None if text is None else self._codes.regions.to_kemendagri(self.field.scheme, text)

    def _code(self, value: Any) -> Any:
        """The code of a value; one that only `otherwise` stands for counts as not known."""
        listed = self._codes.of(self.field)
        return None if listed is None else listed.get(value)


def is_handled(field: Field) -> bool:
    """Whether a value that a code list does not know becomes another code."""
    return field.otherwise is not NOTHING

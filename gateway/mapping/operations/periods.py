"""Periods: the year, quarter, month or day that a value speaks of, as ISO 8601 text."""

import re
from collections.abc import Callable
from typing import TypeAlias

from gateway.mapping.language.date_forms import parts
from gateway.mapping.operations.dates import date_of, date_reader, form_expression

PeriodReader: TypeAlias = Callable[[str], str | None]

_PERIOD = re.compile(r"[0-9]{4}(?:-(?:Q[1-4]|S[12]|[0-9]{2}(?:-[0-9]{2})?))?")
_QUARTERS = {"1": 1, "2": 2, "3": 3, "4": 4, "i": 1, "ii": 2, "iii": 3, "iv": 4}
_QUARTER_FIRST = re.compile(
    r"(?:q|tw\.?|triwulan|kuartal|quarter)[ -]*([1-4]|i{1,3}|iv)[ ,/-]+(?:tahun )?([0-9]{4})", re.IGNORECASE
)
_YEAR_FIRST = re.compile(
    r"(?:tahun )?([0-9]{4})[ ,/-]*(?:q|tw\.?|triwulan|kuartal|quarter)[ -]*([1-4]|i{1,3}|iv)", re.IGNORECASE
)


def period_reader(forms: tuple[str, ...]) -> PeriodReader:
    """Reads a period in the first of the forms that fits; it is as fine as the form: `%Y-%m` gives a month."""
    readers = [_reader(form) for form in forms]

    def read(value: str) -> str | None:
        for reader in readers:
            found = reader(value)
            if found is not None:
                return found
        return None

    return readers[0] if len(readers) == 1 else read


def _reader(form: str) -> PeriodReader:
    if form == "iso":
        return _iso
    if form == "quarter":
        return quarter
    expression = form_expression(form)
    given = parts(form)
    length = 10 if "day" in given else 7 if "month" in given else 4

    def read(value: str) -> str | None:
        found = expression.fullmatch(value)
        day = None if found is None else date_of(found.groupdict())
        return None if day is None else day.isoformat()[:length]

    return read


_whole_date = date_reader(("iso",))


def _iso(value: str) -> str | None:
    """A year, half, quarter, month or day that exists, as it is written."""
    if not _PERIOD.fullmatch(value) or value[:4] == "0000":
        return None
    if len(value) == 7 and value[5].isdigit() and not 1 <= int(value[5:]) <= 12:
        return None
    return None if len(value) == 10 and _whole_date(value) is None else value


def quarter(value: str) -> str | None:
    """`2021-Q3`, `Q3 2021`, `TW III 2021`, `Triwulan 3 Tahun 2021` → `2021-Q3`."""
    text = " ".join(value.split())
    if found := _QUARTER_FIRST.fullmatch(text):
        number, year = found.groups()
    elif found := _YEAR_FIRST.fullmatch(text):
        year, number = found.groups()
    else:
        return None
    return None if year == "0000" else f"{year}-Q{_QUARTERS[number.casefold()]}"

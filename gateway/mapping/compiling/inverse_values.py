"""The inverse of each operation that has one: a common value as the partner's platform writes it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from typing import Any, TypeAlias

from gateway.mapping.language.units import UNITS
from gateway.mapping.operations.date_names import MONTHS, WEEKDAYS
from gateway.mapping.operations.numbers import converted

Writer: TypeAlias = Callable[[Any], Any]
_NUMERIC = {
    "d": "%d",
    "m": "%m",
    "Y": "%Y",
    "H": "%H",
    "I": "%I",
    "M": "%M",
    "S": "%S",
    "f": "%f",
    "p": "%p",
    "%": "%%",
}


def _first_names(names: dict[str, int]) -> dict[int, str]:
    """Number → the first name listed for it, with a capital: Indonesian and long."""
    found: dict[int, str] = {}
    for name, number in names.items():
        found.setdefault(number, name.capitalize())
    return found


_MONTH_NAMES = _first_names(MONTHS)
_WEEKDAY_NAMES = _first_names(WEEKDAYS)


def number_writer(form: str) -> Writer:
    """1234.5 → `1.234,5` (`id`), `1,234.5` (`en`), `1234.5` (`plain`)."""

    def write(value: float) -> str:
        if form == "plain":
            return str(value)
        grouped = f"{value:,}"
        return grouped.translate(str.maketrans(",.", ".,")) if form == "id" else grouped

    return write


def unit_writer(source: str, target: str) -> Writer:
    """A number in `target` as a number in `source`, to 15 digits, as there and back costs the last bits of a float."""
    have, want = UNITS[target], UNITS[source]
    numerator, denominator = have.numerator * want.denominator, have.denominator * want.numerator

    def write(value: float) -> int | float | None:
        found = converted(value, numerator, denominator)
        if not isinstance(found, float):
            return found
        rounded = float(f"{found:.15g}")
        return int(rounded) if rounded.is_integer() else rounded

    return write


def date_writer(form: str) -> Writer | None:
    """A date in a form, with Indonesian names; None where the form does not hold all of a date."""
    if form == "iso":
        return lambda value: value.isoformat()
    return (lambda value: _formatted(value, form)) if _is_writable(form) else None


def instant_writer(form: str, zone: tzinfo | None) -> Writer | None:
    """An instant in a form; None where the form loses something, or is without offset and has no zone."""
    if form == "iso":
        return lambda value: value.astimezone(zone or UTC).isoformat().replace("+00:00", "Z")
    if form in {"epoch-s", "epoch-ms"}:
        factor = 1 if form == "epoch-s" else 1000
        return lambda value: round(value.timestamp() * factor)
    if zone is None or not _is_writable(form) or "%S" not in form:
        return None
    return lambda value: _formatted(value.astimezone(zone), form)


def period_writer(form: str) -> Writer | None:
    """A period in a form of digits; None for other forms."""
    if form == "iso":
        return lambda value: value
    shape = {frozenset("Y"): "%Y", frozenset("Ym"): "%Y-%m", frozenset("Ymd"): "%Y-%m-%d"}.get(_letters(form))
    if shape is None:
        return None
    return lambda value: _formatted(datetime.strptime(value, shape).replace(tzinfo=UTC), form)


def _letters(form: str) -> frozenset[str]:
    return frozenset(form[position + 1] for position, sign in enumerate(form[:-1]) if sign == "%")


def _is_writable(form: str) -> bool:
    """Whether a form gives year, month and day in a way that is read back."""
    letters = _letters(form)
    return {"Y", "d"} <= letters and bool(letters & {"m", "B"}) and letters <= {*_NUMERIC, "A", "B"}


def _formatted(value: date, form: str) -> str:
    """`strftime` with Indonesian names, whatever the machine's locale."""
    found, position = "", 0
    while position < len(form):
        if form[position] != "%":
            found += form[position]
            position += 1
            continue
        letter = form[position + 1]
        if letter == "Y":
            found += f"{value.year:04}"
        elif letter == "B":
            found += _MONTH_NAMES[value.month]
        elif letter == "A":
            found += _WEEKDAY_NAMES[value.weekday()]
        else:
            found += value.strftime(_NUMERIC[letter])
        position += 2
    return found

"""Dates and instants as Indonesian platforms write them.

A reader is built once for a list of forms and then called per value; it returns None for what is not
of one of its forms. Every instant carries an offset. Indonesia's zones are fixed offsets here: their
offsets before 1964 differ, and no platform's clock is that old.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from gateway.mapping.operations.date_names import HALVES, MONTHS, OFFSETS, WEEKDAYS

DateReader: TypeAlias = Callable[[object], date | None]
InstantReader: TypeAlias = Callable[[object], datetime | None]

EARLIEST_YEAR, LATEST_YEAR = 1900, 2199
"""Instants outside are placeholders (0001-01-01) or seconds taken for milliseconds."""
_ZONES = {"Asia/Jakarta": 7, "Asia/Pontianak": 7, "Asia/Makassar": 8, "Asia/Jayapura": 9}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST_SECOND = (datetime(EARLIEST_YEAR, 1, 2, tzinfo=UTC) - _EPOCH).total_seconds()
_LATEST_SECOND = (datetime(LATEST_YEAR, 12, 31, tzinfo=UTC) - _EPOCH).total_seconds()
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.,]([0-9]{1,9}))?"
    r" ?([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_EPOCH_TEXT = re.compile(r"[+-]?[0-9]{1,16}(?:\.[0-9]{1,9})?")

_PARTS = {
    "d": r"(?P<d>[0-9]{1,2})",
    "m": r"(?P<m>[0-9]{1,2})",
    "Y": r"(?P<Y>[0-9]{4})",
    "y": r"(?P<y>[0-9]{2})",
    "H": r"(?P<H>[0-9]{1,2})",
    "I": r"(?P<I>[0-9]{1,2})",
    "M": r"(?P<M>[0-9]{1,2})",
    "S": r"(?P<S>[0-9]{1,2})",
    "f": r"(?P<f>[0-9]{1,9})",
    "z": r"(?P<z>[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?|[A-Za-z]{3,4})",
    "p": r"(?P<p>[A-Za-z.]{2,5})",
    "b": r"(?P<B>[A-Za-z]{3,10})\.?",
    "B": r"(?P<B>[A-Za-z]{3,10})\.?",
    "a": r"(?P<A>[A-Za-z']{3,10})\.?",
    "A": r"(?P<A>[A-Za-z']{3,10})\.?",
    "%": "%",
}


def zone_of(name: str) -> tzinfo:
    """The zone of a name of the IANA database; Indonesia's as fixed offsets."""
    return timezone(timedelta(hours=_ZONES[name])) if name in _ZONES else ZoneInfo(name)


def date_reader(forms: tuple[str, ...], *, zone: str | None = None) -> DateReader:
    """Reads a date in the first of the forms that fits.

    `iso` also takes the date of an instant, in `zone` where the instant has an offset and a zone is given.
    """
    where = zone_of(zone) if zone is not None else None
    return _first_of([_date_reader(form, where) for form in forms])


def instant_reader(forms: tuple[str, ...], *, zone: str | None = None) -> InstantReader:
    """Reads an instant in the first of the forms that fits; `zone` is for values without an offset."""
    where = zone_of(zone) if zone is not None else None
    return _first_of([_instant_reader(form, where) for form in forms])


def _first_of(readers: list[Callable[[object], Any]]) -> Callable[[object], Any]:
    if len(readers) == 1:
        return readers[0]

    def read(value: object) -> Any:
        for reader in readers:
            found = reader(value)
            if found is not None:
                return found
        return None

    return read


def _date_reader(form: str, zone: tzinfo | None) -> DateReader:
    if form == "iso":
        return lambda value: _iso_date(value, zone)
    expression = form_expression(form)

    def read(value: object) -> date | None:
        found = expression.fullmatch(value) if isinstance(value, str) else None
        return None if found is None else date_of(found.groupdict())

    return read


def _instant_reader(form: str, zone: tzinfo | None) -> InstantReader:
    if form == "iso":
        return lambda value: _iso_instant(value, zone)
    if form in {"epoch-s", "epoch-ms"}:
        divisor = 1 if form == "epoch-s" else 1000
        return lambda value: _epoch_instant(value, divisor=divisor, zone=zone or UTC)
    expression = form_expression(form)

    def read(value: object) -> datetime | None:
        found = expression.fullmatch(value) if isinstance(value, str) else None
        return None if found is None else instant_of(found.groupdict(), zone=zone)

    return read


def form_expression(form: str) -> re.Pattern[str]:
    """A `strptime` form as a regular expression; white space stands for any, names come in any case."""
    parts: list[str] = []
    position = 0
    while position < len(form):
        if form[position] == "%":
            parts.append(_PARTS[form[position + 1]])
            position += 2
        elif form[position].isspace():
            parts.append(r"\s+")
            position += 1
        else:
            parts.append(re.escape(form[position]))
            position += 1
    return re.compile("".join(parts), re.IGNORECASE)


def date_of(found: dict[str, str | None]) -> date | None:
    """The date of a form's parts, or None: no such day, an unknown name, or a weekday that is another."""
    year, month = _year(found), _month(found)
    if year is None or month is None:
        return None
    try:
        day = date(year, month, int(found.get("d") or 1))
    except ValueError:
        return None
    name = found.get("A")
    return None if name is not None and WEEKDAYS.get(name.casefold()) != day.weekday() else day


def _year(found: dict[str, str | None]) -> int | None:
    """Two digits count as POSIX says: 69 to 99 are 19xx, the others 20xx."""
    if (text := found.get("Y")) is not None:
        return int(text)
    if (short := found.get("y")) is None:
        return None
    return int(short) + (1900 if int(short) >= 69 else 2000)


def _month(found: dict[str, str | None]) -> int | None:
    name = found.get("B")
    return MONTHS.get(name.casefold()) if name is not None else int(found.get("m") or 1)


def instant_of(found: dict[str, str | None], *, zone: tzinfo | None) -> datetime | None:
    """The instant of a form's parts, or None: no such time, no offset, or outside the years of instants."""
    day, hour = date_of(found), _hour(found)
    offset = zone if found.get("z") is None else _offset(found["z"] or "")
    if day is None or hour is None or offset is None or not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        return None
    fraction = int((found.get("f") or "0").ljust(6, "0")[:6])
    try:
        return datetime(
            day.year,
            day.month,
            day.day,
            hour,
            int(found.get("M") or 0),
            int(found.get("S") or 0),
            fraction,
            tzinfo=offset,
        )
    except ValueError:
        return None


def _hour(found: dict[str, str | None]) -> int | None:
    """The hour from 0; 12 AM is 0, 12 PM is 12."""
    short = found.get("I")
    if short is None:
        return int(found.get("H") or 0)
    half = HALVES.get((found.get("p") or "").casefold())
    if half is None or not 1 <= int(short) <= 12:
        return None
    return int(short) % 12 + half


def _offset(text: str) -> tzinfo | None:
    """The offset that `Z`, `+07:00`, `+0700`, `+07` or `WIB` says, or None."""
    if text[:1] in "+-":
        digits = text[1:].replace(":", "")
        minutes = int(digits[:2]) * 60 + int(digits[2:] or 0)
        if int(digits[2:] or 0) >= 60 or minutes > 14 * 60:
            return None
        return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
    hours = OFFSETS.get(text.casefold())
    return None if hours is None else timezone(timedelta(hours=hours)) if hours else UTC


def _iso_date(value: object, zone: tzinfo | None) -> date | None:
    if not isinstance(value, str):
        return None
    if _ISO_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    found = _iso_instant(value, UTC if zone is None else zone)
    if found is None:
        return None
    return found.date() if zone is None else found.astimezone(zone).date()


def _iso_instant(value: object, zone: tzinfo | None) -> datetime | None:
    found = _ISO.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    day, clock, fraction, offset_text = found.groups()
    offset = zone if offset_text is None else _offset(offset_text)
    if offset is None or not EARLIEST_YEAR <= int(day[:4]) <= LATEST_YEAR:
        return None
    try:
        instant = datetime.fromisoformat(f"{day}T{clock}")
    except ValueError:
        return None
    return instant.replace(microsecond=int(fraction.ljust(6, "0")[:6]) if fraction else 0, tzinfo=offset)


def _epoch_instant(value: object, *, divisor: int, zone: tzinfo) -> datetime | None:
    if isinstance(value, str):
        if not _EPOCH_TEXT.fullmatch(value):
            return None
        value = float(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    seconds = value / divisor if divisor != 1 else value
    if not _EARLIEST_SECOND <= seconds < _LATEST_SECOND:
        return None
    return (_EPOCH + timedelta(seconds=seconds)).astimezone(zone)

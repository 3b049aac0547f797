"""The filters that a question may have: a closed set per resource, each with its meaning.

A filter is read once, then applied to records of the common model by `Condition.holds`. Whether
the partner's platform applies it first is `pushdown.py`'s matter.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

import msgspec

from gateway.errors import BadRequest, BadRequestCode
from schemas.facility import FacilityKind
from schemas.record import KodeWilayah, Period, Slug, Term
from schemas.service_request import ServiceRequestStatus


class Condition(msgspec.Struct, frozen=True):
    """One filter with its value. `field` is the common field that it reads."""

    name: str
    field: str
    text: str
    wanted: Any
    matches: Callable[[Any, Any], bool]
    keeps_unknown: bool = False

    def holds(self, value: object, *, was_pushed: bool) -> bool:
        """Whether a record with that value stays; with no value, only if the platform has chosen it already."""
        if value is None:
            return was_pushed or self.keeps_unknown
        return self.matches(value, self.wanted)


class Filter(msgspec.Struct, frozen=True):
    """A filter that a resource knows. `read` makes the wanted value of text, or raises `ValueError`.

    `keeps_unknown`: a record without the field stays. Nobody can tell that it has not changed since.
    """

    field: str
    read: Callable[[str], Any]
    matches: Callable[[Any, Any], bool]
    expected: str
    keeps_unknown: bool = False


def _typed(kind: Any) -> Callable[[str], str]:
    def read(text: str) -> str:
        if "\n" in text:
            message = "a line break"
            raise ValueError(message)
        value: str = msgspec.convert(text, kind)
        return value

    return read


def _instant(text: str) -> datetime:
    if not re.match(r"^\d{4}-\d\d-\d\dT", text):
        message = "no date and time"
        raise ValueError(message)
    instant = msgspec.convert(text, datetime)
    if instant.tzinfo is None:
        message = "no offset"
        raise ValueError(message)
    return instant


def _is(value: Any, wanted: Any) -> bool:
    return bool(value == wanted)


def _lies_in(value: str, wanted: str) -> bool:
    """`32.11.18` lies in `32.11` and in `32`."""
    return value == wanted or value.startswith(wanted + ".")


def _falls_in(value: str, wanted: str) -> bool:
    """`2021-03`, `2021-Q1` fall in `2021`; `2021-03-05T07:00+07:00` in `2021-03-05`."""
    return value == wanted or value.startswith((wanted + "-", wanted + "T"))


def _since(value: datetime, wanted: datetime) -> bool:
    return value >= wanted


def _one_of(kind: type[StrEnum]) -> str:
    return "one of " + ", ".join(member.value for member in kind)


_REGION = Filter("region", _typed(KodeWilayah), _lies_in, "a Kemendagri region code, as 32.11 or 32.11.18")
_UPDATED = Filter(
    "source_updated_at", _instant, _since, "an instant with offset, as 2026-01-31T08:00:00+07:00", keeps_unknown=True
)
FILTERS: Mapping[str, Mapping[str, Filter]] = {
    "facility": {
        "region": _REGION,
        "kind": Filter("kind", FacilityKind, _is, _one_of(FacilityKind)),
        "updated_since": _UPDATED,
    },
    "indicator": {
        "region": _REGION,
        "code": Filter("code", _typed(Slug), _is, "lower-case words joined by hyphens"),
        "period": Filter(
            "period", _typed(Period), _falls_in, "a year, half, quarter, month or day, as 2021 or 2021-Q3"
        ),
        "updated_since": _UPDATED,
    },
    "service": {"region": _REGION, "updated_since": _UPDATED},
    "service-request": {
        "region": _REGION,
        "status": Filter("status", ServiceRequestStatus, _is, _one_of(ServiceRequestStatus)),
        "service_code": Filter("service_code", _typed(Term), _is, "a code of 1 to 100 characters"),
        "updated_since": _UPDATED,
    },
}


def read_filters(resource: str, values: Mapping[str, str]) -> tuple[Condition, ...]:
    """The conditions that `values` set, in the order of their names. Raises `BadRequest` naming the filter."""
    return tuple(_read(resource, name, values[name]) for name in sorted(values))


def _read(resource: str, name: str, text: str) -> Condition:
    known = FILTERS[resource]
    meant = known.get(name)
    if meant is None:
        nearest = next(iter(get_close_matches(name, known, n=1)), None)
        raise BadRequest(
            BadRequestCode.PARAMETER_UNKNOWN,
            f"{resource} has no filter {name[:100]!r}",
            parameter=name[:100],
            nearest=nearest,
            known=sorted(known),
        )
    try:
        wanted = meant.read(text)
    except ValueError as error:  # msgspec's too; its words would hold the value
        raise BadRequest(
            BadRequestCode.PARAMETER_INVALID,
            f"{name} must be {meant.expected}",
            parameter=name,
            expected=meant.expected,
        ) from error
    return Condition(name, meant.field, text, wanted, meant.matches, meant.keeps_unknown)

"""The query string of a question, read strictly: unknown, repeated and malformed parameters are refused."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Literal, TypeVar
from urllib.parse import unquote_to_bytes

import msgspec

from gateway.errors import BadRequest, BadRequestCode
from gateway.ids import PartnerId

MAX_LIMIT = 200
DEFAULT_LIMIT = 100

_LISTS = ("partner", "fields")
_PAGING = ("limit", "cursor")
_ALWAYS = ("partner", "fields", "completeness")
_MAX_PAIRS = 50
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
Choice = TypeVar("Choice", bound=StrEnum)


class Parameters(msgspec.Struct, frozen=True, kw_only=True):
    """What the query string says, understood as far as the door can; `filters` are checked by the path."""

    partners: tuple[PartnerId, ...] | None = None
    fields: tuple[str, ...] | None = None
    filters: dict[str, str] = {}
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    completeness: Literal["partial", "all"] = "partial"


class ParameterReader:
    """Reads the parameters of one operation."""

    def __init__(self, *, filters: Iterable[str], is_list: bool) -> None:
        self._filters = frozenset(filters) if is_list else frozenset[str]()
        self._known = (*_ALWAYS, *_PAGING, *sorted(self._filters)) if is_list else ("fields",)

    @property
    def known(self) -> tuple[str, ...]:
        """The names of every parameter that the operation takes."""
        return self._known

    def read(self, query_string: bytes) -> Parameters:
        """The parameters. Raises `BadRequest` that names the parameter."""
        values = gathered(read_pairs(query_string), known=self._known, lists=_LISTS)
        return Parameters(
            partners=_partners(values.get("partner")),
            fields=listed("fields", values["fields"]) if "fields" in values else None,
            filters={name: values[name][0] for name in values if name in self._filters},
            limit=read_limit(values.get("limit")),
            cursor=values["cursor"][0] if "cursor" in values else None,
            completeness=_completeness(values.get("completeness")),
        )


def read_pairs(query_string: bytes) -> list[tuple[str, str]]:
    """Names and values. Raises `BadRequest` where they are too many, or no UTF-8."""
    if not query_string:
        return []
    parts = [part for part in query_string.split(b"&") if part]
    if len(parts) > _MAX_PAIRS:
        raise invalid("*", f"at most {_MAX_PAIRS} parameters")
    try:
        return [(_text(name), _text(value)) for name, _, value in (part.partition(b"=") for part in parts)]
    except UnicodeDecodeError as error:
        raise invalid("*", "UTF-8, percent-encoded") from error


def _text(raw: bytes) -> str:
    text = unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8")
    if _CONTROL.search(text):
        raise invalid("*", "no control characters")
    return text


def gathered(
    pairs: Iterable[tuple[str, str]], *, known: tuple[str, ...], lists: tuple[str, ...] = ()
) -> dict[str, list[str]]:
    """Each parameter's values. Raises `BadRequest` for an unknown name, and for a scalar that stands there twice."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in known:
            raise unknown(name, known)
        values.setdefault(name, []).append(value)
    for name, found in values.items():
        if len(found) > 1 and name not in lists:
            raise invalid(name, "only once")
    return values


def require_no_parameters(query_string: bytes) -> None:
    """Raises `BadRequest` for any parameter."""
    gathered(read_pairs(query_string), known=())


def unknown(name: str, known: tuple[str, ...]) -> BadRequest:
    """The error of a parameter that does not exist, naming the nearest that does."""
    nearest = next(iter(get_close_matches(name[:50], known, n=1, cutoff=0.5)), None)
    return BadRequest(
        BadRequestCode.PARAMETER_UNKNOWN,
        "unknown parameter",
        parameter=name[:50],
        nearest=nearest,
        known=known,
    )


def invalid(name: str, expected: str) -> BadRequest:
    """The error of a parameter whose value cannot be; the value itself is not repeated."""
    return BadRequest(
        BadRequestCode.PARAMETER_INVALID,
        f"{name} must be {expected}",
        parameter=name,
        expected=expected,
    )


def listed(name: str, values: list[str]) -> tuple[str, ...]:
    """The items of a list, each once. Raises `BadRequest` where one is empty."""
    items = [item.strip() for value in values for item in value.split(",")]
    if not all(items):
        raise invalid(name, "names, separated by commas")
    return tuple(dict.fromkeys(items))


def _partners(values: list[str] | None) -> tuple[PartnerId, ...] | None:
    return None if values is None else tuple(PartnerId(item) for item in listed("partner", values))


def read_limit(values: list[str] | None) -> int:
    """The wanted page size. Raises `BadRequest` where it is no whole number from 1 to 200."""
    if values is None:
        return DEFAULT_LIMIT
    text = values[0]
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MAX_LIMIT):
        raise invalid("limit", f"a whole number from 1 to {MAX_LIMIT}")
    return int(text)


def read_instant(name: str, values: list[str] | None) -> datetime | None:
    """The instant. Raises `BadRequest` where it is none that both engines keep, or says no offset."""
    if values is None:
        return None
    try:
        instant = msgspec.convert(values[0], datetime)
    except msgspec.ValidationError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise invalid(name, "an instant with offset, as 2026-01-31T08:00:00+07:00")
    return instant


def read_choice(name: str, text: str | None, *, among: type[Choice]) -> Choice | None:
    """The member. Raises `BadRequest` that names them all."""
    if text is None:
        return None
    try:
        return among(text)
    except ValueError:
        raise invalid(name, "one of " + ", ".join(it.value for it in among)) from None


def _completeness(values: list[str] | None) -> Literal["partial", "all"]:
    known: Mapping[str, Literal["partial", "all"]] = {"partial": "partial", "all": "all"}
    if values is None:
        return "partial"
    if values[0] not in known:
        raise invalid("completeness", "partial or all")
    return known[values[0]]

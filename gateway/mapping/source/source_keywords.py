"""The keywords of a source schema: which are honoured, what they apply to, and the five words of our own."""

import re
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from gateway.mapping.language.date_forms import PROMISE_WORDS, form_fault
from gateway.mapping.language.toml_lines import KeyPath
from gateway.mapping.source.source_type import Kind, Promises

SILENT = frozenset({"$schema", "$id", "$comment", "$defs", "title", "description", "examples", "default", "deprecated"})
"""Keywords that say nothing about a value."""
KINDS_OF: dict[str, Kind] = {
    "properties": "object",
    "required": "object",
    "additionalProperties": "object",
    "patternProperties": "object",
    "items": "array",
    "prefixItems": "array",
    "minItems": "array",
    "maxItems": "array",
    "pattern": "string",
    "format": "string",
    "minLength": "string",
    "maxLength": "string",
    "contentMediaType": "string",
    "contentSchema": "string",
    "minimum": "number",
    "maximum": "number",
}
"""The type that each limiting keyword is about."""
WORDS = ("x-date", "x-number", "x-scheme", "x-unit", "x-axis")
KNOWN = SILENT | set(KINDS_OF) | set(WORDS) | {"type", "enum", "const", "anyOf", "oneOf", "$ref"}
FORMATS = frozenset(
    {
        "date",
        "date-time",
        "duration",
        "email",
        "hostname",
        "ipv4",
        "ipv6",
        "kode-wilayah",
        "postal-code",
        "time",
        "uri",
        "uri-reference",
        "uuid",
    }
)


class Fault(Protocol):
    """Notes a fault of the schema."""

    def __call__(self, at: KeyPath, code: str, message: str, **more: str | None) -> None:
        """The fault at a place of the schema, with a code and a sentence."""


def _count(schema: dict[str, Any], keyword: str, at: KeyPath, fault: Fault) -> int | None:
    value = schema[keyword]
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    fault((*at, keyword), "schema-malformed", f"`{keyword}` takes a whole number from 0", found=str(value)[:40])
    return None


def _number(schema: dict[str, Any], keyword: str, at: KeyPath, fault: Fault) -> float | None:
    value = schema[keyword]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    fault((*at, keyword), "schema-malformed", f"`{keyword}` takes a number", found=str(value)[:40])
    return None


def _pattern(schema: dict[str, Any], keyword: str, at: KeyPath, fault: Fault) -> str | None:
    value = schema[keyword]
    try:
        re.compile(value)
    except (re.error, TypeError, OverflowError, RecursionError) as error:
        fault((*at, keyword), "bad-pattern", f"`pattern` is no regular expression: {error}", found=str(value)[:60])
        return None
    return str(value)


def _format(schema: dict[str, Any], keyword: str, at: KeyPath, fault: Fault) -> str | None:
    value = schema[keyword]
    if isinstance(value, str) and value in FORMATS:
        return value
    fault(
        (*at, keyword),
        "unknown-format",
        f"`{value}` is no format that is known here",
        expected=", ".join(sorted(FORMATS)),
        found=str(value)[:40],
    )
    return None


LIMITS: dict[str, tuple[str, Callable[[dict[str, Any], str, KeyPath, Fault], Any]]] = {
    "pattern": ("pattern", _pattern),
    "format": ("format", _format),
    "minLength": ("min_length", _count),
    "maxLength": ("max_length", _count),
    "minItems": ("min_items", _count),
    "maxItems": ("max_items", _count),
    "minimum": ("minimum", _number),
    "maximum": ("maximum", _number),
}
"""Keyword → the type's field, and what reads it."""


def read_promises(schema: dict[str, Any], *, at: KeyPath, fault: Fault, base: Promises | None = None) -> Promises:
    """The five words of a schema, over those of `base`."""
    found: dict[str, Any] = {}
    if "x-date" in schema:
        found["date"] = _date(schema["x-date"], at=(*at, "x-date"), fault=fault)
    choices = {
        "number": ("id", "en", "plain", "rupiah"),
        "scheme": ("bps", "kemendagri"),
        "axis": ("latitude", "longitude"),
    }
    for name, words in choices.items():
        key = f"x-{name}"
        if key in schema and schema[key] in words:
            found[name] = schema[key]
        elif key in schema:
            message = f"`{key}` takes one of {', '.join(words)}"
            fault((*at, key), "unknown-word", message, expected=", ".join(words), found=str(schema[key])[:40])
    if "x-unit" in schema:
        if isinstance(schema["x-unit"], str) and schema["x-unit"]:
            found["unit"] = schema["x-unit"]
        else:
            fault((*at, "x-unit"), "schema-malformed", "`x-unit` takes a unit as text, as `mm`")
    return msgspec.structs.replace(base or Promises(), **found)


def _date(value: Any, *, at: KeyPath, fault: Fault) -> tuple[str, ...]:
    forms = [value] if isinstance(value, str) else value
    if not isinstance(forms, list) or not forms or not all(isinstance(form, str) for form in forms):
        fault(at, "schema-malformed", "`x-date` takes a form, or a list of forms")
        return ()
    for form in forms:
        wrong = form_fault(form, words=PROMISE_WORDS, needs=frozenset())
        if wrong is not None:
            fault(at, wrong.code, wrong.message, found=form)
    return tuple(forms)


def check_promises(promises: Promises, kinds: frozenset[Kind], *, at: KeyPath, fault: Fault) -> None:
    """Faults a promise about a value that can never be of the type it speaks of."""
    numeric: frozenset[Kind] = frozenset({"integer", "number"})
    text: frozenset[Kind] = frozenset({"string"})
    rules: tuple[tuple[str, object, frozenset[Kind]], ...] = (
        ("x-date", promises.date, text | numeric),
        ("x-number", promises.number, text),
        ("x-scheme", promises.scheme, text | {"integer"}),
        ("x-unit", promises.unit, text | numeric),
        ("x-axis", promises.axis, text | numeric),
    )
    for word, said, about in rules:
        if said and not kinds & about:
            fault(
                (*at, word),
                "promise-misplaced",
                f"`{word}` speaks of {' or '.join(sorted(about))}, and this is {' or '.join(sorted(kinds))}",
            )

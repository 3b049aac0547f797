"""The keywords of a source schema: which are honoured, what they apply to, and the words of our own."""

import re
from collections.abc import Callable
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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
WORDS = ("x-date", "x-number", "x-scheme", "x-unit", "x-axis", "x-zone", "x-list", "x-sensitivity", "x-dimensions")
"""What is promised of a text or number."""
STRUCTURE = ("x-key", "x-header-rows", "x-total-rows")
"""What is said of an object or a list."""
KNOWN = SILENT | set(KINDS_OF) | set(WORDS) | set(STRUCTURE) | {"type", "enum", "const", "anyOf", "oneOf", "$ref"}
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
    """The words of a schema about a value, over those of `base`."""
    found: dict[str, Any] = {}
    if "x-date" in schema:
        found["date"] = _date(schema["x-date"], at=(*at, "x-date"), fault=fault)
    choices = {
        "number": ("id", "en", "plain", "rupiah"),
        "scheme": ("bps", "kemendagri"),
        "axis": ("latitude", "longitude"),
        "sensitivity": ("public", "restricted", "personal"),
    }
    for name, words in choices.items():
        key = f"x-{name}"
        if key in schema and schema[key] in words:
            found[name] = schema[key]
        elif key in schema:
            message = f"`{key}` takes one of {', '.join(words)}"
            fault((*at, key), "unknown-word", message, expected=", ".join(words), found=str(schema[key])[:40])
    for name, meant in (("unit", "a unit, as `mm`"), ("list", "what stands between two items, as `,`")):
        key = f"x-{name}"
        if key in schema and isinstance(schema[key], str) and schema[key]:
            found[name] = schema[key]
        elif key in schema:
            fault((*at, key), "schema-malformed", f"`{key}` takes text: {meant}")
    if "x-zone" in schema:
        found["zone"] = _zone(schema["x-zone"], at=(*at, "x-zone"), fault=fault)
    if "x-dimensions" in schema:
        found["dimensions"] = _dimensions(schema["x-dimensions"], at=(*at, "x-dimensions"), fault=fault)
    return msgspec.structs.replace(base or Promises(), **found)


def _zone(value: Any, *, at: KeyPath, fault: Fault) -> str | None:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        pass
    fault(at, "unknown-word", "`x-zone` takes a zone of the IANA database, as `Asia/Jakarta`", found=str(value)[:40])
    return None


def _dimensions(value: Any, *, at: KeyPath, fault: Fault) -> dict[str, str]:
    if isinstance(value, dict) and all(isinstance(one, str) for one in value.values()):
        return dict(value)
    fault(at, "schema-malformed", '`x-dimensions` takes an object of texts, as {"sex": "male"}', found=str(value)[:40])
    return {}


def read_structure(schema: dict[str, Any], *, at: KeyPath, fault: Fault) -> dict[str, Any]:
    """What a schema says of an object or list as a whole: `x-key`, `x-header-rows`, `x-total-rows`."""
    found: dict[str, Any] = {}
    for keyword, name in (("x-header-rows", "header_rows"), ("x-total-rows", "total_rows")):
        if keyword in schema:
            found[name] = _count(schema, keyword, at, fault)
    key = schema.get("x-key", [])
    names = [key] if isinstance(key, str) else key
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        found["key"] = tuple(names)
    else:
        fault((*at, "x-key"), "schema-malformed", "`x-key` takes a path, or a list of paths", found=str(key)[:40])
    return found


def read_examples(schema: dict[str, Any]) -> dict[str, Any]:
    """The title of a value and its examples that are scalars; null, lists and objects are no evidence."""
    listed = schema.get("examples", [])
    examples = [one for one in listed if isinstance(one, (str, int, float))] if isinstance(listed, list) else []
    title = schema.get("title")
    return {"examples": tuple(examples), "title": title if isinstance(title, str) else None}


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
        ("x-zone", promises.zone, text | numeric),
        ("x-list", promises.list, text),
    )
    for word, said, about in rules:
        if said and not kinds & about:
            fault(
                (*at, word),
                "promise-misplaced",
                f"`{word}` speaks of {' or '.join(sorted(about))}, and this is {' or '.join(sorted(kinds))}",
            )

"""Makes `Settings` of tables, and finds every unknown key and wrong type on the way."""

from collections.abc import Callable
from difflib import get_close_matches
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

from gateway.settings_file.source import EnvironmentText

KeyPath = tuple[str, ...]
Report = Callable[[KeyPath, Any, str], None]
_ABSENT = object()
_NAMES = {str: "text", int: "a whole number", float: "a number", bool: "true or false", type(None): "nothing"}


def shaped(value: Any, kind: Any, *, key: KeyPath, report: Report) -> Any:
    """`value` as `kind`; what does not fit is reported, and stands as a default, so that the search goes on."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _part(value, kind, key=key, report=report)
    if get_origin(kind) is dict and isinstance(value, dict):
        below = get_args(kind)[1]
        made = {name: shaped(inner, below, key=(*key, name), report=report) for name, inner in value.items()}
        return {name: inner for name, inner in made.items() if inner is not _ABSENT}
    try:
        if isinstance(value, EnvironmentText):
            return msgspec.convert(_read_text(value, kind), kind, strict=False)
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, msgspec.DecodeError):
        found = f", found {_named(value)}" if not isinstance(value, EnvironmentText) else ""
        report(key, value, f"expected {expected(kind)}{found}")
        return _ABSENT


def _part(value: Any, kind: type[msgspec.Struct], *, key: KeyPath, report: Report) -> Any:
    """The table as its Struct."""
    if not isinstance(value, dict):
        report(key, value, f"expected a table, found {_named(value)}")
        return _ABSENT
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    for name, inner in value.items():
        if name not in fields:
            nearest = get_close_matches(name, fields, n=1)
            hint = f"did you mean {nearest[0]}?" if nearest else f"there are {', '.join(fields)}"
            report((*key, name), inner, f"unknown key; {hint}")
    made = {
        name: shaped(value[name], field.type, key=(*key, name), report=report)
        for name, field in fields.items()
        if name in value
    }
    missing = [name for name, field in fields.items() if field.required and name not in value]
    for name in missing:
        report((*key, name), value, f"is missing; expected {expected(fields[name].type)}")
    made = {name: inner for name, inner in made.items() if inner is not _ABSENT}
    if any(field.required and name not in made for name, field in fields.items()):
        return _ABSENT
    return kind(**made)


def expected(kind: Any) -> str:
    """The type in words."""
    origin = get_origin(kind)
    if origin is Literal:
        return "one of " + ", ".join(map(str, get_args(kind)))
    if origin in {Union, UnionType}:
        return " or ".join(expected(inner) for inner in get_args(kind) if inner is not type(None))
    if origin is tuple:
        return f"a list of {expected(get_args(kind)[0])}"
    if origin is dict or (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        return "a table"
    return _NAMES.get(kind, str(kind))


def _read_text(text: EnvironmentText, kind: Any) -> Any:
    """A list or table written in the environment as JSON, or a list as words with commas; else the text."""
    if get_origin(kind) in {tuple, dict}:
        if text.lstrip().startswith(("[", "{")):
            return msgspec.json.decode(text)
        return [word.strip() for word in text.split(",") if word.strip()]
    return str(text)


def _named(value: Any) -> str:
    """What kind of value it is; never the value, which may be a secret."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    return _NAMES.get(type(value), type(value).__name__)

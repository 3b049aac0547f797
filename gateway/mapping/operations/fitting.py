"""What a common field's type admits: constants made right at the start, and the last guard of values."""

import importlib
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from gateway.errors import BadConfiguration
from gateway.mapping.operations.regular_expressions import strict_pattern
from gateway.mapping.operations.text import PATTERN_LIMIT

UNREADABLE: Any = object()
"""Stands for a value that cannot be read, where None is a value."""


def declared(value: Any, *, type_: Any) -> Any:
    """A constant of a mapping as a value of a type, or raises `BadConfiguration`."""
    try:
        return msgspec.convert(value, type=type_)
    except msgspec.ValidationError as error:
        raise BadConfiguration(f"`{value}` is no value of the common field: {error}") from error


def fitting_to(type_: Any) -> Callable[[Any], Any]:
    """A function that returns the value if it is right for the type, else `UNREADABLE`."""

    def fitted(value: Any) -> Any:
        if isinstance(value, datetime) and value.tzinfo is None:
            return UNREADABLE
        try:
            return msgspec.convert(value, type=type_)
        except (msgspec.ValidationError, RecursionError):
            return UNREADABLE

    return fitted


def matcher(pattern: str) -> Callable[[str], Any]:
    """The search for a pattern, as JSON Schema means it."""
    return re.compile(strict_pattern(pattern)).search


def calling(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with `UNREADABLE` instead of whatever it raises."""

    def called(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except Exception:  # noqa: BLE001  # a partner's own function may fail in any way; its record is refused
            return UNREADABLE

    return called


def imported(name: str) -> Callable[..., Any]:
    """The function `module:function`, or raises `BadConfiguration`."""
    module, _, attribute = name.partition(":")
    try:
        function: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise BadConfiguration(f"`{name}` cannot be imported: {type(error).__name__}") from error
    return function


def matcher_of_condition(pattern: str) -> Callable[[str | None], bool]:
    """Whether a text holds a pattern; no text does not, nor one beyond `PATTERN_LIMIT`."""
    search = re.compile(pattern).search
    return lambda text: text is not None and len(text) <= PATTERN_LIMIT and search(text) is not None

"""`use`: a Python function whose annotations agree with the source and the target."""

import importlib
import inspect
import types
import typing
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from gateway.mapping.checking.field_check import FieldCheck, Value
from gateway.mapping.checking.field_source import found_at
from gateway.mapping.language.declaration import Use
from gateway.mapping.source.source_type import Kind, SourceType
from gateway.mapping.targets import Target
from schemas.record import Point

_TAKES: dict[Any, frozenset[Kind]] = {
    str: frozenset({"string"}),
    int: frozenset({"integer"}),
    float: frozenset({"integer", "number"}),
    bool: frozenset({"boolean"}),
    type(None): frozenset({"null"}),
    list: frozenset({"array"}),
    dict: frozenset({"object"}),
}
_GIVES: dict[str, tuple[Any, ...]] = {
    "text": (str,),
    "code": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "date": (date,),
    "instant": (datetime,),
    "point": (Point,),
    "map": (dict,),
}


def value_use(check: FieldCheck, source: Use) -> Value | None:
    """What the function returns; that it may fail, or return what the field does not take, is to be settled."""
    function = _imported(check, source.function)
    if function is None:
        return None
    hints = _hints(check, function, source)
    if hints is None or not _arguments_fit(check, source, hints):
        return None
    members = _members(hints["return"])
    wanted = _GIVES.get(check.target.kind, ())
    given = [member for member in members if member is not type(None)]
    wrong = [member for member in given if not _gives(member, check.target, wanted)]
    if wrong or not given:
        check.fault(
            "use",
            "function-wrong-result",
            f"`{source.function}` returns {_written(hints['return'])}, and the field takes a {check.target.words}",
            expected=check.target.words,
            found=_written(hints["return"]),
        )
        return None
    check.hazard(
        "unreadable",
        "use",
        "function-may-fail",
        f"`{source.function}` may raise, or return what the field does not take",
        found=source.function,
    )
    return Value(type=SourceType(kinds=frozenset({"object"})), nothing=type(None) in members, many=check.target.many)


def import_function(name: str) -> Callable[..., Any]:
    """The function that `module:function` names, or raises `ImportError`."""
    module, _, function = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), function, None)
    except Exception as error:
        raise ImportError(f"`{module}` cannot be imported: {type(error).__name__}") from error
    if not callable(found):
        raise ImportError(f"`{module}` has no function `{function}`")  # noqa: TRY004  # as of a missing module
    return typing.cast("Callable[..., Any]", found)


def _imported(check: FieldCheck, name: str) -> Callable[..., Any] | None:
    try:
        return import_function(name)
    except ImportError as error:
        check.fault("use", "function-missing", str(error), expected="module:function", found=name)
        return None


def _hints(check: FieldCheck, function: Callable[..., Any], source: Use) -> dict[str, Any] | None:
    """The annotation of each argument, in order, and of the return."""
    try:
        hints = typing.get_type_hints(function)
        names = [
            parameter.name
            for parameter in inspect.signature(function).parameters.values()
            if parameter.kind in {parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD}
        ]
    except (TypeError, ValueError, NameError):
        hints, names = {}, []
    lacking = [name for name in (*names, "return") if name not in hints]
    if lacking:
        check.fault("use", "function-untyped", f"`{source.function}` must annotate its arguments and what it returns")
        return None
    if len(names) != len(source.paths):
        check.fault(
            "use",
            "function-arguments",
            f"`{source.function}` takes {len(names)} arguments, and `from` has {len(source.paths)} paths",
            expected=str(len(names)),
            found=str(len(source.paths)),
        )
        return None
    return {name: hints[name] for name in (*names, "return")}


def _arguments_fit(check: FieldCheck, source: Use, hints: dict[str, Any]) -> bool:
    """Whether each argument takes everything that its path can yield; nothing is None."""
    fit = True
    for path, (name, hint) in zip(source.paths, hints.items(), strict=False):
        found = found_at(check, path, key="from")
        if found is None:
            return False
        kinds: frozenset[Kind] = frozenset({"array"}) if found.many else found.type.kinds - {"null"}
        if found.nothing:
            kinds |= {"null"}
        takes = frozenset(kind for member in _members(hint) for kind in _taken(member))
        if hint is not Any and kinds - takes:
            lacking = " and ".join("nothing (None)" if kind == "null" else kind for kind in sorted(kinds - takes))
            check.fault(
                "use",
                "function-arguments",
                f"`{path.text}` can be {lacking}, and the argument `{name}` takes {_written(hint)}",
                expected=_written(hint),
                found=" or ".join(sorted(kinds)),
            )
            fit = False
    return fit


def _members(hint: Any) -> tuple[Any, ...]:
    """The members of a union, or the one type."""
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        return typing.get_args(hint)
    return (hint,)


def _taken(member: Any) -> frozenset[Kind]:
    return _TAKES.get(typing.get_origin(member) or member, frozenset())


def _gives(member: Any, target: Target, wanted: tuple[Any, ...]) -> bool:
    """Whether a returned type is that of the target."""
    if target.many:
        return typing.get_origin(member) is list and typing.get_args(member)[0] in wanted
    if target.kind == "code" and isinstance(member, type) and issubclass(member, str):
        return True
    return (typing.get_origin(member) or member) in wanted


def _written(hint: Any) -> str:
    return getattr(hint, "__name__", None) if isinstance(hint, type) else str(hint)  # type: ignore[return-value]

"""Reads where one field's value comes from: exactly one source."""

import re
from collections.abc import Callable
from typing import Any

from gateway.mapping.language.declaration import (
    Const,
    Field,
    From,
    Join,
    ObjectFrom,
    PointFrom,
    Source,
    Template,
    Use,
)
from gateway.mapping.language.paths import Path
from gateway.mapping.language.tables import Table, kind_of

SOURCE_KEYS = ("from", "const", "template", "join", "with", "latitude", "longitude", "decimal", "object", "use")
_SOURCES = ("from", "const", "template", "join", "latitude", "object", "use")
_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


def read_source(table: Table, *, read_members: Callable[[Table], list[Field]]) -> Source | None:
    """The one source of a field; none or two are findings."""
    given = [key for key in _SOURCES if key in table]
    if "longitude" in table and "latitude" not in table:
        given.append("latitude")
    if given == ["from", "use"]:
        given = ["use"]
    if len(given) != 1:
        _fault_count(table, given)
        return None
    for key, owner in (("with", "join"), ("decimal", "latitude")):
        if key in table and owner not in given:
            table.fault(key, "misplaced-key", f"`{key}` belongs to `{owner}`, which this field has not")
    if given[0] == "object":
        members = table.table("object")
        return None if members is None else ObjectFrom(tuple(read_members(members)))
    readers: dict[str, Callable[[Table], Source | None]] = {
        "from": _from,
        "const": _const,
        "template": _template,
        "join": _join,
        "latitude": _point,
        "use": _use,
    }
    return readers[given[0]](table)


def _fault_count(table: Table, given: list[str]) -> None:
    if given:
        table.fault(
            given[1],
            "two-sources",
            f"a value has one source, here are {len(given)}: {', '.join(given)}; keep one",
            expected="one source",
            found=", ".join(given),
        )
    else:
        table.fault(
            None,
            "source-missing",
            'nothing says where the value comes from; write `from = "…"`, or one of the other sources',
            expected=", ".join(_SOURCES),
        )


def _from(table: Table) -> Source | None:
    paths = table.paths("from")
    return From(paths) if paths else None


def _const(table: Table) -> Source | None:
    value: Any = table.values["const"]
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, (str, int, float, bool)) for item in items):
        table.fault(
            "const", "wrong-type", "`const` takes a text, number or boolean, or a list of them", found=kind_of(value)
        )
        return None
    return Const(value)


def _template(table: Table) -> Source | None:
    text = table.text("template")
    if text is None:
        return None
    parts: list[str | Path] = []
    end = 0
    for place in _PLACE.finditer(text):
        _append(parts, text[end : place.start()])
        end = place.end()
        if place.group() in {"{{", "}}"}:
            _append(parts, place.group()[0])
        elif place.group(1) is None:
            table.fault(
                "template", "bad-template", f"a brace stands alone in `{text}`; double it where a brace is meant"
            )
        elif (path := table.readable("template", place.group(1))) is not None:
            parts.append(path)
    _append(parts, text[end:])
    if not any(isinstance(part, Path) for part in parts):
        table.fault("template", "bad-template", f"`{text}` holds no path in braces; write `const` for a fixed text")
        return None
    return Template(text=text, parts=tuple(parts))


def _append(parts: list[str | Path], text: str) -> None:
    """Adds fixed text, to the last part if that is fixed too."""
    if text and parts and isinstance(parts[-1], str):
        parts[-1] += text
    elif text:
        parts.append(text)


def _join(table: Table) -> Source | None:
    paths = table.paths("join")
    return Join(paths, table.text("with") if "with" in table else " ") if paths else None  # type: ignore[arg-type]


def _point(table: Table) -> Source | None:
    for key in ("latitude", "longitude"):
        if key not in table:
            table.fault(None, "point-incomplete", f"a point needs `{key}` too")
    latitude, longitude = table.path("latitude"), table.path("longitude")
    decimal = table.choice("decimal", ("dot", "comma"))
    if latitude is None or longitude is None:
        return None
    if latitude == longitude:
        table.fault("longitude", "axes-same", f"latitude and longitude both read `{latitude.text}`")
    return PointFrom(latitude=latitude, longitude=longitude, decimal="comma" if decimal == "comma" else "dot")


def _use(table: Table) -> Source | None:
    function = table.text("use")
    if "from" not in table:
        table.fault(None, "source-missing", "`use` needs `from`: the paths of its function's arguments")
        return None
    if function is None:
        return None
    if not re.fullmatch(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", function):
        table.fault(
            "use",
            "bad-function",
            "`use` names a function as `module:function`",
            expected="module:function",
            found=function,
        )
        return None
    return Use(function, table.paths("from"))

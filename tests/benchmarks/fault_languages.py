"""The words of jsonata, jq, JMESPath and glom, as idiom has it in each, and the field made of them."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from gateway.mapping.language.declaration import Const, From, Join, PointFrom
from gateway.mapping.language.paths import Each, Index, Key, Path
from tests.benchmarks.fault_peers import (
    MARKS,
    Intent,
    Mapper,
    Unsaid,
    Words,
    expression,
    factor_of,
    form_of,
    otherwise_of,
    same,
    unsaid,
    without_marks,
)

# jsonata ---------------------------------------------------------------------------------------------------------

_PICTURES = {"%d": "[D01]", "%m": "[M01]", "%Y": "[Y0001]", "%H": "[H01]", "%M": "[m01]", "%S": "[s01]",
             "%B": "[MNn]", "%y": "[Y01]"}  # fmt: skip


def _jsonata_path(path: Path) -> str:
    if path.root != "record":
        raise Unsaid
    parts: list[str] = []
    for step in path.steps:
        if isinstance(step, Key):
            parts.append(f"`{step.name}`")
        elif isinstance(step, Index):
            parts[-1] += f"[{step.index}]"
    return ".".join(parts)


def _jsonata_date(value: str, form: str) -> str:
    if form == "iso":
        return f"$toMillis({value})"
    for directive, picture in _PICTURES.items():
        form = form.replace(directive, picture)
    return unsaid() if "%" in form else f"$toMillis({value}, '{form}')"


def _if_there(value: str, then: str) -> str:
    """An expression of `$v` where there is a value, else null."""
    return f"($v := {value}; $exists($v) and $v != null ? {then} : null)"


JSONATA = Words(
    path=_jsonata_path,
    literal=json.dumps,
    join=lambda parts, mark: f"$join([{', '.join(f'$string({part})' for part in parts)}], {json.dumps(mark)})",
    point=lambda latitude, longitude: f'{{"type": "Point", "coordinates": [{longitude}, {latitude}]}}',
    null_if=lambda x, nulls: f"($w := {x}; $w in {json.dumps(list(nulls))} ? null : $w)",
    pattern=lambda x, pattern: _if_there(x, f"$match($v, /{_plain_group(pattern)}/)[0].groups[-1]"),
    split=lambda x, mark: _if_there(x, f'($type($v) = "array" ? $v : $split($v, {json.dumps(mark)}))'),
    number=lambda x, form: _if_there(x, f"$number({without_marks('$v', form, _jsonata_replaced)})"),
    rupiah=lambda x: _if_there(x, "($d := $replace($v, /[^0-9]/, ''); $d = '' ? 0 : $number($d))"),
    times=lambda x, factor: _if_there(x, f"$v * {factor}"),
    date=lambda x, form: _if_there(x, _jsonata_date("$v", form)),
    lookup=lambda x, table, otherwise: _if_there(
        x,
        f"($found := $lookup({json.dumps(table)}, $string($v)); "
        + (f"$exists($found) ? $found : {json.dumps(otherwise)})" if otherwise is not None else "$found)"),
    ),
)


def _plain_group(pattern: str) -> str:
    """A pattern without Python's own syntax."""
    bare = re.sub(r"\(\?P<\w+>", "(", re.sub(r"^\(\?[a-z]+\)", "", pattern))
    return bare.replace("/", r"\/")


def _jsonata_replaced(value: str, old: str, new: str) -> str:
    return f"$replace($string({value}), '{old}', '{new}')"


def jsonata(intent: Intent) -> Mapper:
    """The field by jsonatapy."""
    import jsonatapy

    return jsonatapy.compile(expression(intent, JSONATA)).evaluate


# jq --------------------------------------------------------------------------------------------------------------


def _jq_path(path: Path) -> str:
    if path.root != "record":
        raise Unsaid
    parts = [
        f"[{json.dumps(step.name)}]"
        if isinstance(step, Key)
        else f"[{step.index}]"
        if isinstance(step, Index)
        else "[]"
        for step in path.steps
    ]
    return "(." + "".join(parts) + ")" if not any(isinstance(step, Each) for step in path.steps) else unsaid()


def _jq_date(form: str) -> str:
    return '.[0:19] | strptime("%Y-%m-%dT%H:%M:%S")' if form == "iso" else f"strptime({json.dumps(form)})"


def _jq_there(value: str, then: str) -> str:
    """What is done to a value that is not null."""
    return f"({value} | if . == null then null else ({then}) end)"


def _jq_replaced(value: str, old: str, new: str) -> str:
    return f'({value} | if type == "string" then split("{old}") | join("{new}") else . end)'


def _jq_pattern(pattern: str) -> str:
    """A named group's text; jq names groups as Oniguruma does."""
    return f"[match({json.dumps(pattern.replace('(?P<', '(?<'))}).captures[].string] | last"


JQ = Words(
    path=_jq_path,
    literal=json.dumps,
    join=lambda parts, mark: f"([{', '.join(f'({part} | tostring)' for part in parts)}] | join({json.dumps(mark)}))",
    point=lambda latitude, longitude: f'{{type: "Point", coordinates: [{longitude}, {latitude}]}}',
    null_if=lambda x, nulls: f"({x} | if ([.] | inside({json.dumps(list(nulls))})) then null else . end)",
    pattern=lambda x, pattern: _jq_there(x, _jq_pattern(pattern)),
    split=lambda x, mark: _jq_there(x, f'if type == "array" then . else split({json.dumps(mark)}) end'),
    number=lambda x, form: _jq_there(x, f"{without_marks('.', form, _jq_replaced)} | tonumber"),
    rupiah=lambda x: _jq_there(x, 'gsub("[^0-9]"; "") | if . == "" then 0 else tonumber end'),
    times=lambda x, factor: _jq_there(x, f". * {factor}"),
    date=lambda x, form: _jq_there(x, _jq_date(form)),
    lookup=lambda x, table, otherwise: _jq_there(
        x,
        f". as $key | {json.dumps(table)}[$key | tostring]"
        + (f" // {json.dumps(otherwise)}" if otherwise is not None else ""),
    ),
)


def jq(intent: Intent) -> Mapper:
    """The field by jq's Python binding; records are iterated, as everybody does there."""
    import jq as library

    iterated = "[]" if intent.field.name == "records" else ""
    compiled = library.compile(expression(intent, JQ) + iterated)
    return lambda row: compiled.input_value(row).all()


# JMESPath --------------------------------------------------------------------------------------------------------


def _jmespath_path(path: Path) -> str:
    if path.root != "record":
        raise Unsaid
    text = ""
    for step in path.steps:
        text += f'."{step.name}"' if isinstance(step, Key) else f"[{step.index}]" if isinstance(step, Index) else "[]"
    return text.removeprefix(".")


JMESPATH = Words(
    path=_jmespath_path,
    literal=lambda value: f"`{json.dumps(value)}`",
    join=lambda parts, separator: f"join('{separator}', [{', '.join(f'to_string({part})' for part in parts)}])",
    point=lambda latitude, longitude: f'{{type: `"Point"`, coordinates: [{longitude}, {latitude}]}}',
    null_if=same,
    pattern=same,
    split=same,
    number=lambda x, _form: f"to_number({x})",
    rupiah=lambda x: f"to_number({x})",
    times=same,
    date=same,
    lookup=same,
)
"""JMESPath has no arithmetic, dates, patterns nor tables: those stay outside of it."""


def jmespath(intent: Intent) -> Mapper:
    """The field by jmespath."""
    import jmespath as library

    return library.compile(expression(intent, JMESPATH)).search


# glom ------------------------------------------------------------------------------------------------------------


def _glom_value(path: Path) -> Any:
    from glom import T

    if path.root != "record":
        raise Unsaid
    spec: Any = T
    for step in path.steps:
        if isinstance(step, Each):
            raise Unsaid
        spec = spec[step.name if isinstance(step, Key) else step.index]
    return spec


def _python_operations(intent: Intent) -> Callable[[Any], Any]:
    """What a glom spec does with a value: plain Python, which raises as Python does."""
    field = intent.field

    def done(value: Any) -> Any:
        if value is None or value in field.null_if:
            return None
        if field.pattern:
            found = re.search(field.pattern, value)
            value = found and found.group("value")
            if value is None:
                return None
        if field.split and isinstance(value, str):
            value = value.split(field.split)
        if field.number and isinstance(value, str):
            for old, new in MARKS[field.number]:
                value = value.replace(old, new)
            value = float(value)
        if field.rupiah:
            value = int(re.sub(r"\D", "", value) or 0)
        if field.unit:
            value = value * factor_of(field)
        if field.date or field.datetime or field.period:
            form = form_of(field)
            value = datetime.fromisoformat(value) if form == "iso" else datetime.strptime(value, form)  # noqa: DTZ007
        if intent.table is not None:
            keys = [str(one) for one in value] if isinstance(value, list) else [str(value)]
            otherwise = otherwise_of(field)
            value = [intent.table[key] if otherwise is None else intent.table.get(key, otherwise) for key in keys]
        return value

    return done


def glom(intent: Intent) -> Mapper:
    """The field by glom, with Python's own functions where it has none."""
    import glom as library

    source = intent.field.source
    done = _python_operations(intent)
    match source:
        case Const(value):
            return lambda _row: value
        case From(paths):
            spec: Any = (_glom_value(paths[0]), done)
        case Join(paths, separator):
            specs = [_glom_value(path) for path in paths]
            spec = (tuple_of(specs), lambda parts: done(separator.join(str(part) for part in parts)))
        case PointFrom(latitude, longitude, decimal):
            specs = [_glom_value(longitude), _glom_value(latitude)]
            mark = "," if decimal == "comma" else "."
            spec = (
                tuple_of(specs),
                lambda parts: [_degrees(one, mark) for one in parts if one not in {None, "", "-"}],
            )
        case _:
            raise Unsaid
    return lambda row: library.glom(row, spec)


def tuple_of(specs: list[Any]) -> Any:
    """A glom spec of the values of several."""
    from glom import Fill

    return Fill(specs)


def _degrees(text: Any, mark: str) -> float:
    return float(str(text).replace(mark, "."))

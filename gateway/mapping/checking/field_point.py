"""Points: the right axis on each side, and coordinates that lie in Indonesia."""

import re

import msgspec

from gateway.mapping.checking.field_check import FieldCheck, Value
from gateway.mapping.checking.field_source import found_at, null_if
from gateway.mapping.language.declaration import PointFrom
from gateway.mapping.language.paths import Index, Key, Path, Step
from gateway.mapping.source.source_type import SourceType

BOX = {"latitude": (-11.5, 6.5), "longitude": (94.5, 141.5)}
"""Indonesia: south and north, west and east."""
_OTHER = {"latitude": "longitude", "longitude": "latitude"}
_NAMES = {
    "latitude": re.compile(r"(^|[^a-z])(lat|latitude|lintang|y)([^a-z]|$)", re.IGNORECASE),
    "longitude": re.compile(r"(^|[^a-z])(lon|lng|long|longitude|bujur|x)([^a-z]|$)", re.IGNORECASE),
}


def value_point(check: FieldCheck, source: PointFrom) -> Value | None:
    """A point; what is not promised of its coordinates is to be settled."""
    sides = {"latitude": source.latitude, "longitude": source.longitude}
    values = {axis: _coordinate(check, path, axis=axis, decimal=source.decimal) for axis, path in sides.items()}
    if any(value is None for value in values.values()):
        return None
    types = {axis: value.type for axis, value in values.items() if value is not None}
    swapped = [axis for axis in sides if _is_other(types[axis], axis)]
    named = not any(types[axis].promises.axis for axis in sides) and all(
        _names(sides[axis], _OTHER[axis]) and not _names(sides[axis], axis) for axis in sides
    )
    if swapped or named:
        axis = swapped[0] if swapped else "latitude"
        check.fault(
            axis,
            "axes-swapped",
            f"`{sides[axis].text}` is a {_OTHER[axis]} and is read as {axis}: every place would lie elsewhere; "
            "exchange the two paths",
            expected=axis,
            found=_OTHER[axis],
            nearest=sides[_OTHER[axis]].text,
        )
        return None
    for axis in sides:
        _check_box(check, types[axis], axis=axis)
    known = {sides[axis].text: value for axis, value in values.items() if value is not None}
    why = tuple(f"`{text}` {reason}" for text, value in known.items() for reason in value.why)
    nothing = any(value.nothing for value in known.values())
    return Value(type=SourceType(kinds=frozenset({"object"})), nothing=nothing, sense="point", why=why)


def _coordinate(check: FieldCheck, path: Path, *, axis: str, decimal: str) -> Value | None:
    found = found_at(check, path, key=axis)
    if found is None:
        return None
    type_ = found.type
    why = (*["absent"] * found.absent, *["null"] * type_.nullable)
    value = Value(type=_without_null(type_), nothing=found.nothing, many=found.many, why=why)
    if value.many or not value.type.kinds <= {"string", "integer", "number"}:
        check.fault(
            axis,
            "wrong-operand",
            f"a coordinate is a number or a text, and `{path.text}` is {value.words}",
            expected="number or text",
            found=value.words,
        )
        return None
    value = null_if(check, value, path)
    return value if "string" not in type_.kinds or _text_is_read(check, value, axis=axis, decimal=decimal) else None


def _text_is_read(check: FieldCheck, value: Value, *, axis: str, decimal: str) -> bool:
    """Whether a text is read in the form that the source promises; without a promise, it is to be settled."""
    promised = value.type.promises.number
    right = ("id",) if decimal == "comma" else ("plain", "en")
    if promised is None:
        check.hazard(
            "unreadable",
            axis,
            "number-unpromised",
            f"the source does not promise that the text is a coordinate with a decimal {decimal}",
            expected=f"x-number {right[0]}, or number",
            found=value.words,
        )
    elif promised not in right:
        check.fault(
            "decimal" if decimal == "comma" else axis,
            "number-form-mismatch",
            f"the source promises numbers as `{promised}`, and the coordinate is read with a decimal {decimal}; "
            f'write `decimal = "{"dot" if decimal == "comma" else "comma"}"`',
            expected=promised,
            found=right[0],
        )
        return False
    return True


def _without_null(type_: SourceType) -> SourceType:
    return msgspec.structs.replace(type_, kinds=type_.kinds - {"null"})


def _is_other(type_: SourceType, axis: str) -> bool:
    """Whether the source says that this is the other axis: by promise, or by limits that only the other can have."""
    if type_.promises.axis is not None:
        return type_.promises.axis != axis
    low, high = BOX[axis]
    other_low, other_high = BOX[_OTHER[axis]]
    if type_.minimum is None or type_.maximum is None:
        return False
    outside = type_.minimum > high or type_.maximum < low
    return outside and type_.minimum <= other_high and type_.maximum >= other_low


def _names(path: Path, axis: str) -> bool:
    """Whether the last key of a path is called like an axis; GeoJSON has longitude first."""
    if len(path.steps) > 1 and isinstance(path.steps[-1], Index) and path.steps[-2] == Key("coordinates"):
        return path.steps[-1].index == (0 if axis == "longitude" else 1)
    keys = [step.name for step in path.steps if isinstance(step, Key)]
    return bool(keys) and _NAMES[axis].search(keys[-1]) is not None


def axis_of(steps: tuple[Step, ...], type_: SourceType) -> str | None:
    """Which axis a place is: by promise, else by its title or last key; None if nothing says."""
    if type_.promises.axis is not None:
        return type_.promises.axis
    path = Path("", "record", (Key(type_.title),) if type_.title else steps)
    return next((axis for axis in BOX if _names(path, axis)), None)


def _check_box(check: FieldCheck, type_: SourceType, *, axis: str) -> None:
    low, high = BOX[axis]
    limited = type_.minimum is not None and type_.maximum is not None and "string" not in type_.kinds
    if limited and low <= (type_.minimum or 0) and (type_.maximum or 0) <= high:
        return
    check.hazard(
        "unreadable",
        axis,
        "outside-indonesia",
        f"the {axis} may lie outside Indonesia, or be swapped with the {_OTHER[axis]} "
        f'(`"minimum": {low}, "maximum": {high}` in the source schema would promise it does not)',
        expected=f"{low} to {high}",
        found=f"{_limit(type_.minimum)} to {_limit(type_.maximum)}",
    )


def _limit(limit: float | None) -> str:
    return "open" if limit is None else f"{limit:g}"

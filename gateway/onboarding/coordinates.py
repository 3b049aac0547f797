"""Latitudes and longitudes, told by where they lie and by what stands beside them, not by what they are called."""

import re
from collections.abc import Sequence

import msgspec

from gateway.mapping.language.paths import Index, Key
from gateway.mapping.operations.places import EAST, NORTH, SOUTH, WEST
from gateway.onboarding.column import Column
from gateway.onboarding.hint_words import LATITUDE, LONGITUDE
from gateway.onboarding.profile import Form, FormKind

_TEXT = re.compile(r"[-+]?\d{1,3}(?:(?P<mark>[.,])\d+)?")
_FINE = 3
"""Coordinates of places have this many decimals or more, for the most part."""


class _Axis(msgspec.Struct, frozen=True):
    """A column of numbers that may be one of the two. `fine`: most have decimals enough; `named` by its words."""

    column: Column
    low: float
    high: float
    fine: bool
    mark: str
    named: FormKind | None


def coordinate_forms(columns: Sequence[Column]) -> tuple[dict[str, Form], list[str]]:
    """The form of each path that holds coordinates, and what is odd about them."""
    axes = [axis for column in columns if (axis := _axis(column)) is not None]
    found: dict[str, Form] = {}
    issues: list[str] = []
    for axis in axes:
        kind = _kind(axis, axes)
        if kind is None:
            continue
        _drop_zeros(axis.column)
        found[axis.column.path] = Form(kind=kind, share=1.0, detail=axis.mark)
        if axis.named is not None and axis.named is not kind:
            issues.append(f"`{axis.column.path}` is called {axis.named} and holds a {kind}: the two are swapped")
        elif not _in_box(axis, kind):
            issues.append(f"`{axis.column.path}` holds a {kind} outside Indonesia")
    return found, issues


def _axis(column: Column) -> _Axis | None:
    """The column as numbers, zeros left out; None where it holds something else."""
    marks: set[str] = set()
    numbers: list[float] = []
    decimals: list[int] = []
    if column.flags or not (column.texts or column.real or column.whole):
        return None
    for text in column.texts:
        found = _TEXT.fullmatch(text)
        if found is None:
            return None
        if found.group("mark"):
            marks.add(found.group("mark"))
        plain = text.replace(",", ".")
        numbers.append(float(plain))
        decimals.append(len(plain.partition(".")[2]))
    for number in column.numbers:
        numbers.append(float(number))
        decimals.append(len(repr(number).partition(".")[2]))
    if len(marks) > 1:
        return None
    pairs = [(number, count) for number, count in zip(numbers, decimals, strict=True) if number]
    if not pairs:
        return None
    fine = sum(count >= _FINE for _, count in pairs) >= len(pairs) * 0.5
    mark = ("comma" if "," in marks else "dot") if column.texts else ""
    real = [number for number, _ in pairs]
    return _Axis(column, min(real), max(real), fine, mark, _named(column))


def _named(column: Column) -> FormKind | None:
    if len(column.steps) > 1 and column.steps[-2] == Key("coordinates") and isinstance(column.steps[-1], Index):
        return (FormKind.LONGITUDE, FormKind.LATITUDE)[column.steps[-1].index] if column.steps[-1].index < 2 else None
    words = set(column.words)
    if words & LATITUDE and not words & LONGITUDE:
        return FormKind.LATITUDE
    return FormKind.LONGITUDE if words & LONGITUDE and not words & LATITUDE else None


def _kind(axis: _Axis, axes: Sequence[_Axis]) -> FormKind | None:
    """Which of the two a column holds; where it lies says more than its name."""
    if axis.low >= WEST and axis.high <= EAST and (axis.fine or axis.named):
        return FormKind.LONGITUDE
    if axis.low >= SOUTH and axis.high <= NORTH and (axis.fine or axis.named):
        near = [other for other in axes if _is_beside(axis, other)]
        beside = any(_in_box(other, FormKind.LONGITUDE) and other.fine for other in near)
        taken = axis.named is None and any(other.named is FormKind.LATITUDE for other in near)
        if (beside and not taken) or axis.named is FormKind.LATITUDE:
            return FormKind.LATITUDE
        # A longitude by its name that lies between the tropics is no longitude of Indonesia; elsewhere it may be one.
    if axis.named is None or not axis.fine or axis.low < -180 or axis.high > 180:
        return None
    return FormKind.LONGITUDE if axis.low < -90 or axis.high > 90 else axis.named


def _is_beside(axis: _Axis, other: _Axis) -> bool:
    return other is not axis and other.column.steps[:-1] == axis.column.steps[:-1]


def _in_box(axis: _Axis, kind: FormKind) -> bool:
    if kind is FormKind.LATITUDE:
        return axis.low >= SOUTH and axis.high <= NORTH
    return axis.low >= WEST and axis.high <= EAST


def _drop_zeros(column: Column) -> None:
    """A coordinate of 0 stands for nothing: nobody in Indonesia lives at sea off Africa."""
    for zero in (0, 0.0, "0", "0.0", "0,0"):
        column.blank(zero)

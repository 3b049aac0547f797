"""The fields of a mapping, written in the words of another language, so that the same faults can be tried there.

Each peer is a function from an intent to one that maps a row; both raise where the peer does. What a language has
no word for is left out of its expression: `Unsaid` says so.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from gateway.mapping.code_lists import CodeLists
from gateway.mapping.language.declaration import NOTHING, Const, Field, From, Join, PointFrom, Template
from gateway.mapping.language.paths import Index, Key, Path
from gateway.mapping.language.units import UNITS

Mapper = Callable[[Any], Any]
MARKS = {"id": ((".", ""), (",", ".")), "en": ((",", ""),), "plain": ()}
"""What is replaced in a number's text, by its form, so that a decimal dot is left and nothing else."""


class Intent(NamedTuple):
    """One field as it is declared, with the codes that it looks up written out."""

    field: Field
    table: dict[str, Any] | None

    @property
    def paths(self) -> tuple[Path, ...]:
        """The paths of the record that are read."""
        return tuple(path for path in self.field.paths if path.root == "record")


class Unsaid(Exception):  # it is no error: the language has no word for it
    """The peer's language cannot say what the field says."""


def intent_of(field: Field, codes: CodeLists, rows: list[Any]) -> Intent:
    """The field, with its code list or the region codes that stand in the rows."""
    listed = codes.of(field) if field.codes is not None else None
    if listed is not None:
        return Intent(field, dict(listed.written))
    if field.scheme is not None:
        values = {str(value) for row in rows for path in field.paths for value in [value_at(row, path)] if value}
        found = {value: codes.regions.to_kemendagri(field.scheme, value) for value in sorted(values)}
        return Intent(field, {value: code for value, code in found.items() if code})
    return Intent(field, None)


def value_at(row: Any, path: Path) -> Any:
    """The value at a plain path, or None."""
    for step in path.steps:
        if isinstance(step, Key) and isinstance(row, dict):
            row = row.get(step.name)
        elif isinstance(step, Index) and isinstance(row, list) and step.index < len(row):
            row = row[step.index]
        else:
            return None
    return row if isinstance(row, (str, int, float)) else None


def _operations(intent: Intent, value: str, words: "Words") -> str:
    """The operations of a field around the expression of its value."""
    field = intent.field
    for asked, say in (
        (field.null_if, lambda x: words.null_if(x, field.null_if)),
        (field.pattern, lambda x: words.pattern(x, field.pattern or "")),
        (field.split, lambda x: words.split(x, field.split or "")),
        (field.number, lambda x: words.number(x, field.number or "")),
        (field.rupiah, words.rupiah),
        (field.unit, lambda x: words.times(x, factor_of(field))),
        (field.date or field.datetime or field.period, lambda x: words.date(x, form_of(field))),
        (intent.table, lambda x: words.lookup(x, intent.table or {}, otherwise_of(field))),
    ):
        if asked:
            value = say(value)
    return value


def factor_of(field: Field) -> float:
    """What a number is multiplied with to be in the other unit."""
    assert field.unit is not None
    source, target = UNITS[field.unit.source], UNITS[field.unit.target]
    return source.numerator * target.denominator / (source.denominator * target.numerator)


def form_of(field: Field) -> str:
    """The first form of date that the field declares."""
    return (field.date or field.datetime or field.period)[0]


def otherwise_of(field: Field) -> Any:
    """What stands for codes that are not known, or None."""
    return None if field.otherwise is NOTHING else field.otherwise


class Words(NamedTuple):
    """How a language says each part of a field."""

    path: Callable[[Path], str]
    literal: Callable[[Any], str]
    join: Callable[[list[str], str], str]
    point: Callable[[str, str], str]
    null_if: Callable[[str, Any], str]
    pattern: Callable[[str, str], str]
    split: Callable[[str, str], str]
    number: Callable[[str, str], str]
    rupiah: Callable[[str], str]
    times: Callable[[str, float], str]
    date: Callable[[str, str], str]
    lookup: Callable[[str, dict[str, Any], Any], str]


def expression(intent: Intent, words: Words) -> str:
    """A field in a language's words."""
    match intent.field.source:
        case Const(value):
            return words.literal(value)
        case From(paths):
            return _operations(intent, words.path(paths[0]), words)
        case Join(paths, separator):
            return _operations(intent, words.join([words.path(path) for path in paths], separator), words)
        case Template(_, parts):
            pieces = [words.literal(part) if isinstance(part, str) else words.path(part) for part in parts]
            return _operations(intent, words.join(pieces, ""), words)
        case PointFrom(latitude, longitude, decimal):
            form = "id" if decimal == "comma" else "plain"
            return words.point(*(words.number(words.path(path), form) for path in (latitude, longitude)))
    raise Unsaid(intent.field.name)


def without_marks(value: str, form: str, replaced: Callable[[str, str, str], str]) -> str:
    """The expression of a number's text without marks; `replaced` is that of a text with one thing for another."""
    for old, new in MARKS[form]:
        value = replaced(value, old, new)
    return value


def same(value: str, *_: Any) -> str:
    """What the language has no word for is left out: the value goes on as it is."""
    return value


def unsaid(*_: Any) -> str:
    """Never a text: the language has no word for it."""
    raise Unsaid

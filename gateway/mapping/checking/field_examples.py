"""The source schema's own examples, read as the mapping says: what they show to be wrong, though types do not.

`examples` are values that the platform does send, and what `x-date` and `x-number` promise is written out as
values too. A mapping that cannot read them, or reads something else than is promised, is wrong.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import msgspec

from gateway.mapping.checking.example_results import fault_of_result, part_of_number, unlike_promise
from gateway.mapping.checking.example_values import Example, examples_of
from gateway.mapping.checking.field_check import FieldCheck
from gateway.mapping.checking.field_regions import Home
from gateway.mapping.checking.reading import Reader, Unread, is_handled
from gateway.mapping.language.declaration import Const, Declaration, Field, From, Join, PointFrom, Template
from gateway.mapping.language.paths import Key, Path
from gateway.mapping.language.tables import shown
from gateway.mapping.operations.places import coordinate, point_fault
from gateway.mapping.operations.text import identifier, text_of

_MOST_ROWS = 64


class Shown(NamedTuple):
    """What an example shows to be wrong: the key that is to be corrected, a code, and how, for a sentence."""

    example: Example
    key: str
    code: str
    said: str


def check_examples(check: FieldCheck, *, home: Home | None, declaration: Declaration) -> None:
    """Faults the first example that the field cannot read, or reads as something else."""
    tried = TriedField(check, home=home, declaration=declaration)
    for path, found in tried.faults():
        if found and not check.failed:
            tried.fault(path, found[0])
    if not check.failed and check.target.format == "record-id":
        tried.ids()


class TriedField:
    """One field, and the examples of its paths."""

    def __init__(self, check: FieldCheck, *, home: Home | None, declaration: Declaration) -> None:
        self.check = check
        self.zone = home.zone if home else check.field.zone or "Asia/Jakarta"
        unit = next((field.source for field in declaration.fields if field.name == "unit"), None)
        self.unit = str(unit.value) if isinstance(unit, Const) else None
        self.unit_name = _column_name(unit)
        self.reader = Reader(check.field, check.codes, percent=self.unit == "%")
        self.whole = Reader(msgspec.structs.replace(check.field, pattern=None), check.codes, percent=False)
        self.tried: dict[str, int] = {}

    def faults(self) -> Iterator[tuple[Path, list[Shown]]]:
        """For each path, what its examples show to be wrong; `tried` counts them."""
        match self.check.field.source:
            case From(paths):
                for path in paths:
                    yield path, self._of_path(path)
            case PointFrom() as source:
                yield source.latitude, self._of_axis("latitude", source.latitude, source=source)
                yield source.longitude, self._of_axis("longitude", source.longitude, source=source)
                yield source.latitude, self._of_pairs(source)

    def _there(self, path: Path) -> list[Example]:
        """The examples of a path but for those that `null_if` makes null: they show nothing."""
        examples = examples_of(self.check.source, path, unit_name=self.unit_name)
        there = [one for one in examples if not self.reader.is_nothing(one.value)]
        self.tried[path.text] = len(there)
        return there

    def _of_path(self, path: Path) -> list[Shown]:
        results = [(one, self.reader.read(one.value)) for one in self._there(path)]
        if self.check.field.pattern and results and all(result in (None, []) for _, result in results):
            said = "the pattern finds nothing in it"
            return [Shown(one, "pattern", "example-unmatched", said) for one, _ in results]
        shown = [self._shown(one, result) for one, result in results if result is not None]
        return [one for one in shown if one is not None]

    def _shown(self, example: Example, result: Any) -> Shown | None:
        """What is wrong with a result: it is none, not what is promised, or looks like nothing that the field holds."""
        if isinstance(result, Unread):
            return Shown(example, result.key, "example-unreadable", self._unreadable(result.key))
        said = part_of_number(self.check.field, example, result, whole=self.whole)
        if said is not None:
            return Shown(example, "pattern", "part-of-number", said)
        said = unlike_promise(self.check.field, example, result, zone=self.zone)
        if said is not None:
            return Shown(example, _key_of(self.check), "example-misread", said)
        fault = fault_of_result(self.check, result, unit=example.unit or example.promises.unit or self.unit)
        return None if fault is None else Shown(example, fault.key, fault.code, fault.message)

    def _unreadable(self, key: str) -> str:
        """Why an operation reads nothing, for a sentence."""
        field = self.check.field
        if key == "codes":
            name = f"code list `{field.codes}`" if isinstance(field.codes, str) else "table of codes"
            ends = "becomes `otherwise`" if is_handled(field) else "refuses its record"
            return f"the {name} does not know it, and so {ends}"
        return f"`{key} = {shown(_declared(field, key))}` cannot read it"

    def _of_axis(self, axis: str, path: Path, *, source: PointFrom) -> list[Shown]:
        """The examples that are no coordinate as they are read."""
        return [
            Shown(
                one,
                "decimal" if isinstance(one.value, str) else axis,
                "example-unreadable",
                f"it is no {axis} as it is read here",
            )
            for one in self._there(path)
            if not one.made and coordinate(one.value, comma=source.decimal == "comma") is None
        ]

    def _of_pairs(self, source: PointFrom) -> list[Shown]:
        """The points that lie elsewhere; examples of the two paths are taken for pairs in their order."""
        found = []
        for latitude, longitude in zip(self._there(source.latitude), self._there(source.longitude), strict=False):
            pair = [coordinate(one.value, comma=source.decimal == "comma") for one in (latitude, longitude)]
            if pair[0] is None or pair[1] is None or not (reason := point_fault(pair[0], pair[1])):
                continue
            swapped = reason == "swapped-coordinates"
            said = "the point lies outside Indonesia" + (", with the axes exchanged" if swapped else "")
            found.append(Shown(latitude, "latitude", "axes-swapped" if swapped else "example-unreadable", said))
        return found

    def fault(self, path: Path, one: Shown) -> None:
        """Notes what an example of the source schema shows."""
        value = one.example.value
        first = value[0] if isinstance(value, list) and value else value
        self.check.fault(
            one.key,
            one.code,
            f"the source schema's example {shown(first)} of `{path.text}`: {one.said}; take another path or operation, "
            "or correct the example",
            expected=self.check.target.words,
            found=shown(first),
        )

    def ids(self) -> None:
        """Different rows have different ids, and so have the columns of one."""
        ids: dict[str, tuple[object, ...]] = {}
        for parts in self._rows():
            made = self._id(parts)
            if made is None or isinstance(made, Unread):
                continue
            row = ids.setdefault(identifier(str(made)), parts)
            if row != parts:
                self.check.fault(
                    "pattern" if self.check.field.pattern else "from",
                    "id-not-unique",
                    f"two examples of the source schema, {_listed(row)} and {_listed(parts)}, get one id; take more of "
                    "the source into it",
                    expected="an id of its own for each",
                    found=f"{shown(str(made))} for both",
                )
                return

    def _rows(self) -> list[tuple[object, ...]]:
        """The values of the id's paths, for each example and each column."""
        found: list[list[object]] = []
        columns = self.check.source.records.unpivot
        for path in self.check.field.paths:
            if path.root == "column":
                name = path.text.removeprefix("$column.")
                found.append(list(dict.fromkeys(column.constants.get(name, "") for column in columns)))
            else:
                examples = [one.value for one in examples_of(self.check.source, path)]
                found.append(list(dict.fromkeys(value for value in examples if not isinstance(value, list))))
        return list(product(*found))[:_MOST_ROWS] if all(found) else []

    def _id(self, parts: tuple[object, ...]) -> Any:
        values = [None if self.reader.is_nothing(part) else text_of(part) for part in parts]
        match self.check.field.source:
            case Join(_, separator):
                joined = separator.join(text for text in values if text) or None
            case Template(_, pieces):
                texts = iter(values)
                each = [piece if isinstance(piece, str) else next(texts) for piece in pieces]
                joined = None if None in each else "".join(str(piece) for piece in each)
            case From():
                joined = next((text for text in values if text), None)
            case _:
                joined = None
        return self.reader.read(joined)


def _declared(field: Field, key: str) -> object:
    """What a field declares of an operation, as it would be written."""
    value = getattr(field, key)
    return value[0] if isinstance(value, tuple) and len(value) == 1 else value


def _column_name(source: object) -> str | None:
    """The name of the column's constant that a field reads."""
    if isinstance(source, From) and source.paths[0].root == "column":
        step = source.paths[0].steps[0]
        return step.name if isinstance(step, Key) else None
    return None


def _listed(parts: tuple[object, ...]) -> str:
    return " with ".join(shown(part) for part in parts)


def _key_of(check: FieldCheck) -> str:
    """The key that most likely makes another value of it."""
    keys = ("pattern", "number", "rupiah", "unit", "date", "datetime", "period")
    return next((key for key in keys if getattr(check.field, key)), "from")

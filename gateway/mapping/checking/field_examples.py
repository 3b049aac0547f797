"""The source schema's own examples, read as the mapping says: what they show to be wrong, though types do not.

`examples` are values that the platform does send, and what `x-date` and `x-number` promise is written out as
values too. A mapping that cannot read them, or reads something else than is promised, is wrong.
"""

from itertools import product
from typing import Any

import msgspec

from gateway.mapping.checking.example_results import fault_of_result, unlike_promise
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


def check_examples(check: FieldCheck, *, home: Home | None, declaration: Declaration) -> None:
    """Faults the first example that the field cannot read, or reads as something else."""
    tried = _Tried(check, home=home, declaration=declaration)
    match check.field.source:
        case From(paths):
            for path in paths:
                tried.path(path)
        case PointFrom() as source:
            tried.point(source)
    if not check.failed and check.target.format == "record-id":
        tried.ids()


class _Tried:
    """One field, and the examples of its paths."""

    def __init__(self, check: FieldCheck, *, home: Home | None, declaration: Declaration) -> None:
        self.check = check
        self.zone = home.zone if home else check.field.zone or "Asia/Jakarta"
        unit = next((field.source for field in declaration.fields if field.name == "unit"), None)
        self.unit = str(unit.value) if isinstance(unit, Const) else None
        self.unit_name = _column_name(unit)
        self.reader = Reader(check.field, check.codes, percent=self.unit == "%")

    def path(self, path: Path) -> None:
        """Reads the examples of a path; those that `null_if` makes null show nothing."""
        examples = examples_of(self.check.source, path, unit_name=self.unit_name)
        there = [one for one in examples if not self.reader.is_nothing(one.value)]
        results = [(one, self.reader.read(one.value)) for one in there]
        if self.check.field.pattern and results and all(result in (None, []) for _, result in results):
            self._fault("pattern", "example-unmatched", path, there[0].value, "the pattern finds nothing in it")
            return
        for example, result in results:
            if self.check.failed:
                return
            if isinstance(result, Unread):
                key = result.key
                self._fault(key, "example-unreadable", path, example.value, self._unreadable(key))
            elif result is not None:
                self._judge(path, example, result)

    def _unreadable(self, key: str) -> str:
        """Why an operation reads nothing, for a sentence."""
        field = self.check.field
        if key == "codes":
            name = f"code list `{field.codes}`" if isinstance(field.codes, str) else "table of codes"
            ends = "becomes `otherwise`" if is_handled(field) else "refuses its record"
            return f"the {name} does not know it, and so {ends}"
        return f"`{key} = {shown(_declared(field, key))}` cannot read it"

    def _judge(self, path: Path, example: Example, result: Any) -> None:
        """What came out is what is promised, and looks like what the field holds."""
        bare = Reader(msgspec.structs.replace(self.check.field, pattern=None), self.check.codes, percent=False)
        said = unlike_promise(self.check.field, example, result, zone=self.zone, whole=bare)
        if said is not None:
            self._fault(_key_of(self.check), "example-misread", path, example.value, said)
            return
        fault = fault_of_result(self.check, result, unit=example.unit or example.promises.unit or self.unit)
        if fault is not None:
            self._fault(fault.key, fault.code, path, example.value, fault.message)

    def point(self, source: PointFrom) -> None:
        """Reads pairs of coordinates."""
        for axis, path in (("latitude", source.latitude), ("longitude", source.longitude)):
            for example in examples_of(self.check.source, path):
                found = coordinate(example.value, comma=source.decimal == "comma")
                if found is None and not example.made and not self.reader.is_nothing(example.value):
                    key = "decimal" if isinstance(example.value, str) else axis
                    self._fault(key, "example-unreadable", path, example.value, f"it is no {axis} as it is read here")
                    return
        self._pairs(source)

    def _pairs(self, source: PointFrom) -> None:
        sides = [
            [one.value for one in examples_of(self.check.source, path) if not self.reader.is_nothing(one.value)]
            for path in (source.latitude, source.longitude)
        ]
        for latitude, longitude in zip(*sides, strict=False):
            pair = [coordinate(value, comma=source.decimal == "comma") for value in (latitude, longitude)]
            if pair[0] is not None and pair[1] is not None and (reason := point_fault(pair[0], pair[1])):
                code = "axes-swapped" if reason == "swapped-coordinates" else "example-unreadable"
                said = "the point lies outside Indonesia" + (", with the axes exchanged" if code[0] == "a" else "")
                self._fault("latitude", code, source.latitude, latitude, said)
                return

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

    def _fault(self, key: str, code: str, path: Path, value: object, said: str) -> None:
        one = value[0] if isinstance(value, list) and value else value
        self.check.fault(
            key,
            code,
            f"the source schema's example {shown(one)} of `{path.text}`: {said}; take another path or operation, or "
            "correct the example",
            expected=self.check.target.words,
            found=shown(one),
        )


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

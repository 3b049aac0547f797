"""What is done with the value at each place of a platform's document.

The rule is to make it up. What stays has a reason: it is read as a Public field, it is a code, day, number or region
code by the contract, or it stands outside the records. Even there, what looks like somebody's number or mailbox goes.
"""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

import msgspec

from gateway.contracts.contract import Contract
from gateway.contracts.reading import Reading, reading_of
from gateway.contracts.record.promised_places import promised_places
from gateway.contracts.told import EACH, Steps
from gateway.fictional.key_words import shape_by_name
from gateway.fictional.shapes import Shape
from gateway.mapping.language.declaration import Declaration, Field
from gateway.mapping.language.declaration_reader import parse_declaration
from gateway.mapping.language.paths import Key, Path
from schemas.resources import SHAPES
from schemas.sensitivity import Sensitivity, sensitivities

_SIGNS = re.compile(r"\\[A-Za-z]|\(\?P<\w+>|\(\?[a-z]+\)|\[[^\]]*\]")
_LABEL = re.compile(r"[^\W\d_]{3,}")


class Way(StrEnum):
    """`KEEP`: only what is somebody's beyond doubt goes. `SCRUB`: what looks Personal within the text does.

    `REPLACE`: the whole value is made up.
    """

    KEEP = "keep"
    SCRUB = "scrub"
    REPLACE = "replace"


class Treatment(msgspec.Struct, frozen=True):
    """How one place is treated; `shape` is what stands there, where that is known. `is_read`: a mapping reads it."""

    way: Way
    shape: Shape | None = None
    is_read: bool = False


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the contract knows of a place."""

    sensitivity: Sensitivity | None = None
    is_fixed: bool = False
    shape: Shape | None = None
    is_read: bool = False


class Treatments:
    """The treatment of every place of one contract. With `flat`, steps are names only, as elements of XML are.

    `labels` are the words by which the mapping's patterns find the parts of a text.
    """

    def __init__(self, contract: Contract, *, flat: bool = False) -> None:
        declaration = parse_declaration(contract.mapping_file)
        schema = contract.source_json()
        reading = reading_of(declaration, contract.codes)
        self.rows = declaration.records
        self.labels = frozenset(label for field in declaration.fields for label in _labels(field.pattern or ""))
        self._flat = flat
        self._records = tuple(map(self._folded, reading.records))
        self._facts: dict[Steps, list[Fact]] = {}
        for steps, fact in (*_of_settings(contract), *_of_schema(schema), *_of_mapping(declaration, reading)):
            self._facts.setdefault(self._folded(steps), []).append(fact)
        self._known: dict[Steps, Treatment] = {}

    def at(self, steps: Steps) -> Treatment:
        """The treatment of a value there."""
        folded = self._folded(steps)
        if folded not in self._known:
            self._known[folded] = self._treatment(folded)
        return self._known[folded]

    def is_list_of_records(self, steps: Steps) -> bool:
        """Whether the records are the items of what stands there."""
        return not self._flat and (*self._folded(steps), EACH) in self._records

    def _treatment(self, steps: Steps) -> Treatment:
        facts = list(self._facts_at(steps))
        name = next((str(step) for step in reversed(steps) if step != EACH), "")
        shapes = [fact.shape for fact in facts if fact.shape is not None]
        shape = Shape.TEXT if Shape.TEXT in shapes else next(iter(shapes), None) or shape_by_name(name)
        is_read = any(fact.is_read for fact in facts)
        if any(fact.is_fixed for fact in facts):
            return Treatment(Way.KEEP, shape, is_read)
        said = {fact.sensitivity for fact in facts if fact.sensitivity is not None}
        if said - {Sensitivity.PUBLIC}:
            return Treatment(Way.REPLACE, shape, is_read)
        inside = any(_begins(steps, record) for record in self._records)
        return Treatment(Way.SCRUB if said or not inside else Way.REPLACE, shape, is_read)

    def _facts_at(self, steps: Steps) -> Iterator[Fact]:
        """What is known of the place, or of the list whose item it is."""
        bare = steps
        while bare and bare[-1] == EACH:
            bare = bare[:-1]
        for place, facts in self._facts.items():
            if _fits(place, steps) or (bare != steps and _fits(place, bare)):
                yield from facts

    def _folded(self, steps: Iterable[str | int]) -> Steps:
        folded = tuple(EACH if isinstance(step, int) else step for step in steps)
        return tuple(step for step in folded if step != EACH) if self._flat else folded


def _fits(place: Steps, steps: Steps) -> bool:
    return len(place) == len(steps) and all(one in {EACH, other} for one, other in zip(place, steps, strict=True))


def _begins(steps: Steps, record: Steps) -> bool:
    return len(steps) >= len(record) and _fits(record, steps[: len(record)])


def _of_settings(contract: Contract) -> Iterator[tuple[Steps, Fact]]:
    """What success and paging are told by must stay as it is."""
    success, paging = contract.platform.success, contract.dataset.paging
    for path in (*success.absent, *success.equals, paging.total, paging.total_pages, paging.has_next):
        if path and not paging.header:
            yield tuple(path.split(".")), Fact(is_fixed=True)


def _of_schema(schema: Any) -> Iterator[tuple[Steps, Fact]]:
    for said in promised_places(schema):
        sensitivity = Sensitivity(said.sensitivity) if said.sensitivity in set(Sensitivity) else None
        is_secret = sensitivity not in {None, Sensitivity.PUBLIC}
        yield said.steps, Fact(sensitivity=sensitivity, is_fixed=said.is_code or (said.is_promised and not is_secret))


def _of_mapping(declaration: Declaration, reading: Reading) -> Iterator[tuple[Steps, Fact]]:
    kinds = sensitivities(SHAPES[declaration.resource].type)
    fields = {field.name: field for field in declaration.fields}
    for place in reading.places:
        sensitivity, field = kinds[place.field], fields[place.field]
        is_fixed = place.codes is not None or _is_code(field) or (sensitivity is Sensitivity.PUBLIC and _is_form(field))
        shape = None if sensitivity is Sensitivity.PUBLIC else shape_of_field(place.field)
        yield place.steps, Fact(sensitivity=sensitivity, is_fixed=is_fixed, shape=shape, is_read=True)
    for condition in declaration.records.keep_if:
        for record in reading.records:
            yield (*record, *_names(condition.path)), Fact(is_fixed=True)


def _is_code(field: Field) -> bool:
    return bool(field.codes) or field.scheme is not None


def _is_form(field: Field) -> bool:
    return bool(field.date or field.datetime or field.period or field.number or field.rupiah or field.pattern)


def _labels(pattern: str) -> list[str]:
    """The words that stand in a pattern as they are."""
    return _LABEL.findall(_SIGNS.sub(" ", pattern))


def _names(path: Path) -> Steps:
    return tuple(step.name if isinstance(step, Key) else EACH for step in path.steps)


def shape_of_field(name: str) -> Shape | None:
    """What a common field that is not Public holds."""
    if name.endswith(("nik", "family_card_number")):
        return Shape.NIK
    ends = {
        "address": Shape.ADDRESS, "description": Shape.TEXT, "email": Shape.EMAIL, "location": Shape.COORDINATE,
        "name": Shape.NAME, "notes": Shape.TEXT, "phone": Shape.PHONE, "urls": Shape.URL, "number": Shape.NUMBER,
        "at": Shape.DATE, "on": Shape.DATE, "datetime": Shape.DATE,
    }  # fmt: skip
    return ends.get(name.rpartition("_")[2])

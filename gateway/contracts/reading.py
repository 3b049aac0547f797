"""What a mapping reads: which places of a document, for which common fields, and how sensitive they are."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gateway.contracts.told import EACH, Steps
from gateway.mapping.code_lists import CodeList, CodeLists
from gateway.mapping.language.declaration import NOTHING, Declaration, Field, ObjectFrom, Records
from gateway.mapping.language.paths import Each, Index, Json, Key, Path
from gateway.mapping.targets import targets
from schemas.resources import SHAPES

_PERSONAL = "personal"


class ReadPlace(msgspec.Struct, frozen=True, kw_only=True):
    """One place that is read. `is_needed`: without a value here, the record is lost."""

    steps: Steps
    field: str
    is_needed: bool
    is_personal: bool
    codes: CodeList | None = None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one mapping reads; `records` are the places where one record stands."""

    records: tuple[Steps, ...]
    places: tuple[ReadPlace, ...]

    def at(self, steps: Steps) -> tuple[ReadPlace, ...]:
        """What is read at a place or below it, or holds what stands here."""
        return tuple(read for read in self.places if read.steps[: len(steps)] == steps)

    def exactly(self, steps: Steps) -> tuple[ReadPlace, ...]:
        """What is read at the very place."""
        return tuple(read for read in self.places if read.steps == steps)


def reading_of(declaration: Declaration, codes: CodeLists) -> Reading:
    """What the mapping reads."""
    resource = SHAPES[declaration.resource]
    fields = targets(resource.type)
    records = tuple(_record_places(declaration.records))
    found = [
        read
        for field in declaration.fields
        if field.name in fields
        for read in _places(field, records, declaration, codes, fields=fields)
    ]
    return Reading(records=records, places=tuple(found))


def _record_places(records: Records) -> Iterator[Steps]:
    for path in records.at:
        at = _steps(path)
        if records.form == "single":
            yield at
        elif records.form == "features":
            yield (*at, "features", EACH)
        else:
            yield (*at, EACH)


def _places(
    field: Field, records: tuple[Steps, ...], declaration: Declaration, codes: CodeLists, *, fields: Mapping[str, Any]
) -> Iterator[ReadPlace]:
    target = fields[field.name]
    settled = field.default is not NOTHING or field.otherwise is not NOTHING
    is_needed = (target.required and not settled and len(field.paths) == 1) or (field.refuse and target.required)
    for path in field.paths:
        for steps in _absolute(path, records, declaration.records):
            yield ReadPlace(
                steps=steps,
                field=field.name,
                is_needed=is_needed,
                is_personal=str(target.sensitivity).casefold() == _PERSONAL,
                codes=codes.of(field) if field.codes and not isinstance(field.source, ObjectFrom) else None,
            )


def _absolute(path: Path, records: tuple[Steps, ...], said: Records) -> Iterator[Steps]:
    """A field's path from the top of the document, once for each place where records stand."""
    if path.root == "document":
        yield _steps(path)
    elif path.root == "record":
        yield from ((*record, *_steps(path)) for record in records)
    elif path.root == "value":
        yield from ((*record, *_steps(column.path)) for record in records for column in said.unpivot)


def _steps(path: Path) -> Steps:
    found: list[str | int] = []
    for step in path.steps:
        match step:
            case Key(name):
                found.append(name)
            case Index() | Each():
                found.append(EACH)
            case Json():
                break  # what stands inside a text has no place of its own
    return tuple(found)

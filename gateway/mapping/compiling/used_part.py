"""The part of a source schema that a mapping reads, as a tree; only this part is decoded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from gateway.mapping.language.declaration import Declaration, Field, ObjectFrom, PointFrom
from gateway.mapping.language.paths import Each, Index, Json, Key, Path, Step
from gateway.mapping.source.record_source import RecordSource
from gateway.mapping.source.source_schema import Found, SourceSchema
from gateway.mapping.source.source_type import SourceType

ITEM = Each()
"""Every item of a list is read by one type, whichever is asked for."""
Rows: TypeAlias = Literal["list", "keyed", "single"]


class Part:
    """One place that is read or gone through.

    `optional`: there may be nothing here. `strict`: what the schema limits is checked on decoding; not where
    all that read it make an unreadable value null. `rows` marks where the records stand, and `record` is what
    one of them is. `attributes` names each member in the class that is generated for it.
    """

    def __init__(self, type_: SourceType, *, optional: bool = False) -> None:
        self.type = type_
        self.optional = optional
        self.parts: dict[Step, Part] = {}
        self.readers: list[str] = []
        self.strict = False
        self.as_float = True
        self.rows: Rows | None = None
        self.record: Part | None = None
        self.class_name = ""
        self.attributes: dict[str, str] = {}
        self.decoder = ""

    @property
    def members(self) -> dict[str, Part]:
        """The parts that are members of an object."""
        return {step.name: part for step, part in self.parts.items() if isinstance(step, Key)}

    @property
    def item(self) -> Part | None:
        """The part that is an item of a list."""
        return self.parts.get(ITEM)

    @property
    def content(self) -> Part | None:
        """The part that is the JSON in a text."""
        return self.parts.get(Json())

    @property
    def is_list(self) -> bool:
        """Whether a list stands here whatever is sent."""
        return not self.optional and self.type.kinds == {"array"}

    def seen(self, *, optional: bool) -> Part:
        """What a variable holds after this part was read from where there may have been nothing."""
        if optional == self.optional:
            return self
        return Part(self.type, optional=optional)

    def as_list(self, *, optional: bool) -> Part:
        """What a variable holds after this part was read from each item of a list."""
        items = SourceType(kinds=self.type.scalar_kinds, items=self.type.items)
        return Part(SourceType(kinds=frozenset({"array"}), items=items), optional=optional)

    def step(self, step: Step) -> Part:
        """The part that a step leads to, made if it is new."""
        key = ITEM if isinstance(step, Index) else step
        if key not in self.parts:
            self.parts[key] = self._new(key)
        return self.parts[key]

    def walk(self, steps: Iterable[Step]) -> Part:
        """The part at the end of some steps, made as far as it is new."""
        part = self
        for step in steps:
            part = part.step(step)
        return part

    def _new(self, step: Step) -> Part:
        if isinstance(step, Json):
            assert self.type.content is not None
            return Part(self.type.content, optional=self.type.content.nullable)
        found = SourceSchema("", self.type).at(Path("", "record", (step,)))
        assert isinstance(found, Found)
        if not isinstance(step, Key):
            return Part(found.type, optional=True)
        listed = self.type.properties.get(step.name)
        return Part(found.type, optional=found.type.nullable or listed is None or not listed.required)


class UsedPart:
    """What a mapping reads: of the whole document, and of one record."""

    def __init__(self, declaration: Declaration, source: RecordSource) -> None:
        self.document = Part(source.schema.document)
        self.record = Part(source.record)
        self._source = source
        self.document_is_record = declaration.records.form == "single" and any(
            not path.steps for path in declaration.records.at
        )
        self._mark_rows(declaration)
        for field in declaration.fields:
            self._read_field(field, strict=field.unreadable is None)
        for condition in declaration.records.keep_if:
            self._read(condition.path, "", strict=True, as_float=False)
        for column in declaration.records.unpivot:
            value_fields = [field for field in declaration.fields if any(p.root == "value" for p in field.paths)]
            strict = any(field.unreadable is None for field in value_fields)
            self._read(column.path, value_fields[0].name if value_fields else "", strict=strict, as_float=False)
        for name in declaration.records.headers:
            self.record.step(Key(name)).readers.append("")

    def part(self, path: Path) -> Part:
        """The part at a path of the record or the document."""
        return self._start(path).walk(self.steps(path))

    def steps(self, path: Path) -> tuple[Step, ...]:
        """The steps of a path, with a `Json` wherever it goes on inside a text."""
        found = self._source.at(path)
        assert isinstance(found, Found), f"{path.text}: {found.message}"
        return found.steps

    def _start(self, path: Path) -> Part:
        return self.document if path.root == "document" and not self.document_is_record else self.record

    def _mark_rows(self, declaration: Declaration) -> None:
        """Where the records stand; a document that is the record itself needs no place."""
        if self.document_is_record:
            return
        form = declaration.records.form
        for path in declaration.records.at:
            steps = (*path.steps, Key("features")) if form == "features" else path.steps
            part = self.document.walk(steps)
            part.rows = "list" if form == "features" else form
            part.record = self.record

    def _read_field(self, field: Field, *, strict: bool) -> None:
        if isinstance(field.source, ObjectFrom):
            for member in field.source.members:
                self._read_field(member, strict=member.unreadable is None)
            return
        for path in field.paths:
            self._read(path, field.name, strict=strict, as_float=isinstance(field.source, PointFrom))

    def _read(self, path: Path, reader: str, *, strict: bool, as_float: bool) -> None:
        if path.root not in {"record", "document"}:
            return
        part = self.part(path)
        part.readers.append(reader)
        part.strict = part.strict or strict
        part.as_float = part.as_float and as_float

"""What is at hand while a mapping's Python is written: its text, its names, and the objects that they stand for."""

from __future__ import annotations

from typing import Any

from gateway.mapping.code_lists import CodeLists
from gateway.mapping.compiling.python_text import Names, PythonText
from gateway.mapping.compiling.used_part import UsedPart
from gateway.mapping.language.declaration import Declaration
from gateway.mapping.language.paths import Step
from gateway.mapping.source.record_source import RecordSource
from schemas.resources import Resource

_OWN_NAMES = (
    "Any", "Annotated", "Decoder", "Literal", "Meta", "Point", "Raw", "Struct", "UNREADABLE", "bool", "cell", "cell_at",
    "cells", "comparable", "coordinate", "decode_document", "decode_envelope", "decode_record", "dict", "document",
    "find", "float", "found", "header_of", "id", "identifier", "index", "int", "isinstance", "item", "ledger", "len",
    "list", "map_records", "part", "point_fault", "read_json", "record", "records", "row", "rows", "shorten", "str",
    "text", "text_of", "texts_of", "type",
)  # fmt: skip
"""Names that generated code uses itself."""


class Generation:
    """One mapping being written. `namespace` holds what the source names but does not define.

    `position` is the Python expression of a record's place: its index or key, or None where it is the only one.
    `decoded` names the variable that holds the JSON of a text, by root and steps.
    """

    def __init__(
        self, declaration: Declaration, source: RecordSource, *, resource: Resource, codes: CodeLists, dataset: str
    ) -> None:
        self.declaration = declaration
        self.source = source
        self.resource = resource
        self.codes = codes
        self.partner, _, self.dataset = dataset.partition("/")
        self.used = UsedPart(declaration, source)
        self.text = PythonText()
        self.names = Names(_OWN_NAMES)
        self.namespace: dict[str, Any] = {}
        self.position = "(index, cell_at)" if declaration.records.unpivot else "index"
        self.decoded: dict[tuple[str, tuple[Step, ...]], str] = {}

    def give(self, wish: str, value: Any) -> str:
        """A free name like `wish` for an object that the source needs."""
        name = self.names.free(wish)
        self.namespace[name] = value
        return name


class Failure:
    """What is done where a value cannot be read: it is emptied, or the record is refused and the loop goes on."""

    def __init__(self, generation: Generation, *, field: str, variable: str, empties: bool, where: str) -> None:
        self._generation = generation
        self.field = field
        self.variable = variable
        self.empties = empties
        self.where = where

    def write(self, reason: str, *, is_none: bool = False) -> None:
        """Writes it; `reason` is Python: a quoted code, or an expression. `is_none`: the variable is None already."""
        add = self._generation.text.add
        verb = "empty" if self.empties else "refuse"
        add(f"ledger.{verb}({self._generation.position}, {reason}, {self.field!r}, {self.where})")
        if not self.empties:
            add("continue")
        elif not is_none:
            add(f"{self.variable} = None")

"""Writes the whole of a mapping's Python: the classes to decode into, where the records are, and the loop over them."""

from typing import Any

import msgspec

from gateway.mapping.compiling.decoding_code import DecodingCode
from gateway.mapping.compiling.field_code import FieldCode
from gateway.mapping.compiling.generation import Generation
from gateway.mapping.compiling.path_code import PathCode, column_variable
from gateway.mapping.compiling.used_part import Part
from gateway.mapping.json_pointer import escaped
from gateway.mapping.language.paths import Key, Path
from gateway.mapping.operations.fitting import UNREADABLE, matcher_of_condition
from gateway.mapping.operations.json_text import read_json
from gateway.mapping.operations.places import coordinate, point_fault
from gateway.mapping.operations.text import comparable, identifier, shorten, text_of, texts_of
from schemas.record import Point

OWN_OBJECTS: dict[str, Any] = {
    "Any": Any,
    "Decoder": msgspec.json.Decoder,
    "Meta": msgspec.Meta,
    "Point": Point,
    "Raw": msgspec.Raw,
    "Struct": msgspec.Struct,
    "UNREADABLE": UNREADABLE,
    "comparable": comparable,
    "coordinate": coordinate,
    "identifier": identifier,
    "point_fault": point_fault,
    "read_json": read_json,
    "shorten": shorten,
    "text_of": text_of,
    "texts_of": texts_of,
}


def write_python(generation: Generation) -> str:
    """The Python of a mapping, readable; `generation.namespace` holds what else it names."""
    code = _RecordCode(generation)
    code.head()
    code.classes()
    code.find()
    if generation.declaration.records.header_row:
        code.header_of()
    code.map_records()
    return str(generation.text)


class _RecordCode:
    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._text = generation.text
        self._records = generation.declaration.records
        self._paths = PathCode(generation)

    def head(self) -> None:
        generation = self._generation
        self._text.add(
            f"# {generation.partner}/{generation.dataset} becomes {generation.resource.name}.",
            "# Generated from the mapping and the source schema at each start; change those.",
            "",
            "",
        )

    def classes(self) -> None:
        """Writes the types of the document, whole and with its records raw, of one record, and of inner JSON."""
        used = self._generation.used
        writer = DecodingCode(self._text, self._generation.names)
        record = writer.type_of(used.record, "Record")
        used.record.class_name = used.record.class_name or record
        whole = record if used.document_is_record else writer.type_of(used.document, "Document")
        envelope = "Raw" if used.document_is_record else writer.type_of(used.document, "Document", stage="envelope")
        contents = [part for top in (used.document, used.record) for part in _contents(top)]
        for part, name in contents:
            type_ = writer.type_of(part, name)
            decoder = self._generation.names.free(f"decode_{name}")
            self._text.add(f"{decoder} = Decoder({type_}).decode", "")
            part.decoder = decoder
        self._text.add(
            f"decode_document = Decoder({whole}).decode",
            f"decode_envelope = Decoder({envelope}).decode",
            f"decode_record = Decoder({used.record.class_name}).decode",
            "",
            "",
        )

    def find(self) -> None:
        """Writes `find(document)`: the records and the JSON Pointer of where they are; None where they are not."""
        kind = {"list": "list", "features": "list", "keyed": "dict"}.get(self._records.form)
        with self._text.block("def find(document):"):
            pointer = "''"
            for path in self._records.at:
                steps = (*path.steps, Key("features")) if self._records.form == "features" else path.steps
                pointer = repr("".join(f"/{escaped(_name(step))}" for step in steps))
                if not steps:
                    self._text.add("found = document")
                else:
                    self._paths.read_document(Path(path.text, "document", steps), "found")
                asked = "found is not None" if kind is None else f"type(found) is {kind}"
                with self._text.block(f"if {asked}:"):
                    self._text.add(f"return found, {pointer}")
            self._text.add(f"return None, {pointer}", "", "")

    def header_of(self) -> None:
        """Writes `header_of(row)`: what the first row says the columns are called."""
        record = self._generation.used.record
        with self._text.block("def header_of(row):"):
            pairs = ", ".join(f"{name!r}: row.{record.attributes[name]}" for name in self._records.headers)
            self._text.add(f"return {{{pairs}}}", "", "")

    def map_records(self) -> None:
        """Writes `map_records(rows, ledger, document)`: the records by id."""
        columns = self._records.unpivot
        with self._text.block("def map_records(rows, ledger, document):"):
            self._text.add("records = {}")
            with self._text.block("for index, row in rows:"):
                self._paths.decode_contents()
                self._keep()
                if columns:
                    self._columns()
                else:
                    self._record()
            self._text.add("return records")

    def _keep(self) -> None:
        """Writes each `keep_if`; a row that is not kept counts nowhere."""
        for condition in self._records.keep_if:
            self._paths.read(condition.path, "found")
            if condition.equals is not None:
                kept = frozenset(comparable(value) for value in condition.equals)
                asked = f"comparable(found) not in {self._generation.give('kept', kept)}"
            elif condition.present is not None:
                asked = f"found is {'None' if condition.present else 'not None'}"
            else:
                matches = matcher_of_condition(condition.pattern or "")
                asked = f"not {self._generation.give('is_kept', matches)}(text_of(found))"
            with self._text.block(f"if {asked}:"):
                self._text.add(f"ledger.skipped += {len(self._records.unpivot) or 1}", "continue")

    def _columns(self) -> None:
        """Writes the inner loop: one record of each column."""
        names = sorted({name for column in self._records.unpivot for name in column.constants})
        rows = []
        for position, column in enumerate(self._records.unpivot, start=1):
            cell = f"cell_{position}"
            self._paths.read(column.path, cell)
            constants = [repr(column.constants.get(name)) for name in names]
            rows.append(f"({', '.join([cell, self._paths.pointer(column.path), *constants])}),")
        variables = [column_variable(Path("", "column", (Key(name),))) for name in names]
        self._text.add("cells = (", *(f"    {row}" for row in rows), ")")
        with self._text.block(f"for {', '.join(['cell', 'cell_at', *variables])} in cells:"):
            self._record()

    def _record(self) -> None:
        generation = self._generation
        code = FieldCode(generation, self._paths)
        values = {field.name: code.write(field) for field in generation.declaration.fields}
        type_name = generation.give(generation.resource.type.__name__, generation.resource.type)
        self._text.add("# the record")
        self._text.add(f"record = {type_name}(", f"    partner={generation.partner!r},")
        self._text.add(*(f"    {name}={value}," for name, value in values.items()), ")")
        with self._text.block(f"if {values['id']} in records:"):
            same = f"records[{values['id']}] == record" if self._records.distinct else "False"
            self._text.add(f"ledger.repeat({generation.position}, {same})", "continue")
        self._text.add(f"records[{values['id']}] = record")


def _name(step: Any) -> str:
    return step.name if isinstance(step, Key) else str(step.index)


def _contents(top: Part) -> list[tuple[Part, str]]:
    """The parts that are JSON in texts, with the name of the text; inner ones first."""
    found: list[tuple[Part, str]] = []
    for step, part in top.parts.items():
        found += _contents(part)
        if part.content is not None:
            found.append((part.content, step.name if isinstance(step, Key) else "text"))
    return found

"""Tries a fault on the peers: the fields that it changes, in each language, on rows as the platform sends them."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from gateway.mapping.checking.example_values import promised_values
from gateway.mapping.checking.sample_rows import rows_in
from gateway.mapping.code_lists import CodeLists, load_code_lists
from gateway.mapping.language.declaration import Const, Declaration, Field, From, Join, Template
from gateway.mapping.language.declaration_reader import parse_declaration
from gateway.mapping.language.findings import Findings, MappingRejected
from gateway.mapping.language.paths import Path as MappingPath
from gateway.mapping.source.record_source import record_source
from gateway.mapping.source.source_schema_reader import read_source_schema
from gateway.mapping.source.source_type import SourceType
from tests.benchmarks.fault_languages import glom, jmespath, jq, jsonata
from tests.benchmarks.fault_linkml import linkml_map
from tests.benchmarks.fault_peers import Mapper, Unsaid, intent_of
from tests.support.seeded_faults import SCHEMAS, Fault

PEERS = ("jsonatapy", "jmespath", "glom", "jq", "linkml-map")
MOST_ROWS = 40


class Contract:
    """One shipped contract, as it is: its declaration, its rows, and what each peer raises on them."""

    def __init__(self, name: str, documents: list[Any]) -> None:
        partner, _, dataset = name.partition("/")
        folder = SCHEMAS / "partners" / partner
        self.name = name
        self.documents = documents
        self.declaration = parse_declaration(folder / f"{dataset}.mapping.toml")
        self.codes = load_code_lists(SCHEMAS / "codes")
        self.record = record_of(self.declaration, folder / f"{dataset}.source.json")
        self.fields = {field.name: field for field in expanded(self.declaration)}
        self._raised: dict[tuple[str, str], set[str]] = {}

    def raised(self, peer: str, field: str) -> set[str]:
        """The rows of the shipped mapping on which a peer raises, without a fault."""
        if (peer, field) not in self._raised:
            rows = rows_of(self.declaration, self.documents)
            found = trial(peer, self.fields[field], rows, self.codes, self.record) if field in self.fields else set()
            self._raised[peer, field] = found or set()
        return self._raised[peer, field]


def record_of(declaration: Declaration, schema_file: Path) -> SourceType:
    """The source type of one record; of nothing where the records cannot be found."""
    findings = Findings(declaration.file, declaration.lines)
    found = record_source(declaration.records, schema=read_source_schema(schema_file), findings=findings)
    return SourceType() if found is None else found.record


def noticed(fault: Fault, contract: Contract, schemas: Path) -> dict[str, bool | None]:
    """Whether each peer notices a fault; None where its language cannot say what is wrong."""
    partner, _, dataset = fault.dataset.partition("/")
    folder = schemas / "partners" / partner
    try:
        declaration = parse_declaration(folder / f"{dataset}.mapping.toml")
        codes = load_code_lists(schemas / "codes")
        record = record_of(declaration, folder / f"{dataset}.source.json")
    except MappingRejected:
        return dict.fromkeys(PEERS)
    documents = [witness(fault, document, record) for document in contract.documents]
    rows = rows_of(declaration, documents)
    fields = list(affected(fault, contract, declaration))
    seen: dict[str, bool | None] = {}
    for peer in PEERS:
        raised = [(field.name, trial(peer, field, rows, codes, record)) for field in fields]
        outcomes = [bool(found - contract.raised(peer, name)) for name, found in raised if found is not None]
        lost = _records_lost(peer, declaration, contract, documents)
        said = [*outcomes, *([] if lost is None else [lost])]
        seen[peer] = any(said) if said else None
    return seen


def trial(peer: str, field: Field, rows: list[Any], codes: CodeLists, record: SourceType) -> set[str] | None:
    """The rows on which a peer raises (`all` where it cannot even begin); None where it has no words for the field."""
    intent = intent_of(field, codes, rows)
    prepare: dict[str, Callable[[], Mapper]] = {
        "jsonatapy": lambda: jsonata(intent),
        "jmespath": lambda: jmespath(intent),
        "glom": lambda: glom(intent),
        "jq": lambda: jq(intent),
        "linkml-map": lambda: linkml_map(intent, record),
    }
    try:
        mapper = prepare[peer]()
    except Unsaid:
        return None
    except Exception:  # noqa: BLE001  # whatever a peer raises is its way to notice
        return {"all"}
    return {str(row) for row in rows if _raises(mapper, row)}


def _raises(mapper: Mapper, row: Any) -> bool:
    try:
        mapper(row)
    except Exception:  # noqa: BLE001  # likewise
        return True
    return False


def _records_lost(peer: str, declaration: Declaration, contract: Contract, documents: list[Any]) -> bool | None:
    """Whether a peer raises at the place of the records; None where the fault is not there."""
    if declaration.records.at == contract.declaration.records.at and documents == contract.documents:
        return None
    field = Field(name="records", key_path=(), source=From(declaration.records.at[:1]))
    before = Field(name="records", key_path=(), source=From(contract.declaration.records.at[:1]))
    if peer == "linkml-map" or not declaration.records.at[0].steps:
        return None
    raised = trial(peer, field, documents, contract.codes, SourceType())
    usual = trial(peer, before, contract.documents, contract.codes, SourceType())
    return bool(raised) and not usual


def affected(fault: Fault, contract: Contract, declaration: Declaration) -> Iterator[Field]:
    """The fields that a fault changes: in the mapping, by a code list, by what they read, or by the rows."""
    pointers = [
        str(edit.get("set", edit.get("remove"))).rpartition("/properties/")[2].split("/")[0] for edit in fault.schema
    ]
    rows_differ = rows_of(declaration, contract.documents) != rows_of(contract.declaration, contract.documents)
    for field in expanded(declaration):
        keys = {str(getattr(step, "name", "")) for path in field.paths for step in path.steps}
        changed = msgspec.structs.asdict(field) != _asdict(contract.fields.get(field.name))
        if changed or rows_differ or field.codes in fault.codes or keys & set(pointers):
            yield field


def _asdict(field: Field | None) -> dict[str, Any] | None:
    return None if field is None else msgspec.structs.asdict(field)


def expanded(declaration: Declaration) -> Iterator[Field]:
    """The fields; where a row becomes several records, those of each column."""
    columns = declaration.records.unpivot
    if not columns:
        yield from declaration.fields
        return
    for column in columns:
        for field in declaration.fields:
            name = f"{field.name} of {column.path.text}"
            yield msgspec.structs.replace(field, name=name, source=_of_column(field.source, column))


def _of_column(source: Any, column: Any) -> Any:
    """A source with the column's cell and words put in."""

    def put(path: MappingPath) -> MappingPath | str:
        if path.root == "value":
            return column.path
        return column.constants.get(path.text.removeprefix("$column."), "") if path.root == "column" else path

    match source:
        case From(paths):
            found = put(paths[0])
            return Const(found) if isinstance(found, str) else From((found, *paths[1:]))
        case Join(paths, separator):
            pieces = [piece for path in paths for piece in (put(path), separator)][:-1]
            return Template("", tuple(pieces))
    return source


def rows_of(declaration: Declaration, documents: list[Any]) -> list[Any]:
    """The rows that the mapping's `records` selects."""
    rows = [row for document in documents for row in rows_in(document, declaration.records)]
    return [_unwrapped(row) for row in rows if isinstance(row, dict)][:MOST_ROWS]


def _unwrapped(row: dict[str, Any]) -> dict[str, Any]:
    """The row with the JSON of its texts decoded: each peer would be given it so."""
    return {
        name: msgspec.json.decode(value) if isinstance(value, str) and value.startswith("{") else value
        for name, value in row.items()
    }


def witness(fault: Fault, document: Any, record: SourceType) -> Any:
    """The document as a platform sends it whose schema was changed so; the same where it was not."""
    if not fault.schema:
        return document
    changed = copy.deepcopy(document)
    for row in _objects(changed):
        for edit in fault.schema:
            pointer = str(edit.get("set", edit.get("remove")))
            name = pointer.rpartition("/properties/")[2].split("/")[0]
            if name in row and pointer.startswith("@/properties/"):
                _change(row, name, edit, record)
    if any(str(edit.get("set")) == "@/required" for edit in fault.schema):
        _leave_out(changed, fault)
    return changed


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(inner)


def _leave_out(document: Any, fault: Fault) -> None:
    """What need not be there any more is missing."""
    listed = next(edit["to"] for edit in fault.schema if edit.get("set") == "@/required")
    for row in _objects(document):
        if set(listed) <= set(row):
            for name in set(row) - set(listed):
                del row[name]


def _change(row: dict[str, Any], name: str, edit: dict[str, Any], record: SourceType) -> None:
    if "remove" in edit:
        if not str(edit["remove"]).rpartition("/")[2].startswith("x-"):
            del row[name]
        return
    member = record.properties.get(name)
    if member is None or str(edit["set"]).rpartition("/")[2].startswith("x-"):
        return
    type_ = member.type
    if type_.nullable:
        row[name] = None
    elif promised := promised_values(type_):
        row[name] = promised[0]
    elif type_.values:
        row[name] = type_.values[-1]
    else:
        row[name] = {"integer": 99999999999999999, "number": 1.5, "object": {}}.get(min(type_.kinds), "5")

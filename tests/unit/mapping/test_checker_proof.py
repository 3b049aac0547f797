"""The checker's word is kept by what runs: where nothing is left to settle, no record of a right document is lost."""

import json
import pathlib
import tempfile

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.contracts.source_documents import documents
from gateway.ids import DatasetId
from gateway.mapping.checking.checker import check
from gateway.mapping.compiling.compiler import compile_mapping
from gateway.mapping.language.declaration_reader import parse_declaration
from gateway.mapping.source.source_schema_reader import read_source_schema
from tests.support.citizens import CITIZEN, CODES, mapping_text, source_schema

ROW = {
    "id": {"type": "integer", "minimum": 0, "maximum": 2**53},
    "kode_kota": {"enum": [3173, "3173", 31]},
    "jumlah": {"type": "number", "minimum": -1e9, "maximum": 1e9, "x-unit": "cm"},
    "nama": {"type": "string", "pattern": r"^[^\s\x00].{0,90}$"},
    "nik": {"type": "string", "pattern": "^[0-9]{16}$", "x-sensitivity": "public"},
}
SCHEMA = source_schema(ROW)


def compiled(fields=None):
    """The mapping of citizens, checked and compiled."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "m.toml").write_text(mapping_text(fields), encoding="utf-8")
        (folder / "s.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
        declaration, schema = parse_declaration(folder / "m.toml"), read_source_schema(folder / "s.json")
    assert [] == [str(finding) for finding in check(declaration, schema, CITIZEN, CODES)]
    return compile_mapping(
        declaration, schema, resource=CITIZEN, codes=CODES, dataset=DatasetId("jakarta/citizens"), version="1"
    )


PROVED = compiled()
NARROW = compiled(
    {
        "id": '{ template = "{id}.{nik}" }',
        "nickname": '{ join = ["nama", "nik"], shorten = 20 }',
        "name": '{ from = "nama", text = "title" }',
        "sex": '{ from = "aktif", codes = { true = "male", false = "female" } }',
        "period": '{ const = "2021-Q3" }',
    }
)


def is_lost(mapped):
    """What was refused, but for an id that the generator made twice."""
    return [refused for refused in mapped.refused if refused.reason != "duplicate-id"]


@settings(max_examples=120, deadline=None)
@given(document=documents(SCHEMA), mapping=st.sampled_from([PROVED, NARROW]))
def test_a_proved_mapping_loses_no_record_of_a_right_document(document, mapping):
    """No field of these mappings says `refuse`, `default`, `otherwise` or `unreadable`; none needs to."""
    mapped = mapping.to_common(json.dumps(document).encode())
    assert [] == is_lost(mapped)
    assert [] == mapped.emptied
    assert len(document["data"]) == mapped.records_in

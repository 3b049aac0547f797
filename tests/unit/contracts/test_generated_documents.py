"""Generated documents are admitted by their source schema, and hold each of its edges."""

import json

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings

from gateway.contracts.awkward_values import Vocabulary
from gateway.contracts.check_documents import framed
from gateway.contracts.edge_documents import ABSENT, EdgeDocuments, Edit, edited
from gateway.contracts.source_documents import documents, texts_of
from gateway.mapping.language.declaration_reader import parse_declaration
from gateway.mapping.source.source_keywords import FORMATS
from tests.support.partner_documents import ROOT

SOURCES = sorted((ROOT / "schemas" / "partners").glob("*/*.source.json"))
each_source = pytest.mark.parametrize("file", SOURCES, ids=[f"{it.parent.name}/{it.stem}" for it in SOURCES])
WORDS = Vocabulary(texts=("Selesai",))
ROWS = {
    "type": "object",
    "required": ["rows"],
    "properties": {"rows": {"type": "array", "items": {"$ref": "#/$defs/row"}}},
    "$defs": {
        "row": {
            "type": "object",
            "required": ["id", "jenis"],
            "properties": {
                "id": {"type": "integer", "minimum": 3, "maximum": 9},
                "jenis": {"enum": ["A", "B", None]},
                "nama": {"type": ["string", "null"], "minLength": 2, "maxLength": 40},
                "at": {"anyOf": [{"type": "object", "properties": {"lat": {"type": "number"}}}, {"type": "boolean"}]},
                "tgl": {"type": "string", "x-date": "%d-%m-%Y"},
            },
        }
    },
}


def edges_of(schema):
    """The edges of a schema."""
    return EdgeDocuments(schema, WORDS, of_pattern=texts_of)


def schema_of(file):
    """The schema in a file."""
    return json.loads(file.read_text(encoding="utf-8"))


@each_source
def test_every_edge_is_admitted_by_its_schema(file):
    """The ordinary document, and every single edit of it."""
    schema = schema_of(file)
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    edges = edges_of(schema)
    assert [] == [error.message for error in validator.iter_errors(edges.base)]
    refused = [edit for edit in edges.edits() if not validator.is_valid(edited(edges.base, edit))]
    assert [] == refused


@each_source
def test_every_random_document_is_admitted_by_its_schema(file):
    """So whatever is lost of them is lost by the mapping."""
    schema = schema_of(file)
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)

    @settings(max_examples=15, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(documents(schema, WORDS))
    def check(document):
        assert [] == [f"{list(error.instance_path)} {error.message}" for error in validator.iter_errors(document)]

    check()


@pytest.mark.parametrize(
    ("steps", "value"),
    [
        (("rows", 0, "id"), 3),
        (("rows", 0, "id"), 9),
        (("rows", 0, "jenis"), "B"),
        (("rows", 0, "jenis"), None),
        (("rows", 0, "nama"), None),
        (("rows", 0, "nama"), "x" * 40),
        (("rows", 0, "nama"), "xx"),
        (("rows", 0, "nama"), "Selesai"),
        (("rows", 0, "nama"), ABSENT),
        (("rows", 0, "at"), True),
        (("rows", 0, "tgl"), "31-12-2023"),
        (("rows",), []),
    ],
)
def test_each_edge_of_a_schema_is_there(steps, value):
    """Limits, nulls, absences, every value of an enumeration, every branch, known words, dates as they are promised."""
    assert any(edit.steps == steps and edit.value == value for edit in edges_of(ROWS).edits())


def test_an_edit_leaves_the_document_as_it_was():
    """The next edit starts from the same document; one whose place is gone changes nothing."""
    base = {"rows": [{"id": 3}]}
    assert {"rows": [{}]} == edited(base, Edit(("rows", 0, "id"), ABSENT))
    assert base == edited(base, Edit(("rows", 7, "id"), 1))
    assert {"rows": [{"id": 3}]} == base


def test_documents_get_the_rows_that_are_no_records(tmp_path):
    """The header that the mapping names before the records, as many rows behind as it skips."""
    declaration = parse_declaration(ROOT / "schemas/partners/sumedang/health-workers.mapping.toml")
    row = {"1": "1", "2": "Wado", "3": "9", "4": "48", "5": "57"}
    header, *rows = framed([row], declaration.records)
    assert {"1": "No", "2": "Kecamatan", "3": "Dokter", "4": "Perawat", "5": "Bidan"} == header
    assert [row, row] == rows


def test_texts_of_a_pattern_match_it_and_are_always_the_same():
    """Findings can be looked at again."""
    first = texts_of("^[A-Z]{2}-[0-9]{4}$")
    assert first == texts_of("^[A-Z]{2}-[0-9]{4}$")
    assert all(len(text) == 7 and text[2] == "-" for text in first)


LEAVES = {
    **{name: {"type": "string", "format": name} for name in sorted(FORMATS - {"uri-reference"})},
    "long list": {"type": "array", "minItems": 20, "items": {"type": "string", "minLength": 3, "maxLength": 5}},
    "short list": {"type": "array", "maxItems": 1, "items": {"type": "integer"}},
    "no list": {"type": "array", "maxItems": 0},
    "pattern and length": {"type": "string", "pattern": "^[0-9]+$", "minLength": 4, "maxLength": 6},
    "epoch": {"type": "integer", "x-date": "epoch-s"},
    "region": {"type": ["string", "null"], "x-scheme": "bps"},
    "axis": {"type": "number", "x-axis": "latitude", "minimum": -11, "maximum": 6.5},
    "keyed": {
        "type": "object", "patternProperties": {"^[0-9]{3}$": {"type": "boolean"}}, "additionalProperties": False,
    },
    "open": {"type": "object", "additionalProperties": {"type": "number"}},
    "tuple": {"type": "array", "prefixItems": [{"const": 1}, {"type": "string"}], "minItems": 1, "items": False},
    "inside a text": {"type": "string", "contentSchema": {"type": "object", "properties": {"a": {"type": "null"}}}},
    "any": {},
    "true": True,
    "const": {"const": "x"},
    "both": {"type": ["object", "array"], "properties": {"a": {"type": "integer"}}, "items": {"type": "string"}},
}  # fmt: skip


@pytest.mark.parametrize("name", LEAVES)
def test_whatever_a_source_schema_can_say_is_kept_by_its_documents(name):
    """Each keyword and format that the language honours."""
    schema = {"type": "object", "required": ["x"], "properties": {"x": LEAVES[name]}}
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    edges = edges_of(schema)
    made = [edges.base, *(edited(edges.base, edit) for edit in edges.edits())]
    assert len(made) > 1 or name == "const"

    @settings(max_examples=20, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(documents(schema, WORDS, drawn_before=1))
    def gather(document):
        made.append(document)

    gather()
    assert [] == [document for document in made if not validator.is_valid(document)]

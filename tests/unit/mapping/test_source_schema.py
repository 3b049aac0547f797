"""A source schema is read into types; what it cannot mean, or what can't be honoured, is a finding."""

import json

import pytest

from gateway.mapping.language.findings import MappingRejected
from gateway.mapping.language.paths import Json, Key, parse_path
from gateway.mapping.source.source_schema import Found
from gateway.mapping.source.source_schema_reader import read_source_schema
from gateway.mapping.source.source_type import Promises


def schema_of(folder, schema):
    """The schema, read from a file."""
    file = folder / "x.source.json"
    file.write_text(json.dumps(schema, indent=1), encoding="utf-8")
    return read_source_schema(file)


def row(**members):
    """An object of which all members are required."""
    return {"type": "object", "properties": members, "required": list(members)}


TEXT = {"type": "string"}
FAULTS = [
    ("an unknown keyword", "keyword-unsupported", {"type": "string", "maxlength": 3}),
    ("a keyword that is not honoured", "keyword-unsupported", {"allOf": [TEXT]}),
    ("a type that is none", "schema-malformed", {"type": "text"}),
    ("a pattern that is none", "bad-pattern", {"type": "string", "pattern": "("}),
    ("a format that is none", "unknown-format", {"type": "string", "format": "datetime"}),
    ("a limit without its type", "type-missing", {"maxLength": 3}),
    (
        "a required member that is not listed",
        "required-unknown",
        {"type": "object", "properties": {"a": TEXT}, "required": ["b"]},
    ),
    ("a $ref to nothing", "ref-unknown", {"$ref": "#/$defs/row", "$defs": {"rows": TEXT}}),
    (
        "a $ref to itself",
        "ref-recursive",
        {"$ref": "#/$defs/a", "$defs": {"a": {"type": "array", "items": {"$ref": "#/$defs/a"}}}},
    ),
    ("a keyword beside $ref", "keyword-beside-ref", {"$ref": "#/$defs/a", "type": "string", "$defs": {"a": TEXT}}),
    ("a promise that is no word", "unknown-word", {"type": "string", "x-number": "german"}),
    ("a promise of the wrong type", "promise-misplaced", {"type": "boolean", "x-date": "iso"}),
    ("a date form that is none", "unknown-directive", {"type": "string", "x-date": "%Y-%Q"}),
    ("a limit that no value keeps", "schema-contradicts-itself", {"type": "string", "minLength": 3, "maxLength": 2}),
    ("an enum that no value keeps", "schema-contradicts-itself", {"type": "integer", "enum": ["a"]}),
    ("an enum of lists", "enum-unsupported", {"enum": [["a"]]}),
    ("JSON in a text that is none", "content-not-json", {"type": "string", "contentSchema": {"type": "object"}}),
    ("a schema that is none", "schema-malformed", {"type": "object", "properties": {"a": 3}}),
    ("a length that is none", "schema-malformed", {"type": "string", "maxLength": "3"}),
]


@pytest.mark.parametrize(("name", "code", "schema"), FAULTS, ids=[case[0] for case in FAULTS])
def test_a_fault_of_a_schema_is_found_with_its_place(name, code, schema, tmp_path):
    """The finding has the code, the line, and the JSON Pointer in its words."""
    with pytest.raises(MappingRejected) as raised:
        schema_of(tmp_path, {"type": "array", "items": schema} if "$defs" not in schema else schema)
    assert code in {finding.code for finding in raised.value.findings}
    assert all(finding.line >= 1 for finding in raised.value.findings)


def test_a_faulty_member_is_named_by_line_and_pointer(tmp_path):
    """A reader finds the place in the file."""
    with pytest.raises(MappingRejected) as raised:
        schema_of(tmp_path, {"type": "object", "properties": {"a": {"type": "string", "patern": "x"}}})
    (finding,) = raised.value.findings
    assert (6, "pattern") == (finding.line, finding.nearest)
    assert "/properties/a/patern" in finding.message


@pytest.mark.parametrize("text", ["", "{", "[1,]"])
def test_a_file_that_is_no_json_is_rejected(text, tmp_path):
    """A broken file is a finding."""
    (tmp_path / "x.json").write_text(text, encoding="utf-8")
    with pytest.raises(MappingRejected, match="not-json"):
        read_source_schema(tmp_path / "x.json")


PATHS = [
    ("a required text", row(a=TEXT), "a", {"string"}, False),
    ("a member that may be missing", {"type": "object", "properties": {"a": TEXT}}, "a", {"string"}, True),
    ("a member that may be null", row(a={"type": ["string", "null"]}), "a", {"string", "null"}, False),
    ("a member of what may be null", row(a={**row(b=TEXT), "type": ["object", "null"]}), "a.b", {"string"}, True),
    ("a member of what may be text", row(a={"anyOf": [TEXT, row(b=TEXT)]}), "a.b", {"string"}, True),
    ("an item that may be missing", row(a={"type": "array", "items": TEXT}), "a[0]", {"string"}, True),
    ("an item that is always there", row(a={"type": "array", "items": TEXT, "minItems": 1}), "a[0]", {"string"}, False),
    ("each item", row(a={"type": "array", "items": {"type": ["string", "null"]}}), "a[]", {"string"}, False),
    (
        "an item by position",
        row(a={"type": "array", "prefixItems": [TEXT, {"type": "number"}], "minItems": 2}),
        "a[1]",
        {"number"},
        False,
    ),
    ("a member by pattern", {"type": "object", "patternProperties": {"^[0-9]+$": TEXT}}, "12", {"string"}, True),
    ("a member by the rest", {"type": "object", "additionalProperties": {"type": "integer"}}, "x", {"integer"}, True),
    (
        "a member of either branch",
        row(a={"oneOf": [row(b=TEXT), row(b={"type": "integer"})]}),
        "a.b",
        {"string", "integer"},
        False,
    ),
    ("a listed value", row(a={"enum": ["x", None]}), "a", {"string", "null"}, False),
]


@pytest.mark.parametrize(("name", "schema", "path", "kinds", "absent"), PATHS, ids=[case[0] for case in PATHS])
def test_what_stands_at_a_path_is_known(name, schema, path, kinds, absent, tmp_path):  # noqa: PLR0917
    """Kinds, and whether the path may end early."""
    found = schema_of(tmp_path, schema).at(parse_path(path))
    assert isinstance(found, Found)
    assert (kinds, absent) == (found.type.kinds, found.absent)


def test_a_path_goes_on_through_json_in_a_text(tmp_path):
    """The step that reads the text is put in where it is needed."""
    text = {"type": "string", "contentMediaType": "application/json", "contentSchema": row(b=TEXT)}
    found = schema_of(tmp_path, row(a=text)).at(parse_path("a.b"))
    assert (Key("a"), Json(), Key("b")) == found.steps
    assert not found.absent


def test_an_unknown_name_is_told_with_the_nearest(tmp_path):
    """A typing error in a path names what was most likely meant."""
    lost = schema_of(tmp_path, row(nama_rsu=TEXT, id=TEXT)).at(parse_path("nama_rsud"))
    assert ("path-unknown", "nama_rsu", "id, nama_rsu") == (lost.code, lost.nearest, lost.expected)


def test_promises_stand_beside_a_reference(tmp_path):
    """A `$ref` may be given promises of its own."""
    schema = {**row(a={"$ref": "#/$defs/t", "x-date": "%d-%m-%Y"}), "$defs": {"t": TEXT}}
    assert Promises(date=("%d-%m-%Y",)) == schema_of(tmp_path, schema).at(parse_path("a")).type.promises


def test_a_union_keeps_only_what_both_branches_say(tmp_path):
    """What is proved of a union holds in each branch."""
    branches = [
        {"type": "string", "maxLength": 5, "pattern": "^a"},
        {"type": "string", "maxLength": 9, "pattern": "^b"},
    ]
    found = schema_of(tmp_path, row(a={"anyOf": [*branches, {"type": "null"}]})).at(parse_path("a")).type
    assert (9, None, {"string", "null"}) == (found.max_length, found.pattern, found.kinds)

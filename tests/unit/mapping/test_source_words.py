"""The words of a source schema that say more of a value than its form: read, and told when they are malformed."""

import json

import pytest

from gateway.mapping.language.findings import MappingRejected
from gateway.mapping.source.source_schema_reader import read_source_schema


def read(folder, schema):
    """The document's type."""
    file = folder / "s.source.json"
    file.write_text(json.dumps(schema), encoding="utf-8")
    return read_source_schema(file).document


@pytest.mark.parametrize(
    ("schema", "code"),
    [
        ({"type": "string", "x-zone": "Asia/Sumedang"}, "unknown-word"),
        ({"type": "string", "x-zone": 7}, "unknown-word"),
        ({"type": "string", "x-zone": "../etc"}, "unknown-word"),
        ({"type": "string", "x-list": ""}, "schema-malformed"),
        ({"type": "string", "x-sensitivity": "secret"}, "unknown-word"),
        ({"type": "string", "x-dimensions": ["male"]}, "schema-malformed"),
        ({"type": "integer", "x-list": ","}, "promise-misplaced"),
        ({"type": "object", "x-key": [1]}, "schema-malformed"),
        ({"type": "array", "x-header-rows": -1}, "schema-malformed"),
        ({"type": "array", "x-total-rows": "1"}, "schema-malformed"),
    ],
    ids=str,
)
def test_a_malformed_word_is_told(schema, code, tmp_path):
    """A word that says nothing would be believed to say something."""
    with pytest.raises(MappingRejected) as rejected:
        read(tmp_path, schema)
    assert [code] == [finding.code for finding in rejected.value.findings]


def test_the_words_are_read(tmp_path):
    """Each where it stands; one path alone is a key of one."""
    row = {
        "type": "object",
        "x-key": "id",
        "properties": {
            "id": {"type": "string", "title": "Nomor", "examples": ["1", None, ["x"], 2, True]},
            "sakit": {"type": "string", "x-sensitivity": "personal", "x-dimensions": {"sex": "male"}},
            "tgl": {"type": "string", "x-zone": "UTC", "x-list": ";"},
        },
    }
    document = read(tmp_path, {"type": "array", "x-header-rows": 1, "x-total-rows": 0, "items": row})
    assert (1, 0) == (document.header_rows, document.total_rows)
    assert document.items is not None
    members = {name: member.type for name, member in document.items.properties.items()}
    assert (("id",), "Nomor", ("1", 2, True)) == (document.items.key, members["id"].title, members["id"].examples)
    assert ("personal", {"sex": "male"}) == (
        members["sakit"].promises.sensitivity,
        members["sakit"].promises.dimensions,
    )
    assert ("UTC", ";") == (members["tgl"].promises.zone, members["tgl"].promises.list)


def test_of_two_branches_the_more_sensitive_one_counts(tmp_path):
    """What may be personal is."""
    branches = [
        {"type": "string", "x-sensitivity": "personal", "examples": ["a"]},
        {"type": "integer", "examples": [1]},
    ]
    document = read(tmp_path, {"anyOf": branches})
    assert ("personal", ("a", 1)) == (document.promises.sensitivity, document.examples)

"""Loading mappings: both files of each dataset, checked and compiled, or everything that is wrong with them."""

import json
from pathlib import Path

import pytest

from gateway.errors import BadConfiguration
from gateway.ids import DatasetId
from gateway.mapping.language.findings import MappingRejected
from gateway.mapping.load import load_mapping, load_mappings
from gateway.settings import Dataset, Partner
from schemas.facility import Facility
from tests.support.small_mappings import SCHEMAS, SmallMappings, shipped_codes

SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id", "nama"],
        "properties": {"id": {"type": "integer"}, "nama": {"type": "string", "minLength": 1, "maxLength": 9}},
    },
}
MAPPING = """resource = "facility"
[fields]
id = { from = "id" }
name = { from = "nama", refuse = true }
kind = { const = "clinic" }
"""


def written(folder, name, mapping=MAPPING, schema=None):
    """Writes the two files of a dataset."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.mapping.toml").write_text(mapping, encoding="utf-8")
    (folder / f"{name}.source.json").write_text(json.dumps(schema or SCHEMA), encoding="utf-8")


def partner(name, *datasets):
    """A partner with datasets."""
    listed = {dataset: Dataset(platform="p") for dataset in datasets}
    return Partner(id=name, name=name, kode_wilayah="32.11", datasets=listed)


def test_a_loaded_mapping_knows_what_it_is(tmp_path):
    """Dataset, resource, version, source."""
    written(tmp_path, "klinik")
    mapping = load_mapping(tmp_path, dataset=DatasetId("contoh/klinik"), codes=shipped_codes())
    assert ("contoh/klinik", "facility", 16) == (mapping.dataset, mapping.resource.name, len(mapping.version))
    record = mapping.to_common(b'[{"id": 1, "nama": "K"}]').records[0]
    assert isinstance(record, Facility)
    assert ("contoh:facility:klinik.1", "contoh") == (record.id, record.partner)


def test_every_dataset_of_every_partner_is_loaded(tmp_path):
    """By its id."""
    written(tmp_path / "partners" / "satu", "klinik")
    written(tmp_path / "partners" / "dua", "apotek")
    partners = {"satu": partner("satu", "klinik"), "dua": partner("dua", "apotek")}
    assert ["dua/apotek", "satu/klinik"] == sorted(load_mappings(partners, tmp_path, codes=shipped_codes()))


def test_the_faults_of_all_mappings_are_told_at_once(tmp_path):
    """A start shows everything, with file and line."""
    written(tmp_path / "partners" / "satu", "klinik", MAPPING.replace('"nama"', '"nma"'))
    written(tmp_path / "partners" / "satu", "apotek", MAPPING.replace("facility", "facilty"))
    with pytest.raises(MappingRejected) as rejected:
        load_mappings({"satu": partner("satu", "klinik", "apotek", "hilang")}, tmp_path, codes=shipped_codes())
    found = sorted((Path(one.file).name, one.line, one.code, one.nearest) for one in rejected.value.findings)
    assert [
        ("apotek.mapping.toml", 1, "resource-unknown", "facility"),
        ("hilang.mapping.toml", 1, "file-missing", None),
        ("klinik.mapping.toml", 4, "path-unknown", "nama"),
    ] == found


@pytest.mark.parametrize("name", ["Contoh/klinik", "contoh", "contoh/klinik pratama", "contoh/1", "/x"])
def test_a_dataset_is_named_so_that_its_ids_are_right(tmp_path, name):
    """The name stands in each record's id."""
    with pytest.raises(BadConfiguration, match="lower case"):
        load_mapping(tmp_path, dataset=DatasetId(name), codes=shipped_codes())


def test_shipped_code_lists_are_the_default():
    """`root` holds them beside the partners."""
    assert {} == load_mappings({}, SCHEMAS)


def test_names_of_the_platform_never_meet_those_of_the_generated_code(tmp_path):
    """Keywords, our own names, names that differ only in signs, and none at all that Python would take."""
    names = [
        "class",
        "self",
        "str",
        "list",
        "Row",
        "ROW",
        "Raw",
        "Column1",
        "row",
        "ledger",
        "Struct",
        "point",
        "a b",
        "a-b",
        "a_b",
        "1",
        "decode_document",
        "none",
        "__init__",
        "é",
    ]
    properties = {
        name: {"type": "object", "required": [name], "properties": {name: {"type": "string"}}} for name in names
    }
    quoted = [json.dumps(name, ensure_ascii=False) for name in names]
    paths = ", ".join(json.dumps(f"{one}.{one}", ensure_ascii=False) for one in quoted)
    mapping = SmallMappings(tmp_path).facilities(
        properties, f'address = {{ join = [{paths}], with = "", refuse = true }}'
    )
    row = {"id": 1, "nama": "x", **{name: {name: str(position % 10)} for position, name in enumerate(names)}}
    record = mapping.to_common(json.dumps([row]).encode()).records[0]
    assert isinstance(record, Facility)
    assert "".join(str(position % 10) for position in range(len(names))) == record.address


def test_a_member_that_no_struct_can_name_stops_the_start(tmp_path):
    """Quotes, backslashes, line ends in a name: the message says which, and what to do."""
    address = """address = { from = '"a\\"b"', refuse = true }"""
    with pytest.raises(BadConfiguration, match="control character"):
        SmallMappings(tmp_path).facilities({'a"b': {"type": "string"}}, address)


def test_records_are_found_at_the_first_place_that_is_there(tmp_path):
    """Even where the document itself may be the list; where the schema lets them be absent, there are none."""
    row = {
        "type": "object",
        "required": ["id", "nama"],
        "properties": {"id": {"type": "integer"}, "nama": {"type": "string"}},
    }
    schema = {
        "anyOf": [
            {"type": "array", "items": row},
            {"type": "object", "properties": {"data": {"type": ["array", "null"], "items": row}}},
        ]
    }
    head = 'resource = "facility"\nrecords = { at = ["", "data"] }\n[fields]\n'
    mapping = SmallMappings(tmp_path).compile(schema, head + MAPPING.partition("[fields]\n")[2])
    bodies = [
        b'[{"id": 1, "nama": "x"}]',
        b'{"data": [{"id": 1, "nama": "x"}]}',
        b'{"data": [{"id": "1"}]}',
        b'{"data": null}',
        b"{}",
    ]
    assert [(1, 0), (1, 0), (0, 1), (0, 0), (0, 0)] == [
        (len(mapped.records), len(mapped.refused)) for mapped in map(mapping.to_common, bodies)
    ]


def test_a_path_from_the_document_cannot_lead_into_keyed_records(tmp_path):
    """One record's member is no property of all."""
    row = {**SCHEMA["items"]}
    schema = {"type": "object", "required": ["a"], "properties": {"a": row}, "additionalProperties": row}
    fields = MAPPING.partition("[fields]\n")[2] + 'website = { from = "$root.a.nama", refuse = true }\n'
    with pytest.raises(BadConfiguration, match="lead into the object of the records"):
        SmallMappings(tmp_path).compile(
            schema, f'resource = "facility"\nrecords = {{ as = "keyed" }}\n[fields]\n{fields}'
        )

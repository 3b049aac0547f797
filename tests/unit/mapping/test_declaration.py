"""Faults of form are all found at once, each with its line, and a right file is read as it stands."""

import pytest

from gateway.mapping.language.declaration import NOTHING, From, Join, PointFrom, Template, Unit
from gateway.mapping.language.declaration_reader import parse_declaration
from gateway.mapping.language.findings import MappingRejected
from gateway.mapping.language.paths import Key, Path
from tests.support.citizens import mapping_text

FORM = [
    ("an unknown key", "unknown-key", {"name": '{ from = "nama", txt = "squash" }'}),
    ("an unknown word", "unknown-word", {"name": '{ from = "nama", text = "titel" }'}),
    ("a wrong type", "wrong-type", {"name": '{ from = "nama", shorten = "20" }'}),
    ("true for a number", "wrong-type", {"name": '{ from = "nama", shorten = true }'}),
    ("a field that is no table", "wrong-type", {"name": '"nama"'}),
    ("two sources", "two-sources", {"name": '{ from = "nama", const = "x" }'}),
    ("no source", "source-missing", {"name": '{ text = "title" }'}),
    ("a point of one axis", "point-incomplete", {"home": '{ longitude = "lon" }'}),
    ("a point of one path", "axes-same", {"home": '{ latitude = "lat", longitude = "lat" }'}),
    ("a path that is none", "bad-path", {"name": '{ from = "nama lengkap" }'}),
    ("a path twice", "path-twice", {"name": '{ from = ["nama", "nama"] }'}),
    ("a pattern that is none", "bad-pattern", {"name": '{ from = "nama", pattern = "(" }'}),
    ("a pattern without its group", "pattern-without-group", {"name": '{ from = "nama", pattern = "(?P<nama>.+)" }'}),
    ("a directive that is none", "unknown-directive", {"birth_date": '{ from = "lahir", date = "%d-%m-%Q" }'}),
    ("a date without a month", "form-incomplete", {"birth_date": '{ from = "lahir", date = "%d-%Y" }'}),
    ("a minute without an hour", "form-incomplete", {"birth_date": '{ from = "lahir", date = "%d-%m-%Y %M" }'}),
    ("a day twice", "directive-twice", {"birth_date": '{ from = "lahir", date = "%d-%d-%m-%Y" }'}),
    ("a 12-hour clock", "form-ambiguous", {"birth_date": '{ from = "lahir", date = "%d-%m-%Y %I" }'}),
    ("a form twice", "form-twice", {"birth_date": '{ from = "lahir", date = ["iso", "iso"] }'}),
    ("a form that is a word", "unknown-form", {"birth_date": '{ from = "lahir", date = "dd-mm-yyyy" }'}),
    ("number and rupiah", "two-operations", {"income": '{ from = "x", number = "id", rupiah = true }'}),
    ("date and datetime", "two-operations", {"birth_date": '{ from = "x", date = "iso", datetime = "iso" }'}),
    ("a zone that is none", "unknown-zone", {"birth_date": '{ from = "x", datetime = "iso", zone = "WIB" }'}),
    ("a unit that is none", "unknown-word", {"height": '{ from = "x", unit = { from = "mm", to = "inch" } }'}),
    ("half a unit", "unit-incomplete", {"height": '{ from = "x", unit = { from = "mm" } }'}),
    ("a length into a mass", "units-differ-in-kind", {"height": '{ from = "x", unit = { from = "mm", to = "kg" } }'}),
    ("false where leaving out says it", "says-nothing", {"income": '{ from = "x", rupiah = false }'}),
    ("a split by nothing", "split-empty", {"phones": '{ from = "x", split = "" }'}),
    ("a template without a path", "bad-template", {"name": '{ template = "Bapak" }'}),
    ("a brace alone", "bad-template", {"name": '{ template = "{nama} }" }'}),
    ("with without join", "misplaced-key", {"name": '{ from = "nama", with = "," }'}),
    ("use without from", "source-missing", {"name": '{ use = "a:b" }'}),
    ("use that names no function", "bad-function", {"name": '{ use = "a.b", from = "nama" }'}),
    ("codes that are none", "wrong-type", {"sex": '{ from = "jk", codes = 3 }'}),
    ("otherwise that is a list", "wrong-type", {"sex": '{ from = "jk", codes = "sex", otherwise = ["a"] }'}),
    ("shorten by nothing", "out-of-range", {"name": '{ from = "nama", shorten = 0 }'}),
]
RECORDS = [
    ("a key that is none", "unknown-key", 'at = "data"\nskip_lst = 1'),
    ("a form that is none", "unknown-word", 'at = "data"\nas = "rows"'),
    ("a negative count", "out-of-range", 'at = "data"\nskip_last = -1'),
    ("headers without a row", "headers-without-row", 'at = "data"\nheaders = { "1" = "No" }'),
    ("a row without headers", "header-row-unnamed", 'at = "data"\nheader_row = true'),
    ("rows of a single record", "rows-without-list", 'at = "data"\nas = "single"\nskip_last = 1'),
    ("a place inside each", "bad-path", 'at = "data[].rows"'),
    (
        "a condition that asks twice",
        "condition-unclear",
        'at = ""\nkeep_if = [{ from = "a", is = [1], present = true }]',
    ),
    ("a condition on nothing", "source-missing", 'at = ""\nkeep_if = [{ is = [1] }]'),
    ("a column without its cell", "source-missing", 'at = ""\nunpivot = { columns = [{ sex = "male" }] }'),
    ("a column's number", "wrong-type", 'at = ""\nunpivot = { columns = [{ from = "2", year = 2021 }] }'),
    ("no columns", "columns-missing", 'at = ""\nunpivot = { columns = [] }'),
]


def rejected(folder, text):
    """The findings of a mapping file that is not read."""
    file = folder / "x.mapping.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(MappingRejected) as raised:
        parse_declaration(file)
    return raised.value.findings


@pytest.mark.parametrize(("name", "code", "fields"), FORM, ids=[case[0] for case in FORM])
def test_a_fault_of_form_is_found_at_the_line_of_its_field(name, code, fields, tmp_path):
    """Each fault of form is found once, under its code, at the field's own line."""
    text = mapping_text(fields)
    found = rejected(tmp_path, text)
    line = 1 + text.split("\n").index(next(line for line in text.split("\n") if line.startswith(next(iter(fields)))))
    assert [(code, line, next(iter(fields)))] == [(one.code, one.line, one.field) for one in found]


@pytest.mark.parametrize(("name", "code", "records"), RECORDS, ids=[case[0] for case in RECORDS])
def test_a_fault_in_records_is_found(name, code, records, tmp_path):
    """Each fault of `records` is found under its code."""
    found = rejected(tmp_path, mapping_text(records=f"[records]\n{records}"))
    assert [code] == [one.code for one in found]


def test_all_faults_of_a_file_are_found_at_once(tmp_path):
    """Three faults in one file are three findings, in the order of their lines."""
    fields = {"name": '{ from = "nama", txt = "squash" }', "sex": '{ codes = "sex" }'}
    found = rejected(tmp_path, mapping_text(fields, records="records = 3"))
    assert ["wrong-type", "unknown-key", "source-missing"] == [one.code for one in found]


def test_an_unknown_key_is_told_with_the_nearest_known(tmp_path):
    """A slip of the finger names what was most likely meant."""
    (found,) = rejected(tmp_path, mapping_text({"name": '{ form = "nama", const = "x" }'}))
    assert "from" == found.nearest


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a = 1\nb = = 2\n", "not-toml", 2),
        ('resource = "citizen"\n', "fields-missing", 1),
        ("[fields]\n", "resource-missing", 1),
    ],
)
def test_a_file_that_is_no_mapping_is_rejected(text, code, line, tmp_path):
    """What is not TOML, or lacks its main parts, says so at the line."""
    found = rejected(tmp_path, text)
    assert (code, line) == (found[0].code, found[0].line)


def test_a_file_that_is_not_there_is_rejected(tmp_path):
    """A missing file is a finding, not an error of the system."""
    with pytest.raises(MappingRejected, match="file-missing"):
        parse_declaration(tmp_path / "none.mapping.toml")


def test_bytes_that_are_no_text_are_rejected(tmp_path):
    """A file in another encoding is a finding."""
    (tmp_path / "x.toml").write_bytes(b'resource = "caf\xe9"')
    with pytest.raises(MappingRejected, match="not-utf-8"):
        parse_declaration(tmp_path / "x.toml")


def test_defaults_hold_for_every_field_that_does_not_say_otherwise(tmp_path):
    """`null_if` and `zone` of `[defaults]` stand in each field; an own `null_if` replaces them."""
    file = tmp_path / "x.toml"
    defaults = '[defaults]\nnull_if = ["", "-"]\nzone = "Asia/Makassar"\n'
    file.write_text(mapping_text(defaults=defaults), encoding="utf-8")
    fields = {field.name: field for field in parse_declaration(file).fields}
    assert (("", "-"), ("",)) == (fields["name"].null_if, fields["nickname"].null_if)
    assert ("Asia/Makassar", "Asia/Jakarta") == (fields["birth_date"].zone, fields["registered_at"].zone)


def test_sources_and_operations_are_read_as_they_stand(tmp_path):
    """What the file says is what the declaration holds."""
    file = tmp_path / "x.toml"
    more = {
        "nickname": '{ template = "{{{nama}}} ({alamat.jalan})", shorten = 20 }',
        "name": '{ join = ["a", "b"], with = "" }',
    }
    file.write_text(mapping_text(more), encoding="utf-8")
    fields = {field.name: field for field in parse_declaration(file).fields}
    name, street = Path("nama", "record", (Key("nama"),)), Path("alamat.jalan", "record", (Key("alamat"), Key("jalan")))
    assert ("{", name, "} (", street, ")") == fields["nickname"].source.parts
    assert isinstance(fields["nickname"].source, Template)
    assert isinstance(fields["name"].source, Join)
    assert "" == fields["name"].source.separator
    assert isinstance(fields["home"].source, PointFrom)
    assert isinstance(fields["id"].source, From)
    assert Unit("mm", "cm") == fields["height"].unit
    assert ("%Y",) == fields["period"].period
    assert NOTHING is fields["sex"].otherwise


def test_lines_are_right_in_tables_of_many_lines(tmp_path):
    """A fault in a field written as a table of its own, or in an array over lines, has the line of its key."""
    text = 'resource = "citizen"\n\n[records]\nat = [\n  "a",\n  "b b",\n]\n\n[fields.id]\nfrom = "x"\ntexd = "title"\n'
    assert [4, 11] == [one.line for one in rejected(tmp_path, text)]

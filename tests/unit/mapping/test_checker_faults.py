"""Every seeded fault is found, with its code; and the mapping into which they are seeded has none."""

from typing import Any, NamedTuple

import pytest

from tests.support.citizens import findings_of, mapping_text, source_schema


class Seed(NamedTuple):
    """One fault: the code that must be found, the fields and row members that are changed for it."""

    name: str
    code: str
    fields: dict[str, str | None] = {}
    row: dict[str, Any] = {}
    more: dict[str, Any] = {}


def rows(more):
    """`records` at the rows, with something more."""
    return f'[records]\nat = "data"\n{more}'


TEXT = {"type": "string"}
CLASSIC = [
    Seed("a typo in the map", "path-unknown", {"name": '{ from = "nma", text = "squash" }'}),
    Seed("a source field that may be absent", "may-be-absent", more={"optional": {"nik"}}),
    Seed("an unknown status code", "code-missing", row={"jk": {"enum": ["L", "P", "?"]}}),
    Seed("an integer for a text of 16 digits", "may-not-match", row={"nik": {"type": "integer"}}),
    Seed(
        "an ISO date where dd-mm-yyyy is declared", "date-form-mismatch", row={"lahir": {**TEXT, "x-date": "%Y-%m-%d"}}
    ),
    Seed("a NIK of 15 digits", "may-not-match", row={"nik": {**TEXT, "pattern": "^[0-9]{15,16}$"}}),
    Seed("an unknown sex", "codes-open", row={"jk": TEXT}),
]
PATHS = [
    Seed("a path that ends at an object", "wrong-operand", {"name": '{ from = "alamat" }'}),
    Seed("a path into a text", "path-wrong-kind", {"name": '{ from = "nama.depan" }'}),
    Seed("a path into the JSON of a text, with a typo", "path-unknown", {"nickname": '{ from = "catatan.agma" }'}),
    Seed("a key that belongs to keyed records", "path-misplaced", {"id": '{ from = "$key", refuse = true }'}),
    Seed("a column without unpivot", "path-misplaced", {"nickname": '{ from = "$column.x" }'}),
    Seed("a value without unpivot", "path-misplaced", {"nickname": '{ from = "$value" }'}),
    Seed("a second path that is never read", "path-idle", {"name": '{ from = ["nama", "nik"] }'}),
    Seed("a list into one value", "list-into-one", {"nickname": '{ from = "kebutuhan", refuse = true }'}),
    Seed("one value into a list", "one-into-list", {"phones": '{ from = "telepon" }'}),
]
FIELDS = [
    Seed("a field that the resource has not", "field-unknown", {"nmae": '{ const = "x" }'}),
    Seed("a required field that nothing makes", "field-missing", {"sex": None}),
    Seed("a field that is filled in by itself", "field-filled-in", {"partner": '{ const = "jakarta" }'}),
    Seed("an id that is constant", "id-constant", {"id": '{ const = "1" }'}),
    Seed("an id with a default", "id-constant", {"id": '{ from = "id", default = "0" }'}),
    Seed("an id that may be absent", "may-be-absent", more={"optional": {"id"}}),
    Seed("an id of open text", "may-be-too-long", row={"id": {**TEXT, "pattern": r"\S"}}),
    Seed("an id that may be empty", "may-be-empty", row={"id": {**TEXT, "maxLength": 10}}),
    Seed("an id beyond 2^53", "integer-unsafe", row={"id": {"type": "integer", "minimum": 0, "maximum": 10**17}}),
    Seed("a constant that is no code", "declared-not-in-target", {"sex": '{ const = "man" }'}),
    Seed("a constant below the least", "declared-not-in-target", {"income": "{ const = -1 }"}),
    Seed("a constant region that is none", "declared-not-in-target", {"region": '{ const = "31.99" }'}),
    Seed(
        "a default that is no code", "declared-not-in-target", {"sex": '{ from = "jk", codes = "sex", default = "x" }'}
    ),
    Seed("unreadable for a required field", "unreadable-required", {"nik": '{ from = "nik", unreadable = "null" }'}),
    Seed("otherwise without codes", "key-idle", {"name": '{ from = "nama", otherwise = "x" }'}),
    Seed("fold without codes", "key-idle", {"name": '{ from = "nama", fold = true }'}),
    Seed("an operation on a constant", "key-idle", {"unit": '{ const = "cm", text = "upper" }'}),
    Seed("a null that cannot come", "value-impossible", {"id": '{ from = "id", null_if = ["x"] }'}),
]
KINDS = [
    Seed("text into a date", "text-into-date", {"birth_date": '{ from = "lahir" }'}),
    Seed(
        "an instant into a date",
        "wrong-result",
        {"birth_date": '{ from = "daftar", datetime = "%Y-%m-%d %H:%M:%S", zone = "Asia/Jakarta" }'},
    ),
    Seed("text into a number", "text-into-number", {"height": '{ from = "tinggi" }'}),
    Seed("a number into text", "number-into-text", {"nickname": '{ from = "jumlah" }'}),
    Seed("a fraction into a whole number", "number-lossy", {"income": '{ from = "jumlah" }'}),
    Seed("a number that may be negative", "out-of-range", {"income": '{ from = "id" }'}),
    Seed("text into a boolean", "wrong-result", {"active": '{ from = "nama" }'}),
    Seed("text into a code without a list", "codes-missing", {"sex": '{ from = "jk" }'}),
    Seed("text into a point", "wrong-result", {"home": '{ from = "nama" }'}),
    Seed("a boolean that is no text", "wrong-result", {"nickname": '{ from = "aktif" }'}),
    Seed("a date in upper case", "wrong-operand", {"nickname": '{ from = "aktif", text = "upper" }'}),
]
LISTS = [
    Seed("a list that may be too short", "too-few", {"languages": '{ from = "telepon", split = "," }'}),
    Seed("a list that may be too long", "too-many", {"languages": '{ from = "telepon", split = "," }'}),
    Seed("a list or one value", "one-or-many", {"phones": '{ from = ["telepon", "kebutuhan"] }'}),
    Seed("an object of nothing", "object-empty", {"details": "{ object = {} }"}),
    Seed(
        "a listed value that is too long",
        "value-not-in-target",
        {"nickname": '{ from = "gelar" }'},
        {"gelar": {"enum": ["Ir.", "Doktor Honoris Causa Emeritus"]}},
    ),
]
TEXTS = [
    Seed("text that may be too long", "may-be-too-long", row={"panggilan": {"type": ["string", "null"]}}),
    Seed("text that may be empty", "may-be-empty", {"nickname": '{ from = "panggilan" }'}),
    Seed(
        "text that grows in upper case",
        "may-be-too-long",
        {"nickname": '{ from = "panggilan", null_if = [""], text = "upper" }'},
    ),
    Seed("text shortened to too much", "shorten-too-long", {"nickname": '{ from = "nama", shorten = 50 }'}),
    Seed(
        "a required text made null", "may-be-absent", {"nik": "{ from = \"nik\", pattern = '^(?P<value>[0-9]{16})$' }"}
    ),
    Seed(
        "a pattern that fits nothing at all",
        "pattern-idle",
        {"nickname": "{ from = \"nama\", pattern = '(?P<value>.*)', shorten = 20 }"},
    ),
    Seed("a number in a template", "wrong-operand", {"nickname": '{ template = "{jumlah} cm", shorten = 20 }'}),
    Seed("a join that may be too long", "may-be-too-long", {"nickname": '{ join = ["nama", "nik"] }'}),
]
NUMBERS = [
    Seed(
        "a decimal comma read as dot",
        "number-form-mismatch",
        {"height": '{ from = "tinggi", number = "en", unit = { from = "mm", to = "cm" } }'},
    ),
    Seed("a number that nobody promises", "number-unpromised", row={"tinggi": {"type": "string", "x-unit": "mm"}}),
    Seed(
        "rupiah that are plain numbers",
        "number-form-mismatch",
        row={"penghasilan": {"type": "string", "x-number": "plain"}},
    ),
    Seed("rupiah that nobody promises", "number-unpromised", row={"penghasilan": {"type": "string"}}),
    Seed(
        "metres read as millimetres",
        "unit-mismatch",
        row={"tinggi": {"type": "string", "x-number": "id", "x-unit": "m"}},
    ),
    Seed("a unit that the record denies", "unit-differs", {"unit": '{ const = "mm" }'}),
    Seed("a unit of text", "wrong-operand", {"height": '{ from = "tinggi", unit = { from = "mm", to = "cm" } }'}),
    Seed("a number form for a number", "wrong-operand", {"value": '{ from = "jumlah", number = "id" }'}),
]
DATES = [
    Seed("a date that nobody promises", "date-unpromised", row={"lahir": TEXT}),
    Seed(
        "a two-digit year", "two-digit-year", {"birth_date": '{ from = "lahir", date = "%d-%m-%y" }'}, {"lahir": TEXT}
    ),
    Seed(
        "day and month both ways round",
        "forms-ambiguous",
        {"birth_date": '{ from = "lahir", date = ["%d-%m-%Y", "%m-%d-%Y"] }'},
    ),
    Seed("one promised form of two", "date-form-mismatch", row={"lahir": {**TEXT, "x-date": ["%d-%m-%Y", "iso"]}}),
    Seed(
        "an instant without a zone",
        "zone-missing",
        {"registered_at": '{ from = "daftar", datetime = "%Y-%m-%d %H:%M:%S" }'},
    ),
    Seed(
        "ISO that may lack its offset",
        "zone-missing",
        {"registered_at": '{ from = "daftar", datetime = "iso" }'},
        {"daftar": {**TEXT, "x-date": "iso"}},
    ),
    Seed("a zone for nothing", "key-idle", {"name": '{ from = "nama", zone = "Asia/Jakarta" }'}),
    Seed("a number that is no date", "wrong-operand", {"birth_date": '{ from = "id", date = "%d-%m-%Y" }'}),
    Seed(
        "a period with a time of day", "form-too-fine", {"period": '{ from = "daftar", period = "%Y-%m-%d %H:%M:%S" }'}
    ),
    Seed("a year that is not within 1000 and 9999", "date-unpromised", row={"tahun": {"type": "integer"}}),
]
CODES = [
    Seed("a list that does not exist", "codes-unknown", {"sex": '{ from = "jk", codes = "seks" }'}),
    Seed("a code that the field has not", "code-not-in-target", {"sex": '{ from = "jk", codes = "broken" }'}),
    Seed(
        "an otherwise that the field has not",
        "code-not-in-target",
        {"sex": '{ from = "jk", codes = "sex", otherwise = "other" }'},
    ),
    Seed(
        "a key that can never come",
        "code-unreachable",
        {"sex": '{ from = "jk", codes = { L = "male", P = "female", W = "female" } }'},
    ),
    Seed("codes of a number with a fraction", "wrong-operand", {"sex": '{ from = "jumlah", codes = "sex" }'}),
    Seed(
        "an item of a list that is unknown",
        "code-missing",
        row={"kebutuhan": {"type": "array", "items": {"enum": ["Pangan", "Air"]}}},
    ),
    Seed(
        "a source value that is no code",
        "codes-missing",
        {"sex": '{ from = "jk" }'},
        {"jk": {"enum": ["male", "femal"]}},
    ),
    Seed("BPS read as Kemendagri", "scheme-mismatch", {"region": '{ from = "kode_kota", scheme = "kemendagri" }'}),
    Seed("a region without its scheme", "scheme-missing", {"region": '{ from = "kode_kota" }'}),
    Seed("a region that nobody promises", "scheme-unpromised", row={"kode_kota": {"type": "integer"}}),
    Seed("a listed region that is none", "region-unknown", row={"kode_kota": {"enum": [3173, 3199]}}),
    Seed(
        "a code list of regions with one that is none",
        "code-not-in-target",
        {"region": '{ from = "nama", codes = "places", refuse = true }'},
    ),
]
POINTS = [
    Seed("axes exchanged against the promise", "axes-swapped", {"home": '{ latitude = "lon", longitude = "lat" }'}),
    Seed(
        "axes exchanged by their limits",
        "axes-swapped",
        {"home": '{ latitude = "a", longitude = "b" }'},
        {
            "a": {"type": "number", "minimum": 106, "maximum": 108},
            "b": {"type": "number", "minimum": -8, "maximum": -5},
        },
    ),
    Seed(
        "axes exchanged by their names",
        "axes-swapped",
        {"home": '{ latitude = "bujur", longitude = "lintang", refuse = true }'},
        {"lintang": {"type": "number"}, "bujur": {"type": "number"}},
    ),
    Seed("a latitude without limits", "outside-indonesia", row={"lat": {"type": "number", "x-axis": "latitude"}}),
    Seed("a coordinate of open text", "number-unpromised", row={"lat": {"type": "string"}}),
    Seed(
        "a decimal comma that is a dot",
        "number-form-mismatch",
        {"home": '{ latitude = "lat", longitude = "lon", decimal = "comma", refuse = true }'},
        {"lat": {"type": "string", "x-number": "plain"}},
    ),
    Seed("a coordinate that is a boolean", "wrong-operand", {"home": '{ latitude = "aktif", longitude = "lon" }'}),
]
FUNCTIONS = [
    Seed(
        "a module that is not there",
        "function-missing",
        {"nickname": '{ use = "nowhere.at_all:f", from = "nama", refuse = true }'},
    ),
    Seed(
        "a function that is not there",
        "function-missing",
        {"nickname": '{ use = "tests.support.functions:nothing", from = "nama", refuse = true }'},
    ),
    Seed(
        "a function without annotations",
        "function-untyped",
        {"nickname": '{ use = "tests.support.functions:untyped", from = "nama", refuse = true }'},
    ),
    Seed(
        "too many arguments",
        "function-arguments",
        {"nickname": '{ use = "tests.support.functions:initials", from = ["nama", "nik"], refuse = true }'},
    ),
    Seed(
        "an argument that may be absent",
        "function-arguments",
        {"nickname": '{ use = "tests.support.functions:initials", from = "panggilan", refuse = true }'},
    ),
    Seed(
        "an argument of another type",
        "function-arguments",
        {"nickname": '{ use = "tests.support.functions:initials", from = "id", refuse = true }'},
    ),
    Seed(
        "a result of another type",
        "function-wrong-result",
        {"nickname": '{ use = "tests.support.functions:length", from = "nama", refuse = true }'},
    ),
    Seed(
        "a function that may fail",
        "function-may-fail",
        {"nickname": '{ use = "tests.support.functions:initials", from = "nama" }'},
    ),
]
RECORDS = [
    Seed("records that are no list", "records-not-there", more={"records": 'records = ""'}),
    Seed("records at a typo", "path-unknown", more={"records": 'records = "dat"'}),
    Seed(
        "a header that the rows have not",
        "header-unknown",
        more={"records": rows('header_row = true\nheaders = { nma = "Nama" }')},
    ),
    Seed(
        "a condition on a typo",
        "path-unknown",
        more={"records": rows('keep_if = [{ from = "aktiv", is = [true] }]')},
    ),
    Seed(
        "a condition that cannot hold",
        "condition-impossible",
        more={"records": rows('keep_if = [{ from = "jk", is = ["M"] }]')},
    ),
    Seed(
        "a condition on the wrong type",
        "condition-impossible",
        more={"records": rows('keep_if = [{ from = "aktif", is = ["ya"] }]')},
    ),
    Seed(
        "a condition that nothing meets",
        "condition-impossible",
        more={"records": rows('keep_if = [{ from = "nik", present = false }]')},
    ),
    Seed(
        "a pattern of a number",
        "condition-impossible",
        more={"records": rows('keep_if = [{ from = "id", pattern = "1" }]')},
    ),
    Seed(
        "a column that the rows have not",
        "path-unknown",
        more={"records": rows('unpivot = { columns = [{ from = "idd", x = "1" }] }')},
    ),
    Seed(
        "one id for every column",
        "id-not-unique",
        more={"records": rows('unpivot = { columns = [{ from = "id", x = "1" }, { from = "tahun", x = "2" }] }')},
    ),
    Seed(
        "an id of nothing but columns",
        "id-constant",
        {"id": '{ from = "$column.x" }'},
        more={"records": rows('unpivot = { columns = [{ from = "id", x = "1" }] }')},
    ),
    Seed(
        "a name that one column lacks",
        "column-unknown",
        {"nickname": '{ from = "$column.x" }'},
        more={"records": rows('unpivot = { columns = [{ from = "id", x = "1" }, { from = "tahun", y = "2" }] }')},
    ),
]
SEEDS = [*CLASSIC, *PATHS, *FIELDS, *KINDS, *LISTS, *TEXTS, *NUMBERS, *DATES, *CODES, *POINTS, *FUNCTIONS, *RECORDS]


def test_the_unchanged_mapping_has_no_finding(tmp_path):
    """The mapping into which faults are seeded is proved, so each finding below is of its seed."""
    assert [] == findings_of(tmp_path, mapping=mapping_text(), schema=source_schema())


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name.replace(" ", "-"))
def test_a_seeded_fault_is_found(seed, tmp_path):
    """The fault is found under its code, in the right file, at the line of a field or of `records`."""
    more = dict(seed.more)
    schema = source_schema(seed.row, optional=more.pop("optional", set()))
    mapping = mapping_text(seed.fields, **more)
    found = findings_of(tmp_path, mapping=mapping, schema=schema)
    assert seed.code in {finding.code for finding in found}, [str(finding) for finding in found]
    assert all(1 <= finding.line <= mapping.count("\n") for finding in found)


@pytest.mark.parametrize("seed", CLASSIC, ids=lambda seed: seed.name.replace(" ", "-"))
def test_each_classic_fault_is_one_finding(seed, tmp_path):
    """The seven faults that other engines let through are each told once, not in a crowd."""
    schema = source_schema(seed.row, optional=seed.more.get("optional", set()))
    found = findings_of(tmp_path, mapping=mapping_text(seed.fields), schema=schema)
    assert [seed.code] == [finding.code for finding in found]


def test_a_mapping_of_another_resource_is_found(tmp_path):
    """A mapping is checked against the resource that it names."""
    mapping = mapping_text().replace('resource = "citizen"', 'resource = "facility"')
    found = findings_of(tmp_path, mapping=mapping, schema=source_schema())
    assert [("resource-differs", 1)] == [(one.code, one.line) for one in found]

"""What is settled, or promised by the source schema, raises no alarm."""

import pytest

from tests.support.citizens import findings_of, mapping_text, source_schema

TEXT = {"type": "string"}
FUNCTIONS = "tests.support.functions"
SETTLED = [
    ("an absent value with refuse", {"nik": '{ from = "nik", refuse = true }'}, {}, {"nik"}),
    (
        "an unknown code with otherwise",
        {"sex": '{ from = "jk", codes = "sex", otherwise = "male" }'},
        {"jk": TEXT},
        set(),
    ),
    ("an unknown code with refuse", {"sex": '{ from = "jk", codes = "sex", refuse = true }'}, {"jk": TEXT}, set()),
    ("an absent code with default", {"sex": '{ from = "jk", codes = "sex", default = "male" }'}, {}, {"jk"}),
    ("a long text with shorten", {"nickname": '{ from = "nama", shorten = 20 }'}, {}, set()),
    ("a long text with unreadable", {"nickname": '{ from = "nama", unreadable = "null" }'}, {}, set()),
    (
        "an unpromised date with refuse",
        {"birth_date": '{ from = "lahir", date = "%d-%m-%Y", refuse = true }'},
        {"lahir": TEXT},
        set(),
    ),
    ("the promised form among others", {"birth_date": '{ from = "lahir", date = ["iso", "%d-%m-%Y"] }'}, {}, set()),
    (
        "an instant whose format has the offset",
        {"registered_at": '{ from = "daftar", datetime = "iso" }'},
        {"daftar": {**TEXT, "format": "date-time"}},
        set(),
    ),
    (
        "seconds since 1970",
        {"registered_at": '{ from = "daftar", datetime = "epoch-s" }'},
        {"daftar": {"type": "integer", "x-date": "epoch-s"}},
        set(),
    ),
    (
        "plain numbers read with commas between thousands",
        {"height": '{ from = "tinggi", number = "en" }'},
        {"tinggi": {"type": "string", "x-number": "plain", "x-unit": "mm"}},
        set(),
    ),
    ("an own table that covers the enum", {"sex": '{ from = "jk", codes = { L = "male", P = "female" } }'}, {}, set()),
    ("a table of booleans", {"sex": '{ from = "aktif", codes = { true = "male", false = "female" } }'}, {}, set()),
    ("an enum of the field's own codes", {"sex": '{ from = "jk" }'}, {"jk": {"enum": ["male", "female"]}}, set()),
    (
        "a list of texts as it is",
        {"phones": '{ from = "telepon" }'},
        {"telepon": {"type": "array", "items": TEXT}},
        set(),
    ),
    (
        "texts or lists with split",
        {"phones": '{ from = "telepon", split = "," }'},
        {"telepon": {"anyOf": [TEXT, {"type": "array", "items": TEXT}]}},
        set(),
    ),
    ("the same pattern on both sides", {}, {"nik": {**TEXT, "pattern": r"^[0-9]{16}$"}}, set()),
    ("a short id of safe signs", {}, {"id": {**TEXT, "pattern": "^[a-z0-9-]{1,36}$"}}, set()),
    ("an id of a template", {"id": '{ template = "{id}.{tahun}" }'}, {}, set()),
    (
        "a point that is settled",
        {"home": '{ latitude = "lat", longitude = "lon", unreadable = "null" }'},
        {"lat": {"type": ["number", "string", "null"]}},
        set(),
    ),
    ("zero that is null", {"region": '{ from = "kode_kota", null_if = [0], scheme = "bps" }'}, {}, set()),
    (
        "a function that is settled",
        {"nickname": f'{{ use = "{FUNCTIONS}:initials", from = "nama", unreadable = "null" }}'},
        {},
        set(),
    ),
    (
        "a function that takes nothing too",
        {"nickname": f'{{ use = "{FUNCTIONS}:initials_or_none", from = "panggilan", refuse = true }}'},
        {},
        set(),
    ),
    (
        "the first of two that is there",
        {"nickname": '{ from = ["panggilan", "telepon"], null_if = [""], shorten = 20 }'},
        {},
        set(),
    ),
    ("a constant region", {"region": '{ const = "31.71" }'}, {}, set()),
    ("the quarter of a text", {"period": '{ from = "nama", period = "quarter", unreadable = "null" }'}, {}, set()),
]


@pytest.mark.parametrize(
    ("name", "fields", "row", "optional"), SETTLED, ids=[case[0].replace(" ", "-") for case in SETTLED]
)
def test_what_is_settled_or_promised_is_no_finding(name, fields, row, optional, tmp_path):
    """A right mapping raises no alarm."""
    found = findings_of(tmp_path, mapping=mapping_text(fields), schema=source_schema(row, optional=optional))
    assert [] == [str(finding) for finding in found]

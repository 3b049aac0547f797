"""The schema of a sample admits the sample, promises what its values keep, and tells nothing of a person."""

import copy
import json

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.mapping.operations.dates import date_reader, instant_reader
from gateway.mapping.operations.numbers import number_en, number_id, number_plain, rupiah
from gateway.mapping.operations.periods import period_reader
from gateway.mapping.source.source_schema_reader import read_source_schema
from gateway.onboarding.rejected import SampleRejected
from tests.support.samples import REGIONS, column, inferred

NUMBERS = {"id": number_id, "en": number_en, "plain": number_plain, "rupiah": rupiah}


def member(source, name="nilai"):
    """The schema of one member of the records of a bare list."""
    return source.schema["items"]["properties"][name]


def scalars(document):
    """Every text and number of a document."""
    if isinstance(document, dict):
        document = list(document.values())
    if isinstance(document, list):
        return [scalar for item in document for scalar in scalars(item)]
    return [document]


def keeps(schema, value) -> bool:
    """Whether a value keeps the five words of its schema, at every depth."""
    if isinstance(value, dict):
        known = schema.get("properties", {})
        others = list(schema.get("patternProperties", {}).values())
        return all(keeps(known[name] if name in known else others[0], one) for name, one in value.items())
    if isinstance(value, list):
        return all(keeps(schema.get("items", {}), one) for one in value)
    if value is None or isinstance(value, bool):
        return True
    return _dated(schema, value) and _numbered(schema, value) and _placed(schema, value)


def _dated(schema, value):
    forms = schema.get("x-date", [])
    forms = tuple([forms] if isinstance(forms, str) else forms)
    if not forms:
        return True
    readers = [instant_reader(forms, zone="UTC")]
    if not any(form.startswith("epoch") for form in forms):
        readers += [date_reader(forms), period_reader(forms)]
    return any(read(value) is not None or read(str(value).strip()) is not None for read in readers)


def _numbered(schema, value):
    form = schema.get("x-number")
    return form is None or NUMBERS[form](value.strip().removesuffix("%").rstrip()) is not None


def _placed(schema, value):
    scheme = schema.get("x-scheme")
    return scheme is None or REGIONS.to_kemendagri(scheme, str(value)) is not None


TEXTS = st.sampled_from(
    (
        "", " ", "-", "0", "1.234,5", "18.532", "3,25", "12%", "Rp 10.000,-", "2024-01-31", "31-12-2023", "0812345",
        "2024-01-01T00:00:00Z", "3173", "31.73", "3211060", "Jatinangor", "Selesai", "{}", '{"a": 1}', "[1]", "a,b",
        "x" * 300, "😀", "\u0000x", "true",
    )
)  # fmt: skip
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(0, 40),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXTS,
    st.text(max_size=8).filter(str.isprintable),
)
NAMES = st.sampled_from(("id", "nama", "tgl", "kode", "lat", "lng", "status", "jumlah", "a b", "kota/kab", "é"))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)
RECORDS = st.lists(st.dictionaries(NAMES, VALUES, min_size=1, max_size=5), min_size=1, max_size=8)


@given(records=RECORDS, wrapped=st.sampled_from(("bare", "data", "keyed", "twice")))
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_a_schema_admits_every_document_that_it_was_inferred_from(tmp_path_factory, records, wrapped):
    """Whatever the records hold; and it is a schema that a mapping can be checked against."""
    documents = {
        "bare": (records,),
        "data": ({"total": len(records), "data": records},),
        "keyed": ({"data": {str(at): record for at, record in enumerate(records)}},),
        "twice": ({"data": records}, {"data": records[:1]}),
    }[wrapped]
    try:
        source = inferred(copy.deepcopy(documents))
    except SampleRejected:
        return
    if any("no object" in issue for issue in source.issues):
        return  # a row that is no record is refused when it comes, so the schema need not admit it
    validator = jsonschema_rs.validator_for(source.schema)
    for document in documents:
        validator.validate(document)
        assert keeps(source.schema, document)
    file = tmp_path_factory.mktemp("schema") / "x.source.json"
    file.write_text(json.dumps(source.schema), encoding="utf-8")
    read_source_schema(file)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["2024-01-31"] * 3, {"x-date": "iso", "format": "date"}),
        (["2024-01-31T10:00:00Z"] * 3, {"x-date": "iso", "format": "date-time"}),
        (["2024-01-31 10:00:00"] * 3, {"x-date": "iso"}),
        (["31-12-2024", "30-11-2024"], {"x-date": "%d-%m-%Y"}),
        (["31 Mei 2024", "2024-01-31", None], {"x-date": ["%d %B %Y", "iso"]}),
        (["1.234,5", "3"], {"x-number": "id"}),
        (["Rp 1.000,-", "Gratis"], {"x-number": "rupiah"}),
        (["12%", "13%"], {"x-number": "plain", "x-unit": "%"}),
        (["0a1b2c3d-0000-4000-a000-000000000001"], {"format": "uuid"}),
        (["https://a.example/1"], {"format": "uri"}),
        ([-6.9123, -6.8123], {}),
    ],
)
def test_what_every_value_keeps_is_promised(values, said):
    """In the words that the checker looks at."""
    found = member(column(values))
    assert said == {word: found[word] for word in found if word.startswith("x-") or word == "format"}
    nullable = None in values
    assert (["string", "null"] if nullable else "string" if said else "number") == found["type"]


@pytest.mark.parametrize(
    "values",
    [
        ["2024-01-31", ""],
        ["01/02/2024", "03/04/2024"],
        ["1.234,5", "-"],
        ["18.532", "12.100"],
        ["31-12-2024", "kemarin"],
    ],
)
def test_what_one_value_breaks_or_nothing_decides_is_not_promised(values):
    """A promise is kept by every value, blanks too."""
    found = member(column(values))
    assert not {"x-date", "x-number", "x-scheme", "format"} & set(found)


def test_region_codes_axes_ids_and_counts_are_promised():
    """As far as they are sure."""
    rows = [
        {"kode_kec": code, "lat": "-6.91234", "lng": "107.61234", "no_tiket": f"T-{at}", "jumlah": at}
        for at, code in enumerate([3211010, 3211020, 3211030] * 8)
    ]
    found = inferred(rows).schema["items"]["properties"]
    assert "bps" == found["kode_kec"]["x-scheme"]
    assert ("latitude", "plain") == (found["lat"]["x-axis"], found["lat"]["x-number"])
    assert "^[A-Za-z0-9._-]{1,20}$" == found["no_tiket"]["pattern"]
    assert 0 == found["jumlah"]["minimum"]


def test_a_closed_code_list_is_listed_with_null_where_it_was():
    """Every value came three times or more; one that came once may have brothers."""
    states = ["baru", "proses", "selesai"] * 8
    assert ["baru", "proses", "selesai"] == member(column(states, name="status"), "status")["enum"]
    assert [*["baru", "proses", "selesai"], None] == member(column([*states, None], name="status"), "status")["enum"]
    assert "enum" not in member(column([*states, "ditolak"], name="status"), "status")
    assert "enum" not in member(column(states, name="catatan"), "catatan")


def test_what_is_required_is_what_every_record_has():
    """Null or not; and with few records, the schema says that it guesses."""
    schema = inferred([{"a": 1, "b": None}, {"a": 2}]).schema
    assert ["a"] == schema["items"]["required"]
    assert "guess" in schema["$comment"]
    assert ["string", "null"] == schema["items"]["properties"]["b"]["type"]
    assert "guess" not in inferred([{"a": n} for n in range(30)]).schema["$comment"]


def test_json_in_text_lists_of_positions_and_keyed_records_have_their_schemas():
    """As far as paths lead."""
    rows = [{"d": '{"batas": "2024-01-31"}', "c": [107.61, -6.91]}] * 3
    found = inferred(rows).schema["items"]["properties"]
    assert {"x-date": "iso", "format": "date", "type": "string"} == found["d"]["contentSchema"]["properties"]["batas"]
    assert (2, 2) == (len(found["c"]["prefixItems"]), found["c"]["minItems"])
    headed = inferred({"data": [{"page": 1}, rows]}).schema["properties"]["data"]
    assert ["object", "array"] == [part["type"] for part in headed["prefixItems"]]
    keyed = inferred({"data": {"101": {"a": 1, "b": "x"}, "102": {"a": 2, "b": "y"}}}).schema["properties"]["data"]
    assert ["^[0-9]{1,40}$"] == list(keyed["patternProperties"])


PERSONS = {
    "nama_pelapor": [f"{first} Contoh" for first in ("Ani", "Budi", "Citra")],
    "petugas": ["Dedi Contoh", "Euis Contoh", "Fajar Contoh"],
    "status": ["Ani Contoh, S.Pd", "dr. Budi Contoh", "H. Citra Contoh"],
    "jenis": ["a@b.example", "c@d.example", "e@f.example"],
    "nik": ["3211151204010001", "3211155204010002", "3211151204010003"],
    "kategori": ["0800-555-0100", "0800-555-0101", "0800-555-0102"],
    "tipe": ["Jl. Merak No. 1", "Jl. Merak No. 2", "Jl. Merak No. 3"],
    "kelas": ["3211151204010001", "3211155204010002", "3211151204010003"],
    "kondisi": ["Sakit sejak tiga hari yang lalu dan dirawat di rumah oleh ibunya sendiri"] * 3,
    "created_by": ["ani", "budi", "citra"],
}


def test_keyed_records_within_a_list_of_one_have_their_schema():
    """Some APIs wrap every answer in a list."""
    document = [{"data": {f"RS-{number}": {"a": number, "b": "x"} for number in range(4)}}]
    source = inferred(document)
    assert ("[0].data", "keyed") == (source.records.at, source.records.form)
    jsonschema_rs.validator_for(source.schema).validate(document)
    data = source.schema["items"]["properties"]["data"]
    assert [r"^[A-Za-z0-9._-]{1,100}$"] == list(data["patternProperties"])


@pytest.mark.parametrize("name", PERSONS)
def test_a_schema_holds_no_value_that_looks_personal(name):
    """However few and however often they come, and whatever the field is called."""
    values = PERSONS[name] * 20
    written = json.dumps(column(values, name=name).schema, ensure_ascii=False)
    for value in PERSONS[name]:
        assert value not in written
    assert not [scalar for scalar in scalars(column(values, name=name).schema) if scalar in PERSONS[name]]


def test_issues_hold_no_values():
    """They are shown and logged."""
    rows = [{name: values[at % 3] for name, values in PERSONS.items()} for at in range(30)]
    told = " ".join(inferred([*rows, {"nama_pelapor": 5}]).issues)
    assert "nama_pelapor" in told
    assert not [value for values in PERSONS.values() for value in values if value in told]

"""What compiled mappings do: records, refusals, pointers, ledgers."""

import json
import traceback
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from gateway.errors import ContractBroken
from gateway.mapping.mapped import Refused
from schemas.facility import Facility, FacilityKind
from schemas.indicator import Indicator
from schemas.record import Point
from schemas.service import LifeEventKind, Service
from schemas.service_request import ServiceRequest, ServiceRequestStatus
from tests.support.small_mappings import SmallMappings, example_mapping

WIT = timezone(timedelta(hours=9))


@pytest.fixture
def small(tmp_path):
    """Compiles small mappings."""
    return SmallMappings(tmp_path)


def body_of(document):
    """A document's bytes."""
    return json.dumps(document).encode()


def refusals(mapped):
    """Where, why and which field."""
    return [(one.pointer, one.reason, one.field) for one in mapped.refused]


def test_keyed_records_read_their_key_the_document_and_each_other_kind_of_value():
    """Keys, `$root`, inline codes, templates, long dates, numbers in text, lists in text, paths that may end early."""
    site = {
        "nama": "RSUD CONTOH",
        "jenis": "A",
        "kelas": 2,
        "kode": 321115,
        "buka": "Minggu, 31 Desember 2023",
        "tempat_tidur": "1.250",
        "telepon": "55 / 66",
        "kontak": {"surel": ["a@contoh.example", " ", "-"]},
    }
    document = {"updated": "2024-03-26T07:40:45Z", "sites": {"a/1": site}}
    expected = Facility(
        id="contoh:facility:keyed.a~2F1",
        partner="contoh",
        name="RSUD Contoh",
        kind=FacilityKind.HOSPITAL,
        region="32.11.15",
        opened_on=date(2023, 12, 31),
        beds=1250,
        phones=["55", "66"],
        emails=["a@contoh.example"],
        address="RSUD CONTOH (kelas 2)",
        website="https://dua.example",
        source_updated_at=datetime(2024, 3, 26, 7, 40, 45, tzinfo=UTC),
    )
    assert [expected] == example_mapping("keyed").to_common(body_of(document)).records


def test_emptied_fields_are_listed_with_their_reason_and_place():
    """The record comes through; what could not be read is null."""
    site = {"nama": "x", "jenis": "B", "kelas": 1, "kode": 9999, "tempat_tidur": "banyak", "telepon": [5, None, "6/7"]}
    mapped = example_mapping("keyed").to_common(body_of({"updated": "2024-03-26T07:40:45Z", "sites": {"s": site}}))
    record = mapped.records[0]
    assert isinstance(record, Facility)
    assert (None, None, ["5", "6", "7"]) == (record.region, record.beds, record.phones)
    assert [
        Refused("/sites/s/kode", "unknown-code", "region"),
        Refused("/sites/s/tempat_tidur", "unreadable-number", "beds"),
    ] == mapped.emptied


def test_one_bad_record_never_spoils_the_page():
    """It is refused alone, with the place and reason; the others come through."""
    good = {"nama": "x", "jenis": "B", "kelas": 1}
    sites = {
        "1": good,
        "2": {**good, "jenis": "Z"},
        "3": {**good, "nama": 5},
        "4": {"nama": "x", "jenis": "A"},
        "5": 7,
        "6": {**good, "kontak": {"surel": ["ok", None]}},
        "3211012001900001": {**good, "nama": ""},
    }
    mapped = example_mapping("keyed").to_common(body_of({"updated": "2024-03-26T07:40:45Z", "sites": sites}))
    assert ["contoh:facility:keyed.1"] == [record.id for record in mapped.records]
    assert [
        ("/sites/2/jenis", "unknown-code", "kind"),
        ("/sites/3/nama", "wrong-type", "name"),
        ("/sites/4/kelas", "absent", "address"),
        ("/sites/5", "wrong-type", "name"),
        ("/sites/6/kontak/surel/1", "wrong-type", "emails"),
        ("/sites/*/nama", "too-short", "name"),
    ] == refusals(mapped)
    assert 7 == mapped.records_in


def test_a_document_without_its_list_breaks_the_contract_and_says_where():
    """Not JSON, another envelope, a promise of the envelope that is not kept."""
    mapping = example_mapping("keyed")
    bodies = [
        b"<html>",
        b"",
        b'{"sites": {}, "updated": 5}',
        b'{"sites": [], "updated": "x"}',
        b'{"updated": "x"}',
        b"[" * 100_000,
    ]
    pointers = []
    for body in bodies:
        with pytest.raises(ContractBroken) as broken:
            mapping.to_common(body)
        pointers.append(broken.value.parameters["pointer"])
    assert ["", "", "/updated", "/sites", "/sites", ""] == pointers


def test_a_broken_contract_quotes_no_value():
    """Neither its message nor its causes hold what was sent."""
    with pytest.raises(ContractBroken) as broken:
        example_mapping("keyed").to_common(b'{"sites": {}, "updated": ["rahasia"]}')
    shown = "".join(traceback.format_exception(broken.value))
    assert "rahasia" not in shown.replace('b\'{"sites": {}, "updated": ["rahasia"]}\'', "")


def test_features_are_read_and_rows_that_are_not_kept_count_nowhere():
    """GeoJSON; a closed museum and one without a status are no records; repeated ones count once."""

    def feature(identifier, status, coordinates):
        return {
            "id": identifier,
            "geometry": {"coordinates": coordinates},
            "properties": {"name": "M", "status": status},
        }

    features = [
        feature(1, "buka", [106.81, -6.17]),
        feature(1, "buka", [106.81, -6.17]),
        feature(1, "buka", [106.82, -6.17]),
        feature(2, "tutup", [106.81, -6.17]),
        feature(3, None, [106.81, -6.17]),
        feature(4, "buka", [-6.17, 106.81]),
        {"id": 5, "geometry": None, "properties": {"name": "M", "status": "buka"}},
    ]
    mapped = example_mapping("features").to_common(body_of({"type": "FeatureCollection", "features": features}))
    expected = Facility(
        id="contoh:facility:features.1",
        partner="contoh",
        name="M",
        kind=FacilityKind.MUSEUM,
        location=Point((106.81, -6.17)),
    )
    assert [expected] == mapped.records
    assert [
        ("/features/2", "duplicate-id", "id"),
        ("/features/5/geometry/coordinates/1", "swapped-coordinates", "location"),
        ("/features/6/geometry/coordinates/1", "absent", "location"),
    ] == refusals(mapped)
    assert 4 == mapped.records_in


def test_a_single_record_is_the_document():
    """Lists of objects, rupiah as text, codes of a list's items."""
    document = {
        "nama": "AKTA KELAHIRAN",
        "dinas": "Dukcapil",
        "tarif": "Rp 10.000,-",
        "hari": 3,
        "syarat": [{"isi": "KTP; KK"}, {}, None, {"isi": None}, {"isi": " Surat "}],
        "peristiwa": ["Kelahiran"],
        "kanal": {"loket": "1, 2"},
    }
    expected = Service(
        id="contoh:service:single.AKTA~20KELAHIRAN",
        partner="contoh",
        name="Akta kelahiran",
        competent_authority="DUKCAPIL",
        requirements=["KTP; KK", "Surat"],
        procedure=["KTP", "KK"],
        fee=10000,
        processing_days=3,
        life_events=[LifeEventKind.BIRTH],
        channels=["1", "2"],
        sector="dukcapil",
    )
    document["syarat"] = [one for one in document["syarat"] if one is not None]
    mapped = example_mapping("single").to_common(body_of(document))
    assert ([expected], 1) == (mapped.records, mapped.records_in)


def test_a_single_record_that_cannot_be_decoded_is_refused():
    """It is the whole document, and still one refusal and not a broken contract."""
    mapped = example_mapping("single").to_common(body_of({"nama": 5, "dinas": "x"}))
    assert ([("/nama", "wrong-type", "id")], 1) == (refusals(mapped), mapped.records_in)


def test_json_in_a_text_is_read_once_and_its_faults_belong_to_its_fields():
    """Two places of the list, epoch and ISO instants, decimal commas, the first of three paths."""
    good = {
        "nomor": "AB12",
        "kota": " Sumedang ",
        "masuk": 1700000000000,
        "ubah": "2024-03-26T07:40:45+09:00",
        "selesai": True,
        "pos": "kode pos 45363",
        "isi": json.dumps(
            {"teks": "jalan  rusak", "berkas": [{"url": "u1"}, None, {"url": ""}], "titik": ["-6,17", 106.81]}
        ),
    }
    expected = ServiceRequest(
        id="contoh:service-request:nested.AB12~2F1700000000000",
        partner="contoh",
        service_request_id="AB12",
        status=ServiceRequestStatus.CLOSED,
        requested_datetime=datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
        updated_datetime=datetime(2024, 3, 26, 7, 40, 45, tzinfo=WIT),
        description="jalan rusak",
        media_urls=["u1"],
        location=Point((106.81, -6.17)),
        address="jalan  rusak",
        postal_code="45363",
    )
    rows = [good, {**good, "nomor": "AB13", "isi": "{"}, {**good, "kota": "Bandung"}, {**good, "nomor": "x"}]
    for document, where in (({"items": {"rows": rows}}, "/items/rows"), ({"items": rows}, "/items")):
        mapped = example_mapping("nested").to_common(body_of(document))
        assert [expected] == mapped.records
        assert [(f"{where}/1/isi", "malformed", "media_urls"), (f"{where}/3/nomor", "malformed", "id")] == sorted(
            refusals(mapped)
        )
        assert ([], 3) == (mapped.emptied, mapped.records_in)


def test_one_row_becomes_a_record_for_each_column():
    """Each cell is refused or comes through by itself; the first and last rows are none of them."""
    rows = [
        {"wilayah": "kode", "periode": "", "a": None, "b": {}},
        {"wilayah": "3173", "periode": "TW II 2023", "a": "3,25", "b": {"nilai": "12%"}},
        {"wilayah": "3211", "periode": "Mei 2023", "a": 0.5, "b": {}},
        {"wilayah": "total", "periode": "", "a": 1, "b": {}},
    ]
    mapped = example_mapping("wide").to_common(body_of({"rows": rows}))
    made = [(one.region, one.period, one.value, one.dimensions) for one in mapped.records if isinstance(one, Indicator)]
    assert [
        ("31.71", "2023-Q2", 32.5, {"sex": "male", "source": "contoh"}),
        ("31.71", "2023-Q2", 120, {"sex": "female", "source": "contoh"}),
        ("32.11", "2023-05", 5.0, {"sex": "male", "source": "contoh"}),
    ] == made
    assert ([("/rows/2/b/nilai", "absent", "value")], 4) == (refusals(mapped), mapped.records_in)


def test_a_row_that_cannot_be_decoded_is_refused_for_each_of_its_columns():
    """Four records are missing, not one."""
    rows = [
        {},
        {"wilayah": 5, "periode": "", "a": 1, "b": {}},
        {"wilayah": "3173", "periode": "2023", "a": 1, "b": {}},
        {},
    ]
    mapped = example_mapping("wide").to_common(body_of({"rows": rows}))
    assert [
        ("/rows/1/wilayah", "wrong-type", "id"),
        ("/rows/1/wilayah", "wrong-type", "id"),
        ("/rows/2/b/nilai", "absent", "value"),
    ] == refusals(mapped)
    assert (1, 4) == (len(mapped.records), mapped.records_in)


HEADERS = 'records = { header_row = true, headers = { "nama" = "Nama" }, skip_last = 1 }'


@pytest.mark.parametrize("bad", [{"id": 1, "nama": "x"}, {"id": 1, "nama": None}])
def test_the_header_row_is_no_record_and_must_say_what_was_declared(small, bad):
    """Case and white space do not matter; the total row is none either; also where a row cannot be decoded."""
    mapping = small.facilities({}, "", records=HEADERS)
    rows = [{"id": "No", "nama": " NAMA "}, bad, {"id": 2, "nama": "RS"}, {"id": "", "nama": "Jumlah"}]
    mapped = mapping.to_common(body_of(rows))
    assert ("contoh:facility:kecil.2", 2) == (mapped.records[-1].id, mapped.records_in)
    assert (0, []) == ((empty := mapping.to_common(b"[]")).records_in, empty.records)


@pytest.mark.parametrize("row", [{"id": 2, "nama": "RS"}, {"id": 2, "nama": None}])
def test_a_moved_column_breaks_the_contract(small, row):
    """Another name above a column means another column."""
    with pytest.raises(ContractBroken) as broken:
        small.facilities({}, "", records=HEADERS).to_common(body_of([{"id": "No", "nama": "Alamat"}, row, row]))
    assert ("/0/nama", "header-differs") == (broken.value.parameters["pointer"], broken.value.parameters["reason"])


@pytest.mark.parametrize(("declared", "expected"), [(True, ([1], 0, 1)), (False, ([1], 1, 2))])
def test_repeated_rows_count_once_only_where_declared(small, declared, expected):
    """Without `distinct`, the second is refused."""
    mapping = small.facilities({}, "", records=f"records = {{ distinct = {str(declared).lower()} }}")
    mapped = mapping.to_common(body_of([{"id": 1, "nama": "RS"}, {"id": "1", "nama": " RS"}]))
    assert expected == ([len(mapped.records)], len(mapped.refused), mapped.records_in)


def test_null_if_takes_values_of_the_right_kind_only(small):
    """`0` is null where declared, `false` is not 0."""
    mapping = small.facilities(
        {"alamat": {"type": ["string", "integer", "null"]}},
        'address = { from = "alamat", null_if = [0, "-"], unreadable = "null" }',
    )
    rows = [{"id": number, "nama": "x", "alamat": value} for number, value in enumerate([0, " - ", "0", 7, None, ""])]
    mapped = mapping.to_common(body_of(rows))
    assert [None, None, "0", "7", None, None] == [record.address for record in mapped.records]
    assert [Refused("/5/alamat", "too-short", "address")] == mapped.emptied


def test_limits_of_the_common_field_are_guarded(small):
    """Too long, too short, malformed: each its own reason."""
    mapping = small.facilities({"pos": {"type": "string"}}, 'postal_code = { from = "pos", refuse = true }')
    rows = [
        {"id": 1, "nama": "x" * 501, "pos": "45363"},
        {"id": 2, "nama": " ", "pos": "45363"},
        {"id": 3, "nama": "x", "pos": "4536"},
        {"id": 4, "nama": "x", "pos": "45363\nx"},
        {"id": "a" * 201, "nama": "x", "pos": "45363"},
        {"id": "", "nama": "x", "pos": "45363"},
        {"id": 6, "nama": "x"},
    ]
    assert [
        ("/0/nama", "too-long", "name"),
        ("/1/nama", "too-short", "name"),
        ("/2/pos", "malformed", "postal_code"),
        ("/3/pos", "malformed", "postal_code"),
        ("/4/id", "too-long", "id"),
        ("/5/id", "too-short", "id"),
        ("/6/pos", "absent", "postal_code"),
    ] == refusals(mapping.to_common(body_of(rows)))


def test_what_a_refused_record_had_emptied_is_not_listed(small):
    """`emptied` speaks of records that came through."""
    mapping = small.facilities(
        {"pos": {"type": "string"}, "buka": {"type": "string"}},
        'postal_code = { from = "pos", unreadable = "null" }\n'
        'opened_on = { from = "buka", date = "iso", refuse = true }',
    )
    mapped = mapping.to_common(body_of([{"id": 1, "nama": "x", "pos": "?", "buka": "?"}]))
    assert ([("/0/buka", "unreadable-date", "opened_on")], []) == (refusals(mapped), mapped.emptied)


def test_a_function_of_the_partner_may_fail(small):
    """Whatever it raises or returns, only its record is refused."""
    mapping = small.facilities(
        {"pos": {"type": "string"}}, 'beds = { use = "tests.support.rules:beds_of", from = "pos", unreadable = "null" }'
    )
    rows = [
        {"id": number, "nama": "x", "pos": value}
        for number, value in enumerate(["12", "dua", "-1", "1000000000000000000000"])
    ]
    mapped = mapping.to_common(body_of(rows))
    assert [12, None, None] == [record.beds for record in mapped.records[:3]]
    assert [("/1/pos", "rule-failed"), ("/2/pos", "out-of-range")] == [
        (one.pointer, one.reason) for one in mapped.emptied[:2]
    ]


def test_the_character_nul_never_comes_through(small):
    """No store holds it as text; an escaped backslash before `u0000` is none."""
    mapping = small.facilities({}, "")
    mapped = mapping.to_common(rb'[{"id": 1, "nama": "a\u0000b"}, {"id": 2, "nama": "a\\u0000b"}]')
    assert ["ab", "a\\u0000b"] == [record.name for record in mapped.records]


def test_hostile_values_are_refused_alone(small):
    """Bytes that are no UTF-8, numbers beyond 64 bits."""
    mapping = small.facilities({}, "")
    good, no_text = b'{"id": 1, "nama": "a"}', b'{"id": 3, "nama": "\xff"}'
    mapped = mapping.to_common(b"[%b, %b, %b]" % (good, no_text, b'{"id": 99999999999999999999, "nama": "b"}'))
    assert [("/1", "malformed", None), ("/2/id", "out-of-range", "id")] == refusals(mapped)
    assert (1, 3) == (len(mapped.records), mapped.records_in)


def test_half_an_emoji_spoils_nothing(small):
    """A text cut in the middle of a surrogate pair comes through with the replacement character."""
    mapping = small.facilities({}, "")
    names = [rb"a\ud83d", rb"\ude00b", rb"\ud83d\ude00", rb"\\ud83d", rb"\ud83d\ud83d\ude00"]
    rows = b", ".join(b'{"id": %d, "nama": "%b"}' % (number, name) for number, name in enumerate(names))
    expected = ["a\ufffd", "\ufffdb", "\U0001f600", "\\ud83d", "\ufffd\U0001f600"]
    assert expected == [record.name for record in mapping.to_common(b"[%b]" % rows).records]


def test_the_generated_python_is_kept_for_reading_and_tracebacks():
    """It compiles by itself, and names the dataset and the fields."""
    mapping = example_mapping("nested")
    compile(mapping.source, "generated", "exec")
    assert "# contoh/nested becomes service-request." in mapping.source
    assert "# requested_datetime" in mapping.source


def test_the_version_changes_with_either_file(small):
    """So that what was mapped by another mapping can be told."""
    versions = {
        small.facilities({}, "").version,
        small.facilities({"pos": {"type": "string"}}, "").version,
        small.facilities({}, "# a comment\n").version,
    }
    assert 3 == len(versions)

"""What is proposed for small sources: operations, constants, columns, ids, and what is left open."""

from pathlib import Path

import pytest

import schemas
from gateway.mapping.code_lists import load_code_lists
from gateway.onboarding.propose import propose
from gateway.onboarding.reference import Reference
from gateway.onboarding.sample import Sample
from gateway.onboarding.source import infer_source
from tests.support.onboarding_samples import SUBDISTRICTS, health_centres, reports

CODES = load_code_lists(Path(schemas.__file__).parent / "codes")


def _proposed(document, *, title="", region="32.73", resource=None, **decided):
    sample = Sample(kind="json", adapter="rest_json", documents=[document])
    source = infer_source(sample, regions=CODES.regions)
    reference = Reference(CODES, kode_wilayah=region, partner_name="Pemerintah Kota Bandung", title=title)
    return propose(source, [document], reference, resource=resource, **decided)


def _declared(proposal, name):
    field = proposal.field(name)
    return None if field is None else field.declaration


def test_what_is_proposed_checks_and_maps_the_sample():
    """For every kind of source here."""
    for document in (health_centres(), reports()):
        proposal = _proposed(document)
        assert proposal.findings == ()
        assert proposal.trial.records_out == proposal.trial.records_in > 0


def test_the_resource_is_told_by_the_fields():
    """And surely."""
    assert _proposed(health_centres()).resource == "facility"
    told = _proposed(reports())
    assert told.resource == "service-request"
    assert told.resource_confidence > 0.7


def test_texts_of_numbers_are_read_as_they_are_written():
    """Decimal comma and dots between thousands."""
    rows = [{"id": n, "wilayah": SUBDISTRICTS[n % 9], "tahun": 2023, "nilai": f"{n + 1}.{n:03d},5"} for n in range(20)]
    proposal = _proposed(rows, title="Nilai", resource="indicator")
    assert _declared(proposal, "value")["number"] == "id"
    assert proposal.trial.records_out == 20


def test_prices_are_read_as_rupiah():
    """With their unit."""
    rows = [
        {"id": n, "komoditas": f"Beras {n % 4}", "harga": f"Rp {n + 10}.500,-", "tgl": f"{n + 1:02d}-03-2024"}
        for n in range(20)
    ]
    proposal = _proposed(rows, title="Harga pangan", resource="indicator")
    assert _declared(proposal, "value")["rupiah"] is True
    assert _declared(proposal, "unit") == {"const": "rupiah"}
    assert _declared(proposal, "period")["period"] == "%d-%m-%Y"


def test_a_date_and_a_time_of_day_become_one_instant():
    """Of two fields."""
    document = [
        {
            "id": n,
            "isi_laporan": f"Lampu mati di jalan {n}",
            "status": "Selesai",
            "tanggal": f"{n + 1:02d}/03/2024",
            "jam": f"{n:02d}:30",
        }
        for n in range(20)
    ]
    made = _declared(_proposed(document, resource="service-request"), "requested_datetime")
    assert made["template"] == "{tanggal} {jam}"
    assert made["datetime"] == "%d/%m/%Y %H:%M"


def test_a_year_and_a_month_become_one_period():
    """Months by their Indonesian names."""
    months = ("Januari", "Februari", "Maret", "April", "Mei", "Juni")
    rows = [{"id": n, "tahun": 2023, "bulan": months[n % 6], "jumlah_kasus": n} for n in range(24)]
    made = _declared(_proposed(rows, title="Kasus", resource="indicator"), "period")
    assert made["template"] == "{tahun}-{bulan}"
    assert made["period"] == "%Y-%B"


def test_a_column_for_each_year_becomes_a_record_for_each():
    """The year of the column is the period of the record."""
    rows = [{"kecamatan": name, "2021": n + 1, "2022": n + 2, "2023": n + 3} for n, name in enumerate(SUBDISTRICTS)]
    proposal = _proposed(rows, title="Jumlah apotek")
    assert proposal.resource == "indicator"
    assert _declared(proposal, "value")["from"] == "$value"
    assert _declared(proposal, "period")["from"] == "$column.year"
    assert proposal.trial.records_out == 27


def test_a_column_for_each_month_takes_the_year_from_the_title():
    """And leaves the total out."""
    rows = [
        {
            "penyakit": f"Penyakit {n}",
            "Januari": n,
            "Februari": n + 1,
            "Maret": n + 2,
            "April": n,
            "Mei": n,
            "Juni": n,
            "Jumlah": 6 * n + 3,
        }
        for n in range(10)
    ]
    proposal = _proposed(rows, title="Kasus penyakit 2023", resource="indicator")
    assert _declared(proposal, "period")["from"] == "$column.period"
    assert proposal.trial.records_out == 60


def test_records_without_an_id_get_one_of_several_fields():
    """Of as few as tell them apart."""
    rows = [
        {"kecamatan": name, "jenis_kelamin": sex, "jumlah": n, "tahun": 2023}
        for n, name in enumerate(SUBDISTRICTS)
        for sex in ("Laki-laki", "Perempuan")
    ]
    proposal = _proposed(rows, title="Jumlah penduduk", resource="indicator")
    assert set(proposal.field("id").paths) == {"kecamatan", "jenis_kelamin"}
    assert proposal.trial.records_out == 18
    assert _declared(proposal, "dimensions")["object"] == {"sex": {"from": "jenis_kelamin"}}


def test_keyed_records_are_known_by_their_keys():
    """`$key`."""
    document = {f"k{n}": {"nama": f"Pasar {n}", "alamat": f"Jl. Melati No. {n}"} for n in range(20)}
    assert _declared(_proposed(document, resource="facility"), "id")["from"] == "$key"


def test_exchanged_coordinates_are_told_by_their_values():
    """Whatever they are called."""
    rows = [
        {"id": n, "nama": f"Taman {n}", "latitude": 107.6 + n / 1000, "longitude": -6.9 - n / 1000} for n in range(20)
    ]
    proposal = _proposed(rows, resource="facility")
    assert _declared(proposal, "location")["latitude"] == "longitude"
    assert proposal.field("location").confidence < 0.9


def test_codes_that_tell_nothing_are_left_open():
    """A number for a state: a table to be filled in, and never sure."""
    rows = [
        {"id": n, "isi_laporan": f"Jalan rusak nomor {n}", "status": n % 3, "tgl_lapor": f"{n + 1:02d}-03-2024"}
        for n in range(24)
    ]
    proposal = _proposed(rows, resource="service-request")
    assert proposal.field("status").confidence < 0.5
    assert set(proposal.field("status").unknown) == {"0", "1", "2"}
    assert any(one.about == "status" for one in proposal.all_open)


def test_both_coordinates_in_one_text_are_left_open():
    """The language cannot take them apart."""
    rows = [{"id": n, "nama": f"Taman {n}", "koordinat": f"-6.9{n:02d},107.6{n:02d}"} for n in range(20)]
    proposal = _proposed(rows, resource="facility")
    assert proposal.field("location") is None
    assert any(one.about == "location" for one in proposal.open)


def test_what_a_person_says_is_taken():
    """A path, a constant, and nothing at all."""
    rows = [{**row, "xyzzy": f"Balai {number}"} for number, row in enumerate(health_centres())]
    proposal = _proposed(rows, said={"name": "xyzzy", "beds": None}, constants={"website": "https://contoh.example"})
    assert _declared(proposal, "name")["from"] == "xyzzy"
    assert proposal.field("beds") is None
    assert _declared(proposal, "website") == {"const": "https://contoh.example"}


def test_what_is_required_and_missing_is_named():
    """Records without any state are no reports."""
    proposal = _proposed([{"id": n, "isi": f"Teks {n}"} for n in range(12)], resource="service-request")
    assert proposal.findings
    assert {one.about for one in proposal.open if one.required} >= {"status"}


def test_an_optional_field_never_costs_a_record():
    """A deadline that is a word now and then is null there."""
    rows = [
        {
            "id": n,
            "isi_laporan": f"Jalan rusak {n}",
            "status": "Selesai",
            "tenggat": "segera" if n % 4 == 0 else f"{n + 1:02d}-03-2024",
        }
        for n in range(24)
    ]
    proposal = _proposed(rows, resource="service-request")
    assert proposal.trial.records_out == 24


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_records_make_less_sure(count):
    """Beyond 0.9 only what many records show."""
    few = _proposed(health_centres(count), resource="facility")
    many = _proposed(health_centres(), resource="facility")
    assert few.field("name").confidence < many.field("name").confidence

"""Samples beside the contract: few records, and made-up values of the same shape."""

import csv
import io
import json

import pytest

from gateway.fictional.fiction import Fiction
from gateway.onboarding.recorded import MOST_RECORDS, kept_csv, kept_json, kept_xml, still_holds
from gateway.onboarding.source import infer_source
from tests.support.onboarding_samples import reports
from tests.support.samples import REGIONS, sample_of


@pytest.fixture
def source_of(tmp_path):
    """What is inferred from some bytes."""

    def inferred(content, name):
        return infer_source(sample_of(tmp_path, content, name=name), regions=REGIONS)

    return inferred


def test_a_json_sample_keeps_its_envelope_and_few_records(source_of):
    """The first ones."""
    document = reports(100)
    source = source_of(json.dumps(document).encode(), "laporan.json")
    kept = json.loads(kept_json(document, source, personal=["nama_pelapor"], fiction=Fiction()))
    assert kept["sukses"] is True
    assert len(kept["laporan"]) == MOST_RECORDS
    assert kept["laporan"][0]["nama_pelapor"] != document["laporan"][0]["nama_pelapor"]
    assert kept["laporan"][0]["status"] == document["laporan"][0]["status"]
    assert document["laporan"][0]["nama_pelapor"].startswith("Wulandari")


def test_a_table_keeps_its_columns_and_encoding(source_of):
    """Also beyond ASCII."""
    rows = [["NO", "NAMA", "ALAMAT"], *([str(n), f"Caf\u00e9 {n}", f"Jl. Melati No. {n}"] for n in range(1, 100))]
    made = io.StringIO()
    csv.writer(made, delimiter=";").writerows(rows)
    content = made.getvalue().encode("windows-1252")
    kept = kept_csv(
        content, personal=["ALAMAT"], fiction=Fiction(), options={"delimiter": ";", "encoding": "windows-1252"}
    )
    read = list(csv.reader(io.StringIO(kept.decode("windows-1252")), delimiter=";"))
    assert len(read) == MOST_RECORDS + 1
    assert read[0] == rows[0]
    assert read[1][:2] == rows[1][:2]
    assert read[1][2] != rows[1][2]


def test_a_feed_keeps_its_elements(source_of):
    """And few of them."""
    items = "".join(f"<baris><id>{n}</id><pelapor>Siti Aminah {n}</pelapor></baris>" for n in range(100))
    content = f"<data><kota>Bandung</kota>{items}</data>".encode()
    kept = kept_xml(content, source_of(content, "data.xml"), personal=["pelapor"], fiction=Fiction())
    assert kept.count(b"<baris>") == MOST_RECORDS
    assert b"<kota>Bandung</kota>" in kept
    assert b"Aminah" not in kept


def test_what_could_not_be_made_up_is_noticed(source_of):
    """A sample in which personal values still stand is not to be written."""
    document = reports()
    content = json.dumps(document).encode()
    source = source_of(content, "laporan.json")
    assert still_holds(content, source, personal=["nama_pelapor"])
    assert not still_holds(
        kept_json(document, source, personal=["nama_pelapor"], fiction=Fiction()), source, personal=["nama_pelapor"]
    )


def test_numbers_of_somebody_are_made_up_wherever_they_stand(source_of):
    """Also in a field that nobody calls personal, and in an object's key."""
    document = reports()
    document["laporan"][0]["status"] = "hub. 0812-9876-5432, NIK 3211054403920001"
    document["laporan"][0]["ktp"] = {"3211054403920001": "siti@kantor.go.id"}
    content = json.dumps(document).encode()
    kept = kept_json(document, source_of(content, "laporan.json"), personal=[], fiction=Fiction()).decode()
    assert [] == [one for one in ("9876", "3211054403920001", "siti@") if one in kept]

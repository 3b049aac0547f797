"""Samples beside the contract: few records, and made-up values of the same shape."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.onboarding.fictional import fictional
from gateway.onboarding.recorded import MOST_RECORDS, kept_csv, kept_json, kept_xml, still_holds
from gateway.onboarding.sample import read_sample
from gateway.onboarding.source import infer_source
from tests.support.onboarding_samples import reports


@pytest.fixture
def source_of(tmp_path):
    """What is inferred from some bytes."""

    def inferred(content, name):
        file = Path(tmp_path / name)
        file.write_bytes(content)
        return infer_source(read_sample([file]))

    return inferred


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("0812-3456-7890", r"08\d\d-\d{4}-\d{4}"),
        ("3211054403920001", r"32\d{14}"),
        ("Siti Aminah, S.Pd", r"[A-Z][a-z]{3} [A-Z][a-z]{5}, S\.Pd"),
        ("SITI AMINAH", r"[A-Z]{4} [A-Z]{6}"),
        ("warga@kantor.go.id", r"[a-z0-9]+@contoh\.example"),
        ("1990-05-17", r"1990-05-\d\d"),
        ("17/05/1990", r"\d\d/05/1990"),
        ("https://foto.kantor.go.id/1.jpg", r"https://contoh\.example/[0-9a-f]+\.jpg"),
        ("-6.914744", r"-6\.91\d{4}"),
        ("", r""),
    ],
)
def test_a_made_up_value_has_the_same_shape_and_is_another(value, form):
    """Telephone numbers, identity numbers, names, addresses, days, links, coordinates."""
    made = fictional(value)
    assert re.fullmatch(form, made)
    assert made != value or not value


def test_the_same_value_gives_the_same():
    """So that repeated ones stay repeated."""
    assert fictional("Siti Aminah") == fictional("Siti Aminah") != fictional("Budi Santoso")


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)))
def test_any_value_keeps_its_type(value):
    """Whatever a platform sends."""
    assert type(fictional(value)) is type(value)


@given(st.text(alphabet="abcXYZ 0123456789-.,/", max_size=40))
def test_texts_keep_what_is_no_letter_and_no_digit(text):
    """Their separators, in their order."""
    made = fictional(text)
    if "contoh.example" not in made:
        assert re.sub(r"[A-Za-z0-9]+", "", made) == re.sub(r"[A-Za-z0-9]+", "", text)


def test_a_json_sample_keeps_its_envelope_and_few_records(source_of):
    """The first ones."""
    document = reports(100)
    source = source_of(json.dumps(document).encode(), "laporan.json")
    kept = json.loads(kept_json(document, source, personal=["nama_pelapor"]))
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
    kept = kept_csv(content, personal=["ALAMAT"], options={"delimiter": ";", "encoding": "windows-1252"})
    read = list(csv.reader(io.StringIO(kept.decode("windows-1252")), delimiter=";"))
    assert len(read) == MOST_RECORDS + 1
    assert read[0] == rows[0]
    assert read[1][:2] == rows[1][:2]
    assert read[1][2] != rows[1][2]


def test_a_feed_keeps_its_elements(source_of):
    """And few of them."""
    items = "".join(f"<baris><id>{n}</id><pelapor>Siti Aminah {n}</pelapor></baris>" for n in range(100))
    content = f"<data><kota>Bandung</kota>{items}</data>".encode()
    kept = kept_xml(content, source_of(content, "data.xml"), personal=["pelapor"])
    assert kept.count(b"<baris>") == MOST_RECORDS
    assert b"<kota>Bandung</kota>" in kept
    assert b"Aminah" not in kept


def test_what_could_not_be_made_up_is_noticed(source_of):
    """A sample in which personal values still stand is not to be written."""
    document = reports()
    content = json.dumps(document).encode()
    source = source_of(content, "laporan.json")
    assert still_holds(content, source, personal=["nama_pelapor"])
    assert not still_holds(kept_json(document, source, personal=["nama_pelapor"]), source, personal=["nama_pelapor"])

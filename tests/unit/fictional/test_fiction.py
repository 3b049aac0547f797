"""Made-up values: of the same shape, another one, the same for the same, and nobody's."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.fictional.fiction import Fiction
from gateway.fictional.shapes import Shape, is_nik, spans

FICTION = Fiction(b"of the tests")


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("0812-3456-7890", r"0812-\d{4}-\d{4}"),
        ("+62 812 3456 7890", r"\+62 812 \d{4} \d{4}"),
        ("(021) 5550123", r"\(021\) \d{7}"),
        ("3211054403920001", r"3211\d\d[4-7]\d03920000"),
        ("3211.0544.0392.0001", r"3211\.\d{4}\.0392\.0000"),
        ("Siti Aminah, S.Pd", r"[A-Z][a-z]{3} [A-Z][a-z]{5}, S\.Pd"),
        ("SITI AMINAH", r"[A-Z]{4} [A-Z]{6}"),
        ("drg. Budi Hartono", r"drg\. [A-Z][a-z]{3} [A-Z][a-z]{6}"),
        ("warga@kantor.go.id", r"[a-z0-9]+@contoh\.example"),
        ("1990-05-17", r"1990-05-\d\d"),
        ("1990-05-17T08:00:00+07:00", r"1990-05-\d\dT08:00:00\+07:00"),
        ("17/05/1990", r"\d\d/05/1990"),
        ("Kamis, 2 Juli 2026", r"Kamis, \d Juli 2026"),
        ("https://foto.kantor.go.id/1.jpg", r"https://contoh\.example/[0-9a-f]+\.jpg"),
        ("-6.914744", r"-6\.9\d{5}"),
        ("-6,9147", r"-6,9\d{3}"),
        ("c7801124-7b1a-4ff2-abfa-69e44835ccc8", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        ("Jl. Melati No. 7 RT 02/RW 05", r"Jl\. [A-Z][a-z]{5} No\. \d RT \d\d/RW \d\d"),
        ("  Siti  Aminah ", r"  [A-Z][a-z]{3}  [A-Z][a-z]{5} "),
        ('{"nama": "Siti Aminah"}', r'\{"nama": "[A-Z][a-z]{3} [A-Z][a-z]{5}"\}'),
    ],
)
def test_a_made_up_value_has_the_same_shape_and_is_another(value, form):
    """Telephone numbers, identity numbers, names, addresses, days, links, coordinates."""
    made = FICTION.value(value)
    assert re.fullmatch(form, made)
    assert made != value


@pytest.mark.parametrize(
    ("value", "shape", "form"),
    [
        (3211054403920001, None, r"3211\d{8}0000"),
        (6281234567890, None, r"62812\d{8}"),
        (81234567890, Shape.PHONE, r"812\d{8}"),
        (1767225600, Shape.DATE, r"17\d{8}"),
        (-6.171512, None, r"-6\.1\d+"),
    ],
)
def test_numbers_stay_numbers(value, shape, form):
    """Of their type, and about as large."""
    made = FICTION.value(value, shape)
    assert type(made) is type(value)
    assert re.fullmatch(form, str(made))
    assert made != value


@pytest.mark.parametrize("value", [None, True, "", "-", " ", []])
def test_what_is_nothing_stays(value):
    """Null, truth, and texts without a letter or digit."""
    assert FICTION.value(value) == value


def test_the_same_gives_the_same_however_it_is_written():
    """So that what belongs together still does."""
    fiction = Fiction()
    niks = ("3211054403920001", "3211 0544 0392 0001", 3211054403920001)
    digits = {re.sub(r"\D", "", str(fiction.value(it))) for it in niks}
    names = {fiction.value(it).casefold() for it in ("Siti Aminah", "SITI AMINAH", "siti aminah")}
    assert (1, 1) == (len(digits), len(names))
    assert (
        fiction.value("0812 3456 7890").replace(" ", "")[1:] == fiction.value("+62 812-3456-7890").replace("-", "")[4:]
    )
    assert fiction.value("drg. Siti Aminah, Sp.A") == f"drg. {fiction.value('Siti Aminah')}, Sp.A"


def test_different_ones_stay_different():
    """A thousand each, of one district, month and network."""
    fiction = Fiction()
    niks = {fiction.value(f"3211054403{90 + number // 500:02d}{number % 500 + 1:04d}") for number in range(1000)}
    phones = {fiction.value(f"08123456{number:04d}") for number in range(1000)}
    names = {
        fiction.value(f"{first}{second}{third}i") for first in "BDKLMNRST" for second in "aiueo" for third in "bdk"
    }
    assert (1000, 1000, 135) == (len(niks), len(phones), len(names))


def test_another_sample_gets_others_unless_the_key_is_the_same():
    """Nobody can go back from what was made up by trying all numbers."""
    made = {Fiction().value("3211054403920001") for _ in range(5)}
    assert len(made) > 1
    assert Fiction(b"7").value("Siti Aminah") == Fiction(b"7").value("Siti Aminah")


def test_a_made_up_nik_is_nobodys():
    """Its serial is 0000, which is never given; so it is not found again, either."""
    made = FICTION.value("3211054403920001")
    assert not is_nik(made)
    assert made == FICTION.scrubbed(made)


def test_a_nik_and_the_day_of_birth_beside_it_still_agree():
    """Also that of a woman."""
    nik, day = FICTION.value("3211054403920001"), FICTION.value("1992-03-04")
    assert int(nik[6:8]) - 40 == int(day[8:])


def test_what_looks_personal_is_found_within_a_text():
    """And the rest stays."""
    text = "Hub. 0812-3456-7890 (NIK 3211054403920001), surel siti@kantor.go.id, mobil D 1234 ABC, "
    text += "NPWP 09.254.294.3-407.000"
    assert [Shape.PHONE, Shape.NIK, Shape.EMAIL, Shape.PLATE, Shape.NUMBER] == [span.shape for span in spans(text)]
    made = FICTION.scrubbed(text)
    assert re.fullmatch(
        r"Hub\. 0812-[\d-]+ \(NIK 3211\d+\), surel \S+@contoh\.example, mobil D \d+ [A-Z]+, NPWP [\d.-]+", made
    )
    assert [] == [it for it in ("3456", "03920001", "siti@", "1234", "254.294") if it in made]


@pytest.mark.parametrize(
    "text",
    [
        "RT 003 RW 002, Jl. Melati No. 7",
        "2026-07-02 10:00:00",
        "02-03-2024",
        "1.234.567,50",
        "Rp 10.000.000,-",
        "SWA020620260000001",
        "32.11.15.2003",
        "106.810227",
        "16 anak, 20 orang tua",
        "Perda 1/2024",
        "UU No. 24 Tahun 2013",
    ],
)
def test_what_is_nothing_personal_is_left(text):
    """Days, money, codes, laws, house numbers."""
    assert text == FICTION.scrubbed(text)


def test_a_name_that_was_made_up_is_made_up_within_texts_too():
    """In whatever case."""
    fiction = Fiction()
    name = fiction.value("Siti Aminah")
    assert fiction.scrubbed("Laporan SITI AMINAH diterima.") == f"Laporan {name.upper()} diterima."


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda it: st.lists(it, max_size=3)
    )
)
def test_any_value_keeps_its_type(value):
    """Whatever a platform sends."""
    assert type(FICTION.value(value)) is type(value)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="abcXYZ 0123456789-.,/", max_size=40))
def test_texts_keep_what_is_no_letter_and_no_digit(text):
    """Their separators in their order, and, but for mailboxes and links, their length."""
    made = FICTION.value(text)
    if "contoh.example" not in made:
        assert re.sub(r"[A-Za-z0-9]+", "", made) == re.sub(r"[A-Za-z0-9]+", "", text)
        assert len(made) == len(text)


def test_what_was_made_up_is_counted_by_its_shape():
    """And only that."""
    fiction = Fiction()
    fiction.value(["Siti Aminah", "0812-3456-7890", json.dumps({"n": "Budi Hartono"})])
    assert {Shape.NAME: 2, Shape.PHONE: 1} == dict(fiction.counts)

"""Numbers in text: what each declared form reads, and what it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mapping.operations.numbers import (
    converted,
    number_en,
    number_id,
    number_plain,
    reader_of_number,
    rupiah,
    whole,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.234,5", 1234.5),
        ("18.532", 18532),
        ("3,25", 3.25),
        ("1.234.567", 1234567),
        ("1234567,8", 1234567.8),
        ("0", 0),
        ("-7", -7),
        ("+7", 7),
        ("\u22127,5", -7.5),
        ("007", 7),
    ],
)
def test_indonesian_numbers_have_dots_between_thousands_and_a_decimal_comma(text, expected):
    """`18.532` is eighteen thousand and something."""
    assert expected == number_id(text)


@pytest.mark.parametrize(
    "text",
    [
        "18.53",
        "1,234.5",
        "1.2345",
        "1.234.56",
        ",5",
        "5,",
        "",
        " 5",
        "5 orang",
        "1_000",
        "٣",
        "1e3",
        "NaN",
        "9" * 19,
        "--5",
    ],
)
def test_what_is_not_an_indonesian_number_is_not_guessed(text):
    """Marks in the wrong places mean another form, or no number at all."""
    assert number_id(text) is None


def test_whole_numbers_stay_whole():
    """A count is an integer; only a decimal mark makes a float."""
    assert (int, float) == (type(number_id("18.532")), type(number_id("3,0")))


@pytest.mark.parametrize(("text", "expected"), [("1,234.5", 1234.5), ("18.532", 18.532), ("1,234", 1234), ("7", 7)])
def test_english_numbers_have_commas_between_thousands_and_a_decimal_dot(text, expected):
    """`18.532` is eighteen and a bit."""
    assert expected == number_en(text)


@pytest.mark.parametrize("text", ["1,23", "1.234,5", "12,34,567", ""])
def test_what_is_not_an_english_number_is_not_guessed(text):
    """`1,23` is a decimal comma, not a thousand."""
    assert number_en(text) is None


@pytest.mark.parametrize(("text", "expected"), [("1234.5", 1234.5), ("-12", -12), ("0.5", 0.5)])
def test_plain_numbers_have_no_marks_between_thousands(text, expected):
    """As programs write them."""
    assert expected == number_plain(text)


@pytest.mark.parametrize("text", ["1,234", "1 234", ".5", "5.", "0x10", "inf", "²"])
def test_what_is_not_a_plain_number_is_not_guessed(text):
    """Python's own reading is wider than any platform's."""
    assert number_plain(text) is None


def test_a_percent_sign_is_read_only_where_the_unit_is_percent():
    """`12%` and `12 %` are 12 in %, and no number elsewhere."""
    read = reader_of_number("id", percent=True)
    assert (12, 12.5, 12, None) == (
        read("12%"),
        read("12,5 %"),
        read("12"),
        reader_of_number("id", percent=False)("12%"),
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Rp 10.000,-", 10000),
        ("Rp10.000,00", 10000),
        ("Rp. 50.000", 50000),
        ("rp 2.500.000", 2500000),
        ("IDR 75000", 75000),
        ("10000", 10000),
        ("10.000,-", 10000),
        ("gratis", 0),
        ("Gratis", 0),
        ("Tidak dipungut biaya", 0),
        ("Rp 0", 0),
        (10000, 10000),
        (10000.0, 10000),
    ],
)
def test_rupiah_are_whole_and_free_is_zero(value, expected):
    """The spellings that offices use."""
    assert expected == rupiah(value)


@pytest.mark.parametrize(
    "value", ["10,000", "Rp 10.000 - 50.000", "Rp 10.000/lembar", "10.000,50", "sesuai perda", "", "Rp", 10.5, "-5"]
)
def test_ranges_rates_and_sen_are_no_rupiah(value):
    """A fee that is not one amount is left to a human."""
    assert rupiah(value) is None


@pytest.mark.parametrize(
    ("value", "ratio", "expected"),
    [
        (7720, (1, 10), 772),
        (7725, (1, 10), 772.5),
        (-150, (1, 10), -15),
        (1.5, (1000, 1), 1500.0),
        (0.12, (100, 1), 12.0),
    ],
)
def test_units_are_converted_by_whole_numbers(value, ratio, expected):
    """7,720 mm are exactly 772 cm, and stay whole."""
    assert (expected, type(expected)) == (found := converted(value, *ratio), type(found))


def test_a_conversion_never_leaves_the_range_of_numbers():
    """An infinite number is no JSON."""
    assert converted(1e308, 1000, 1) is None


def test_only_whole_numbers_become_integers():
    """3.0 is 3; 3.5, a boolean and what no integer holds are none."""
    assert (3, None, None, None) == (whole(3.0), whole(3.5), whole(*[True]), whole(1e300))


@given(st.integers(-(10**17), 10**17))
def test_grouped_integers_are_read_back(number):
    """Every integer in Indonesian writing comes back as itself."""
    assert number == number_id(f"{number:,}".replace(",", "."))


@given(st.text(max_size=50))
def test_any_text_is_a_finite_number_or_none(text):
    """Nothing raises, nothing is infinite."""
    for read in (number_id, number_en, number_plain):
        found = read(text)
        assert found is None or abs(found) < 1e19

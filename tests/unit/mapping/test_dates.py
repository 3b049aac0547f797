"""Dates, instants and periods: the forms that Indonesian platforms write."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mapping.operations.dates import date_reader, instant_reader
from gateway.mapping.operations.periods import period_reader

WIB, WITA, WIT = (timezone(timedelta(hours=hours)) for hours in (7, 8, 9))


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("%A, %d %B %Y", "Minggu, 31 Desember 2023", date(2023, 12, 31)),
        ("%A, %d %B %Y", "JUM'AT,  1 maret 2024", date(2024, 3, 1)),
        ("%d %B %Y", "9 Agustus 2021", date(2021, 8, 9)),
        ("%d %b %Y", "09 Agt 2021", date(2021, 8, 9)),
        ("%d %b %Y", "09 Aug. 2021", date(2021, 8, 9)),
        ("%d %B %Y", "17 Pebruari 1999", date(1999, 2, 17)),
        ("%d-%m-%Y", "3-7-2022", date(2022, 7, 3)),
        ("%d/%m/%y", "05/10/20", date(2020, 10, 5)),
        ("%d/%m/%y", "05/10/71", date(1971, 10, 5)),
        ("iso", "2024-02-29", date(2024, 2, 29)),
        ("iso", "2024-02-29T23:00:00Z", date(2024, 2, 29)),
        ("%Y%m", "202401", date(2024, 1, 1)),
    ],
)
def test_dates_are_read_in_their_declared_form(form, text, expected):
    """Long and short names, Indonesian and English, in any case."""
    assert expected == date_reader((form,))(text)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%A, %d %B %Y", "Senin, 31 Desember 2023"),  # it was a Sunday
        ("%d %B %Y", "31 Februari 2023"),
        ("%d %B %Y", "31 Vendémiaire 2023"),
        ("%d-%m-%Y", "31-12-2023\n"),
        ("%d-%m-%Y", "12-31-2023"),
        ("%d-%m-%Y", "٣١-12-2023"),
        ("%d-%m-%Y", "00-00-0000"),
        ("%d-%m-%Y", "--"),
        ("%d-%m-%Y", 31122023),
        ("iso", "0000-01-01"),
        ("iso", "10000-01-01"),
        ("iso", "20240101"),
        ("iso", "2024-W01-1"),
    ],
)
def test_what_is_no_date_of_the_form_is_none(form, text):
    """A date that does not exist, or contradicts itself, is not guessed."""
    assert date_reader((form,))(text) is None


def test_the_date_of_an_instant_is_that_of_its_zone():
    """Midnight in Jakarta is the day before in UTC, as JavaScript writes it."""
    assert date(2024, 1, 1) == date_reader(("iso",), zone="Asia/Jakarta")("2023-12-31T17:00:00Z")


@pytest.mark.parametrize(
    ("form", "zone", "value", "expected"),
    [
        ("%d-%m-%Y %H:%M:%S", "Asia/Jakarta", "04-07-2022 10:54:29", datetime(2022, 7, 4, 10, 54, 29, tzinfo=WIB)),
        ("%d-%m-%Y %H:%M:%S", "Asia/Makassar", "04-07-2022 10:54:29", datetime(2022, 7, 4, 10, 54, 29, tzinfo=WITA)),
        ("%d-%m-%Y %H:%M:%S", "Asia/Jayapura", "04-07-2022 10:54:29", datetime(2022, 7, 4, 10, 54, 29, tzinfo=WIT)),
        ("%Y-%m-%d %H.%M.%S", "Asia/Jakarta", "2026-04-30 9.05.00", datetime(2026, 4, 30, 9, 5, tzinfo=WIB)),
        (
            "%Y-%m-%d %I:%M:%S %p",
            "Asia/Jakarta",
            "2022-07-04 10:54:29 AM",
            datetime(2022, 7, 4, 10, 54, 29, tzinfo=WIB),
        ),
        ("%Y-%m-%d %I:%M:%S %p", "Asia/Jakarta", "2022-07-04 12:00:00 AM", datetime(2022, 7, 4, 0, 0, tzinfo=WIB)),
        ("%Y-%m-%d %I:%M:%S %p", "Asia/Jakarta", "2022-07-04 12:00:00 pm", datetime(2022, 7, 4, 12, 0, tzinfo=WIB)),
        ("%d %B %Y %H:%M %z", None, "4 Juli 2022 10:54 WITA", datetime(2022, 7, 4, 10, 54, tzinfo=WITA)),
        ("iso", None, "2024-03-26T07:40:45.000000Z", datetime(2024, 3, 26, 7, 40, 45, tzinfo=UTC)),
        ("iso", None, "2024-03-26T07:40:45.123456+0700", datetime(2024, 3, 26, 7, 40, 45, 123456, tzinfo=WIB)),
        ("iso", "Asia/Jakarta", "2024-03-26 07:40:45", datetime(2024, 3, 26, 7, 40, 45, tzinfo=WIB)),
        ("iso", "Asia/Jakarta", "2024-03-26T07:40:45+09:00", datetime(2024, 3, 26, 7, 40, 45, tzinfo=WIT)),
        ("epoch-s", None, 1700000000, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        ("epoch-s", "Asia/Jakarta", "1700000000", datetime(2023, 11, 15, 5, 13, 20, tzinfo=WIB)),
        ("epoch-ms", None, 1700000000500, datetime(2023, 11, 14, 22, 13, 20, 500000, tzinfo=UTC)),
    ],
)
def test_instants_are_read_with_their_offset(form, zone, value, expected):
    """The offset is the value's own, or else that of the declared zone."""
    found = instant_reader((form,), zone=zone)(value)
    assert (expected, expected.utcoffset()) == (found, found and found.utcoffset())


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("iso", "2024-03-26 07:40:45"),  # no offset, no zone
        ("iso", "2024-03-26"),
        ("iso", "2024-03-26T25:00:00Z"),
        ("iso", "2024-03-26T23:59:60Z"),
        ("iso", "2024-03-26T07:40:45+99:00"),
        ("iso", "2024-03-26T07:40:45Z\n"),
        ("iso", "0001-01-01T00:00:00Z"),
        ("iso", "9999-12-31T23:59:59Z"),
        ("epoch-s", 1700000000000),  # milliseconds
        ("epoch-s", -(10**30)),
        ("epoch-s", "1e9"),
        ("epoch-s", True),
        ("epoch-s", 1e308),
        ("epoch-ms", 10**40),
        ("%d %B %Y %H:%M %z", "4 Juli 2022 10:54 CET"),
        ("%Y-%m-%d %I:%M:%S %p", "2022-07-04 13:00:00 PM"),
        ("%Y-%m-%d %H:%M:%S %z", "2022-07-04 24:00:00 +07:00"),
    ],
)
def test_what_is_no_instant_of_the_form_is_none(form, value):
    """No offset, no such time, or a year that only a placeholder has."""
    assert instant_reader((form,))(value) is None


def test_the_first_form_that_fits_is_taken():
    """A source may write its dates in several forms."""
    read = instant_reader(("iso", "%d/%m/%Y %H:%M"), zone="Asia/Jakarta")
    expected = datetime(2024, 3, 26, 7, 40, tzinfo=WIB)
    assert [expected, expected, None] == [read("2024-03-26T07:40:00"), read("26/03/2024 07:40"), read("26.03.2024")]


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.times())
def test_instants_in_iso_form_are_read_back(day, time):
    """Every instant with microseconds comes back as itself."""
    moment = datetime.combine(day, time)
    assert moment.replace(tzinfo=WIB) == instant_reader(("iso",), zone="Asia/Jakarta")(
        moment.isoformat(timespec="microseconds")
    )


@given(st.one_of(st.text(max_size=40), st.integers(), st.floats(), st.booleans(), st.none(), st.lists(st.none())))
def test_any_value_is_an_instant_or_none(value):
    """Nothing raises."""
    for form in ("iso", "epoch-s", "epoch-ms", "%A, %d %B %Y %I.%M.%S,%f %p %z"):
        found = instant_reader((form,), zone="Asia/Jakarta")(value)
        assert found is None or found.utcoffset() is not None


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("%Y", "2021", "2021"),
        ("%Y%m", "202401", "2024-01"),
        ("%B %Y", "Nopember 2021", "2021-11"),
        ("%d/%m/%Y", "5/10/2020", "2020-10-05"),
        ("quarter", "TW III 2021", "2021-Q3"),
        ("quarter", "Triwulan 3 Tahun 2021", "2021-Q3"),
        ("quarter", "2021-Q3", "2021-Q3"),
        ("iso", "2021-S1", "2021-S1"),
        ("iso", "2021-02", "2021-02"),
        ("iso", "2021-02-28", "2021-02-28"),
    ],
)
def test_periods_are_as_fine_as_their_form(form, text, expected):
    """A year stays a year."""
    assert expected == period_reader((form,))(text)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%Y", "21"),
        ("%Y%m", "202413"),
        ("%Y", "0000"),
        ("quarter", "TW V 2021"),
        ("iso", "2021-13"),
        ("iso", "2021-02-30"),
        ("iso", "0000"),
        ("iso", "2021\n"),
        ("iso", "2021-Q5"),
    ],
)
def test_what_is_no_period_of_the_form_is_none(form, text):
    """A month 13 is none."""
    assert period_reader((form,))(text) is None

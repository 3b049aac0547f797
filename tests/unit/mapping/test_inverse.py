"""The other way: what a mapping of invertible operations made is written back as it was."""

import json
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.mapping.compiling.inverse import NotInvertible
from gateway.mapping.compiling.inverse_values import (
    date_writer,
    instant_writer,
    number_writer,
    period_writer,
    unit_writer,
)
from gateway.mapping.operations.dates import date_reader, instant_reader
from gateway.mapping.operations.numbers import converted, number_en, number_id, number_plain
from gateway.mapping.operations.periods import period_reader
from tests.support.small_mappings import SmallMappings, example_mapping, shipped_codes

WIB = timezone(timedelta(hours=7))
WORDS = st.text(st.characters(exclude_categories=("Cs", "Z", "C")), min_size=1, max_size=20)
DAYS = st.dates(date(1901, 1, 1), date(2198, 12, 31))
NAMES = ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November")
MONTHS = (*NAMES, "Desember")
WEEKDAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
ROWS = st.fixed_dictionaries(
    {
        "id": st.integers(-(2**63), 2**63 - 1),
        "nama": st.lists(WORDS, min_size=1, max_size=3).map(" ".join),
        "kelas": st.sampled_from(["RS", "KL", "AP"]),
        "pusat": st.sampled_from(sorted(shipped_codes().regions.crosswalk)).map(int),
        "tempat": st.fixed_dictionaries({"lintang": st.floats(-11, 6), "bujur": st.floats(95, 141)}),
        "kosong": st.none() | WORDS,
        "ranjang": st.integers(0, 10**9).map(lambda number: f"{number:,}".replace(",", ".")),
    },
    optional={
        "buka": DAYS.map(lambda day: f"{WEEKDAYS[day.weekday()]}, {day.day:02} {MONTHS[day.month - 1]} {day.year}"),
        "diubah": st.tuples(DAYS, st.times()).map(lambda parts: f"{parts[0]:%d/%m/%Y} {parts[1]:%H:%M:%S}"),
        "telepon": st.lists(WORDS, min_size=1, max_size=3),
    },
)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(ROWS)
def test_to_source_after_to_common_is_the_identity(row):
    """Every record in the platform's canonical writing comes back as it was sent."""
    mapping = example_mapping("invertible")
    mapped = mapping.to_common(json.dumps([row]).encode())
    assert [] == mapped.refused
    assert row == mapping.to_source(mapped.records[0])


def test_what_loses_something_has_no_inverse_and_says_why():
    """Every reason at once, each with its field."""
    mapping = example_mapping("keyed")
    with pytest.raises(NotInvertible) as found:
        mapping.to_source(object())
    reasons = found.value.reasons
    assert "id: only a value from one path can be written back" in reasons
    assert "name: `text` makes one value of several" in reasons
    assert "beds: `unreadable` makes one value of several" in reasons
    assert "source_updated_at: `$root.updated` is no plain path of members" in reasons


def test_rows_that_become_several_records_have_no_inverse():
    """One record is not enough to write the row."""
    with pytest.raises(NotInvertible, match="unpivot"):
        example_mapping("wide").to_source(object())


def test_codes_that_are_not_one_to_one_have_no_inverse(tmp_path: Path):
    """Two spellings of one code: which one to write is not known. Nor is a value that may be text or number."""
    mapping = SmallMappings(tmp_path).facilities(
        {"k": {"enum": ["a", "b"]}},
        'website = { from = "k", codes = { a = "https://x.example", b = "https://x.example" } }',
    )
    with pytest.raises(NotInvertible) as found:
        mapping.to_source(object())
    untold = "the platform's own writing of the value cannot be told"
    assert (f"id: {untold}", f"website: {untold}") == found.value.reasons


@given(st.integers(-(10**15), 10**15) | st.decimals(-(10**6), 10**6, places=3).map(float))
def test_written_numbers_are_read_back(number):
    """In each of the forms."""
    for form, read in (("id", number_id), ("en", number_en), ("plain", number_plain)):
        assert number == read(number_writer(form)(number))


@given(st.integers(-(10**12), 10**12))
def test_converted_numbers_are_converted_back(number):
    """Millimetres, centimetres, and millimetres again."""
    assert number == unit_writer("mm", "cm")(converted(number, 1, 10))


@given(DAYS)
def test_written_dates_are_read_back(day):
    """With Indonesian names, in digits, in ISO form."""
    for form in ("iso", "%d-%m-%Y", "%d %B %Y", "%A, %d %B %Y"):
        write = date_writer(form)
        assert write is not None
        assert day == date_reader((form,))(write(day))


@given(DAYS, st.times())
def test_written_instants_are_read_back(day, time):
    """As finely as the form is."""
    moment = datetime.combine(day, time.replace(microsecond=0), tzinfo=WIB)
    for form in ("iso", "epoch-s", "epoch-ms", "%d-%m-%Y %H:%M:%S", "%Y-%m-%d %I.%M.%S %p"):
        write = instant_writer(form, WIB)
        assert write is not None
        assert moment == instant_reader((form,), zone="Asia/Jakarta")(write(moment))


def test_forms_that_lose_something_are_not_written():
    """No seconds, no day, two-digit years, a zone that nobody named."""
    assert [None] * 5 == [
        instant_writer("%d-%m-%Y %H:%M", WIB),
        instant_writer("%d-%m-%Y %H:%M:%S", None),
        date_writer("%B %Y"),
        date_writer("%d-%m-%y"),
        period_writer("quarter"),
    ]


@pytest.mark.parametrize(("form", "period"), [("%Y", "2021"), ("%Y%m", "2021-03"), ("%d/%m/%Y", "2021-03-05")])
def test_written_periods_are_read_back(form, period):
    """A year, a month, a day."""
    write = period_writer(form)
    assert write is not None
    assert period == period_reader((form,))(write(period))

"""ISO 8601 durations, read and written."""

from datetime import timedelta

import pytest

from gateway.cases.durations import duration_text, parse_duration


@pytest.mark.parametrize(
    ("text", "duration", "written"),
    [
        ("P3D", timedelta(days=3), "P3D"),
        ("P2W", timedelta(days=14), "P14D"),
        ("PT36H", timedelta(hours=36), "P1DT12H"),
        ("P1DT12H", timedelta(days=1, hours=12), "P1DT12H"),
        ("PT90S", timedelta(seconds=90), "PT1M30S"),
        ("PT5M", timedelta(minutes=5), "PT5M"),
    ],
)
def test_a_duration_is_read_and_written(text, duration, written):
    """Weeks, days, hours, minutes and seconds; written in days and below, it is the same."""
    assert duration == parse_duration(text)
    assert written == duration_text(duration)
    assert duration == parse_duration(written)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "3D",
        "P3",
        "P1M",
        "P1Y",
        "P-3D",
        "P0D",
        "P1.5D",
        "PT1H30",
        "P٣D",
        "P9999D",
        "PT999999999999S",
        " P3D",
    ],
)
def test_what_has_no_fixed_length_is_none(text):
    """Months, years, fractions, nothing, other digits, and more than ten years."""
    assert parse_duration(text) is None

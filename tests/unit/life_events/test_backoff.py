"""When a delivery is tried again."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from gateway.life_events.backoff import ATTEMPTS, LONGEST_RETRY_AFTER_S, SCHEDULE_S, next_attempt, retry_after

NOW = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)


def test_the_pauses_last_about_28_hours_in_all():
    """Eight attempts; the schedule of Standard Webhooks."""
    hours = sum(SCHEDULE_S) / 3600
    assert (8, True) == (ATTEMPTS, 27 < hours < 29)


def test_each_pause_is_spread_by_a_fifth_to_either_side():
    """So that what failed together does not come back together."""
    random.seed(7)
    pauses = [(next_attempt(2, now=NOW) - NOW).total_seconds() for _ in range(500)]
    assert 240 <= min(pauses) < 260
    assert 340 < max(pauses) <= 360


def test_after_the_last_attempt_there_is_none():
    """The delivery is a dead letter."""
    assert next_attempt(ATTEMPTS - 1, now=NOW) is not None
    assert next_attempt(ATTEMPTS, now=NOW) is None


def test_retry_after_counts_where_it_is_later():
    """A receiver may ask for more time than the schedule gives, never for less, and for no more than a day."""
    assert NOW + timedelta(seconds=600) == next_attempt(1, now=NOW, retry_after_s=600)
    assert NOW + timedelta(seconds=240) <= next_attempt(2, now=NOW, retry_after_s=1)
    assert NOW + timedelta(days=1) == next_attempt(1, now=NOW, retry_after_s=10**9)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Tue, 10 Mar 2026 05:02:00 GMT", 120.0),
        ("Tuesday, 10-Mar-26 05:02:00 GMT", 120.0),
        ("Tue, 10 Mar 2026 04:00:00 GMT", 0.0),
        ("99999999999999999999", LONGEST_RETRY_AFTER_S),
        ("Tue, 10 Mar 2099 05:02:00 GMT", LONGEST_RETRY_AFTER_S),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_its_forms(header, seconds):
    """Seconds, or a date; what is neither says nothing."""
    assert seconds == retry_after(header, now=NOW)

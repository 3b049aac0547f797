"""When a delivery is tried again: by default on the schedule of Standard Webhooks, over about 28 hours; with jitter."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

SCHEDULE_S: tuple[float, ...] = (5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
"""The pauses between attempts; after the last attempt the delivery is a dead letter."""
ATTEMPTS = len(SCHEDULE_S) + 1
LONGEST_RETRY_AFTER_S = 86_400.0
_JITTER = 0.2


def next_attempt(
    failures: int, *, now: datetime, retry_after_s: float | None = None, pauses_s: Sequence[float] = SCHEDULE_S
) -> datetime | None:
    """When to try again after so many failures, at least 1; None where it has been tried often enough.

    What the receiver asked for by `Retry-After` counts where it is later, up to a day.
    """
    if failures > len(pauses_s):
        return None
    pause = pauses_s[failures - 1] * random.uniform(1 - _JITTER, 1 + _JITTER)
    if retry_after_s is not None:
        pause = max(pause, min(retry_after_s, LONGEST_RETRY_AFTER_S))
    return now + timedelta(seconds=pause)


def retry_after(header: str | None, *, now: datetime) -> float | None:
    """The seconds that a `Retry-After` (RFC 9110 §10.2.3) asks for, in either of its forms; None where it says none."""
    if header is None:
        return None
    header = header.strip()
    if header.isascii() and header.isdigit():
        return min(float(header[:12]), LONGEST_RETRY_AFTER_S)
    try:
        until = parsedate_to_datetime(header)
    except (ValueError, TypeError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 0.0), LONGEST_RETRY_AFTER_S)

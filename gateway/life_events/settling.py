"""What becomes of a delivery: after an attempt, or without one."""

from collections.abc import Sequence
from datetime import datetime

from gateway.life_events.backoff import SCHEDULE_S, next_attempt
from gateway.life_events.delivery import Attempt, Claimed, DeliveryStatus, Settled


def after_attempt(
    claimed: Claimed, attempt: Attempt, *, now: datetime, pauses_s: Sequence[float] = SCHEDULE_S
) -> Settled:
    """It arrived; or it is tried again later; or it has been tried often enough, or in vain for ever."""
    failures = claimed.failures + (attempt.reason is not None)
    status, next_at = DeliveryStatus.DELIVERED, now
    if attempt.reason is not None:
        wait = attempt.retry_after_s
        again = None if attempt.is_final else next_attempt(failures, now=now, retry_after_s=wait, pauses_s=pauses_s)
        status, next_at = (DeliveryStatus.WAITING, again) if again is not None else (DeliveryStatus.DEAD, now)
    return _settled(
        claimed,
        status=status,
        attempts=claimed.attempts + 1,
        failures=failures,
        next_at=next_at,
        reason=attempt.reason,
        attempt=attempt,
    )


def withheld(claimed: Claimed, *, reason: str, now: datetime) -> Settled:
    """The subscriber was not entitled to it."""
    return _settled(claimed, status=DeliveryStatus.WITHHELD, next_at=now, reason=reason)


def given_back(claimed: Claimed, *, at: datetime) -> Settled:
    """It waits again, until `at`: this worker makes no attempt now."""
    return _settled(claimed, status=DeliveryStatus.WAITING, next_at=at)


def _settled(
    claimed: Claimed,
    *,
    status: DeliveryStatus,
    next_at: datetime,
    attempts: int | None = None,
    failures: int | None = None,
    reason: str | None = None,
    attempt: Attempt | None = None,
) -> Settled:
    return Settled(
        id=claimed.id,
        subscription_id=claimed.subscription.id,
        order_key=claimed.event.order_key,
        status=status,
        attempts=claimed.attempts if attempts is None else attempts,
        failures=claimed.failures if failures is None else failures,
        next_at=next_at,
        reason=reason,
        attempt=attempt,
    )

"""One subscription's part of a worker: how much is under way, and what failure changes."""

import asyncio

import pytest

from gateway.access.shared import Spent
from gateway.life_events.delivery import Attempt, Claimed, Parcel
from gateway.life_events.event import StoredEvent
from gateway.life_events.lane import FAILURES_THAT_NARROW, Lane
from gateway.life_events.pace import Pace
from tests.support.deliveries import START, a_subscription

ARRIVED = Attempt(at=START, duration_ms=5, status_code=204)
SLOW = Attempt(at=START, duration_ms=5_000, status_code=204)
FAILED = Attempt(at=START, duration_ms=5, status_code=500, reason="http-500")


def a_parcel(number: int) -> Parcel:
    """One of a subscription that takes three at once."""
    event = StoredEvent(
        sequence=number,
        id=f"evt_{number}",
        name="birth",
        provider="sumedang",
        dataset="sumedang/hospital-births",
        client_id="rsud",
        time=START,
        accepted_at=START,
        case_id=None,
        order_key=f"evt_{number}",
        facts={},
        record=b"{}",
    )
    claimed = Claimed(
        id=f"dlv_{number}",
        event=event,
        subscription=a_subscription(max_in_flight=3),
        attempts=0,
        failures=0,
        first_due_at=START,
        lease_until=START,
    )
    return Parcel(claimed=claimed, prepared_at=START, fields=frozenset(), data=b"{}", body=b"{}")


@pytest.fixture
def lane():
    """Ten parcels wait."""
    made = Lane()
    made.waiting.extend(map(a_parcel, range(10)))
    return made


def begun(lane: Lane) -> int:
    """How many it lets begin now."""
    count = 0
    while lane.next() is not None:
        count += 1
    return count


def test_no_more_begin_than_the_subscription_takes(lane):
    """And the next when one has ended."""
    assert 3 == begun(lane)
    lane.ended(ARRIVED, now=0.0)
    assert 1 == begun(lane)


def test_a_receiver_that_fails_is_tried_one_at_a_time(lane):
    """After three failures in a row; one that arrives ends it."""
    for _ in range(FAILURES_THAT_NARROW):
        lane.next()
        lane.ended(FAILED, now=0.0)
    assert lane.is_narrowed
    assert 1 == begun(lane)
    lane.ended(ARRIVED, now=0.0)
    assert 3 == begun(lane)


def test_what_was_broken_off_is_no_failure(lane):
    """The worker stops; the receiver did nothing wrong."""
    for _ in range(FAILURES_THAT_NARROW):
        lane.next()
        lane.ended(None, now=0.0)
    assert not lane.is_narrowed


def test_only_one_that_answers_at_once_is_quick(lane):
    """Nobody is at the beginning; a slow answer or a failure ends it."""
    assert not lane.is_quick
    lane.next()
    lane.ended(ARRIVED, now=0.0)
    assert lane.is_quick
    lane.next()
    lane.ended(SLOW, now=0.0)
    assert not lane.is_quick


def test_a_pause_that_is_asked_for_is_kept_until_one_arrives(lane):
    """`Retry-After` of one delivery holds for the others too."""
    lane.next()
    lane.ended(Attempt(at=START, duration_ms=5, status_code=429, reason="http-429", retry_after_s=60.0), now=100.0)
    assert 160.0 == lane.held_until
    lane.next()
    lane.ended(ARRIVED, now=170.0)
    assert 0.0 == lane.held_until


async def test_a_rate_makes_wait_until_there_is_room():
    """One limit for all workers: who is refused asks again when the limiter says."""
    answers = [
        Spent(admitted=False, remaining=0, reset_s=1.0, retry_after_s=0.02),
        Spent(admitted=True, remaining=1, reset_s=1.0),
    ]
    asked = []

    class Limiter:
        async def spend(self, key, rule):
            asked.append((key, rule.limit, rule.window_s, rule.burst))
            return answers.pop(0)

    async with asyncio.timeout(2):
        await Pace(Limiter()).wait(a_subscription(rate_per_s=0.5))
    assert [("webhook:sub_disdukcapil", 30, 60, 1)] * 2 == asked


async def test_without_a_rate_nobody_is_asked():
    """The shared store is left alone."""
    await Pace(None).wait(a_subscription())

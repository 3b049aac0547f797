"""Shares: how much of a worker's room one subscription may have."""

import pytest

from gateway.ids import PartnerId
from gateway.life_events.outbox import Room
from gateway.life_events.shares import Shares
from tests.support.deliveries import a_subscription

ROOM = 1_000


def shares(*subscriptions, busy=None, **room):
    """Of a worker with room for a thousand, of which some is taken."""
    busy = busy or {}
    free = Room(total=ROOM - sum(busy.values()), busy=busy, **room)
    return Shares(free, subscriptions={it.id: it for it in subscriptions})


@pytest.mark.parametrize(
    ("changes", "room", "most"),
    [
        ({}, {}, 8),
        ({}, {"quick": frozenset({"sub_a"})}, 128),
        ({}, {"narrowed": frozenset({"sub_a"})}, 1),
        ({}, {"narrowed": frozenset({"sub_a"}), "quick": frozenset({"sub_a"})}, 1),
        ({}, {"held_back": frozenset({"sub_a"})}, 0),
        ({"rate_per_s": 0.05, "max_in_flight": 64}, {"quick": frozenset({"sub_a"})}, 1),
        ({"rate_per_s": 5.0, "max_in_flight": 64}, {"quick": frozenset({"sub_a"})}, 10),
    ],
)
def test_a_subscription_gets_what_its_receiver_can_do_with(changes, room, most):
    """Its own limits, and how it goes at present."""
    subscription = a_subscription("sub_a", **changes)
    assert most == shares(subscription, **room).of(subscription)
    assert max(0, most - 1) == shares(subscription, busy={"sub_a": 1}, **room).of(subscription)


def test_one_subscription_gets_a_quarter_and_one_partner_half_at_most():
    """Whatever they would take."""
    many = [a_subscription(f"sub_{number}", max_in_flight=64) for number in range(40)]
    found = shares(*many, quick=frozenset(it.id for it in many))
    assert 250 == found.of(many[0])
    for it in many:
        found.take(it, found.of(it))
    other = a_subscription("sub_other", partner=PartnerId("jakarta"), max_in_flight=64)
    assert sum(found._held.values()) <= ROOM // 2 + len(many)
    assert found.of(other) >= 64


def test_who_has_none_gets_one_though_there_is_no_room():
    """So nobody is starved, however many others hold all that they can."""
    other = a_subscription("sub_other", partner=PartnerId("jakarta"))
    full = shares(a_subscription("sub_a"), other, busy={"sub_a": ROOM + 50})
    assert 1 == full.of(other)
    full.take(other, 1)
    assert 0 == full.of(other)

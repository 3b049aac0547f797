"""What is old is forgotten, batch by batch."""

from datetime import timedelta

from gateway.life_events.ports import Forgotten
from gateway.life_events.upkeep import Upkeep
from tests.support.access import NOON, SetClock


class CountedSeals:
    """Has some events to wipe, and notes what it is asked."""

    def __init__(self, *batches):
        self.batches = list(batches)
        self.asked = []

    async def forget_keys(self, *, before):
        self.asked.append(("keys", before))

    async def wipe(self, *, before, limit):
        self.asked.append(("wipe", before, limit))
        return self.batches.pop(0)


class CountedDeliveries:
    """Forgets in some stretches, and notes what it is asked."""

    def __init__(self, *stretches):
        self.stretches = list(stretches)
        self.asked = []

    async def forget(self, *, before, after, limit):
        self.asked.append((before, after, limit))
        count, reached = self.stretches.pop(0)
        return Forgotten(count=count, reached=reached)


async def test_events_beyond_their_days_are_wiped_until_none_is_left():
    """In batches; keys are forgotten after seven days."""
    seals = CountedSeals(500, 20, 0)
    upkeep = Upkeep(seals=seals, deliveries=CountedDeliveries((0, None)), clock=SetClock(), keep=timedelta(days=400))
    assert 520 == await upkeep.forget()
    assert ("keys", NOON - timedelta(days=7)) == seals.asked[0]
    assert [("wipe", NOON - timedelta(days=400), 500)] * 3 == seals.asked[1:]


async def test_deliveries_beyond_their_days_are_forgotten_stretch_by_stretch():
    """A stretch in which nothing is old does not end it: a later one may have some."""
    deliveries = CountedDeliveries((900, 500), (0, 1000), (3, 1500), (0, None))
    upkeep = Upkeep(seals=CountedSeals(0), deliveries=deliveries, clock=SetClock(), keep=timedelta(days=400))
    assert 0 == await upkeep.forget()
    assert [(NOON - timedelta(days=400), after, 500) for after in (0, 500, 1000, 1500)] == deliveries.asked

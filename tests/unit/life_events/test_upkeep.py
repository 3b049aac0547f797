"""What is old is forgotten, batch by batch."""

from datetime import timedelta

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


async def test_events_beyond_their_days_are_wiped_until_none_is_left():
    """In batches; keys are forgotten after seven days."""
    seals = CountedSeals(500, 20, 0)
    upkeep = Upkeep(seals=seals, clock=SetClock(), keep=timedelta(days=400))
    assert 520 == await upkeep.forget()
    assert ("keys", NOON - timedelta(days=7)) == seals.asked[0]
    assert [("wipe", NOON - timedelta(days=400), 500)] * 3 == seals.asked[1:]

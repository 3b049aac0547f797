"""How much one subscription may have claimed: so much that its receiver never waits, and nobody else is starved."""

from collections import Counter
from collections.abc import Mapping
from math import ceil

from gateway.ids import PartnerId
from gateway.life_events.outbox import Room
from gateway.life_events.subscription import Subscription

AHEAD = 16
"""So many times its `max_in_flight` may a quick receiver have at hand."""
PACED_S = 2
"""A receiver that limits its rate has at hand what it takes in so many seconds."""


class Shares:
    """The room of one turn, while it is given away."""

    def __init__(self, room: Room, *, subscriptions: Mapping[str, Subscription]) -> None:
        self._room = room
        self._held = Counter(room.busy)
        self._of_partners: Counter[PartnerId] = Counter()
        for id_, count in room.busy.items():
            if (subscription := subscriptions.get(id_)) is not None:
                self._of_partners[subscription.partner] += count
        self._free = room.total

    def of(self, subscription: Subscription) -> int:
        """How much more it may have; none where it may have none."""
        held = self._held[subscription.id]
        most = self._most(subscription)
        if most <= held:
            return 0
        of_partner = self._of_partners[subscription.partner]
        for_partner = (self._free + of_partner) // 2
        for_it = (for_partner - of_partner + held) // 2
        return max(min(most, for_it) - held, 0 if held else 1)

    def take(self, subscription: Subscription, count: int) -> None:
        """It has so much more."""
        self._held[subscription.id] += count
        self._of_partners[subscription.partner] += count
        self._free -= count

    def _most(self, subscription: Subscription) -> int:
        """What its receiver can do with, were it alone."""
        if subscription.id in self._room.held_back:
            return 0
        if subscription.id in self._room.narrowed:
            return 1
        most = subscription.max_in_flight * (AHEAD if subscription.id in self._room.quick else 1)
        return most if subscription.rate_per_s is None else min(most, ceil(subscription.rate_per_s * PACED_S))

"""The outbox as the dispatcher needs it: whole turns, each one transaction; `storage` keeps it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import msgspec

from gateway.audit.record import AuditRecord
from gateway.life_events.delivery import Attempt, Claimed, Parcel, Settled
from gateway.life_events.subscription import Subscription


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """How much may be claimed: `total` in all, `busy` per subscription already held, none of those in `held_back`.

    A subscription may have its `max_in_flight` claimed. Those in `narrowed` fail at present and get one at a time;
    those in `quick` answer at once and get more, so that the next one is at hand when one has arrived. Of what the
    others leave, one partner gets half at most, and of that one subscription half; but who has none gets one, though
    there is no room at all.
    """

    total: int
    busy: dict[str, int]
    held_back: frozenset[str] = frozenset()
    narrowed: frozenset[str] = frozenset()
    quick: frozenset[str] = frozenset()


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What one transaction does: settles, records, renews leases, and claims what `room` there is for."""

    now: datetime
    lease_until: datetime
    settled: tuple[Settled, ...] = ()
    records: tuple[AuditRecord, ...] = ()
    renewed: tuple[str, ...] = ()
    room: Room | None = None


class Turned(msgspec.Struct, frozen=True, kw_only=True):
    """`failing` are subscriptions whose failure has lasted too long. `has_more`: not all that is due was claimed.

    `current` are the subscriptions that collect events, by id, as they stand now; None where nothing was claimed for.
    """

    claimed: tuple[Claimed, ...] = ()
    failing: tuple[str, ...] = ()
    has_more: bool = False
    current: Mapping[str, Subscription] | None = None


class Outbox(Protocol):
    """One worker's view of the deliveries. No two workers ever hold one at once, until a lease has ended."""

    async def take_turn(self, turn: Turn) -> Turned:
        """Does all of it, or nothing. Raises `StoreUnavailable`."""
        ...

    async def disable(self, subscription_id: str, *, reason: str, now: datetime) -> bool:
        """Stops an active subscription, with an audit record; whether it was active. Raises `StoreUnavailable`."""
        ...

    async def waiting(self) -> int:
        """How many deliveries wait. Raises `StoreUnavailable`."""
        ...


class Sender(Protocol):
    """Takes a parcel to one kind of target."""

    async def send(self, parcel: Parcel) -> Attempt:
        """How it went. Raises nothing: what nobody foresaw is a failed attempt too."""
        ...

"""One change, and what it means for the two sides."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec


class Verdict(StrEnum):
    """What a change does to a side that stays as it is. `maybe`, where that cannot be decided, counts as breaking."""

    OK = "ok"
    MAYBE = "maybe"
    BREAKING = "breaking"


class Direction(StrEnum):
    """Who sends the value that a schema describes."""

    PRODUCER_SENDS = "producer-sends"
    CONSUMER_SENDS = "consumer-sends"

    @property
    def flipped(self) -> "Direction":
        """The other one."""
        return Direction.CONSUMER_SENDS if self is Direction.PRODUCER_SENDS else Direction.PRODUCER_SENDS


class Audience(StrEnum):
    """For whom a change counts."""

    ANYONE = "anyone"
    CONSUMERS = "consumers"
    PRODUCER = "producer"


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One change. `old` and `new` are JSON Pointers into the two documents, without one where it stands in only one.

    `producer` is who offers the data or the API, `consumers` are those who read or call it. `accepted` is the reason
    for which a breaking change is let through.
    """

    rule: str
    message: str
    producer: Verdict
    consumers: Verdict
    old: str | None = None
    new: str | None = None
    document: str | None = None
    accepted: str | None = None

    def breaks(self, audience: Audience) -> bool:
        """Whether it is breaking, or may be, for them."""
        match audience:
            case Audience.CONSUMERS:
                return self.consumers is not Verdict.OK
            case Audience.PRODUCER:
                return self.producer is not Verdict.OK
            case _:
                return self.consumers != Verdict.OK or self.producer is not Verdict.OK

    @property
    def place(self) -> str:
        """Where: `old -> new`, or the one pointer if both are the same."""
        if self.old == self.new:
            return self.old or "/"
        return f"{'-' if self.old is None else self.old or '/'} -> {'-' if self.new is None else self.new or '/'}"


def breaking(changes: Iterable[Change], audience: Audience) -> list[Change]:
    """Those that break somebody and were not accepted."""
    return [change for change in changes if change.accepted is None and change.breaks(audience)]

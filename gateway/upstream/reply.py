"""What a platform answered, as the exchange gets it; and how its failure is told."""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from adapters.base import AdapterError, Fault
from gateway.errors import PartnerUnavailable, UnavailableCode
from gateway.ids import DatasetId


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One document as its platform gave it, before mapping and minimisation.

    `fetched_at` is in seconds since 1970; `stale` says that the platform failed since, and that this is what it
    said before. `digest` changes with the body and with nothing else, so that what was made of it can be kept.
    `found` is False where one record was asked for and the platform has none such; the body is then empty.
    """

    dataset: DatasetId
    body: bytes
    digest: str
    fetched_at: float
    next_position: str | None = None
    stale: bool = False
    found: bool = True

    @property
    def mark(self) -> tuple[str, float, str | None, bool, bool]:
        """Two replies to one question that have the same mark are the same, and it holds no body."""
        return self.digest, self.fetched_at, self.next_position, self.stale, self.found


Outcome: TypeAlias = Reply | PartnerUnavailable

_CODES: Mapping[Fault, UnavailableCode] = {
    Fault.REFUSED_US: UnavailableCode.REFUSED_US,
    Fault.TIMEOUT: UnavailableCode.TIMEOUT,
    Fault.TOO_LARGE: UnavailableCode.TOO_LARGE,
    Fault.UNREACHABLE: UnavailableCode.UNREACHABLE,
    Fault.UNREADABLE: UnavailableCode.UNREADABLE,
}


def failure_of(dataset: DatasetId, error: AdapterError) -> PartnerUnavailable:
    """The adapter's error as the exchange knows it. `NOT_FOUND` is no failure: it has a `Reply`."""
    return unavailable(dataset, _CODES[error.fault], error.message, retry_after_s=error.retry_after_s)


def unavailable(
    dataset: DatasetId, code: UnavailableCode, message: str, *, retry_after_s: float | None = None
) -> PartnerUnavailable:
    """A failure with its dataset, partner, and when to come back, where that is known (seconds)."""
    partner = dataset.partition("/")[0]
    return PartnerUnavailable(code, message, partner=partner, dataset=dataset, retry_after_s=retry_after_s)

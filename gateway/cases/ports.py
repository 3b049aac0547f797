"""What cases need of storage."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from gateway.cases.case import Case, CaseStatus, CaseWithTimeline, MonthOfCases
from gateway.ids import PartnerId
from gateway.life_events.adoption import Adoption


class AdoptionBook(Protocol):
    """Who runs what."""

    async def of_partner(self, partner: PartnerId) -> tuple[Adoption, ...]:
        """The partner's adoptions, also those that have ended, at most 2 s old. Raises `StoreUnavailable`."""
        ...


class CaseHead(msgspec.Struct, frozen=True):
    """What never changes of a case."""

    recipe: str
    partner: PartnerId


class CaseQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases of a partner, the newest first. `before` is the id that the last page ended with."""

    recipe: str | None = None
    status: CaseStatus | None = None
    opened_since: datetime | None = None
    before: str | None = None
    limit: int = 100


class CaseRegister(Protocol):
    """The cases. Every method raises `StoreUnavailable`."""

    async def head(self, case_id: str) -> CaseHead | None:
        """What never changes of the case, or None."""
        ...

    async def page(self, partner: PartnerId, question: CaseQuestion, *, now: datetime) -> tuple[Case, ...]:
        """The partner's cases."""
        ...

    async def find(self, case_id: str, *, partner: PartnerId) -> CaseWithTimeline | None:
        """The partner's case with all that happened in it, or None."""
        ...

    async def months(
        self, partner: PartnerId, recipe: str, *, bounds: Sequence[datetime], measured: Sequence[str], now: datetime
    ) -> tuple[MonthOfCases, ...]:
        """The cases that were opened between each bound and the next, summed up."""
        ...


class LateSteps(Protocol):
    """The steps that are late and nobody was told of."""

    async def tell(self, now: datetime, *, limit: int) -> int:
        """Makes the events that tell of up to `limit` of them, once among all workers; how many steps."""
        ...

"""Reports, by as many exchanges as it takes. Each of them is one question on the path: checked, counted, recorded."""

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from gateway.api.exchange_data import Exchange
from gateway.api.open311.report import Report
from gateway.audit.ending import Origin
from gateway.errors import BadRequest, BadRequestCode, PartnerUnavailable, UnavailableCode
from gateway.exchange.answer import Answer, Gap
from gateway.exchange.query import Query
from gateway.ids import RecordId

_MOST_EXCHANGES = 10
_LONGEST_S = 10.0
_LIMIT = 200
"""Always the same: how partners' datasets follow one another depends on it, and pages must not overlap."""
_LIST = msgspec.json.Decoder(list[Report])
_ONE = msgspec.json.Decoder(Report)
_FAILURES = {code.value: code for code in UnavailableCode}


class Walked(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. `is_whole`: the list was followed to its end, or as far as was wanted. `last` has the limits."""

    reports: tuple[Report, ...]
    seen: int
    is_whole: bool
    gaps: tuple[Gap, ...]
    last: Answer

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return self.is_whole and not self.gaps


class Walker:
    """Asks for one caller, within one request."""

    def __init__(self, exchange: Exchange, *, token: str | None, origin: Origin) -> None:
        self._exchange = exchange
        self._token = token
        self._origin = origin

    async def reports(self, query: Query, *, wanted: int, keeps: Callable[[Report], bool]) -> Walked:
        """The first `wanted` reports that are kept, in the platforms' order; at most 2,000 are looked at.

        Raises what the path raises, and `PartnerUnavailable` where a platform failed and nothing at all came.
        """
        query = msgspec.structs.replace(query, limit=_LIMIT)
        ends = asyncio.get_running_loop().time() + _LONGEST_S
        kept: list[Report] = []
        gaps: list[Gap] = []
        seen = 0
        for _ in range(_MOST_EXCHANGES):
            answer = await self._exchange.answer(query, self._token, origin=self._origin)
            reports = _LIST.decode(answer.content.data)
            seen += len(reports)
            kept += filter(keeps, reports)
            gaps += answer.content.gaps
            cursor = answer.content.next_cursor
            if cursor is None or len(kept) >= wanted or asyncio.get_running_loop().time() >= ends:
                break
            query = msgspec.structs.replace(query, cursor=cursor)
        if not seen and (failure := failure_in(gaps)) is not None:
            raise failure  # an empty list would say that there is nothing
        is_whole = cursor is None or len(kept) >= wanted
        return Walked(reports=tuple(kept[:wanted]), seen=seen, is_whole=is_whole, gaps=tuple(gaps), last=answer)

    async def one(self, query: Query, record_id: RecordId) -> Walked | None:
        """The report with that record id; None where the platform cannot be asked for it alone. Raises, as the path."""
        query = msgspec.structs.replace(query, partners=None, filters={}, record_id=record_id)
        try:
            answer = await self._exchange.answer(query, self._token, origin=self._origin)
        except BadRequest as error:
            if error.code is BadRequestCode.FILTER_UNSUPPORTED:
                return None
            raise
        report = _ONE.decode(answer.content.data)
        return Walked(reports=(report,), seen=1, is_whole=True, gaps=answer.content.gaps, last=answer)


def failure_in(gaps: Sequence[Gap]) -> PartnerUnavailable | None:
    """The first failure of a whole platform that left a gap."""
    for gap in gaps:
        if gap.reason in _FAILURES:
            code = _FAILURES[gap.reason]
            return PartnerUnavailable(code, f"{gap.dataset} did not answer", dataset=gap.dataset, partner=gap.partner)
    return None

"""One page: each turn's reply becomes records, gaps and the place where its dataset goes on."""

import traceback
from collections.abc import Sequence
from typing import Any

import msgspec
import structlog

from gateway.errors import ContractBroken, GatewayError, PartnerUnavailable
from gateway.exchange.answer import Gap
from gateway.exchange.cursor import Place
from gateway.exchange.gaps import gap_of_failure
from gateway.exchange.ledger import Ledger
from gateway.exchange.plan import Plan, Turn
from gateway.exchange.released import ReleasedDocument, Releases, Source
from gateway.exchange.understanding import not_found
from gateway.ids import RecordId
from gateway.remembered import Remembered
from gateway.upstream.reply import Outcome, Reply

_BYTES_KEPT = 2 * 1024 * 1024
_log = structlog.get_logger(__name__)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What one turn gave.

    `fetched_at` is in seconds since 1970, None where there is no document. `goes_on` is None at the end of its
    list; `failure` is why it gave nothing. `may_be_kept` is False where there may be a Personal value in `rows`.
    """

    turn: Turn
    rows: bytes = b""
    digest: bytes = b""
    ledger: Ledger = Ledger()
    gaps: tuple[Gap, ...] = ()
    fetched_at: float | None = None
    is_stale: bool = False
    goes_on: Place | None = None
    failure: GatewayError | None = None
    may_be_kept: bool = True


class Page(msgspec.Struct, frozen=True, eq=False, weakref=True):
    """All that is answered now, how many records that is, and where the next page begins (nowhere at the end)."""

    parts: tuple[Part, ...]
    gaps: tuple[Gap, ...]
    next_places: tuple[Place, ...]
    count: int

    def rows(self) -> bytes:
        """The records, joined by commas."""
        return b",".join(part.rows for part in self.parts if part.rows)


class Pages:
    """Makes pages of replies. One dataset's failure never costs another its records.

    A page is remembered under its plan, which stands for question and grant, and the documents that it was made
    of; unless a part failed or may hold a Personal value.
    """

    def __init__(self, *, releases: Releases, bytes_kept: int = _BYTES_KEPT) -> None:
        self._releases = releases
        self._made: Remembered[Any, tuple[Plan, Page]] = Remembered(at_most=bytes_kept)

    async def make(self, plan: Plan, outcomes: Sequence[Outcome]) -> Page:
        """The page of a list: the same for the same plan and documents."""
        key = (id(plan), *(it.mark for it in outcomes if isinstance(it, Reply)))
        made = self._made.get(key) if len(key) == len(outcomes) + 1 else None
        if made is not None:
            return made[1]
        page = await self._list(plan, outcomes)
        if all(part.may_be_kept for part in page.parts):
            self._made.put(key, (plan, page), weight=_weight(page))
        return page

    async def _list(self, plan: Plan, outcomes: Sequence[Outcome]) -> Page:
        parts = tuple([await self._part(turn, it) for turn, it in zip(plan.turns, outcomes, strict=True)])
        gaps = (*plan.gaps, *(gap for part in parts for gap in part.gaps))
        return Page(parts, gaps, _next_places(plan, parts), sum(part.ledger.released for part in parts))

    async def make_one(self, plan: Plan, outcomes: Sequence[Outcome], *, record_id: RecordId) -> Page:
        """The page of one record. Raises the partner's failure, or `BadRequest` if there is no such record."""
        (turn,), (outcome,) = plan.turns, outcomes
        if isinstance(outcome, PartnerUnavailable):
            raise outcome
        if not outcome.found:
            raise not_found()
        document = await self._release(turn, outcome)
        offset = document.find(record_id)
        if offset is None:
            if turn.source_id is not None and document.refused:
                refused = document.gaps[0]
                message = f"the record of {turn.dataset.id} cannot be read"
                raise ContractBroken(message, dataset=turn.dataset.id, pointer=refused.pointer, reason=refused.reason)
            raise not_found()
        gaps = document.gaps if turn.source_id is not None else ()
        part = self._filled(turn, outcome, document=document, offset=offset, gaps=gaps)
        return Page((part,), (*plan.gaps, *gaps), (), 1)

    async def _part(self, turn: Turn, outcome: Outcome) -> Part:
        if isinstance(outcome, PartnerUnavailable):
            return _failed(turn, outcome)
        try:
            document = await self._release(turn, outcome)
        except ContractBroken as error:
            return _broken(turn, outcome, error)
        gaps = document.gaps if turn.place.offset == 0 else ()  # each gap on one page, like each record
        return self._filled(turn, outcome, document=document, offset=turn.place.offset, gaps=gaps)

    async def _release(self, turn: Turn, reply: Reply) -> ReleasedDocument:
        if not reply.found:
            raise ContractBroken("the platform has no such list", dataset=turn.dataset.id)
        try:
            return await self._releases.release(
                Source(reply.body, reply.digest),
                dataset=turn.dataset,
                fields=turn.entitlement.fields,
                filtering=turn.filtering,
            )
        except ContractBroken:
            raise
        except Exception as error:  # a fault of ours must not cost the other partners their part
            at = traceback.extract_tb(error.__traceback__)[-1]  # the error's text may hold a value of the record
            where = f"{at.filename}:{at.lineno}"
            _log.exception(
                "mapping.failed", dataset=turn.dataset.id, reason=type(error).__name__, where=where, exc_info=False
            )
            raise ContractBroken("the document could not be mapped", dataset=turn.dataset.id) from error

    def _filled(
        self, turn: Turn, reply: Reply, *, document: ReleasedDocument, offset: int, gaps: tuple[Gap, ...]
    ) -> Part:
        taken = max(0, min(turn.share, len(document) - offset))
        end = offset + taken
        goes_on = Place(turn.place.dataset, turn.place.position, end) if end < len(document) else _after(turn, reply)
        return Part(
            turn=turn,
            rows=document.rows(offset, taken),
            digest=document.digest(offset, taken),
            ledger=Ledger(
                records_in=document.records_in,
                released=taken,
                refused=document.refused,
                filtered=document.filtered,
                held_back=len(document) - taken,
            ),
            gaps=gaps,
            fetched_at=reply.fetched_at,
            is_stale=reply.stale,
            goes_on=goes_on,
            may_be_kept=document.may_be_kept,
        )


def _after(turn: Turn, reply: Reply) -> Place | None:
    """Where the list goes on after this document. A platform that names the same place again has ended."""
    position = reply.next_position
    return None if position is None or position == turn.place.position else Place(turn.place.dataset, position)


def _failed(turn: Turn, failure: PartnerUnavailable) -> Part:
    """It keeps its place, in case it answers while the others go on."""
    place = turn.place
    return Part(
        turn=turn,
        gaps=(gap_of_failure(turn.dataset.id, failure),),
        goes_on=Place(place.dataset, place.position, place.offset, has_failed=True),
        failure=failure,
        may_be_kept=False,
    )


def _broken(turn: Turn, reply: Reply, error: ContractBroken) -> Part:
    """A document that cannot be read will not become readable: the list goes on behind it."""
    return Part(
        turn=turn,
        gaps=(gap_of_failure(turn.dataset.id, error),),
        goes_on=_after(turn, reply),
        failure=error,
        may_be_kept=False,
    )


def _weight(page: Page) -> int:
    """The bytes that keeping it takes, about: the rows once for the page and once for its answer."""
    return 2000 + 500 * len(page.gaps) + 2 * sum(len(part.rows) for part in page.parts)


def _next_places(plan: Plan, parts: Sequence[Part]) -> tuple[Place, ...]:
    """Those who wait first, then those who go on, then those who failed.

    Ends where only failed ones are left; one that was not asked now is tried once more, as long as
    another got on, so that a list never goes round for ever.
    """
    going = [part.goes_on for part in parts if part.goes_on is not None and not part.goes_on.has_failed]
    failed = [part.goes_on for part in parts if part.goes_on is not None and part.goes_on.has_failed]
    got_on = len(failed) < len(parts)
    unflagged = going or any(not place.has_failed for place in plan.waiting)
    if not unflagged and not (plan.waiting and got_on):
        return ()
    return (*plan.waiting, *going, *failed)

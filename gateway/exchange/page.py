"""One page: each turn's reply becomes records, gaps and the place where its dataset goes on."""

import traceback
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import structlog

from gateway.clock import Clock
from gateway.errors import ContractBroken, GatewayError, PartnerUnavailable
from gateway.exchange.answer import Freshness, Gap
from gateway.exchange.cursor import Place
from gateway.exchange.gaps import gap_of_failure
from gateway.exchange.ledger import Ledger
from gateway.exchange.plan import Plan, Turn
from gateway.exchange.released import ReleasedDocument, Releases, Source
from gateway.exchange.understanding import not_found
from gateway.ids import RecordId
from gateway.upstream.reply import Outcome, Reply

_log = structlog.get_logger(__name__)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What one turn gave. `goes_on` is None at the end of its list; `failure` is why it gave nothing."""

    turn: Turn
    rows: bytes = b""
    digest: bytes = b""
    ledger: Ledger = Ledger()
    gaps: tuple[Gap, ...] = ()
    freshness: Freshness | None = None
    goes_on: Place | None = None
    failure: GatewayError | None = None


class Page(msgspec.Struct, frozen=True):
    """All that is answered now, and the places where the next page begins (none at the end)."""

    parts: tuple[Part, ...]
    gaps: tuple[Gap, ...]
    next_places: tuple[Place, ...]

    @property
    def count(self) -> int:
        """How many records are answered."""
        return sum(part.ledger.released for part in self.parts)

    def rows(self) -> bytes:
        """The records, joined by commas."""
        return b",".join(part.rows for part in self.parts if part.rows)


class Pages:
    """Makes pages of replies. One dataset's failure never costs another its records."""

    def __init__(self, *, releases: Releases, clock: Clock) -> None:
        self._releases = releases
        self._clock = clock

    async def make(self, plan: Plan, outcomes: Sequence[Outcome]) -> Page:
        """The page of a list."""
        parts = tuple([await self._part(turn, it) for turn, it in zip(plan.turns, outcomes, strict=True)])
        gaps = (*plan.gaps, *(gap for part in parts for gap in part.gaps))
        return Page(parts, gaps, _next_places(plan, parts))

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
        return Page((part,), (*plan.gaps, *gaps), ())

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
            freshness=self._freshness(turn, reply),
            goes_on=goes_on,
        )

    def _freshness(self, turn: Turn, reply: Reply) -> Freshness:
        return Freshness(
            dataset=turn.dataset.id,
            fetched_at=datetime.fromtimestamp(int(reply.fetched_at), UTC),
            age_s=max(0, int(self._clock.seconds() - reply.fetched_at)),
            stale=reply.stale,
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
    )


def _broken(turn: Turn, reply: Reply, error: ContractBroken) -> Part:
    """A document that cannot be read will not become readable: the list goes on behind it."""
    return Part(turn=turn, gaps=(gap_of_failure(turn.dataset.id, error),), goes_on=_after(turn, reply), failure=error)


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

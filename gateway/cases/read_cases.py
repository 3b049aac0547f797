"""The path of reading cases: a partner's clients see their partner's own. Recorded before it is answered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import structlog

from gateway.access.caller import Caller, TokenCheck
from gateway.access.rate_limit import RateLimits
from gateway.access.scopes import Scope
from gateway.audit.ending import Origin, ending_of
from gateway.audit.record import AuditRecord, AuditTrail
from gateway.cases.ports import AdoptionBook, CaseQuestion, CaseRegister
from gateway.cases.view import CaseDetail, CaseView, CaseViews
from gateway.clock import Clock
from gateway.decision import require
from gateway.errors import BadRequest, BadRequestCode
from gateway.ids import new_id


class CasePage(msgspec.Struct, frozen=True):
    """Cases, the newest first. `next_before` is the id to go on from; None where there are no more."""

    data: tuple[CaseView, ...]
    next_before: str | None


class _Note:
    """What is known of a question so far."""

    def __init__(self) -> None:
        self.caller: Caller | None = None
        self.query: dict[str, str] = {}
        self.count = 0


class CaseReading:
    """Answers questions about cases. Holds no state of any."""

    def __init__(
        self,
        *,
        tokens: TokenCheck,
        rates: RateLimits,
        register: CaseRegister,
        adoptions: AdoptionBook,
        views: CaseViews,
        trail: AuditTrail,
        clock: Clock,
    ) -> None:
        self._tokens = tokens
        self._rates = rates
        self._register = register
        self._adoptions = adoptions
        self._views = views
        self._trail = trail
        self._clock = clock

    async def page(self, question: CaseQuestion, token: str | None, *, origin: Origin) -> CasePage:
        """The cases of the caller's partner. Raises `Refusal` or `StoreUnavailable`; either way it is recorded."""
        async with self._recording(token, origin=origin, query=_words(question)) as (caller, note):
            asked = msgspec.structs.replace(question, limit=question.limit + 1)
            now = self._clock.now()
            found = await self._register.page(caller.partner, asked, now=now)
            data = tuple(self._views.case(it, now=now) for it in found[: question.limit])
            note.count = len(data)
        return CasePage(data, data[-1].id if len(found) > question.limit else None)

    async def one(self, case_id: str, token: str | None, *, origin: Origin) -> CaseDetail:
        """The case, and what happened in it.

        Raises `BadRequest` (not found) also for another partner's, `Refusal`, `StoreUnavailable`.
        """
        async with self._recording(token, origin=origin, query={}) as (caller, note):
            found = await self._register.find(case_id, partner=caller.partner)
            if found is None:
                raise BadRequest(BadRequestCode.NOT_FOUND, "there is no such case")
            note.query, note.count = {"case": found.case.id}, 1
            adoptions = await self._adoptions.of_partner(caller.partner)
            adoption = next((it for it in adoptions if it.recipe == found.case.recipe), None)
            return self._views.detail(found, adoption=adoption, now=self._clock.now())

    @asynccontextmanager
    async def _recording(
        self, token: str | None, *, origin: Origin, query: dict[str, str]
    ) -> AsyncIterator[tuple[Caller, _Note]]:
        """The caller and a note, while the question is answered. One record, however it ends, before it is answered."""
        note = _Note()
        note.query = query
        try:
            caller = note.caller = require(await self._tokens.check(token, scope=Scope.CASES_READ))
            structlog.contextvars.bind_contextvars(client_id=caller.client_id)
            require(await self._rates.check_and_spend(caller.client_id))
            yield caller, note
        except (Exception, asyncio.CancelledError) as error:
            await self._trail.append(self._record(note, origin, error))
            raise
        await self._trail.append(self._record(note, origin, None))

    def _record(self, note: _Note, origin: Origin, error: BaseException | None) -> AuditRecord:
        caller = note.caller
        ending = ending_of(error)
        return AuditRecord(
            id=new_id("ex"),
            at=self._clock.now(),
            kind="case.read",
            outcome=ending.outcome,
            reason=ending.reason,
            client_id=caller.client_id if caller else ending.client_id,
            partner=caller.partner if caller else None,
            token_id=caller.token_id if caller else None,
            purpose=caller.purpose if caller else None,
            scope=Scope.CASES_READ,
            query=note.query,
            released={str(caller.partner): note.count} if caller and note.count and error is None else {},
            request_id=origin.request_id,
            remote=origin.remote,
        )


def _words(question: CaseQuestion) -> dict[str, str]:
    """The filters, as the record keeps them."""
    told = {
        "recipe": question.recipe,
        "status": question.status.value if question.status else None,
        "opened_since": question.opened_since.isoformat() if question.opened_since else None,
    }
    return {name: value for name, value in told.items() if value is not None}

"""The path of every question. It reads like the promise: nothing leaves that was not allowed and recorded."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec
import structlog

from adapters.base import Question
from gateway.access.caller import TokenCheck
from gateway.access.client import Profile
from gateway.agreements.check import AgreementCheck, Asker
from gateway.audit.ending import Origin
from gateway.decision import require
from gateway.errors import Refusal, RefusalCode
from gateway.exchange.answer import Answer
from gateway.exchange.composition import Composer
from gateway.exchange.limits import ExchangeLimits
from gateway.exchange.page import Page, Pages
from gateway.exchange.plan import Planner
from gateway.exchange.query import Query
from gateway.exchange.recording import Recorder
from gateway.exchange.understanding import Reader
from gateway.ids import DatasetId
from gateway.upstream.reply import Outcome
from schemas.resources import Resource


class Partners(Protocol):
    """The partners' platforms."""

    async def ask_all(self, questions: Sequence[tuple[DatasetId, Question]]) -> Sequence[Outcome]:
        """What each answered, or how it failed, in order; all under one deadline."""
        ...


class ExchangePath:
    """Answers questions. Holds no state of any.

    Each step is taken for each question. What a step makes of the same thing as before it may remember, and each
    remembers for itself, by all that its outcome depends on; the token, the limits and the record are never spared.
    """

    def __init__(
        self,
        *,
        tokens: TokenCheck,
        reader: Reader,
        agreements: AgreementCheck,
        limits: ExchangeLimits,
        planner: Planner,
        upstream: Partners,
        pages: Pages,
        composer: Composer,
        recorder: Recorder,
        resources: Mapping[str, Resource],
    ) -> None:
        self._tokens = tokens
        self._reader = reader
        self._agreements = agreements
        self._limits = limits
        self._planner = planner
        self._upstream = upstream
        self._pages = pages
        self._composer = composer
        self._recorder = recorder
        self._scopes = {name: f"{resource.plural}:read" for name, resource in resources.items()}

    async def answer(self, query: Query, token: str | None, *, origin: Origin) -> Answer:
        """The answer to `query`, or raises what stopped it. Either way one audit record is durable before.

        Raises `Refusal`, `BadRequest`, `StoreUnavailable`; for one record also `PartnerUnavailable` and
        `ContractBroken`, which in a list are gaps.
        """
        scope = self._scopes[query.resource]
        async with self._recorder.recording(query, scope=scope, origin=origin) as note:
            caller = note.caller = require(await self._tokens.check(token, scope=scope))
            structlog.contextvars.bind_contextvars(client_id=caller.client_id)
            understood = note.understood = self._reader.read(query, caller=caller)
            asker = Asker(caller.partner, caller.purpose, caller.profile is Profile.FAPI)
            grant = note.grant = require(await self._agreements.check(asker, understood.wanted))
            admitted = require(await self._limits.check_and_spend(caller, grant))
            planned = self._planner.plan(understood, grant)
            outcomes = await self._upstream.ask_all(planned.questions)
            if understood.record_id is None:
                page = await self._pages.make(planned, outcomes)
            else:
                page = await self._pages.make_one(planned, outcomes, record_id=understood.record_id)
            _check_complete(page, query)
            note.page = page
            return self._composer.compose(page, query, consumer=caller.partner, admitted=admitted)


def _check_complete(page: Page, query: Query) -> None:
    """Raises `Refusal` if the caller wants all or nothing, and something is missing."""
    if query.completeness == "all" and page.gaps:
        raise Refusal(
            RefusalCode.INCOMPLETE,
            "all was asked for, and something is missing",
            gaps=msgspec.to_builtins(page.gaps),
        )

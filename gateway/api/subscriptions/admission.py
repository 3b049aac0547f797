"""Who may manage subscriptions: a client with the scope, for its own partner. Every refusal leaves a record."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from gateway.access.caller import Caller
from gateway.access.client import Profile
from gateway.access.rate_limit import RateLimits
from gateway.access.scopes import Scope
from gateway.access.shared import RateRule
from gateway.api.admin.acting import TokenVerifying
from gateway.api.bearer_token import bearer_token
from gateway.api.operation import WITH_TOKEN
from gateway.api.reply import HttpRequest
from gateway.api.request_facts import facts_of
from gateway.audit.record import AuditRecord, AuditTrail
from gateway.clock import Clock
from gateway.decision import require
from gateway.errors import BadRequest, BadRequestCode, Refusal, RefusalCode
from gateway.ids import new_id
from gateway.life_events.subscription_desk import Actor, SubscriptionDesk

SCOPE = Scope.SUBSCRIPTIONS_MANAGE.value
PROBLEMS = (
    *WITH_TOKEN,
    RefusalCode.LIMIT_REACHED,
    BadRequestCode.PARAMETER_INVALID,
    BadRequestCode.PARAMETER_UNKNOWN,
)

_SENDING = frozenset({"test", "verify"})
_TARGETS = RateRule("webhook-target", limit=60, window_s=60, burst=20)
"""Of a partner: what these acts send may go to somebody who never agreed to it."""


class Admitted(NamedTuple):
    """Who asks."""

    caller: Caller
    actor: Actor


class SubscriptionCounter:
    """Checks who asks, and holds the desk that the acts work with."""

    def __init__(
        self, *, desk: SubscriptionDesk, tokens: TokenVerifying, rates: RateLimits, trail: AuditTrail, clock: Clock
    ) -> None:
        self.desk = desk
        self._tokens = tokens
        self._rates = rates
        self._trail = trail
        self._clock = clock

    @asynccontextmanager
    async def admitting(self, request: HttpRequest, *, act: str) -> AsyncIterator[Admitted]:
        """Who asks, while it is answered. Raises `Refusal`; whatever refuses the act is recorded, once."""
        caller: Caller | None = None
        try:
            token, _ = bearer_token(request.scope["headers"])
            caller = require(await self._tokens.check(token, scope=SCOPE))
            facts = facts_of(request.scope)
            facts.client_id = caller.client_id
            require(await self._rates.check_and_spend(caller.client_id))
            if act in _SENDING:
                key = f"webhook-target:{caller.partner}"
                require(await self._rates.spend(key, _TARGETS, code=RefusalCode.LIMIT_REACHED))
            actor = Actor(
                partner=caller.partner,
                client_id=caller.client_id,
                purpose=caller.purpose,
                proves_key=caller.profile is Profile.FAPI,
                request_id=facts.request_id,
                remote=facts.remote,
            )
            yield Admitted(caller, actor)
        except (Refusal, BadRequest, asyncio.CancelledError) as error:
            await self._trail.append(self._refused(error, request, act=act, caller=caller))
            raise

    def _refused(self, error: BaseException, request: HttpRequest, *, act: str, caller: Caller | None) -> AuditRecord:
        facts = facts_of(request.scope)
        code = error.code.value if isinstance(error, Refusal | BadRequest) else "cancelled"
        claimed = error.parameters.get("client_id") if isinstance(error, Refusal) else None
        return AuditRecord(
            id=new_id("aud"),
            at=self._clock.now(),
            kind=f"subscription.{act}",
            outcome="refused" if isinstance(error, Refusal | BadRequest) else "failed",
            reason=code,
            client_id=caller.client_id if caller else claimed,
            partner=caller.partner if caller else None,
            token_id=caller.token_id if caller else None,
            purpose=caller.purpose if caller else None,
            scope=SCOPE,
            subject=request.path_params.get("subscription_id"),
            request_id=facts.request_id,
            remote=facts.remote,
        )

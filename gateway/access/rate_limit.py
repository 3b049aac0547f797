"""Who may ask how often. The counting itself is the `RateLimiter`'s.

This edge fails open: a limiter that does not answer lets requests through, logged and counted, and
is left alone for a second, so that its timeout isn't added to every request.
"""

import structlog

from gateway.access.meter import Meter, NoMeter
from gateway.access.shared import RateLimiter, RateRule, Spent
from gateway.clock import Clock
from gateway.decision import Allowed, Decision, Refused
from gateway.errors import RefusalCode, StoreUnavailable
from gateway.ids import AgreementId, ClientId
from gateway.settings import Access

PAUSE_S = 1.0
_REMOTE_FACTOR = 20  # one address may stand for many clients: NAT, a proxy that hides them

log = structlog.get_logger(__name__)


class RateLimits:
    """The limits of clients, agreements and the token endpoint.

    Each check returns what was spent, or None where the limiter didn't answer and the request was
    let through. A refusal's parameters are `rule`, `limit`, `window_s`, `remaining`, `reset_s` and
    `retry_after_s`.
    """

    def __init__(self, limiter: RateLimiter, access: Access, *, clock: Clock, meter: Meter | None = None) -> None:
        self._limiter = limiter
        self._clock = clock
        self._meter = meter or NoMeter()
        self._paused_until = 0.0
        self.client_rule = RateRule("client", access.rate_limit, access.rate_window_s, access.rate_burst)
        self._tokens = RateRule("token", access.token_rate_limit, 60, _burst(access.token_rate_limit))
        many = access.token_rate_limit * _REMOTE_FACTOR
        self._tokens_of_remote = RateRule("token-remote", many, 60, _burst(many))

    async def check_and_spend(self, client_id: ClientId) -> Decision[Spent | None]:
        """One request of a client under its rate."""
        return await self.spend(f"client:{client_id}", self.client_rule, code=RefusalCode.LIMIT_REACHED)

    async def check_quota(
        self, agreement_id: AgreementId, client_id: ClientId, *, limit: int, window_s: int
    ) -> Decision[Spent | None]:
        """One exchange under an agreement's quota, which all clients of the consumer share."""
        rule = RateRule("quota", limit, window_s, limit)
        decision = await self.spend(f"agreement:{agreement_id}", rule, code=RefusalCode.QUOTA_REACHED)
        if isinstance(decision, Refused):
            log.info("quota.reached", agreement=agreement_id, client_id=client_id)
        return decision

    async def check_token_request(self, claimed_id: str, remote: str | None) -> Decision[Spent | None]:
        """One request at the OAuth endpoints, by the client that it claims to come from *and* its address.

        The claim is not proved yet: counting it alone would let anybody shut a client out.
        """
        address = remote or "unknown"
        by_address = await self.spend(f"token:{address}", self._tokens_of_remote, code=RefusalCode.LIMIT_REACHED)
        if isinstance(by_address, Refused):
            return by_address
        return await self.spend(f"token:{address}:{claimed_id}", self._tokens, code=RefusalCode.LIMIT_REACHED)

    async def spend(self, key: str, rule: RateRule, *, code: RefusalCode) -> Decision[Spent | None]:
        """Takes one from `key` under `rule`; the refusal has `code`."""
        if self._clock.seconds() < self._paused_until:
            self._meter.count("rate_limit_skipped", rule=rule.name)
            return Allowed(None)
        try:
            spent = await self._limiter.spend(key, rule)
        except StoreUnavailable as error:
            self._paused_until = self._clock.seconds() + PAUSE_S
            self._meter.count("rate_limit_skipped", rule=rule.name)
            log.warning("rate_limit.unavailable", rule=rule.name, reason=str(error))
            return Allowed(None)
        if spent.admitted:
            return Allowed(spent)
        return Refused(
            code,
            f"the limit {rule.name} of {rule.limit} in {rule.window_s} s is used up",
            {
                "rule": rule.name,
                "limit": rule.limit,
                "window_s": rule.window_s,
                "remaining": spent.remaining,
                "reset_s": spent.reset_s,
                "retry_after_s": spent.retry_after_s,
            },
        )


def _burst(limit: int) -> int:
    return max(1, limit // 3)

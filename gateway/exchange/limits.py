"""How often may they: the client's rate, and the quota of each agreement that the answer would rest on."""

import asyncio

import msgspec

from gateway.access.caller import Caller
from gateway.access.rate_limit import RateLimits
from gateway.access.shared import Spent
from gateway.agreements.agreement import Agreement, Quota
from gateway.agreements.check import Grant
from gateway.decision import Allowed, Decision, Refused


class Admitted(msgspec.Struct, frozen=True):
    """The rule that is nearest to its end, as `client` or `quota`, and what it has left; None while nobody counts."""

    rule: str = ""
    spent: Spent | None = None


class ExchangeLimits:
    """Spends one of each limit that a question falls under."""

    def __init__(self, rates: RateLimits) -> None:
        self._rates = rates

    async def check_and_spend(self, caller: Caller, grant: Grant) -> Decision[Admitted]:
        """What is left after this one, or the rule that is used up; a quota's refusal names its agreement."""
        by_client = await self._rates.check_and_spend(caller.client_id)
        if isinstance(by_client, Refused):
            return by_client
        admitted = Admitted(self._rates.client_rule.name, by_client.grant)
        if all(it.quota is None for one in grant.entitlements for it in one.agreements):
            return Allowed(admitted)
        limited = [(it, it.quota) for it in grant.agreements() if it.quota is not None]
        by_quota = await asyncio.gather(*(self._quota(agreement, quota, caller) for agreement, quota in limited))
        for decision in by_quota:
            if isinstance(decision, Refused):
                return decision
            if _left(decision.grant) < _left(admitted):
                admitted = decision.grant
        return Allowed(admitted)

    async def _quota(self, agreement: Agreement, quota: Quota, caller: Caller) -> Decision[Admitted]:
        decision = await self._rates.check_quota(
            agreement.id, caller.client_id, limit=quota.limit, window_s=quota.window_s
        )
        if isinstance(decision, Refused):
            return Refused(decision.code, decision.message, {**decision.parameters, "agreement": agreement.id})
        return Allowed(Admitted("quota", decision.grant))


def _left(admitted: Admitted) -> float:
    return admitted.spent.remaining if admitted.spent is not None else float("inf")

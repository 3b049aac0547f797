"""How often a receiver may be reached, where its subscription says so: one rate for all workers together."""

import asyncio

import structlog

from gateway.access.shared import RateLimiter, RateRule
from gateway.errors import StoreUnavailable
from gateway.life_events.subscription import Subscription

_WINDOW_S = 60
_log = structlog.get_logger("gateway.life_events.pace")


class Pace:
    """Waits for a receiver's turn. Fails open: without the shared store a receiver is reached as fast as it answers."""

    def __init__(self, limiter: RateLimiter) -> None:
        self._limiter = limiter

    async def wait(self, subscription: Subscription) -> None:
        """Returns when the subscription's rate admits one more; at once where it has none."""
        if subscription.rate_per_s is None:
            return
        rate = subscription.rate_per_s
        rule = RateRule("webhook", max(1, round(rate * _WINDOW_S)), _WINDOW_S, max(1, int(rate)))
        while True:
            try:
                spent = await self._limiter.spend(f"webhook:{subscription.id}", rule)
            except StoreUnavailable as error:
                _log.warning("pace.unavailable", reason=error.message)
                return
            if spent.admitted:
                return
            await asyncio.sleep(max(spent.retry_after_s, 0.005))

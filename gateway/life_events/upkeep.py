"""Forgets in time: the data of events that are old and settled, their deliveries, and idempotency keys. Each hour."""

import asyncio
import random
from datetime import datetime, timedelta

import structlog

from gateway.clock import Clock
from gateway.errors import StoreUnavailable
from gateway.life_events.ports import OldDeliveries, Seals

KEYS_KEPT = timedelta(days=7)
EVERY_S = 3600.0
BATCH = 500
_log = structlog.get_logger("gateway.life_events.upkeep")


class Upkeep:
    """One task per process; several at once do no harm, and each begins at another moment of the hour."""

    def __init__(
        self, *, seals: Seals, deliveries: OldDeliveries, clock: Clock, keep: timedelta, every_s: float = EVERY_S
    ) -> None:
        self._seals = seals
        self._deliveries = deliveries
        self._clock = clock
        self._keep = keep
        self._every_s = every_s

    async def run(self) -> None:
        """Forgets once an hour, for ever; what fails is tried again an hour later."""
        await asyncio.sleep(random.uniform(0, self._every_s / 4))
        while True:
            try:
                await self.forget()
            except StoreUnavailable as error:
                _log.warning("upkeep.failed", reason=str(error.parameters.get("cause")))
            except Exception as error:  # noqa: BLE001 (upkeep that ended would keep what must be forgotten, for ever)
                _log.error("upkeep.failed", reason=type(error).__name__)
            await asyncio.sleep(self._every_s)

    async def forget(self) -> int:
        """How many events lost their data. Short transactions, with room for others between them."""
        now = self._clock.now()
        await self._seals.forget_keys(before=now - KEYS_KEPT)
        wiped = 0
        while count := await self._seals.wipe(before=now - self._keep, limit=BATCH):
            wiped += count
            await asyncio.sleep(0.05)
        if wiped:
            _log.info("events.wiped", events=wiped)
        await self._forget_deliveries(before=now - self._keep)
        return wiped

    async def _forget_deliveries(self, *, before: datetime) -> None:
        """Stretch by stretch, until all that is left is young."""
        reached: int | None = 0
        forgotten = 0
        while reached is not None:
            step = await self._deliveries.forget(before=before, after=reached, limit=BATCH)
            reached, forgotten = step.reached, forgotten + step.count
            await asyncio.sleep(0.05)
        if forgotten:
            _log.info("deliveries.forgotten", deliveries=forgotten)

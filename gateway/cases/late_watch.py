"""Looks for late steps, again and again, and has them told. Any number of processes may do so at once."""

import asyncio

import structlog

from gateway.cases.ports import LateSteps
from gateway.clock import Clock
from gateway.errors import StoreUnavailable
from gateway.life_events.recording import EventMeter

EVERY_S = 2.0
BATCH = 100
_log = structlog.get_logger("gateway.cases.late_watch")


class LateWatch:
    """One task per process that delivers."""

    def __init__(self, steps: LateSteps, *, clock: Clock, meter: EventMeter, every_s: float = EVERY_S) -> None:
        self._steps = steps
        self._clock = clock
        self._meter = meter
        self._every_s = every_s

    async def run(self) -> None:
        """Looks for ever; what fails is tried again the next time."""
        while True:
            try:
                await self.look()
            except StoreUnavailable as error:
                _log.warning("late.failed", reason=str(error.parameters.get("cause")))
            except Exception as error:  # noqa: BLE001 (a watch that ended would tell of no late step for ever)
                _log.error("late.failed", reason=type(error).__name__)
            await asyncio.sleep(self._every_s)

    async def look(self) -> int:
        """How many steps were told of. A backlog is told batch by batch, with room for others between."""
        told = 0
        while count := await self._steps.tell(self._clock.now(), limit=BATCH):
            told += count
            for _ in range(count):
                self._meter.count("case_steps_late")
            if count < BATCH:
                break
            await asyncio.sleep(0.05)
        return told

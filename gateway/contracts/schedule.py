"""Live checks on a schedule: a task in every process, a turn for one of them."""

import asyncio
from contextlib import suppress

import structlog

from gateway.clock import Clock
from gateway.contracts.history import CheckHistory
from gateway.contracts.live_checks import LiveChecks
from gateway.errors import StoreUnavailable

_LONGEST_PAUSE_S = 30.0
_SHORTEST_PAUSE_S = 0.2
_log = structlog.get_logger("gateway.contracts")


class CheckSchedule:
    """Looks for datasets whose turn has come, and checks one after the other."""

    def __init__(self, checks: LiveChecks, *, history: CheckHistory, clock: Clock, every_s: float) -> None:
        self._checks = checks
        self._history = history
        self._clock = clock
        self._every_s = every_s
        self._pause_s = min(_LONGEST_PAUSE_S, max(_SHORTEST_PAUSE_S, every_s / 20))
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Starts looking. Nothing is due before its turn, so a start asks no platform."""
        self._task = asyncio.create_task(self._run(), name="contract-checks")

    async def close(self) -> None:
        """Stops; a check that is under way is given up, and its turn comes again."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        is_planned = False
        while True:
            try:
                if not is_planned:
                    await self._history.plan(self._checks.datasets, now=self._clock.now(), every_s=self._every_s)
                    is_planned = True
                for dataset in await self._history.due(now=self._clock.now()):
                    await self._checks.on_turn(dataset, every_s=self._every_s)
            except StoreUnavailable as error:
                _log.warning("contract-checks.waiting", reason=error.parameters.get("cause"))
            except Exception as error:  # noqa: BLE001  (a schedule that ended would never check again)
                _log.exception("contract-checks.failed", exc_info=False, reason=type(error).__name__)
            await asyncio.sleep(self._pause_s)

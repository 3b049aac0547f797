"""How one platform is doing: whether it may be asked now, and whether asking once more is worth it."""

import asyncio
import random
import time

import structlog

from adapters.base import AdapterError, Fault
from gateway.settings import Upstream as UpstreamSettings
from gateway.upstream.meter import UpstreamMeter
from gateway.upstream.shared import BreakerBoard

_log = structlog.get_logger(__name__)

_BASE_DELAY_S = 0.1
_LONGEST_DELAY_S = 1.0
_LEAST_TIME_LEFT_S = 0.1
_LONGEST_QUIET_S = 60.0
_MOST_SAVED_RETRIES = 10.0
_TRUSTED_S = 0.25
"""So long after an answer the board need not be asked: what others saw fail has just worked here."""

_SICK = frozenset({Fault.TIMEOUT, Fault.UNREACHABLE})
"""Only these speak against the platform as a whole; a page it cannot show speaks against that dataset."""


class CircuitOpenError(Exception):
    """The platform is left alone. `retry_after_s` where it is known until when."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after_s = retry_after_s


class PlatformHealth:
    """One platform, as this process sees it, and as all processes know through the board.

    Retries come out of a budget: each question puts `retry_budget` of a retry into it, so that a platform that
    fails wholly gets that share more questions, not several times as many.
    """

    def __init__(self, platform: str, *, settings: UpstreamSettings, board: BreakerBoard, meter: UpstreamMeter) -> None:
        self._platform = platform
        self._settings = settings
        self._board = board
        self._meter = meter
        self._saved_retries = _MOST_SAVED_RETRIES
        self._quiet_until = 0.0
        self._answered_at = float("-inf")
        self._must_tell = True

    async def require_askable(self) -> None:
        """Raises `CircuitOpenError` while the platform is to be left alone."""
        quiet_s = self._quiet_until - time.monotonic()
        if quiet_s > 0:
            raise CircuitOpenError("the platform asked to be left alone for a while", retry_after_s=quiet_s)
        if time.monotonic() - self._answered_at >= _TRUSTED_S:
            self._must_tell = True
            if not await self._board.may_ask(self._platform, self._settings.breaker_open_s):
                raise CircuitOpenError("the platform failed too often; it is left alone for a while")
        self._saved_retries = min(_MOST_SAVED_RETRIES, self._saved_retries + self._settings.retry_budget)

    async def answered(self) -> None:
        """The platform is there."""
        self._answered_at = time.monotonic()
        if self._must_tell:
            self._must_tell = False
            await self._board.succeeded(self._platform)

    async def failed(self, error: AdapterError) -> bool:
        """Counts the failure; whether the platform may still be asked."""
        if error.fault not in _SICK:
            await self.answered()
            return True
        self._answered_at = float("-inf")
        self._must_tell = True
        if error.retry_after_s is not None:
            quiet_s = min(error.retry_after_s, _LONGEST_QUIET_S)
            self._quiet_until = max(self._quiet_until, time.monotonic() + quiet_s)
        settings = self._settings
        if await self._board.failed(self._platform, settings.breaker_threshold, settings.breaker_open_s):
            self._meter.circuit_opened(self._platform)
            _log.warning("partner-circuit-opened", platform=self._platform, open_s=settings.breaker_open_s)
            return False
        return True

    def delay_before_retry(self, error: AdapterError, *, retries: int, ends: float) -> float | None:
        """How long to wait before asking once more (seconds), or None where that is not worth it.

        `retries` were made already; `ends` is the deadline on the loop's clock.
        """
        if not error.is_transient or retries >= self._settings.retries or self._saved_retries < 1:
            return None
        backoff = min(_LONGEST_DELAY_S, _BASE_DELAY_S * 2**retries)
        delay = (error.retry_after_s or 0.0) + random.uniform(backoff / 2, backoff)
        if asyncio.get_running_loop().time() + delay + _LEAST_TIME_LEFT_S > ends:
            return None
        self._saved_retries -= 1
        return delay

"""Whether everything is there that each exchange needs."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.access.signing_keys import SigningKeys
from gateway.api.health import Check
from gateway.errors import StoreUnavailable
from gateway.storage.engine import reading
from gateway.storage.shared_store import SharedStore
from gateway.storage.watch import Watch

_GOOD_FOR_S = 0.5
"""Whoever asks more often gets the last answer, so that asking cannot load the stores."""
_LIMIT_S = 2.0


class StoresReady:
    """Asks each store once, side by side."""

    def __init__(self, *, engine: AsyncEngine, shared: SharedStore, watch: Watch, keys: SigningKeys) -> None:
        self._engine = engine
        self._shared = shared
        self._watch = watch
        self._keys = keys
        self._asking = asyncio.Lock()
        self._last: tuple[float, tuple[Check, ...]] = (float("-inf"), ())

    async def __call__(self) -> tuple[Check, ...]:
        """Each check with its reason where it fails."""
        async with self._asking:
            at, checks = self._last
            if time.monotonic() - at > _GOOD_FOR_S:
                checks = await self._ask()
                self._last = (time.monotonic(), checks)
            return checks

    async def _ask(self) -> tuple[Check, ...]:
        database, shared = await asyncio.gather(
            _checked("database", self._ask_database), _checked("shared-store", self._shared.ping)
        )
        following = _told("changes", None if self._watch.is_current else "not heard of for 2 s")
        signing = _told("signing-keys", None if self._keys.jwks()["keys"] else "none is trusted")
        return (database, shared, following, signing)

    async def _ask_database(self) -> None:
        async with reading(self._engine) as connection:
            await connection.execute(sa.select(1))


async def _checked(name: str, ask: Callable[[], Awaitable[None]]) -> Check:
    try:
        async with asyncio.timeout(_LIMIT_S):
            await ask()
    except StoreUnavailable as error:
        return _told(name, str(error.parameters.get("cause", "store-unavailable")))
    except TimeoutError:
        return _told(name, "no answer in time")
    return _told(name, None)


def _told(name: str, reason: str | None) -> Check:
    return Check(name=name, is_ready=reason is None, reason=reason)

"""The bell that is rung when events were accepted, over Redis pub/sub. It may be missed: nothing rests on it.

Rings of one moment are one message. A store that is down is tried again each second; meanwhile this process still
hears its own rings, and everyone looks at the database by themselves now and then.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway.ids import new_id

CHANNEL = "gateway:events"
_AGAIN_AFTER_S = 1.0
_log = structlog.get_logger("gateway.storage.redis_bell")


class RedisBell:
    """`Bell` for this process and all that share the store."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._name = new_id("bell").encode()
        self._rung = asyncio.Event()
        self._to_publish = asyncio.Event()
        self._listeners: list[Callable[[], None]] = []
        self._tasks: list[asyncio.Task[None]] = []

    def tell(self, listener: Callable[[], None]) -> None:
        """Makes `listener` be called at each ring, from whichever process."""
        self._listeners.append(listener)

    async def open(self) -> None:
        """Begins to listen and to pass rings on."""
        self._tasks = [
            asyncio.create_task(self._listen(), name="bell-listen"),
            asyncio.create_task(self._pass_on(), name="bell-ring"),
        ]

    async def close(self) -> None:
        """Neither hears nor passes on any more."""
        running = set(self._tasks)
        while running:
            for task in running:
                task.cancel()  # more than once: the client loses a cancellation that comes while it connects
            _, running = await asyncio.wait(running, timeout=_AGAIN_AFTER_S)
        self._tasks = []

    def ring(self) -> None:
        """Wakes those that wait, in this process and in the others."""
        self._ring_here()
        self._to_publish.set()

    async def wait(self, timeout_s: float) -> None:
        """Returns when it rings, or when the time is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._rung.wait()

    def _ring_here(self) -> None:
        rung, self._rung = self._rung, asyncio.Event()
        rung.set()
        for listener in self._listeners:
            try:
                listener()
            except Exception as error:  # noqa: BLE001 (it must not end whoever rings, nor keep it from the others)
                _log.error("bell.unheard", reason=type(error).__name__)

    async def _pass_on(self) -> None:
        """Publishes that it rang; whatever rings meanwhile is one message more."""
        while True:
            await self._to_publish.wait()
            self._to_publish.clear()
            try:
                await self._client.publish(CHANNEL, self._name)
            except (RedisError, OSError, TimeoutError):
                await asyncio.sleep(_AGAIN_AFTER_S)
            except Exception as error:  # noqa: BLE001 (a bell that ended would ring in no other process for ever)
                _log.error("bell.failed", reason=type(error).__name__)
                await asyncio.sleep(_AGAIN_AFTER_S)

    async def _listen(self) -> None:
        """Rings here what rang elsewhere, for ever; a lost connection is made anew."""
        while True:
            try:
                async with self._client.pubsub() as channel:
                    await channel.subscribe(CHANNEL)
                    self._ring_here()  # what rang while nobody listened
                    while True:
                        message = await channel.get_message(ignore_subscribe_messages=True, timeout=None)
                        if message is not None and message["data"] != self._name:
                            self._ring_here()
            except (RedisError, OSError, TimeoutError) as error:
                _log.info("bell.lost", reason=type(error).__name__)
                await asyncio.sleep(_AGAIN_AFTER_S)
            except Exception as error:  # noqa: BLE001 (nor hear of any other)
                _log.error("bell.failed", reason=type(error).__name__)
                await asyncio.sleep(_AGAIN_AFTER_S)

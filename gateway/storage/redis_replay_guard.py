"""Remembers what may be used once."""

from math import ceil

from redis.asyncio import Redis

from gateway.storage.shared_store import shared_errors


class RedisReplayGuard:
    """`ReplayGuard` in the shared store."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    async def first_use(self, key: str, until: float) -> bool:
        """Whether `key` had not been used; fails closed with `StoreUnavailable`."""
        with shared_errors():
            return bool(await self._client.set(f"used:{key}", b"", nx=True, exat=ceil(until)))

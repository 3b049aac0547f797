"""The replay guard, over the embedded Valkey and Redis."""

import asyncio
import time

import pytest

from gateway.errors import StoreUnavailable
from gateway.settings import Shared
from gateway.storage.redis_replay_guard import RedisReplayGuard
from gateway.storage.shared_store import open_shared


async def test_only_the_first_use_is_the_first(shared):
    """Of fifty uses at once, by two processes' guards, exactly one is the first."""
    guards = [RedisReplayGuard(shared.client) for _ in range(2)]
    uses = await asyncio.gather(*(guards[n % 2].first_use("jti", time.time() + 60) for n in range(50)))
    assert sum(uses) == 1


async def test_another_key_is_another_use(shared):
    """Keys do not share."""
    guard = RedisReplayGuard(shared.client)
    assert [True, True] == [await guard.first_use(key, time.time() + 60) for key in ("a", "b")]


async def test_it_is_remembered_until_then_and_no_longer(shared):
    """The key's life ends at the instant given, rounded up to the second."""
    until = time.time() + 60
    await RedisReplayGuard(shared.client).first_use("jti", until)
    assert until <= await shared.client.expiretime("used:jti") <= until + 1


async def test_a_store_that_is_down_fails_closed():
    """Nobody can say that it is the first use."""
    store = await open_shared(Shared(url="unix:///nonexistent/valkey.sock", timeout_s=0.2))
    with pytest.raises(StoreUnavailable):
        await RedisReplayGuard(store.client).first_use("jti", time.time() + 60)
    await store.close()

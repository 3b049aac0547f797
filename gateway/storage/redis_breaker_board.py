"""The circuit breakers' state, shared by all processes."""

from math import ceil

from redis.asyncio import Redis

from gateway.storage.shared_store import FailingOpen

_FORGET_FAILURES_S = 3600
_REMEMBERED = 10_000

# 2: closed and without failures; 1: may ask; 0: open. Whoever asks first after `until` moves it on,
# so that one question of the whole fleet tries; if it never reports back, the next may try later.
_MAY_ASK = """
local failures, opened_until = unpack(redis.call('HMGET', KEYS[1], 'failures', 'until'))
if not opened_until then return failures and 1 or 2 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if now < tonumber(opened_until) then return 0 end
redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now + ARGV[1]))
return 1
"""
_FAILED = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
redis.call('EXPIRE', KEYS[1], ARGV[3])
if failures < tonumber(ARGV[1]) and redis.call('HEXISTS', KEYS[1], 'until') == 0 then return 0 end
redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now + ARGV[2]))
return 1
"""


class RedisBreakerBoard:
    """`BreakerBoard` in the shared store. Fails open: logged, and the circuit counts as closed."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._may_ask = client.register_script(_MAY_ASK)
        self._failed = client.register_script(_FAILED)
        self._clean: set[str] = set()
        self._failing_open = FailingOpen("breaker-board")

    async def may_ask(self, key: str, open_s: float) -> bool:
        """Whether this process may ask the platform now."""
        state = 1
        with self._failing_open():
            state = await self._may_ask(keys=[f"breaker:{key}"], args=[ceil(open_s * 1000)])
        if state == 2 and len(self._clean) < _REMEMBERED:
            self._clean.add(key)
        else:
            self._clean.discard(key)
        return bool(state)

    async def succeeded(self, key: str) -> None:
        """Closes the circuit. Where there was nothing to close when we asked, nothing is sent."""
        if key in self._clean:
            return
        with self._failing_open():
            await self._client.delete(f"breaker:{key}")

    async def failed(self, key: str, threshold: int, open_s: float) -> bool:
        """Counts a failure; whether the circuit is open now."""
        self._clean.discard(key)
        is_open = 0
        with self._failing_open():
            keep_s = _FORGET_FAILURES_S + ceil(open_s)
            is_open = await self._failed(keys=[f"breaker:{key}"], args=[threshold, ceil(open_s * 1000), keep_s])
        return bool(is_open)

"""The rate limiter: GCRA in Lua on the store's clock, exact however many processes spend at once."""

import asyncio
from typing import NamedTuple

import msgspec
from redis.asyncio import Redis

from gateway.access.shared import RateRule, Spent
from gateway.errors import StoreUnavailable
from gateway.storage.shared_store import shared_errors

_BATCH = 256

# Per key: the theoretical arrival time of the next one, in microseconds. All keys of one call share
# one round trip, so this wants a single server or a primary with replicas, not a Redis cluster.
_GCRA = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local rules = cmsgpack.unpack(ARGV[1])
local answer = {}
for i, key in ipairs(KEYS) do
  local interval, burst = rules[i][1], rules[i][2]
  local arrival = math.max(tonumber(redis.call('GET', key) or 0), now)
  local after = arrival + interval
  local room = burst * interval - (after - now)
  if room < 0 then
    answer[i] = {0, 0, math.ceil(arrival - now), math.ceil(-room)}
  else
    redis.call('SET', key, string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
    answer[i] = {1, math.floor(room / interval), math.ceil(after - now), 0}
  end
end
return cmsgpack.pack(answer)
"""
_pack = msgspec.msgpack.Encoder().encode
_Answers = list[tuple[int, int, int, int]]


class _Waiting(NamedTuple):
    key: str
    interval_us: int
    burst: int
    spent: asyncio.Future[Spent]


class RedisRateLimiter:
    """`RateLimiter` in the shared store. `reset_s` is when all of the burst is free again.

    Calls of one process that wait together go in one round trip, because an asynchronous call costs
    about as much as the work of fifty keys.
    """

    def __init__(self, client: Redis) -> None:
        self._script = client.register_script(_GCRA)
        self._waiting: list[_Waiting] = []
        self._sender: asyncio.Task[None] | None = None

    async def spend(self, key: str, rule: RateRule) -> Spent:
        """Takes one from `key` under `rule`. Raises `StoreUnavailable`."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(
            f"rate:{rule.name}:{key}",
            interval_us=max(1, rule.window_s * 1_000_000 // rule.limit),
            burst=rule.burst,
            spent=loop.create_future(),
        )
        self._waiting.append(waiting)
        if self._sender is None:
            self._sender = loop.create_task(self._send_all(), name="rate-limiter")
        return await waiting.spent

    async def _send_all(self) -> None:
        """Sends batch after batch, until nobody waits."""
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
                await self._send(batch)
        finally:
            self._sender = None

    async def _send(self, batch: list[_Waiting]) -> None:
        """Spends for everyone in the batch, or tells everyone that it could not."""
        rules = _pack([(waiting.interval_us, waiting.burst) for waiting in batch])
        try:
            with shared_errors():
                packed = await self._script(keys=[waiting.key for waiting in batch], args=[rules])
        except StoreUnavailable as error:
            for waiting in batch:
                if not waiting.spent.done():
                    waiting.spent.set_exception(StoreUnavailable(error.message, **error.parameters))
            return
        answers = msgspec.msgpack.decode(packed, type=_Answers, strict=False)
        for waiting, (admitted, remaining, reset_us, retry_us) in zip(batch, answers, strict=True):
            if not waiting.spent.done():
                spent = Spent(admitted == 1, remaining, reset_us / 1_000_000, retry_us / 1_000_000)
                waiting.spent.set_result(spent)

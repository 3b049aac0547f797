"""The rate limiter: GCRA in Lua on the store's clock, exact however many processes spend at once.

A process that spends much of one key takes some ahead: no more than it spent of it in as long, for
`AHEAD_S`, and a sixteenth of what is left. They are spent in the store before they are spent here, so
all processes together never admit more than the rule does, and near its end each asks for each.
"""

import asyncio
from typing import NamedTuple

import msgspec
import structlog
from redis.asyncio import Redis

from gateway.access.shared import RateRule, Spent
from gateway.errors import StoreUnavailable
from gateway.remembered import Remembered
from gateway.storage.shared_store import shared_errors

AHEAD_S = 0.05
"""How long what was taken ahead may be spent; what is then left of it is forgone."""
_SHARE = 16
_BATCH = 256
_KEYS_KEPT = 1_024
_log = structlog.get_logger("gateway.storage.redis_rate_limiter")

# Per key: the theoretical arrival time of the next one, in microseconds. All keys of one call share
# one round trip, so this wants a single server or a primary with replicas, not a Redis cluster.
_GCRA = f"""
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local rules = cmsgpack.unpack(ARGV[1])
local answer = {{}}
for i, key in ipairs(KEYS) do
  local interval, burst, wanted, ahead = unpack(rules[i])
  local arrival = math.max(tonumber(redis.call('GET', key) or 0), now)
  local room = math.max(0, math.floor((burst * interval - (arrival - now)) / interval))
  local taken = math.min(wanted, room)
  local more = math.min(ahead, math.floor((room - taken) / {_SHARE}))
  local after = arrival + (taken + more) * interval
  if taken > 0 then
    redis.call('SET', key, string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
  end
  local retry = taken < wanted and math.ceil(after - now - (burst - 1) * interval) or 0
  answer[i] = {{taken, more, room - taken - more, math.ceil(after - now), retry}}
end
return cmsgpack.pack(answer)
"""
_pack = msgspec.msgpack.Encoder().encode


class _Answer(msgspec.Struct, array_like=True):
    """Of one key: how many of the callers are admitted, how many more were taken ahead, what is left in the store."""

    taken: int
    more: int
    remaining: int
    reset_us: float
    retry_us: float


_read = msgspec.msgpack.Decoder(list[_Answer], strict=False).decode


class _Key(NamedTuple):
    rule: RateRule
    key: str

    @property
    def interval_us(self) -> int:
        return max(1, self.rule.window_s * 1_000_000 // self.rule.limit)


class _Account:
    """What this process holds of one key: `_ahead` may be spent `_until`; `_spent` were since the last round trip."""

    __slots__ = ("_ahead", "_interval_s", "_remaining", "_reset_at", "_since", "_spent", "_until")

    def __init__(self, key: _Key) -> None:
        self._interval_s = key.interval_us / 1_000_000
        self._spent = self._ahead = self._remaining = 0
        self._since = self._reset_at = self._until = float("-inf")

    def spend(self, now: float) -> Spent | None:
        """One of those that were taken ahead; None where there is none."""
        if self._ahead == 0 or now >= self._until:
            return None
        self._ahead -= 1
        self._spent += 1
        return self._told(self._ahead, now)

    def wants(self, waiting: int, now: float) -> int:
        """How many to take ahead beside those who wait: at most what was spent in as long before."""
        return int((self._spent + waiting) * AHEAD_S / max(now - self._since, AHEAD_S))

    def settle(self, answer: _Answer, waiting: int, now: float) -> list[Spent]:
        """What those who waited are told, in their order."""
        self._since, self._spent, self._until = now, answer.taken, now + AHEAD_S
        self._remaining, self._reset_at = answer.remaining, now + answer.reset_us / 1_000_000
        self._ahead = answer.more
        told = [self._told(answer.more + later, now) for later in range(answer.taken - 1, -1, -1)]
        refused = Spent(
            admitted=False, remaining=0, reset_s=answer.reset_us / 1_000_000, retry_after_s=answer.retry_us / 1_000_000
        )
        return told + [refused] * (waiting - answer.taken)

    def _told(self, here: int, now: float) -> Spent:
        """Admitted. What is not spent yet is free: what is left in the store, and what is left `here`."""
        reset_s = self._reset_at - now - here * self._interval_s
        return Spent(admitted=True, remaining=self._remaining + here, reset_s=max(0.0, reset_s))


class RedisRateLimiter:
    """`RateLimiter` in the shared store. `reset_s` is when all of the burst is free again.

    Calls of one process that wait together go in one round trip, because an asynchronous call costs
    about as much as the work of fifty keys.
    """

    def __init__(self, client: Redis) -> None:
        self._script = client.register_script(_GCRA)
        self._accounts: Remembered[_Key, _Account] = Remembered(at_most=_KEYS_KEPT)
        self._waiting: dict[_Key, list[asyncio.Future[Spent]]] = {}
        self._sender: asyncio.Task[None] | None = None

    async def spend(self, key: str, rule: RateRule) -> Spent:
        """Takes one from `key` under `rule`. Raises `StoreUnavailable`."""
        loop = asyncio.get_running_loop()
        wanted = _Key(rule, key)
        account = self._accounts.get(wanted)
        if account is not None and (spent := account.spend(loop.time())) is not None:
            return spent
        waiting: asyncio.Future[Spent] = loop.create_future()
        self._waiting.setdefault(wanted, []).append(waiting)
        if self._sender is None:
            self._sender = loop.create_task(self._send_all(), name="rate-limiter")
        return await waiting

    async def _send_all(self) -> None:
        """Sends batch after batch, until nobody waits."""
        try:
            while self._waiting:
                batch = [(key, self._waiting.pop(key)) for key in list(self._waiting)[:_BATCH]]
                try:
                    await self._send(batch)
                except StoreUnavailable as error:
                    _fail(batch, error)
                except Exception as error:  # noqa: BLE001 (whatever it was, those who wait must hear of it)
                    _log.error("rate_limiter.failed", reason=type(error).__name__)
                    _fail(batch, StoreUnavailable("no limit was told", store="shared", cause=type(error).__name__))
        finally:
            self._sender = None

    async def _send(self, batch: list[tuple[_Key, list[asyncio.Future[Spent]]]]) -> None:
        """Spends for everyone in the batch. Raises `StoreUnavailable`; some may have been told by then."""
        now = asyncio.get_running_loop().time()
        asking = [
            (key, account, unserved)
            for key, waiting in batch
            if (unserved := _unserved(waiting, account := self._account(key), now))
        ]
        if not asking:
            return
        rules = [
            (key.interval_us, key.rule.burst, len(waiting), account.wants(len(waiting), now))
            for key, account, waiting in asking
        ]
        keys = [f"rate:{it.rule.name}:{it.key}" for it, _, _ in asking]
        with shared_errors():
            packed = await self._script(keys=keys, args=[_pack(rules)])
        now = asyncio.get_running_loop().time()
        for (_, account, waiting), answer in zip(asking, _read(packed), strict=True):
            for one, spent in zip(waiting, account.settle(answer, len(waiting), now), strict=True):
                if not one.done():
                    one.set_result(spent)

    def _account(self, key: _Key) -> _Account:
        account = self._accounts.get(key)
        if account is None:
            account = _Account(key)
            self._accounts.put(key, account)
        return account


def _fail(batch: list[tuple[_Key, list[asyncio.Future[Spent]]]], error: StoreUnavailable) -> None:
    """Tells everyone in the batch who has not heard yet."""
    for one in (one for _, waiting in batch for one in waiting if not one.done()):
        one.set_exception(StoreUnavailable(error.message, **error.parameters))


def _unserved(waiting: list[asyncio.Future[Spent]], account: _Account, now: float) -> list[asyncio.Future[Spent]]:
    """Those for whom nothing was taken ahead; the others, who came while the last round trip lasted, are told."""
    for index, one in enumerate(waiting):
        spent = account.spend(now)
        if spent is None:
            return waiting[index:]
        if not one.done():
            one.set_result(spent)
    return []

"""A process that spends from one rate limit: `python -m tests.support.spender SHARED_URL KEY COUNT BURST`."""

import asyncio
import sys

from gateway.access.shared import RateRule
from gateway.settings import Shared
from gateway.storage.redis_rate_limiter import RedisRateLimiter
from gateway.storage.shared_store import open_shared


async def _main(url: str, key: str, *, count: int, burst: int) -> None:
    store = await open_shared(Shared(url=url, timeout_s=5.0))
    limiter = RedisRateLimiter(store.client)
    await store.ping()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    rule = RateRule("test", limit=1, window_s=3600, burst=burst)
    spent = await asyncio.gather(*(limiter.spend(key, rule) for _ in range(count)))
    print(sum(one.admitted for one in spent), flush=True)
    await store.close()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], sys.argv[2], count=int(sys.argv[3]), burst=int(sys.argv[4])))

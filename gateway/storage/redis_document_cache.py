"""Documents of the platforms, shared by all processes, within a bound of memory."""

from math import ceil
from typing import Any

import msgspec
from redis.asyncio import Redis

from gateway.storage.shared_store import FailingOpen
from gateway.upstream.shared import CachedDocument

MAX_BYTES = 268_435_456

# The store also holds replay guards, which must never be evicted, so the cache keeps its own bound
# rather than the server's `maxmemory`: what expires soonest goes first.
_PUT = """
local key, index, sizes, total = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local document, keep_ms, max_bytes = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held = tonumber(redis.call('GET', total) or 0)
local function forget(name)
  held = held - tonumber(redis.call('HGET', sizes, name) or 0)
  redis.call('HDEL', sizes, name)
  redis.call('ZREM', index, name)
  redis.call('UNLINK', name)
end
for _, name in ipairs(redis.call('ZRANGEBYSCORE', index, '-inf', now, 'LIMIT', 0, 100)) do forget(name) end
forget(key)
local kept = 0
if #document <= max_bytes then
  while held + #document > max_bytes do
    local first = redis.call('ZRANGE', index, 0, 0)[1]
    if not first then break end
    forget(first)
  end
  redis.call('SET', key, document, 'PX', keep_ms)
  redis.call('ZADD', index, now + keep_ms, key)
  redis.call('HSET', sizes, key, #document)
  held, kept = held + #document, 1
end
redis.call('SET', total, held)
return kept
"""
_OWN_KEYS = ("document-index", "document-sizes", "document-total")


class RedisDocumentCache:
    """`DocumentCache` in the shared store. Fails open: logged, and the document is not there."""

    def __init__(self, client: Redis, *, max_bytes: int = MAX_BYTES) -> None:
        self._client = client
        self._put = client.register_script(_PUT)
        self._max_bytes = max_bytes
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(CachedDocument)
        self._failing_open = FailingOpen("document-cache")

    async def get(self, key: str) -> CachedDocument | None:
        """The document, fresh or stale, or None."""
        kept: Any = None
        with self._failing_open():
            kept = await self._client.get(f"document:{key}")
        try:
            return None if kept is None else self._decoder.decode(kept)
        except msgspec.DecodeError:
            # Another version of the gateway wrote it; it will be fetched and written anew.
            return None

    async def put(self, key: str, document: CachedDocument, keep_s: float) -> None:
        """Keeps it for `keep_s` seconds at most; a document beyond the bound is not kept."""
        keep_ms = ceil(keep_s * 1000)
        if keep_ms > 0:
            with self._failing_open():
                await self._put(
                    keys=[f"document:{key}", *_OWN_KEYS],
                    args=[self._encoder.encode(document), keep_ms, self._max_bytes],
                )
